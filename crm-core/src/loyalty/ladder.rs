//! Tiers: what qualifies for them, for how long, and what they are good for.

use serde::{Deserialize, Serialize};

use crate::base::{CalendarUnit, Currency, Name, Period};

/// The tiers of a programme.
///
/// A member's tier is a function of what the member did and of the clock. It rises the moment a threshold is reached,
/// reaching it exactly included. It falls only when a qualifying period, and the grace after it, is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// What counts.
    pub basis: Basis,
    /// When it counts.
    pub window: Qualifying,
    /// For how many further calendar periods, or years, a tier is kept after the one in which it was reached. Without
    /// meaning for other windows.
    #[serde(default)]
    pub keep: u16,
    /// How long after its end a tier is still granted.
    #[serde(default)]
    pub grace: Period,
    /// Whether a member falls by one tier at a time. Each tier is then held until the next review: the end of the next
    /// calendar period or year, or of another grace.
    #[serde(default)]
    pub soft_landing: bool,
    /// Whether a refund that takes a member below a threshold takes the tier at once, without grace or landing. If not,
    /// a tier once reached is kept to the end of its period.
    #[serde(default)]
    pub refunds_demote: bool,
    /// The tiers, the lowest first. Below the first threshold a member has no tier.
    pub tiers: Vec<Tier>,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Its name, unique within the programme.
    pub name: Name,
    /// What it takes: points, minor units of money, or purchases.
    pub threshold: i64,
    /// What points are multiplied by when its members earn them, in percent.
    #[serde(default = "hundred")]
    pub multiplier: u32,
}

const fn hundred() -> u32 {
    100
}

/// What counts towards a tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Basis {
    /// Points of a unit that were earned, less those that refunds took back. Redemption, expiry and adjustment do not
    /// matter.
    Points {
        /// The unit.
        unit: Name,
    },
    /// Money spent in one currency, less refunds. Purchases in another currency do not count.
    Spend {
        /// The currency.
        currency: Currency,
    },
    /// Purchases that were not refunded entirely.
    Purchases,
}

/// When something counts towards a tier. Refunds count when their purchases do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Qualifying {
    /// In the calendar period of the programme's zone in which it happened. Every period begins at zero.
    Calendar(CalendarUnit),
    /// In the year in which it happened, counted from the day of the first thing that counted for the member, in the
    /// programme's zone. Every year begins at zero.
    Anniversary,
    /// From the moment it happened until a period later, at the same time of the day in the programme's zone.
    Rolling(Period),
    /// For ever.
    Lifetime,
}

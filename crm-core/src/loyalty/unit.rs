//! Point units: how long points live, in which order they are spent, and what they cost.

use serde::{Deserialize, Serialize};

use super::Cap;
use super::settle::Life;
use crate::base::{CalendarUnit, Date, Money, Name, Period, Timestamp, Zone, worded};

/// One sort of points of a programme, and the life that its points lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its name, unique within the programme (`points`, `status_miles`).
    pub name: Name,
    /// Whether its points can be redeemed. Points that cannot only count, for a tier.
    #[serde(default = "yes")]
    pub redeemable: bool,
    /// How long points wait before they can be redeemed. Refunds take waiting points, too.
    #[serde(default)]
    pub pending: Period,
    /// When points expire.
    #[serde(default)]
    pub expiry: Expiry,
    /// Which points are spent first.
    #[serde(default)]
    pub order: SpendOrder,
    /// What happens when a refund finds its points spent.
    #[serde(default)]
    pub shortfall: Shortfall,
    /// What points cost the business when they are redeemed.
    #[serde(default)]
    pub cost: Option<Cost>,
    /// The share of outstanding points that is expected never to be redeemed, in hundredths of a percent.
    #[serde(default)]
    pub breakage: u32,
    /// The most that all rules together award one member in this unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// The most that one member redeems. What was cancelled counts, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redeem_caps: Vec<Cap>,
    /// An award of more points than this waits until somebody has looked at it and confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_over: Option<i64>,
    /// Whether members may give its points to each other.
    #[serde(default, skip_serializing_if = "is_no")]
    pub transferable: bool,
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}

impl Unit {
    /// A redeemable unit whose points never expire and cost nothing.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            redeemable: true,
            pending: Period::default(),
            expiry: Expiry::Never,
            order: SpendOrder::ExpiringFirst,
            shortfall: Shortfall::Waive,
            cost: None,
            breakage: 0,
            caps: Vec::new(),
            redeem_caps: Vec::new(),
            review_over: None,
            transferable: false,
        }
    }
}

/// What points cost: an amount for a number of points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// The amount.
    pub amount: Money,
    /// For how many points.
    pub points: u32,
}

/// When points expire. They can be spent before the instant of their expiry, not at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// A period after they were earned, at the same time of the day in the programme's zone.
    After(Period),
    /// A period after the day on which they were earned, at the end of that day in the programme's zone.
    AfterDay(Period),
    /// At the end of the month, quarter or year in which they were earned, or of a later one, in the programme's zone.
    EndOf {
        /// The stretch of the calendar.
        unit: CalendarUnit,
        /// How many stretches later; 0 is the one in which they were earned.
        #[serde(default)]
        plus: u16,
    },
    /// At the end of one day, whenever they were earned.
    On(Date),
}

impl Expiry {
    /// When points earned at an instant expire; nothing if they never do.
    ///
    /// ```
    /// use crm_core::base::{CalendarUnit, Zone};
    /// use crm_core::loyalty::Expiry;
    ///
    /// let zone = Zone::new("Europe/Berlin")?;
    /// let end_of_next_year = Expiry::EndOf { unit: CalendarUnit::Year, plus: 1 };
    /// // Half an hour before the year ends in London, it has ended in Berlin.
    /// let expires = end_of_next_year.instant(&zone, "2025-12-31T23:30:00Z".parse()?);
    /// assert_eq!(expires, Some("2027-12-31T23:00:00Z".parse()?));
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    pub fn instant(&self, zone: &Zone, earned: Timestamp) -> Option<Timestamp> {
        let end_of = |day: Date| zone.days(day, day).end;
        match *self {
            Self::Never => None,
            Self::After(period) => Some(zone.add(earned, period)),
            Self::AfterDay(period) => Some(end_of(zone.date(earned).saturating_add(period))),
            Self::EndOf { unit, plus } => {
                let first = zone.date(earned).start_of(unit);
                Some(end_of(first.saturating_add(unit.times(plus.into())).end_of(unit)))
            }
            Self::On(day) => Some(end_of(day)),
        }
    }
}

worded! {
    /// Which points are spent first.
    #[derive(Default)]
    pub enum SpendOrder: "order" {
        /// Those that expire first; of these, those that became available first.
        #[default]
        ExpiringFirst = "expiring_first",
        /// Those that became available first; of these, those that expire first.
        OldestFirst = "oldest_first",
    }
}

worded! {
    /// What happens when a refund takes back points that have been spent.
    ///
    /// Points of the refunded order that are still there are always taken first, and those that expired count as taken.
    #[derive(Default)]
    pub enum Shortfall: "shortfall" {
        /// What is missing is waived.
        #[default]
        Waive = "waive",
        /// It is taken from the member's other points as far as they reach; the rest is waived.
        TakeOthers = "take_others",
        /// It is taken from the member's other points; the rest is owed, and repaid by the next points.
        Owe = "owe",
    }
}

impl Unit {
    /// Whether so many awarded points wait for somebody's word.
    pub(super) fn waits(&self, points: i64) -> bool {
        self.review_over.is_some_and(|most| points > most)
    }

    /// The life of points that are earned at an instant.
    pub(super) fn life(&self, zone: &Zone, earned: Timestamp) -> Life {
        Life { available_at: zone.add(earned, self.pending), expires_at: self.expiry.instant(zone, earned) }
    }
}

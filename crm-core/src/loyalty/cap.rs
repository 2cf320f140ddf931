//! Caps: the most that is awarded to one member.

use serde::{Deserialize, Serialize};

use super::almanac::Periods;
use crate::base::{CalendarUnit, Period, Timestamp, Window, Zone};

/// The most that a rule, or all rules of a unit together, award one member.
///
/// What was awarded counts when it was awarded, whether or not a refund has taken it back since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// At most so many points. An award that would exceed them is cut.
    #[serde(default)]
    pub points: Option<i64>,
    /// At most so many awards.
    #[serde(default)]
    pub times: Option<u32>,
    /// Within what.
    pub per: CapPer,
}

/// Within what a cap holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CapPer {
    /// One purchase, activity or joining.
    Purchase,
    /// A day, week, month, quarter or year of the programme's zone.
    Calendar(CalendarUnit),
    /// For ever.
    Ever,
}

/// What was awarded already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    pub(super) points: i64,
    pub(super) times: u32,
}

/// A cap, made ready to be asked often.
#[derive(Clone, Debug)]
pub(super) struct ReadyCap<'a> {
    cap: Cap,
    periods: Option<Periods<'a>>,
}

impl<'a> ReadyCap<'a> {
    pub(super) fn all(caps: &[Cap], zone: &'a Zone) -> Vec<Self> {
        let ready = |cap: &Cap| {
            let periods = match cap.per {
                CapPer::Calendar(unit) => Some(Periods::new(zone, unit, 0, Period::default())),
                CapPer::Purchase | CapPer::Ever => None,
            };
            Self { cap: *cap, periods }
        };
        caps.iter().map(ready).collect()
    }

    /// How many of some points may be awarded at an instant. `here` was awarded for the same occasion, `before` tells what
    /// was awarded earlier, in a window or ever.
    pub(super) fn cut(&self, points: i64, at: Timestamp, here: Used, before: impl Fn(Option<Window>) -> Used) -> i64 {
        let earlier = match (self.cap.per, &self.periods) {
            (CapPer::Purchase, _) => Used::default(),
            (_, Some(periods)) => before(Some(periods.at(at).window)),
            (_, None) => before(None),
        };
        if self.cap.times.is_some_and(|times| earlier.times.saturating_add(here.times) >= times) {
            return 0;
        }
        let used = earlier.points.saturating_add(here.points);
        self.cap.points.map_or(points, |most| points.min(most.saturating_sub(used).max(0)))
    }
}

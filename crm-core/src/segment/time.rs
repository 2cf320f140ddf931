//! Words of time: periods, shifts, windows and zones, as an expression writes them.

use crate::base::{Date, Name, Timestamp};

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// So many units of a fixed length: a day is 24 hours.
    Exact(u32, ExactUnit),
    /// So many units of the calendar, whose length depends on the date and the zone.
    Calendar(u32, CalendarUnit),
}

/// A unit of a fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExactUnit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 × 24 hours.
    Week,
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CalendarUnit {
    /// From one midnight to the next.
    Day,
    /// From one Monday to the next (ISO 8601).
    Week,
    /// A month.
    Month,
    /// Three months, from January, April, July or October on.
    Quarter,
    /// A year.
    Year,
}

/// A step away from now or from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shift {
    /// Towards the past, rather than the future.
    pub back: bool,
    /// How far.
    pub period: Period,
}

/// A half-open window of time, relative to the instant of evaluation or absolute.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeWindow {
    /// From when to when.
    pub stretch: Stretch,
    /// The zone of its civil dates.
    pub zone: ZoneRef,
}

/// From when to when a window reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stretch {
    /// The time up to now: exactly as long as the period or, when the period is of the calendar, from the start of the
    /// first of so many days, weeks, ..., the present one included.
    Last(Period),
    /// The time from now on: exactly as long as the period or, when the period is of the calendar, from the start of
    /// today to the end of the last of so many days, weeks, ..., the present one included.
    Next(Period),
    /// The whole present day, week, ...
    This(CalendarUnit),
    /// The whole day, week, ... before the present one.
    Previous(CalendarUnit),
    /// The whole day, week, ... after the present one.
    Following(CalendarUnit),
    /// From a bound on.
    Since(Bound),
    /// Before a bound.
    Until(Bound),
    /// From the first bound to before the second.
    Between(Bound, Bound),
}

/// One end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bound {
    /// The first instant of a date.
    Date(Date),
    /// An instant.
    Time(Timestamp),
    /// The instant of evaluation, shifted or not.
    Now(Option<Shift>),
    /// The first instant of today, shifted by periods of the calendar or not.
    Today(Option<Shift>),
}

/// Whose civil calendar is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ZoneRef {
    /// The default zone of the evaluation.
    #[default]
    Default,
    /// A zone of the IANA database (`Europe/Berlin`).
    Named(Name),
    /// The customer's own zone; when it is missing, the named zone or else the default zone.
    Customer(Option<Name>),
}

impl ExactUnit {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Minute, Self::Hour, Self::Day, Self::Week];

    /// The word for one of it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// How many microseconds it lasts.
    pub const fn micros(self) -> i64 {
        match self {
            Self::Minute => 60_000_000,
            Self::Hour => 3_600_000_000,
            Self::Day => 86_400_000_000,
            Self::Week => 604_800_000_000,
        }
    }

    /// The unit that a word, in the singular or the plural, names.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.word() == singular(word))
    }
}

impl CalendarUnit {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The word for one of it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The unit that a word, in the singular or the plural, names.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.word() == singular(word))
    }
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

impl Period {
    /// The longest period, in days.
    pub const MAX_DAYS: u64 = 73_200;

    /// About how many days it lasts; never too few.
    pub(super) const fn approximate_days(self) -> u64 {
        match self {
            Self::Exact(count, unit) => (count as u64 * (unit.micros() as u64 / 60_000_000)).div_ceil(24 * 60),
            Self::Calendar(count, unit) => {
                count as u64
                    * match unit {
                        CalendarUnit::Day => 1,
                        CalendarUnit::Week => 7,
                        CalendarUnit::Month => 31,
                        CalendarUnit::Quarter => 92,
                        CalendarUnit::Year => 366,
                    }
            }
        }
    }
}

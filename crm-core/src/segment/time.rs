//! Words of time: periods, shifts, windows and zones, as an expression writes them.

use crate::base::{CalendarUnit, Date, Month, Name, Period, Timestamp, Weekday};

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Length {
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

/// A step away from now or from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shift {
    /// Towards the past, rather than the future.
    pub back: bool,
    /// How far.
    pub length: Length,
}

/// A half-open window of time, relative to the instant of evaluation or absolute.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeWindow {
    /// From when to when.
    pub stretch: Stretch,
    /// Where its weeks or years begin.
    pub start: Start,
    /// The zone of its civil dates.
    pub zone: ZoneRef,
}

/// From when to when a window reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stretch {
    /// The time up to now: exactly as long as the length or, when that is of the calendar, from the start of the
    /// first of so many days, weeks, ..., the present one included.
    Last(Length),
    /// The time from now on: exactly as long as the length or, when that is of the calendar, from the start of
    /// today to the end of the last of so many days, weeks, ..., the present one included.
    Next(Length),
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

/// Where the weeks or the years of a window begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Start {
    /// Weeks on Monday (ISO 8601), years in January.
    #[default]
    Usual,
    /// Weeks on this day.
    Week(Weekday),
    /// Years, and with them their quarters, on the first of this month: fiscal years.
    Year(Month),
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
    /// The first instant of today, shifted by lengths of the calendar or not.
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

/// The unit of the calendar that a word, in the singular or the plural, names.
pub(super) fn calendar_units(word: &str) -> Option<CalendarUnit> {
    singular(word).parse().ok()
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

impl Stretch {
    /// How long it is, where that is exact: of `last 90 days`.
    pub(super) fn micros(self) -> Option<i64> {
        if let Self::Last(length) = self { length.micros() } else { None }
    }
}

impl Length {
    /// How long it is, where that is exact.
    pub(super) fn micros(self) -> Option<i64> {
        match self {
            Self::Exact(count, unit) => Some(i64::from(count) * unit.micros()),
            Self::Calendar(..) => None,
        }
    }

    /// The longest one, in days: 200 years.
    const MAX_DAYS: u64 = 73_200;

    /// Whether it is neither empty nor too long to count with.
    pub(super) const fn is_in_bounds(self) -> bool {
        let days = self.approximate_days();
        0 < days && days <= Self::MAX_DAYS
    }

    /// About how many days it lasts; never too few.
    const fn approximate_days(self) -> u64 {
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

impl Start {
    /// The word for it: a day of the week or a month; nothing for the usual one.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Usual => None,
            Self::Week(day) => WEEKDAYS.get(usize::from(day.number()) - 1).copied(),
            Self::Year(month) => Some(month.word()),
        }
    }

    /// The day of the week or the month that a word names.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        let day = WEEKDAYS.iter().zip(Weekday::ALL).find(|(own, _)| **own == word);
        day.map(|(_, day)| Self::Week(day)).or_else(|| word.parse().ok().map(Self::Year))
    }

    /// Whether stretches of a unit can begin so.
    pub(super) const fn suits(self, unit: Option<CalendarUnit>) -> bool {
        match self {
            Self::Usual => true,
            Self::Week(_) => matches!(unit, Some(CalendarUnit::Week)),
            Self::Year(_) => matches!(unit, Some(CalendarUnit::Quarter | CalendarUnit::Year)),
        }
    }

    /// The first day of the week, quarter, ... of a date.
    pub(super) fn first_day(self, date: Date, unit: CalendarUnit) -> Date {
        match self {
            Self::Week(first) if unit == CalendarUnit::Week => {
                let since = (7 + date.weekday().number() - first.number()) % 7;
                date.saturating_add_days(-i32::from(since))
            }
            // In a calendar that is moved so far that the year begins in January.
            Self::Year(first) if matches!(unit, CalendarUnit::Quarter | CalendarUnit::Year) => {
                let moved = Period::months(i32::from(first.number()) - 1);
                let month = date.start_of(CalendarUnit::Month);
                month.saturating_add(-moved).start_of(unit).saturating_add(moved)
            }
            _ => date.start_of(unit),
        }
    }

    /// The last day of the week, quarter, ... of a date.
    pub(super) fn last_day(self, date: Date, unit: CalendarUnit) -> Date {
        if self == Self::Usual {
            return date.end_of(unit);
        }
        self.first_day(date, unit).saturating_add(unit.times(1)).saturating_add_days(-1)
    }
}

/// The days of the week, from Monday.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Stretch {
    /// The unit of the calendar that it consists of.
    pub(super) const fn unit(self) -> Option<CalendarUnit> {
        match self {
            Self::Last(Length::Calendar(_, unit))
            | Self::Next(Length::Calendar(_, unit))
            | Self::This(unit)
            | Self::Previous(unit)
            | Self::Following(unit) => Some(unit),
            _ => None,
        }
    }

    /// The bounds that were written out.
    pub(super) fn bounds(self) -> impl Iterator<Item = Bound> {
        let (first, second) = match self {
            Self::Since(bound) | Self::Until(bound) => (Some(bound), None),
            Self::Between(start, end) => (Some(start), Some(end)),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Whether it consists of whole dates.
    pub(super) fn is_civil(self) -> bool {
        match self {
            Self::Last(length) | Self::Next(length) => matches!(length, Length::Calendar(..)),
            Self::This(_) | Self::Previous(_) | Self::Following(_) => true,
            Self::Since(_) | Self::Until(_) | Self::Between(..) => {
                self.bounds().all(|bound| matches!(bound, Bound::Date(_) | Bound::Today(_)))
            }
        }
    }

    /// Whether its instants depend on a zone.
    pub(super) fn needs_zone(self) -> bool {
        let calendar = |shift: Option<Shift>| matches!(shift, Some(Shift { length: Length::Calendar(..), .. }));
        match self {
            Self::Since(_) | Self::Until(_) | Self::Between(..) => self.bounds().any(|bound| match bound {
                Bound::Date(_) | Bound::Today(_) => true,
                Bound::Time(_) => false,
                Bound::Now(shift) => calendar(shift),
            }),
            _ => self.is_civil(),
        }
    }
}

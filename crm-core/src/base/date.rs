//! Days of the calendar, without a zone, and how to count with them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::as_text::as_text;
use super::{Error, Result, worded};

/// A day of the proleptic Gregorian calendar, years 1 to 9999, without a zone.
///
/// ```
/// use crm_core::base::{CalendarUnit, Date, Period};
///
/// let day: Date = "2026-01-31".parse()?;
/// assert_eq!(day.saturating_add(Period::months(1)).to_string(), "2026-02-28");
/// assert_eq!(day.start_of(CalendarUnit::Quarter).to_string(), "2026-01-01");
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The date of a year, month (1 to 12) and day of the month.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such day.
    pub fn new(year: i16, month: u8, day: u8) -> Result<Self> {
        let bad = || Error::invalid("date", "no such day");
        let month = time::Month::try_from(month).map_err(|_| bad())?;
        let date = time::Date::from_calendar_date(i32::from(year), month, day).map_err(|_| bad())?;
        Self::from_days(date.to_julian_day() - JULIAN_EPOCH)
    }

    /// The date `days` after 1970-01-01, the form in which stores keep it.
    ///
    /// # Errors
    /// [`Error::Invalid`] outside the years 1 to 9999.
    pub fn from_days(days: i32) -> Result<Self> {
        let date = Self(days);
        if (Self::MIN..=Self::MAX).contains(&date) {
            Ok(date)
        } else {
            Err(Error::invalid("date", "outside the years 1 to 9999"))
        }
    }

    /// The date `days` after 1970-01-01, kept between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    pub(super) fn clamped(days: i64) -> Self {
        Self(days.clamp(i64::from(Self::MIN.0), i64::from(Self::MAX.0)) as i32)
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    fn civil(self) -> time::Date {
        time::Date::from_julian_day(self.0 + JULIAN_EPOCH).unwrap_or(time::Date::MIN)
    }

    /// The year, 1 to 9999.
    pub fn year(self) -> i16 {
        self.civil().year() as i16
    }

    /// The quarter of the year, 1 to 4.
    pub fn quarter(self) -> u8 {
        self.month().div_ceil(3)
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.civil().month().into()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.civil().day()
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.0 + 3).rem_euclid(7) as usize]
    }

    /// The week of ISO 8601. The first days of January may belong to the last week of the year before, and the last
    /// days of December to the first week of the next.
    pub fn iso_week(self) -> IsoWeek {
        let (year, week, _) = self.civil().to_iso_week_date();
        IsoWeek { year: year as i16, week }
    }

    /// This date moved by days, kept between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add_days(self, days: i32) -> Self {
        Self::clamped(i64::from(self.0) + i64::from(days))
    }

    /// The same day of the month, `months` later; the last day of that month where it has no such day. Kept between
    /// [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add_months(self, months: i32) -> Self {
        let date = self.civil();
        let count = i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1 + i64::from(months);
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u8 + 1);
        match i16::try_from(year) {
            Ok(year @ 1..=9999) => {
                Self::new(year, month, date.day().min(days_in_month(year, month))).unwrap_or(Self::MAX)
            }
            _ if year < 1 => Self::MIN,
            _ => Self::MAX,
        }
    }

    /// This date moved by a period: first its months, then its days.
    #[must_use]
    pub fn saturating_add(self, period: Period) -> Self {
        self.saturating_add_months(period.months).saturating_add_days(period.days)
    }

    /// The first day of the week (Monday), month, quarter or year that this day lies in.
    #[must_use]
    pub fn start_of(self, unit: CalendarUnit) -> Self {
        let day = i32::from(self.day());
        let first_of_month = || Self(self.0 + 1 - day);
        match unit {
            CalendarUnit::Day => self,
            CalendarUnit::Week => self.saturating_add_days(1 - i32::from(self.weekday().number())),
            CalendarUnit::Month => first_of_month(),
            CalendarUnit::Quarter => first_of_month().saturating_add_months(-i32::from((self.month() - 1) % 3)),
            CalendarUnit::Year => first_of_month().saturating_add_months(1 - i32::from(self.month())),
        }
    }

    /// The last day of the week (Sunday), month, quarter or year that this day lies in.
    #[must_use]
    pub fn end_of(self, unit: CalendarUnit) -> Self {
        let first = self.start_of(unit);
        // The last unit of the year 9999 has no successor to step back from.
        match unit.step().map(|months| first.saturating_add_months(months)) {
            Some(Self::MAX) => Self::MAX,
            Some(next) => next.saturating_add_days(-1),
            None if unit == CalendarUnit::Week => first.saturating_add_days(6),
            None => self,
        }
    }

    /// The day of `year` on which this date (of birth, of joining) is celebrated; nothing outside the years 1 to 9999.
    /// `leap` says what happens to 29 February in a year that has none.
    ///
    /// ```
    /// use crm_core::base::{Date, LeapDay};
    ///
    /// let born: Date = "2004-02-29".parse()?;
    /// assert_eq!(born.anniversary(2026, LeapDay::February28), Some("2026-02-28".parse()?));
    /// assert_eq!(born.anniversary(2026, LeapDay::March1), Some("2026-03-01".parse()?));
    /// assert_eq!(born.anniversary(2028, LeapDay::March1), Some("2028-02-29".parse()?));
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    pub fn anniversary(self, year: i16, leap: LeapDay) -> Option<Self> {
        let (month, day) = match (self.month(), self.day(), leap) {
            (2, 29, _) if days_in_month(year, 2) == 29 => (2, 29),
            (2, 29, LeapDay::February28) => (2, 28),
            (2, 29, LeapDay::March1) => (3, 1),
            (month, day, _) => (month, day),
        };
        Self::new(year, month, day).ok()
    }

    /// How many years have passed since this date `on` another: the age of somebody born on this date. It grows on
    /// the day of the [`anniversary`](Self::anniversary); before this date it is negative.
    pub fn years_until(self, on: Self, leap: LeapDay) -> i16 {
        let years = on.year() - self.year();
        match self.anniversary(on.year(), leap) {
            Some(day) if day <= on => years,
            _ => years - 1,
        }
    }
}

/// The Julian day number of 1970-01-01.
const JULIAN_EPOCH: i32 = 2_440_588;

fn days_in_month(year: i16, month: u8) -> u8 {
    time::Month::try_from(month).map_or(31, |month| month.length(i32::from(year)))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.civil();
        write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = Error;

    /// Reads `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::invalid("date", "expected YYYY-MM-DD");
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(bad());
        }
        let number = |part: &[u8]| {
            part.iter().try_fold(0_i16, |sum, b| {
                if b.is_ascii_digit() { Ok(sum * 10 + i16::from(b - b'0')) } else { Err(bad()) }
            })
        };
        Self::new(number(&bytes[..4])?, number(&bytes[5..7])? as u8, number(&bytes[8..])? as u8)
    }
}

as_text!(Date, "a date, as in 2026-03-01");

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// The first day of the week (ISO 8601).
    Monday,
    /// The second day of the week.
    Tuesday,
    /// The third day of the week.
    Wednesday,
    /// The fourth day of the week.
    Thursday,
    /// The fifth day of the week.
    Friday,
    /// The sixth day of the week.
    Saturday,
    /// The seventh day of the week.
    Sunday,
}

impl Weekday {
    /// Every day, from Monday.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// Monday = 1 to Sunday = 7 (ISO 8601).
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

/// A week of ISO 8601: it begins on a Monday and belongs to the year that holds its Thursday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IsoWeek {
    /// The year that the week belongs to.
    pub year: i16,
    /// 1 to 53.
    pub week: u8,
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

worded! {
    /// A month of the year.
    pub enum Month: "month" {
        /// 1.
        January = "january",
        /// 2.
        February = "february",
        /// 3.
        March = "march",
        /// 4.
        April = "april",
        /// 5.
        May = "may",
        /// 6.
        June = "june",
        /// 7.
        July = "july",
        /// 8.
        August = "august",
        /// 9.
        September = "september",
        /// 10.
        October = "october",
        /// 11.
        November = "november",
        /// 12.
        December = "december",
    }
}

impl Month {
    /// January = 1 to December = 12.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

worded! {
    /// A stretch of the calendar that days are grouped by.
    pub enum CalendarUnit: "calendar_unit" {
        /// One day.
        Day = "day",
        /// Monday to Sunday.
        Week = "week",
        /// A month.
        Month = "month",
        /// Three months, from January, April, July or October.
        Quarter = "quarter",
        /// January to December.
        Year = "year",
    }
}

impl CalendarUnit {
    /// `count` of this unit as a period.
    pub const fn times(self, count: i32) -> Period {
        match self {
            Self::Day => Period::days(count),
            Self::Week => Period::days(count.saturating_mul(7)),
            Self::Month => Period::months(count),
            Self::Quarter => Period::months(count.saturating_mul(3)),
            Self::Year => Period::years(count),
        }
    }

    /// Its length in months, if it is made of months.
    const fn step(self) -> Option<i32> {
        match self.times(1).months {
            0 => None,
            months => Some(months),
        }
    }
}

/// A stretch of civil time whose length in hours depends on where in the calendar it is laid: so many months, and so
/// many days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Months, counted first. A day that the month does not have becomes its last day.
    #[serde(default)]
    pub months: i32,
    /// Days, counted after the months.
    #[serde(default)]
    pub days: i32,
}

impl Period {
    /// Some days.
    pub const fn days(days: i32) -> Self {
        Self { months: 0, days }
    }

    /// Some months.
    pub const fn months(months: i32) -> Self {
        Self { months, days: 0 }
    }

    /// Some years.
    pub const fn years(years: i32) -> Self {
        Self::months(years.saturating_mul(12))
    }
}

impl std::ops::Neg for Period {
    type Output = Self;

    /// The same period backwards. Going there and back need not lead to the same day: 31 March, a month back and a
    /// month on is 28 March.
    fn neg(self) -> Self {
        Self { months: self.months.saturating_neg(), days: self.days.saturating_neg() }
    }
}

/// When somebody born on 29 February is a year older in a year without that day. Laws differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeapDay {
    /// On 28 February.
    February28,
    /// On 1 March.
    #[default]
    March1,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (Date::MIN.0..=Date::MAX.0).prop_map(Date)
    }

    proptest! {
        #[test]
        fn dates_survive_printing(date in any_date()) {
            prop_assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
            prop_assert_eq!(Date::new(date.year(), date.month(), date.day()).unwrap(), date);
            prop_assert_eq!(date.weekday().number(), date.civil().weekday().number_from_monday());
        }

        #[test]
        fn every_day_lies_in_one_unit(date in any_date()) {
            for unit in CalendarUnit::ALL.iter().copied() {
                let (first, last) = (date.start_of(unit), date.end_of(unit));
                prop_assert!(first <= date && date <= last);
                prop_assert_eq!((first.start_of(unit), last.end_of(unit)), (first, last));
                prop_assert_eq!(last.start_of(unit), first);
                if last < Date::MAX {
                    prop_assert_eq!(last.saturating_add_days(1).start_of(unit), last.saturating_add_days(1));
                }
            }
        }

        #[test]
        fn months_clamp_to_the_last_day(date in any_date(), months in -2400..2400) {
            let moved = date.saturating_add_months(months);
            if moved > Date::MIN && moved < Date::MAX {
                prop_assert_eq!(moved.day(), date.day().min(moved.end_of(CalendarUnit::Month).day()));
                let between = (i32::from(moved.year()) - i32::from(date.year())) * 12
                    + i32::from(moved.month()) - i32::from(date.month());
                prop_assert_eq!(between, months);
            }
        }

        #[test]
        fn age_is_the_last_anniversary_that_has_come(born in any_date(), on in any_date()) {
            for leap in [LeapDay::February28, LeapDay::March1] {
                let age = born.years_until(on, leap);
                let celebrated = |age: i16| born.anniversary(born.year() + age, leap);
                prop_assert!(celebrated(age).is_none_or(|day| day <= on));
                prop_assert!(celebrated(age + 1).is_none_or(|day| day > on));
            }
        }

        #[test]
        fn no_count_is_too_large(date in any_date(), months: i32, days: i32) {
            let moved = date.saturating_add(Period { months, days });
            prop_assert!((Date::MIN..=Date::MAX).contains(&moved));
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(Date::new(2026, 2, 29).is_err());
        assert!(Date::new(2024, 2, 29).is_ok());
        for bad in ["2026-13-01", "2026-1-01", "20260101", "2026-02-30", "+026-01-01", "2026-01-0é", "0000-01-01"] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
        assert_eq!(day("1970-01-01").weekday(), Weekday::Thursday);
    }

    #[test]
    fn months_of_all_lengths() {
        for (from, months, to) in [
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", -48, "2020-02-29"),
            ("2026-12-15", 1, "2027-01-15"),
            ("2026-01-15", -1, "2025-12-15"),
            ("9999-12-01", 1, "9999-12-31"),
            ("0001-01-31", -1, "0001-01-01"),
        ] {
            assert_eq!(day(from).saturating_add_months(months), day(to), "{from} {months:+}");
        }
    }

    /// Examples of ISO 8601 weeks at the turn of the year.
    #[test]
    fn iso_weeks() {
        for (date, week) in [
            ("2005-01-01", "2004-W53"),
            ("2005-01-02", "2004-W53"),
            ("2005-12-31", "2005-W52"),
            ("2006-01-02", "2006-W01"),
            ("2007-12-31", "2008-W01"),
            ("2008-12-29", "2009-W01"),
            ("2009-12-31", "2009-W53"),
            ("2010-01-03", "2009-W53"),
            ("2026-11-22", "2026-W47"),
        ] {
            assert_eq!(day(date).iso_week().to_string(), week, "{date}");
        }
    }

    #[test]
    fn age_grows_on_the_birthday() {
        let age = |born: &str, on: &str, leap| day(born).years_until(day(on), leap);
        assert_eq!(age("1990-06-15", "2026-06-14", LeapDay::March1), 35);
        assert_eq!(age("1990-06-15", "2026-06-15", LeapDay::March1), 36);
        assert_eq!(age("2004-02-29", "2026-02-28", LeapDay::March1), 21);
        assert_eq!(age("2004-02-29", "2026-02-28", LeapDay::February28), 22);
        assert_eq!(age("2004-02-29", "2028-02-28", LeapDay::February28), 23);
        assert_eq!(age("2026-06-15", "2026-06-14", LeapDay::March1), -1);
    }
}

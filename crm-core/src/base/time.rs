//! Instants, dates and half-open windows. Zones and civil time are in [`zone`](super::zone).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Error, Result};

/// An instant: microseconds since 1970-01-01T00:00:00Z, without leap seconds, from year 1 to year 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00Z; as the start of a window: since ever.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-30T22:00:00Z; as the end of a window: for ever. (The last instant that every zone can show.)
    pub const MAX: Self = Self(253_402_207_200_000_000);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The instant `micros` after 1970.
    ///
    /// # Errors
    /// [`Error::Invalid`] outside [`MIN`](Self::MIN)..=[`MAX`](Self::MAX).
    pub fn from_micros(micros: i64) -> Result<Self> {
        let at = Self(micros);
        if (Self::MIN..=Self::MAX).contains(&at) {
            Ok(at)
        } else {
            Err(Error::invalid("timestamp", "outside the years 1 to 9999"))
        }
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This instant moved by `micros`, kept between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// This instant moved by whole days of exactly 24 hours, kept between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add_days(self, days: i64) -> Self {
        self.saturating_add_micros(days.saturating_mul(MICROS_PER_DAY))
    }

    /// Microseconds from `earlier` to this instant; negative when it lies before.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The instant of the `time` crate.
    pub fn to_offset_date_time(self) -> time::OffsetDateTime {
        let nanos = i128::from(self.0) * 1_000;
        time::OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
    }

    /// The date of this instant in UTC.
    pub fn utc_date(self) -> Date {
        Date(self.0.div_euclid(MICROS_PER_DAY) as i32)
    }
}

/// Microseconds in 24 hours.
const MICROS_PER_DAY: i64 = 86_400_000_000;

impl TryFrom<time::OffsetDateTime> for Timestamp {
    type Error = Error;

    /// Cuts nanoseconds to microseconds, towards the past.
    fn try_from(at: time::OffsetDateTime) -> Result<Self> {
        let micros = at.unix_timestamp_nanos().div_euclid(1_000);
        i64::try_from(micros)
            .map_err(|_| Error::invalid("timestamp", "outside the years 1 to 9999"))
            .and_then(Self::from_micros)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with as many of six digits of the second as are needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second_of_day = self.0.rem_euclid(MICROS_PER_DAY) / 1_000_000;
        let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.utc_date())?;
        match self.0.rem_euclid(1_000_000) {
            0 => {}
            micros => f.write_str(format!(".{micros:06}").trim_end_matches('0'))?,
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339 with an offset (`2026-03-01T09:00:00+01:00`). A text without an offset is refused: it names no
    /// instant. Digits beyond the microsecond are cut.
    fn from_str(text: &str) -> Result<Self> {
        let at: jiff::Timestamp = text
            .parse()
            .map_err(|_| Error::invalid("timestamp", "expected RFC 3339 with an offset, as in 2026-03-01T09:00:00Z"))?;
        i64::try_from(at.as_nanosecond().div_euclid(1_000))
            .map_err(|_| Error::invalid("timestamp", "outside the years 1 to 9999"))
            .and_then(Self::from_micros)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not an RFC 3339 instant"))
    }
}

/// A day of the proleptic Gregorian calendar, years 1 to 9999, without a zone.
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

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.civil().month().into()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.civil().day()
    }

    /// The day of the week, Monday = 1 to Sunday = 7 (ISO 8601).
    pub fn weekday(self) -> u8 {
        self.civil().weekday().number_from_monday()
    }

    /// This date moved by days, kept between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(Self::MIN.0, Self::MAX.0))
    }
}

/// The Julian day number of 1970-01-01.
const JULIAN_EPOCH: i32 = 2_440_588;

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

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not a date"))
    }
}

/// A half-open span of time: `start` belongs to it, `end` does not.
///
/// Windows that meet share no instant and leave none out. An event at 23:59:59.999999 belongs to its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
}

impl Window {
    /// All of time.
    pub const ALWAYS: Self = Self { start: Timestamp::MIN, end: Timestamp::MAX };

    /// The window `[start, end)`. It may be empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `end` lies before `start`.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self> {
        if end < start { Err(Error::invalid("window", "ends before it starts")) } else { Ok(Self { start, end }) }
    }

    /// Everything before an instant.
    pub const fn until(end: Timestamp) -> Self {
        Self { start: Timestamp::MIN, end }
    }

    /// Everything from an instant on.
    pub const fn since(start: Timestamp) -> Self {
        Self { start, end: Timestamp::MAX }
    }

    /// Whether an instant lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether nothing lies inside.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn instants_survive_printing(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let at = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
            prop_assert_eq!(Timestamp::try_from(at.to_offset_date_time()).unwrap(), at);
        }

        #[test]
        fn dates_survive_printing(days in Date::MIN.0..=Date::MAX.0) {
            let date = Date::from_days(days).unwrap();
            prop_assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
            prop_assert_eq!(Date::new(date.year(), date.month(), date.day()).unwrap(), date);
        }
    }

    #[test]
    fn the_last_half_second_belongs_to_its_day() {
        let day =
            Window::new("2026-03-01T00:00:00Z".parse().unwrap(), "2026-03-02T00:00:00Z".parse().unwrap()).unwrap();
        assert!(day.contains("2026-03-01T23:59:59.500Z".parse().unwrap()));
        assert!(!day.contains("2026-03-02T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn local_times_name_no_instant() {
        assert!("2026-03-01T09:00:00".parse::<Timestamp>().is_err());
        assert_eq!("2026-03-01T09:00:00+01:00".parse::<Timestamp>().unwrap().to_string(), "2026-03-01T08:00:00Z");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(Date::new(2026, 2, 29).is_err());
        assert!(Date::new(2024, 2, 29).is_ok());
        for bad in ["2026-13-01", "2026-1-01", "20260101", "2026-02-30", "+026-01-01", "2026-01-0é"] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
        assert_eq!("1970-01-01".parse::<Date>().unwrap().weekday(), 4);
    }
}

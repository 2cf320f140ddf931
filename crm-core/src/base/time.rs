//! Instants and half-open windows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::as_text::as_text;
use super::{Civil, Date, Error, Result};

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

    /// The instant `micros` after 1970, kept between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    pub(super) fn clamped(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This instant moved by `micros`, kept between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add_micros(self, micros: i64) -> Self {
        Self::clamped(self.0.saturating_add(micros))
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
        Civil::from_micros(self.0).date
    }
}

/// Microseconds in 24 hours.
pub(super) const MICROS_PER_DAY: i64 = 86_400_000_000;

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
        write!(f, "{}Z", Civil::from_micros(self.0))
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

as_text!(Timestamp, "an RFC 3339 instant with an offset");

/// A half-open span of time: `start` belongs to it, `end` does not.
///
/// Windows that meet share no instant and leave none out. An event at 23:59:59.999999 belongs to its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Window {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
}

/// A window as it is read, before it is known to be one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    start: Timestamp,
    end: Timestamp,
}

impl TryFrom<Ends> for Window {
    type Error = Error;

    fn try_from(ends: Ends) -> Result<Self> {
        Self::new(ends.start, ends.end)
    }
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
}

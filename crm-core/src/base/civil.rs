//! What clocks on walls show.

use std::fmt;
use std::str::FromStr;

use super::as_text::as_text;
use super::time::MICROS_PER_DAY;
use super::{Date, Error, Result};

/// A time of the day, 00:00 to 23:59:59.999999, without a date or zone.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(i64);

impl TimeOfDay {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 23:59:59.999999.
    pub const MAX: Self = Self(MICROS_PER_DAY - 1);

    /// The time at an hour (0 to 23), minute and second (0 to 59; there are no leap seconds).
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such time.
    pub fn new(hour: u8, minute: u8, second: u8) -> Result<Self> {
        if hour < 24 && minute < 60 && second < 60 {
            let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
            Ok(Self(seconds * 1_000_000))
        } else {
            Err(Error::invalid("time_of_day", "no such time"))
        }
    }

    /// The time `micros` after midnight, on a day without a change of the clocks.
    ///
    /// # Errors
    /// [`Error::Invalid`] when that is not on the same day.
    pub fn from_micros(micros: i64) -> Result<Self> {
        let time = Self(micros);
        if (Self::MIDNIGHT..=Self::MAX).contains(&time) {
            Ok(time)
        } else {
            Err(Error::invalid("time_of_day", "no such time"))
        }
    }

    /// Microseconds since midnight, on a day without a change of the clocks.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        (self.0 / 3_600_000_000) as u8
    }

    /// The minute, 0 to 59.
    pub const fn minute(self) -> u8 {
        (self.0 / 60_000_000 % 60) as u8
    }

    /// The second, 0 to 59.
    pub const fn second(self) -> u8 {
        (self.0 / 1_000_000 % 60) as u8
    }

    /// Microseconds within the second.
    pub const fn micros(self) -> u32 {
        (self.0 % 1_000_000) as u32
    }
}

impl fmt::Display for TimeOfDay {
    /// `HH:MM:SS`, with as many of six digits of the second as are needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.hour(), self.minute(), self.second())?;
        let (mut digits, mut width) = (self.micros(), 6);
        if digits == 0 {
            return Ok(());
        }
        while digits % 10 == 0 {
            digits /= 10;
            width -= 1;
        }
        write!(f, ".{digits:0width$}")
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TimeOfDay {
    type Err = Error;

    /// Reads `HH:MM`, `HH:MM:SS` or `HH:MM:SS.ffffff` with one to six digits of the second.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::invalid("time_of_day", "expected HH:MM or HH:MM:SS");
        let number = |part: &str| match part.as_bytes() {
            [tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => Ok((tens - b'0') * 10 + (ones - b'0')),
            _ => Err(bad()),
        };
        let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let mut parts = clock.split(':');
        let mut next = || parts.next().map(number);
        let (hour, minute, second) = (next().ok_or_else(bad)??, next().ok_or_else(bad)??, next());
        if parts.next().is_some() || (second.is_none() && text.contains('.')) {
            return Err(bad());
        }
        if !(1..=6).contains(&fraction.len()) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        let micros = format!("{fraction:0<6}").parse::<i64>().map_err(|_| bad())?;
        Self::new(hour, minute, second.transpose()?.unwrap_or(0)).map(|time| Self(time.0 + micros))
    }
}

/// A day and a time as a clock on a wall shows them. It names an instant only together with a
/// [`Zone`](super::Zone).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// The day.
    pub date: Date,
    /// The time of that day.
    pub time: TimeOfDay,
}

impl Civil {
    /// Microseconds from 1970-01-01T00:00 on a clock that is never changed.
    pub(super) fn micros(self) -> i64 {
        i64::from(self.date.days()) * MICROS_PER_DAY + self.time.as_micros()
    }

    /// The inverse of [`micros`](Self::micros), kept between the years 1 and 9999.
    pub(super) fn from_micros(micros: i64) -> Self {
        let least = Self { date: Date::MIN, time: TimeOfDay::MIDNIGHT }.micros();
        let greatest = Self { date: Date::MAX, time: TimeOfDay::MAX }.micros();
        let micros = micros.clamp(least, greatest);
        Self {
            date: Date::clamped(micros.div_euclid(MICROS_PER_DAY)),
            time: TimeOfDay(micros.rem_euclid(MICROS_PER_DAY)),
        }
    }
}

impl From<Date> for Civil {
    /// Midnight, as the day begins.
    fn from(date: Date) -> Self {
        Self { date, time: TimeOfDay::MIDNIGHT }
    }
}

impl fmt::Display for Civil {
    /// ISO 8601 without an offset: `2026-03-01T09:00:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

impl fmt::Debug for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Civil {
    type Err = Error;

    /// Reads a date, `T` or a blank, and a time of the day, without an offset.
    fn from_str(text: &str) -> Result<Self> {
        let (date, time) = text
            .split_once(['T', ' '])
            .ok_or_else(|| Error::invalid("civil_time", "expected YYYY-MM-DDTHH:MM:SS without an offset"))?;
        Ok(Self { date: date.parse()?, time: time.parse()? })
    }
}

as_text!(TimeOfDay, "a time of the day, as in 09:00");
as_text!(Civil, "a date and time without an offset");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn civil_times_survive_printing(days in Date::MIN.days()..=Date::MAX.days(), micros in 0..MICROS_PER_DAY) {
            let civil =
                Civil { date: Date::from_days(days).unwrap(), time: TimeOfDay::from_micros(micros).unwrap() };
            prop_assert_eq!(civil.to_string().parse::<Civil>().unwrap(), civil);
            prop_assert_eq!(Civil::from_micros(civil.micros()), civil);
            let json = serde_json::to_string(&civil).unwrap();
            prop_assert_eq!(serde_json::from_str::<Civil>(&json).unwrap(), civil);
        }
    }

    #[test]
    fn times_that_do_not_exist_are_refused() {
        for bad in [
            "",
            "9:00",
            "09",
            "09:0",
            "24:00",
            "09:60",
            "09:00:60",
            "09:00:00.",
            "09:00:00.1234567",
            "09:00.5",
            "09:00:",
            "+9:00",
            "09:00:00:00",
            "09-00",
            "٠٩:٠٠",
            "09:00:00.1.2",
            "09:00Z",
        ] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
        assert!(TimeOfDay::from_micros(MICROS_PER_DAY).is_err() && TimeOfDay::from_micros(-1).is_err());
        assert_eq!("09:30".parse::<TimeOfDay>().unwrap(), TimeOfDay::new(9, 30, 0).unwrap());
        assert_eq!("23:59:59.5".parse::<TimeOfDay>().unwrap().to_string(), "23:59:59.5");
        for bad in ["2026-03-01", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00+01:00", "T09:00", "2026-02-29T09:00"] {
            assert!(bad.parse::<Civil>().is_err(), "{bad}");
        }
    }
}

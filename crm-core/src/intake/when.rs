//! Dates and times as files write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fault::Fault;
use crate::base::{Civil, Date, Digest, Error, Result, TimeOfDay, Timestamp, Zone};

/// The form of a date: year, month and day in some order, apart by `-`, `.`, `/` or by nothing.
///
/// It is written `yyyy-mm-dd`, `yyyymmdd`, `dd.mm.yyyy`, `mm/dd/yyyy` and so on. With something between them, month and
/// day may have one digit; the year always has four. In every form a time may follow, apart by a blank or a `T`:
/// `17:30`, `17:30:59.25`, `5:30 PM`, each also with an offset (`Z`, `+02:00`). Without an offset the time is what a
/// clock in the zone of the mapping shows; a date alone is the start of its day there.
///
/// ```
/// use crm_core::intake::DateFormat;
///
/// let form: DateFormat = "dd.mm.yyyy".parse()?;
/// assert_eq!(form.to_string(), "dd.mm.yyyy");
/// assert!("dd.mm.yy".parse::<DateFormat>().is_err());
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateFormat {
    order: [Part; 3],
    between: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Year,
    Month,
    Day,
}

use Part::{Day, Month, Year};

impl DateFormat {
    /// `yyyy-mm-dd` (ISO 8601).
    pub const ISO: Self = Self { order: [Year, Month, Day], between: Some(b'-') };
    /// `yyyymmdd` (ISO 8601, basic).
    pub const COMPACT: Self = Self { order: [Year, Month, Day], between: None };

    /// The forms that are tried when a mapping names none.
    const COMMON: [Self; 8] = [
        Self::ISO,
        Self::COMPACT,
        Self { order: [Year, Month, Day], between: Some(b'/') },
        Self { order: [Day, Month, Year], between: Some(b'.') },
        Self { order: [Month, Day, Year], between: Some(b'/') },
        Self { order: [Day, Month, Year], between: Some(b'/') },
        Self { order: [Month, Day, Year], between: Some(b'-') },
        Self { order: [Day, Month, Year], between: Some(b'-') },
    ];

    /// Reads a date and perhaps a time.
    pub(super) fn read(self, text: &str) -> Option<When> {
        let mut rest = text.as_bytes();
        let (mut year, mut month, mut day) = (0, 0, 0);
        for (place, part) in self.order.into_iter().enumerate() {
            if let (Some(between), true) = (self.between, place > 0) {
                rest = rest.strip_prefix(&[between])?;
            }
            let least = if self.between.is_some() { 1 } else { 2 };
            match part {
                Year => (year, rest) = number(rest, 4, 4)?,
                Month => (month, rest) = number(rest, least, 2)?,
                Day => (day, rest) = number(rest, least, 2)?,
            }
        }
        let date = Date::new(year as i16, month as u8, day as u8).ok()?;
        match rest {
            [] => Some(When::Day(date)),
            [b'T' | b't', clock @ ..] => When::with_time(date, clock),
            [b' ', clock @ ..] => When::with_time(date, clock.trim_ascii_start()),
            _ => None,
        }
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.order.into_iter().enumerate() {
            if let (Some(between), true) = (self.between, place > 0) {
                write!(f, "{}", char::from(between))?;
            }
            f.write_str(match part {
                Year => "yyyy",
                Month => "mm",
                Day => "dd",
            })?;
        }
        Ok(())
    }
}

impl fmt::Debug for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DateFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let orders = [[Year, Month, Day], [Year, Day, Month], [Day, Month, Year], [Month, Day, Year]];
        let betweens = [Some(b'-'), Some(b'.'), Some(b'/'), None];
        orders
            .into_iter()
            .flat_map(|order| betweens.map(|between| Self { order, between }))
            .find(|form| form.to_string().eq_ignore_ascii_case(text))
            .ok_or_else(|| Error::invalid("dates", "expected yyyy, mm and dd with - . / or nothing between them"))
    }
}

impl Serialize for DateFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not the form of a date"))
    }
}

/// Cells from which the form of the dates is guessed.
#[derive(Debug, Default)]
pub(super) struct DateSample {
    fits: [usize; DateFormat::COMMON.len()],
}

impl DateSample {
    pub fn add(&mut self, cell: &str) {
        for (form, fits) in DateFormat::COMMON.iter().zip(&mut self.fits) {
            *fits += usize::from(form.read(cell).is_some());
        }
    }

    /// The form in which most of the cells are written; [`ISO`](DateFormat::ISO) when no common form fits any.
    ///
    /// # Errors
    /// Two forms when the second fits nearly as many cells as the first, as for `03/04/2026`: one wrong cell must not
    /// turn months into days.
    pub fn likeliest(&self) -> Result<DateFormat, [DateFormat; 2]> {
        let mut ranked: Vec<(usize, DateFormat)> = self.fits.into_iter().zip(DateFormat::COMMON).collect();
        ranked.sort_by_key(|(fits, _)| std::cmp::Reverse(*fits));
        match ranked[..] {
            [(most, form), (next, other), ..] if most > 0 => {
                if next * 10 < most * 9 {
                    Ok(form)
                } else {
                    Err([form, other])
                }
            }
            _ => Ok(DateFormat::ISO),
        }
    }
}

/// What a cell says about when something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Day(Date),
    Local(Civil),
    Instant(Timestamp),
}

impl When {
    fn with_time(date: Date, clock: &[u8]) -> Option<Self> {
        let (time, rest) = time_of_day(clock)?;
        let civil = Civil { date, time };
        match rest.trim_ascii_start() {
            [] => Some(Self::Local(civil)),
            rest => Self::at_offset(civil, offset(rest)?),
        }
    }

    fn at_offset(civil: Civil, seconds: i64) -> Option<Self> {
        let micros = i64::from(civil.date.days()) * 86_400_000_000 + civil.time.as_micros() - seconds * 1_000_000;
        Timestamp::from_micros(micros).ok().map(Self::Instant)
    }

    /// A date and the time in another cell.
    pub fn at(self, clock: &str) -> Option<Self> {
        if let Self::Day(date) = self { Self::with_time(date, clock.as_bytes()) } else { None }
    }

    /// Writes what the cell says, whatever the zone.
    pub fn write_to(self, digest: &mut Digest) {
        let (zoned, micros) = match self {
            Self::Day(_) => (0, 0),
            Self::Local(civil) => (0, civil.time.as_micros()),
            Self::Instant(at) => (1, at.as_micros()),
        };
        digest.int(zoned);
        digest.int(i64::from(self.date().days()));
        digest.int(micros);
    }

    /// The day, as it is written.
    pub fn date(self) -> Date {
        match self {
            Self::Day(date) => date,
            Self::Local(civil) => civil.date,
            Self::Instant(at) => at.utc_date(),
        }
    }

    /// The instant, where clocks show the time of `zone`.
    pub fn instant(self, zone: &Zone) -> Timestamp {
        match self {
            Self::Day(date) => zone.start_of_day(date),
            Self::Local(civil) => zone.instant(civil),
            Self::Instant(at) => at,
        }
    }
}

/// The forms of the dates of a file, and the zone of its clocks.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    pub forms: Vec<DateFormat>,
    pub zone: Zone,
}

impl Dates {
    pub fn read(&self, cell: &str) -> Result<When, Fault> {
        self.forms.iter().find_map(|form| form.read(cell)).ok_or_else(|| {
            let expected: Vec<String> = self.forms.iter().map(ToString::to_string).collect();
            Fault::NotADate { expected: expected.join(" or ") }
        })
    }
}

/// A number of `least` to `most` digits, and what follows it.
fn number(text: &[u8], least: usize, most: usize) -> Option<(i64, &[u8])> {
    let size = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(size);
    let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    (size >= least).then_some((value, rest))
}

fn time_of_day(text: &[u8]) -> Option<(TimeOfDay, &[u8])> {
    let (mut hour, rest) = number(text, 1, 2)?;
    let (minute, mut rest) = number(rest.strip_prefix(b":")?, 2, 2)?;
    let (mut second, mut micros) = (0, 0);
    if let Some(behind) = rest.strip_prefix(b":") {
        (second, rest) = number(behind, 2, 2)?;
        if let [b'.' | b',', digits @ ..] = rest {
            let shown = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
            micros = number(digits, 1, 6)?.0 * 10_i64.pow(6 - shown.min(6) as u32);
            rest = &digits[shown..];
        }
    }
    let half = rest.trim_ascii_start();
    if let [h @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm', behind @ ..] = half {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if h.eq_ignore_ascii_case(&b'p') { 12 } else { 0 };
        rest = behind;
    }
    let whole = TimeOfDay::new(hour as u8, minute as u8, second as u8).ok()?;
    TimeOfDay::from_micros(whole.as_micros() + micros).ok().map(|time| (time, rest))
}

/// Seconds east of Greenwich.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        b"Z" | b"z" | b"UTC" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, 2, 2)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { number(rest, 2, 2)? };
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn instant(form: &str, text: &str) -> Option<String> {
        let form: DateFormat = form.parse().unwrap();
        form.read(text).map(|when| when.instant(&Zone::new("Europe/Berlin").unwrap()).to_string())
    }

    #[test]
    fn common_writings_are_read() {
        for (form, text, expected) in [
            ("yyyy-mm-dd", "2026-03-01", "2026-02-28T23:00:00Z"),
            ("yyyy-mm-dd", "2026-03-01T09:30:00+01:00", "2026-03-01T08:30:00Z"),
            ("yyyy-mm-dd", "2026-03-01 09:30:15.25", "2026-03-01T08:30:15.25Z"),
            ("yyyy-mm-dd", "2026-03-01 09:30:15,1234567 -0530", "2026-03-01T15:00:15.123456Z"),
            ("yyyy-mm-dd", "2026-03-01T09:30z", "2026-03-01T09:30:00Z"),
            ("yyyymmdd", "19970101", "1996-12-31T23:00:00Z"),
            ("dd.mm.yyyy", "1.3.2026 9:05", "2026-03-01T08:05:00Z"),
            ("mm/dd/yyyy", "12/31/2025 12:30 AM", "2025-12-30T23:30:00Z"),
            ("mm/dd/yyyy", "7/4/2026 5:30:01 pm", "2026-07-04T15:30:01Z"),
            // Clocks go from 02:00 to 03:00 on the first day, and from 03:00 to 02:00 on the second.
            ("yyyy-mm-dd", "2026-03-29 02:30", "2026-03-29T01:30:00Z"),
            ("yyyy-mm-dd", "2026-10-25 02:30", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(instant(form, text).as_deref(), Some(expected), "{form} {text}");
        }
    }

    #[test]
    fn other_writings_are_refused() {
        for (form, text) in [
            ("yyyy-mm-dd", ""),
            ("yyyy-mm-dd", "2026-02-29"),
            ("yyyy-mm-dd", "26-02-01"),
            ("yyyy-mm-dd", "2026-02-01x"),
            ("yyyy-mm-dd", "2026-02-01 25:00"),
            ("yyyy-mm-dd", "2026-02-01 09:60"),
            ("yyyy-mm-dd", "2026-02-01 09:00:00."),
            ("yyyy-mm-dd", "2026-02-01 13:00 PM"),
            ("yyyy-mm-dd", "2026-02-01 09:00 CET"),
            ("yyyy-mm-dd", "2026-02-01 09:00+24:00"),
            ("yyyy-mm-dd", "0001-01-01 00:00+01:00"),
            ("yyyymmdd", "199701"),
            ("yyyymmdd", "199701011"),
            ("mm/dd/yyyy", "31/12/2025"),
        ] {
            assert_eq!(instant(form, text), None, "{form} {text}");
        }
    }

    #[test]
    fn the_form_is_guessed_or_asked_for() {
        let guess = |cells: &[&str]| {
            let mut sample = DateSample::default();
            for cell in cells {
                sample.add(cell);
            }
            sample.likeliest().map(|form| form.to_string()).map_err(|two| two.map(|form| form.to_string()))
        };
        assert_eq!(guess(&["01/02/2026", "01/31/2026"]).unwrap(), "mm/dd/yyyy");
        assert_eq!(guess(&["01/02/2026", "31/01/2026"]).unwrap(), "dd/mm/yyyy");
        assert_eq!(guess(&["19970101", "oops"]).unwrap(), "yyyymmdd");
        assert_eq!(guess(&["yesterday"]).unwrap(), "yyyy-mm-dd");
        assert_eq!(guess(&["01/02/2026"]).unwrap_err(), ["mm/dd/yyyy", "dd/mm/yyyy"]);
        let mut mostly_ambiguous = ["01/02/2026"; 20];
        mostly_ambiguous[7] = "13/02/2026";
        assert_eq!(guess(&mostly_ambiguous).unwrap_err(), ["dd/mm/yyyy", "mm/dd/yyyy"]);
    }

    proptest! {
        #[test]
        fn every_form_reads_what_it_writes(days in Date::MIN.days()..=Date::MAX.days(), at in 0..DateFormat::COMMON.len()) {
            let (date, form) = (Date::from_days(days).unwrap(), DateFormat::COMMON[at]);
            let text = form.to_string()
                .replace("yyyy", &format!("{:04}", date.year()))
                .replace("mm", &format!("{:02}", date.month()))
                .replace("dd", &format!("{:02}", date.day()));
            prop_assert_eq!(form.read(&text), Some(When::Day(date)));
            prop_assert_eq!(form.to_string().parse::<DateFormat>().unwrap(), form);
        }

        #[test]
        fn instants_read_as_everywhere_else(micros in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()) {
            let at = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(DateFormat::ISO.read(&at.to_string()), Some(When::Instant(at)));
        }
    }
}

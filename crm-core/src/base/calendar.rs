//! Business time: the hours that count towards a promise.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::as_text::as_text;
use super::time::MICROS_PER_DAY;
use super::{Civil, Date, Error, Result, TimeOfDay, Timestamp, Weekday, Window, Zone};

const WEEK: i64 = 7 * MICROS_PER_DAY;

/// When a business opens and closes, as text `09:00-17:00`.
///
/// Where it closes no later than it opens, it closes on the next day: `22:00-06:00` is a night, `00:00-00:00` (also
/// read as `00:00-24:00`) a whole day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpeningHours {
    /// The first moment inside.
    pub opens: TimeOfDay,
    /// The first moment outside.
    pub closes: TimeOfDay,
}

impl OpeningHours {
    /// From midnight to midnight.
    pub const ALL_DAY: Self = Self { opens: TimeOfDay::MIDNIGHT, closes: TimeOfDay::MIDNIGHT };

    fn over_midnight(self) -> bool {
        self.closes <= self.opens
    }
}

/// Which instants count as business time: opening hours for every day of the week, and other ones, or none, for some
/// dates. Clocks are those of one zone.
///
/// Hours belong to the day on which they open: closing 25 December leaves the night that began on the 24th open.
/// Opening hours that overlap count once. Hours are real ones: a night in which the clocks are put forward is an hour
/// shorter. Where the clocks skip the time of opening or closing, the end of the gap takes its place; where they show
/// it twice, the first.
///
/// ```
/// use crm_core::base::{Calendar, Weekday, Zone};
///
/// let calendar = Calendar::weekdays(Zone::new("Europe/Berlin")?, "09:00-17:00".parse()?)?
///     .with_day("2026-12-25".parse()?, &[])?;
/// let asked_on_thursday_evening = "2026-12-24T15:30:00Z".parse()?;
/// let hour = 3_600_000_000;
/// let due = calendar.add_business(asked_on_thursday_evening, hour)?;
/// assert_eq!(due.to_string(), "2026-12-28T08:30:00Z");
/// assert_eq!(calendar.elapsed_business(asked_on_thursday_evening, due), hour);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Plan")]
pub struct Calendar {
    zone: Zone,
    week: BTreeMap<Weekday, Vec<OpeningHours>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    days: BTreeMap<Date, Vec<OpeningHours>>,
    /// Business time in a week without a change of the clocks or a dated exception.
    #[serde(skip)]
    per_week: i64,
}

/// The stored form of a calendar, not yet checked.
#[derive(Deserialize)]
struct Plan {
    zone: Zone,
    #[serde(default)]
    week: BTreeMap<Weekday, Vec<OpeningHours>>,
    #[serde(default)]
    days: BTreeMap<Date, Vec<OpeningHours>>,
}

impl TryFrom<Plan> for Calendar {
    type Error = Error;

    fn try_from(plan: Plan) -> Result<Self> {
        Self::new(plan.zone, plan.week, plan.days)
    }
}

impl Calendar {
    /// The calendar with these hours for the days of the week and for single dates, which replace those of their day
    /// of the week. A day that is not mentioned is closed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is never open.
    pub fn new(
        zone: Zone,
        mut week: BTreeMap<Weekday, Vec<OpeningHours>>,
        mut days: BTreeMap<Date, Vec<OpeningHours>>,
    ) -> Result<Self> {
        week.values_mut().chain(days.values_mut()).for_each(|hours| hours.sort_unstable());
        week.retain(|_, hours| !hours.is_empty());
        if week.is_empty() && days.values().all(Vec::is_empty) {
            return Err(Error::invalid("calendar", "is never open"));
        }
        let mut calendar = Self { zone, week, days, per_week: 0 };
        // Any week will do where no clock is ever changed.
        let steady = Self { zone: Zone::UTC, days: BTreeMap::new(), ..calendar.clone() };
        calendar.per_week = steady.walk(Timestamp::EPOCH, Timestamp::EPOCH.saturating_add_micros(WEEK));
        Ok(calendar)
    }

    /// The same hours from Monday to Friday.
    pub fn weekdays(zone: Zone, hours: OpeningHours) -> Result<Self> {
        let days = &Weekday::ALL[..5];
        Self::new(zone, days.iter().map(|day| (*day, vec![hours])).collect(), BTreeMap::new())
    }

    /// Always open: business time is time.
    pub fn always(zone: Zone) -> Result<Self> {
        let hours = |day| (day, vec![OpeningHours::ALL_DAY]);
        Self::new(zone, Weekday::ALL.map(hours).into(), BTreeMap::new())
    }

    /// This calendar with other hours on one date; closed when there are none.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is never open.
    pub fn with_day(mut self, date: Date, hours: &[OpeningHours]) -> Result<Self> {
        self.days.insert(date, hours.to_vec());
        Self::new(self.zone, self.week, self.days)
    }

    /// The zone of the clocks.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The hours that open on a date, in order.
    pub fn hours(&self, date: Date) -> &[OpeningHours] {
        self.days.get(&date).or_else(|| self.week.get(&date.weekday())).map_or(&[], Vec::as_slice)
    }

    /// Whether an instant is business time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.walk(at, at.saturating_add_micros(1)) > 0
    }

    /// The first instant of business time, `at` or later.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when it never opens again.
    pub fn next_open(&self, at: Timestamp) -> Result<Timestamp> {
        // The first microsecond of business time is over one microsecond after it began.
        self.add_business(at, 1).map(|after| after.saturating_add_micros(-1))
    }

    /// The first instant, `start` or later, at which `micros` of business time have passed since `start`. What is due
    /// as the business closes is due then, not when it opens again.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `micros` is negative, [`Error::OutOfRange`] when the business time there is before the
    /// year 10,000 does not suffice.
    pub fn add_business(&self, start: Timestamp, micros: i64) -> Result<Timestamp> {
        if micros < 0 {
            return Err(Error::invalid("business_time", "must not be negative"));
        }
        let (mut at, mut left) = (start, micros);
        while left > 0 {
            if self.per_week == 0 {
                at = self.next_exception(at).ok_or(Error::out_of_range("business_time"))?;
            } else {
                // The last microsecond is walked to: whole weeks may end where the business has long been closed.
                let weeks = self.steady_weeks(at, Timestamp::MAX).min((left - 1) / self.per_week);
                at = at.saturating_add_micros(weeks * WEEK);
                left -= weeks * self.per_week;
            }
            let until = at.saturating_add_micros(WEEK);
            for segment in self.segments(at, until) {
                let length = segment.end.micros_since(segment.start);
                if length >= left {
                    return Ok(segment.start.saturating_add_micros(left));
                }
                left -= length;
            }
            if until == Timestamp::MAX {
                return Err(Error::out_of_range("business_time"));
            }
            at = until;
        }
        Ok(at)
    }

    /// The business time between two instants, in microseconds; negative when `end` lies before `start`.
    pub fn elapsed_business(&self, start: Timestamp, end: Timestamp) -> i64 {
        if end < start {
            return -self.elapsed_business(end, start);
        }
        let (mut at, mut total) = (start, 0);
        while at < end {
            let weeks = self.steady_weeks(at, end);
            at = at.saturating_add_micros(weeks * WEEK);
            total += weeks * self.per_week;
            let until = at.saturating_add_micros(WEEK).min(end);
            total += self.walk(at, until);
            at = until;
        }
        total
    }

    /// The business time between two instants, counted day by day.
    fn walk(&self, start: Timestamp, end: Timestamp) -> i64 {
        self.segments(start, end).map(|segment| segment.end.micros_since(segment.start)).sum()
    }

    /// How many whole weeks from `start`, at most to `end`, hold exactly [`per_week`](Self::per_week) each: those
    /// before the next change of the clocks and the next exception, unless one of them has just been.
    fn steady_weeks(&self, start: Timestamp, end: Timestamp) -> i64 {
        // A change of the clocks has an effect for as long as they show times again, which is a day at most, and hours
        // that opened on the day before may last.
        let change = self.zone.next_change(start.saturating_add_days(-3)).unwrap_or(Timestamp::MAX);
        let exception = self.next_exception(start).unwrap_or(Timestamp::MAX);
        (end.min(change).min(exception).micros_since(start) / WEEK).max(0)
    }

    /// The start of the next date with hours of its own, or `at` when one of them may still be felt then.
    fn next_exception(&self, at: Timestamp) -> Option<Timestamp> {
        let from = self.zone.date(at).saturating_add_days(-1);
        self.days.range(from..).next().map(|(date, _)| self.zone.start_of_day(*date).max(at))
    }

    /// Business time between two instants: windows in order that do not overlap.
    fn segments(&self, start: Timestamp, end: Timestamp) -> impl Iterator<Item = Window> {
        // Hours that opened the day before may last until now. Where clocks are put back over midnight, the next day
        // has begun before.
        let first = self.zone.date(start).saturating_add_days(-1);
        let last = self.zone.date(end).saturating_add_days(1);
        let days = (first.days()..=last.days()).filter_map(|days| Date::from_days(days).ok());
        let hours = days.flat_map(move |date| self.hours(date).iter().map(move |hours| self.on(date, *hours)));
        let mut covered = start;
        hours.filter_map(move |window| {
            let rest = Window { start: window.start.max(covered), end: window.end.min(end) };
            covered = covered.max(window.end);
            (!rest.is_empty()).then_some(rest)
        })
    }

    /// The instants of some hours that open on a date.
    fn on(&self, date: Date, hours: OpeningHours) -> Window {
        let closing = if hours.over_midnight() { date.saturating_add_days(1) } else { date };
        Window {
            start: self.zone.first_instant(Civil { date, time: hours.opens }),
            end: self.zone.first_instant(Civil { date: closing, time: hours.closes }),
        }
    }
}

impl fmt::Display for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.opens, self.closes)
    }
}

impl fmt::Debug for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for OpeningHours {
    type Err = Error;

    /// Reads two times of the day with a dash between them.
    fn from_str(text: &str) -> Result<Self> {
        let (opens, closes) =
            text.split_once('-').ok_or_else(|| Error::invalid("opening_hours", "expected HH:MM-HH:MM"))?;
        let closes = if closes == "24:00" { TimeOfDay::MIDNIGHT } else { closes.parse()? };
        Ok(Self { opens: opens.parse()?, closes })
    }
}

as_text!(OpeningHours, "opening hours, as in 09:00-17:00");

#[cfg(test)]
mod tests;

//! Civil time, remembered: what was worked out for one instant of a day serves all of that day.
//!
//! A zone's rules are looked up in microseconds; a replay asks for the same days again and again, in nanoseconds.

use std::cell::RefCell;
use std::collections::HashMap;

use super::settle::Life;
use super::{Expiry, Unit};
use crate::base::{CalendarUnit, Date, Period, Timestamp, Window, Zone};

/// Answers that are the same for every instant of a civil day.
#[derive(Clone, Debug)]
struct Days<T> {
    known: RefCell<HashMap<i64, (Window, T)>>,
    /// How far the zone's clocks usually are from UTC, so that the instants of a day mostly have one number.
    offset: i64,
}

const DAY: i64 = 86_400_000_000;

impl<T: Copy> Days<T> {
    fn new(zone: &Zone) -> Self {
        let noon = Timestamp::EPOCH.saturating_add_micros(DAY / 2);
        let day = zone.day(zone.date(noon));
        Self { known: RefCell::default(), offset: -day.start.as_micros().rem_euclid(DAY) }
    }

    /// What is remembered of the day of an instant, or else the answer, which is remembered unless the clocks are changed
    /// on that day, or are put back to it after it was over.
    fn get(&self, zone: &Zone, at: Timestamp, answer: impl FnOnce(Date, Window) -> T) -> T {
        let number = (at.as_micros() + self.offset).div_euclid(DAY);
        if let Some((window, known)) = self.known.borrow().get(&number)
            && window.contains(at)
        {
            return *known;
        }
        let date = zone.date(at);
        let window = zone.day(date);
        let fresh = answer(date, window);
        if window.contains(at) && is_plain(zone, window) {
            self.known.borrow_mut().insert(number, (window, fresh));
        }
        fresh
    }
}

/// Whether a day has 24 hours, from midnight to midnight.
fn is_plain(zone: &Zone, day: Window) -> bool {
    let shows = |at: Timestamp| zone.civil(at).time.as_micros();
    day.end.micros_since(day.start) == DAY
        && shows(day.start) == 0
        && shows(day.start.saturating_add_micros(DAY / 2)) == DAY / 2
        && shows(day.end.saturating_add_micros(-1)) == DAY - 1
}

/// Adds a period to instants, as [`Zone::add`] does.
#[derive(Clone, Debug)]
pub(super) struct Later<'a> {
    zone: &'a Zone,
    period: Period,
    /// By how much every instant of a day is moved; nothing on days on which the clocks are changed.
    shifts: Days<Option<i64>>,
}

impl<'a> Later<'a> {
    pub(super) fn new(zone: &'a Zone, period: Period) -> Self {
        Self { zone, period, shifts: Days::new(zone) }
    }

    pub(super) fn add(&self, at: Timestamp) -> Timestamp {
        if self.period == Period::default() {
            return at;
        }
        let shift = self.shifts.get(self.zone, at, |date, window| {
            let later = self.zone.day(date.saturating_add(self.period));
            let plain = window.contains(at) && is_plain(self.zone, window) && is_plain(self.zone, later);
            plain.then(|| later.start.micros_since(window.start))
        });
        match shift {
            Some(shift) => at.saturating_add_micros(shift),
            None => self.zone.add(at, self.period),
        }
    }
}

/// Gives points of one unit their lives, as [`Unit::life`] does.
#[derive(Clone, Debug)]
pub(super) struct Lives<'a> {
    zone: &'a Zone,
    expiry: Expiry,
    pending: Later<'a>,
    after: Option<Later<'a>>,
    ends: Days<Option<Timestamp>>,
}

impl<'a> Lives<'a> {
    pub(super) fn new(unit: &'a Unit, zone: &'a Zone) -> Self {
        let after = if let Expiry::After(period) = unit.expiry { Some(Later::new(zone, period)) } else { None };
        let pending = Later::new(zone, unit.pending);
        Self { zone, expiry: unit.expiry, pending, after, ends: Days::new(zone) }
    }

    pub(super) fn life(&self, earned: Timestamp) -> Life {
        let available_at = self.pending.add(earned);
        let expires_at = match (&self.after, self.expiry) {
            (Some(after), _) => Some(after.add(earned)),
            (None, Expiry::Never) => None,
            (None, expiry) => self.ends.get(self.zone, earned, |_, _| expiry.instant(self.zone, earned)),
        };
        Life { available_at, expires_at }
    }
}

/// The periods of a calendar, with what follows from each.
#[derive(Clone, Debug)]
pub(super) struct Periods<'a> {
    zone: &'a Zone,
    unit: CalendarUnit,
    keep: u16,
    grace: Period,
    known: RefCell<Vec<CalendarPeriod>>,
}

/// A calendar period, and until when what was reached in it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct CalendarPeriod {
    pub(super) window: Window,
    /// The end and its grace.
    pub(super) grace_until: Timestamp,
    /// The end of the last period for which it is kept, and its grace.
    pub(super) kept_until: Timestamp,
}

impl<'a> Periods<'a> {
    pub(super) const fn new(zone: &'a Zone, unit: CalendarUnit, keep: u16, grace: Period) -> Self {
        Self { zone, unit, keep, grace, known: RefCell::new(Vec::new()) }
    }

    /// The period whose window an instant lies in.
    pub(super) fn at(&self, at: Timestamp) -> CalendarPeriod {
        let known = &mut *self.known.borrow_mut();
        if let Some(period) = known.iter().rev().find(|period| period.window.contains(at)) {
            return *period;
        }
        let (zone, unit) = (self.zone, self.unit);
        let mut date = zone.date(at);
        let mut window = zone.window(date, unit);
        if at >= window.end {
            // Clocks that are put back over midnight show a day again whose window is over.
            date = date.end_of(unit).saturating_add_days(1);
            window = zone.window(date, unit);
        }
        let kept = date.start_of(unit).saturating_add(unit.times(self.keep.into()));
        let period = CalendarPeriod {
            window,
            grace_until: zone.add(window.end, self.grace),
            kept_until: zone.add(zone.window(kept, unit).end, self.grace),
        };
        known.push(period);
        period
    }
}

/// Years that begin on the day of an instant of each member's.
#[derive(Clone, Debug)]
pub(super) struct Anniversaries<'a> {
    zone: &'a Zone,
    keep: u16,
    grace: Period,
}

impl<'a> Anniversaries<'a> {
    pub(super) const fn new(zone: &'a Zone, keep: u16, grace: Period) -> Self {
        Self { zone, keep, grace }
    }

    /// The year whose window an instant lies in, or the first one, counted from the day of another instant. Who began on
    /// February 29th has the other years begin on February 28th.
    pub(super) fn at(&self, began: Timestamp, at: Timestamp) -> CalendarPeriod {
        let first = self.zone.date(began);
        let start = |years: i32| self.zone.day(first.saturating_add(Period::years(years))).start;
        let mut years = (i32::from(self.zone.date(at).year()) - i32::from(first.year())).max(0);
        while years > 0 && start(years) > at {
            years -= 1;
        }
        let grown = |more: i32| self.zone.add(start(years.saturating_add(more)), self.grace);
        CalendarPeriod {
            window: Window { start: start(years), end: start(years + 1) },
            grace_until: grown(1),
            kept_until: grown(1 + i32::from(self.keep)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Name;

    fn any_expiry() -> impl Strategy<Value = Expiry> {
        let period = (0_i32..30, 0_i32..70).prop_map(|(months, days)| Period { months, days });
        prop_oneof![
            Just(Expiry::Never),
            period.clone().prop_map(Expiry::After),
            period.prop_map(Expiry::AfterDay),
            (0_u16..5).prop_map(|plus| Expiry::EndOf { unit: CalendarUnit::Quarter, plus }),
            Just(Expiry::On("2026-03-29".parse().unwrap())),
        ]
    }

    #[test]
    fn clocks_that_are_put_back_over_midnight_show_a_day_again() {
        // In St. John's 2010-11-07 00:01 became 2010-11-06 23:01, an hour after that day had ended for the first time.
        let zone = Zone::new("America/St_Johns").unwrap();
        let unit = Unit { pending: Period::days(2), ..Unit::new(Name::from_static("points")) };
        let at: Timestamp = "2010-11-07T02:31:00Z".parse().unwrap();
        let life = Lives::new(&unit, &zone).life(at);
        assert_eq!(life.available_at, "2010-11-09T02:31:00Z".parse().unwrap());
        assert_eq!(life, unit.life(&zone, at));
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_is_worked_out(
            zone in prop::sample::select(vec![
                "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo",
                "Pacific/Apia", "America/St_Johns", "Africa/Cairo", "UTC",
            ]),
            expiry in any_expiry(),
            pending in 0_i32..40,
            // From 2008 to 2028, around the changes of clocks.
            instants in proptest::collection::vec(1_200_000_000_i64..1_830_000_000, 1..60),
        ) {
            let zone = Zone::new(zone).unwrap();
            let unit = Unit { expiry, pending: Period::days(pending), ..Unit::new(Name::from_static("points")) };
            let lives = Lives::new(&unit, &zone);
            for seconds in instants {
                for micros in [0, 1, 3_600_000_000, 40_000_000_000] {
                    let at = Timestamp::from_micros(seconds * 1_000_000 + micros).unwrap();
                    prop_assert_eq!(lives.life(at), unit.life(&zone, at), "{}", at);
                }
            }
        }
    }
}

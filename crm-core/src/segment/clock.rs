//! Words of time become instants and days, once the instant of evaluation and the zone are known.

use crate::base::{CalendarUnit, Date, Period, Timestamp, Window, Zone};

use super::time::{Bound, Length, Shift, Start, Stretch};

/// Something whose meaning depends on the instant of evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moment {
    Window(Stretch, Start),
    Now(Option<Shift>),
    Today(Option<Shift>),
}

/// Whose calendar is meant, ready to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ZoneSource {
    Default,
    Fixed(Zone),
    /// The zone named in a slot of the customer; else the fallback, else the default.
    Customer(usize, Option<Zone>),
}

/// What a moment has become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Resolved {
    /// The instants. Of `now`, only the start counts.
    pub window: Window,
    /// The days, the last one excluded, as days since 1970. Of `today`, only the first counts. For a window that does
    /// not consist of days, there are none.
    pub days: (i32, i32),
}

impl Resolved {
    pub fn holds_day(&self, date: Date) -> bool {
        self.days.0 <= date.days() && date.days() < self.days.1
    }
}

/// Resolves a moment.
///
/// What happens at `now` has happened: the windows that lead up to now include it, and those that begin now begin just
/// after it.
pub(super) fn resolve(moment: Moment, now: Timestamp, zone: &Zone) -> Resolved {
    let clock = Clock { now, after: now.saturating_add_micros(1), zone };
    match moment {
        Moment::Window(stretch, start) => clock.stretch(stretch, start),
        Moment::Now(shift) => Resolved { window: Window::since(clock.shifted(now, shift)), days: (0, 0) },
        Moment::Today(shift) => {
            let day = shifted_date(clock.today(), shift).days();
            Resolved { window: Window::ALWAYS, days: (day, day) }
        }
    }
}

struct Clock<'a> {
    now: Timestamp,
    /// The first instant of the future.
    after: Timestamp,
    zone: &'a Zone,
}

impl Clock<'_> {
    fn today(&self) -> Date {
        self.zone.date(self.now)
    }

    fn stretch(&self, stretch: Stretch, begins: Start) -> Resolved {
        let from_now = |length| self.shifted(self.after, Some(Shift { back: false, length }));
        let to_now = |length| self.shifted(self.after, Some(Shift { back: true, length }));
        match stretch {
            Stretch::Last(Length::Calendar(count, unit)) => {
                let today = self.today();
                let first = begins.first_day(today, unit).saturating_add(unit.times(-(count as i32 - 1)));
                let window = Window { start: self.zone.start_of_day(first), end: self.after };
                Resolved { window, days: (first.days(), today.days() + 1) }
            }
            Stretch::Last(length) => exact(Window { start: to_now(length), end: self.after }),
            Stretch::Next(Length::Calendar(count, unit)) => {
                let first = begins.first_day(self.today(), unit).saturating_add(unit.times(count as i32 - 1));
                let last = begins.last_day(first, unit);
                let window = Window { start: self.after, end: self.zone.days(last, last).end };
                Resolved { window, days: (self.today().days(), last.days() + 1) }
            }
            Stretch::Next(length) => exact(Window { start: self.after, end: from_now(length) }),
            Stretch::This(unit) => self.unit(self.today(), unit, begins),
            Stretch::Previous(unit) => {
                self.unit(begins.first_day(self.today(), unit).saturating_add_days(-1), unit, begins)
            }
            Stretch::Following(unit) => {
                self.unit(begins.last_day(self.today(), unit).saturating_add_days(1), unit, begins)
            }
            Stretch::Since(start) => {
                let (start, first) = self.bound(start);
                Resolved { window: Window::since(start), days: (first, i32::MAX) }
            }
            Stretch::Until(end) => {
                let (end, day) = self.bound(end);
                Resolved { window: Window::until(end), days: (i32::MIN, day) }
            }
            Stretch::Between(start, end) => {
                let ((start, first), (end, day)) = (self.bound(start), self.bound(end));
                Resolved { window: Window { start, end }, days: (first, day) }
            }
        }
    }

    /// All of the day, week, ... of a date.
    fn unit(&self, date: Date, unit: CalendarUnit, begins: Start) -> Resolved {
        let (first, last) = (begins.first_day(date, unit), begins.last_day(date, unit));
        Resolved { window: self.zone.days(first, last), days: (first.days(), last.days() + 1) }
    }

    fn bound(&self, bound: Bound) -> (Timestamp, i32) {
        let date = match bound {
            Bound::Time(at) => return (at, 0),
            Bound::Now(shift) => return (self.shifted(self.after, shift), 0),
            Bound::Date(date) => date,
            Bound::Today(shift) => shifted_date(self.today(), shift),
        };
        (self.zone.start_of_day(date), date.days())
    }

    fn shifted(&self, at: Timestamp, shift: Option<Shift>) -> Timestamp {
        match shift {
            None => at,
            Some(Shift { back, length: Length::Exact(count, unit) }) => {
                let micros = i64::from(count) * unit.micros();
                at.saturating_add_micros(if back { -micros } else { micros })
            }
            // By the clock on the wall, of the instant that is meant and not of the one after it.
            Some(shift) => {
                let moved = self.zone.add(self.now, period(shift));
                moved.saturating_add_micros(at.micros_since(self.now))
            }
        }
    }
}

const fn exact(window: Window) -> Resolved {
    Resolved { window, days: (0, 0) }
}

fn period(shift: Shift) -> Period {
    let period = match shift.length {
        Length::Calendar(count, unit) => unit.times(count as i32),
        Length::Exact(..) => Period::default(),
    };
    if shift.back { -period } else { period }
}

fn shifted_date(date: Date, shift: Option<Shift>) -> Date {
    shift.map_or(date, |shift| date.saturating_add(period(shift)))
}

//! The ledger again, written apart from the engine, from its definition: slow and obvious. Every point is a thing of its
//! own that is somewhere.

use std::collections::BTreeMap;

use crm_core::base::{Id, Timestamp};

/// What happened, with the amounts that were decided.
#[derive(Clone, Debug)]
pub struct Happening {
    pub at: Timestamp,
    pub cause: Id,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Grant {
        lot: Id,
        available_at: Timestamp,
        expires_at: Option<Timestamp>,
        points: i64,
    },
    Reverse {
        lot: Id,
        points: i64,
    },
    Spend {
        points: i64,
    },
    Restore {
        redemption: Id,
        points: i64,
    },
    /// Points that were set aside are given back, those that still are.
    Release {
        reservation: Id,
    },
    /// Points that were set aside are spent, and the rest is given back.
    Capture {
        reservation: Id,
        points: i64,
    },
    /// A lot that waited can be spent.
    Confirm {
        lot: Id,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    Open,
    /// Spent by a redemption, as the so-manyth point that it took.
    Spent(Id, usize),
    Expired,
    Reversed,
    /// Used up by what was owed, as the so-manyth point that was.
    Repaid(usize),
}

#[derive(Clone, Debug)]
pub struct Point {
    lot: Id,
    available_at: Timestamp,
    expires_at: Option<Timestamp>,
    place: Place,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub open: i64,
    pub spent: i64,
    pub expired: i64,
    pub reversed: i64,
    pub repaid: i64,
}

#[derive(Default)]
pub struct Reference {
    points: Vec<Point>,
    owed: i64,
    repaid: usize,
    /// Points of redemptions that nobody had: which one, and the so-manyth point that it took.
    overdrawn: Vec<(Id, usize)>,
    oldest_first: bool,
    take_others: bool,
    owe: bool,
    /// Points that were wanted and not there.
    pub short: i64,
}

impl Reference {
    pub fn new(oldest_first: bool, take_others: bool, owe: bool) -> Self {
        Self { oldest_first, take_others, owe, ..Self::default() }
    }

    /// Everything that happened up to an instant.
    pub fn run(&mut self, happenings: &[Happening], until: Timestamp) {
        let rank = |one: &Happening| match one.what {
            What::Grant { lot, .. } => (0, one.cause, lot),
            What::Confirm { lot } => (1, one.cause, lot),
            What::Release { .. } => (2, one.cause, Id::NIL),
            What::Reverse { lot, .. } => (3, one.cause, lot),
            What::Spend { .. } => (4, one.cause, Id::NIL),
            What::Capture { .. } => (5, one.cause, Id::NIL),
            What::Restore { .. } => (6, one.cause, Id::NIL),
        };
        let mut happenings: Vec<&Happening> = happenings.iter().filter(|one| one.at <= until).collect();
        happenings.sort_by_key(|one| (one.at, rank(one)));
        let mut moments: Vec<Timestamp> = happenings.iter().map(|one| one.at).collect();
        for one in &happenings {
            if let What::Grant { available_at, expires_at, .. } = one.what {
                moments.push(available_at);
                moments.extend(expires_at);
            }
        }
        moments.push(until);
        moments.retain(|moment| *moment <= until);
        moments.sort();
        moments.dedup();
        for moment in moments {
            self.clock(moment);
            for one in happenings.iter().filter(|one| one.at == moment) {
                self.happen(one);
                self.clock(moment);
            }
        }
    }

    fn clock(&mut self, now: Timestamp) {
        for point in &mut self.points {
            if point.place == Place::Open && point.expires_at.is_some_and(|end| end <= now) {
                point.place = Place::Expired;
            }
        }
        while self.owed > 0 {
            let Some(index) = self.best(now) else { break };
            self.points[index].place = Place::Repaid(self.repaid);
            self.repaid += 1;
            self.owed -= 1;
        }
    }

    fn happen(&mut self, one: &Happening) {
        match one.what {
            What::Grant { lot, available_at, expires_at, points } => {
                for _ in 0..points {
                    self.points.push(Point { lot, available_at, expires_at, place: Place::Open });
                }
            }
            What::Spend { points } => {
                for nth in 0..points {
                    let spent = Place::Spent(one.cause, nth as usize);
                    if let Some(index) = self.best(one.at) {
                        self.points[index].place = spent;
                        continue;
                    }
                    self.short += 1;
                    if self.owe {
                        self.owed += 1;
                        self.overdrawn.push((one.cause, nth as usize));
                    }
                }
            }
            What::Reverse { lot, points } => {
                for _ in 0..points {
                    let own = |place| self.points.iter().position(|point| point.lot == lot && point.place == place);
                    let others = || if self.take_others || self.owe { self.best(one.at) } else { None };
                    match own(Place::Open).or_else(|| own(Place::Expired)).or_else(others) {
                        Some(index) => self.points[index].place = Place::Reversed,
                        None if self.owe => self.owed += 1,
                        None => self.short += 1,
                    }
                }
            }
            What::Restore { redemption, points } => {
                for _ in 0..points {
                    self.short += i64::from(!self.give_back(redemption));
                }
            }
            What::Release { reservation } => while self.give_back(reservation) {},
            What::Capture { reservation, points } => {
                for nth in 0..points as usize {
                    for point in &mut self.points {
                        if point.place == Place::Spent(reservation, nth) {
                            point.place = Place::Spent(one.cause, nth);
                        }
                    }
                    for own in self.overdrawn.iter_mut().filter(|own| **own == (reservation, nth)) {
                        own.0 = one.cause;
                    }
                }
                while self.give_back(reservation) {}
            }
            What::Confirm { lot } => {
                for point in self.points.iter_mut().filter(|point| point.lot == lot) {
                    point.available_at = point.available_at.min(one.at);
                }
            }
        }
    }

    /// Gives the last point back that something took; the last one comes back first. Gives whether there was one.
    fn give_back(&mut self, taker: Id) -> bool {
        let taken = self.points.iter().enumerate().filter_map(|(index, point)| match point.place {
            Place::Spent(by, nth) if by == taker => Some((nth, Some(index))),
            _ => None,
        });
        let overdrawn = self.overdrawn.iter().filter(|(by, _)| *by == taker).map(|(_, nth)| (*nth, None));
        match taken.chain(overdrawn).max_by_key(|(nth, _)| *nth) {
            Some((_, Some(index))) => self.points[index].place = Place::Open,
            Some((nth, None)) => {
                self.overdrawn.retain(|own| *own != (taker, nth));
                self.forgive();
            }
            None => return false,
        }
        true
    }

    /// How many points something has taken and not given back, those that were not there left out.
    pub fn taken_by(&self, taker: Id) -> i64 {
        self.points.iter().filter(|point| matches!(point.place, Place::Spent(by, _) if by == taker)).count() as i64
    }

    /// One point less is owed; if none is, the last point that repaid is free again.
    fn forgive(&mut self) {
        if self.owed > 0 {
            self.owed -= 1;
            return;
        }
        let nth = |point: &Point| if let Place::Repaid(nth) = point.place { Some(nth) } else { None };
        let last = self.points.iter_mut().filter(|point| nth(point).is_some()).max_by_key(|point| nth(point));
        last.unwrap().place = Place::Open;
    }

    /// The open point that is spent first.
    fn best(&self, now: Timestamp) -> Option<usize> {
        let end = |point: &Point| point.expires_at.unwrap_or(Timestamp::MAX);
        let open = self.points.iter().enumerate();
        open.filter(|(_, point)| point.place == Place::Open && point.available_at <= now)
            .min_by_key(|(_, point)| {
                let (first, second) = (end(point), point.available_at);
                let (first, second) = if self.oldest_first { (second, first) } else { (first, second) };
                (first, second, point.lot)
            })
            .map(|(index, _)| index)
    }

    pub fn tallies(&self) -> BTreeMap<Id, Tally> {
        let mut tallies: BTreeMap<Id, Tally> = BTreeMap::new();
        for point in &self.points {
            let tally = tallies.entry(point.lot).or_default();
            match point.place {
                Place::Open => tally.open += 1,
                Place::Spent(..) => tally.spent += 1,
                Place::Expired => tally.expired += 1,
                Place::Reversed => tally.reversed += 1,
                Place::Repaid(_) => tally.repaid += 1,
            }
        }
        tallies
    }

    pub fn owed(&self) -> i64 {
        self.owed
    }

    /// Available and pending points.
    pub fn balance(&self, now: Timestamp) -> (i64, i64) {
        let open = self.points.iter().filter(|point| point.place == Place::Open);
        let (available, pending): (Vec<_>, Vec<_>) = open.partition(|point| point.available_at <= now);
        (available.len() as i64, pending.len() as i64)
    }
}

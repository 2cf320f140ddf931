//! Settling: from what a ledger says happened to what its movements must be, and the movements that are missing.
//!
//! Grants, redemptions, refunds and cancellations are what happened. Which lots they took from, what expired and what
//! was repaid follows from them, in the order of time. So when something is heard of late, everything is worked out
//! again, and the differences to what was written are written as corrections.

use std::collections::{BTreeMap, HashMap};

use super::book::{Book, BookLot, DEBT, Mover, Object, Policy, Posting};
use super::movement::Scribe;
use super::{Balance, Ledger, Movement, MovementKind, Programme};
use crate::base::{CustomerId, Id, Name, Result, Timestamp};

/// Something that happened to a wallet.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) at: Timestamp,
    /// What did it: a purchase, a refund, ...
    pub(super) cause: Id,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// A lot was opened.
    Grant { lot: Id, life: Life, points: i64 },
    /// Points that a lot awarded were taken back.
    Reverse { lot: Id, points: i64 },
    /// Points were spent, or taken by hand.
    Spend { kind: MovementKind, points: i64 },
    /// Points of a redemption were given back.
    Restore { redemption: Id, points: i64 },
    /// Points were set aside.
    Reserve { points: i64, until: Timestamp },
    /// Their time is over, or somebody ended it.
    Release { reservation: Id },
    /// Points that were set aside were spent; the rest was given back.
    Capture { reservation: Id, points: i64 },
    /// A lot can be spent from now on.
    Confirm { lot: Id },
}

/// When the points of a lot can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) available_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
}

impl Life {
    /// The life of points that wait for somebody's word before they can be spent.
    pub(super) fn waiting(self, waits: bool) -> Self {
        if waits { Self { available_at: Timestamp::MAX, ..self } } else { self }
    }
}

impl Event {
    /// What happens at one instant happens in this order, whenever it was heard of: points are earned, confirmed, no longer
    /// set aside, taken back, spent, given back; where the sort is the same, in the order of the ids.
    fn place(&self) -> (Timestamp, u8, Id, Id) {
        let (rank, lot) = match self.what {
            What::Grant { lot, .. } => (0, lot),
            What::Confirm { lot } => (1, lot),
            What::Release { .. } => (2, Id::NIL),
            What::Reverse { lot, .. } => (3, lot),
            What::Spend { .. } | What::Reserve { .. } => (4, Id::NIL),
            What::Capture { .. } => (5, Id::NIL),
            What::Restore { .. } => (6, Id::NIL),
        };
        (self.at, rank, self.cause, lot)
    }
}

/// What makes two movements the same step of the same event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) kind: MovementKind,
    pub(super) cause: Id,
    pub(super) lot: Id,
    pub(super) of: Option<Id>,
}

impl Step {
    pub(super) const fn of(movement: &Movement) -> Self {
        Self { kind: movement.kind, cause: movement.cause, lot: movement.lot, of: movement.of }
    }

    /// The step that a posting is, given the ids of lots and events.
    pub(super) fn of_posting(posting: &Posting, debt: Id, lot: impl Fn(u32) -> Id, event: impl Fn(u32) -> Id) -> Self {
        Self {
            kind: posting.kind,
            cause: match posting.mover {
                Mover::Event(number) => event(number),
                Mover::Lot(number) => lot(number),
            },
            lot: if posting.lot == DEBT { debt } else { lot(posting.lot) },
            of: match posting.of {
                Object::Nothing => None,
                Object::Lot(number) => Some(lot(number)),
                Object::Event(number) => Some(event(number)),
            },
        }
    }
}

/// What was written of one step so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub(super) points: i64,
    pub(super) times: usize,
    pub(super) at: Option<Timestamp>,
}

/// One unit of one member, as the ledger tells it.
#[derive(Debug)]
pub(super) struct Wallet<'a> {
    programme: &'a Programme,
    member: CustomerId,
    unit: Name,
    pub(super) events: Vec<Event>,
    /// Until when points are set aside, by reservation.
    untils: BTreeMap<Id, Timestamp>,
    pub(super) written: BTreeMap<Step, Written>,
    /// The last instant that a movement speaks of.
    pub(super) last: Timestamp,
}

/// A wallet worked out.
#[derive(Debug)]
pub(super) struct Run {
    book: Book,
    lots: Vec<Id>,
    causes: Vec<Id>,
    /// Until when points are set aside, by reservation.
    untils: BTreeMap<Id, Timestamp>,
    /// Points that were spent and never there.
    pub(super) overspent: i64,
    /// Points that were to be taken back and were not there; only without debt.
    pub(super) uncovered: i64,
}

impl<'a> Wallet<'a> {
    pub(super) fn read(programme: &'a Programme, member: CustomerId, unit: &Name, ledger: &Ledger) -> Self {
        let mut wallet = Self {
            programme,
            member,
            unit: unit.clone(),
            events: Vec::new(),
            untils: BTreeMap::new(),
            written: BTreeMap::new(),
            last: Timestamp::MIN,
        };
        let mut sums: BTreeMap<(MovementKind, Id, Option<Id>), (Timestamp, i64)> = BTreeMap::new();
        for one in ledger.wallet(programme.id, unit) {
            wallet.last = wallet.last.max(one.at);
            if one.kind == MovementKind::Waived {
                continue;
            }
            if one.kind == MovementKind::Confirmed {
                wallet.events.push(Event { at: one.at, cause: one.cause, what: What::Confirm { lot: one.lot } });
                continue;
            }
            if let Some(until) = one.until.filter(|_| one.kind == MovementKind::Reserved) {
                wallet.untils.insert(one.cause, until);
            }
            if let Some(available_at) = one.available_at.filter(|_| one.opens()) {
                let life = Life { available_at, expires_at: one.expires_at };
                let what = What::Grant { lot: one.lot, life, points: one.points };
                wallet.events.push(Event { at: one.at, cause: one.cause, what });
                continue;
            }
            let written = wallet.written.entry(Step::of(one)).or_default();
            *written = Written { points: written.points + one.points, times: written.times + 1, at: Some(one.at) };
            sums.entry((one.kind, one.cause, one.of)).or_insert((one.at, 0)).1 += one.points;
        }
        // What could not be taken from lots belongs to the refund, redemption or adjustment that wanted it.
        let owed: Vec<_> =
            sums.iter().filter(|((kind, ..), _)| *kind == MovementKind::Owed).map(|(k, v)| (*k, *v)).collect();
        for ((_, cause, of), (at, points)) in owed {
            let other = |kind: &MovementKind| sums.contains_key(&(*kind, cause, None));
            let others = [MovementKind::Adjusted, MovementKind::Reserved, MovementKind::Transferred];
            let kind = match of {
                Some(_) => MovementKind::Reversed,
                None => others.into_iter().find(other).unwrap_or(MovementKind::Redeemed),
            };
            sums.entry((kind, cause, of)).or_insert((at, 0)).1 += points;
        }
        // What ended a reservation: a redemption, somebody, or the clock.
        let mut ends: HashMap<Id, (Id, Timestamp)> = HashMap::new();
        for ((kind, cause, of), (at, points)) in &sums {
            if let (MovementKind::Released, Some(reservation), true) = (kind, of, *points != 0) {
                ends.insert(*reservation, (*cause, *at));
            }
        }
        let captured: HashMap<Id, Id> =
            ends.iter().filter(|(own, (by, _))| *own != by).map(|(own, (by, _))| (*by, *own)).collect();
        for ((kind, cause, of), (at, points)) in sums {
            let what = match (kind, of) {
                (MovementKind::Reversed, Some(lot)) => What::Reverse { lot, points: -points },
                (MovementKind::Restored, Some(redemption)) => What::Restore { redemption, points },
                (MovementKind::Reserved, None) => {
                    let until = wallet.untils.get(&cause).copied().unwrap_or(Timestamp::MAX);
                    let (by, end) = ends.get(&cause).copied().unwrap_or((cause, until));
                    if by == cause {
                        wallet.events.push(Event { at: end, cause, what: What::Release { reservation: cause } });
                    }
                    What::Reserve { points: -points, until }
                }
                (MovementKind::Redeemed, None) => match captured.get(&cause) {
                    Some(reservation) => What::Capture { reservation: *reservation, points: -points },
                    None => What::Spend { kind, points: -points },
                },
                (MovementKind::Adjusted | MovementKind::Transferred, None) => What::Spend { kind, points: -points },
                _ => continue,
            };
            if points != 0 {
                wallet.events.push(Event { at, cause, what });
            }
        }
        wallet
    }

    pub(super) fn policy(&self, at: Timestamp) -> Result<Policy> {
        // A version that does not know the unit yet has no points of it to spend.
        let unit = self.programme.governing(at)?.definition.unit(Some(&self.unit));
        Ok(unit.map_or(Policy::default(), |unit| Policy { order: unit.order, shortfall: unit.shortfall }))
    }

    /// Works everything out, with some more events, up to an instant.
    pub(super) fn run(&self, more: &[Event], until: Timestamp) -> Result<Run> {
        let mut events: Vec<&Event> = self.events.iter().chain(more).filter(|event| event.at <= until).collect();
        events.sort_by_key(|event| event.place());
        let lots: Vec<Id> = events
            .iter()
            .filter_map(|event| if let What::Grant { lot, .. } = event.what { Some(lot) } else { None })
            .collect();
        let ids = |number: u32| lots.get(number as usize).copied().unwrap_or(Id::NIL);
        let mut lot_numbers: HashMap<Id, u32> = HashMap::with_capacity(lots.len());
        let mut redemptions: HashMap<Id, u32> = HashMap::new();
        let (mut book, mut overspent, mut uncovered) = (Book::default(), 0, 0);
        for (number, event) in (0..).zip(&events) {
            let (policy, step) = (self.policy(event.at)?, (number, event.at));
            book.advance(event.at, policy, &ids);
            match event.what {
                What::Grant { lot, life, points } => {
                    lot_numbers.insert(lot, book.lots.len() as u32);
                    book.grant(BookLot::new(event.at, life, points), policy, &ids);
                }
                What::Reverse { lot, points } => match lot_numbers.get(&lot) {
                    Some(origin) => uncovered += book.reverse(step, *origin, points, policy, &ids),
                    None => uncovered += points,
                },
                What::Spend { kind, points } => {
                    if kind == MovementKind::Redeemed {
                        redemptions.insert(event.cause, number);
                    }
                    overspent += book.spend(kind, step, points, policy, &ids);
                }
                What::Restore { redemption, points } => {
                    if let Some(redemption) = redemptions.get(&redemption) {
                        book.restore(MovementKind::Restored, step, *redemption, points, policy, &ids);
                    }
                }
                What::Reserve { points, .. } => {
                    redemptions.insert(event.cause, number);
                    overspent += book.spend(MovementKind::Reserved, step, points, policy, &ids);
                }
                What::Release { reservation } => {
                    if let Some(reservation) = redemptions.get(&reservation) {
                        book.restore(MovementKind::Released, step, *reservation, i64::MAX, policy, &ids);
                    }
                }
                What::Capture { reservation, points } => {
                    if let Some(reservation) = redemptions.get(&reservation).copied() {
                        redemptions.insert(event.cause, number);
                        book.capture(step, reservation, points, policy, &ids);
                    }
                }
                What::Confirm { lot } => {
                    if let Some(lot) = lot_numbers.get(&lot) {
                        book.confirm(step, *lot, policy, &ids);
                    }
                }
            }
        }
        book.advance(until, self.policy(until)?, &ids);
        let causes = events.iter().map(|event| event.cause).collect();
        let until = |event: &&Event| {
            if let What::Reserve { until, .. } = event.what { Some((event.cause, until)) } else { None }
        };
        let untils = events.iter().filter_map(until).collect();
        Ok(Run { book, lots, causes, untils, overspent, uncovered })
    }

    /// The movements that are still to be written after a run, lots that it opened not included.
    pub(super) fn missing(&self, run: &Run, because: Option<Id>, recorded: Timestamp) -> Result<Vec<Movement>> {
        let scribe = Scribe::new(self.programme, self.member, &self.unit, recorded);
        let mut steps: BTreeMap<Step, (Timestamp, i64)> = BTreeMap::new();
        for posting in run.book.moved((0, 0), run.book.place()) {
            let step = Step::of_posting(&posting, scribe.debt, |lot| run.lot(lot), |event| run.cause(event));
            steps.entry(step).or_insert((posting.at, 0)).1 += posting.points;
        }
        for (step, written) in &self.written {
            steps.entry(*step).or_insert((written.at.unwrap_or(Timestamp::MIN), 0)).1 -= written.points;
        }
        let lives: HashMap<Id, Life> = run.lots.iter().copied().zip(run.book.lots.iter().map(BookLot::life)).collect();
        let mut movements = Vec::new();
        for (step, (at, points)) in steps.into_iter().filter(|(_, (_, points))| *points != 0) {
            let times = self.written.get(&step).map_or(0, |written| written.times);
            let mut movement = scribe.step(step, times, at, points, lives.get(&step.lot).copied())?;
            movement.because = because.filter(|_| times > 0);
            movement.until = match step.kind {
                MovementKind::Reserved | MovementKind::Owed => run.untils.get(&step.cause).copied(),
                MovementKind::Released => step.of.and_then(|own| run.untils.get(&own).copied()),
                _ => None,
            };
            movements.push(movement);
        }
        movements.sort_by_key(|movement| (movement.at, movement.id));
        Ok(movements)
    }
}

/// Points that are left in a lot.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenLot {
    pub(super) available_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) points: i64,
}

impl Run {
    /// What is left of each lot at the end of the run.
    pub(super) fn open(&self) -> impl Iterator<Item = OpenLot> + '_ {
        self.book.open().map(|(lot, points)| OpenLot {
            available_at: lot.available_at,
            expires_at: lot.life().expires_at,
            points,
        })
    }

    /// What the member has at the end of the run.
    pub(super) fn balance(&self, at: Timestamp) -> Balance {
        let mut balance = Balance { owed: self.book.debt(), reserved: self.book.held(), ..Balance::default() };
        for lot in self.open() {
            *(if lot.available_at <= at { &mut balance.available } else { &mut balance.pending }) += lot.points;
        }
        balance
    }

    fn lot(&self, number: u32) -> Id {
        self.lots.get(number as usize).copied().unwrap_or(Id::NIL)
    }

    fn cause(&self, number: u32) -> Id {
        self.causes.get(number as usize).copied().unwrap_or(Id::NIL)
    }
}

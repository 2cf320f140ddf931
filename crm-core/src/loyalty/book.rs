//! The book: what becomes of lots, step by step in the order of time.
//!
//! It is the one place that knows how points are spent, given back, taken back, expire and repay. Decisions, replays
//! and audits all run it. It knows no ids: lots and events are numbers that its caller gave or got.

use std::cmp::Ordering;

use super::settle::Life;
use super::{MovementKind, Shortfall, SpendOrder};
use crate::base::{Id, Timestamp};

/// The number of the lot of what is owed.
pub(super) const DEBT: u32 = u32::MAX;

/// Gives the ids of lots, which decide between lots that are alike.
pub(super) type Ids<'a> = &'a dyn Fn(u32) -> Id;

/// A lot in a book.
#[derive(Clone, Copy, Debug)]
pub(super) struct BookLot {
    pub(super) at: Timestamp,
    /// When its points become available, as it was told when it was opened.
    told: Timestamp,
    /// When they do.
    pub(super) available_at: Timestamp,
    /// [`Timestamp::MAX`] for never.
    pub(super) expires_at: Timestamp,
    pub(super) points: i64,
    /// How many of its points the clock took.
    lapsed: i64,
}

/// What became of the points of a lot so far.
#[derive(Clone, Copy, Debug)]
struct Live {
    open: i64,
    expired: i64,
}

impl BookLot {
    pub(super) fn new(at: Timestamp, life: Life, points: i64) -> Self {
        let Life { available_at, expires_at } = life;
        let expires_at = expires_at.unwrap_or(Timestamp::MAX);
        Self { at, told: available_at, available_at, expires_at, points, lapsed: 0 }
    }

    /// When its points can be spent, as it was told when it was opened.
    pub(super) fn life(&self) -> Life {
        let expires_at = Some(self.expires_at).filter(|end| *end != Timestamp::MAX);
        Life { available_at: self.told, expires_at }
    }
}

/// Who moved points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mover {
    /// What somebody did.
    Event(u32),
    /// The clock, on account of a lot.
    Lot(u32),
}

/// What a movement is about besides its cause and lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Nothing,
    /// The lot that a refund takes back.
    Lot(u32),
    /// The redemption that a cancellation gives back.
    Event(u32),
}

/// A movement in a book, other than those that open lots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posting {
    pub(super) kind: MovementKind,
    pub(super) at: Timestamp,
    pub(super) lot: u32,
    pub(super) points: i64,
    pub(super) mover: Mover,
    pub(super) of: Object,
}

/// What a redemption took.
#[derive(Clone, Copy, Debug)]
struct Take {
    event: u32,
    lot: u32,
    points: i64,
}

/// How points are spent at the moment of an event.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Policy {
    pub(super) order: SpendOrder,
    pub(super) shortfall: Shortfall,
}

/// The lots of one wallet at a time, and all that has moved. Lots and postings of finished wallets stay in it.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) lots: Vec<BookLot>,
    /// What moved, besides what lots tell themselves.
    postings: Vec<Posting>,
    /// The first lot of the present wallet.
    first: usize,
    /// The lots of the present wallet.
    live: Vec<Live>,
    /// Lots with open points.
    open: Vec<u32>,
    /// In which order `open` is, if in any.
    sorted: Option<SpendOrder>,
    takes: Vec<Take>,
    debt: i64,
    /// What repaid debt: lots and points.
    repayments: Vec<(u32, i64)>,
    /// Points that are set aside.
    held: i64,
    /// No open lot expires before.
    next_expiry: Timestamp,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            lots: Vec::new(),
            postings: Vec::new(),
            first: 0,
            live: Vec::new(),
            open: Vec::new(),
            sorted: None,
            takes: Vec::new(),
            debt: 0,
            repayments: Vec::new(),
            held: 0,
            next_expiry: Timestamp::MAX,
        }
    }
}

impl Book {
    /// Begins another wallet.
    pub(super) fn turn(&mut self) {
        self.first = self.lots.len();
        self.live.clear();
        self.open.clear();
        self.takes.clear();
        self.repayments.clear();
        self.sorted = None;
        self.debt = 0;
        self.held = 0;
        self.next_expiry = Timestamp::MAX;
    }

    /// The next lot and the next posting.
    pub(super) const fn place(&self) -> (usize, usize) {
        (self.lots.len(), self.postings.len())
    }

    /// All that has moved between two [places](Self::place).
    pub(super) fn moved(&self, from: (usize, usize), to: (usize, usize)) -> impl Iterator<Item = Posting> + '_ {
        let lapsed = (from.0 as u32..).zip(&self.lots[from.0..to.0]).filter(|(_, lot)| lot.lapsed > 0);
        let lapsed = lapsed.map(|(number, lot)| Posting {
            kind: MovementKind::Expired,
            at: lot.expires_at.max(lot.at),
            lot: number,
            points: -lot.lapsed,
            mover: Mover::Lot(number),
            of: Object::Nothing,
        });
        lapsed.chain(self.postings[from.1..to.1].iter().copied())
    }

    /// How many points are owed.
    pub(super) const fn debt(&self) -> i64 {
        self.debt
    }

    /// How many points are set aside.
    pub(super) const fn held(&self) -> i64 {
        self.held
    }

    /// The lots with points left, and how many.
    pub(super) fn open(&self) -> impl Iterator<Item = (&BookLot, i64)> {
        self.open.iter().map(|lot| (&self.lots[*lot as usize], self.live[*lot as usize - self.first].open))
    }

    /// Points that can be spent at an instant to which the book has been [advanced](Self::advance).
    pub(super) fn available(&self, at: Timestamp) -> i64 {
        let open = self.open.iter().filter(|lot| self.lots[**lot as usize].available_at <= at);
        open.map(|lot| self.live[*lot as usize - self.first].open).sum()
    }

    /// Lets the clock run to an instant: points become available, repay and expire.
    pub(super) fn advance(&mut self, to: Timestamp, policy: Policy, ids: Ids<'_>) {
        while self.debt > 0 {
            let lots = self.open.iter().map(|lot| self.lots[*lot as usize].available_at);
            let Some(next) = lots.min().filter(|next| *next <= to) else { break };
            self.expire(next);
            self.repay(next, None, policy, ids);
        }
        self.expire(to);
    }

    fn expire(&mut self, to: Timestamp) {
        if self.next_expiry > to || self.next_expiry == Timestamp::MAX {
            return;
        }
        let mut next = Timestamp::MAX;
        let (lots, live, first) = (&mut self.lots, &mut self.live, self.first);
        self.open.retain(|number| {
            let lot = &mut lots[*number as usize];
            if lot.expires_at > to || lot.expires_at == Timestamp::MAX {
                next = next.min(lot.expires_at);
                return true;
            }
            // Points come back to a lot that has expired only to expire at once, so the clock takes once.
            let live = &mut live[*number as usize - first];
            lot.lapsed = live.open;
            live.expired += live.open;
            live.open = 0;
            false
        });
        self.next_expiry = next;
    }

    fn repay(&mut self, at: Timestamp, event: Option<u32>, policy: Policy, ids: Ids<'_>) {
        if self.debt <= 0 {
            return;
        }
        self.sort(policy.order, ids);
        for index in 0..self.open.len() {
            let number = self.open[index];
            let live = &mut self.live[number as usize - self.first];
            let points = live.open.min(self.debt);
            if self.lots[number as usize].available_at > at || points == 0 {
                continue;
            }
            live.open -= points;
            self.debt -= points;
            let mover = event.map_or(Mover::Lot(number), Mover::Event);
            self.post(MovementKind::Repaid, at, number, -points, mover, Object::Nothing);
            self.post(MovementKind::Settled, at, DEBT, points, mover, Object::Lot(number));
            self.repayments.push((number, points));
        }
        self.drop_empty();
    }

    /// Opens a lot.
    pub(super) fn grant(&mut self, lot: BookLot, policy: Policy, ids: Ids<'_>) -> u32 {
        let number = self.lots.len() as u32;
        self.lots.push(lot);
        self.live.push(Live { open: lot.points, expired: 0 });
        if lot.points > 0 {
            self.reopen(number);
            self.expire(lot.at);
            if lot.available_at <= lot.at {
                self.repay(lot.at, None, policy, ids);
            }
        }
        number
    }

    /// Spends points and gives how many were missing. What is missing is owed where the policy allows it.
    pub(super) fn spend(
        &mut self,
        kind: MovementKind,
        (event, at): (u32, Timestamp),
        points: i64,
        policy: Policy,
        ids: Ids<'_>,
    ) -> i64 {
        let missing = self.take(kind, (event, at), points, Object::Nothing, policy, ids);
        if kind == MovementKind::Reserved {
            self.held += points - missing;
        }
        if missing > 0 && policy.shortfall == Shortfall::Owe {
            self.owe(event, at, missing, Object::Nothing);
        }
        missing
    }

    /// Takes points back that a lot awarded and gives how many could not be taken.
    pub(super) fn reverse(
        &mut self,
        (event, at): (u32, Timestamp),
        origin: u32,
        points: i64,
        policy: Policy,
        ids: Ids<'_>,
    ) -> i64 {
        let (of, mover) = (Object::Lot(origin), Mover::Event(event));
        let live = &mut self.live[origin as usize - self.first];
        let open = live.open.min(points);
        let expired = live.expired.min(points - open);
        live.open -= open;
        live.expired -= expired;
        if expired > 0 {
            self.post(MovementKind::Expired, at, origin, expired, mover, of);
        }
        if open + expired > 0 {
            self.post(MovementKind::Reversed, at, origin, -open - expired, mover, of);
        }
        self.drop_empty();
        let mut missing = points - open - expired;
        if missing > 0 && policy.shortfall != Shortfall::Waive {
            missing = self.take(MovementKind::Reversed, (event, at), missing, of, policy, ids);
            if missing > 0 && policy.shortfall == Shortfall::Owe {
                self.owe(event, at, missing, of);
                missing = 0;
            }
        }
        missing
    }

    /// Gives points of a redemption back, or points that were set aside: to the lots they came from, the last one taken
    /// first. What had expired meanwhile expires at once. What was owed and has been repaid since goes back to the lots that
    /// repaid it.
    pub(super) fn restore(
        &mut self,
        kind: MovementKind,
        (event, at): (u32, Timestamp),
        redemption: u32,
        mut points: i64,
        policy: Policy,
        ids: Ids<'_>,
    ) {
        let of = Object::Event(redemption);
        for index in (0..self.takes.len()).rev() {
            let take = &mut self.takes[index];
            let back = take.points.min(points);
            if take.event != redemption || back < 1 {
                continue;
            }
            take.points -= back;
            points -= back;
            let lot = take.lot;
            self.post(kind, at, lot, back, Mover::Event(event), of);
            if kind == MovementKind::Released && lot != DEBT {
                self.held -= back;
            }
            if lot == DEBT {
                self.debt -= back;
                self.undo_repayments(event, at);
            } else {
                self.give_back(event, at, lot, back, of);
            }
        }
        self.repay(at, Some(event), policy, ids);
    }

    /// Spends points that were set aside, whether or not their time is over meanwhile: those that were taken first. The rest
    /// is given back.
    pub(super) fn capture(
        &mut self,
        (event, at): (u32, Timestamp),
        reservation: u32,
        points: i64,
        policy: Policy,
        ids: Ids<'_>,
    ) {
        let of = Object::Event(reservation);
        let mut missing = points;
        for index in 0..self.takes.len() {
            let take = &mut self.takes[index];
            let (lot, part) = (take.lot, take.points.min(missing));
            if take.event != reservation || part < 1 {
                continue;
            }
            take.points -= part;
            missing -= part;
            let mut kind = MovementKind::Owed;
            if lot != DEBT {
                self.held -= part;
                kind = MovementKind::Redeemed;
            }
            self.post(MovementKind::Released, at, lot, part, Mover::Event(event), of);
            self.post(kind, at, lot, -part, Mover::Event(event), Object::Nothing);
            self.takes.push(Take { event, lot, points: part });
        }
        self.restore(MovementKind::Released, (event, at), reservation, i64::MAX, policy, ids);
    }

    /// Lets the points of a lot be spent from an instant on.
    pub(super) fn confirm(&mut self, (event, at): (u32, Timestamp), lot: u32, policy: Policy, ids: Ids<'_>) {
        let own = &mut self.lots[lot as usize];
        own.available_at = own.available_at.min(at);
        self.sorted = None;
        self.repay(at, Some(event), policy, ids);
    }

    fn undo_repayments(&mut self, event: u32, at: Timestamp) {
        while self.debt < 0
            && let Some((lot, points)) = self.repayments.pop()
        {
            let back = points.min(-self.debt);
            if back < points {
                self.repayments.push((lot, points - back));
            }
            self.debt += back;
            self.post(MovementKind::Repaid, at, lot, back, Mover::Event(event), Object::Nothing);
            self.post(MovementKind::Settled, at, DEBT, -back, Mover::Event(event), Object::Lot(lot));
            self.give_back(event, at, lot, back, Object::Nothing);
        }
    }

    fn give_back(&mut self, event: u32, at: Timestamp, number: u32, points: i64, of: Object) {
        let (lot, live) = (&self.lots[number as usize], &mut self.live[number as usize - self.first]);
        if lot.expires_at <= at && lot.expires_at != Timestamp::MAX {
            live.expired += points;
            self.post(MovementKind::Expired, at, number, -points, Mover::Event(event), of);
            return;
        }
        let closed = live.open == 0;
        live.open += points;
        if closed {
            self.reopen(number);
        }
    }

    fn take(
        &mut self,
        kind: MovementKind,
        (event, at): (u32, Timestamp),
        points: i64,
        of: Object,
        policy: Policy,
        ids: Ids<'_>,
    ) -> i64 {
        self.sort(policy.order, ids);
        let mut missing = points;
        for index in 0..self.open.len() {
            if missing == 0 {
                break;
            }
            let number = self.open[index];
            if self.lots[number as usize].available_at > at {
                continue;
            }
            let live = &mut self.live[number as usize - self.first];
            let part = live.open.min(missing);
            live.open -= part;
            missing -= part;
            self.post(kind, at, number, -part, Mover::Event(event), of);
            self.takes.push(Take { event, lot: number, points: part });
        }
        self.drop_empty();
        missing
    }

    fn owe(&mut self, event: u32, at: Timestamp, points: i64, of: Object) {
        self.debt += points;
        self.post(MovementKind::Owed, at, DEBT, -points, Mover::Event(event), of);
        self.takes.push(Take { event, lot: DEBT, points });
    }

    fn post(&mut self, kind: MovementKind, at: Timestamp, lot: u32, points: i64, mover: Mover, of: Object) {
        self.postings.push(Posting { kind, at, lot, points, mover, of });
    }

    fn reopen(&mut self, number: u32) {
        self.open.push(number);
        self.sorted = None;
        self.next_expiry = self.next_expiry.min(self.lots[number as usize].expires_at);
    }

    fn drop_empty(&mut self) {
        let (live, first) = (&self.live, self.first);
        self.open.retain(|number| live[*number as usize - first].open > 0);
    }

    fn sort(&mut self, order: SpendOrder, ids: Ids<'_>) {
        if self.sorted == Some(order) {
            return;
        }
        let lots = &self.lots;
        self.open.sort_by(|a, b| {
            let (one, other) = (&lots[*a as usize], &lots[*b as usize]);
            let expiry = one.expires_at.cmp(&other.expires_at);
            let age = one.available_at.cmp(&other.available_at);
            let first = match order {
                SpendOrder::OldestFirst => age.then(expiry),
                SpendOrder::ExpiringFirst => expiry.then(age),
            };
            if first == Ordering::Equal { ids(*a).cmp(&ids(*b)) } else { first }
        });
        self.sorted = Some(order);
    }
}

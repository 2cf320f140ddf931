//! The account of one member in one programme.

use std::collections::BTreeMap;

use serde::Serialize;

use super::climb::{Entry, Scale};
use super::movement::Scribe;
use super::settle::{Event, Life, Wallet, What};
use super::tier::entries;
use super::{Ledger, Movement, MovementKind, POINTS, Programme, Unit, Version};
use crate::base::{CustomerId, Env, Error, Id, Name, Result, Timestamp};
use crate::change::{ChangeSet, Precondition};

/// What was decided: the movements to be written. There are none when everything is written already.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PointsDecision {
    /// The movements, in the order of their instants.
    pub movements: Vec<Movement>,
    /// What the programme refuses of all that was to be [caught up](Account::catch_up) with; nothing else refuses in part.
    pub refused: Vec<Refusal>,
}

/// Something that the programme refuses, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// What is refused: a purchase, refund, redemption, cancellation or adjustment.
    pub cause: Id,
    /// Why.
    pub error: Error,
}

impl From<Vec<Movement>> for PointsDecision {
    fn from(movements: Vec<Movement>) -> Self {
        Self { movements, refused: Vec::new() }
    }
}

impl PointsDecision {
    /// By how many points the member's total grows, what the clock took meanwhile included.
    pub fn points(&self) -> i64 {
        self.movements.iter().map(|movement| movement.points).sum()
    }

    /// The change set to be committed: it writes the movements, provided that no other movement of the member was
    /// written after the commit `since`, the last one before the ledger was loaded. Two decisions taken at once thus
    /// never spend the same points: the later one is refused, and is taken again on the grown ledger.
    pub fn changes(&self, since: u64, now: Timestamp) -> ChangeSet {
        let mut changes = ChangeSet::new(now);
        if let Some(first) = self.movements.first() {
            changes.require(Precondition::Unchanged { stream: POINTS, subject: first.member.id(), since });
        }
        for movement in &self.movements {
            changes.append(movement.to_fact());
        }
        changes
    }
}

/// One member's part of a programme.
///
/// Decisions are pure: they look at the ledger and say which movements are to be written. Each is idempotent by the id
/// of its cause, takes effect at the instant at which things happened, even if that is long past, and corrects what was
/// written since. Each also writes what the clock has done in the units that it touches.
///
/// What was once decided stays: points that a purchase earned do not change when another purchase is heard of late, and
/// a redemption that was accepted is never refused again.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The programme.
    pub programme: &'a Programme,
    /// The member.
    pub member: CustomerId,
    /// All movements of the member.
    pub ledger: &'a Ledger,
}

impl<'a> Account<'a> {
    /// An account.
    pub const fn new(programme: &'a Programme, member: CustomerId, ledger: &'a Ledger) -> Self {
        Self { programme, member, ledger }
    }

    /// Writes what the clock has done: points that expired, each at its instant, and points that repaid what was owed.
    /// Balances do not depend on when, or whether, this is called.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a programme without versions.
    pub fn settle(&self, env: &Env<'_>) -> Result<PointsDecision> {
        self.settle_at(env.now)
    }

    pub(super) fn settle_at(&self, now: Timestamp) -> Result<PointsDecision> {
        let mut movements = Vec::new();
        for unit in &self.programme.governing(Timestamp::MAX)?.definition.units {
            let wallet = self.wallet(&unit.name);
            let run = wallet.run(&[], wallet.last.max(now))?;
            movements.extend(wallet.missing(&run, None, now)?);
        }
        Ok(movements.into())
    }

    pub(super) fn wallet(&self, unit: &Name) -> Wallet<'a> {
        Wallet::read(self.programme, self.member, unit, self.ledger)
    }

    pub(super) fn programme_movements(&self) -> impl Iterator<Item = &'a Movement> {
        let (programme, ledger) = (self.programme.id, self.ledger);
        ledger.movements().filter(move |one| one.programme == programme)
    }

    pub(super) fn caused_by(&self, cause: Id) -> impl Iterator<Item = &'a Movement> {
        self.programme_movements().filter(move |one| one.cause == cause)
    }

    /// What counts for the member on a ladder, in the order of time.
    pub(super) fn entries(&self, scale: &Scale<'_>) -> Vec<Entry> {
        entries(self.programme.id, scale.ladder, self.ledger)
    }

    pub(super) fn check(&self, member: CustomerId, at: Timestamp, now: Timestamp) -> Result<()> {
        if member != self.member {
            return Err(Error::invalid("member", "not the member of the account"));
        }
        if at > now { Err(Error::invalid("at", "lies in the future")) } else { Ok(()) }
    }

    pub(super) fn opening(
        &self,
        version: &Version,
        unit: &Unit,
        kind: MovementKind,
        cause: Id,
        (at, points): (Timestamp, i64),
        now: Timestamp,
    ) -> Result<Movement> {
        let life = unit.life(&version.definition.zone, at);
        self.scribe(&unit.name, now).opening(kind, cause, None, (at, points), life)
    }

    pub(super) fn scribe(&self, unit: &Name, now: Timestamp) -> Scribe<'a> {
        Scribe::new(self.programme, self.member, unit, now)
    }

    /// The openings, and what follows from them in the units that they touch.
    pub(super) fn settle_with(&self, openings: Vec<Movement>, because: Id, now: Timestamp) -> Result<PointsDecision> {
        let mut events: BTreeMap<Name, Vec<Event>> = BTreeMap::new();
        for one in &openings {
            let life = Life { available_at: one.available_at.unwrap_or(one.at), expires_at: one.expires_at };
            let what = What::Grant { lot: one.lot, life, points: one.points };
            events.entry(one.unit.clone()).or_default().push(Event { at: one.at, cause: one.cause, what });
        }
        let mut movements = openings;
        for (unit, events) in &events {
            let wallet = self.wallet(unit);
            let run = wallet.run(events, wallet.last.max(now))?;
            movements.extend(wallet.missing(&run, Some(because), now)?);
        }
        movements.sort_by_key(|movement| movement.at);
        Ok(movements.into())
    }
}

//! The ledger of one member: every movement, and what they add up to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fields::POINTS;
use super::{Movement, MovementKind};
use crate::base::{AsOf, Id, Name, ProgrammeId, Stream, Timestamp};
use crate::fact::{Fact, Projection};

/// Every movement of one member's points, in any programme.
///
/// It is the fold of the facts about the member: in any order, in any partition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Parts", into = "Parts")]
pub struct Ledger {
    movements: BTreeMap<Id, Movement>,
    unreadable: BTreeSet<Id>,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    movements: Vec<Movement>,
    unreadable: BTreeSet<Id>,
}

impl From<Parts> for Ledger {
    fn from(parts: Parts) -> Self {
        let movements = parts.movements.into_iter().map(|movement| (movement.id, movement)).collect();
        Self { movements, unreadable: parts.unreadable }
    }
}

impl From<Ledger> for Parts {
    fn from(ledger: Ledger) -> Self {
        Self { movements: ledger.movements.into_values().collect(), unreadable: ledger.unreadable }
    }
}

impl Projection for Ledger {
    const STREAM: Stream = POINTS;

    fn apply(&mut self, fact: &Fact) {
        match Movement::from_fact(fact) {
            Ok(movement) => self.record(movement),
            Err(_) => drop(self.unreadable.insert(fact.id)),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.movements.extend(other.movements.iter().map(|(id, movement)| (*id, movement.clone())));
        self.unreadable.extend(&other.unreadable);
    }
}

impl FromIterator<Movement> for Ledger {
    fn from_iter<I: IntoIterator<Item = Movement>>(movements: I) -> Self {
        let mut ledger = Self::default();
        movements.into_iter().for_each(|movement| ledger.record(movement));
        ledger
    }
}

impl Ledger {
    /// Takes a movement in, as [`apply`](Projection::apply) does with its fact.
    pub fn record(&mut self, movement: Movement) {
        self.movements.insert(movement.id, movement);
    }

    /// Every movement, in the order of their ids.
    pub fn movements(&self) -> impl ExactSizeIterator<Item = &Movement> {
        self.movements.values()
    }

    /// One movement.
    pub fn movement(&self, id: Id) -> Option<&Movement> {
        self.movements.get(&id)
    }

    /// Facts that are no movements that this version of the library can read.
    pub const fn unreadable(&self) -> &BTreeSet<Id> {
        &self.unreadable
    }

    /// The ledger as it was seen from a point of view.
    #[must_use]
    pub fn as_of(&self, view: AsOf) -> Self {
        self.movements().filter(|one| view.sees(one.at, one.recorded)).cloned().collect()
    }

    /// The movements of one unit of a programme.
    pub(super) fn wallet(&self, programme: ProgrammeId, unit: &Name) -> impl Iterator<Item = &Movement> {
        self.movements().filter(move |one| one.programme == programme && one.unit == *unit)
    }

    /// The lots of one unit of a programme as they stand at an instant, in the order of their ids.
    pub fn lots(&self, programme: ProgrammeId, unit: &Name, at: Timestamp) -> Vec<Lot> {
        let mut lots = BTreeMap::new();
        for movement in self.wallet(programme, unit).filter(|one| one.at <= at && !one.is_debt()) {
            lots.entry(movement.lot).or_insert_with(|| Lot::of(movement)).add(movement);
        }
        lots.into_values().collect()
    }

    /// What a member has of one unit of a programme at an instant.
    ///
    /// Points whose time is over count no longer, whether or not their expiry has been written.
    pub fn balance(&self, programme: ProgrammeId, unit: &Name, at: Timestamp) -> Balance {
        let mut lots: BTreeMap<Id, (i64, &Movement, bool)> = BTreeMap::new();
        let mut balance = Balance::default();
        for movement in self.wallet(programme, unit).filter(|one| one.at <= at) {
            if movement.is_over(at) {
                continue;
            }
            if movement.is_debt() {
                balance.owed -= movement.points;
                continue;
            }
            let (open, _, confirmed) = lots.entry(movement.lot).or_insert((0, movement, false));
            *open += movement.points;
            *confirmed |= movement.kind == MovementKind::Confirmed;
            if movement.sets_aside() {
                balance.reserved -= movement.points;
            }
        }
        for (open, life, confirmed) in lots.into_values() {
            if life.expires_at.is_some_and(|end| end <= at) {
                continue;
            }
            match life.available_at {
                Some(start) if start <= at || confirmed => balance.available += open,
                _ => balance.pending += open,
            }
        }
        let repaid = balance.owed.min(balance.available).max(0);
        Balance { available: balance.available - repaid, owed: balance.owed - repaid, ..balance }
    }
}

/// What a member has of one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Points that can be spent.
    pub available: i64,
    /// Points that cannot be spent yet.
    pub pending: i64,
    /// Points that the next ones will repay.
    pub owed: i64,
    /// Points that are set aside for a while.
    #[serde(default)]
    pub reserved: i64,
}

impl Balance {
    /// All points that the member has, less what is owed. Those that are set aside are not among them.
    pub const fn total(&self) -> i64 {
        self.available + self.pending - self.owed
    }
}

/// The points of one award, and what became of them.
///
/// `earned + adjusted + received = open + redeemed + reserved + transferred + expired + reversed + repaid`, each part being
/// what it is net of corrections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// The movement that opened it.
    pub id: Id,
    /// When its points become available.
    pub available_at: Option<Timestamp>,
    /// When its points expire.
    pub expires_at: Option<Timestamp>,
    /// Points that a rule awarded.
    pub earned: i64,
    /// Points that were given by hand, less those taken by hand.
    pub adjusted: i64,
    /// Points that came from another member.
    pub received: i64,
    /// Points that were spent and not given back.
    pub redeemed: i64,
    /// Points that are set aside.
    pub reserved: i64,
    /// Points that went to another member.
    pub transferred: i64,
    /// Points that expired.
    pub expired: i64,
    /// Points that refunds took back.
    pub reversed: i64,
    /// Points that repaid what was owed.
    pub repaid: i64,
    /// Points that are left.
    pub open: i64,
}

impl Lot {
    fn of(movement: &Movement) -> Self {
        Self {
            id: movement.lot,
            available_at: movement.available_at,
            expires_at: movement.expires_at,
            earned: 0,
            adjusted: 0,
            received: 0,
            reserved: 0,
            transferred: 0,
            redeemed: 0,
            expired: 0,
            reversed: 0,
            repaid: 0,
            open: 0,
        }
    }

    fn add(&mut self, movement: &Movement) {
        let points = movement.points;
        self.open += points;
        match movement.kind {
            MovementKind::Earned => self.earned += points,
            MovementKind::Adjusted => self.adjusted += points,
            MovementKind::Received => self.received += points,
            MovementKind::Reserved | MovementKind::Released => self.reserved -= points,
            MovementKind::Transferred => self.transferred -= points,
            MovementKind::Redeemed | MovementKind::Restored => self.redeemed -= points,
            MovementKind::Expired => self.expired -= points,
            MovementKind::Reversed => self.reversed -= points,
            MovementKind::Repaid => self.repaid -= points,
            MovementKind::Waived | MovementKind::Owed | MovementKind::Settled | MovementKind::Confirmed => {}
        }
    }
}

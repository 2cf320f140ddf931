//! Giving: points that go from one member to another.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{Account, PointsDecision};
use super::spending::check_spending;
use super::{Invariant, Ledger, Movement, MovementKind, Transfer, Violation};
use crate::base::{Env, Error, Id, Name, ProgrammeId, Result};

impl Account<'_> {
    /// Gives points to another member, whose account is `to`. They are those that a redemption would take, and live on as
    /// they did: with the same expiry. The first decision is about this account, the second about the other one; they are
    /// written together or not at all.
    ///
    /// # Errors
    /// [`Error::Denied`] for too few points, or a unit whose points cannot be transferred; [`Error::Invalid`] when both
    /// members are the same, for an instant in the future, or a transfer that was made before with other points.
    pub fn transfer(
        &self,
        transfer: &Transfer,
        to: &Account<'_>,
        env: &Env<'_>,
    ) -> Result<(PointsDecision, PointsDecision)> {
        let (now, at, id) = (env.now, transfer.at, transfer.id);
        self.check(transfer.from, at, now)?;
        to.check(transfer.to, at, now)?;
        if transfer.from == transfer.to {
            return Err(Error::invalid("to", "the member who gives"));
        }
        let unit = self.programme.governing(at)?.definition.unit(transfer.unit.as_ref())?;
        if !unit.transferable {
            return Err(Error::denied("points of the unit cannot be transferred"));
        }
        check_spending(unit, MovementKind::Transferred, transfer.points)?;
        let known: Vec<&Movement> = self.caused_by(id).filter(|one| gives(one)).collect();
        if !known.is_empty() {
            let same =
                -known.iter().map(|one| one.points).sum::<i64>() == transfer.points && known[0].unit == unit.name;
            let arrived = to.caused_by(id).any(|one| one.kind == MovementKind::Received);
            return if same && arrived {
                Ok((PointsDecision::default(), PointsDecision::default()))
            } else {
                Err(Error::invalid("points", "the transfer was made before with other points, or to somebody else"))
            };
        }
        let given = self.spend(&unit.name, MovementKind::Transferred, id, transfer.points, at, now)?;
        let scribe = to.scribe(&unit.name, now);
        let taken = given.movements.iter().filter(|one| one.kind == MovementKind::Transferred && one.cause == id);
        let receipts = taken.filter_map(|one| Some((one, one.life()?)));
        let receipts = receipts.map(|(one, life)| scribe.receipt(id, one.lot, (at, -one.points), life));
        let received = to.settle_with(receipts.collect::<Result<_>>()?, id, now)?;
        Ok((given, received))
    }
}

fn gives(movement: &Movement) -> bool {
    matches!(movement.kind, MovementKind::Transferred | MovementKind::Owed) && movement.of.is_none()
}

/// Looks whether what members gave is what others received, from the ledgers of all.
pub fn audit_transfers<'a>(programme: ProgrammeId, ledgers: impl IntoIterator<Item = &'a Ledger>) -> Vec<Violation> {
    let mut transfers: BTreeMap<(Id, &Name), (bool, i64, BTreeSet<Id>)> = BTreeMap::new();
    for ledger in ledgers {
        for one in ledger.movements().filter(|one| one.programme == programme) {
            if gives(one) || one.kind == MovementKind::Received {
                let transfer = transfers.entry((one.cause, &one.unit)).or_default();
                transfer.0 |= one.kind != MovementKind::Owed;
                transfer.1 += one.points;
                transfer.2.insert(one.id);
            }
        }
    }
    let broken = transfers.into_values().filter(|(is_transfer, points, _)| *is_transfer && *points != 0);
    let violation =
        |facts: BTreeSet<Id>| Violation { invariant: Invariant::Transfer, facts: facts.into_iter().collect() };
    broken.map(|(.., facts)| violation(facts)).collect()
}

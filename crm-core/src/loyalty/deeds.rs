//! Deeds: the history of members, gathered from where it was kept.

use std::collections::{BTreeMap, BTreeSet};

use super::earning::joining;
use super::{
    Activity, Adjustment, Cancellation, History, Join, Ledger, Movement, MovementKind, Purchase, Redemption, Refund,
    Shopping,
};
use crate::base::{CustomerId, Id, Money, Name, ProgrammeId, Timestamp};

/// What members did, owned. A [`History`] borrows it.
///
/// Purchases and refunds that a shop tells have lines; of those that only a ledger tells, the amounts are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deeds {
    /// When they joined.
    pub joins: Vec<Join>,
    /// What else they did that earns. Who else was in it is not known any more.
    pub activities: Vec<Activity>,
    /// What they bought.
    pub purchases: Vec<Purchase>,
    /// What of it was paid back.
    pub refunds: Vec<Refund>,
    /// The points they spent.
    pub redemptions: Vec<Redemption>,
    /// The points that were given back.
    pub cancellations: Vec<Cancellation>,
    /// The points that were given or taken by hand.
    pub adjustments: Vec<Adjustment>,
}

/// What makes movements the parts of one deed.
type Part<'a> = (MovementKind, Id, Option<Id>, &'a Name);

impl Deeds {
    /// The deeds of members, as a shop and their ledgers tell them. What both tell is taken from the shop.
    pub fn gather<'a>(
        programme: ProgrammeId,
        shopping: Shopping,
        ledgers: impl IntoIterator<Item = (CustomerId, &'a Ledger)>,
    ) -> Self {
        let bought: BTreeSet<Id> = shopping.purchases.iter().map(|one| one.id).collect();
        let given_back: BTreeSet<Id> = shopping.refunds.iter().map(|one| one.id).collect();
        let mut own = Self { purchases: shopping.purchases, refunds: shopping.refunds, ..Self::default() };
        let (purchases, refunds) = (own.purchases.len(), own.refunds.len());
        for (member, ledger) in ledgers {
            own.read(programme, member, ledger);
        }
        let mut told = own.purchases.split_off(purchases);
        told.retain(|one| !bought.contains(&one.id));
        own.purchases.extend(told);
        let mut told = own.refunds.split_off(refunds);
        told.retain(|one| !given_back.contains(&one.id));
        own.refunds.extend(told);
        own
    }

    /// The history of these deeds.
    pub fn history(&self) -> History<'_> {
        History {
            joins: &self.joins,
            activities: &self.activities,
            purchases: &self.purchases,
            refunds: &self.refunds,
            redemptions: &self.redemptions,
            cancellations: &self.cancellations,
            adjustments: &self.adjustments,
        }
    }

    fn read(&mut self, programme: ProgrammeId, member: CustomerId, ledger: &Ledger) {
        let joined = joining(programme, member);
        let mut activities: BTreeMap<Id, Activity> = BTreeMap::new();
        let mut parts: BTreeMap<Part<'_>, (Timestamp, i64, &Movement)> = BTreeMap::new();
        for one in ledger.movements().filter(|one| one.programme == programme) {
            if one.kind == MovementKind::Earned && one.cause == joined {
                self.join(member, one.at);
            }
            if let Some(activity) = one.reason.clone().filter(|_| one.kind == MovementKind::Earned) {
                activities.insert(one.cause, Activity { id: one.cause, member, at: one.at, activity, with: None });
            }
            if let Some(amount) = one.amount {
                self.money(one, amount, ledger);
            }
            let part = parts.entry((one.kind, one.cause, one.of, &one.unit)).or_insert((one.at, 0, one));
            part.1 += one.points;
        }
        self.activities.extend(activities.into_values());
        let owed = |kind, cause, unit| (kind, cause, None, unit);
        for ((kind, cause, of, unit), (at, points, movement)) in &parts {
            let (at, cause) = (*at, *cause);
            let other = |kind| parts.contains_key(&owed(kind, cause, *unit));
            let more = parts.get(&owed(MovementKind::Owed, cause, *unit)).map_or(0, |(_, points, _)| *points);
            let of_others =
                [MovementKind::Adjusted, MovementKind::Redeemed, MovementKind::Reserved, MovementKind::Transferred];
            match (kind, of) {
                (MovementKind::Adjusted, None) => {
                    let (points, unit) = (points + more, Some((*unit).clone()));
                    let reason = movement.reason.clone().unwrap_or(Name::from_static("adjusted"));
                    self.adjustments.push(Adjustment { id: cause, member, unit, points, at, reason });
                }
                (MovementKind::Redeemed | MovementKind::Transferred, None) => {
                    self.redeem(member, cause, at, (points + more, *unit));
                }
                (MovementKind::Received, Some(_)) => self.receive(member, cause, at, (*points, *unit)),
                (MovementKind::Owed, None) if !of_others.into_iter().any(other) => {
                    self.redeem(member, cause, at, (*points, *unit));
                }
                (MovementKind::Restored, Some(redemption)) => {
                    let (redemption, points) = (*redemption, Some(*points));
                    self.cancellations.push(Cancellation { id: cause, redemption, points, at });
                }
                _ => {}
            }
        }
    }

    fn join(&mut self, member: CustomerId, at: Timestamp) {
        if self.joins.last().is_none_or(|last| last.member != member) {
            self.joins.push(Join { member, at });
        }
    }

    /// Points that came from another member, as points that were given by hand.
    fn receive(&mut self, member: CustomerId, id: Id, at: Timestamp, (points, unit): (i64, &Name)) {
        let same = |one: &&mut Adjustment| (one.member, one.id, one.unit.as_ref()) == (member, id, Some(unit));
        if let Some(known) = self.adjustments.iter_mut().find(same) {
            known.points += points;
            return;
        }
        let (unit, reason) = (Some(unit.clone()), Name::from_static("received"));
        self.adjustments.push(Adjustment { id, member, unit, points, at, reason });
    }

    fn redeem(&mut self, member: CustomerId, id: Id, at: Timestamp, (points, unit): (i64, &Name)) {
        self.redemptions.push(Redemption { id, member, unit: Some(unit.clone()), points: -points, at });
    }

    /// The purchase or refund whose money a movement tells.
    fn money(&mut self, movement: &Movement, amount: Money, ledger: &Ledger) {
        let (id, at) = (movement.cause, movement.at);
        if movement.kind == MovementKind::Earned {
            self.purchases.push(Purchase::new(id, movement.member, at, amount));
        } else if let Some(lot) = movement.of.and_then(|lot| ledger.movement(lot)) {
            let amount = Money::new(amount.minor().saturating_neg(), amount.currency());
            self.refunds.push(Refund { id, purchase: lot.cause, at, amount, lines: Vec::new() });
        }
    }
}

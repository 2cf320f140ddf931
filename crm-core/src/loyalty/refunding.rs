//! Refunding: taking back what a purchase earned.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{Account, PointsDecision};
use super::eligible::kept;
use super::settle::{Event, Life, Step, Wallet, What};
use super::{Movement, MovementKind, Purchase, Refund, Shortfall};
use crate::base::{Env, Error, Id, Money, Name, Result, Timestamp};

impl Account<'_> {
    /// Takes back what a purchase earned, in the proportion in which it was refunded. `refunds` are all refunds of the
    /// purchase that are known, in any order; those that were heard of before take nothing again.
    ///
    /// Whatever the order and number of partial refunds, a purchase that was refunded in full has lost exactly what it
    /// earned. Points that were spent meanwhile are dealt with as the unit's [`Shortfall`] says; a redemption that was
    /// accepted stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a purchase of another member, a refund in the future, a refund of a line that was not
    /// bought, or when a refund that was heard of before is missing.
    pub fn refund(&self, purchase: &Purchase, refunds: &[Refund], env: &Env<'_>) -> Result<PointsDecision> {
        self.refund_at(purchase, refunds, env.now)
    }

    pub(super) fn refund_at(&self, purchase: &Purchase, refunds: &[Refund], now: Timestamp) -> Result<PointsDecision> {
        self.check(purchase.member, purchase.at, now)?;
        let lots: Vec<&Movement> = self.caused_by(purchase.id).filter(|one| one.kind == MovementKind::Earned).collect();
        let mut refunds: Vec<&Refund> = refunds.iter().filter(|refund| refund.purchase == purchase.id).collect();
        refunds.sort_by_key(|refund| (refund.at.max(purchase.at), refund.id));
        refunds.dedup_by_key(|refund| refund.id);
        let heard = self.heard_of(&lots);
        if !heard.iter().all(|id| refunds.iter().any(|refund| refund.id == *id)) {
            return Err(Error::invalid("refunds", "a refund that was heard of before is missing"));
        }
        let mut known: Vec<&Refund> = refunds.iter().copied().filter(|refund| heard.contains(&refund.id)).collect();
        let mut ledger = self.ledger.clone();
        let mut decision = PointsDecision::default();
        for refund in refunds.into_iter().filter(|refund| !heard.contains(&refund.id)) {
            self.check(purchase.member, refund.at, now)?;
            known.push(refund);
            let account = Account { ledger: &ledger, ..*self };
            let movements = account.reverse(purchase, &lots, refund, &known, now)?;
            for movement in movements {
                ledger.record(movement.clone());
                decision.movements.push(movement);
            }
        }
        Ok(decision)
    }

    /// The refunds of which movements speak that take back what these lots awarded.
    fn heard_of(&self, lots: &[&Movement]) -> BTreeSet<Id> {
        let of_these = |one: &&Movement| one.takes_back() && lots.iter().any(|lot| Some(lot.id) == one.of);
        self.programme_movements().filter(of_these).map(|one| one.cause).collect()
    }

    /// What one more refund takes back.
    fn reverse(
        &self,
        purchase: &Purchase,
        lots: &[&Movement],
        refund: &Refund,
        known: &[&Refund],
        now: Timestamp,
    ) -> Result<Vec<Movement>> {
        let Some(first) = lots.first() else { return Ok(Vec::new()) };
        check_refund(purchase, refund)?;
        let at = refund.at.max(purchase.at);
        let mut movements = Vec::new();
        let mut events: BTreeMap<Name, Vec<Event>> = BTreeMap::new();
        for lot in lots {
            let due = self.due(purchase, lot, known)?;
            if due == 0 {
                continue;
            }
            let earlier = events.entry(lot.unit.clone()).or_default();
            let wallet = self.wallet(&lot.unit);
            let reversal = |points| Event { at, cause: refund.id, what: What::Reverse { lot: lot.id, points } };
            let taken = fit(&wallet, earlier, due, reversal, now)?;
            if taken > 0 {
                earlier.push(reversal(taken));
            }
            if taken < due {
                let waived = Some(due - taken);
                movements.push(Movement { waived, ..self.about(lot, refund.id, MovementKind::Waived, at, now)? });
            }
        }
        for (unit, events) in &events {
            let wallet = self.wallet(unit);
            let run = wallet.run(events, wallet.last.max(now))?;
            movements.extend(wallet.missing(&run, Some(refund.id), now)?);
        }
        movements.sort_by_key(|movement| (movement.at, movement.id));
        let says = |one: &&mut Movement| one.cause == refund.id && one.takes_back();
        let amount = Some(Money::new(-refund.amount.minor(), refund.amount.currency()));
        if let Some(movement) = movements.iter_mut().find(says) {
            movement.amount = amount;
        } else {
            let mark = self.about(first, refund.id, MovementKind::Reversed, at, now)?;
            movements.push(Movement { amount, ..mark });
        }
        Ok(movements)
    }

    /// How many points of a lot are to be taken back, beyond those that were.
    fn due(&self, purchase: &Purchase, lot: &Movement, refunds: &[&Refund]) -> Result<i64> {
        let Some(version) = self.programme.version(lot.version) else { return Ok(0) };
        let mut rules = version.definition.rules.iter();
        let Some(rule) = rules.position(|rule| Some(&rule.name) == lot.rule.as_ref()) else { return Ok(0) };
        let taken: i64 = self
            .programme_movements()
            .filter(|one| one.takes_back() && one.of == Some(lot.id))
            .map(|one| one.waived.unwrap_or(0) - one.points)
            .sum();
        Ok((lot.points - kept(lot.points, (version, rule), purchase, refunds)? - taken).max(0))
    }

    /// A movement of no points that a refund makes in a lot of its purchase.
    fn about(&self, lot: &Movement, refund: Id, kind: MovementKind, at: Timestamp, now: Timestamp) -> Result<Movement> {
        let step = Step { kind, cause: refund, lot: lot.id, of: Some(lot.id) };
        let life = lot.available_at.map(|available_at| Life { available_at, expires_at: lot.expires_at });
        self.scribe(&lot.unit, now).step(step, 0, at, 0, life)
    }
}

/// The most points that a refund can take without leaving a redemption, or an earlier refund, short.
fn fit(
    wallet: &Wallet<'_>,
    earlier: &[Event],
    due: i64,
    reversal: impl Fn(i64) -> Event,
    now: Timestamp,
) -> Result<i64> {
    let until = wallet.last.max(now);
    let run = |points: i64| {
        let mut events = earlier.to_vec();
        events.push(reversal(points));
        wallet.run(&events, until)
    };
    let owing = wallet.policy(reversal(due).at)?.shortfall == Shortfall::Owe;
    let before = run(0)?;
    let fits = |points| -> Result<bool> {
        let after = run(points)?;
        Ok(after.uncovered <= before.uncovered && (owing || after.overspent <= before.overspent))
    };
    if fits(due)? {
        return Ok(due);
    }
    let (mut most, mut too_many) = (0, due);
    while too_many - most > 1 {
        let middle = most + (too_many - most) / 2;
        if fits(middle)? {
            most = middle;
        } else {
            too_many = middle;
        }
    }
    Ok(most)
}

pub(super) fn check_refund(purchase: &Purchase, refund: &Refund) -> Result<()> {
    let currency = purchase.amount.currency();
    let amounts = refund.lines.iter().map(|line| line.amount).chain([refund.amount]);
    if amounts.into_iter().all(|amount| !amount.is_negative() && amount.currency() == currency) {
        Ok(())
    } else {
        Err(Error::invalid("amount", "a refund pays a positive amount back, in the purchase's currency"))
    }
}

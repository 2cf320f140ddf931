//! Catching up: everything that a member bought and gave back, and the ledger does not know yet.

use std::collections::{BTreeMap, HashSet};

use super::account::{Account, PointsDecision};
use super::{History, Ledger, Purchase, Refund, Refusal, replay};
use crate::base::{Env, Id, Result, Timestamp};

impl Account<'_> {
    /// Decides on all purchases of the member up to an instant that the ledger does not know yet, on all their refunds, and
    /// on what the clock had done by then, as if each had been heard of when it happened. What is known already changes
    /// nothing; what is [refused](PointsDecision::refused) does not stop the rest; what lies in the future is left out.
    ///
    /// `purchases` are all that may be new, with all refunds of these and of older purchases that may be new or belong to
    /// the same purchase as a new one. Those of other members are passed over.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a programme without versions.
    pub fn catch_up(
        &self,
        purchases: &[Purchase],
        refunds: &[Refund],
        until: Timestamp,
        env: &Env<'_>,
    ) -> Result<PointsDecision> {
        let until = until.min(env.now);
        let own: BTreeMap<Id, &Purchase> =
            purchases.iter().filter(|one| one.member == self.member).map(|one| (one.id, one)).collect();
        let refunds: Vec<&Refund> = refunds.iter().filter(|refund| own.contains_key(&refund.purchase)).collect();
        let mut decision = if self.programme_movements().next().is_none() {
            self.all_at_once(&own, &refunds, until)?
        } else {
            self.one_by_one(&own, &refunds, until)?
        };
        for movement in &mut decision.movements {
            movement.recorded = env.now;
        }
        Ok(decision)
    }

    /// One pass over everything.
    fn all_at_once(
        &self,
        purchases: &BTreeMap<Id, &Purchase>,
        refunds: &[&Refund],
        until: Timestamp,
    ) -> Result<PointsDecision> {
        let purchases: Vec<Purchase> = purchases.values().copied().cloned().collect();
        let refunds: Vec<Refund> = refunds.iter().copied().cloned().collect();
        let history = History { purchases: &purchases, refunds: &refunds, ..History::default() };
        let replayed = replay(self.programme, history, until)?;
        Ok(PointsDecision {
            movements: replayed.movements().collect::<Result<_>>()?,
            refused: replayed.refused().to_vec(),
        })
    }

    /// One decision after the other.
    fn one_by_one(
        &self,
        purchases: &BTreeMap<Id, &Purchase>,
        refunds: &[&Refund],
        until: Timestamp,
    ) -> Result<PointsDecision> {
        let known: HashSet<Id> = self.programme_movements().map(|one| one.cause).collect();
        let bought = purchases.values().map(|one| (one.at, 0, one.id, *one));
        let given_back = refunds.iter().filter_map(|refund| {
            let purchase = purchases.get(&refund.purchase)?;
            Some((refund.at.max(purchase.at), 1, refund.id, *purchase))
        });
        let is_news = |at: Timestamp, id: &Id| at <= until && !known.contains(id);
        let mut news: Vec<_> = bought.chain(given_back).filter(|(at, _, id, _)| is_news(*at, id)).collect();
        news.sort_unstable_by_key(|(at, rank, id, _)| (*at, *rank, *id));
        let mut ledger = self.ledger.clone();
        let mut all = PointsDecision::default();
        for (at, rank, cause, purchase) in news {
            let account = Account { ledger: &ledger, ..*self };
            let decided = if rank == 0 {
                account.earn_at(purchase, at)
            } else {
                let counts = |refund: &&&Refund| {
                    (refund.at <= at || known.contains(&refund.id))
                        && refund.purchase == purchase.id
                        && all.refused.iter().all(|refusal| refusal.cause != refund.id)
                };
                let own: Vec<Refund> = refunds.iter().filter(counts).copied().cloned().collect();
                account.refund_at(purchase, &own, at)
            };
            match decided {
                Ok(decision) => all.take(decision, &mut ledger),
                Err(error) => all.refused.push(Refusal { cause, error }),
            }
        }
        let settled = Account { ledger: &ledger, ..*self }.settle_at(until)?;
        all.take(settled, &mut ledger);
        Ok(all)
    }
}

impl PointsDecision {
    fn take(&mut self, other: Self, ledger: &mut Ledger) {
        for movement in other.movements {
            ledger.record(movement.clone());
            self.movements.push(movement);
        }
    }
}

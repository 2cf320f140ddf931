//! Catching up: everything that a member bought and gave back, and the ledger does not know yet.

use std::collections::{BTreeMap, HashSet};

use super::account::{Account, Decision};
use super::{History, Ledger, Movement, Purchase, Refund, replay};
use crate::base::{Env, Error, Id, Result, Timestamp};

impl Account<'_> {
    /// Decides on all purchases of the member that the ledger does not know yet, on all their refunds, and on what the
    /// clock has done since, as if each had been heard of when it happened. What is known already changes nothing.
    ///
    /// `purchases` are all that may be new, with all refunds of these and of older purchases that may be new or belong to
    /// the same purchase as a new one. Those of other members are passed over.
    ///
    /// # Errors
    /// As [`earn`](Self::earn) and [`refund`](Self::refund).
    pub fn catch_up(&self, purchases: &[Purchase], refunds: &[Refund], env: &Env<'_>) -> Result<Decision> {
        let own: BTreeMap<Id, &Purchase> =
            purchases.iter().filter(|one| one.member == self.member).map(|one| (one.id, one)).collect();
        let refunds: Vec<&Refund> = refunds.iter().filter(|refund| own.contains_key(&refund.purchase)).collect();
        let latest = own.values().map(|one| one.at).chain(refunds.iter().map(|one| one.at)).max();
        if latest.is_some_and(|latest| latest > env.now) {
            return Err(Error::invalid("at", "lies in the future"));
        }
        let mut movements = if self.programme_movements().next().is_none() {
            self.all_at_once(&own, &refunds, env.now)?
        } else {
            self.one_by_one(&own, &refunds, env.now)?
        };
        for movement in &mut movements {
            movement.recorded = env.now;
        }
        Ok(Decision { movements })
    }

    /// One pass over everything.
    fn all_at_once(
        &self,
        purchases: &BTreeMap<Id, &Purchase>,
        refunds: &[&Refund],
        now: Timestamp,
    ) -> Result<Vec<Movement>> {
        let purchases: Vec<Purchase> = purchases.values().copied().cloned().collect();
        let refunds: Vec<Refund> = refunds.iter().copied().cloned().collect();
        let history = History { purchases: &purchases, refunds: &refunds, ..History::default() };
        replay(self.programme, history, now)?.movements().collect()
    }

    /// One decision after the other.
    fn one_by_one(
        &self,
        purchases: &BTreeMap<Id, &Purchase>,
        refunds: &[&Refund],
        now: Timestamp,
    ) -> Result<Vec<Movement>> {
        let known: HashSet<Id> = self.programme_movements().map(|one| one.cause).collect();
        let bought = purchases.values().map(|one| (one.at, 0, one.id, *one));
        let given_back = refunds.iter().filter_map(|refund| {
            let purchase = purchases.get(&refund.purchase)?;
            Some((refund.at.max(purchase.at), 1, refund.id, *purchase))
        });
        let mut news: Vec<_> = bought.chain(given_back).filter(|(_, _, id, _)| !known.contains(id)).collect();
        news.sort_unstable_by_key(|(at, rank, id, _)| (*at, *rank, *id));
        let mut ledger = self.ledger.clone();
        let mut movements = Vec::new();
        let mut take = |ledger: &mut Ledger, decision: Decision| {
            for movement in decision.movements {
                ledger.record(movement.clone());
                movements.push(movement);
            }
        };
        for (at, rank, _, purchase) in news {
            let account = Account { ledger: &ledger, ..*self };
            let decision = if rank == 0 {
                account.earn_at(purchase, at)?
            } else {
                let heard = |refund: &&&Refund| refund.at <= at || known.contains(&refund.id);
                let own = refunds.iter().filter(|refund| refund.purchase == purchase.id).filter(heard);
                account.refund_at(purchase, &own.copied().cloned().collect::<Vec<_>>(), at)?
            };
            take(&mut ledger, decision);
        }
        let last = Account { ledger: &ledger, ..*self }.settle_at(now)?;
        take(&mut ledger, last);
        Ok(movements)
    }
}

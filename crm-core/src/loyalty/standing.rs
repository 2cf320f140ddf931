//! What a member has, and where the member stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::climb::Scale;
use super::settle::Run;
use super::tier::{climb, name};
use super::{Balance, Ledger, TierChange, TierStanding};
use crate::base::{Fields, Name, Period, Result, Timestamp};

/// Points that expire at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiring {
    /// When they expire.
    pub at: Timestamp,
    /// How many.
    pub points: i64,
}

/// All that is commonly asked about a member at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What the member has of the programme's first unit.
    pub balance: Balance,
    /// The points of that unit that will expire, the soonest first.
    pub expiring: Vec<Expiring>,
    /// How many of the points that can be spent now expire within 30 calendar days.
    pub expiring_soon: i64,
    /// The place on the ladder, if the programme has one.
    pub tier: Option<TierStanding>,
}

impl Standing {
    /// The fields that the [`catalogue`](super::catalogue) promises.
    pub fn fields(&self) -> Fields {
        let mut fields = Fields::with_capacity(8);
        let mut set = |name, value: i64| fields.set(Name::from_static(name), value);
        set("loyalty.points", self.balance.available);
        set("loyalty.points_pending", self.balance.pending);
        set("loyalty.points_owed", self.balance.owed);
        set("loyalty.points_expiring", self.expiring_soon);
        fields.put(Name::from_static("loyalty.next_expiry"), self.expiring.first().map(|next| next.at));
        if let Some(tier) = &self.tier {
            fields.put(Name::from_static("loyalty.tier"), tier.tier.as_ref());
            fields.put(Name::from_static("loyalty.tier_ends"), tier.ends);
            fields.put(Name::from_static("loyalty.to_next_tier"), tier.next.as_ref().map(|next| next.missing));
        }
        fields
    }
}

impl Account<'_> {
    /// What the member has of a unit at an instant; of the programme's first unit if none is named.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when the programme has no such unit.
    pub fn balance(&self, unit: Option<&Name>, at: Timestamp) -> Result<Balance> {
        let unit = &self.programme.governing(at)?.definition.unit(unit)?.name;
        Ok(self.wallet(unit).run(&[], at)?.balance(at))
    }

    /// The points of a unit that the member has at an instant and that will expire, the soonest first.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when the programme has no such unit.
    pub fn expiring(&self, unit: Option<&Name>, at: Timestamp) -> Result<Vec<Expiring>> {
        let unit = &self.programme.governing(at)?.definition.unit(unit)?.name;
        Ok(expiring(&self.wallet(unit).run(&[], at)?))
    }

    /// The place of the member on the ladder at an instant, past or present; nothing if the programme has none.
    ///
    /// It is a function of what had happened by then, of the version of the programme that applied then, and of the
    /// clock. What is heard of late changes the answer, what happens later does not.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a programme without versions.
    pub fn tier(&self, at: Timestamp) -> Result<Option<TierStanding>> {
        let scale = self.programme.governing(at)?.scale();
        let standing = |scale: &Scale<'_>| {
            let climb = climb(scale, &self.entries(scale), at, true);
            TierStanding::of(scale.ladder, &climb, at)
        };
        Ok(scale.as_ref().map(standing))
    }

    /// Every change of the member's tier up to an instant, under the version of the programme that applies then.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a programme without versions.
    pub fn tier_history(&self, until: Timestamp) -> Result<Vec<TierChange>> {
        let Some(scale) = self.programme.governing(until)?.scale() else { return Ok(Vec::new()) };
        let climb = climb(&scale, &self.entries(&scale), until, true);
        Ok(climb.changes.iter().map(|(at, level)| TierChange { at: *at, tier: name(scale.ladder, *level) }).collect())
    }

    /// All that is commonly asked about the member at an instant.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a programme without versions.
    pub fn standing(&self, at: Timestamp) -> Result<Standing> {
        let definition = &self.programme.governing(at)?.definition;
        let run = self.wallet(&definition.unit(None)?.name).run(&[], at)?;
        let soon = definition.zone.add(at, Period::days(30));
        let spendable = run.open().filter(|lot| lot.available_at <= at);
        let expiring_soon =
            spendable.filter(|lot| lot.expires_at.is_some_and(|end| end < soon)).map(|lot| lot.points).sum();
        Ok(Standing { balance: run.balance(at), expiring: expiring(&run), expiring_soon, tier: self.tier(at)? })
    }

    /// The ledger with all that the clock has done up to an instant, written or not.
    pub(super) fn settled(&self, at: Timestamp) -> Result<Ledger> {
        let mut ledger = self.ledger.clone();
        for unit in &self.programme.governing(Timestamp::MAX)?.definition.units {
            let wallet = self.wallet(&unit.name);
            let run = wallet.run(&[], wallet.last.max(at))?;
            wallet.missing(&run, None, at)?.into_iter().for_each(|movement| ledger.record(movement));
        }
        Ok(ledger)
    }
}

/// What will expire of the points that are left at the end of a run, the soonest first.
pub(super) fn expiring(run: &Run) -> Vec<Expiring> {
    let mut sums = BTreeMap::new();
    for lot in run.open() {
        if let Some(end) = lot.expires_at {
            *sums.entry(end).or_insert(0) += lot.points;
        }
    }
    sums.into_iter().map(|(at, points)| Expiring { at, points }).collect()
}

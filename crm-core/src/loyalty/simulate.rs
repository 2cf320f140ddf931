//! Simulating: what a basket would earn, and why.

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::{Contribution, MovementKind, Purchase, RuleOutcome, TierStanding};
use crate::base::{Name, Result};

/// What a purchase would earn, and what each rule says to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// The version of the programme that would apply; nothing before the first, when nothing is earned.
    pub version: Option<u32>,
    /// Whether the purchase has earned already. It would not earn again.
    pub known: bool,
    /// The tier in which it would be made.
    pub tier: Option<Name>,
    /// What each rule says, in the order in which they are considered.
    pub rules: Vec<Contribution>,
    /// The points that it would earn, in the order of the programme's units; units without any are left out.
    pub points: Vec<UnitPoints>,
    /// The place on the ladder right after it, if the programme has one.
    pub after: Option<TierStanding>,
}

/// Points of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPoints {
    /// The unit.
    pub unit: Name,
    /// How many.
    pub points: i64,
}

impl Account<'_> {
    /// What a purchase would earn at its instant, past or future, given what the ledger knows by now. Nothing is written,
    /// and [`earn`](Self::earn) says the same of the same purchase.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a purchase of another member, and as
    /// [`Version::simulate`](super::Version::simulate).
    pub fn simulate(&self, basket: &Purchase) -> Result<Simulation> {
        let known = self.caused_by(basket.id).any(|one| one.kind == MovementKind::Earned);
        self.check(basket.member, basket.at, basket.at)?;
        let Some(version) = self.programme.at(basket.at) else {
            return Ok(Simulation {
                version: None,
                known,
                tier: None,
                rules: Vec::new(),
                points: Vec::new(),
                after: None,
            });
        };
        let tier = self.tier_before(version, basket.at);
        let rules = version.contributions(basket, tier.map(|tier| &tier.name), &self.past())?;
        let mut ledger = self.ledger.clone();
        self.earn_at(basket, basket.at)?.movements.into_iter().for_each(|movement| ledger.record(movement));
        let after = Account { ledger: &ledger, ..*self }.tier(basket.at)?;
        let sum = |unit: &Name| {
            let own = rules.iter().filter(|rule| rule.unit == *unit);
            own.map(|rule| if let RuleOutcome::Awards(points) = rule.outcome { points } else { 0 }).sum::<i64>()
        };
        let units = version.definition.units.iter().map(|unit| &unit.name);
        let points = units.map(|unit| UnitPoints { unit: unit.clone(), points: if known { 0 } else { sum(unit) } });
        Ok(Simulation {
            version: Some(version.number),
            known,
            tier: tier.map(|tier| tier.name.clone()),
            points: points.filter(|one| one.points > 0).collect(),
            rules,
            after,
        })
    }
}

//! What a definition must be to be published.

use std::collections::BTreeSet;

use super::filter::Filters;
use super::{Basis, Cap, Cost, Definition, Earn, Ladder, Qualifying, Reward, Rule, Unit};
use crate::base::{Error, Money, Name, Period, Result};

/// The most points that one movement may be about.
pub(super) const MAX_POINTS: i64 = 1_000_000_000_000;

impl Definition {
    /// Checks that the definition does not contradict itself.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the unit, rule or tier.
    pub fn check(&self) -> Result<()> {
        if self.units.is_empty() || self.units.len() > 16 {
            return Err(Error::invalid("units", "a programme has 1 to 16 point units"));
        }
        if self.rules.len() > 1_000 {
            return Err(Error::invalid("rules", "a programme has at most 1000 rules"));
        }
        distinct("units", self.units.iter().map(|unit| &unit.name))?;
        distinct("rules", self.rules.iter().map(|rule| &rule.name))?;
        self.units.iter().try_for_each(check_unit)?;
        self.rules.iter().try_for_each(|rule| self.check_rule(rule))?;
        Filters::compile(self)?;
        self.tiers.iter().try_for_each(|ladder| self.check_ladder(ladder))?;
        if self.rewards.len() > 1_000 {
            return Err(Error::invalid("rewards", "a programme has at most 1000 rewards"));
        }
        distinct("rewards", self.rewards.iter().map(|reward| &reward.name))?;
        self.rewards.iter().try_for_each(|reward| self.check_reward(reward))
    }

    fn check_rule(&self, rule: &Rule) -> Result<()> {
        let wrong = |reason: &'static str| Err(Error::invalid_at(&rule.name, reason));
        if self.unit(rule.unit.as_ref()).is_err() {
            return wrong("awards a unit that the programme does not have");
        }
        if let Earn::PerAmount { per, .. } = rule.earn {
            if per.minor() <= 0 {
                return wrong("points are for a positive amount");
            }
            if rule.when.minimum.is_some_and(|minimum| minimum.currency() != per.currency()) {
                return wrong("its minimum is in another currency");
            }
        }
        let about_purchases = match &rule.earn {
            Earn::SignUp { .. } | Earn::PerActivity { .. } => false,
            Earn::Mission { activity, .. } | Earn::Streak { activity, .. } => activity.is_none(),
            Earn::PerAmount { .. } | Earn::PerItem { .. } | Earn::PerPurchase { .. } | Earn::Bonus { .. } => true,
        };
        let when = &rule.when;
        if !about_purchases && (!when.takes_all_lines() || when.minimum.is_some() || when.first_purchase) {
            return wrong("only purchases have lines and an amount");
        }
        let empty = match &rule.earn {
            Earn::Mission { times, within, .. } => *times == 0 || within.is_some_and(|within| !forward(within)),
            Earn::Streak { periods, .. } => !(1..=1_000).contains(periods),
            _ => false,
        };
        if empty {
            return wrong("asks for nothing, or for too much");
        }
        if let Earn::Bonus { of, percent } = &rule.earn {
            let place = |one: &Rule| (std::cmp::Reverse(one.priority), one.name.clone());
            let is_before = |name: &Name| {
                self.rules.iter().any(|one| one.name == *name && place(one) < place(rule) && one.unit == rule.unit)
            };
            if of.is_empty() || *percent > 100_000 || !of.iter().all(is_before) {
                return wrong("adds to rules of its unit that are considered before it");
            }
        }
        check_caps(&rule.name, &rule.caps)?;
        if rule.when.from.zip(rule.when.until).is_some_and(|(from, until)| from >= until) {
            return wrong("ends before it begins");
        }
        let tiers = self.tiers.as_ref().map_or(&[][..], |ladder| &ladder.tiers);
        if !rule.when.tiers.iter().all(|name| tiers.iter().any(|tier| tier.name == *name)) {
            return wrong("names a tier that the programme does not have");
        }
        Ok(())
    }

    fn check_reward(&self, reward: &Reward) -> Result<()> {
        let wrong = |reason: &'static str| Err(Error::invalid_at(&reward.name, reason));
        let Ok(unit) = self.unit(reward.unit.as_ref()) else {
            return wrong("costs points of a unit that the programme does not have");
        };
        if !(0..=MAX_POINTS).contains(&reward.points) || (reward.points > 0 && !unit.redeemable) {
            return wrong("its price is a number of redeemable points");
        }
        let amounts = [reward.money, reward.worth, reward.budget];
        if amounts.iter().flatten().any(|amount| amount.is_negative()) {
            return wrong("an amount is not negative");
        }
        let matches = reward.worth.map(|worth| Some(worth.currency()) == reward.budget.map(Money::currency));
        if reward.budget.is_some() && matches != Some(true) {
            return wrong("a budget needs what one is worth, in its currency");
        }
        if reward.from.zip(reward.until).is_some_and(|(from, until)| from >= until) {
            return wrong("ends before it begins");
        }
        if reward.valid.is_some_and(|valid| !forward(valid) || valid == Period::default()) {
            return wrong("a voucher is valid for some time");
        }
        let tiers = self.tiers.as_ref().map_or(&[][..], |ladder| &ladder.tiers);
        if !reward.tiers.iter().all(|name| tiers.iter().any(|tier| tier.name == *name)) {
            return wrong("names a tier that the programme does not have");
        }
        Ok(())
    }

    fn check_ladder(&self, ladder: &Ladder) -> Result<()> {
        distinct("tiers", ladder.tiers.iter().map(|tier| &tier.name))?;
        if ladder.tiers.is_empty() || ladder.tiers.len() > 100 {
            return Err(Error::invalid("tiers", "a ladder has 1 to 100 tiers"));
        }
        for pair in ladder.tiers.windows(2) {
            if pair[0].threshold >= pair[1].threshold {
                return Err(Error::invalid_at(&pair[1].name, "its threshold is not above that of the tier below"));
            }
        }
        if let Some(tier) = ladder.tiers.iter().find(|tier| tier.threshold < 0 || tier.multiplier > 10_000) {
            return Err(Error::invalid_at(
                &tier.name,
                "a threshold is not negative, a multiplier at most 10000 percent",
            ));
        }
        if let Basis::Points { unit } = &ladder.basis {
            self.unit(Some(unit))?;
        }
        if let Qualifying::Rolling(period) = ladder.window {
            if !forward(period) || period == Period::default() {
                return Err(Error::invalid("window", "a rolling window has a length"));
            }
            if ladder.soft_landing && ladder.grace == Period::default() {
                return Err(Error::invalid("soft_landing", "a rolling window needs a grace to land in"));
            }
        }
        if forward(ladder.grace) { Ok(()) } else { Err(Error::invalid("grace", "negative")) }
    }
}

fn check_caps(owner: &Name, caps: &[Cap]) -> Result<()> {
    let fits = |cap: &Cap| {
        (cap.points.is_some() || cap.times.is_some())
            && cap.points.is_none_or(|points| (0..=MAX_POINTS).contains(&points))
    };
    if caps.iter().all(fits) { Ok(()) } else { Err(Error::invalid_at(owner, "a cap limits points or times")) }
}

fn check_unit(unit: &Unit) -> Result<()> {
    let wrong = |reason: &'static str| Err(Error::invalid_at(&unit.name, reason));
    check_caps(&unit.name, &unit.caps)?;
    check_caps(&unit.name, &unit.redeem_caps)?;
    if !forward(unit.pending) {
        return wrong("points cannot be available before they are earned");
    }
    if let super::Expiry::After(period) | super::Expiry::AfterDay(period) = unit.expiry
        && !forward(period)
    {
        return wrong("points cannot expire before they are earned");
    }
    if unit.breakage > 10_000 {
        return wrong("breakage is at most 10000 hundredths of a percent");
    }
    match unit.cost {
        Some(Cost { points: 0, .. }) => wrong("a cost is for at least one point"),
        Some(Cost { amount, .. }) if amount.minor() < 0 => wrong("a cost is not negative"),
        _ => Ok(()),
    }
}

fn forward(period: Period) -> bool {
    period.months >= 0 && period.days >= 0
}

fn distinct<'a>(field: &'static str, names: impl Iterator<Item = &'a Name>) -> Result<()> {
    let mut seen = BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(*name)) {
        Some(_) => Err(Error::invalid(field, "two of them have the same name")),
        None => Ok(()),
    }
}

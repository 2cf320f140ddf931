//! What a purchase earns, and why.

use serde::{Deserialize, Serialize};

use super::cap::{ReadyCap, Used};
use super::check::MAX_POINTS;
use super::eligible::{Eligible, Scope};
use super::past::{Past, Seen};
use super::{Activity, AmountBasis, CapPer, Definition, Earn, Purchase, Rule, Tier, Version};
use crate::base::{Currency, Error, Id, Money, Name, Period, Result, Rounding, Timestamp};

/// What one rule says to one purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// The rule.
    pub rule: Name,
    /// The unit that it awards.
    pub unit: Name,
    /// What it says.
    pub outcome: RuleOutcome,
}

/// Whether a rule applies, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RuleOutcome {
    /// It applies and awards so many points; 0 if the amount is too small for one.
    Awards(i64),
    /// It is about something else than purchases.
    NotAboutPurchases,
    /// The purchase was before the rule's time.
    TooEarly,
    /// The purchase was after the rule's time.
    TooLate,
    /// The member is in none of the rule's tiers.
    OtherTier,
    /// The rule knows another currency.
    OtherCurrency,
    /// No line is eligible.
    NothingEligible,
    /// The eligible lines come to less than the rule's minimum.
    BelowMinimum,
    /// A rule of the same group came first.
    GroupTaken,
    /// The member has bought before.
    NotFirst,
    /// A mission or streak lacks so many more times or periods; 0 if it was rewarded for something later.
    Incomplete {
        /// How many.
        missing: u32,
    },
    /// None of the rules that it adds to awards points.
    NothingToAddTo,
    /// The member has been awarded the most by now.
    CapReached,
    /// A rule before it stopped those that follow.
    Stopped,
}

/// What can earn points.
#[derive(Clone, Copy, Debug)]
pub(super) enum Occasion<'p> {
    Purchase(&'p Purchase),
    /// An activity, and the cause of what it earns.
    Activity(&'p Activity, Id),
    Join(Timestamp),
}

impl<'p> Occasion<'p> {
    fn at(self) -> Timestamp {
        match self {
            Self::Purchase(purchase) => purchase.at,
            Self::Activity(activity, _) => activity.at,
            Self::Join(at) => at,
        }
    }

    /// When it is, and the cause of what it earns; joining has none that anybody asks for.
    pub(super) fn place(self) -> (Timestamp, Id) {
        match self {
            Self::Purchase(purchase) => (purchase.at, purchase.id),
            Self::Activity(activity, cause) => (activity.at, cause),
            Self::Join(at) => (at, Id::NIL),
        }
    }

    /// The occasion as the past will know it; nothing for one that does not count there.
    pub(super) fn seen(self) -> Option<Seen<'p>> {
        match self {
            Self::Purchase(own) => Some(Seen { at: own.at, cause: own.id, activity: None }),
            Self::Activity(own, cause) => Some(Seen { at: own.at, cause, activity: Some(&own.activity) }),
            Self::Join(_) => None,
        }
    }
}

/// The rules of one version, made ready to be asked often.
pub(super) struct Plan<'a> {
    pub(super) version: &'a Version,
    /// In the order of consideration.
    rules: Vec<ReadyRule<'a>>,
    /// For each unit of the version, its caps.
    units: Vec<Vec<ReadyCap<'a>>>,
    groups: usize,
    /// Whether what was awarded before matters to any rule.
    pub(super) looks_back: bool,
    /// Whether what was awarded for the same occasion does.
    adds_up: bool,
}

struct ReadyRule<'a> {
    /// Its place among the units.
    unit: u8,
    group: Option<u16>,
    caps: Vec<ReadyCap<'a>>,
}

/// The points that a rule of a plan awards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Award {
    pub(super) rule: u16,
    pub(super) unit: u8,
    pub(super) points: i64,
}

impl<'a> Plan<'a> {
    pub(super) fn new(version: &'a Version) -> Self {
        let definition = &version.definition;
        let mut groups: Vec<&Name> = Vec::new();
        let rules = definition.rules.iter().map(|rule| {
            let unit = rule.unit.as_ref().and_then(|own| definition.units.iter().position(|unit| unit.name == *own));
            let group = rule.group.as_ref().map(|group| {
                groups.iter().position(|own| *own == group).unwrap_or_else(|| {
                    groups.push(group);
                    groups.len() - 1
                }) as u16
            });
            ReadyRule { unit: unit.unwrap_or(0) as u8, group, caps: ReadyCap::all(&rule.caps, &definition.zone) }
        });
        let rules = rules.collect();
        let units = definition.units.iter().map(|unit| ReadyCap::all(&unit.caps, &definition.zone)).collect();
        let of_rules = definition.rules.iter().flat_map(|rule| &rule.caps);
        let of_units = definition.units.iter().flat_map(|unit| &unit.caps);
        let capped = of_rules.chain(of_units).any(|cap| cap.per != CapPer::Purchase);
        let adds_up = definition.units.iter().any(|unit| !unit.caps.is_empty())
            || definition.rules.iter().any(|rule| matches!(rule.earn, Earn::Bonus { .. }));
        let looks_back = capped || definition.rules.iter().any(looks_back);
        Self { version, rules, units, groups: groups.len(), looks_back, adds_up }
    }

    fn definition(&self) -> &'a Definition {
        &self.version.definition
    }

    /// What an occasion earns in a tier; awards of no points are left out.
    pub(super) fn award(
        &self,
        occasion: Occasion<'_>,
        tier: Option<&Tier>,
        past: &Past<'_>,
        awards: &mut Vec<Award>,
    ) -> Result<()> {
        self.each(occasion, tier, past, |rule, unit, outcome| {
            if let RuleOutcome::Awards(points) = outcome
                && points > 0
            {
                awards.push(Award { rule, unit, points });
            }
        })
    }

    fn each(
        &self,
        occasion: Occasion<'_>,
        tier: Option<&Tier>,
        past: &Past<'_>,
        mut say: impl FnMut(u16, u8, RuleOutcome),
    ) -> Result<()> {
        if let Occasion::Purchase(purchase) = occasion {
            self.check(purchase)?;
        }
        let mut taken = if self.groups == 0 { Vec::new() } else { vec![false; self.groups] };
        let (mut given, mut stopped): (Vec<Award>, bool) = (Vec::new(), false);
        for (index, (rule, ready)) in self.definition().rules.iter().zip(&self.rules).enumerate() {
            let number = index as u16;
            let mut outcome = RuleOutcome::Stopped;
            if !stopped {
                outcome = self.judge((rule, index), occasion, tier, past, &given)?;
            }
            if let (RuleOutcome::Awards(points), Some(group)) = (outcome, ready.group) {
                if taken[usize::from(group)] {
                    outcome = RuleOutcome::GroupTaken;
                } else {
                    outcome = self.capped(points, (rule, ready), occasion.at(), past, &given);
                    taken[usize::from(group)] = outcome != RuleOutcome::CapReached;
                }
            } else if let RuleOutcome::Awards(points) = outcome {
                outcome = self.capped(points, (rule, ready), occasion.at(), past, &given);
            }
            if let RuleOutcome::Awards(points) = outcome {
                stopped |= rule.stop && points > 0;
                if self.adds_up {
                    given.push(Award { rule: number, unit: ready.unit, points });
                }
            }
            say(number, ready.unit, outcome);
        }
        Ok(())
    }

    /// What caps leave of points.
    fn capped(
        &self,
        points: i64,
        (rule, ready): (&Rule, &ReadyRule<'_>),
        at: Timestamp,
        past: &Past<'_>,
        given: &[Award],
    ) -> RuleOutcome {
        let unit = usize::from(ready.unit);
        let caps = self.units.get(unit).map_or(&[][..], Vec::as_slice);
        if points == 0 || (ready.caps.is_empty() && caps.is_empty()) {
            return RuleOutcome::Awards(points);
        }
        let mut left = points;
        for cap in &ready.caps {
            left = left.min(cap.cut(points, at, Used::default(), |window| past.by_rule(&rule.name, window)));
        }
        let here = given.iter().filter(|award| award.unit == ready.unit && award.points > 0);
        let here = here.fold(Used::default(), |sum, award| Used {
            points: sum.points.saturating_add(award.points),
            times: sum.times + 1,
        });
        let name = &self.definition().units[unit].name;
        for cap in caps {
            left = left.min(cap.cut(points, at, here, |window| past.in_unit(name, window)));
        }
        if left == 0 { RuleOutcome::CapReached } else { RuleOutcome::Awards(left) }
    }

    fn check(&self, purchase: &Purchase) -> Result<()> {
        let currency = purchase.amount.currency();
        if purchase.amount.is_negative() {
            return Err(Error::invalid("amount", "negative; what is paid back is a refund"));
        }
        if purchase.lines.iter().any(|line| line.amount.currency() != currency) {
            return Err(Error::invalid("lines", "in another currency than their purchase"));
        }
        let fits = |paid: Money| paid.currency() == currency && (0..=purchase.amount.minor()).contains(&paid.minor());
        if !purchase.points_paid.is_none_or(fits) {
            return Err(Error::invalid("points_paid", "a part of the amount, in its currency"));
        }
        let mut known = self.definition().rules.iter().filter_map(currency_of).peekable();
        if known.peek().is_some() && !known.any(|own| own == currency) {
            return Err(Error::invalid("amount", "no rule of the programme knows its currency"));
        }
        Ok(())
    }

    fn judge(
        &self,
        (rule, number): (&Rule, usize),
        occasion: Occasion<'_>,
        tier: Option<&Tier>,
        past: &Past<'_>,
        given: &[Award],
    ) -> Result<RuleOutcome> {
        if !is_about(&rule.earn, occasion) {
            return Ok(RuleOutcome::NotAboutPurchases);
        }
        let when = &rule.when;
        if let Err(outcome) = in_time(rule, occasion.at()) {
            return Ok(outcome);
        }
        if !when.tiers.is_empty() && !tier.is_some_and(|tier| when.tiers.contains(&tier.name)) {
            return Ok(RuleOutcome::OtherTier);
        }
        let mut eligible = Eligible { charged: 0, list: 0, items: 0 };
        if let Occasion::Purchase(purchase) = occasion {
            match Scope::of(self.version, number, when, purchase).eligible(purchase) {
                None => return Ok(RuleOutcome::NothingEligible),
                Some(own) => eligible = own,
            }
            if let Some(minimum) = when.minimum {
                if minimum.currency() != purchase.amount.currency() {
                    return Ok(RuleOutcome::OtherCurrency);
                }
                if eligible.charged < minimum.minor() {
                    return Ok(RuleOutcome::BelowMinimum);
                }
            }
            if when.first_purchase && past.has_bought() {
                return Ok(RuleOutcome::NotFirst);
            }
        }
        let multiplier = tier.filter(|_| rule.tiered).map_or(100, |tier| i64::from(tier.multiplier));
        let flat = |points: u32, count: i64| share(count, i64::from(points) * multiplier, 1, Rounding::Down);
        let points = match &rule.earn {
            Earn::PerAmount { points, per, rounding, basis } => {
                let Occasion::Purchase(purchase) = occasion else { return Ok(RuleOutcome::NotAboutPurchases) };
                if per.currency() != purchase.amount.currency() {
                    return Ok(RuleOutcome::OtherCurrency);
                }
                let counted = if *basis == AmountBasis::List { eligible.list } else { eligible.charged };
                let hundredths = i64::from(*points) * multiplier;
                match purchase.points_paid.filter(|paid| !paid.is_zero() && !rule.counts_points_paid) {
                    None => share(counted.max(0), hundredths, per.minor(), *rounding),
                    Some(paid) => {
                        let total = purchase.amount.minor();
                        share_of((counted.max(0), hundredths, per.minor()), (total - paid.minor(), total), *rounding)
                    }
                }
            }
            Earn::PerItem { points } => flat(*points, eligible.items.max(0)),
            Earn::PerPurchase { points } | Earn::PerActivity { points, .. } => flat(*points, 1),
            Earn::SignUp { points } => Some(i64::from(*points)),
            Earn::Bonus { percent, of } => {
                let rules = &self.definition().rules;
                let base: i64 = given
                    .iter()
                    .filter(|award| of.contains(&rules[usize::from(award.rule)].name))
                    .map(|award| award.points)
                    .sum();
                if base == 0 {
                    return Ok(RuleOutcome::NothingToAddTo);
                }
                share(base, i64::from(*percent), 1, Rounding::Down)
            }
            Earn::Mission { points, times, .. } | Earn::Streak { points, periods: times, .. } => {
                let done = self.progress(rule, occasion, past);
                if done < *times {
                    return Ok(RuleOutcome::Incomplete { missing: if done == 0 { 0 } else { times - done } });
                }
                flat(*points, 1)
            }
        };
        points.map(RuleOutcome::Awards).ok_or(Error::out_of_range("points"))
    }

    /// How far a mission or streak has got with an occasion; 0 if it was rewarded for a later one.
    fn progress(&self, rule: &Rule, occasion: Occasion<'_>, past: &Past<'_>) -> u32 {
        let zone = &self.definition().zone;
        let Some(present) = occasion.seen() else { return 0 };
        match &rule.earn {
            Earn::Mission { activity, within, .. } => {
                let back =
                    |within: &Period| zone.add(present.at, Period { months: -within.months, days: -within.days });
                let after = within.as_ref().map_or(Timestamp::MIN, back);
                past.progress(&rule.name, activity.as_ref(), present, after)
            }
            Earn::Streak { activity, periods, unit, .. } => {
                past.streak(&rule.name, activity.as_ref(), (present.at, zone, *unit), *periods)
            }
            _ => 0,
        }
    }
}

/// Whether a rule looks at what was known of the member before.
fn looks_back(rule: &Rule) -> bool {
    rule.when.first_purchase || matches!(rule.earn, Earn::Mission { .. } | Earn::Streak { .. })
}

/// Whether a way to earn is about an occasion at all.
fn is_about(earn: &Earn, occasion: Occasion<'_>) -> bool {
    let bought = matches!(occasion, Occasion::Purchase(_));
    let done = |wanted: &Name| matches!(occasion, Occasion::Activity(own, _) if own.activity == *wanted);
    match earn {
        Earn::PerAmount { .. } | Earn::PerItem { .. } | Earn::PerPurchase { .. } | Earn::Bonus { .. } => bought,
        Earn::SignUp { .. } => matches!(occasion, Occasion::Join(_)),
        Earn::PerActivity { activity, .. } => done(activity),
        Earn::Mission { activity, .. } | Earn::Streak { activity, .. } => activity.as_ref().map_or(bought, done),
    }
}

fn currency_of(rule: &Rule) -> Option<Currency> {
    if let Earn::PerAmount { per, .. } = &rule.earn { Some(per.currency()) } else { None }
}

fn in_time(rule: &Rule, at: Timestamp) -> Result<(), RuleOutcome> {
    if rule.when.from.is_some_and(|from| at < from) {
        return Err(RuleOutcome::TooEarly);
    }
    if rule.when.until.is_some_and(|until| at >= until) { Err(RuleOutcome::TooLate) } else { Ok(()) }
}

/// `count * hundredths / (100 * per)`, rounded once, if it is a number of points that a movement can hold.
fn share(count: i64, hundredths: i64, per: i64, rounding: Rounding) -> Option<i64> {
    // Nearly always everything fits into 64 bits, where dividing costs a tenth.
    let small = count.checked_mul(hundredths).zip(per.checked_mul(100));
    let points = if let (Some((number, per)), Rounding::Down | Rounding::Floor) = (small, rounding) {
        number / per
    } else {
        let exact = rounding.divide(i128::from(count) * i128::from(hundredths), i128::from(per) * 100)?;
        i64::try_from(exact).ok()?
    };
    (points <= MAX_POINTS).then_some(points)
}

/// `count * hundredths * (part / whole) / (100 * per)`, rounded once.
fn share_of((count, hundredths, per): (i64, i64, i64), (part, whole): (i64, i64), rounding: Rounding) -> Option<i64> {
    if part == 0 || whole == 0 {
        return Some(0);
    }
    let number = i128::from(count).checked_mul(i128::from(hundredths))?.checked_mul(i128::from(part))?;
    let exact = rounding.divide(number, (i128::from(per) * 100).checked_mul(i128::from(whole))?)?;
    i64::try_from(exact).ok().filter(|points| *points <= MAX_POINTS)
}

impl Version {
    /// What every rule would say to a purchase by a member in a tier, of whom nothing else is known.
    /// [`Account::simulate`](super::Account::simulate) asks it of a member with a past. Nothing is written.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a negative amount, lines in another currency than the amount, or a currency that no rule
    /// knows; [`Error::OutOfRange`] for more points than a movement can hold.
    pub fn simulate(&self, purchase: &Purchase, tier: Option<&Name>) -> Result<Vec<Contribution>> {
        self.contributions(purchase, tier, &Past::default())
    }

    pub(super) fn contributions(
        &self,
        purchase: &Purchase,
        tier: Option<&Name>,
        past: &Past<'_>,
    ) -> Result<Vec<Contribution>> {
        let definition = &self.definition;
        let mut tiers = definition.tiers.iter().flat_map(|ladder| &ladder.tiers);
        let tier = tier.and_then(|name| tiers.find(|tier| tier.name == *name));
        let mut all = Vec::with_capacity(definition.rules.len());
        Plan::new(self).each(Occasion::Purchase(purchase), tier, past, |rule, unit, outcome| {
            let rule = definition.rules[usize::from(rule)].name.clone();
            all.push(Contribution { rule, unit: definition.units[usize::from(unit)].name.clone(), outcome });
        })?;
        Ok(all)
    }
}

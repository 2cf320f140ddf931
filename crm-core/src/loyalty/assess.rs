//! What a purchase earns, and why.

use serde::{Deserialize, Serialize};

use super::check::MAX_POINTS;
use super::{AmountBasis, Definition, Earn, Purchase, Refund, Rule, Tier, Version};
use crate::base::{Currency, Error, Name, Result, Rounding, Timestamp};

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
}

/// The rules of one version, made ready to be asked often.
pub(super) struct Plan<'a> {
    pub(super) version: &'a Version,
    /// For each rule its place among the units, and its group, in the order of consideration.
    places: Vec<(u8, Option<u16>)>,
    groups: usize,
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
        let places = definition.rules.iter().map(|rule| {
            let unit = rule.unit.as_ref().and_then(|own| definition.units.iter().position(|unit| unit.name == *own));
            let group = rule.group.as_ref().map(|group| {
                groups.iter().position(|own| *own == group).unwrap_or_else(|| {
                    groups.push(group);
                    groups.len() - 1
                }) as u16
            });
            (unit.unwrap_or(0) as u8, group)
        });
        Self { version, places: places.collect(), groups: groups.len() }
    }

    fn definition(&self) -> &'a Definition {
        &self.version.definition
    }

    /// What a purchase earns in a tier; awards of no points are left out.
    pub(super) fn purchase(&self, purchase: &Purchase, tier: Option<&Tier>, awards: &mut Vec<Award>) -> Result<()> {
        self.each(purchase, tier, |rule, unit, outcome| {
            if let RuleOutcome::Awards(points) = outcome
                && points > 0
            {
                awards.push(Award { rule, unit, points });
            }
        })
    }

    /// What joining at an instant earns.
    pub(super) fn sign_up(&self, at: Timestamp, awards: &mut Vec<Award>) {
        for (index, (rule, (unit, _))) in self.definition().rules.iter().zip(&self.places).enumerate() {
            if let Earn::SignUp { points } = rule.earn
                && in_time(rule, at).is_ok()
                && rule.when.tiers.is_empty()
                && points > 0
            {
                awards.push(Award { rule: index as u16, unit: *unit, points: points.into() });
            }
        }
    }

    fn each(&self, purchase: &Purchase, tier: Option<&Tier>, mut say: impl FnMut(u16, u8, RuleOutcome)) -> Result<()> {
        self.check(purchase)?;
        let mut taken = if self.groups == 0 { Vec::new() } else { vec![false; self.groups] };
        for (index, (rule, (unit, group))) in self.definition().rules.iter().zip(&self.places).enumerate() {
            let mut outcome = judge(rule, purchase, tier)?;
            if let (RuleOutcome::Awards(_), Some(group)) = (outcome, group)
                && std::mem::replace(&mut taken[usize::from(*group)], true)
            {
                outcome = RuleOutcome::GroupTaken;
            }
            say(index as u16, *unit, outcome);
        }
        Ok(())
    }

    fn check(&self, purchase: &Purchase) -> Result<()> {
        let currency = purchase.amount.currency();
        if purchase.amount.is_negative() {
            return Err(Error::invalid("amount", "negative; what is paid back is a refund"));
        }
        if purchase.lines.iter().any(|line| line.amount.currency() != currency) {
            return Err(Error::invalid("lines", "in another currency than their purchase"));
        }
        let mut known = self.definition().rules.iter().filter_map(currency_of).peekable();
        if known.peek().is_some() && !known.any(|own| own == currency) {
            return Err(Error::invalid("amount", "no rule of the programme knows its currency"));
        }
        Ok(())
    }
}

fn currency_of(rule: &Rule) -> Option<Currency> {
    if let Earn::PerAmount { per, .. } = rule.earn { Some(per.currency()) } else { None }
}

fn in_time(rule: &Rule, at: Timestamp) -> Result<(), RuleOutcome> {
    if rule.when.from.is_some_and(|from| at < from) {
        return Err(RuleOutcome::TooEarly);
    }
    if rule.when.until.is_some_and(|until| at >= until) { Err(RuleOutcome::TooLate) } else { Ok(()) }
}

fn judge(rule: &Rule, purchase: &Purchase, tier: Option<&Tier>) -> Result<RuleOutcome> {
    let when = &rule.when;
    if let Err(outcome) = in_time(rule, purchase.at) {
        return Ok(outcome);
    }
    if !when.tiers.is_empty() && !tier.is_some_and(|tier| when.tiers.contains(&tier.name)) {
        return Ok(RuleOutcome::OtherTier);
    }
    let Some(eligible) = Eligible::of(rule, purchase) else { return Ok(RuleOutcome::NothingEligible) };
    if let Some(minimum) = when.minimum {
        if minimum.currency() != purchase.amount.currency() {
            return Ok(RuleOutcome::OtherCurrency);
        }
        if eligible.charged < minimum.minor() {
            return Ok(RuleOutcome::BelowMinimum);
        }
    }
    let multiplier = tier.filter(|_| rule.tiered).map_or(100, |tier| i64::from(tier.multiplier));
    let points = match rule.earn {
        Earn::SignUp { .. } => return Ok(RuleOutcome::NotAboutPurchases),
        Earn::PerAmount { per, .. } if per.currency() != purchase.amount.currency() => {
            return Ok(RuleOutcome::OtherCurrency);
        }
        Earn::PerAmount { points, per, rounding, basis } => {
            let counted = if basis == AmountBasis::List { eligible.list } else { eligible.charged };
            share(counted.max(0), i64::from(points) * multiplier, per.minor(), rounding)
        }
        Earn::PerItem { points } => share(eligible.items.max(0), i64::from(points) * multiplier, 1, Rounding::Down),
        Earn::PerPurchase { points } => share(1, i64::from(points) * multiplier, 1, Rounding::Down),
    };
    points.map(RuleOutcome::Awards).ok_or(Error::out_of_range("points"))
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

/// The lines of a purchase that count for a rule.
#[derive(Clone, Copy)]
struct Eligible {
    charged: i64,
    list: i64,
    items: i64,
}

impl Eligible {
    fn of(rule: &Rule, purchase: &Purchase) -> Option<Self> {
        let all = rule.when.takes_all_lines();
        let mut sum = Self { charged: 0, list: 0, items: 0 };
        let (mut on_lines, mut items_on_lines) = (0_i64, 0_i64);
        let mut any = false;
        for line in &purchase.lines {
            let charged = line.amount.minor();
            on_lines = on_lines.saturating_add(charged);
            items_on_lines = items_on_lines.saturating_add(line.quantity);
            if all || rule.when.takes(line.category.as_ref(), line.product.as_ref()) {
                any = true;
                sum.charged = sum.charged.saturating_add(charged);
                sum.list = sum.list.saturating_add(line.list_amount.unwrap_or(line.amount).minor());
                sum.items = sum.items.saturating_add(line.quantity);
            }
        }
        let rest = purchase.amount.minor().saturating_sub(on_lines);
        let items = purchase.items.map_or(0, |items| items.saturating_sub(items_on_lines)).max(0);
        if all || ((rest != 0 || items > 0) && rule.when.takes(None, None)) {
            any = true;
            sum.items = sum.items.saturating_add(items);
            sum.charged = sum.charged.saturating_add(rest);
            sum.list = sum.list.saturating_add(rest);
        }
        any.then_some(sum)
    }
}

/// How many of the points that a rule awarded for a purchase are kept after refunds: the share of the eligible amount
/// that was not paid back, rounded down. Nothing is kept of a purchase that was paid back in full.
pub(super) fn kept(points: i64, rule: &Rule, purchase: &Purchase, refunds: &[&Refund]) -> Result<i64> {
    let exact = |sum: Option<i128>| sum.ok_or(Error::out_of_range("refund"));
    let total = i128::from(purchase.amount.minor());
    let (mut on_lines, mut on_all, mut refunded) = (0_i128, 0_i128, 0_i128);
    for refund in refunds {
        let mut spread = i128::from(refund.amount.minor());
        refunded += spread;
        for part in &refund.lines {
            let line = purchase.lines.iter().find(|line| line.number == part.number);
            let line = line.ok_or_else(|| Error::invalid("lines", "a refund names a line that was not bought"))?;
            spread -= i128::from(part.amount.minor());
            if rule.when.takes(line.category.as_ref(), line.product.as_ref()) {
                on_lines += i128::from(part.amount.minor());
            }
        }
        on_all += spread;
    }
    if refunds.is_empty() {
        return Ok(points);
    }
    if refunded >= total {
        return Ok(0);
    }
    let eligible = Eligible::of(rule, purchase).map_or(0, |eligible| i128::from(eligible.charged));
    if eligible <= 0 {
        return Ok(points);
    }
    // What is on no line is shared by all: left = eligible - on_lines - on_all * eligible / total.
    let whole = exact(eligible.checked_mul(total))?;
    let gone =
        exact(on_lines.checked_mul(total).zip(on_all.checked_mul(eligible)).and_then(|(a, b)| a.checked_add(b)))?;
    let left = (whole - gone).clamp(0, whole);
    let kept = exact(left.checked_mul(i128::from(points)).and_then(|kept| Rounding::Floor.divide(kept, whole)))?;
    Ok(i64::try_from(kept).unwrap_or(points).min(points))
}

impl Version {
    /// What every rule would say to a purchase by a member in a tier. Nothing is written.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a negative amount, lines in another currency than the amount, or a currency that no rule
    /// knows; [`Error::OutOfRange`] for more points than a movement can hold.
    pub fn simulate(&self, purchase: &Purchase, tier: Option<&Name>) -> Result<Vec<Contribution>> {
        let definition = &self.definition;
        let mut tiers = definition.tiers.iter().flat_map(|ladder| &ladder.tiers);
        let tier = tier.and_then(|name| tiers.find(|tier| tier.name == *name));
        let mut all = Vec::with_capacity(definition.rules.len());
        Plan::new(self).each(purchase, tier, |rule, unit, outcome| {
            let rule = definition.rules[usize::from(rule)].name.clone();
            all.push(Contribution { rule, unit: definition.units[usize::from(unit)].name.clone(), outcome });
        })?;
        Ok(all)
    }
}

//! The lines of a purchase that count for a rule, and what is kept of its points after refunds.

use super::filter::Sieve;
use super::{Purchase, PurchaseLine, Refund, Rule, Version, When};
use crate::base::{Error, Result, Rounding};

/// Which lines of one purchase a rule is about.
pub(super) struct Scope<'p> {
    when: &'p When,
    sieve: Option<Sieve<'p>>,
    all: bool,
}

impl<'p> Scope<'p> {
    /// The scope of a rule by its number in a version.
    pub(super) fn of(version: &'p Version, rule: usize, when: &'p When, purchase: &'p Purchase) -> Self {
        let filter = version.filters.get(rule);
        let sieve = filter.map(|filter| filter.about(purchase, &version.definition.zone));
        Self { when, sieve, all: when.takes_all_lines() }
    }

    /// Whether a line is eligible, or the part that is on none.
    fn takes(&self, line: Option<&PurchaseLine>) -> bool {
        let category = line.and_then(|line| line.category.as_ref());
        let product = line.and_then(|line| line.product.as_ref());
        self.all || (self.when.takes(category, product) && self.sieve.as_ref().is_none_or(|sieve| sieve.takes(line)))
    }

    /// What is eligible of a purchase; nothing if no part of it is.
    pub(super) fn eligible(&self, purchase: &Purchase) -> Option<Eligible> {
        let mut sum = Eligible { charged: 0, list: 0, items: 0 };
        let (mut on_lines, mut items_on_lines) = (0_i64, 0_i64);
        let mut any = false;
        for line in &purchase.lines {
            let charged = line.amount.minor();
            on_lines = on_lines.saturating_add(charged);
            items_on_lines = items_on_lines.saturating_add(line.quantity);
            if self.takes(Some(line)) {
                any = true;
                sum.charged = sum.charged.saturating_add(charged);
                sum.list = sum.list.saturating_add(line.list_amount.unwrap_or(line.amount).minor());
                sum.items = sum.items.saturating_add(line.quantity);
            }
        }
        let rest = purchase.amount.minor().saturating_sub(on_lines);
        let items = purchase.items.map_or(0, |items| items.saturating_sub(items_on_lines)).max(0);
        if self.all || ((rest != 0 || items > 0) && self.takes(None)) {
            any = true;
            sum.items = sum.items.saturating_add(items);
            sum.charged = sum.charged.saturating_add(rest);
            sum.list = sum.list.saturating_add(rest);
        }
        any.then_some(sum)
    }
}

/// The parts of a purchase that count for a rule.
#[derive(Clone, Copy)]
pub(super) struct Eligible {
    pub(super) charged: i64,
    pub(super) list: i64,
    pub(super) items: i64,
}

/// How many of the points that a rule awarded for a purchase are kept after refunds: the share of the eligible amount
/// that was not paid back, rounded down. Nothing is kept of a purchase that was paid back in full.
pub(super) fn kept(
    points: i64,
    (version, number): (&Version, usize),
    purchase: &Purchase,
    refunds: &[&Refund],
) -> Result<i64> {
    let Some(rule): Option<&Rule> = version.definition.rules.get(number) else { return Ok(points) };
    let scope = Scope::of(version, number, &rule.when, purchase);
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
            if scope.takes(Some(line)) {
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
    let eligible = scope.eligible(purchase).map_or(0, |eligible| i128::from(eligible.charged));
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

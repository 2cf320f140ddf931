//! Rules: who buys these buys that.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::growth::{FrequentSets, frequent_sets};
use crate::base::{Error, Result};

/// Who buys some items buys another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssociationRule {
    /// The items that lead to the other one; indices, rising.
    pub given: Vec<u32>,
    /// The item they lead to.
    pub then: u32,
    /// In how many baskets all of them are.
    pub baskets: u64,
    /// The share of those baskets among all.
    pub support: f64,
    /// The share of the baskets with the given items that also hold the other one.
    pub confidence: f64,
    /// The confidence over the share of the other item among all baskets: 1 when they have nothing to do with each other.
    pub lift: f64,
    /// The support less what it would be if they had nothing to do with each other (G. Piatetsky-Shapiro, 1991).
    pub leverage: f64,
    /// How many times more often the rule would fail if they had nothing to do with each other; none when it never fails
    /// (S. Brin et al., "Dynamic itemset counting", SIGMOD 1997).
    pub conviction: Option<f64>,
    /// From -1, never together, over 0 to 1, always together (T. Zhang, "Association rules", PAKDD 2000).
    pub zhang: f64,
}

/// Which rules are kept.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleOptions {
    /// The least share of baskets that hold all items of a rule.
    pub support: f64,
    /// The least confidence.
    pub confidence: f64,
    /// The most items of a rule.
    pub items: u32,
}

impl Default for RuleOptions {
    /// One basket in a hundred, one half, three items.
    fn default() -> Self {
        Self { support: 0.01, confidence: 0.5, items: 3 }
    }
}

/// Finds association rules (R. Agrawal, T. Imieliński, A. Swami, "Mining association rules between sets of items in large
/// databases", SIGMOD 1993) from one row for each order line, by falling lift; equal ones in the order of their items.
///
/// ```
/// use crm_core::score::{RuleOptions, association_rules};
///
/// // Bread (1) and butter (2); milk (3) is in every basket.
/// let rules = association_rules(
///     &[0, 0, 0, 1, 1, 1, 2, 3],
///     &[1, 2, 3, 1, 2, 3, 3, 3],
///     &RuleOptions { support: 0.5, ..RuleOptions::default() },
/// )?;
/// let best = &rules[0];
/// assert_eq!((best.given.as_slice(), best.then, best.confidence, best.lift), (&[1][..], 2, 1.0, 2.0));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// As [`frequent_sets`], and [`Error::Invalid`] for shares outside 0 to 1.
pub fn association_rules(basket: &[u32], item: &[u32], options: &RuleOptions) -> Result<Vec<AssociationRule>> {
    let share = |value: f64| value > 0.0 && value <= 1.0;
    if !share(options.support) || !share(options.confidence) {
        return Err(Error::invalid("options", "support and confidence lie above 0 and up to 1"));
    }
    let mut baskets = basket.to_vec();
    baskets.sort_unstable();
    baskets.dedup();
    // A share of a whole number of baskets may come out a little above it.
    let least = (options.support * baskets.len() as f64 * (1.0 - 1e-12)).ceil().max(1.0) as u64;
    let sets = frequent_sets(basket, item, least, options.items)?;
    let mut rules = rules_of(&sets, options.confidence);
    rules.sort_by(|a, b| b.lift.total_cmp(&a.lift).then_with(|| (&a.given, a.then).cmp(&(&b.given, b.then))));
    Ok(rules)
}

fn rules_of(sets: &FrequentSets, confidence: f64) -> Vec<AssociationRule> {
    let counts: HashMap<&[u32], u64> = sets.sets.iter().map(|set| (set.items.as_slice(), set.baskets)).collect();
    let all = sets.baskets as f64;
    let mut rules = Vec::new();
    for set in sets.sets.iter().filter(|set| set.items.len() > 1) {
        for (at, &then) in set.items.iter().enumerate() {
            let mut given = set.items.clone();
            given.remove(at);
            // Parts of a frequent set are frequent.
            let (Some(&before), Some(&alone)) = (counts.get(given.as_slice()), counts.get(&[then][..])) else {
                continue;
            };
            let rule = rule(given, then, [set.baskets, before, alone].map(|count| count as f64 / all), set.baskets);
            if rule.confidence >= confidence {
                rules.push(rule);
            }
        }
    }
    rules
}

fn rule(given: Vec<u32>, then: u32, [support, before, alone]: [f64; 3], baskets: u64) -> AssociationRule {
    let confidence = support / before;
    let leverage = support - before * alone;
    let most = (support * (1.0 - before)).max(before * (alone - support));
    AssociationRule {
        given,
        then,
        baskets,
        support,
        confidence,
        lift: confidence / alone,
        leverage,
        conviction: (confidence < 1.0).then(|| (1.0 - alone) / (1.0 - confidence)),
        zhang: if most > 0.0 { leverage / most } else { 0.0 },
    }
}

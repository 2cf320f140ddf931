//! Bins of a characteristic with their weight of evidence.

use serde::{Deserialize, Serialize};

use crate::base::Name;

/// What a bin holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BinOf {
    /// Numbers above one bound and up to another; without a bound on the outer sides.
    Range {
        /// The bound that is not included.
        above: Option<f64>,
        /// The bound that is included.
        up_to: Option<f64>,
    },
    /// One category.
    Category(Name),
    /// No value.
    Missing,
}

/// One bin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// What it holds.
    pub of: BinOf,
    /// How many in it were good.
    pub good: f64,
    /// How many were bad.
    pub bad: f64,
    /// The weight of evidence: the logarithm of its share of all good over its share of all bad. Above 0 it speaks for
    /// good.
    pub woe: f64,
    /// Its part of the information value.
    pub information: f64,
}

impl Bin {
    pub(super) fn new(of: BinOf, good: f64, bad: f64) -> Self {
        Self { of, good, bad, woe: 0.0, information: 0.0 }
    }

    /// The share of bad.
    pub fn bad_rate(&self) -> f64 {
        self.bad / (self.good + self.bad)
    }
}

/// A characteristic in bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binning {
    /// The characteristic's name.
    pub name: Name,
    /// The bins: ranges by rising bounds or categories by name, and last the missing values, if there were any.
    pub bins: Vec<Bin>,
    /// How much the characteristic tells: the sum of `(share of good - share of bad) woe` over the bins (N. Siddiqi,
    /// "Intelligent Credit Scoring", 2017, chapter 10). Below 0.02 it is useless, above 0.3 strong, above 0.5 suspicious.
    pub information_value: f64,
}

impl Binning {
    /// Works out weights of evidence. In a bin without good or without bad, half a case is added to both: its weight
    /// would be infinite.
    pub(super) fn weigh(name: Name, mut bins: Vec<Bin>) -> Self {
        let good: f64 = bins.iter().map(|bin| bin.good).sum();
        let bad: f64 = bins.iter().map(|bin| bin.bad).sum();
        for bin in &mut bins {
            let more = if bin.good == 0.0 || bin.bad == 0.0 { 0.5 } else { 0.0 };
            let (of_good, of_bad) = ((bin.good + more) / good, (bin.bad + more) / bad);
            bin.woe = (of_good / of_bad).ln();
            bin.information = (of_good - of_bad) * bin.woe;
        }
        let information_value = bins.iter().map(|bin| bin.information).sum();
        Self { name, bins, information_value }
    }

    /// The place of the bin of a number; the bin of missing values for one that is not a number. None when there is no
    /// such bin.
    pub fn of_number(&self, value: f64) -> Option<usize> {
        let holds = |bin: &Bin| match &bin.of {
            BinOf::Range { above, up_to } => {
                above.is_none_or(|above| value > above) && up_to.is_none_or(|up_to| value <= up_to)
            }
            _ => false,
        };
        if value.is_nan() { self.of_missing() } else { self.bins.iter().position(holds) }
    }

    /// The place of the bin of a category; the bin of missing values for none. None when there is no such bin.
    pub fn of_category(&self, category: Option<&Name>) -> Option<usize> {
        let Some(category) = category else { return self.of_missing() };
        self.bins.iter().position(|bin| matches!(&bin.of, BinOf::Category(name) if name == category))
    }

    fn of_missing(&self) -> Option<usize> {
        self.bins.iter().position(|bin| bin.of == BinOf::Missing)
    }
}

//! How long contracts lasted: what the contract models are fitted to.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};

/// Contracts of equal length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContractCount {
    /// The number of the period at whose end the contract was given up, counted from 1; or, for a contract that runs, how
    /// many periods it has survived.
    pub periods: u32,
    /// Whether it was given up.
    pub ended: bool,
    /// How many contracts these are, or the sum of their weights.
    pub weight: f64,
}

/// The lengths of many contracts with their counts, in canonical order.
///
/// Counts form a commutative monoid under [`merge`](Self::merge) as long as the weights are whole numbers below 2^53, so
/// cohorts that were seen for different times can be joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ContractCount>", into = "Vec<ContractCount>")]
pub struct ContractCounts {
    rows: Vec<ContractCount>,
}

impl TryFrom<Vec<ContractCount>> for ContractCounts {
    type Error = Error;

    fn try_from(rows: Vec<ContractCount>) -> Result<Self> {
        Self::new(rows)
    }
}

impl From<ContractCounts> for Vec<ContractCount> {
    fn from(counts: ContractCounts) -> Self {
        counts.rows
    }
}

impl ContractCounts {
    /// Counts contracts given in any order. Rows of weight 0, and running contracts in their first period, tell nothing
    /// and are left out.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the number of the row, for a contract that ended in period 0, or a weight that is negative
    /// or not finite.
    pub fn new(mut rows: Vec<ContractCount>) -> Result<Self> {
        for (number, row) in (1..).zip(&rows) {
            if row.ended && row.periods == 0 {
                return Err(Error::invalid("contract", format!("row {number}: periods are counted from 1")));
            }
            if !(row.weight >= 0.0 && row.weight.is_finite()) {
                return Err(Error::invalid("contract", format!("row {number}: a weight is 0 or more")));
            }
        }
        rows.retain(|row| row.weight > 0.0 && row.periods > 0);
        let key = |row: &ContractCount| (row.periods, !row.ended);
        rows.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(a.weight.total_cmp(&b.weight)));
        rows.dedup_by(|next, kept| {
            let same = key(kept) == key(next);
            if same {
                kept.weight += next.weight;
            }
            same
        });
        Ok(Self { rows })
    }

    /// Counts a cohort from how many of its customers were left at the beginning and after each period.
    ///
    /// ```
    /// use crm_core::score::ContractCounts;
    ///
    /// let counts = ContractCounts::from_survivors(&[1000.0, 869.0, 743.0])?;
    /// assert_eq!(counts.contracts(), 1000.0);
    /// assert_eq!((counts.rows()[0].weight, counts.rows()[1].weight), (131.0, 126.0));
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] when the numbers rise, or one is negative or not finite.
    pub fn from_survivors(survivors: &[f64]) -> Result<Self> {
        let mut rows = Vec::with_capacity(survivors.len());
        for (period, pair) in (1..).zip(survivors.windows(2)) {
            rows.push(ContractCount { periods: period, ended: true, weight: pair[0] - pair[1] });
        }
        if let Some(&left) = survivors.last() {
            rows.push(ContractCount { periods: survivors.len() as u32 - 1, ended: false, weight: left });
        }
        Self::new(rows)
    }

    /// The distinct lengths, in canonical order.
    pub fn rows(&self) -> &[ContractCount] {
        &self.rows
    }

    /// How many contracts were counted: the sum of the weights.
    pub fn contracts(&self) -> f64 {
        self.rows.iter().map(|row| row.weight).sum()
    }

    /// Joins the counts of two groups of contracts that have none in common.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a sum of weights is infinite.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        self.rows.extend(other.rows);
        Self::new(self.rows)
    }
}

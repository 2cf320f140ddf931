//! What BG/BB knows about a customer, and the compressed table that it is fitted to.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};

/// The longest history: more chances than this are better told in time.
const MOST: u32 = 100_000;

/// A customer who could buy once at each of some occasions: a yearly appeal, a monthly box, a cruise season.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OccasionHistory {
    /// At how many occasions after the first purchase it bought (`x`).
    pub repeats: u32,
    /// The number of the occasion at which it bought last (`t_x`), counted from 1; 0 without a repeat.
    pub last: u32,
    /// How many occasions there were after the first purchase (`n`).
    pub occasions: u32,
}

impl OccasionHistory {
    /// A history.
    pub const fn new(repeats: u32, last: u32, occasions: u32) -> Self {
        Self { repeats, last, occasions }
    }

    /// Refuses what no purchases can have led to.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless `repeats <= last <= occasions <= 100,000`, and `last` is 0 exactly when `repeats` is 0.
    pub fn check(&self) -> Result<()> {
        self.reason().map_or(Ok(()), |reason| Err(Error::invalid("history", reason)))
    }

    fn reason(&self) -> Option<&'static str> {
        if !(self.repeats <= self.last && self.last <= self.occasions && self.occasions <= MOST) {
            Some("repeats <= last <= occasions <= 100,000 is needed")
        } else if (self.repeats == 0) != (self.last == 0) {
            Some("last is 0 exactly when there is no repeat purchase")
        } else {
            None
        }
    }
}

/// Equal histories and how often they occur.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OccasionCount {
    /// The history.
    pub history: OccasionHistory,
    /// How many customers have it, or the sum of their weights.
    pub weight: f64,
}

/// The distinct histories of many customers with their counts, in canonical order: what [`BgBb`](super::BgBb) is fitted
/// to.
///
/// Counts form a commutative monoid under [`merge`](Self::merge) as long as the weights are whole numbers below 2^53.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<OccasionCount>", into = "Vec<OccasionCount>")]
pub struct OccasionCounts {
    rows: Vec<OccasionCount>,
}

impl TryFrom<Vec<OccasionCount>> for OccasionCounts {
    type Error = Error;

    fn try_from(rows: Vec<OccasionCount>) -> Result<Self> {
        Self::new(rows)
    }
}

impl From<OccasionCounts> for Vec<OccasionCount> {
    fn from(counts: OccasionCounts) -> Self {
        counts.rows
    }
}

impl OccasionCounts {
    /// Counts histories given in any order, with their weights. Rows of weight 0 are left out.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the number of the row, for an impossible history or a weight that is negative or not
    /// finite.
    pub fn new(mut rows: Vec<OccasionCount>) -> Result<Self> {
        for (number, row) in (1..).zip(&rows) {
            let weight = (!(row.weight >= 0.0 && row.weight.is_finite())).then_some("a weight is 0 or more");
            if let Some(reason) = row.history.reason().or(weight) {
                return Err(Error::invalid("history", format!("row {number}: {reason}")));
            }
        }
        rows.retain(|row| row.weight > 0.0);
        rows.sort_unstable_by(|a, b| a.history.cmp(&b.history).then(a.weight.total_cmp(&b.weight)));
        rows.dedup_by(|next, kept| {
            let same = kept.history == next.history;
            if same {
                kept.weight += next.weight;
            }
            same
        });
        Ok(Self { rows })
    }

    /// The distinct histories, in canonical order.
    pub fn rows(&self) -> &[OccasionCount] {
        &self.rows
    }

    /// How many customers were counted: the sum of the weights.
    pub fn customers(&self) -> f64 {
        self.rows.iter().map(|row| row.weight).sum()
    }

    /// Joins the counts of two groups of customers that have none in common.
    ///
    /// # Errors
    /// None for counts that were made here; a sum of weights may become infinite, which is [`Error::Invalid`].
    pub fn merge(mut self, other: Self) -> Result<Self> {
        self.rows.extend(other.rows);
        Self::new(self.rows)
    }
}

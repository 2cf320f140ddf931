//! What the purchase models know about a customer, and the compressed table that they are fitted to.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::distinct::Distinct;
use super::sum::sum_rows;
use super::{SummaryTable, TimeUnit};
use crate::base::{Error, Result};

/// One customer as the purchase models see it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Days with a purchase after the first one (`x`).
    pub repeats: u32,
    /// From the first purchase to the last (`t_x`); 0 without a repeat.
    pub recency: f64,
    /// From the first purchase to the day of the summary (`T`).
    pub age: f64,
    /// The unit of both times.
    pub unit: TimeUnit,
}

impl History {
    /// A history in weeks.
    pub const fn weeks(repeats: u32, recency: f64, age: f64) -> Self {
        Self { repeats, recency, age, unit: TimeUnit::Weeks }
    }

    /// A history in days.
    pub const fn days(repeats: u32, recency: f64, age: f64) -> Self {
        Self { repeats, recency, age, unit: TimeUnit::Days }
    }

    /// Refuses what no purchases can have led to.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless `0 <= recency <= age < infinity`, and `recency` is 0 exactly when `repeats` is 0.
    pub fn check(&self) -> Result<()> {
        check(self.repeats, self.recency, self.age).map_err(|reason| Error::invalid("history", reason))
    }
}

fn check(repeats: u32, recency: f64, age: f64) -> Result<(), &'static str> {
    if !(recency >= 0.0 && recency <= age && age.is_finite()) {
        Err("0 <= recency <= age < infinity is needed")
    } else if (repeats == 0) != (recency == 0.0) {
        Err("recency is 0 exactly when there is no repeat purchase")
    } else {
        Ok(())
    }
}

/// Histories in columns, as tables hold them: one row for each customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryColumns<'a> {
    /// Days with a purchase after the first one (`x`).
    pub repeats: &'a [u32],
    /// From the first purchase to the last (`t_x`); 0 without a repeat.
    pub recency: &'a [f64],
    /// From the first purchase to the day of the table (`T`).
    pub age: &'a [f64],
    /// The unit of both times.
    pub unit: TimeUnit,
}

impl HistoryColumns<'_> {
    pub(super) fn history(&self, row: u32) -> History {
        let (row, unit) = (row as usize, self.unit);
        History { repeats: self.repeats[row], recency: self.recency[row], age: self.age[row], unit }
    }

    pub(super) fn check(&self) -> Result<()> {
        let rows = self.repeats.len();
        if self.recency.len() != rows || self.age.len() != rows || u32::try_from(rows).is_err() {
            return Err(Error::invalid("columns", "repeats, recency and age differ in length, or are too long"));
        }
        for (row, ((repeats, recency), age)) in self.repeats.iter().zip(self.recency).zip(self.age).enumerate() {
            check(*repeats, *recency, *age)
                .map_err(|reason| Error::invalid("history", format!("row {row}, counted from 0: {reason}")))?;
        }
        Ok(())
    }
}

/// Equal histories and how often they occur.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryCount {
    /// Days with a purchase after the first one (`x`).
    pub repeats: u32,
    /// From the first purchase to the last (`t_x`); 0 without a repeat.
    pub recency: f64,
    /// From the first purchase to the day of the summary (`T`).
    pub age: f64,
    /// How many customers have this history, or the sum of their weights.
    pub weight: f64,
}

impl HistoryCount {
    fn cmp(&self, other: &Self) -> Ordering {
        self.repeats
            .cmp(&other.repeats)
            .then(self.recency.total_cmp(&other.recency))
            .then(self.age.total_cmp(&other.age))
            .then(self.weight.total_cmp(&other.weight))
    }

    fn same_history(&self, other: &Self) -> bool {
        self.repeats == other.repeats && self.recency == other.recency && self.age == other.age
    }
}

/// The distinct histories of many customers with their counts, in canonical order: what purchase models are fitted to.
///
/// The likelihood of these models depends on a customer only through its history, so equal histories are evaluated
/// once. The order is that of `(repeats, recency, age)`, whatever order the customers came in; fits are therefore bit
/// for bit the same for any permutation and any partition of the customers. Counts form a commutative monoid under
/// [`merge`](Self::merge) as long as the weights are whole numbers below 2^53.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct HistoryCounts {
    unit: TimeUnit,
    rows: Vec<HistoryCount>,
}

#[derive(Deserialize)]
struct Unchecked {
    unit: TimeUnit,
    rows: Vec<HistoryCount>,
}

impl TryFrom<Unchecked> for HistoryCounts {
    type Error = Error;

    fn try_from(counts: Unchecked) -> Result<Self> {
        Self::new(counts.unit, counts.rows)
    }
}

impl HistoryCounts {
    /// Counts histories given in any order, with their weights. Rows of weight 0 are left out.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the number of the row, for an impossible history ([`History::check`]) or a weight that
    /// is negative or not finite.
    pub fn new(unit: TimeUnit, mut rows: Vec<HistoryCount>) -> Result<Self> {
        for (number, row) in (1..).zip(&rows) {
            let weight =
                if row.weight >= 0.0 && row.weight.is_finite() { Ok(()) } else { Err("a weight is 0 or more") };
            check(row.repeats, row.recency, row.age)
                .and(weight)
                .map_err(|reason| Error::invalid("history", format!("row {number}: {reason}")))?;
        }
        rows.retain_mut(|row| {
            (row.recency, row.age) = (row.recency + 0.0, row.age + 0.0); // -0.0 is 0.0
            row.weight > 0.0
        });
        rows.sort_unstable_by(HistoryCount::cmp);
        rows.dedup_by(|next, kept| {
            let same = kept.same_history(next);
            if same {
                kept.weight += next.weight;
            }
            same
        });
        Ok(Self { unit, rows })
    }

    /// Counts the histories of a summary.
    pub fn of(table: &SummaryTable) -> Self {
        let distinct = Distinct::of(table);
        let rows = distinct.histories.iter().zip(&distinct.counts).map(|(history, &count)| HistoryCount {
            repeats: history.repeats,
            recency: history.recency,
            age: history.age,
            weight: f64::from(count),
        });
        Self { unit: table.unit, rows: rows.collect() }
    }

    /// The unit of the times.
    pub const fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// The distinct histories, in canonical order.
    pub fn rows(&self) -> &[HistoryCount] {
        &self.rows
    }

    /// How many customers were counted: the sum of the weights.
    pub fn customers(&self) -> f64 {
        self.rows.iter().map(|row| row.weight).sum()
    }

    /// Repeat purchases per unit of time that customers were known.
    pub(crate) fn rate(&self) -> f64 {
        let [purchases, time] = sum_rows(&self.rows, 1, |row, sum: &mut [f64; 2]| {
            sum[0] += row.weight * f64::from(row.repeats);
            sum[1] += row.weight * row.age;
        });
        purchases / time
    }

    /// How long customers were known on average.
    pub(crate) fn mean_age(&self) -> f64 {
        let [time, customers] = sum_rows(&self.rows, 1, |row, sum: &mut [f64; 2]| {
            sum[0] += row.weight * row.age;
            sum[1] += row.weight;
        });
        time / customers
    }

    /// Joins the counts of two groups of customers that have none in common.
    ///
    /// # Errors
    /// [`Error::Invalid`] when their units differ.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        self.unit.expect(other.unit, "history")?;
        self.rows.extend(other.rows);
        Self::new(self.unit, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(repeats: u32, recency: f64, age: f64) -> HistoryCount {
        HistoryCount { repeats, recency, age, weight: 1.0 }
    }

    #[test]
    fn impossible_histories_are_refused_with_their_row() {
        for bad in [
            row(0, 1.0, 2.0),
            row(1, 0.0, 2.0),
            row(1, 3.0, 2.0),
            row(1, -1.0, 2.0),
            row(1, f64::NAN, 2.0),
            row(1, 1.0, f64::INFINITY),
            HistoryCount { weight: -1.0, ..row(0, 0.0, 1.0) },
            HistoryCount { weight: f64::NAN, ..row(0, 0.0, 1.0) },
        ] {
            let error = HistoryCounts::new(TimeUnit::Days, vec![row(0, 0.0, 1.0), bad]).unwrap_err();
            assert!(error.to_string().starts_with("history: row 2: "), "{error}");
        }
    }

    #[test]
    fn counts_of_two_units_do_not_mix() {
        let counts = |unit| HistoryCounts::new(unit, vec![row(0, 0.0, 7.0)]).unwrap();
        assert!(counts(TimeUnit::Days).merge(counts(TimeUnit::Weeks)).is_err());
    }

    prop_compose! {
        fn histories()(days in prop::collection::vec((0_u32..4, 1_u32..6, 0_u32..3), 0..40)) -> Vec<HistoryCount> {
            days.into_iter()
                .map(|(x, recency, more)| {
                    let recency = if x == 0 { 0 } else { recency };
                    row(x, f64::from(recency) / 7.0, f64::from(recency + more) / 7.0)
                })
                .collect()
        }
    }

    proptest! {
        #[test]
        fn any_order_and_partition_gives_the_same_counts(rows in histories(), cut in 0_usize..40, turn in 0_usize..40) {
            let whole = HistoryCounts::new(TimeUnit::Weeks, rows.clone()).unwrap();
            let mut turned = rows;
            let turns = turn % turned.len().max(1);
            turned.rotate_left(turns);
            let right = turned.split_off(cut.min(turned.len()));
            let part = |rows| HistoryCounts::new(TimeUnit::Weeks, rows).unwrap();
            prop_assert_eq!(&part(turned.clone()).merge(part(right.clone())).unwrap(), &whole);
            prop_assert_eq!(&part(right).merge(part(turned)).unwrap(), &whole);
            let json = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(serde_json::from_str::<HistoryCounts>(&json).unwrap(), whole);
        }
    }
}

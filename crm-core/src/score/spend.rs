//! What the spend model knows about a customer, and the compressed table that it is fitted to.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::SummaryTable;
use crate::base::{Currency, Error, Result};

/// What one customer spent on its repeat purchases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    /// Days with a purchase after the first one.
    pub repeats: u32,
    /// What was spent on such a day on average, in major units of the currency; 0 without a repeat.
    pub mean: f64,
    /// The currency.
    pub currency: Currency,
}

/// Equal spends and how often they occur.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpendCount {
    /// Days with a purchase after the first one.
    pub repeats: u32,
    /// What was spent on such a day on average, in major units.
    pub mean: f64,
    /// How many customers spent so, or the sum of their weights.
    pub weight: f64,
}

impl SpendCount {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_mean = || self.mean.total_cmp(&other.mean).then(self.weight.total_cmp(&other.weight));
        self.repeats.cmp(&other.repeats).then_with(by_mean)
    }
}

/// The distinct spends of repeat buyers with their counts, in canonical order: what [`GammaGamma`](super::GammaGamma) is
/// fitted to.
///
/// Customers without a repeat purchase, and those whose repeat purchases came to nothing, tell the model nothing; they
/// are left out, and the latter are counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct SpendCounts {
    currency: Currency,
    rows: Vec<SpendCount>,
    without_spend: f64,
}

#[derive(Deserialize)]
struct Unchecked {
    currency: Currency,
    rows: Vec<SpendCount>,
    without_spend: f64,
}

impl TryFrom<Unchecked> for SpendCounts {
    type Error = Error;

    fn try_from(counts: Unchecked) -> Result<Self> {
        if !(counts.without_spend >= 0.0 && counts.without_spend.is_finite()) {
            return Err(Error::invalid("without_spend", "a count is 0 or more"));
        }
        Ok(Self { without_spend: counts.without_spend, ..Self::new(counts.currency, counts.rows)? })
    }
}

impl SpendCounts {
    /// Counts spends given in any order, with their weights.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the number of the row, for a mean or a weight that is negative or not finite.
    pub fn new(currency: Currency, mut rows: Vec<SpendCount>) -> Result<Self> {
        let amount = |value: f64| value >= 0.0 && value.is_finite();
        if let Some(bad) = rows.iter().position(|row| !amount(row.mean) || !amount(row.weight)) {
            let row = bad + 1;
            return Err(Error::invalid("spend", format!("row {row}: a mean and a weight are 0 or more")));
        }
        rows.retain(|row| row.repeats > 0 && row.weight > 0.0);
        rows.sort_unstable_by(SpendCount::cmp);
        let without_spend = rows.iter().filter(|row| row.mean == 0.0).map(|row| row.weight).sum();
        rows.retain(|row| row.mean > 0.0);
        rows.dedup_by(|next, kept| {
            let same = kept.repeats == next.repeats && kept.mean == next.mean;
            if same {
                kept.weight += next.weight;
            }
            same
        });
        Ok(Self { currency, rows, without_spend })
    }

    /// Counts the spends of a summary.
    pub fn of(table: &SummaryTable) -> Result<Self> {
        let row = |row| {
            let Spend { repeats, mean, .. } = table.spend(row);
            SpendCount { repeats, mean, weight: 1.0 }
        };
        Self::new(table.currency, table.rows.iter().map(row).collect())
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The distinct spends, in canonical order.
    pub fn rows(&self) -> &[SpendCount] {
        &self.rows
    }

    /// How many customers were counted: the sum of the weights.
    pub fn customers(&self) -> f64 {
        self.rows.iter().map(|row| row.weight).sum()
    }

    /// How many customers bought again and yet spent nothing.
    pub const fn without_spend(&self) -> f64 {
        self.without_spend
    }

    /// The correlation of the number of repeat purchases with the mean spend; none when either is the same for all.
    ///
    /// The model takes the two for independent; a correlation well away from 0 speaks against it.
    pub fn correlation(&self) -> Option<f64> {
        let mean = |of: &dyn Fn(&SpendCount) -> f64| {
            self.rows.iter().map(|row| row.weight * of(row)).sum::<f64>() / self.customers()
        };
        let (x, z) = (mean(&|row| row.repeats.into()), mean(&|row| row.mean));
        let covariance = |a: &dyn Fn(&SpendCount) -> f64, b: &dyn Fn(&SpendCount) -> f64| mean(&|row| a(row) * b(row));
        let of_x = |row: &SpendCount| f64::from(row.repeats) - x;
        let of_z = |row: &SpendCount| row.mean - z;
        let scale = (covariance(&of_x, &of_x) * covariance(&of_z, &of_z)).sqrt();
        (scale > 0.0).then(|| covariance(&of_x, &of_z) / scale)
    }

    /// Joins the counts of two groups of customers that have none in common.
    ///
    /// # Errors
    /// [`Error::Invalid`] when their currencies differ.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        expect_currency(self.currency, other.currency)?;
        self.rows.extend(other.rows);
        let without_spend = self.without_spend + other.without_spend;
        Ok(Self { without_spend, ..Self::new(self.currency, self.rows)? })
    }
}

/// Refuses another currency.
pub(crate) fn expect_currency(expected: Currency, found: Currency) -> Result<()> {
    if expected == found {
        Ok(())
    } else {
        let (found, expected) = (found.code(), expected.code());
        Err(Error::invalid("currency", format!("{found} was given, but {expected} is expected")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(repeats: u32, mean: f64) -> SpendCount {
        SpendCount { repeats, mean, weight: 1.0 }
    }

    #[test]
    fn only_repeat_buyers_who_spent_are_counted() {
        let rows = vec![row(0, 0.0), row(2, 0.0), row(1, 5.0), row(0, 7.0), row(1, 5.0), row(2, 4.0)];
        let counts = SpendCounts::new(Currency::EUR, rows).unwrap();
        assert_eq!(counts.rows(), [SpendCount { weight: 2.0, ..row(1, 5.0) }, row(2, 4.0)]);
        assert_eq!((counts.customers(), counts.without_spend()), (3.0, 1.0));
        for bad in [row(1, -1.0), row(1, f64::NAN), SpendCount { weight: -1.0, ..row(1, 1.0) }] {
            let error = SpendCounts::new(Currency::EUR, vec![row(1, 1.0), bad]).unwrap_err();
            assert!(error.to_string().starts_with("spend: row 2: "));
        }
    }

    #[test]
    fn correlation_is_between_minus_one_and_one() {
        let correlation = |rows| SpendCounts::new(Currency::EUR, rows).unwrap().correlation();
        assert_eq!(correlation(vec![row(1, 2.0), row(2, 4.0), row(3, 6.0)]), Some(1.0));
        assert_eq!(correlation(vec![row(1, 3.0), row(3, 3.0), row(2, 0.5)]), Some(0.0));
        assert!((correlation(vec![row(1, 4.0), row(2, 2.0), row(3, 3.0)]).unwrap() + 0.5).abs() < 1e-15);
        assert_eq!(correlation(vec![row(1, 3.0), row(1, 4.0)]), None);
        assert_eq!(correlation(vec![]), None);
    }

    proptest! {
        #[test]
        fn any_order_and_partition_gives_the_same_counts(
            rows in prop::collection::vec((0_u32..3, 0_u32..4), 0..30), cut in 0_usize..30,
        ) {
            let rows: Vec<_> = rows.into_iter().map(|(x, z)| row(x, f64::from(z) / 3.0)).collect();
            let whole = SpendCounts::new(Currency::EUR, rows.clone()).unwrap();
            let mut left = rows;
            let right = left.split_off(cut.min(left.len()));
            let part = |rows| SpendCounts::new(Currency::EUR, rows).unwrap();
            prop_assert_eq!(&part(right).merge(part(left)).unwrap(), &whole);
            let json = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(serde_json::from_str::<SpendCounts>(&json).unwrap(), whole);
        }
    }
}

//! The one rule by which the days of a customer become a summary.

use super::{DayTotal, Dropped, Holdout, PurchaseSummary, Refunds, SummaryOptions};
use crate::base::{Date, Error, Result};

const TOTAL: &str = "the sum of a customer's purchases";

/// Takes customers one by one, each with its days in order, and collects their rows.
pub(super) struct Folder<'a> {
    options: &'a SummaryOptions,
    kept: Vec<Kept>,
    pub(super) rows: Vec<PurchaseSummary>,
    pub(super) holdout: Vec<Holdout>,
    pub(super) dropped: Dropped,
}

/// A day with purchases that were not given back.
struct Kept {
    day: i32,
    orders: u32,
    minor: u64,
}

impl<'a> Folder<'a> {
    pub(super) fn new(options: &'a SummaryOptions) -> Self {
        Self { options, kept: Vec::new(), rows: Vec::new(), holdout: Vec::new(), dropped: Dropped::default() }
    }

    /// Adds a customer. The days must rise.
    pub(super) fn customer(&mut self, customer: u32, days: impl Iterator<Item = DayTotal>) -> Result<()> {
        let (as_of, last_day) = (self.options.as_of.days(), self.options.last_day().days());
        let mut days = days.peekable();
        let seen = days.peek().is_some_and(|day| day.day <= as_of);
        self.kept.clear();
        while let Some(day) = days.next_if(|day| day.day <= as_of) {
            self.take(&day)?;
        }
        let row = self.row(customer)?;
        self.kept.clear();
        while let Some(day) = days.next_if(|day| day.day <= last_day) {
            self.take(&day)?;
        }
        self.dropped.later_rows += days.map(|day| u64::from(day.orders) + u64::from(day.refunds)).sum::<u64>();
        match row {
            Some(row) => {
                self.rows.push(row);
                if self.options.holdout_until.is_some() {
                    let (purchases, minor) = (self.kept.len() as u32, sum(&self.kept)?);
                    self.holdout.push(Holdout { purchases, minor });
                }
            }
            None if seen => self.dropped.empty_customers += 1,
            None => self.dropped.later_customers += 1,
        }
        Ok(())
    }

    fn take(&mut self, day: &DayTotal) -> Result<()> {
        if day.bought.max(day.returned) == u64::MAX {
            return Err(Error::out_of_range(TOTAL));
        }
        if day.orders > 0 {
            self.kept.push(Kept { day: day.day, orders: day.orders, minor: day.bought });
        }
        if day.refunds == 0 {
            return Ok(());
        }
        match self.options.refunds {
            Refunds::Net => self.give_back(day.returned),
            Refunds::Drop => self.dropped.refund_rows += u64::from(day.refunds),
            Refunds::Error => {
                return Err(Error::invalid("minor", "an amount is negative, and refunds are not allowed"));
            }
        }
        Ok(())
    }

    /// Takes a refund from the newest purchases first.
    fn give_back(&mut self, mut owed: u64) {
        while owed > 0 {
            let Some(newest) = self.kept.iter().rposition(|day| day.minor > 0) else {
                self.dropped.unmatched_minor = self.dropped.unmatched_minor.saturating_add(owed);
                return;
            };
            let day = &mut self.kept[newest];
            if day.minor > owed {
                day.minor -= owed;
                return;
            }
            owed -= day.minor;
            self.kept.remove(newest);
            self.dropped.returned_days += 1;
        }
    }

    fn row(&self, customer: u32) -> Result<Option<PurchaseSummary>> {
        let [first, later @ ..] = self.kept.as_slice() else { return Ok(None) };
        Ok(Some(PurchaseSummary {
            customer,
            repeats: later.len() as u32,
            orders: self.kept.iter().fold(0, |sum, day| sum.saturating_add(day.orders)),
            first: Date::from_days(first.day)?,
            last: Date::from_days(later.last().unwrap_or(first).day)?,
            repeat_minor: sum(later)?,
            total_minor: sum(&self.kept)?,
            log_gaps: log_of_product(self.kept.windows(2).map(|pair| f64::from(pair[1].day) - f64::from(pair[0].day))),
        }))
    }
}

fn sum(days: &[Kept]) -> Result<i64> {
    let total: u128 = days.iter().map(|day| u128::from(day.minor)).sum();
    i64::try_from(total).map_err(|_| Error::out_of_range(TOTAL))
}

/// The logarithm of a product of numbers between 1 and 2^32: few logarithms, no overflow.
fn log_of_product(factors: impl Iterator<Item = f64>) -> f64 {
    let (mut log, mut product) = (0.0, 1.0);
    for factor in factors {
        product *= factor;
        if product > 1e280 {
            log += f64::ln(product);
            product = 1.0;
        }
    }
    log + f64::ln(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_products_do_not_overflow() {
        let direct: f64 = (1..=500).map(|gap| f64::from(gap).ln()).sum();
        assert!((log_of_product((1..=500).map(f64::from)) / direct - 1.0).abs() < 1e-14);
        assert_eq!(log_of_product(std::iter::empty()), 0.0);
    }
}

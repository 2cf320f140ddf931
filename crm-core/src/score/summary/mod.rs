//! From purchases to one line per customer: how often, how recently, how long known, how much.

mod bulk;
mod fold;
mod state;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{History, Span, Spend, TimeUnit};
use crate::base::{Currency, Date, Error, Name, Result};

pub use bulk::summarise;
pub use state::{DayTotal, PurchaseState};

/// What becomes of amounts below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunds {
    /// A refund gives back the customer's newest purchases first, down to nothing. A day of purchases that was given
    /// back in full is no purchase; what is left of a refund when no purchase is left is dropped and counted.
    #[default]
    Net,
    /// Refunds are left out and counted.
    Drop,
    /// A refund is an error.
    Error,
}

/// How purchases become a summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryOptions {
    /// The last day that counts; ages are measured up to it.
    pub as_of: Date,
    /// The last day of the holdout, which begins on the day after `as_of`; none without a holdout.
    pub holdout_until: Option<Date>,
    /// The unit in which models will count time.
    pub unit: TimeUnit,
    /// The zone whose civil days the day numbers are.
    #[serde(default = "utc")]
    pub zone: Name,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What becomes of amounts below zero.
    #[serde(default = "net")]
    pub refunds: Refunds,
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    #[serde(default = "one")]
    pub threads: usize,
}

const fn utc() -> Name {
    Name::from_static("UTC")
}

const fn net() -> Refunds {
    Refunds::Net
}

const fn one() -> usize {
    1
}

impl SummaryOptions {
    /// No holdout, UTC, refunds net, one thread.
    pub const fn new(as_of: Date, unit: TimeUnit, currency: Currency) -> Self {
        Self { as_of, holdout_until: None, unit, zone: utc(), currency, refunds: net(), threads: one() }
    }

    /// The last day that is looked at at all.
    fn last_day(&self) -> Date {
        self.holdout_until.unwrap_or(self.as_of)
    }

    fn check(&self) -> Result<()> {
        if self.last_day() < self.as_of {
            return Err(Error::invalid("holdout_until", "lies before as_of"));
        }
        Ok(())
    }
}

/// What one customer did up to the day of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseSummary {
    /// The customer's index.
    pub customer: u32,
    /// Days with a purchase after the first one (`x`).
    pub repeats: u32,
    /// Purchases, those of the same day counted one by one.
    pub orders: u32,
    /// The day of the first purchase.
    pub first: Date,
    /// The day of the last purchase.
    pub last: Date,
    /// What was spent on the days after the first one, in minor units.
    pub repeat_minor: i64,
    /// What was spent in all, in minor units.
    pub total_minor: i64,
    /// The sum of the natural logarithms of the days between one purchase day and the next; 0 without a repeat.
    ///
    /// It tells regular buyers from clumpy ones.
    pub log_gaps: f64,
}

/// What one customer did during the holdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdout {
    /// Days with a purchase.
    pub purchases: u32,
    /// What was spent, in minor units.
    pub minor: i64,
}

/// What a summary leaves out, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Rows after the last day.
    pub later_rows: u64,
    /// Refunds left out by [`Refunds::Drop`].
    pub refund_rows: u64,
    /// Days whose purchases were given back in full.
    pub returned_days: u64,
    /// Refunded minor units for which there was no purchase to give back.
    pub unmatched_minor: u64,
    /// Customers whose rows all lie after `as_of`.
    pub later_customers: u64,
    /// Customers without a purchase that was not given back.
    pub empty_customers: u64,
}

impl Dropped {
    fn add(&mut self, other: &Self) {
        self.later_rows += other.later_rows;
        self.refund_rows += other.refund_rows;
        self.returned_days += other.returned_days;
        self.unmatched_minor = self.unmatched_minor.saturating_add(other.unmatched_minor);
        self.later_customers += other.later_customers;
        self.empty_customers += other.empty_customers;
    }
}

/// The summaries of many customers and how they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryTable {
    /// The unit in which models count time.
    pub unit: TimeUnit,
    /// The last day that counted.
    pub as_of: Date,
    /// The last day of the holdout, if there is one.
    pub holdout_until: Option<Date>,
    /// The zone whose civil days were used.
    pub zone: Name,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What became of refunds.
    pub refunds: Refunds,
    /// One row per customer, by rising customer index.
    pub rows: Vec<PurchaseSummary>,
    /// One entry per row, or none without a holdout.
    pub holdout: Vec<Holdout>,
    /// What was left out.
    pub dropped: Dropped,
}

impl SummaryTable {
    /// A table without customers: the neutral element of [`merge`](Self::merge).
    pub fn empty(options: &SummaryOptions) -> Self {
        Self {
            unit: options.unit,
            as_of: options.as_of,
            holdout_until: options.holdout_until,
            zone: options.zone.clone(),
            currency: options.currency,
            refunds: options.refunds,
            rows: Vec::new(),
            holdout: Vec::new(),
            dropped: Dropped::default(),
        }
    }

    /// What the purchase models know about a customer of this table.
    pub fn history(&self, row: &PurchaseSummary) -> History {
        let units = |days: i32| f64::from(days) / self.unit.days();
        History {
            repeats: row.repeats,
            recency: units(row.last.days() - row.first.days()),
            age: units(self.as_of.days() - row.first.days()),
            unit: self.unit,
        }
    }

    /// The length of the holdout; zero without one.
    pub fn holdout_span(&self) -> Span {
        let days = self.holdout_until.map_or(0, |until| until.days() - self.as_of.days());
        Span::days(f64::from(days)).to(self.unit)
    }

    /// What the spend model knows about a customer of this table.
    pub fn spend(&self, row: &PurchaseSummary) -> Spend {
        let major = row.repeat_minor as f64 / 10_f64.powi(self.currency.exponent().into());
        let mean = if row.repeats == 0 { 0.0 } else { major / f64::from(row.repeats) };
        Spend { repeats: row.repeats, mean, currency: self.currency }
    }

    /// The same table with another unit for the models. Nothing is recounted: summaries are whole days.
    #[must_use]
    pub fn in_unit(mut self, unit: TimeUnit) -> Self {
        self.unit = unit;
        self
    }

    /// Joins the tables of two groups of customers that have none in common.
    ///
    /// Purchases must be parted by customer: two halves of one customer's purchases cannot be joined once they are
    /// summarised (join their [`PurchaseState`]s before). Under that condition merging is associative and commutative,
    /// and the empty table is neutral.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the tables were made in different ways or share a customer.
    pub fn merge(self, other: Self) -> Result<Self> {
        let how = |t: &Self| (t.unit, t.as_of, t.holdout_until, t.zone.clone(), t.currency, t.refunds);
        if how(&self) != how(&other) {
            return Err(Error::invalid("summary", "made with another day, unit, zone, currency or refund policy"));
        }
        let mut dropped = self.dropped;
        dropped.add(&other.dropped);
        let with_holdout = self.holdout_until.is_some();
        let entries = |rows: Vec<PurchaseSummary>, holdout: Vec<Holdout>| {
            rows.into_iter().zip(holdout.into_iter().chain(std::iter::repeat(Holdout::default())))
        };
        let mut all: Vec<_> = entries(self.rows, self.holdout).chain(entries(other.rows, other.holdout)).collect();
        all.sort_by_key(|(row, _)| row.customer);
        if all.windows(2).any(|pair| pair[0].0.customer == pair[1].0.customer) {
            return Err(Error::invalid("customer", "in both summaries; part purchases by customer"));
        }
        let (rows, mut holdout): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        if !with_holdout {
            holdout.clear();
        }
        Ok(Self { rows, holdout, dropped, ..self })
    }
}

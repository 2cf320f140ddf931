//! The purchases of one customer as a state that can be kept, merged and read as of any day.

use serde::{Deserialize, Serialize};

use super::fold::Folder;
use super::{SummaryOptions, SummaryTable};
use crate::base::{Date, Result};

/// What one customer bought and gave back on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTotal {
    /// The day, in days since 1970-01-01.
    pub day: i32,
    /// Purchases: amounts of zero and above.
    pub orders: u32,
    /// Refunds: amounts below zero.
    pub refunds: u32,
    /// The sum of the purchases, in minor units.
    pub bought: u64,
    /// The sum of the refunds without their sign, in minor units.
    pub returned: u64,
}

impl DayTotal {
    /// Nothing yet.
    pub(super) const fn new(day: i32) -> Self {
        Self { day, orders: 0, refunds: 0, bought: 0, returned: 0 }
    }

    /// Adds one amount. Sums that grow beyond their type stay at its end, so that addition keeps its laws.
    pub(super) const fn add(&mut self, minor: i64) {
        if minor < 0 {
            self.refunds = self.refunds.saturating_add(1);
            self.returned = self.returned.saturating_add(minor.unsigned_abs());
        } else {
            self.orders = self.orders.saturating_add(1);
            self.bought = self.bought.saturating_add(minor.unsigned_abs());
        }
    }

    const fn join(&mut self, other: &Self) {
        self.orders = self.orders.saturating_add(other.orders);
        self.refunds = self.refunds.saturating_add(other.refunds);
        self.bought = self.bought.saturating_add(other.bought);
        self.returned = self.returned.saturating_add(other.returned);
    }
}

/// The purchases of one customer, one entry per day, by rising day.
///
/// States form a commutative monoid under [`merge`](Self::merge): any partition of a customer's purchases, also one
/// that cuts through a day, merged in any order, gives the same state bit for bit, and the empty state is neutral. That
/// is why the days are kept: a count of distinct days alone cannot be merged when both parts know the same day. The
/// policies for refunds and the last day are applied when the state is read, so one state answers for every day.
///
/// ```
/// use crm_core::base::{Currency, Date};
/// use crm_core::score::{PurchaseState, SummaryOptions, TimeUnit};
///
/// let day: Date = "2026-01-04".parse()?;
/// let mut shop = PurchaseState::default();
/// shop.add(day, 1_200);
/// let mut web = PurchaseState::default();
/// web.add(day, 800);
/// web.add(day.saturating_add_days(7), 500);
///
/// shop.merge(&web);
/// let options = SummaryOptions::new("2026-03-01".parse()?, TimeUnit::Weeks, Currency::new("EUR")?);
/// let table = shop.summarise(0, &options)?;
/// assert_eq!((table.rows[0].repeats, table.rows[0].total_minor), (1, 2_500));
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseState {
    /// The days, rising.
    pub days: Vec<DayTotal>,
}

impl PurchaseState {
    /// Adds a purchase, or a refund when the amount lies below zero.
    pub fn add(&mut self, day: Date, minor: i64) {
        let day = day.days();
        let at = self.days.partition_point(|entry| entry.day < day);
        if self.days.get(at).is_none_or(|entry| entry.day != day) {
            self.days.insert(at, DayTotal::new(day));
        }
        self.days[at].add(minor);
    }

    /// Joins the purchases of two parts.
    pub fn merge(&mut self, other: &Self) {
        let mut merged = Vec::with_capacity(self.days.len() + other.days.len());
        let (mut left, mut right) = (self.days.iter().peekable(), other.days.iter().peekable());
        while let (Some(l), Some(r)) = (left.peek(), right.peek()) {
            let mut next = if l.day <= r.day { **l } else { **r };
            if l.day == r.day {
                next.join(r);
            }
            left.next_if(|entry| entry.day == next.day);
            right.next_if(|entry| entry.day == next.day);
            merged.push(next);
        }
        merged.extend(left.chain(right));
        self.days = merged;
    }

    /// The summary of this customer: a table with one row, or with none when no purchase counts.
    ///
    /// # Errors
    /// As [`summarise`](super::summarise).
    pub fn summarise(&self, customer: u32, options: &SummaryOptions) -> Result<SummaryTable> {
        options.check()?;
        let mut folder = Folder::new(options);
        if !self.days.is_empty() {
            folder.customer(customer, self.days.iter().copied())?;
        }
        let (rows, holdout, dropped) = (folder.rows, folder.holdout, folder.dropped);
        Ok(SummaryTable { rows, holdout, dropped, ..SummaryTable::empty(options) })
    }
}

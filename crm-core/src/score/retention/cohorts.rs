//! Customers by the period of their first purchase, and what they did since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{CalendarUnit, Currency, Date, Error, Result};

/// How cohorts are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CohortOptions {
    /// The period by which customers are grouped and time is counted: civil weeks, months, quarters or years.
    pub period: CalendarUnit,
    /// The last day that counts. A period that ends later is marked as incomplete.
    pub as_of: Date,
    /// The currency of the amounts.
    pub currency: Currency,
}

/// What a cohort did in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortCell {
    /// How many of its customers bought.
    pub customers: u32,
    /// How many purchases they made.
    pub orders: u32,
    /// What they spent less what they gave back, in minor units.
    pub minor: i64,
    /// Whether the period was over on the last day; otherwise more may come (it is censored).
    pub complete: bool,
}

/// The customers who first bought in one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// The first day of the period.
    pub start: Date,
    /// How many customers there are.
    pub customers: u32,
    /// What they did in that period and in each that followed.
    pub cells: Vec<CohortCell>,
}

impl Cohort {
    /// The share of the cohort that bought in a period, counted from 0 for its first; none for a period to come.
    pub fn retention(&self, period: usize) -> Option<f64> {
        Some(f64::from(self.cells.get(period)?.customers) / f64::from(self.customers))
    }
}

/// Cohorts and what they did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortTable {
    /// The period.
    pub period: CalendarUnit,
    /// The last day that counted.
    pub as_of: Date,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The cohorts, by rising period; periods without a new customer are left out.
    pub cohorts: Vec<Cohort>,
    /// Rows after the last day.
    pub later_rows: u64,
    /// Refunds to customers who had not bought before.
    pub unmatched_refunds: u64,
}

/// Groups customers by the period of their first purchase and follows them from period to period.
///
/// The columns are those of [`summarise`](crate::score::summarise): customer, civil day (days since 1970-01-01) and
/// amount in minor units. Amounts below zero are refunds: they lessen what was spent in their period, and are neither a
/// purchase nor a first one.
///
/// ```
/// use crm_core::base::{CalendarUnit, Currency, Date};
/// use crm_core::score::{CohortOptions, cohorts};
///
/// let day = |text: &str| text.parse::<Date>().map(Date::days);
/// let options = CohortOptions {
///     period: CalendarUnit::Month,
///     as_of: "2026-03-15".parse()?,
///     currency: Currency::new("EUR")?,
/// };
/// let days = [day("2026-01-05")?, day("2026-02-10")?, day("2026-01-31")?, day("2026-03-01")?];
/// let table = cohorts(&[1, 1, 2, 1], &days, &[1_000, 500, 800, 700], &options)?;
/// let january = &table.cohorts[0];
/// assert_eq!((january.customers, january.retention(1)), (2, Some(0.5)));
/// assert!(!january.cells[2].complete, "March is not over");
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length or a day does not exist; [`Error::OutOfRange`] when a sum is.
pub fn cohorts(customer: &[u32], day: &[i32], minor: &[i64], options: &CohortOptions) -> Result<CohortTable> {
    if customer.len() != day.len() || customer.len() != minor.len() {
        return Err(Error::invalid("columns", "differ in length"));
    }
    let as_of = options.as_of.days();
    let mut rows: Vec<(u32, i32, i64)> = Vec::with_capacity(customer.len());
    for ((&customer, &day), &minor) in customer.iter().zip(day).zip(minor) {
        Date::from_days(day)?;
        if day <= as_of {
            rows.push((customer, day, minor));
        }
    }
    let later_rows = (customer.len() - rows.len()) as u64;
    rows.sort_unstable();
    let mut building = Building { options, cohorts: BTreeMap::new(), unmatched_refunds: 0 };
    for purchases in rows.chunk_by(|a, b| a.0 == b.0) {
        building.customer(purchases)?;
    }
    let Building { cohorts, unmatched_refunds, .. } = building;
    Ok(CohortTable {
        period: options.period,
        as_of: options.as_of,
        currency: options.currency,
        cohorts: cohorts.into_values().collect(),
        later_rows,
        unmatched_refunds,
    })
}

struct Building<'a> {
    options: &'a CohortOptions,
    cohorts: BTreeMap<Date, Cohort>,
    unmatched_refunds: u64,
}

impl Building<'_> {
    /// Adds one customer's rows, by rising day.
    fn customer(&mut self, rows: &[(u32, i32, i64)]) -> Result<()> {
        let Some(first) = rows.iter().find(|row| row.2 >= 0).map(|row| row.1) else {
            self.unmatched_refunds += rows.len() as u64;
            return Ok(());
        };
        let start = Date::from_days(first)?.start_of(self.options.period);
        let cohort = match self.cohorts.entry(start) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(empty(start, self.options)?),
        };
        cohort.customers += 1;
        let mut bought_in = None;
        for &(_, day, minor) in rows {
            // On the first day the refunds come first in the order of amounts, but they are of that day.
            if day < first {
                self.unmatched_refunds += 1;
                continue;
            }
            let period = periods_between(start, Date::from_days(day)?, self.options.period)?;
            let Some(cell) = cohort.cells.get_mut(period) else { continue };
            cell.minor = cell.minor.checked_add(minor).ok_or_else(|| Error::out_of_range("the sum of a cohort"))?;
            if minor >= 0 {
                cell.orders = cell.orders.saturating_add(1);
                if bought_in != Some(period) {
                    cell.customers += 1;
                    bought_in = Some(period);
                }
            }
        }
        Ok(())
    }
}

/// A cohort with a cell for every period that has begun.
fn empty(start: Date, options: &CohortOptions) -> Result<Cohort> {
    let periods = periods_between(start, options.as_of, options.period)?;
    let cells = (0..=periods).map(|period| {
        let complete = period < periods || options.as_of.end_of(options.period) == options.as_of;
        CohortCell { complete, ..CohortCell::default() }
    });
    Ok(Cohort { start, customers: 0, cells: cells.collect() })
}

/// How many periods lie between the period that begins on `start` and that of a later day.
fn periods_between(start: Date, day: Date, period: CalendarUnit) -> Result<usize> {
    let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
    let days = day.start_of(period).days() - start.days();
    let between = match period {
        CalendarUnit::Day => days,
        CalendarUnit::Week => days / 7,
        CalendarUnit::Month => months(day) - months(start),
        CalendarUnit::Quarter => (months(day.start_of(period)) - months(start)) / 3,
        CalendarUnit::Year => i32::from(day.year()) - i32::from(start.year()),
    };
    usize::try_from(between).map_err(|_| Error::out_of_range("periods"))
}

//! Simple yardsticks: what most buy, and what is bought again.

use serde::{Deserialize, Serialize};

use super::basket::Baskets;
use crate::base::{Error, Result};
use crate::score::{Interval, wilson};

/// How popular an item is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Popularity {
    /// The item's index.
    pub item: u32,
    /// How many customers bought it.
    pub customers: u64,
    /// How many order lines it has.
    pub lines: u64,
    /// The share of all customers who bought it.
    pub share: f64,
}

/// The items by how many customers bought them, the most popular first; equals in the order of their indices. What any
/// other recommendation has to beat.
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length; [`Error::InsufficientData`] without rows.
pub fn popularity(customer: &[u32], item: &[u32]) -> Result<Vec<Popularity>> {
    let baskets = Baskets::new(customer, item)?;
    if baskets.things.is_empty() {
        return Err(Error::insufficient("popularity", "nobody bought anything"));
    }
    let mut lines = vec![0.0; baskets.things.len()];
    for &(item, count) in baskets.iter().flatten() {
        lines[item as usize] += count;
    }
    let all = baskets.len() as f64;
    let entry = |((&item, customers), lines): ((&u32, u64), f64)| Popularity {
        item,
        customers,
        lines: lines as u64,
        share: customers as f64 / all,
    };
    let mut items: Vec<Popularity> = baskets.things.iter().zip(baskets.owners()).zip(lines).map(entry).collect();
    items.sort_by(|a, b| b.customers.cmp(&a.customers).then(a.item.cmp(&b.item)));
    Ok(items)
}

/// How often an item is bought again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoughtAgain {
    /// The item's index.
    pub item: u32,
    /// How many customers bought it.
    pub customers: u64,
    /// How many of them bought it on another day again.
    pub again: u64,
    /// The share of those, with Wilson's interval at 95 %.
    pub share: Interval,
    /// The mean number of days from one purchase to the next; none when nobody bought it again.
    pub gap_days: Option<f64>,
}

/// The items by how surely they are bought again: by the lower end of the share's interval, so that two of two do not beat
/// ninety of a hundred. Purchases of one day count once.
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length; [`Error::InsufficientData`] without rows.
pub fn bought_again(customer: &[u32], item: &[u32], day: &[i32]) -> Result<Vec<BoughtAgain>> {
    if customer.len() != item.len() || customer.len() != day.len() {
        return Err(Error::invalid("columns", "differ in length"));
    }
    let mut rows: Vec<(u32, u32, i32)> =
        item.iter().zip(customer).zip(day).map(|((&item, &customer), &day)| (item, customer, day)).collect();
    if rows.is_empty() {
        return Err(Error::insufficient("bought_again", "nobody bought anything"));
    }
    rows.sort_unstable();
    rows.dedup();
    let mut items = Vec::new();
    for of_item in rows.chunk_by(|a, b| a.0 == b.0) {
        let (mut customers, mut again, mut gaps, mut days) = (0, 0, 0_u64, 0_u64);
        for own in of_item.chunk_by(|a, b| a.1 == b.1) {
            customers += 1;
            again += u64::from(own.len() > 1);
            gaps += own.len() as u64 - 1;
            days += u64::from(own[own.len() - 1].2.abs_diff(own[0].2));
        }
        let gap_days = (gaps > 0).then(|| days as f64 / gaps as f64);
        let share = wilson(again, customers, 0.95)?;
        items.push(BoughtAgain { item: of_item[0].0, customers, again, share, gap_days });
    }
    items.sort_by(|a, b| b.share.low.total_cmp(&a.share.low).then(a.item.cmp(&b.item)));
    Ok(items)
}

//! Who moved from one segment to another between two days.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{RfmRow, RfmTable};
use crate::base::{Date, Error, Name, Result};

/// Customers who went from one segment to another, or stayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmFlow {
    /// The segment on the earlier day; none for customers who had not bought yet, or were in no segment.
    pub from: Option<Name>,
    /// The segment on the later day; none for customers whose purchases were all given back, or who are in no segment.
    pub to: Option<Name>,
    /// How many customers.
    pub customers: u64,
    /// How many of them had not bought yet on the earlier day.
    pub new: u64,
}

/// How customers moved between segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmMigration {
    /// The earlier day.
    pub from: Date,
    /// The later day.
    pub to: Date,
    /// The flows, in the order of their names; every customer of either day is in one of them.
    pub flows: Vec<RfmFlow>,
}

impl RfmMigration {
    /// How many customers went from one segment to another.
    pub fn between(&self, from: &str, to: &str) -> u64 {
        let is = |name: &Option<Name>, wanted: &str| name.as_ref().is_some_and(|name| name.as_str() == wanted);
        self.flows.iter().filter(|flow| is(&flow.from, from) && is(&flow.to, to)).map(|flow| flow.customers).sum()
    }
}

/// Counts who moved from which segment to which between two days. Customers are matched by their index; segments of the
/// same name are one.
///
/// To see customers move rather than the crowd, score the later day with the cut points of the earlier one
/// ([`RfmRule::Given`](super::RfmRule::Given)).
///
/// # Errors
/// [`Error::Invalid`] when the second table is of an earlier day than the first.
pub fn rfm_migration(earlier: &RfmTable, later: &RfmTable) -> Result<RfmMigration> {
    if later.as_of < earlier.as_of {
        return Err(Error::invalid("later", "is of an earlier day"));
    }
    let by_customer = |table: &RfmTable| -> BTreeMap<u32, Option<Name>> {
        table.rows.iter().map(|row: &RfmRow| (row.customer, table.segment_of(row).cloned())).collect()
    };
    let (mut before, after) = (by_customer(earlier), by_customer(later));
    let mut flows: BTreeMap<(Option<Name>, Option<Name>), (u64, u64)> = BTreeMap::new();
    for (customer, to) in after {
        let (from, new) = match before.remove(&customer) {
            Some(from) => (from, 0),
            None => (None, 1),
        };
        let flow = flows.entry((from, to)).or_default();
        flow.0 += 1;
        flow.1 += new;
    }
    for from in before.into_values() {
        flows.entry((from, None)).or_default().0 += 1;
    }
    let flow = |((from, to), (customers, new))| RfmFlow { from, to, customers, new };
    Ok(RfmMigration { from: earlier.as_of, to: later.as_of, flows: flows.into_iter().map(flow).collect() })
}

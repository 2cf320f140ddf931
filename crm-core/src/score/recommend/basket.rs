//! Who has what, in a form that is quick to walk through.

use crate::base::{Error, Result};

/// The different things of each of many owners (customers or baskets), with how often they occur.
pub(super) struct Baskets {
    /// The indices of the things, rising; elsewhere here a thing is its place in this list.
    pub(super) things: Vec<u32>,
    /// Where each owner's things begin; one more at the end.
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl Baskets {
    /// From one row for each order line.
    pub(super) fn new(owner: &[u32], thing: &[u32]) -> Result<Self> {
        if owner.len() != thing.len() {
            return Err(Error::invalid("columns", "differ in length"));
        }
        if owner.len() > u32::MAX as usize {
            return Err(Error::out_of_range("rows"));
        }
        let mut things = thing.to_vec();
        things.sort_unstable();
        things.dedup();
        let place = |thing: u32| things.partition_point(|&other| other < thing) as u32;
        let mut rows: Vec<(u32, u32)> = owner.iter().zip(thing).map(|(&owner, &thing)| (owner, place(thing))).collect();
        rows.sort_unstable();
        let (mut starts, mut entries) = (Vec::new(), Vec::new());
        for own in rows.chunk_by(|a, b| a.0 == b.0) {
            starts.push(entries.len());
            entries.extend(own.chunk_by(|a, b| a.1 == b.1).map(|same| (same[0].1, same.len() as f64)));
        }
        starts.push(entries.len());
        Ok(Self { things, starts, entries })
    }

    /// How many owners there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The things of each owner, by rising place, with how often they occur.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[(u32, f64)]> {
        self.starts.windows(2).map(|pair| &self.entries[pair[0]..pair[1]])
    }

    /// How many owners have each thing.
    pub(super) fn owners(&self) -> Vec<u64> {
        let mut owners = vec![0; self.things.len()];
        for &(thing, _) in &self.entries {
            owners[thing as usize] += 1;
        }
        owners
    }
}

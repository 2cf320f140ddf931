//! What a decision may know besides its state: the time, and fresh ids.

use super::{Id, Timestamp};

/// Gives the time. Only the facade asks it; rooms are told.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Gives ids that were never given before. Ids of later instants should sort after those of earlier ones.
pub trait IdSource: Send + Sync + std::fmt::Debug {
    /// A fresh id for something that begins at an instant.
    fn next(&self, at: Timestamp) -> Id;
}

/// The surroundings of one decision: an instant, and a source of ids.
///
/// A decision that sees the same state, command, instant and ids gives the same change set.
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// When the decision is taken.
    pub now: Timestamp,
    ids: &'a dyn IdSource,
}

impl<'a> Env<'a> {
    /// Surroundings with a time and a source of ids.
    pub const fn new(now: Timestamp, ids: &'a dyn IdSource) -> Self {
        Self { now, ids }
    }

    /// A fresh id.
    pub fn id(&self) -> Id {
        self.ids.next(self.now)
    }
}

/// Ids counted up from a seed: for tests, simulations and replays that must give the same ids every time.
#[derive(Debug)]
pub struct CountedIds(std::sync::atomic::AtomicU64);

impl CountedIds {
    /// Ids that follow a seed.
    pub const fn from(seed: u64) -> Self {
        Self(std::sync::atomic::AtomicU64::new(seed))
    }
}

impl IdSource for CountedIds {
    fn next(&self, at: Timestamp) -> Id {
        let count = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut random = [0; 10];
        random[2..].copy_from_slice(&count.to_be_bytes());
        Id::from_parts(at, random)
    }
}

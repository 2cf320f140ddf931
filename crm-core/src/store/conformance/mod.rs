//! Certifies a store: a suite of checks that any implementation of [`Store`] can be put through.
//!
//! The suite reads nothing but the trait. It never panics, and neither does a store that panics end it; what it finds is
//! a [`Report`], plain data that every binding can hand on. Checks that need something a store does not offer are
//! skipped, with the reason.
//!
//! ```
//! use std::sync::Arc;
//!
//! use crm_core::store::conformance::{self, Options};
//! use crm_core::store::{Memory, Store, StoreError};
//!
//! let open = |_: u64| Ok::<Arc<dyn Store>, StoreError>(Arc::new(Memory::new()));
//! let report = conformance::run(&open, &Options { only: Some("keys.".into()), ..Options::default() });
//! assert!(report.passed(), "{report}");
//! ```

mod commits;
mod declarations;
mod differential;
mod durability;
mod erasure;
mod facts;
mod feed;
mod form;
mod keys;
mod manners;
mod ordering;
mod pages;
mod preconditions;
mod probe;
mod random;
mod recorded;
mod records;
mod sample;
mod threads;
mod upkeep;
mod values;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use probe::{List, Probe, Stop};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

/// What the suite needs from those who made a store. A closure that opens a place is one.
pub trait Harness: Sync {
    /// Opens the store at a place: an empty one the first time, and then what is kept there. Places are numbers that
    /// mean nothing; a file store makes a file's name of them. A store that keeps nothing gives an empty one each time.
    ///
    /// The suite has dropped a store before it opens its place again, as if its process had ended without closing it.
    fn open(&self, place: u64) -> Result<Arc<dyn Store>, StoreError>;

    /// Has a store write a snapshot to a place that is new, and opens the snapshot.
    fn snapshot(&self, store: &dyn Store, place: u64) -> Result<Arc<dyn Store>, StoreError> {
        let _ = (store, place);
        Err(StoreError::Unsupported { store: sample::name("harness"), operation: sample::name("snapshot") })
    }

    /// Opens something that a newer version of the store wrote; nothing when there is no such thing.
    fn too_new(&self) -> Option<Result<Arc<dyn Store>, StoreError>> {
        None
    }
}

impl<F: Fn(u64) -> Result<Arc<dyn Store>, StoreError> + Sync> Harness for F {
    fn open(&self, place: u64) -> Result<Arc<dyn Store>, StoreError> {
        self(place)
    }
}

/// How much to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Where the random sequences start. The same seed gives the same sequences.
    pub seed: u64,
    /// How many random sequences are compared with [`Memory`](super::Memory).
    pub cases: u32,
    /// How many steps each of them has.
    pub steps: u32,
    /// How many threads write at once.
    pub threads: u32,
    /// How often each of them writes.
    pub rounds: u32,
    /// Only the checks whose names begin so.
    pub only: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, cases: 100, steps: 40, threads: 4, rounds: 25, only: None }
    }
}

/// What the suite found, check by check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The store's own name.
    pub store: String,
    /// Every check, in the order in which they ran.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// A stable name: the part of the contract, a point, and the promise (`keys.taken-key-is-a-conflict`).
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The store keeps the promise.
    Passed,
    /// It does not, and this is how it was seen.
    Failed(String),
    /// The store does not offer what the check is about.
    Skipped(String),
}

impl Report {
    /// Whether no check failed.
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| matches!(check.outcome, Outcome::Failed(_)))
    }

    /// The checks that were skipped.
    pub fn skipped(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| matches!(check.outcome, Outcome::Skipped(_)))
    }
}

impl fmt::Display for Report {
    /// What failed and what was skipped, one a line, and the counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            match &check.outcome {
                Outcome::Passed => {}
                Outcome::Failed(reason) => writeln!(f, "FAILED  {}: {reason}", check.name)?,
                Outcome::Skipped(reason) => writeln!(f, "skipped {}: {reason}", check.name)?,
            }
        }
        let (failed, skipped) = (self.failures().count(), self.skipped().count());
        let passed = self.checks.len() - failed - skipped;
        write!(f, "{}: {passed} passed, {failed} failed, {skipped} skipped", self.store)
    }
}

/// Puts a store through every check.
pub fn run(harness: &dyn Harness, options: &Options) -> Report {
    let mut list = List::default();
    for add in [
        commits::checks,
        preconditions::checks,
        declarations::checks,
        form::checks,
        values::checks,
        records::checks,
        keys::checks,
        facts::checks,
        ordering::checks,
        recorded::checks,
        pages::checks,
        feed::checks,
        erasure::checks,
        upkeep::checks,
        manners::checks,
        durability::checks,
        threads::checks,
        differential::checks,
    ] {
        add(&mut list);
    }
    let probe = match guarded(|| Probe::new(harness, options)) {
        Ok(probe) => probe,
        Err(stop) => {
            let check = Check { name: "harness.gives-an-empty-store".into(), outcome: stop.into() };
            return Report { store: "unknown".into(), checks: vec![check] };
        }
    };
    let wanted = |name: &str| options.only.as_deref().is_none_or(|prefix| name.starts_with(prefix));
    let checks = list.0.into_iter().filter(|(name, _)| wanted(name)).map(|(name, check)| {
        let outcome = guarded(|| check(&probe)).map_or_else(Outcome::from, |()| Outcome::Passed);
        Check { name, outcome }
    });
    Report { store: probe.info.name.to_string(), checks: checks.collect() }
}

/// A store that panics has failed the check, and no more than that.
fn guarded<T>(check: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| Err(Stop::Failed("the store panicked".into())))
}

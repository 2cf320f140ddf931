//! Pages of a listing, and where the next one starts.

use serde::{Deserialize, Serialize};

/// A position in a listing: opaque, and good for the same question only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One page of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items, in the order of the question.
    pub items: Vec<T>,
    /// Where the next page starts; `None` when this one is the last.
    pub next: Option<Cursor>,
    /// Whether the question's tests were applied. If not, the caller applies them.
    pub filtered: bool,
}

impl<T> Page<T> {
    /// A page whose items all match.
    pub const fn new(items: Vec<T>, next: Option<Cursor>) -> Self {
        Self { items, next, filtered: true }
    }
}

/// In which order facts are given. Facts of the same instant follow in the order of their commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Order {
    /// Subject by subject, in an order of the store's own that never changes; each subject's oldest fact first.
    Oldest,
    /// Subject by subject, in the opposite order; each subject's newest fact first.
    Newest,
    /// In the order in which they were committed.
    Recorded,
}

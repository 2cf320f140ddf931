//! Pages of a listing, and where the next one starts.

use serde::{Deserialize, Serialize};

/// A position in a listing: opaque, and good for the same question only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One page of a listing: as many items as were asked for, unless it is the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items, in the order of the question.
    pub items: Vec<T>,
    /// Where the next page starts; `None` when there was nothing behind this one.
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

/// In which order facts are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Order {
    /// Subject by subject, in an order of the store's own that never changes; each subject's oldest fact first, and
    /// facts of the same instant in the order in which they were committed.
    Oldest,
    /// [`Oldest`](Self::Oldest) backwards, fact by fact: each subject's newest fact first, and of the same instant the
    /// one that was committed last.
    Newest,
    /// In the order in which they were committed, and within a commit in the order of the change set.
    Recorded,
}

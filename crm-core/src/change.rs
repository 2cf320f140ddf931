//! Change sets: the only thing that is ever written.

use serde::{Deserialize, Serialize};

use crate::base::{Declaration, Id, Kind, Stream, Target, Text, Timestamp};
use crate::fact::Fact;
use crate::record::{Key, Record};

/// Something a commit must find true, or write nothing.
///
/// A record that is put or deleted needs none: its own version is its precondition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Precondition {
    /// A record is in this version; 0 means that it does not exist.
    Version {
        /// The kind of the record.
        kind: Kind,
        /// The record.
        id: Id,
        /// The version.
        version: u64,
    },
    /// No record of the kind has this unique key.
    Absent {
        /// The kind of the records.
        kind: Kind,
        /// The key.
        key: Key,
    },
    /// No fact of the stream about the subject was appended after a commit: what was read then is still all there is.
    /// Facts that have been erased do not count, nor do those that were there already when they were appended.
    Unchanged {
        /// The stream that was read.
        stream: Stream,
        /// Whose facts were read.
        subject: Id,
        /// The number of the last commit before they were read, as [`StoreInfo::seq`](crate::store::StoreInfo) gives it.
        since: u64,
    },
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Declare fields of a kind or stream. Known fields stay as they are.
    Declare(Declaration),
    /// Write a record whose present version is one less than the record's (0: it does not exist).
    Put(Record),
    /// Remove a record that is in this version.
    Delete {
        /// The kind of the record.
        kind: Kind,
        /// The record.
        id: Id,
        /// Its present version.
        version: u64,
    },
    /// Append a fact. One that is there already with the same content is counted, not written.
    Append(Fact),
    /// Remove every record and fact about a subject, and refuse new ones for ever.
    Erase {
        /// The subject.
        subject: Id,
    },
}

/// What one decision writes, all or nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// When it was decided. The facts in it are `recorded` then.
    pub at: Timestamp,
    /// A name that makes the commit idempotent: a second commit under it writes nothing and gives the first receipt.
    /// It is kept for ever, erasures included, so it must not hold personal data.
    pub key: Option<Text>,
    /// What must be true.
    pub require: Vec<Precondition>,
    /// What is written, in this order.
    pub changes: Vec<Change>,
}

impl ChangeSet {
    /// An empty change set.
    pub const fn new(at: Timestamp) -> Self {
        Self { at, key: None, require: Vec::new(), changes: Vec::new() }
    }

    /// Names the change set, so that a retry writes nothing twice.
    #[must_use]
    pub fn keyed(mut self, key: impl Into<Text>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds a precondition.
    pub fn require(&mut self, condition: Precondition) -> &mut Self {
        self.require.push(condition);
        self
    }

    /// Adds a record to write. Its version is the one it will have.
    pub fn put(&mut self, record: Record) -> &mut Self {
        self.changes.push(Change::Put(record));
        self
    }

    /// Adds the removal of a record, as it was read.
    pub fn delete(&mut self, record: &Record) -> &mut Self {
        self.changes.push(Change::Delete { kind: record.kind.clone(), id: record.id, version: record.version });
        self
    }

    /// Adds a fact, stamped with the time of the decision.
    pub fn append(&mut self, mut fact: Fact) -> &mut Self {
        fact.recorded = self.at;
        self.changes.push(Change::Append(fact));
        self
    }

    /// Adds all that another decision of the same moment writes.
    pub fn extend(&mut self, other: Self) -> &mut Self {
        self.require.extend(other.require);
        self.changes.extend(other.changes);
        self
    }

    /// Whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What a store answers to a commit that it has made durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The number of the commit: one more than the last one's.
    pub seq: u64,
    /// Whether it had been committed before under the same key, and nothing was written now.
    pub replayed: bool,
    /// How many facts were appended.
    pub appended: u64,
    /// How many times a record was put.
    pub written: u64,
    /// The facts that were there already with the same content, in the order of the change set. Empty in the receipt of
    /// a replay: stores do not keep the list.
    pub duplicates: Vec<Id>,
}

/// One commit, as the change feed tells it: what was touched, not what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The number of the commit.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// What it touched, each thing once and as the commit left it (put or deleted, not both), in no particular order.
    /// What has been erased since is no longer named, except by the erasure.
    pub touched: Vec<Touched>,
}

/// One thing that a commit touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Touched {
    /// A kind or stream was declared, or declared further.
    Declared(Target),
    /// A record was written.
    Put {
        /// Its kind.
        kind: Kind,
        /// The record.
        id: Id,
    },
    /// A record was removed.
    Deleted {
        /// Its kind.
        kind: Kind,
        /// The record.
        id: Id,
    },
    /// A fact was appended.
    Appended {
        /// Its stream.
        stream: Stream,
        /// The fact.
        id: Id,
    },
    /// A subject was erased.
    Erased {
        /// The subject.
        subject: Id,
    },
}

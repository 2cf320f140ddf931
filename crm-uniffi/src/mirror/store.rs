//! What a store is asked and answers.

use crm_core::base::*;
use crm_core::change::*;
use crm_core::fact::{Fact, SourceRef};
use crm_core::record::{Key, Record};
use crm_core::store::*;
use std::path::PathBuf;

/// A name under which a record is found: a customer number, an e-mail address, an owner.
///
/// A unique key belongs to at most one record of its kind; the store enforces it. Other keys are look-ups, which any
/// number of records may share. The value is personal data as often as not; `Debug` does not show it.
#[uniffi::remote(Record)]
pub struct Key {
    /// The name space (`email`, `shop.customer_no`).
    pub name: Name,
    /// The value, already normalised.
    pub value: Text,
    /// Whether at most one record of the kind may have it.
    pub unique: bool,
}

/// State that changes: a customer, a segment's definition, a campaign. Versioned, and found by id, key or scan.
#[uniffi::remote(Record)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Which one it is; unique within its kind.
    pub id: Id,
    /// 1 when first written, and one more at each change.
    pub version: u64,
    /// The person or organisation it is about, if any. Erasing that subject erases the record.
    #[uniffi(default)]
    pub subject: Option<Id>,
    /// The names under which it is found, in order.
    pub keys: Vec<Key>,
    /// What it holds.
    pub fields: Fields,
}

/// Something that happened, about one subject. Never edited: only compensated by another fact, or erased with its
/// subject.
#[uniffi::remote(Record)]
pub struct Fact {
    /// The sort of fact.
    pub stream: Stream,
    /// Which one it is; unique within its stream. With a source it is `SourceRef::fact_id`.
    pub id: Id,
    /// Whom it is about.
    pub subject: Id,
    /// When it happened.
    pub at: Timestamp,
    /// When we learned of it.
    pub recorded: Timestamp,
    /// What happened, in one word of the stream's vocabulary (`order`, `granted`, `earned`).
    pub name: Name,
    /// The money it is about, if any.
    #[uniffi(default)]
    pub amount: Option<Money>,
    /// The points, or another whole quantity, it is about, if any.
    #[uniffi(default)]
    pub points: Option<i64>,
    /// Where it came from, if it came from outside.
    #[uniffi(default)]
    pub source: Option<SourceRef>,
    /// Everything else.
    pub fields: Fields,
}

/// Something a commit must find true, or write nothing.
///
/// A record that is put or deleted needs none: its own version is its precondition.
#[uniffi::remote(Enum)]
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
        /// The number of the last commit before they were read, as `StoreInfo::seq` gives it.
        since: u64,
    },
}

/// One change.
#[uniffi::remote(Enum)]
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
#[uniffi::remote(Record)]
pub struct ChangeSet {
    /// When it was decided. The facts in it are `recorded` then.
    pub at: Timestamp,
    /// A name that makes the commit idempotent: a second commit under it writes nothing and gives the first receipt.
    /// It is kept for ever, erasures included, so it must not hold personal data.
    #[uniffi(default)]
    pub key: Option<Text>,
    /// What must be true.
    pub require: Vec<Precondition>,
    /// What is written, in this order.
    pub changes: Vec<Change>,
}

/// What a store answers to a commit that it has made durable.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
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
#[uniffi::remote(Enum)]
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

/// What a store is and can do.
#[uniffi::remote(Record)]
pub struct StoreInfo {
    /// The store's name (`memory`, `sqlite`).
    pub name: Name,
    /// The version of its schema.
    pub schema: u32,
    /// Every field that has been declared.
    pub registry: Registry,
    /// The number of the last commit; 0 before the first.
    pub seq: u64,
    /// Whether what was acknowledged outlives the process.
    pub durable: bool,
    /// Whether `Scan::tests` are answered exactly by the store.
    pub filters: bool,
    /// Whether `Lifecycle::SnapshotTo` is supported.
    pub snapshots: bool,
}

/// A question for records of one kind.
#[uniffi::remote(Record)]
pub struct Scan {
    /// The kind.
    pub kind: Kind,
    /// Only those about these, in whatever order they are named; `None` for those about anybody and nobody.
    #[uniffi(default)]
    pub subjects: Option<Vec<Id>>,
    /// Only those that have this key. Its `unique` is ignored: a record may hold it either way.
    #[uniffi(default)]
    pub key: Option<Key>,
    /// Only those that pass every test. Optional for a store: see `Page::filtered`.
    pub tests: Vec<Test>,
    /// How many at most.
    pub limit: usize,
    /// Where to go on.
    #[uniffi(default)]
    pub cursor: Option<Cursor>,
}

/// One test of a field against a value. A missing field passes none, nor does a value of another type or currency.
#[uniffi::remote(Record)]
pub struct Test {
    /// The field.
    pub field: Name,
    /// The comparison.
    pub op: TestOp,
    /// The value it is compared with.
    pub value: Value,
}

/// A comparison.
#[uniffi::remote(Enum)]
pub enum TestOp {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// How much of each fact is wanted.
#[uniffi::remote(Enum)]
pub enum WithFields {
    /// Everything.
    All,
    /// Stream, subject, instant, name, amount and points. The id is nil, `recorded` equals `at`, and there are no
    /// fields and no source. A store answers this from an index, many times faster.
    Measures,
}

/// A question for facts of one stream.
#[uniffi::remote(Record)]
pub struct FactQuery {
    /// The stream.
    pub stream: Stream,
    /// Only facts about these, in whatever order they are named; `None` for facts about anybody.
    #[uniffi(default)]
    pub subjects: Option<Vec<Id>>,
    /// Only facts with these names; empty for all.
    pub names: Vec<Name>,
    /// Only facts that happened in this window.
    pub window: Window,
    /// Only facts that were known at this instant: recorded at it or before.
    #[uniffi(default)]
    pub known: Option<Timestamp>,
    /// Only these facts.
    #[uniffi(default)]
    pub ids: Option<Vec<Id>>,
    /// The order.
    pub order: Order,
    /// How much of each.
    pub fields: WithFields,
    /// How many at most.
    pub limit: usize,
    /// Where to go on.
    #[uniffi(default)]
    pub cursor: Option<Cursor>,
}

/// How hard to look for damage.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Verify {
    /// The structure only.
    Quick,
    /// Every digest of every record and fact.
    Full,
    /// Traces of what was erased: these texts must not occur in any byte that the store keeps.
    /// A store that cannot look at its own bytes answers `StoreError::Unsupported`.
    Residue(Vec<Text>),
}

/// What `Store::verify` found.
#[uniffi::remote(Record)]
pub struct VerifyReport {
    /// How many records and facts were looked at.
    pub checked: u64,
    /// What is wrong, each with the kind or stream and the id or place. Empty when all is well.
    #[uniffi(default)]
    pub problems: Vec<Reason>,
}

/// A step in the life of a store. A step that has been taken already is taken again without harm.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Lifecycle {
    /// Finish, write back, and let go of every file and lock: the host is about to be suspended. Every other call than
    /// `Resume` and `Close` answers `StoreError::Closed` from now
    /// on.
    Suspend,
    /// Go on after `Suspend`.
    Resume,
    /// Write a consistent copy to a path that does not exist yet.
    SnapshotTo(PathBuf),
    /// Remove every trace of what was deleted or erased from what the store keeps.
    Scrub,
    /// Close for good. Every other call answers `StoreError::Closed` from now on.
    Close,
}

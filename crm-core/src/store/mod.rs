//! Keeping: the one trait behind which everything is stored, and what is asked of it.
//!
//! A store knows [records](crate::record::Record) and [facts](crate::fact::Fact) and nothing else. It takes
//! [change sets](crate::change::ChangeSet), all or nothing, and answers questions about what was committed. Every
//! call is a batch; none needs a runtime; a store may be shared by threads.
//!
//! [`Memory`] keeps everything in the process. The SQLite store is a crate of its own, `crm-sqlite`. A host may write
//! its own store and have it certified by the `conformance` suite.

mod query;

pub use query::{FactQuery, Lifecycle, MAX_PAGE, Scan, StoreInfo, Test, TestOp, Verify, VerifyReport, WithFields};

pub use crate::base::{Clash, Cursor, Order, Page, StoreError};
use crate::base::{Id, Kind};
use crate::change::{ChangeSet, Committed, Receipt};
use crate::fact::Fact;
use crate::record::{Key, Record};

/// A place where records and facts are kept.
///
/// # Contract
/// - A call sees all commits that were acknowledged before it began, and no part of one that was not.
/// - [`commit`](Store::commit) is atomic and, once acknowledged, as durable as the store says it is. It checks, in the
///   order of the change set: the idempotency key, the preconditions, then each change: that a subject was not erased,
///   versions, unique keys, and that a fact with the same id has the same content. The first promise found broken is
///   the error, [`StoreError::Conflict`], and nothing is written.
/// - Changes apply in order: a record may be put and put again in one change set; a key may pass from one record to
///   another.
/// - Pages follow keyset cursors: what is committed meanwhile may or may not appear behind the cursor, but nothing that
///   was there before is skipped or given twice.
/// - No method panics, and none calls back into the host while it holds a lock.
/// - Errors hold no stored value.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Name, version, declared fields and what the store can do.
    fn info(&self) -> Result<StoreInfo, StoreError>;

    /// Records by id, in the order asked; `None` for those that do not exist.
    fn load(&self, kind: &Kind, ids: &[Id]) -> Result<Vec<Option<Record>>, StoreError>;

    /// The records that have unique keys, in the order asked.
    fn find(&self, kind: &Kind, keys: &[Key]) -> Result<Vec<Option<Id>>, StoreError>;

    /// A page of the records of a kind, in the order of their ids.
    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError>;

    /// A page of facts.
    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError>;

    /// Writes a change set.
    fn commit(&self, changes: &ChangeSet) -> Result<Receipt, StoreError>;

    /// The commits after a number, oldest first, at most `limit`: what has changed since somebody looked.
    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError>;

    /// Looks for damage.
    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError>;

    /// Suspends, resumes, snapshots or closes the store.
    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError>;
}

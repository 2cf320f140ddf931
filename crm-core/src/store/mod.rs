//! Keeping: the one trait behind which everything is stored, and what is asked of it.
//!
//! A store knows [records](crate::record::Record) and [facts](crate::fact::Fact) and nothing else. It takes
//! [change sets](crate::change::ChangeSet), all or nothing, and answers questions about what was committed. Every
//! call is a batch; none needs a runtime; a store may be shared by threads.
//!
//! [`Memory`] keeps everything in the process. The SQLite store is a crate of its own, `crm-sqlite`. A host may write
//! its own store and have it certified by the `conformance` suite.

mod check;
#[cfg(feature = "conformance")]
pub mod conformance;
mod memory;
mod query;

pub use check::{MAX_FIELDS, MAX_KEY, MAX_KEYS, MAX_LIST, MAX_PAGE, MAX_TEXT, check, page_limit};
pub use memory::Memory;
pub use query::{FactQuery, Lifecycle, Scan, StoreInfo, Test, TestOp, Verify, VerifyReport, WithFields};

pub use crate::base::{Clash, Cursor, Order, Page, StoreError};
use crate::base::{Id, Kind};
use crate::change::{ChangeSet, Committed, Receipt};
use crate::fact::Fact;
use crate::record::{Key, Record};

/// A place where records and facts are kept.
///
/// # Contract
///
/// **Commits.** A call sees all commits that were acknowledged before it began, and no part of one that was not.
/// [`commit`](Store::commit) is atomic and, once acknowledged, as durable as the store says it is. It looks at these
/// things, one after the other; the first that is wrong is the error, and nothing is written:
/// 1. the key of the change set: when it has been committed before, the answer is that commit's receipt, whatever else
///    the change set says now;
/// 2. the form of the whole change set ([`check`]): [`StoreError::Malformed`];
/// 3. the preconditions: [`StoreError::Conflict`];
/// 4. each change, in order: that neither a record's id nor its subject, nor a fact's subject, was erased; then
///    versions; then unique keys, in the order of the record; or that a fact with the same id in the stream has the
///    same content but for `recorded` (by [digest](crate::fact::Fact::digest)): [`StoreError::Conflict`].
///
/// Changes apply in order: a record may be put and put again in one change set; a key may pass from one record to
/// another; what is erased may be written before and not after. Every commit takes the next number, one that changes
/// nothing too; a refused one takes none. A deleted record leaves no version behind: written again it begins with 1.
///
/// **Declarations.** A kind or stream is declared before it is written, be it in the same change set. Fields that are
/// not declared are kept all the same. A declared field holds values of its type, or sealed ones. What was written
/// before a declaration stays as it is and is read back as it was written.
///
/// **Form.** Texts and sealed values have at most [`MAX_TEXT`] bytes, lists at most [`MAX_LIST`] texts and [`MAX_TEXT`]
/// bytes together; a record or a fact has at most [`MAX_FIELDS`] fields, as has a kind or stream, and a record at most [`MAX_KEYS`] keys,
/// no name and value twice. Keys, source ids and change-set keys have 1 to [`MAX_KEY`] bytes. No text holds U+0000,
/// which some databases cannot keep. Floats are finite. Versions begin with 1. A fact is `recorded` at the instant of
/// its change set, happens before [`Timestamp::MAX`](crate::base::Timestamp::MAX), and has the id that its source gives
/// it, if it has a source. Texts and keys are compared byte by byte: stores neither fold case nor normalise.
///
/// **Questions.** What nobody has declared is answered as if it were empty. A list that is asked for may be empty or
/// name things twice. In a [`Key`] that is asked for, `unique` is ignored: [`find`](Store::find) and
/// [`Precondition::Absent`](crate::change::Precondition::Absent) look at keys that records hold as unique, a
/// [`Scan`] at all of them. A page limit of 0 and a cursor that no page of this store has given are
/// [`StoreError::Malformed`]; limits above [`MAX_PAGE`] count as it.
///
/// **Pages** follow keyset cursors: what is committed meanwhile may or may not appear behind the cursor, but nothing that
/// was there before and stays is skipped or given twice.
///
/// **Erasure** removes every record whose id or subject is the erased one, the keys of those records, and every fact
/// about it. The feed names none of these any more, nor any record that was about the subject when it was written or
/// deleted. The ids of erased facts are free again. Erasing twice does no harm.
///
/// **Manners.** No method panics, and none calls back into the host while it holds a lock. Errors hold no stored value.
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

    /// The commits after a number, oldest first and without a gap, at most `limit`: what has changed since somebody
    /// looked.
    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError>;

    /// Looks for damage.
    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError>;

    /// Suspends, resumes, snapshots or closes the store.
    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError>;
}

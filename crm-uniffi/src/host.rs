//! A store that the host writes, and its certificate.

use std::fmt;
use std::sync::Arc;

use crm_core::base::{Cursor, Id, Kind, Page, Registry};
use crm_core::change::{ChangeSet, Committed, Receipt};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};
use crm_core::store::conformance::{self, Outcome};
use crm_core::store::{FactQuery, Lifecycle, Scan, Store, StoreError, StoreInfo, Verify, VerifyReport, check};

use crate::{CrmError, guard};

/// A page of records.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RecordPage {
    /// The records, in the order of their ids.
    pub items: Vec<Record>,
    /// Where the next page starts; nothing when there was nothing behind this one.
    #[uniffi(default)]
    pub next: Option<Cursor>,
    /// Whether the question's tests were applied. If not, the engine applies them.
    #[uniffi(default = false)]
    pub filtered: bool,
}

/// A page of facts.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct FactPage {
    /// The facts, in the order of the question.
    pub items: Vec<Fact>,
    /// Where the next page starts; nothing when there was nothing behind this one.
    #[uniffi(default)]
    pub next: Option<Cursor>,
}

/// A place where records and facts are kept, written by the host. The contract is that of `Store` in crm-core; `certify`
/// checks it.
///
/// The engine holds no lock while it calls a store, and calls from any thread. An error of the declared type comes back to
/// the caller as it was thrown; any other becomes `Backend`. A store must not hold on to the engine that uses it: neither
/// would ever be freed.
#[uniffi::export(rust, foreign)]
pub trait HostStore: Send + Sync {
    /// Name, version, declared fields and what the store can do.
    fn info(&self) -> Result<StoreInfo, CrmError>;
    /// Records by id, in the order asked; nothing for those that do not exist.
    fn load(&self, kind: Kind, ids: Vec<Id>) -> Result<Vec<Option<Record>>, CrmError>;
    /// The records that have unique keys, in the order asked.
    fn find(&self, kind: Kind, keys: Vec<Key>) -> Result<Vec<Option<Id>>, CrmError>;
    /// A page of the records of a kind, in the order of their ids.
    fn scan(&self, query: Scan) -> Result<RecordPage, CrmError>;
    /// A page of facts.
    fn facts(&self, query: FactQuery) -> Result<FactPage, CrmError>;
    /// Writes a change set, all or nothing.
    fn commit(&self, changes: ChangeSet) -> Result<Receipt, CrmError>;
    /// The commits after a number, oldest first and without a gap, at most `limit`.
    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, CrmError>;
    /// Looks for damage.
    fn verify(&self, scope: Verify) -> Result<VerifyReport, CrmError>;
    /// Suspends, resumes, snapshots or closes the store.
    fn lifecycle(&self, step: Lifecycle) -> Result<(), CrmError>;
}

impl From<uniffi::UnexpectedUniFFICallbackError> for CrmError {
    /// What a host throws that is no error of ours: its type, and nothing that it says. A message may name a person, and on
    /// the JVM the whole stack is there.
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        let of_name = |letter: &char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '$');
        let kind: String = error.reason.chars().take_while(of_name).take(128).collect();
        Self::Internal { reason: format!("the host's code failed with {kind}") }
    }
}

/// The host's store as the core calls it.
pub(crate) struct Hosted(pub Arc<dyn HostStore>);

impl fmt::Debug for Hosted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hosted")
    }
}

impl Store for Hosted {
    fn info(&self) -> Result<StoreInfo, StoreError> {
        Ok(self.0.info()?)
    }

    fn load(&self, kind: &Kind, ids: &[Id]) -> Result<Vec<Option<Record>>, StoreError> {
        Ok(self.0.load(kind.clone(), ids.to_vec())?)
    }

    fn find(&self, kind: &Kind, keys: &[Key]) -> Result<Vec<Option<Id>>, StoreError> {
        Ok(self.0.find(kind.clone(), keys.to_vec())?)
    }

    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError> {
        let RecordPage { items, next, filtered } = self.0.scan(query.clone())?;
        Ok(Page { items, next, filtered: filtered || query.tests.is_empty() })
    }

    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError> {
        let FactPage { items, next } = self.0.facts(query.clone())?;
        Ok(Page::new(items, next))
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt, StoreError> {
        Ok(self.0.commit(changes.clone())?)
    }

    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError> {
        Ok(self.0.changes(after, limit)?)
    }

    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError> {
        Ok(self.0.verify(scope.clone())?)
    }

    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError> {
        Ok(self.0.lifecycle(step.clone())?)
    }
}

/// Checks the form of a change set and gives the registry as it is after it. Every store calls this when it commits, after
/// it has looked for the change set's key among those that are committed, and before it checks any promise.
#[uniffi::export]
pub fn check_changes(changes: ChangeSet, registry: Registry) -> Result<Registry, CrmError> {
    guard(|| Ok(check(&changes, &registry)?.into_owned()))
}

/// Opens stores for the suite.
#[uniffi::export(rust, foreign)]
pub trait StoreFactory: Send + Sync {
    /// The store at a place: an empty one the first time, and then what is kept there. Places are numbers that mean
    /// nothing. A store that keeps nothing gives an empty one each time.
    fn store(&self, place: u64) -> Result<Arc<dyn HostStore>, CrmError>;
}

/// One check of the suite.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoreCheck {
    /// Its stable name.
    pub name: String,
    /// Whether the store passed; false, too, for one that was skipped.
    pub passed: bool,
    /// Whether it was skipped, because the store does not offer what it needs.
    pub skipped: bool,
    /// Why it failed or was skipped; empty when it passed.
    pub reason: String,
}

/// Puts a store through the suite that every store of crm-core passes.
///
/// `only` is the beginning of the names of the checks wanted, `cases` how many random sequences are compared with the store
/// in memory.
#[uniffi::export(default(only = None, cases = 100, seed = 1))]
pub fn certify(
    factory: Arc<dyn StoreFactory>,
    only: Option<String>,
    cases: u32,
    seed: u64,
) -> Result<Vec<StoreCheck>, CrmError> {
    let open = |place: u64| -> Result<Arc<dyn Store>, StoreError> { Ok(Arc::new(Hosted(factory.store(place)?))) };
    let options = conformance::Options { only, cases, seed, ..conformance::Options::default() };
    guard(|| Ok(conformance::run(&open, &options).checks.into_iter().map(StoreCheck::from).collect()))
}

impl From<conformance::Check> for StoreCheck {
    fn from(check: conformance::Check) -> Self {
        let (passed, skipped, reason) = match check.outcome {
            Outcome::Passed => (true, false, String::new()),
            Outcome::Skipped(reason) => (false, true, reason),
            Outcome::Failed(reason) => (false, false, reason),
        };
        Self { name: check.name, passed, skipped, reason }
    }
}

//! Stopping what has begun.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::{Id, Kind, Page};
use crate::change::{ChangeSet, Committed, Receipt};
use crate::fact::Fact;
use crate::record::{Key, Record};
use crate::store::{FactQuery, Lifecycle, Scan, Store, StoreError, StoreInfo, Verify, VerifyReport};

/// A switch by which a host stops what it has begun, from any thread. Clones are one switch; it stays where it was put.
///
/// See [`Crm::cancelled_by`](super::Crm::cancelled_by).
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops what looks at the token.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.is_cancelled() { Err(StoreError::Cancelled) } else { Ok(()) }
    }
}

/// A store that looks at a token before each answer. A commit that has begun is finished.
#[derive(Debug)]
pub(super) struct Watched {
    pub store: Arc<dyn Store>,
    pub token: CancelToken,
}

impl Store for Watched {
    fn info(&self) -> Result<StoreInfo, StoreError> {
        self.token.check()?;
        self.store.info()
    }

    fn load(&self, kind: &Kind, ids: &[Id]) -> Result<Vec<Option<Record>>, StoreError> {
        self.token.check()?;
        self.store.load(kind, ids)
    }

    fn find(&self, kind: &Kind, keys: &[Key]) -> Result<Vec<Option<Id>>, StoreError> {
        self.token.check()?;
        self.store.find(kind, keys)
    }

    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError> {
        self.token.check()?;
        self.store.scan(query)
    }

    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError> {
        self.token.check()?;
        self.store.facts(query)
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt, StoreError> {
        self.token.check()?;
        self.store.commit(changes)
    }

    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError> {
        self.token.check()?;
        self.store.changes(after, limit)
    }

    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError> {
        self.token.check()?;
        self.store.verify(scope)
    }

    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError> {
        self.store.lifecycle(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Error;
    use crate::customer::NewCustomer;
    use crate::{Crm, store::Memory};

    #[test]
    fn what_is_cancelled_writes_nothing_and_the_engine_goes_on() {
        let store = Arc::new(Memory::new());
        let crm = Crm::builder(Arc::clone(&store) as Arc<dyn Store>).open().unwrap();
        let token = CancelToken::new();
        let stoppable = crm.cancelled_by(&token);
        let before = store.info().unwrap().seq;
        token.clone().cancel();
        assert_eq!(stoppable.customers().create(NewCustomer::person("Anna")), Err(Error::Cancelled));
        assert_eq!(store.info().unwrap().seq, before);
        crm.customers().create(NewCustomer::person("Anna")).unwrap();
        stoppable.store().lifecycle(&Lifecycle::Close).unwrap();
        assert_eq!(crm.customers().list(1, None), Err(Error::Store(StoreError::Closed)));
    }

    #[test]
    fn engines_of_one_store_share_what_they_have_learned() {
        let crm = Crm::in_memory().unwrap();
        let stoppable = crm.cancelled_by(&CancelToken::new());
        let anna = stoppable.customers().create(NewCustomer::person("Anna")).unwrap();
        crm.expect_customers(std::iter::once(anna.id)).unwrap();
        assert!(Arc::ptr_eq(&crm.registry(), &stoppable.registry()));
    }
}

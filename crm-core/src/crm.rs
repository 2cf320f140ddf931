//! The front: one handle on a store, through which everything is asked and done.
//!
//! [`Crm`] loads what a decision needs, lets the pure room decide, commits the change set, and tries again when another
//! writer was faster. There is one small handle per room: [`customers`](Crm::customers),
//! [`interactions`](Crm::interactions), and so on. All are cheap to clone and may be shared by threads.

mod assess;
mod cancel;
mod catalogue;
mod contacts_in;
mod customers;
mod intake;
mod interactions;
mod loyalty;
mod marketing;
mod privacy;
mod profiles;
mod rewards;
mod scores;
mod segments;
mod source;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use assess::{AssessOptions, Assessed, Assessment};
pub use cancel::CancelToken;
pub use customers::Customers;
pub use intake::{Imported, Intake};
pub use interactions::{Interactions, Recorded};
pub use loyalty::{CaughtUp, Loyalty};
pub use marketing::Marketing;
pub use privacy::Privacy;
pub use scores::{PurchaseColumns, Scores, Summaries};
pub use segments::{
    ColumnsInfo, Membership, Segment, SegmentDiff, SegmentVersion, SegmentView, Segments, Ticked, Trial, TrialAnswer,
    TrialFact, WhyNot,
};
pub use source::{FixedClock, RandomIds, SystemClock};

use cancel::Watched;

use crate::base::{
    Clash, Clock, CustomerId, Declaration, Env, Error, Id, IdSource, Registry, Result, Timestamp, checkpoint,
};
use crate::change::{Change, ChangeSet, Receipt};
use crate::customer::CUSTOMER;
use crate::privacy::AddressKey;
use crate::store::{Memory, Store, StoreError};

/// A customer-relationship-management engine over one store.
///
/// ```
/// use crm_core::Crm;
/// use crm_core::customer::NewCustomer;
///
/// let crm = Crm::in_memory()?;
/// let anna = crm.customers().create(NewCustomer::person("Anna Example"))?;
/// assert_eq!(crm.customers().get(anna.id)?, anna);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Crm {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    address_key: Option<AddressKey>,
    known: Arc<Known>,
}

/// What has been learned of the store, kept so that it need not be asked again.
#[derive(Debug)]
struct Known {
    registry: RwLock<Arc<Registry>>,
    /// Customers that were seen to exist. They can only cease to by erasure, which the store itself guards.
    seen: Mutex<HashSet<Id>>,
    /// The live segments.
    following: Mutex<segments::Following>,
    /// Everybody in columns, if the host wants them kept.
    columns: Mutex<Option<segments::Snapshot>>,
}

/// How often a decision is taken again when another writer was faster.
const ATTEMPTS: u32 = 16;

/// How many customers are remembered to exist.
const SEEN: usize = 1_000_000;

/// Builds a [`Crm`] with a clock and a source of ids of the host's own.
#[derive(Debug)]
pub struct Builder {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    address_key: Option<AddressKey>,
}

impl Builder {
    /// Takes the time from another clock: a test's, a simulation's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes ids from another source.
    #[must_use]
    pub fn ids(mut self, ids: impl IdSource + 'static) -> Self {
        self.ids = Arc::new(ids);
        self
    }

    /// Gives the secret under which barred addresses are remembered. Without it no address can be barred.
    #[must_use]
    pub fn address_key(mut self, key: AddressKey) -> Self {
        self.address_key = Some(key);
        self
    }

    /// Opens the store and declares in it what the library stores.
    ///
    /// # Errors
    /// Those of the store.
    pub fn open(self) -> Result<Crm> {
        let Self { store, clock, ids, address_key } = self;
        let registry = RwLock::new(Arc::new(store.info()?.registry));
        let (seen, following, columns) = (Mutex::default(), Mutex::default(), Mutex::default());
        let known = Arc::new(Known { registry, seen, following, columns });
        let crm = Crm { inner: Arc::new(Inner { store, clock, ids, address_key, known }) };
        crm.declare(&declarations())?;
        Ok(crm)
    }
}

/// Everything that the library stores, room by room, each field with its type, class, origin and purposes.
pub fn declarations() -> Vec<Declaration> {
    [
        crate::customer::declarations(),
        crate::interaction::declarations(),
        crate::privacy::declarations(),
        crate::loyalty::declarations(),
        crate::marketing::declarations(),
        crate::segment::declarations(),
    ]
    .concat()
}

impl Crm {
    /// A new engine that keeps everything in the process and forgets it at the end.
    pub fn in_memory() -> Result<Self> {
        Self::open(Memory::default())
    }

    /// An engine over a store.
    pub fn open(store: impl Store + 'static) -> Result<Self> {
        Self::builder(Arc::new(store)).open()
    }

    /// Starts an engine over a store, to be given a clock or a source of ids.
    pub fn builder(store: Arc<dyn Store>) -> Builder {
        Builder { store, clock: Arc::new(SystemClock), ids: Arc::new(RandomIds::default()), address_key: None }
    }

    /// The same engine, whose calls end with [`Error::Cancelled`] once the token is cancelled: at their next question to the
    /// store, or before they write. A commit is finished or not begun.
    ///
    /// ```
    /// use crm_core::{Crm, Error};
    /// use crm_core::crm::CancelToken;
    ///
    /// let (crm, token) = (Crm::in_memory()?, CancelToken::new());
    /// let stoppable = crm.cancelled_by(&token);
    /// assert!(stoppable.customers().list(10, None)?.items.is_empty());
    /// token.cancel(); // from any thread
    /// assert_eq!(stoppable.customers().list(10, None), Err(Error::Cancelled));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn cancelled_by(&self, token: &CancelToken) -> Self {
        let Inner { store, clock, ids, address_key, known } = &*self.inner;
        let store = Arc::new(Watched { store: Arc::clone(store), token: token.clone() });
        let (clock, ids, known) = (Arc::clone(clock), Arc::clone(ids), Arc::clone(known));
        Self { inner: Arc::new(Inner { store, clock, ids, address_key: address_key.clone(), known }) }
    }

    /// Customers, their addresses, attributes and relationships.
    pub fn customers(&self) -> Customers {
        Customers::new(self.clone())
    }

    /// What happened.
    pub fn interactions(&self) -> Interactions {
        Interactions::new(self.clone())
    }

    /// Files in.
    pub fn intake(&self) -> Intake {
        Intake::new(self.clone())
    }

    /// What is allowed.
    pub fn privacy(&self) -> Privacy {
        Privacy::new(self.clone())
    }

    /// Whom to contact, and what came of it.
    pub fn marketing(&self) -> Marketing {
        Marketing::new(self.clone())
    }

    /// What members earned.
    pub fn loyalty(&self) -> Loyalty {
        Loyalty::new(self.clone())
    }

    /// Who belongs.
    pub fn segments(&self) -> Segments {
        Segments::new(self.clone())
    }

    /// How customers behave.
    pub fn scores(&self) -> Scores {
        Scores::new(self.clone())
    }

    /// The present instant, by this engine's clock.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Every declared field.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.inner.known.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The store, for maintenance: verification, snapshots, suspension.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// Declares what is not declared yet.
    fn declare(&self, declarations: &[Declaration]) -> Result<()> {
        let mut wanted = (*self.registry()).clone();
        for declaration in declarations {
            wanted.declare(declaration)?;
        }
        if wanted == *self.registry() {
            return Ok(());
        }
        let mut changes = ChangeSet::new(self.now());
        changes.changes.extend(declarations.iter().cloned().map(Change::Declare));
        self.commit(&changes)?;
        Ok(())
    }

    /// Commits what was decided once, without a retry.
    fn commit(&self, changes: &ChangeSet) -> Result<Receipt> {
        let receipt = self.inner.store.commit(changes)?;
        if changes.changes.iter().any(|change| matches!(change, Change::Declare(_))) {
            self.refresh()?;
        }
        self.follow();
        Ok(receipt)
    }

    /// Loads, decides and commits, again when another writer was faster. A decision that changes nothing is not
    /// committed and has no receipt.
    fn write<T>(
        &self,
        mut decide: impl FnMut(&Env<'_>, &Registry) -> Result<(T, ChangeSet)>,
    ) -> Result<(T, Option<Receipt>)> {
        let mut attempt = 1;
        loop {
            let env = Env::new(self.now(), &*self.inner.ids);
            let registry = self.registry();
            let (answer, changes) = match decide(&env, &registry) {
                // Another process may have declared a field since.
                Err(Error::Invalid { .. }) if attempt == 1 && self.refresh()? => {
                    attempt += 1;
                    continue;
                }
                decided => decided?,
            };
            if changes.is_empty() {
                return Ok((answer, None));
            }
            checkpoint(0, Some(changes.changes.len() as u64))?;
            match self.commit(&changes) {
                Err(Error::Conflict(Clash::Version { .. } | Clash::Changed { .. })) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                committed => return Ok((answer, Some(committed?))),
            }
        }
    }

    /// Reads the declared fields again, and says whether there are new ones.
    fn refresh(&self) -> Result<bool> {
        let fresh = self.inner.store.info()?.registry;
        let mut registry = self.inner.known.registry.write().unwrap_or_else(PoisonError::into_inner);
        let changed = fresh != **registry;
        if changed {
            *registry = Arc::new(fresh);
        }
        Ok(changed)
    }

    /// Makes sure that customers exist.
    fn expect_customers(&self, customers: impl Iterator<Item = CustomerId>) -> Result<()> {
        let mut unseen: Vec<Id> = {
            let seen = self.inner.known.seen.lock().unwrap_or_else(PoisonError::into_inner);
            customers.map(Id::from).filter(|id| !seen.contains(id)).collect()
        };
        unseen.sort_unstable();
        unseen.dedup();
        for ids in unseen.chunks(1_000) {
            let records = self.inner.store.load(&CUSTOMER, ids)?;
            if let Some(at) = records.iter().position(Option::is_none) {
                return Err(Error::not_found("customer", ids[at]));
            }
        }
        self.saw(unseen);
        Ok(())
    }

    fn forget(&self, customer: CustomerId) {
        self.inner.known.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&customer.id());
    }

    fn saw(&self, customers: impl IntoIterator<Item = Id>) {
        let mut seen = self.inner.known.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > SEEN {
            seen.clear();
        }
        seen.extend(customers);
    }

    /// Reads all pages of a listing.
    fn every<T>(
        mut page: impl FnMut(Option<crate::base::Cursor>) -> Result<crate::base::Page<T>, StoreError>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            checkpoint(all.len() as u64, None)?;
            let next = page(cursor)?;
            all.extend(next.items);
            if next.next.is_none() {
                return Ok(all);
            }
            cursor = next.next;
        }
    }
}

//! The engine.

use std::sync::Arc;

use crm_core::base::{CountedIds, Registry, Timestamp};
use crm_core::change::Committed;
use crm_core::crm::Crm;
use crm_core::privacy::AddressKey;
use crm_core::store::{Lifecycle, Memory, Store, StoreInfo, Verify, VerifyReport};
use crm_core::{Error, Result};
use crm_sqlite::Sqlite;

use crate::host::Hosted;
use crate::{
    BlockingCustomers, BlockingIntake, BlockingInteractions, BlockingLoyalty, BlockingMarketing, BlockingPrivacy,
    BlockingScores, BlockingSegments, CancelToken, CrmError, FixedClock, HostStore, guard,
};

/// A customer-relationship-management engine over one store. Its calls block the thread; all may be called from any.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingCrm(pub(crate) Crm);

#[uniffi::export]
impl BlockingCrm {
    /// Opens a file, or makes it.
    ///
    /// `clock` replaces the machine's. `seed` replaces random ids with ids counted up from it, so that a test or a
    /// simulation gives the same ids every time. `address_key`, 32 secret bytes, is needed to bar addresses.
    #[uniffi::constructor(default(clock = None, seed = None, address_key = None))]
    pub fn open(
        path: String,
        clock: Option<Arc<FixedClock>>,
        seed: Option<i64>,
        address_key: Option<Vec<u8>>,
    ) -> Result<Self, CrmError> {
        guard(|| build(Arc::new(Sqlite::open(path)?), clock, seed, address_key))
    }

    /// An engine that keeps everything in the process and forgets it at the end. The options are those of `open`.
    #[uniffi::constructor(default(clock = None, seed = None, address_key = None))]
    pub fn in_memory(
        clock: Option<Arc<FixedClock>>,
        seed: Option<i64>,
        address_key: Option<Vec<u8>>,
    ) -> Result<Self, CrmError> {
        guard(|| build(Arc::new(Memory::default()), clock, seed, address_key))
    }

    /// An engine over a store of the host's own. The options are those of `open`.
    #[uniffi::constructor(default(clock = None, seed = None, address_key = None))]
    pub fn with_store(
        store: Arc<dyn HostStore>,
        clock: Option<Arc<FixedClock>>,
        seed: Option<i64>,
        address_key: Option<Vec<u8>>,
    ) -> Result<Self, CrmError> {
        guard(|| build(Arc::new(Hosted(store)), clock, seed, address_key))
    }

    /// The same engine, whose calls end with `Cancelled` once the token is cancelled: at their next question to the store, or
    /// before they write. A commit is finished or not begun.
    pub fn cancelled_by(&self, token: Arc<CancelToken>) -> Result<Self, CrmError> {
        guard(|| Ok(Self(self.0.cancelled_by(&token.0))))
    }

    /// The present instant, by this engine's clock.
    pub fn now(&self) -> Result<Timestamp, CrmError> {
        guard(|| Ok(self.0.now()))
    }

    /// Customers, their addresses, attributes and relationships.
    pub fn customers(&self) -> Result<BlockingCustomers, CrmError> {
        guard(|| Ok(BlockingCustomers(self.0.customers())))
    }

    /// What happened.
    pub fn interactions(&self) -> Result<BlockingInteractions, CrmError> {
        guard(|| Ok(BlockingInteractions(self.0.interactions())))
    }

    /// Files in.
    pub fn intake(&self) -> Result<BlockingIntake, CrmError> {
        guard(|| Ok(BlockingIntake(self.0.intake())))
    }

    /// What is allowed.
    pub fn privacy(&self) -> Result<BlockingPrivacy, CrmError> {
        guard(|| Ok(BlockingPrivacy(self.0.privacy())))
    }

    /// Whom to contact, and what came of it.
    pub fn marketing(&self) -> Result<BlockingMarketing, CrmError> {
        guard(|| Ok(BlockingMarketing(self.0.marketing())))
    }

    /// What members earned.
    pub fn loyalty(&self) -> Result<BlockingLoyalty, CrmError> {
        guard(|| Ok(BlockingLoyalty(self.0.loyalty())))
    }

    /// Who belongs.
    pub fn segments(&self) -> Result<BlockingSegments, CrmError> {
        guard(|| Ok(BlockingSegments(self.0.segments())))
    }

    /// How customers behave.
    pub fn scores(&self) -> Result<BlockingScores, CrmError> {
        guard(|| Ok(BlockingScores(self.0.scores())))
    }

    /// Every declared field.
    pub fn registry(&self) -> Result<Registry, CrmError> {
        guard(|| Ok((*self.0.registry()).clone()))
    }

    /// What the store is and can do.
    pub fn info(&self) -> Result<StoreInfo, CrmError> {
        guard(|| Ok(self.0.store().info()?))
    }

    /// The commits after a number, oldest first and without a gap, at most `limit`: what has changed since somebody
    /// looked.
    #[uniffi::method(default(limit = 1000))]
    pub fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, CrmError> {
        guard(|| Ok(self.0.store().changes(after, limit)?))
    }

    /// Looks for damage in the store.
    pub fn verify(&self, scope: Verify) -> Result<VerifyReport, CrmError> {
        guard(|| Ok(self.0.store().verify(&scope)?))
    }

    /// Suspends, resumes, snapshots or closes the store.
    pub fn lifecycle(&self, step: Lifecycle) -> Result<(), CrmError> {
        guard(|| Ok(self.0.store().lifecycle(&step)?))
    }
}

fn build(
    store: Arc<dyn Store>,
    clock: Option<Arc<FixedClock>>,
    seed: Option<i64>,
    address_key: Option<Vec<u8>>,
) -> Result<BlockingCrm> {
    let mut builder = Crm::builder(store);
    if let Some(clock) = clock {
        builder = builder.clock(clock);
    }
    if let Some(seed) = seed {
        builder = builder.ids(CountedIds::from(seed.cast_unsigned()));
    }
    if let Some(key) = address_key {
        let key = <[u8; 32]>::try_from(key).map_err(|_| Error::invalid("address_key", "32 bytes are needed"))?;
        builder = builder.address_key(AddressKey::new(key));
    }
    builder.open().map(BlockingCrm)
}

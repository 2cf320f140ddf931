//! A clock that a host sets.

use std::sync::Arc;

use crm_core::base::{Clock, Timestamp};

/// A clock that stands still until it is set: for tests, simulations and reports as of a date.
#[derive(Clone, Debug, uniffi::Object)]
pub struct FixedClock(Arc<crm_core::crm::FixedClock>);

#[uniffi::export]
impl FixedClock {
    /// A clock that shows an instant.
    #[uniffi::constructor]
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(crm_core::crm::FixedClock::at(now)))
    }

    /// The instant that the clock shows.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        self.0.set(now);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

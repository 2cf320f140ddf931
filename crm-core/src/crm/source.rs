//! The world outside: the system's clock, and random ids.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::base::{Clock, Id, IdSource, Timestamp};

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[allow(clippy::disallowed_methods, reason = "this is the one place that asks the machine for the time")]
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Timestamp::EPOCH.saturating_add_micros(micros)
    }
}

/// A clock that stands still until it is set: for tests, simulations and reports as of a date.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that shows an instant.
    pub const fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// Time-ordered random ids (UUID version 7). Those of one millisecond count up by random steps (RFC 9562, section 6.2,
/// method 2), so that a store can append them.
#[derive(Debug, Default)]
pub struct RandomIds(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    millis: i64,
    /// 74 random bits, the highest of which starts as zero to leave room for counting.
    random: u128,
}

impl IdSource for RandomIds {
    fn next(&self, at: Timestamp) -> Id {
        let millis = at.as_micros().div_euclid(1_000);
        let fresh = uuid::Uuid::new_v4().as_u128();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.random = if last.millis == millis {
            last.random + u128::from(fresh as u32) + 1
        } else {
            fresh & ((1 << 61) - 1) | ((fresh >> 116) & 0xfff) << 61
        };
        last.millis = millis;
        Id::from_parts(at, layout(last.random))
    }
}

/// Lays 74 bits out as version 7 wants them: 12 after the version, 62 after the variant, which
/// [`Id::from_parts`] overwrites.
fn layout(random: u128) -> [u8; 10] {
    let (high, low) = ((random >> 62) as u16 & 0xfff, random as u64 & ((1 << 62) - 1));
    let mut bytes = [0; 10];
    bytes[..2].copy_from_slice(&high.to_be_bytes());
    bytes[2..].copy_from_slice(&low.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_instant_count_up_and_differ() {
        let source = RandomIds::default();
        let now = SystemClock.now();
        let ids: Vec<Id> = (0..10_000).map(|_| source.next(now)).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(ids.iter().all(|id| id.uuid().get_version_num() == 7));
        assert_ne!(RandomIds::default().next(now), RandomIds::default().next(now));
    }

    #[test]
    fn ids_of_later_instants_sort_later() {
        let source = RandomIds::default();
        let now = SystemClock.now();
        let first = source.next(now);
        assert!(first < source.next(now.saturating_add_micros(1_000)));
    }
}

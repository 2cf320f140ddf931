//! The point of view of an answer, in both times.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The point of view of an answer: what had happened by one instant, as far as it was known at another.
///
/// With both given, the same question has the same answer for ever: what is learned later does not change it.
///
/// ```
/// use crm_core::base::AsOf;
///
/// let (march, april) = ("2026-03-03T00:00:00Z".parse()?, "2026-04-01T00:00:00Z".parse()?);
/// let then = AsOf { valid: march, known: march };
/// let in_hindsight = AsOf { valid: march, known: april };
/// // She objected in March; the letter arrived in April.
/// assert!(!then.sees(march, april) && in_hindsight.sees(march, april));
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AsOf {
    /// What happened at this instant or before counts.
    pub valid: Timestamp,
    /// What was recorded at this instant or before counts.
    pub known: Timestamp,
}

impl AsOf {
    /// All that has happened by an instant and is known at it.
    pub const fn at(instant: Timestamp) -> Self {
        Self { valid: instant, known: instant }
    }

    /// Whether something that happened `at` and was learned when `recorded` counts.
    pub fn sees(&self, at: Timestamp, recorded: Timestamp) -> bool {
        at <= self.valid && recorded <= self.known
    }
}

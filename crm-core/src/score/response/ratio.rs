//! Whether people were really divided as they should have been.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
use crate::score::distribution::chi_square_above;

/// Below this p-value a division is taken for broken.
const BROKEN: f64 = 0.0005;

/// Whether the arms of a test have the sizes that they should have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleRatio {
    /// How many people each arm should have.
    pub expected: Vec<f64>,
    /// Pearson's statistic.
    pub chi_square: f64,
    /// How likely such a division or a worse one is by chance.
    pub p_value: f64,
    /// Whether the p-value lies below 0.0005: then look for the fault before you read any result of the test.
    pub mismatch: bool,
}

/// Checks the sizes of the arms against the shares that were planned (sample-ratio mismatch; R. Kohavi, D. Tang, Y. Xu,
/// "Trustworthy Online Controlled Experiments", 2020, chapter 21). The shares need not add up to 1.
///
/// ```
/// use crm_core::score::sample_ratio;
///
/// // The example of the book: half a percent off, and certainly no chance.
/// let check = sample_ratio(&[821_588, 815_482], &[0.5, 0.5])?;
/// assert!(check.mismatch && (check.p_value - 1.8e-6).abs() < 0.1e-6);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] for fewer than two arms or nobody; [`Error::Invalid`] unless there is one positive finite
/// share for each arm.
pub fn sample_ratio(people: &[u64], shares: &[f64]) -> Result<SampleRatio> {
    if people.len() != shares.len() {
        return Err(Error::invalid("shares", "one for each arm is needed"));
    }
    let whole: f64 = shares.iter().sum();
    if !shares.iter().all(|&share| share > 0.0 && share.is_finite()) || !whole.is_finite() {
        return Err(Error::invalid("shares", "must be positive and finite"));
    }
    let all: f64 = people.iter().map(|&people| people as f64).sum();
    if people.len() < 2 || all == 0.0 {
        return Err(Error::insufficient("sample_ratio", "two arms and somebody in them are needed"));
    }
    let expected: Vec<f64> = shares.iter().map(|share| all * share / whole).collect();
    let chi_square = people.iter().zip(&expected).map(|(&n, e)| (n as f64 - e).powi(2) / e).sum();
    let p_value = chi_square_above(chi_square, people.len() as f64 - 1.0);
    Ok(SampleRatio { expected, chi_square, p_value, mismatch: p_value < BROKEN })
}

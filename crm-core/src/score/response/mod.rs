//! Response: what share of people did what was hoped for, and whether two shares really differ.

mod arms;
mod lift;
mod ratio;
#[cfg(test)]
mod tests;

use super::Interval;
use super::distribution::reach;
use super::uncertainty::check_level;
use crate::base::{Error, Result};

pub use arms::{Arm, ArmComparison, ArmPair, ManyArms, compare_arms, compare_many};
pub use lift::{HoldoutLift, Moments, holdout_lift, mean_difference};
pub use ratio::{SampleRatio, sample_ratio};

/// A share with the score interval of Wilson, which never leaves `0..=1` and holds for few people and for none or all of
/// them.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
/// Statistical Association 22, 1927; R. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics
/// in Medicine 17, 1998, method 3. The standard error is that of the share, `sqrt(p (1-p) / n)`.
///
/// ```
/// use crm_core::score::wilson;
///
/// // Newcombe (1998), table I: 81 of 263.
/// let share = wilson(81, 263, 0.95)?;
/// assert_eq!(format!("{:.4} to {:.4}", share.low, share.high), "0.2553 to 0.3662");
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] for nobody; [`Error::Invalid`] when more responded than there are, or the level lies
/// outside 0 to 1.
pub fn wilson(responses: u64, people: u64, level: f64) -> Result<Interval> {
    check_level(level)?;
    if people == 0 {
        return Err(Error::insufficient("share", "there is nobody to measure"));
    }
    if responses > people {
        return Err(Error::invalid("responses", "more responded than there are"));
    }
    let (r, n, z) = (responses as f64, people as f64, reach(level));
    let p = r / n;
    let middle = 2.0 * r + z * z;
    let spread = z * (z * z + 4.0 * r * (1.0 - p)).sqrt();
    let width = 2.0 * (n + z * z);
    let low = if responses == 0 { 0.0 } else { (middle - spread) / width };
    let high = if responses == people { 1.0 } else { (middle + spread) / width };
    Ok(Interval { estimate: p, standard_error: (p * (1.0 - p) / n).sqrt(), low, high, level })
}

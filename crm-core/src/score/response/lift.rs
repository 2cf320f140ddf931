//! What a campaign brought that would not have come anyway.

use serde::{Deserialize, Serialize};

use super::{Arm, ArmComparison, compare_arms};
use crate::base::{Error, Result};
use crate::score::Interval;
use crate::score::distribution::student_reach;
use crate::score::uncertainty::check_level;

/// What a campaign brought that would not have come anyway.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldoutLift {
    /// The treated compared with those who were held out.
    pub comparison: ArmComparison,
    /// The responses that the campaign caused: the difference of the shares times the treated.
    pub extra_responses: Interval,
    /// What part of the treated's responses the campaign caused; none when none of them responded.
    pub caused_share: Option<f64>,
}

/// Measures a campaign against those who were held out at random.
///
/// ```
/// use crm_core::score::{Arm, holdout_lift};
///
/// let lift = holdout_lift(&Arm::new("treated", 9_000, 540)?, &Arm::new("held out", 1_000, 50)?, 0.95)?;
/// assert!((lift.extra_responses.estimate - 90.0).abs() < 1e-9);
/// // A tenth held out leaves the sign open.
/// assert!(lift.extra_responses.low < 0.0);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// As [`compare_arms`].
pub fn holdout_lift(treated: &Arm, held_out: &Arm, level: f64) -> Result<HoldoutLift> {
    let comparison = compare_arms(treated, held_out, level)?;
    let people = treated.people as f64;
    let Interval { estimate, standard_error, low, high, .. } = comparison.difference;
    let extra_responses = Interval {
        estimate: estimate * people,
        standard_error: standard_error * people,
        low: low * people,
        high: high * people,
        level,
    };
    let caused_share = (treated.responses > 0).then(|| extra_responses.estimate / treated.responses as f64);
    Ok(HoldoutLift { comparison, extra_responses, caused_share })
}

/// How many values there were, their mean and how far they scatter.
///
/// Moments of parts can be merged; the result is that of all values up to rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many values.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The sum of the squares of their distances from the mean.
    pub squares: f64,
}

impl Moments {
    /// The moments of some values.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the number of the row, for a value that is not finite.
    pub fn of(values: &[f64]) -> Result<Self> {
        let mut moments = Self::default();
        for (row, &value) in (1..).zip(values) {
            if !value.is_finite() {
                return Err(Error::invalid("values", format!("row {row}: must be finite")));
            }
            moments = moments.merge(&Self { count: 1, mean: value, squares: 0.0 });
        }
        Ok(moments)
    }

    /// The moments of two parts together (T. Chan et al., "Updating formulae and a pairwise algorithm for
    /// computing sample variances", 1979).
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self {
        let count = self.count + other.count;
        if count == 0 {
            return Self::default();
        }
        let (n, m) = (self.count as f64, other.count as f64);
        let apart = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + apart * m / (n + m),
            squares: self.squares + other.squares + apart * apart * n * m / (n + m),
        }
    }

    /// The variance of the mean; none for fewer than two values.
    fn of_mean(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count as f64 - 1.0) / self.count as f64)
    }
}

/// The difference of two means, such as the spend per head of treated and held out, with Welch's interval.
///
/// B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
/// Biometrika 34, 1947.
///
/// # Errors
/// [`Error::InsufficientData`] for fewer than two values on either side; [`Error::Invalid`] for a level outside 0 to 1.
pub fn mean_difference(treated: &Moments, control: &Moments, level: f64) -> Result<Interval> {
    check_level(level)?;
    let (Some(a), Some(b)) = (treated.of_mean(), control.of_mean()) else {
        return Err(Error::insufficient("mean_difference", "two values on either side are needed"));
    };
    let estimate = treated.mean - control.mean;
    let variance = a + b;
    if variance == 0.0 {
        return Ok(Interval { estimate, standard_error: 0.0, low: estimate, high: estimate, level });
    }
    let part = |variance: f64, moments: &Moments| variance * variance / (moments.count as f64 - 1.0);
    let degrees = variance * variance / (part(a, treated) + part(b, control));
    let (error, reach) = (variance.sqrt(), student_reach(level, degrees));
    Ok(Interval {
        estimate,
        standard_error: error,
        low: estimate - reach * error,
        high: estimate + reach * error,
        level,
    })
}

//! Tests of two arms and of many.

use serde::{Deserialize, Serialize};

use super::wilson;
use crate::base::{Error, Name, Result};
use crate::score::Interval;
use crate::score::distribution::{chi_square_above, normal_beyond, reach};

/// One arm of a test: those who got the same treatment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// Its name.
    pub name: Name,
    /// How many people were in it.
    pub people: u64,
    /// How many of them did what was hoped for.
    pub responses: u64,
}

impl Arm {
    /// An arm.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is not a name.
    pub fn new(name: &str, people: u64, responses: u64) -> Result<Self> {
        Ok(Self { name: Name::new(name)?, people, responses })
    }
}

/// How two arms compare.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmComparison {
    /// The share of the treated arm.
    pub treated: Interval,
    /// The share of the control arm.
    pub control: Interval,
    /// The treated share less the control share, with the square-and-add interval of two Wilson intervals (R. Newcombe,
    /// "Interval estimation for the difference between independent proportions", Statistics in Medicine 17, 1998, method
    /// 10).
    pub difference: Interval,
    /// The treated share over the control share less 1, with the log interval (D. Katz et al., "Obtaining confidence
    /// intervals for the risk ratio in cohort studies", Biometrics 34, 1978); none when an arm had no response.
    pub relative: Option<Interval>,
    /// The difference in standard errors, if the shares were equal (the two-proportion test with a pooled share).
    pub z: f64,
    /// How likely a difference as great or greater is when the shares are equal.
    pub p_value: f64,
}

/// Compares a treated arm with a control arm.
///
/// ```
/// use crm_core::score::{Arm, compare_arms};
///
/// let result = compare_arms(&Arm::new("letter", 10_000, 620)?, &Arm::new("nothing", 10_000, 500)?, 0.95)?;
/// assert!(result.p_value < 0.001 && result.difference.low > 0.0);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] when an arm is empty; [`Error::Invalid`] when more responded than there are, or the level
/// lies outside 0 to 1.
pub fn compare_arms(treated: &Arm, control: &Arm, level: f64) -> Result<ArmComparison> {
    let (t, c) = (wilson(treated.responses, treated.people, level)?, wilson(control.responses, control.people, level)?);
    let (z, p_value) = two_proportions(treated, control);
    let estimate = t.estimate - c.estimate;
    let low = estimate - (t.estimate - t.low).hypot(c.high - c.estimate);
    let high = estimate + (t.high - t.estimate).hypot(c.estimate - c.low);
    let standard_error = t.standard_error.hypot(c.standard_error);
    Ok(ArmComparison {
        treated: t,
        control: c,
        difference: Interval { estimate, standard_error, low, high, level },
        relative: relative(treated, control, level),
        z,
        p_value,
    })
}

fn relative(treated: &Arm, control: &Arm, level: f64) -> Option<Interval> {
    if treated.responses == 0 || control.responses == 0 {
        return None;
    }
    let part = |arm: &Arm| 1.0 / arm.responses as f64 - 1.0 / arm.people as f64;
    let share = |arm: &Arm| arm.responses as f64 / arm.people as f64;
    let ratio = share(treated) / share(control);
    let error = (part(treated) + part(control)).max(0.0).sqrt();
    let by = (reach(level) * error).exp();
    Some(Interval {
        estimate: ratio - 1.0,
        standard_error: ratio * error,
        low: ratio / by - 1.0,
        high: ratio * by - 1.0,
        level,
    })
}

/// The pooled two-proportion test: `z` and its two-sided p-value.
fn two_proportions(a: &Arm, b: &Arm) -> (f64, f64) {
    let (n, m) = (a.people as f64, b.people as f64);
    let pooled = (a.responses as f64 + b.responses as f64) / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    let difference = a.responses as f64 / n - b.responses as f64 / m;
    let z = if error > 0.0 { difference / error } else { 0.0 };
    (z, normal_beyond(z))
}

/// How two of many arms compare.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmPair {
    /// The place of the first arm.
    pub first: u32,
    /// The place of the second arm.
    pub second: u32,
    /// The first share less the second.
    pub difference: f64,
    /// The p-value of the pair alone.
    pub p_value: f64,
    /// The p-value with regard to all pairs (S. Holm, "A simple sequentially rejective multiple test procedure",
    /// Scandinavian Journal of Statistics 6, 1979).
    pub adjusted: f64,
}

/// How many arms compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManyArms {
    /// The shares, in the order of the arms.
    pub shares: Vec<Interval>,
    /// Pearson's statistic of homogeneity.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees: u32,
    /// How likely such a statistic or a greater one is when all shares are equal.
    pub p_value: f64,
    /// Every two arms, in order.
    pub pairs: Vec<ArmPair>,
}

/// Compares two or more arms: one test of all together (Pearson's chi-square), and every pair with Holm's correction.
///
/// # Errors
/// [`Error::InsufficientData`] for fewer than two arms, or when an arm is empty; [`Error::Invalid`] when more responded
/// than there are, or the level lies outside 0 to 1.
pub fn compare_many(arms: &[Arm], level: f64) -> Result<ManyArms> {
    if arms.len() < 2 {
        return Err(Error::insufficient("compare_many", "two arms are needed at least"));
    }
    let shares = arms.iter().map(|arm| wilson(arm.responses, arm.people, level)).collect::<Result<Vec<_>>>()?;
    let people: f64 = arms.iter().map(|arm| arm.people as f64).sum();
    let pooled = arms.iter().map(|arm| arm.responses as f64).sum::<f64>() / people;
    let variance = pooled * (1.0 - pooled);
    let away = |(arm, share): (&Arm, &Interval)| arm.people as f64 * (share.estimate - pooled).powi(2);
    let chi_square = if variance > 0.0 { arms.iter().zip(&shares).map(away).sum::<f64>() / variance } else { 0.0 };
    let degrees = arms.len() as u32 - 1;
    let mut pairs = Vec::new();
    for (first, a) in arms.iter().enumerate() {
        for (second, b) in arms.iter().enumerate().skip(first + 1) {
            let (_, p_value) = two_proportions(a, b);
            let difference = shares[first].estimate - shares[second].estimate;
            pairs.push(ArmPair { first: first as u32, second: second as u32, difference, p_value, adjusted: p_value });
        }
    }
    holm(&mut pairs);
    Ok(ManyArms { shares, chi_square, degrees, p_value: chi_square_above(chi_square, degrees.into()), pairs })
}

fn holm(pairs: &mut [ArmPair]) {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by(|&a, &b| pairs[a].p_value.total_cmp(&pairs[b].p_value));
    let mut last: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        let left = (pairs.len() - rank) as f64;
        last = last.max((left * pairs[at].p_value).min(1.0));
        pairs[at].adjusted = last;
    }
}

//! How well a score tells good from bad, and whether those it is used on are still alike.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};

/// How well a score tells good from bad.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Discrimination {
    /// The probability that a good case scores above a bad one, ties counting half (the area below the receiver operating
    /// characteristic).
    pub auc: f64,
    /// `2 auc - 1`: 0 for a score that tells nothing, 1 for one that never errs.
    pub gini: f64,
    /// The greatest difference between the shares of bad and of good up to a score (Kolmogorov & Smirnov).
    pub ks: f64,
    /// The score up to which that difference is found.
    pub ks_at: f64,
}

/// Measures how well scores tell good from bad; higher scores are better.
///
/// ```
/// use crm_core::score::discrimination;
///
/// let found = discrimination(&[1.0, 2.0, 3.0, 4.0], &[true, false, true, false])?;
/// assert_eq!((found.auc, found.ks), (0.75, 0.5));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] when the columns differ in length or a score is not a number; [`Error::InsufficientData`] unless
/// there are good and bad.
pub fn discrimination(scores: &[f64], bad: &[bool]) -> Result<Discrimination> {
    if scores.len() != bad.len() {
        return Err(Error::invalid("bad", "the columns differ in length"));
    }
    if let Some(row) = scores.iter().position(|score| score.is_nan()) {
        return Err(Error::invalid("scores", format!("row {}: must be a number", row + 1)));
    }
    let bads = bad.iter().filter(|&&bad| bad).count() as f64;
    let goods = bad.len() as f64 - bads;
    if bads == 0.0 || goods == 0.0 {
        return Err(Error::insufficient("discrimination", "good and bad cases are needed"));
    }
    let mut cases: Vec<(f64, bool)> = scores.iter().map(|score| score + 0.0).zip(bad.iter().copied()).collect();
    cases.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut good_below, mut bad_below, mut pairs, mut ks, mut ks_at) = (0.0, 0.0, 0.0, 0.0, cases[0].0);
    for same in cases.chunk_by(|a, b| a.0 == b.0) {
        let bad_here = same.iter().filter(|case| case.1).count() as f64;
        let good_here = same.len() as f64 - bad_here;
        pairs += good_here * (bad_below + 0.5 * bad_here);
        good_below += good_here;
        bad_below += bad_here;
        let apart: f64 = (bad_below / bads - good_below / goods).abs();
        if apart > ks {
            (ks, ks_at) = (apart, same[0].0);
        }
    }
    let auc = pairs / (goods * bads);
    Ok(Discrimination { auc, gini: 2.0 * auc - 1.0, ks, ks_at })
}

/// What a stability index says, by the usual rule of thumb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Below 0.1: no change to speak of.
    None,
    /// From 0.1 to 0.25: look into it.
    Some,
    /// Above: the score was made for others.
    Great,
}

/// Whether those a score is used on are distributed as those it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// The population stability index: the sum of `(actual - expected) ln(actual / expected)` over the bins' shares.
    pub psi: f64,
    /// The part of each bin.
    pub parts: Vec<f64>,
    /// What it says.
    pub shift: Shift,
}

/// The population stability index of counts in the same bins, then and now (N. Siddiqi, "Intelligent Credit Scoring",
/// 2017, chapter 14). Where a bin was or is empty, half a case is added to both of its counts.
///
/// # Errors
/// [`Error::Invalid`] unless there is one count of 0 or more for each bin on either side; [`Error::InsufficientData`] when
/// a side is empty.
pub fn population_stability(expected: &[f64], actual: &[f64]) -> Result<Stability> {
    let count = |value: &f64| *value >= 0.0 && value.is_finite();
    if expected.len() != actual.len() || !expected.iter().all(count) || !actual.iter().all(count) {
        return Err(Error::invalid("counts", "one of 0 or more for each bin is needed on either side"));
    }
    let (then, now): (f64, f64) = (expected.iter().sum(), actual.iter().sum());
    if then == 0.0 || now == 0.0 {
        return Err(Error::insufficient("population_stability", "there is nobody on one side"));
    }
    let part = |(&e, &a): (&f64, &f64)| {
        if e == 0.0 && a == 0.0 {
            return 0.0;
        }
        let more = if e == 0.0 || a == 0.0 { 0.5 } else { 0.0 };
        let (e, a) = ((e + more) / then, (a + more) / now);
        (a - e) * (a / e).ln()
    };
    let parts: Vec<f64> = expected.iter().zip(actual).map(part).collect();
    let psi = parts.iter().sum();
    let shift = match psi {
        psi if psi < 0.1 => Shift::None,
        psi if psi <= 0.25 => Shift::Some,
        _ => Shift::Great,
    };
    Ok(Stability { psi, parts, shift })
}

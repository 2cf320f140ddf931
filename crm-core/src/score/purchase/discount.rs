//! Purchases that are worth less the later they come.

use crate::base::{Error, Result};
use crate::score::quadrature::{finite_range, with_decay};
use crate::score::{Rate, TimeUnit};

/// The force of interest per unit of time: the logarithm of one plus the rate.
pub(super) fn per_unit(rate: Rate, unit: TimeUnit) -> Result<f64> {
    if !(rate.rate >= 0.0 && rate.rate.is_finite()) {
        return Err(Error::invalid("rate", "must be 0 or more"));
    }
    Ok(rate.rate.ln_1p() * unit.days() / rate.per.days())
}

/// The integral of `e^(-delta t) dE(t)` up to a time or without end, by parts: only the expectation itself is needed,
/// and nothing cancels.
pub(super) fn by_parts(until: Option<f64>, delta: f64, mut expected: impl FnMut(f64) -> f64) -> f64 {
    match until {
        Some(until) if delta == 0.0 || until == 0.0 => expected(until),
        Some(until) => {
            let inner = finite_range(until, |time| (-delta * time).exp() * expected(time));
            (-delta * until).exp() * expected(until) + delta * inner
        }
        None => with_decay(|decayed| expected(decayed / delta)),
    }
}

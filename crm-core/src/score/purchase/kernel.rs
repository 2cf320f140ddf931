//! What a purchase model computes, once everything it is asked about was checked.

use super::discount;
use crate::base::Result;
use crate::score::fit::{Fit, Model};
use crate::score::{FitOptions, History, HistoryCounts, TimeUnit};

/// The mathematics of a purchase model: numbers in its own unit of time, checked before.
///
/// This trait is public so that [`PurchaseModel`](crate::score::PurchaseModel) can rest on it, and not exported: its
/// functions trust their arguments.
pub trait Kernel: Model {
    /// What is worth keeping from one customer or horizon to the next.
    type Memory: Default + Send;

    /// The unit of time of the parameters.
    fn time_unit(&self) -> TimeUnit;

    /// Fits, beginning with the logarithms of some parameters.
    fn maximise(&self, counts: &HistoryCounts, starts: &[Vec<f64>], options: &FitOptions) -> Result<Fit<Self>>;

    /// The log-likelihood.
    fn ln_likelihood(&self, counts: &HistoryCounts) -> f64;

    /// P(alive) now.
    fn alive(&self, history: &History) -> f64;

    /// The probability that a customer who is alive now is still alive after a time above zero.
    fn survival(&self, history: &History, time: f64) -> f64;

    /// The expected purchases until each of some times.
    fn purchases(&self, history: &History, times: &[f64], memory: &mut Self::Memory) -> Vec<f64>;

    /// The probability of a purchase within a time above zero.
    fn any_purchase(&self, history: &History, time: f64) -> f64;

    /// The probability of a number of repeat purchases of a newcomer.
    fn mass(&self, repeats: u32, time: f64) -> f64;

    /// The expected purchases, discounted at the rate `delta`.
    fn discounted(&self, history: &History, until: Option<f64>, delta: f64) -> f64 {
        let mut memory = Self::Memory::default();
        discount::by_parts(until, delta, |time| self.purchases(history, &[time], &mut memory)[0])
    }
}

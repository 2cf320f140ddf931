//! MBG/NBD: BG/NBD whose customers may leave after their first purchase.

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::bgnbd::{Dropout, Expectation, Likelihood, maximise, starts};
use super::fit::{Fit, Model};
use super::purchase::{Kernel, PurchaseModel, check, enough, expect_count};
use super::{FitOptions, History, HistoryCounts, TimeUnit};
use crate::base::Result;

/// MBG/NBD: as [`BgNbd`](super::BgNbd), but a customer may also leave right after its first purchase.
///
/// While alive, a customer buys at random times at its own constant rate (gamma-distributed: shape `r`, rate `alpha`).
/// After each purchase, the first one included, it leaves with its own constant probability (beta-distributed: `a`,
/// `b`). So a customer who never came back need not count as alive. Source: E. Batislam, M. Denizel, A. Filiztekin,
/// "Empirical validation and comparison of models for customer base analysis", International Journal of Research in
/// Marketing 24(3), 2007.
///
/// With `x` repeat purchases, the last at `t_x`, and the age `T`, the likelihood is
/// `Gamma(r+x) alpha^r / Gamma(r) (B(a, b+x+1) / B(a,b) (alpha+T)^-(r+x) + B(a+1, b+x) / B(a,b) (alpha+t_x)^-(r+x))`,
/// and P(alive) the share of its first part. What the model answers stands at [`PurchaseModel`](super::PurchaseModel).
///
/// Do not use it for contracts, for one-time goods, or where purchases come at regular intervals.
///
/// ```
/// use crm_core::score::{History, MbgNbd, PurchaseModel, Span, TimeUnit};
///
/// let model = MbgNbd::new(0.525, 6.183, 0.891, 1.614, TimeUnit::Weeks)?;
/// // Half a year of silence after the first purchase.
/// assert!((model.p_alive(&History::weeks(0, 0.0, 38.86))? - 0.39).abs() < 0.001);
/// let customer = History::weeks(2, 30.43, 38.86);
/// assert!((model.expected_purchases(&customer, Span::weeks(39.0))? - 1.2625).abs() < 0.001);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MbgNbd {
    /// The shape of the distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// The rate of the distribution of purchase rates, in units of time; `r / alpha` is the mean purchase rate.
    pub alpha: f64,
    /// The first parameter of the distribution of drop-out probabilities.
    pub a: f64,
    /// The second parameter of the distribution of drop-out probabilities; `a / (a + b)` is the mean probability.
    pub b: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

/// A fitted [`MbgNbd`] and how well its parameters are known.
pub type MbgNbdFit = Fit<MbgNbd>;

impl MbgNbd {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) unless all four are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64, unit: TimeUnit) -> Result<Self> {
        let model = Self { r, alpha, a, b, unit };
        check(&model)?;
        Ok(model)
    }

    /// The parameters that make the histories most likely.
    ///
    /// The result is the same bit for bit for any order of the customers and any number of threads. A fit that did not
    /// find a clear maximum is answered with [`FitStatus`](super::FitStatus) `Ridge` or `Stalled`, not with an error.
    ///
    /// # Errors
    /// [`Error::InsufficientData`](crate::Error::InsufficientData) when no customer bought again, or there are not more
    /// distinct histories than parameters; [`Error::Invalid`](crate::Error::Invalid) for options that do not suit it.
    pub fn fit(counts: &HistoryCounts, options: &FitOptions) -> Result<MbgNbdFit> {
        enough::<Self>(counts)?;
        let like = Self { r: 1.0, alpha: 1.0, a: 1.0, b: 1.0, unit: counts.unit() };
        like.maximise(counts, &starts(counts), options)
    }

    const fn dropout(&self) -> Dropout {
        Dropout { r: self.r, alpha: self.alpha, a: self.a, b: self.b, after_first: true }
    }
}

impl Model for MbgNbd {
    const NAME: &'static str = "mbg_nbd";
    const PARAMETERS: &'static [&'static str] = &["r", "alpha", "a", "b"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let [r, alpha, a, b] = expect_count(parameters)?;
        Self::new(r, alpha, a, b, self.unit)
    }
}

impl PurchaseModel for MbgNbd {}

impl Kernel for MbgNbd {
    type Memory = Expectation;

    fn time_unit(&self) -> TimeUnit {
        self.unit
    }

    fn maximise(&self, counts: &HistoryCounts, starts: &[Vec<f64>], options: &FitOptions) -> Result<MbgNbdFit> {
        maximise(self, true, counts, starts, options)
    }

    fn ln_likelihood(&self, counts: &HistoryCounts) -> f64 {
        Likelihood::new(counts, true, 1).value(&self.parameters())
    }

    fn alive(&self, history: &History) -> f64 {
        self.dropout().alive(history)
    }

    fn survival(&self, history: &History, time: f64) -> f64 {
        self.dropout().survival(history, time)
    }

    fn purchases(&self, history: &History, times: &[f64], memory: &mut Expectation) -> Vec<f64> {
        self.dropout().purchases(history, times, memory)
    }

    fn any_purchase(&self, history: &History, time: f64) -> f64 {
        self.dropout().any_purchase(history, time)
    }

    fn mass(&self, repeats: u32, time: f64) -> f64 {
        self.dropout().mass(repeats, time)
    }
}

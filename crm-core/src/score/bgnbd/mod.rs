//! BG/NBD: how often customers without a contract buy, and when they silently leave.

mod dropout;
mod expect;
mod likelihood;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::fit::{Fit, Model};
use super::purchase::{Kernel, PurchaseModel, check, enough, expect_count};
use super::{FitOptions, History, HistoryCounts, TimeUnit};
use crate::base::Result;

pub(super) use dropout::{Dropout, NegativeBinomial, maximise};
pub(super) use expect::Expectation;
pub(super) use likelihood::Likelihood;

/// BG/NBD: how often customers without a contract buy, and when they silently leave.
///
/// While alive, a customer buys at random times at its own constant rate; the rates of all customers follow a gamma
/// distribution (shape `r`, rate `alpha`). After each purchase it leaves with its own constant probability; these
/// probabilities follow a beta distribution (`a`, `b`). Source: P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers
/// the Easy Way: An Alternative to the Pareto/NBD Model", Marketing Science 24(2), 2005.
///
/// Do not use it for contracts (there leaving is seen), for one-time goods, or where purchases come at regular intervals.
/// A customer who never bought again counts as alive: the model only lets customers leave after a repeat purchase
/// ([`MbgNbd`](super::MbgNbd) lets them leave after the first).
///
/// What it answers stands at [`PurchaseModel`](super::PurchaseModel): the likelihood is equation 6 of the paper, the
/// probability of a number of purchases equation 8, the expectation for a newcomer equation 9 and that for a customer
/// equation 10.
///
/// ```
/// use crm_core::score::{BgNbd, History, PurchaseModel, Span, TimeUnit};
///
/// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Weeks)?;
/// let customer = History::weeks(2, 30.43, 38.86);
/// assert!((model.p_alive(&customer)? - 0.7266).abs() < 1e-4);
/// assert!((model.expected_purchases(&customer, Span::weeks(39.0))? - 1.226).abs() < 1e-3);
/// // A model in weeks is not asked about days.
/// assert!(model.expected_purchases(&customer, Span::days(273.0)).is_err());
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BgNbd {
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

/// A fitted [`BgNbd`] and how well its parameters are known.
pub type BgNbdFit = Fit<BgNbd>;

impl BgNbd {
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
    pub fn fit(counts: &HistoryCounts, options: &FitOptions) -> Result<BgNbdFit> {
        enough::<Self>(counts)?;
        let like = Self { r: 1.0, alpha: 1.0, a: 1.0, b: 1.0, unit: counts.unit() };
        like.maximise(counts, &starts(counts), options)
    }

    const fn dropout(&self) -> Dropout {
        Dropout { r: self.r, alpha: self.alpha, a: self.a, b: self.b, after_first: false }
    }
}

/// Logarithms from which fits begin.
pub(super) fn starts(counts: &HistoryCounts) -> Vec<Vec<f64>> {
    let rate = counts.rate();
    let points = [[0.5, 1.0, 3.0], [2.0, 0.5, 5.0], [0.1, 2.0, 2.0]];
    points.iter().map(|&[r, a, b]| [r, r / rate, a, b].map(f64::ln).to_vec()).collect()
}

impl Model for BgNbd {
    const NAME: &'static str = "bg_nbd";
    const PARAMETERS: &'static [&'static str] = &["r", "alpha", "a", "b"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let [r, alpha, a, b] = expect_count(parameters)?;
        Self::new(r, alpha, a, b, self.unit)
    }
}

impl PurchaseModel for BgNbd {}

impl Kernel for BgNbd {
    type Memory = Expectation;

    fn time_unit(&self) -> TimeUnit {
        self.unit
    }

    fn maximise(&self, counts: &HistoryCounts, starts: &[Vec<f64>], options: &FitOptions) -> Result<BgNbdFit> {
        maximise(self, false, counts, starts, options)
    }

    fn ln_likelihood(&self, counts: &HistoryCounts) -> f64 {
        Likelihood::new(counts, false, 1).value(&self.parameters())
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

//! Gamma-Gamma: what customers spend per purchase.

mod likelihood;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::fit::Model;
use super::optimise::{self, Objective};
use super::purchase::{check, expect_count};
use super::spend::expect_currency;
use super::{Convergence, FitOptions, Spend, SpendCounts};
use crate::base::{Currency, Error, Result};

use likelihood::Likelihood;

/// Gamma-Gamma: what customers spend per purchase.
///
/// A customer's purchases vary around its own mean by a gamma distribution of shape `p`; the scale differs between
/// customers by a gamma distribution (shape `q`, rate `gamma`). The more purchases of a customer were seen, the more its
/// own mean counts against that of all customers. Sources: P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary
/// Value", note 025, 2013; P. Fader, B. Hardie, K. L. Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base
/// Analysis", Journal of Marketing Research 42, 2005.
///
/// The model takes spend per purchase for independent of the number of purchases; look at
/// [`GammaGammaFit::correlation`] before you use it.
///
/// ```
/// use crm_core::base::Currency;
/// use crm_core::score::{GammaGamma, Spend};
///
/// let dollars = Currency::new("USD")?;
/// let model = GammaGamma::new(6.25, 3.74, 15.44, dollars)?;
/// let spend = model.expected_spend(&Spend { repeats: 2, mean: 22.35, currency: dollars })?;
/// assert!((spend.unwrap() - 24.66).abs() < 0.01);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    /// The shape of the distribution of one customer's purchases.
    pub p: f64,
    /// The shape of the distribution between customers.
    pub q: f64,
    /// The rate of the distribution between customers, in major units of the currency.
    pub gamma: f64,
    /// The currency of `gamma`.
    pub currency: Currency,
}

/// A fitted model and how well its parameters are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GammaGammaFit {
    /// The model at the maximum of the likelihood.
    pub model: GammaGamma,
    /// The log-likelihood there.
    pub log_likelihood: f64,
    /// The number of repeat buyers, or the sum of their weights.
    pub customers: f64,
    /// How many customers bought again and yet spent nothing; they were left out.
    pub without_spend: f64,
    /// The correlation of the number of repeat purchases with the mean spend, which the model takes for 0.
    pub correlation: Option<f64>,
    /// The standard errors of `p`, `q`, `gamma`; none when the likelihood is not curved enough to tell.
    pub standard_errors: Option<[f64; 3]>,
    /// The covariances of the parameters, in the same order.
    pub covariance: Option<[[f64; 3]; 3]>,
    /// How the fit ended.
    pub convergence: Convergence,
}

impl GammaGamma {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless all three are positive and finite.
    pub fn new(p: f64, q: f64, gamma: f64, currency: Currency) -> Result<Self> {
        let model = Self { p, q, gamma, currency };
        model.check()?;
        Ok(model)
    }

    pub(super) fn check(&self) -> Result<()> {
        check(self)
    }

    /// The parameters that make the spends most likely.
    ///
    /// The result is the same bit for bit for any order of the customers and any number of threads. A fit that did not
    /// find a clear maximum is answered with [`FitStatus`](super::FitStatus) `Ridge` or `Stalled`, not with an error.
    ///
    /// # Errors
    /// [`Error::InsufficientData`] when there are not more distinct spends of repeat buyers than parameters;
    /// [`Error::Invalid`] for options that do not suit the model.
    pub fn fit(counts: &SpendCounts, options: &FitOptions) -> Result<GammaGammaFit> {
        if counts.rows().len() <= Self::PARAMETERS.len() {
            let reason = "more than three customers who bought again and spent differently are needed";
            return Err(Error::insufficient("gamma_gamma", reason));
        }
        let likelihood = Likelihood::new(counts, options.threads);
        let starts = [[3.0, 3.0], [1.0, 2.0], [10.0, 5.0]]
            .map(|[p, q]| [p, q, likelihood.mean * (q - 1.0) / p].map(f64::ln).to_vec());
        let like = Self { p: 1.0, q: 1.0, gamma: 1.0, currency: counts.currency() };
        let found = optimise::fit(&likelihood, &like, &starts, likelihood.weight(), options)?;
        let three = |row: &Vec<f64>| [row[0], row[1], row[2]];
        Ok(GammaGammaFit {
            model: found.model,
            log_likelihood: found.log_likelihood,
            customers: found.customers,
            without_spend: counts.without_spend(),
            correlation: counts.correlation(),
            standard_errors: found.standard_errors.as_ref().map(three),
            covariance: found.covariance.as_ref().map(|rows| [three(&rows[0]), three(&rows[1]), three(&rows[2])]),
            convergence: found.convergence,
        })
    }

    /// How likely the spends are under this model: the logarithm of equation 1a, summed over customers.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the spends are in another currency.
    pub fn log_likelihood(&self, counts: &SpendCounts) -> Result<f64> {
        self.check()?;
        expect_currency(self.currency, counts.currency())?;
        let at = [self.p, self.q, self.gamma].map(f64::ln);
        Ok(Likelihood::new(counts, 1).derivatives(&at).value)
    }

    /// What customers spend per purchase on average, in major units: `p gamma / (q - 1)`.
    ///
    /// None when `q <= 1`: then so much of the distribution lies far out that it has no mean.
    pub fn population_mean(&self) -> Option<f64> {
        self.mean_given(0.0, 0.0)
    }

    /// What the customer is expected to spend per future purchase, in major units (equation 5):
    /// `p (gamma + x z) / (p x + q - 1)`, an average of its own mean and that of all customers.
    ///
    /// None where that has no mean: without a repeat purchase when `q <= 1`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the spend is negative or in another currency.
    pub fn expected_spend(&self, spend: &Spend) -> Result<Option<f64>> {
        self.check()?;
        expect_currency(self.currency, spend.currency)?;
        if !(spend.mean >= 0.0 && spend.mean.is_finite()) {
            return Err(Error::invalid("spend", "a mean is 0 or more"));
        }
        Ok(self.mean_given(spend.repeats.into(), spend.mean))
    }

    pub(super) fn mean_given(&self, repeats: f64, mean: f64) -> Option<f64> {
        let below = self.p * repeats + self.q - 1.0;
        (below > 0.0).then(|| self.p * (self.gamma + repeats * mean) / below)
    }
}

impl Model for GammaGamma {
    const NAME: &'static str = "gamma_gamma";
    const PARAMETERS: &'static [&'static str] = &["p", "q", "gamma"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.p, self.q, self.gamma]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let [p, q, gamma] = expect_count(parameters)?;
        Self::new(p, q, gamma, self.currency)
    }
}

//! What all fits have in common: the options, the shape of a model, and the answer.

use serde::{Deserialize, Serialize};

use super::Convergence;
use crate::base::{Name, Result};

/// How models are fitted.
///
/// ```
/// use crm_core::score::{FitOptions, FixedParameter, Penalty};
///
/// let options = FitOptions::default().hold("b", 2.5)?.pull("a", 0.8, 0.5)?;
/// assert_eq!((options.fixed.len(), options.penalties.len()), (1, 1));
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FitOptions {
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
    /// Parameters that are not sought but given.
    pub fixed: Vec<FixedParameter>,
    /// What draws parameters towards values that are known from elsewhere.
    pub penalties: Vec<Penalty>,
}

impl Default for FitOptions {
    /// One thread; every parameter free; the likelihood alone.
    fn default() -> Self {
        Self { threads: 1, fixed: Vec::new(), penalties: Vec::new() }
    }
}

impl FitOptions {
    /// The likelihood alone, on so many threads.
    pub fn threads(threads: usize) -> Self {
        Self { threads, ..Self::default() }
    }

    /// Holds a parameter at a value.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when the name is not a name.
    pub fn hold(mut self, parameter: &str, value: f64) -> Result<Self> {
        self.fixed.push(FixedParameter { parameter: Name::new(parameter)?, value });
        Ok(self)
    }

    /// Draws a parameter towards a value.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when the name is not a name.
    pub fn pull(mut self, parameter: &str, centre: f64, spread: f64) -> Result<Self> {
        self.penalties.push(Penalty { parameter: Name::new(parameter)?, centre, spread });
        Ok(self)
    }
}

/// A parameter that is held at a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixedParameter {
    /// The parameter's name.
    pub parameter: Name,
    /// Its value.
    pub value: f64,
}

/// A pull of a parameter towards a value: `((ln parameter - ln centre) / spread)^2 / 2` is taken from the
/// log-likelihood.
///
/// It is the logarithm of a log-normal prior density without its constant, so a fit with penalties on all parameters is
/// the mode of the posterior density of their logarithms. A spread of 0.1 holds a parameter within about 10 %, one of 2
/// hardly says more than its order of magnitude.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    /// The parameter's name.
    pub parameter: Name,
    /// The value towards which it is drawn.
    pub centre: f64,
    /// The standard deviation of the logarithm of the parameter, had there been no data.
    pub spread: f64,
}

/// A model of positive parameters: what fits, intervals and bootstraps need to know of it.
pub trait Model: Copy + PartialEq + std::fmt::Debug + Send + Sync {
    /// The model's name in messages: `bg_nbd`.
    const NAME: &'static str;
    /// The names of its parameters, in order.
    const PARAMETERS: &'static [&'static str];

    /// The parameters, in the order of [`PARAMETERS`](Self::PARAMETERS).
    fn parameters(&self) -> Vec<f64>;

    /// The same model (unit, currency, regularity) with other parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) unless there are as many as the model has, all positive and finite.
    fn with_parameters(&self, parameters: &[f64]) -> Result<Self>;
}

/// A fitted model and how well its parameters are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit<M> {
    /// The model at the maximum of the likelihood, or of the likelihood less the penalties.
    pub model: M,
    /// The log-likelihood there, without penalties.
    pub log_likelihood: f64,
    /// The number of customers, or the sum of their weights.
    pub customers: f64,
    /// The standard errors of the parameters, in the order of [`Model::PARAMETERS`]; 0 for a parameter that was held;
    /// none when the likelihood is not curved enough to tell.
    ///
    /// They are the square roots of the diagonal of the inverse of the negative Hessian.
    pub standard_errors: Option<Vec<f64>>,
    /// The covariances of the parameters, in the same order.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// How many parameters were sought.
    pub free: u32,
    /// How the fit ended.
    pub convergence: Convergence,
}

impl<M> Fit<M> {
    /// The same fit of a model that stands for this one.
    pub(super) fn map<N>(self, to: impl FnOnce(M) -> N) -> Fit<N> {
        let Self { model, log_likelihood, customers, standard_errors, covariance, free, convergence } = self;
        Fit { model: to(model), log_likelihood, customers, standard_errors, covariance, free, convergence }
    }

    /// Akaike's information criterion, `2 free - 2 log-likelihood`: the smaller, the better the model predicts.
    pub fn aic(&self) -> f64 {
        2.0 * f64::from(self.free) - 2.0 * self.log_likelihood
    }

    /// Schwarz's information criterion, `free ln(customers) - 2 log-likelihood`.
    pub fn bic(&self) -> f64 {
        f64::from(self.free) * self.customers.ln() - 2.0 * self.log_likelihood
    }
}

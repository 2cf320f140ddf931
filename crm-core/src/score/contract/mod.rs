//! Contracts: how long customers stay when leaving is seen.

mod any;
mod counts;
mod likelihood;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::FitOptions;
use super::fit::{Fit, Model};
use super::optimise::{self, Objective};
use super::purchase::{check, expect_count};
use super::special::ln_gamma;
use crate::base::{Error, Result};

pub use any::{AnyContractFit, AnyContractModel, ContractModelKind, ContractOutlook};
pub use counts::{ContractCount, ContractCounts};
use likelihood::Likelihood;

/// No sum over periods to come is longer.
const MOST_PERIODS: u32 = 1_000_000;

/// The shifted beta-geometric model: customers renew or give up a contract at the end of each period.
///
/// A customer gives up at the end of every period with its own constant probability; these probabilities follow a beta
/// distribution (`alpha`, `beta`). The retention rate of a cohort rises with time although nobody's changes: those likely
/// to leave go first. Source: P. Fader, B. Hardie, "How to Project Customer Retention", Journal of Interactive Marketing
/// 21(1), 2007.
///
/// What it answers stands at [`ContractModel`].
///
/// ```
/// use crm_core::score::{ContractCounts, ContractModel, FitOptions, ShiftedBetaGeometric};
///
/// let cohort = ContractCounts::from_survivors(&[1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0])?;
/// let fit = ShiftedBetaGeometric::fit(&cohort, &FitOptions::default())?;
/// // Four more years.
/// assert!((fit.model.survival(11)? - 0.395).abs() < 0.001);
/// assert!(fit.model.retention(8)? > fit.model.retention(1)?);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftedBetaGeometric {
    /// The first parameter of the distribution of probabilities to give up.
    pub alpha: f64,
    /// The second; `alpha / (alpha + beta)` is the mean probability, the churn of the first period.
    pub beta: f64,
}

/// The beta-discrete-Weibull model: as [`ShiftedBetaGeometric`], but a customer's own probability to leave changes with
/// time.
///
/// The probability to survive `t` periods is `(1 - p)^(t^c)` with a beta-distributed `p`: with `c` above 1 every customer
/// tires of the contract, with `c` below 1 it gets used to it, and `c = 1` is the shifted beta-geometric model. Source: P.
/// Fader, B. Hardie, Y. Liu, J. Davin, T. Steenburgh, "'How to Project Customer Retention' Revisited: The Role of Duration
/// Dependence", Journal of Interactive Marketing 43, 2018.
///
/// ```
/// use crm_core::score::{BetaDiscreteWeibull, ContractModel};
///
/// let tiring = BetaDiscreteWeibull::new(0.7, 4.0, 1.3)?;
/// let steady = BetaDiscreteWeibull::new(0.7, 4.0, 1.0)?;
/// assert_eq!(tiring.survival(1)?, steady.survival(1)?);
/// assert!(tiring.survival(5)? < steady.survival(5)?);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BetaDiscreteWeibull {
    /// The first parameter of the distribution of `p`.
    pub alpha: f64,
    /// The second.
    pub beta: f64,
    /// How a customer's own probability to leave changes with time.
    pub c: f64,
}

/// A fitted [`ShiftedBetaGeometric`].
pub type ShiftedBetaGeometricFit = Fit<ShiftedBetaGeometric>;
/// A fitted [`BetaDiscreteWeibull`].
pub type BetaDiscreteWeibullFit = Fit<BetaDiscreteWeibull>;

/// What every model of contracts answers.
pub trait ContractModel: Model {
    /// The logarithm of the probability that a contract survives some periods.
    #[doc(hidden)]
    fn ln_survival(&self, periods: u32) -> f64;

    /// The probability that a contract is renewed at the end of each of the first `periods` periods.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite.
    fn survival(&self, periods: u32) -> Result<f64> {
        check(self)?;
        Ok(self.ln_survival(periods).exp())
    }

    /// The probability that a contract is given up at the end of a period, counted from 1; 0 for period 0.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite.
    fn probability(&self, period: u32) -> Result<f64> {
        check(self)?;
        let Some(before) = period.checked_sub(1) else { return Ok(0.0) };
        let start = self.ln_survival(before);
        Ok(start.exp() * -(self.ln_survival(period) - start).exp_m1())
    }

    /// The share of the contracts in a period, counted from 1, that are renewed at its end: `S(t) / S(t-1)`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite, or for period 0.
    fn retention(&self, period: u32) -> Result<f64> {
        self.survival_after(period.checked_sub(1).ok_or_else(|| Error::invalid("period", "is counted from 1"))?, 1)
    }

    /// The probability that a contract that was renewed so often is renewed `periods` times more.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite.
    fn survival_after(&self, renewals: u32, periods: u32) -> Result<f64> {
        check(self)?;
        Ok((self.ln_survival(renewals.saturating_add(periods)) - self.ln_survival(renewals)).exp())
    }

    /// The expected renewals among the next `periods`, of a contract that was renewed so often.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite; [`Error::OutOfRange`] for more than a million
    /// periods.
    fn expected_renewals(&self, renewals: u32, periods: u32) -> Result<f64> {
        discounted(self, renewals, Some(periods), 0.0)
    }

    /// The expected renewals to come of a contract that was renewed so often, each discounted by the time to it
    /// (discounted expected residual lifetime, DERL). `rate` is the interest for one period.
    ///
    /// The contract stands just before its next renewal, which is not discounted: P. Fader, B. Hardie, "Customer-Base
    /// Valuation in a Contractual Setting: The Perils of Ignoring Heterogeneity", Marketing Science 29(1), 2010, equation 6.
    /// There `n` counts the periods that the customer has been seen, which is one more than the renewals here.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite or the rate is not above zero;
    /// [`Error::OutOfRange`] when the sum is longer than a million periods.
    fn discounted_renewals(&self, renewals: u32, rate: f64) -> Result<f64> {
        if !(rate > 0.0 && rate.is_finite()) {
            return Err(Error::invalid("rate", "must be above zero where there is no horizon"));
        }
        discounted(self, renewals, None, rate)
    }
}

fn discounted(model: &impl ContractModel, renewals: u32, periods: Option<u32>, rate: f64) -> Result<f64> {
    check(model)?;
    if periods.is_some_and(|periods| periods > MOST_PERIODS) {
        return Err(Error::out_of_range("periods"));
    }
    let start = model.ln_survival(renewals);
    let (mut sum, mut worth) = (0.0, 1.0);
    for more in 1..=periods.unwrap_or(MOST_PERIODS) {
        let part = worth * (model.ln_survival(renewals.saturating_add(more)) - start).exp();
        sum += part;
        worth /= 1.0 + rate;
        // What follows is less than a geometric series.
        if part <= 1e-17 * sum * rate / (1.0 + rate) {
            return Ok(sum);
        }
    }
    if periods.is_some() { Ok(sum) } else { Err(Error::out_of_range("periods")) }
}

/// `ln B(alpha, beta + power) - ln B(alpha, beta)`.
fn ln_survival(alpha: f64, beta: f64, power: f64) -> f64 {
    let after = beta + power;
    ln_gamma(after) - ln_gamma(beta) - (ln_gamma(alpha + after) - ln_gamma(alpha + beta))
}

fn enough<M: Model>(counts: &ContractCounts) -> Result<()> {
    if !counts.rows().iter().any(|row| row.ended) {
        return Err(Error::insufficient(M::NAME, "no contract was given up"));
    }
    if counts.rows().len() < M::PARAMETERS.len() {
        return Err(Error::insufficient(M::NAME, "there are fewer different lengths than parameters"));
    }
    Ok(())
}

macro_rules! contract_model {
    ($model:ident, $count:literal, $name:literal, [$($field:ident),*], $starts:expr) => {
        impl $model {
            /// A model with known parameters.
            ///
            /// # Errors
            /// [`Error::Invalid`] unless all are positive and finite.
            pub fn new($($field: f64),*) -> Result<Self> {
                let model = Self { $($field),* };
                check(&model)?;
                Ok(model)
            }

            /// The parameters that make the lengths of the contracts most likely.
            ///
            /// # Errors
            /// [`Error::InsufficientData`] when no contract was given up, or there are fewer distinct lengths than
            /// parameters; [`Error::Invalid`] for options that do not suit the model.
            pub fn fit(counts: &ContractCounts, options: &FitOptions) -> Result<Fit<Self>> {
                enough::<Self>(counts)?;
                let starts: Vec<_> = $starts.iter().map(|start| start.map(f64::ln).to_vec()).collect();
                let likelihood = Likelihood::<$count> { counts };
                optimise::fit(&likelihood, &Self { $($field: 1.0),* }, &starts, counts.contracts(), options)
            }

            /// The logarithm of the probability of the lengths under this model, summed over contracts.
            ///
            /// # Errors
            /// [`Error::Invalid`] when a parameter is not positive and finite.
            pub fn log_likelihood(&self, counts: &ContractCounts) -> Result<f64> {
                check(self)?;
                let at: Vec<f64> = self.parameters().into_iter().map(f64::ln).collect();
                Ok(Likelihood::<$count> { counts }.derivatives(&at).value)
            }
        }

        impl Model for $model {
            const NAME: &'static str = $name;
            const PARAMETERS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn parameters(&self) -> Vec<f64> {
                vec![$(self.$field),*]
            }

            fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
                let [$($field),*] = expect_count(parameters)?;
                Self::new($($field),*)
            }
        }
    };
}

contract_model!(
    ShiftedBetaGeometric,
    2,
    "shifted_beta_geometric",
    [alpha, beta],
    [[1.0, 3.0], [0.3, 0.5], [5.0, 50.0]]
);
contract_model!(
    BetaDiscreteWeibull,
    3,
    "beta_discrete_weibull",
    [alpha, beta, c],
    [[1.0, 3.0, 1.0], [0.3, 0.5, 1.5], [5.0, 50.0, 0.7]]
);

impl ContractModel for ShiftedBetaGeometric {
    fn ln_survival(&self, periods: u32) -> f64 {
        ln_survival(self.alpha, self.beta, periods.into())
    }
}

impl ContractModel for BetaDiscreteWeibull {
    fn ln_survival(&self, periods: u32) -> f64 {
        ln_survival(self.alpha, self.beta, f64::from(periods).powf(self.c))
    }
}

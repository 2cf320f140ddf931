//! Models of contracts of any kind as one type.

use serde::{Deserialize, Serialize};

use super::{BetaDiscreteWeibull, ContractCounts, ContractModel, ShiftedBetaGeometric};
use crate::base::{Error, Result};
use crate::score::FitOptions;
use crate::score::fit::Fit;

/// No longer curve is given.
const LONGEST_CURVE: u32 = 100_000;

/// Which model of contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractModelKind {
    /// [`ShiftedBetaGeometric`].
    ShiftedBetaGeometric,
    /// [`BetaDiscreteWeibull`].
    BetaDiscreteWeibull,
}

/// A model of contracts of any kind, for those who learn only when the program runs which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnyContractModel {
    /// The shifted beta-geometric model.
    ShiftedBetaGeometric(ShiftedBetaGeometric),
    /// The beta-discrete-Weibull model.
    BetaDiscreteWeibull(BetaDiscreteWeibull),
}

/// A fitted model of contracts of any kind.
pub type AnyContractFit = Fit<AnyContractModel>;

/// What a model says about a contract that was renewed so often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContractOutlook {
    /// The probabilities that it is renewed at least 1, 2, ... times more.
    pub survival: Vec<f64>,
    /// The share of contracts like it that are renewed next time.
    pub retention: f64,
    /// The expected renewals among the next periods.
    pub renewals: f64,
    /// The expected renewals to come, each discounted (discounted expected residual lifetime); none without a rate.
    pub discounted_renewals: Option<f64>,
}

macro_rules! whichever {
    ($any:expr, $model:ident => $work:expr) => {
        match $any {
            AnyContractModel::ShiftedBetaGeometric($model) => $work,
            AnyContractModel::BetaDiscreteWeibull($model) => $work,
        }
    };
}

impl From<ShiftedBetaGeometric> for AnyContractModel {
    fn from(model: ShiftedBetaGeometric) -> Self {
        Self::ShiftedBetaGeometric(model)
    }
}

impl From<BetaDiscreteWeibull> for AnyContractModel {
    fn from(model: BetaDiscreteWeibull) -> Self {
        Self::BetaDiscreteWeibull(model)
    }
}

impl AnyContractModel {
    /// The parameters that make what became of the contracts most likely, for a kind of model.
    ///
    /// # Errors
    /// Those of the model's own `fit`.
    pub fn fit(kind: ContractModelKind, counts: &ContractCounts, options: &FitOptions) -> Result<AnyContractFit> {
        Ok(match kind {
            ContractModelKind::ShiftedBetaGeometric => {
                ShiftedBetaGeometric::fit(counts, options)?.map(Self::ShiftedBetaGeometric)
            }
            ContractModelKind::BetaDiscreteWeibull => {
                BetaDiscreteWeibull::fit(counts, options)?.map(Self::BetaDiscreteWeibull)
            }
        })
    }

    /// How likely it is, under this model, what became of the contracts.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite.
    pub fn log_likelihood(&self, counts: &ContractCounts) -> Result<f64> {
        whichever!(self, model => model.log_likelihood(counts))
    }

    /// Everything that the model says about a contract that was renewed so often, and its next `periods`; `rate`, the
    /// interest for one period, is needed for what is discounted.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite or the rate not above zero; [`Error::OutOfRange`]
    /// for more than 100,000 periods, or when a sum is longer than a million.
    pub fn outlook(&self, renewals: u32, periods: u32, rate: Option<f64>) -> Result<ContractOutlook> {
        if periods > LONGEST_CURVE {
            return Err(Error::out_of_range("periods"));
        }
        whichever!(self, model => Ok(ContractOutlook {
            survival: (1..=periods).map(|more| model.survival_after(renewals, more)).collect::<Result<_>>()?,
            retention: model.survival_after(renewals, 1)?,
            renewals: model.expected_renewals(renewals, periods)?,
            discounted_renewals: rate.map(|rate| model.discounted_renewals(renewals, rate)).transpose()?,
        }))
    }
}

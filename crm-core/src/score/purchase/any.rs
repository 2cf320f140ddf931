//! Purchase models of any kind as one type.

use serde::{Deserialize, Serialize};

use super::{PurchaseForecast, PurchaseModel};
use crate::base::{Error, Result};
use crate::score::fit::{Fit, Model};
use crate::score::parallel::{map_parts, ranges};
use crate::score::{
    BgNbd, FitOptions, GammaGamma, History, HistoryColumns, HistoryCounts, Interval, MbgCnbdK, MbgNbd, ParetoNbd, Rate,
    Span, SummaryTable, TimeUnit, ValueTable, ValueTerms, lifetime_value,
};

/// No more probabilities of numbers of purchases are given at once.
const MOST_PROBABILITIES: u32 = 100_000;

/// Which purchase model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseModelKind {
    /// [`BgNbd`].
    BgNbd,
    /// [`MbgNbd`].
    MbgNbd,
    /// [`ParetoNbd`].
    ParetoNbd,
    /// [`MbgCnbdK`] of a known regularity `k`.
    MbgCnbdK(u32),
}

/// A purchase model of any kind, for those who learn only when the program runs which one it is.
///
/// ```
/// use crm_core::score::{AnyPurchaseModel, BgNbd, History, Rate, Span, TimeUnit};
///
/// let model = AnyPurchaseModel::from(BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Weeks)?);
/// let customer = History::weeks(2, 30.43, 38.86);
/// let outlook = model.outlook(&customer, Span::weeks(39.0), Some(Rate::yearly(0.15)))?;
/// assert!((outlook.purchases - 1.226).abs() < 0.001);
/// assert!(outlook.p_purchase < outlook.p_alive);
/// assert!(outlook.discounted_purchases.is_some_and(|discounted| discounted < outlook.purchases));
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnyPurchaseModel {
    /// BG/NBD.
    BgNbd(BgNbd),
    /// MBG/NBD.
    MbgNbd(MbgNbd),
    /// Pareto/NBD.
    ParetoNbd(ParetoNbd),
    /// MBG/CNBD-k.
    MbgCnbdK(MbgCnbdK),
}

/// A fitted purchase model of any kind.
pub type AnyPurchaseFit = Fit<AnyPurchaseModel>;

/// What a purchase model says about one customer and a horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseOutlook {
    /// The probability that the customer is alive now.
    pub p_alive: f64,
    /// The probability that it is still alive at the horizon.
    pub p_alive_after: f64,
    /// The expected purchases until the horizon.
    pub purchases: f64,
    /// The probability of a purchase until the horizon; what is short of 1 is the risk of churn.
    pub p_purchase: f64,
    /// The expected purchases until the horizon, each discounted from when it happens; none without a rate.
    pub discounted_purchases: Option<f64>,
    /// The same without a horizon (discounted expected residual transactions); none without a rate above zero.
    pub residual_purchases: Option<f64>,
}

/// What a purchase model says about a customer on the day of its first purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewcomerOutlook {
    /// The expected repeat purchases until the horizon.
    pub purchases: f64,
    /// The probabilities of 0, 1, 2, ... repeat purchases until the horizon.
    pub probabilities: Vec<f64>,
    /// The expected repeat purchases until the horizon, each discounted; none without a rate.
    pub discounted_purchases: Option<f64>,
}

/// How well is known what a fitted model says about one customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseIntervals {
    /// The probability that the customer is alive now.
    pub p_alive: Interval,
    /// The expected purchases until the horizon.
    pub purchases: Interval,
    /// The probability of a purchase until the horizon.
    pub p_purchase: Interval,
}

/// Does the same with whichever model it is.
macro_rules! whichever {
    ($any:expr, $model:ident => $work:expr) => {
        match $any {
            AnyPurchaseModel::BgNbd($model) => $work,
            AnyPurchaseModel::MbgNbd($model) => $work,
            AnyPurchaseModel::ParetoNbd($model) => $work,
            AnyPurchaseModel::MbgCnbdK($model) => $work,
        }
    };
}

macro_rules! from {
    ($($model:ident)+) => {
        $(impl From<$model> for AnyPurchaseModel {
            fn from(model: $model) -> Self {
                Self::$model(model)
            }
        })+
    };
}

from! { BgNbd MbgNbd ParetoNbd MbgCnbdK }

impl AnyPurchaseModel {
    /// The parameters that make the histories most likely, for a kind of model.
    ///
    /// # Errors
    /// Those of the model's own `fit`.
    pub fn fit(kind: PurchaseModelKind, counts: &HistoryCounts, options: &FitOptions) -> Result<AnyPurchaseFit> {
        Ok(match kind {
            PurchaseModelKind::BgNbd => BgNbd::fit(counts, options)?.map(Self::BgNbd),
            PurchaseModelKind::MbgNbd => MbgNbd::fit(counts, options)?.map(Self::MbgNbd),
            PurchaseModelKind::ParetoNbd => ParetoNbd::fit(counts, options)?.map(Self::ParetoNbd),
            PurchaseModelKind::MbgCnbdK(k) => MbgCnbdK::fit(k, counts, options)?.map(Self::MbgCnbdK),
        })
    }

    /// The unit of time in which the model counts.
    pub fn unit(&self) -> TimeUnit {
        whichever!(self, model => model.unit)
    }

    /// How likely the histories are under this model.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite or the unit is another.
    pub fn log_likelihood(&self, counts: &HistoryCounts) -> Result<f64> {
        whichever!(self, model => model.log_likelihood(counts))
    }

    /// Everything that the model says about one customer; `rate` is needed for what is discounted.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter, the history or the rate is impossible, or a unit is another;
    /// [`Error::OutOfRange`] when a number becomes too large.
    pub fn outlook(&self, history: &History, horizon: Span, rate: Option<Rate>) -> Result<PurchaseOutlook> {
        whichever!(self, model => Ok(PurchaseOutlook {
            p_alive: model.p_alive(history)?,
            p_alive_after: model.p_alive_after(history, horizon)?,
            purchases: model.expected_purchases(history, horizon)?,
            p_purchase: model.p_purchase(history, horizon)?,
            discounted_purchases: rate
                .map(|rate| model.discounted_purchases(history, Some(horizon), rate))
                .transpose()?,
            residual_purchases: rate
                .filter(|rate| rate.rate > 0.0)
                .map(|rate| model.discounted_purchases(history, None, rate))
                .transpose()?,
        }))
    }

    /// Everything that the model says about a newcomer, with the probabilities of 0 to `most` repeat purchases.
    ///
    /// # Errors
    /// As [`outlook`](Self::outlook), and [`Error::OutOfRange`] for more than 100,000 probabilities.
    pub fn newcomer(&self, horizon: Span, most: u32, rate: Option<Rate>) -> Result<NewcomerOutlook> {
        if most > MOST_PROBABILITIES {
            return Err(Error::out_of_range("most"));
        }
        whichever!(self, model => Ok(NewcomerOutlook {
            purchases: model.expected_repeats(horizon)?,
            probabilities: (0..=most).map(|repeats| model.probability(repeats, horizon)).collect::<Result<_>>()?,
            discounted_purchases: rate.map(|rate| model.discounted_repeats(Some(horizon), rate)).transpose()?,
        }))
    }

    /// P(alive) and expected purchases of every customer of a summary, in the order of its rows.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is impossible or a unit is another; [`Error::OutOfRange`] when a number becomes
    /// too large.
    pub fn forecast(&self, table: &SummaryTable, horizon: Span, threads: usize) -> Result<Vec<PurchaseForecast>> {
        whichever!(self, model => model.forecast(table, horizon, threads))
    }

    /// P(alive) and expected purchases of every row of a table of histories.
    ///
    /// # Errors
    /// As [`forecast`](Self::forecast), and [`Error::Invalid`] when the columns differ in length or for an impossible
    /// history.
    pub fn forecast_columns(
        &self,
        columns: &HistoryColumns<'_>,
        horizon: Span,
        threads: usize,
    ) -> Result<Vec<PurchaseForecast>> {
        whichever!(self, model => model.forecast_columns(columns, horizon, threads))
    }

    /// P(alive) and expected purchases of each of some histories.
    ///
    /// # Errors
    /// As [`forecast`](Self::forecast), and [`Error::Invalid`] for an impossible history.
    pub fn forecast_each(&self, histories: &[History], horizon: Span, threads: usize) -> Result<Vec<PurchaseForecast>> {
        let one = |history: &History| {
            let purchases = whichever!(self, model => model.expected_purchases(history, horizon)?);
            Ok(PurchaseForecast { p_alive: whichever!(self, model => model.p_alive(history)?), purchases })
        };
        let parts = map_parts(ranges(histories.len(), threads), |part| {
            histories[part].iter().map(one).collect::<Result<Vec<_>>>()
        });
        let mut all = Vec::with_capacity(histories.len());
        for part in parts {
            all.extend(part?);
        }
        Ok(all)
    }

    /// The lifetime value of every customer of a summary, as by [`lifetime_value`].
    ///
    /// # Errors
    /// Those of [`lifetime_value`].
    pub fn value(
        &self,
        table: &SummaryTable,
        spend: &GammaGamma,
        terms: &ValueTerms,
        threads: usize,
    ) -> Result<ValueTable> {
        whichever!(self, model => lifetime_value(table, model, spend, terms, threads))
    }
}

impl AnyPurchaseFit {
    /// How well is known what the model says about a customer, at a level such as 0.95, by the delta method.
    ///
    /// # Errors
    /// As [`Fit::interval`], and [`Error::Invalid`] when the history is impossible or a unit is another.
    pub fn intervals(&self, history: &History, horizon: Span, level: f64) -> Result<PurchaseIntervals> {
        whichever!(self.model, model => {
            let fit = self.clone().map(|_| model);
            Ok(PurchaseIntervals {
                p_alive: fit.p_alive_interval(history, level)?,
                purchases: fit.expected_purchases_interval(history, horizon, level)?,
                p_purchase: fit.p_purchase_interval(history, horizon, level)?,
            })
        })
    }

    /// How well each parameter is known, at a level such as 0.95.
    ///
    /// # Errors
    /// As [`Fit::interval`].
    pub fn intervals_of_parameters(&self, level: f64) -> Result<Vec<Interval>> {
        whichever!(self.model, model => self.clone().map(|_| model).parameter_intervals(level))
    }

    /// The names of the parameters, in order.
    pub fn parameter_names(&self) -> &'static [&'static str] {
        fn names<M: Model>(_: &M) -> &'static [&'static str] {
            M::PARAMETERS
        }
        whichever!(&self.model, model => names(model))
    }
}

//! How well fitted models know what they say: delta-method intervals and the bootstrap.

use serde::{Deserialize, Serialize};

use super::distribution::reach;
use super::fit::{Fit, Model};
use super::parallel::{map_parts, ranges};
use super::purchase::PurchaseModel;
use super::random::Random;
use super::{FitOptions, History, HistoryCount, HistoryCounts, Span};
use crate::base::{Error, Result};

/// An estimate and how far off it may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often such intervals hold the truth, 0.95 for 95 %.
    pub level: f64,
}

/// The scale on which an interval is symmetric, so that it never leaves the range of the quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The quantity itself: any number.
    Plain,
    /// Its logarithm: a positive number.
    #[default]
    Positive,
    /// The logarithm of its odds: a probability.
    Probability,
}

impl Scale {
    /// The ends of an interval, from an estimate, its standard error and the number of them to either side.
    fn ends(self, estimate: f64, error: f64, reach: f64) -> (f64, f64) {
        let both = |by: f64, end: &dyn Fn(f64) -> f64| (end(-by), end(by));
        match self {
            Self::Positive if estimate > 0.0 => both(reach * error / estimate, &|by| estimate * by.exp()),
            Self::Probability if estimate > 0.0 && estimate < 1.0 => {
                let odds = estimate / (1.0 - estimate);
                both(reach * error / (estimate * (1.0 - estimate)), &|by| 1.0 / (1.0 + (-by).exp() / odds))
            }
            _ => both(reach * error, &|by| estimate + by),
        }
    }
}

pub(super) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(Error::invalid("level", "must lie between 0 and 1")) }
}

impl<M: Model> Fit<M> {
    /// An interval for anything that the model says, by the delta method: the quantity is taken for linear in the
    /// logarithms of the parameters near the maximum (Casella & Berger, "Statistical Inference", 2002, section 5.5.4).
    ///
    /// ```
    /// use crm_core::score::{ContractCounts, ContractModel, FitOptions, Scale, ShiftedBetaGeometric};
    ///
    /// let cohort = ContractCounts::from_survivors(&[1000.0, 869.0, 743.0, 653.0, 593.0])?;
    /// let fit = ShiftedBetaGeometric::fit(&cohort, &FitOptions::default())?;
    /// let survival = fit.interval(0.95, Scale::Probability, |model| model.survival(8))?;
    /// assert!(survival.low < survival.estimate && survival.estimate < survival.high && survival.high < 1.0);
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InsufficientData`] when the fit knows no covariances; [`Error::Invalid`] for a level outside 0 to 1; the
    /// errors of the quantity.
    pub fn interval(&self, level: f64, scale: Scale, quantity: impl Fn(&M) -> Result<f64>) -> Result<Interval> {
        const STEP: f64 = 1e-4;
        check_level(level)?;
        let covariance = self.covariance.as_ref().ok_or_else(|| {
            Error::insufficient(M::NAME, "the likelihood is too flat to tell how well the parameters are known")
        })?;
        let estimate = quantity(&self.model)?;
        let parameters = self.model.parameters();
        let moved = |i: usize, by: f64| {
            let mut moved = parameters.clone();
            moved[i] *= by.exp();
            quantity(&self.model.with_parameters(&moved)?)
        };
        let mut slopes = vec![0.0; parameters.len()];
        for (i, slope) in slopes.iter_mut().enumerate() {
            if covariance[i][i] > 0.0 {
                *slope = (moved(i, STEP)? - moved(i, -STEP)?) / (2.0 * STEP * parameters[i]);
            }
        }
        let variance: f64 = slopes
            .iter()
            .zip(covariance)
            .map(|(a, row)| row.iter().zip(&slopes).map(|(c, b)| a * c * b).sum::<f64>())
            .sum();
        let standard_error = variance.max(0.0).sqrt();
        let (low, high) = scale.ends(estimate, standard_error, reach(level));
        Ok(Interval { estimate, standard_error, low, high, level })
    }

    /// Intervals for the parameters, in the order of [`Model::PARAMETERS`], symmetric in their logarithms.
    ///
    /// # Errors
    /// As [`interval`](Self::interval).
    pub fn parameter_intervals(&self, level: f64) -> Result<Vec<Interval>> {
        let of = |i: usize| self.interval(level, Scale::Positive, |model| Ok(model.parameters()[i]));
        (0..M::PARAMETERS.len()).map(of).collect()
    }
}

impl<M: PurchaseModel> Fit<M> {
    /// P(alive) of a customer with its interval.
    ///
    /// # Errors
    /// As [`interval`](Self::interval) and [`PurchaseModel::p_alive`].
    pub fn p_alive_interval(&self, history: &History, level: f64) -> Result<Interval> {
        self.interval(level, Scale::Probability, |model| model.p_alive(history))
    }

    /// The probability of a purchase within the horizon with its interval.
    ///
    /// # Errors
    /// As [`interval`](Self::interval) and [`PurchaseModel::p_purchase`].
    pub fn p_purchase_interval(&self, history: &History, horizon: Span, level: f64) -> Result<Interval> {
        self.interval(level, Scale::Probability, |model| model.p_purchase(history, horizon))
    }

    /// The expected purchases of a customer within the horizon with the interval of the expectation. (What the customer
    /// really buys scatters around it.)
    ///
    /// # Errors
    /// As [`interval`](Self::interval) and [`PurchaseModel::expected_purchases`].
    pub fn expected_purchases_interval(&self, history: &History, horizon: Span, level: f64) -> Result<Interval> {
        self.interval(level, Scale::Positive, |model| model.expected_purchases(history, horizon))
    }

    /// Fits the model again and again to customers drawn anew.
    ///
    /// This is the Bayesian bootstrap (D. Rubin, "The Bayesian Bootstrap", Annals of Statistics 9(1), 1981): each draw
    /// gives every customer a random exponential weight, so a row that counts `n` customers gets a gamma-distributed
    /// weight of shape `n`. Only weights change, the compressed table stays; and each refit begins at the maximum. The
    /// result is the same for any number of threads.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the histories are in another unit, or without replicates.
    pub fn bootstrap(&self, counts: &HistoryCounts, options: &BootstrapOptions) -> Result<Bootstrap<M>> {
        if options.replicates == 0 {
            return Err(Error::invalid("replicates", "one is needed at least"));
        }
        self.model.log_likelihood(counts)?;
        let fit = FitOptions { threads: 1, ..options.fit.clone() };
        let replicate = |number: usize| -> Result<Option<M>> {
            let mut random = Random::new(options.seed, number as u64);
            let draw = |row: &HistoryCount| HistoryCount { weight: random.gamma(row.weight), ..*row };
            let drawn = HistoryCounts::new(counts.unit(), counts.rows().iter().map(draw).collect())?;
            let found = self.model.refit(&drawn, &fit)?;
            Ok((found.log_likelihood.is_finite()).then_some(found.model))
        };
        let parts = map_parts(ranges(options.replicates as usize, options.threads), |part| {
            part.map(replicate).collect::<Result<Vec<_>>>()
        });
        let mut models = Vec::with_capacity(options.replicates as usize);
        for part in parts {
            models.extend(part?.into_iter().flatten());
        }
        Ok(Bootstrap { estimate: self.model, failed: options.replicates - models.len() as u32, models })
    }
}

/// How a model is fitted again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BootstrapOptions {
    /// How many times.
    pub replicates: u32,
    /// What the draws depend on: the same seed gives the same result.
    pub seed: u64,
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
    /// How each fit is made: give what the first fit was given. Its number of threads does not count.
    pub fit: FitOptions,
}

impl Default for BootstrapOptions {
    /// 200 replicates, seed 0, one thread.
    fn default() -> Self {
        Self { replicates: 200, seed: 0, threads: 1, fit: FitOptions::default() }
    }
}

/// The models that were fitted to customers drawn anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap<M> {
    /// The model of the customers as they are.
    pub estimate: M,
    /// One model for each draw.
    pub models: Vec<M>,
    /// Draws whose fit found no likelihood.
    pub failed: u32,
}

impl<M: Model> Bootstrap<M> {
    /// The interval that holds the middle of what the models say (the percentile interval; Efron & Tibshirani, "An
    /// Introduction to the Bootstrap", 1993, chapter 13), and their standard deviation.
    ///
    /// # Errors
    /// [`Error::InsufficientData`] for fewer than two models; [`Error::Invalid`] for a level outside 0 to 1; the errors of
    /// the quantity.
    pub fn interval(&self, level: f64, quantity: impl Fn(&M) -> Result<f64>) -> Result<Interval> {
        check_level(level)?;
        if self.models.len() < 2 {
            return Err(Error::insufficient(M::NAME, "two replicates are needed at least"));
        }
        let estimate = quantity(&self.estimate)?;
        let mut values = self.models.iter().map(quantity).collect::<Result<Vec<_>>>()?;
        values.sort_unstable_by(f64::total_cmp);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let at = |share: f64| quantile(&values, share);
        let (low, high) = (at((1.0 - level) / 2.0), at(f64::midpoint(1.0, level)));
        Ok(Interval { estimate, standard_error: variance.sqrt(), low, high, level })
    }
}

/// The quantile of type 7 of rising values.
pub(super) fn quantile(values: &[f64], share: f64) -> f64 {
    let place = share * (values.len() as f64 - 1.0);
    let below = (place as usize).min(values.len() - 1);
    let above = (below + 1).min(values.len() - 1);
    values[below] + (place - below as f64) * (values[above] - values[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::testing::{cdnow_counts, close};
    use crate::score::{BgNbd, BgNbdFit, ParetoNbd};

    fn fit() -> BgNbdFit {
        BgNbd::fit(&cdnow_counts(), &FitOptions::default()).unwrap()
    }

    #[test]
    fn parameters_have_the_standard_errors_of_the_fit() {
        let fit = fit();
        let intervals = fit.parameter_intervals(0.95).unwrap();
        for ((interval, error), parameter) in
            intervals.iter().zip(fit.standard_errors.clone().unwrap()).zip(fit.model.parameters())
        {
            close(interval.standard_error, error, 1e-6);
            close(interval.high / parameter, parameter / interval.low, 1e-12);
            close((interval.high / parameter).ln(), 1.959963984540054 * error / parameter, 1e-6);
        }
    }

    #[test]
    fn intervals_stay_in_the_range_of_their_quantity() {
        let fit = fit();
        let customer = History::weeks(2, 30.43, 38.86);
        let alive = fit.p_alive_interval(&customer, 0.999).unwrap();
        assert!(0.0 < alive.low && alive.low < alive.estimate && alive.estimate < alive.high && alive.high < 1.0);
        let year = Span::weeks(52.0);
        let purchases = fit.expected_purchases_interval(&customer, year, 0.95).unwrap();
        assert!(purchases.low > 0.0 && purchases.high > purchases.estimate);
        let any = fit.p_purchase_interval(&customer, year, 0.95).unwrap();
        assert!(any.high < alive.high);
        // A constant is known exactly.
        let constant = fit.interval(0.95, Scale::Plain, |_| Ok(7.0)).unwrap();
        assert_eq!((constant.low, constant.high, constant.standard_error), (7.0, 7.0, 0.0));
        assert!(fit.interval(1.0, Scale::Plain, |_| Ok(7.0)).is_err());
        let flat = Fit { covariance: None, ..fit };
        assert_eq!(flat.parameter_intervals(0.9).unwrap_err().code().as_str(), "insufficient-data");
    }

    #[test]
    fn the_bootstrap_agrees_with_the_hessian_and_repeats() {
        let (fit, counts) = (fit(), cdnow_counts());
        let options = BootstrapOptions { replicates: 60, seed: 42, ..BootstrapOptions::default() };
        let bootstrap = fit.bootstrap(&counts, &options).unwrap();
        assert_eq!((bootstrap.models.len(), bootstrap.failed), (60, 0));
        let customer = History::weeks(2, 30.43, 38.86);
        let drawn = bootstrap.interval(0.95, |model| model.p_alive(&customer)).unwrap();
        let delta = fit.p_alive_interval(&customer, 0.95).unwrap();
        // A standard deviation of 60 draws is known to a tenth.
        assert!((drawn.standard_error / delta.standard_error - 1.0).abs() < 0.4, "{drawn:?} {delta:?}");
        assert!(drawn.low < drawn.estimate && drawn.estimate < drawn.high);
        let threads = fit.bootstrap(&counts, &BootstrapOptions { threads: 3, ..options.clone() }).unwrap();
        assert_eq!(threads, bootstrap);
        let other = fit.bootstrap(&counts, &BootstrapOptions { seed: 43, replicates: 2, ..options.clone() }).unwrap();
        assert_ne!(other.models, bootstrap.models[..2]);
        assert!(fit.bootstrap(&counts, &BootstrapOptions { replicates: 0, ..options }).is_err());
    }

    #[test]
    fn pareto_predictions_are_known_better_than_its_parameters() {
        let fit = ParetoNbd::fit(&cdnow_counts(), &FitOptions::default()).unwrap();
        let beta = fit.parameter_intervals(0.95).unwrap()[3];
        let customer = History::weeks(2, 30.43, 38.86);
        let expected = fit.expected_purchases_interval(&customer, Span::weeks(39.0), 0.95).unwrap();
        assert!(expected.standard_error / expected.estimate < 0.2 * beta.standard_error / beta.estimate);
    }

    #[test]
    fn quantiles_are_those_of_type_7() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!([0.0, 0.5, 1.0].map(|share| quantile(&values, share)), [1.0, 3.0, 8.0]);
        assert_eq!(quantile(&[5.0], 0.3), 5.0);
    }
}

//! MBG/CNBD-k: customers who buy more regularly than at random.

mod likelihood;
mod phases;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::bgnbd::NegativeBinomial;
use super::fit::{Fit, Model};
use super::purchase::{Kernel, PurchaseModel, check, enough, expect_count};
use super::special::{Rising, ln_gamma};
use super::{FitOptions, History, HistoryCounts, SummaryTable, TimeUnit, optimise};
use crate::base::{Error, Result};

use likelihood::Likelihood;
use phases::Phases;

/// The most regular customers that are looked for.
const MOST_REGULAR: u32 = 12;

/// MBG/CNBD-k: as [`MbgNbd`](super::MbgNbd), for customers who buy at more regular times.
///
/// The time between two purchases is the sum of `k` exponential waits (an Erlang distribution) instead of one: the
/// greater `k`, the more regular the purchases. The rates of the waits follow a gamma distribution (shape `r`, rate
/// `alpha`); after each purchase, the first one included, the customer leaves with a beta-distributed probability (`a`,
/// `b`). With `k = 1` it is [`MbgNbd`](super::MbgNbd). Sources: M. Platzer, T. Reutterer, "Ticking Away the Moments: Timing
/// Regularity Helps to Better Predict Customer Activity", Marketing Science 35(5), 2016; T. Reutterer, M. Platzer, N.
/// Schröder, "Leveraging purchase regularity for predicting customer behavior the easy way", International Journal of
/// Research in Marketing 38(1), 2021.
///
/// The papers approximate the expected purchases; here they are exact: the waits since the last purchase that may already
/// be over are a hidden phase, whose probabilities follow from the history. What the model answers stands at
/// [`PurchaseModel`](super::PurchaseModel). Its log-likelihood on counted histories leaves out
/// [`ln_gaps`](Self::ln_gaps), which only matters when two `k` are compared.
///
/// ```
/// use crm_core::score::{History, MbgCnbdK, PurchaseModel, TimeUnit};
///
/// // Monthly buyers, ten weeks after their last purchase: the more regular, the surer that they have left.
/// let late = History::weeks(10, 40.0, 50.0);
/// let alive = |k: u32| MbgCnbdK::new(k, 2.0, 8.0 / f64::from(k), 0.8, 3.0, TimeUnit::Weeks)?.p_alive(&late);
/// assert!(alive(1)? > alive(2)? && alive(2)? > alive(4)?);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MbgCnbdK {
    /// How regularly customers buy; 1 for purchases at random times.
    pub k: u32,
    /// The shape of the distribution of the waits' rates.
    pub r: f64,
    /// The rate of the distribution of the waits' rates, in units of time; `r / (k alpha)` is the mean purchase rate.
    pub alpha: f64,
    /// The first parameter of the distribution of drop-out probabilities.
    pub a: f64,
    /// The second parameter of the distribution of drop-out probabilities.
    pub b: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

/// A fitted [`MbgCnbdK`] and how well its parameters are known.
pub type MbgCnbdKFit = Fit<MbgCnbdK>;

/// The fit with the regularity that suits the customers best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegularityFit {
    /// The fit.
    pub fit: MbgCnbdKFit,
    /// The log-likelihood for `k` = 1, 2, ..., with the gaps between purchases taken into account.
    pub log_likelihoods: Vec<f64>,
}

impl MbgCnbdK {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless `k` lies in `1..=100` and the others are positive and finite.
    pub fn new(k: u32, r: f64, alpha: f64, a: f64, b: f64, unit: TimeUnit) -> Result<Self> {
        let model = Self { k, r, alpha, a, b, unit };
        if !(1..=100).contains(&k) {
            return Err(Error::invalid("k", "must lie in 1..=100"));
        }
        check(&model)?;
        Ok(model)
    }

    /// The parameters that make the histories most likely, for a known regularity.
    ///
    /// # Errors
    /// As [`BgNbd::fit`](super::BgNbd::fit), and [`Error::Invalid`] unless `k` lies in `1..=100`.
    pub fn fit(k: u32, counts: &HistoryCounts, options: &FitOptions) -> Result<MbgCnbdKFit> {
        enough::<Self>(counts)?;
        let like = Self::new(k, 1.0, 1.0, 1.0, 1.0, counts.unit())?;
        let rate = counts.rate() * f64::from(k);
        let points = [[0.5, 1.0, 3.0], [2.0, 0.5, 5.0], [0.1, 2.0, 2.0]];
        let starts: Vec<_> = points.iter().map(|&[r, a, b]| [r, r / rate, a, b].map(f64::ln).to_vec()).collect();
        like.maximise(counts, &starts, options)
    }

    /// The regularity and the parameters that make the purchases of a summary most likely.
    ///
    /// `k` rises from 1 until the likelihood has fallen twice, to 12 at most. The gaps between purchases tell one `k` from
    /// another; a summary keeps the sum of their logarithms.
    ///
    /// # Errors
    /// As [`BgNbd::fit`](super::BgNbd::fit).
    pub fn fit_regularity(table: &SummaryTable, options: &FitOptions) -> Result<RegularityFit> {
        let counts = HistoryCounts::of(table);
        let purchases: f64 = table.rows.iter().map(|row| f64::from(row.repeats)).sum();
        let log_gaps: f64 = table.rows.iter().map(|row| row.log_gaps).sum::<f64>() - purchases * table.unit.days().ln();
        let mut log_likelihoods: Vec<f64> = Vec::new();
        let mut best: Option<(f64, MbgCnbdKFit)> = None;
        for k in 1..=MOST_REGULAR {
            let fit = Self::fit(k, &counts, options)?;
            let likelihood = fit.log_likelihood + fit.model.ln_gaps(log_gaps, purchases);
            log_likelihoods.push(likelihood);
            if best.as_ref().is_none_or(|(best, _)| likelihood > *best) {
                best = Some((likelihood, fit));
            } else if matches!(log_likelihoods[..], [.., a, b, c] if c < b && b < a) {
                break;
            }
        }
        let (_, fit) = best.ok_or_else(|| Error::insufficient(Self::NAME, "no likelihood is a number"))?;
        Ok(RegularityFit { fit, log_likelihoods })
    }

    /// The part of the log-likelihood that depends on the gaps between purchases and on `k` alone:
    /// `(k - 1) g - x ln (k-1)!`, where `g` is the sum of the logarithms of the gaps in the model's unit and `x` the number
    /// of repeat purchases of all customers.
    pub fn ln_gaps(&self, log_gaps: f64, purchases: f64) -> f64 {
        let k = f64::from(self.k);
        (k - 1.0) * log_gaps - purchases * ln_gamma(k)
    }
}

impl Model for MbgCnbdK {
    const NAME: &'static str = "mbg_cnbd_k";
    const PARAMETERS: &'static [&'static str] = &["r", "alpha", "a", "b"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let [r, alpha, a, b] = expect_count(parameters)?;
        Self::new(self.k, r, alpha, a, b, self.unit)
    }
}

impl PurchaseModel for MbgCnbdK {}

impl Kernel for MbgCnbdK {
    type Memory = ();

    fn time_unit(&self) -> TimeUnit {
        self.unit
    }

    fn maximise(&self, counts: &HistoryCounts, starts: &[Vec<f64>], options: &FitOptions) -> Result<MbgCnbdKFit> {
        let likelihood = Likelihood::new(self.k, counts, options.threads);
        optimise::fit(&likelihood, self, starts, counts.customers(), options)
    }

    fn ln_likelihood(&self, counts: &HistoryCounts) -> f64 {
        let at: Vec<f64> = self.parameters().into_iter().map(f64::ln).collect();
        optimise::Objective::derivatives(&Likelihood::new(self.k, counts, 1), &at).value
    }

    fn alive(&self, history: &History) -> f64 {
        Phases::of(self, history).alive
    }

    fn survival(&self, history: &History, time: f64) -> f64 {
        Phases::of(self, history).survival(time)
    }

    fn purchases(&self, history: &History, times: &[f64], (): &mut ()) -> Vec<f64> {
        let phases = Phases::of(self, history);
        times.iter().map(|&time| phases.alive * phases.purchases(time)).collect()
    }

    fn any_purchase(&self, history: &History, time: f64) -> f64 {
        let phases = Phases::of(self, history);
        (phases.alive * phases.any_purchase(time)).min(phases.alive)
    }

    fn mass(&self, repeats: u32, time: f64) -> f64 {
        let (mut of_b, mut of_ab) = (Rising::new(self.b), Rising::new(self.a + self.b));
        let waits = NegativeBinomial::new(self.r, time / self.alpha);
        let first = repeats.saturating_mul(self.k);
        of_b.advance(repeats);
        of_ab.advance(repeats.saturating_add(1));
        let left = self.a * (of_b.ln - of_ab.ln).exp() * waits.at_least(first);
        of_b.advance(repeats.saturating_add(1));
        let alive: f64 = (0..self.k).map(|more| waits.exactly(first.saturating_add(more))).sum();
        left + (of_b.ln - of_ab.ln).exp() * alive
    }
}

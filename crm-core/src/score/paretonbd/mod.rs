//! Pareto/NBD: how often customers without a contract buy, and when they silently leave, at any time.

mod decline;
mod likelihood;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::fit::{Fit, Model};
use super::purchase::{Kernel, PurchaseModel, check, enough, expect_count};
use super::quadrature::finite_range;
use super::special::{Rising, softplus};
use super::{FitOptions, History, HistoryCounts, TimeUnit, optimise};
use crate::base::Result;

use decline::{Anchor, Decline};
use likelihood::Likelihood;

/// Pareto/NBD: how often customers without a contract buy, and when they silently leave, at any time.
///
/// While alive, a customer buys at random times at its own constant rate; the rates of all customers follow a gamma
/// distribution (shape `r`, rate `alpha`). It leaves after a lifetime that is exponential with its own rate; those rates
/// follow a gamma distribution too (shape `s`, rate `beta`). Sources: D. Schmittlein, D. Morrison, R. Colombo, "Counting
/// Your Customers: Who Are They and What Will They Do Next?", Management Science 33(1), 1987; P. Fader, B. Hardie, "A note
/// on deriving the Pareto/NBD model and related expressions", 2005.
///
/// The published forms take differences of hypergeometric functions, which cancel or overflow, and divide by `s - 1`.
/// Here every quantity is an integral of a positive function or a function without a pole, so all of them hold for any
/// parameters, `s = 1` and equal `alpha` and `beta` included. What the model answers stands at
/// [`PurchaseModel`](super::PurchaseModel).
///
/// Do not use it for contracts, for one-time goods, or where purchases come at regular intervals. The data often say
/// little about `s` and `beta` each, though much about both together; predictions hardly depend on where on that ridge
/// the fit stands.
///
/// ```
/// use crm_core::score::{History, ParetoNbd, PurchaseModel, Span, TimeUnit};
///
/// let model = ParetoNbd::new(0.553, 10.578, 0.606, 11.669, TimeUnit::Weeks)?;
/// let customer = History::weeks(2, 30.43, 38.86);
/// assert!((model.p_alive(&customer)? - 0.8692).abs() < 1e-4);
/// assert!((model.expected_purchases(&customer, Span::weeks(39.0))? - 1.455).abs() < 1e-3);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParetoNbd {
    /// The shape of the distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// The rate of the distribution of purchase rates, in units of time; `r / alpha` is the mean purchase rate.
    pub alpha: f64,
    /// The shape of the distribution of drop-out rates.
    pub s: f64,
    /// The rate of the distribution of drop-out rates, in units of time; `s / beta` is the mean drop-out rate.
    pub beta: f64,
    /// The unit of time of `alpha` and `beta`.
    pub unit: TimeUnit,
}

/// A fitted [`ParetoNbd`] and how well its parameters are known.
pub type ParetoNbdFit = Fit<ParetoNbd>;

impl ParetoNbd {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) unless all four are positive and finite.
    pub fn new(r: f64, alpha: f64, s: f64, beta: f64, unit: TimeUnit) -> Result<Self> {
        let model = Self { r, alpha, s, beta, unit };
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
    pub fn fit(counts: &HistoryCounts, options: &FitOptions) -> Result<ParetoNbdFit> {
        enough::<Self>(counts)?;
        let (rate, age) = (counts.rate(), counts.mean_age());
        let points = [[0.5, 0.6, 0.5], [1.5, 1.0, 1.0], [0.2, 2.0, 4.0]];
        let start = |&[r, s, ages]: &[f64; 3]| [r, r / rate, s, ages * age].map(f64::ln).to_vec();
        let starts: Vec<_> = points.iter().map(start).collect();
        Self { r: 1.0, alpha: 1.0, s: 1.0, beta: 1.0, unit: counts.unit() }.maximise(counts, &starts, options)
    }

    /// The expected purchases of a customer who is alive, per unit of `beta + T`.
    fn pace(&self, history: &History) -> f64 {
        self.alive(history) * (self.r + f64::from(history.repeats)) / (self.alpha + history.age)
    }
}

impl Model for ParetoNbd {
    const NAME: &'static str = "pareto_nbd";
    const PARAMETERS: &'static [&'static str] = &["r", "alpha", "s", "beta"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.s, self.beta]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let [r, alpha, s, beta] = expect_count(parameters)?;
        Self::new(r, alpha, s, beta, self.unit)
    }
}

impl PurchaseModel for ParetoNbd {}

impl Kernel for ParetoNbd {
    type Memory = ();

    fn time_unit(&self) -> TimeUnit {
        self.unit
    }

    fn maximise(&self, counts: &HistoryCounts, starts: &[Vec<f64>], options: &FitOptions) -> Result<ParetoNbdFit> {
        let likelihood = Likelihood::new(counts, options.threads);
        optimise::fit(&likelihood, self, starts, likelihood.weight(), options)
    }

    fn ln_likelihood(&self, counts: &HistoryCounts) -> f64 {
        let at: Vec<f64> = self.parameters().into_iter().map(f64::ln).collect();
        optimise::Objective::derivatives(&Likelihood::new(counts, 1), &at).value
    }

    /// One over one plus the odds of having left, which are positive.
    fn alive(&self, history: &History) -> f64 {
        let silence = history.age - history.recency;
        if silence == 0.0 {
            return 1.0;
        }
        let k = self.r + f64::from(history.repeats);
        let (alpha, beta) = (self.alpha + history.recency, self.beta + history.recency);
        let left = Decline::new(k, self.s + 1.0, alpha, beta, silence).ln_integral(Anchor::End);
        softplus(-((self.s / (self.beta + history.age)).ln() + left)).1
    }

    fn survival(&self, history: &History, time: f64) -> f64 {
        (-self.s * (time / (self.beta + history.age)).ln_1p()).exp()
    }

    /// `(1 - ((beta+T)/(beta+T+t))^(s-1)) / (s-1)` has a limit at `s = 1`.
    fn purchases(&self, history: &History, times: &[f64], (): &mut ()) -> Vec<f64> {
        let beta = self.beta + history.age;
        let pace = self.pace(history);
        let until = |time: &f64| {
            let log = (time / beta).ln_1p();
            let u = (self.s - 1.0) * log;
            pace * beta * if u == 0.0 { log } else { -(-u).exp_m1() / u * log }
        };
        times.iter().map(until).collect()
    }

    /// The density of the time of the next purchase, before the customer has left, over the horizon.
    fn any_purchase(&self, history: &History, time: f64) -> f64 {
        let k = self.r + f64::from(history.repeats);
        let (alpha, beta) = (self.alpha + history.age, self.beta + history.age);
        let ln = (k / alpha).ln() + Decline::new(k + 1.0, self.s, alpha, beta, time).ln_integral(Anchor::Start);
        self.alive(history) * ln.exp().min(1.0)
    }

    /// Either the customer is alive at the end, or it left at some time before which it had made all its purchases.
    fn mass(&self, repeats: u32, time: f64) -> f64 {
        let Self { r, alpha, s, beta, .. } = *self;
        let (mut rising, mut factorial) = (Rising::new(r), Rising::new(1.0));
        rising.advance(repeats);
        factorial.advance(repeats);
        let ways = rising.ln - factorial.ln;
        let by = |time: f64| {
            let power = if repeats == 0 { 0.0 } else { f64::from(repeats) * (time / (alpha + time)).ln() };
            (ways - r * (time / alpha).ln_1p() + power).exp()
        };
        let alive = by(time) * (-s * (time / beta).ln_1p()).exp();
        let scale = alpha.min(beta);
        let left = finite_range((time / scale).ln_1p(), |v| {
            let then = scale * v.exp_m1();
            by(then) * s / beta * (-(s + 1.0) * (then / beta).ln_1p()).exp() * scale * v.exp()
        });
        alive + left
    }

    /// `Int of e^(-delta t) ((beta+T)/(beta+T+t))^s dt`: with `t = (beta+T) (e^v - 1)` the integrand falls off faster
    /// than exponentially. (The published form for an endless horizon is Tricomi's hypergeometric function.)
    fn discounted(&self, history: &History, until: Option<f64>, delta: f64) -> f64 {
        // By e^-60 of the value that counts the integrand is over.
        const OVER: f64 = 60.0;
        let beta = self.beta + history.age;
        if let (Some(until), true) = (until, delta == 0.0) {
            return self.purchases(history, &[until], &mut ())[0];
        }
        let z = delta * beta;
        let over = (OVER / z).ln_1p();
        let range = until.map_or(over, |until| (until / beta).ln_1p().min(over));
        let sum = finite_range(range, |v| ((1.0 - self.s) * v - z * v.exp_m1()).exp());
        self.pace(history) * beta * sum
    }
}

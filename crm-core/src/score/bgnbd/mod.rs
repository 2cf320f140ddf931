//! BG/NBD: how often customers without a contract buy, and when they silently leave.

mod expect;
mod likelihood;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::distinct::Distinct;
use super::optimise::{Objective, maximise};
use super::special::{Rising, softplus};
use super::{Convergence, FitOptions, History, HistoryCounts, Span, SummaryTable, TimeUnit};
use crate::base::{Error, Result};

pub(super) use expect::Expectation;
use likelihood::Likelihood;

/// BG/NBD: how often customers without a contract buy, and when they silently leave.
///
/// While alive, a customer buys at random times at its own constant rate; the rates of all customers follow a gamma
/// distribution (shape `r`, rate `alpha`). After each purchase it leaves with its own constant probability; these
/// probabilities follow a beta distribution (`a`, `b`). Source: P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers
/// the Easy Way: An Alternative to the Pareto/NBD Model", Marketing Science 24(2), 2005.
///
/// Do not use it for contracts (there leaving is seen), for one-time goods, or where purchases come at regular intervals.
/// A customer who never bought again counts as alive: the model only lets customers leave after a repeat purchase.
///
/// ```
/// use crm_core::score::{BgNbd, FitOptions, History, HistoryCount, HistoryCounts, Span, TimeUnit};
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

/// A fitted model and how well its parameters are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BgNbdFit {
    /// The model at the maximum of the likelihood.
    pub model: BgNbd,
    /// The log-likelihood there.
    pub log_likelihood: f64,
    /// The number of customers, or the sum of their weights.
    pub customers: f64,
    /// The standard errors of `r`, `alpha`, `a`, `b`; none when the likelihood is not curved enough to tell.
    pub standard_errors: Option<[f64; 4]>,
    /// The covariances of the parameters, in the same order.
    pub covariance: Option<[[f64; 4]; 4]>,
    /// How the fit ended.
    pub convergence: Convergence,
}

/// What BG/NBD says about one customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseForecast {
    /// The probability that the customer is still alive.
    pub p_alive: f64,
    /// The expected number of purchases within the horizon.
    pub purchases: f64,
}

impl BgNbd {
    const PARAMETERS: [&str; 4] = ["r", "alpha", "a", "b"];

    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless all four are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64, unit: TimeUnit) -> Result<Self> {
        let model = Self { r, alpha, a, b, unit };
        model.check()?;
        Ok(model)
    }

    fn check(&self) -> Result<()> {
        for (name, value) in Self::PARAMETERS.into_iter().zip([self.r, self.alpha, self.a, self.b]) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::invalid(name, "a parameter is positive and finite"));
            }
        }
        Ok(())
    }

    /// The parameters that make the histories most likely.
    ///
    /// The result is the same bit for bit for any order of the customers and any number of threads. A fit that did not
    /// find a clear maximum is answered with [`FitStatus`](super::FitStatus) `Ridge` or `Stalled`, not with an error.
    ///
    /// # Errors
    /// [`Error::InsufficientData`] when no customer bought again, or there are not more distinct histories than
    /// parameters.
    pub fn fit(counts: &HistoryCounts, options: &FitOptions) -> Result<BgNbdFit> {
        if !counts.rows().iter().any(|row| row.repeats > 0) {
            return Err(Error::insufficient("bg_nbd", "no customer bought a second time"));
        }
        if counts.rows().len() <= Self::PARAMETERS.len() {
            return Err(Error::insufficient("bg_nbd", "more than four different purchase histories are needed"));
        }
        let likelihood = Likelihood::new(counts, options.threads);
        let rate = likelihood.rate();
        let starts = [[0.5, 1.0, 3.0], [2.0, 0.5, 5.0], [0.1, 2.0, 2.0]]
            .map(|[r, a, b]| [r, r / rate, a, b].map(f64::ln).to_vec());
        let found = maximise(&likelihood, &starts, &Self::PARAMETERS, likelihood.weight());
        let parameters: [f64; 4] = std::array::from_fn(|i| found.at[i].exp());
        let [r, alpha, a, b] = parameters;
        // At the maximum the gradient vanishes, so the covariances of the logarithms need only be scaled.
        let covariance = found.information.inverse().map(|logs| {
            std::array::from_fn(|i| std::array::from_fn(|j| logs.get(i, j) * parameters[i] * parameters[j]))
        });
        Ok(BgNbdFit {
            model: Self { r, alpha, a, b, unit: counts.unit() },
            log_likelihood: found.value,
            customers: likelihood.weight(),
            standard_errors: covariance.map(|c: [[f64; 4]; 4]| std::array::from_fn(|i| c[i][i].sqrt())),
            covariance,
            convergence: found.convergence,
        })
    }

    /// How likely the histories are under this model: the logarithm of equation 6, summed over customers.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the histories are in another unit.
    pub fn log_likelihood(&self, counts: &HistoryCounts) -> Result<f64> {
        self.check()?;
        self.unit.expect(counts.unit(), "history")?;
        let at = [self.r, self.alpha, self.a, self.b].map(f64::ln);
        Ok(Likelihood::new(counts, 1).derivatives(&at).value)
    }

    /// The probability that the customer is still alive.
    ///
    /// The form is that of a logistic function, which neither overflows nor leaves `0..=1`:
    /// `1 / (1 + a / (b+x-1) ((alpha+T) / (alpha+t_x))^(r+x))`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible or in another unit.
    pub fn p_alive(&self, history: &History) -> Result<f64> {
        self.check_history(history)?;
        Ok(self.alive(history))
    }

    /// How many purchases the customer is expected to make within the horizon, counted from the day of its summary
    /// (equation 10).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible or the history or the horizon is in another unit.
    pub fn expected_purchases(&self, history: &History, horizon: Span) -> Result<f64> {
        self.check_history(history)?;
        let time = horizon.length_in(self.unit, "horizon")?;
        finite(self.alive(history) * self.expectation(history).purchases(self.tau(history.age, time)))
    }

    /// How many repeat purchases a customer of whom nothing is known is expected to make within the horizon, counted
    /// from its first purchase (equation 9).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the horizon is in another unit.
    pub fn expected_repeats(&self, horizon: Span) -> Result<f64> {
        let newcomer = History { repeats: 0, recency: 0.0, age: 0.0, unit: self.unit };
        self.expected_purchases(&newcomer, horizon)
    }

    /// The probability that a customer of whom nothing is known makes exactly `repeats` repeat purchases within the
    /// horizon (equation 8).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the horizon is in another unit.
    pub fn probability(&self, repeats: u32, horizon: Span) -> Result<f64> {
        self.check()?;
        let tau = self.tau(0.0, horizon.length_in(self.unit, "horizon")?);
        let (mut of_b, mut of_ab) = (Rising::new(self.b), Rising::new(self.a + self.b));
        of_ab.advance(repeats);
        let potential = NegativeBinomial::new(self.r, tau);
        let dead = if repeats == 0 {
            0.0
        } else {
            of_b.advance(repeats - 1);
            self.a * (of_b.ln - of_ab.ln).exp() * potential.at_least(repeats)
        };
        of_b.advance(repeats);
        Ok((of_b.ln - of_ab.ln).exp() * potential.exactly(repeats) + dead)
    }

    /// P(alive) and the expected purchases within the horizon for every customer of a summary, in the order of its rows.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the summary or the horizon is in another unit than the model.
    pub fn forecast(&self, table: &SummaryTable, horizon: Span, threads: usize) -> Result<Vec<PurchaseForecast>> {
        let time = horizon.length_in(self.unit, "horizon")?;
        self.check_table(table)?;
        let distinct = Distinct::of(table);
        let forecasts = distinct.map(threads, |history, expectation: &mut Expectation| {
            let p_alive = self.alive(history);
            self.reset(expectation, history);
            let purchases = p_alive * expectation.purchases(self.tau(history.age, time));
            Ok(PurchaseForecast { p_alive, purchases: finite(purchases)? })
        })?;
        Ok(distinct.of_row.iter().map(|&which| forecasts[which as usize]).collect())
    }

    /// The purchases that customers with one history are expected to make until each of some rising horizons.
    pub(super) fn purchases_until(
        &self,
        history: &History,
        horizons: &[f64],
        expectation: &mut Expectation,
    ) -> Result<Vec<f64>> {
        let p_alive = self.alive(history);
        self.reset(expectation, history);
        horizons.iter().map(|time| finite(p_alive * expectation.purchases(self.tau(history.age, *time)))).collect()
    }

    pub(super) fn check_table(&self, table: &SummaryTable) -> Result<()> {
        self.check()?;
        self.unit.expect(table.unit, "summary")
    }

    fn check_history(&self, history: &History) -> Result<()> {
        self.check()?;
        self.unit.expect(history.unit, "history")?;
        history.check()
    }

    fn alive(&self, history: &History) -> f64 {
        if history.repeats == 0 {
            return 1.0;
        }
        let x = f64::from(history.repeats);
        let stretch = ((history.age - history.recency) / (self.alpha + history.recency)).ln_1p();
        let dead = (self.a / (self.b + x - 1.0)).ln() + (self.r + x) * stretch;
        softplus(-dead).1
    }

    /// A span of time that begins at an age, in terms of the scale of the purchase rate at that age.
    fn tau(&self, age: f64, time: f64) -> f64 {
        time / (self.alpha + age)
    }

    fn expectation(&self, history: &History) -> Expectation {
        let x = f64::from(history.repeats);
        Expectation::new(self.r + x, self.a, self.b + x)
    }

    fn reset(&self, expectation: &mut Expectation, history: &History) {
        let x = f64::from(history.repeats);
        expectation.reset(self.r + x, self.a, self.b + x);
    }
}

/// Refuses what left the range of numbers.
fn finite(value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::out_of_range("expected purchases")) }
}

/// The number of purchases that a customer with a gamma-distributed rate would make if it never left.
struct NegativeBinomial {
    k: f64,
    z: f64,
    /// The logarithm of the probability of none.
    ln_none: f64,
}

impl NegativeBinomial {
    fn new(k: f64, tau: f64) -> Self {
        Self { k, z: tau / (1.0 + tau), ln_none: -k * tau.ln_1p() }
    }

    fn exactly(&self, n: u32) -> f64 {
        let (mut rising, mut factorial) = (Rising::new(self.k), Rising::new(1.0));
        rising.advance(n);
        factorial.advance(n);
        let power = if n == 0 { 0.0 } else { f64::from(n) * self.z.ln() };
        (self.ln_none + rising.ln - factorial.ln + power).exp()
    }

    /// The probability of `n > 0` or more. Above the mean it is small and summed term by term; below the mean, or where
    /// the sum would be long, one minus the rest has all its digits.
    fn at_least(&self, n: u32) -> f64 {
        const LONG: f64 = 1e5;
        let odds = self.z / (1.0 - self.z);
        if f64::from(n) > self.k * odds && odds < LONG {
            let (mut part, mut sum) = (self.exactly(n), 0.0);
            for j in n.. {
                sum += part;
                let ratio = self.z * (self.k + f64::from(j)) / (f64::from(j) + 1.0);
                part *= ratio;
                if ratio < 1.0 && part <= 1e-17 * sum * (1.0 - ratio) {
                    break;
                }
            }
            return sum;
        }
        let (mut part, mut below) = (self.exactly(n - 1), 0.0);
        for j in (1..n).rev() {
            below += part;
            part /= self.z * (self.k + f64::from(j) - 1.0) / f64::from(j);
        }
        -self.ln_none.exp_m1() - below
    }
}

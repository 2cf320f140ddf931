//! BG/BB: customers who can buy once at each of some occasions, and silently leave.

mod counts;
mod likelihood;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::FitOptions;
use super::fit::{Fit, Model};
use super::optimise::{self, Objective};
use super::purchase::{check, expect_count};
use super::special::{Rising, softplus};
use crate::base::{Error, Result};

pub use counts::{OccasionCount, OccasionCounts, OccasionHistory};
use likelihood::Likelihood;

/// No sum over occasions to come is longer.
const MOST_OCCASIONS: u32 = 20_000_000;

/// BG/BB: customers who can buy once at each of some occasions, and silently leave.
///
/// While alive, a customer buys at each occasion with its own constant probability (beta-distributed: `alpha`, `beta`).
/// Before each occasion it leaves with its own constant probability (beta-distributed: `gamma`, `delta`). Source: P.
/// Fader, B. Hardie, J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", Marketing Science
/// 29(6), 2010.
///
/// It answers what [`PurchaseModel`](super::PurchaseModel) does, with occasions in place of time. *Alive* always means: at
/// the next occasion, as in the paper.
///
/// ```
/// use crm_core::score::{BgBb, OccasionHistory};
///
/// // Donors of a yearly appeal, six years after their first gift.
/// let model = BgBb::new(1.204, 0.750, 0.657, 2.783)?;
/// let lapsed = OccasionHistory::new(2, 4, 6);
/// assert!((model.p_alive(&lapsed)? - 0.59).abs() < 0.005);
/// assert!(model.expected_purchases(&lapsed, 5)? < 5.0 * model.p_alive(&lapsed)?);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BgBb {
    /// The first parameter of the distribution of purchase probabilities.
    pub alpha: f64,
    /// The second; `alpha / (alpha + beta)` is the mean probability of a purchase.
    pub beta: f64,
    /// The first parameter of the distribution of drop-out probabilities.
    pub gamma: f64,
    /// The second; `gamma / (gamma + delta)` is the mean probability to leave.
    pub delta: f64,
}

/// A fitted [`BgBb`] and how well its parameters are known.
pub type BgBbFit = Fit<BgBb>;

/// What the model says about one customer and the occasions to come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OccasionOutlook {
    /// The probability that the customer is alive at the next occasion.
    pub p_alive: f64,
    /// The probability that it is alive at the occasion after all of them.
    pub p_alive_after: f64,
    /// The expected purchases at these occasions.
    pub purchases: f64,
    /// The probability of a purchase at any of them; what is short of 1 is the risk of churn.
    pub p_purchase: f64,
    /// The expected purchases at these occasions, each discounted; none without a rate.
    pub discounted_purchases: Option<f64>,
    /// The same for ever (discounted expected residual transactions); none without a rate above zero.
    pub residual_purchases: Option<f64>,
}

impl BgBb {
    /// Everything that the model says about one customer and the next `occasions`; `rate`, the interest from one occasion
    /// to the next, is needed for what is discounted.
    ///
    /// # Errors
    /// Those of the single questions.
    pub fn outlook(&self, history: &OccasionHistory, occasions: u32, rate: Option<f64>) -> Result<OccasionOutlook> {
        let discounted = |rate| self.discounted_purchases(history, Some(occasions), rate);
        let residual = |rate| self.discounted_purchases(history, None, rate);
        Ok(OccasionOutlook {
            p_alive: self.p_alive(history)?,
            p_alive_after: self.p_alive_after(history, occasions)?,
            purchases: self.expected_purchases(history, occasions)?,
            p_purchase: self.p_purchase(history, occasions)?,
            discounted_purchases: rate.map(discounted).transpose()?,
            residual_purchases: rate.filter(|rate| *rate > 0.0).map(residual).transpose()?,
        })
    }

    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless all four are positive and finite.
    pub fn new(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Result<Self> {
        let model = Self { alpha, beta, gamma, delta };
        check(&model)?;
        Ok(model)
    }

    /// The parameters that make the histories most likely.
    ///
    /// # Errors
    /// [`Error::InsufficientData`] when no customer bought again, or there are not more distinct histories than
    /// parameters; [`Error::Invalid`] for options that do not suit the model.
    pub fn fit(counts: &OccasionCounts, options: &FitOptions) -> Result<BgBbFit> {
        if !counts.rows().iter().any(|row| row.history.repeats > 0) {
            return Err(Error::insufficient(Self::NAME, "no customer bought a second time"));
        }
        if counts.rows().len() <= Self::PARAMETERS.len() {
            return Err(Error::insufficient(Self::NAME, "more than four different purchase histories are needed"));
        }
        let starts = [[1.0, 1.0, 0.5, 3.0], [0.5, 2.0, 1.0, 10.0], [3.0, 1.0, 0.3, 1.0]];
        let starts: Vec<_> = starts.iter().map(|start| start.map(f64::ln).to_vec()).collect();
        let like = Self { alpha: 1.0, beta: 1.0, gamma: 1.0, delta: 1.0 };
        optimise::fit(&Likelihood { counts }, &like, &starts, counts.customers(), options)
    }

    /// Fits again, beginning with the parameters of this model.
    ///
    /// # Errors
    /// [`Error::Invalid`] for options that do not suit the model.
    pub fn refit(&self, counts: &OccasionCounts, options: &FitOptions) -> Result<BgBbFit> {
        check(self)?;
        let start = self.parameters().into_iter().map(f64::ln).collect();
        optimise::fit(&Likelihood { counts }, self, &[start], counts.customers(), options)
    }

    /// The logarithm of the probability of the histories under this model, summed over customers.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a parameter is not positive and finite.
    pub fn log_likelihood(&self, counts: &OccasionCounts) -> Result<f64> {
        check(self)?;
        let at: Vec<f64> = self.parameters().into_iter().map(f64::ln).collect();
        Ok(Likelihood { counts }.derivatives(&at).value)
    }

    /// The probability that the customer is alive at the next occasion (equation 11).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible.
    pub fn p_alive(&self, history: &OccasionHistory) -> Result<f64> {
        self.p_alive_after(history, 0)
    }

    /// The probability that the customer is alive at the occasion after some more.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible.
    pub fn p_alive_after(&self, history: &OccasionHistory, occasions: u32) -> Result<f64> {
        let customer = self.customer(history)?;
        let mut stays = Rising::new(self.delta + customer.n);
        let mut ends = Rising::new(self.gamma + self.delta + customer.n);
        let more = occasions.saturating_add(1);
        stays.advance(more);
        ends.advance(more);
        Ok(customer.alive * (stays.ln - ends.ln).exp())
    }

    /// At how many of the next occasions the customer is expected to buy (equation 13).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible; [`Error::OutOfRange`] for more than twenty million occasions.
    pub fn expected_purchases(&self, history: &OccasionHistory, occasions: u32) -> Result<f64> {
        self.expected_between(history, 0, occasions)
    }

    /// At how many of the occasions after the next `from` and up to the next `until` the customer is expected to buy.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible or the end lies before the beginning; [`Error::OutOfRange`] for
    /// more than twenty million occasions.
    pub fn expected_between(&self, history: &OccasionHistory, from: u32, until: u32) -> Result<f64> {
        let customer = self.customer(history)?;
        if until < from {
            return Err(Error::invalid("until", "lies before the beginning"));
        }
        let alive = self.stays(&customer, until)?.skip(from as usize);
        Ok(customer.alive * customer.buys * alive.sum::<f64>())
    }

    /// The probability that the customer buys at one of the next occasions at least.
    ///
    /// # Errors
    /// As [`expected_purchases`](Self::expected_purchases).
    pub fn p_purchase(&self, history: &OccasionHistory, occasions: u32) -> Result<f64> {
        let customer = self.customer(history)?;
        let (mut first, mut sum) = (customer.buys, 0.0);
        for (i, stays) in (0..).zip(self.stays(&customer, occasions)?) {
            sum += stays * first;
            // To let one more occasion pass before buying.
            let passed = self.beta + customer.n - customer.x + f64::from(i);
            first *= passed / (self.alpha + self.beta + customer.n + f64::from(i) + 1.0);
        }
        Ok((customer.alive * sum).min(customer.alive))
    }

    /// At how many occasions a customer of whom nothing is known is expected to buy after its first purchase
    /// (equation 9).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more than twenty million occasions.
    pub fn expected_repeats(&self, occasions: u32) -> Result<f64> {
        self.expected_purchases(&OccasionHistory::new(0, 0, 0), occasions)
    }

    /// The probability that a customer of whom nothing is known buys at exactly `repeats` of the occasions after its
    /// first purchase (equation 8).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more than twenty million occasions.
    pub fn probability(&self, repeats: u32, occasions: u32) -> Result<f64> {
        check(self)?;
        if occasions > MOST_OCCASIONS {
            return Err(Error::out_of_range("occasions"));
        }
        if repeats > occasions {
            return Ok(0.0);
        }
        let Self { alpha, beta, gamma, delta } = *self;
        let [mut of_alpha, mut of_beta, mut both] = [alpha, beta, alpha + beta].map(Rising::new);
        let [mut stays, mut ends, mut ways, mut rest] = [delta, gamma + delta, 1.0, 1.0].map(Rising::new);
        of_alpha.advance(repeats);
        let (mut sum, mut repeat_ways) = (0.0, Rising::new(1.0));
        repeat_ways.advance(repeats);
        for m in repeats..=occasions {
            of_beta.advance(m - repeats);
            both.advance(m);
            stays.advance(m);
            ways.advance(m);
            rest.advance(m - repeats);
            ends.advance(m);
            let bought = ways.ln - rest.ln - repeat_ways.ln + of_alpha.ln + of_beta.ln - both.ln;
            // The last term is that of customers who are still alive.
            let left = if m == occasions { 1.0 } else { gamma / (gamma + delta + f64::from(m)) };
            sum += left * (bought + stays.ln - ends.ln).exp();
        }
        Ok(sum)
    }

    /// The expected purchases at all occasions to come, or at the next ones, each worth less the later it comes
    /// (equation 14). `rate` is the interest from one occasion to the next; the next occasion is discounted once.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible or the rate negative, or zero without a horizon;
    /// [`Error::OutOfRange`] when the sum is longer than twenty million occasions.
    pub fn discounted_purchases(&self, history: &OccasionHistory, occasions: Option<u32>, rate: f64) -> Result<f64> {
        let customer = self.customer(history)?;
        if !(rate >= 0.0 && rate.is_finite()) {
            return Err(Error::invalid("rate", "must be 0 or more"));
        }
        if occasions.is_none() && rate == 0.0 {
            return Err(Error::invalid("rate", "must be above zero where there is no horizon"));
        }
        let step = 1.0 / (1.0 + rate);
        let (mut worth, mut sum) = (1.0, 0.0);
        for stays in self.stays(&customer, occasions.unwrap_or(MOST_OCCASIONS))? {
            worth *= step;
            sum += worth * stays;
            // What follows is less than a geometric series.
            if worth * stays <= 1e-17 * sum * (1.0 - step) {
                return Ok(customer.alive * customer.buys * sum);
            }
        }
        if occasions.is_none() {
            return Err(Error::out_of_range("occasions"));
        }
        Ok(customer.alive * customer.buys * sum)
    }

    /// What the history says about a customer.
    fn customer(&self, history: &OccasionHistory) -> Result<Customer> {
        check(self)?;
        history.check()?;
        let Self { alpha, beta, gamma, delta } = *self;
        let (x, n) = (f64::from(history.repeats), f64::from(history.occasions));
        // The odds of each way to have left to being alive, from the last occasion backwards.
        let (mut odds, mut left) = (gamma / (delta + n - 1.0), 0.0);
        for m in (history.last..history.occasions).rev() {
            let m = f64::from(m);
            odds *= (alpha + beta + m) / (beta + m - x);
            left += odds;
            odds *= (gamma + delta + m) / (delta + m - 1.0);
        }
        let alive = if left.is_finite() { 1.0 / (1.0 + left) } else { softplus(-self.ln_odds_left(history)).1 };
        Ok(Customer { alive, buys: (alpha + x) / (alpha + beta + n), x, n })
    }

    /// The logarithm of the odds of having left, for histories where the odds overflow.
    fn ln_odds_left(&self, history: &OccasionHistory) -> f64 {
        let Self { alpha, beta, gamma, delta } = *self;
        let (x, n) = (f64::from(history.repeats), f64::from(history.occasions));
        let (mut odds, mut left) = ((gamma / (delta + n - 1.0)).ln(), f64::NEG_INFINITY);
        for m in (history.last..history.occasions).rev() {
            let m = f64::from(m);
            odds += ((alpha + beta + m) / (beta + m - x)).ln();
            left = left.max(odds) + softplus(-(left - odds).abs()).0;
            odds += ((gamma + delta + m) / (delta + m - 1.0)).ln();
        }
        left
    }

    /// The probabilities of a customer who was alive at the last occasion to be so at each of the next.
    fn stays(&self, customer: &Customer, occasions: u32) -> Result<impl Iterator<Item = f64> + use<>> {
        if occasions > MOST_OCCASIONS {
            return Err(Error::out_of_range("occasions"));
        }
        let (mut stays, gamma, delta) = (1.0, self.gamma, self.delta + customer.n);
        Ok((0..occasions).map(move |i| {
            let delta = delta + f64::from(i);
            stays *= delta / (gamma + delta);
            stays
        }))
    }
}

/// A customer as the model sees it.
struct Customer {
    /// The probability that it was alive at the last occasion.
    alive: f64,
    /// Its expected probability to buy, given that.
    buys: f64,
    x: f64,
    n: f64,
}

impl Model for BgBb {
    const NAME: &'static str = "bg_bb";
    const PARAMETERS: &'static [&'static str] = &["alpha", "beta", "gamma", "delta"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.gamma, self.delta]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        let [alpha, beta, gamma, delta] = expect_count(parameters)?;
        Self::new(alpha, beta, gamma, delta)
    }
}

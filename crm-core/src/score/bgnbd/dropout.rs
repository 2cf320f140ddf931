//! What BG/NBD and MBG/NBD have in common: customers who leave after a purchase with a beta-distributed probability.

use super::{Expectation, Likelihood};
use crate::base::Result;
use crate::score::fit::Fit;
use crate::score::purchase::Kernel;
use crate::score::special::{Rising, softplus};
use crate::score::{FitOptions, History, HistoryCounts};

/// The parameters, and whether a customer may leave after its very first purchase.
#[derive(Clone, Copy, Debug)]
pub(in crate::score) struct Dropout {
    pub(in crate::score) r: f64,
    pub(in crate::score) alpha: f64,
    pub(in crate::score) a: f64,
    pub(in crate::score) b: f64,
    pub(in crate::score) after_first: bool,
}

impl Dropout {
    /// How often the customer stayed when it might have left: 1 more when also the first purchase counts.
    fn chances(&self, repeats: f64) -> f64 {
        if self.after_first { repeats + 1.0 } else { repeats }
    }

    /// The form is that of a logistic function, which neither overflows nor leaves `0..=1`.
    pub(in crate::score) fn alive(&self, history: &History) -> f64 {
        let x = f64::from(history.repeats);
        let chances = self.chances(x);
        if chances == 0.0 {
            return 1.0;
        }
        let stretch = ((history.age - history.recency) / (self.alpha + history.recency)).ln_1p();
        let dead = (self.a / (self.b + chances - 1.0)).ln() + (self.r + x) * stretch;
        softplus(-dead).1
    }

    pub(in crate::score) fn survival(&self, history: &History, time: f64) -> f64 {
        self.expectation(history, &mut Expectation::default()).survival(self.tau(history.age, time))
    }

    pub(in crate::score) fn purchases(&self, history: &History, times: &[f64], memory: &mut Expectation) -> Vec<f64> {
        let alive = self.alive(history);
        let expectation = self.expectation(history, memory);
        times.iter().map(|time| alive * expectation.purchases(self.tau(history.age, *time))).collect()
    }

    /// A customer who is alive buys again before it can leave.
    pub(in crate::score) fn any_purchase(&self, history: &History, time: f64) -> f64 {
        let k = self.r + f64::from(history.repeats);
        self.alive(history) * -(-k * self.tau(history.age, time).ln_1p()).exp_m1()
    }

    pub(in crate::score) fn mass(&self, repeats: u32, time: f64) -> f64 {
        let first = u32::from(self.after_first);
        let (mut of_b, mut of_ab) = (Rising::new(self.b), Rising::new(self.a + self.b));
        of_ab.advance(repeats.saturating_add(first));
        let potential = NegativeBinomial::new(self.r, self.tau(0.0, time));
        let dead = if repeats == 0 && first == 0 {
            0.0
        } else {
            of_b.advance(repeats.saturating_add(first) - 1);
            self.a * (of_b.ln - of_ab.ln).exp() * potential.at_least(repeats)
        };
        of_b.advance(repeats.saturating_add(first));
        (of_b.ln - of_ab.ln).exp() * potential.exactly(repeats) + dead
    }

    /// A span of time that begins at an age, in terms of the scale of the purchase rate at that age.
    fn tau(&self, age: f64, time: f64) -> f64 {
        time / (self.alpha + age)
    }

    fn expectation<'a>(&self, history: &History, memory: &'a mut Expectation) -> &'a mut Expectation {
        let x = f64::from(history.repeats);
        memory.reset(self.r + x, self.a, self.b + self.chances(x));
        memory
    }
}

/// The parameters that make the histories most likely.
pub(in crate::score) fn maximise<M: Kernel>(
    like: &M,
    after_first: bool,
    counts: &HistoryCounts,
    starts: &[Vec<f64>],
    options: &FitOptions,
) -> Result<Fit<M>> {
    let likelihood = Likelihood::new(counts, after_first, options.threads);
    crate::score::optimise::fit(&likelihood, like, starts, likelihood.weight(), options)
}

/// The number of purchases that a customer with a gamma-distributed rate would make if it never left.
pub(in crate::score) struct NegativeBinomial {
    k: f64,
    z: f64,
    /// The logarithm of the probability of none.
    ln_none: f64,
}

impl NegativeBinomial {
    pub(in crate::score) fn new(k: f64, tau: f64) -> Self {
        Self { k, z: tau / (1.0 + tau), ln_none: -k * tau.ln_1p() }
    }

    pub(in crate::score) fn exactly(&self, n: u32) -> f64 {
        let (mut rising, mut factorial) = (Rising::new(self.k), Rising::new(1.0));
        rising.advance(n);
        factorial.advance(n);
        let power = if n == 0 { 0.0 } else { f64::from(n) * self.z.ln() };
        (self.ln_none + rising.ln - factorial.ln + power).exp()
    }

    /// The probability of `n` or more. Above the mean it is small and summed term by term; below the mean, or where the
    /// sum would be long, one minus the rest has all its digits.
    pub(in crate::score) fn at_least(&self, n: u32) -> f64 {
        const LONG: f64 = 1e5;
        if n == 0 {
            return 1.0;
        }
        let odds = self.z / (1.0 - self.z);
        if f64::from(n) > self.k * odds && odds < LONG {
            let (mut part, mut sum) = (self.exactly(n), 0.0);
            for j in n.. {
                sum += part;
                let ratio = self.z * (self.k + f64::from(j)) / (f64::from(j) + 1.0);
                part *= ratio;
                if ratio < 1.0 && (part <= 1e-17 * sum * (1.0 - ratio) || part < f64::MIN_POSITIVE) {
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

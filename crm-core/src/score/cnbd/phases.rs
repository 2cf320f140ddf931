//! What a customer of MBG/CNBD-k will do, given how many of the waits before its next purchase are over.

use super::MbgCnbdK;
use crate::score::History;
use crate::score::bgnbd::NegativeBinomial;
use crate::score::special::softplus;

/// Sums longer than this are not tried.
const MOST_TERMS: f64 = 3e6;

/// The hidden phase of a customer.
#[derive(Debug)]
pub(super) struct Phases {
    pub(super) alive: f64,
    k: u32,
    /// The shape of the waits' rate in phase 0; it is one more in each further phase.
    shape: f64,
    /// The scale of the waits' rate.
    scale: f64,
    a: f64,
    /// The second parameter of the drop-out probability of a customer who is alive.
    b: f64,
    /// The probabilities of the phases `0..k` of a customer who is alive.
    weights: Vec<f64>,
}

impl Phases {
    /// Given that the customer has not left, `j < k` waits are over with a probability proportional to
    /// `(r + kx)_j / j! ((T - t_x) / (alpha + T))^j`.
    pub(super) fn of(model: &MbgCnbdK, history: &History) -> Self {
        let (x, k) = (f64::from(history.repeats), f64::from(model.k));
        let shape = model.r + k * x;
        let scale = model.alpha + history.age;
        let share = (history.age - history.recency) / scale;
        let mut weights = vec![1.0];
        for j in 1..model.k {
            let j = f64::from(j);
            weights.push(weights[weights.len() - 1] * (shape + j - 1.0) / j * share);
        }
        let sum: f64 = weights.iter().sum();
        let stretch = ((history.age - history.recency) / (model.alpha + history.recency)).ln_1p();
        let left = (model.a / (model.b + x)).ln() + shape * stretch - sum.ln();
        for weight in &mut weights {
            *weight /= sum;
        }
        Self { alive: softplus(-left).1, k: model.k, shape, scale, a: model.a, b: model.b + x + 1.0, weights }
    }

    /// The expected purchases of a customer who is alive.
    pub(super) fn purchases(&self, time: f64) -> f64 {
        self.mean(time, Stays { sum: 0.0, next: 1.0, count: 0.0 }, |stays| stays.sum)
    }

    /// The probability that a customer who is alive will be so.
    pub(super) fn survival(&self, time: f64) -> f64 {
        self.mean(time, Stays { sum: 0.0, next: 1.0, count: 0.0 }, |stays| stays.next)
    }

    pub(super) fn any_purchase(&self, time: f64) -> f64 {
        let any = |(j, weight): (u32, &f64)| {
            weight * NegativeBinomial::new(self.shape + f64::from(j), time / self.scale).at_least(self.k - j)
        };
        (0..).zip(&self.weights).map(any).sum()
    }

    /// The mean of a function of the number of purchases that a customer would make if it never left.
    fn mean(&self, time: f64, start: Stays, of: impl Fn(&Stays) -> f64) -> f64 {
        let phase = |(j, weight): (u32, &f64)| {
            if *weight == 0.0 { 0.0 } else { weight * self.mean_in_phase(j, time / self.scale, start, &of) }
        };
        (0..).zip(&self.weights).map(phase).sum()
    }

    /// The same in one phase, over the negative binomial number of waits. Both sums are taken without the factor that
    /// makes the probabilities add up to 1; it cancels.
    fn mean_in_phase(&self, phase: u32, tau: f64, mut stays: Stays, of: impl Fn(&Stays) -> f64) -> f64 {
        const BIG: f64 = 1e250;
        let shape = self.shape + f64::from(phase);
        let mean = shape * tau;
        if mean + 8.0 * (mean * (1.0 + tau)).sqrt() + 40.0 * (1.0 + tau) > MOST_TERMS {
            return f64::NAN;
        }
        let z = tau / (1.0 + tau);
        let (mut probability, mut all, mut sum) = (1.0, 1.0, of(&stays));
        let mut waits = phase;
        for n in 0.. {
            let n = f64::from(n);
            let ratio = z * (shape + n) / (n + 1.0);
            probability *= ratio;
            waits += 1;
            if waits == self.k {
                waits = 0;
                stays.purchase(self.a, self.b);
            }
            all += probability;
            sum += probability * of(&stays);
            let rest = 1.0 - z * (shape + n + 1.0) / (n + 2.0);
            // Whatever follows grows no faster than its length.
            let part = probability * (1.0 + stays.count);
            if rest > 0.0 && (part < 1e-17 * sum * rest * rest || part < f64::MIN_POSITIVE) {
                break;
            }
            if probability > BIG {
                (probability, all, sum) = (probability / BIG, all / BIG, sum / BIG);
            }
        }
        sum / all
    }
}

/// The expected powers of the probability to stay.
#[derive(Clone, Copy)]
struct Stays {
    /// The expected purchases so far.
    sum: f64,
    /// The probability to be alive after them.
    next: f64,
    count: f64,
}

impl Stays {
    fn purchase(&mut self, a: f64, b: f64) {
        self.sum += self.next;
        self.next *= (b + self.count) / (a + b + self.count);
        self.count += 1.0;
    }
}

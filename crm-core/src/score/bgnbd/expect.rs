//! How many purchases a BG/NBD customer who is alive will make.
//!
//! The customer's purchases would be Poisson with a rate drawn from a gamma distribution of shape `k`, so that without
//! dropping out their number `N` in the horizon is negative binomial; after each purchase it drops out with a
//! probability `p` drawn from a beta distribution with parameters `a` and `b`. (`k` and `b` are those after the
//! customer's history.) The expected number of purchases is then
//!
//! `E = sum over j of P(N = j) Q_j` with `Q_j = sum over i < j of E[(1 - p)^i]` and
//! `E[(1 - p)^i] = (b)_i / (a + b)_i`.
//!
//! It equals equation 10 of Fader, Hardie & Lee (2005) divided by P(alive), which is a difference of two terms that
//! both have a pole at `a = 1`. Here every term is positive, so nothing cancels and there is no pole.
//!
//! Most customers are spared the double sum. With `c = a + b - 1`, Euler's transformation of equation 10's
//! hypergeometric function (Abramowitz & Stegun 15.3.3) leads to
//!
//! `E = c ((1 - (1 + tau)^(1-a)) / (a - 1) - (1 + tau)^(1-a) G)` with
//! `G = sum over j >= 1 of (c - k)_j (a)_(j-1) / ((c)_j j!) z^j`,
//!
//! which has no pole either and whose terms fall off quickly. It is a difference, so it is only used where little
//! cancels.

use crate::score::special::softplus;

/// Series longer than this are evaluated by quadrature instead.
const MOST_TERMS: f64 = 20_000.0;
/// Horizons beyond this make the terms of the difference fall off slowly.
const LONG: f64 = 50.0;
/// `e^-UNDERFLOW` is among the least numbers that have all their digits.
const UNDERFLOW: f64 = 700.0;
/// The difference may be this much smaller than its first part: two decimal digits are lost at most.
const CANCELLED: f64 = 1.0 / 64.0;

/// The series of one customer; its terms are kept while horizons change.
#[derive(Debug, Default)]
pub struct Expectation {
    k: f64,
    a: f64,
    b: f64,
    /// The terms of the double sum.
    terms: Vec<Term>,
    /// `E[(1 - p)^i]` for the next `i`.
    staying: f64,
    /// What leads from one term of `G` to the next, without `z`.
    steps: Vec<f64>,
}

#[derive(Debug)]
struct Term {
    /// `Q_j`.
    purchases: f64,
    /// `(k + j) / (j + 1)`: times `z` it leads from `P(N = j)` to `P(N = j + 1)`.
    ratio: f64,
}

impl Expectation {
    /// A customer with shape `k` of its purchase rate and parameters `a`, `b` of its drop-out probability.
    #[cfg(test)]
    fn new(k: f64, a: f64, b: f64) -> Self {
        let mut new = Self { k, a, b, ..Self::default() };
        new.reset(k, a, b);
        new
    }

    /// Takes another customer.
    pub(in crate::score) fn reset(&mut self, k: f64, a: f64, b: f64) {
        self.terms.clear();
        self.steps.clear();
        (self.k, self.a, self.b) = (k, a, b);
        self.staying = 1.0;
        self.terms.push(Term { purchases: 0.0, ratio: k });
    }

    /// The expected purchases in a horizon of `tau` times the scale of the purchase rate.
    pub(in crate::score) fn purchases(&mut self, tau: f64) -> f64 {
        if tau <= 0.0 {
            return 0.0;
        }
        if let Some(purchases) = self.difference(tau) {
            return purchases;
        }
        let mean = self.k * tau;
        let terms = mean + 8.0 * (mean * (1.0 + tau)).sqrt() + 40.0 * (1.0 + tau);
        if terms <= MOST_TERMS { self.series(tau) } else { self.quadrature(tau) }
    }

    /// The difference, where it has its digits.
    fn difference(&mut self, tau: f64) -> Option<f64> {
        let c = self.a + self.b - 1.0;
        let rest = c - self.k;
        let log = tau.ln_1p();
        let u = (self.a - 1.0) * log;
        if rest < 0.0 || tau > LONG || u > UNDERFLOW {
            return None;
        }
        let z = tau / (1.0 + tau);
        let first = if u == 0.0 { log } else { -(-u).exp_m1() / u * log };
        let shrunk = (-u).exp();
        let (mut part, mut sum) = (rest / c * z, 0.0);
        let enough = 1e-17 * first / shrunk;
        for j in 0.. {
            sum += part;
            if j == self.steps.len() {
                let n = j as f64 + 1.0;
                self.steps.push((rest + n) * (self.a + n - 1.0) / ((c + n) * (n + 1.0)));
            }
            let step = z * self.steps[j];
            part *= step;
            if part <= enough * (1.0 - step) {
                break;
            }
        }
        let value = first - shrunk * sum;
        (value > CANCELLED * first).then_some(c * value)
    }

    /// Both sums are taken without the factor that makes the probabilities add up to 1; it cancels.
    fn series(&mut self, tau: f64) -> f64 {
        const BIG: f64 = 1e250;
        let z = tau / (1.0 + tau);
        let (mut probability, mut all, mut expected) = (1.0, 1.0, 0.0);
        for j in 0.. {
            self.extend(j + 1);
            let step = z * self.terms[j].ratio;
            probability *= step;
            let part = probability * self.terms[j + 1].purchases;
            all += probability;
            expected += part;
            // What follows is less than a geometric series, times its length.
            let shrink = 1.0 - z * self.terms[j + 1].ratio;
            if shrink > 0.0 && (part <= 1e-17 * expected * shrink * shrink || part < f64::MIN_POSITIVE) {
                break;
            }
            if probability > BIG {
                probability /= BIG;
                all /= BIG;
                expected /= BIG;
            }
        }
        expected / all
    }

    fn extend(&mut self, j: usize) {
        if j < self.terms.len() {
            return;
        }
        let i = j as f64 - 1.0;
        let purchases = self.terms[j - 1].purchases + self.staying;
        self.staying *= (self.b + i) / (self.a + self.b + i);
        self.terms.push(Term { purchases, ratio: (self.k + j as f64) / (j as f64 + 1.0) });
    }

    /// `E[(1 - (1 + p tau)^-k) / p]` over the beta distribution of `p`, for horizons at which the series gets long.
    fn quadrature(&self, tau: f64) -> f64 {
        self.mean(|log_p| {
            // Where p is too small for its digits, its limit is exact.
            if log_p > -600.0 {
                let p = log_p.exp();
                -(-self.k * (p * tau).ln_1p()).exp_m1() / p
            } else {
                self.k * tau
            }
        })
    }

    /// The probability that a customer who is alive still is so after a horizon: `E[(1 + p tau)^-k]`.
    pub(in crate::score) fn survival(&self, tau: f64) -> f64 {
        self.mean(|log_p| (-self.k * (log_p.exp() * tau).ln_1p()).exp())
    }

    /// The mean of a function of `ln p` over the beta distribution of `p`.
    ///
    /// The integral is taken over the logit of `p`, mapped by a hyperbolic sine about the peak of the density, with the
    /// trapezoidal rule, which converges faster than any power of the step for such integrands (Takahasi & Mori, "Double
    /// exponential formulas for numerical integration", 1974). The density is not normalised: its integral over the same
    /// points cancels the constant.
    fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        const LEVELS: u32 = 12;
        let peak = (self.a / self.b).ln();
        let top = self.log_density(peak).0;
        // Beyond these places the density is below e^-750 of its peak.
        let reach = |rate: f64| (peak.abs() + 750.0 / rate).asinh();
        let (left, right) = (reach(self.a), reach(self.b));
        let mut last = f64::NAN;
        for level in 5..=LEVELS {
            let step = 1.0 / f64::from(1 << level);
            let (from, to) = ((-left / step) as i64, (right / step) as i64);
            let (mut mass, mut sum) = (0.0, 0.0);
            for place in from..=to {
                let y = place as f64 * step;
                let (log_density, log_p) = self.log_density(peak + y.sinh());
                let weight = (log_density - top).exp() * y.cosh();
                if weight > 0.0 {
                    mass += weight;
                    sum += weight * of(log_p);
                }
            }
            let value = sum / mass;
            if (value - last).abs() <= 1e-13 * value {
                return value;
            }
            last = value;
        }
        last
    }

    /// The logarithms of the density of the logit of `p`, and of `p`.
    fn log_density(&self, logit: f64) -> (f64, f64) {
        let log_p = -softplus(-logit).0;
        (self.a * log_p - self.b * softplus(logit).0, log_p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_and_quadrature_agree() {
        for (k, a, b) in
            [(0.243, 0.793, 2.426), (26.243, 1.0, 28.4), (3.0, 200.0, 5.0), (0.02, 0.01, 0.05), (90.0, 3.0, 700.0)]
        {
            for tau in [1e-3, 0.5, 3.0, 20.0] {
                let mut customer = Expectation::new(k, a, b);
                let (series, quadrature) = (customer.series(tau), customer.quadrature(tau));
                assert!((series / quadrature - 1.0).abs() < 1e-11, "{k} {a} {b} {tau}: {series} {quadrature}");
            }
        }
    }

    #[test]
    fn the_difference_agrees_where_it_is_used() {
        let mut used = 0;
        for (k, a, b) in
            [(0.243, 0.793, 2.426), (26.243, 1.0, 28.4), (3.0, 20.0, 5.0), (0.5, 0.01, 3.0), (90.0, 2.0, 700.0)]
        {
            for tau in [1e-9, 1e-3, 0.5, 3.0, 20.0, 49.0] {
                let mut customer = Expectation::new(k, a, b);
                if let Some(difference) = customer.difference(tau) {
                    let series = customer.series(tau);
                    assert!((difference / series - 1.0).abs() < 1e-13, "{k} {a} {b} {tau}: {difference} {series}");
                    used += 1;
                }
            }
        }
        assert!(used >= 18, "{used}");
        assert_eq!(Expectation::new(0.001, 0.8, 400.0).difference(0.5), None, "too much would cancel");
        assert_eq!(Expectation::new(3.0, 0.1, 0.2).difference(0.5), None, "terms of both signs");
        assert_eq!(Expectation::new(3.0, 1e6, 2.0).difference(9.0), None, "out of range");
    }

    #[test]
    fn survival_is_the_sum_over_the_purchases() {
        for (k, a, b) in [(0.243, 0.793, 2.426), (26.0, 0.9, 28.4), (3.0, 0.01, 0.02)] {
            for tau in [0.01, 0.7, 4.0] {
                let z = tau / (1.0 + tau);
                let (mut probability, mut staying, mut sum) = ((-k * f64::ln_1p(tau)).exp(), 1.0, 0.0);
                for n in 0..5_000 {
                    sum += probability * staying;
                    let n = f64::from(n);
                    probability *= z * (k + n) / (n + 1.0);
                    staying *= (b + n) / (a + b + n);
                }
                let ours = Expectation::new(k, a, b).survival(tau);
                assert!((ours / sum - 1.0).abs() < 1e-11, "{k} {a} {b} {tau}: {ours} {sum}");
            }
        }
    }

    #[test]
    fn horizons_may_change_in_any_order() {
        let mut customer = Expectation::new(2.243, 0.793, 4.426);
        let fresh = |tau| Expectation::new(2.243, 0.793, 4.426).purchases(tau);
        for tau in [0.9, 0.1, 2.0, 0.9] {
            assert_eq!(customer.purchases(tau).to_bits(), fresh(tau).to_bits());
        }
        customer.reset(5.0, 1.0, 2.0);
        assert_eq!(customer.purchases(0.9), Expectation::new(5.0, 1.0, 2.0).purchases(0.9));
        assert_eq!(customer.purchases(0.0), 0.0);
    }
}

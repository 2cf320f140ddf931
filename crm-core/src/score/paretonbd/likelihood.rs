//! The log-likelihood of Pareto/NBD on counted histories, with its first two derivatives.

use super::decline::{Anchor, Decline};
use crate::score::HistoryCounts;
use crate::score::optimise::{Derivatives, Matrix, Objective};
use crate::score::special::Rising;
use crate::score::sum::sum_rows;

/// What one evaluation needs of the data.
pub(super) struct Likelihood<'a> {
    counts: &'a HistoryCounts,
    /// The distinct numbers of repeat purchases, rising, and the customers that have each.
    repeats: Vec<(u32, f64)>,
    threads: usize,
}

/// Value, gradient (r, alpha, s, beta) and the upper triangle of the Hessian, row by row.
type Terms = [f64; 15];

impl<'a> Likelihood<'a> {
    pub(super) fn new(counts: &'a HistoryCounts, threads: usize) -> Self {
        let runs = counts.rows().chunk_by(|a, b| a.repeats == b.repeats);
        let repeats = runs.map(|run| (run[0].repeats, run.iter().map(|row| row.weight).sum())).collect();
        Self { counts, repeats, threads }
    }

    pub(super) fn weight(&self) -> f64 {
        self.repeats.iter().map(|run| run.1).sum()
    }
}

impl Objective for Likelihood<'_> {
    /// At `(ln r, ln alpha, ln s, ln beta)`.
    ///
    /// Fader & Hardie, "A note on deriving the Pareto/NBD model", 2005, before the integral is written in hypergeometric
    /// functions: `L = (r)_x alpha^r beta^s ((alpha+T)^-(r+x) (beta+T)^-s + s I)` with
    /// `I = Int from t_x to T of (alpha+y)^-(r+x) (beta+y)^-(s+1) dy`. `(r)_x` is the rising factorial. The bracket is a sum
    /// of positive terms (the nodes of the quadrature), each an exponential of a smooth function, so its derivatives are
    /// means and covariances of those functions' derivatives.
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let at = Parameters { r: at[0].exp(), alpha: at[1].exp(), s: at[2].exp(), beta: at[3].exp() };
        let mut t = sum_rows(self.counts.rows(), self.threads, |row, sum| {
            at.add_bracket(row.weight, row.repeats, row.recency, row.age, sum);
        });
        let mut of_r = Rising::new(at.r);
        for &(x, weight) in &self.repeats {
            of_r.advance(x);
            t[0] += weight * of_r.ln;
            t[1] += weight * of_r.d1;
            t[5] += weight * of_r.d2;
        }
        at.unpack(&t, self.weight())
    }
}

struct Parameters {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
}

impl Parameters {
    /// Adds the logarithm of the bracket and its derivatives along the parameters (not their logarithms).
    fn add_bracket(&self, weight: f64, repeats: u32, recency: f64, age: f64, t: &mut Terms) {
        let Self { r, alpha, s, beta } = *self;
        let k = r + f64::from(repeats);
        let (age_alpha, age_beta) = (alpha + age, beta + age);
        let (u, v) = (1.0 / age_alpha, 1.0 / age_beta);
        // Alive at the end: the bracket's first part, relative to itself.
        let mut sum = Mixture { weight: 1.0, ..Mixture::default() };
        sum.add(1.0, [0.0, -k * u, 0.0, -s * v], [-u, k * u * u, 0.0, -v, s * v * v]);
        if age > recency {
            let decline = Decline::new(k, s + 1.0, alpha + recency, beta + recency, age - recency);
            let swap = alpha > beta;
            let (front, bend) = (s * v, -1.0 / (s * s));
            for node in decline.nodes(Anchor::End) {
                let likely = front * node.weight * node.ln.exp();
                let (mut one, mut two) = ((node.lesser, node.ln_lesser), (node.greater, node.ln_greater));
                if swap {
                    (one, two) = (two, one);
                }
                let (u, v) = (1.0 / one.0, 1.0 / two.0);
                let slopes = [-one.1, -k * u, 1.0 / s - two.1, -(s + 1.0) * v];
                sum.weight += likely;
                sum.add(likely, slopes, [-u, k * u * u, bend, -v, (s + 1.0) * v * v]);
            }
        }
        let (ln_alpha, ln_beta) = (age_alpha.ln(), age_beta.ln());
        let mean = sum.mean();
        t[0] += weight * (sum.weight.ln() - k * ln_alpha - s * ln_beta);
        t[1] -= weight * ln_alpha;
        t[3] -= weight * ln_beta;
        for (t, mean) in t[1..].iter_mut().zip(mean) {
            *t += weight * mean;
        }
    }

    /// Adds `r ln alpha + s ln beta` for all customers and goes over to the logarithms of the parameters.
    fn unpack(&self, t: &Terms, weight: f64) -> Derivatives {
        const TRIANGLE: [[usize; 4]; 4] = [[5, 6, 7, 8], [6, 9, 10, 11], [7, 10, 12, 13], [8, 11, 13, 14]];
        let Self { r, alpha, s, beta } = *self;
        let scale = [r, alpha, s, beta];
        let mut t = *t;
        t[0] += weight * (r * alpha.ln() + s * beta.ln());
        t[1] += weight * alpha.ln();
        t[2] += weight * r / alpha;
        t[3] += weight * beta.ln();
        t[4] += weight * s / beta;
        t[6] += weight / alpha;
        t[9] -= weight * r / (alpha * alpha);
        t[13] += weight / beta;
        t[14] -= weight * s / (beta * beta);
        let gradient: Vec<f64> = (0..4).map(|i| t[1 + i] * scale[i]).collect();
        let hessian =
            Matrix::from_fn(4, |i, j| t[TRIANGLE[i][j]] * scale[i] * scale[j] + if i == j { gradient[i] } else { 0.0 });
        Derivatives { value: t[0], gradient, hessian }
    }
}

/// A sum of positive terms with the weighted sums of their logarithms' derivatives.
#[derive(Default)]
struct Mixture {
    weight: f64,
    slopes: [f64; 4],
    /// Second derivatives along (r, alpha), (alpha, alpha), (s, s), (s, beta), (beta, beta); the others are 0.
    bends: [f64; 5],
    /// Products of slopes, the upper triangle row by row.
    products: [f64; 10],
}

impl Mixture {
    #[inline]
    fn add(&mut self, weight: f64, slopes: [f64; 4], bends: [f64; 5]) {
        let mut at = 0;
        for i in 0..4 {
            let weighted = weight * slopes[i];
            self.slopes[i] += weighted;
            for slope in &slopes[i..] {
                self.products[at] += weighted * slope;
                at += 1;
            }
        }
        for (sum, bend) in self.bends.iter_mut().zip(bends) {
            *sum += weight * bend;
        }
    }

    /// The derivatives of the logarithm of the sum: gradient and upper triangle.
    fn mean(&self) -> [f64; 14] {
        let slopes = self.slopes.map(|slope| slope / self.weight);
        let mut mean = [0.0; 14];
        mean[..4].copy_from_slice(&slopes);
        let mut at = 0;
        for i in 0..4 {
            for slope in &slopes[i..] {
                mean[4 + at] = self.products[at] / self.weight - slopes[i] * slope;
                at += 1;
            }
        }
        for (place, bend) in [5, 8, 11, 12, 13].into_iter().zip(self.bends) {
            mean[place] += bend / self.weight;
        }
        mean
    }
}

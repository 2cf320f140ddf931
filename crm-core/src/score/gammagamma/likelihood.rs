//! The log-likelihood of Gamma-Gamma on counted spends, with its first two derivatives.

use crate::score::SpendCounts;
use crate::score::optimise::{Derivatives, Matrix, Objective};
use crate::score::special::{digamma, ln_gamma, trigamma};
use crate::score::sum::sum_rows;

/// What one evaluation needs of the data.
pub(super) struct Likelihood {
    rows: Vec<Row>,
    runs: Vec<Run>,
    weight: f64,
    /// The mean of the customers' mean spends.
    pub(super) mean: f64,
    /// The sum of the logarithms of the mean spends.
    ln_means: f64,
    threads: usize,
}

struct Row {
    repeats: f64,
    /// What was spent on all repeat days.
    total: f64,
    weight: f64,
}

/// The customers with one number of repeat purchases.
struct Run {
    repeats: f64,
    weight: f64,
    /// The sum of the logarithms of their totals.
    ln_totals: f64,
}

impl Likelihood {
    pub(super) fn new(counts: &SpendCounts, threads: usize) -> Self {
        let runs = counts.rows().chunk_by(|a, b| a.repeats == b.repeats).map(|run| {
            let repeats = f64::from(run[0].repeats);
            let [weight, ln_totals] = sum_rows(run, 1, |row, sum| {
                sum[0] += row.weight;
                sum[1] += row.weight * (repeats * row.mean).ln();
            });
            Run { repeats, weight, ln_totals }
        });
        let runs = runs.collect();
        let rows = counts.rows().iter().map(|row| {
            let repeats = f64::from(row.repeats);
            Row { repeats, total: repeats * row.mean, weight: row.weight }
        });
        let [weight, sum, ln_means] = sum_rows(counts.rows(), 1, |row, sum| {
            sum[0] += row.weight;
            sum[1] += row.weight * row.mean;
            sum[2] += row.weight * row.mean.ln();
        });
        Self { rows: rows.collect(), runs, weight, mean: sum / weight, ln_means, threads }
    }

    pub(super) const fn weight(&self) -> f64 {
        self.weight
    }
}

impl Objective for Likelihood {
    /// At `(ln p, ln q, ln gamma)`.
    ///
    /// Fader & Hardie (2013), equation 1a, in the form
    /// `ln f = ln Gamma(px+q) - ln Gamma(px) - ln Gamma(q) + q ln gamma + px ln s - ln z - (px+q) ln(gamma+s)` with the mean
    /// spend `z` and the total `s = xz`. The gamma functions depend on the data through the number of customers for each
    /// `x`.
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let [p, q, gamma] = [at[0].exp(), at[1].exp(), at[2].exp()];
        // Sums over rows of ln(gamma+s), 1/(gamma+s) and its square, each also times x.
        let [ln, x_ln, inverse, x_inverse, square, x_square] = sum_rows(&self.rows, self.threads, |row, sum| {
            let there = gamma + row.total;
            let (w_ln, w_inverse) = (row.weight * there.ln(), row.weight / there);
            sum[0] += w_ln;
            sum[1] += row.repeats * w_ln;
            sum[2] += w_inverse;
            sum[3] += row.repeats * w_inverse;
            sum[4] += w_inverse / there;
            sum[5] += row.repeats * w_inverse / there;
        });
        let mut value = -self.ln_means - p * x_ln - q * ln;
        let [mut d_p, mut d_q] = [-x_ln, -ln];
        let [mut d_pp, mut d_pq, mut d_qq] = [0.0; 3];
        for run in &self.runs {
            let (x, w) = (run.repeats, run.weight);
            let (px, all) = (p * x, p * x + q);
            value += w * (ln_gamma(all) - ln_gamma(px)) + px * run.ln_totals;
            d_p += x * (w * (digamma(all) - digamma(px)) + run.ln_totals);
            d_q += w * digamma(all);
            let bend = trigamma(all);
            d_pp += w * x * x * (bend - trigamma(px));
            d_pq += w * x * bend;
            d_qq += w * bend;
        }
        let n = self.weight;
        value += n * (q * gamma.ln() - ln_gamma(q));
        d_q += n * (gamma.ln() - digamma(q));
        d_qq -= n * trigamma(q);
        let d_gamma = n * q / gamma - p * x_inverse - q * inverse;
        let d_gamma2 = -n * q / (gamma * gamma) + p * x_square + q * square;
        let slopes = [p * d_p, q * d_q, gamma * d_gamma];
        let d_q_gamma = n / gamma - inverse;
        let bends = [
            [p * p * d_pp + slopes[0], p * q * d_pq, -p * gamma * x_inverse],
            [p * q * d_pq, q * q * d_qq + slopes[1], q * gamma * d_q_gamma],
            [-p * gamma * x_inverse, q * gamma * d_q_gamma, gamma * gamma * d_gamma2 + slopes[2]],
        ];
        Derivatives { value, gradient: slopes.to_vec(), hessian: Matrix::from_fn(3, |i, j| bends[i][j]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Currency;
    use crate::score::SpendCount;

    fn counts() -> SpendCounts {
        let rows = [(1, 11.77), (1, 300.0), (2, 22.35), (7, 73.74), (7, 2.0), (90, 31.4)];
        let rows = rows.map(|(repeats, mean)| SpendCount { repeats, mean, weight: 1.5 });
        SpendCounts::new(Currency::USD, rows.to_vec()).unwrap()
    }

    /// Equation 1a of the note, literally.
    fn by_the_book(counts: &SpendCounts, [p, q, gamma]: [f64; 3]) -> f64 {
        let of = |row: &SpendCount| {
            let (x, z) = (f64::from(row.repeats), row.mean);
            ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma(q)
                + q * (gamma / (gamma + x * z)).ln()
                + p * x * (x * z / (gamma + x * z)).ln()
                - z.ln()
        };
        counts.rows().iter().map(|row| row.weight * of(row)).sum()
    }

    const POINTS: [[f64; 3]; 4] = [[6.25, 3.74, 15.44], [0.05, 0.3, 2.0], [80.0, 0.9, 0.01], [1.0, 60.0, 4e4]];

    #[test]
    fn the_likelihood_is_that_of_the_note() {
        let likelihood = Likelihood::new(&counts(), 1);
        for point in POINTS {
            let ours = likelihood.derivatives(&point.map(f64::ln)).value;
            let expected = by_the_book(&counts(), point);
            assert!((ours / expected - 1.0).abs() < 1e-11, "{point:?}: {ours} {expected}");
        }
    }

    #[test]
    fn derivatives_agree_with_differences() {
        const H: f64 = 1e-5;
        let likelihood = Likelihood::new(&counts(), 1);
        for point in POINTS {
            let at = point.map(f64::ln);
            let here = likelihood.derivatives(&at);
            for i in 0..3 {
                let moved = |by: f64| {
                    let mut at = at;
                    at[i] += by;
                    likelihood.derivatives(&at)
                };
                let (up, down) = (moved(H), moved(-H));
                let slope = (up.value - down.value) / (2.0 * H);
                let size = here.value.abs().max(1.0);
                assert!((here.gradient[i] - slope).abs() < 1e-7 * size, "{point:?} {i}: {} {slope}", here.gradient[i]);
                for j in 0..3 {
                    let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * H);
                    let ours = here.hessian.get(i, j);
                    assert!((ours - bend).abs() < 1e-7 * size, "{point:?} {i} {j}: {ours} {bend}");
                }
            }
        }
    }
}

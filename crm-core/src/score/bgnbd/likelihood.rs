//! The log-likelihood of BG/NBD and MBG/NBD on counted histories, with its first two derivatives.

use crate::score::HistoryCounts;
use crate::score::optimise::{Derivatives, Matrix, Objective};
use crate::score::special::{Rising, softplus};
use crate::score::sum::sum_rows;

/// What one evaluation needs of the data.
pub(in crate::score) struct Likelihood {
    rows: Vec<Row>,
    /// The distinct numbers of repeat purchases, rising, and the customers that have each.
    repeats: Vec<(u32, f64)>,
    weight: f64,
    /// 1 when customers may leave after their first purchase.
    first: u32,
    threads: usize,
}

struct Row {
    weight: f64,
    recency: f64,
    age: f64,
    /// Where the number of repeat purchases stands in `repeats`.
    run: u32,
}

/// What a row's terms share with all rows of the same number of repeat purchases.
struct Run {
    repeats: f64,
    /// `ln a - ln(b + x - 1 + first)`; nothing where the customer had no chance to leave.
    odds: Option<f64>,
    /// The slope of `odds` along `ln b`.
    slope_b: f64,
}

impl Likelihood {
    pub(in crate::score) fn new(counts: &HistoryCounts, after_first: bool, threads: usize) -> Self {
        let mut repeats: Vec<(u32, f64)> = Vec::new();
        let rows = counts.rows().iter().map(|row| {
            match repeats.last_mut() {
                Some((x, weight)) if *x == row.repeats => *weight += row.weight,
                _ => repeats.push((row.repeats, row.weight)),
            }
            Row { weight: row.weight, recency: row.recency, age: row.age, run: repeats.len() as u32 - 1 }
        });
        let rows = rows.collect();
        Self { rows, weight: repeats.iter().map(|run| run.1).sum(), repeats, first: after_first.into(), threads }
    }

    pub(in crate::score) const fn weight(&self) -> f64 {
        self.weight
    }

    /// The log-likelihood at parameters that are not logarithms.
    pub(in crate::score) fn value(&self, parameters: &[f64]) -> f64 {
        self.derivatives(&parameters.iter().map(|value| value.ln()).collect::<Vec<_>>()).value
    }
}

impl Objective for Likelihood {
    /// At `(ln r, ln alpha, ln a, ln b)`.
    ///
    /// Fader, Hardie & Lee (2005), equation 6, in the form
    /// `ln L = ln (r)_x + r ln alpha + ln (b)_x - ln (a+b)_x - (r+x) ln(alpha+T) + ln(1 + e^u)` with
    /// `u = ln a - ln(b+x-1) + (r+x) (ln(alpha+T) - ln(alpha+t_x))`, the last term for `x > 0` only. `(b)_x` is the rising
    /// factorial. All of it but the last two terms depends on the data through the number of customers for each `x`. Where
    /// customers may leave after their first purchase, `x + 1` stands for `x` in the terms of `a` and `b`.
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let [r, alpha, a, b] = [at[0].exp(), at[1].exp(), at[2].exp(), at[3].exp()];
        let mut total = self.terms_of_repeats(r, alpha, a, b);
        let runs: Vec<Run> = self
            .repeats
            .iter()
            .map(|&(x, _)| {
                let repeats = f64::from(x);
                let after = b + f64::from(x.saturating_add(self.first)) - 1.0;
                Run { repeats, odds: (x > 0 || self.first > 0).then(|| a.ln() - after.ln()), slope_b: -b / after }
            })
            .collect();
        let rows = sum_rows(&self.rows, self.threads, |row, sum| {
            add_row(row, &runs[row.run as usize], r, alpha, sum);
        });
        for (total, rows) in total.iter_mut().zip(rows) {
            *total += rows;
        }
        unpack(&total)
    }
}

/// Value, gradient (r, alpha, a, b) and the upper triangle of the Hessian, row by row.
type Terms = [f64; 15];

fn unpack(terms: &Terms) -> Derivatives {
    const TRIANGLE: [[usize; 4]; 4] = [[5, 6, 7, 8], [6, 9, 10, 11], [7, 10, 12, 13], [8, 11, 13, 14]];
    Derivatives {
        value: terms[0],
        gradient: terms[1..5].to_vec(),
        hessian: Matrix::from_fn(4, |i, j| terms[TRIANGLE[i][j]]),
    }
}

impl Likelihood {
    /// The terms that depend on the number of repeat purchases alone.
    fn terms_of_repeats(&self, r: f64, alpha: f64, a: f64, b: f64) -> Terms {
        let (mut of_r, mut of_b, mut of_ab) = (Rising::new(r), Rising::new(b), Rising::new(a + b));
        let mut t = [0.0; 15];
        for &(x, weight) in &self.repeats {
            of_r.advance(x);
            of_b.advance(x.saturating_add(self.first));
            of_ab.advance(x.saturating_add(self.first));
            t[0] += weight * (of_r.ln + of_b.ln - of_ab.ln);
            t[1] += weight * r * of_r.d1;
            t[3] -= weight * a * of_ab.d1;
            t[4] += weight * b * (of_b.d1 - of_ab.d1);
            t[5] += weight * r * r * of_r.d2;
            t[12] -= weight * a * a * of_ab.d2;
            t[13] -= weight * a * b * of_ab.d2;
            t[14] += weight * b * b * (of_b.d2 - of_ab.d2);
        }
        // Second derivatives along logarithms contain the first ones.
        t[5] += t[1];
        t[12] += t[3];
        t[14] += t[4];
        let log_alpha = self.weight * r * alpha.ln();
        t[0] += log_alpha;
        t[1] += log_alpha;
        t[2] += self.weight * r;
        t[5] += log_alpha;
        t[6] += self.weight * r;
        t
    }
}

fn add_row(row: &Row, run: &Run, r: f64, alpha: f64, t: &mut Terms) {
    let w = row.weight;
    let k = r + run.repeats;
    let age = alpha + row.age;
    let ln_age = age.ln();
    let share = alpha / age;
    t[0] -= w * k * ln_age;
    t[1] -= w * r * ln_age;
    t[2] -= w * k * share;
    t[5] -= w * r * ln_age;
    t[6] -= w * r * share;
    t[9] -= w * k * share * (1.0 - share);
    let Some(odds) = run.odds else { return };
    let recency = alpha + row.recency;
    let stretch = ln_age - recency.ln();
    let share_recency = alpha / recency;
    let (value, s) = softplus(odds + k * stretch);
    // The slopes of u along the logarithms of r, alpha, a (which is 1) and b, and the curvature of u.
    let ur = r * stretch;
    let gap = share - share_recency;
    let ualpha = k * gap;
    let ub = run.slope_b;
    let ualpha2 = ualpha + k * (share_recency * share_recency - share * share);
    let (ws, wss) = (w * s, w * s * (1.0 - s));
    t[0] += w * value;
    t[1] += ws * ur;
    t[2] += ws * ualpha;
    t[3] += ws;
    t[4] += ws * ub;
    t[5] += ws * ur + wss * ur * ur;
    t[6] += ws * r * gap + wss * ur * ualpha;
    t[7] += wss * ur;
    t[8] += wss * ur * ub;
    t[9] += ws * ualpha2 + wss * ualpha * ualpha;
    t[10] += wss * ualpha;
    t[11] += wss * ualpha * ub;
    t[12] += wss;
    t[13] += wss * ub;
    t[14] += ws * (ub * ub + ub) + wss * ub * ub;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::special::ln_gamma;
    use crate::score::{HistoryCount, TimeUnit, testing};

    fn counts() -> HistoryCounts {
        let rows =
            [(0, 0.0, 38.86), (0, 0.0, 0.0), (1, 3.5, 30.0), (2, 30.43, 38.86), (26, 30.86, 31.0), (200, 9.0, 9.0)];
        let rows = rows.map(|(repeats, recency, age)| HistoryCount { repeats, recency, age, weight: 1.5 });
        HistoryCounts::new(TimeUnit::Weeks, rows.to_vec()).unwrap()
    }

    /// Equation 6 of the paper, literally.
    fn by_the_book(counts: &HistoryCounts, [r, alpha, a, b]: [f64; 4]) -> f64 {
        let ln_beta = |p: f64, q: f64| ln_gamma(p) + ln_gamma(q) - ln_gamma(p + q);
        let of = |row: &HistoryCount| {
            let x = f64::from(row.repeats);
            let gammas = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
            let alive = ln_beta(a, b + x) - ln_beta(a, b) + gammas - (r + x) * (alpha + row.age).ln();
            if row.repeats == 0 {
                return alive;
            }
            let dead = ln_beta(a + 1.0, b + x - 1.0) - ln_beta(a, b) + gammas - (r + x) * (alpha + row.recency).ln();
            alive.max(dead) + (-(alive - dead).abs()).exp().ln_1p()
        };
        counts.rows().iter().map(|row| row.weight * of(row)).sum()
    }

    const POINTS: [[f64; 4]; 4] =
        [[0.243, 4.414, 0.793, 2.426], [2.0, 0.3, 0.05, 0.07], [0.01, 100.0, 30.0, 5.0], [30.0, 7.0, 1.0, 900.0]];

    #[test]
    fn the_likelihood_is_that_of_the_paper() {
        let counts = counts();
        let likelihood = Likelihood::new(&counts, false, 1);
        for point in POINTS {
            let ours = likelihood.derivatives(&point.map(f64::ln)).value;
            let expected = by_the_book(&counts, point);
            assert!((ours / expected - 1.0).abs() < 1e-12, "{point:?}: {ours} {expected}");
        }
    }

    #[test]
    fn derivatives_agree_with_differences() {
        for after_first in [false, true] {
            let likelihood = Likelihood::new(&counts(), after_first, 1);
            for point in POINTS {
                testing::derivatives_agree_with_differences(&likelihood, &point.map(f64::ln));
            }
        }
    }
}

//! The log-likelihood of MBG/CNBD-k on counted histories, with its first two derivatives.

use crate::score::jet::{Jet, ln_sum_exp};
use crate::score::optimise::{Derivatives, Matrix, Objective};
use crate::score::special::Rising;
use crate::score::sum::sum_rows;
use crate::score::{HistoryCount, HistoryCounts};

pub(super) struct Likelihood<'a> {
    k: u32,
    counts: &'a HistoryCounts,
    threads: usize,
}

/// Value, gradient and Hessian, row by row.
const TERMS: usize = 21;

impl<'a> Likelihood<'a> {
    pub(super) const fn new(k: u32, counts: &'a HistoryCounts, threads: usize) -> Self {
        Self { k, counts, threads }
    }

    /// What depends on the number of repeat purchases alone: `ln (r)_kx + r ln alpha + ln (b)_(x+1) - ln (a+b)_(x+1)`.
    fn of_repeats(&self, [r, alpha, a, b]: [Jet<4>; 4]) -> Jet<4> {
        let rise = |jet: Jet<4>, rising: &Rising| jet.apply([rising.ln, rising.d1, rising.d2]);
        let ab = a + b;
        let (mut of_r, mut of_b, mut of_ab) = (Rising::new(r.value), Rising::new(b.value), Rising::new(ab.value));
        let mut sum = Jet::constant(0.0);
        let mut customers = 0.0;
        for run in self.counts.rows().chunk_by(|a, b| a.repeats == b.repeats) {
            let weight: f64 = run.iter().map(|row| row.weight).sum();
            of_r.advance(run[0].repeats.saturating_mul(self.k));
            of_b.advance(run[0].repeats.saturating_add(1));
            of_ab.advance(run[0].repeats.saturating_add(1));
            sum = sum + (rise(r, &of_r) + rise(b, &of_b) - rise(ab, &of_ab)) * weight;
            customers += weight;
        }
        sum + r.times(alpha.ln()) * customers
    }

    /// `ln(S + Sum over j < k of (r+kx)_j / j! ((T-t_x)/(alpha+T))^j) - (r+kx) ln(alpha+T)`, where
    /// `S = a / (b+x) ((alpha+T)/(alpha+t_x))^(r+kx)`.
    fn of_row(&self, row: &HistoryCount, [r, alpha, a, b]: [Jet<4>; 4]) -> Jet<4> {
        let x = f64::from(row.repeats);
        let shape = r + Jet::constant(f64::from(self.k) * x);
        let age = (alpha + Jet::constant(row.age)).ln();
        let silence = row.age - row.recency;
        let recency = alpha + Jet::constant(row.recency);
        let ratio = silence / recency.value;
        // d/d recency of ln(1 + silence / recency)
        let slope = 1.0 / (recency.value + silence) - 1.0 / recency.value;
        let bend = (1.0 / recency.value).powi(2) - (1.0 / (recency.value + silence)).powi(2);
        let stretch = recency.apply([ratio.ln_1p(), slope, bend]);
        let left = a.ln() - (b + Jet::constant(x)).ln() + shape.times(stretch);
        let mut parts = vec![left, Jet::constant(0.0)];
        if silence > 0.0 {
            let share = Jet::constant(silence.ln()) - age;
            let mut part = Jet::constant(0.0);
            for j in 1..self.k {
                let j = f64::from(j);
                part = part + (shape + Jet::constant(j - 1.0)).ln() + share - Jet::constant(j.ln());
                parts.push(part);
            }
        }
        ln_sum_exp(&parts) - shape.times(age)
    }
}

impl Objective for Likelihood<'_> {
    /// At `(ln r, ln alpha, ln a, ln b)`.
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let parameters: [Jet<4>; 4] = std::array::from_fn(|i| Jet::variable(i, at[i]).exp());
        let sums = sum_rows(self.counts.rows(), self.threads, |row, sum: &mut [f64; TERMS]| {
            self.of_row(row, parameters).add_to(row.weight, sum);
        });
        let front = self.of_repeats(parameters).derivatives();
        Derivatives {
            value: front.value + sums[0],
            gradient: (0..4).map(|i| front.gradient[i] + sums[1 + i]).collect(),
            hessian: Matrix::from_fn(4, |i, j| front.hessian.get(i, j) + sums[5 + 4 * i + j]),
        }
    }
}

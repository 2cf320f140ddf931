//! Logistic regression on a few columns.

use crate::score::optimise::{Derivatives, Matrix, dot};

/// Coefficients beyond this say that the columns tell good from bad without exception.
const SEPARATED: f64 = 30.0;
const MOST_STEPS: u32 = 100;

/// A fitted regression.
pub(super) struct Logistic {
    /// The coefficients of the columns, and last the constant.
    pub(super) coefficients: Vec<f64>,
    pub(super) standard_errors: Vec<f64>,
    pub(super) log_likelihood: f64,
}

/// The log-likelihood of `good` given the logarithm of the odds `x b`, with its first two derivatives, less
/// `ridge / 2` times the squares of the coefficients but the constant.
fn derivatives(rows: &[Vec<f64>], good: &[bool], at: &[f64], ridge: f64) -> Derivatives {
    let n = at.len();
    let (mut value, mut gradient, mut bends) = (0.0, vec![0.0; n], vec![0.0; n * n]);
    for (row, &good) in rows.iter().zip(good) {
        let odds = dot(row, at);
        let (ln_one_plus, p) = crate::score::special::softplus(odds);
        value += if good { odds } else { 0.0 } - ln_one_plus;
        let rest = if good { 1.0 - p } else { -p };
        for i in 0..n {
            gradient[i] += rest * row[i];
            for j in 0..n {
                bends[i * n + j] -= p * (1.0 - p) * row[i] * row[j];
            }
        }
    }
    for i in 0..n - 1 {
        value -= 0.5 * ridge * at[i] * at[i];
        gradient[i] -= ridge * at[i];
        bends[i * n + i] -= ridge;
    }
    Derivatives { value, gradient, hessian: Matrix::from_fn(n, |i, j| bends[i * n + j]) }
}

/// Fits by Newton's method with step halving. Every row ends with a 1 for the constant. None when the coefficients run
/// away, or the columns repeat each other.
pub(super) fn fit(rows: &[Vec<f64>], good: &[bool], ridge: f64) -> Option<Logistic> {
    let n = rows.first()?.len();
    let mut at = vec![0.0; n];
    let mut here = derivatives(rows, good, &at, ridge);
    for _ in 0..MOST_STEPS {
        let information = Matrix::from_fn(n, |i, j| -here.hessian.get(i, j));
        let step = information.solve(&here.gradient)?;
        let gain = dot(&here.gradient, &step);
        if gain < 1e-18 * here.value.abs().max(1.0) {
            let inverse = information.inverse()?;
            let standard_errors = (0..n).map(|i| inverse.get(i, i).sqrt()).collect();
            return Some(Logistic { coefficients: at, standard_errors, log_likelihood: here.value });
        }
        let mut shrink = 1.0;
        loop {
            let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + shrink * step).collect();
            let there = derivatives(rows, good, &next, ridge);
            // Near the maximum values no longer tell two points apart.
            if there.value >= here.value - 1e-9 * here.value.abs() {
                (at, here) = (next, there);
                break;
            }
            shrink /= 2.0;
            if shrink < 1e-10 {
                return None;
            }
        }
        if at.iter().any(|coefficient| coefficient.abs() > SEPARATED) {
            return None;
        }
    }
    None
}

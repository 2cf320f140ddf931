//! Nelder and Mead's simplex: slow, but asks for nothing but values.

use super::goes_on;

const MOST_EVALUATIONS: usize = 2_000;
const EDGE: f64 = 0.5;

/// A point that is at least as good as `start` (Nelder & Mead, "A simplex method for function minimization", The
/// Computer Journal 7, 1965). Points where the function is not a number count as the worst.
pub(super) fn improve(mut function: impl FnMut(&[f64]) -> f64, start: &[f64]) -> Vec<f64> {
    let mut evaluations = 0;
    let mut value = |at: Vec<f64>| {
        evaluations += 1;
        let value = function(&at);
        (evaluations, (if value.is_nan() { f64::NEG_INFINITY } else { value }, at))
    };
    let n = start.len();
    let corner = |i: usize| (0..n).map(|j| start[j] + if i == j + 1 { EDGE } else { 0.0 }).collect::<Vec<_>>();
    let mut simplex: Vec<(f64, Vec<f64>)> = (0..=n).map(|i| value(corner(i)).1).collect();
    loop {
        simplex.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (best, worst) = (simplex[0].0, simplex[n].clone());
        let flat = best - worst.0 <= 1e-10 * best.abs();
        let centre: Vec<f64> =
            (0..n).map(|j| simplex[..n].iter().map(|corner| corner.1[j]).sum::<f64>() / n as f64).collect();
        let towards = |by: f64| (0..n).map(|j| centre[j] + by * (worst.1[j] - centre[j])).collect::<Vec<_>>();
        let (evaluations, reflected) = value(towards(-1.0));
        if flat || evaluations > MOST_EVALUATIONS || !goes_on(evaluations as u32) {
            return simplex.swap_remove(0).1;
        }
        let next = if reflected.0 > best {
            let expanded = value(towards(-2.0)).1;
            if expanded.0 > reflected.0 { expanded } else { reflected }
        } else if reflected.0 > simplex[n - 1].0 {
            reflected
        } else {
            let contracted = value(towards(if reflected.0 > worst.0 { -0.5 } else { 0.5 })).1;
            if contracted.0 > worst.0.max(reflected.0) {
                contracted
            } else {
                let keep = simplex[0].1.clone();
                for corner in &mut simplex[1..] {
                    let halfway = corner.1.iter().zip(&keep).map(|(a, b)| f64::midpoint(*a, *b)).collect();
                    *corner = value(halfway).1;
                }
                continue;
            }
        };
        simplex[n] = next;
    }
}

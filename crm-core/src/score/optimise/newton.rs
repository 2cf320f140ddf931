//! Newton's method with damping.

use super::matrix::dot;
use super::{Derivatives, Matrix, NEGLIGIBLE, Objective, goes_on};

/// The longest step along the logarithm of a parameter.
const LONGEST_STEP: f64 = 2.0;
const MOST_ITERATIONS: u32 = 200;
/// Damping beyond this makes steps too short to matter.
const MOST_DAMPING: f64 = 1e12;
const LEAST_DAMPING: f64 = 1e-3;

/// Climbs and counts what it costs.
#[derive(Default)]
pub(super) struct Climb {
    pub(super) evaluations: u32,
}

/// Where a climb ended.
pub(super) struct Peak {
    pub(super) at: Vec<f64>,
    pub(super) derivatives: Derivatives,
    /// What another undamped step would gain; infinite when the surface is not concave here.
    pub(super) remaining: f64,
    pub(super) iterations: u32,
}

impl Peak {
    pub(super) fn is_maximum(&self) -> bool {
        self.remaining <= NEGLIGIBLE
    }

    pub(super) fn value(&self) -> f64 {
        if self.derivatives.value.is_nan() { f64::NEG_INFINITY } else { self.derivatives.value }
    }
}

impl Climb {
    fn derivatives(&mut self, objective: &impl Objective, at: &[f64]) -> Derivatives {
        self.evaluations += 1;
        objective.derivatives(at)
    }

    pub(super) fn value(&mut self, objective: &impl Objective, at: &[f64]) -> f64 {
        self.derivatives(objective, at).value
    }

    /// Climbs until the quadratic model promises nothing more, then on until rounding errors are all that is left.
    pub(super) fn newton(&mut self, objective: &impl Objective, start: &[f64]) -> Peak {
        let mut at = start.to_vec();
        let mut here = self.derivatives(objective, &at);
        let mut damping = 0.0;
        let mut iterations = 0;
        while here.is_finite() && iterations < MOST_ITERATIONS && goes_on(self.evaluations) {
            let Some((step, damped)) = damped_step(&here, damping) else { break };
            damping = damped;
            let promised = gain(&here, &step);
            let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + step).collect();
            let there = self.derivatives(objective, &next);
            if promised <= NEGLIGIBLE && damping == 0.0 {
                // Values no longer tell two points apart here, but gradients do.
                if !there.is_finite() || remaining(&there) >= promised / 4.0 {
                    break;
                }
            } else if !there.is_finite() || there.value < here.value + 1e-4 * promised {
                damping = (damping * 8.0).max(LEAST_DAMPING);
                if damping > MOST_DAMPING {
                    break;
                }
                continue;
            }
            damping = if damping > LEAST_DAMPING { damping / 8.0 } else { 0.0 };
            (at, here) = (next, there);
            iterations += 1;
        }
        let remaining = remaining(&here);
        Peak { at, derivatives: here, remaining, iterations }
    }
}

/// The step that maximises the quadratic model, damped until the model is concave and the step short enough; and the
/// damping that took.
fn damped_step(here: &Derivatives, mut damping: f64) -> Option<(Vec<f64>, f64)> {
    let n = here.gradient.len();
    while damping <= MOST_DAMPING {
        // Marquardt's scaling, kept positive where the curvature has the wrong sign or none.
        let scale = |i: usize| here.hessian.get(i, i).abs().max(here.gradient[i].abs()).max(1e-8);
        let damped = Matrix::from_fn(n, |i, j| if i == j { damping * scale(i) } else { 0.0 } - here.hessian.get(i, j));
        match damped.solve(&here.gradient) {
            Some(step) if step.iter().all(|part| part.abs() <= LONGEST_STEP) => return Some((step, damping)),
            _ => damping = (damping * 8.0).max(LEAST_DAMPING),
        }
    }
    None
}

/// What a step gains by the quadratic model.
fn gain(here: &Derivatives, step: &[f64]) -> f64 {
    dot(&here.gradient, step) + 0.5 * dot(step, &here.hessian.times(step))
}

fn remaining(here: &Derivatives) -> f64 {
    damped_step(here, 0.0).filter(|(_, damping)| *damping == 0.0).map_or(f64::INFINITY, |(step, _)| gain(here, &step))
}

//! Maximising a log-likelihood of a few positive parameters.
//!
//! Parameters are sought on the logarithmic scale, so they stay positive. The method is Newton's with the analytic
//! Hessian, damped in the manner of Levenberg and Marquardt where the surface is not concave or a step overshoots
//! (Nocedal & Wright, "Numerical Optimization", 2006, chapters 3 and 4). When it fails from every starting point, Nelder
//! and Mead's simplex looks for a better one. Nothing is random.

mod matrix;
mod newton;
mod restrict;
mod simplex;

use serde::{Deserialize, Serialize};

use crate::base::{Name, checkpoint};

pub(crate) use matrix::{Matrix, dot};
pub(crate) use restrict::fit;

/// How a fit ended.
///
/// A fit that did not converge is not an error: its numbers are there to look at, and this says what to think of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// The verdict.
    pub status: FitStatus,
    /// Steps that were taken from the best starting point.
    pub iterations: u32,
    /// Evaluations of the likelihood from all starting points.
    pub evaluations: u32,
    /// Starting points that were tried.
    pub starts: u32,
    /// The largest slope of the log-likelihood per customer along the logarithm of a parameter.
    pub gradient: f64,
    /// How much log-likelihood another step would gain, by the quadratic model at the end.
    pub remaining: f64,
    /// The greatest eigenvalue of the negative Hessian (on the logarithmic scale) over the least; infinite when the least
    /// is not positive. Its square root is the ratio of the best known direction's precision to the worst's.
    pub condition: f64,
    /// What to look at before the numbers are used.
    pub warnings: Vec<FitWarning>,
}

/// The verdict on a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitStatus {
    /// A maximum was found.
    Converged,
    /// The likelihood hardly changes along some direction: the data do not say where on it the parameters lie.
    Ridge,
    /// No maximum was found.
    Stalled,
}

/// Something to look at before the parameters of a fit are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitWarning {
    /// The parameter ran off towards zero or infinity: its part of the model is not needed or not identified.
    Edge(Name),
    /// The parameters can be exchanged for each other at little cost; predictions may be good where parameters are not.
    IllConditioned,
    /// There are few customers for the number of parameters.
    FewCustomers,
}

/// A function to be maximised: a log-likelihood in the logarithms of the parameters.
pub(crate) trait Objective {
    /// Its value, gradient and Hessian.
    fn derivatives(&self, at: &[f64]) -> Derivatives;
}

/// A value with its first two derivatives.
#[derive(Clone, Debug)]
pub(crate) struct Derivatives {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: Matrix,
}

impl Derivatives {
    fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().all(|slope| slope.is_finite())
    }
}

/// The best point that was found.
#[derive(Clone, Debug)]
pub(crate) struct Maximum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
    /// The negative Hessian.
    pub(crate) information: Matrix,
    pub(crate) convergence: Convergence,
}

/// Gains below this count as none: a thousandth of it would not change a reported digit of a log-likelihood.
const NEGLIGIBLE: f64 = 1e-7;
/// Curvatures that differ by more than this make a ridge; a tenth of the digits is left along it.
const RIDGE: f64 = 1e9;
/// Curvatures that differ by more than this deserve a warning.
const ILL_CONDITIONED: f64 = 1e5;
/// Logarithms of parameters this far from the start are at the edge.
const EDGE: f64 = 9.0;

/// Whether a climb is still wanted. One that was called off ends early; whoever started it finds out at the next
/// checkpoint.
fn goes_on(evaluations: u32) -> bool {
    checkpoint(evaluations.into(), None).is_ok()
}

/// Climbs from each starting point until one leads to a maximum, and answers the best.
///
/// `names` are the parameters' names and `weight` is the number of customers.
pub(crate) fn maximise(
    objective: &impl Objective,
    starts: &[Vec<f64>],
    names: &[&'static str],
    weight: f64,
) -> Maximum {
    let mut climb = newton::Climb::default();
    let mut best: Option<(newton::Peak, &[f64])> = None;
    let mut tried = 0;
    for start in starts {
        tried += 1;
        let mut peak = climb.newton(objective, start);
        if !peak.is_maximum() && tried as usize == starts.len() {
            let from = best.as_ref().map_or(&peak, |(best, _)| if best.value() > peak.value() { best } else { &peak });
            let better = simplex::improve(|at| climb.value(objective, at), &from.at);
            peak = climb.newton(objective, &better);
        }
        let done = peak.is_maximum();
        if best.as_ref().is_none_or(|(best, _)| done || peak.value() > best.value()) {
            best = Some((peak, start));
        }
        if done {
            break;
        }
    }
    let (peak, start) = best.unwrap_or_else(|| (climb.newton(objective, &[]), &[]));
    report(peak, start, names, weight, tried, climb.evaluations)
}

fn report(
    peak: newton::Peak,
    start: &[f64],
    names: &[&'static str],
    weight: f64,
    starts: u32,
    evaluations: u32,
) -> Maximum {
    let maximum = peak.is_maximum();
    let newton::Peak { at, derivatives, remaining, iterations } = peak;
    let n = at.len();
    let information = Matrix::from_fn(n, |i, j| -derivatives.hessian.get(i, j));
    let curvatures = information.eigenvalues();
    let condition = match (curvatures.first(), curvatures.last()) {
        (Some(&least), Some(&greatest)) if least > 0.0 => greatest / least,
        _ => f64::INFINITY,
    };
    let edges = at.iter().zip(start).zip(names).filter(|((at, start), _)| (*at - *start).abs() > EDGE);
    let mut warnings: Vec<_> = edges.map(|(_, name)| FitWarning::Edge(Name::from_static(name))).collect();
    let status = match () {
        () if condition > RIDGE || !warnings.is_empty() => FitStatus::Ridge,
        () if maximum => FitStatus::Converged,
        () => FitStatus::Stalled,
    };
    if condition > ILL_CONDITIONED {
        warnings.push(FitWarning::IllConditioned);
    }
    if weight < 20.0 * n as f64 {
        warnings.push(FitWarning::FewCustomers);
    }
    let steepest = derivatives.gradient.iter().fold(0.0, |max: f64, slope| max.max(slope.abs()));
    let gradient = steepest / weight;
    let convergence = Convergence { status, iterations, evaluations, starts, gradient, remaining, condition, warnings };
    Maximum { at, value: derivatives.value, information, convergence }
}

#[cfg(test)]
mod tests;

//! Maximising with some parameters held and others drawn towards a value.

use super::{Derivatives, Matrix, Maximum, Objective, maximise};
use crate::base::{Error, Name, Result, checkpoint};
use crate::score::fit::Fit;
use crate::score::{FitOptions, Model};

/// A likelihood with penalties, of the free parameters alone.
struct Restricted<'a, O> {
    likelihood: &'a O,
    /// The places of the free parameters among all.
    free: Vec<usize>,
    /// All logarithms; only those of held parameters count.
    held: Vec<f64>,
    /// The place of a parameter, the logarithm of its centre and the inverse of its variance.
    penalties: Vec<(usize, f64, f64)>,
}

impl<O> Restricted<'_, O> {
    fn all(&self, at: &[f64]) -> Vec<f64> {
        let mut all = self.held.clone();
        for (&place, &value) in self.free.iter().zip(at) {
            all[place] = value;
        }
        all
    }

    fn penalty(&self, all: &[f64]) -> f64 {
        self.penalties.iter().map(|&(i, centre, precision)| 0.5 * precision * (all[i] - centre).powi(2)).sum()
    }
}

impl<O: Objective> Objective for Restricted<'_, O> {
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let all = self.all(at);
        let mut full = self.likelihood.derivatives(&all);
        full.value -= self.penalty(&all);
        let mut precisions = vec![0.0; all.len()];
        for &(i, centre, precision) in &self.penalties {
            full.gradient[i] -= precision * (all[i] - centre);
            precisions[i] += precision;
        }
        let bend = |i: usize, j: usize| full.hessian.get(i, j) - if i == j { precisions[i] } else { 0.0 };
        Derivatives {
            value: full.value,
            gradient: self.free.iter().map(|&i| full.gradient[i]).collect(),
            hessian: Matrix::from_fn(self.free.len(), |i, j| bend(self.free[i], self.free[j])),
        }
    }
}

/// The parameters that make the data most likely, and how well they are known.
///
/// `starts` are logarithms of all parameters of the model; `weight` is the number of customers. `like` tells everything
/// about the model but its parameters.
///
/// # Errors
/// [`Error::Invalid`] for options that name no parameter of the model, hold all of them, or hold one at an impossible
/// value.
pub(crate) fn fit<M: Model>(
    likelihood: &impl Objective,
    like: &M,
    starts: &[Vec<f64>],
    weight: f64,
    options: &FitOptions,
) -> Result<Fit<M>> {
    let names = M::PARAMETERS;
    let mut held = vec![None; names.len()];
    for fixed in &options.fixed {
        held[place(names, &fixed.parameter, "fixed")?] = Some(positive(fixed.value, "fixed")?.ln());
    }
    let mut penalties = Vec::new();
    for penalty in &options.penalties {
        let spread = positive(penalty.spread, "penalties")?;
        let centre = positive(penalty.centre, "penalties")?.ln();
        penalties.push((place(names, &penalty.parameter, "penalties")?, centre, 1.0 / (spread * spread)));
    }
    let free: Vec<usize> = (0..names.len()).filter(|&i| held[i].is_none()).collect();
    if free.is_empty() {
        return Err(Error::invalid("fixed", "one parameter at least must be free"));
    }
    let held = held.into_iter().map(|value| value.unwrap_or(0.0)).collect();
    let restricted = Restricted { likelihood, free, held, penalties };
    let of_free = |start: &Vec<f64>| restricted.free.iter().map(|&i| start[i]).collect::<Vec<_>>();
    let starts: Vec<Vec<f64>> = starts.iter().map(of_free).collect();
    let free_names: Vec<&'static str> = restricted.free.iter().map(|&i| names[i]).collect();
    let found = maximise(&restricted, &starts, &free_names, weight);
    checkpoint(0, None)?;
    answer(&restricted, like, found, weight)
}

fn answer<M: Model, O>(restricted: &Restricted<'_, O>, like: &M, found: Maximum, weight: f64) -> Result<Fit<M>> {
    let all = restricted.all(&found.at);
    let parameters: Vec<f64> = all.iter().map(|log| log.exp()).collect();
    let covariance = covariance(&found, &restricted.free, &parameters);
    Ok(Fit {
        model: like.with_parameters(&parameters)?,
        log_likelihood: found.value + restricted.penalty(&all),
        customers: weight,
        standard_errors: covariance.as_ref().map(|c| (0..c.len()).map(|i| c[i][i].sqrt()).collect()),
        covariance,
        free: restricted.free.len() as u32,
        convergence: found.convergence,
    })
}

/// At the maximum the gradient vanishes, so the covariances of the logarithms need only be scaled.
fn covariance(found: &Maximum, free: &[usize], parameters: &[f64]) -> Option<Vec<Vec<f64>>> {
    let logs = found.information.inverse()?;
    let mut all = vec![vec![0.0; parameters.len()]; parameters.len()];
    for (a, &i) in free.iter().enumerate() {
        for (b, &j) in free.iter().enumerate() {
            all[i][j] = logs.get(a, b) * parameters[i] * parameters[j];
        }
    }
    Some(all)
}

fn place(names: &[&'static str], wanted: &Name, field: &'static str) -> Result<usize> {
    let unknown = || Error::invalid(field, format!("the parameters are {}", names.join(", ")));
    names.iter().position(|name| wanted.as_str() == *name).ok_or_else(unknown)
}

fn positive(value: f64, field: &'static str) -> Result<f64> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(Error::invalid(field, "must be positive and finite")) }
}

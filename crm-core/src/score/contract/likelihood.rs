//! The log-likelihood of contract lengths, with its first two derivatives.

use super::ContractCounts;
use crate::score::jet::Jet;
use crate::score::optimise::{Derivatives, Objective};

/// `N` is the number of parameters: without the third one the hazard of a contract is constant.
pub(super) struct Likelihood<'a, const N: usize> {
    pub(super) counts: &'a ContractCounts,
}

/// `ln S(t)`, the logarithm of `B(alpha, beta + t^c) / B(alpha, beta)`.
fn ln_survival<const N: usize>([alpha, beta, c]: [Jet<N>; 3], periods: u32) -> Jet<N> {
    if periods == 0 {
        return Jet::constant(0.0);
    }
    let power = (c * f64::from(periods).ln()).exp();
    let after = beta + power;
    after.ln_gamma() - beta.ln_gamma() - (alpha + after).ln_gamma() + (alpha + beta).ln_gamma()
}

impl<const N: usize> Objective for Likelihood<'_, N> {
    /// At the logarithms of the parameters: `Sum of n_t ln(S(t-1) - S(t))` over contracts that ended in period `t`, and
    /// `ln S(t)` for those that survived `t` periods and run.
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let parameters: [Jet<N>; 3] = std::array::from_fn(|i| match at.get(i) {
            Some(&log) => Jet::variable(i, log).exp(),
            None => Jet::constant(1.0),
        });
        let mut sum = Jet::constant(0.0);
        for row in self.counts.rows() {
            let until = ln_survival(parameters, row.periods);
            let part = if row.ended {
                let before = ln_survival(parameters, row.periods - 1);
                before + (until - before).ln_one_minus_exp()
            } else {
                until
            };
            sum = sum + part * row.weight;
        }
        sum.derivatives()
    }
}

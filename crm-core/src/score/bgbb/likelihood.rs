//! The log-likelihood of BG/BB on counted histories, with its first two derivatives.

use super::{OccasionCounts, OccasionHistory};
use crate::score::jet::{Jet, ln_sum_exp};
use crate::score::optimise::{Derivatives, Objective};
use crate::score::special::Rising;

pub(super) struct Likelihood<'a> {
    pub(super) counts: &'a OccasionCounts,
}

/// Logarithms of rising factorials, for every number of occasions.
struct Tables {
    /// `ln (alpha)_x`.
    alpha: Vec<Jet<4>>,
    /// `ln (beta)_y`.
    beta: Vec<Jet<4>>,
    /// To have stayed for `m` occasions and left before the next, without the purchases:
    /// `ln gamma + ln (delta)_m - ln (gamma+delta)_(m+1) - ln (alpha+beta)_m`.
    left: Vec<Jet<4>>,
    /// To have stayed for `m` occasions: `ln (delta)_m - ln (gamma+delta)_m - ln (alpha+beta)_m`.
    alive: Vec<Jet<4>>,
}

impl Tables {
    fn new([alpha, beta, gamma, delta]: [Jet<4>; 4], occasions: u32) -> Self {
        let table = |of: Jet<4>, more: u32| -> Vec<Jet<4>> {
            let mut rising = Rising::new(of.value);
            let mut at = |n| {
                rising.advance(n);
                of.apply([rising.ln, rising.d1, rising.d2])
            };
            (0..=occasions + more).map(&mut at).collect()
        };
        let both = table(alpha + beta, 0);
        let stays = table(delta, 0);
        let ends = table(gamma + delta, 1);
        let ln_gamma = gamma.ln();
        Self {
            alpha: table(alpha, 0),
            beta: table(beta, 0),
            left: (0..both.len()).map(|m| ln_gamma + stays[m] - ends[m + 1] - both[m]).collect(),
            alive: (0..both.len()).map(|m| stays[m] - ends[m] - both[m]).collect(),
        }
    }

    /// The logarithms of the probabilities of the history together with each way to end it: still alive, or left after
    /// each occasion since the last purchase.
    fn endings(&self, history: &OccasionHistory, endings: &mut Vec<Jet<4>>) {
        let (x, last, n) = (history.repeats as usize, history.last as usize, history.occasions as usize);
        endings.clear();
        endings.push(self.alpha[x] + self.beta[n - x] + self.alive[n]);
        endings.extend((last..n).map(|m| self.alpha[x] + self.beta[m - x] + self.left[m]));
    }
}

impl Objective for Likelihood<'_> {
    /// At `(ln alpha, ln beta, ln gamma, ln delta)`: Fader, Hardie & Shang (2010), equation 7, with quotients of beta
    /// functions written as quotients of rising factorials.
    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let parameters: [Jet<4>; 4] = std::array::from_fn(|i| Jet::variable(i, at[i]).exp());
        let occasions = self.counts.rows().iter().map(|row| row.history.occasions).max().unwrap_or(0);
        let tables = Tables::new(parameters, occasions);
        let mut endings = Vec::new();
        let mut sum = Jet::constant(0.0);
        for row in self.counts.rows() {
            tables.endings(&row.history, &mut endings);
            sum = sum + ln_sum_exp(&endings) * row.weight;
        }
        sum.derivatives()
    }
}

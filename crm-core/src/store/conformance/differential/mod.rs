//! Random sequences of commits and questions, answered by the store and by [`Memory`], which is the model.
//!
//! A sequence that is answered differently is made as short as it can be, and reported with its seed.

mod play;
mod step;

use play::play;
use step::{Flavour, Step, sequence};

use super::probe::{Checked, List, Probe, Stop};

pub(super) fn checks(list: &mut List) {
    for flavour in Flavour::ALL {
        list.add(format!("differential.{}", flavour.name), move |probe| compare(probe, flavour));
    }
}

/// How often a failing sequence is played again to make it shorter.
const SHORTENINGS: usize = 400;

fn compare(probe: &Probe<'_>, flavour: Flavour) -> Checked {
    let cases = probe.options.cases.div_ceil(Flavour::ALL.len() as u32);
    for case in 0..cases {
        let seed = probe.options.seed.wrapping_add(u64::from(case).wrapping_mul(0x9e37_79b9));
        let steps = sequence(seed, probe.options.steps as usize, flavour);
        if let Err(failure) = play(probe, &steps) {
            let (steps, failure) = shorten(probe, steps, failure);
            let told: String = format!("{steps:?}").chars().take(4_000).collect();
            return Err(Stop::Failed(format!(
                "case {case}, seed {seed}: step {} of {}: {}; the sequence: {told}",
                failure.step + 1,
                steps.len(),
                failure.reason
            )));
        }
    }
    Ok(())
}

/// Where and how the answers differed.
struct Failure {
    step: usize,
    reason: String,
}

/// The shortest sequence found that is still answered differently, with the last difference seen.
fn shorten(probe: &Probe<'_>, steps: Vec<Step>, failure: Failure) -> (Vec<Step>, Failure) {
    let mut best = (steps, failure);
    best.0.truncate(best.1.step + 1);
    let mut left = SHORTENINGS;
    let mut size = best.0.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < best.0.len() && left > 0 {
            let mut fewer = best.0.clone();
            fewer.drain(start..(start + size).min(fewer.len()));
            left -= 1;
            match play(probe, &fewer) {
                Err(failure) => {
                    fewer.truncate(failure.step + 1);
                    best = (fewer, failure);
                }
                Ok(()) => start += size,
            }
        }
        size /= 2;
    }
    for index in (0..best.0.len()).rev() {
        let mut part = 0;
        while let Some(smaller) = best.0.get(index).and_then(|step| step.without(part)).filter(|_| left > 0) {
            let mut fewer = best.0.clone();
            fewer[index] = smaller;
            left -= 1;
            match play(probe, &fewer) {
                Err(failure) => best = (fewer, failure),
                Ok(()) => part += 1,
            }
        }
    }
    best
}

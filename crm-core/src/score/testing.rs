//! What the tests of this room share.

use super::optimise::Objective;
use super::{HistoryCount, HistoryCounts, TimeUnit};

/// The CDNOW sample as it is published, in weeks rounded to two decimals.
pub(crate) fn cdnow() -> Vec<HistoryCount> {
    include_str!("../../tests/data/cdnow_sample_summary.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<f64> = line.trim().split(',').map(|field| field.parse().unwrap()).collect();
            HistoryCount { repeats: fields[1] as u32, recency: fields[2], age: fields[3], weight: 1.0 }
        })
        .collect()
}

pub(crate) fn cdnow_counts() -> HistoryCounts {
    HistoryCounts::new(TimeUnit::Weeks, cdnow()).unwrap()
}

#[track_caller]
pub(crate) fn close(ours: f64, expected: f64, tolerance: f64) {
    assert!((ours - expected).abs() <= tolerance * expected.abs(), "{ours} instead of {expected}");
}

/// Equal when printed with the decimals of a published value.
#[track_caller]
pub(crate) fn printed(ours: f64, published: &str) {
    let decimals = published.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    assert_eq!(format!("{ours:.decimals$}"), published);
}

/// The gradient and the Hessian of an objective are those of its values.
#[track_caller]
pub(crate) fn derivatives_agree_with_differences(objective: &impl Objective, at: &[f64]) {
    const H: f64 = 1e-5;
    let here = objective.derivatives(at);
    let size = here.gradient.iter().fold(here.value.abs().max(1.0), |max: f64, slope| max.max(slope.abs()));
    for i in 0..at.len() {
        let moved = |by: f64| {
            let mut at = at.to_vec();
            at[i] += by;
            objective.derivatives(&at)
        };
        let (up, down) = (moved(H), moved(-H));
        let slope = (up.value - down.value) / (2.0 * H);
        assert!((here.gradient[i] - slope).abs() < 1e-7 * size, "{at:?} {i}: {} {slope}", here.gradient[i]);
        for j in 0..at.len() {
            let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * H);
            let ours = here.hessian.get(i, j);
            assert!((ours - bend).abs() < 1e-7 * size, "{at:?} {i} {j}: {ours} {bend}");
        }
    }
}

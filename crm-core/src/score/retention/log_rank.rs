//! Whether groups stay equally long.

use serde::{Deserialize, Serialize};

use super::Lifetimes;
use crate::base::{Error, Result};
use crate::score::distribution::chi_square_above;
use crate::score::optimise::{Matrix, dot};

/// One group of the test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRankGroup {
    /// How many customers it has.
    pub customers: f64,
    /// How many of them ended.
    pub observed: f64,
    /// How many would have ended if all groups stayed equally long.
    pub expected: f64,
}

/// Whether groups stay equally long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// The groups, in their order.
    pub groups: Vec<LogRankGroup>,
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees: u32,
    /// How likely such a statistic or a greater one is when all groups stay equally long.
    pub p_value: f64,
}

/// The log-rank test of two or more groups (N. Mantel, "Evaluation of survival data and two new rank order statistics",
/// Cancer Chemotherapy Reports 50, 1966; R. Peto, J. Peto, "Asymptotically efficient rank invariant test procedures",
/// Journal of the Royal Statistical Society A 135, 1972).
///
/// # Errors
/// [`Error::InsufficientData`] for fewer than two groups with customers, or when no end was seen that tells them apart;
/// [`Error::Invalid`] when the groups count time in different units.
pub fn log_rank(groups: &[Lifetimes]) -> Result<LogRank> {
    let insufficient = |reason: &'static str| Error::insufficient("log_rank", reason);
    let [first, ..] = groups else { return Err(insufficient("two groups are needed at least")) };
    for group in groups {
        first.unit().expect(group.unit(), "lifetimes")?;
    }
    if groups.len() < 2 || groups.iter().any(|group| group.rows().is_empty()) {
        return Err(insufficient("two groups with customers are needed at least"));
    }
    let n = groups.len();
    let mut times: Vec<f64> = groups.iter().flat_map(|group| group.ends().into_iter().map(|ends| ends.time)).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    let mut results: Vec<LogRankGroup> = groups
        .iter()
        .map(|group| LogRankGroup { customers: group.customers(), observed: 0.0, expected: 0.0 })
        .collect();
    let mut covariance = vec![0.0; n * n];
    let mut cursors: Vec<Cursor<'_>> = groups.iter().map(Cursor::new).collect();
    for time in times {
        let here: Vec<(f64, f64)> = cursors.iter_mut().map(|cursor| cursor.at(time)).collect();
        let at_risk: f64 = here.iter().map(|(risk, _)| risk).sum();
        let ended: f64 = here.iter().map(|(_, ended)| ended).sum();
        // With ties the variance is that of drawing without replacement.
        let ties = if at_risk > 1.0 { ended * (at_risk - ended) / (at_risk - 1.0) } else { 0.0 };
        for (i, (result, (risk, count))) in results.iter_mut().zip(&here).enumerate() {
            let share = risk / at_risk;
            result.observed += count;
            result.expected += ended * share;
            for (j, (other, _)) in here.iter().enumerate() {
                let same = if i == j { 1.0 } else { 0.0 };
                covariance[i * n + j] += ties * share * (same - other / at_risk);
            }
        }
    }
    // The last group follows from the others.
    let away: Vec<f64> = results[..n - 1].iter().map(|group| group.observed - group.expected).collect();
    let solved = Matrix::from_fn(n - 1, |i, j| covariance[i * n + j])
        .solve(&away)
        .ok_or_else(|| insufficient("no end was seen while several groups were there"))?;
    let chi_square = dot(&away, &solved);
    let degrees = n as u32 - 1;
    Ok(LogRank { groups: results, chi_square, degrees, p_value: chi_square_above(chi_square, degrees.into()) })
}

/// Walks through a group by rising time.
struct Cursor<'a> {
    group: &'a Lifetimes,
    row: usize,
    at_risk: f64,
}

impl<'a> Cursor<'a> {
    fn new(group: &'a Lifetimes) -> Self {
        Self { group, row: 0, at_risk: group.customers() }
    }

    /// Those at risk just before a time, and those who end at it. Times must rise.
    fn at(&mut self, time: f64) -> (f64, f64) {
        let rows = self.group.rows();
        while let Some(row) = rows.get(self.row).filter(|row| row.duration < time) {
            self.at_risk -= row.weight;
            self.row += 1;
        }
        let here = rows[self.row..].iter().take_while(|row| row.duration == time);
        (self.at_risk.max(0.0), here.filter(|row| row.ended).map(|row| row.weight).sum())
    }
}

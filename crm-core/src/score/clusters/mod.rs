//! Clusters: groups of customers who are alike in some numbers.

mod hamerly;
mod scaling;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::random::Random;
use crate::base::{Error, Result};

use hamerly::{Search, distance};
pub use scaling::{ColumnScale, Scaling};

/// How clusters are sought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClusterOptions {
    /// How many clusters.
    pub clusters: u32,
    /// How columns are made comparable.
    pub scaling: Scaling,
    /// How often the search begins anew; the best result counts.
    pub restarts: u32,
    /// The most iterations of one search.
    pub iterations: u32,
    /// What the beginnings depend on: the same seed gives the same result.
    pub seed: u64,
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
}

impl Default for ClusterOptions {
    /// Five clusters, standardised columns, ten beginnings, 300 iterations, seed 0, one thread.
    fn default() -> Self {
        Self { clusters: 5, scaling: Scaling::Standard, restarts: 10, iterations: 300, seed: 0, threads: 1 }
    }
}

/// Groups of rows that are near each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    /// The centres in the units of the columns, by rising first column (then second, and so on): numbers are stable from
    /// run to run.
    pub centres: Vec<Vec<f64>>,
    /// How many rows each cluster has.
    pub sizes: Vec<u64>,
    /// The cluster of each row.
    pub of_row: Vec<u32>,
    /// The sum of the squared distances of rows from their centres, in scaled columns.
    pub inertia: f64,
    /// The iterations of the best search.
    pub iterations: u32,
    /// Whether it ended because no row changed its cluster any more.
    pub settled: bool,
    /// How the columns were scaled.
    pub scales: Vec<ColumnScale>,
}

/// Groups the rows of a table (row by row, `width` numbers each) by k-means.
///
/// The beginnings are those of k-means++ (D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding",
/// SODA 2007), the iterations those of Lloyd with the bounds of Hamerly, which leave out distances that cannot matter and
/// change nothing in the result (G. Hamerly, "Making k-means even faster", SDM 2010).
///
/// ```
/// use crm_core::score::{ClusterOptions, clusters};
///
/// // Days since the last purchase, purchases.
/// let table = [3.0, 20.0, 5.0, 22.0, 4.0, 18.0, 300.0, 1.0, 280.0, 2.0, 310.0, 1.0];
/// let found = clusters(&table, 2, &ClusterOptions { clusters: 2, ..ClusterOptions::default() })?;
/// assert_eq!(found.of_row, [0, 0, 0, 1, 1, 1]);
/// assert_eq!(found.assign(&[10.0, 15.0])?, [0]);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] when the numbers do not fill rows, or one of them, with its row, is not finite or is too great to be
/// squared; [`Error::InsufficientData`] for fewer different rows than clusters.
pub fn clusters(values: &[f64], width: usize, options: &ClusterOptions) -> Result<Clusters> {
    check(values, width)?;
    let k = options.clusters as usize;
    if k == 0 || options.restarts == 0 || options.iterations == 0 {
        return Err(Error::invalid("clusters", "one cluster, one beginning and one iteration are needed at least"));
    }
    if values.len() / width < k {
        return Err(Error::insufficient("clusters", "there are fewer rows than clusters"));
    }
    let scales = options.scaling.of(values, width);
    let scaled = scaling::scale(values, &scales);
    let mut best: Option<Search<'_>> = None;
    for restart in 0..options.restarts {
        let mut random = Random::new(options.seed, restart.into());
        let Some(centres) = begin(&scaled, width, k, &mut random) else {
            return Err(Error::insufficient("clusters", "there are fewer different rows than clusters"));
        };
        let mut search = Search::new(&scaled, width, centres, options.threads);
        search.run(options.iterations);
        if best.as_ref().is_none_or(|best| search.inertia < best.inertia) {
            best = Some(search);
        }
    }
    let best = best.ok_or_else(|| Error::insufficient("clusters", "no beginning was found"))?;
    Ok(numbered(&best, scales))
}

/// The first centres: one row at random, and each further one with a probability in proportion to its squared distance
/// from those before. None when all rows are taken.
fn begin(values: &[f64], width: usize, k: usize, random: &mut Random) -> Option<Vec<f64>> {
    let rows = || values.chunks_exact(width);
    let pick = |at: usize| &values[at * width..(at + 1) * width];
    let first = ((random.uniform() * rows().len() as f64) as usize).min(rows().len() - 1);
    let mut centres = pick(first).to_vec();
    let mut nearest: Vec<f64> = rows().map(|row| distance(row, pick(first))).collect();
    while centres.len() < k * width {
        let sum: f64 = nearest.iter().sum();
        let mut left = random.uniform() * sum;
        let mut chosen = None;
        for (at, &distance) in nearest.iter().enumerate().filter(|(_, distance)| **distance > 0.0) {
            chosen = Some(at);
            left -= distance;
            if left <= 0.0 {
                break;
            }
        }
        let new = pick(chosen?);
        centres.extend_from_slice(new);
        for (nearest, row) in nearest.iter_mut().zip(rows()) {
            *nearest = nearest.min(distance(row, new));
        }
    }
    Some(centres)
}

/// Puts the clusters in the order of their centres.
fn numbered(search: &Search<'_>, scales: Vec<ColumnScale>) -> Clusters {
    let width = scales.len();
    let centres: Vec<Vec<f64>> = search
        .centres
        .chunks_exact(width)
        .map(|centre| centre.iter().zip(&scales).map(|(value, scale)| scale.back(*value)).collect())
        .collect();
    let mut order: Vec<usize> = (0..centres.len()).collect();
    order.sort_by(|&a, &b| {
        let pairs = centres[a].iter().zip(&centres[b]);
        pairs.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(a.cmp(&b))
    });
    let mut number = vec![0; order.len()];
    for (new, &old) in (0..).zip(&order) {
        number[old] = new;
    }
    let of_row: Vec<u32> = search.of_row.iter().map(|&old| number[old as usize]).collect();
    let mut sizes = vec![0; order.len()];
    for &cluster in &of_row {
        sizes[cluster as usize] += 1;
    }
    Clusters {
        centres: order.iter().map(|&old| centres[old].clone()).collect(),
        sizes,
        of_row,
        inertia: search.inertia,
        iterations: search.iterations,
        settled: search.settled,
        scales,
    }
}

fn check(values: &[f64], width: usize) -> Result<()> {
    if width == 0 || !values.len().is_multiple_of(width) {
        return Err(Error::invalid("values", "do not fill rows"));
    }
    if let Some(at) = values.iter().position(|value| value.is_nan() || value.abs() >= 1e100) {
        let row = at / width + 1;
        return Err(Error::invalid("values", format!("row {row}: must be finite, and below 1e100")));
    }
    Ok(())
}

impl Clusters {
    /// The cluster whose centre is nearest to each row of another table: for customers who came later.
    ///
    /// # Errors
    /// [`Error::Invalid`] as for [`clusters`].
    pub fn assign(&self, values: &[f64]) -> Result<Vec<u32>> {
        let width = self.scales.len();
        check(values, width)?;
        let scaled = scaling::scale(values, &self.scales);
        let centres: Vec<f64> = self.centres.iter().flat_map(|centre| scaling::scale(centre, &self.scales)).collect();
        Ok(scaled.chunks_exact(width).map(|row| hamerly::two_nearest(row, &centres).0 as u32).collect())
    }
}

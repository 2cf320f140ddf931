//! Removal effects in a Markov chain of channels.

use std::collections::BTreeMap;

use super::{Credits, Path};
use crate::base::{Error, Name, Result};

/// Every channel costs a system of equations; more than these are better grouped first.
const MOST_CHANNELS: usize = 200;

/// The worth of all conversions, divided in proportion to the channels' removal effects: the share of conversions that
/// would be lost if every visit to the channel led nowhere.
pub(super) fn credits<'a>(paths: &[Path<'a>], worth: f64) -> Result<Credits<'a>> {
    let chain = Chain::of(paths)?;
    let whole = chain.conversion(None);
    let lost: Vec<f64> =
        (0..chain.channels.len()).map(|channel| (whole - chain.conversion(Some(channel))).max(0.0)).collect();
    let sum: f64 = lost.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return Err(Error::insufficient("attribution", "no channel makes a difference"));
    }
    Ok(chain.channels.into_iter().zip(lost).map(|(channel, lost)| (channel, worth * lost / sum)).collect())
}

struct Chain<'a> {
    channels: Vec<&'a Name>,
    /// The probabilities to begin with each channel.
    begin: Vec<f64>,
    /// The probabilities to go on from each channel to each, row by row.
    onward: Vec<Vec<f64>>,
    /// The probabilities to convert after each channel.
    convert: Vec<f64>,
}

impl<'a> Chain<'a> {
    fn of(paths: &[Path<'a>]) -> Result<Self> {
        let mut places = BTreeMap::new();
        for path in paths {
            places.extend(path.different().into_iter().map(|channel| (channel, 0_usize)));
        }
        if places.len() > MOST_CHANNELS {
            return Err(Error::invalid("journeys", format!("more than {MOST_CHANNELS} channels; group them")));
        }
        for (at, place) in places.values_mut().enumerate() {
            *place = at;
        }
        let n = places.len();
        let (mut begin, mut onward, mut convert) = (vec![0.0; n], vec![vec![0.0; n]; n], vec![0.0; n]);
        let mut visits = vec![0.0; n];
        for path in paths {
            let steps: Vec<usize> = path.touches.iter().map(|touch| places[&touch.channel]).collect();
            begin[steps[0]] += 1.0;
            for pair in steps.windows(2) {
                onward[pair[0]][pair[1]] += 1.0;
            }
            for &step in &steps {
                visits[step] += 1.0;
            }
            if path.converted.is_some() {
                convert[steps[steps.len() - 1]] += 1.0;
            }
        }
        for (at, visits) in visits.into_iter().enumerate() {
            convert[at] /= visits;
            for count in &mut onward[at] {
                *count /= visits;
            }
        }
        for count in &mut begin {
            *count /= paths.len() as f64;
        }
        Ok(Self { channels: places.into_keys().collect(), begin, onward, convert })
    }

    /// The probability to convert, if need be without a channel: `x = convert + onward x`, by Gauss's elimination. The
    /// matrix `1 - onward` is diagonally dominant by rows, so no pivot is needed but for safety.
    fn conversion(&self, without: Option<usize>) -> f64 {
        let n = self.channels.len();
        let gone = |i: usize| without == Some(i);
        let mut rows: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                let entry = |j: usize| {
                    let onward = if gone(i) || gone(j) { 0.0 } else { self.onward[i][j] };
                    if i == j { 1.0 - onward } else { -onward }
                };
                let right = if gone(i) { 0.0 } else { self.convert[i] };
                (0..n).map(entry).chain([right]).collect()
            })
            .collect();
        for i in 0..n {
            let best = (i..n).max_by(|&a, &b| rows[a][i].abs().total_cmp(&rows[b][i].abs())).unwrap_or(i);
            rows.swap(i, best);
            let pivot = rows[i].clone();
            // A channel that is never left is never converted from either.
            if pivot[i] == 0.0 {
                continue;
            }
            for row in rows.iter_mut().skip(i + 1) {
                let factor = row[i] / pivot[i];
                if factor != 0.0 {
                    for (entry, pivot) in row[i..].iter_mut().zip(&pivot[i..]) {
                        *entry -= factor * pivot;
                    }
                }
            }
        }
        let mut reached = vec![0.0; n];
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|j| rows[i][j] * reached[j]).sum();
            reached[i] = if rows[i][i] == 0.0 { 0.0 } else { (rows[i][n] - known) / rows[i][i] };
        }
        self.begin.iter().zip(&reached).map(|(begin, reached)| begin * reached).sum()
    }
}

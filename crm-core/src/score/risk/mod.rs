//! Risk: binned characteristics, a logistic scorecard whose points can be explained, and how well it tells good from bad.

mod binning;
mod bins;
mod logistic;
mod quality;
mod scorecard;
#[cfg(test)]
mod tests;

pub use binning::{BinOptions, bin_categories, bin_numbers};
pub use bins::{Bin, BinOf, Binning};
pub use quality::{Discrimination, Shift, Stability, discrimination, population_stability};
pub use scorecard::{
    Characteristic, Column, Cutoffs, Decision, PointsPart, ScoreValue, Scorecard, ScorecardOptions, Scored,
};

//! Columns made comparable.

use serde::{Deserialize, Serialize};

use crate::score::uncertainty::quantile;

/// How columns are made comparable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Not at all: the column with the greatest numbers decides.
    None,
    /// Each column less its mean, over its standard deviation.
    #[default]
    Standard,
    /// Each column less its median, over its interquartile range: a few great spenders do not squeeze the rest together.
    Robust,
}

/// How one column was scaled: `(value - centre) / spread`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnScale {
    /// What is taken from each value.
    pub centre: f64,
    /// What the rest is divided by; 1 for a column of equal values.
    pub spread: f64,
}

impl ColumnScale {
    pub(super) fn back(&self, scaled: f64) -> f64 {
        scaled * self.spread + self.centre
    }
}

impl Scaling {
    pub(super) fn of(self, values: &[f64], width: usize) -> Vec<ColumnScale> {
        let column = |at: usize| values.iter().skip(at).step_by(width).copied();
        let n = (values.len() / width) as f64;
        let scale = |at: usize| {
            let (centre, spread) = match self {
                Self::None => (0.0, 1.0),
                Self::Standard => {
                    let mean = column(at).sum::<f64>() / n;
                    (mean, (column(at).map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt())
                }
                Self::Robust => {
                    let mut sorted: Vec<f64> = column(at).collect();
                    sorted.sort_unstable_by(f64::total_cmp);
                    (quantile(&sorted, 0.5), quantile(&sorted, 0.75) - quantile(&sorted, 0.25))
                }
            };
            ColumnScale { centre, spread: if spread > 0.0 { spread } else { 1.0 } }
        };
        (0..width).map(scale).collect()
    }
}

pub(super) fn scale(values: &[f64], scales: &[ColumnScale]) -> Vec<f64> {
    values.iter().zip(scales.iter().cycle()).map(|(value, scale)| (value - scale.centre) / scale.spread).collect()
}

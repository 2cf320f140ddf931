//! Recency, frequency and monetary value: a score of 1 to 5 for each, and named segments.

mod migration;
mod segments;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{PurchaseSummary, SummaryTable};
use crate::base::{Date, Error, Name, Result};

pub use migration::{RfmFlow, RfmMigration, rfm_migration};
pub use segments::RfmSegment;

/// What counts as frequency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Days with a purchase.
    #[default]
    Days,
    /// Purchases, those of one day counted one by one.
    Orders,
}

/// What counts as monetary value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monetary {
    /// What was spent in all.
    #[default]
    Total,
    /// What was spent on a day with a purchase, on average.
    Mean,
}

/// Where the scores part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmRule {
    /// At the quintiles of type 7 of the customers at hand.
    #[default]
    Quintiles,
    /// As the R package `rfm` 0.3 does it: at the quintiles plus one (one day, one purchase, one major unit), a value
    /// that equals a cut point belonging to the upper score.
    RPackage,
    /// As pymc-marketing 0.19 does it: at the quartiles of type 7, scores 1 to 4. Where many customers agree quartiles
    /// coincide; those that do count once, and the scores end earlier.
    PymcMarketing,
    /// At cut points of the caller's own, or those of an earlier table.
    Given(CutPoints),
}

/// The four values that part the five scores of each measure. Where there are fewer scores, the last values are the
/// greatest number, which nothing passes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CutPoints {
    /// Days since the last purchase.
    pub recency_days: [f64; 4],
    /// Purchases.
    pub frequency: [f64; 4],
    /// Minor units.
    pub monetary_minor: [f64; 4],
    /// Whether a value that equals a cut point lies above it; by default it lies below.
    #[serde(default)]
    pub upper: bool,
}

/// How customers are scored and named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RfmOptions {
    /// What counts as frequency.
    pub frequency: Frequency,
    /// What counts as monetary value.
    pub monetary: Monetary,
    /// Where the scores part.
    pub rule: RfmRule,
    /// The segments, first match first.
    pub segments: Vec<RfmSegment>,
}

impl Default for RfmOptions {
    /// Days with a purchase, total spend, quintiles, and [`RfmSegment::defaults`].
    fn default() -> Self {
        Self {
            frequency: Frequency::Days,
            monetary: Monetary::Total,
            rule: RfmRule::Quintiles,
            segments: RfmSegment::defaults(),
        }
    }
}

impl RfmOptions {
    /// What the R package `rfm` 0.3 does: purchases, total spend, [`RfmRule::RPackage`], [`RfmSegment::r_package`].
    pub fn r_package() -> Self {
        Self {
            frequency: Frequency::Orders,
            monetary: Monetary::Total,
            rule: RfmRule::RPackage,
            segments: RfmSegment::r_package(),
        }
    }

    /// What pymc-marketing 0.19 does (`rfm_segments`): days with a purchase, mean spend, [`RfmRule::PymcMarketing`],
    /// [`RfmSegment::pymc_marketing`].
    pub fn pymc_marketing() -> Self {
        Self {
            frequency: Frequency::Days,
            monetary: Monetary::Mean,
            rule: RfmRule::PymcMarketing,
            segments: RfmSegment::pymc_marketing(),
        }
    }
}

/// The scores of one customer and what they rest on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RfmRow {
    /// The customer's index.
    pub customer: u32,
    /// Days from the last purchase to the day of the summary.
    pub recency_days: u32,
    /// Days with a purchase, or purchases.
    pub frequency: u32,
    /// Total or mean spend, in minor units.
    pub monetary_minor: f64,
    /// The score for recency, 1 to 5; 5 for the latest purchases.
    pub r: u8,
    /// The score for frequency, 1 to 5.
    pub f: u8,
    /// The score for monetary value, 1 to 5.
    pub m: u8,
    /// The place of the customer's segment in [`RfmTable::segments`], if one matches.
    pub segment: Option<u32>,
}

impl RfmRow {
    /// The three scores in one number: 543 for r = 5, f = 4, m = 3.
    pub fn code(&self) -> u32 {
        u32::from(self.r) * 100 + u32::from(self.f) * 10 + u32::from(self.m)
    }
}

/// The scores of many customers and how they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RfmTable {
    /// The day up to which recency was counted.
    pub as_of: Date,
    /// Where the scores part; give them to [`RfmRule::Given`] to score other customers alike.
    pub cuts: CutPoints,
    /// The segments that were tried, in order.
    pub segments: Vec<RfmSegment>,
    /// One row for each row of the summary, in its order.
    pub rows: Vec<RfmRow>,
}

impl RfmTable {
    /// The name of a row's segment, if one matches.
    pub fn segment_of(&self, row: &RfmRow) -> Option<&Name> {
        self.segments.get(row.segment? as usize).map(|segment| &segment.name)
    }
}

/// Scores the customers of a summary as of its day.
///
/// 5 is best in all three: the customers who bought last, most often, and most. The scores split the customers at the
/// quintiles of each measure. Quantiles are those of type 7 (Hyndman & Fan, "Sample Quantiles in Statistical Packages",
/// The American Statistician 50, 1996; the default of R and of spreadsheets), and a customer's score is one more
/// than the number of cut points strictly below its value. So equal values always get equal scores, whatever the order
/// of the customers, and a measure on which most customers agree simply uses fewer scores.
///
/// ```
/// use crm_core::base::{Currency, Date};
/// use crm_core::score::{RfmOptions, SummaryOptions, TimeUnit, rfm, summarise};
///
/// let as_of: Date = "2026-03-01".parse()?;
/// let options = SummaryOptions::new(as_of, TimeUnit::Weeks, Currency::new("EUR")?);
/// let (customer, days_ago) = ([0, 1, 1, 2, 2, 2], [90, 60, 70, 5, 12, 19]);
/// let day = days_ago.map(|ago| as_of.days() - ago);
/// let table = summarise(&customer, &day, &[1_000; 6], &options)?;
///
/// let scores = rfm(&table, &RfmOptions::default())?;
/// assert_eq!(scores.rows[2].code(), 555);
/// assert_eq!(scores.segment_of(&scores.rows[2]).unwrap(), "champions");
/// assert_eq!(scores.rows[0].code(), 111);
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] without customers; [`Error::Invalid`] when given cut points do not rise.
pub fn rfm(table: &SummaryTable, options: &RfmOptions) -> Result<RfmTable> {
    if table.rows.is_empty() {
        return Err(Error::insufficient("rfm", "there is no customer with a purchase"));
    }
    let mut rows: Vec<_> = table.rows.iter().map(|row| measure(row, table.as_of, options)).collect();
    let cuts = options.rule.cut_points(table, &rows)?;
    for row in &mut rows {
        row.r = scores(&cuts.recency_days) - cuts.passed(&cuts.recency_days, row.recency_days.into());
        row.f = 1 + cuts.passed(&cuts.frequency, row.frequency.into());
        row.m = 1 + cuts.passed(&cuts.monetary_minor, row.monetary_minor);
        row.segment = options.segments.iter().position(|segment| segment.matches(row)).map(|at| at as u32);
    }
    Ok(RfmTable { as_of: table.as_of, cuts, segments: options.segments.clone(), rows })
}

fn measure(row: &PurchaseSummary, as_of: Date, options: &RfmOptions) -> RfmRow {
    let days = row.repeats + 1;
    RfmRow {
        customer: row.customer,
        recency_days: row.last.days().abs_diff(as_of.days()),
        frequency: match options.frequency {
            Frequency::Days => days,
            Frequency::Orders => row.orders,
        },
        monetary_minor: match options.monetary {
            Monetary::Total => row.total_minor as f64,
            Monetary::Mean => row.total_minor as f64 / f64::from(days),
        },
        r: 0,
        f: 0,
        m: 0,
        segment: None,
    }
}

impl RfmRule {
    fn cut_points(&self, table: &SummaryTable, rows: &[RfmRow]) -> Result<CutPoints> {
        let quintiles = |plus: f64, measure: &dyn Fn(&RfmRow) -> f64| {
            let mut values: Vec<f64> = rows.iter().map(measure).collect();
            values.sort_unstable_by(f64::total_cmp);
            quintiles(&values).map(|cut| cut + plus)
        };
        let all = |plus: f64, plus_minor: f64, upper: bool| CutPoints {
            recency_days: quintiles(plus, &|row| row.recency_days.into()),
            frequency: quintiles(plus, &|row| row.frequency.into()),
            monetary_minor: quintiles(plus_minor, &|row| row.monetary_minor),
            upper,
        };
        match self {
            Self::Quintiles => Ok(all(0.0, 0.0, false)),
            Self::RPackage => Ok(all(1.0, 10_f64.powi(table.currency.exponent().into()), true)),
            Self::PymcMarketing => {
                let quartiles = |measure: &dyn Fn(&RfmRow) -> f64| {
                    let mut values: Vec<f64> = rows.iter().map(measure).collect();
                    values.sort_unstable_by(f64::total_cmp);
                    distinct_quartiles(&values)
                };
                Ok(CutPoints {
                    recency_days: quartiles(&|row| row.recency_days.into()),
                    frequency: quartiles(&|row| row.frequency.into()),
                    monetary_minor: quartiles(&|row| row.monetary_minor),
                    upper: false,
                })
            }
            Self::Given(cuts) => {
                let rise = |cuts: &[f64; 4]| cuts.windows(2).all(|pair| pair[0] <= pair[1]);
                if rise(&cuts.recency_days) && rise(&cuts.frequency) && rise(&cuts.monetary_minor) {
                    Ok(*cuts)
                } else {
                    Err(Error::invalid("cut_points", "must rise, and be numbers"))
                }
            }
        }
    }
}

impl CutPoints {
    /// How many cut points a value has passed.
    fn passed(&self, cuts: &[f64; 4], value: f64) -> u8 {
        cuts.iter().filter(|&&cut| value > cut || (self.upper && value == cut)).count() as u8
    }
}

/// How many scores there are between cut points.
fn scores(cuts: &[f64; 4]) -> u8 {
    1 + cuts.iter().filter(|&&cut| cut < f64::MAX).count() as u8
}

/// The quantiles of type 7 at 1/5, 2/5, 3/5 and 4/5 of rising values.
fn quintiles(values: &[f64]) -> [f64; 4] {
    [1, 2, 3, 4].map(|fifth| quantile(values, fifth, 5))
}

/// The different quartiles of type 7 of rising values that lie strictly between the least and the greatest.
fn distinct_quartiles(values: &[f64]) -> [f64; 4] {
    let (Some(&least), Some(&greatest)) = (values.first(), values.last()) else { return [f64::MAX; 4] };
    let mut quartiles: Vec<f64> = [1, 2, 3].map(|quarter| quantile(values, quarter, 4)).to_vec();
    quartiles.retain(|&cut| cut > least && cut < greatest);
    quartiles.dedup();
    std::array::from_fn(|i| quartiles.get(i).copied().unwrap_or(f64::MAX))
}

/// The quantile of type 7 at `part / parts` of rising values.
///
/// Its place is reckoned in whole parts, so that rounding never moves a cut point off a value.
fn quantile(values: &[f64], part: usize, parts: usize) -> f64 {
    let place = (values.len() - 1) * part;
    let (at, rest) = (place / parts, place % parts);
    let low = values[at];
    if rest == 0 { low } else { low + rest as f64 / parts as f64 * (values[at + 1] - low) }
}

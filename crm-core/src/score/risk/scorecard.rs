//! Scorecards: points that add up, and the reasons for them.

use serde::{Deserialize, Serialize};

use super::binning::{BinOptions, bin_categories, bin_numbers};
use super::bins::Binning;
use super::logistic;
use crate::base::{Error, Name, Result};
use crate::score::special::softplus;

/// The values of one characteristic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Numbers; NaN where one is missing.
    Numbers(Vec<f64>),
    /// Categories; none where one is missing.
    Categories(Vec<Option<Name>>),
}

/// A characteristic of many cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Characteristic {
    /// Its name.
    pub name: Name,
    /// Its values, one for each case.
    pub values: Column,
}

/// One value of a characteristic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreValue {
    /// A number.
    Number(f64),
    /// A category.
    Category(Name),
    /// Nothing is known.
    Missing,
}

/// How a scorecard is made.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScorecardOptions {
    /// How numbers are put into bins.
    pub bins: BinOptions,
    /// The points at the base odds.
    pub base_points: f64,
    /// The base odds of good to bad.
    pub base_odds: f64,
    /// The points that double the odds.
    pub double_odds: f64,
    /// What the squares of the coefficients cost (half of it each): 0 for the plain likelihood.
    pub ridge: f64,
}

impl Default for ScorecardOptions {
    /// 600 points at 50 to 1, 20 points to double the odds, no ridge.
    fn default() -> Self {
        Self { bins: BinOptions::default(), base_points: 600.0, base_odds: 50.0, double_odds: 20.0, ridge: 0.0 }
    }
}

/// A logistic regression on weights of evidence, written as points.
///
/// Each bin of each characteristic has its points, and the points of a case add up to its score: `score = offset + factor
/// ln(odds)` with `factor = double_odds / ln 2` and `offset = base_points - factor ln(base_odds)` (N. Siddiqi, "Intelligent
/// Credit Scoring", 2017, chapter 11). The constant is spread evenly over the characteristics. The same values give the
/// same points bit for bit, so a decision can be replayed from the card and the values that were kept with it.
///
/// Cases whose outcome is unknown because they were turned away are not among those it was made from; whether and how to
/// infer them is the caller's choice, made before.
///
/// ```
/// use crm_core::base::Name;
/// use crm_core::score::{Characteristic, Column, ScoreValue, Scorecard, ScorecardOptions};
///
/// let months: Vec<f64> = (0..400).map(|n| f64::from(n % 40)).collect();
/// let bad: Vec<bool> = (0..400).map(|n| (n * 7) % 40 > (n % 40) + 5).collect();
/// let characteristic = Characteristic { name: Name::new("months")?, values: Column::Numbers(months) };
/// let card = Scorecard::fit(&[characteristic], &bad, &ScorecardOptions::default())?;
/// let (long, short) = (card.score(&[ScoreValue::Number(39.0)])?, card.score(&[ScoreValue::Number(1.0)])?);
/// assert!(long.points > short.points && short.reasons[0] == "months");
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scorecard {
    /// The options it was made with.
    pub options: ScorecardOptions,
    /// The characteristics in bins.
    pub characteristics: Vec<Binning>,
    /// The coefficient of each characteristic's weight of evidence. A negative one contradicts the characteristic alone:
    /// look for another one that says the same.
    pub coefficients: Vec<f64>,
    /// The constant of the logarithm of the odds of good.
    pub constant: f64,
    /// The standard errors of the coefficients, and last of the constant.
    pub standard_errors: Vec<f64>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// The points of each bin of each characteristic.
    pub points: Vec<Vec<f64>>,
}

/// What one characteristic brings a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsPart {
    /// The characteristic.
    pub name: Name,
    /// The place of the bin; none for a category that was never seen, or a missing value where none was missing: it brings
    /// what a characteristic without evidence would.
    pub bin: Option<u32>,
    /// The points.
    pub points: f64,
    /// How many more the best bin would have brought.
    pub short_of: f64,
}

/// The score of a case and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The points: the sum of the parts.
    pub points: f64,
    /// The probability of bad.
    pub p_bad: f64,
    /// The parts, in the order of the characteristics.
    pub parts: Vec<PointsPart>,
    /// The characteristics that cost points, the most first: the reasons for an adverse decision.
    pub reasons: Vec<Name>,
}

/// Where points part decisions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cutoffs {
    /// Below these points a case is turned down.
    pub decline_below: f64,
    /// From these points on it is accepted. Between the two a person decides.
    pub accept_from: f64,
}

/// What follows from a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Accepted.
    Accept,
    /// A person has to decide.
    NeedsReview,
    /// Turned down.
    Decline,
}

impl Cutoffs {
    /// What follows from a score. One with a value that the card does not know goes to a person.
    pub fn decide(&self, scored: &Scored) -> Decision {
        match scored.points {
            _ if scored.parts.iter().any(|part| part.bin.is_none()) => Decision::NeedsReview,
            points if points >= self.accept_from => Decision::Accept,
            points if points < self.decline_below => Decision::Decline,
            _ => Decision::NeedsReview,
        }
    }
}

impl Scorecard {
    /// Bins the characteristics and fits the card.
    ///
    /// # Errors
    /// [`Error::Invalid`] when columns differ in length or an option is out of range; [`Error::InsufficientData`] unless
    /// there are good and bad, or when the characteristics tell them apart without exception or repeat each other (a ridge
    /// helps).
    pub fn fit(characteristics: &[Characteristic], bad: &[bool], options: &ScorecardOptions) -> Result<Self> {
        options.check()?;
        if characteristics.is_empty() {
            return Err(Error::insufficient("scorecard", "a characteristic is needed"));
        }
        let mut binned = Vec::with_capacity(characteristics.len());
        let mut rows = vec![Vec::with_capacity(characteristics.len() + 1); bad.len()];
        for Characteristic { name, values } in characteristics {
            let binning = match values {
                Column::Numbers(values) => bin_numbers(name.clone(), values, bad, &options.bins)?,
                Column::Categories(values) => bin_categories(name.clone(), values, bad)?,
            };
            let place = |row: usize| match values {
                Column::Numbers(values) => binning.of_number(values[row]),
                Column::Categories(values) => binning.of_category(values[row].as_ref()),
            };
            for (at, row) in rows.iter_mut().enumerate() {
                row.push(place(at).map_or(0.0, |bin| binning.bins[bin].woe));
            }
            binned.push(binning);
        }
        for row in &mut rows {
            row.push(1.0);
        }
        let good: Vec<bool> = bad.iter().map(|bad| !bad).collect();
        let found = logistic::fit(&rows, &good, options.ridge).ok_or_else(|| {
            let reason = "the characteristics repeat each other or tell good from bad without exception; use a ridge";
            Error::insufficient("scorecard", reason)
        })?;
        let mut coefficients = found.coefficients;
        let constant = coefficients.pop().unwrap_or(0.0);
        let mut card = Self {
            options: *options,
            characteristics: binned,
            coefficients,
            constant,
            standard_errors: found.standard_errors,
            log_likelihood: found.log_likelihood,
            points: Vec::new(),
        };
        let points = card.characteristics.iter().enumerate();
        card.points =
            points.map(|(at, binning)| binning.bins.iter().map(|bin| card.points_of(at, bin.woe)).collect()).collect();
        Ok(card)
    }

    fn points_of(&self, characteristic: usize, woe: f64) -> f64 {
        let all = self.characteristics.len() as f64;
        let (factor, offset) = self.options.scale();
        factor * (self.coefficients[characteristic] * woe + self.constant / all) + offset / all
    }

    /// The score of a case, from one value for each characteristic in their order.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless there is one value of the right sort for each characteristic.
    pub fn score(&self, values: &[ScoreValue]) -> Result<Scored> {
        if values.len() != self.characteristics.len() {
            return Err(Error::invalid("values", "one for each characteristic is needed"));
        }
        let mut parts = Vec::with_capacity(values.len());
        for (at, (binning, value)) in self.characteristics.iter().zip(values).enumerate() {
            let bin = match value {
                ScoreValue::Number(number) => binning.of_number(*number),
                ScoreValue::Category(category) => binning.of_category(Some(category)),
                ScoreValue::Missing => binning.of_category(None),
            };
            let points = bin.map_or_else(|| self.points_of(at, 0.0), |bin| self.points[at][bin]);
            let best = self.points[at].iter().fold(f64::NEG_INFINITY, |best: f64, &points| best.max(points));
            let short_of = (best - points).max(0.0);
            parts.push(PointsPart { name: binning.name.clone(), bin: bin.map(|bin| bin as u32), points, short_of });
        }
        let points: f64 = parts.iter().map(|part| part.points).sum();
        let mut order: Vec<&PointsPart> = parts.iter().filter(|part| part.short_of > 0.0).collect();
        order.sort_by(|a, b| b.short_of.total_cmp(&a.short_of).then_with(|| a.name.cmp(&b.name)));
        let reasons = order.into_iter().map(|part| part.name.clone()).collect();
        let (factor, offset) = self.options.scale();
        let p_bad = softplus(-(points - offset) / factor).1;
        Ok(Scored { points, p_bad, parts, reasons })
    }
}

impl ScorecardOptions {
    fn check(&self) -> Result<()> {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        if !positive(self.base_odds) || !positive(self.double_odds) || !self.base_points.is_finite() {
            return Err(Error::invalid("options", "odds and points to double them are positive and finite"));
        }
        if !(self.ridge >= 0.0 && self.ridge.is_finite()) {
            return Err(Error::invalid("ridge", "is 0 or more"));
        }
        Ok(())
    }

    /// The points for each unit of the logarithm of the odds, and those at even odds.
    fn scale(&self) -> (f64, f64) {
        let factor = self.double_odds / std::f64::consts::LN_2;
        (factor, self.base_points - factor * self.base_odds.ln())
    }
}

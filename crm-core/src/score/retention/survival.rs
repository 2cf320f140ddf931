//! The estimators of Kaplan and Meier and of Nelson and Aalen.

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};
use crate::score::distribution::reach;
use crate::score::uncertainty::check_level;
use crate::score::{Interval, Span, TimeUnit};

/// How long one customer, or several alike, stayed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lifetime {
    /// From the beginning to the end, or to the day up to which the customer was seen.
    pub duration: f64,
    /// Whether the end was seen; otherwise the customer stayed longer than that (it is censored).
    pub ended: bool,
    /// How many customers these are.
    pub weight: f64,
}

/// How long many customers stayed, by rising duration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Lifetimes {
    unit: TimeUnit,
    rows: Vec<Lifetime>,
}

#[derive(Deserialize)]
struct Unchecked {
    unit: TimeUnit,
    rows: Vec<Lifetime>,
}

impl TryFrom<Unchecked> for Lifetimes {
    type Error = Error;

    fn try_from(lifetimes: Unchecked) -> Result<Self> {
        Self::new(lifetimes.unit, lifetimes.rows)
    }
}

impl Lifetimes {
    /// Takes lifetimes in any order. Rows of weight 0 are left out; equal ones are joined.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the number of the row, for a duration or a weight that is negative or not finite.
    pub fn new(unit: TimeUnit, mut rows: Vec<Lifetime>) -> Result<Self> {
        let good = |value: f64| value >= 0.0 && value.is_finite();
        if let Some(row) = rows.iter().position(|row| !good(row.duration) || !good(row.weight)) {
            let row = row + 1;
            return Err(Error::invalid("lifetimes", format!("row {row}: a duration and a weight are 0 or more")));
        }
        rows.retain_mut(|row| {
            row.duration += 0.0; // -0.0 is 0.0
            row.weight > 0.0
        });
        // At the same time ends come before those who were seen until then.
        let key = |row: &Lifetime| !row.ended;
        let order = |a: &Lifetime, b: &Lifetime| a.duration.total_cmp(&b.duration).then(key(a).cmp(&key(b)));
        rows.sort_unstable_by(|a, b| order(a, b).then(a.weight.total_cmp(&b.weight)));
        rows.dedup_by(|next, kept| {
            let same = order(next, kept).is_eq();
            if same {
                kept.weight += next.weight;
            }
            same
        });
        Ok(Self { unit, rows })
    }

    /// One row for each customer.
    ///
    /// # Errors
    /// As [`new`](Self::new), and when the columns differ in length.
    pub fn from_columns(unit: TimeUnit, durations: &[f64], ended: &[bool]) -> Result<Self> {
        if durations.len() != ended.len() {
            return Err(Error::invalid("ended", "the columns differ in length"));
        }
        let row = |(&duration, &ended)| Lifetime { duration, ended, weight: 1.0 };
        Self::new(unit, durations.iter().zip(ended).map(row).collect())
    }

    /// The lifetimes of each group: durations, whether each ended, and the group of each, counted from 0.
    ///
    /// # Errors
    /// As [`from_columns`](Self::from_columns), also when the group's column has another length.
    pub fn by_group(unit: TimeUnit, durations: &[f64], ended: &[bool], group: &[u32]) -> Result<Vec<Self>> {
        if durations.len() != ended.len() || durations.len() != group.len() {
            return Err(Error::invalid("group", "the columns differ in length"));
        }
        let groups = group.iter().max().map_or(0, |most| *most as usize + 1);
        if groups > durations.len() {
            return Err(Error::invalid("group", "groups are numbered from 0 without gaps"));
        }
        let mut rows = vec![Vec::new(); groups];
        for ((&duration, &ended), &group) in durations.iter().zip(ended).zip(group) {
            rows[group as usize].push(Lifetime { duration, ended, weight: 1.0 });
        }
        rows.into_iter().map(|rows| Self::new(unit, rows)).collect()
    }

    /// The unit of the durations.
    pub const fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// The distinct lifetimes, by rising duration.
    pub fn rows(&self) -> &[Lifetime] {
        &self.rows
    }

    /// How many customers there are: the sum of the weights.
    pub fn customers(&self) -> f64 {
        self.rows.iter().map(|row| row.weight).sum()
    }

    /// Those who ended at each time, with those who were at risk just before, by rising time.
    pub(super) fn ends(&self) -> Vec<Ends> {
        let mut at_risk = self.customers();
        let mut ends = Vec::new();
        for same in self.rows.chunk_by(|a, b| a.duration == b.duration) {
            let count: f64 = same.iter().filter(|row| row.ended).map(|row| row.weight).sum();
            if count > 0.0 {
                ends.push(Ends { time: same[0].duration, at_risk, count });
            }
            at_risk -= same.iter().map(|row| row.weight).sum::<f64>();
        }
        ends
    }
}

/// Those who ended at one time.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub(super) time: f64,
    pub(super) at_risk: f64,
    pub(super) count: f64,
}

/// What is known at one time at which somebody's stay ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurvivalStep {
    /// The time.
    pub time: f64,
    /// How many customers were still seen just before.
    pub at_risk: f64,
    /// How many of them ended.
    pub ended: f64,
    /// The share that stays longer (Kaplan & Meier), with Greenwood's standard error and the log-log interval.
    pub survival: Interval,
    /// The cumulated hazard (Nelson & Aalen), with Aalen's standard error and the log interval.
    pub hazard: Interval,
}

/// How many stay how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurvivalCurve {
    /// The unit of the times.
    pub unit: TimeUnit,
    /// How many customers were looked at.
    pub customers: f64,
    /// How many of them were still there when they were last seen.
    pub censored: f64,
    /// Up to which time anybody was seen.
    pub seen_until: f64,
    /// The times at which somebody's stay ended, rising.
    pub steps: Vec<SurvivalStep>,
}

/// Estimates how many stay how long, when some are still there.
///
/// Sources: E. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", Journal of the American
/// Statistical Association 53, 1958; O. Aalen, "Nonparametric inference for a family of counting processes", Annals of
/// Statistics 6, 1978; J. Kalbfleisch, R. Prentice, "The Statistical Analysis of Failure Time Data", 2002, section 1.4
/// (the log-log interval).
///
/// ```
/// use crm_core::score::{Lifetimes, Span, TimeUnit, survival_curve};
///
/// let months = [1.0, 2.0, 2.0, 5.0, 7.0];
/// let ended = [true, true, false, true, false];
/// let curve = survival_curve(&Lifetimes::from_columns(TimeUnit::Months, &months, &ended)?, 0.95)?;
/// // 4/5, then 3/4 of that, then a half of that.
/// assert!((curve.survival_at(Span::new(6.0, TimeUnit::Months))?.unwrap() - 0.3).abs() < 1e-12);
/// assert_eq!(curve.median(), Some(Span::new(5.0, TimeUnit::Months)));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] for nobody; [`Error::Invalid`] for a level outside 0 to 1.
pub fn survival_curve(lifetimes: &Lifetimes, level: f64) -> Result<SurvivalCurve> {
    check_level(level)?;
    let customers = lifetimes.customers();
    let Some(last) = lifetimes.rows().last() else {
        return Err(Error::insufficient("survival_curve", "there is nobody to look at"));
    };
    let z = reach(level);
    let (mut survival, mut hazard, mut greenwood, mut aalen) = (1.0, 0.0, 0.0, 0.0);
    let mut step = |ends: Ends| {
        let Ends { time, at_risk, count } = ends;
        // Weights that are not whole may leave a little less than who ended.
        let left = (at_risk - count).max(0.0);
        survival *= left / at_risk;
        hazard += count / at_risk;
        greenwood += count / (at_risk * left);
        aalen += count / (at_risk * at_risk);
        SurvivalStep {
            time,
            at_risk,
            ended: count,
            survival: survival_interval(survival, greenwood, z, level),
            hazard: hazard_interval(hazard, aalen, z, level),
        }
    };
    let steps: Vec<SurvivalStep> = lifetimes.ends().into_iter().map(&mut step).collect();
    Ok(SurvivalCurve {
        unit: lifetimes.unit(),
        customers,
        censored: lifetimes.rows().iter().filter(|row| !row.ended).map(|row| row.weight).sum(),
        seen_until: last.duration,
        steps,
    })
}

/// Symmetric in `ln(-ln S)`. Where nobody is left Greenwood's variance does not exist, and 0 is said to be certain.
fn survival_interval(survival: f64, greenwood: f64, z: f64, level: f64) -> Interval {
    if survival <= 0.0 {
        return Interval { estimate: 0.0, standard_error: 0.0, low: 0.0, high: 0.0, level };
    }
    let by = (z * greenwood.sqrt() / survival.ln()).exp();
    let (low, high) = (survival.powf(1.0 / by), survival.powf(by));
    let (low, high) = (low.min(high), low.max(high));
    Interval { estimate: survival, standard_error: survival * greenwood.sqrt(), low, high, level }
}

/// Symmetric in `ln H`.
fn hazard_interval(hazard: f64, aalen: f64, z: f64, level: f64) -> Interval {
    let by = (z * aalen.sqrt() / hazard).exp();
    Interval { estimate: hazard, standard_error: aalen.sqrt(), low: hazard / by, high: hazard * by, level }
}

impl SurvivalCurve {
    /// The share that stays longer than a span; none beyond the time up to which anybody was seen, unless nobody stayed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the span is in another unit.
    pub fn survival_at(&self, span: Span) -> Result<Option<f64>> {
        let time = span.length_in(self.unit, "span")?;
        let survival = self.after(time);
        Ok((time <= self.seen_until || survival == 0.0).then_some(survival))
    }

    fn after(&self, time: f64) -> f64 {
        let passed = self.steps.partition_point(|step| step.time <= time);
        if passed == 0 { 1.0 } else { self.steps[passed - 1].survival.estimate }
    }

    /// The time after which no more than half are left; none when more than half were still there.
    pub fn median(&self) -> Option<Span> {
        let step = self.steps.iter().find(|step| step.survival.estimate <= 0.5)?;
        Some(Span::new(step.time, self.unit))
    }

    /// The mean stay within a span: the area below the curve up to there.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the span is in another unit; [`Error::InsufficientData`] when it is longer than anybody was
    /// seen.
    pub fn mean_until(&self, span: Span) -> Result<Span> {
        let end = span.length_in(self.unit, "span")?;
        if end > self.seen_until && self.after(end) > 0.0 {
            return Err(Error::insufficient("mean_until", "nobody was seen for so long"));
        }
        let (mut area, mut from, mut height) = (0.0, 0.0, 1.0);
        for step in self.steps.iter().take_while(|step| step.time < end) {
            area += height * (step.time - from);
            (from, height) = (step.time, step.survival.estimate);
        }
        Ok(Span::new(area + height * (end - from), self.unit))
    }
}

//! Satisfaction: net promoter score, customer satisfaction, customer effort, each with its interval.

use serde::{Deserialize, Serialize};

use super::Interval;
use super::distribution::{reach, student_reach};
use super::response::{Moments, wilson};
use super::uncertainty::check_level;
use crate::base::{Error, Result};

/// The net promoter score of some answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetPromoter {
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 0 to 6.
    pub detractors: u64,
    /// The percentage of promoters less the percentage of detractors, -100 to 100, with its interval.
    pub score: Interval,
}

/// The net promoter score of answers from 0 to 10 to the question how likely one is to recommend.
///
/// The interval is the adjusted Wald interval: to the answers, three quarters of a promoter and of a detractor and one and
/// a half passives are added; the variance is that of the difference of two multinomial shares (B. Rocks, "Interval
/// Estimation for the 'Net Promoter Score'", The American Statistician 70(4), 2016; in this form J. Lewis, J. Sauro,
/// "Confidence intervals for net promoter scores", 2021). The estimate is the plain score.
///
/// ```
/// use crm_core::score::net_promoter;
///
/// let nps = net_promoter(&[10, 9, 9, 8, 7, 6, 3, 10], 0.95)?;
/// assert_eq!((nps.promoters, nps.passives, nps.detractors, nps.score.estimate), (4, 2, 2, 25.0));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] without answers; [`Error::Invalid`], with the row, for an answer above 10, or for a level
/// outside 0 to 1.
pub fn net_promoter(answers: &[u8], level: f64) -> Result<NetPromoter> {
    let (mut promoters, mut passives, mut detractors) = (0, 0, 0);
    for (row, answer) in (1..).zip(answers) {
        match answer {
            0..=6 => detractors += 1,
            7..=8 => passives += 1,
            9..=10 => promoters += 1,
            _ => return Err(Error::invalid("answers", format!("row {row}: an answer lies between 0 and 10"))),
        }
    }
    NetPromoter::from_counts(promoters, passives, detractors, level)
}

impl NetPromoter {
    /// The score of answers that were counted elsewhere.
    ///
    /// # Errors
    /// [`Error::InsufficientData`] without answers; [`Error::Invalid`] for a level outside 0 to 1.
    pub fn from_counts(promoters: u64, passives: u64, detractors: u64, level: f64) -> Result<Self> {
        check_level(level)?;
        let [p, n, d] = [promoters, passives, detractors].map(|count| count as f64);
        let all = p + n + d;
        if all == 0.0 {
            return Err(Error::insufficient("net_promoter", "nobody answered"));
        }
        let more = all + 3.0;
        let (p_more, d_more) = ((p + 0.75) / more, (d + 0.75) / more);
        let middle = p_more - d_more;
        let error = ((p_more + d_more - middle * middle) / more).sqrt();
        let by = reach(level) * error;
        let score = Interval {
            estimate: 100.0 * (p - d) / all,
            standard_error: 100.0 * error,
            low: (100.0 * (middle - by)).max(-100.0),
            high: (100.0 * (middle + by)).min(100.0),
            level,
        };
        Ok(Self { promoters, passives, detractors, score })
    }
}

/// Answers on a scale, and what they come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleScore {
    /// How many answered.
    pub answers: u64,
    /// How many of them chose one of the best answers.
    pub best: u64,
    /// The share of those, with Wilson's interval.
    pub share: Interval,
    /// The mean answer with Student's interval; none for a single answer.
    pub mean: Option<Interval>,
}

/// Customer satisfaction (CSAT): the share of answers that are among the best of a scale, usually 4 and 5 of 5.
///
/// ```
/// use crm_core::score::satisfaction;
///
/// let csat = satisfaction(&[5, 4, 3, 5, 1, 4], 1..=5, 4, 0.95)?;
/// assert_eq!((csat.best, csat.answers), (4, 6));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InsufficientData`] without answers; [`Error::Invalid`], with the row, for an answer off the scale, and for a
/// level outside 0 to 1.
pub fn satisfaction(
    answers: &[u8],
    scale: std::ops::RangeInclusive<u8>,
    best_from: u8,
    level: f64,
) -> Result<ScaleScore> {
    if let Some(row) = answers.iter().position(|answer| !scale.contains(answer)) {
        let (low, high, row) = (scale.start(), scale.end(), row + 1);
        return Err(Error::invalid("answers", format!("row {row}: an answer lies between {low} and {high}")));
    }
    let best = answers.iter().filter(|&&answer| answer >= best_from).count() as u64;
    let share = wilson(best, answers.len() as u64, level)?;
    let values: Vec<f64> = answers.iter().map(|&answer| answer.into()).collect();
    let moments = Moments::of(&values)?;
    let mean = (moments.count > 1).then(|| {
        let degrees = moments.count as f64 - 1.0;
        let error = (moments.squares / degrees / moments.count as f64).sqrt();
        let by = student_reach(level, degrees) * error;
        Interval {
            estimate: moments.mean,
            standard_error: error,
            low: moments.mean - by,
            high: moments.mean + by,
            level,
        }
    });
    Ok(ScaleScore { answers: moments.count, best, share, mean })
}

/// Customer effort (CES): answers from 1 to 7 to the statement that it was easy to get one's matter settled. The share is
/// that of 5 and above (M. Dixon et al., "The Effortless Experience", 2013).
///
/// # Errors
/// As [`satisfaction`].
pub fn effort(answers: &[u8], level: f64) -> Result<ScaleScore> {
    satisfaction(answers, 1..=7, 5, level)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::score::testing::close;

    #[test]
    fn the_interval_is_that_of_counts_with_three_more() {
        let nps = NetPromoter::from_counts(22, 7, 7, 0.95).unwrap();
        // By hand: 22.75 / 39 and 7.75 / 39.
        let (p, d) = (22.75_f64 / 39.0, 7.75_f64 / 39.0);
        let by = 1.959963984540054 * ((p + d - (p - d).powi(2)) / 39.0).sqrt();
        close(nps.score.low, 100.0 * (p - d - by), 1e-12);
        close(nps.score.high, 100.0 * (p - d + by), 1e-12);
        close(nps.score.estimate, 100.0 * 15.0 / 36.0, 1e-14);
        // Everybody alike is not certainty.
        let all = NetPromoter::from_counts(5, 0, 0, 0.95).unwrap();
        assert!(all.score.estimate == 100.0 && all.score.low < 75.0 && all.score.high == 100.0);
    }

    #[test]
    fn answers_off_the_scale_are_refused_with_their_row() {
        assert_eq!(
            net_promoter(&[3, 11], 0.9).unwrap_err().to_string(),
            "answers: row 2: an answer lies between 0 and 10"
        );
        assert!(satisfaction(&[0], 1..=5, 4, 0.9).is_err());
        assert!(effort(&[8], 0.9).is_err());
        for error in [net_promoter(&[], 0.9).unwrap_err(), effort(&[], 0.9).unwrap_err()] {
            assert_eq!(error.code().as_str(), "insufficient-data");
        }
        assert!(net_promoter(&[3], 0.0).is_err());
    }

    #[test]
    fn means_have_students_interval() {
        let ces = effort(&[5, 6, 7, 4, 6], 0.95).unwrap();
        let mean = ces.mean.unwrap();
        close(mean.estimate, 5.6, 1e-14);
        // t(0.975, 4) = 2.776445; s = sqrt(1.3).
        close(mean.high - 5.6, 2.776445105 * (1.3_f64 / 5.0).sqrt(), 1e-9);
        assert_eq!((ces.best, effort(&[5], 0.95).unwrap().mean), (4, None));
    }

    proptest! {
        #[test]
        fn scores_lie_within_their_bounds(answers in prop::collection::vec(0_u8..=10, 1..60), level in 0.01_f64..0.999) {
            let nps = net_promoter(&answers, level).unwrap();
            prop_assert!((-100.0..=100.0).contains(&nps.score.estimate));
            prop_assert!(nps.score.low >= -100.0 && nps.score.low < nps.score.high && nps.score.high <= 100.0);
            prop_assert_eq!(nps.promoters + nps.passives + nps.detractors, answers.len() as u64);
        }
    }
}

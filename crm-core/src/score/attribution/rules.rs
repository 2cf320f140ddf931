//! Rules that look at one journey at a time.

use super::{AttributionRule, Credits, Path};
use crate::base::{Error, Result};

const DAY: f64 = 86_400e6;

impl AttributionRule {
    pub(super) fn check(&self) -> Result<()> {
        match *self {
            Self::TimeDecay { half_life_days } if !(half_life_days > 0.0 && half_life_days.is_finite()) => {
                Err(Error::invalid("half_life_days", "must be positive and finite"))
            }
            Self::Position { first, last } if !(first >= 0.0 && last >= 0.0 && first + last <= 1.0) => {
                Err(Error::invalid("position", "shares are 0 or more and add up to 1 at most"))
            }
            _ => Ok(()),
        }
    }

    /// The weights of the touches of a path that converted; they add up to 1.
    fn weights(&self, path: &Path<'_>) -> Vec<f64> {
        let n = path.touches.len();
        let one = |place: usize| (0..n).map(|i| if i == place { 1.0 } else { 0.0 }).collect();
        match *self {
            Self::First => one(0),
            Self::Last => one(n - 1),
            Self::TimeDecay { half_life_days } => {
                let Some(last) = path.touches.last() else { return Vec::new() };
                // Counted from the last touch, which gives the same shares and never underflows for all.
                let half_lives = |from| last.at.micros_since(from) as f64 / DAY / half_life_days;
                normalised(path.touches.iter().map(|touch| (-half_lives(touch.at)).exp2()).collect())
            }
            Self::Position { first, last } => match n {
                1 => one(0),
                // Nobody stands between: the two share the rest in proportion, or evenly.
                2 if first + last > 0.0 => normalised(vec![first, last]),
                2 => vec![0.5, 0.5],
                _ => {
                    let between = (1.0 - first - last) / (n as f64 - 2.0);
                    let weight = |i| {
                        if i == 0 {
                            first
                        } else if i == n - 1 {
                            last
                        } else {
                            between
                        }
                    };
                    (0..n).map(weight).collect()
                }
            },
            Self::Linear | Self::Markov | Self::Shapley => vec![1.0 / n as f64; n],
        }
    }
}

fn normalised(weights: Vec<f64>) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

pub(super) fn credits<'a>(paths: &[Path<'a>], rule: &AttributionRule) -> Credits<'a> {
    let mut credits = Credits::new();
    for path in paths.iter().filter(|path| path.converted.is_some()) {
        for (touch, weight) in path.touches.iter().zip(rule.weights(path)) {
            *credits.entry(&touch.channel).or_default() += weight * path.worth;
        }
    }
    credits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::{Name, Timestamp};
    use crate::score::Touch;

    fn path(touches: &[Touch]) -> Path<'_> {
        Path { touches, converted: touches.last().map(|touch| touch.at), worth: 1.0 }
    }

    fn touches(hours: &[i64]) -> Vec<Touch> {
        let at = |&hour: &i64| Timestamp::from_micros(hour * 3_600_000_000).unwrap();
        hours.iter().map(|hour| Touch { channel: Name::from_static("x"), at: at(hour) }).collect()
    }

    #[test]
    fn weights_follow_their_rule() {
        let three = touches(&[0, 24, 48]);
        let weights = |rule: AttributionRule| rule.weights(&path(&three));
        assert_eq!(weights(AttributionRule::First), [1.0, 0.0, 0.0]);
        assert_eq!(weights(AttributionRule::Last), [0.0, 0.0, 1.0]);
        assert_eq!(weights(AttributionRule::TimeDecay { half_life_days: 1.0 }), [1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0]);
        let position = weights(AttributionRule::Position { first: 0.4, last: 0.4 });
        assert!(position.iter().zip([0.4, 0.2, 0.4]).all(|(ours, expected)| (ours - expected).abs() < 1e-15));
        let two = touches(&[0, 24]);
        let position = AttributionRule::Position { first: 0.1, last: 0.3 }.weights(&path(&two));
        assert!((position[0] - 0.25).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn weights_add_up_to_one(
            mut hours in prop::collection::vec(0_i64..500_000, 1..12), half_life_days in 0.001_f64..1e4,
            first in 0.0_f64..0.5, last in 0.0_f64..0.5,
        ) {
            hours.sort_unstable();
            let touches = touches(&hours);
            for rule in [
                AttributionRule::First,
                AttributionRule::Last,
                AttributionRule::Linear,
                AttributionRule::TimeDecay { half_life_days },
                AttributionRule::Position { first, last },
            ] {
                let sum: f64 = rule.weights(&path(&touches)).iter().sum();
                prop_assert!((sum - 1.0).abs() < 1e-12, "{:?} {}", rule, sum);
            }
        }
    }
}

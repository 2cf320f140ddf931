use proptest::prelude::*;

use super::*;

fn journey(channels: &str, converted: bool, worth: f64) -> Journey {
    let touch = |(hour, name): (i64, char)| Touch {
        channel: Name::new(&name.to_string()).unwrap(),
        at: Timestamp::from_micros(hour * 3_600_000_000).unwrap(),
    };
    let touches: Vec<Touch> = (0..).zip(channels.chars()).map(touch).collect();
    let end = Timestamp::from_micros(touches.len() as i64 * 3_600_000_000).unwrap();
    Journey { touches, converted: converted.then_some(end), worth }
}

fn shares(journeys: &[Journey], rule: AttributionRule) -> Vec<(String, f64)> {
    let found = attribute(journeys, &rule).unwrap();
    found.channels.into_iter().map(|credit| (credit.channel.to_string(), credit.share)).collect()
}

#[test]
fn removal_effects_are_those_of_the_textbook() {
    // The introductory example of the R package ChannelAttribution: C1 > C2 > C3 converts, C1 and C2 > C3 do not. A third
    // converts; without C1 half of that is left, without C2 or C3 nothing.
    let journeys = [journey("123", true, 1.0), journey("1", false, 1.0), journey("23", false, 1.0)];
    let found = shares(&journeys, AttributionRule::Markov);
    for ((_, share), expected) in found.iter().zip([0.2, 0.4, 0.4]) {
        assert!((share - expected).abs() < 1e-12, "{found:?}");
    }
}

#[test]
fn only_touches_before_the_conversion_count() {
    let mut journey = journey("ab", true, 10.0);
    journey.converted = Some(journey.touches[0].at);
    let found = attribute(std::slice::from_ref(&journey), &AttributionRule::Last).unwrap();
    assert_eq!((found.channels.len(), found.channels[0].channel.as_str()), (1, "a"));
    let early = Journey { converted: Some(Timestamp::from_micros(-5).unwrap()), ..journey.clone() };
    let found = attribute(&[journey, early], &AttributionRule::Last).unwrap();
    assert_eq!((found.worth, found.untouched), (10.0, 10.0));
}

#[test]
fn nothing_to_divide_is_an_answer() {
    for journeys in
        [vec![], vec![journey("ab", false, 1.0)], vec![journey("", true, 1.0)], vec![journey("a", true, 0.0)]]
    {
        for rule in [AttributionRule::Linear, AttributionRule::Markov, AttributionRule::Shapley] {
            assert_eq!(attribute(&journeys, &rule).unwrap_err().code().as_str(), "insufficient-data");
        }
    }
    let mut turned = journey("ab", true, 1.0);
    turned.touches.reverse();
    assert_eq!(
        attribute(&[turned], &AttributionRule::First).unwrap_err().to_string(),
        "journeys: row 1: touches come in the order of time"
    );
    assert!(attribute(&[journey("a", true, f64::NAN)], &AttributionRule::First).is_err());
    let never = AttributionRule::TimeDecay { half_life_days: 0.0 };
    assert!(attribute(&[journey("a", true, 1.0)], &never).is_err());
    let twice = AttributionRule::Position { first: 0.7, last: 0.7 };
    assert!(attribute(&[journey("a", true, 1.0)], &twice).is_err());
}

/// The Shapley value by its definition, over all sets of channels.
fn shapley_by_the_book(journeys: &[Journey], channels: &[char]) -> Vec<f64> {
    let bit = |c: char| 1_usize << channels.iter().position(|&other| other == c).unwrap();
    let needs = |journey: &Journey| {
        journey.touches.iter().fold(0, |set, touch| set | bit(touch.channel.as_str().chars().next().unwrap()))
    };
    let worth = |set: usize| -> f64 {
        let within = journeys.iter().filter(|journey| journey.converted.is_some() && needs(journey) & !set == 0);
        within.map(|journey| journey.worth).sum()
    };
    let n = channels.len();
    let factorial = |n: usize| (1..=n).product::<usize>() as f64;
    let value = |i: usize| -> f64 {
        let sets = (0..1_usize << n).filter(|set| set & (1 << i) == 0);
        sets.map(|set| {
            let size = set.count_ones() as usize;
            factorial(size) * factorial(n - size - 1) / factorial(n) * (worth(set | 1 << i) - worth(set))
        })
        .sum()
    };
    (0..n).map(value).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn credits_add_up_and_shapley_is_shapley(
        paths in prop::collection::vec(("[a-d]{1,6}", any::<bool>(), 0.1_f64..9.0), 1..20),
    ) {
        let mut journeys: Vec<_> = paths.iter().map(|(path, converted, worth)| journey(path, *converted, *worth)).collect();
        journeys.push(journey("a", true, 1.0));
        for rule in [
            AttributionRule::First,
            AttributionRule::Last,
            AttributionRule::Linear,
            AttributionRule::TimeDecay { half_life_days: 2.0 },
            AttributionRule::Position { first: 0.4, last: 0.4 },
            AttributionRule::Markov,
            AttributionRule::Shapley,
        ] {
            let found = attribute(&journeys, &rule).unwrap();
            let (credit, share) = found.channels.iter().fold((0.0, 0.0), |(c, s), one| (c + one.credit, s + one.share));
            prop_assert!((credit / found.worth - 1.0).abs() < 1e-9 && (share - 1.0).abs() < 1e-9);
            prop_assert!(found.channels.iter().all(|channel| channel.credit >= 0.0));
            if rule == AttributionRule::Shapley {
                let expected = shapley_by_the_book(&journeys, &['a', 'b', 'c', 'd']);
                for channel in &found.channels {
                    let at = (channel.channel.as_str().as_bytes()[0] - b'a') as usize;
                    prop_assert!((channel.credit - expected[at]).abs() < 1e-9);
                }
            }
        }
    }
}

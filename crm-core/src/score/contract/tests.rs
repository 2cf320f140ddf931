use proptest::prelude::*;

use super::*;
use crate::score::FitStatus;
use crate::score::testing::{close, derivatives_agree_with_differences, printed};

/// Fader & Hardie (2007), table 1.
const HIGH_END: [f64; 8] = [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0];
const REGULAR: [f64; 8] = [1000.0, 631.0, 468.0, 382.0, 326.0, 289.0, 262.0, 241.0];

fn fit(survivors: &[f64]) -> ShiftedBetaGeometricFit {
    let counts = ContractCounts::from_survivors(survivors).unwrap();
    ShiftedBetaGeometric::fit(&counts, &FitOptions::default()).unwrap()
}

#[test]
fn the_fits_are_the_published_ones() {
    // Parameters and likelihood as published, and to full precision by an independent maximisation.
    let cases = [
        (&HIGH_END[..], "0.668", "3.806", "-1611.2", [0.6680884, 3.8060953, -1611.15815]),
        (&REGULAR[..], "0.704", "1.182", "-1680.3", [0.7040773, 1.182043, -1680.26519]),
    ];
    for (survivors, alpha, beta, likelihood, precise) in cases {
        let fit = fit(survivors);
        printed(fit.model.alpha, alpha);
        printed(fit.model.beta, beta);
        printed(fit.log_likelihood, likelihood);
        close(fit.model.alpha, precise[0], 1e-6);
        close(fit.model.beta, precise[1], 1e-6);
        assert!((fit.log_likelihood - precise[2]).abs() < 1e-5, "{}", fit.log_likelihood);
        assert_eq!(fit.convergence.status, FitStatus::Converged);
    }
    for (survivors, precise) in
        [(&HIGH_END[..5], [1.2809761, 7.7903825, -1225.13491]), (&REGULAR[..5], [0.763665, 1.2958302, -1401.55942])]
    {
        let fit = fit(survivors);
        close(fit.model.alpha, precise[0], 1e-6);
        close(fit.model.beta, precise[1], 1e-6);
        assert!((fit.log_likelihood - precise[2]).abs() < 1e-5, "{}", fit.log_likelihood);
    }
}

#[test]
fn survival_and_residual_lifetime_are_the_published_ones() {
    let high_end = ShiftedBetaGeometric::new(0.668, 3.806).unwrap();
    let regular = ShiftedBetaGeometric::new(0.704, 1.182).unwrap();
    for (model, survival) in [
        (high_end, ["0.4605", "0.4358", "0.4142", "0.3951", "0.3780"]),
        (regular, ["0.2201", "0.2044", "0.1912", "0.1799", "0.1701"]),
    ] {
        for (year, expected) in (8..).zip(survival) {
            printed(model.survival(year).unwrap(), expected);
        }
    }
    for (model, worth) in [
        (high_end, [5.414856, 5.901753, 6.294261, 6.620280, 6.897057]),
        (regular, [2.964662, 4.103459, 4.870137, 5.442391, 5.894423]),
    ] {
        for (renewals, expected) in (0..).zip(worth) {
            let ours = model.discounted_renewals(renewals, 0.1).unwrap();
            assert!((ours - expected).abs() < 1e-6, "{ours} {expected}");
        }
    }
}

#[test]
fn probabilities_add_up_to_what_does_not_survive() {
    for model in [BetaDiscreteWeibull::new(0.7, 3.0, 1.4).unwrap(), BetaDiscreteWeibull::new(2.0, 9.0, 0.6).unwrap()] {
        let gone: f64 = (0..=30).map(|period| model.probability(period).unwrap()).sum();
        close(1.0 - gone, model.survival(30).unwrap(), 1e-11);
        let retained: f64 = (1..=30).map(|period| model.retention(period).unwrap()).product();
        close(retained, model.survival(30).unwrap(), 1e-11);
        let expected: f64 = (1..=20).map(|more| model.survival_after(3, more).unwrap()).sum();
        close(model.expected_renewals(3, 20).unwrap(), expected, 1e-13);
    }
    assert!(ShiftedBetaGeometric { alpha: 1.0, beta: 2.0 }.retention(0).is_err());
    assert!(ShiftedBetaGeometric { alpha: 1.0, beta: 2.0 }.discounted_renewals(0, 0.0).is_err());
    assert!(ShiftedBetaGeometric { alpha: 1.0, beta: 2.0 }.expected_renewals(0, u32::MAX).is_err());
    assert!(ShiftedBetaGeometric::new(-1.0, 2.0).is_err());
}

#[test]
fn the_weibull_contains_the_geometric() {
    let counts = ContractCounts::from_survivors(&HIGH_END).unwrap();
    let plain = fit(&HIGH_END);
    let held = FitOptions::default().hold("c", 1.0).unwrap();
    let held = BetaDiscreteWeibull::fit(&counts, &held).unwrap();
    close(held.model.beta, plain.model.beta, 1e-7);
    close(held.log_likelihood, plain.log_likelihood, 1e-12);
    let free = BetaDiscreteWeibull::fit(&counts, &FitOptions::default()).unwrap();
    assert!(free.log_likelihood >= plain.log_likelihood);
    assert_ne!(free.convergence.status, FitStatus::Stalled);
    // The geometric probabilities by products.
    let ShiftedBetaGeometric { alpha, beta } = plain.model;
    let mut expected = 0.0;
    let mut survival = 1.0_f64;
    for (t, pair) in HIGH_END.windows(2).enumerate() {
        let churn = alpha / (alpha + beta + t as f64);
        expected += (pair[0] - pair[1]) * (survival * churn).ln();
        survival *= 1.0 - churn;
    }
    expected += 491.0 * survival.ln();
    close(plain.model.log_likelihood(&counts).unwrap(), expected, 1e-13);
}

#[test]
fn derivatives_agree() {
    let counts = ContractCounts::from_survivors(&HIGH_END).unwrap();
    for point in [[0.7, 4.0, 1.2], [5.0, 0.3, 0.6]] {
        derivatives_agree_with_differences(&Likelihood::<3> { counts: &counts }, &point.map(f64::ln));
        derivatives_agree_with_differences(&Likelihood::<2> { counts: &counts }, &[point[0].ln(), point[1].ln()]);
    }
}

#[test]
fn too_little_data_is_an_answer() {
    let fit = |rows| ShiftedBetaGeometric::fit(&ContractCounts::new(rows).unwrap(), &FitOptions::default());
    let row = |periods, ended| ContractCount { periods, ended, weight: 3.0 };
    for rows in [vec![], vec![row(2, false)], vec![row(2, true)], vec![row(0, false), row(1, true)]] {
        assert_eq!(fit(rows).unwrap_err().code().as_str(), "insufficient-data");
    }
    assert!(ContractCounts::new(vec![row(0, true)]).is_err());
    assert!(ContractCounts::from_survivors(&[5.0, 6.0]).is_err());
    assert!(ContractCounts::from_survivors(&[f64::NAN, 1.0]).is_err());
}

proptest! {
    #[test]
    fn contracts_joined_anyhow_are_the_same(
        rows in prop::collection::vec((1_u32..6, any::<bool>(), 1_u32..50), 1..40), cut in 0_usize..40,
    ) {
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(periods, ended, weight)| ContractCount { periods, ended, weight: weight.into() })
            .collect();
        let whole = ContractCounts::new(rows.clone()).unwrap();
        let (left, right) = rows.split_at(cut.min(rows.len()));
        let part = |rows: &[ContractCount]| ContractCounts::new(rows.to_vec()).unwrap();
        prop_assert_eq!(&part(right).merge(part(left)).unwrap(), &whole);
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<ContractCounts>(&json).unwrap(), whole.clone());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_data_give_a_fit_or_a_reason(rows in prop::collection::vec((1_u32..6, any::<bool>(), 1_u32..50), 0..8)) {
        let row = |(periods, ended, weight): (u32, bool, u32)| ContractCount { periods, ended, weight: weight.into() };
        let counts = ContractCounts::new(rows.into_iter().map(row).collect()).unwrap();
        match BetaDiscreteWeibull::fit(&counts, &FitOptions::default()) {
            Ok(fit) => prop_assert!(fit.log_likelihood.is_finite()),
            Err(error) => prop_assert_eq!(error.code().as_str(), "insufficient-data"),
        }
    }
}

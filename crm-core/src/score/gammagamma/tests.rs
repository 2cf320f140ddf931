use proptest::prelude::*;

use super::*;
use crate::score::{FitStatus, SpendCount};

/// The CDNOW sample as it is published, dollars rounded to cents.
fn cdnow() -> Vec<SpendCount> {
    include_str!("../../../tests/data/cdnow_sample_summary.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<f64> = line.trim().split(',').map(|field| field.parse().unwrap()).collect();
            SpendCount { repeats: fields[1] as u32, mean: fields[4], weight: 1.0 }
        })
        .collect()
}

fn fit(rows: Vec<SpendCount>) -> GammaGammaFit {
    GammaGamma::fit(&SpendCounts::new(Currency::USD, rows).unwrap(), &FitOptions::default()).unwrap()
}

fn spend(repeats: u32, mean: f64) -> Spend {
    Spend { repeats, mean, currency: Currency::USD }
}

#[track_caller]
fn close(ours: f64, expected: f64, tolerance: f64) {
    assert!((ours - expected).abs() <= tolerance * expected.abs(), "{ours} instead of {expected}");
}

#[test]
fn the_fit_of_the_cdnow_sample_is_the_published_one() {
    let fit = fit(cdnow());
    let GammaGamma { p, q, gamma, .. } = fit.model;
    // Fader & Hardie (2013): 6.25, 3.74, 15.44, and -4055.92; the parameters to full precision by an independent
    // maximisation in float64.
    close(p, 6.2488033, 1e-6);
    close(q, 3.7445884, 1e-6);
    close(gamma, 15.4477454, 1e-6);
    assert_eq!(format!("{p:.2} {q:.2}"), "6.25 3.74");
    assert!((gamma - 15.44).abs() < 0.01);
    assert!((fit.log_likelihood + 4055.92324).abs() < 5e-6, "{}", fit.log_likelihood);
    assert_eq!((fit.customers, fit.without_spend), (946.0, 0.0));
    assert_eq!(fit.convergence.status, FitStatus::Converged);
    assert!(fit.convergence.gradient < 1e-10 && fit.convergence.remaining < 1e-12, "{:?}", fit.convergence);
    // Fader & Hardie (2013) report a correlation of 0.11 between the two.
    assert_eq!(format!("{:.2}", fit.correlation.unwrap()), "0.11");
}

#[test]
fn published_customers() {
    let model = GammaGamma::new(6.25, 3.74, 15.44, Currency::USD).unwrap();
    for (x, mean, expected) in
        [(2, 22.35, 24.663714), (1, 11.77, 18.916852), (0, 0.0, 35.218978), (7, 73.74, 71.469671)]
    {
        // p (gamma + x z) / (p x + q - 1) in exact arithmetic; printed to six decimals.
        let ours = model.expected_spend(&spend(x, mean)).unwrap().unwrap();
        assert!((ours - expected).abs() < 5e-7, "{ours} {expected}");
    }
    close(model.population_mean().unwrap(), 6.25 * 15.44 / 2.74, 1e-15);
    // At the fitted parameters, as published: 24.65, 18.91, 35.17 and 71.46.
    let model = fit(cdnow()).model;
    for (x, mean, expected) in [(2, 22.35, 24.65), (1, 11.77, 18.91), (0, 0.0, 35.17), (7, 73.74, 71.46)] {
        let ours = model.expected_spend(&spend(x, mean)).unwrap().unwrap();
        assert!((ours - expected).abs() < 0.011, "{ours} {expected}");
    }
}

#[test]
fn a_held_parameter_stays() {
    let counts = SpendCounts::new(Currency::USD, cdnow()).unwrap();
    let held = GammaGamma::fit(&counts, &FitOptions::default().hold("p", 6.0).unwrap()).unwrap();
    close(held.model.p, 6.0, 1e-14);
    assert!(held.log_likelihood < fit(cdnow()).log_likelihood && held.standard_errors.unwrap()[0] == 0.0);
}

#[test]
fn a_distribution_without_a_mean_is_said_to_have_none() {
    let model = GammaGamma::new(2.0, 0.9, 10.0, Currency::USD).unwrap();
    assert_eq!(model.population_mean(), None);
    assert_eq!(model.expected_spend(&spend(0, 0.0)).unwrap(), None);
    close(model.expected_spend(&spend(1, 20.0)).unwrap().unwrap(), 60.0 / 1.9, 1e-15);
}

#[test]
fn scaling_money_scales_gamma_alone() {
    let cents = fit(cdnow().into_iter().map(|row| SpendCount { mean: row.mean * 100.0, ..row }).collect());
    let dollars = fit(cdnow());
    close(cents.model.gamma, dollars.model.gamma * 100.0, 1e-8);
    close(cents.model.p, dollars.model.p, 1e-8);
    close(cents.log_likelihood, dollars.log_likelihood - 946.0 * 100_f64.ln(), 1e-12);
}

#[test]
fn a_model_in_dollars_is_not_used_for_euros() {
    let model = GammaGamma::new(6.25, 3.74, 15.44, Currency::USD).unwrap();
    let euros = Spend { currency: Currency::EUR, ..spend(1, 2.0) };
    assert!(model.expected_spend(&euros).is_err());
    let counts = SpendCounts::new(Currency::EUR, cdnow()).unwrap();
    assert!(model.log_likelihood(&counts).is_err());
    assert!(counts.merge(SpendCounts::new(Currency::USD, cdnow()).unwrap()).is_err());
    assert!(model.expected_spend(&spend(1, -2.0)).is_err());
    assert!(GammaGamma::new(6.25, 3.74, f64::NAN, Currency::USD).is_err());
}

#[test]
fn too_little_data_is_an_answer() {
    let few = cdnow().into_iter().filter(|row| row.repeats > 0).take(3).collect();
    let error = GammaGamma::fit(&SpendCounts::new(Currency::USD, few).unwrap(), &FitOptions::default()).unwrap_err();
    assert_eq!(error.code().as_str(), "insufficient-data");
}

#[test]
fn customers_who_all_spend_alike_make_a_ridge() {
    let rows = (0..40).map(|n| SpendCount { repeats: 1 + n % 5, mean: 20.0 + f64::from(n) * 1e-9, weight: 10.0 });
    assert_eq!(fit(rows.collect()).convergence.status, FitStatus::Ridge);
}

#[test]
fn fits_are_the_same_bits_for_any_order_and_number_of_threads() {
    let expected = fit(cdnow());
    let mut turned = cdnow();
    turned.reverse();
    let counts = SpendCounts::new(Currency::USD, turned).unwrap();
    assert_eq!(GammaGamma::fit(&counts, &FitOptions::threads(3)).unwrap(), expected);
    let json = serde_json::to_string(&expected).unwrap();
    assert_eq!(serde_json::from_str::<GammaGammaFit>(&json).unwrap(), expected);
}

proptest! {
    #[test]
    fn the_expected_spend_lies_between_the_customer_and_the_crowd(
        p in 0.1_f64..20.0, q in 1.1_f64..20.0, gamma in 0.1_f64..100.0, x in 1_u32..100, mean in 0.01_f64..1_000.0,
    ) {
        let model = GammaGamma::new(p, q, gamma, Currency::USD).unwrap();
        let crowd = model.population_mean().unwrap();
        let ours = model.expected_spend(&spend(x, mean)).unwrap().unwrap();
        prop_assert!(ours >= crowd.min(mean) * (1.0 - 1e-12) && ours <= crowd.max(mean) * (1.0 + 1e-12));
        // More purchases at the same mean draw it nearer to the customer's own.
        let more = model.expected_spend(&spend(x + 1, mean)).unwrap().unwrap();
        prop_assert!((more - mean).abs() <= (ours - mean).abs() * (1.0 + 1e-9) + 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_data_give_a_fit_or_a_reason(rows in prop::collection::vec((0_u32..40, 0.0_f64..900.0), 0..40)) {
        let rows = rows.into_iter().map(|(repeats, mean)| SpendCount { repeats, mean, weight: 1.0 });
        let counts = SpendCounts::new(Currency::USD, rows.collect()).unwrap();
        match GammaGamma::fit(&counts, &FitOptions::default()) {
            Ok(fit) => {
                prop_assert!(fit.log_likelihood.is_finite() && fit.model.check().is_ok());
                // No point that others might have started from is likelier.
                for (p, q) in [(1.0, 2.0), (3.0, 3.0), (6.25, 3.74), (0.3, 5.0)] {
                    let other = GammaGamma { p, q, gamma: 100.0, ..fit.model };
                    prop_assert!(other.log_likelihood(&counts).unwrap() <= fit.log_likelihood + 1e-6);
                }
            }
            Err(error) => prop_assert_eq!(error.code().as_str(), "insufficient-data"),
        }
    }
}

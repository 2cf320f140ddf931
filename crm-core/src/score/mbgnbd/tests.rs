use proptest::prelude::*;

use super::reference::CUSTOMERS;
use super::*;
use crate::score::special::ln_gamma;
use crate::score::testing::{cdnow_counts, close, printed};
use crate::score::{BgNbd, FitStatus, HistoryCount, Rate, Span};

#[test]
fn the_fit_of_the_cdnow_sample_is_the_published_one() {
    let fit = MbgNbd::fit(&cdnow_counts(), &FitOptions::default()).unwrap();
    let MbgNbd { r, alpha, a, b, .. } = fit.model;
    // BTYDplus, as lifetimes' tests/test_estimation.py has it.
    printed(r, "0.525");
    printed(alpha, "6.183");
    printed(a, "0.891");
    printed(b, "1.614");
    // An independent maximisation in float64.
    for (ours, expected) in [(r, 0.5248378), (alpha, 6.1829907), (a, 0.8913564), (b, 1.6140002)] {
        close(ours, expected, 1e-6);
    }
    assert!((fit.log_likelihood + 9582.13268).abs() < 1e-5, "{}", fit.log_likelihood);
    for (ours, expected) in fit.standard_errors.unwrap().into_iter().zip([0.083258, 0.695562, 0.154775, 0.537424]) {
        close(ours, expected, 1e-4);
    }
    assert_eq!(fit.convergence.status, FitStatus::Converged);
    let customer = History::weeks(2, 30.43, 38.86);
    close(fit.model.expected_purchases(&customer, Span::weeks(39.0)).unwrap(), 1.26267071, 1e-6);
    close(fit.model.p_alive(&customer).unwrap(), 0.706126244, 1e-6);
}

#[test]
fn customers_agree_with_50_digits() {
    for [r, alpha, a, b, x, recency, age, t, alive, purchases, any, later] in CUSTOMERS {
        let model = MbgNbd::new(r, alpha, a, b, TimeUnit::Weeks).unwrap();
        let (history, horizon) = (History::weeks(x as u32, recency, age), Span::weeks(t));
        close(model.p_alive(&history).unwrap(), alive, 1e-12);
        close(model.expected_purchases(&history, horizon).unwrap(), purchases, 1e-12);
        close(model.p_purchase(&history, horizon).unwrap(), any, 1e-12);
        close(model.p_alive_after(&history, horizon).unwrap(), later, 1e-11);
    }
}

/// The density of one history by Batislam, Denizel & Filiztekin (2007), literally.
fn by_the_book(model: &MbgNbd, row: &HistoryCount) -> f64 {
    let ln_beta = |p: f64, q: f64| ln_gamma(p) + ln_gamma(q) - ln_gamma(p + q);
    let MbgNbd { r, alpha, a, b, .. } = *model;
    let x = f64::from(row.repeats);
    let gammas = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
    let alive = ln_beta(a, b + x + 1.0) - ln_beta(a, b) - (r + x) * (alpha + row.age).ln();
    let dead = ln_beta(a + 1.0, b + x) - ln_beta(a, b) - (r + x) * (alpha + row.recency).ln();
    gammas + (alive.exp() + dead.exp()).ln()
}

#[test]
fn the_likelihood_is_that_of_the_paper() {
    let counts = cdnow_counts();
    for [r, alpha, a, b] in [[0.525, 6.183, 0.891, 1.614], [2.0, 1.0, 0.1, 3.0]] {
        let model = MbgNbd::new(r, alpha, a, b, TimeUnit::Weeks).unwrap();
        let expected: f64 = counts.rows().iter().map(|row| row.weight * by_the_book(&model, row)).sum();
        close(model.log_likelihood(&counts).unwrap(), expected, 1e-12);
    }
}

#[test]
fn probabilities_add_up_to_one_and_their_mean_is_the_expectation() {
    let model = MbgNbd::new(0.525, 6.183, 0.891, 1.614, TimeUnit::Weeks).unwrap();
    let horizon = Span::weeks(39.0);
    let masses: Vec<f64> = (0..2_000).map(|x| model.probability(x, horizon).unwrap()).collect();
    close(masses.iter().sum(), 1.0, 1e-11);
    let mean: f64 = (0..).zip(&masses).map(|(x, p)| f64::from(x) * p).sum();
    close(model.expected_repeats(horizon).unwrap(), mean, 1e-10);
}

#[test]
fn a_held_parameter_stays_and_a_pulled_one_gives_way() {
    let counts = cdnow_counts();
    let free = MbgNbd::fit(&counts, &FitOptions::default()).unwrap();
    let held = MbgNbd::fit(&counts, &FitOptions::default().hold("a", 1.0).unwrap()).unwrap();
    close(held.model.a, 1.0, 1e-15);
    assert!(held.log_likelihood < free.log_likelihood && held.free == 3);
    assert_eq!(held.standard_errors.as_ref().unwrap()[2], 0.0);
    // The other parameters are where the likelihood is greatest: moving one makes it less.
    for at in [0, 1, 3] {
        for by in [0.99, 1.01] {
            let mut moved = held.model.parameters();
            moved[at] *= by;
            let moved = held.model.with_parameters(&moved).unwrap();
            assert!(moved.log_likelihood(&counts).unwrap() < held.log_likelihood);
        }
    }
    let pulled = |spread| MbgNbd::fit(&counts, &FitOptions::default().pull("a", 2.0, spread).unwrap()).unwrap();
    let (weak, strong) = (pulled(10.0), pulled(1e-4));
    close(weak.model.a, free.model.a, 0.01);
    close(strong.model.a, 2.0, 1e-3);
    close(weak.model.log_likelihood(&counts).unwrap(), weak.log_likelihood, 1e-12);
    for bad in ["c", "A"] {
        let options = FitOptions::default().hold(bad, 1.0).unwrap();
        assert_eq!(MbgNbd::fit(&counts, &options).unwrap_err().to_string(), "fixed: the parameters are r, alpha, a, b");
    }
    let all = ["r", "alpha", "a", "b"];
    let all = all.into_iter().fold(FitOptions::default(), |options, name| options.hold(name, 1.0).unwrap());
    assert!(MbgNbd::fit(&counts, &all).is_err());
    assert!(MbgNbd::fit(&counts, &FitOptions::default().hold("a", f64::NAN).unwrap()).is_err());
}

#[test]
fn refitting_ends_where_the_fit_ended() {
    let counts = cdnow_counts();
    let fit = MbgNbd::fit(&counts, &FitOptions::default()).unwrap();
    let again = fit.model.refit(&counts, &FitOptions::default()).unwrap();
    close(again.model.b, fit.model.b, 1e-9);
    assert!(again.convergence.evaluations < fit.convergence.evaluations);
}

#[test]
fn discounted_purchases_are_the_sum_of_many_short_flows() {
    let customer = History::weeks(2, 30.43, 38.86);
    let rate = Rate { rate: 0.0027_f64.exp_m1(), per: TimeUnit::Weeks };
    let mbg = MbgNbd::new(0.525, 6.183, 0.891, 1.614, TimeUnit::Weeks).unwrap();
    let bg = BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Weeks).unwrap();
    worth_the_sum_of_flows(&mbg, &customer, rate);
    worth_the_sum_of_flows(&bg, &customer, rate);
}

#[track_caller]
fn worth_the_sum_of_flows(model: &impl PurchaseModel, customer: &History, rate: Rate) {
    let expected = |t| model.expected_purchases(customer, Span::weeks(t)).unwrap();
    // Midpoints of twentieths of a week, with Richardson's step towards none.
    let sum = |parts: u32| -> f64 {
        let step = 1.0 / f64::from(parts);
        let flow = |i: u32| {
            let t = f64::from(i) * step;
            (expected(t + step) - expected(t)) * (-0.0027 * (t + 0.5 * step)).exp()
        };
        (0..52 * parts).map(flow).sum()
    };
    let expected = (4.0 * sum(20) - sum(10)) / 3.0;
    let ours = model.discounted_purchases(customer, Some(Span::weeks(52.0)), rate).unwrap();
    close(ours, expected, 1e-10);
    let undiscounted = model.discounted_purchases(customer, Some(Span::weeks(52.0)), Rate::ZERO).unwrap();
    close(undiscounted, model.expected_purchases(customer, Span::weeks(52.0)).unwrap(), 1e-14);
    let endless = model.discounted_purchases(customer, None, rate).unwrap();
    let long = model.discounted_purchases(customer, Some(Span::weeks(20_000.0)), rate).unwrap();
    close(endless, long, 1e-10);
    assert!(model.discounted_purchases(customer, None, Rate::ZERO).is_err());
}

#[test]
fn units_do_not_mix() {
    let model = MbgNbd::new(0.525, 6.183, 0.891, 1.614, TimeUnit::Weeks).unwrap();
    let (weeks, days) = (History::weeks(1, 2.0, 3.0), Span::days(3.0));
    assert!(model.p_alive(&History::days(1, 2.0, 3.0)).is_err());
    assert!(model.p_alive_after(&weeks, days).is_err());
    assert!(model.p_purchase(&weeks, days).is_err());
    assert!(model.expected_between(&weeks, Span::weeks(1.0), days).is_err());
    assert!(model.expected_between(&weeks, Span::weeks(2.0), Span::weeks(1.0)).is_err());
    assert!(model.discounted_purchases(&weeks, Some(days), Rate::ZERO).is_err());
    assert!(MbgNbd::new(0.0, 1.0, 1.0, 1.0, TimeUnit::Weeks).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn quantities_keep_their_bounds(
        logs in prop::array::uniform4(-3.0_f64..3.0), x in 0_u32..60, age in 0.5_f64..200.0, share in 0.01_f64..1.0,
        t in 0.01_f64..100.0, more in 0.01_f64..100.0,
    ) {
        let [r, alpha, a, b] = logs.map(f64::exp);
        let model = MbgNbd::new(r, alpha, a, b, TimeUnit::Weeks).unwrap();
        let history = History::weeks(x, if x == 0 { 0.0 } else { age * share }, age);
        let (short, long) = (Span::weeks(t), Span::weeks(t + more));
        let alive = model.p_alive(&history).unwrap();
        let later = model.p_alive_after(&history, short).unwrap();
        let any = model.p_purchase(&history, short).unwrap();
        let expected = model.expected_purchases(&history, short).unwrap();
        prop_assert!(alive <= 1.0 && later <= alive * (1.0 + 1e-12) && any <= alive && any <= expected * (1.0 + 1e-12));
        let between = model.expected_between(&history, short, long).unwrap();
        let whole = model.expected_purchases(&history, long).unwrap();
        prop_assert!((expected + between - whole).abs() <= 1e-12 * whole);
    }
}

#![allow(clippy::excessive_precision, reason = "the digits of the sources")]

use proptest::prelude::*;

use super::reference::CUSTOMERS;
use super::*;
use crate::score::random::Random;
use crate::score::testing::{self, cdnow, cdnow_counts, close, printed};
use crate::score::{FitStatus, HistoryCount, Rate, Span};

fn weeks(r: f64, alpha: f64, s: f64, beta: f64) -> ParetoNbd {
    ParetoNbd::new(r, alpha, s, beta, TimeUnit::Weeks).unwrap()
}

/// The parameters of Fader, Hardie & Lee (2005) as printed there.
fn published() -> ParetoNbd {
    weeks(0.553, 10.578, 0.606, 11.669)
}

/// A rate whose force of interest is `delta` a week.
fn force(delta: f64) -> Rate {
    Rate { rate: delta.exp_m1(), per: TimeUnit::Weeks }
}

#[test]
fn the_fit_of_the_cdnow_sample_is_the_published_one() {
    let fit = ParetoNbd::fit(&cdnow_counts(), &FitOptions::default()).unwrap();
    let ParetoNbd { r, alpha, s, beta, .. } = fit.model;
    // Fader, Hardie & Lee (2005), table 2.
    printed(r, "0.553");
    printed(alpha, "10.578");
    printed(s, "0.606");
    printed(fit.log_likelihood, "-9595.0");
    // An independent maximisation in float64; the surface is flat along s and beta.
    close(r, 0.5532755, 1e-5);
    close(alpha, 10.5776123, 1e-5);
    close(s, 0.6062135, 1e-4);
    close(beta, 11.6679084, 1e-4);
    assert!((fit.log_likelihood + 9594.97393).abs() < 1e-5, "{}", fit.log_likelihood);
    // Published: .0476264 .8427222 .1872594 6.2105448; a numerical Hessian gives .047628 .842713 .187267 6.210571.
    for (ours, expected) in fit.standard_errors.unwrap().into_iter().zip([0.047628, 0.842713, 0.187267, 6.210571]) {
        close(ours, expected, 2e-4);
    }
    assert_eq!(fit.convergence.status, FitStatus::Converged, "{:?}", fit.convergence);
    assert!(fit.convergence.remaining < 1e-9);
}

#[test]
fn customers_agree_with_60_digits() {
    for [r, alpha, s, beta, x, recency, age, t, likelihood, alive, purchases, any, worth] in CUSTOMERS {
        let model = weeks(r, alpha, s, beta);
        let (history, horizon) = (History::weeks(x as u32, recency, age), Span::weeks(t));
        let row = HistoryCount { repeats: x as u32, recency, age, weight: 1.0 };
        let counts = HistoryCounts::new(TimeUnit::Weeks, vec![row]).unwrap();
        let ours = model.log_likelihood(&counts).unwrap();
        assert!(
            (ours - likelihood).abs() < 1e-12 * likelihood.abs().max(10.0) * (1.0 + x / 100.0),
            "{model:?} {row:?}"
        );
        close(model.p_alive(&history).unwrap(), alive, 2e-12);
        close(model.expected_purchases(&history, horizon).unwrap(), purchases, 2e-12);
        close(model.p_purchase(&history, horizon).unwrap(), any, 4e-12);
        close(model.discounted_purchases(&history, None, force(0.0027)).unwrap(), worth, 4e-12);
    }
}

#[test]
fn published_customers() {
    let model = published();
    let customer = History::weeks(2, 30.43, 38.86);
    close(model.expected_purchases(&customer, Span::weeks(39.0)).unwrap(), 1.455123193, 1e-9);
    close(model.p_alive(&customer).unwrap(), 0.8691675591530112, 1e-12);
    let regular = History::weeks(26, 30.86, 31.0);
    close(model.expected_purchases(&regular, Span::weeks(52.0)).unwrap(), 25.458472951, 1e-9);
    close(model.p_alive(&regular).unwrap(), 0.9979187310551583, 1e-12);
    // At the pole of the closed form.
    let pole = ParetoNbd { s: 1.0, ..model };
    close(pole.expected_purchases(&customer, Span::weeks(39.0)).unwrap(), 1.186052282, 1e-9);
    let fifteen = Rate { rate: 0.15, per: TimeUnit::Years };
    let weekly = force(0.15_f64.ln_1p() / 52.0);
    close(model.discounted_purchases(&customer, None, weekly).unwrap(), 6.50173053756, 1e-10);
    // A year of 52 weeks in that figure, of 365.2425 days here.
    close(model.discounted_purchases(&customer, None, fifteen).unwrap(), 6.50173053756, 0.01);
    for (x, recency, age, expected) in [(0, 0.0, 38.86, 0.477136229), (26, 30.86, 31.0, 86.056493601)] {
        let worth = model.discounted_purchases(&History::weeks(x, recency, age), None, force(0.0027)).unwrap();
        close(worth, expected, 1e-8);
    }
    // The increasing-frequency paradox at the parameters of the BTYD walkthrough.
    let model = weeks(0.553, 10.580, 0.606, 11.656);
    for (x, expected) in [(10, 0.7061254), (15, 0.1442243), (20, 0.0225050), (25, 0.00309257)] {
        let customer = History::weeks(x, 20.0, 39.0);
        close(model.expected_purchases(&customer, Span::weeks(52.0)).unwrap(), expected, 3e-6);
    }
}

#[test]
fn hard_cases_of_p_alive() {
    let model = weeks(0.5143, 2.8845, 0.2856, 14.1087);
    for (x, recency, age, expected) in [
        (221, 103.42857, 103.57143, 0.9995960523),
        (254, 97.14286, 97.28571, 0.9995582261),
        (161, 94.71429, 98.0, 0.7494877523),
        (204, 98.57143, 99.42857, 0.9942550796),
    ] {
        close(model.p_alive(&History::weeks(x, recency, age)).unwrap(), expected, 1e-9);
    }
    let model = weeks(10.465, 0.00798565181, 3.0516, 2.820);
    for (x, recency, age, expected) in
        [(40, 5.0, 6.0, 0.00188512819), (50, 1.0, 37.0, 1.4171443e-96), (50, 4.0, 37.0, 6.7329749e-60)]
    {
        close(model.p_alive(&History::weeks(x, recency, age)).unwrap(), expected, 1e-8);
    }
}

#[test]
fn the_likelihood_agrees_with_a_fine_midpoint_rule() {
    let model = weeks(0.6, 9.0, 1.3, 4.0);
    for row in cdnow_counts().rows().iter().step_by(101) {
        let k = model.r + f64::from(row.repeats);
        let alive = -k * (model.alpha + row.age).ln() - model.s * (model.beta + row.age).ln();
        let step = (row.age - row.recency) / 20_000.0;
        let density = |y: f64| (-k * (model.alpha + y).ln() - (model.s + 1.0) * (model.beta + y).ln()).exp();
        let left: f64 = (0..20_000).map(|i| density(row.recency + (f64::from(i) + 0.5) * step)).sum();
        let front = (0..row.repeats).map(|i| (model.r + f64::from(i)).ln()).sum::<f64>()
            + model.r * model.alpha.ln()
            + model.s * model.beta.ln();
        let expected = front + (alive.exp() + model.s * left * step).ln();
        let one = HistoryCounts::new(TimeUnit::Weeks, vec![HistoryCount { weight: 1.0, ..*row }]).unwrap();
        let ours = model.log_likelihood(&one).unwrap();
        assert!((ours - expected).abs() < 1e-7, "{row:?}: {ours} {expected}");
    }
}

#[test]
fn derivatives_agree_with_differences() {
    let rows = [(0, 0.0, 38.86), (0, 0.0, 0.0), (1, 3.5, 30.0), (2, 30.43, 38.86), (26, 30.86, 31.0), (200, 9.0, 9.0)];
    let rows = rows.map(|(repeats, recency, age)| HistoryCount { repeats, recency, age, weight: 1.5 });
    let counts = HistoryCounts::new(TimeUnit::Weeks, rows.to_vec()).unwrap();
    let likelihood = Likelihood::new(&counts, 1);
    for point in [[0.55, 10.6, 0.6, 11.7], [2.0, 0.3, 1.0, 70.0], [0.05, 100.0, 30.0, 5.0], [3.0, 7.0, 0.02, 7.0]] {
        testing::derivatives_agree_with_differences(&likelihood, &point.map(f64::ln));
    }
}

#[test]
fn probabilities_add_up_to_one_and_their_mean_is_the_expectation() {
    for model in [published(), weeks(2.0, 3.0, 1.5, 200.0), weeks(0.5, 20.0, 0.3, 0.1)] {
        for t in [0.5, 39.0] {
            let horizon = Span::weeks(t);
            let masses: Vec<f64> = (0..1_500).map(|x| model.probability(x, horizon).unwrap()).collect();
            close(masses.iter().sum(), 1.0, 1e-10);
            let mean: f64 = (0..).zip(&masses).map(|(x, p)| f64::from(x) * p).sum();
            close(model.expected_repeats(horizon).unwrap(), mean, 1e-9);
        }
        assert_eq!(model.probability(0, Span::weeks(0.0)).unwrap(), 1.0);
        assert_eq!(model.probability(2, Span::weeks(0.0)).unwrap(), 0.0);
    }
}

#[test]
fn no_purchase_of_a_newcomer_is_the_complement_of_any() {
    let newcomer = History::weeks(0, 0.0, 0.0);
    for t in [0.1, 12.0, 400.0] {
        let any = published().p_purchase(&newcomer, Span::weeks(t)).unwrap();
        close(any, 1.0 - published().probability(0, Span::weeks(t)).unwrap(), 1e-11);
    }
}

#[test]
fn too_little_data_is_an_answer() {
    let fit = |rows| ParetoNbd::fit(&HistoryCounts::new(TimeUnit::Weeks, rows).unwrap(), &FitOptions::default());
    assert_eq!(
        fit(vec![]).unwrap_err().to_string(),
        "not enough data for pareto_nbd: no customer bought a second time"
    );
    let twice = HistoryCount { repeats: 1, recency: 1.0, age: 2.0, weight: 1000.0 };
    assert_eq!(fit(vec![twice]).unwrap_err().code().as_str(), "insufficient-data");
}

#[test]
fn fits_are_the_same_bits_for_any_order_and_number_of_threads() {
    let expected = ParetoNbd::fit(&cdnow_counts(), &FitOptions::default()).unwrap();
    let mut turned = cdnow();
    turned.reverse();
    let counts = HistoryCounts::new(TimeUnit::Weeks, turned).unwrap();
    assert_eq!(ParetoNbd::fit(&counts, &FitOptions::threads(3)).unwrap(), expected);
    let json = serde_json::to_string(&expected).unwrap();
    assert_eq!(serde_json::from_str::<ParetoNbdFit>(&json).unwrap(), expected);
}

fn customer(random: &mut Random, model: &ParetoNbd) -> HistoryCount {
    let rate = random.gamma(model.r) / model.alpha;
    let age = 30.0 + 60.0 * random.uniform();
    let life = (random.exponential() / (random.gamma(model.s) / model.beta)).min(age);
    let (mut repeats, mut recency) = (0, 0.0);
    loop {
        let next = recency + random.exponential() / rate;
        if next > life || next == recency || repeats >= 2_000 {
            return HistoryCount { repeats, recency, age, weight: 1.0 };
        }
        (repeats, recency) = (repeats + 1, next);
    }
}

#[test]
fn simulated_customers_give_their_parameters_back() {
    let model = weeks(0.8, 6.0, 0.9, 15.0);
    let mut within = 0;
    for seed in 0..12 {
        let mut random = Random::new(seed, 4);
        let rows = (0..1_500).map(|_| customer(&mut random, &model)).collect();
        let counts = HistoryCounts::new(TimeUnit::Weeks, rows).unwrap();
        let fit = ParetoNbd::fit(&counts, &FitOptions::default()).unwrap();
        for ((estimate, truth), error) in
            fit.model.parameters().into_iter().zip(model.parameters()).zip(fit.standard_errors.unwrap())
        {
            // On the scale of the logarithms, on which estimates are nearer to normal.
            within += usize::from((estimate / truth).ln().abs() < 2.0 * error / estimate);
        }
    }
    assert!((40..=48).contains(&within), "{within} of 48");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn quantities_keep_their_bounds(
        logs in prop::array::uniform4(-5.0_f64..5.0), x in 0_u32..300, age in 0.5_f64..500.0, share in 0.001_f64..=1.0,
        t in 0.01_f64..300.0, wait in 0.0_f64..50.0,
    ) {
        let [r, alpha, s, beta] = logs.map(f64::exp);
        let model = weeks(r, alpha, s, beta);
        let history = History::weeks(x, if x == 0 { 0.0 } else { age * share }, age);
        let horizon = Span::weeks(t);
        let alive = model.p_alive(&history).unwrap();
        let waited = model.p_alive(&History { age: age + wait, ..history }).unwrap();
        prop_assert!(alive <= 1.0 && waited <= alive * (1.0 + 1e-12));
        let any = model.p_purchase(&history, horizon).unwrap();
        let expected = model.expected_purchases(&history, horizon).unwrap();
        prop_assert!(any <= alive && any <= expected * (1.0 + 1e-11), "{} {} {}", any, alive, expected);
        let worth = model.discounted_purchases(&history, Some(horizon), force(0.01)).unwrap();
        prop_assert!(worth <= expected * (1.0 + 1e-11) && worth >= expected * (-0.01 * t).exp() * (1.0 - 1e-11));
        let mass = model.probability(x, horizon).unwrap();
        prop_assert!((0.0..=1.0 + 1e-12).contains(&mass));
    }

    #[test]
    fn any_data_give_a_fit_or_a_reason(rows in prop::collection::vec((0_u32..40, 0.01_f64..1.0, 0.1_f64..90.0), 0..25)) {
        let rows = rows.into_iter().map(|(repeats, share, age)| {
            HistoryCount { repeats, recency: if repeats == 0 { 0.0 } else { age * share }, age, weight: 1.0 }
        });
        match ParetoNbd::fit(&HistoryCounts::new(TimeUnit::Weeks, rows.collect()).unwrap(), &FitOptions::default()) {
            Ok(fit) => prop_assert!(fit.log_likelihood.is_finite() && check(&fit.model).is_ok()),
            Err(error) => prop_assert_eq!(error.code().as_str(), "insufficient-data"),
        }
    }
}

#![allow(clippy::excessive_precision, reason = "the digits of the sources")]

use proptest::prelude::*;

use super::reference::CUSTOMERS;
use super::*;
use crate::base::{Currency, Date};
use crate::score::random::Random;
use crate::score::testing::{cdnow, close, printed};
use crate::score::{FitStatus, HistoryCount, Span, SummaryOptions, summarise};

/// The parameters of the paper's table 2 as printed there.
fn published() -> BgNbd {
    BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Weeks).unwrap()
}

/// The parameters of the BTYD walkthrough.
fn walkthrough() -> BgNbd {
    BgNbd::new(0.2425982, 4.4136842, 0.7929899, 2.4261667, TimeUnit::Weeks).unwrap()
}

fn fit(rows: Vec<HistoryCount>) -> BgNbdFit {
    BgNbd::fit(&HistoryCounts::new(TimeUnit::Weeks, rows).unwrap(), &FitOptions::default()).unwrap()
}

#[test]
fn the_fit_of_the_cdnow_sample_is_the_published_one() {
    let fit = fit(cdnow());
    let BgNbd { r, alpha, a, b, .. } = fit.model;
    // Fader, Hardie & Lee (2005).
    printed(r, "0.243");
    printed(alpha, "4.414");
    printed(a, "0.793");
    printed(b, "2.426");
    printed(fit.log_likelihood, "-9582.4");
    // An independent maximisation in float64.
    for (ours, expected) in [(r, 0.2425929), (alpha, 4.4135315), (a, 0.7928862), (b, 2.4257538)] {
        close(ours, expected, 1e-6);
    }
    assert!((fit.log_likelihood + 9582.42556).abs() < 5e-6, "{}", fit.log_likelihood);
    assert_eq!(fit.customers, 2357.0);
    // A numerical Hessian of the same likelihood.
    for (ours, expected) in fit.standard_errors.unwrap().into_iter().zip([0.012557, 0.378220, 0.185715, 0.705328]) {
        close(ours, expected, 1e-4);
    }
    assert_eq!(fit.convergence.status, FitStatus::Converged);
    assert!(fit.convergence.gradient < 1e-10, "{:?}", fit.convergence);
    assert!(fit.convergence.remaining < 1e-12, "{:?}", fit.convergence);
    assert!(fit.convergence.warnings.is_empty());
}

#[test]
fn the_fitted_customer_is_the_published_one() {
    let model = fit(cdnow()).model;
    let customer = History::weeks(2, 30.43, 38.86);
    let expected = model.expected_purchases(&customer, Span::weeks(39.0)).unwrap();
    printed(expected, "1.226");
    close(expected, 1.225910440, 1e-7);
    close(model.p_alive(&customer).unwrap(), 0.7266091506, 1e-7);
}

#[test]
fn customers_agree_with_60_digits() {
    for [r, alpha, a, b, x, recency, age, t, alive, purchases] in CUSTOMERS {
        let model = BgNbd::new(r, alpha, a, b, TimeUnit::Weeks).unwrap();
        let history = History::weeks(x as u32, recency, age);
        close(model.p_alive(&history).unwrap(), alive, 1e-12);
        let ours = model.expected_purchases(&history, Span::weeks(t)).unwrap();
        let error = (ours / purchases - 1.0).abs();
        assert!(error < 4e-13, "{model:?} {history:?} {t}: {ours} {purchases} {error:e}");
    }
}

#[test]
fn published_customers_at_printed_parameters() {
    let model = published();
    let customer = History::weeks(2, 30.43, 38.86);
    close(model.expected_purchases(&customer, Span::weeks(39.0)).unwrap(), 1.226028174767144, 1e-13);
    close(model.p_alive(&customer).unwrap(), 0.7265785700806729, 1e-13);
    for (t, expected) in [(1.0, 0.05326789117), (39.0, 1.196723193), (52.0, 1.446050595), (78.0, 1.860519058)] {
        close(model.expected_repeats(Span::weeks(t)).unwrap(), expected, 1e-9);
    }
    // At the pole of the closed form.
    let model = BgNbd { a: 1.0, ..model };
    close(model.expected_purchases(&customer, Span::weeks(39.0)).unwrap(), 1.102136786, 1e-9);
}

#[test]
fn values_of_the_btyd_walkthrough() {
    let model = walkthrough();
    let customer = History::weeks(26, 216.0 / 7.0, 31.0);
    let year = Span::weeks(52.0);
    close(model.expected_purchases(&customer, year).unwrap(), 25.7565377465, 1e-9);
    close(model.p_alive(&customer).unwrap(), 0.968852151, 1e-9);
    printed(model.p_alive(&customer).unwrap(), "0.9688522");
    close(model.expected_repeats(year).unwrap(), 1.444004801, 1e-9);
    // The increasing-frequency paradox.
    for (x, expected) in [(10, 0.3474602456), (15, 0.0428339542), (20, 0.0041589857), (25, 0.0003583704)] {
        let customer = History::weeks(x, 20.0, 39.0);
        close(model.expected_purchases(&customer, year).unwrap(), expected, 2e-7);
    }
}

#[test]
fn probabilities_of_counts() {
    let model = published();
    // Equation 8 with mpmath 1.4 to 300 digits.
    let expected = [
        (2.0, 10, 1.07868964036914742e-7),
        (39.0, 0, 0.573786352096009405),
        (30.0, 11, 0.00199952144747887556),
        (0.001, 3, 8.02969720687013603e-13),
        (1e6, 2, 0.137475558759460263),
        (5.0, 400, 4.8269872393885091e-115),
    ];
    for (t, x, expected) in expected {
        close(model.probability(x, Span::weeks(t)).unwrap(), expected, 4e-12);
    }
    // They add up to one, and their mean is the expectation.
    for t in [0.5, 39.0] {
        let probabilities: Vec<f64> = (0..2_000).map(|x| model.probability(x, Span::weeks(t)).unwrap()).collect();
        close(probabilities.iter().sum(), 1.0, 1e-12);
        let mean = (0..).zip(&probabilities).map(|(x, p)| f64::from(x) * p).sum();
        close(model.expected_repeats(Span::weeks(t)).unwrap(), mean, 1e-11);
    }
    assert_eq!(model.probability(0, Span::weeks(0.0)).unwrap(), 1.0);
    assert_eq!(model.probability(3, Span::weeks(0.0)).unwrap(), 0.0);
    // Below the least number that has all its digits.
    assert!(model.probability(2_900, Span::weeks(15.0)).unwrap() < 1e-300);
}

#[test]
fn scaling_time_scales_alpha_alone() {
    let weeks = fit(cdnow());
    let days = cdnow().into_iter().map(|row| HistoryCount { recency: row.recency * 7.0, age: row.age * 7.0, ..row });
    let days =
        BgNbd::fit(&HistoryCounts::new(TimeUnit::Days, days.collect()).unwrap(), &FitOptions::default()).unwrap();
    close(days.model.alpha, weeks.model.alpha * 7.0, 1e-8);
    close(days.model.a, weeks.model.a, 1e-8);
    let repeats: f64 = cdnow().iter().map(|row| f64::from(row.repeats)).sum();
    close(days.log_likelihood, weeks.log_likelihood - repeats * 7_f64.ln(), 1e-13);
}

#[test]
fn a_model_in_weeks_is_not_used_in_days() {
    let model = published();
    let weeks = History::weeks(2, 30.43, 38.86);
    let days = History::days(2, 213.0, 272.0);
    assert!(model.p_alive(&days).is_err());
    assert!(model.expected_purchases(&days, Span::weeks(39.0)).is_err());
    assert!(model.expected_purchases(&weeks, Span::days(273.0)).is_err());
    assert!(model.expected_repeats(Span::days(273.0)).is_err());
    assert!(model.probability(1, Span::days(273.0)).is_err());
    let counts = HistoryCounts::new(TimeUnit::Days, cdnow()).unwrap();
    assert!(model.log_likelihood(&counts).is_err());
    let options = SummaryOptions::new(Date::from_days(100).unwrap(), TimeUnit::Days, Currency::EUR);
    let table = summarise(&[0], &[1], &[1], &options).unwrap();
    assert!(model.forecast(&table, Span::weeks(1.0), 1).is_err());
    assert!(model.forecast(&table.clone().in_unit(TimeUnit::Weeks), Span::days(7.0), 1).is_err());
    assert!(model.forecast(&table.in_unit(TimeUnit::Weeks), Span::weeks(1.0), 1).is_ok());
}

#[test]
fn impossible_parameters_and_histories_are_refused() {
    for (r, alpha, a, b) in
        [(0.0, 1.0, 1.0, 1.0), (1.0, -1.0, 1.0, 1.0), (1.0, 1.0, f64::NAN, 1.0), (1.0, 1.0, 1.0, f64::INFINITY)]
    {
        assert!(BgNbd::new(r, alpha, a, b, TimeUnit::Weeks).is_err());
    }
    let broken = BgNbd { a: -1.0, ..published() };
    assert!(broken.p_alive(&History::weeks(1, 1.0, 2.0)).is_err());
    assert!(published().p_alive(&History::weeks(0, 1.0, 2.0)).is_err());
    let endless = published().expected_purchases(&History::weeks(1, 1.0, 2.0), Span::weeks(f64::MAX));
    assert!(endless.is_err() || endless.is_ok_and(f64::is_finite));
}

#[test]
fn too_little_data_is_an_answer() {
    let fit = |rows| BgNbd::fit(&HistoryCounts::new(TimeUnit::Weeks, rows).unwrap(), &FitOptions::default());
    let once = |age| HistoryCount { repeats: 0, recency: 0.0, age, weight: 1.0 };
    for rows in [vec![], (1..9).map(|age| once(f64::from(age))).collect()] {
        assert_eq!(fit(rows).unwrap_err().to_string(), "not enough data for bg_nbd: no customer bought a second time");
    }
    let twice = HistoryCount { repeats: 1, recency: 1.0, age: 2.0, weight: 1000.0 };
    assert_eq!(fit(vec![twice, once(3.0)]).unwrap_err().code().as_str(), "insufficient-data");
}

#[test]
fn customers_who_never_leave_make_a_ridge_not_a_number_to_trust() {
    // Regular buyers seen to the last day: nothing speaks for leaving.
    let rows = (1..30).map(|n| HistoryCount { repeats: n, recency: 52.0, age: 52.0, weight: 5.0 });
    let fit = fit(rows.collect());
    assert_eq!(fit.convergence.status, FitStatus::Ridge, "{fit:?}");
    assert!(!fit.convergence.warnings.is_empty());
}

#[test]
fn forecasts_of_a_table_are_those_of_its_customers() {
    let options = SummaryOptions::new(Date::from_days(400).unwrap(), TimeUnit::Weeks, Currency::EUR);
    let customers: Vec<u32> = (0..300).map(|n| n * n % 40).collect();
    let days: Vec<i32> = (0..300).map(|n| n * 7 % 390).collect();
    let table = summarise(&customers, &days, &[100; 300], &options).unwrap();
    let model = published();
    let horizon = Span::weeks(39.0);
    let all = model.forecast(&table, horizon, 1).unwrap();
    for (row, forecast) in table.rows.iter().zip(&all) {
        let history = table.history(row);
        assert_eq!(forecast.p_alive, model.p_alive(&history).unwrap());
        assert_eq!(forecast.purchases, model.expected_purchases(&history, horizon).unwrap());
    }
    assert_eq!(model.forecast(&table, horizon, 3).unwrap(), all);
}

#[test]
fn fits_survive_json() {
    let fit = fit(cdnow());
    let json = serde_json::to_string(&fit).unwrap();
    assert_eq!(serde_json::from_str::<BgNbdFit>(&json).unwrap(), fit);
}

#[test]
fn fits_are_the_same_bits_for_any_order_partition_and_number_of_threads() {
    let rows = cdnow();
    let bits = |fit: &BgNbdFit| {
        let BgNbd { r, alpha, a, b, .. } = fit.model;
        [r, alpha, a, b, fit.log_likelihood].map(f64::to_bits)
    };
    let expected = bits(&fit(rows.clone()));
    for turn in [1, 700, 2_000] {
        let mut turned = rows.clone();
        turned.rotate_left(turn);
        let right = turned.split_off(turn / 2);
        let part = |rows| HistoryCounts::new(TimeUnit::Weeks, rows).unwrap();
        let merged = part(right).merge(part(turned)).unwrap();
        assert_eq!(bits(&BgNbd::fit(&merged, &FitOptions::threads(3)).unwrap()), expected);
    }
}

fn models() -> impl Strategy<Value = BgNbd> {
    let parameter = || (-3.0_f64..3.0).prop_map(f64::exp);
    (parameter(), parameter(), parameter(), parameter()).prop_map(|(r, alpha, a, b)| BgNbd {
        r,
        alpha,
        a,
        b,
        unit: TimeUnit::Weeks,
    })
}

prop_compose! {
    fn histories()(x in 0_u32..60, age in 0.5_f64..200.0, share in 0.01_f64..1.0) -> History {
        History::weeks(x, if x == 0 { 0.0 } else { age * share }, age)
    }
}

/// A customer of the model, seen for some weeks.
fn customer(random: &mut Random, model: &BgNbd) -> HistoryCount {
    let rate = random.gamma(model.r) / model.alpha;
    let (leave, stay) = (random.gamma(model.a), random.gamma(model.b));
    let p = leave / (leave + stay);
    let age = 26.0 + 52.0 * random.uniform();
    let (mut repeats, mut recency) = (0, 0.0);
    loop {
        let next = recency + random.exponential() / rate;
        if next > age || next == recency || repeats >= 2_000 {
            return HistoryCount { repeats, recency, age, weight: 1.0 };
        }
        (repeats, recency) = (repeats + 1, next);
        if random.uniform() < p {
            return HistoryCount { repeats, recency, age, weight: 1.0 };
        }
    }
}

#[test]
fn simulated_customers_give_their_parameters_back() {
    // Over many samples, true parameters lie within two standard errors in about 95 of 100 cases.
    let model = BgNbd::new(0.6, 8.0, 0.8, 2.5, TimeUnit::Weeks).unwrap();
    let mut within = 0;
    for seed in 0..25 {
        let mut random = Random::new(seed, 0);
        let fit = fit((0..3_000).map(|_| customer(&mut random, &model)).collect());
        assert_eq!(fit.convergence.status, FitStatus::Converged);
        let estimates = [fit.model.r, fit.model.alpha, fit.model.a, fit.model.b];
        let truth = [model.r, model.alpha, model.a, model.b];
        for ((estimate, truth), error) in estimates.iter().zip(truth).zip(fit.standard_errors.unwrap()) {
            within += usize::from((estimate - truth).abs() < 2.0 * error);
        }
    }
    assert!((88..=100).contains(&within), "{within} of 100");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_parameters_are_likelier_than_the_fitted_ones(
        r in 0.05_f64..4.0, rate in 0.01_f64..0.5, a in 0.2_f64..4.0, b in 0.5_f64..8.0, seed in any::<u64>(),
    ) {
        let truth = BgNbd::new(r, r / rate, a, b, TimeUnit::Weeks).unwrap();
        let mut random = Random::new(seed, 0);
        let rows = (0..600).map(|_| customer(&mut random, &truth)).collect();
        let counts = HistoryCounts::new(TimeUnit::Weeks, rows).unwrap();
        let fit = BgNbd::fit(&counts, &FitOptions::default()).unwrap();
        prop_assert!(fit.log_likelihood >= truth.log_likelihood(&counts).unwrap() - 1e-6);
        prop_assert_ne!(fit.convergence.status, FitStatus::Stalled, "{:?}", fit);
        let own = fit.model.log_likelihood(&counts).unwrap();
        prop_assert!((own / fit.log_likelihood - 1.0).abs() < 1e-12);
    }

    #[test]
    fn any_data_give_a_fit_or_a_reason(rows in prop::collection::vec((0_u32..40, 0.01_f64..1.0, 0.1_f64..90.0), 0..25)) {
        let rows = rows.into_iter().map(|(repeats, share, age)| {
            HistoryCount { repeats, recency: if repeats == 0 { 0.0 } else { age * share }, age, weight: 1.0 }
        });
        match BgNbd::fit(&HistoryCounts::new(TimeUnit::Weeks, rows.collect()).unwrap(), &FitOptions::default()) {
            Ok(fit) => {
                prop_assert!(fit.log_likelihood.is_finite() && check(&fit.model).is_ok());
                prop_assert!(fit.convergence.warnings.contains(&crate::score::FitWarning::FewCustomers));
            }
            Err(error) => prop_assert_eq!(error.code().as_str(), "insufficient-data"),
        }
    }
}

proptest! {
    #[test]
    fn silence_makes_death_likelier(model in models(), history in histories(), wait in 0.0_f64..50.0) {
        let now = model.p_alive(&history).unwrap();
        let later = model.p_alive(&History { age: history.age + wait, ..history }).unwrap();
        prop_assert!((0.0..=1.0).contains(&now));
        prop_assert!(later <= now);
    }

    #[test]
    fn a_longer_horizon_brings_more_but_ever_more_slowly(
        model in models(), history in histories(), t in 0.01_f64..100.0, more in 0.01_f64..100.0,
    ) {
        let expected = |t| model.expected_purchases(&history, Span::weeks(t)).unwrap();
        let (short, long) = (expected(t), expected(t + more));
        prop_assert!(short > 0.0 || model.p_alive(&history).unwrap() == 0.0);
        prop_assert!(long >= short * (1.0 - 1e-12));
        prop_assert!(long / (t + more) <= short / t * (1.0 + 1e-11));
        // Without leaving it would be the mean rate times the horizon.
        let rate = (model.r + f64::from(history.repeats)) / (model.alpha + history.age);
        prop_assert!(short <= rate * t * (1.0 + 1e-11));
    }

    #[test]
    fn probabilities_are_probabilities(model in models(), x in 0_u32..40, t in 0.01_f64..100.0) {
        let p = model.probability(x, Span::weeks(t)).unwrap();
        prop_assert!((0.0..=1.0 + 1e-12).contains(&p), "{}", p);
    }
}

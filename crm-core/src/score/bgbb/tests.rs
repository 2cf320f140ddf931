use proptest::prelude::*;

use super::*;
use crate::score::FitStatus;
use crate::score::testing::{close, derivatives_agree_with_differences, printed};

/// The donations of Fader, Hardie & Shang (2010).
fn donations() -> OccasionCounts {
    let rows = include_str!("../../../tests/data/donations.csv").lines().skip(1).map(|line| {
        let fields: Vec<u32> = line.trim().split(',').map(|field| field.parse().unwrap()).collect();
        OccasionCount { history: OccasionHistory::new(fields[0], fields[1], fields[2]), weight: fields[3].into() }
    });
    OccasionCounts::new(rows.collect()).unwrap()
}

/// The parameters of the BTYD walkthrough.
fn walkthrough() -> BgBb {
    BgBb::new(1.203522, 0.749716, 0.656718, 2.783442).unwrap()
}

#[test]
fn the_fit_of_the_donations_is_the_published_one() {
    let fit = BgBb::fit(&donations(), &FitOptions::default()).unwrap();
    printed(fit.model.alpha, "1.204");
    printed(fit.model.beta, "0.750");
    printed(fit.model.gamma, "0.657");
    printed(fit.model.delta, "2.783");
    printed(fit.log_likelihood, "-33225.6");
    for (ours, expected) in fit.model.parameters().into_iter().zip([1.2035223, 0.7497163, 0.6567182, 2.7834421]) {
        close(ours, expected, 1e-6);
    }
    assert!((fit.log_likelihood + 33225.58127).abs() < 1e-5, "{}", fit.log_likelihood);
    assert_eq!((fit.customers, fit.convergence.status), (11_104.0, FitStatus::Converged));
    let again = fit.model.refit(&donations(), &FitOptions::default()).unwrap();
    close(again.model.delta, fit.model.delta, 1e-8);
}

#[test]
fn customers_are_the_published_ones() {
    let model = walkthrough();
    for (history, alive, table_6) in [
        (OccasionHistory::new(0, 0, 6), 0.1081333, "0.11"),
        (OccasionHistory::new(2, 4, 6), 0.5896573, "0.59"),
        (OccasionHistory::new(6, 6, 6), 0.9304336, "0.93"),
    ] {
        let ours = model.p_alive(&history).unwrap();
        assert!((ours - alive).abs() < 1e-7, "{ours} {alive}");
        printed(ours, table_6);
    }
    for (history, expected) in
        [(OccasionHistory::new(0, 0, 6), 0.13021813), (OccasionHistory::new(4, 5, 6), 3.62796821)]
    {
        close(model.expected_purchases(&history, 10).unwrap(), expected, 1e-7);
    }
    close(model.expected_repeats(10).unwrap(), 3.17982973, 1e-8);
    for (history, expected) in [
        (OccasionHistory::new(0, 0, 6), 0.11475276),
        (OccasionHistory::new(2, 4, 6), 1.66562361),
        (OccasionHistory::new(6, 6, 6), 5.90989515),
    ] {
        close(model.discounted_purchases(&history, None, 0.1).unwrap(), expected, 1e-7);
    }
    let counts = donations();
    let all = counts.rows().iter().map(|row| row.weight * model.expected_purchases(&row.history, 5).unwrap());
    assert!((all.sum::<f64>() - 12884.158).abs() < 1e-3);
}

/// The probability of a history by walking through every way to leave, with probabilities integrated numerically.
#[test]
fn the_likelihood_is_that_of_every_way_to_leave() {
    let model = BgBb::new(1.2, 0.75, 0.66, 2.8).unwrap();
    // Means of a function of a beta variate, by a fine midpoint rule in a smooth variable.
    let mean = |a: f64, b: f64, f: &dyn Fn(f64) -> f64| {
        let (mut sum, mut mass) = (0.0, 0.0);
        for i in -4_000..4_000 {
            let logit = f64::from(i) * 0.01;
            let p = 1.0 / (1.0 + (-logit).exp());
            let weight = p.powf(a) * (1.0 - p).powf(b);
            sum += weight * f(p);
            mass += weight;
        }
        sum / mass
    };
    for (x, last, n) in [(0, 0, 3), (1, 1, 4), (2, 3, 3), (3, 5, 7)] {
        let bought = |m: i32| mean(1.2, 0.75, &|p| p.powi(x) * (1.0 - p).powi(m - x));
        let mut expected = bought(n) * mean(0.66, 2.8, &|q| (1.0 - q).powi(n));
        for m in last..n {
            expected += bought(m) * mean(0.66, 2.8, &|q| q * (1.0 - q).powi(m));
        }
        let history = OccasionHistory::new(x as u32, last as u32, n as u32);
        let counts = OccasionCounts::new(vec![OccasionCount { history, weight: 1.0 }]).unwrap();
        close(model.log_likelihood(&counts).unwrap(), expected.ln(), 1e-9);
        let alive = bought(n) * mean(0.66, 2.8, &|q| (1.0 - q).powi(n + 1)) / expected;
        close(model.p_alive(&history).unwrap(), alive, 1e-9);
    }
}

#[test]
fn derivatives_agree() {
    let counts = donations();
    for point in [[1.2, 0.75, 0.66, 2.8], [0.1, 5.0, 3.0, 0.2]] {
        derivatives_agree_with_differences(&Likelihood { counts: &counts }, &point.map(f64::ln));
    }
}

#[test]
fn masses_add_up_to_one_and_their_mean_is_the_expectation() {
    let model = walkthrough();
    let masses: Vec<f64> = (0..=12).map(|x| model.probability(x, 12).unwrap()).collect();
    close(masses.iter().sum(), 1.0, 1e-13);
    let mean: f64 = (0..).zip(&masses).map(|(x, p)| f64::from(x) * p).sum();
    close(model.expected_repeats(12).unwrap(), mean, 1e-12);
    assert_eq!(model.probability(13, 12).unwrap(), 0.0);
    let newcomer = OccasionHistory::new(0, 0, 0);
    close(model.p_purchase(&newcomer, 12).unwrap(), 1.0 - masses[0], 1e-12);
}

#[test]
fn odds_beyond_all_numbers_have_a_logarithm() {
    // A customer who never missed a thousand occasions, and then a thousand in a row.
    let model = BgBb::new(50.0, 0.1, 0.5, 20.0).unwrap();
    let silent = OccasionHistory::new(1_000, 1_000, 20_000);
    let alive = model.p_alive(&silent).unwrap();
    assert!((0.0..1e-100).contains(&alive), "{alive:e}");
    let shorter = OccasionHistory::new(50, 50, 60);
    let customer = model.customer(&shorter).unwrap();
    close(customer.alive, 1.0 / (1.0 + model.ln_odds_left(&shorter).exp()), 1e-12);
}

#[test]
fn impossible_input_is_refused() {
    let model = walkthrough();
    for bad in [(1, 0, 3), (0, 1, 3), (3, 2, 5), (1, 6, 5), (0, 0, 100_001)] {
        assert!(model.p_alive(&OccasionHistory::new(bad.0, bad.1, bad.2)).is_err(), "{bad:?}");
    }
    let good = OccasionHistory::new(1, 1, 2);
    assert!(model.expected_purchases(&good, u32::MAX).is_err());
    assert!(model.expected_between(&good, 3, 2).is_err());
    assert!(model.discounted_purchases(&good, None, 0.0).is_err());
    assert!(model.discounted_purchases(&good, Some(3), f64::NAN).is_err());
    assert!(BgBb::new(1.0, 1.0, 0.0, 1.0).is_err());
    let error = BgBb::fit(&OccasionCounts::default(), &FitOptions::default()).unwrap_err();
    assert_eq!(error.code().as_str(), "insufficient-data");
}

proptest! {
    #[test]
    fn quantities_keep_their_bounds(
        logs in prop::array::uniform4(-3.0_f64..4.0), x in 0_u32..8, gap in 0_u32..9, silence in 0_u32..40, more in 0_u32..60,
    ) {
        let [alpha, beta, gamma, delta] = logs.map(f64::exp);
        let model = BgBb::new(alpha, beta, gamma, delta).unwrap();
        let last = if x == 0 { 0 } else { x + gap };
        let history = OccasionHistory::new(x, last, last + silence);
        let alive = model.p_alive(&history).unwrap();
        let later = model.p_alive_after(&history, more).unwrap();
        let expected = model.expected_purchases(&history, more).unwrap();
        let any = model.p_purchase(&history, more).unwrap();
        prop_assert!((0.0..=1.0).contains(&alive) && later <= alive * (1.0 + 1e-11));
        prop_assert!(any <= alive * (1.0 + 1e-12) && any <= expected * (1.0 + 1e-12) + f64::MIN_POSITIVE);
        let worth = model.discounted_purchases(&history, Some(more), 0.05).unwrap();
        prop_assert!(worth <= expected);
    }
}

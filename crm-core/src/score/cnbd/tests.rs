use super::*;
use crate::score::random::Random;
use crate::score::testing::{cdnow_counts, close, derivatives_agree_with_differences};
use crate::score::{HistoryCount, MbgNbd, Rate, Span};

/// The parameters of the tests of the R package `BTYDplus`, `tests/testthat/test-mbg-cnbd-k.R`.
fn published() -> MbgCnbdK {
    MbgCnbdK::new(3, 0.85, 1.45, 0.79, 2.42, TimeUnit::Weeks).unwrap()
}

fn customers() -> [HistoryCount; 6] {
    [(0, 0.0, 38.86), (0, 0.0, 0.0), (1, 3.5, 30.0), (2, 30.43, 38.86), (26, 30.86, 31.0), (150, 9.0, 9.0)]
        .map(|(repeats, recency, age)| HistoryCount { repeats, recency, age, weight: 1.5 })
}

#[test]
fn random_purchases_are_those_of_mbg_nbd() {
    let mbg = MbgNbd::new(0.525, 6.183, 0.891, 1.614, TimeUnit::Weeks).unwrap();
    let cnbd = MbgCnbdK::new(1, 0.525, 6.183, 0.891, 1.614, TimeUnit::Weeks).unwrap();
    let counts = cdnow_counts();
    close(cnbd.log_likelihood(&counts).unwrap(), mbg.log_likelihood(&counts).unwrap(), 1e-13);
    let year = Span::weeks(52.0);
    for row in customers() {
        let history = History::weeks(row.repeats, row.recency, row.age);
        close(cnbd.p_alive(&history).unwrap(), mbg.p_alive(&history).unwrap(), 1e-13);
        close(cnbd.p_alive_after(&history, year).unwrap(), mbg.p_alive_after(&history, year).unwrap(), 1e-11);
        close(cnbd.p_purchase(&history, year).unwrap(), mbg.p_purchase(&history, year).unwrap(), 1e-12);
        let expected = mbg.expected_purchases(&history, year).unwrap();
        close(cnbd.expected_purchases(&history, year).unwrap(), expected, 1e-11);
        let half = Some(Span::weeks(26.0));
        let worth = mbg.discounted_purchases(&history, half, Rate::yearly(0.15)).unwrap();
        close(cnbd.discounted_purchases(&history, half, Rate::yearly(0.15)).unwrap(), worth, 1e-10);
    }
    for x in [0, 1, 7] {
        close(cnbd.probability(x, year).unwrap(), mbg.probability(x, year).unwrap(), 1e-11);
    }
    let (one, other) =
        (MbgCnbdK::fit(1, &counts, &FitOptions::default()), MbgNbd::fit(&counts, &FitOptions::default()));
    close(one.unwrap().model.alpha, other.unwrap().model.alpha, 1e-8);
}

/// The density of one history, term by term as it stands in the paper.
fn by_the_book(model: &MbgCnbdK, row: &HistoryCount) -> f64 {
    let ln_beta = |p: f64, q: f64| ln_gamma(p) + ln_gamma(q) - ln_gamma(p + q);
    let MbgCnbdK { k, r, alpha, a, b, .. } = *model;
    let x = f64::from(row.repeats);
    let shape = r + f64::from(k) * x;
    let mut sum = (ln_beta(a + 1.0, b + x) - shape * (alpha + row.recency).ln()).exp();
    for j in 0..k {
        let j = f64::from(j);
        let over = (row.age - row.recency).powf(j) / ln_gamma(j + 1.0).exp();
        let ways = (ln_gamma(shape + j) - ln_gamma(shape)).exp();
        sum += ln_beta(a, b + x + 1.0).exp() * over * ways * (alpha + row.age).powf(-shape - j);
    }
    sum.ln() - ln_beta(a, b) + ln_gamma(shape) - ln_gamma(r) + r * alpha.ln()
}

#[test]
fn the_likelihood_is_that_of_the_paper() {
    for k in [1, 2, 5] {
        let model = MbgCnbdK::new(k, 0.85, 1.45, 0.79, 2.42, TimeUnit::Weeks).unwrap();
        for row in &customers()[..4] {
            let one = HistoryCounts::new(TimeUnit::Weeks, vec![HistoryCount { weight: 1.0, ..*row }]).unwrap();
            let (ours, expected) = (model.log_likelihood(&one).unwrap(), by_the_book(&model, row));
            assert!((ours - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{ours} {expected}");
        }
    }
}

#[test]
fn derivatives_agree() {
    let counts = HistoryCounts::new(TimeUnit::Weeks, customers().to_vec()).unwrap();
    for k in [1, 3] {
        let likelihood = Likelihood::new(k, &counts, 1);
        for point in [[0.85, 1.45, 0.79, 2.42], [2.0, 0.3, 0.05, 0.07], [0.1, 30.0, 7.0, 5.0]] {
            derivatives_agree_with_differences(&likelihood, &point.map(f64::ln));
        }
    }
}

#[test]
fn masses_add_up_to_one_and_their_mean_is_the_expectation() {
    for t in [2.0, 28.0] {
        let horizon = Span::weeks(t);
        let masses: Vec<f64> = (0..600).map(|x| published().probability(x, horizon).unwrap()).collect();
        close(masses.iter().sum(), 1.0, 1e-10);
        let mean: f64 = (0..).zip(&masses).map(|(x, p)| f64::from(x) * p).sum();
        close(published().expected_repeats(horizon).unwrap(), mean, 1e-8);
        let any = published().p_purchase(&History::weeks(0, 0.0, 0.0), horizon).unwrap();
        close(any, 1.0 - masses[0], 1e-11);
    }
}

/// Purchases of one customer until `end`, after the first one at 0.
fn purchases(random: &mut Random, model: &MbgCnbdK, end: f64) -> Vec<f64> {
    let rate = random.gamma(model.r) / model.alpha;
    let (leave, stay) = (random.gamma(model.a), random.gamma(model.b));
    let p = leave / (leave + stay);
    let (mut times, mut at) = (vec![], 0.0);
    while random.uniform() >= p && times.len() < 3_000 {
        at += random.gamma(model.k.into()) / rate;
        if at > end {
            break;
        }
        times.push(at);
    }
    times
}

#[test]
fn expectations_are_met_by_simulated_customers() {
    let (model, horizon) = (published(), 32.0);
    let mut random = Random::new(11, 0);
    let (mut expected, mut bought, mut alive, mut any, mut again) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut variance, mut later) = (0.0, 0.0);
    for n in 0..4_000 {
        let age = f64::from(12 * (n % 8 + 1));
        let times = purchases(&mut random, &model, age + horizon);
        let seen = times.partition_point(|&time| time <= age);
        let history = History::weeks(seen as u32, times[..seen].last().copied().unwrap_or(0.0), age);
        let future = (times.len() - seen) as f64;
        let mean = model.expected_purchases(&history, Span::weeks(horizon)).unwrap();
        expected += mean;
        bought += future;
        variance += (future - mean).powi(2);
        any += model.p_purchase(&history, Span::weeks(horizon)).unwrap();
        again += f64::from(times.len() > seen);
        alive += model.p_alive(&history).unwrap();
        later += model.p_alive_after(&history, Span::weeks(horizon)).unwrap();
    }
    assert!((expected - bought).abs() < 4.0 * f64::sqrt(variance), "{expected} {bought}");
    assert!((any - again).abs() < 4.0 * f64::sqrt(again), "{any} {again}");
    assert!(later < alive && alive < 4_000.0);
}

#[test]
fn the_regularity_is_found() {
    use crate::base::{Currency, Date};
    use crate::score::{SummaryOptions, summarise};

    // Regular purchases by whole days, so slow that days hardly matter.
    let model = MbgCnbdK::new(3, 2.0, 25.0, 0.8, 4.0, TimeUnit::Days).unwrap();
    let mut random = Random::new(5, 0);
    let (mut customer, mut day) = (vec![], vec![]);
    for n in 0..600 {
        for time in std::iter::once(0.0).chain(purchases(&mut random, &model, 900.0)) {
            customer.push(n);
            day.push(time as i32);
        }
    }
    let options = SummaryOptions::new(Date::from_days(900).unwrap(), TimeUnit::Weeks, Currency::EUR);
    let table = summarise(&customer, &day, &vec![100; day.len()], &options).unwrap();
    let found = MbgCnbdK::fit_regularity(&table, &FitOptions::default()).unwrap();
    assert_eq!(found.fit.model.k, 3, "{:?}", found.log_likelihoods);
    let errors = found.fit.standard_errors.clone().unwrap();
    let truth = [2.0, 25.0 / 7.0, 0.8, 4.0];
    for ((estimate, truth), error) in found.fit.model.parameters().into_iter().zip(truth).zip(errors) {
        assert!((estimate - truth).abs() < 4.0 * error, "{estimate} {truth} {error}");
    }
    // Days for weeks: every density of a gap is divided by seven.
    let days = MbgCnbdK::fit_regularity(&table.clone().in_unit(TimeUnit::Days), &FitOptions::default()).unwrap();
    let purchases: f64 = table.rows.iter().map(|row| f64::from(row.repeats)).sum();
    close(days.log_likelihoods[2], found.log_likelihoods[2] - purchases * 7_f64.ln(), 1e-10);
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<RegularityFit>(&json).unwrap(), found);
}

#[test]
fn impossible_input_is_refused() {
    assert!(MbgCnbdK::new(0, 1.0, 1.0, 1.0, 1.0, TimeUnit::Weeks).is_err());
    assert!(MbgCnbdK::new(101, 1.0, 1.0, 1.0, 1.0, TimeUnit::Weeks).is_err());
    assert!(MbgCnbdK::fit(0, &cdnow_counts(), &FitOptions::default()).is_err());
    let customer = History::weeks(2, 3.0, 4.0);
    assert_eq!(
        published().expected_purchases(&customer, Span::weeks(1e12)).unwrap_err().code().as_str(),
        "out-of-range"
    );
    let huge = HistoryCount { repeats: u32::MAX, recency: 1.0, age: 2.0, weight: 1.0 };
    let counts = HistoryCounts::new(TimeUnit::Weeks, vec![huge]).unwrap();
    assert!(published().log_likelihood(&counts).is_ok());
}

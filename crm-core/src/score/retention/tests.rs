use proptest::prelude::*;

use super::*;
use crate::base::{CalendarUnit, Currency, Date};
use crate::score::testing::close;
use crate::score::{Span, TimeUnit};

/// Weeks of remission under 6-MP and under placebo (Freireich et al., 1963), the standard example of textbooks.
const MERCAPTOPURINE: [(f64, bool); 21] = [
    (6.0, true),
    (6.0, true),
    (6.0, true),
    (6.0, false),
    (7.0, true),
    (9.0, false),
    (10.0, true),
    (10.0, false),
    (11.0, false),
    (13.0, true),
    (16.0, true),
    (17.0, false),
    (19.0, false),
    (20.0, false),
    (22.0, true),
    (23.0, true),
    (25.0, false),
    (32.0, false),
    (32.0, false),
    (34.0, false),
    (35.0, false),
];
const PLACEBO: [f64; 21] =
    [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0, 12.0, 15.0, 17.0, 22.0, 23.0];

fn treated() -> Lifetimes {
    let (weeks, ended): (Vec<f64>, Vec<bool>) = MERCAPTOPURINE.into_iter().unzip();
    Lifetimes::from_columns(TimeUnit::Weeks, &weeks, &ended).unwrap()
}

fn placebo() -> Lifetimes {
    Lifetimes::from_columns(TimeUnit::Weeks, &PLACEBO, &[true; 21]).unwrap()
}

#[test]
fn the_curve_is_that_of_the_textbook() {
    let curve = survival_curve(&treated(), 0.95).unwrap();
    // Klein & Moeschberger (2003), tables 4.1A and 4.2; the intervals as Stata's sts list prints them.
    let expected = [
        (6.0, "0.8571", "0.0764", "0.6197", "0.9516", "0.1429"),
        (7.0, "0.8067", "0.0869", "0.5631", "0.9228", "0.2017"),
        (10.0, "0.7529", "0.0963", "0.5032", "0.8894", "0.2683"),
        (13.0, "0.6902", "0.1068", "0.4316", "0.8491", "0.3517"),
        (16.0, "0.6275", "0.1141", "0.3675", "0.8049", "0.4426"),
        (22.0, "0.5378", "0.1282", "0.2678", "0.7468", "0.5854"),
        (23.0, "0.4482", "0.1346", "0.1881", "0.6801", "0.7521"),
    ];
    assert_eq!((curve.steps.len(), curve.customers, curve.censored), (7, 21.0, 12.0));
    for (step, (time, survival, error, low, high, hazard)) in curve.steps.iter().zip(expected) {
        let four = |value: f64| format!("{value:.4}");
        assert_eq!(step.time, time);
        assert_eq!(four(step.survival.estimate), survival);
        assert_eq!(four(step.survival.standard_error), error);
        assert_eq!((four(step.survival.low).as_str(), four(step.survival.high).as_str()), (low, high));
        assert_eq!(four(step.hazard.estimate), hazard);
    }
    assert_eq!(curve.median(), Some(Span::weeks(23.0)));
    assert_eq!(curve.survival_at(Span::weeks(5.9)).unwrap(), Some(1.0));
    assert_eq!(curve.survival_at(Span::weeks(36.0)).unwrap(), None);
    assert!(curve.survival_at(Span::days(3.0)).is_err());
}

#[test]
fn without_censoring_the_curve_counts() {
    let curve = survival_curve(&placebo(), 0.95).unwrap();
    for step in &curve.steps {
        let left = PLACEBO.iter().filter(|&&time| time > step.time).count();
        close(step.survival.estimate, left as f64 / 21.0, 1e-12);
    }
    assert_eq!(curve.survival_at(Span::weeks(400.0)).unwrap(), Some(0.0));
    let mean = PLACEBO.iter().sum::<f64>() / 21.0;
    close(curve.mean_until(Span::weeks(23.0)).unwrap().length, mean, 1e-12);
    close(curve.mean_until(Span::weeks(99.0)).unwrap().length, mean, 1e-12);
    let treated = survival_curve(&treated(), 0.95).unwrap();
    assert!(treated.mean_until(Span::weeks(36.0)).is_err());
}

#[test]
fn the_test_is_that_of_the_textbook() {
    let found = log_rank(&[treated(), placebo()]).unwrap();
    // R: survdiff of the gehan data: observed 9 and 21, expected 19.3 and 10.7, chi-square 16.8, p 4e-05.
    assert_eq!(format!("{:.2}", found.chi_square), "16.79");
    assert_eq!((found.groups[0].observed, found.groups[1].observed, found.degrees), (9.0, 21.0, 1));
    close(found.groups[0].expected, 19.25, 1e-3);
    close(found.groups[0].expected + found.groups[1].expected, 30.0, 1e-12);
    assert!((found.p_value - 4.17e-5).abs() < 0.01e-5);
    let turned = log_rank(&[placebo(), treated()]).unwrap();
    close(turned.chi_square, found.chi_square, 1e-12);
    let three = log_rank(&[placebo(), treated(), placebo()]).unwrap();
    assert_eq!(three.degrees, 2);
    // Halves of one group do not differ.
    assert!(log_rank(&[placebo(), placebo()]).unwrap().chi_square < 1e-20);
}

#[test]
fn too_little_data_is_an_answer() {
    let of = |durations: &[f64], ended: &[bool]| Lifetimes::from_columns(TimeUnit::Weeks, durations, ended).unwrap();
    assert_eq!(survival_curve(&of(&[], &[]), 0.9).unwrap_err().code().as_str(), "insufficient-data");
    for groups in
        [vec![], vec![placebo()], vec![placebo(), of(&[], &[])], vec![of(&[1.0], &[false]), of(&[2.0], &[false])]]
    {
        assert_eq!(log_rank(&groups).unwrap_err().code().as_str(), "insufficient-data");
    }
    let days = Lifetimes::from_columns(TimeUnit::Days, &[1.0], &[true]).unwrap();
    assert_eq!(log_rank(&[placebo(), days]).unwrap_err().code().as_str(), "invalid");
    assert!(Lifetimes::from_columns(TimeUnit::Weeks, &[1.0, f64::NAN], &[true, true]).is_err());
    assert!(Lifetimes::from_columns(TimeUnit::Weeks, &[1.0], &[true, true]).is_err());
    let nobody_left = survival_curve(&of(&[4.0], &[false]), 0.9).unwrap();
    assert!(nobody_left.steps.is_empty() && nobody_left.median().is_none());
}

fn options(period: CalendarUnit, as_of: &str) -> CohortOptions {
    CohortOptions { period, as_of: as_of.parse().unwrap(), currency: Currency::EUR }
}

fn day(text: &str) -> i32 {
    text.parse::<Date>().unwrap().days()
}

#[test]
fn cohorts_follow_their_customers() {
    let rows = [
        (1, "2025-11-30", 100),
        (1, "2026-01-01", 50),
        (1, "2026-01-20", 50),
        (1, "2026-01-25", -30),
        (2, "2025-11-01", 200),
        (3, "2026-01-31", 10),
        (4, "2025-12-05", -10),
        (5, "2026-02-01", 10),
    ];
    let customer: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let days: Vec<i32> = rows.iter().map(|row| day(row.1)).collect();
    let minor: Vec<i64> = rows.iter().map(|row| row.2).collect();
    let table = cohorts(&customer, &days, &minor, &options(CalendarUnit::Month, "2026-01-31")).unwrap();
    assert_eq!((table.cohorts.len(), table.later_rows, table.unmatched_refunds), (2, 1, 1));
    let november = &table.cohorts[0];
    assert_eq!((november.start.days(), november.customers, november.cells.len()), (day("2025-11-01"), 2, 3));
    assert_eq!(november.cells[2], CohortCell { customers: 1, orders: 2, minor: 70, complete: true });
    assert_eq!([0, 1, 2].map(|period| november.retention(period).unwrap()), [1.0, 0.0, 0.5]);
    assert_eq!(november.retention(3), None);
    let quarters = cohorts(&customer, &days, &minor, &options(CalendarUnit::Quarter, "2026-01-31")).unwrap();
    assert_eq!(quarters.cohorts[0].cells.len(), 2);
    assert!(!quarters.cohorts[0].cells[1].complete && quarters.cohorts[0].cells[0].complete);
    assert!(cohorts(&[1], &[], &[], &options(CalendarUnit::Week, "2026-01-31")).is_err());
    assert!(cohorts(&[1], &[i32::MAX], &[1], &options(CalendarUnit::Week, "2026-01-31")).is_err());
    let sum = cohorts(&[1, 1], &[0, 0], &[i64::MAX, 1], &options(CalendarUnit::Week, "2026-01-31"));
    assert_eq!(sum.unwrap_err().code().as_str(), "out-of-range");
}

proptest! {
    #[test]
    fn cohorts_lose_nothing(
        rows in prop::collection::vec((0_u32..9, 20_000_i32..20_400, 0_i64..900), 0..80),
        unit in prop_oneof![
            Just(CalendarUnit::Day), Just(CalendarUnit::Week), Just(CalendarUnit::Month), Just(CalendarUnit::Quarter),
            Just(CalendarUnit::Year),
        ],
    ) {
        let customer: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let days: Vec<i32> = rows.iter().map(|row| row.1).collect();
        let minor: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let as_of = Date::from_days(20_400).unwrap();
        let options = CohortOptions { period: unit, as_of, currency: Currency::EUR };
        let table = cohorts(&customer, &days, &minor, &options).unwrap();
        let cells = || table.cohorts.iter().flat_map(|cohort| &cohort.cells);
        prop_assert_eq!(cells().map(|cell| i64::from(cell.orders)).sum::<i64>(), rows.len() as i64);
        prop_assert_eq!(cells().map(|cell| cell.minor).sum::<i64>(), minor.iter().sum::<i64>());
        for cohort in &table.cohorts {
            prop_assert_eq!(cohort.cells[0].customers, cohort.customers);
            prop_assert_eq!(cohort.start.start_of(unit), cohort.start);
        }
    }

    #[test]
    fn curves_fall_and_hazards_rise(rows in prop::collection::vec((0_u8..20, any::<bool>()), 1..60)) {
        let durations: Vec<f64> = rows.iter().map(|row| row.0.into()).collect();
        let ended: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let lifetimes = Lifetimes::from_columns(TimeUnit::Weeks, &durations, &ended).unwrap();
        let curve = survival_curve(&lifetimes, 0.9).unwrap();
        let (mut survival, mut hazard) = (1.0, 0.0);
        for step in &curve.steps {
            prop_assert!(step.survival.estimate < survival && step.hazard.estimate > hazard);
            prop_assert!(step.survival.low <= step.survival.estimate && step.survival.estimate <= step.survival.high);
            prop_assert!(step.survival.estimate <= (-step.hazard.estimate).exp() * (1.0 + 1e-12));
            (survival, hazard) = (step.survival.estimate, step.hazard.estimate);
        }
        let json = serde_json::to_string(&lifetimes).unwrap();
        prop_assert_eq!(serde_json::from_str::<Lifetimes>(&json).unwrap(), lifetimes);
    }
}

use proptest::prelude::*;

use super::*;
use crate::score::testing::close;

fn arm(people: u64, responses: u64) -> Arm {
    Arm::new("arm", people, responses).unwrap()
}

#[test]
fn wilson_intervals_are_those_of_newcombe() {
    // Newcombe (1998), table I, method 3.
    for (r, n, low, high) in [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ] {
        let share = wilson(r, n, 0.95).unwrap();
        assert_eq!((format!("{:.4}", share.low).as_str(), format!("{:.4}", share.high).as_str()), (low, high));
    }
    assert_eq!(wilson(0, 0, 0.95).unwrap_err().code().as_str(), "insufficient-data");
    assert!(wilson(3, 2, 0.95).is_err() && wilson(1, 2, 1.0).is_err() && wilson(1, 2, f64::NAN).is_err());
}

#[test]
fn differences_are_those_of_newcombe() {
    // Newcombe (1998), the difference of proportions, table II, method 10.
    for (a, b, low, high) in [
        ((56, 70), (48, 80), "0.0524", "0.3339"),
        ((9, 10), (3, 10), "0.1705", "0.8090"),
        ((6, 7), (2, 7), "0.0582", "0.8062"),
        ((5, 56), (0, 29), "-0.0381", "0.1926"),
    ] {
        let found = compare_arms(&arm(a.1, a.0), &arm(b.1, b.0), 0.95).unwrap().difference;
        assert_eq!((format!("{:.4}", found.low).as_str(), format!("{:.4}", found.high).as_str()), (low, high));
    }
}

#[test]
fn the_test_of_two_is_the_chi_square_of_two() {
    let (a, b) = (arm(200, 30), arm(150, 40));
    let two = compare_arms(&a, &b, 0.95).unwrap();
    let many = compare_many(&[a, b], 0.95).unwrap();
    close(two.z * two.z, many.chi_square, 1e-13);
    close(two.p_value, many.p_value, 1e-12);
    // The fourfold table by hand: (ad - bc)^2 n / (products of the margins).
    let expected = (30.0_f64 * 110.0 - 170.0 * 40.0).powi(2) * 350.0 / (200.0 * 150.0 * 70.0 * 280.0);
    close(many.chi_square, expected, 1e-13);
    assert_eq!((many.degrees, many.pairs.len()), (1, 1));
    close(many.pairs[0].adjusted, two.p_value, 1e-15);
}

#[test]
fn ratios_have_the_interval_of_their_logarithm() {
    let result = compare_arms(&arm(100, 20), &arm(100, 10), 0.95).unwrap().relative.unwrap();
    close(result.estimate, 1.0, 1e-15);
    // sqrt(1/20 - 1/100 + 1/10 - 1/100) = 0.360555...
    close((result.high + 1.0).ln() - 2_f64.ln(), 1.959963984540054 * 0.13_f64.sqrt(), 1e-12);
    assert_eq!(compare_arms(&arm(100, 20), &arm(100, 0), 0.95).unwrap().relative, None);
}

#[test]
fn holm_is_stricter_than_each_and_milder_than_bonferroni() {
    let arms = [arm(1_000, 100), arm(1_000, 130), arm(1_000, 104), arm(1_000, 160)];
    let many = compare_many(&arms, 0.95).unwrap();
    assert_eq!((many.pairs.len(), many.degrees), (6, 3));
    let least = many.pairs.iter().min_by(|a, b| a.p_value.total_cmp(&b.p_value)).unwrap();
    close(least.adjusted, 6.0 * least.p_value, 1e-14);
    for pair in &many.pairs {
        assert!(pair.adjusted >= pair.p_value && pair.adjusted <= (6.0 * pair.p_value).min(1.0));
    }
    assert_eq!(compare_many(&arms[..1], 0.95).unwrap_err().code().as_str(), "insufficient-data");
    let nobody = compare_many(&[arm(5, 0), arm(9, 0)], 0.95).unwrap();
    assert_eq!((nobody.chi_square, nobody.p_value), (0.0, 1.0));
}

#[test]
fn a_broken_division_is_found() {
    let fine = sample_ratio(&[5_010, 4_990], &[1.0, 1.0]).unwrap();
    assert!(!fine.mismatch && fine.p_value > 0.8);
    close(fine.chi_square, 0.04, 1e-12);
    assert!(sample_ratio(&[1, 2], &[0.5]).is_err());
    assert!(sample_ratio(&[1, 2], &[0.5, 0.0]).is_err());
    assert_eq!(sample_ratio(&[0, 0], &[0.5, 0.5]).unwrap_err().code().as_str(), "insufficient-data");
}

#[test]
fn welch_is_that_of_the_textbook() {
    // R: t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, interval -3.3654832 to 0.2054832.
    let a = Moments::of(&[0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]).unwrap();
    let b = Moments::of(&[1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]).unwrap();
    let found = mean_difference(&a, &b, 0.95).unwrap();
    close(found.low, -3.3654832, 1e-7);
    close(found.high, 0.2054832, 1e-6);
    close(found.estimate / found.standard_error, -1.8608, 1e-4);
    assert!(mean_difference(&a, &Moments::of(&[1.0]).unwrap(), 0.95).is_err());
    assert!(Moments::of(&[1.0, f64::NAN]).is_err());
}

#[test]
fn lift_is_what_the_holdout_lacks() {
    let lift = holdout_lift(&arm(9_000, 540), &arm(1_000, 50), 0.9).unwrap();
    close(lift.caused_share.unwrap(), 90.0 / 540.0, 1e-12);
    assert_eq!(holdout_lift(&arm(9, 0), &arm(10, 5), 0.9).unwrap().caused_share, None);
    let json = serde_json::to_string(&lift).unwrap();
    assert_eq!(serde_json::from_str::<HoldoutLift>(&json).unwrap(), lift);
}

proptest! {
    #[test]
    fn intervals_hold_their_estimate(r in 0_u64..500, more in 0_u64..500, s in 0_u64..500, rest in 0_u64..500, level in 0.01_f64..0.999) {
        prop_assume!(r + more > 0 && s + rest > 0);
        let (a, b) = (arm(r + more, r), arm(s + rest, s));
        let result = compare_arms(&a, &b, level).unwrap();
        for interval in [result.treated, result.control, result.difference] {
            prop_assert!(interval.low <= interval.estimate + 1e-12 && interval.estimate <= interval.high + 1e-12);
        }
        prop_assert!(result.treated.low >= 0.0 && result.treated.high <= 1.0 && (0.0..=1.0).contains(&result.p_value));
        let back = compare_arms(&b, &a, level).unwrap();
        prop_assert!((back.difference.low + result.difference.high).abs() < 1e-12);
        prop_assert!((back.p_value - result.p_value).abs() < 1e-12);
    }

    #[test]
    fn moments_of_parts_are_those_of_the_whole(values in prop::collection::vec(-1e3_f64..1e3, 0..40), cut in 0_usize..40) {
        let (left, right) = values.split_at(cut.min(values.len()));
        let merged = Moments::of(left).unwrap().merge(&Moments::of(right).unwrap());
        let whole = Moments::of(&values).unwrap();
        prop_assert_eq!(merged.count, whole.count);
        prop_assert!((merged.mean - whole.mean).abs() < 1e-9 && (merged.squares - whole.squares).abs() < 1e-5);
    }
}

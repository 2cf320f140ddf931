use proptest::prelude::*;

use super::*;
use crate::base::Currency;
use crate::score::{SummaryOptions, TimeUnit, summarise};

/// Customers that bought on `orders` days in a row for `minor` each, the last time `ago` days ago.
fn table(customers: &[(u32, i32, i64)]) -> SummaryTable {
    let as_of: Date = "2006-12-31".parse().unwrap();
    let (mut customer, mut day, mut minor) = (vec![], vec![], vec![]);
    for (index, &(orders, ago, amount)) in (0..).zip(customers) {
        for order in 0..orders {
            customer.push(index);
            day.push(as_of.days() - ago - order as i32);
            minor.push(amount);
        }
    }
    summarise(&customer, &day, &minor, &SummaryOptions::new(as_of, TimeUnit::Days, Currency::EUR)).unwrap()
}

fn codes(customers: &[(u32, i32, i64)], options: &RfmOptions) -> Vec<u32> {
    rfm(&table(customers), options).unwrap().rows.iter().map(RfmRow::code).collect()
}

#[test]
fn quintiles_are_those_of_type_7() {
    // NumPy: np.quantile([1, 2, 4, 8, 16, 32, 64], [.2, .4, .6, .8])
    let cuts = quintiles(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
    for (cut, expected) in cuts.iter().zip([2.4, 5.6, 12.8, 28.8]) {
        assert!((cut - expected).abs() < 1e-14, "{cut}");
    }
    // Whole places give the values themselves.
    let sixteen: Vec<f64> = (0..16).map(|n| f64::from(n) / 10.0).collect();
    assert_eq!(quintiles(&sixteen), [0.3, 0.6, 0.9, 1.2]);
    assert_eq!(quintiles(&[7.0]), [7.0; 4]);
}

#[test]
fn five_is_best_in_all_three() {
    let customers = [(1, 50, 1), (2, 40, 2), (3, 30, 3), (4, 20, 4), (5, 10, 5)];
    assert_eq!(codes(&customers, &RfmOptions::default()), [111, 222, 333, 444, 555]);
}

#[test]
fn many_equal_values_share_one_score() {
    let mut customers = vec![(1, 100, 10); 60];
    customers.extend([(2, 50, 10); 20]);
    customers.extend([(6, 5, 10); 20]);
    let scores = rfm(&table(&customers), &RfmOptions::default()).unwrap();
    assert!(scores.rows[..60].iter().all(|row| row.f == 1));
    // Cut points 1, 1, 1.4 and 2.8: two purchases lie above three of them, six above all.
    assert!(scores.rows[60..80].iter().all(|row| row.f == 4));
    assert!(scores.rows[80..].iter().all(|row| row.f == 5));
}

#[test]
fn the_r_package_cuts_at_the_quintile_plus_one() {
    let customers: Vec<_> = (0..6).map(|n| (n as u32 + 1, 100, i64::from(n) * 1_000)).collect();
    let options = RfmOptions { rule: RfmRule::RPackage, ..RfmOptions::default() };
    let scores = rfm(&table(&customers), &options).unwrap();
    // Orders 1 to 6: quintiles 2, 3, 4, 5, plus one; a value on a cut point is above it.
    assert_eq!(scores.cuts.frequency, [3.0, 4.0, 5.0, 6.0]);
    assert_eq!(scores.rows.iter().map(|row| row.f).collect::<Vec<_>>(), [1, 1, 2, 3, 4, 5]);
    // Totals 0, 20, 60, 120, 200, 300 EUR: the one that is added is a euro.
    assert_eq!(scores.cuts.monetary_minor, [2_100.0, 6_100.0, 12_100.0, 20_100.0]);
    // Everyone bought last 100 days ago, below 101.
    assert!(scores.rows.iter().all(|row| row.r == 5));
}

#[test]
fn pymc_marketing_cuts_at_different_quartiles() {
    // pandas: qcut(values, q=4, duplicates="drop") of 1, 1, 1, 1, 2, 3, 6, 9 has the edges 1, 1.5, 3.75, 9.
    let orders = [1, 1, 1, 1, 2, 3, 6, 9];
    let customers: Vec<_> = orders.iter().enumerate().map(|(n, &orders)| (orders, 10 * n as i32, 100)).collect();
    let scores = rfm(&table(&customers), &RfmOptions::pymc_marketing()).unwrap();
    assert_eq!(scores.cuts.frequency, [1.5, 3.75, f64::MAX, f64::MAX]);
    assert_eq!(scores.rows.iter().map(|row| row.f).collect::<Vec<_>>(), [1, 1, 1, 1, 2, 2, 3, 3]);
    assert_eq!(scores.rows.iter().map(|row| row.r).collect::<Vec<_>>(), [4, 4, 3, 3, 2, 2, 1, 1]);
    // Everybody spends alike: one score.
    assert!(scores.rows.iter().all(|row| row.m == 1 && row.monetary_minor == 100.0));
    assert_eq!(scores.segment_of(&scores.rows[0]).unwrap(), "Inactive Customer");
    let json = serde_json::to_string(&scores).unwrap();
    assert_eq!(serde_json::from_str::<RfmTable>(&json).unwrap(), scores);
}

#[test]
fn customers_move_between_segments() {
    let before =
        rfm(&table(&[(1, 50, 1), (2, 40, 2), (3, 30, 3), (4, 20, 4), (5, 10, 5)]), &RfmOptions::default()).unwrap();
    let given = RfmOptions { rule: RfmRule::Given(before.cuts), ..RfmOptions::default() };
    let after = rfm(&table(&[(1, 50, 1), (2, 40, 2), (3, 30, 3), (4, 60, 4), (6, 0, 5), (1, 1, 1)]), &given).unwrap();
    let moved = rfm_migration(&before, &after).unwrap();
    assert_eq!(moved.flows.iter().map(|flow| flow.customers).sum::<u64>(), 6);
    assert_eq!((moved.between("champions", "champions"), moved.between("loyal", "at risk")), (1, 1));
    let new: Vec<_> = moved.flows.iter().filter(|flow| flow.new > 0).collect();
    assert_eq!((new.len(), new[0].to.as_ref().unwrap().as_str()), (1, "new"));
    let back = rfm_migration(&after, &before).unwrap();
    assert_eq!(back.flows.iter().filter(|flow| flow.to.is_none()).map(|flow| flow.customers).sum::<u64>(), 1);
    let later = RfmTable { as_of: before.as_of.saturating_add_days(1), ..before.clone() };
    assert!(rfm_migration(&later, &before).is_err());
}

#[test]
fn given_cut_points_score_other_customers_alike() {
    let cuts = CutPoints {
        recency_days: [30.0, 60.0, 90.0, 180.0],
        frequency: [1.0, 2.0, 4.0, 9.0],
        monetary_minor: [0.0, 100.0, 1_000.0, 10_000.0],
        upper: false,
    };
    let given = |cuts| RfmOptions { rule: RfmRule::Given(cuts), ..RfmOptions::default() };
    assert_eq!(codes(&[(1, 30, 100), (10, 31, 100), (4, 400, 5_000)], &given(cuts)), [512, 453, 135]);
    for bad in [[2.0, 1.0, 3.0, 4.0], [1.0, f64::NAN, 3.0, 4.0]] {
        assert!(rfm(&table(&[(1, 1, 1)]), &given(CutPoints { frequency: bad, ..cuts })).is_err());
    }
}

#[test]
fn what_is_measured_is_a_choice() {
    let as_of: Date = "2006-12-31".parse().unwrap();
    let options = SummaryOptions::new(as_of, TimeUnit::Days, Currency::EUR);
    let day = as_of.days();
    let table = summarise(&[0, 0, 0], &[day - 9, day - 9, day - 3], &[100, 200, 300], &options).unwrap();
    let row = |options: RfmOptions| rfm(&table, &options).unwrap().rows[0];
    let standard = row(RfmOptions::default());
    assert_eq!((standard.recency_days, standard.frequency, standard.monetary_minor), (3, 2, 600.0));
    let orders = row(RfmOptions { frequency: Frequency::Orders, monetary: Monetary::Mean, ..RfmOptions::default() });
    assert_eq!((orders.frequency, orders.monetary_minor), (3, 300.0));
}

#[test]
fn nobody_cannot_be_scored() {
    let error = rfm(&table(&[]), &RfmOptions::default()).unwrap_err();
    assert_eq!(error.code().as_str(), "insufficient-data");
}

#[test]
fn options_and_scores_survive_json() {
    let options = RfmOptions::r_package();
    let json = serde_json::to_string(&options).unwrap();
    assert_eq!(serde_json::from_str::<RfmOptions>(&json).unwrap(), options);
    let scores = rfm(&table(&[(1, 2, 3), (3, 2, 1)]), &options).unwrap();
    let json = serde_json::to_string(&scores).unwrap();
    assert_eq!(serde_json::from_str::<RfmTable>(&json).unwrap(), scores);
}

proptest! {
    #[test]
    fn better_is_never_scored_worse(
        customers in prop::collection::vec((1_u32..6, 0_i32..50, 0_i64..500), 1..60),
        r_package in any::<bool>(),
    ) {
        let options = if r_package { RfmOptions::r_package() } else { RfmOptions::default() };
        let scores = rfm(&table(&customers), &options).unwrap();
        for a in &scores.rows {
            for b in &scores.rows {
                prop_assert!(a.recency_days < b.recency_days || a.r <= b.r);
                prop_assert!(a.frequency > b.frequency || a.f <= b.f);
                prop_assert!(a.monetary_minor > b.monetary_minor || a.m <= b.m);
            }
            prop_assert!([a.r, a.f, a.m].iter().all(|score| (1..=5).contains(score)));
        }
    }

    #[test]
    fn scores_do_not_depend_on_the_order_of_customers(
        customers in prop::collection::vec((1_u32..6, 0_i32..50, 0_i64..500), 1..60),
    ) {
        let mut turned = customers.clone();
        turned.reverse();
        let mut back = codes(&turned, &RfmOptions::default());
        back.reverse();
        prop_assert_eq!(codes(&customers, &RfmOptions::default()), back);
    }
}

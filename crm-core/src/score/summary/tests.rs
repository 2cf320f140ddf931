use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::base::ErrorCode;

fn date(days: i32) -> Date {
    Date::from_days(days).unwrap()
}

fn options(as_of: i32) -> SummaryOptions {
    SummaryOptions::new(date(as_of), TimeUnit::Days, Currency::EUR)
}

fn table(rows: &[(u32, i32, i64)], options: &SummaryOptions) -> Result<SummaryTable> {
    let customer: Vec<_> = rows.iter().map(|row| row.0).collect();
    let day: Vec<_> = rows.iter().map(|row| row.1).collect();
    let minor: Vec<_> = rows.iter().map(|row| row.2).collect();
    summarise(&customer, &day, &minor, options)
}

/// The same by the book: one state for each customer, one table for each state, merged.
fn slowly(rows: &[(u32, i32, i64)], options: &SummaryOptions) -> SummaryTable {
    let mut states = BTreeMap::<u32, PurchaseState>::new();
    for &(customer, day, minor) in rows {
        states.entry(customer).or_default().add(date(day), minor);
    }
    states
        .into_iter()
        .map(|(customer, state)| state.summarise(customer, options).unwrap())
        .fold(SummaryTable::empty(options), |all, one| all.merge(one).unwrap())
}

#[test]
fn a_day_is_one_purchase_and_the_first_is_no_repeat() {
    let rows = [(1, 10, 500), (1, 40, 300), (1, 10, 100), (1, 40, 400), (1, 25, 250), (0, 30, 80)];
    let table = table(&rows, &options(50)).unwrap();
    let one = PurchaseSummary {
        customer: 1,
        repeats: 2,
        orders: 5,
        first: date(10),
        last: date(40),
        repeat_minor: 950,
        total_minor: 1_550,
        log_gaps: 225_f64.ln(),
    };
    assert_eq!(table.rows[1], one);
    assert_eq!(table.spend(&one), Spend { repeats: 2, mean: 4.75, currency: Currency::EUR });
    assert_eq!(table.history(&one), History::days(2, 30.0, 40.0));
    assert_eq!(table.spend(&table.rows[0]).mean, 0.0);
    assert_eq!(table.history(&table.rows[0]), History::days(0, 0.0, 20.0));
    assert_eq!(table.in_unit(TimeUnit::Weeks).history(&one), History::weeks(2, 30.0 / 7.0, 40.0 / 7.0));
}

#[test]
fn later_rows_and_customers_are_left_out_and_counted() {
    let rows = [(1, 10, 1), (1, 20, 1), (1, 30, 1), (2, 21, 1), (3, 45, 1)];
    let table = table(&rows, &options(20)).unwrap();
    assert_eq!(table.rows.iter().map(|row| (row.customer, row.repeats)).collect::<Vec<_>>(), [(1, 1)]);
    assert_eq!(table.dropped, Dropped { later_rows: 3, later_customers: 2, ..Dropped::default() });
    assert!(table.holdout.is_empty());
}

#[test]
fn the_holdout_begins_on_the_next_day() {
    let rows = [(1, 10, 1), (1, 20, 2), (1, 21, 4), (1, 21, 8), (1, 30, 16), (1, 31, 32), (2, 25, 1)];
    let options = SummaryOptions { holdout_until: Some(date(30)), ..options(20) };
    let table = table(&rows, &options).unwrap();
    assert_eq!((table.rows.len(), table.rows[0].repeats, table.rows[0].total_minor), (1, 1, 3));
    assert_eq!(table.holdout, [Holdout { purchases: 2, minor: 28 }]);
    assert_eq!(table.holdout_span(), Span::days(10.0));
    assert_eq!(table.dropped, Dropped { later_rows: 1, later_customers: 1, ..Dropped::default() });
    let backwards = SummaryOptions { holdout_until: Some(date(19)), ..options };
    assert_eq!(summarise(&[], &[], &[], &backwards).unwrap_err().code().as_str(), "invalid");
}

#[test]
fn net_refunds_give_back_the_newest_purchases_first() {
    let net = |rows: &[(u32, i32, i64)]| {
        let table = table(rows, &options(100)).unwrap();
        let row = table.rows.first().map(|row| (row.first.days(), row.last.days(), row.repeats, row.total_minor));
        (row, table.dropped)
    };
    let nothing = Dropped::default();
    let returned = |days| Dropped { returned_days: days, ..nothing };
    // A part of the newest purchase.
    assert_eq!(net(&[(0, 1, 100), (0, 9, 50), (0, 20, -20)]), (Some((1, 9, 1, 130)), nothing));
    // All of the newest, and a part of the one before.
    assert_eq!(net(&[(0, 1, 100), (0, 9, 50), (0, 20, -60)]), (Some((1, 1, 0, 90)), returned(1)));
    // On the day of the purchase.
    assert_eq!(net(&[(0, 1, 100), (0, 9, -50), (0, 9, 50)]), (Some((1, 1, 0, 100)), returned(1)));
    // A refund before a purchase has nothing to give back.
    let early = Dropped { unmatched_minor: 5, ..nothing };
    assert_eq!(net(&[(0, 1, -5), (0, 9, 50)]), (Some((9, 9, 0, 50)), early));
    // The first purchase given back: the customer begins later.
    assert_eq!(net(&[(0, 1, 100), (0, 5, -100), (0, 9, 50)]), (Some((9, 9, 0, 50)), returned(1)));
    // A purchase of nothing stays a purchase.
    assert_eq!(net(&[(0, 1, 100), (0, 9, 0), (0, 20, -60)]), (Some((1, 9, 1, 40)), nothing));
    // Nothing left.
    let empty = Dropped { returned_days: 1, unmatched_minor: 1, empty_customers: 1, ..nothing };
    assert_eq!(net(&[(0, 1, 100), (0, 2, -101)]), (None, empty));
}

#[test]
fn refunds_can_be_dropped_or_refused() {
    let rows = [(0, 1, 100), (0, 2, -30), (0, 9, -5), (0, 9, 50)];
    let drop = table(&rows, &SummaryOptions { refunds: Refunds::Drop, ..options(100) }).unwrap();
    assert_eq!((drop.rows[0].total_minor, drop.rows[0].repeats, drop.rows[0].orders), (150, 1, 2));
    assert_eq!(drop.dropped, Dropped { refund_rows: 2, ..Dropped::default() });
    let refuse = |as_of| table(&rows, &SummaryOptions { refunds: Refunds::Error, ..options(as_of) });
    let error = refuse(100).unwrap_err();
    assert!(error.to_string().starts_with("minor: row 2: "), "{error}");
    assert_eq!(refuse(1).unwrap().rows[0].total_minor, 100, "what lies after the last day is not looked at");
    let mut state = PurchaseState::default();
    for (_, day, minor) in rows {
        state.add(date(day), minor);
    }
    assert!(state.summarise(0, &SummaryOptions { refunds: Refunds::Error, ..options(100) }).is_err());
}

#[test]
fn columns_must_agree_and_days_must_exist() {
    assert!(summarise(&[0, 1], &[1], &[1, 2], &options(5)).is_err());
    assert!(summarise(&[0], &[i32::MAX], &[1], &options(5)).is_err());
    assert!(summarise(&[], &[], &[], &options(5)).unwrap().rows.is_empty());
}

#[test]
fn extremes_of_every_column_are_exact_or_an_error() {
    let (first, last) = (Date::MIN.days(), Date::MAX.days());
    let rows = [(u32::MAX, first, i64::MAX), (u32::MAX, last, i64::MIN), (0, 0, i64::MIN), (0, -1, i64::MAX)];
    let wide = table(&rows, &options(last)).unwrap();
    assert!(wide.rows.is_empty(), "every purchase was given back");
    assert_eq!(
        wide.dropped,
        Dropped { returned_days: 2, unmatched_minor: 2, empty_customers: 2, ..Dropped::default() }
    );
    let sum = table(&[(9, 0, i64::MAX), (9, 1, 1)], &options(5)).unwrap_err();
    assert_eq!(sum.code(), Error::out_of_range("sum").code());
    let full = (9, 0, i64::MAX);
    let day = table(&[full, full, full, (9, 1, i64::MIN), (9, 1, i64::MIN)], &options(5)).unwrap_err();
    assert_eq!(day.code(), Error::out_of_range("sum").code());
    let exact = table(&[(9, 0, i64::MAX - 1), (9, 1, 1)], &options(5)).unwrap();
    assert_eq!(exact.rows[0].total_minor, i64::MAX);
}

#[test]
fn tables_made_in_different_ways_or_sharing_a_customer_do_not_merge() {
    let one = table(&[(1, 2, 3)], &options(5)).unwrap();
    let code = |result: Result<SummaryTable>| result.unwrap_err().code();
    let invalid: ErrorCode = Error::invalid("x", "y").code();
    assert_eq!(code(one.clone().merge(one.clone())), invalid);
    assert_eq!(code(one.clone().merge(SummaryTable::empty(&options(6)))), invalid);
    assert_eq!(code(one.clone().merge(one.in_unit(TimeUnit::Weeks))), invalid);
}

fn purchases() -> impl Strategy<Value = Vec<(u32, i32, i64)>> {
    let customer = prop_oneof![0_u32..6, Just(70_000), Just(u32::MAX)];
    let amount = prop_oneof![4 => 0_i64..2_000, 1 => -3_000_i64..0, 1 => Just(1 << 50)];
    prop::collection::vec((customer, 0_i32..60, amount), 0..120)
}

fn any_options() -> impl Strategy<Value = SummaryOptions> {
    let refunds = prop_oneof![Just(Refunds::Net), Just(Refunds::Drop)];
    (0_i32..70, prop::option::of(0_i32..20), refunds, 0_usize..5).prop_map(|(as_of, more, refunds, threads)| {
        SummaryOptions { holdout_until: more.map(|more| date(as_of + more)), refunds, threads, ..options(as_of) }
    })
}

proptest! {
    #[test]
    fn columns_and_states_agree_for_any_order_and_number_of_threads(
        rows in purchases(), shuffled in any::<u64>(), options in any_options(), threads in 0_usize..9,
    ) {
        let expected = slowly(&rows, &options);
        prop_assert_eq!(&table(&rows, &options).unwrap(), &expected);
        let mut other = rows;
        other.sort_by_key(|row| (row.1 as u64 ^ shuffled).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ row.2 as u64);
        prop_assert_eq!(table(&other, &SummaryOptions { threads, ..options }).unwrap(), expected);
    }

    #[test]
    fn states_are_a_commutative_monoid(rows in purchases(), parts in prop::collection::vec(0_usize..3, 120)) {
        let mut whole = PurchaseState::default();
        let mut split = [PurchaseState::default(), PurchaseState::default(), PurchaseState::default()];
        for (&(_, day, minor), &part) in rows.iter().zip(&parts) {
            whole.add(date(day), minor);
            split[part].add(date(day), minor);
        }
        let merged = |order: [usize; 3]| {
            order.into_iter().fold(PurchaseState::default(), |mut all, part| {
                all.merge(&split[part]);
                all
            })
        };
        prop_assert_eq!(&merged([0, 1, 2]), &whole);
        prop_assert_eq!(&merged([2, 0, 1]), &whole);
        let mut right = split[1].clone();
        right.merge(&split[2]);
        let mut left = split[0].clone();
        left.merge(&right);
        prop_assert_eq!(&left, &whole);
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<PurchaseState>(&json).unwrap(), whole);
    }

    #[test]
    fn tables_of_customers_parted_anyhow_merge_to_the_whole(rows in purchases(), options in any_options()) {
        let (left, right): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.0 % 2 == 0);
        let (left, right) = (table(&left, &options).unwrap(), table(&right, &options).unwrap());
        let whole = table(&rows, &options).unwrap();
        prop_assert_eq!(&left.clone().merge(right.clone()).unwrap(), &whole);
        prop_assert_eq!(&right.merge(left).unwrap(), &whole);
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<SummaryTable>(&json).unwrap(), whole);
    }
}

#[test]
fn many_rows_in_many_buckets_are_summarised_alike() {
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let rows: Vec<_> =
        (0..60_000).map(|_| (random() % 300, (random() % 600) as i32, i64::from(random() % 900) - 50)).collect();
    for threads in [1, 2, 3] {
        let options = SummaryOptions { threads, ..options(500) };
        assert_eq!(table(&rows, &options).unwrap(), slowly(&rows, &options));
    }
}

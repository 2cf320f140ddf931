//! What other loyalty engines get, or got, wrong.

use crm_core::base::{CountedIds, CustomerId, Env};
use crm_core::change::{Change, Precondition};
use crm_core::loyalty::{Definition, MovementKind, PurchaseLine, RefundLine};

use crate::club::{Club, ONE_PER_EURO, at, definition, eur, id, refund};

const ONE_PER_THREE: &str = r#"{"name": "base", "earn": {"per_amount": {"points": 1, "per": "3.00 EUR"}}}"#;

#[test]
fn a_refund_takes_the_points_back() {
    let mut club = Club::simple("");
    assert_eq!(club.buy("A", "2026-01-10", "100.00"), 100);
    let purchase = club.purchase("A", "2026-01-10", "100.00");
    assert_eq!(club.refund(&purchase, &[refund("R", "A", "2026-01-12", "100.00")]), -100);
    assert_eq!(club.balance("2026-01-12").total(), 0);
}

#[test]
fn points_are_not_charged_again_on_a_refund() {
    let mut club = Club::simple("");
    club.buy("A", "2026-01-10", "100.00");
    let purchase = club.purchase("A", "2026-01-10", "100.00");
    let refunds = [refund("R", "A", "2026-01-12", "100.00")];
    club.refund(&purchase, &refunds);
    assert_eq!(club.refund(&purchase, &refunds), 0);
    assert_eq!(club.refund(&purchase, &[refunds[0].clone(), refund("R2", "A", "2026-01-13", "100.00")]), 0);
    assert_eq!(club.balance("2026-01-14").total(), 0);
}

#[test]
fn partial_refunds_leave_no_remainder() {
    for parts in [["60.00", "40.00"], ["40.00", "60.00"], ["99.99", "0.01"]] {
        let mut club = Club::new(definition("", ONE_PER_THREE, ""));
        assert_eq!(club.buy("A", "2026-01-10", "100.00"), 33);
        let purchase = club.purchase("A", "2026-01-10", "100.00");
        let first = refund("R1", "A", "2026-01-12", parts[0]);
        let second = refund("R2", "A", "2026-01-13", parts[1]);
        let taken = club.refund(&purchase, std::slice::from_ref(&first));
        assert!(taken < 0);
        assert_eq!(taken + club.refund(&purchase, &[first, second]), -33);
    }
}

#[test]
fn a_purchase_delivered_twice_earns_once() {
    let mut club = Club::simple("");
    assert_eq!(club.buy("A", "2026-01-10", "100.00"), 100);
    assert_eq!(club.buy("A", "2026-01-10", "100.00"), 0);
    // Also when it earned nothing the first time.
    assert_eq!(club.buy("B", "2026-01-10", "0.99"), 0);
    assert_eq!(club.ledger.movements().len(), 2);
    assert_eq!(club.buy("B", "2026-01-10", "0.99"), 0);
    assert_eq!(club.ledger.movements().len(), 2);
}

#[test]
fn a_redemption_delivered_twice_spends_once() {
    let mut club = Club::simple("");
    club.buy("A", "2026-01-10", "100.00");
    assert_eq!(club.redeem("R", "2026-01-11", 60).unwrap().points(), -60);
    assert_eq!(club.redeem("R", "2026-01-11", 60).unwrap().points(), 0);
    assert!(club.redeem("R", "2026-01-11", 50).is_err());
    assert_eq!(club.available("2026-01-12"), 40);
}

#[test]
fn a_refund_takes_back_what_its_lines_earned() {
    let rules = r#"
        {"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
        {"name": "books", "earn": {"per_amount": {"points": 5, "per": "1.00 EUR"}}, "when": {"categories": ["books"]}}"#;
    let mut club = Club::new(definition("", rules, ""));
    let line = |number, category: &str, amount| PurchaseLine {
        category: Some(category.into()),
        ..PurchaseLine::new(number, eur(amount))
    };
    let purchase =
        club.purchase("A", "2026-01-10", "100.00").line(line(1, "books", "20.00")).line(line(2, "food", "80.00"));
    let earned = club.decide(purchase.at, |account, env| account.earn(&purchase, env)).unwrap();
    assert_eq!(earned.points(), 100 + 100);
    // The food goes back: it earned 80 of the base points and none of the books'.
    let mut food = refund("R1", "A", "2026-01-12", "80.00");
    food.lines = vec![RefundLine { number: 2, amount: eur("80.00") }];
    assert_eq!(club.refund(&purchase, std::slice::from_ref(&food)), -80);
    let mut books = refund("R2", "A", "2026-01-13", "20.00");
    books.lines = vec![RefundLine { number: 1, amount: eur("20.00") }];
    assert_eq!(club.refund(&purchase, &[food, books]), -120);
}

#[test]
fn editing_a_description_or_the_order_of_rules_changes_no_points() {
    let rules = [
        r#"{"name": "a", "group": "g", "priority": 1, "earn": {"per_purchase": {"points": 10}}}"#,
        r#"{"name": "b", "group": "g", "priority": 2, "earn": {"per_purchase": {"points": 20}}}"#,
        r#"{"name": "c", "group": "g", "priority": 2, "earn": {"per_purchase": {"points": 30}}}"#,
    ];
    let mut club = Club::new(definition("", &rules.join(","), ""));
    let mut edited: Definition = definition("", &[rules[2], rules[0], rules[1]].join(","), "");
    edited.doc = "New words.".into();
    let mut other = Club::new(edited);
    assert_eq!(club.buy("A", "2026-01-10", "1.00"), 20);
    assert_eq!(other.buy("A", "2026-01-10", "1.00"), 20);
    assert_eq!(club.ledger, other.ledger);
}

#[test]
fn the_exact_threshold_qualifies() {
    let tiers = r#"{"basis": {"spend": {"currency": "EUR"}}, "window": "lifetime",
        "tiers": [{"name": "gold", "threshold": 50000}]}"#;
    let mut club = Club::new(definition("", ONE_PER_EURO, tiers));
    let tier = |club: &Club, when| club.account().tier(at(when)).unwrap().unwrap().tier.map(|tier| tier.to_string());
    club.buy("A", "2026-01-10", "499.99");
    assert_eq!(tier(&club, "2026-01-10"), None);
    club.buy("B", "2026-01-11", "0.01");
    assert_eq!(tier(&club, "2026-01-10"), None);
    assert_eq!(tier(&club, "2026-01-11").as_deref(), Some("gold"));
}

#[test]
fn points_are_whole_and_rounded_once() {
    // One point per euro, times 1.1, thrice: 0.1 + 0.2 has no place here.
    let tiers = r#"{"basis": "purchases", "window": "lifetime",
        "tiers": [{"name": "member", "threshold": 0, "multiplier": 110}]}"#;
    let mut club = Club::new(definition("", ONE_PER_EURO, tiers));
    assert_eq!(club.buy("A", "2026-01-10", "9.99"), 10); // 10.989, not 9 * 1.1 = 9
    assert_eq!(club.buy("B", "2026-01-11", "10.00"), 11);
    assert_eq!(club.buy("C", "2026-01-12", "0.90"), 0);
}

#[test]
fn points_expire_at_midnight_where_the_programme_is() {
    let mut club = Club::simple(r#", "expiry": {"end_of": {"unit": "month"}}"#);
    // Half past midnight of the first of March in Berlin, still February in London.
    club.buy("A", "2026-02-28T23:30:00Z", "10.00");
    // March ends in summer time.
    assert_eq!(club.available("2026-03-31T21:59:59.999999Z"), 10);
    assert_eq!(club.available("2026-03-31T22:00:00Z"), 0);
    let expired = club.settle("2026-04-05T00:00:00Z");
    assert_eq!(expired.movements[0].at, at("2026-03-31T22:00:00Z"));
    assert_eq!(expired.movements[0].recorded, at("2026-04-05T00:00:00Z"));
}

#[test]
fn a_day_lasts_as_long_as_its_clock_says() {
    // The night of 29 March 2026 has 23 hours, that of 25 October 25.
    for (bought, last, gone) in [
        ("2026-03-28T10:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
        ("2026-10-24T10:00:00Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
    ] {
        let mut club = Club::simple(r#", "expiry": {"after_day": {"days": 1}}"#);
        club.buy("A", bought, "10.00");
        assert_eq!((club.available(last), club.available(gone)), (10, 0));
    }
    // The same time of the day, thirty days later: an hour less.
    let mut club = Club::simple(r#", "expiry": {"after": {"days": 30}}"#);
    club.buy("A", "2026-03-10T10:00:00Z", "10.00");
    assert_eq!((club.available("2026-04-09T08:59:59Z"), club.available("2026-04-09T09:00:00Z")), (10, 0));
}

#[test]
fn a_cancelled_redemption_gives_the_same_points_back() {
    let mut club = Club::simple(r#", "expiry": {"end_of": {"unit": "month"}}"#);
    club.buy("A", "2026-01-10", "10.00");
    club.buy("B", "2026-02-10", "10.00");
    assert_eq!(club.available("2026-02-10"), 10);
    let spent = club.redeem("R", "2026-01-20", 8).unwrap();
    assert_eq!(club.available("2026-02-10"), 10, "{:?}", spent.movements);
    club.redeem("S", "2026-02-11", 6).unwrap();
    assert_eq!(club.cancel("S", "2026-02-20", Some(4)).unwrap().points(), 4);
    assert_eq!(club.cancel("S", "2026-02-21", Some(3)).unwrap_err().code().as_str(), "invalid");
    assert_eq!(club.cancel("S", "2026-02-21", None).unwrap().points(), 2);
    assert_eq!(club.available("2026-02-21"), 10);
    assert_eq!(club.available("2026-03-01"), 0, "the original expiry");
    // January's points are gone; giving them back in March brings nothing but the truth.
    club.settle("2026-03-02");
    let cancelled = club.cancel("R", "2026-03-02", None).unwrap();
    assert_eq!(cancelled.points(), 0);
    let kinds: Vec<_> = cancelled.movements.iter().map(|one| (one.kind, one.points)).collect();
    assert!(kinds.contains(&(MovementKind::Restored, 8)) && kinds.contains(&(MovementKind::Expired, -8)), "{kinds:?}");
}

#[test]
fn nobody_redeems_what_is_not_there() {
    let mut club = Club::simple(r#", "pending": {"days": 14}"#);
    club.buy("A", "2026-01-10", "10.00");
    assert_eq!(club.redeem("R", "2026-01-11", 1).unwrap_err().code().as_str(), "denied");
    assert!(club.redeem("R", "2026-01-24", 11).is_err());
    assert!(club.redeem("R", "2026-01-24", 10).is_ok());
    assert!(club.redeem("S", "2026-01-24", 1).is_err());
    assert!(club.redeem("S", "2026-01-24", 0).is_err());
    assert!(club.redeem("S", "2026-01-24", -1).is_err());
}

#[test]
fn points_are_given_and_taken_by_hand_once() {
    let mut club = Club::simple(r#", "expiry": {"end_of": {"unit": "month"}}"#);
    assert_eq!(club.adjust("gift", "2026-01-10", 20).unwrap().points(), 20);
    assert_eq!(club.adjust("gift", "2026-01-10", 20).unwrap().points(), 0);
    assert!(club.adjust("gift", "2026-01-10", 30).is_err());
    assert_eq!(club.adjust("mistake", "2026-01-11", -15).unwrap().points(), -15);
    assert_eq!(club.adjust("mistake", "2026-01-11", -15).unwrap().points(), 0);
    assert!(club.adjust("too much", "2026-01-11", -6).is_err());
    assert!(club.ledger.movements().all(|one| one.reason.as_ref().is_some_and(|reason| *reason == "goodwill")));
    assert_eq!((club.available("2026-01-31"), club.available("2026-02-01")), (5, 0));
}

#[test]
fn what_is_redeemed_before_expiry_wins_even_if_heard_of_after() {
    let mut club = Club::simple(r#", "expiry": {"end_of": {"unit": "month"}}"#);
    club.buy("A", "2026-01-10", "10.00");
    club.settle("2026-02-15");
    assert_eq!(club.available("2026-02-15"), 0);
    // A till was offline since January.
    let late = club.redeem("R", "2026-01-20", 7).unwrap();
    assert_eq!(late.points(), 0, "seven are spent, and seven did not expire");
    let corrected = late.movements.iter().find(|one| one.kind == MovementKind::Expired).unwrap();
    assert_eq!((corrected.points, corrected.at), (7, at("2026-01-31T23:00:00Z")));
    assert_eq!(corrected.because, Some(id("R")));
    assert_eq!(club.available("2026-01-21"), 3);
}

#[test]
fn a_late_redemption_pushes_a_later_one_to_other_points() {
    let mut club = Club::simple(r#", "expiry": {"after": {"days": 30}}"#);
    club.buy("A", "2026-01-11", "10.00");
    club.buy("B", "2026-01-22", "10.00");
    club.redeem("second", "2026-01-25", 10).unwrap();
    let first = club.redeem("first", "2026-01-20", 10).unwrap();
    assert_eq!(first.points(), -10);
    let of = |cause: &str| {
        let own = first.movements.iter().filter(|one| one.cause == id(cause));
        own.map(|one| (one.points, one.expires_at.unwrap())).collect::<Vec<_>>()
    };
    let (february, later) = (at("2026-02-10"), at("2026-02-21"));
    assert_eq!(of("first"), [(-10, february)]);
    let mut pushed = of("second");
    pushed.sort();
    assert_eq!(pushed, [(-10, later), (10, february)]);
    assert_eq!(club.available("2026-01-26"), 0);
    // There was no third time ten points, then or later.
    assert!(club.redeem("third", "2026-01-20", 1).is_err());
    assert!(club.redeem("third", "2026-01-23", 1).is_err());
}

#[test]
fn a_refund_of_spent_points_is_waived_taken_or_owed() {
    let spent = |shortfall: &str| {
        let mut club = Club::simple(&format!(r#", "shortfall": "{shortfall}""#));
        club.buy("A", "2026-01-10", "100.00");
        club.redeem("R", "2026-01-11", 80).unwrap();
        club.buy("B", "2026-01-12", "30.00");
        let purchase = club.purchase("A", "2026-01-10", "100.00");
        let taken = club.refund(&purchase, &[refund("X", "A", "2026-01-13", "100.00")]);
        (club, taken)
    };
    let (club, taken) = spent("waive");
    assert_eq!((taken, club.balance("2026-01-14").total()), (-20, 30));
    assert_eq!(club.ledger.movements().find_map(|one| one.waived), Some(80));
    let (club, taken) = spent("take_others");
    assert_eq!((taken, club.balance("2026-01-14").total()), (-50, 0));
    assert_eq!(club.ledger.movements().find_map(|one| one.waived), Some(50));
    let (mut club, taken) = spent("owe");
    assert_eq!((taken, club.balance("2026-01-14").owed), (-100, 50));
    assert!(club.ledger.movements().all(|one| one.waived.is_none()));
    // The next points repay first.
    club.buy("C", "2026-01-15", "70.00");
    assert_eq!((club.balance("2026-01-15").owed, club.available("2026-01-15")), (0, 20));
}

#[test]
fn a_late_refund_leaves_accepted_redemptions_alone() {
    for (shortfall, left) in [("waive", 0), ("take_others", 0), ("owe", -70)] {
        let mut club = Club::simple(&format!(r#", "shortfall": "{shortfall}""#));
        club.buy("A", "2026-01-10", "100.00");
        club.redeem("R", "2026-01-20", 70).unwrap();
        let purchase = club.purchase("A", "2026-01-10", "100.00");
        club.refund(&purchase, &[refund("X", "A", "2026-01-15", "100.00")]);
        assert_eq!(club.balance("2026-01-21").total(), left, "{shortfall}");
    }
}

#[test]
fn cancelling_what_was_owed_and_repaid_gives_the_repayment_back() {
    let mut club = Club::simple(r#", "shortfall": "owe""#);
    club.buy("A", "2026-01-10", "100.00");
    club.redeem("R", "2026-01-20", 70).unwrap();
    let purchase = club.purchase("A", "2026-01-10", "100.00");
    club.refund(&purchase, &[refund("X", "A", "2026-01-15", "100.00")]);
    club.buy("B", "2026-01-25", "90.00");
    assert_eq!((club.available("2026-01-25"), club.balance("2026-01-25").owed), (20, 0));
    club.cancel("R", "2026-01-26", Some(30)).unwrap();
    assert_eq!(club.available("2026-01-26"), 50);
    club.cancel("R", "2026-01-27", None).unwrap();
    assert_eq!((club.available("2026-01-27"), club.balance("2026-01-27").owed), (90, 0));
}

#[test]
fn two_decisions_taken_at_once_cannot_both_be_written() {
    let mut club = Club::simple("");
    club.buy("A", "2026-01-10", "100.00");
    let decision = club.redeem("R", "2026-01-11", 60).unwrap();
    let changes = decision.changes(17, at("2026-01-11"));
    let Precondition::Unchanged { subject, since, .. } = &changes.require[0] else { panic!() };
    assert_eq!((*subject, *since), (club.member.id(), 17));
    assert!(changes.changes.iter().all(|change| matches!(change, Change::Append(fact) if fact.recorded == changes.at)));
}

#[test]
fn decisions_are_about_one_member_and_not_the_future() {
    let club = Club::simple("");
    let ids = CountedIds::from(0);
    let env = Env::new(at("2026-01-01"), &ids);
    let mut purchase = club.purchase("A", "2026-01-02", "1.00");
    assert!(club.account().earn(&purchase, &env).is_err());
    purchase.at = env.now;
    assert!(club.account().earn(&purchase, &env).is_ok());
    purchase.member = CustomerId::new(id("berta"));
    assert!(club.account().earn(&purchase, &env).is_err());
}

#[test]
fn other_currencies_are_an_error_not_a_conversion() {
    let club = Club::new(definition("", ONE_PER_EURO, ""));
    let ids = CountedIds::from(0);
    let mut purchase = club.purchase("A", "2026-01-02", "1.00");
    purchase.amount = "1.00 USD".parse().unwrap();
    assert!(club.account().earn(&purchase, &Env::new(at("2026-02-01"), &ids)).is_err());
}

//! Tiers.

use crate::club::{Club, ONE_PER_EURO, at, definition, eur, refund};

fn club(window: &str, options: &str) -> Club {
    let tiers = format!(
        r#"{{"basis": {{"spend": {{"currency": "EUR"}}}}, "window": {window}{options}, "tiers": [
            {{"name": "silver", "threshold": 10000}},
            {{"name": "gold", "threshold": 30000, "multiplier": 200}},
            {{"name": "platinum", "threshold": 100000, "multiplier": 300}}]}}"#
    );
    Club::new(definition("", ONE_PER_EURO, &tiers))
}

fn tier(club: &Club, when: &str) -> String {
    let standing = club.account().tier(at(when)).unwrap().unwrap();
    standing.tier.map_or_else(|| "none".to_owned(), |tier| tier.to_string())
}

/// The tier on the last microsecond of a span and at its end.
fn around(club: &Club, when: &str) -> (String, String) {
    let before = at(when).saturating_add_micros(-1).to_string();
    (tier(club, &before), tier(club, when))
}

fn pair(before: &str, after: &str) -> (String, String) {
    (before.to_owned(), after.to_owned())
}

#[test]
fn a_calendar_year_is_the_programmes() {
    let mut club = club(r#"{"calendar": "year"}"#, "");
    club.buy("A", "2025-12-31T22:59:59Z", "300.00");
    assert_eq!(tier(&club, "2025-12-31T22:59:59Z"), "gold");
    // The year ends in Berlin, and with it what was reached; nothing was reached in the new one.
    assert_eq!(around(&club, "2025-12-31T23:00:00Z"), pair("gold", "none"));
    club.buy("B", "2025-12-31T23:00:00Z", "100.00");
    assert_eq!(tier(&club, "2025-12-31T23:00:00Z"), "silver");
}

#[test]
fn a_tier_is_kept_for_another_year_and_grace() {
    let mut club = club(r#"{"calendar": "year"}"#, r#", "keep": 1, "grace": {"months": 2}"#);
    club.buy("A", "2025-03-01", "300.00");
    assert_eq!(around(&club, "2026-01-01"), pair("gold", "gold"));
    assert_eq!(around(&club, "2027-02-28T23:00:00Z"), pair("gold", "none"));
    // Reaching silver again in 2026 saves silver, not gold.
    club.buy("B", "2026-11-01", "100.00");
    assert_eq!(around(&club, "2027-02-28T23:00:00Z"), pair("gold", "silver"));
    assert_eq!(around(&club, "2028-02-29T23:00:00Z"), pair("silver", "none"));
}

#[test]
fn a_soft_landing_falls_by_one_tier_a_year() {
    let mut club = club(r#"{"calendar": "year"}"#, r#", "keep": 1, "soft_landing": true"#);
    club.buy("A", "2024-03-01", "1000.00");
    assert_eq!(tier(&club, "2025-12-31"), "platinum");
    assert_eq!(around(&club, "2025-12-31T23:00:00Z"), pair("platinum", "gold"));
    assert_eq!(around(&club, "2026-12-31T23:00:00Z"), pair("gold", "silver"));
    assert_eq!(around(&club, "2027-12-31T23:00:00Z"), pair("silver", "none"));
    let history: Vec<_> = club.account().tier_history(at("2029-01-01")).unwrap();
    assert_eq!(history.len(), 4);
    assert_eq!((history[0].at, history[3].tier.clone()), (at("2024-03-01"), None));
}

#[test]
fn a_rolling_window_forgets_each_purchase_in_its_time() {
    let mut club = club(r#"{"rolling": {"months": 12}}"#, r#", "grace": {"days": 30}"#);
    club.buy("A", "2025-01-31T09:00:00Z", "200.00");
    club.buy("B", "2025-06-30T09:00:00Z", "100.00");
    assert_eq!(around(&club, "2025-06-30T09:00:00Z"), pair("silver", "gold"));
    // January's purchase leaves a year later, and gold thirty days after that.
    assert_eq!(around(&club, "2026-01-31T09:00:00Z"), pair("gold", "gold"));
    assert_eq!(around(&club, "2026-03-02T09:00:00Z"), pair("gold", "silver"));
    assert_eq!(around(&club, "2026-07-30T09:00:00Z"), pair("silver", "none"));
}

#[test]
fn a_refund_lowers_a_tier_when_the_programme_says_so() {
    for (options, after) in [("", "gold"), (r#", "refunds_demote": true"#, "silver")] {
        let mut club = club(r#"{"calendar": "year"}"#, options);
        club.buy("A", "2026-01-10", "100.00");
        club.buy("B", "2026-02-10", "200.00");
        let purchase = club.purchase("B", "2026-02-10", "200.00");
        club.refund(&purchase, &[refund("R", "B", "2026-03-01", "50.00")]);
        assert_eq!(tier(&club, "2026-02-28"), "gold", "a tier on a past day does not change");
        assert_eq!(tier(&club, "2026-03-01"), after);
        assert_eq!(tier(&club, "2027-01-01"), "none");
    }
}

#[test]
fn a_refund_counts_in_the_year_of_its_purchase() {
    let mut club = club(r#"{"calendar": "year"}"#, r#", "keep": 1, "refunds_demote": true"#);
    club.buy("A", "2025-12-30", "300.00");
    let purchase = club.purchase("A", "2025-12-30", "300.00");
    club.buy("B", "2026-01-02", "100.00");
    assert_eq!(tier(&club, "2026-01-02"), "gold");
    club.refund(&purchase, &[refund("R", "A", "2026-01-05", "300.00")]);
    assert_eq!(tier(&club, "2026-01-05"), "silver");
    assert_eq!(club.account().tier(at("2026-01-05")).unwrap().unwrap().value, 10_000);
}

#[test]
fn the_tier_before_a_purchase_multiplies_it() {
    let mut club = club(r#""lifetime""#, "");
    assert_eq!(club.buy("A", "2026-01-10T10:00:00Z", "300.00"), 300);
    // At the same instant nobody can have been gold yet.
    assert_eq!(club.buy("B", "2026-01-10T10:00:00Z", "10.00"), 10);
    assert_eq!(club.buy("C", "2026-01-10T10:00:01Z", "10.00"), 20);
    // An earlier purchase, heard of late, earns what it would have earned, and changes no other.
    assert_eq!(club.buy("D", "2026-01-10T09:00:00Z", "700.00"), 700);
    assert_eq!(club.buy("E", "2026-01-10T10:00:02Z", "10.00"), 30);
}

#[test]
fn purchases_can_count_and_refunded_ones_do_not() {
    let tiers = r#"{"basis": "purchases", "window": "lifetime", "refunds_demote": true,
        "tiers": [{"name": "regular", "threshold": 3}]}"#;
    let mut club = Club::new(definition("", ONE_PER_EURO, tiers));
    for (order, when) in [("A", "2026-01-01"), ("B", "2026-01-02"), ("C", "2026-01-03")] {
        // One of them earns nothing, and counts.
        club.buy(order, when, if order == "B" { "0.50" } else { "5.00" });
    }
    assert_eq!(tier(&club, "2026-01-03"), "regular");
    let purchase = club.purchase("B", "2026-01-02", "0.50");
    let (half, rest) = (refund("R1", "B", "2026-01-04", "0.25"), refund("R2", "B", "2026-01-05", "0.25"));
    club.refund(&purchase, &[half.clone(), rest.clone()]);
    assert_eq!(tier(&club, "2026-01-04"), "regular");
    assert_eq!(tier(&club, "2026-01-05"), "none");
}

#[test]
fn points_of_a_unit_that_only_counts() {
    let json = r#"{"name": "Miles", "zone": "Europe/Berlin",
        "units": [{"name": "award"}, {"name": "status", "redeemable": false}],
        "rules": [
            {"name": "award", "earn": {"per_amount": {"points": 5, "per": "1.00 EUR"}}},
            {"name": "status", "unit": "status", "tiered": false,
             "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}],
        "tiers": {"basis": {"points": {"unit": "status"}}, "window": {"calendar": "year"},
            "tiers": [{"name": "frequent", "threshold": 100, "multiplier": 125}]}}"#;
    let mut club = Club::new(crm_core::loyalty::Definition::from_json(json).unwrap());
    assert_eq!(club.buy("A", "2026-01-10", "100.00"), 500 + 100);
    assert_eq!(tier(&club, "2026-01-10"), "frequent");
    assert_eq!(club.buy("B", "2026-01-11", "100.00"), 625 + 100);
    club.redeem("R", "2026-01-12", 1125).unwrap();
    assert_eq!(tier(&club, "2026-01-12"), "frequent", "spending points takes no tier");
    let account = club.account();
    let status = crate::club::name("status");
    assert_eq!(account.balance(Some(&status), at("2026-01-12")).unwrap().available, 200);
    let spend = crm_core::loyalty::Redemption {
        id: crate::club::id("S"),
        member: club.member,
        unit: Some(status),
        points: 1,
        at: at("2026-01-12"),
    };
    assert!(club.decide(at("2026-01-12"), |account, env| account.redeem(&spend, env)).is_err());
}

#[test]
fn what_is_missing_to_the_next_tier_and_to_keep_this_one() {
    let mut club = club(r#"{"calendar": "year"}"#, r#", "keep": 1"#);
    club.buy("A", "2025-05-01", "350.00");
    let standing = |club: &Club, when| club.account().tier(at(when)).unwrap().unwrap();
    let in_may = standing(&club, "2025-05-02");
    assert_eq!((in_may.since, in_may.value), (Some(at("2025-05-01")), 35_000));
    assert_eq!(in_may.next.map(|goal| (goal.tier.to_string(), goal.missing)), Some(("platinum".to_owned(), 65_000)));
    assert_eq!(in_may.ends, Some(at("2026-12-31T23:00:00Z")));
    assert_eq!(in_may.keep, None, "more in 2025 does not help in 2027");
    club.buy("B", "2026-02-01", "120.00");
    let next_year = standing(&club, "2026-02-02");
    assert_eq!((next_year.value, next_year.keep), (12_000, Some(18_000)));
    club.buy("C", "2026-02-03", "180.00");
    assert_eq!(standing(&club, "2026-02-03").ends, Some(at("2027-12-31T23:00:00Z")));
    let forever = {
        let mut club = super::tiers::club(r#""lifetime""#, "");
        club.buy("A", "2025-05-01", "100.00");
        standing(&club, "2025-05-01")
    };
    assert_eq!((forever.ends, forever.keep), (None, None));
    assert_eq!(eur("300.00").minor() - 10_000, forever.next.unwrap().missing);
}

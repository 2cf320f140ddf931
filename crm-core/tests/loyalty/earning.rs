//! What purchases earn, and what definitions may be.

use crm_core::base::{CountedIds, Currency, Env, Money, Name, ProgrammeId, Rounding};
use crm_core::change::Change;
use crm_core::loyalty::{
    Definition, Earn, Programme, Purchase, PurchaseLine, Refund, RefundLine, Rule, RuleOutcome, Unit, publish,
};
use proptest::prelude::*;

use crate::club::{Club, ONE_PER_EURO, at, definition, eur, id, name, refund};

proptest! {
    /// Points are the largest whole number that the amount pays for, counted up one by one.
    #[test]
    fn points_are_what_the_amount_pays_for(cents in 0_i64..20_000, points in 1_u32..7, per in 1_i64..900, percent in 0_u32..300) {
        let tiers = format!(r#"{{"basis": "purchases", "window": "lifetime",
            "tiers": [{{"name": "all", "threshold": 0, "multiplier": {percent}}}]}}"#);
        let rule = format!(r#"{{"name": "base", "earn": {{"per_amount": {{"points": {points}, "per": "{}"}}}}}}"#,
            Money::new(per, Currency::EUR));
        let mut club = Club::new(definition("", &rule, &tiers));
        let purchase = Purchase::new(id("A"), club.member, at("2026-01-10"), Money::new(cents, Currency::EUR));
        let earned = club.decide(purchase.at, |account, env| account.earn(&purchase, env)).unwrap().points();
        let paid_for = |count: i64| count * per * 100 <= cents * i64::from(points) * i64::from(percent);
        prop_assert!(paid_for(earned) && !paid_for(earned + 1), "{}", earned);
    }

    /// Whatever is refunded, line by line or not, in any order: what is kept depends on the refunds only, and of a line
    /// that went back entirely nothing is kept.
    #[test]
    fn refunds_by_line_in_any_order_keep_the_same(
        lines in proptest::collection::vec(1_i64..3_000, 1..5),
        parts in proptest::collection::vec((0_usize..5, 1_i64..=100), 0..6),
        turn in 0_usize..6,
    ) {
        let rules = r#"{"name": "odd", "earn": {"per_amount": {"points": 3, "per": "1.00 EUR"}}, "when": {"categories": ["odd"]}},
            {"name": "all", "earn": {"per_amount": {"points": 1, "per": "1.50 EUR"}}}"#;
        let category = |number: usize| if number % 2 == 1 { "odd" } else { "even" };
        let euros = |cents: i64| Money::new(cents, Currency::EUR);
        let kept = |refunds: &[Refund]| {
            let mut club = Club::new(definition("", rules, ""));
            let mut purchase = Purchase::new(id("A"), club.member, at("2026-01-10"), euros(lines.iter().sum()));
            purchase.lines = lines.iter().enumerate().map(|(number, cents)| PurchaseLine {
                category: Some(category(number).into()), ..PurchaseLine::new(number as u32, euros(*cents))
            }).collect();
            club.decide(purchase.at, |account, env| account.earn(&purchase, env)).unwrap();
            for heard in 1..=refunds.len() {
                club.refund(&purchase, &refunds[..heard]);
            }
            let lots = club.ledger.lots(club.programme.id, &name("points"), at("2026-02-01"));
            lots.into_iter().map(|lot| {
                let rule = club.ledger.movement(lot.id).unwrap().rule.clone();
                (rule, lot.open)
            }).collect::<std::collections::BTreeMap<_, _>>()
        };
        let mut left = lines.clone();
        let mut refunds: Vec<Refund> = parts.iter().enumerate().map(|(nth, (line, percent))| {
            let line = line % lines.len();
            let cents = (lines[line] * percent / 100).min(left[line]);
            left[line] -= cents;
            Refund { lines: vec![RefundLine { number: line as u32, amount: euros(cents) }],
                ..refund(&format!("R{nth}"), "A", "2026-01-20", &euros(cents).amount()) }
        }).collect();
        let once = kept(&refunds);
        if !refunds.is_empty() {
            let turn = turn % refunds.len();
            refunds.rotate_left(turn);
        }
        prop_assert_eq!(&kept(&refunds), &once);
        let odd_left: i64 = left.iter().enumerate().filter(|(number, _)| number % 2 == 1).map(|(_, cents)| cents).sum();
        if odd_left == 0 {
            prop_assert_eq!(once.get(&Some(name("odd"))).copied().unwrap_or(0), 0);
        }
        if left == lines {
            prop_assert!(once.values().all(|points| *points >= 0));
        }
    }
}

#[test]
fn every_rule_says_what_it_does_and_why_not() {
    let rules = r#"
        {"name": "a base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
        {"name": "b dollars", "earn": {"per_amount": {"points": 1, "per": "1.00 USD"}}},
        {"name": "c books", "earn": {"per_purchase": {"points": 9}}, "when": {"categories": ["books"]}},
        {"name": "d large", "earn": {"per_purchase": {"points": 9}}, "when": {"minimum": "50.01 EUR"}},
        {"name": "e gold", "earn": {"per_purchase": {"points": 9}}, "when": {"tiers": ["gold"]}},
        {"name": "f later", "earn": {"per_purchase": {"points": 9}}, "when": {"from": "2026-02-01T00:00:00Z"}},
        {"name": "g over", "earn": {"per_purchase": {"points": 9}}, "when": {"until": "2026-01-10T12:00:00Z"}},
        {"name": "h join", "earn": {"sign_up": {"points": 9}}},
        {"name": "i items", "group": "one", "earn": {"per_item": {"points": 2}}, "when": {"except_categories": ["drink"]}},
        {"name": "j items", "group": "one", "earn": {"per_item": {"points": 5}}}"#;
    let tiers = r#"{"basis": "purchases", "window": "lifetime", "tiers": [{"name": "gold", "threshold": 9}]}"#;
    let club = Club::new(definition("", rules, tiers));
    let mut food = PurchaseLine::new(1, eur("30.00"));
    food.category = Some("food".into());
    food.quantity = 3;
    let mut drink = PurchaseLine::new(2, eur("20.00"));
    drink.category = Some("drink".into());
    let purchase = club.purchase("A", "2026-01-10", "50.00").line(food).line(drink);
    let version = club.programme.at(purchase.at).unwrap();
    let said: Vec<RuleOutcome> =
        version.simulate(&purchase, None).unwrap().into_iter().map(|contribution| contribution.outcome).collect();
    assert_eq!(
        said,
        [
            RuleOutcome::Awards(50),
            RuleOutcome::OtherCurrency,
            RuleOutcome::NothingEligible,
            RuleOutcome::BelowMinimum,
            RuleOutcome::OtherTier,
            RuleOutcome::TooEarly,
            RuleOutcome::TooLate,
            RuleOutcome::NotAboutPurchases,
            RuleOutcome::Awards(6),
            RuleOutcome::GroupTaken,
        ]
    );
    let gold = version.simulate(&purchase, Some(&name("gold"))).unwrap();
    assert_eq!(gold[4].outcome, RuleOutcome::Awards(9));
    assert!(club.ledger.movements().next().is_none(), "nothing is written");
}

#[test]
fn what_was_charged_or_what_it_would_have_cost() {
    let rules = r#"
        {"name": "charged", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
        {"name": "list", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR", "basis": "list"}}}"#;
    let mut club = Club::new(definition("", rules, ""));
    let mut line = PurchaseLine::new(1, eur("80.00"));
    line.list_amount = Some(eur("100.00"));
    // Five euros of postage are on no line.
    let purchase = club.purchase("A", "2026-01-10", "85.00").line(line);
    let decision = club.decide(purchase.at, |account, env| account.earn(&purchase, env)).unwrap();
    let mut points: Vec<i64> = decision.movements.iter().map(|movement| movement.points).collect();
    points.sort_unstable();
    assert_eq!(points, [85, 105]);
}

#[test]
fn a_member_joins_once() {
    let rules = format!(r#"{ONE_PER_EURO}, {{"name": "welcome", "earn": {{"sign_up": {{"points": 500}}}}}}"#);
    let mut club = Club::new(definition("", &rules, ""));
    let mut join = |when| club.decide(at(when), |account, env| account.join(at(when), env)).unwrap().points();
    assert_eq!((join("2026-01-10"), join("2026-01-10"), join("2026-03-10")), (500, 0, 0));
}

#[test]
fn points_name_the_version_that_awarded_them() {
    let mut club = Club::simple("");
    let twice = ONE_PER_EURO.replace("\"points\": 1", "\"points\": 2");
    club.programme = club.programme.clone().with(definition("", &twice, ""), at("2026-02-01")).unwrap();
    assert_eq!(club.buy("B", "2026-02-10", "10.00"), 20);
    // Heard of late, but bought under the first version.
    assert_eq!(club.buy("A", "2026-01-31", "10.00"), 10);
    let versions: Vec<u32> = club.ledger.movements().map(|movement| movement.version).collect();
    assert_eq!(versions.iter().sum::<u32>(), 3);
    // Nothing is earned before the first.
    assert_eq!(club.buy("C", "2019-01-31", "10.00"), 0);
    assert_eq!(club.ledger.movements().len(), 2);
}

#[test]
fn versions_are_published_once_and_never_change() {
    let ids = CountedIds::from(0);
    let env = Env::new(at("2026-01-01"), &ids);
    let programme = ProgrammeId::new(id("club"));
    let first = definition("", ONE_PER_EURO, "");
    let (one, changes) = publish(programme, None, first.clone(), at("2026-01-01"), &env).unwrap();
    assert_eq!(changes.changes.len(), 1);
    let (same, nothing) = publish(programme, Some(&one), first, at("2026-03-01"), &env).unwrap();
    assert!(same == one && nothing.is_empty());
    let second = definition(r#", "breakage": 100"#, ONE_PER_EURO, "");
    assert!(publish(programme, Some(&one), second.clone(), at("2026-01-01"), &env).is_err(), "not before the first");
    let (two, more) = publish(programme, Some(&one), second, at("2026-02-01"), &env).unwrap();
    let mut records: Vec<_> = changes
        .changes
        .iter()
        .chain(&more.changes)
        .map(|change| if let Change::Put(record) = change { record.clone() } else { panic!() })
        .collect();
    assert!(records.iter().all(|record| record.version == 1), "a version is a record of its own");
    assert!(records.iter().all(|record| record.keys.contains(&Programme::key(programme))));
    records.reverse();
    assert_eq!(Programme::from_records(programme, &records).unwrap(), two);
    assert!(Programme::from_records(programme, &records[..1]).is_err(), "the first version is missing");
    assert!(Programme::from_records(ProgrammeId::new(id("other")), &records).is_err());
    assert_eq!(two.at(at("2026-01-31")).unwrap().number, 1);
    assert_eq!(two.at(at("2026-02-01")).unwrap().number, 2);
    assert!(two.at(at("2025-12-31")).is_none());
}

#[test]
fn definitions_that_contradict_themselves_are_refused() {
    let per = |rest: &str| {
        format!(r#"{{"name": "base", "earn": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}}{rest}}}"#)
    };
    let ladder = |tiers: &str| format!(r#"{{"basis": "purchases", "window": "lifetime", "tiers": [{tiers}]}}"#);
    let json = |units: &str, rules: &str, tiers: &str| {
        format!(r#"{{"name": "Club", "zone": "UTC", "units": [{units}], "rules": [{rules}], "tiers": {tiers}}}"#)
    };
    let points = r#"{"name": "points"}"#;
    assert!(Definition::from_json(&json(points, &per(""), "null")).is_ok());
    for bad in [
        json("", &per(""), "null"),
        json(&format!("{points}, {points}"), &per(""), "null"),
        json(points, &format!("{}, {}", per(""), per("")), "null"),
        json(points, &per(r#", "unit": "miles""#), "null"),
        json(points, &per(r#", "when": {"tiers": ["gold"]}"#), "null"),
        json(points, &per(r#", "when": {"minimum": "1.00 USD"}"#), "null"),
        json(points, &per(r#", "when": {"from": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}"#), "null"),
        json(points, &per(r#", "wen": {}"#), "null"),
        json(points, r#"{"name": "base", "earn": {"per_amount": {"points": 1, "per": "0.00 EUR"}}}"#, "null"),
        json(points, r#"{"name": "x", "earn": {"sign_up": {"points": 1}}, "when": {"categories": ["a"]}}"#, "null"),
        json(r#"{"name": "points", "pending": {"days": -1}}"#, "", "null"),
        json(r#"{"name": "points", "expiry": {"after": {"days": -1}}}"#, "", "null"),
        json(r#"{"name": "points", "breakage": 10001}"#, "", "null"),
        json(r#"{"name": "points", "cost": {"amount": "1.00 EUR", "points": 0}}"#, "", "null"),
        json(points, "", &ladder("")),
        json(points, "", &ladder(r#"{"name": "a", "threshold": 2}, {"name": "b", "threshold": 2}"#)),
        json(points, "", &ladder(r#"{"name": "a", "threshold": 1}, {"name": "a", "threshold": 2}"#)),
        json(
            points,
            "",
            r#"{"basis": {"points": {"unit": "miles"}}, "window": "lifetime", "tiers": [{"name": "a", "threshold": 1}]}"#,
        ),
        json(
            points,
            "",
            r#"{"basis": "purchases", "window": {"rolling": {}}, "tiers": [{"name": "a", "threshold": 1}]}"#,
        ),
        json(
            points,
            "",
            r#"{"basis": "purchases", "window": {"rolling": {"days": 1}}, "soft_landing": true, "tiers": [{"name": "a", "threshold": 1}]}"#,
        ),
        "{".to_owned(),
    ] {
        let error = Definition::from_json(&bad).unwrap_err();
        assert_eq!(error.code().as_str(), "invalid", "{bad}");
    }
}

#[test]
fn a_definition_is_built_and_written_as_it_is_read() {
    let built = Definition {
        name: Name::from_static("Club"),
        doc: "".into(),
        zone: "Europe/Berlin".parse().unwrap(),
        units: vec![Unit::new(name("points"))],
        rules: vec![Rule::new(
            name("base"),
            Earn::PerAmount {
                points: 1,
                per: eur("1.00"),
                rounding: Rounding::Down,
                basis: crm_core::loyalty::AmountBasis::Charged,
            },
        )],
        tiers: None,
        rewards: Vec::new(),
    };
    assert_eq!(built, definition("", ONE_PER_EURO, ""));
    assert_eq!(Definition::from_json(&built.to_json().unwrap()).unwrap(), built);
}

#[test]
fn a_unit_may_come_later() {
    let mut club = Club::simple("");
    club.buy("A", "2026-01-10", "10.00");
    let mut next = definition("", ONE_PER_EURO, "");
    next.units.push(Unit::new(name("stars")));
    let stars = Rule { unit: Some(name("stars")), ..Rule::new(name("star"), Earn::PerPurchase { points: 1 }) };
    next.rules.push(stars);
    club.programme = club.programme.clone().with(next, at("2026-02-01")).unwrap();
    assert!(club.account().standing(at("2026-01-20")).is_ok());
    assert_eq!(club.buy("B", "2026-02-10", "10.00"), 11);
    assert_eq!(club.account().balance(Some(&name("stars")), at("2026-02-10")).unwrap().available, 1);
    assert!(club.account().balance(Some(&name("stars")), at("2026-01-20")).is_err(), "not known then");
    club.settle("2026-03-01");
    let json = serde_json::to_string(&club.programme).unwrap();
    assert_eq!(serde_json::from_str::<Programme>(&json).unwrap(), club.programme);
    assert!(serde_json::from_str::<Programme>(&json.replace("2026-02-01", "2019-02-01")).is_err());
}

#[test]
fn units_stay() {
    let club = Club::simple("");
    let mut other = definition("", "", "");
    other.units[0].name = name("miles");
    assert!(club.programme.clone().with(other, at("2026-01-01")).is_err());
}

#[test]
fn too_many_points_are_an_error_not_an_overflow() {
    let rule = r#"{"name": "base", "earn": {"per_amount": {"points": 4000000000, "per": "0.01 EUR"}}}"#;
    let club = Club::new(definition("", rule, ""));
    let mut purchase = club.purchase("A", "2026-01-10", "1.00");
    purchase.amount = Money::new(i64::MAX, Currency::EUR);
    let ids = CountedIds::from(0);
    let error = club.account().earn(&purchase, &Env::new(at("2026-02-01"), &ids)).unwrap_err();
    assert_eq!(error.code().as_str(), "out-of-range");
}

//! What rules can say: caps, bonuses, first purchases, activities, missions, streaks and filters.

use crm_core::base::{CalendarUnit, CountedIds, CustomerId, Date, Env, Money, Zone};
use crm_core::loyalty::{
    Activity, Definition, History, Movement, MovementKind, PointsDecision, Purchase, PurchaseLine, RefundLine,
    RuleOutcome, Shopping, filter_catalogue, replay,
};
use proptest::prelude::*;

use crate::club::{Club, ONE_PER_EURO, at, definition, eur, id, name, refund};

fn club(rules: &str) -> Club {
    Club::new(definition("", rules, ""))
}

fn credit(club: &mut Club, activity: &str, when: &str, with: Option<&str>) -> crm_core::Result<PointsDecision> {
    let done = Activity {
        id: id(&format!("{activity} {when}")),
        member: club.member,
        at: at(when),
        activity: name(activity),
        with: with.map(|who| CustomerId::new(id(who))),
    };
    club.decide(done.at, |account, env| account.credit(&done, env))
}

#[test]
fn a_rule_awards_no_more_than_its_caps() {
    let mut club = club(
        r#"{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
            "caps": [{"points": 50, "per": "purchase"}, {"points": 80, "per": {"calendar": "day"}},
                     {"times": 4, "per": "ever"}]}"#,
    );
    assert_eq!(club.buy("a", "2026-03-01T08:00:00Z", "70.00"), 50);
    assert_eq!(club.buy("b", "2026-03-01T22:59:59Z", "70.00"), 30);
    let basket = club.purchase("c", "2026-03-01T22:59:59Z", "10.00");
    assert_eq!(club.account().simulate(&basket).unwrap().rules[0].outcome, RuleOutcome::CapReached);
    // In Berlin it is another day.
    assert_eq!(club.buy("c", "2026-03-01T23:00:00Z", "70.00"), 50);
    assert_eq!(club.buy("d", "2026-03-03", "70.00"), 50);
    assert_eq!(club.buy("e", "2026-03-04", "70.00"), 0);
}

#[test]
fn all_rules_of_a_unit_share_its_caps() {
    let rules =
        format!(r#"{ONE_PER_EURO}, {{"name": "visit", "priority": -1, "earn": {{"per_purchase": {{"points": 30}}}}}}"#);
    let mut club = Club::new(definition(r#", "caps": [{"points": 100, "per": {"calendar": "month"}}]"#, &rules, ""));
    assert_eq!(club.buy("a", "2026-03-01", "40.00"), 70);
    assert_eq!(club.buy("b", "2026-03-02", "20.00"), 30);
    assert_eq!(club.buy("c", "2026-03-03", "20.00"), 0);
    assert_eq!(club.buy("d", "2026-04-01", "90.00"), 100);
}

#[test]
fn a_refund_of_a_capped_award_takes_its_share() {
    let mut club = club(
        r#"{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}, "caps": [{"points": 50, "per": "purchase"}]}"#,
    );
    club.buy("a", "2026-03-01", "100.00");
    let order = club.purchase("a", "2026-03-01", "100.00");
    let half = refund("one", "a", "2026-03-02", "50.00");
    assert_eq!(club.refund(&order, std::slice::from_ref(&half)), -25);
    assert_eq!(club.refund(&order, &[half, refund("two", "a", "2026-03-03", "50.00")]), -25);
}

#[test]
fn bonuses_add_and_a_stop_ends() {
    let rules = format!(
        r#"{ONE_PER_EURO},
        {{"name": "double", "priority": -1, "earn": {{"bonus": {{"percent": 150, "of": ["base"]}}}}, "when": {{"minimum": "20.00 EUR"}}, "stop": true}},
        {{"name": "visit", "priority": -2, "earn": {{"per_purchase": {{"points": 5}}}}}}"#
    );
    let mut club = club(&rules);
    assert_eq!(club.buy("a", "2026-03-01", "11.00"), 16);
    assert_eq!(club.buy("b", "2026-03-01", "21.00"), 21 + 31);
    let said = club.account().simulate(&club.purchase("c", "2026-03-02", "30.00")).unwrap();
    assert_eq!(said.rules[2].outcome, RuleOutcome::Stopped);
    let none = club.account().simulate(&club.purchase("d", "2026-03-02", "0.50")).unwrap();
    assert_eq!(none.rules[1].outcome, RuleOutcome::BelowMinimum);
}

#[test]
fn the_first_purchase_is_the_first_that_is_known() {
    let mut club =
        club(r#"{"name": "hello", "earn": {"per_purchase": {"points": 9}}, "when": {"first_purchase": true}}"#);
    assert_eq!(club.buy("b", "2026-03-02", "1.00"), 9);
    assert_eq!(club.buy("c", "2026-03-03", "1.00"), 0);
    // An earlier one that is heard of late is not awarded, too.
    assert_eq!(club.buy("a", "2026-03-01", "1.00"), 0);
}

#[test]
fn activities_earn_and_friends_are_referred_once() {
    let mut club = club(
        r#"{"name": "review", "earn": {"per_activity": {"activity": "review", "points": 10}}, "caps": [{"times": 2, "per": {"calendar": "month"}}]},
           {"name": "friend", "earn": {"per_activity": {"activity": "referral", "points": 100}}},
           {"name": "birthday", "earn": {"per_activity": {"activity": "birthday", "points": 50}}, "caps": [{"times": 1, "per": {"calendar": "year"}}]}"#,
    );
    for (when, points) in
        [("2026-03-01", 10), ("2026-03-02", 10), ("2026-03-03", 0), ("2026-04-01", 10), ("2026-04-01", 0)]
    {
        assert_eq!(credit(&mut club, "review", when, None).unwrap().points(), points, "{when}");
    }
    assert_eq!(credit(&mut club, "referral", "2026-04-02", Some("ben")).unwrap().points(), 100);
    assert_eq!(credit(&mut club, "referral", "2026-04-03", Some("ben")).unwrap().points(), 0);
    assert_eq!(credit(&mut club, "referral", "2026-04-03", Some("cleo")).unwrap().points(), 100);
    let own = credit(&mut club, "referral", "2026-04-04", Some("anna"));
    assert_eq!(own.unwrap_err().code().as_str(), "denied");
    assert_eq!(credit(&mut club, "birthday", "2026-05-01", None).unwrap().points(), 50);
    assert_eq!(credit(&mut club, "birthday", "2026-06-01", None).unwrap().points(), 0);
    assert_eq!(credit(&mut club, "yoga", "2026-06-02", None).unwrap().points(), 0);
    let told = club.ledger.movements().filter(|one| one.reason == Some(name("review"))).count();
    assert_eq!(told, 4);
}

#[test]
fn missions_and_streaks() {
    let mut club = club(
        r#"{"name": "three", "earn": {"mission": {"points": 30, "times": 3, "within": {"days": 10}}}},
           {"name": "weeks", "earn": {"streak": {"points": 7, "periods": 3, "unit": "week"}}},
           {"name": "reader", "earn": {"mission": {"points": 5, "activity": "read", "times": 2}}}"#,
    );
    assert_eq!(club.buy("a", "2026-03-02", "1.00"), 0);
    let said = club.account().simulate(&club.purchase("x", "2026-03-03", "1.00")).unwrap();
    assert_eq!(said.rules[1].outcome, RuleOutcome::Incomplete { missing: 1 });
    assert_eq!(said.rules[2].outcome, RuleOutcome::Incomplete { missing: 2 });
    assert_eq!(said.rules[0].outcome, RuleOutcome::NotAboutPurchases);
    assert_eq!(club.buy("b", "2026-03-09", "1.00"), 0);
    // 2 March, noon, is ten days before 12 March, noon: not within.
    assert_eq!(club.buy("c", "2026-03-12", "1.00"), 0);
    assert_eq!(club.buy("d", "2026-03-13", "1.00"), 30);
    assert_eq!(club.buy("e", "2026-03-14", "1.00"), 0);
    assert_eq!(club.buy("f", "2026-03-16", "1.00"), 7);
    assert_eq!(club.buy("g", "2026-03-17", "1.00"), 30);
    assert_eq!(credit(&mut club, "read", "2026-03-18", None).unwrap().points(), 0);
    assert_eq!(credit(&mut club, "read", "2026-04-18", None).unwrap().points(), 5);
    // What is heard of late does not use up again what was rewarded.
    assert_eq!(club.buy("late", "2026-03-10", "1.00"), 0);
}

#[test]
fn filters_choose_lines_in_the_segment_language() {
    let mut club = club(
        r#"{"name": "sunday", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
            "when": {"filter": "purchase.weekday = \"sunday\" and line.category in {\"coffee\", \"tea\"} and line.amount >= 5.00 EUR"}},
           {"name": "vip", "earn": {"per_purchase": {"points": 3}}, "when": {"filter": "purchase.segments has \"vip\" or purchase.partner = \"rail\""}}"#,
    );
    let line = |number, category: &str, amount: &str| PurchaseLine {
        category: Some(category.into()),
        ..PurchaseLine::new(number, eur(amount))
    };
    let order = |own: &str, when: &str| {
        Purchase::new(id(own), CustomerId::new(id("anna")), at(when), eur("30.00"))
            .line(line(1, "coffee", "10.00"))
            .line(line(2, "tea", "4.00"))
            .line(line(3, "tea", "6.00"))
    };
    let mut earn = |order: &Purchase| club.decide(order.at, |account, env| account.earn(order, env)).unwrap().points();
    // Half past eleven on Saturday in London is Sunday in Berlin.
    assert_eq!(earn(&order("sunday", "2026-03-07T23:30:00Z")), 16);
    assert_eq!(earn(&order("monday", "2026-03-08T23:30:00Z")), 0);
    assert_eq!(earn(&Purchase { segments: vec![name("vip")], ..order("vip", "2026-03-09") }), 3);
    assert_eq!(earn(&Purchase { partner: Some(name("rail")), ..order("rail", "2026-03-09") }), 3);
    // A refund takes back what its lines earned, and the part on no line nothing.
    let mut one = refund("back", "sunday", "2026-03-10", "6.00");
    one.lines = vec![RefundLine { number: 3, amount: eur("6.00") }];
    assert_eq!(club.refund(&order("sunday", "2026-03-07T23:30:00Z"), &[one]), -6);
    assert!(filter_catalogue().unwrap().field("line.category").is_some());
}

#[test]
fn what_is_paid_with_points_earns_only_if_the_rule_says_so() {
    let rules = format!(
        "{ONE_PER_EURO}, {}",
        ONE_PER_EURO.replace("base", "all").replace(r#""earn""#, r#""counts_points_paid": true, "earn""#)
    );
    let club = club(&rules);
    let basket = Purchase { points_paid: Some(eur("7.50")), ..club.purchase("a", "2026-03-01", "30.00") };
    let said = club.account().simulate(&basket).unwrap();
    let by = |rule: &str| said.rules.iter().find(|one| one.rule == name(rule)).unwrap().outcome;
    assert_eq!((by("base"), by("all")), (RuleOutcome::Awards(22), RuleOutcome::Awards(30)));
    let too_much = Purchase { points_paid: Some(eur("30.01")), ..basket };
    assert_eq!(club.account().simulate(&too_much).unwrap_err().code().as_str(), "invalid");
}

#[test]
fn rules_that_contradict_themselves_are_refused() {
    for rules in [
        r#"{"name": "a", "earn": {"bonus": {"percent": 10, "of": ["b"]}}}, {"name": "b", "earn": {"per_purchase": {"points": 1}}}"#,
        r#"{"name": "a", "earn": {"bonus": {"percent": 10, "of": []}}}"#,
        r#"{"name": "a", "earn": {"per_purchase": {"points": 1}}, "caps": [{"per": "ever"}]}"#,
        r#"{"name": "a", "earn": {"per_activity": {"activity": "b", "points": 1}}, "when": {"first_purchase": true}}"#,
        r#"{"name": "a", "earn": {"mission": {"points": 1, "times": 0}}}"#,
        r#"{"name": "a", "earn": {"per_purchase": {"points": 1}}, "when": {"filter": "customer.country = \"DE\""}}"#,
        r#"{"name": "a", "earn": {"per_purchase": {"points": 1}}, "when": {"filter": "line.amount >"}}"#,
        r#"{"name": "a", "earn": {"per_purchase": {"points": 1}}, "when": {"filter": "count(order) > 1"}}"#,
    ] {
        let json = format!(r#"{{"name": "Club", "zone": "UTC", "units": [{{"name": "points"}}], "rules": [{rules}]}}"#);
        assert!(Definition::from_json(&json).is_err(), "{rules}");
    }
}

#[test]
fn what_is_new_leaves_old_definitions_as_they_were_written() {
    let written = definition("", ONE_PER_EURO, "").to_json().unwrap();
    for word in ["caps", "stop", "filter", "first_purchase", "counts_points_paid"] {
        assert!(!written.contains(word), "{word} would change the fingerprint of what is published");
    }
}

const LOOKING_BACK: &str = r#"
    {"name": "capped", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
     "caps": [{"points": 9, "per": {"calendar": "week"}}, {"times": 7, "per": "ever"}]},
    {"name": "first", "earn": {"per_purchase": {"points": 4}}, "when": {"first_purchase": true}},
    {"name": "mission", "earn": {"mission": {"points": 6, "times": 3, "within": {"days": 9}}}},
    {"name": "streak", "earn": {"streak": {"points": 5, "periods": 2, "unit": "week"}}}"#;

/// The same rules, counted by hand over purchases in the order of time: (capped, first, mission, streak) of each.
fn by_hand(purchases: &[(i64, i64)]) -> Vec<[i64; 4]> {
    let zone = Zone::new("Europe/Berlin").unwrap();
    let start = at("2026-03-02");
    let week = |day: i64| -> Date { zone.date(start.saturating_add_days(day)).start_of(CalendarUnit::Week) };
    let (mut all, mut unused, mut times) = (Vec::new(), Vec::<i64>::new(), 0);
    let mut in_week: std::collections::BTreeMap<Date, i64> = std::collections::BTreeMap::new();
    let (mut weeks, mut rewarded) = (Vec::<Date>::new(), Vec::<Date>::new());
    for (index, (day, cents)) in purchases.iter().enumerate() {
        let used = in_week.entry(week(*day)).or_default();
        let capped = if times < 7 { (cents / 100).min(9 - *used) } else { 0 };
        *used += capped;
        times += i64::from(capped > 0);
        unused.push(*day);
        let within = unused.iter().filter(|other| **other > day - 9).count();
        let mission = if within >= 3 { 6 } else { 0 };
        if mission > 0 {
            unused.clear();
        }
        let before = week(*day - 7);
        let is_streak = weeks.contains(&before) && !rewarded.contains(&before) && !rewarded.contains(&week(*day));
        if is_streak {
            rewarded.push(week(*day));
        }
        weeks.push(week(*day));
        all.push([capped, if index == 0 { 4 } else { 0 }, mission, if is_streak { 5 } else { 0 }]);
    }
    all
}

proptest! {
    #[test]
    fn rules_that_look_back_are_as_counted_by_hand(mut purchases in proptest::collection::vec((0_i64..45, 0_i64..1_500), 1..25)) {
        purchases.sort_by_key(|(day, _)| *day);
        purchases.dedup_by_key(|(day, _)| *day);
        let mut club = club(LOOKING_BACK);
        let ids = CountedIds::from(0);
        let bought: Vec<Purchase> = purchases.iter().enumerate().map(|(number, (day, cents))| {
            let when = at("2026-03-02").saturating_add_days(*day);
            Purchase::new(id(&format!("order {number}")), club.member, when, Money::new(*cents, eur("0").currency()))
        }).collect();
        for (purchase, expected) in bought.iter().zip(by_hand(&purchases)) {
            let decision = club.account().earn(purchase, &Env::new(purchase.at, &ids)).unwrap();
            let by = |rule: &str| -> i64 {
                decision.movements.iter().filter(|one| one.rule == Some(name(rule))).map(|one| one.points).sum()
            };
            prop_assert_eq!([by("capped"), by("first"), by("mission"), by("streak")], expected);
            decision.movements.into_iter().for_each(|movement| club.ledger.record(movement));
        }
        let end = at("2026-12-01");
        let replayed = replay(&club.programme, History { purchases: &bought, ..History::default() }, end).unwrap();
        let bare = |one: Movement| Movement { recorded: end, ..one };
        let mut replayed: Vec<Movement> = replayed.movements().map(|one| bare(one.unwrap())).collect();
        replayed.sort_by_key(|one| one.id);
        prop_assert_eq!(replayed, club.ledger.movements().cloned().map(bare).collect::<Vec<_>>());
    }

    #[test]
    fn activities_are_replayed_as_they_were_decided(
        deeds in proptest::collection::vec((0_i64..40, 0_usize..3), 1..20), turn in 0_usize..4,
    ) {
        let mut rules: Vec<&str> = vec![
            r#"{"name": "read", "earn": {"per_activity": {"activity": "read", "points": 2}}, "caps": [{"times": 3, "per": {"calendar": "week"}}]}"#,
            r#"{"name": "books", "earn": {"mission": {"points": 9, "activity": "read", "times": 2, "within": {"days": 8}}}}"#,
            r#"{"name": "base", "earn": {"per_purchase": {"points": 3}}}"#,
            r#"{"name": "weekly", "earn": {"streak": {"points": 5, "periods": 2, "unit": "week"}}}"#,
        ];
        // The order in which rules are written does not matter.
        rules.rotate_left(turn);
        let mut club = club(&rules.join(","));
        let (mut purchases, mut activities) = (Vec::new(), Vec::new());
        let mut deeds = deeds;
        deeds.sort_unstable();
        deeds.dedup_by_key(|(day, _)| *day);
        for (day, what) in &deeds {
            let (own, when) = (id(&format!("deed {day}")), at("2026-03-02").saturating_add_days(*day));
            if *what == 0 {
                let purchase = Purchase::new(own, club.member, when, eur("5.00"));
                club.decide(when, |account, env| account.earn(&purchase, env)).unwrap();
                purchases.push(purchase);
            } else {
                let activity = name(if *what == 1 { "read" } else { "walk" });
                let done = Activity { id: own, member: club.member, at: when, activity, with: None };
                club.decide(when, |account, env| account.credit(&done, env)).unwrap();
                activities.push(done);
            }
        }
        let end = at("2026-12-01");
        let history = History { purchases: &purchases, activities: &activities, ..History::default() };
        let bare = |one: Movement| Movement { recorded: end, ..one };
        let mut replayed: Vec<Movement> =
            replay(&club.programme, history, end).unwrap().movements().map(|one| bare(one.unwrap())).collect();
        replayed.sort_by_key(|one| one.id);
        let decided: Vec<Movement> = club.ledger.movements().cloned().map(bare).collect();
        prop_assert_eq!(&replayed, &decided);
        prop_assert!(decided.iter().all(|one| one.kind == MovementKind::Earned));
        let told = crm_core::loyalty::Deeds::gather(club.programme.id, Shopping::default(), [(club.member, &club.ledger)]);
        prop_assert_eq!(told.activities.len(), activities.len());
    }
}

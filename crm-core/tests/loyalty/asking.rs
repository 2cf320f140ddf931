//! Questions that write nothing: what a basket would earn, what another programme would have done.

use crm_core::base::{Env, Money};
use crm_core::loyalty::{Contribution, Deeds, History, Movement, Purchase, RuleOutcome, Shopping, replay, what_if};
use proptest::prelude::*;

use crate::club::{Club, ONE_PER_EURO, at, definition, eur, id, name, refund};
use crate::laws::{any_case, any_case_with_debt, in_order, live};

const SILVER: &str = r#"{"basis": {"spend": {"currency": "EUR"}}, "window": {"calendar": "year"}, "keep": 1,
    "tiers": [{"name": "silver", "threshold": 10000, "multiplier": 200}, {"name": "gold", "threshold": 20000}]}"#;

#[test]
fn a_basket_is_simulated_with_every_reason() {
    let rules = format!(
        r#"{ONE_PER_EURO}, {{"name": "visit", "earn": {{"per_purchase": {{"points": 5}}}}, "when": {{"minimum": "500.00 EUR"}}}}"#
    );
    let mut club = Club::new(definition("", &rules, SILVER));
    club.buy("first", "2026-03-01", "100.00");
    let basket = club.purchase("basket", "2026-03-02", "150.00");
    let simulated = club.account().simulate(&basket).unwrap();
    assert_eq!((simulated.version, simulated.known), (Some(1), false));
    assert_eq!(simulated.tier, Some(name("silver")));
    let say = |rule: &str, outcome| Contribution { rule: name(rule), unit: name("points"), outcome };
    assert_eq!(simulated.rules, [say("base", RuleOutcome::Awards(300)), say("visit", RuleOutcome::BelowMinimum)]);
    assert_eq!(simulated.points[0].points, 300);
    assert_eq!(simulated.after.unwrap().tier, Some(name("gold")));
    // It may be asked of the future, and asking writes nothing.
    assert_eq!(club.available("2026-03-03"), 100);
    assert_eq!(club.buy("basket", "2026-03-02", "150.00"), 300);
    let again = club.account().simulate(&basket).unwrap();
    assert!(again.known && again.points.is_empty());
    let before = club.purchase("before", "2019-03-02", "150.00");
    assert_eq!(club.account().simulate(&before).unwrap().version, None);
}

#[test]
fn the_tier_of_any_day_and_what_follows_it() {
    let mut club = Club::new(definition("", ONE_PER_EURO, SILVER));
    club.buy("one", "2026-03-01", "100.00");
    club.buy("two", "2026-06-01", "100.00");
    club.buy("three", "2027-02-01", "120.00");
    let tier = |when: &str| club.account().tier(at(when)).unwrap().unwrap();
    assert_eq!(tier("2026-02-28").tier, None);
    assert_eq!(tier("2026-05-31").tier, Some(name("silver")));
    let gold = tier("2027-06-01");
    assert_eq!(gold.tier, Some(name("gold")));
    // The year 2026 gives gold to the end of 2027, and 2027 so far silver to the end of 2028.
    assert_eq!((gold.ends, gold.lands_in), (Some(at("2027-12-31T23:00:00Z")), Some(name("silver"))));
    assert_eq!(gold.keep, Some(8_000));
    let history = club.account().tier_history(at("2030-01-01")).unwrap();
    let tiers: Vec<_> = history.iter().map(|change| change.tier.as_ref().map(|tier| tier.as_str())).collect();
    assert_eq!(tiers, [Some("silver"), Some("gold"), Some("silver"), None]);
}

#[test]
fn another_programme_is_tried_on_what_happened() {
    let mut club = Club::new(definition(r#", "cost": {"amount": "0.01 EUR", "points": 1}"#, ONE_PER_EURO, SILVER));
    club.buy("one", "2026-03-01", "100.00");
    club.buy("two", "2026-06-01", "40.00");
    let order = club.purchase("one", "2026-03-01", "100.00");
    club.refund(&order, &[refund("back", "one", "2026-06-02", "50.00")]);
    club.redeem("mug", "2026-06-03", 100).unwrap();
    let deeds = Deeds::gather(club.programme.id, Shopping::default(), [(club.member, &club.ledger)]);
    let half = ONE_PER_EURO.replace("1.00 EUR", "2.00 EUR");
    let ladder = SILVER.replace("10000", "4000");
    let changed = definition(r#", "cost": {"amount": "0.01 EUR", "points": 1}"#, &half, &ladder);
    let (from, until) = (at("2026-01-01"), at("2026-07-01"));
    let what = what_if(&club.programme, deeds.history(), changed.clone(), from, until).unwrap();
    assert_eq!((what.members, what.gaining, what.losing), (1, 1, 0));
    // Now: 100 + 80 in silver, less 50 and 100. Changed: 50 + 40, less 25, and the mug is not to be had.
    let unit = &what.units[0];
    assert_eq!(unit.present.as_ref().unwrap().totals.outstanding, 30);
    assert_eq!(unit.changed.as_ref().unwrap().totals.outstanding, 65);
    assert_eq!(unit.changed.as_ref().unwrap().cost, Some(eur("0.65")));
    assert_eq!(what.refused.len(), 1);
    assert_eq!((what.refused[0].cause, what.refused[0].error.code().as_str()), (id("mug"), "denied"));
    assert_eq!(what.largest[0].points, 35);
    assert_eq!(what.tiers.len(), 1);
    // From later on, what was before stays as it was.
    let later = what_if(&club.programme, deeds.history(), changed, at("2026-05-01"), until).unwrap();
    assert_eq!(later.units[0].changed.as_ref().unwrap().totals.earned, 140);
}

proptest! {
    #[test]
    fn what_is_simulated_is_what_is_earned(case in any_case(), day in 0_i64..120, cents in 0_i64..2_000) {
        let world = live(&case);
        let when = at("2026-01-15T00:00:00Z").saturating_add_days(day);
        let basket = Purchase::new(id("basket"), world.member, when, Money::new(cents, eur("0").currency()));
        let simulated = world.account().simulate(&basket).unwrap();
        let earned = world.account().earn(&basket, &Env::new(at("2026-12-01"), &world.ids)).unwrap();
        let opened = |one: &&Movement| one.opens() && one.cause == basket.id;
        let points: i64 = earned.movements.iter().filter(opened).map(|one| one.points).sum();
        prop_assert_eq!(simulated.points.iter().map(|one| one.points).sum::<i64>(), points);
        for known in world.purchases.values() {
            prop_assert!(world.account().simulate(known).unwrap().known);
        }
    }

    #[test]
    fn a_ledger_tells_what_was_done(case in prop_oneof![2 => any_case(), 1 => any_case_with_debt()], joined in 0_i64..90) {
        let world = in_order(&case, joined);
        let deeds = Deeds::gather(world.programme.id, Shopping::default(), [(world.member, &world.ledger)]);
        let end = at("2026-12-01");
        let bare = |one: Movement| Movement { recorded: end, ..one };
        let mut again: Vec<Movement> =
            replay(&world.programme, deeds.history(), end).unwrap().movements().map(|one| bare(one.unwrap())).collect();
        again.sort_by_key(|one| one.id);
        prop_assert_eq!(again, world.ledger.movements().cloned().map(bare).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_changes_under_the_same_programme(case in any_case()) {
        let world = live(&case);
        let deeds = Deeds::gather(world.programme.id, Shopping::default(), [(world.member, &world.ledger)]);
        let same = world.programme.versions()[0].definition.clone();
        let end = at("2026-12-01");
        let what = what_if(&world.programme, deeds.history(), same, at("2020-01-01"), end).unwrap();
        prop_assert_eq!((what.gaining, what.losing, what.refused.len(), what.largest.len()), (0, 0, 0, 0));
        prop_assert!(what.units.iter().all(|unit| unit.present == unit.changed));
        prop_assert!(what.tiers.iter().all(|shift| shift.present == shift.changed));
        prop_assert_eq!(what.tiers.iter().map(|shift| shift.members).sum::<u64>(), what.members);
        let nobody = what_if(&world.programme, History::default(), crate::laws::definition(&case), end, end).unwrap();
        prop_assert_eq!(nobody.members, 0);
    }
}

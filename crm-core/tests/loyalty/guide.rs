//! The programmes of the guide do what the guide says.

use std::path::Path;

use crm_core::base::{Channel, CustomerId, Money};
use crm_core::loyalty::{Activity, Definition, PurchaseLine};

use crate::club::{Club, at, eur, id, name};

/// The definitions in the guide, in its order.
fn programmes() -> Vec<Definition> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/loyalty.md");
    let text = std::fs::read_to_string(guide).unwrap();
    let blocks = text.split("```json\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.map(|json| Definition::from_json(json).unwrap_or_else(|error| panic!("{error}\n{json}"))).collect()
}

fn club(title: &str) -> Club {
    Club::new(programmes().into_iter().find(|one| one.name == name(title)).unwrap())
}

fn line(number: u32, category: &str, quantity: i64, amount: Money) -> PurchaseLine {
    PurchaseLine { category: Some(category.into()), quantity, ..PurchaseLine::new(number, amount) }
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[test]
fn every_programme_of_the_guide_is_one() {
    assert_eq!(programmes().len(), 4);
}

#[test]
fn a_coffee_card() {
    let mut club = club("Coffee card");
    let cups = |own: &str, when: &str, cups: i64| {
        let amount = Money::new(cups * 320, eur("0").currency());
        crm_core::loyalty::Purchase::new(id(own), CustomerId::new(id("anna")), at(when), amount)
            .line(line(1, "coffee", cups, amount))
    };
    let mut order = |own: &str, when: &str, count: i64| {
        let purchase = cups(own, when, count);
        club.decide(purchase.at, |account, env| account.earn(&purchase, env)).unwrap().points()
    };
    assert_eq!(order("office", "2026-03-01", 30), 20);
    for day in 2..10 {
        assert_eq!(order(&format!("cup {day}"), &format!("2026-03-{day:02}"), 1), 1);
    }
    assert_eq!(order("tenth", "2026-03-10", 1), 3);
    assert_eq!(club.available("2027-12-31"), 31);
    assert_eq!(club.available("2028-01-01"), 0);
}

#[test]
fn retail_points_with_tiers() {
    let mut club = club("Retail club");
    club.decide(at("2026-01-02"), |account, env| account.join(at("2026-01-02"), env)).unwrap();
    assert_eq!(club.buy("first", "2026-01-05", "1000.00"), 1_000 + 200);
    let tier = club.account().tier(at("2026-01-05")).unwrap().unwrap();
    assert_eq!(tier.tier, Some(name("gold")));
    // To the end of 2027, and thirty days of grace.
    assert_eq!(tier.ends, Some(at("2028-01-30T23:00:00Z")));
    let mut web = club.purchase("web", "2026-03-01", "50.00");
    web.channel = Some(Channel::Web);
    web = web.line(line(1, "books", 1, eur("40.00"))).line(line(2, "gift_card", 1, eur("10.00")));
    let earned = club.decide(web.at, |account, env| account.earn(&web, env)).unwrap().points();
    // 40 points in gold, and as many more because it is Sunday.
    assert_eq!(earned, 120);
    assert_eq!(club.balance("2026-03-14").pending, 120);
    assert_eq!(club.balance("2026-03-15").pending, 0);
    let friend = |with: &str| Activity {
        id: id(with),
        member: club.member,
        at: at("2026-04-01"),
        activity: name("referral"),
        with: Some(CustomerId::new(id(with))),
    };
    let (ben, again) = (friend("ben"), friend("ben"));
    let mut credit = |one: &Activity| club.decide(one.at, |account, env| account.credit(one, env)).unwrap().points();
    assert_eq!((credit(&ben), credit(&again)), (375, 0));
}

#[test]
fn miles() {
    let mut club = club("Miles");
    let mut fly = |own: &str, when: &str, cabin: &str| {
        let amount = money("800.00 CHF");
        let flight = crm_core::loyalty::Purchase::new(id(own), CustomerId::new(id("anna")), at(when), amount)
            .line(line(1, cabin, 1, amount));
        club.decide(flight.at, |account, env| account.earn(&flight, env)).unwrap().points()
    };
    assert_eq!(fly("a", "2026-01-10", "business"), 4_000 + 10_000);
    assert_eq!(fly("b", "2026-02-10", "business"), 4_000 + 10_000);
    // Silver by now.
    assert_eq!(fly("c", "2026-03-10", "economy"), 5_000 + 2_500);
    let tier = club.account().tier(at("2026-03-10")).unwrap().unwrap();
    assert_eq!((tier.tier, tier.value), (Some(name("silver")), 22_500));
    let rewards = club.account().rewards(at("2026-03-10"), &[], &crm_core::loyalty::Shelf::default()).unwrap();
    assert_eq!(rewards[0].outcome, crm_core::loyalty::RewardOutcome::OtherTier);
    assert_eq!(rewards[1].outcome, crm_core::loyalty::RewardOutcome::Available);
}

#[test]
fn a_coalition_of_partners() {
    let mut club = club("Town card");
    let mut buy = |own: &str, when: &str, partner: &str, amount: &str| {
        let amount = money(amount);
        let mut purchase = crm_core::loyalty::Purchase::new(id(own), CustomerId::new(id("anna")), at(when), amount);
        purchase.partner = Some(name(partner));
        purchase = purchase.line(line(1, "food", 1, amount));
        club.decide(purchase.at, |account, env| account.earn(&purchase, env)).unwrap().points()
    };
    assert_eq!(buy("a", "2026-03-02", "grocer", "101.00 USD"), 50);
    assert_eq!(buy("b", "2026-03-09", "fuel", "500.00 USD"), 40);
    assert_eq!(buy("c", "2026-03-16", "museum", "20.00 USD"), 100);
    assert_eq!(buy("d", "2026-03-17", "grocer", "9000.00 USD"), 2_000 - 190);
    assert_eq!(buy("e", "2026-04-02", "grocer", "10.00 USD"), 5);
}

//! Points that are set aside, wait, or go to another member.

use std::sync::Arc;
use std::thread;

use crm_core::Crm;
use crm_core::base::{CountedIds, CustomerId, Env, ProgrammeId, Window};
use crm_core::crm::FixedClock;
use crm_core::customer::NewCustomer;
use crm_core::fact::Projection;
use crm_core::loyalty::{
    Account, Balance, Capture, Invariant, Ledger, MovementKind, PointsDecision, Purchase, Reservation, Transfer,
    audit_transfers,
};
use crm_core::store::Memory;

use crate::club::{Club, ONE_PER_EURO, at, definition, eur, id, name, refund};

fn reserve(club: &mut Club, own: &str, when: &str, until: &str, points: i64) -> crm_core::Result<PointsDecision> {
    let (at, until) = (at(when), at(until));
    let reservation = Reservation { id: id(own), member: club.member, unit: None, points, at, until };
    club.decide(at, |account, env| account.reserve(&reservation, env))
}

fn capture(club: &mut Club, own: &str, of: &str, when: &str, points: Option<i64>) -> crm_core::Result<PointsDecision> {
    let capture = Capture { id: id(own), reservation: id(of), points, at: at(when) };
    club.decide(capture.at, |account, env| account.capture(&capture, env))
}

fn release(club: &mut Club, of: &str, when: &str) -> crm_core::Result<PointsDecision> {
    club.decide(at(when), |account, env| account.release(id(of), at(when), env))
}

const fn balance(available: i64, pending: i64, owed: i64, reserved: i64) -> Balance {
    Balance { available, pending, owed, reserved }
}

#[test]
fn what_is_set_aside_is_spent_by_nobody_else_and_comes_back_in_time() {
    let mut club = Club::simple("");
    club.buy("order", "2026-01-01", "100");
    reserve(&mut club, "cart", "2026-02-01", "2026-02-03", 70).unwrap();
    assert_eq!(club.balance("2026-02-02"), balance(30, 0, 0, 70));
    assert_eq!(club.redeem("greedy", "2026-02-02", 40).unwrap_err().code().as_str(), "denied");
    // The hold ends at its instant, and not after it, whether or not anybody writes it down.
    assert_eq!(club.balance("2026-02-03"), balance(100, 0, 0, 0));
    assert_eq!(club.available("2026-02-03T11:59:59.999999Z"), 30);
    let written = club.settle("2026-02-04");
    assert_eq!(written.movements.len(), 1);
    assert_eq!((written.movements[0].kind, written.movements[0].at), (MovementKind::Released, at("2026-02-03")));
    assert!(club.settle("2026-02-05").movements.is_empty());
    club.redeem("all", "2026-02-05", 100).unwrap();
}

#[test]
fn a_reservation_is_captured_in_part_and_the_rest_comes_back() {
    let mut club = Club::simple("");
    club.buy("order", "2026-01-01", "100");
    reserve(&mut club, "cart", "2026-02-01", "2026-02-03", 70).unwrap();
    assert!(reserve(&mut club, "cart", "2026-02-01", "2026-02-03", 70).unwrap().movements.is_empty());
    assert_eq!(capture(&mut club, "sale", "cart", "2026-02-02", Some(71)).unwrap_err().code().as_str(), "invalid");
    let decision = capture(&mut club, "sale", "cart", "2026-02-02", Some(50)).unwrap();
    assert_eq!(decision.points(), 70 - 50);
    assert!(capture(&mut club, "sale", "cart", "2026-02-02", Some(50)).unwrap().movements.is_empty());
    assert_eq!(club.balance("2026-02-02"), balance(50, 0, 0, 0));
    assert_eq!(club.balance("2026-03-01"), balance(50, 0, 0, 0));
    assert_eq!(capture(&mut club, "again", "cart", "2026-02-02", None).unwrap_err().code().as_str(), "denied");
    // It is a redemption, and can be cancelled as one.
    club.cancel("sale", "2026-03-01", Some(20)).unwrap();
    assert_eq!(club.available("2026-03-01"), 70);
}

#[test]
fn what_is_set_aside_outlives_its_expiry_until_it_is_captured() {
    let mut club = Club::simple(r#", "expiry": {"after": {"days": 30}}"#);
    club.buy("order", "2026-01-01", "100");
    reserve(&mut club, "cart", "2026-01-30", "2026-02-05", 60).unwrap();
    assert_eq!(club.balance("2026-02-01"), balance(0, 0, 0, 60));
    capture(&mut club, "sale", "cart", "2026-02-02", Some(50)).unwrap();
    // The ten points that were left over had expired meanwhile.
    assert_eq!(club.balance("2026-02-02"), balance(0, 0, 0, 0));
    let lots = club.ledger.lots(club.programme.id, &name("points"), at("2026-02-02"));
    assert_eq!((lots[0].redeemed, lots[0].expired, lots[0].reserved), (50, 50, 0));
}

#[test]
fn a_released_reservation_is_over() {
    let mut club = Club::simple("");
    club.buy("order", "2026-01-01", "100");
    reserve(&mut club, "cart", "2026-02-01", "2026-02-09", 70).unwrap();
    release(&mut club, "cart", "2026-02-02").unwrap();
    assert_eq!((club.available("2026-02-01"), club.available("2026-02-02")), (30, 100));
    assert!(release(&mut club, "cart", "2026-02-03").unwrap().movements.is_empty());
    assert_eq!(capture(&mut club, "sale", "cart", "2026-02-03", None).unwrap_err().code().as_str(), "denied");
    assert_eq!(release(&mut club, "other", "2026-02-03").unwrap_err().code().as_str(), "not-found");
    assert_eq!(capture(&mut club, "sale", "other", "2026-02-03", None).unwrap_err().code().as_str(), "not-found");
    assert_eq!(reserve(&mut club, "odd", "2026-02-09", "2026-02-09", 1).unwrap_err().code().as_str(), "invalid");
}

#[test]
fn a_capture_that_is_heard_of_late_counts_from_its_instant() {
    let mut club = Club::simple("");
    club.buy("order", "2026-01-01", "100");
    reserve(&mut club, "cart", "2026-02-01", "2026-02-03", 70).unwrap();
    club.settle("2026-02-10");
    club.redeem("meanwhile", "2026-02-11", 20).unwrap();
    capture(&mut club, "sale", "cart", "2026-02-02", None).unwrap();
    assert_eq!(club.balance("2026-02-11"), balance(10, 0, 0, 0));
    // Who has spent the points meanwhile cannot capture them any more.
    reserve(&mut club, "other", "2026-02-12", "2026-02-13", 10).unwrap();
    club.redeem("rest", "2026-02-14", 10).unwrap();
    assert_eq!(capture(&mut club, "late", "other", "2026-02-12", None).unwrap_err().code().as_str(), "denied");
}

#[test]
fn what_is_set_aside_is_still_owed_by_the_business() {
    let mut club = Club::simple(r#", "cost": {"amount": "1.00 EUR", "points": 1}"#);
    club.buy("order", "2026-01-01", "100");
    reserve(&mut club, "cart", "2026-02-01", "2026-02-03", 70).unwrap();
    let mut fold = crm_core::loyalty::LiabilityFold::new(&club.programme, None, at("2026-02-02")).unwrap();
    club.ledger.movements().for_each(|one| fold.add(one));
    let liability = fold.finish().unwrap();
    assert_eq!((liability.totals.outstanding, liability.cost), (100, Some(eur("100"))));
    let statement = club.account().statement(None, Window::until(at("2026-02-02"))).unwrap();
    assert_eq!((statement.closing.total(), statement.closing.reserved), (30, 70));
    assert_eq!(statement.lines.last().unwrap().total, 30);
}

#[test]
fn points_of_a_purchase_wait_until_it_is_delivered() {
    let mut club = Club::simple(r#", "expiry": {"after": {"days": 365}}"#);
    let order = Purchase { held: true, ..club.purchase("order", "2026-01-01", "100") };
    club.decide(order.at, |account, env| account.earn(&order, env)).unwrap();
    assert_eq!(club.balance("2026-03-01"), balance(0, 100, 0, 0));
    assert_eq!(club.refund(&order, &[refund("back", "order", "2026-01-20", "40")]), -40);
    let confirm = |account: &Account<'_>, env: &Env<'_>| account.confirm(id("order"), at("2026-02-01"), env);
    assert_eq!(club.decide(at("2026-02-01"), confirm).unwrap().movements.len(), 1);
    assert!(club.decide(at("2026-02-02"), confirm).unwrap().movements.is_empty());
    assert_eq!(club.balance("2026-01-31"), balance(0, 60, 0, 0));
    assert_eq!(club.balance("2026-02-01"), balance(60, 0, 0, 0));
    assert_eq!(club.ledger.balance(club.programme.id, &name("points"), at("2026-02-01")), balance(60, 0, 0, 0));
    club.redeem("mug", "2026-02-01", 60).unwrap();
    let unknown = club.decide(at("2026-02-02"), |account, env| account.confirm(id("nothing"), at("2026-02-02"), env));
    assert_eq!(unknown.unwrap_err().code().as_str(), "not-found");
}

#[test]
fn a_large_award_waits_for_a_look_at_it() {
    let mut club = Club::simple(r#", "review_over": 500"#);
    club.buy("usual", "2026-01-01", "500");
    club.buy("odd", "2026-01-02", "501");
    assert_eq!(club.balance("2026-06-01"), balance(500, 501, 0, 0));
    club.decide(at("2026-06-02"), |account, env| account.confirm(id("odd"), at("2026-06-02"), env)).unwrap();
    assert_eq!(club.balance("2026-06-02"), balance(1001, 0, 0, 0));
    // What was never in doubt needs no word.
    let usual = club.decide(at("2026-06-02"), |account, env| account.confirm(id("usual"), at("2026-06-02"), env));
    assert!(usual.unwrap().movements.is_empty());
}

#[test]
fn nobody_redeems_faster_than_the_programme_allows() {
    let caps =
        r#", "redeem_caps": [{"points": 100, "per": {"calendar": "day"}}, {"times": 3, "per": {"calendar": "month"}}]"#;
    let mut club = Club::simple(caps);
    club.buy("order", "2026-01-01", "1000");
    club.redeem("one", "2026-02-01", 60).unwrap();
    let denied = club.redeem("two", "2026-02-01", 41).unwrap_err();
    assert_eq!(denied.code().as_str(), "denied");
    club.redeem("two", "2026-02-01", 40).unwrap();
    reserve(&mut club, "three", "2026-02-02", "2026-02-03", 100).unwrap();
    // What is set aside counts for as long as it is.
    assert!(club.redeem("four", "2026-02-02T13:00:00Z", 1).is_err());
    club.redeem("five", "2026-02-03", 1).unwrap();
    assert!(club.redeem("six", "2026-02-28", 1).is_err());
    club.redeem("seven", "2026-03-01", 1).unwrap();
}

/// Anna with 100 points of two orders, and Ben.
fn two() -> (Club, Ledger) {
    let unit = r#", "transferable": true, "expiry": {"after": {"days": 100}}"#;
    let mut club = Club::new(definition(unit, ONE_PER_EURO, ""));
    club.buy("first", "2026-01-01", "60");
    club.buy("second", "2026-02-01", "40");
    (club, Ledger::default())
}

fn give(club: &mut Club, to: &mut Ledger, own: &str, when: &str, points: i64) -> crm_core::Result<()> {
    let (ids, ben) = (CountedIds::from(0), CustomerId::new(id("ben")));
    club.now = club.now.max(at(when));
    let env = Env::new(club.now, &ids);
    let transfer = Transfer { id: id(own), from: club.member, to: ben, unit: None, points, at: at(when) };
    let receiver = Account::new(&club.programme, ben, to);
    let (given, received) = club.account().transfer(&transfer, &receiver, &env)?;
    given.movements.iter().for_each(|one| club.ledger.apply(&one.to_fact()));
    received.movements.iter().for_each(|one| to.apply(&one.to_fact()));
    assert_eq!(club.account().audit().unwrap(), []);
    assert_eq!(Account::new(&club.programme, ben, to).audit().unwrap(), []);
    assert_eq!(audit_transfers(club.programme.id, [&club.ledger, &*to]), []);
    Ok(())
}

#[test]
fn a_transfer_keeps_the_sum_and_every_expiry() {
    let (mut club, mut to) = two();
    give(&mut club, &mut to, "gift", "2026-03-01", 70).unwrap();
    give(&mut club, &mut to, "gift", "2026-03-01", 70).unwrap();
    let ben = Account::new(&club.programme, CustomerId::new(id("ben")), &to);
    let when = at("2026-03-02");
    let points =
        |list: Vec<crm_core::loyalty::Expiring>| list.into_iter().map(|one| (one.at, one.points)).collect::<Vec<_>>();
    // A hundred days after noon in London in winter it is summer in Berlin.
    let (april, may) = (at("2026-04-11T11:00:00Z"), at("2026-05-12T11:00:00Z"));
    assert_eq!(points(ben.expiring(None, when).unwrap()), [(april, 60), (may, 10)]);
    assert_eq!(points(club.account().expiring(None, when).unwrap()), [(may, 30)]);
    assert_eq!(give(&mut club, &mut to, "more", "2026-03-02", 31).unwrap_err().code().as_str(), "denied");
    assert_eq!(give(&mut club, &mut to, "gift", "2026-03-02", 5).unwrap_err().code().as_str(), "invalid");
}

#[test]
fn a_late_fact_moves_a_transfer_to_other_points_and_never_its_sum() {
    let (mut club, mut to) = two();
    give(&mut club, &mut to, "gift", "2026-03-01", 70).unwrap();
    // A redemption of February that nobody knew of takes some of the points that were given away.
    club.redeem("offline", "2026-02-10", 30).unwrap();
    assert_eq!(club.available("2026-03-02"), 0);
    assert_eq!(audit_transfers(club.programme.id, [&club.ledger, &to]), []);
}

#[test]
fn points_that_arrive_from_nowhere_are_told() {
    let (mut club, mut to) = two();
    give(&mut club, &mut to, "gift", "2026-03-01", 70).unwrap();
    let violations = audit_transfers(club.programme.id, [&to]);
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].invariant, Invariant::Transfer);
    assert_eq!(violations[0].facts.len(), 2);
}

#[test]
fn only_points_that_may_be_transferred_are_and_not_to_oneself() {
    let mut club = Club::simple("");
    club.buy("order", "2026-01-01", "100");
    let mut to = Ledger::default();
    assert_eq!(give(&mut club, &mut to, "gift", "2026-03-01", 70).unwrap_err().code().as_str(), "denied");
    let (club, _) = two();
    let (ids, anna) = (CountedIds::from(0), club.member);
    let own = Transfer { id: id("own"), from: anna, to: anna, unit: None, points: 1, at: at("2026-03-01") };
    let env = Env::new(at("2026-03-01"), &ids);
    assert_eq!(club.account().transfer(&own, &club.account(), &env).unwrap_err().code().as_str(), "invalid");
}

#[test]
fn many_who_give_at_once_give_what_is_there() {
    let crm = Crm::builder(Arc::new(Memory::default())).clock(FixedClock::at(at("2026-06-01"))).open().unwrap();
    let club = ProgrammeId::new(id("club"));
    let unit = r#", "transferable": true"#;
    crm.loyalty().publish(club, &definition(unit, ONE_PER_EURO, ""), at("2026-01-01")).unwrap();
    let new = |who: &str| crm.customers().create(NewCustomer::person(who)).unwrap().id;
    let (anna, others) = (new("Anna"), ["b", "c", "d", "e", "f", "g"].map(new));
    crm.loyalty().earn(club, &Purchase::new(id("order"), anna, at("2026-03-01"), eur("35"))).unwrap();
    let threads = others.map(|to| {
        let crm = crm.clone();
        thread::spawn(move || {
            let own = id(&format!("gift {to}"));
            let transfer = Transfer { id: own, from: anna, to, unit: None, points: 10, at: at("2026-05-01") };
            crm.loyalty().transfer(club, &transfer).is_ok()
        })
    });
    let given = threads.into_iter().map(|one| one.join().unwrap()).filter(|done| *done).count();
    assert_eq!(given, 3);
    let standings = crm.loyalty().standings(club, at("2026-05-02")).unwrap();
    assert_eq!(standings[&anna].balance.available, 5);
    assert_eq!(standings.values().map(|one| one.balance.available).sum::<i64>(), 35);
    assert_eq!(crm.loyalty().audit(club).unwrap(), []);
    assert_eq!(crm.loyalty().liability(club, at("2026-05-02")).unwrap().totals.outstanding, 35);
}

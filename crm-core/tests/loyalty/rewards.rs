//! Rewards and vouchers through the front, with many at once.

use std::sync::Arc;
use std::thread;

use crm_core::base::{CustomerId, ProgrammeId};
use crm_core::crm::FixedClock;
use crm_core::customer::NewCustomer;
use crm_core::loyalty::{Claim, Definition, Purchase, VoucherUse};
use crm_core::store::Memory;
use crm_core::{Crm, Error};

use crate::club::{at, eur, id, name};

fn shop(rewards: &str) -> (Crm, ProgrammeId) {
    let crm = Crm::builder(Arc::new(Memory::default())).clock(FixedClock::at(at("2026-06-01"))).open().unwrap();
    let json = format!(
        r#"{{"name": "Club", "zone": "Europe/Berlin", "units": [{{"name": "points"}}],
            "rules": [{{"name": "base", "earn": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}}}}],
            "rewards": [{rewards}]}}"#
    );
    let club = ProgrammeId::new(id("club"));
    crm.loyalty().publish(club, &Definition::from_json(&json).unwrap(), at("2026-01-01")).unwrap();
    (crm, club)
}

fn member(crm: &Crm, club: ProgrammeId, who: &str, points: &str) -> CustomerId {
    let member = crm.customers().create(NewCustomer::person(who)).unwrap().id;
    let purchase = Purchase::new(id(&format!("order {who}")), member, at("2026-03-01"), eur(points));
    crm.loyalty().earn(club, &purchase).unwrap();
    member
}

fn claim(own: &str, member: CustomerId, reward: &str) -> Claim {
    Claim { id: id(own), member, reward: name(reward), at: at("2026-05-01"), segments: Vec::new() }
}

/// What everybody gets when all try at once.
fn at_once<T: Send + 'static>(count: usize, act: impl Fn(usize) -> T + Send + Sync + 'static) -> Vec<T> {
    let act = Arc::new(act);
    let threads: Vec<_> = (0..count)
        .map(|number| {
            let act = Arc::clone(&act);
            thread::spawn(move || act(number))
        })
        .collect();
    threads.into_iter().map(|one| one.join().unwrap()).collect()
}

#[test]
fn the_last_piece_goes_to_one_of_those_who_claim_at_once() {
    let (crm, club) = shop(r#"{"name": "mug", "points": 10, "stock": 3}"#);
    let members: Vec<CustomerId> = (0..8).map(|who| member(&crm, club, &format!("m{who}"), "10.00")).collect();
    let (front, all) = (crm.clone(), members.clone());
    let outcomes = at_once(8, move |number| {
        front.loyalty().claim(club, &claim(&format!("claim {number}"), all[number], "mug")).map(|voucher| voucher.code)
    });
    let codes: std::collections::BTreeSet<_> = outcomes.iter().flatten().collect();
    assert_eq!(codes.len(), 3);
    for outcome in &outcomes {
        assert!(outcome.as_ref().err().is_none_or(|error| error.code().as_str() == "denied"), "{outcome:?}");
    }
    let left: i64 = members
        .iter()
        .map(|member| crm.loyalty().standing(club, *member, at("2026-06-01")).unwrap().balance.available)
        .sum();
    assert_eq!(left, 50);
    assert_eq!(crm.loyalty().audit(club).unwrap(), []);
}

#[test]
fn a_voucher_is_used_once_by_those_who_try_at_once() {
    let (crm, club) = shop(r#"{"name": "offer"}"#);
    let anna = member(&crm, club, "anna", "10.00");
    let code = crm.loyalty().claim(club, &claim("claim", anna, "offer")).unwrap().code;
    let front = crm.clone();
    let outcomes = at_once(6, move |number| {
        let by = VoucherUse { id: id(&format!("till {number}")), code: code.clone(), at: at("2026-05-02") };
        front.loyalty().use_voucher(&by).is_ok()
    });
    assert_eq!(outcomes.into_iter().filter(|used| *used).count(), 1);
}

#[test]
fn a_cancelled_voucher_gives_the_same_points_back() {
    let (crm, club) = shop(r#"{"name": "mug", "points": 70, "worth": "2.00 EUR", "budget": "2.00 EUR"}"#);
    let (anna, ben) = (member(&crm, club, "anna", "100.00"), member(&crm, club, "ben", "100.00"));
    let loyalty = crm.loyalty();
    let before = loyalty.standing(club, anna, at("2026-06-01")).unwrap();
    let voucher = loyalty.claim(club, &claim("one", anna, "mug")).unwrap();
    assert_eq!(loyalty.claim(club, &claim("two", ben, "mug")).unwrap_err().code().as_str(), "denied");
    loyalty.cancel_voucher(&voucher.code.to_lowercase(), at("2026-05-02")).unwrap();
    assert_eq!(loyalty.standing(club, anna, at("2026-06-01")).unwrap(), before);
    loyalty.claim(club, &claim("two", ben, "mug")).unwrap();
    assert_eq!(loyalty.audit(club).unwrap(), []);
}

#[test]
fn nobody_learns_a_code_from_an_error() {
    let (crm, _) = shop(r#"{"name": "offer"}"#);
    let typed = "ZZZZ-SECRET";
    let errors: Vec<Error> =
        [crm.loyalty().voucher(typed).unwrap_err(), crm.loyalty().voucher("1111-1111-1111-1111").unwrap_err()].into();
    for error in errors {
        let told = format!("{error} {error:?}");
        assert!(!told.contains("SECRET") && !told.contains("1111-1111"), "{told}");
    }
}

#[test]
fn rewards_that_contradict_themselves_are_refused() {
    for rewards in [
        r#"{"name": "a", "points": -1}"#,
        r#"{"name": "a"}, {"name": "a"}"#,
        r#"{"name": "a", "unit": "miles"}"#,
        r#"{"name": "a", "budget": "5.00 EUR"}"#,
        r#"{"name": "a", "worth": "1.00 USD", "budget": "5.00 EUR"}"#,
        r#"{"name": "a", "tiers": ["gold"]}"#,
        r#"{"name": "a", "from": "2026-02-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}"#,
        r#"{"name": "a", "valid": {"days": 0}}"#,
    ] {
        let json =
            format!(r#"{{"name": "Club", "zone": "UTC", "units": [{{"name": "points"}}], "rewards": [{rewards}]}}"#);
        assert!(Definition::from_json(&json).is_err(), "{rewards}");
    }
}

#[test]
fn those_who_are_erased_leave_no_voucher_and_the_tally_stays() {
    let (crm, club) = shop(r#"{"name": "mug", "points": 10, "stock": 1}"#);
    let (anna, ben) = (member(&crm, club, "anna", "100.00"), member(&crm, club, "ben", "100.00"));
    let voucher = crm.loyalty().claim(club, &claim("one", anna, "mug")).unwrap();
    crm.privacy().erase(anna).unwrap();
    assert_eq!(crm.loyalty().voucher(&voucher.code).unwrap_err().code().as_str(), "not-found");
    assert_eq!(crm.loyalty().claim(club, &claim("two", ben, "mug")).unwrap_err().code().as_str(), "denied");
}

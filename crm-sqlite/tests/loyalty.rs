//! Points in one file, spent by many at once: two engines with four writers each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::thread;

use crm_core::base::{CustomerId, Id, ProgrammeId, Timestamp};
use crm_core::crm::FixedClock;
use crm_core::customer::NewCustomer;
use crm_core::loyalty::{Capture, Definition, Purchase, Redemption, Reservation, Transfer};
use crm_core::{Crm, Error};
use crm_sqlite::Sqlite;

const DEFINITION: &str = r#"{"name": "Club", "zone": "UTC", "units": [{"name": "points", "transferable": true}],
    "rules": [{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}]}"#;

fn id(text: &str) -> Id {
    Id::derived("test", text)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn many_writers_spend_what_is_there_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("club.db");
    let open = || {
        let clock = FixedClock::at(at("2026-06-01T00:00:00Z"));
        Crm::builder(std::sync::Arc::new(Sqlite::open(&path).unwrap())).clock(clock).open().unwrap()
    };
    let (one, other) = (open(), open());
    let club = ProgrammeId::new(id("club"));
    one.loyalty().publish(club, &Definition::from_json(DEFINITION).unwrap(), at("2025-01-01T00:00:00Z")).unwrap();
    let [anna, ben] = ["Anna", "Ben"].map(|who| one.customers().create(NewCustomer::person(who)).unwrap().id);
    let order = Purchase::new(id("order"), anna, at("2026-01-01T00:00:00Z"), "50.00 EUR".parse().unwrap());
    one.loyalty().earn(club, &order).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|writer| {
            let crm = if writer % 2 == 0 { one.clone() } else { other.clone() };
            thread::spawn(move || (0..4).map(|nth| spend(&crm, club, (anna, ben), writer, nth)).sum::<i64>())
        })
        .collect();
    let spent: i64 = threads.into_iter().map(|one| one.join().unwrap()).sum();
    let standings = other.loyalty().standings(club, at("2026-05-02T00:00:00Z")).unwrap();
    let (left, given) =
        (standings[&anna].balance.available, standings.get(&ben).map_or(0, |one| one.balance.available));
    assert_eq!(left + given + spent, 50);
    assert!(left < 3, "whoever was refused was refused for want of points");
    assert_eq!(one.loyalty().audit(club).unwrap(), []);
}

/// Spends three points in one of three ways, twice as a network does that is not sure, and gives how many were spent.
fn spend(crm: &Crm, club: ProgrammeId, (anna, ben): (CustomerId, CustomerId), writer: usize, nth: usize) -> i64 {
    let own = id(&format!("{writer}/{nth}"));
    let when = at("2026-05-01T00:00:00Z");
    let loyalty = crm.loyalty();
    let redemption = Redemption { id: own, member: anna, unit: None, points: 3, at: when };
    let transfer = Transfer { id: own, from: anna, to: ben, unit: None, points: 3, at: when };
    let held = id(&format!("held {own}"));
    let until = at("2026-07-01T00:00:00Z");
    let reservation = Reservation { id: held, member: anna, unit: None, points: 3, at: when, until };
    let capture = Capture { id: own, reservation: held, points: None, at: when };
    let mut done = false;
    for _ in 0..2 {
        let act = || match (writer + nth) % 3 {
            0 => loyalty.redeem(club, &redemption),
            1 => loyalty.transfer(club, &transfer),
            _ => loyalty.reserve(club, &reservation).and_then(|_| loyalty.capture(club, anna, &capture)),
        };
        // Whom others were faster than too often tries again.
        let outcome = std::iter::repeat_with(act).find(|outcome| !matches!(outcome, Err(Error::Conflict(_))));
        match outcome.unwrap() {
            Ok(_) => done = true,
            Err(error) => assert_eq!(error.code().as_str(), "denied", "{error}"),
        }
    }
    if done && (writer + nth) % 3 != 1 { 3 } else { 0 }
}

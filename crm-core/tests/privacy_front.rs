//! What the front adds to the privacy room: contact points that confirmations verify, and erasure across customers.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use crm_core::Crm;
use crm_core::base::{Channel, Name, Timestamp};
use crm_core::crm::FixedClock;
use crm_core::customer::{NewContactPoint, NewCustomer, NewRelationship};
use crm_core::privacy::{ConsentEvent, ConsentKind, Purpose};
use crm_core::store::Memory;

const NEWS: Name = Name::from_static("news");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn crm() -> Crm {
    let clock = FixedClock::at(at("2026-03-10T00:00:00Z"));
    Crm::builder(Arc::new(Memory::new())).clock(clock).open().unwrap()
}

#[test]
fn a_confirmation_verifies_the_contact_point_it_came_from() {
    let crm = crm();
    crm.privacy().define(&Purpose::marketing(NEWS, "News", [Channel::Email])).unwrap();
    let new = NewCustomer::person("Anna").contact(NewContactPoint::email("anna@example.org").unwrap());
    let anna = crm.customers().create(new).unwrap();
    let point = || crm.customers().contact_points(anna.id).unwrap().remove(0);
    assert_eq!(point().verified_at, None);

    let said = |kind, when| {
        let event = ConsentEvent::new(kind, anna.id, at(when)).purpose(NEWS).channel(Channel::Email);
        ConsentEvent { notice: Some(Name::from_static("news-1")), ..event.contact_point(point().id) }
    };
    let confirmed = said(ConsentKind::Confirmed, "2026-03-02T00:00:00Z");
    let events = [said(ConsentKind::Granted, "2026-03-01T00:00:00Z"), confirmed.clone()];
    crm.privacy().record(&events[..1]).unwrap();
    assert_eq!(point().verified_at, None, "a grant proves nothing about the address");
    crm.privacy().record(&events[1..]).unwrap();
    assert_eq!(point().verified_at, Some(confirmed.at));

    crm.privacy().record(&[said(ConsentKind::Confirmed, "2026-03-05T00:00:00Z")]).unwrap();
    assert_eq!(point().verified_at, Some(confirmed.at), "it was verified already");
}

#[test]
fn nobody_confirms_for_somebody_else() {
    let crm = crm();
    crm.privacy().define(&Purpose::marketing(NEWS, "News", [Channel::Email])).unwrap();
    let new = NewCustomer::person("Anna").contact(NewContactPoint::email("anna@example.org").unwrap());
    let anna = crm.customers().create(new).unwrap();
    let ben = crm.customers().create(NewCustomer::person("Ben")).unwrap();
    let point = || crm.customers().contact_points(anna.id).unwrap().remove(0);
    let event = ConsentEvent::new(ConsentKind::Confirmed, ben.id, at("2026-03-02T00:00:00Z"));
    let event = event.purpose(NEWS).channel(Channel::Email).contact_point(point().id);
    crm.privacy().record(&[event]).unwrap();
    assert_eq!(point().verified_at, None);
}

#[test]
fn who_is_erased_is_gone_from_the_relationships_of_others() {
    let crm = crm();
    let [anna, ben] = ["Anna", "Ben"].map(|name| crm.customers().create(NewCustomer::person(name)).unwrap().id);
    let role = |from, to| NewRelationship::new(from, Name::from_static("friend"), to);
    crm.customers().relate(&role(anna, ben)).unwrap();
    crm.customers().relate(&role(ben, anna)).unwrap();
    crm.privacy().erase(anna).unwrap();
    assert_eq!(crm.customers().relationships(ben).unwrap(), []);
}

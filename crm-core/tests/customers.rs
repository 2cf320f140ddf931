//! Customers through the front door.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crm_core::Crm;
use crm_core::base::{
    AsOf, CountedIds, DataClass, Error, FieldDecl, Name, Personal, Provenance, Timestamp, Value, ValueType,
};
use crm_core::crm::FixedClock;
use crm_core::customer::{AttributeValue, ContactKind, Customer, NewContactPoint, NewCustomer, NewRelationship};
use crm_core::store::Memory;
use std::sync::Arc;

const SHOP: Name = Name::from_static("shop");
const PLAN: Name = Name::from_static("plan");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn crm() -> (Crm, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(at("2026-03-01T09:00:00Z")));
    let builder = Crm::builder(Arc::new(Memory::default()));
    (builder.clock(Arc::clone(&clock)).ids(CountedIds::from(1)).open().unwrap(), clock)
}

fn plan() -> FieldDecl {
    FieldDecl::new("plan", ValueType::Text, DataClass::Behaviour, Provenance::Provided, &["service"])
}

#[test]
fn a_customer_is_found_by_what_other_systems_call_it() {
    let (crm, _) = crm();
    let anna = crm.customers().create(NewCustomer::person("Anna Example").identifier(SHOP, "1001")).unwrap();
    assert_eq!(crm.customers().find(&SHOP, "1001").unwrap(), Some(anna.id));
    assert_eq!(crm.customers().find(&SHOP, "1002").unwrap(), None);
    assert_eq!(crm.customers().find(&Name::from_static("till"), "1001").unwrap(), None);
    assert_eq!(crm.customers().get(anna.id).unwrap(), anna);
}

#[test]
fn an_identifier_belongs_to_one_customer() {
    let (crm, _) = crm();
    crm.customers().create(NewCustomer::person("Anna").identifier(SHOP, "1001")).unwrap();
    let second = crm.customers().create(NewCustomer::person("Bert").identifier(SHOP, "1001"));
    assert_eq!(second.unwrap_err().code().as_str(), "conflict");
    assert_eq!(crm.customers().list(10, None).unwrap().items.len(), 1, "nothing of the second was written");
}

#[test]
fn a_save_that_others_overtook_fails() {
    let (crm, _) = crm();
    let first = crm.customers().create(NewCustomer::person("Anna")).unwrap();
    let other = Customer { tags: vec!["vip".into()], ..first.clone() };
    assert_eq!(crm.customers().save(&other).unwrap().version, 2);
    let late = Customer { name: Some(Personal::new("Anne".into())), ..first };
    assert!(matches!(crm.customers().save(&late), Err(Error::Conflict(_))));
}

#[test]
fn archived_customers_keep_everything() {
    let (crm, clock) = crm();
    let anna = crm.customers().create(NewCustomer::person("Anna").tag("vip")).unwrap();
    clock.set(at("2026-03-02T09:00:00Z"));
    crm.customers().archive(anna.id).unwrap();
    let away = crm.customers().get(anna.id).unwrap();
    assert_eq!(away.archived_at, Some(at("2026-03-02T09:00:00Z")));
    assert_eq!(away.tags, anna.tags);
    crm.customers().restore(anna.id).unwrap();
    assert_eq!(crm.customers().get(anna.id).unwrap().archived_at, None);
}

#[test]
fn an_address_never_changes_but_ends() {
    let (crm, _) = crm();
    let anna = crm.customers().create(NewCustomer::person("Anna")).unwrap();
    let new = NewContactPoint::email("Anna@Example.ORG").unwrap();
    let point = crm.customers().add_contact_point(anna.id, &new).unwrap();
    let moved = crm_core::customer::ContactPoint { value: Personal::new("b@example.org".into()), ..point.clone() };
    assert!(crm.customers().save_contact_point(&moved).is_err());
    let bounced = crm_core::customer::ContactPoint { bounced_at: Some(crm.now()), ..point };
    let saved = crm.customers().save_contact_point(&bounced).unwrap();
    assert!(!saved.is_usable(crm.now()));
    let found = crm.customers().find_contact_points(ContactKind::Email, "anna@example.org").unwrap();
    assert_eq!(found, [saved]);
}

#[test]
fn attributes_keep_their_history_and_answer_as_of_both_times() {
    let (crm, clock) = crm();
    crm.customers().declare_attributes(&[plan()]).unwrap();
    let anna = crm.customers().create(NewCustomer::person("Anna").attribute(PLAN, "free")).unwrap();
    let set = |value: &str, since: &str| {
        let value = AttributeValue { at: Some(at(since)), ..AttributeValue::new(PLAN, value) };
        crm.customers().set_attributes(anna.id, &[value]).unwrap();
    };
    clock.set(at("2026-04-01T00:00:00Z"));
    set("gold", "2026-03-20T00:00:00Z");
    clock.set(at("2026-05-01T00:00:00Z"));
    set("basic", "2026-03-10T00:00:00Z");

    let now = crm.customers().get(anna.id).unwrap();
    assert_eq!(now.attributes.get("plan").and_then(Value::as_text), Some("gold"), "the late fact is older");
    let then = |valid: &str, known: &str| {
        let held =
            crm.customers().attribute_as_of(anna.id, &PLAN, AsOf { valid: at(valid), known: at(known) }).unwrap();
        held.and_then(|one| one.value).and_then(|value| value.as_text().map(str::to_owned))
    };
    assert_eq!(then("2026-03-15T00:00:00Z", "2026-04-15T00:00:00Z").as_deref(), Some("free"));
    assert_eq!(then("2026-03-15T00:00:00Z", "2026-05-15T00:00:00Z").as_deref(), Some("basic"));
    assert_eq!(then("2026-02-01T00:00:00Z", "2026-05-15T00:00:00Z"), None);
    assert_eq!(crm.customers().attribute_history(anna.id, &PLAN).unwrap().len(), 3);
}

#[test]
fn undeclared_attributes_and_wrong_types_are_refused() {
    let (crm, _) = crm();
    let undeclared = crm.customers().create(NewCustomer::person("Anna").attribute(PLAN, "free"));
    assert!(matches!(undeclared, Err(Error::Invalid { .. })));
    crm.customers().declare_attributes(&[plan()]).unwrap();
    let wrong = crm.customers().create(NewCustomer::person("Anna").attribute(PLAN, 7_i64));
    assert!(wrong.unwrap_err().to_string().contains("declared as text"));
    let taken = FieldDecl::new("name", ValueType::Int, DataClass::Behaviour, Provenance::Provided, &["service"]);
    assert!(crm.customers().declare_attributes(&[taken]).is_err());
}

#[test]
fn a_field_declared_by_another_engine_on_the_same_store_is_known() {
    let store = Arc::new(Memory::default());
    let (one, other) = (Crm::builder(store.clone()).open().unwrap(), Crm::builder(store).open().unwrap());
    one.customers().declare_attributes(&[plan()]).unwrap();
    assert!(other.customers().create(NewCustomer::person("Anna").attribute(PLAN, "free")).is_ok());
}

#[test]
fn relationships_are_seen_from_both_ends() {
    let (crm, _) = crm();
    let anna = crm.customers().create(NewCustomer::person("Anna")).unwrap();
    let acme = crm.customers().create(NewCustomer::organisation("Acme")).unwrap();
    let employee = NewRelationship::new(anna.id, Name::from_static("employee"), acme.id);
    let related = crm.customers().relate(&employee).unwrap();
    assert_eq!(crm.customers().relationships(anna.id).unwrap(), std::slice::from_ref(&related));
    assert_eq!(crm.customers().relationships(acme.id).unwrap(), [related]);
    assert!(crm.customers().relate(&NewRelationship::new(anna.id, SHOP, anna.id)).is_err());
}

#[test]
fn writers_at_once_lose_nothing() {
    let (crm, _) = crm();
    let anna = crm.customers().create(NewCustomer::person("Anna")).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let crm = crm.clone();
            scope.spawn(move || {
                for number in 0..25 {
                    loop {
                        let mut edited = crm.customers().get(anna.id).unwrap();
                        edited.tags.push(format!("{thread}-{number}").into());
                        match crm.customers().save(&edited) {
                            Err(Error::Conflict(_)) => {}
                            saved => break drop(saved.unwrap()),
                        }
                    }
                }
            });
        }
    });
    assert_eq!(crm.customers().get(anna.id).unwrap().tags.len(), 100);
}

#[test]
fn an_address_put_together_by_hand_is_checked_and_normalised() {
    let (crm, _) = crm();
    let by_hand = |value: &str| {
        let value = Personal::new(value.into());
        NewContactPoint { value, ..NewContactPoint::email("somebody@example.org").unwrap() }
    };
    let anna = crm.customers().create(NewCustomer::person("Anna").contact(by_hand(" anna@EXAMPLE.org"))).unwrap();
    assert_eq!(crm.customers().contact_points(anna.id).unwrap()[0].value.expose().as_str(), "anna@example.org");
    let refused = crm.customers().add_contact_point(anna.id, &by_hand("anna"));
    assert_eq!(refused.unwrap_err().code().as_str(), "invalid");
}

#[test]
fn what_create_gives_is_what_get_gives() {
    let (crm, _) = crm();
    let new = NewCustomer::person("Anna").tag("vip").tag("a").tag("vip").identifier(SHOP, "2").identifier(SHOP, "1");
    let anna = crm.customers().create(new).unwrap();
    assert_eq!(crm.customers().get(anna.id).unwrap(), anna);
}

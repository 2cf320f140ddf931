//! Interactions through the front door.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use crm_core::Crm;
use crm_core::base::{
    Channel, CountedIds, CustomerId, DataClass, Error, FieldDecl, Id, InteractionId, Money, Name, Provenance,
    Timestamp, ValueType,
};
use crm_core::crm::FixedClock;
use crm_core::customer::NewCustomer;
use crm_core::interaction::{Line, NewInteraction, RefundedLine, Timeline};
use crm_core::store::Memory;

const SHOP: Name = Name::from_static("shop");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn eur(text: &str) -> Money {
    format!("{text} EUR").parse().unwrap()
}

fn crm() -> (Crm, CustomerId) {
    let clock = FixedClock::at(at("2026-03-31T00:00:00Z"));
    let crm = Crm::builder(Arc::new(Memory::default())).clock(clock).ids(CountedIds::from(1)).open().unwrap();
    let anna = crm.customers().create(NewCustomer::person("Anna")).unwrap().id;
    (crm, anna)
}

fn order(customer: CustomerId, id: &str, amount: &str) -> NewInteraction {
    NewInteraction::order(customer, at("2026-03-01T09:00:00Z"), eur(amount)).source(SHOP, id)
}

fn refund(order: InteractionId, customer: CustomerId, id: &str, amount: &str) -> NewInteraction {
    NewInteraction::refund(order, customer, at("2026-03-10T09:00:00Z"), eur(amount)).source(SHOP, id)
}

#[test]
fn the_same_delivery_is_written_once() {
    let (crm, anna) = crm();
    let batch = [order(anna, "1", "10.00"), order(anna, "2", "20.00")];
    assert_eq!(crm.interactions().record_all(&batch).unwrap().duplicates, 0);
    let more = [order(anna, "2", "20.00"), order(anna, "3", "30.00")];
    assert_eq!(crm.interactions().record_all(&more).unwrap().duplicates, 1);
    assert_eq!(crm.interactions().timeline(anna, Timeline::oldest()).unwrap().items.len(), 3);
}

#[test]
fn the_same_id_with_another_content_is_a_conflict_and_writes_nothing() {
    let (crm, anna) = crm();
    crm.interactions().record(order(anna, "1", "10.00")).unwrap();
    let batch = [order(anna, "2", "20.00"), order(anna, "1", "11.00")];
    assert!(matches!(crm.interactions().record_all(&batch), Err(Error::Conflict(_))));
    assert_eq!(crm.interactions().timeline(anna, Timeline::oldest()).unwrap().items.len(), 1);
}

#[test]
fn what_breaks_a_rule_is_refused() {
    let (crm, anna) = crm();
    let stranger = CustomerId::new(Id::derived("no", "body"));
    let line = |quantity, amount| Line::new("tea", quantity, eur(amount));
    let bad = [
        order(stranger, "1", "1.00"),
        order(anna, "1", "-1.00"),
        NewInteraction::visit(anna, at("2026-03-31T00:00:00.000001Z"), Channel::Web),
        order(anna, "1", "10.00").line(line(1, "9.00")),
        order(anna, "1", "0.00").line(line(0, "0.00")),
        NewInteraction::visit(anna, at("2026-03-01T00:00:00Z"), Channel::Web).line(line(1, "1.00")),
        order(anna, "1", "1.00").property(Name::from_static("theme"), "dark"),
        refund(InteractionId::new(Id::NIL), anna, "r", "1.00"),
    ];
    for one in bad {
        let error = crm.interactions().record(one.clone()).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. } | Error::NotFound { .. }), "{one:?}: {error}");
    }
}

#[test]
fn refunds_take_back_lines_and_never_more_than_was_bought() {
    let (crm, anna) = crm();
    let bought =
        order(anna, "1", "100.00").line(Line::new("tea", 4, eur("60.00"))).line(Line::new("cup", 1, eur("40.00")));
    let id = crm.interactions().record(bought).unwrap();
    let part = |id_text: &str, line, quantity, amount: &str| {
        refund(id, anna, id_text, amount).refunding(RefundedLine { line, quantity, amount: eur(amount) })
    };
    let first = crm.interactions().record(part("r1", 1, 2, "30.00")).unwrap();
    assert_eq!(crm.interactions().record(part("r1", 1, 2, "30.00")).unwrap(), first, "a second delivery takes nothing");
    assert!(crm.interactions().record(part("r2", 1, 3, "20.00")).is_err(), "more items than are left");
    assert!(crm.interactions().record(part("r2", 1, 1, "30.01")).is_err(), "more money than is left");
    assert!(crm.interactions().record(part("r2", 3, 1, "1.00")).is_err(), "no such line");
    let twice = part("r2", 1, 1, "10.00").refunding(RefundedLine { line: 1, quantity: 1, amount: eur("0.00") });
    assert!(crm.interactions().record(twice).is_err(), "a line twice");
    let negative = part("r2", 1, 1, "10.00").refunding(RefundedLine { line: 2, quantity: 0, amount: eur("-1.00") });
    let negative = NewInteraction { amount: Some(eur("9.00")), ..negative };
    assert!(crm.interactions().record(negative).is_err(), "a negative amount of a line");
    crm.interactions().record(part("r2", 1, 2, "30.00")).unwrap();
    crm.interactions().record(part("r3", 2, 1, "40.00")).unwrap();
    assert!(crm.interactions().record(refund(id, anna, "r4", "0.01")).is_err());
    let lines = crm.interactions().lines(id).unwrap();
    assert_eq!(lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [4, 1]);
    assert_eq!(crm.interactions().lines(first).unwrap()[0].amount, eur("-30.00"));
}

#[test]
fn refunds_may_come_with_their_order_and_belong_to_its_customer() {
    let (crm, anna) = crm();
    let bert = crm.customers().create(NewCustomer::person("Bert")).unwrap().id;
    let bought = order(anna, "1", "10.00");
    let id = InteractionId::new(bought.source.clone().unwrap().fact_id());
    assert!(crm.interactions().record_all(&[bought.clone(), refund(id, bert, "r", "1.00")]).is_err());
    crm.interactions().record_all(&[bought, refund(id, anna, "r", "10.00")]).unwrap();
    let amounts: Vec<_> = crm.interactions().timeline(anna, Timeline::oldest()).unwrap().items;
    assert_eq!(amounts.iter().map(|one| one.amount.unwrap().minor()).sum::<i64>(), 0);
}

#[test]
fn refunds_at_once_do_not_take_more_than_was_bought() {
    let (crm, anna) = crm();
    let id = crm.interactions().record(order(anna, "1", "10.00")).unwrap();
    let taken: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let crm = crm.clone();
                scope.spawn(move || crm.interactions().record(refund(id, anna, &format!("r{number}"), "3.00")).is_ok())
            })
            .collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(taken, 3);
}

#[test]
fn a_timeline_is_paged_both_ways() {
    let (crm, anna) = crm();
    let batch: Vec<_> = (0..25)
        .map(|minute| NewInteraction::visit(anna, at(&format!("2026-03-01T09:{minute:02}:00Z")), Channel::Web))
        .collect();
    crm.interactions().record_all(&batch).unwrap();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = crm.interactions().timeline(anna, Timeline::newest().limit(10).after(cursor)).unwrap();
        seen.extend(page.items.iter().map(|one| one.at));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|a, b| a > b));
}

#[test]
fn declared_properties_are_kept() {
    let (crm, anna) = crm();
    let theme = FieldDecl::new("theme", ValueType::Text, DataClass::Behaviour, Provenance::Observed, &["analytics"]);
    crm.interactions().declare_properties(&[theme]).unwrap();
    let visit = NewInteraction::visit(anna, at("2026-03-01T00:00:00Z"), Channel::Web);
    let id = crm.interactions().record(visit.property(Name::from_static("theme"), "dark")).unwrap();
    let read = crm.interactions().get(id).unwrap();
    assert_eq!(read.properties.get("theme"), Some(&"dark".into()));
    assert_eq!(read.channel, Some(Channel::Web));
}

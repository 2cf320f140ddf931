//! Personal data does not leak: marked values are fed into everything, and searched for in every error, `Debug` and log.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Debug;

use crm_core::base::{
    Channel, DataClass, Date, FieldDecl, Money, Name, Personal, Provenance, Text, Timestamp, Value, ValueType,
};
use crm_core::customer::{
    AttributeValue, ContactKind, ContactPoint, Customer, CustomerType, Identifier, NewContactPoint, NewCustomer,
};
use crm_core::interaction::{Line, NewInteraction, RefundedLine, Timeline};
use crm_core::{Crm, Error};

/// What no output may contain. Every value that a customer could have written begins with it.
const MARK: &str = "zqxcanary";

fn marked(what: &str) -> String {
    format!("{MARK}-{what}")
}

/// Collects outputs and complains about each that holds a mark.
#[derive(Default)]
struct Watch {
    leaks: Vec<String>,
    looked: usize,
}

impl Watch {
    fn see(&mut self, place: &str, shown: &str) {
        self.looked += 1;
        if shown.to_lowercase().contains(MARK) {
            self.leaks.push(place.to_owned());
        }
    }

    fn debug(&mut self, place: &str, thing: &impl Debug) {
        self.see(place, &format!("{thing:?}"));
        self.see(place, &format!("{thing:#?}"));
    }

    fn error(&mut self, place: &str, error: &Error) {
        self.debug(place, error);
        let mut source: Option<&dyn std::error::Error> = Some(error);
        while let Some(one) = source {
            self.see(place, &one.to_string());
            source = one.source();
        }
    }

    fn failed<T: Debug>(&mut self, place: &str, outcome: Result<T, Error>) {
        match outcome {
            Ok(thing) => self.leaks.push(format!("{place} was expected to fail, and gave {thing:?}")),
            Err(error) => self.error(place, &error),
        }
    }

    fn finish(self, at_least: usize) {
        assert!(self.looked >= at_least, "only {} outputs were looked at", self.looked);
        assert!(self.leaks.is_empty(), "leaks: {:?}", self.leaks);
    }
}

fn anna() -> NewCustomer {
    NewCustomer {
        customer_type: CustomerType::Person,
        name: Some(Personal::new(marked("name").as_str().into())),
        given_name: Some(Personal::new(marked("given").as_str().into())),
        family_name: Some(Personal::new(marked("family").as_str().into())),
        tags: vec![marked("tag").as_str().into()],
        identifiers: vec![Identifier { namespace: Name::from_static("shop"), value: marked("number").as_str().into() }],
        contact_points: vec![NewContactPoint::email(&format!("{MARK}@example.org")).unwrap()],
        ..NewCustomer::default()
    }
}

fn plan() -> FieldDecl {
    FieldDecl::new("plan", ValueType::Text, DataClass::FreeText, Provenance::Provided, &["service"])
}

#[test]
fn customers_and_interactions_leak_nothing() {
    let mut watch = Watch::default();
    let crm = Crm::in_memory().unwrap();
    crm.customers().declare_attributes(&[plan()]).unwrap();
    let new = anna().attribute(plan().name, marked("plan").as_str());
    watch.debug("new customer", &new);
    let customer: Customer = crm.customers().create(new.clone()).unwrap();
    watch.debug("customer", &customer);
    let points = crm.customers().contact_points(customer.id).unwrap();
    watch.debug("contact points", &points);
    watch.failed("identifier taken", crm.customers().create(new));
    watch.failed("no e-mail", NewContactPoint::email(&marked("no address")));
    watch.failed("no phone", NewContactPoint::phone(&marked("no number")));
    let edited = ContactPoint { value: Personal::new(marked("edited").as_str().into()), ..points[0].clone() };
    watch.failed("edited address", crm.customers().save_contact_point(&edited));
    watch.failed("late save", crm.customers().save(&Customer { version: 9, ..customer.clone() }));
    let odd = Name::from_static("odd");
    watch.failed(
        "undeclared",
        crm.customers().set_attributes(customer.id, &[AttributeValue::new(odd, marked("v").as_str())]),
    );

    let at: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
    let euros: Money = "10.00 EUR".parse().unwrap();
    let order = NewInteraction::order(customer.id, at, euros)
        .source(Name::from_static("shop"), &marked("order"))
        .line(Line::new(&marked("product"), 1, euros).category(&marked("category")));
    watch.debug("order", &order);
    let id = crm.interactions().record(order.clone()).unwrap();
    watch.debug("lines", &crm.interactions().lines(id).unwrap());
    let other = NewInteraction { amount: Some("11.00 EUR".parse().unwrap()), lines: Vec::new(), ..order };
    watch.failed("another content", crm.interactions().record(other));
    let note = NewInteraction::note(customer.id, at, &marked("note"));
    watch.debug("note", &note);
    crm.interactions().record(note).unwrap();
    watch.debug("timeline", &crm.interactions().timeline(customer.id, Timeline::newest()).unwrap());
    let refund = NewInteraction::refund(id, customer.id, at, euros);
    let too_much = refund.refunding(RefundedLine { line: 2, quantity: 1, amount: euros });
    watch.failed("refund", crm.interactions().record(too_much));
    watch.failed("no channel", marked("channel").parse::<Channel>());
    watch.debug("engine", &crm);
    watch.debug(
        "found",
        &crm.customers().find_contact_points(ContactKind::Email, &format!("{MARK}@example.org")).unwrap(),
    );
    watch.finish(40);
}

#[test]
fn words_leak_nothing() {
    let mut watch = Watch::default();
    let text = marked("text");
    watch.failed("money", text.parse::<Money>());
    watch.failed("date", text.parse::<Date>());
    watch.failed("time", text.parse::<Timestamp>());
    watch.failed("name", Name::new(&format!(" {text}")));
    watch.failed("id", text.parse::<crm_core::base::Id>());
    watch.failed("value", Value::from_json(&serde_json::json!({ "$money": text.clone() })));
    watch.debug("text", &Text::from(text.as_str()));
    watch.debug("value", &Value::from(text.as_str()));
    let wrong = serde_json::from_str::<Value>(&format!("{{\"$date\": \"{text}\"}}")).unwrap_err();
    watch.see("serde", &wrong.to_string());
    watch.finish(20);
}

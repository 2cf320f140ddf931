//! A store with a value of every type.

use crm_core::base::Money;
use crm_core::base::{
    DataClass, Declaration, FieldDecl, Id, Name, Provenance, Sealed, Target, Text, Timestamp, Value, ValueType,
};
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::{Fact, SourceRef};
use crm_core::record::{Key, Record};

use super::{CUSTOMER, INTERACTION};

pub fn name(text: &'static str) -> Name {
    Name::from_static(text)
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn field(name: &'static str, ty: ValueType) -> FieldDecl {
    FieldDecl::new(name, ty, DataClass::Behaviour, Provenance::Observed, &["service"])
}

pub fn declarations() -> ChangeSet {
    let mut set = ChangeSet::new(at("2026-01-01T00:00:00Z"));
    set.changes.push(Change::Declare(Declaration {
        target: Target::Kind(CUSTOMER),
        fields: vec![
            field("name", ValueType::Text),
            field("order", ValueType::Int),
            field("Order", ValueType::Float),
            field("born", ValueType::Date),
            field("seen", ValueType::Time),
            field("credit", ValueType::Money),
            field("credit_currency", ValueType::Text),
            field("referrer", ValueType::Id),
            field("tags", ValueType::Texts),
            field("vip?", ValueType::Bool),
            field("secret", ValueType::Text),
        ],
    }));
    set.changes.push(Change::Declare(Declaration {
        target: Target::Stream(INTERACTION),
        fields: vec![field("channel", ValueType::Text), field("name", ValueType::Text)],
    }));
    set
}

pub fn customer(number: u32) -> Record {
    let id = Id::derived("customer", &number.to_string());
    let mut record = Record::new(CUSTOMER, id);
    record.subject = Some(id);
    record.keys = vec![Key::unique(name("no"), format!("C-{number}")), Key::lookup(name("city"), "Köln")];
    let fields = &mut record.fields;
    fields.set(name("name"), format!("Anna {number}"));
    fields.set(name("order"), i64::from(number));
    fields.set(name("Order"), Value::float(f64::from(number) / 2.0).unwrap());
    fields.set(name("born"), Value::Date("1980-02-29".parse().unwrap()));
    fields.set(name("seen"), at("2026-02-03T04:05:06.78Z"));
    fields.set(name("credit"), "-0.05 EUR".parse::<Money>().unwrap());
    fields.set(name("referrer"), Id::derived("customer", "0"));
    fields.set(name("tags"), vec![Text::from("a"), Text::from("b")]);
    fields.set(name("vip?"), true);
    fields.set(name("secret"), Value::Sealed(Sealed::new(b"unreadable")));
    fields.set(name("undeclared"), "loves blue");
    record
}

pub fn order(subject: Id, number: u32) -> Fact {
    let source = SourceRef::new(name("shop"), format!("O-{number}"));
    let when = at("2026-01-02T00:00:00Z").saturating_add_days(i64::from(number));
    let mut fact = Fact::from_source(INTERACTION, source, subject, when, name("order"));
    fact.amount = Some("12.50 EUR".parse().unwrap());
    fact.points = Some(12);
    fact.fields.set(name("channel"), "web");
    fact.fields.set(name("extra info"), 7);
    fact
}

/// Ten customers with five orders each, in one change set.
pub fn first() -> ChangeSet {
    let mut set = declarations();
    for number in 0..10 {
        let record = customer(number);
        for order_number in 0..5 {
            set.append(order(record.id, number * 10 + order_number));
        }
        set.put(record);
    }
    set
}

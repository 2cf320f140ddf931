//! What one store does with a little of everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use crm_core::base::{
    Clash, DataClass, Declaration, FieldDecl, Id, Kind, Money, Name, Order, Provenance, Stream, Target, Text,
    Timestamp, Value, ValueType,
};
use crm_core::change::{Change, ChangeSet, Touched};
use crm_core::fact::{Fact, SourceRef};
use crm_core::record::{Key, Record};
use crm_core::store::{FactQuery, Lifecycle, Scan, Store, StoreError, TestOp, Verify};
use crm_sqlite::Sqlite;

const CUSTOMER: Kind = Kind::from_static("customer");
const INTERACTION: Stream = Stream::from_static("interaction");

fn name(text: &'static str) -> Name {
    Name::from_static(text)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn field(name: &'static str, ty: ValueType) -> FieldDecl {
    FieldDecl::new(name, ty, DataClass::Behaviour, Provenance::Observed, &["service"])
}

fn declare() -> ChangeSet {
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
        ],
    }));
    set.changes.push(Change::Declare(Declaration {
        target: Target::Stream(INTERACTION),
        fields: vec![field("channel", ValueType::Text), field("name", ValueType::Text)],
    }));
    set
}

fn customer(number: u32) -> Record {
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
    fields.set(name("undeclared"), "loves blue");
    record
}

fn order(subject: Id, number: u32) -> Fact {
    let source = SourceRef::new(name("shop"), format!("O-{number}"));
    let when = at("2026-01-02T00:00:00Z").saturating_add_days(i64::from(number));
    let mut fact = Fact::from_source(INTERACTION, source, subject, when, name("order"));
    fact.amount = Some("12.50 EUR".parse().unwrap());
    fact.points = Some(12);
    fact.fields.set(name("channel"), "web");
    fact.fields.set(name("extra info"), 7);
    fact
}

fn filled() -> (Sqlite, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("crm.db")).unwrap();
    let mut set = declare();
    for number in 0..10 {
        let record = customer(number);
        for order_number in 0..5 {
            set.append(order(record.id, number * 10 + order_number));
        }
        set.put(record);
    }
    let receipt = store.commit(&set).unwrap();
    assert_eq!((receipt.seq, receipt.written, receipt.appended), (1, 10, 50));
    (store, folder)
}

#[test]
fn what_was_written_is_read() {
    let (store, folder) = filled();
    let check = |store: &Sqlite| {
        let one = customer(3);
        assert_eq!(store.load(&CUSTOMER, &[one.id, Id::NIL]).unwrap(), [Some(one.clone()), None]);
        assert_eq!(store.find(&CUSTOMER, &[Key::unique(name("no"), "C-3")]).unwrap(), [Some(one.id)]);
        let page = store.scan(&Scan::all(CUSTOMER).with_key(Key::lookup(name("city"), "Köln")).limit(4)).unwrap();
        assert_eq!(page.items.len(), 4);
        let rest = store.scan(&Scan::all(CUSTOMER).after(page.next)).unwrap();
        assert_eq!(rest.items.len(), 6);
        let some = store.scan(&Scan::all(CUSTOMER).test(name("order"), TestOp::Ge, 7)).unwrap();
        assert_eq!(some.items.len(), 3);
        let timeline = FactQuery::about(INTERACTION, one.id).order(Order::Newest).limit(3);
        let page = store.facts(&timeline).unwrap();
        let mut expected: Vec<Fact> = (30..35).rev().map(|number| order(one.id, number)).collect();
        for fact in &mut expected {
            fact.recorded = at("2026-01-01T00:00:00Z");
        }
        assert_eq!(page.items, expected[..3]);
        assert_eq!(store.facts(&timeline.after(page.next)).unwrap().items, expected[3..]);
        let all = store.facts(&FactQuery::all(INTERACTION).measures()).unwrap();
        assert_eq!(all.items.len(), 50);
    };
    check(&store);
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
    drop(store);
    let store = Sqlite::open(folder.path().join("crm.db")).unwrap();
    check(&store);
    store.lifecycle(&Lifecycle::SnapshotTo(folder.path().join("copy.db"))).unwrap();
    check(&Sqlite::open(folder.path().join("copy.db")).unwrap());
    store.lifecycle(&Lifecycle::Suspend).unwrap();
    assert_eq!(store.info().unwrap_err(), StoreError::Closed);
    store.lifecycle(&Lifecycle::Resume).unwrap();
    check(&store);
}

#[test]
fn an_erased_customer_is_gone_and_stays_gone() {
    let (store, _folder) = filled();
    let one = customer(3);
    let mut set = ChangeSet::new(at("2026-03-01T00:00:00Z"));
    set.changes.push(Change::Erase { subject: one.id });
    store.commit(&set).unwrap();
    assert_eq!(store.load(&CUSTOMER, &[one.id]).unwrap(), [None]);
    assert_eq!(store.facts(&FactQuery::about(INTERACTION, one.id)).unwrap().items, []);
    let mut set = ChangeSet::new(at("2026-03-01T00:00:00Z"));
    set.put(one.clone());
    assert_eq!(store.commit(&set).unwrap_err(), StoreError::Conflict(Clash::Erased { subject: one.id }));
    let feed = store.changes(0, 10).unwrap();
    assert_eq!(feed[0].touched.len(), 2 + 9 + 45);
    assert_eq!(feed[1].touched, [Touched::Erased { subject: one.id }]);
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
}

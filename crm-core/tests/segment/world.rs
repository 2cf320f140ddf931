//! A small catalogue with everything in it, and random customers.

use crm_core::base::{
    Currency, DataClass, Date, Id, Missing, Money, Name, Stream, Text, Timestamp, Value, ValueType, Zone,
};
use crm_core::fact::Fact;
use crm_core::segment::{Catalogue, Definitions, Event, Field, FieldKey, Layout, parse};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub fn name(text: &'static str) -> Name {
    Name::from_static(text)
}

fn field(text: &'static str, value_type: ValueType) -> Field {
    Field::new(name(text), value_type, DataClass::Behaviour)
}

pub fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::new();
    for field in [
        field("f.bool", ValueType::Bool),
        field("f.flag", ValueType::Bool).missing(Missing::False),
        field("f.int", ValueType::Int),
        field("f.count", ValueType::Int).missing(Missing::Zero),
        field("f.days", ValueType::Int).unit("days"),
        field("f.float", ValueType::Float),
        field("f.share", ValueType::Float).missing(Missing::Zero),
        field("f.text", ValueType::Text),
        field("f.tier", ValueType::Text).values(&["gold", "silver"]),
        field("f.date", ValueType::Date),
        field("f.time", ValueType::Time).moves(),
        field("f.money", ValueType::Money).unit("EUR"),
        field("f.debt", ValueType::Money).missing(Missing::Zero),
        field("f.tags", ValueType::Texts).missing(Missing::Empty),
        field("f.words", ValueType::Texts),
        field("f.old", ValueType::Int),
        field("points", ValueType::Int).param("wallet", &["main", "gift"]).missing(Missing::Zero).unit("points"),
        field("customer.zone", ValueType::Text),
    ] {
        let field = if field.name == "f.old" { Field { deprecated: Some(name("f.int")), ..field } } else { field };
        catalogue.add(field).unwrap();
    }
    let interaction = || Stream::from_static("interaction");
    let order = Event::new(name("order"), interaction())
        .with(field("channel", ValueType::Text))
        .with(field("quantity", ValueType::Int).missing(Missing::Zero))
        .with(field("rating", ValueType::Float))
        .with(field("gift", ValueType::Bool))
        .with(field("shipped", ValueType::Time))
        .with(field("day", ValueType::Date))
        .with(field("coupons", ValueType::Texts).missing(Missing::Empty));
    catalogue.add_event(order).unwrap();
    catalogue.add_event(Event::new(name("visit"), interaction()).with(field("channel", ValueType::Text))).unwrap();
    catalogue.add_event(Event::new(name("Cart Created"), interaction())).unwrap();
    catalogue
}

/// Segments that others can refer to.
pub fn segments() -> Definitions {
    let mut segments = Definitions::new();
    segments.set(name("rich"), parse("f.money >= 3.00 EUR").unwrap());
    segments.set(name("active"), parse("exists(order in last 30 days) or segment(\"rich\")").unwrap());
    segments
}

/// A customer, by the names of the fields.
#[derive(Clone, Debug)]
pub struct Customer {
    pub id: Id,
    pub fields: Vec<(FieldKey, Value)>,
    pub facts: Vec<Fact>,
}

impl Customer {
    pub fn get(&self, name: &str, args: &[Name]) -> Option<&Value> {
        self.fields.iter().find(|(key, _)| key.name == name && key.args == args).map(|(_, value)| value)
    }

    pub fn row(&self, layout: &Layout) -> Vec<Option<Value>> {
        layout.keys().iter().map(|key| self.get(key.name.as_str(), &key.args).cloned()).collect()
    }
}

/// Texts, as they are, folded for case, and folded for accents too.
pub const TEXTS: &[(&str, &str, &str)] = &[
    ("anna", "anna", "anna"),
    ("Anna", "anna", "anna"),
    ("ANNÁ", "anná", "anna"),
    ("straße", "strasse", "strasse"),
    ("STRASSE", "strasse", "strasse"),
    ("gold", "gold", "gold"),
    ("nn", "nn", "nn"),
    ("S", "s", "s"),
    ("Á", "á", "a"),
    ("", "", ""),
];

pub fn text() -> impl Strategy<Value = Text> {
    select(TEXTS).prop_map(|(text, ..)| Text::from_static(text))
}

/// Instants of evaluation: an ordinary one, and those around changes of the clocks, of the month, year and leap day.
pub fn now() -> impl Strategy<Value = Timestamp> {
    let instants: Vec<Timestamp> = [
        "2026-05-20T10:30:00Z",
        "2026-03-29T01:00:00Z",
        "2026-03-08T10:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-01-01T00:00:00Z",
        "2025-12-31T23:59:59.999999Z",
        "2024-02-29T12:00:00Z",
        "2026-03-01T00:00:00Z",
        "2026-04-04T15:00:00Z",
    ]
    .map(|text| text.parse().unwrap())
    .to_vec();
    select(instants)
}

pub fn zone_name() -> impl Strategy<Value = &'static str> {
    select(vec!["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe"])
}

pub fn zone() -> impl Strategy<Value = Zone> {
    zone_name().prop_map(|name| Zone::new(name).unwrap())
}

/// An instant near another: whole units away, give or take a microsecond.
fn near(now: Timestamp) -> BoxedStrategy<Timestamp> {
    let unit = select(vec![60_000_000_i64, 3_600_000_000, 86_400_000_000, 30 * 86_400_000_000]);
    (unit, -14_i64..4, -1_i64..2)
        .prop_map(move |(unit, count, nudge)| now.saturating_add_micros(unit * count + nudge))
        .boxed()
}

fn date_near(now: Timestamp) -> BoxedStrategy<Date> {
    let today = now.utc_date();
    prop_oneof![
        (-40_i32..40).prop_map(move |days| today.saturating_add_days(days)),
        (-40_i32..40, -60_i32..2)
            .prop_map(move |(days, years)| { today.saturating_add_days(days).saturating_add_months(12 * years) }),
        Just("2004-02-29".parse().unwrap()),
    ]
    .boxed()
}

fn money() -> BoxedStrategy<Money> {
    let currency = prop_oneof![9 => Just("EUR"), 1 => Just("USD")];
    (-2_i64..8, currency).prop_map(|(units, code)| Money::new(units * 50, Currency::new(code).unwrap())).boxed()
}

fn quarter() -> impl Strategy<Value = Value> {
    (-4_i32..8).prop_map(|quarters| Value::float(f64::from(quarters) / 4.0).unwrap())
}

fn texts() -> impl Strategy<Value = Value> {
    vec(text(), 0..4).prop_map(Value::from)
}

fn some<V: Into<Value> + std::fmt::Debug>(
    key: &'static str,
    value: impl Strategy<Value = V> + 'static,
) -> BoxedStrategy<Option<(FieldKey, Value)>> {
    let mut parts = key.split(' ').map(Name::from_static);
    let key = FieldKey { name: parts.next().unwrap(), args: parts.collect() };
    option::weighted(0.75, value).prop_map(move |value| value.map(|value| (key.clone(), value.into()))).boxed()
}

fn fact(now: Timestamp) -> BoxedStrategy<Fact> {
    let stream = prop_oneof![9 => Just("interaction"), 1 => Just("consent")];
    let kind = select(vec!["order", "order", "order", "visit", "Cart Created", "unknown"]);
    let fields = (
        (some("channel", text()), some("quantity", -1_i64..4), some("rating", quarter()), some("gift", any::<bool>())),
        (some("shipped", near(now)), some("day", date_near(now)), some("coupons", texts())),
    );
    (near(now), stream, kind, option::weighted(0.8, money()), option::of(0_i64..5), fields, any::<[u8; 16]>())
        .prop_map(|(at, stream, kind, amount, points, fields, id)| {
            let mut fact =
                Fact::new(Stream::from_static(stream), Id::from_bytes(id), Id::NIL, at, Name::from_static(kind));
            (fact.amount, fact.points) = (amount, points);
            let ((a, b, c, d), (e, f, g)) = fields;
            for (key, value) in [a, b, c, d, e, f, g].into_iter().flatten() {
                fact.fields.set(key.name, value);
            }
            fact
        })
        .boxed()
}

pub fn customer(now: Timestamp) -> BoxedStrategy<Customer> {
    let tier = select(vec!["gold", "silver"]);
    let fields = (
        (some("f.bool", any::<bool>()), some("f.flag", any::<bool>()), some("f.int", -3_i64..6)),
        (some("f.count", -3_i64..6), some("f.days", 0_i64..6), some("f.float", quarter()), some("f.share", quarter())),
        (some("f.text", text()), some("f.tier", tier), some("f.date", date_near(now)), some("f.time", near(now))),
        (some("f.money", money()), some("f.debt", money()), some("f.tags", texts()), some("f.words", texts())),
        (some("points main", 0_i64..5), some("customer.zone", zone_name())),
    );
    (any::<[u8; 16]>(), fields, vec(fact(now), 0..9))
        .prop_map(|(id, ((a, b, c), (d, e, f, g), (h, i, j, k), (l, m, n, o), (p, q)), mut facts)| {
            facts.sort_by_key(|fact| fact.at);
            let fields = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q].into_iter().flatten().collect();
            Customer { id: Id::from_bytes(id), fields, facts }
        })
        .boxed()
}

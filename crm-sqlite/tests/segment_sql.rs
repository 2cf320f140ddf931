//! Segments as SQL: SQLite finds the members that the evaluator finds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use crm_core::base::{DataClass, Date, Id, Money, Name, Timestamp, Value, ValueType, Zone};
use crm_core::fact::Fact;
use crm_core::interaction::INTERACTION;
use crm_core::segment::{Catalogue, Columns, Definitions, Event, Field, Layout, Program, SqlDialect, parse};
use rusqlite::Connection;

const NOW: &str = "2026-03-29T12:00:00Z";
const FIELDS: [(&str, ValueType); 7] = [
    ("customer.number", ValueType::Int),
    ("customer.share", ValueType::Float),
    ("customer.country", ValueType::Text),
    ("customer.known", ValueType::Bool),
    ("customer.born", ValueType::Date),
    ("customer.seen", ValueType::Time),
    ("customer.spent", ValueType::Money),
];

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::new();
    for (name, value_type) in FIELDS {
        catalogue.add(Field::new(Name::from_static(name), value_type, DataClass::Behaviour)).unwrap();
    }
    let channel = Field::new(Name::from_static("channel"), ValueType::Text, DataClass::Behaviour);
    for name in ["order", "visit"] {
        catalogue.add_event(Event::new(Name::from_static(name), INTERACTION).with(channel.clone())).unwrap();
    }
    catalogue
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// One of these, or nothing.
    fn maybe<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len() as u64 + 1) as usize).cloned()
    }
}

fn customer(dice: &mut Dice) -> (Vec<Option<Value>>, Vec<Fact>) {
    let now: Timestamp = NOW.parse().unwrap();
    let money = |text: &str| Value::from(text.parse::<Money>().unwrap());
    let day = |text: &str| Value::from(text.parse::<Date>().unwrap());
    let at = |hours: i64| now.saturating_add_micros(-hours * 3_600_000_000);
    let values = vec![
        dice.maybe(&[-1_i64, 0, 3, 7]).map(Value::from),
        dice.maybe(&[0.25, 0.5, 0.75]).map(|number| Value::float(number).unwrap()),
        dice.maybe(&["DE", "AT", "O'Brien", "de", "größe"]).map(Value::from),
        dice.maybe(&[true, false]).map(Value::from),
        dice.maybe(&["1990-04-03", "2026-03-28", "2026-03-29", "2025-12-31"]).map(day),
        dice.maybe(&[0, 1, 23, 25, 800]).map(|hours| Value::from(at(hours))),
        dice.maybe(&["5.00 EUR", "-1.00 EUR", "9.00 USD"]).map(money),
    ];
    let mut facts: Vec<Fact> = (0..dice.below(5))
        .map(|_| {
            let name = dice.maybe(&["order", "order"]).unwrap_or("visit");
            let when = at(dice.below(800) as i64);
            let mut fact = Fact::new(INTERACTION, Id::NIL, Id::NIL, when, Name::from_static(name));
            fact.amount = dice.maybe(&["5.00 EUR", "7.00 EUR", "5.00 USD"]).map(|text| text.parse().unwrap());
            fact.fields.put(Name::from_static("channel"), dice.maybe(&["web", "app"]));
            fact
        })
        .collect();
    facts.sort_by_key(|fact| fact.at);
    (values, facts)
}

fn cell(value: Option<&Value>) -> rusqlite::types::Value {
    use rusqlite::types::Value as Sql;
    match value {
        None => Sql::Null,
        Some(Value::Bool(truth)) => Sql::Integer((*truth).into()),
        Some(Value::Int(number)) => Sql::Integer(*number),
        Some(Value::Float(number)) => Sql::Real(*number),
        Some(Value::Text(text)) => Sql::Text(text.as_str().to_owned()),
        Some(Value::Date(date)) => Sql::Text(date.to_string()),
        Some(Value::Time(at)) => Sql::Integer(at.as_micros()),
        Some(Value::Money(money)) => Sql::Integer(money.minor()),
        Some(other) => panic!("{other:?}"),
    }
}

/// A customer: the id, the values of the fields, and what happened.
type Customer = (Id, Vec<Option<Value>>, Vec<Fact>);

fn tables(customers: &[Customer]) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(
        "CREATE TABLE customer (id TEXT, number, share, country, known, born, seen, spent, spent_currency);
         CREATE TABLE interaction (subject TEXT, name, at, amount, currency, points, channel);",
    )
    .unwrap();
    let currency = |money: Option<Money>| money.map(|money| money.currency().code());
    for (id, values, facts) in customers {
        let mut row: Vec<rusqlite::types::Value> = vec![id.to_string().into()];
        row.extend(values.iter().map(|value| cell(value.as_ref())));
        let spent = values.last().and_then(Option::as_ref).and_then(Value::as_money);
        row.push(currency(spent).map(str::to_owned).into());
        conn.execute("INSERT INTO customer VALUES (?,?,?,?,?,?,?,?,?)", rusqlite::params_from_iter(row)).unwrap();
        for fact in facts {
            let channel = fact.get("channel").and_then(Value::as_text);
            let (minor, code) = (fact.amount.map(Money::minor), currency(fact.amount));
            let row = (id.to_string(), fact.name.as_str(), fact.at.as_micros(), minor, code, fact.points, channel);
            conn.execute("INSERT INTO interaction VALUES (?,?,?,?,?,?,?)", row).unwrap();
        }
    }
    conn
}

const EXPRESSIONS: [&str; 38] = [
    "customer.number >= 3",
    "not customer.number >= 3",
    "customer.number != 0 or customer.number is missing",
    "customer.number between 0 and 3",
    "customer.number in [0, 3)",
    "customer.number in {0, 7}",
    "customer.number not in {0, 7}",
    "customer.share > 0.5",
    "customer.share >= 0.5 and customer.number < 7",
    "customer.country = \"DE\"",
    "customer.country != \"O'Brien\"",
    "customer.country in {\"DE\", \"größe\"}",
    "customer.country starts with \"D\"",
    "customer.country ends with \"öße\"",
    "customer.country contains \"'\"",
    "customer.known",
    "not customer.known",
    "known(customer.known) and customer.number is present",
    "customer.born in last 2 calendar days",
    "customer.born older than 1 calendar month",
    "customer.born = today",
    "customer.born < 2026-01-01",
    "customer.seen in last 24 hours",
    "customer.seen in today",
    "customer.seen before now - 1 calendar month",
    "customer.spent >= 0.00 EUR",
    "not customer.spent >= 0.00 EUR",
    "customer.spent between -1.00 EUR and 5.00 EUR",
    "at least 2 of (customer.known, customer.number > 0, customer.country = \"DE\")",
    "not at least 2 of (customer.known, customer.number > 0, customer.country = \"DE\")",
    "count(order) >= 2",
    "never(order | visit in last 7 days)",
    "count(order where channel = \"web\") >= 2",
    "not count(order where channel = \"web\") >= 2",
    "count(order where channel = \"web\") = 1 or count(visit where channel != \"web\") != 1",
    "sum(amount of order) >= 5.00 EUR",
    "not sum(amount of order in last 20 days) > 5.00 EUR",
    "segment(\"rich\") and customer.country is present or false",
];

#[test]
fn sqlite_finds_the_members_that_the_evaluator_finds() {
    let mut dice = Dice(7);
    let customers: Vec<_> = (0..800)
        .map(|number| {
            let (values, facts) = customer(&mut dice);
            (Id::derived("customer", &number.to_string()), values, facts)
        })
        .collect();
    let conn = tables(&customers);
    let catalogue = catalogue();
    let mut segments = Definitions::new();
    segments.set(Name::from_static("rich"), parse("customer.spent > 1.00 EUR").unwrap());
    let (now, zone) = (NOW.parse().unwrap(), Zone::new("Europe/Berlin").unwrap());
    let mut layout = Layout::new();
    for (name, _) in FIELDS {
        layout.slot(crm_core::segment::FieldKey::plain(Name::from_static(name)));
    }
    let mut columns = Columns::new(FIELDS.len(), &[Name::from_static("channel")]);
    for (id, values, facts) in &customers {
        columns.set(*id, values, facts).unwrap();
    }
    for text in EXPRESSIONS {
        let program = Program::compile(&parse(text).unwrap(), &catalogue, &segments, &mut layout).unwrap();
        let evaluator = program.at(now, &zone);
        let written = evaluator.to_sql(&layout, SqlDialect::Sqlite);
        let sql = written.sql.unwrap_or_else(|| panic!("{text}: {:?}", written.refused));
        let mut statement = conn.prepare(&sql).unwrap_or_else(|error| panic!("{text}: {error}\n{sql}"));
        let found: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let members: Vec<String> =
            evaluator.members_in(&columns, 1).unwrap().into_iter().map(|id| id.to_string()).collect();
        assert!(!members.is_empty() && members.len() < customers.len(), "{text} tells nobody apart");
        assert_eq!(found, members, "{text}\n{sql}");
    }
}

#[test]
fn what_sql_cannot_say_exactly_is_named() {
    let catalogue = catalogue();
    for (text, refused) in [
        ("customer.country = \"de\" ci and customer.number > 1", vec!["customer.country = \"de\" ci"]),
        ("customer.country like \"D*\" or customer.number > 1", vec!["customer.country like \"D*\""]),
        ("avg(amount of order) > 1.00 EUR", vec!["avg(amount of order) > 1.00 EUR"]),
        ("bucket(\"x\", 10) < 5 and age(customer.born) > 18", vec!["bucket(\"x\", 10) < 5", "age(customer.born) > 18"]),
    ] {
        let mut layout = Layout::new();
        let program = Program::compile(&parse(text).unwrap(), &catalogue, &Definitions::new(), &mut layout).unwrap();
        for dialect in [SqlDialect::Sqlite, SqlDialect::Postgres, SqlDialect::Duckdb, SqlDialect::Spark] {
            let written = program.at(NOW.parse().unwrap(), &Zone::UTC).to_sql(&layout, dialect);
            assert_eq!(written.sql, None);
            let mut named: Vec<&str> = written.refused.iter().map(crm_core::base::Text::as_str).collect();
            let mut expected = refused.clone();
            named.sort_unstable();
            expected.sort_unstable();
            assert_eq!(named, expected, "{text}");
        }
    }
}

//! Columns against rows: the same customers, the same answers, however the columns came about.

use std::collections::BTreeMap;

use crm_core::base::{Id, Name, Timestamp, Value};
use crm_core::fact::Fact;
use crm_core::segment::{Columns, Layout, Program, Row, Truth, parse};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::world::Customer;
use crate::{differential, world};

const PROPERTIES: [&str; 7] = ["channel", "quantity", "rating", "gift", "shipped", "day", "coupons"];

fn empty(layout: &Layout) -> Columns {
    Columns::new(layout.keys().len(), &PROPERTIES.map(Name::from_static))
}

fn by_row(
    program: &Program,
    layout: &Layout,
    customers: &[Customer],
    now: Timestamp,
    zone: &crm_core::base::Zone,
) -> BTreeMap<Id, Truth> {
    let evaluator = program.at(now, zone);
    let truth = |customer: &Customer| {
        let values = customer.row(layout);
        evaluator.truth(&Row::new(customer.id, &values, &customer.facts).unwrap())
    };
    customers.iter().map(|customer| (customer.id, truth(customer))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: differential::cases() / 3, ..ProptestConfig::default() })]

    #[test]
    fn columns_and_rows_give_the_same_answers((text, now, zone, customers) in differential::case()) {
        let mut layout = Layout::new();
        let (catalogue, segments) = (world::catalogue(), world::segments());
        let program = Program::compile(&parse(&text).unwrap(), &catalogue, &segments, &mut layout).unwrap();
        let rows = by_row(&program, &layout, &customers, now, &zone);

        let mut columns = empty(&layout);
        for customer in &customers {
            columns.set(customer.id, &customer.row(&layout), &customer.facts).unwrap();
        }
        let evaluator = program.at(now, &zone);
        let found: BTreeMap<Id, Truth> = evaluator.truths_in(&columns).unwrap().into_iter().collect();
        prop_assert_eq!(&found, &rows, "{}", text);
        let members: Vec<Id> = rows.iter().filter(|(_, truth)| truth.is_true()).map(|(id, _)| *id).collect();
        prop_assert_eq!(&evaluator.members_in(&columns, 2).unwrap(), &members);
        prop_assert_eq!(evaluator.count_in(&columns, 1).unwrap(), members.len() as u64);
    }

    #[test]
    fn columns_that_were_kept_fresh_are_like_new_ones(
        (text, now, zone, customers) in differential::case(),
        steps in proptest::collection::vec((any::<Index>(), any::<Index>(), 0_u8..4), 0..12),
    ) {
        let mut layout = Layout::new();
        let (catalogue, segments) = (world::catalogue(), world::segments());
        let program = Program::compile(&parse(&text).unwrap(), &catalogue, &segments, &mut layout).unwrap();
        let (mut columns, mut kept) = (empty(&layout), BTreeMap::<Id, Customer>::new());
        for (which, from, how) in steps {
            let (target, source) = (which.get(&customers), from.get(&customers));
            let written = Customer { id: target.id, ..source.clone() };
            match how {
                0 => {
                    columns.set(target.id, &written.row(&layout), &written.facts).unwrap();
                    kept.insert(target.id, written);
                }
                1 => {
                    columns.remove(target.id);
                    kept.remove(&target.id);
                }
                2 => if let Some(own) = kept.get_mut(&target.id) {
                    columns.set_values(target.id, &written.row(&layout)).unwrap();
                    own.fields = written.fields;
                },
                _ => if let (Some(own), Some(fact)) = (kept.get_mut(&target.id), source.facts.first()) {
                    let fact = Fact { subject: target.id, ..fact.clone() };
                    columns.add_fact(&fact).unwrap();
                    let place = own.facts.partition_point(|one| one.at <= fact.at);
                    own.facts.insert(place, fact);
                },
            }
        }
        let kept: Vec<Customer> = kept.into_values().collect();
        prop_assert_eq!(columns.len(), kept.len());
        prop_assert_eq!(columns.event_count(), kept.iter().map(|one| one.facts.len()).sum::<usize>());
        let found: BTreeMap<Id, Truth> = program.at(now, &zone).truths_in(&columns).unwrap().into_iter().collect();
        prop_assert_eq!(found, by_row(&program, &layout, &kept, now, &zone), "{}", text);
    }
}

/// More rows than a block holds, more texts than a byte can number, and numbers that stand for none elsewhere.
#[test]
fn many_rows_and_odd_values_keep_their_answers() {
    let mut layout = Layout::new();
    let (catalogue, segments) = (world::catalogue(), world::segments());
    let texts = [
        "f.int >= 2 and f.text like \"*7\"",
        "f.int < 0",
        "f.text in {\"t300\", \"t70000\"} or f.int is missing",
        "count(order in last 2 days) >= 1 and f.date in last 400 calendar days",
        "f.money > 1.00 EUR",
        "at least 2 of (f.int > 3, f.bool, f.text starts with \"t1\")",
        "f.float >= 0.5",
        "f.time in last 90 days",
    ];
    let now: Timestamp = "2026-05-20T10:30:00Z".parse().unwrap();
    let zone = crm_core::base::Zone::new("Asia/Kathmandu").unwrap();
    let programs: Vec<Program> = texts
        .iter()
        .map(|text| Program::compile(&parse(text).unwrap(), &catalogue, &segments, &mut layout).unwrap())
        .collect();
    let mut customers = Vec::new();
    for number in 0..70_100_i64 {
        let mut fields: Vec<(&str, Value)> = vec![("f.text", format!("t{number}").into())];
        let int = match number % 11 {
            0 => None,
            1 => Some(i64::MIN),
            2 => Some(i64::MAX),
            other => Some(other),
        };
        fields.extend(int.filter(|_| number != 5).map(|int| ("f.int", int.into())));
        if number % 3 == 0 {
            fields.push(("f.bool", (number % 2 == 0).into()));
            let day = crm_core::base::Date::from_days(20_000 + (number % 900) as i32).unwrap();
            fields.push(("f.date", day.into()));
            fields.push(("f.float", Value::float(number as f64 / 70_000.0).unwrap()));
            fields.push(("f.time", now.saturating_add_days(-(number % 200)).into()));
            fields.push(("f.money", "1.50 EUR".parse::<crm_core::base::Money>().unwrap().into()));
        }
        let fields = fields
            .into_iter()
            .map(|(name, value)| (crm_core::segment::FieldKey::plain(Name::new(name).unwrap()), value))
            .collect();
        let id = Id::derived("customer", &number.to_string());
        let stream = crm_core::base::Stream::from_static("interaction");
        let at = now.saturating_add_days(-(number % 5));
        let facts = vec![Fact::new(stream, Id::NIL, id, at, Name::from_static("order"))];
        customers.push(Customer { id, fields, facts });
    }
    let mut columns = empty(&layout);
    for customer in &customers {
        columns.set(customer.id, &customer.row(&layout), &customer.facts).unwrap();
    }
    assert!(columns.bytes() > 70_100 * 16);
    for (text, program) in texts.iter().zip(&programs) {
        let found: BTreeMap<Id, Truth> = program.at(now, &zone).truths_in(&columns).unwrap().into_iter().collect();
        assert!(found == by_row(program, &layout, &customers, now, &zone), "{text}");
    }
}

#[test]
fn columns_without_what_is_asked_for_are_refused() {
    let mut layout = Layout::new();
    let (catalogue, segments) = (world::catalogue(), world::segments());
    let mut compile = |text| Program::compile(&parse(text).unwrap(), &catalogue, &segments, &mut layout).unwrap();
    let (field, property) = (compile("f.int > 1"), compile("exists(order where channel = \"web\")"));
    let now = "2026-05-20T10:30:00Z".parse().unwrap();
    let columns = Columns::new(0, &[]);
    for program in [field, property] {
        assert_eq!(
            program.at(now, &crm_core::base::Zone::UTC).members_in(&columns, 1).unwrap_err().code().as_str(),
            "invalid"
        );
    }
}

//! The reference of the language: its examples are run, and its codes are complete.

use std::collections::BTreeSet;

use crm_core::base::{DataClass, Id, Name, Value, ValueType, Zone};
use crm_core::fact::Fact;
use crm_core::interaction::INTERACTION;
use crm_core::segment::{Catalogue, Definitions, Field, FieldKey, Layout, Program, Row, check, parse};
use serde_json::Value as Json;

const PAGE: &str = include_str!("../../../docs/segment-language.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let open = format!("```{language}\n");
    PAGE.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// `points(main)` as a key.
fn key(text: &str) -> FieldKey {
    let (name, args) = text.split_once('(').unwrap_or((text, ""));
    let args = args.trim_end_matches(')').split(", ").filter(|arg| !arg.is_empty());
    FieldKey { name: Name::new(name).unwrap(), args: args.map(|arg| Name::new(arg).unwrap()).collect() }
}

fn fact(json: &Json) -> Fact {
    let name = Name::new(json["name"].as_str().unwrap()).unwrap();
    let mut fact = Fact::new(INTERACTION, Id::NIL, Id::NIL, json["at"].as_str().unwrap().parse().unwrap(), name);
    fact.amount = json["amount"].as_str().map(|amount| amount.parse().unwrap());
    for (name, value) in json["fields"].as_object().unwrap() {
        fact.fields.set(Name::new(name).unwrap(), Value::from_json(value).unwrap());
    }
    fact
}

#[test]
fn the_examples_have_the_answers_that_stand_behind_them() {
    let anna: Json = serde_json::from_str(blocks("json")[0]).unwrap();
    let facts: Vec<Fact> = anna["facts"].as_array().unwrap().iter().map(fact).collect();
    let fields: Vec<(FieldKey, Value)> = anna["fields"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (key(name), Value::from_json(value).unwrap()))
        .collect();
    let now = anna["now"].as_str().unwrap().parse().unwrap();
    let zone = Zone::new(anna["zone"].as_str().unwrap()).unwrap();
    let (mut catalogue, segments) = (Catalogue::standard().unwrap(), Definitions::standard());
    for degrees in ["customer.latitude", "customer.longitude"] {
        catalogue.add(Field::new(Name::from_static(degrees), ValueType::Float, DataClass::Contact)).unwrap();
    }

    let mut run = 0;
    for line in blocks("segment").into_iter().flat_map(str::lines) {
        let (text, expected) = line.rsplit_once('#').unwrap();
        let expr = parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(parse(text).unwrap(), expr);
        let mut layout = Layout::new();
        let program = Program::compile(&expr, &catalogue, &segments, &mut layout)
            .unwrap_or_else(|findings| panic!("{line}: {findings:?}"));
        let of = |wanted: &FieldKey| fields.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.clone());
        let values: Vec<_> = layout.keys().iter().map(of).collect();
        let row = Row::new(Id::NIL, &values, &facts).unwrap();
        let evaluator = program.at(now, &zone);
        assert_eq!(evaluator.truth(&row).word(), expected.trim(), "{line}\n{}", evaluator.explain(&row).render());
        run += 1;
    }
    assert!(run > 70, "only {run} examples were found");
}

/// The codes that stand between double quotes in the sources of the room.
fn codes(folder: &std::path::Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap().to_owned();
        found.extend(source.split('"').filter(|part| is_code(part)).map(str::to_owned));
    }
}

fn is_code(text: &str) -> bool {
    text.len() == 5
        && (text.starts_with("E0") || text.starts_with("W0"))
        && text[1..].bytes().all(|b| b.is_ascii_digit())
}

#[test]
fn every_code_is_listed_and_no_other() {
    let mut given = BTreeSet::new();
    codes(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/segment")), &mut given);
    let listed: BTreeSet<String> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|cell| is_code(cell))
        .map(str::to_owned)
        .collect();
    assert_eq!(given, listed);
}

#[test]
fn every_example_of_the_json_form_is_read() {
    let full = |json: &str| {
        json.replace(": f", ": {\"field\": \"rfm.recency\"}").replace("[f", "[{\"field\": \"rfm.recency\"}")
    };
    let mut read = 0;
    for json in PAGE.split('`').filter(|part| part.starts_with("{\"") && part.ends_with('}')) {
        let json = full(json)
            .replace("[a, b]", "[1, 2]")
            .replace(", a, b]", ", 1, 2]")
            .replace(", x", ", 1")
            .replace(": a}", ": {\"const\": true}}")
            .replace("{\"and\": [1, 2]}", "{\"and\": [{\"const\": true}]}")
            .replace("{\"or\": [1, 2]}", "{\"or\": [{\"const\": true}]}")
            .replace("[2, [1, 2]]", "[1, [{\"const\": true}]]")
            .replace(": c}", ": {\"const\": true}}");
        let Ok(mut value) = serde_json::from_str::<Json>(&json) else { continue };
        let node = value.clone();
        value["v"] = 1.into();
        let as_condition = crm_core::segment::Expr::from_json(&value);
        let as_operand = crm_core::segment::Expr::from_json(&serde_json::json!({"v": 1, "present": node}));
        let as_constant = serde_json::json!({"v": 1, "eq": [{"field": "x"}, node]});
        let as_zone = serde_json::json!({"v": 1, "during": [{"field": "x"}, {"this": "day", "zone": node}]});
        let fits = [as_constant, as_zone].iter().any(|json| crm_core::segment::Expr::from_json(json).is_ok());
        assert!(as_condition.is_ok() || as_operand.is_ok() || fits, "{json}: {as_condition:?}");
        read += 1;
    }
    assert!(read > 25, "only {read} examples were found");
}

#[test]
fn the_standard_segments_are_free_of_findings() {
    let (catalogue, segments) = (Catalogue::standard().unwrap(), Definitions::standard());
    for (name, expr) in segments.iter() {
        assert_eq!(check(expr, &catalogue, &segments), [], "{name}");
    }
}

//! Reads the JSON form.

use serde_json::{Map, Value as Json};

use crate::base::{Name, Text, Value};
use crate::segment::ast::{
    AggFn, Aggregate, Check, CmpOp, Distance, Expr, Fold, Function, Ident, Literal, Measure, Operand, OperandKind,
    Quantifier, SegmentRef, Selection, Sequence, Test, TextOp,
};
use crate::segment::diagnostic::{Diagnostic, Place, TextSpan};
use crate::segment::size::{MAX_DEPTH, check_size, too_deep};
use crate::segment::time::{Bound, ExactUnit, Length, Shift, Start, Stretch, TimeWindow, ZoneRef, calendar_units};

/// What was expected at a path. The path holds keys of the form and positions, never content.
enum Trouble {
    Malformed { path: String, expected: &'static str },
    TooDeep,
}

type Read<T> = Result<T, Trouble>;

fn bad<T>(expected: &'static str) -> Read<T> {
    Err(Trouble::Malformed { path: String::new(), expected })
}

/// Puts a step before the path of an error.
fn at<T>(step: impl std::fmt::Display, result: Read<T>) -> Read<T> {
    result.map_err(|trouble| match trouble {
        Trouble::Malformed { path, expected } => Trouble::Malformed { path: format!("/{step}{path}"), expected },
        Trouble::TooDeep => Trouble::TooDeep,
    })
}

pub(super) fn top(json: &Json) -> Result<Expr, Diagnostic> {
    let result = match json {
        Json::Object(object) if object.get("v").and_then(Json::as_i64) == Some(super::VERSION) => {
            let node: Vec<_> = object.iter().filter(|(key, _)| *key != "v").collect();
            match node.as_slice() {
                [(key, value)] => at(key_of(key), expr_node(key, value, 1)),
                _ => bad("one operator beside the version"),
            }
        }
        _ => bad("an object with \"v\": 1"),
    };
    let expr = result.map_err(|trouble| match trouble {
        Trouble::Malformed { path, expected } => {
            let place = if path.is_empty() { "at the top".to_owned() } else { format!("at {path}") };
            Diagnostic::new("E0012", Place::NONE, format!("malformed JSON form {place}")).expected(expected)
        }
        Trouble::TooDeep => too_deep(TextSpan::default()),
    })?;
    check_size(&expr, TextSpan::default())?;
    Ok(expr)
}

/// A key as it may be shown: unknown ones may be anything.
fn key_of(key: &str) -> &str {
    let known = key.len() <= 24 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if known { key } else { "?" }
}

/// The one key of a node and its value.
fn node(json: &Json) -> Option<(&str, &Json)> {
    let object = json.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, value)| (key.as_str(), value))
}

fn expr(json: &Json, depth: usize) -> Read<Expr> {
    match node(json) {
        Some((key, value)) => at(key_of(key), expr_node(key, value, depth)),
        None => bad("an object with one operator as its key"),
    }
}

fn expr_node(key: &str, value: &Json, depth: usize) -> Read<Expr> {
    if depth > MAX_DEPTH {
        return Err(Trouble::TooDeep);
    }
    let many = |value: &Json| each(value, |one| expr(one, depth + 1));
    Ok(match key {
        "const" => match value {
            Json::Bool(truth) => Expr::Const(*truth),
            _ => return bad("true or false"),
        },
        "and" => Expr::And(many(value)?),
        "or" => Expr::Or(many(value)?),
        "at_least" => {
            let [least, all] = exactly(value, "[number, [conditions]]")?;
            let (least, all) = (at(0, small(least))?, at(1, many(all))?);
            if least == 0 || least as usize > all.len() {
                return at(0, bad("a number from 1 to that of the conditions"));
            }
            Expr::AtLeast(least, all)
        }
        "not" => Expr::Not(Box::new(expr(value, depth + 1)?)),
        "known" => Expr::Known(Box::new(expr(value, depth + 1)?)),
        "segment" => Expr::Segment(segment(value)?),
        _ => {
            let (operand, check) = test(key, value, depth)?;
            if operand.as_literal().is_some() {
                return bad("a field or a measure as the first operand");
            }
            Expr::Test(Box::new(Test { operand, check, place: Place::NONE }))
        }
    })
}

fn segment(value: &Json) -> Read<SegmentRef> {
    let (first, version) = match value {
        Json::Array(parts) => match parts.as_slice() {
            [first, version] => (first, Some(at(1, name(version))?)),
            _ => return bad("[name, version]"),
        },
        one => (one, None),
    };
    Ok(SegmentRef { name: name(first)?, version, place: Place::NONE })
}

fn test(key: &str, value: &Json, depth: usize) -> Read<(Operand, Check)> {
    let one = |value: &Json| operand(value, depth + 1);
    match key {
        "holds" => return Ok((one(value)?, Check::Holds)),
        "present" => return Ok((one(value)?, Check::Present)),
        "missing" => return Ok((one(value)?, Check::Missing)),
        _ => {}
    }
    let parts = match value {
        Json::Array(parts) if (2..=3).contains(&parts.len()) => parts.as_slice(),
        _ => return bad("a list of two or three"),
    };
    let own = at(0, one(&parts[0]))?;
    let third = |check: fn(Operand, Operand) -> Check| match parts {
        [_, low, high] => Ok(check(at(1, one(low))?, at(2, one(high))?)),
        _ => bad("a list of three"),
    };
    let fold = || at(2, parts.get(2).map_or(Ok(Fold::None), fold));
    let second = &parts[1];
    let check = if let Some(op) = CmpOp::from_key(key) {
        Check::Compare(op, at(1, one(second))?, fold()?)
    } else if let Some(op) = TextOp::from_key(key) {
        Check::Text(op, at(1, text(second))?, fold()?)
    } else if let Some(quantifier) = Quantifier::from_key(key) {
        Check::Has(quantifier, at(1, each(second, text))?, fold()?)
    } else {
        match key {
            "between" => third(Check::Between)?,
            "range" => third(Check::Range)?,
            "in" => Check::OneOf(at(1, each(second, literal))?, fold()?),
            "during" if parts.len() == 2 => Check::In(at(1, window(second))?),
            "older_than" => {
                Check::OlderThan(at(1, length(second))?, at(2, parts.get(2).map_or(Ok(ZoneRef::Default), zone))?)
            }
            _ => return bad("a known operator"),
        }
    };
    Ok((own, check))
}

fn operand(json: &Json, depth: usize) -> Read<Operand> {
    if depth > MAX_DEPTH {
        return Err(Trouble::TooDeep);
    }
    let Some((key, value)) = node(json) else { return literal(json).map(Operand::literal) };
    let kind = if key.starts_with('$') || key == "quantity" {
        OperandKind::Literal(literal(json)?)
    } else {
        at(key_of(key), operand_node(key, value, depth))?
    };
    Ok(Operand::new(kind))
}

fn operand_node(key: &str, value: &Json, depth: usize) -> Read<OperandKind> {
    if let Some(function) = Function::from_key(key) {
        let (inner, zone) = match value.as_array().map(Vec::as_slice) {
            Some([inner]) => (inner, ZoneRef::Default),
            Some([inner, zone]) => (inner, at(1, self::zone(zone))?),
            _ => return bad("[operand] or [operand, zone]"),
        };
        return Ok(OperandKind::Call(function, Box::new(at(0, operand(inner, depth + 1))?), zone));
    }
    if matches!(key, "count" | "nth" | "rate") || AggFn::from_key(key).is_some() {
        return aggregate(key, value, depth).map(|one| OperandKind::Aggregate(Box::new(one)));
    }
    if key == "steps" {
        return sequence(value, depth).map(|one| OperandKind::Sequence(Box::new(one)));
    }
    match key {
        "field" => {
            let mut names = match value {
                Json::Array(_) => each(value, name)?.into_iter(),
                one => vec![name(one)?].into_iter(),
            };
            match names.next() {
                Some(name) => Ok(OperandKind::Field { name, args: names.collect() }),
                None => bad("the name of a field"),
            }
        }
        "now" => shifted(value).map(|(shift, zone)| OperandKind::Now(shift, zone)),
        "today" => shifted(value).map(|(shift, zone)| OperandKind::Today(shift, zone)),
        "bucket" => {
            let [salt, of] = exactly(value, "[salt, number]")?;
            let (salt, of) = (at(0, text(salt))?, at(1, small(of))?);
            if of == 0 { at(1, bad("at least 1")) } else { Ok(OperandKind::Bucket { salt, of }) }
        }
        "coalesce" => {
            let [inner, default] = exactly(value, "[operand, value]")?;
            let inner = at(0, operand(inner, depth + 1))?;
            Ok(OperandKind::Coalesce(Box::new(inner), at(1, literal(default))?))
        }
        "distance" => {
            let [latitude, longitude, to_latitude, to_longitude] =
                exactly(value, "[operand, operand, number, number]")?;
            let degrees = |json: &Json| json.as_f64().map_or_else(|| bad("a number of degrees"), Ok);
            Ok(OperandKind::Distance(Box::new(Distance {
                latitude: at(0, operand(latitude, depth + 1))?,
                longitude: at(1, operand(longitude, depth + 1))?,
                to_latitude: at(2, degrees(to_latitude))?,
                to_longitude: at(3, degrees(to_longitude))?,
            })))
        }
        _ => bad("a known operand"),
    }
}

fn ident(json: &Json) -> Read<Ident> {
    name(json).map(Ident::new)
}

fn aggregate(key: &str, value: &Json, depth: usize) -> Read<Aggregate> {
    let known: &[&str] = match key {
        "nth" => &["n", "of", "events", "in", "where"],
        "rate" => &["per", "events", "in", "where"],
        _ => &["of", "events", "in", "where"],
    };
    let parts = object(value, known)?;
    let measure = match (key, AggFn::from_key(key), parts.get("of")) {
        ("count", _, None) => Measure::Count,
        ("nth", _, Some(of)) => {
            let number = parts.get("n").and_then(Json::as_i64).and_then(|number| i32::try_from(number).ok());
            match number.filter(|number| *number != 0 && *number != i32::MIN) {
                Some(number) => Measure::Nth(number, at("of", ident(of))?),
                None => return at("n", bad("1 for the first, -1 for the last")),
            }
        }
        ("rate", _, None) => match parts.get("per") {
            Some(per) => Measure::Rate(at("per", length(per))?),
            None => return bad("how long a time the rate is for (`per`)"),
        },
        (_, Some(function), Some(of)) => Measure::Of(function, at("of", ident(of))?),
        _ => return bad("a property (`of`), and none for a count or rate"),
    };
    let Selection { events, filter } = selected(parts, depth)?;
    Ok(Aggregate { measure, events, filter, window: parts.get("in").map(|json| at("in", window(json))).transpose()? })
}

fn sequence(value: &Json, depth: usize) -> Read<Sequence> {
    let parts = object(value, &["steps", "without", "within", "gap", "in"])?;
    let chosen = |json: &Json| selected(object(json, &["events", "where"])?, depth + 1);
    let steps = parts.get("steps").map_or_else(|| bad("at least one step"), |all| each(all, chosen));
    let steps = at("steps", steps)?;
    if steps.is_empty() {
        return at("steps", bad("at least one step"));
    }
    let limit = |key| parts.get(key).map(|json| at(key, length(json))).transpose();
    Ok(Sequence {
        steps,
        without: parts.get("without").map(|json| at("without", chosen(json))).transpose()?,
        within: limit("within")?,
        gap: limit("gap")?,
        window: parts.get("in").map(|json| at("in", window(json))).transpose()?,
    })
}

/// Which events, and what must be true of each.
fn selected(parts: &Map<String, Json>, depth: usize) -> Read<Selection> {
    let events = match parts.get("events").map(|events| at("events", each(events, ident))).transpose()? {
        Some(events) if events.is_empty() => return at("events", bad("at least one name")),
        events => events.unwrap_or_default(),
    };
    Ok(Selection { events, filter: parts.get("where").map(|json| at("where", expr(json, depth + 1))).transpose()? })
}

fn literal(json: &Json) -> Read<Literal> {
    if let Some(("quantity", parts)) = node(json) {
        let [number, unit] = exactly(parts, "[number, unit]")?;
        let number = Value::from_json(number).or_else(|_| bad("a number"))?;
        return Literal::with_unit(number, name(unit)?).or_else(|_| bad("a number and its unit"));
    }
    let value = Value::from_json(json).or_else(|_| bad("a value"))?;
    Literal::new(value).or_else(|_| bad("a single value"))
}

fn length(json: &Json) -> Read<Length> {
    let expected = "one of minutes, hours, days, weeks, calendar_days ... calendar_years, with a number";
    let Some((key, count)) = node(json) else { return bad(expected) };
    let count = small(count)?;
    let unit = key.ends_with('s').then_some(key);
    let length = match unit.and_then(|unit| unit.strip_prefix("calendar_")) {
        Some(unit) => calendar_units(unit).map(|unit| Length::Calendar(count, unit)),
        None => unit.and_then(ExactUnit::from_word).map(|unit| Length::Exact(count, unit)),
    };
    match length {
        Some(length) if length.is_in_bounds() => Ok(length),
        Some(_) => bad("at least 1 unit and at most 200 years"),
        None => bad(expected),
    }
}

fn zone(json: &Json) -> Read<ZoneRef> {
    match node(json) {
        Some(("customer", Json::Null)) => Ok(ZoneRef::Customer(None)),
        Some(("customer", fallback)) => name(fallback).map(|name| ZoneRef::Customer(Some(name))),
        _ => name(json).map(ZoneRef::Named),
    }
}

fn shifted(json: &Json) -> Read<(Option<Shift>, ZoneRef)> {
    let parts = object(json, &["minus", "plus", "zone"])?;
    let step = |key, back| match parts.get(key) {
        Some(json) => at(key, length(json)).map(|length| Some(Shift { back, length })),
        None => Ok(None),
    };
    let shift = match (step("minus", true)?, step("plus", false)?) {
        (Some(_), Some(_)) => return bad("either minus or plus"),
        (one, other) => one.or(other),
    };
    Ok((shift, parts.get("zone").map_or(Ok(ZoneRef::Default), |json| at("zone", zone(json)))?))
}

fn bound(json: &Json) -> Read<Bound> {
    let expected = "$date, $time, now or today";
    match node(json) {
        Some((key @ ("now" | "today"), value)) => match at(key, shifted(value))? {
            (shift, ZoneRef::Default) => Ok(if key == "now" { Bound::Now(shift) } else { Bound::Today(shift) }),
            _ => bad("the zone beside the window"),
        },
        _ => match Value::from_json(json) {
            Ok(Value::Date(date)) => Ok(Bound::Date(date)),
            Ok(Value::Time(at)) => Ok(Bound::Time(at)),
            _ => bad(expected),
        },
    }
}

fn window(json: &Json) -> Read<TimeWindow> {
    let keys = ["last", "next", "this", "previous", "following", "since", "until", "between", "starting", "zone"];
    let parts = object(json, &keys)?;
    let zone = parts.get("zone").map_or(Ok(ZoneRef::Default), |json| at("zone", zone(json)))?;
    let mut rest = parts.iter().filter(|(key, _)| *key != "zone" && *key != "starting");
    let (Some((key, value)), None) = (rest.next(), rest.next()) else { return bad("one kind of window") };
    let unit = |stretch: fn(_) -> Stretch| match value.as_str().and_then(|word| word.parse().ok()) {
        Some(unit) => Ok(stretch(unit)),
        None => bad("day, week, month, quarter or year"),
    };
    let stretch = match key.as_str() {
        "last" => length(value).map(Stretch::Last),
        "next" => length(value).map(Stretch::Next),
        "this" => unit(Stretch::This),
        "previous" => unit(Stretch::Previous),
        "following" => unit(Stretch::Following),
        "since" => bound(value).map(Stretch::Since),
        "until" => bound(value).map(Stretch::Until),
        _ => exactly(value, "[bound, bound]")
            .and_then(|[start, end]| Ok(Stretch::Between(at(0, bound(start))?, at(1, bound(end))?))),
    };
    let stretch = at(key, stretch)?;
    let start = parts.get("starting").map_or(Ok(Start::Usual), |json| at("starting", start(json, stretch)))?;
    Ok(TimeWindow { stretch, start, zone })
}

fn start(json: &Json, stretch: Stretch) -> Read<Start> {
    match json.as_str().and_then(Start::from_word) {
        Some(start) if start.suits(stretch.unit()) => Ok(start),
        _ => bad("a month for quarters and years, a day of the week for weeks"),
    }
}

fn each<T>(json: &Json, read: impl Fn(&Json) -> Read<T>) -> Read<Vec<T>> {
    match json {
        Json::Array(all) => all.iter().enumerate().map(|(index, one)| at(index, read(one))).collect(),
        _ => bad("a list"),
    }
}

fn exactly<'a, const N: usize>(json: &'a Json, expected: &'static str) -> Read<&'a [Json; N]> {
    match json.as_array().and_then(|all| all.as_slice().try_into().ok()) {
        Some(all) => Ok(all),
        None => bad(expected),
    }
}

/// An object without other keys than these.
fn object<'a>(json: &'a Json, keys: &[&str]) -> Read<&'a Map<String, Json>> {
    match json {
        Json::Object(object) if object.keys().all(|key| keys.contains(&key.as_str())) => Ok(object),
        Json::Object(_) => bad("no other keys than the known ones"),
        _ => bad("an object"),
    }
}

fn small(json: &Json) -> Read<u32> {
    json.as_u64().and_then(|number| u32::try_from(number).ok()).map_or_else(|| bad("a whole number"), Ok)
}

fn name(json: &Json) -> Read<Name> {
    json.as_str().and_then(|name| Name::new(name).ok()).map_or_else(|| bad("a name"), Ok)
}

fn text(json: &Json) -> Read<Text> {
    json.as_str().map_or_else(|| bad("a text"), |text| Ok(text.into()))
}

fn fold(json: &Json) -> Read<Fold> {
    json.as_str().and_then(Fold::from_key).map_or_else(|| bad("ci or fold"), Ok)
}

//! Writes the JSON form.

use serde_json::{Map, Value as Json, json};

use crate::base::Name;
use crate::segment::ast::{
    Aggregate, Check, Expr, Fold, Ident, Literal, Measure, Operand, OperandKind, Selection, Sequence, Test,
};
use crate::segment::time::{Bound, Length, Shift, Stretch, TimeWindow, ZoneRef};

fn node(key: &str, value: Json) -> Json {
    Json::Object(Map::from_iter([(key.to_owned(), value)]))
}

fn text(name: &Name) -> Json {
    Json::from(name.as_str())
}

pub(super) fn expr(expr: &Expr) -> Json {
    let list = |all: &[Expr]| all.iter().map(self::expr).collect::<Json>();
    match expr {
        Expr::Const(truth) => node("const", Json::from(*truth)),
        Expr::And(all) => node("and", list(all)),
        Expr::Or(all) => node("or", list(all)),
        Expr::AtLeast(least, all) => node("at_least", json!([least, list(all)])),
        Expr::Not(inner) => node("not", self::expr(inner)),
        Expr::Known(inner) => node("known", self::expr(inner)),
        Expr::Segment(segment) => node(
            "segment",
            match &segment.version {
                None => text(&segment.name),
                Some(version) => json!([text(&segment.name), text(version)]),
            },
        ),
        Expr::Test(test) => self::test(test),
    }
}

fn test(test: &Test) -> Json {
    let own = operand(&test.operand);
    let folded = |mut items: Vec<Json>, fold: Fold| {
        if fold != Fold::None {
            items.push(fold.key().into());
        }
        Json::Array(items)
    };
    match &test.check {
        Check::Holds => node("holds", own),
        Check::Present => node("present", own),
        Check::Missing => node("missing", own),
        Check::Compare(op, other, fold) => node(op.key(), folded(vec![own, operand(other)], *fold)),
        Check::Between(low, high) => node("between", json!([own, operand(low), operand(high)])),
        Check::Range(low, high) => node("range", json!([own, operand(low), operand(high)])),
        Check::OneOf(all, fold) => node("in", folded(vec![own, all.iter().map(literal).collect()], *fold)),
        Check::Text(op, pattern, fold) => node(op.key(), folded(vec![own, pattern.as_str().into()], *fold)),
        Check::Has(quantifier, all, fold) => {
            let all = all.iter().map(|one| Json::from(one.as_str())).collect();
            node(quantifier.key(), folded(vec![own, all], *fold))
        }
        Check::In(window) => node("during", json!([own, self::window(window)])),
        Check::OlderThan(length, ZoneRef::Default) => node("older_than", json!([own, self::length(*length)])),
        Check::OlderThan(length, zone) => node("older_than", json!([own, self::length(*length), self::zone(zone)])),
    }
}

fn literal(literal: &Literal) -> Json {
    let value = literal.value().to_json();
    match literal.unit() {
        Some(unit) => node("quantity", json!([value, text(unit)])),
        None => value,
    }
}

fn operand(operand: &Operand) -> Json {
    match &operand.kind {
        OperandKind::Literal(literal) => self::literal(literal),
        OperandKind::Field { name, args } if args.is_empty() => node("field", text(name)),
        OperandKind::Field { name, args } => node("field", std::iter::once(name).chain(args).map(text).collect()),
        OperandKind::Now(shift, zone) => node("now", shifted(*shift, zone)),
        OperandKind::Today(shift, zone) => node("today", shifted(*shift, zone)),
        OperandKind::Bucket { salt, of } => node("bucket", json!([salt.as_str(), of])),
        OperandKind::Call(function, inner, zone) => node(
            function.key(),
            match zone {
                ZoneRef::Default => json!([self::operand(inner)]),
                zone => json!([self::operand(inner), self::zone(zone)]),
            },
        ),
        OperandKind::Coalesce(inner, default) => {
            node("coalesce", json!([self::operand(inner), self::literal(default)]))
        }
        OperandKind::Distance(distance) => node(
            "distance",
            json!([
                self::operand(&distance.latitude),
                self::operand(&distance.longitude),
                distance.to_latitude,
                distance.to_longitude
            ]),
        ),
        OperandKind::Aggregate(aggregate) => self::aggregate(aggregate),
        OperandKind::Sequence(sequence) => self::sequence(sequence),
    }
}

fn aggregate(aggregate: &Aggregate) -> Json {
    let mut parts = Map::new();
    let key = match &aggregate.measure {
        Measure::Count => "count",
        Measure::Of(function, property) => {
            parts.insert("of".into(), text(&property.name));
            function.key()
        }
        Measure::Nth(number, property) => {
            parts.insert("n".into(), (*number).into());
            parts.insert("of".into(), text(&property.name));
            "nth"
        }
        Measure::Rate(per) => {
            parts.insert("per".into(), length(*per));
            "rate"
        }
    };
    selected(&mut parts, &aggregate.events, aggregate.filter.as_ref());
    if let Some(window) = &aggregate.window {
        parts.insert("in".into(), self::window(window));
    }
    node(key, Json::Object(parts))
}

fn selected(parts: &mut Map<String, Json>, events: &[Ident], filter: Option<&Expr>) {
    if !events.is_empty() {
        parts.insert("events".into(), events.iter().map(|event| text(&event.name)).collect());
    }
    if let Some(filter) = filter {
        parts.insert("where".into(), expr(filter));
    }
}

fn sequence(sequence: &Sequence) -> Json {
    let chosen = |chosen: &Selection| {
        let mut parts = Map::new();
        selected(&mut parts, &chosen.events, chosen.filter.as_ref());
        Json::Object(parts)
    };
    let mut parts = Map::from_iter([("steps".to_owned(), sequence.steps.iter().map(chosen).collect())]);
    let mut put = |key: &str, value: Option<Json>| parts.extend(value.map(|value| (key.to_owned(), value)));
    put("without", sequence.without.as_ref().map(chosen));
    put("within", sequence.within.map(length));
    put("gap", sequence.gap.map(length));
    put("in", sequence.window.as_ref().map(window));
    node("steps", Json::Object(parts))
}

fn length(length: Length) -> Json {
    match length {
        Length::Exact(count, unit) => node(&format!("{}s", unit.word()), count.into()),
        Length::Calendar(count, unit) => node(&format!("calendar_{}s", unit.word()), count.into()),
    }
}

fn zone(zone: &ZoneRef) -> Json {
    match zone {
        ZoneRef::Default => Json::Null,
        ZoneRef::Named(name) => text(name),
        ZoneRef::Customer(fallback) => node("customer", fallback.as_ref().map_or(Json::Null, text)),
    }
}

/// What is said of `now` or `today`.
fn shifted(shift: Option<Shift>, zone: &ZoneRef) -> Json {
    let mut parts = Map::new();
    if let Some(shift) = shift {
        parts.insert(if shift.back { "minus" } else { "plus" }.into(), length(shift.length));
    }
    if *zone != ZoneRef::Default {
        parts.insert("zone".into(), self::zone(zone));
    }
    Json::Object(parts)
}

fn bound(bound: &Bound) -> Json {
    match bound {
        Bound::Date(date) => crate::base::Value::from(*date).to_json(),
        Bound::Time(at) => crate::base::Value::from(*at).to_json(),
        Bound::Now(shift) => node("now", shifted(*shift, &ZoneRef::Default)),
        Bound::Today(shift) => node("today", shifted(*shift, &ZoneRef::Default)),
    }
}

fn window(window: &TimeWindow) -> Json {
    let (key, value) = match &window.stretch {
        Stretch::Last(length) => ("last", self::length(*length)),
        Stretch::Next(length) => ("next", self::length(*length)),
        Stretch::This(unit) => ("this", unit.word().into()),
        Stretch::Previous(unit) => ("previous", unit.word().into()),
        Stretch::Following(unit) => ("following", unit.word().into()),
        Stretch::Since(start) => ("since", bound(start)),
        Stretch::Until(end) => ("until", bound(end)),
        Stretch::Between(start, end) => ("between", json!([bound(start), bound(end)])),
    };
    let mut parts = Map::from_iter([(key.to_owned(), value)]);
    if let Some(word) = window.start.word() {
        parts.insert("starting".into(), word.into());
    }
    if window.zone != ZoneRef::Default {
        parts.insert("zone".into(), zone(&window.zone));
    }
    Json::Object(parts)
}

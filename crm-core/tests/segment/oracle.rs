//! A slow and obvious interpreter of the tree, written from the reference of the language alone.
//!
//! It looks every name up each time, steps through the calendar unit by unit, and finds the bounds of an uncertain
//! measure by trying every subset of the doubtful events.

use std::cmp::Ordering;

use crm_core::base::{CalendarUnit, Currency, Date, LeapDay, Missing, Timestamp, Value, ValueType, Zone};
use crm_core::fact::Fact;
use crm_core::segment::{
    AggFn, Aggregate, Bound, Catalogue, Check, CmpOp, Definitions, Event, Expr, Fold, Function, Length, Measure,
    Operand, OperandKind, Quantifier, Selection, Sequence, Shift, Start, Stretch, Test, TextOp, TimeWindow, Truth,
    ZoneRef,
};

use crate::world::{Customer, TEXTS};

#[derive(Clone, Debug, PartialEq)]
enum V {
    Bool(bool),
    Number(f64),
    Text(String),
    Date(Date),
    Time(Timestamp),
    Money(f64, Option<Currency>),
    Texts(Vec<String>),
    Yearly(Date, LeapDay),
}

#[derive(Clone, Debug, PartialEq)]
enum Found {
    Absent,
    Uncertain,
    Between(V, V),
}

pub struct Oracle<'a> {
    pub catalogue: &'a Catalogue,
    pub segments: &'a Definitions,
    pub customer: &'a Customer,
    pub now: Timestamp,
    pub zone: &'a Zone,
}

/// An event, and all the events of its selection; none outside of a `where` clause.
type Scope<'a> = Option<(&'a Fact, &'a [&'a Event])>;

impl Oracle<'_> {
    pub fn truth(&self, expr: &Expr) -> Truth {
        self.expr(expr, None)
    }

    fn expr(&self, expr: &Expr, scope: Scope<'_>) -> Truth {
        let answers: Vec<Truth> = expr.children().iter().map(|one| self.expr(one, scope)).collect();
        let count = |truth| answers.iter().filter(|own| **own == truth).count();
        let (yes, no, open) = (count(Truth::True), count(Truth::False), count(Truth::Unknown));
        let decide = |surely, never| {
            if surely {
                Truth::True
            } else if never {
                Truth::False
            } else {
                Truth::Unknown
            }
        };
        match expr {
            Expr::Const(truth) => Truth::from(*truth),
            Expr::And(_) => decide(no == 0 && open == 0, no > 0),
            Expr::Or(_) => decide(yes > 0, yes == 0 && open == 0),
            Expr::AtLeast(least, _) => decide(yes >= *least as usize, yes + open < *least as usize),
            Expr::Not(_) => decide(no == 1, yes == 1),
            Expr::Known(_) => decide(open == 0, open == 1),
            Expr::Segment(segment) => self.expr(self.segments.get(segment.name.as_str()).unwrap(), None),
            Expr::Test(test) => self.test(test, scope),
            _ => unreachable!(),
        }
    }

    fn test(&self, test: &Test, scope: Scope<'_>) -> Truth {
        let own = self.operand(&test.operand, scope);
        match (&test.check, &own) {
            (Check::Present | Check::Missing, Found::Uncertain) => return Truth::Unknown,
            (Check::Present, own) => return Truth::from(*own != Found::Absent),
            (Check::Missing, own) => return Truth::from(*own == Found::Absent),
            _ => {}
        }
        let Found::Between(low, high) = &own else { return Truth::Unknown };
        let exactly = (low == high).then_some(low);
        let maybe = |answer: Option<bool>| Truth::from(answer);
        match &test.check {
            Check::Compare(op, other, fold) => {
                let other = self.operand(other, scope);
                match (exactly, &other) {
                    (Some(V::Text(a)), Found::Between(V::Text(b), _)) => {
                        maybe(Some((folded(a, *fold) == folded(b, *fold)) == (*op == CmpOp::Eq)))
                    }
                    _ => compare(*op, &own, &other),
                }
            }
            Check::Between(a, b) => {
                compare(CmpOp::Ge, &own, &self.operand(a, scope)) & compare(CmpOp::Le, &own, &self.operand(b, scope))
            }
            Check::Range(a, b) => {
                compare(CmpOp::Ge, &own, &self.operand(a, scope)) & compare(CmpOp::Lt, &own, &self.operand(b, scope))
            }
            Check::OneOf(all, fold) => {
                let mut result = Truth::False;
                for one in all {
                    result = result
                        | match (exactly, value(one.value())) {
                            (Some(V::Text(a)), V::Text(b)) => Truth::from(folded(a, *fold) == folded(&b, *fold)),
                            (_, other) => compare(CmpOp::Eq, &own, &Found::Between(other.clone(), other)),
                        };
                }
                result
            }
            _ => maybe(exactly.map(|own| match (&test.check, own) {
                (Check::Holds, V::Bool(truth)) => *truth,
                (Check::Text(op, pattern, fold), V::Text(text)) => {
                    // The text is folded, the expression is not.
                    let expression = pattern.as_str();
                    let matches = |text: &str| EXPRESSIONS.iter().find(|(own, _)| *own == expression).unwrap().1(text);
                    let (text, pattern) = (folded(text, *fold), folded(pattern, *fold));
                    match op {
                        TextOp::StartsWith => text.starts_with(&pattern),
                        TextOp::EndsWith => text.ends_with(&pattern),
                        TextOp::Contains => text.contains(&pattern),
                        TextOp::Matches => matches(&text),
                        _ => like(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>()),
                    }
                }
                (Check::Has(quantifier, wanted, fold), V::Texts(own)) => {
                    let own: Vec<String> = own.iter().map(|one| folded(one, *fold)).collect();
                    let mut held = wanted.iter().map(|one| own.contains(&folded(one, *fold)));
                    match quantifier {
                        Quantifier::Any => held.any(|held| held),
                        Quantifier::All => held.all(|held| held),
                        Quantifier::None => !held.any(|held| held),
                    }
                }
                (Check::In(window), own) => self.inside(window, own),
                (Check::OlderThan(length, zone), own) => {
                    // Neither in the window nor after it.
                    let window =
                        TimeWindow { stretch: Stretch::Last(*length), start: Start::Usual, zone: zone.clone() };
                    let past = match own {
                        V::Time(at) => *at <= self.now,
                        V::Date(date) => *date <= self.zone(zone).date(self.now),
                        _ => panic!("not a time"),
                    };
                    past && !self.inside(&window, own)
                }
                other => panic!("{other:?}"),
            })),
        }
    }

    fn zone(&self, zone: &ZoneRef) -> Zone {
        match zone {
            ZoneRef::Named(name) => Zone::new(name.as_str()).unwrap(),
            ZoneRef::Customer(fallback) => match self.customer.get("customer.zone", &[]) {
                Some(own) => Zone::new(own.as_text().unwrap()).unwrap(),
                None => fallback.as_ref().map_or(self.zone.clone(), |name| Zone::new(name.as_str()).unwrap()),
            },
            _ => self.zone.clone(),
        }
    }

    fn inside(&self, window: &TimeWindow, own: &V) -> bool {
        let zone = self.zone(&window.zone);
        let today = zone.date(self.now);
        match own {
            V::Date(date) => Self::date_inside(window, *date, today),
            V::Yearly(date, leap) => (date.year() + 1..=date.year().max(today.year()) + 600)
                .map_while(|year| date.anniversary(year, *leap))
                .any(|returned| Self::date_inside(window, returned, today)),
            V::Time(at) => match window.stretch {
                // What leads up to now includes it; what begins now begins after it.
                Stretch::Last(Length::Exact(count, unit)) => {
                    *at <= self.now && at.as_micros() > self.now.as_micros() - i64::from(count) * unit.micros()
                }
                Stretch::Next(Length::Exact(count, unit)) => {
                    *at > self.now && at.as_micros() <= self.now.as_micros() + i64::from(count) * unit.micros()
                }
                Stretch::Last(_) => *at <= self.now && Self::date_inside(window, zone.date(*at), today),
                Stretch::Next(_) => *at > self.now && Self::date_inside(window, zone.date(*at), today),
                Stretch::Since(start) => self.reached(start, *at, &zone),
                Stretch::Until(end) => !self.reached(end, *at, &zone),
                Stretch::Between(start, end) => self.reached(start, *at, &zone) && !self.reached(end, *at, &zone),
                _ => Self::date_inside(window, zone.date(*at), today),
            },
            other => panic!("{other:?}"),
        }
    }

    /// Whether an instant lies at or after a bound.
    fn reached(&self, bound: Bound, at: Timestamp, zone: &Zone) -> bool {
        match bound {
            Bound::Time(bound) => at >= bound,
            Bound::Date(date) => zone.date(at) >= date,
            Bound::Today(shift) => zone.date(at) >= moved(zone.date(self.now), shift),
            Bound::Now(shift) => at > self.instant(shift, zone),
            _ => unreachable!(),
        }
    }

    fn date_inside(window: &TimeWindow, date: Date, today: Date) -> bool {
        // Day by day, to where a week or a year begins.
        let begins = |date: Date, unit: CalendarUnit| match (window.start, unit) {
            (Start::Week(day), CalendarUnit::Week) => date.weekday() == day,
            (Start::Year(month), CalendarUnit::Year) => date.day() == 1 && date.month() == month.number(),
            (Start::Year(month), CalendarUnit::Quarter) => {
                date.day() == 1 && (date.month() + 12 - month.number()).is_multiple_of(3)
            }
            _ => date.start_of(unit) == date,
        };
        let first_of = |date: Date, unit: CalendarUnit| {
            (0..400).map(|back| date.saturating_add_days(-back)).find(|day| begins(*day, unit)).unwrap()
        };
        let last_of = |date: Date, unit: CalendarUnit| {
            (0..400)
                .map(|ahead| date.saturating_add_days(ahead))
                .find(|day| begins(day.saturating_add_days(1), unit))
                .unwrap()
        };
        let unit_of = |date: Date, unit: CalendarUnit| (first_of(date, unit), last_of(date, unit));
        let before = |date: Date, unit| first_of(date, unit).saturating_add_days(-1);
        let after = |date: Date, unit| last_of(date, unit).saturating_add_days(1);
        let bound = |bound| match bound {
            Bound::Date(date) => date,
            Bound::Today(shift) => moved(today, shift),
            other => panic!("{other:?}"),
        };
        let (first, last) = match window.stretch {
            Stretch::Last(Length::Calendar(count, unit)) => {
                (first_of((1..count).fold(today, |date, _| before(date, unit)), unit), today)
            }
            Stretch::Next(Length::Calendar(count, unit)) => {
                (today, last_of((1..count).fold(today, |date, _| after(date, unit)), unit))
            }
            Stretch::This(unit) => unit_of(today, unit),
            Stretch::Previous(unit) => unit_of(before(today, unit), unit),
            Stretch::Following(unit) => unit_of(after(today, unit), unit),
            Stretch::Since(start) => (bound(start), Date::MAX),
            Stretch::Until(end) => return date < bound(end),
            Stretch::Between(start, end) => return bound(start) <= date && date < bound(end),
            other => panic!("{other:?}"),
        };
        first <= date && date <= last
    }

    fn instant(&self, shift: Option<Shift>, zone: &Zone) -> Timestamp {
        match shift {
            None => self.now,
            Some(Shift { back, length: Length::Exact(count, unit) }) => {
                let micros = i64::from(count) * unit.micros();
                self.now.saturating_add_micros(if back { -micros } else { micros })
            }
            Some(shift) => {
                let civil = zone.civil(self.now);
                let date = moved(civil.date, Some(shift));
                if date == civil.date { self.now } else { zone.instant(crm_core::base::Civil { date, ..civil }) }
            }
        }
    }

    fn operand(&self, operand: &Operand, scope: Scope<'_>) -> Found {
        let exactly = |value: V| Found::Between(value.clone(), value);
        match &operand.kind {
            OperandKind::Literal(literal) => exactly(value(literal.value())),
            OperandKind::Field { name, args } => {
                if let Some((fact, events)) = scope {
                    return property(fact, events, name.as_str());
                }
                let field = self.catalogue.field(name.as_str()).unwrap();
                let own = self.customer.get(name.as_str(), args).map(value);
                own.or_else(|| absent(field.missing, field.value_type)).map_or(Found::Absent, exactly)
            }
            OperandKind::Now(shift, zone) => exactly(V::Time(self.instant(*shift, &self.zone(zone)))),
            OperandKind::Today(shift, zone) => exactly(V::Date(moved(self.zone(zone).date(self.now), *shift))),
            OperandKind::Bucket { salt, of } => {
                let bytes = [salt.as_bytes(), self.customer.id.as_bytes()].concat();
                let hash = twox_hash::XxHash3_64::oneshot(&bytes);
                exactly(V::Number((u128::from(hash) * u128::from(*of) / (1 << 64)) as f64))
            }
            OperandKind::Distance(distance) => {
                let (latitude, longitude) =
                    (self.operand(&distance.latitude, scope), self.operand(&distance.longitude, scope));
                match (latitude, longitude) {
                    (Found::Absent, _) | (_, Found::Absent) => Found::Absent,
                    (Found::Between(V::Number(latitude), _), Found::Between(V::Number(longitude), _))
                        if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 =>
                    {
                        exactly(V::Number(chord((latitude, longitude), (distance.to_latitude, distance.to_longitude))))
                    }
                    _ => Found::Uncertain,
                }
            }
            OperandKind::Coalesce(inner, default) => match self.operand(inner, scope) {
                Found::Absent => exactly(value(default.value())),
                found => found,
            },
            OperandKind::Call(function, inner, zone) => match self.operand(inner, scope) {
                Found::Between(low, high) if low == high => exactly(self.call(*function, low, &self.zone(zone))),
                Found::Absent => Found::Absent,
                _ => Found::Uncertain,
            },
            OperandKind::Aggregate(aggregate) => self.aggregate(aggregate),
            OperandKind::Sequence(sequence) => self.sequence(sequence),
            _ => unreachable!(),
        }
    }

    fn call(&self, function: Function, own: V, zone: &Zone) -> V {
        let date = match own {
            V::Date(date) => date,
            V::Time(at) => zone.date(at),
            V::Texts(texts) => return V::Number(texts.len() as f64),
            other => panic!("{other:?}"),
        };
        let age = |leap| {
            let today = zone.date(self.now);
            // The birthdays that have come, or the years that are still to come.
            let past = (1..200).filter(|year| date.anniversary(date.year() + year, leap).unwrap() <= today).count();
            let ahead = (0..200).filter(|year| date.anniversary(date.year() - year, leap).unwrap() > today).count();
            V::Number(past as f64 - ahead as f64)
        };
        match function {
            Function::Age => age(LeapDay::March1),
            Function::AgeFebruary => age(LeapDay::February28),
            Function::Date => V::Date(date),
            Function::Weekday => V::Number(f64::from((date.days() + 3).rem_euclid(7) + 1)),
            Function::Month => V::Number(f64::from(date.month())),
            Function::Hour => match own {
                V::Time(at) => V::Number(f64::from(zone.civil(at).time.hour())),
                other => panic!("{other:?}"),
            },
            Function::Anniversary => V::Yearly(date, LeapDay::March1),
            Function::AnniversaryFebruary => V::Yearly(date, LeapDay::February28),
            _ => unreachable!(),
        }
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Found {
        let named =
            |event: &&Event| aggregate.events.is_empty() || aggregate.events.iter().any(|one| one.name == event.name);
        let events: Vec<&Event> = self.catalogue.events().filter(named).collect();
        let mut sure = Vec::new();
        let mut open = Vec::new();
        for fact in &self.customer.facts {
            let known = events.iter().any(|event| event.name == fact.name && event.stream == fact.stream);
            let in_time = fact.at <= self.now
                && aggregate.window.as_ref().is_none_or(|window| self.inside(window, &V::Time(fact.at)));
            if !known || !in_time {
                continue;
            }
            let counts = aggregate.filter.as_ref().map_or(Truth::True, |f| self.expr(f, Some((fact, &events))));
            match counts {
                Truth::True => sure.push(fact),
                Truth::Unknown => open.push(fact),
                Truth::False => {}
            }
        }
        let worlds: Vec<Found> = (0..1_u32 << open.len())
            .map(|world| {
                let counted = |fact: &&&Fact| {
                    sure.iter().any(|one| std::ptr::eq(*one, **fact))
                        || open.iter().enumerate().any(|(at, one)| world >> at & 1 == 1 && std::ptr::eq(*one, **fact))
                };
                let all: Vec<&Fact> = self.customer.facts.iter().collect();
                let all: Vec<&Fact> = all.iter().filter(counted).copied().collect();
                if let Measure::Rate(per) = &aggregate.measure {
                    let Some(TimeWindow { stretch: Stretch::Last(last), .. }) = &aggregate.window else {
                        panic!("checked")
                    };
                    let rate = V::Number(all.len() as f64 * micros(*per) as f64 / micros(*last) as f64);
                    return Found::Between(rate.clone(), rate);
                }
                measure(&aggregate.measure, &all, &events)
            })
            .collect();
        // A mean, a first and a last value are not bounded: they are known, or they are not.
        let bounded =
            !matches!(&aggregate.measure, Measure::Of(AggFn::Avg | AggFn::First | AggFn::Last, _) | Measure::Nth(..));
        let decided = match &aggregate.measure {
            Measure::Of(AggFn::First, _) => first_is_sure(sure.first(), open.first(), false),
            Measure::Of(AggFn::Last, _) => first_is_sure(sure.last(), open.last(), true),
            Measure::Nth(number, _) => {
                let counted = |fact: &Fact, among: &[&Fact]| among.iter().any(|one| std::ptr::eq(*one, fact));
                let all = self.customer.facts.iter().filter(|fact| counted(fact, &sure) || counted(fact, &open));
                let mut certain: Vec<bool> = all.map(|fact| counted(fact, &sure)).collect();
                if *number < 0 {
                    certain.reverse();
                }
                let number = number.unsigned_abs() as usize;
                certain.len() < number || certain[..number].iter().all(|certain| *certain)
            }
            _ => open.is_empty(),
        };
        if !bounded && !decided {
            return Found::Uncertain;
        }
        if !bounded {
            return worlds[0].clone();
        }
        worlds.iter().skip(1).fold(worlds[0].clone(), |bounds, world| match (bounds, world) {
            (Found::Between(low, high), Found::Between(less, more)) => match (order(less, &low), order(more, &high)) {
                (Some(a), Some(b)) => Found::Between(
                    if a.is_lt() || (a.is_eq() && says_currency(less)) { less.clone() } else { low },
                    if b.is_gt() || (b.is_eq() && says_currency(more)) { more.clone() } else { high },
                ),
                _ => Found::Uncertain,
            },
            (bounds, world) if bounds == *world => bounds,
            _ => Found::Uncertain,
        })
    }
}

/// Which texts a regular expression matches.
type Meaning = fn(&str) -> bool;

/// Regular expressions that the tests use, and what they mean.
pub const EXPRESSIONS: [(&str, Meaning); 6] = [
    ("^a", |text| text.starts_with('a')),
    ("n+", |text| text.contains('n')),
    ("^(anna|gold)$", |text| text == "anna" || text == "gold"),
    ("^(DE|AT)$", |text| text == "DE" || text == "AT"),
    ("s{2}", |text| text.contains("ss")),
    ("^.{4}$", |text| text.chars().count() == 4),
];

fn micros(length: Length) -> i64 {
    let Length::Exact(count, unit) = length else { panic!("exact") };
    i64::from(count) * unit.micros()
}

/// Tries every way to take steps, one event after the other.
struct Steps<'a> {
    at: Vec<i64>,
    /// Of each event: which steps it is, and whether it breaks off.
    is: &'a [(Vec<bool>, bool)],
    within: Option<i64>,
    gap: Option<i64>,
}

impl Steps<'_> {
    fn deepest(&self, begun: Option<(usize, usize)>, taken: usize) -> usize {
        let from = begun.map_or(0, |(_, last)| last + 1);
        let mut deepest = taken;
        for next in from..self.at.len() {
            if begun.is_some() && self.is[next].1 {
                break;
            }
            let in_time = begun.is_none_or(|(first, last)| {
                self.within.is_none_or(|within| self.at[next] - self.at[first] <= within)
                    && self.gap.is_none_or(|gap| self.at[next] - self.at[last] <= gap)
            });
            if in_time && self.is[next].0.get(taken) == Some(&true) {
                let first = begun.map_or(next, |(first, _)| first);
                deepest = deepest.max(self.deepest(Some((first, next)), taken + 1));
            }
        }
        deepest
    }
}

impl Oracle<'_> {
    fn chosen(&self, chosen: &Selection, fact: &Fact) -> Truth {
        let named = |event: &&Event| chosen.events.is_empty() || chosen.events.iter().any(|one| one.name == event.name);
        let events: Vec<&Event> = self.catalogue.events().filter(named).collect();
        if !events.iter().any(|event| event.name == fact.name && event.stream == fact.stream) {
            return Truth::False;
        }
        chosen.filter.as_ref().map_or(Truth::True, |filter| self.expr(filter, Some((fact, &events))))
    }

    fn sequence(&self, sequence: &Sequence) -> Found {
        let in_time = |fact: &&Fact| {
            fact.at <= self.now && sequence.window.as_ref().is_none_or(|window| self.inside(window, &V::Time(fact.at)))
        };
        let facts: Vec<&Fact> = self.customer.facts.iter().filter(in_time).collect();
        let deepest = |step: fn(Truth) -> bool, breaks: fn(Truth) -> bool| {
            let is: Vec<(Vec<bool>, bool)> = facts
                .iter()
                .map(|fact| {
                    let steps = sequence.steps.iter().map(|chosen| step(self.chosen(chosen, fact))).collect();
                    (steps, sequence.without.as_ref().is_some_and(|chosen| breaks(self.chosen(chosen, fact))))
                })
                .collect();
            let (within, gap) = (sequence.within.map(micros), sequence.gap.map(micros));
            let at = facts.iter().map(|fact| fact.at.as_micros()).collect();
            V::Number(Steps { at, is: &is, within, gap }.deepest(None, 0) as f64)
        };
        let least = deepest(|truth| truth == Truth::True, |truth| truth != Truth::False);
        let most = deepest(|truth| truth != Truth::False, |truth| truth == Truth::True);
        Found::Between(least, most)
    }
}

/// Whether a value is money of a currency. A sum of nothing is of none, and equals a sum of 0 in any: of the two bounds,
/// the one that says its currency can be compared with fewer amounts.
fn says_currency(value: &V) -> bool {
    matches!(value, V::Money(_, Some(_)))
}

/// Whether the outermost event surely counts.
fn first_is_sure(sure: Option<&&Fact>, open: Option<&&Fact>, last: bool) -> bool {
    match (sure, open) {
        (_, None) => true,
        (None, Some(_)) => false,
        // Facts of one instant count in the order in which they are given, which their addresses keep.
        (Some(sure), Some(open)) => (std::ptr::from_ref(*sure) < std::ptr::from_ref(*open)) != last,
    }
}

/// A measure of events that all count.
fn measure(measure: &Measure, facts: &[&Fact], events: &[&Event]) -> Found {
    let exactly = |value: V| Found::Between(value.clone(), value);
    let number = |number: f64| exactly(V::Number(number));
    let (function, ident) = match measure {
        Measure::Of(function, ident) => (function, ident),
        Measure::Nth(place, ident) => {
            let mut facts = facts.to_vec();
            if *place < 0 {
                facts.reverse();
            }
            let fact = facts.get(place.unsigned_abs() as usize - 1);
            return fact.map_or(Found::Absent, |fact| property(fact, events, ident.name.as_str()));
        }
        _ => return number(facts.len() as f64),
    };
    let name = ident.name.as_str();
    let found: Vec<Found> = facts.iter().map(|fact| property(fact, events, name)).collect();
    let known: Vec<V> =
        found.iter().filter_map(|one| if let Found::Between(v, _) = one { Some(v.clone()) } else { None }).collect();
    let lost = found.len() - known.len();
    match function {
        AggFn::First => return found.first().cloned().unwrap_or(Found::Absent),
        AggFn::Last => return found.last().cloned().unwrap_or(Found::Absent),
        AggFn::Distinct => {
            let mut distinct: Vec<&V> = Vec::new();
            for one in &known {
                if !distinct.contains(&one) {
                    distinct.push(one);
                }
            }
            let low = distinct.len().max(usize::from(lost > 0));
            return Found::Between(V::Number(low as f64), V::Number((distinct.len() + lost) as f64));
        }
        _ if lost > 0 => return Found::Uncertain,
        _ => {}
    }
    let money = events[0].property(name).unwrap().value_type == ValueType::Money;
    let currencies: Vec<Currency> =
        known.iter().filter_map(|one| if let V::Money(_, own) = one { *own } else { None }).collect();
    if currencies.iter().any(|one| *one != currencies[0]) {
        return Found::Uncertain;
    }
    let sum: f64 = known.iter().map(|one| if let V::Number(n) | V::Money(n, _) = one { *n } else { 0.0 }).sum();
    let typed = |n: f64| if money { V::Money(n, currencies.first().copied()) } else { V::Number(n) };
    let best = |wanted: Ordering| {
        let mut best: Option<&V> = None;
        for one in &known {
            if best.is_none_or(|best| order(one, best) == Some(wanted)) {
                best = Some(one);
            }
        }
        best.cloned().map_or(Found::Absent, exactly)
    };
    match function {
        AggFn::Sum => exactly(typed(sum)),
        AggFn::Avg if known.is_empty() => Found::Absent,
        AggFn::Avg => exactly(typed(sum / known.len() as f64)),
        AggFn::Min => best(Ordering::Less),
        _ => best(Ordering::Greater),
    }
}

fn property(fact: &Fact, events: &[&Event], name: &str) -> Found {
    let own = match name {
        "name" => Some(V::Text(fact.name.to_string())),
        "at" => Some(V::Time(fact.at)),
        "amount" => fact.amount.map(|money| value(&money.into())),
        "points" => fact.points.map(|points| V::Number(points as f64)),
        name => fact.get(name).map(value),
    };
    let declared: Vec<_> = events.iter().map(|event| event.property(name).unwrap()).collect();
    let agreed = declared.iter().all(|one| one.missing == declared[0].missing);
    let missing = if agreed { declared[0].missing } else { Missing::Unknown };
    let own = own.or_else(|| absent(missing, declared[0].value_type));
    own.map_or(Found::Absent, |own| Found::Between(own.clone(), own))
}

fn absent(missing: Missing, value_type: ValueType) -> Option<V> {
    match missing {
        Missing::Unknown => None,
        Missing::False => Some(V::Bool(false)),
        Missing::Empty => Some(V::Texts(Vec::new())),
        _ if value_type == ValueType::Money => Some(V::Money(0.0, None)),
        _ => Some(V::Number(0.0)),
    }
}

/// The numbers of the tests are small: a decimal number holds them exactly.
fn value(value: &Value) -> V {
    match value {
        Value::Bool(truth) => V::Bool(*truth),
        Value::Int(number) => V::Number(*number as f64),
        Value::Float(number) => V::Number(*number),
        Value::Text(text) => V::Text(text.to_string()),
        Value::Date(date) => V::Date(*date),
        Value::Time(at) => V::Time(*at),
        Value::Money(money) => V::Money(money.minor() as f64, Some(money.currency())),
        Value::Texts(texts) => V::Texts(texts.iter().map(|text| text.as_str().to_owned()).collect()),
        other => panic!("{other:?}"),
    }
}

fn order(a: &V, b: &V) -> Option<Ordering> {
    match (a, b) {
        (V::Bool(a), V::Bool(b)) => Some(a.cmp(b)),
        (V::Number(a), V::Number(b)) => a.partial_cmp(b),
        (V::Text(a), V::Text(b)) => Some(a.cmp(b)),
        (V::Date(a), V::Date(b)) => Some(a.cmp(b)),
        (V::Time(a), V::Time(b)) => Some(a.cmp(b)),
        (V::Money(a, one), V::Money(b, other)) if one.is_none() || other.is_none() || one == other => a.partial_cmp(b),
        _ => None,
    }
}

fn compare(op: CmpOp, a: &Found, b: &Found) -> Truth {
    let (Found::Between(a_low, a_high), Found::Between(b_low, b_high)) = (a, b) else { return Truth::Unknown };
    let holds = |order: Ordering| match op {
        CmpOp::Eq => order.is_eq(),
        CmpOp::Ne => order.is_ne(),
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
    };
    let (Some(least), Some(most)) = (order(a_low, b_high), order(a_high, b_low)) else { return Truth::Unknown };
    // Every order between the least and the most that can be.
    let possible: Vec<Ordering> = [Ordering::Less, Ordering::Equal, Ordering::Greater]
        .into_iter()
        .filter(|order| least <= *order && *order <= most)
        .collect();
    if possible.iter().all(|order| holds(*order)) {
        Truth::True
    } else if possible.iter().any(|order| holds(*order)) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

fn moved(date: Date, shift: Option<Shift>) -> Date {
    let Some(Shift { back, length: Length::Calendar(count, unit) }) = shift else { return date };
    let count = if back { -(count as i32) } else { count as i32 };
    match unit {
        CalendarUnit::Day => date.saturating_add_days(count),
        CalendarUnit::Week => date.saturating_add_days(7 * count),
        CalendarUnit::Month => date.saturating_add_months(count),
        CalendarUnit::Quarter => date.saturating_add_months(3 * count),
        CalendarUnit::Year => date.saturating_add_months(12 * count),
        other => panic!("{other:?}"),
    }
}

fn folded(text: &str, fold: Fold) -> String {
    let known = TEXTS.iter().find(|(own, ..)| *own == text);
    match (known, fold) {
        (_, Fold::None) => text.to_owned(),
        (Some((_, ci, _)), Fold::Case) => (*ci).to_owned(),
        (Some((_, _, accents)), _) => (*accents).to_owned(),
        (None, _) => text.to_ascii_lowercase(),
    }
}

fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skip| like(rest, &text[skip..])),
        ['?', rest @ ..] => !text.is_empty() && like(rest, &text[1..]),
        ['\\', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && like(rest, &text[1..]),
    }
}

/// Kilometres between two places: the arc over the straight line through the earth.
fn chord(from: (f64, f64), to: (f64, f64)) -> f64 {
    let point = |(latitude, longitude): (f64, f64)| {
        let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
        [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
    };
    let straight: f64 = point(from).iter().zip(point(to)).map(|(a, b)| (a - b).powi(2)).sum();
    2.0 * 6371.0088 * (straight.sqrt() / 2.0).min(1.0).asin()
}

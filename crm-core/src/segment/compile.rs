//! From a checked tree to a program.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Missing, Name, Stream, Text, Value, ValueType, Zone};

use super::ast::{
    AggFn, Aggregate, Check, Expr, Fold, Literal, Measure, Operand, OperandKind, Selection, Sequence, Test,
};
use super::catalogue::{Catalogue, Field};
use super::check::check;
use super::clock::{Moment, ZoneSource};
use super::definitions::Definitions;
use super::diagnostic::{Diagnostic, Place, Severity};
use super::fold::{Pattern, fold};
use super::probe;
use super::program::{
    Absence, Branch, Chain, Leaf, Link, Measured, Node, Of, Program, Property, Question, Reads, Term,
};
use super::subject::{FieldKey, Layout};
use super::time::{Length, Start, Stretch, TimeWindow, ZoneRef};
use super::truth::Truth;
use super::types::Scope;

pub(super) fn compile(
    expr: &Expr,
    catalogue: &Catalogue,
    segments: &Definitions,
    layout: &mut Layout,
) -> Result<Program, Vec<Diagnostic>> {
    let findings = check(expr, catalogue, segments);
    if findings.iter().any(|one| one.severity() == Severity::Error) {
        return Err(findings);
    }
    let mut compiler = Compiler {
        scope: Scope::customer(catalogue),
        definitions: segments,
        layout,
        properties: Vec::new(),
        all_properties: Vec::new(),
        segments: Vec::new(),
        known: BTreeMap::new(),
        moments: Vec::new(),
        slots: BTreeSet::new(),
        events: BTreeSet::new(),
        event_fields: false,
        moving: false,
        windows: Vec::new(),
    };
    // The checker has found every name, so that nothing can be missing here.
    let lost = || vec![Diagnostic::new("E0103", Place::NONE, "a name was lost between the checker and the compiler")];
    let root = compiler.node(expr).ok_or_else(lost)?;
    Ok(Program {
        root,
        segments: compiler.segments,
        moments: compiler.moments,
        reads: Reads {
            slots: compiler.slots.into_iter().collect(),
            events: compiler.events.into_iter().collect(),
            event_fields: compiler.event_fields,
        },
        moving: compiler.moving,
        properties: compiler.all_properties,
        windows: compiler.windows,
    })
}

struct Compiler<'a> {
    scope: Scope<'a>,
    definitions: &'a Definitions,
    layout: &'a mut Layout,
    /// The properties looked at in the measure that is being compiled.
    properties: Vec<Property>,
    /// Those of all measures.
    all_properties: Vec<Property>,
    segments: Vec<(Name, Node)>,
    known: BTreeMap<Name, usize>,
    moments: Vec<(Moment, ZoneSource)>,
    slots: BTreeSet<usize>,
    events: BTreeSet<(Stream, Name)>,
    event_fields: bool,
    moving: bool,
    windows: Vec<Option<usize>>,
}

impl Compiler<'_> {
    fn node(&mut self, expr: &Expr) -> Option<Node> {
        Some(match expr {
            Expr::Const(truth) => Node::Const(Truth::from(*truth)),
            Expr::And(all) => Node::And(self.nodes(all)?),
            Expr::Or(all) => Node::Or(self.nodes(all)?),
            Expr::AtLeast(least, all) => Node::AtLeast(*least, self.nodes(all)?),
            Expr::Not(inner) => Node::Not(Box::new(self.node(inner)?)),
            Expr::Known(inner) => Node::Known(Box::new(self.node(inner)?)),
            Expr::Segment(segment) => Node::Segment(self.segment(&segment.name)?),
            Expr::Test(test) => self.leaf(test)?,
        })
    }

    /// The conditions of a list, the cheapest first. The answer does not depend on the order.
    fn nodes(&mut self, all: &[Expr]) -> Option<Box<[Branch]>> {
        let branches = all.iter().enumerate().map(|(at, one)| Some(Branch { at, node: self.node(one)? }));
        let mut branches: Vec<_> = branches.collect::<Option<_>>()?;
        branches.sort_by_key(|branch| branch.node.cost());
        Some(branches.into())
    }

    fn segment(&mut self, name: &Name) -> Option<usize> {
        if let Some(index) = self.known.get(name) {
            return Some(*index);
        }
        let node = self.node(self.definitions.get(name.as_str())?)?;
        let index = self.segments.len();
        self.segments.push((name.clone(), node));
        self.known.insert(name.clone(), index);
        Some(index)
    }

    fn leaf(&mut self, test: &Test) -> Option<Node> {
        let term = self.term(&test.operand)?;
        let question = self.question(&test.check)?;
        let ty = self.field(&test.operand).map(|field| field.value_type);
        let probe = probe::probe(&term, &question, ty);
        Some(Node::Leaf(probe, Box::new(Leaf { term, value_type: ty, question, test: test.clone() })))
    }

    /// The field or property that an operand is, if it is one.
    fn field(&self, operand: &Operand) -> Option<Field> {
        let OperandKind::Field { name, .. } = &operand.kind else { return None };
        match &self.scope.events {
            None => self.scope.catalogue.field(name.as_str()).cloned(),
            Some(events) => {
                let mut found = events.first()?.property(name.as_str())?;
                if events
                    .iter()
                    .any(|event| event.property(name.as_str()).map(|own| own.missing) != Some(found.missing))
                {
                    found.missing = Missing::Unknown;
                }
                Some(found)
            }
        }
    }

    fn question(&mut self, check: &Check) -> Option<Question> {
        Some(match check {
            Check::Holds => Question::Holds,
            Check::Present => Question::Present,
            Check::Missing => Question::Missing,
            Check::Compare(op, other, how) => {
                let other = match self.term(other)? {
                    Term::Const(Value::Text(text)) => Term::Const(Value::from(fold(&text, *how).as_ref())),
                    other => other,
                };
                Question::Compare(*op, other, *how)
            }
            Check::Between(low, high) => {
                Question::Within { low: self.term(low)?, high: self.term(high)?, closed: true }
            }
            Check::Range(low, high) => Question::Within { low: self.term(low)?, high: self.term(high)?, closed: false },
            Check::OneOf(all, how) => Question::OneOf(all.iter().map(|one| folded(one.value(), *how)).collect(), *how),
            Check::Text(op, pattern, how) => Question::Text(Pattern::new(*op, pattern, *how), *how),
            Check::Has(quantifier, all, how) => {
                let mut all: Vec<Text> = all.iter().map(|one| fold(one, *how).as_ref().into()).collect();
                all.sort();
                all.dedup();
                Question::Has(*quantifier, all.into(), *how)
            }
            Check::In(window) => Question::In(self.moment(Moment::Window(window.stretch, window.start), &window.zone)?),
            Check::OlderThan(length, zone) => {
                Question::OlderThan(self.moment(Moment::Window(Stretch::Last(*length), Start::Usual), zone)?)
            }
        })
    }

    fn term(&mut self, operand: &Operand) -> Option<Term> {
        Some(match &operand.kind {
            OperandKind::Literal(literal) => Term::Const(literal.value().clone()),
            OperandKind::Field { name, args } => {
                let field = self.field(operand)?;
                self.moving |= field.moves;
                Term::Slot(self.slot(name, args), stands_for(&field))
            }
            OperandKind::Now(shift, zone) => Term::Now(self.moment(Moment::Now(*shift), zone)?),
            OperandKind::Today(shift, zone) => Term::Today(self.moment(Moment::Today(*shift), zone)?),
            OperandKind::Bucket { salt, of } => Term::Bucket { salt: salt.clone(), of: *of },
            OperandKind::Call(function, inner, zone) => {
                Term::Call(*function, Box::new(self.term(inner)?), self.zone(zone)?)
            }
            OperandKind::Coalesce(inner, default) => {
                Term::Coalesce(Box::new(self.term(inner)?), Literal::value(default).clone())
            }
            OperandKind::Distance(distance) => {
                let from = (self.term(&distance.latitude)?, self.term(&distance.longitude)?);
                Term::Distance(Box::new(from), (distance.to_latitude, distance.to_longitude))
            }
            OperandKind::Aggregate(aggregate) => Term::Aggregate(Box::new(self.aggregate(aggregate)?)),
            OperandKind::Sequence(sequence) => Term::Sequence(Box::new(self.sequence(sequence)?)),
        })
    }

    fn slot(&mut self, name: &Name, args: &[Name]) -> usize {
        if self.scope.events.is_none() {
            let slot = self.layout.slot(FieldKey { name: name.clone(), args: args.to_vec() });
            self.slots.insert(slot);
            return slot;
        }
        let property = Property::new(name);
        self.event_fields |= matches!(property, Property::Field(_));
        self.properties.iter().position(|own| *own == property).unwrap_or_else(|| {
            self.properties.push(property);
            self.properties.len() - 1
        })
    }

    fn sequence(&mut self, sequence: &Sequence) -> Option<Chain> {
        let window = self.window(sequence.window.as_ref());
        let micros = |length: Option<Length>| length.and_then(Length::micros);
        let links = sequence.steps.iter().map(|step| self.link(step)).collect::<Option<Vec<_>>>()?;
        let without = match &sequence.without {
            Some(without) => Some(self.link(without)?),
            None => None,
        };
        let (within, gap) = (micros(sequence.within), micros(sequence.gap));
        Some(Chain { links: links.into(), without, window, within, gap })
    }

    fn link(&mut self, chosen: &Selection) -> Option<Link> {
        let inner = self.scope.of_events(&chosen.events);
        let events = self.events(&inner);
        let outer = std::mem::replace(&mut self.scope, inner);
        let filter = chosen.filter.as_ref().map(|filter| self.node(filter));
        self.scope = outer;
        let properties = self.looked_at();
        let filter = match filter {
            Some(filter) => Some(filter?),
            None => None,
        };
        Some(Link { events, filter, properties })
    }

    /// The facts of the events of a scope, from now on read by the program.
    fn events(&mut self, scope: &Scope<'_>) -> Box<[(Stream, Name)]> {
        let events: Vec<_> =
            scope.events.iter().flatten().map(|event| (event.stream.clone(), event.facts().clone())).collect();
        self.events.extend(events.iter().cloned());
        events.into()
    }

    /// The properties that were looked at in the scope that has just been left.
    fn looked_at(&mut self) -> Box<[Property]> {
        let properties = std::mem::take(&mut self.properties);
        for property in &properties {
            if !self.all_properties.contains(property) {
                self.all_properties.push(property.clone());
            }
        }
        properties.into()
    }

    /// Notes the window of a measure.
    fn window(&mut self, window: Option<&TimeWindow>) -> Option<usize> {
        // The checker has found every zone.
        let window = window.and_then(|window| self.moment(Moment::Window(window.stretch, window.start), &window.zone));
        self.windows.push(window);
        window
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Option<Measured> {
        let window = self.window(aggregate.window.as_ref());
        let inner = self.scope.of_events(&aggregate.events);
        let events = self.events(&inner);
        let outer = std::mem::replace(&mut self.scope, inner);
        let filter = aggregate.filter.as_ref().map(|filter| self.node(filter));
        let measure = match &aggregate.measure {
            Measure::Count | Measure::Rate(_) => None,
            Measure::Of(function, property) => Some((*function, None, property)),
            Measure::Nth(number, property) => Some((AggFn::Last, Some(*number), property)),
        };
        let measure = measure.map(|(function, nth, property)| {
            let field = self.field(&Operand::field(property.name.clone()));
            (function, nth, self.slot(&property.name, &[]), field)
        });
        self.scope = outer;
        let properties = self.looked_at();
        let measure = match measure {
            Some((function, nth, slot, field)) => {
                let field = field?;
                let money = field.value_type == ValueType::Money;
                Some(Of { nth, function, slot, absence: stands_for(&field), money })
            }
            None => None,
        };
        let filter = match filter {
            Some(filter) => Some(filter?),
            None => None,
        };
        let last = aggregate.window.as_ref().and_then(|window| window.stretch.micros());
        let rate = match &aggregate.measure {
            Measure::Rate(per) => Some((per.micros()?, last?)),
            _ => None,
        };
        Some(Measured { events, window, filter, properties, measure, rate })
    }

    fn moment(&mut self, moment: Moment, zone: &ZoneRef) -> Option<usize> {
        let entry = (moment, self.zone(zone)?);
        Some(self.moments.iter().position(|own| *own == entry).unwrap_or_else(|| {
            self.moments.push(entry);
            self.moments.len() - 1
        }))
    }

    fn zone(&mut self, zone: &ZoneRef) -> Option<ZoneSource> {
        let named = |name: &Name| Zone::new(name.as_str()).ok();
        Some(match zone {
            ZoneRef::Default => ZoneSource::Default,
            ZoneRef::Named(name) => ZoneSource::Fixed(named(name)?),
            ZoneRef::Customer(fallback) => {
                let slot = self.layout.slot(FieldKey::plain(Name::from_static(Catalogue::ZONE)));
                self.slots.insert(slot);
                let fallback = match fallback {
                    Some(name) => Some(named(name)?),
                    None => None,
                };
                ZoneSource::Customer(slot, fallback)
            }
        })
    }
}

fn folded(value: &Value, how: Fold) -> Value {
    match value {
        Value::Text(text) => Value::from(fold(text, how).as_ref()),
        other => other.clone(),
    }
}

fn stands_for(field: &Field) -> Absence {
    match (field.missing, field.value_type) {
        (Missing::Unknown, _) => Absence::Unknown,
        (Missing::False, _) => Absence::Value(Value::Bool(false)),
        (Missing::Empty, _) => Absence::Value(Value::Texts(Vec::new())),
        (Missing::Zero, ValueType::Float) => Absence::Value(Value::Float(0.0)),
        (Missing::Zero, ValueType::Money) => Absence::NoMoney,
        (Missing::Zero, _) => Absence::Value(Value::Int(0)),
    }
}

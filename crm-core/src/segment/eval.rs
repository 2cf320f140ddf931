//! The one evaluator.

use std::cell::Cell;

use twox_hash::XxHash3_64;

use crate::base::{Date, Id, LeapDay, Timestamp, Value, Window, Zone};
use crate::fact::Fact;

use super::aggregate;
use super::ast::{CmpOp, Fold, Function};
use super::clock::{Resolved, ZoneSource, resolve};
use super::datum::{Datum, Found, compare};
use super::distance;
use super::fold::fold;
use super::probe::has;
use super::program::{Absence, Branch, Leaf, Node, Program, Property, Question, Term};
use super::sequence;
use super::subject::{Subject, ValueRef};
use super::truth::Truth;

/// A program at an instant: what is asked, and when.
#[derive(Clone, Debug)]
pub struct Evaluator<'p> {
    pub(super) program: &'p Program,
    pub(super) now: Timestamp,
    pub(super) zone: Zone,
    /// What the moments have become; none where that depends on the customer's own zone.
    pub(super) resolved: Vec<Option<Resolved>>,
}

impl Program {
    /// Sets the instant of evaluation, and the zone whose calendar is meant where none is named.
    ///
    /// What happens at `now` has happened. Whoever evaluates many customers does this once.
    pub fn at(&self, now: Timestamp, zone: &Zone) -> Evaluator<'_> {
        let resolved = self.moments.iter().map(|(moment, source)| match source {
            ZoneSource::Default => Some(resolve(*moment, now, zone)),
            ZoneSource::Fixed(own) => Some(resolve(*moment, now, own)),
            ZoneSource::Customer(..) => None,
        });
        Evaluator { program: self, now, zone: zone.clone(), resolved: resolved.collect() }
    }
}

impl Evaluator<'_> {
    /// Whether a customer belongs. Only [`Truth::True`] does.
    pub fn truth(&self, subject: &impl Subject) -> Truth {
        let frame = Frame::new(self, subject);
        frame.node(&self.program.root, &Fields(subject))
    }

    /// Whether a customer belongs for certain.
    pub fn is_member(&self, subject: &impl Subject) -> bool {
        self.truth(subject).is_true()
    }

    /// When the events happened that can matter, so that only these need to be loaded; empty when none does.
    pub fn history(&self) -> Window {
        let after = self.now.saturating_add_micros(1);
        let starts = self.program.windows.iter().map(|window| match window {
            None => Timestamp::MIN,
            Some(index) => self
                .resolved
                .get(*index)
                .copied()
                .flatten()
                .map_or_else(|| self.earliest_start(*index), |resolved| resolved.window.start),
        });
        let start = starts.min().unwrap_or(after);
        Window { start: start.min(after), end: after }
    }

    /// The earliest start of a window in any zone: clocks are less than a day apart, and so are their days.
    fn earliest_start(&self, index: usize) -> Timestamp {
        let Some((moment, _)) = self.program.moments.get(index) else { return Timestamp::MIN };
        let yesterday = self.now.saturating_add_days(-1);
        resolve(*moment, yesterday, &Zone::UTC).window.start.saturating_add_days(-1)
    }

    /// The instant of evaluation.
    pub const fn now(&self) -> Timestamp {
        self.now
    }
}

/// Where slots are looked up: in the customer's row, or in one event.
pub(super) trait Source<'s> {
    fn get(&self, slot: usize) -> Option<ValueRef<'s>>;
}

/// The row of a customer.
pub(super) struct Fields<'s, S>(pub &'s S);

impl<'s, S: Subject> Source<'s> for Fields<'s, S> {
    #[inline]
    fn get(&self, slot: usize) -> Option<ValueRef<'s>> {
        self.0.field(slot)
    }
}

/// The properties of an event.
pub(super) struct Properties<'s, 'p>(pub &'s Fact, pub &'p [Property]);

impl<'s> Source<'s> for Properties<'s, '_> {
    fn get(&self, slot: usize) -> Option<ValueRef<'s>> {
        match self.1.get(slot)? {
            Property::Name => Some(ValueRef::Text(self.0.name.as_str())),
            Property::At => Some(ValueRef::Time(self.0.at)),
            Property::Amount => self.0.amount.map(ValueRef::Money),
            Property::Points => self.0.points.map(ValueRef::Int),
            Property::Field(name) => self.0.get(name.as_str()).map(ValueRef::from),
        }
    }
}

/// One evaluation of one customer.
pub(super) struct Frame<'s, S> {
    pub eval: &'s Evaluator<'s>,
    pub subject: &'s S,
    /// The answers of the segments that were referred to and have been found.
    memo: Vec<Cell<Option<Truth>>>,
}

impl<'s, S: Subject> Frame<'s, S> {
    pub fn new(eval: &'s Evaluator<'s>, subject: &'s S) -> Self {
        Self { eval, subject, memo: vec![Cell::new(None); eval.program.segments.len()] }
    }

    /// The answer to a condition.
    pub fn node(&self, node: &'s Node, source: &impl Source<'s>) -> Truth {
        match node {
            Node::Leaf(Some(probe), _) => probe.answer(|slot| source.get(slot)),
            Node::Leaf(None, leaf) => self.leaf(leaf, source),
            Node::And(all) => self.all(all, source),
            Node::Or(all) => self.any(all, source),
            Node::Not(inner) => !self.node(inner, source),
            Node::Const(truth) => *truth,
            Node::Known(inner) => Truth::from(self.node(inner, source) != Truth::Unknown),
            Node::AtLeast(least, all) => self.several(*least, all, source),
            Node::Segment(index) => self.segment(*index, source),
        }
    }

    /// The answer to one of several conditions, without a call for the commonest ones.
    #[inline]
    fn branch(&self, branch: &'s Branch, source: &impl Source<'s>) -> Truth {
        match &branch.node {
            Node::Leaf(Some(probe), _) => probe.answer(|slot| source.get(slot)),
            node => self.node(node, source),
        }
    }

    fn all(&self, all: &'s [Branch], source: &impl Source<'s>) -> Truth {
        let mut result = Truth::True;
        for one in all {
            result = result & self.branch(one, source);
            if result == Truth::False {
                break;
            }
        }
        result
    }

    fn any(&self, all: &'s [Branch], source: &impl Source<'s>) -> Truth {
        let mut result = Truth::False;
        for one in all {
            result = result | self.branch(one, source);
            if result == Truth::True {
                break;
            }
        }
        result
    }

    fn several(&self, least: u32, all: &'s [Branch], source: &impl Source<'s>) -> Truth {
        let (mut sure, mut open) = (0, 0);
        for one in all {
            match self.branch(one, source) {
                Truth::True => sure += 1,
                Truth::Unknown => open += 1,
                Truth::False => {}
            }
        }
        at_least(least, sure, open)
    }

    #[inline(never)]
    fn segment(&self, index: usize, source: &impl Source<'s>) -> Truth {
        let (Some(memo), Some((_, node))) = (self.memo.get(index), self.eval.program.segments.get(index)) else {
            return Truth::Unknown;
        };
        memo.get().unwrap_or_else(|| {
            let truth = self.node(node, source);
            memo.set(Some(truth));
            truth
        })
    }

    // Apart, so that the short way keeps a small frame.
    #[inline(never)]
    fn leaf(&self, leaf: &'s Leaf, source: &impl Source<'s>) -> Truth {
        self.question(&leaf.question, self.term(&leaf.term, source), source)
    }

    /// The answer to a question about what was found.
    pub fn question(&self, question: &'s Question, found: Found<'s>, source: &impl Source<'s>) -> Truth {
        match (question, found) {
            (Question::Present, Found::Absent) | (Question::Missing, Found::Between(..)) => Truth::False,
            (Question::Present, Found::Between(..)) | (Question::Missing, Found::Absent) => Truth::True,
            (_, Found::Absent | Found::Uncertain) => Truth::Unknown,
            (Question::Compare(op, other, how), own) => compare_folded(*op, own, self.term(other, source), *how),
            (Question::Within { low, high, closed }, own) => {
                let end = if *closed { CmpOp::Le } else { CmpOp::Lt };
                compare(CmpOp::Ge, own, self.term(low, source)) & compare(end, own, self.term(high, source))
            }
            (Question::OneOf(all, Fold::None), own) => {
                let answers = all.iter().map(|one| compare(CmpOp::Eq, own, found_value(one)));
                answers.fold(Truth::False, std::ops::BitOr::bitor)
            }
            (question, own) => Truth::from(own.exact().and_then(|own| self.answer(question, own))),
        }
    }

    /// The answer to a question about one known value; none when the value is of an unexpected type.
    fn answer(&self, question: &Question, own: Datum<'_>) -> Option<bool> {
        match (question, own) {
            (Question::Holds, Datum::Bool(truth)) => Some(truth),
            (Question::OneOf(all, how), Datum::Text(text)) => {
                let text = fold(text, *how);
                Some(all.iter().any(|one| one.as_text() == Some(&text)))
            }
            (Question::Text(pattern, how), Datum::Text(text)) => Some(pattern.matches(&fold(text, *how))),
            (Question::Has(quantifier, wanted, how), Datum::Texts(own)) => {
                let held = |wanted: &_| own.iter().any(|one| fold(one, *how) == AsRef::<str>::as_ref(wanted));
                Some(has(*quantifier, wanted, held))
            }
            (Question::In(index), own) => in_window(&self.moment(*index), own),
            (Question::OlderThan(index), own) => {
                let window = self.moment(*index);
                match own {
                    Datum::Time(at) => Some(at < window.window.start),
                    Datum::Date(date) => Some(date.days() < window.days.0),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What a moment has become for this customer.
    pub fn moment(&self, index: usize) -> Resolved {
        let resolved = self.eval.resolved.get(index).copied().flatten();
        resolved.unwrap_or_else(|| match self.eval.program.moments.get(index) {
            Some((moment, zone)) => self.in_zone(zone, |zone| resolve(*moment, self.eval.now, zone)),
            None => resolve(super::clock::Moment::Now(None), self.eval.now, &Zone::UTC),
        })
    }

    pub fn in_zone<T>(&self, source: &ZoneSource, with: impl Fn(&Zone) -> T) -> T {
        match source {
            ZoneSource::Default => with(&self.eval.zone),
            ZoneSource::Fixed(zone) => with(zone),
            ZoneSource::Customer(slot, fallback) => {
                let own = match self.subject.field(*slot) {
                    Some(ValueRef::Text(name)) => Zone::new(name).ok(),
                    _ => None,
                };
                with(own.as_ref().or(fallback.as_ref()).unwrap_or(&self.eval.zone))
            }
        }
    }

    /// What an operand is.
    pub fn term(&self, term: &'s Term, source: &impl Source<'s>) -> Found<'s> {
        match term {
            Term::Const(value) => found_value(value),
            Term::Slot(slot, absence) => found_slot(source.get(*slot), absence),
            Term::Now(index) => Found::exactly(Datum::Time(self.moment(*index).window.start)),
            Term::Today(index) => found_day(self.moment(*index).days.0),
            Term::Bucket { salt, of } => {
                Found::exactly(Datum::Int(i128::from(bucket(salt.as_bytes(), self.subject.id(), *of))))
            }
            Term::Call(function, inner, zone) => match self.term(inner, source) {
                Found::Absent => Found::Absent,
                found => found.exact().map_or(Found::Uncertain, |own| self.call(*function, own, zone)),
            },
            Term::Coalesce(inner, default) => match self.term(inner, source) {
                Found::Absent => found_value(default),
                other => other,
            },
            Term::Distance(from, to) => match (self.term(&from.0, source), self.term(&from.1, source)) {
                (Found::Absent, _) | (_, Found::Absent) => Found::Absent,
                (latitude, longitude) => {
                    let degrees = |found: Found<'s>| match found.exact()? {
                        Datum::Int(degrees) => Some(degrees as f64),
                        Datum::Float(degrees) => Some(degrees),
                        _ => None,
                    };
                    let from = degrees(latitude).zip(degrees(longitude));
                    let far = from.and_then(|from| distance::kilometres(from, *to));
                    far.map_or(Found::Uncertain, |far| Found::exactly(Datum::Float(far)))
                }
            },
            Term::Aggregate(measured) => aggregate::measure(self, measured),
            Term::Sequence(chain) => sequence::depth(self, chain),
        }
    }

    fn call(&self, function: Function, own: Datum<'s>, zone: &ZoneSource) -> Found<'s> {
        let civil = |at: Timestamp| self.in_zone(zone, |zone| zone.civil(at));
        let date = match own {
            Datum::Date(date) => Some(date),
            Datum::Time(at) => Some(civil(at).date),
            _ => None,
        };
        let today = || self.in_zone(zone, |zone| zone.date(self.eval.now));
        let age = |leap| date.map(|date| Datum::Int(i128::from(date.years_until(today(), leap))));
        let result = match (function, own) {
            (Function::Age, _) => age(LeapDay::March1),
            (Function::AgeFebruary, _) => age(LeapDay::February28),
            (Function::Date, _) => date.map(Datum::Date),
            (Function::Weekday, _) => date.map(|date| Datum::Int(i128::from(date.weekday().number()))),
            (Function::Month, _) => date.map(|date| Datum::Int(i128::from(date.month()))),
            (Function::Hour, Datum::Time(at)) => Some(Datum::Int(i128::from(civil(at).time.hour()))),
            (Function::Size, Datum::Texts(texts)) => Some(Datum::Int(texts.len() as i128)),
            (Function::Anniversary, Datum::Date(date)) => Some(Datum::Yearly(date, LeapDay::March1)),
            (Function::AnniversaryFebruary, Datum::Date(date)) => Some(Datum::Yearly(date, LeapDay::February28)),
            _ => None,
        };
        result.map_or(Found::Uncertain, Found::exactly)
    }
}

fn compare_folded(op: CmpOp, own: Found<'_>, other: Found<'_>, how: Fold) -> Truth {
    match (own.exact(), other.exact()) {
        (Some(Datum::Text(a)), Some(Datum::Text(b))) if how != Fold::None => {
            Truth::from((fold(a, how) == fold(b, how)) == (op == CmpOp::Eq))
        }
        _ => compare(op, own, other),
    }
}

/// Whether so many conditions hold, of which some are surely true and some are open.
pub(super) const fn at_least(least: u32, sure: u32, open: u32) -> Truth {
    if sure >= least {
        Truth::True
    } else if sure + open < least {
        Truth::False
    } else {
        Truth::Unknown
    }
}

pub(super) fn found_value(value: &Value) -> Found<'_> {
    Found::from(ValueRef::from(value))
}

pub(super) fn found_slot<'s>(value: Option<ValueRef<'s>>, absence: &'s Absence) -> Found<'s> {
    match (value, absence) {
        (Some(value), _) => Found::from(value),
        (None, Absence::Unknown) => Found::Absent,
        (None, Absence::Value(value)) => found_value(value),
        (None, Absence::NoMoney) => Found::exactly(Datum::Money(0, None)),
    }
}

fn found_day(days: i32) -> Found<'static> {
    Date::from_days(days).map_or(Found::Uncertain, |date| Found::exactly(Datum::Date(date)))
}

fn in_window(window: &Resolved, own: Datum<'_>) -> Option<bool> {
    match own {
        Datum::Time(at) => Some(window.window.contains(at)),
        Datum::Date(date) => Some(window.holds_day(date)),
        Datum::Yearly(date, leap) => {
            // The first return that is not before the window is that of its first year or of the next one.
            let first = Date::from_days(window.days.0.clamp(Date::MIN.days(), Date::MAX.days())).ok()?;
            let year = first.year().max(date.year().saturating_add(1));
            Some(
                [year, year.saturating_add(1)]
                    .iter()
                    .any(|year| date.anniversary(*year, leap).is_some_and(|returned| window.holds_day(returned))),
            )
        }
        _ => None,
    }
}

/// The bucket of an id: the high half of the product of XXH3-64 (seed 0) of the salt's UTF-8 bytes, followed by the 16
/// bytes of the id, and the number of buckets.
///
/// Who is in the lowest tenth of 100 buckets is also in the lowest tenth of 1000.
pub(super) fn bucket(salt: &[u8], id: Id, of: u32) -> u32 {
    let mut short = [0_u8; 128];
    let len = salt.len() + 16;
    let hash = if let Some(bytes) = short.get_mut(..len) {
        bytes[..salt.len()].copy_from_slice(salt);
        bytes[salt.len()..].copy_from_slice(id.as_bytes());
        XxHash3_64::oneshot(bytes)
    } else {
        XxHash3_64::oneshot(&[salt, id.as_bytes()].concat())
    };
    ((u128::from(hash) * u128::from(of)) >> 64) as u32
}

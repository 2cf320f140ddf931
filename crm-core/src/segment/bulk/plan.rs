//! How each question is best asked of the columns at hand.

use crate::base::Value;
use crate::base::{Date, Id};
use crate::fact::Fact;
use crate::segment::ast::{CmpOp, Fold};
use crate::segment::clock::ZoneSource;
use crate::segment::columns::{Codes, Column, Columns, NO_DAY};
use crate::segment::eval::{Evaluator, Fields, Frame};
use crate::segment::probe::range;
use crate::segment::program::{Leaf, Measured, Node, Probe, Property, Question, Scale, Term};
use crate::segment::subject::{Subject, ValueRef};

use super::coded;

/// The longest stretch of days that is looked at day by day.
const DAYS: i64 = 100_000;

/// A way to the answers of a block.
pub enum Step<'p> {
    Const(u8),
    And(Vec<Step<'p>>),
    Or(Vec<Step<'p>>),
    AtLeast(u32, Vec<Step<'p>>),
    Not(Box<Step<'p>>),
    Known(Box<Step<'p>>),
    Segment(usize),
    /// The answer for each code.
    Coded(&'p Codes, Vec<u8>),
    /// The answer for missing, false and true.
    Bool(&'p [u8], [u8; 3]),
    /// The answer for each day from a first one on, and the one for none.
    Days(&'p [i32], i32, Vec<u8>, u8),
    /// Whether a number lies in a range, both ends included.
    Range(&'p [i64], Range),
    Decimal(&'p [f64], CmpOp, f64, u8),
    /// Whether the number of events, or the sum of their amounts or points, lies in a range.
    Measure(Measure<'p>),
    /// Row by row, with or without the events.
    Rows(&'p Node, bool),
}

/// A range, and the answers inside of it, outside, and for none.
#[derive(Clone, Copy)]
pub struct Range {
    pub low: i64,
    pub high: i64,
    pub inside: u8,
    pub outside: u8,
    pub missing: u8,
}

/// A count or a sum over the events of a window.
pub struct Measure<'p> {
    /// Which kinds of events count.
    pub kinds: Vec<bool>,
    /// The one kind that counts, if there is only one.
    pub only: Option<u16>,
    /// From the first instant to before the last.
    pub window: (i64, i64),
    /// What is added up; `None` for a count.
    pub values: Option<&'p [i64]>,
    pub range: Range,
}

impl Step<'_> {
    /// Whether it is worth the while to look only at rows that are not decided yet.
    pub const fn is_slow(&self) -> bool {
        matches!(self, Self::Rows(..) | Self::Measure(_))
    }
}

pub fn plan<'p>(eval: &'p Evaluator<'p>, node: &'p Node, columns: &'p Columns) -> Step<'p> {
    let several = |all: &'p [crate::segment::program::Branch]| -> Vec<Step<'p>> {
        all.iter().map(|branch| plan(eval, &branch.node, columns)).collect()
    };
    match node {
        Node::Const(truth) => Step::Const(coded(*truth)),
        Node::And(all) => Step::And(several(all)),
        Node::Or(all) => Step::Or(several(all)),
        Node::AtLeast(least, all) => Step::AtLeast(*least, several(all)),
        Node::Not(inner) => Step::Not(Box::new(plan(eval, inner, columns))),
        Node::Known(inner) => Step::Known(Box::new(plan(eval, inner, columns))),
        Node::Segment(index) => Step::Segment(*index),
        Node::Leaf(probe, leaf) => {
            let planner = Planner { eval, columns, node };
            planner.leaf(probe.as_ref(), leaf).unwrap_or_else(|| Step::Rows(node, reads_events(leaf)))
        }
    }
}

struct Planner<'p> {
    eval: &'p Evaluator<'p>,
    columns: &'p Columns,
    node: &'p Node,
}

impl<'p> Planner<'p> {
    fn leaf(&self, probe: Option<&'p Probe>, leaf: &'p Leaf) -> Option<Step<'p>> {
        if let Term::Aggregate(measured) = &leaf.term {
            return self.measure(measured, &leaf.question);
        }
        let slot = self.only_slot(leaf)?;
        match self.columns.slots.get(slot)? {
            Column::Empty => Some(Step::Const(self.answer(slot, None))),
            Column::Bool(values) => {
                let truth = |truth| self.answer(slot, Some(ValueRef::Bool(truth)));
                Some(Step::Bool(values, [self.answer(slot, None), truth(false), truth(true)]))
            }
            Column::Text(codes, known) => {
                let of = |text: &'p Option<crate::base::Text>| text.as_ref().map(|text| ValueRef::Text(text));
                Some(Step::Coded(codes, known.values.iter().map(|one| self.answer(slot, of(one))).collect()))
            }
            Column::Texts(codes, known) => {
                let of = |texts: &'p Option<Vec<crate::base::Text>>| texts.as_ref().map(|texts| ValueRef::Texts(texts));
                Some(Step::Coded(codes, known.values.iter().map(|one| self.answer(slot, of(one))).collect()))
            }
            Column::Date(days) => self.days(slot, days),
            Column::Int(values) => Some(self.range(slot, values, numbers(probe, |scale| *scale == Scale::Int)?)),
            Column::Money(currency, values) => {
                let same = |scale: &Scale| *scale == Scale::Money(*currency);
                Some(self.range(slot, values, numbers(probe, same)?))
            }
            Column::Time(values) => {
                let probed = numbers(probe, |scale| *scale == Scale::Time);
                Some(self.range(slot, values, probed.or_else(|| self.instants(leaf))?))
            }
            Column::Float(values) => match probe? {
                Probe::Decimal { op, at, missing, .. } => Some(Step::Decimal(values, *op, *at, coded(*missing))),
                _ => None,
            },
            Column::Mixed(_) => None,
        }
    }

    /// The answer when a slot has a value, and all others have none.
    fn answer(&self, slot: usize, value: Option<ValueRef<'_>>) -> u8 {
        let subject = OneValue { slot, value };
        let frame = Frame::new(self.eval, &subject);
        coded(frame.node(self.node, &Fields(&subject)))
    }

    fn range(&self, slot: usize, values: &'p [i64], (low, high, inside): (i64, i64, bool)) -> Step<'p> {
        let missing = self.answer(slot, None);
        let (inside, outside) = if inside { (super::TRUE, super::FALSE) } else { (super::FALSE, super::TRUE) };
        Step::Range(values, Range { low, high, inside, outside, missing })
    }

    /// The range of a question about a stored instant.
    fn instants(&self, leaf: &Leaf) -> Option<(i64, i64, bool)> {
        if !matches!(leaf.term, Term::Slot(..)) {
            return None;
        }
        let window = |index: usize| Some(self.eval.resolved.get(index).copied()??.window);
        match &leaf.question {
            Question::In(index) => {
                let window = window(*index)?;
                Some((window.start.as_micros(), window.end.as_micros().saturating_sub(1), true))
            }
            Question::OlderThan(index) => Some((i64::MIN, window(*index)?.start.as_micros().saturating_sub(1), true)),
            Question::Compare(op, Term::Now(index), Fold::None) => Some(range(*op, window(*index)?.start.as_micros())),
            _ => None,
        }
    }

    /// Asks about every day from the first to the last.
    fn days(&self, slot: usize, days: &'p [i32]) -> Option<Step<'p>> {
        let known = || days.iter().copied().filter(|day| *day != NO_DAY);
        let missing = self.answer(slot, None);
        let (Some(first), Some(last)) = (known().min(), known().max()) else { return Some(Step::Const(missing)) };
        if i64::from(last) - i64::from(first) > DAYS {
            return None;
        }
        let answers =
            (first..=last).map(|day| Some(self.answer(slot, Some(ValueRef::Date(Date::from_days(day).ok()?)))));
        Some(Step::Days(days, first, answers.collect::<Option<_>>()?, missing))
    }

    /// A count or a sum without a condition, compared with constants.
    fn measure(&self, measured: &'p Measured, question: &Question) -> Option<Step<'p>> {
        if measured.filter.is_some() || measured.rate.is_some() {
            return None;
        }
        let events = &self.columns.events;
        let (low, high, inside, currency) = limits(question)?;
        let values = match &measured.measure {
            None if currency.is_none() => None,
            Some(of) if of.function == crate::segment::ast::AggFn::Sum => {
                match (measured.properties.get(of.slot)?, &events.amount, &events.points, currency) {
                    (Property::Amount, Column::Money(own, values), _, Some(other)) if *own == other => {
                        Some(values.as_slice())
                    }
                    (Property::Points, _, Column::Int(values), None) => Some(values.as_slice()),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let after = self.eval.now().saturating_add_micros(1);
        let window = match measured.window {
            None => (i64::MIN, after.as_micros()),
            Some(index) => {
                let window = self.eval.resolved.get(index).copied()??.window;
                (window.start.as_micros(), window.end.min(after).as_micros())
            }
        };
        let kinds = events.codes(&measured.events);
        let mut wanted = kinds.iter().enumerate().filter(|(_, wanted)| **wanted).map(|(kind, _)| kind as u16);
        let only = wanted.next().filter(|_| wanted.next().is_none());
        let (inside, outside) = if inside { (super::TRUE, super::FALSE) } else { (super::FALSE, super::TRUE) };
        let range = Range { low, high, inside, outside, missing: super::UNKNOWN };
        Some(Step::Measure(Measure { kinds, only, window, values, range }))
    }

    /// The only slot that a question looks at, if it looks at nothing else of the customer.
    fn only_slot(&self, leaf: &Leaf) -> Option<usize> {
        let mut slots = Vec::new();
        let plain = self.slots(&leaf.term, &mut slots)
            && match &leaf.question {
                Question::Compare(_, other, _) => self.slots(other, &mut slots),
                Question::Within { low, high, .. } => self.slots(low, &mut slots) && self.slots(high, &mut slots),
                Question::In(index) | Question::OlderThan(index) => self.is_resolved(*index),
                _ => true,
            };
        slots.dedup();
        match slots.as_slice() {
            [slot] if plain => Some(*slot),
            _ => None,
        }
    }

    fn is_resolved(&self, index: usize) -> bool {
        self.eval.resolved.get(index).is_some_and(Option::is_some)
    }

    /// Notes the slots of a term; false when it looks at something else of the customer.
    fn slots(&self, term: &Term, slots: &mut Vec<usize>) -> bool {
        match term {
            Term::Const(_) => true,
            Term::Slot(slot, _) => {
                slots.push(*slot);
                true
            }
            Term::Now(index) | Term::Today(index) => self.is_resolved(*index),
            Term::Call(_, inner, zone) => !matches!(zone, ZoneSource::Customer(..)) && self.slots(inner, slots),
            Term::Coalesce(inner, _) => self.slots(inner, slots),
            Term::Bucket { .. } | Term::Distance(..) | Term::Aggregate(_) | Term::Sequence(_) => false,
        }
    }
}

/// The range of a comparison of a number or an amount with constants, and the currency of the constants.
fn limits(question: &Question) -> Option<(i64, i64, bool, Option<crate::base::Currency>)> {
    let number = |value: &Value| match value {
        Value::Int(number) => Some((*number, None)),
        Value::Money(money) => Some((money.minor(), Some(money.currency()))),
        _ => None,
    };
    match question {
        Question::Compare(op, Term::Const(value), Fold::None) => {
            let (at, currency) = number(value)?;
            let (low, high, inside) = range(*op, at);
            Some((low, high, inside, currency))
        }
        Question::Within { low: Term::Const(low), high: Term::Const(high), closed } => {
            let ((low, currency), (high, other)) = (number(low)?, number(high)?);
            let high = if *closed { high } else { high.checked_sub(1)? };
            (currency == other).then_some((low, high, true, currency))
        }
        _ => None,
    }
}

/// The range of a comparison of numbers of one sort with constants.
fn numbers(probe: Option<&Probe>, fits: impl Fn(&Scale) -> bool) -> Option<(i64, i64, bool)> {
    match probe? {
        Probe::Range { scale, low, high, inside, .. } if fits(scale) => Some((*low, *high, *inside)),
        _ => None,
    }
}

/// Whether a question looks at events.
fn reads_events(leaf: &Leaf) -> bool {
    fn looks(term: &Term) -> bool {
        match term {
            Term::Aggregate(_) | Term::Sequence(_) => true,
            Term::Call(_, inner, _) | Term::Coalesce(inner, _) => looks(inner),
            Term::Distance(from, _) => looks(&from.0) || looks(&from.1),
            _ => false,
        }
    }
    let compared = match &leaf.question {
        Question::Compare(_, other, _) => looks(other),
        Question::Within { low, high, .. } => looks(low) || looks(high),
        _ => false,
    };
    compared || looks(&leaf.term)
}

/// A customer of whom one value is known.
struct OneValue<'a> {
    slot: usize,
    value: Option<ValueRef<'a>>,
}

impl Subject for OneValue<'_> {
    fn id(&self) -> Id {
        Id::NIL
    }

    fn field(&self, slot: usize) -> Option<ValueRef<'_>> {
        self.value.filter(|_| slot == self.slot)
    }

    fn facts(&self) -> &[Fact] {
        &[]
    }
}

//! The answers of one block.

use std::cell::OnceCell;

use crate::fact::Fact;
use crate::segment::ast::CmpOp;
use crate::segment::columns::{ColumnRow, Columns, MISSING, NO_DAY};
use crate::segment::eval::{Evaluator, Fields, Frame};
use crate::segment::program::Node;

use super::plan::{Measure, Range, Step};
use super::{BLOCK, FALSE, TRUE, UNKNOWN, coded};

/// A block of rows under evaluation.
pub struct Block<'a> {
    eval: &'a Evaluator<'a>,
    columns: &'a Columns,
    segments: &'a [Step<'a>],
    first: usize,
    len: usize,
    /// The answers of the segments that were referred to.
    memo: Vec<OnceCell<Vec<u8>>>,
    /// The events of the rows, where somebody wanted them whole.
    facts: Vec<OnceCell<Vec<Fact>>>,
}

impl<'a> Block<'a> {
    pub fn new(
        eval: &'a Evaluator<'a>,
        columns: &'a Columns,
        segments: &'a [Step<'a>],
        first: usize,
        len: usize,
    ) -> Self {
        let memo = segments.iter().map(|_| OnceCell::new()).collect();
        Self { eval, columns, segments, first, len, memo, facts: Vec::new() }
    }

    /// Writes the answers of all rows; where a mask is given, those of rows outside of it may be anything.
    pub fn run(&mut self, step: &Step<'a>, mask: Option<&[bool]>, out: &mut [u8]) {
        match step {
            Step::Const(answer) => out.fill(*answer),
            Step::And(all) => self.junction(all, mask, TRUE, out),
            Step::Or(all) => self.junction(all, mask, FALSE, out),
            Step::AtLeast(least, all) => self.at_least(*least, all, mask, out),
            Step::Not(inner) => {
                self.run(inner, mask, out);
                for answer in out {
                    *answer = TRUE - *answer;
                }
            }
            Step::Known(inner) => {
                self.run(inner, mask, out);
                for answer in out {
                    *answer = if *answer == UNKNOWN { FALSE } else { TRUE };
                }
            }
            Step::Segment(index) => self.segment(*index, out),
            Step::Coded(codes, table) => codes.look_up(table, self.first, out),
            Step::Bool(values, table) => {
                each(values, self.first, out, table[0], |value| table[usize::from(value).min(2)]);
            }
            Step::Days(days, first, table, missing) => each(days, self.first, out, *missing, |day| {
                if day == NO_DAY { *missing } else { table[(day - first) as usize] }
            }),
            Step::Range(values, range) => {
                each(values, self.first, out, range.missing, |value| within(value, *range));
            }
            Step::Decimal(values, op, at, missing) => self.decimal(values, *op, *at, *missing, out),
            Step::Measure(measure) => self.measure(measure, mask, out),
            Step::Rows(node, events) => self.rows(node, *events, mask, out),
        }
    }

    /// `and` begins with true and takes the least, `or` begins with false and takes the greatest.
    fn junction(&mut self, all: &[Step<'a>], mask: Option<&[bool]>, neutral: u8, out: &mut [u8]) {
        let decided = TRUE - neutral;
        let Some((first, rest)) = all.split_first() else { return out.fill(neutral) };
        self.run(first, mask, out);
        let mut inner = [FALSE; BLOCK];
        let mut open = [false; BLOCK];
        for step in rest {
            if out.iter().all(|answer| *answer == decided) {
                return;
            }
            let inner = &mut inner[..out.len()];
            if step.is_slow() {
                let open = &mut open[..out.len()];
                for (at, (open, answer)) in open.iter_mut().zip(out.iter()).enumerate() {
                    *open = *answer != decided && mask.is_none_or(|mask| mask[at]);
                }
                self.run(step, Some(open), inner);
            } else {
                self.run(step, mask, inner);
            }
            if neutral == TRUE {
                out.iter_mut().zip(inner.iter()).for_each(|(out, inner)| *out = (*out).min(*inner));
            } else {
                out.iter_mut().zip(inner.iter()).for_each(|(out, inner)| *out = (*out).max(*inner));
            }
        }
    }

    fn at_least(&mut self, least: u32, all: &[Step<'a>], mask: Option<&[bool]>, out: &mut [u8]) {
        let (mut sure, mut open) = ([0_u16; BLOCK], [0_u16; BLOCK]);
        for step in all {
            self.run(step, mask, out);
            for ((answer, sure), open) in out.iter().zip(&mut sure).zip(&mut open) {
                *sure += u16::from(*answer == TRUE);
                *open += u16::from(*answer == UNKNOWN);
            }
        }
        for ((answer, sure), open) in out.iter_mut().zip(sure).zip(open) {
            *answer = coded(crate::segment::eval::at_least(least, sure.into(), open.into()));
        }
    }

    fn segment(&mut self, index: usize, out: &mut [u8]) {
        let segments = self.segments;
        if self.memo[index].get().is_none() {
            let mut answers = vec![FALSE; self.len];
            self.run(&segments[index], None, &mut answers);
            let _ = self.memo[index].set(answers);
        }
        if let Some(answers) = self.memo[index].get() {
            out.copy_from_slice(answers);
        }
    }

    fn decimal(&self, values: &[f64], op: CmpOp, at: f64, missing: u8, out: &mut [u8]) {
        let answer = |truth: bool| if truth { TRUE } else { FALSE };
        each(values, self.first, out, missing, |value| {
            if value.is_nan() {
                return missing;
            }
            answer(match op {
                CmpOp::Eq => value == at,
                CmpOp::Ne => value != at,
                CmpOp::Lt => value < at,
                CmpOp::Le => value <= at,
                CmpOp::Gt => value > at,
                CmpOp::Ge => value >= at,
            })
        });
    }

    fn measure(&self, measure: &Measure<'_>, mask: Option<&[bool]>, out: &mut [u8]) {
        for (row, answer) in out.iter_mut().enumerate() {
            if mask.is_none_or(|mask| mask[row]) {
                *answer = self.measured(measure, self.first + row);
            }
        }
    }

    #[inline]
    #[allow(clippy::needless_bitwise_bool, reason = "a branch for each event costs more than the comparisons")]
    fn measured(&self, measure: &Measure<'_>, row: usize) -> u8 {
        let events = &self.columns.events;
        let span = events.span(row);
        let (at, kind) = (&events.at[span.clone()], &events.kind[span.clone()]);
        let (from, until) = measure.window;
        let counts = |event: usize| {
            let wanted = match measure.only {
                Some(only) => kind[event] == only,
                None => measure.kinds[usize::from(kind[event])],
            };
            wanted & (from <= at[event]) & (at[event] < until)
        };
        let Some(values) = measure.values else {
            let count = (0..at.len()).filter(|event| counts(*event)).count();
            return within(count as i64, measure.range);
        };
        let mut sum = 0_i128;
        for (event, place) in span.enumerate() {
            if counts(event) {
                // An amount that nobody knows makes the sum unknown.
                let Some(value) = values.get(place).copied().filter(|value| *value != MISSING) else { return UNKNOWN };
                sum += i128::from(value);
            }
        }
        let range = measure.range;
        let inside = i128::from(range.low) <= sum && sum <= i128::from(range.high);
        // An end of the range that is that of all numbers is no end for a sum beyond them.
        let inside = inside || (sum > i128::from(i64::MAX) && range.high == i64::MAX);
        let inside = inside || (sum < i128::from(i64::MIN) && range.low == i64::MIN);
        if inside { range.inside } else { range.outside }
    }

    fn rows(&mut self, node: &'a Node, events: bool, mask: Option<&[bool]>, out: &mut [u8]) {
        if events && self.facts.is_empty() {
            self.facts = (0..self.len).map(|_| OnceCell::new()).collect();
        }
        for (at, answer) in out.iter_mut().enumerate() {
            let row = self.first + at;
            if !self.columns.alive[row] || mask.is_some_and(|mask| !mask[at]) {
                continue;
            }
            let facts: &[Fact] = if events {
                self.facts[at].get_or_init(|| self.columns.events.facts(row, self.columns.ids[row]))
            } else {
                &[]
            };
            let subject = ColumnRow { columns: self.columns, row, facts };
            *answer = coded(Frame::new(self.eval, &subject).node(node, &Fields(&subject)));
        }
    }
}

/// Answers for the values of a column; rows beyond its end have none.
#[inline]
fn each<T: Copy>(values: &[T], first: usize, out: &mut [u8], missing: u8, answer: impl Fn(T) -> u8) {
    let known = values.get(first..).unwrap_or_default();
    let filled = known.len().min(out.len());
    let (own, beyond) = out.split_at_mut(filled);
    own.iter_mut().zip(known).for_each(|(out, value)| *out = answer(*value));
    beyond.fill(missing);
}

#[inline]
#[allow(clippy::needless_bitwise_bool, reason = "a branch for each row costs more than the comparison")]
const fn within(value: i64, range: Range) -> u8 {
    let inside = if (range.low <= value) & (value <= range.high) { range.inside } else { range.outside };
    if value == MISSING { range.missing } else { inside }
}

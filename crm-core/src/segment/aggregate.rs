//! Measures over events.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::base::Currency;
use crate::fact::Fact;

use super::ast::AggFn;
use super::datum::{Datum, Found, order};
use super::eval::{Frame, Properties, Source as _, found_slot};
use super::program::{Measured, Of};
use super::subject::Subject;
use super::truth::Truth;

/// Takes a measure of the customer's events.
pub(super) fn measure<'s, S: Subject>(frame: &Frame<'s, S>, measured: &'s Measured) -> Found<'s> {
    let mut tally = Tally::new(measured);
    for_each(frame, measured, |fact, sure| tally.take(fact, sure));
    tally.finish()
}

/// Gives every event that counts, or of which it is unknown whether it counts, the earliest first.
pub(super) fn for_each<'s, S: Subject>(
    frame: &Frame<'s, S>,
    measured: &'s Measured,
    mut take: impl FnMut(&'s Fact, bool),
) {
    // What happens at the instant of evaluation has happened; what lies ahead has not.
    let after = frame.eval.now.saturating_add_micros(1);
    let window = measured.window.map(|index| frame.moment(index).window);
    let facts = frame.subject.facts();
    let end = window.map_or(after, |window| window.end.min(after));
    let facts = &facts[..facts.partition_point(|fact| fact.at < end)];
    let start = window.map_or(0, |window| facts.partition_point(|fact| fact.at < window.start));
    for fact in &facts[start..] {
        if !measured.events.iter().any(|(stream, name)| fact.name == *name && fact.stream == *stream) {
            continue;
        }
        let counts = match &measured.filter {
            None => Truth::True,
            Some(filter) => frame.node(filter, &Properties(fact, &measured.properties)),
        };
        if counts != Truth::False {
            take(fact, counts.is_true());
        }
    }
}

/// What has been seen so far.
///
/// An event of which it is unknown whether it counts makes the measure uncertain: between what it is without it and
/// what it is with it, where that can be said.
struct Tally<'s> {
    measured: &'s Measured,
    sure: u64,
    open: u64,
    /// Whether there is a value that nobody knows, or that does not go with the others.
    lost: bool,
    state: State<'s>,
}

enum State<'s> {
    Count,
    Sum(Sum),
    Extreme(Extreme<'s>, Ordering),
    Distinct(Distinct<'s>),
    /// The value of the outermost event.
    End(Option<Found<'s>>),
    /// The values of all events, and whether each surely counts.
    All(Vec<(Found<'s>, bool)>),
}

impl<'s> Tally<'s> {
    fn new(measured: &'s Measured) -> Self {
        let of = measured.measure.as_ref();
        let state = match of.map(|of| of.function) {
            None => State::Count,
            Some(_) if of.is_some_and(|of| of.nth.is_some()) => State::All(Vec::new()),
            Some(AggFn::Sum | AggFn::Avg) => State::Sum(Sum::None),
            Some(AggFn::Min) => State::Extreme(Extreme::default(), Ordering::Less),
            Some(AggFn::Max) => State::Extreme(Extreme::default(), Ordering::Greater),
            Some(AggFn::Distinct) => State::Distinct(Distinct::default()),
            Some(AggFn::First | AggFn::Last) => State::End(None),
        };
        Self { measured, sure: 0, open: 0, lost: false, state }
    }

    fn take(&mut self, fact: &'s Fact, sure: bool) {
        *(if sure { &mut self.sure } else { &mut self.open }) += 1;
        let Some(Of { function, slot, absence, .. }) = &self.measured.measure else { return };
        let found = found_slot(Properties(fact, &self.measured.properties).get(*slot), absence);
        match (&mut self.state, found) {
            (State::Count, _) => {}
            (State::All(all), found) => all.push((found, sure)),
            (State::End(end), found) => {
                let found = if sure { found } else { Found::Uncertain };
                if end.is_none() || *function == AggFn::Last {
                    *end = Some(found);
                }
            }
            (State::Distinct(distinct), found) => distinct.take(found, sure),
            (State::Extreme(extreme, wanted), Found::Between(own, _)) => self.lost |= !extreme.take(own, sure, *wanted),
            (State::Sum(sum), Found::Between(own, _)) => self.lost |= !sum.take(own, sure),
            (State::Extreme(..) | State::Sum(_), Found::Absent | Found::Uncertain) => self.lost = true,
        }
    }

    fn finish(self) -> Found<'s> {
        if self.lost {
            return Found::Uncertain;
        }
        let mean = self.measured.measure.as_ref().is_some_and(|of| of.function == AggFn::Avg);
        match self.state {
            State::Count => {
                let number = |count: u64| match self.measured.rate {
                    None => Datum::Int(count.into()),
                    Some((per, length)) => Datum::Mean(i128::from(count) * i128::from(per), length, None),
                };
                Found::Between(number(self.sure), number(self.sure + self.open))
            }
            State::All(all) => nth(all, self.measured.measure.as_ref().and_then(|of| of.nth).unwrap_or(1)),
            State::Sum(_) if mean && self.open > 0 => Found::Uncertain,
            State::Sum(sum) if mean => sum.mean(self.sure),
            State::Sum(sum) => sum.total(self.measured.measure.as_ref().is_some_and(|of| of.money)),
            State::Extreme(extreme, wanted) => extreme.finish(wanted.is_lt()),
            State::Distinct(distinct) => distinct.finish(),
            State::End(end) => end.unwrap_or(Found::Absent),
        }
    }
}

/// One of the events, counted from the first or from the last one. It is known when all up to it surely count.
fn nth(mut all: Vec<(Found<'_>, bool)>, number: i32) -> Found<'_> {
    if number < 0 {
        all.reverse();
    }
    let place = number.unsigned_abs() as usize;
    match all.get(..place) {
        None => Found::Absent,
        Some(first) if first.iter().all(|(_, sure)| *sure) => first.last().map_or(Found::Absent, |(found, _)| *found),
        Some(_) => Found::Uncertain,
    }
}

/// Least and greatest sum. Decimal numbers are added in the order of the events.
enum Sum {
    None,
    Int { sure: i128, low: i128, high: i128 },
    Money { sure: i128, low: i128, high: i128, currency: Option<Currency> },
    Float { sure: f64, low: f64, high: f64 },
}

impl Sum {
    /// Adds a value; false when it does not go with the others.
    fn take(&mut self, own: Datum<'_>, counts: bool) -> bool {
        if matches!(self, Self::None) {
            *self = match own {
                Datum::Int(_) => Self::Int { sure: 0, low: 0, high: 0 },
                Datum::Money(_, currency) => Self::Money { sure: 0, low: 0, high: 0, currency },
                Datum::Float(_) => Self::Float { sure: 0.0, low: 0.0, high: 0.0 },
                _ => return false,
            };
        }
        match (self, own) {
            (Self::Int { sure, low, high }, Datum::Int(number)) => add(sure, low, high, number, counts),
            (Self::Money { sure, low, high, currency }, Datum::Money(minor, own)) => {
                if currency.is_some() && own.is_some() && *currency != own {
                    return false;
                }
                *currency = currency.or(own);
                add(sure, low, high, minor, counts);
            }
            (Self::Float { sure, low, high }, Datum::Float(number)) => {
                if counts {
                    *sure += number;
                } else {
                    *low += number.min(0.0);
                    *high += number.max(0.0);
                }
            }
            _ => return false,
        }
        true
    }

    /// The sum; of nothing it is 0.
    fn total<'s>(self, money: bool) -> Found<'s> {
        match self {
            Self::Int { sure, low, high } => Found::Between(Datum::Int(sure + low), Datum::Int(sure + high)),
            Self::Money { sure, low, high, currency } => {
                Found::Between(Datum::Money(sure + low, currency), Datum::Money(sure + high, currency))
            }
            Self::Float { sure, low, high } => Found::Between(Datum::Float(sure + low), Datum::Float(sure + high)),
            Self::None if money => Found::exactly(Datum::Money(0, None)),
            Self::None => Found::exactly(Datum::Int(0)),
        }
    }

    /// The mean of so many values; of none there is none.
    fn mean<'s>(self, count: u64) -> Found<'s> {
        let number = i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::None => Found::Absent,
            Self::Int { sure, .. } => Found::exactly(Datum::Mean(sure, number, None)),
            Self::Money { sure, currency, .. } => Found::exactly(Datum::Mean(sure, number, currency)),
            Self::Float { sure, .. } => Found::exactly(Datum::Float(sure / count as f64)),
        }
    }
}

fn add(sure: &mut i128, low: &mut i128, high: &mut i128, number: i128, counts: bool) {
    if counts {
        *sure += number;
    } else {
        *low += number.min(0);
        *high += number.max(0);
    }
}

/// The least or greatest value, among those that surely count and among all.
#[derive(Default)]
struct Extreme<'s> {
    sure: Option<Datum<'s>>,
    all: Option<Datum<'s>>,
}

impl<'s> Extreme<'s> {
    /// Takes a value; false when it does not compare with the others.
    fn take(&mut self, own: Datum<'s>, sure: bool, wanted: Ordering) -> bool {
        let better = |best: &mut Option<Datum<'s>>| {
            let order = match best {
                None => Some(wanted),
                Some(best) => order(own, *best),
            };
            if order == Some(wanted) {
                *best = Some(own);
            }
            order.is_some()
        };
        better(&mut self.all) && (!sure || better(&mut self.sure))
    }

    fn finish(self, least: bool) -> Found<'s> {
        match (self.sure, self.all) {
            (Some(sure), Some(all)) if least => Found::Between(all, sure),
            (Some(sure), Some(all)) => Found::Between(sure, all),
            (None, Some(_)) => Found::Uncertain,
            (_, None) => Found::Absent,
        }
    }
}

/// The different values.
#[derive(Default)]
struct Distinct<'s> {
    sure: BTreeSet<Key<'s>>,
    all: BTreeSet<Key<'s>>,
    /// Values that nobody knows: each may be a new one.
    lost: u64,
    lost_surely: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'s> {
    Text(&'s str),
    Int(i128),
    Money(i128, Option<Currency>),
    Float(u64),
    Id(crate::base::Id),
}

impl<'s> Distinct<'s> {
    fn take(&mut self, found: Found<'s>, sure: bool) {
        let key = match found.exact() {
            Some(Datum::Text(text)) => Some(Key::Text(text)),
            Some(Datum::Int(number)) => Some(Key::Int(number)),
            Some(Datum::Bool(truth)) => Some(Key::Int(truth.into())),
            Some(Datum::Date(date)) => Some(Key::Int(date.days().into())),
            Some(Datum::Time(at)) => Some(Key::Int(at.as_micros().into())),
            Some(Datum::Money(minor, currency)) => Some(Key::Money(minor, currency)),
            // The two zeros are one number.
            Some(Datum::Float(number)) => Some(Key::Float((number + 0.0).to_bits())),
            Some(Datum::Id(id)) => Some(Key::Id(id)),
            _ => None,
        };
        let Some(key) = key else {
            self.lost += 1;
            self.lost_surely |= sure;
            return;
        };
        if sure {
            self.sure.insert(key);
        }
        self.all.insert(key);
    }

    fn finish(self) -> Found<'s> {
        let low = (self.sure.len() as u64).max(self.lost_surely.into());
        let high = self.all.len() as u64 + self.lost;
        Found::Between(Datum::Int(low.into()), Datum::Int(high.into()))
    }
}

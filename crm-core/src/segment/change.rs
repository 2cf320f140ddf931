//! When an answer changes by itself: only because time goes by.

use serde::{Deserialize, Serialize};

use crate::base::LeapDay::{February28, March1};
use crate::base::{Date, Name, Stream, Timestamp, Zone};
use crate::fact::Fact;

use super::ast::Function;
use super::clock::{Moment, Resolved, ZoneSource, resolve};
use super::datum::{Datum, Found};
use super::eval::{Evaluator, Fields, Frame, Properties, Source};
use super::program::{Node, Property, Question, Term};
use super::subject::Subject;
use super::time::{Bound, Length, Shift, Stretch};

/// When a customer joins or leaves without any new data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextChange {
    /// The first instant at which membership is another one; nothing when it stays as it is for ever.
    pub at: Option<Timestamp>,
    /// Whether that is known. If not, [`at`](Self::at) is the instant up to which nothing changes, and at which to ask
    /// again.
    pub exact: bool,
    /// Whether the segment looks at fields that change by themselves (a score, a permit). The answer holds for their
    /// present values; whoever supplies them knows when they change.
    pub moving: bool,
}

/// How many instants at which some question's answer changes are tried before the search is given up.
const MAX_STEPS: usize = 1_000;

impl Evaluator<'_> {
    /// When the customer joins or leaves, if nothing is learned until then. A host can sleep that long. Facts that are
    /// given and lie ahead count from when they happen.
    pub fn next_change(&self, subject: &impl Subject) -> NextChange {
        let moving = self.program.moving;
        let member = self.is_member(subject);
        let mut evaluator = self.clone();
        for _ in 0..MAX_STEPS {
            let Some(at) = evaluator.next_question(subject) else {
                return NextChange { at: None, exact: true, moving };
            };
            evaluator = self.program.at(at, &self.zone);
            if evaluator.is_member(subject) != member {
                return NextChange { at: Some(at), exact: true, moving };
            }
        }
        NextChange { at: Some(evaluator.now), exact: false, moving }
    }

    /// The next instant at which the answer to some question of the segment may be another one.
    fn next_question(&self, subject: &impl Subject) -> Option<Timestamp> {
        let frame = Frame::new(self, subject);
        let mut search = Search { frame: &frame, next: None };
        search.node(&self.program.root, &Fields(subject));
        for (_, node) in &self.program.segments {
            search.node(node, &Fields(subject));
        }
        search.next
    }
}

/// An end of a window.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

/// How an edge moves as time goes by. It never moves back.
enum Pace {
    /// Not at all.
    Fixed,
    /// With the time, so many microseconds ahead of the instant after now.
    Steady(i64),
    /// At the beginnings of days.
    Daily,
    /// In a way that must be searched.
    Other,
}

/// Events, a condition on them, and the properties that it looks at.
type Filter<'s> = (&'s [(Stream, Name)], &'s Node, &'s [Property]);

fn is_one_of(fact: &Fact, events: &[(Stream, Name)]) -> bool {
    events.iter().any(|(stream, name)| fact.name == *name && fact.stream == *stream)
}

struct Search<'f, 's, S> {
    frame: &'f Frame<'s, S>,
    next: Option<Timestamp>,
}

impl<'s, S: Subject> Search<'_, 's, S> {
    fn now(&self) -> Timestamp {
        self.frame.eval.now
    }

    fn consider(&mut self, at: Timestamp) {
        if at > self.now() && at < Timestamp::MAX {
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
        }
    }

    fn node(&mut self, node: &'s Node, source: &impl Source<'s>) {
        match node {
            Node::And(all) | Node::Or(all) | Node::AtLeast(_, all) => {
                for one in all {
                    self.node(&one.node, source);
                }
            }
            Node::Not(inner) | Node::Known(inner) => self.node(inner, source),
            // Segments are looked through once, and a short way compares with constants only.
            Node::Const(_) | Node::Segment(_) | Node::Leaf(Some(_), _) => {}
            Node::Leaf(None, leaf) => {
                self.term(&leaf.term, source);
                self.question(&leaf.question, &leaf.term, source);
            }
        }
    }

    fn question(&mut self, question: &'s Question, own: &'s Term, source: &impl Source<'s>) {
        match question {
            Question::Compare(_, other, _) => self.compared(own, other, source),
            Question::Within { low, high, .. } => {
                self.compared(own, low, source);
                self.compared(own, high, source);
            }
            Question::In(index) => {
                for own in self.bounds(own, source).into_iter().flatten() {
                    self.crossing(*index, Edge::Start, own);
                    self.crossing(*index, Edge::End, own);
                }
            }
            Question::OlderThan(index) => {
                for own in self.bounds(own, source).into_iter().flatten() {
                    self.crossing(*index, Edge::Start, own);
                }
            }
            _ => {}
        }
    }

    /// The value of a term: as a rule one, and two when only bounds are known.
    fn bounds(&self, term: &'s Term, source: &impl Source<'s>) -> [Option<Datum<'s>>; 2] {
        match self.frame.term(term, source) {
            Found::Between(low, high) if low == high => [Some(low), None],
            Found::Between(low, high) => [Some(low), Some(high)],
            Found::Absent | Found::Uncertain => [None, None],
        }
    }

    fn compared(&mut self, one: &'s Term, other: &'s Term, source: &impl Source<'s>) {
        self.term(other, source);
        for (moving, still) in [(one, other), (other, one)] {
            let (Term::Now(index) | Term::Today(index)) = moving else { continue };
            for value in self.bounds(still, source).into_iter().flatten() {
                // The comparison may change when the moving side reaches the value, and when it passes it.
                let reached = match value {
                    Datum::Time(at) => Datum::Time(at.saturating_add_micros(-1)),
                    Datum::Date(date) => Datum::Date(date.saturating_add_days(-1)),
                    other => other,
                };
                self.crossing(*index, Edge::Start, reached);
                self.crossing(*index, Edge::Start, value);
            }
        }
    }

    /// What inside a term depends on the time.
    fn term(&mut self, term: &'s Term, source: &impl Source<'s>) {
        match term {
            Term::Coalesce(inner, _) => self.term(inner, source),
            Term::Call(function, inner, zone) => {
                self.term(inner, source);
                match function {
                    Function::Age | Function::AgeFebruary => {
                        for own in self.bounds(inner, source).into_iter().flatten() {
                            self.birthday(own, zone);
                        }
                    }
                    // A yearly return enters and leaves windows again and again, at the beginning of a day.
                    Function::Anniversary | Function::AnniversaryFebruary => self.every_day(),
                    _ => {}
                }
            }
            Term::Distance(from, _) => {
                self.term(&from.0, source);
                self.term(&from.1, source);
            }
            Term::Aggregate(measured) => {
                let filter = measured.filter.as_ref().map(|filter| (&*measured.events, filter, &*measured.properties));
                self.events(measured.window, filter.as_slice(), &[&measured.events]);
            }
            Term::Sequence(chain) => {
                let links: Vec<_> = chain.links.iter().chain(&chain.without).collect();
                let filters: Vec<_> = links
                    .iter()
                    .filter_map(|link| Some((&*link.events, link.filter.as_ref()?, &*link.properties)))
                    .collect();
                let events: Vec<_> = links.iter().map(|link| &*link.events).collect();
                self.events(chain.window, &filters, &events);
            }
            Term::Const(_) | Term::Slot(..) | Term::Now(_) | Term::Today(_) | Term::Bucket { .. } => {}
        }
    }

    /// The next midnights of every zone that is looked at.
    fn every_day(&mut self) {
        let now = self.now();
        for (_, zone) in &self.frame.eval.program.moments {
            let tomorrow = self.frame.in_zone(zone, |zone| zone.start_of_day(zone.date(now).saturating_add_days(1)));
            self.consider(tomorrow);
        }
    }

    fn birthday(&mut self, own: Datum<'_>, zone: &ZoneSource) {
        let now = self.now();
        let days = self.frame.in_zone(zone, |zone| {
            let born = match own {
                Datum::Date(date) => date,
                Datum::Time(at) => zone.date(at),
                _ => return [Timestamp::MAX; 4],
            };
            // This year's and next year's, by either rule for 29 February.
            let year = zone.date(now).year();
            let day =
                |year: i16, leap| born.anniversary(year, leap).map_or(Timestamp::MAX, |day| zone.start_of_day(day));
            let next = year.saturating_add(1);
            [day(year, February28), day(year, March1), day(next, February28), day(next, March1)]
        });
        for day in days {
            self.consider(day);
        }
    }

    /// When one of some events happens, or enters or leaves a window, or a condition on it changes.
    fn events(&mut self, window: Option<usize>, filters: &[Filter<'s>], events: &[&'s [(Stream, Name)]]) {
        let facts = self.frame.subject.facts();
        let (now, after) = (self.now(), self.now().saturating_add_micros(1));
        let named = |at: usize| {
            let fact = &facts[at];
            events.iter().any(|events| is_one_of(fact, events))
        };
        let happened = facts.partition_point(|fact| fact.at <= now);
        if let Some(at) = (happened..facts.len()).find(|at| named(*at)) {
            self.consider(facts[at].at);
        }
        let mut seen = 0..happened;
        if let Some(index) = window {
            let window = self.frame.moment(index).window;
            // The facts are in order, so that the first one inside leaves first, and the first one ahead enters first.
            let start = facts.partition_point(|fact| fact.at < window.start);
            let end = facts.partition_point(|fact| fact.at < window.end.min(after));
            if let Some(at) = (start..facts.len()).find(|at| named(*at)) {
                self.crossing(index, Edge::Start, Datum::Time(facts[at].at));
            }
            if let Some(at) = (end..facts.len()).find(|at| named(*at)) {
                self.crossing(index, Edge::End, Datum::Time(facts[at].at));
            }
            seen = start.min(end)..end;
        }
        for (events, filter, properties) in filters {
            for at in seen.clone().filter(|at| is_one_of(&facts[*at], events)) {
                self.node(filter, &Properties(&facts[at], properties));
            }
        }
    }

    /// When an edge passes a value that it has not passed yet.
    fn crossing(&mut self, index: usize, edge: Edge, value: Datum<'_>) {
        let Some((moment, source)) = self.frame.eval.program.moments.get(index) else { return };
        let (moment, now) = (*moment, self.now());
        let passed = |resolved: Resolved| match (value, edge) {
            (Datum::Time(at), Edge::Start) => resolved.window.start > at,
            (Datum::Time(at), Edge::End) => resolved.window.end > at,
            (Datum::Date(date), Edge::Start) => resolved.days.0 > date.days(),
            (Datum::Date(date), Edge::End) => resolved.days.1 > date.days(),
            _ => true,
        };
        if passed(self.frame.moment(index)) {
            return;
        }
        let pace = if matches!(value, Datum::Date(_)) { Pace::Daily } else { pace(moment, edge) };
        let at = match (pace, value) {
            (Pace::Steady(ahead), Datum::Time(at)) => Some(at.saturating_add_micros(-ahead)),
            (Pace::Fixed | Pace::Steady(_), _) => None,
            (Pace::Daily, _) => self.frame.in_zone(source, |zone| {
                let first = i64::from(zone.date(now).days()) + 1;
                let start = |day: i64| zone.start_of_day(clamped(day));
                let day = search(first, i64::from(Date::MAX.days()), |day| passed(resolve(moment, start(day), zone)))?;
                Some(start(day))
            }),
            (Pace::Other, _) => self.frame.in_zone(source, |zone: &Zone| {
                let instant = |micros| Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX);
                let last = Timestamp::MAX.as_micros() - 1;
                search(now.as_micros() + 1, last, |at| passed(resolve(moment, instant(at), zone))).map(instant)
            }),
        };
        if let Some(at) = at {
            self.consider(at);
        }
    }
}

fn clamped(day: i64) -> Date {
    Date::from_days(day as i32).unwrap_or(Date::MAX)
}

/// The first number of a range from which on something holds: first in steps that double, then by halves.
fn search(first: i64, last: i64, holds: impl Fn(i64) -> bool) -> Option<i64> {
    let (mut low, mut step) = (first, 1);
    let mut high = first;
    while !holds(high) {
        if high >= last {
            return None;
        }
        low = high + 1;
        high = high.saturating_add(step).min(last);
        step = step.saturating_mul(2);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(high)
}

fn pace(moment: Moment, edge: Edge) -> Pace {
    match (moment, edge) {
        (Moment::Window(Stretch::Last(Length::Exact(count, unit)), _), Edge::Start) => {
            Pace::Steady(-(i64::from(count) * unit.micros()))
        }
        (Moment::Window(Stretch::Next(Length::Exact(count, unit)), _), Edge::End) => {
            Pace::Steady(i64::from(count) * unit.micros())
        }
        (Moment::Window(Stretch::Last(_), _), Edge::End) | (Moment::Window(Stretch::Next(_), _), Edge::Start) => {
            Pace::Steady(0)
        }
        (Moment::Window(Stretch::Since(start) | Stretch::Between(start, _), _), Edge::Start) => bound_pace(start),
        (Moment::Window(Stretch::Until(end) | Stretch::Between(_, end), _), Edge::End) => bound_pace(end),
        (Moment::Window(Stretch::Since(_) | Stretch::Until(_), _), _) => Pace::Fixed,
        (Moment::Window(..) | Moment::Today(_), _) => Pace::Daily,
        // `now` itself, not the instant after it.
        (Moment::Now(shift), _) => match shifted(shift) {
            Pace::Steady(ahead) => Pace::Steady(ahead - 1),
            other => other,
        },
    }
}

const fn bound_pace(bound: Bound) -> Pace {
    match bound {
        Bound::Date(_) | Bound::Time(_) => Pace::Fixed,
        Bound::Today(_) => Pace::Daily,
        Bound::Now(shift) => shifted(shift),
    }
}

const fn shifted(shift: Option<Shift>) -> Pace {
    match shift {
        None => Pace::Steady(0),
        Some(Shift { back, length: Length::Exact(count, unit) }) => {
            let micros = count as i64 * unit.micros();
            Pace::Steady(if back { -micros } else { micros })
        }
        Some(_) => Pace::Other,
    }
}

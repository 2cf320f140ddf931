//! How far customers come in a sequence of events.

use crate::fact::Fact;

use super::datum::{Datum, Found};
use super::eval::{Frame, Properties};
use super::program::{Chain, Link};
use super::subject::Subject;
use super::truth::Truth;

/// The greatest number of steps that a customer has taken, one after the other.
///
/// An event of which it is unknown whether it is a step, or whether it breaks the sequence off, gives two bounds: it is
/// no step and breaks off, or it is one and does not.
pub(super) fn depth<'s, S: Subject>(frame: &Frame<'s, S>, chain: &'s Chain) -> Found<'s> {
    let (mut least, mut most) = (Walk::new(chain), Walk::new(chain));
    for fact in happened(frame, chain) {
        let breaks = chain.without.as_ref().map_or(Truth::False, |link| matches(frame, link, fact));
        least.break_off(breaks != Truth::False);
        most.break_off(breaks == Truth::True);
        // The last step first, so that one event is not two steps.
        for (place, link) in chain.links.iter().enumerate().rev() {
            match matches(frame, link, fact) {
                Truth::True => {
                    least.step(place, fact);
                    most.step(place, fact);
                }
                Truth::Unknown => most.step(place, fact),
                Truth::False => {}
            }
        }
    }
    let number = |walk: &Walk<'_>| Datum::Int(walk.deepest as i128);
    Found::Between(number(&least), number(&most))
}

/// Gives every event that surely is a step, the earliest first.
pub(super) fn for_each<'s, S: Subject>(frame: &Frame<'s, S>, chain: &'s Chain, mut take: impl FnMut(&'s Fact)) {
    for fact in happened(frame, chain) {
        if chain.links.iter().any(|link| matches(frame, link, fact).is_true()) {
            take(fact);
        }
    }
}

/// What has happened in the window.
fn happened<'s, S: Subject>(frame: &Frame<'s, S>, chain: &Chain) -> &'s [Fact] {
    let after = frame.eval.now().saturating_add_micros(1);
    let window = chain.window.map(|index| frame.moment(index).window);
    let end = window.map_or(after, |window| window.end.min(after));
    let facts = frame.subject.facts();
    let facts = &facts[..facts.partition_point(|fact| fact.at < end)];
    let start = window.map_or(0, |window| facts.partition_point(|fact| fact.at < window.start));
    facts.get(start..).unwrap_or_default()
}

/// Whether an event is one of a step's.
fn matches<'s, S: Subject>(frame: &Frame<'s, S>, link: &'s Link, fact: &'s Fact) -> Truth {
    if !link.events.iter().any(|(stream, name)| fact.name == *name && fact.stream == *stream) {
        return Truth::False;
    }
    match &link.filter {
        None => Truth::True,
        Some(filter) => frame.node(filter, &Properties(fact, &link.properties)),
    }
}

/// The sequences that have been begun.
///
/// Of all that have come to the same step, the one whose last event is the latest is kept. It is the best one in every
/// respect: its last event is the nearest to the next, and its first event is the latest, too, because it could only be
/// reached from events that are as late or later.
struct Walk<'s> {
    /// Of each step: when the sequence began, and when the step was taken.
    begun: Vec<Option<(i64, i64)>>,
    deepest: usize,
    chain: &'s Chain,
}

impl<'s> Walk<'s> {
    fn new(chain: &'s Chain) -> Self {
        Self { begun: vec![None; chain.links.len()], deepest: 0, chain }
    }

    fn break_off(&mut self, breaks: bool) {
        if breaks {
            self.begun.fill(None);
        }
    }

    fn step(&mut self, place: usize, fact: &Fact) {
        let at = fact.at.as_micros();
        let began = match place.checked_sub(1) {
            None => at,
            Some(before) => {
                let Some((began, last)) = self.begun[before] else { return };
                let within =
                    |limit: Option<i64>, since: i64| limit.is_none_or(|limit| at.saturating_sub(since) <= limit);
                if !within(self.chain.within, began) || !within(self.chain.gap, last) {
                    return;
                }
                began
            }
        };
        self.begun[place] = Some((began, at));
        self.deepest = self.deepest.max(place + 1);
    }
}

//! Facts: what happened.

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Fields, Id, Money, Name, Stream, Text, Timestamp, Value};

/// Where a fact came from, in the words of its source. The pair makes the fact idempotent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceRef {
    /// The system that told us (`shop`, `till-7`).
    pub source: Name,
    /// The id that the system uses (an order number).
    pub id: Text,
}

impl SourceRef {
    /// A reference.
    pub fn new(source: Name, id: impl Into<Text>) -> Self {
        Self { source, id: id.into() }
    }

    /// The id that a fact from here always gets. Two deliveries of one fact thus are one fact.
    pub fn fact_id(&self) -> Id {
        Id::derived(self.source.as_str(), &self.id)
    }
}

/// Something that happened, about one subject. Never edited: only compensated by another fact, or erased with its
/// subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The sort of fact.
    pub stream: Stream,
    /// Which one it is; unique within its stream. With a source it is [`SourceRef::fact_id`].
    pub id: Id,
    /// Whom it is about.
    pub subject: Id,
    /// When it happened.
    pub at: Timestamp,
    /// When we learned of it.
    pub recorded: Timestamp,
    /// What happened, in one word of the stream's vocabulary (`order`, `granted`, `earned`).
    pub name: Name,
    /// The money it is about, if any.
    pub amount: Option<Money>,
    /// The points, or another whole quantity, it is about, if any.
    pub points: Option<i64>,
    /// Where it came from, if it came from outside.
    pub source: Option<SourceRef>,
    /// Everything else.
    pub fields: Fields,
}

impl Fact {
    /// A fact of our own: its id is given, and it has no outside source.
    pub const fn new(stream: Stream, id: Id, subject: Id, at: Timestamp, name: Name) -> Self {
        Self {
            stream,
            id,
            subject,
            at,
            recorded: at,
            name,
            amount: None,
            points: None,
            source: None,
            fields: Fields::new(),
        }
    }

    /// A fact from an outside source: its id follows from the source.
    pub fn from_source(stream: Stream, source: SourceRef, subject: Id, at: Timestamp, name: Name) -> Self {
        let mut fact = Self::new(stream, source.fact_id(), subject, at, name);
        fact.source = Some(source);
        fact
    }

    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// Writes the canonical content into `out` and gives its digest, as a store keeps it beside the fact.
    ///
    /// `recorded` is an argument: two deliveries are the same fact when their digests agree under one `recorded`.
    pub fn digest_into(&self, out: &mut Digest, recorded: Timestamp) -> u64 {
        out.clear();
        out.bytes(self.stream.as_str().as_bytes());
        out.fixed(self.id.as_bytes());
        out.fixed(self.subject.as_bytes());
        out.int(self.at.as_micros());
        out.int(recorded.as_micros());
        out.bytes(self.name.as_str().as_bytes());
        out.option(self.amount, Digest::money);
        out.option(self.points, Digest::int);
        out.option(self.source.as_ref(), |out, source| {
            out.bytes(source.source.as_str().as_bytes());
            out.bytes(source.id.as_bytes());
        });
        out.fields(&self.fields);
        out.value()
    }

    /// The digest of all that the fact holds.
    pub fn digest(&self) -> u64 {
        self.digest_into(&mut Digest::default(), self.recorded)
    }
}

/// A pure fold over the facts of one subject: how everything that is neither a record nor a fact is derived.
///
/// Implementations keep two laws, which make the same fold serve cached balances, incremental answers, answers as of
/// a past date and partitioned work: folding facts in any order gives an equal state, and merging the states of any
/// partition of the facts gives the state of all of them. Where order matters, as in redeeming points, the decision
/// has been written into the fact, so that the fold need not know the order.
pub trait Projection: Clone + Default + PartialEq + Serialize + for<'de> Deserialize<'de> {
    /// The stream whose facts are folded.
    const STREAM: Stream;

    /// Takes one fact in. A fact is taken in once.
    fn apply(&mut self, fact: &Fact);

    /// Takes in all that another state has taken in.
    fn merge(&mut self, other: &Self);

    /// Folds facts from the beginning.
    fn fold<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        facts.into_iter().fold(Self::default(), |mut state, fact| {
            state.apply(fact);
            state
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str) -> Fact {
        let source = SourceRef::new(Name::from_static("shop"), id);
        let at = "2026-03-01T09:00:00Z".parse().unwrap();
        Fact::from_source(Stream::from_static("interaction"), source, Id::NIL, at, Name::from_static("order"))
    }

    #[test]
    fn a_digest_covers_every_part() {
        let base = order("A-1");
        let mut changed = vec![order("A-2")];
        for edit in [
            (|f: &mut Fact| f.at = Timestamp::EPOCH) as fn(&mut Fact),
            |f| f.recorded = Timestamp::EPOCH,
            |f| f.points = Some(0),
            |f| f.amount = "0.00 EUR".parse().ok(),
            |f| f.name = Name::from_static("refund"),
            |f| f.subject = Id::derived("x", "y"),
            |f| f.fields.set(Name::from_static("channel"), "web"),
            |f| f.stream = Stream::from_static("consent"),
        ] {
            let mut fact = base.clone();
            edit(&mut fact);
            changed.push(fact);
        }
        for fact in changed {
            assert_ne!(fact.digest(), base.digest(), "{fact:?}");
        }
    }

    #[test]
    fn two_deliveries_are_the_same_fact_under_one_recorded() {
        let first = order("A-1");
        let mut second = order("A-1");
        second.recorded = Timestamp::EPOCH;
        assert_eq!(first.id, second.id);
        assert_eq!(first.digest(), second.digest_into(&mut Digest::default(), first.recorded));
    }
}

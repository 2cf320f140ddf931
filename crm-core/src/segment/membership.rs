//! Membership over time: who is in which segment, since when and why, and when to look again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::{
    Currency, CustomerId, Error, Fields, Id, Name, ProgrammeId, Result, Stream, Text, Timestamp, Value, Zone,
};
use crate::fact::{Fact, Projection};
use crate::record::{Key, Record};

use super::stored::{CONTENT, LIVE_SEGMENTS, MEMBERSHIP, MEMBERSHIPS};

const ENTERED: Name = Name::from_static("entered");
const LEFT: Name = Name::from_static("left");
const SEGMENT_NAME: Name = Name::from_static("segment");
const SEGMENTS: Name = Name::from_static("segments");
const CAUSE: Name = Name::from_static("cause");
const CAUSE_ID: Name = Name::from_static("cause_id");
const DUE: Name = Name::from_static("due");
const ZONE: Name = Name::from_static("zone");
const CURRENCY: Name = Name::from_static("currency");
const PROGRAMME: Name = Name::from_static("programme");
const SEQ: Name = Name::from_static("seq");
const TICKED: Name = Name::from_static("ticked");

/// An hour, in microseconds.
const HOUR: i64 = 3_600_000_000;

/// The segments whose members are kept up to date, and from where they are looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveSegments {
    /// Their names.
    #[serde(default)]
    pub names: Vec<Name>,
    /// The zone whose days and months are meant where none is named.
    #[serde(default)]
    pub zone: Zone,
    /// The currency of purchases.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// The programme that fields of loyalty speak of.
    #[serde(default)]
    pub programme: Option<ProgrammeId>,
}

/// Why a membership changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MembershipCause {
    /// This fact was recorded.
    Fact(Id),
    /// This record was written: the customer, an address, a relationship.
    Record(Id),
    /// Time went by.
    Time,
    /// A definition, or what it depends on for everybody, is another one.
    Definition,
}

/// That a customer entered a segment, or left it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MembershipChange {
    /// When.
    pub at: Timestamp,
    /// When it was noticed.
    pub recorded: Timestamp,
    /// The id of the fact; ids rise, which puts changes of one instant in their order.
    pub id: Id,
    /// Who.
    pub customer: CustomerId,
    /// Which segment.
    pub segment: Name,
    /// The version of its definition.
    pub version: Name,
    /// Whether it was entered, or left.
    pub entered: bool,
    /// Why.
    pub cause: MembershipCause,
}

/// The changes of one customer's memberships: a fold of the stream `membership`, whose order does not matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MembershipHistory(BTreeSet<MembershipChange>);

/// What is kept of one customer: the live segments that the customer is in, and when to look again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memberships {
    /// Who.
    pub customer: CustomerId,
    /// Which segments.
    pub segments: BTreeSet<Name>,
    /// The first instant at which an answer may be another one, if nothing is learned until then.
    pub due: Option<Timestamp>,
    /// The version of the record; 0 when there is none.
    version: u64,
}

/// How far the live segments have been brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveProgress {
    /// The last commit that has been looked at.
    pub seq: u64,
    /// The instant up to which everything that was due has been looked at.
    pub ticked: Option<Timestamp>,
}

impl MembershipChange {
    /// The fact that tells it.
    pub fn to_fact(&self) -> Fact {
        let name = if self.entered { ENTERED } else { LEFT };
        let mut fact = Fact::new(MEMBERSHIP, self.id, self.customer.into(), self.at, name);
        fact.fields.set(SEGMENT_NAME, &self.segment);
        fact.fields.set(CONTENT, &self.version);
        let (cause, id) = match self.cause {
            MembershipCause::Fact(id) => ("fact", Some(id)),
            MembershipCause::Record(id) => ("record", Some(id)),
            MembershipCause::Time => ("time", None),
            MembershipCause::Definition => ("definition", None),
        };
        fact.fields.set(CAUSE, cause);
        fact.fields.put(CAUSE_ID, id);
        fact
    }

    /// Reads such a fact.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none.
    pub fn from_fact(fact: &Fact) -> Result<Self> {
        let text = |name: &Name| fact.fields.require(name, Value::as_text);
        let id = || fact.fields.require(&CAUSE_ID, Value::as_id);
        let cause = match text(&CAUSE)? {
            "fact" => MembershipCause::Fact(id()?),
            "record" => MembershipCause::Record(id()?),
            "time" => MembershipCause::Time,
            "definition" => MembershipCause::Definition,
            _ => return Err(Error::invalid_at(&CAUSE, "unknown")),
        };
        Ok(Self {
            at: fact.at,
            recorded: fact.recorded,
            id: fact.id,
            customer: CustomerId::new(fact.subject),
            segment: Name::new(text(&SEGMENT_NAME)?)?,
            version: Name::new(text(&CONTENT)?)?,
            entered: fact.name == ENTERED,
            cause,
        })
    }
}

impl MembershipHistory {
    /// The changes, the earliest first.
    pub fn changes(&self) -> impl Iterator<Item = &MembershipChange> {
        self.0.iter()
    }

    /// The segments that the customer was in at an instant, by what was noticed by then or later.
    pub fn members_of(&self, at: Timestamp) -> BTreeSet<&Name> {
        let mut segments = BTreeSet::new();
        for change in self.0.iter().filter(|change| change.at <= at) {
            if change.entered {
                segments.insert(&change.segment);
            } else {
                segments.remove(&change.segment);
            }
        }
        segments
    }
}

impl Projection for MembershipHistory {
    const STREAM: Stream = MEMBERSHIP;

    fn apply(&mut self, fact: &Fact) {
        // What cannot be read was not written by this room.
        self.0.extend(MembershipChange::from_fact(fact));
    }

    fn merge(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }
}

impl Memberships {
    /// Of a customer who was never looked at.
    pub const fn none(customer: CustomerId) -> Self {
        Self { customer, segments: BTreeSet::new(), due: None, version: 0 }
    }

    /// The id of a customer's record.
    pub fn id_of(customer: CustomerId) -> Id {
        Id::derived("crm-core/memberships", &customer.to_string())
    }

    /// The key of the customers who are in a segment.
    pub fn key_of(segment: &Name) -> Key {
        Key::lookup(SEGMENT_NAME, segment.as_str())
    }

    /// The key of the customers who are due in the hour of an instant.
    pub fn key_due(at: Timestamp) -> Key {
        Key::lookup(DUE, at.as_micros().div_euclid(HOUR).to_string())
    }

    /// The keys of the hours from one instant to another.
    pub fn keys_due(from: Timestamp, to: Timestamp) -> impl Iterator<Item = Key> {
        let hours = from.as_micros().div_euclid(HOUR)..=to.as_micros().div_euclid(HOUR);
        hours.map(|hour| Key::lookup(DUE, hour.to_string()))
    }

    /// The next full hour, at which is looked again at what changes by itself at instants that nobody says.
    pub fn next_hour(now: Timestamp) -> Timestamp {
        now.saturating_add_micros(HOUR - now.as_micros().rem_euclid(HOUR))
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.due.is_none() && self.version == 0
    }

    /// The record, in its next version.
    pub fn to_record(&self) -> Record {
        let mut record = Record::new(MEMBERSHIPS, Self::id_of(self.customer));
        record.version = self.version + 1;
        record.subject = Some(self.customer.into());
        record.keys.extend(self.due.map(Self::key_due));
        record.keys.extend(self.segments.iter().map(Self::key_of));
        record.fields.set(SEGMENTS, texts(&self.segments));
        record.fields.put(DUE, self.due);
        record
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that does not hold what it should.
    pub fn from_record(record: &Record) -> Result<Self> {
        let customer = record.subject.ok_or_else(|| Error::invalid("subject", "missing"))?;
        let segments = names(&record.fields)?.into_iter().collect();
        let due = record.fields.read(&DUE, Value::as_time)?;
        Ok(Self { customer: CustomerId::new(customer), segments, due, version: record.version })
    }
}

impl LiveSegments {
    /// The id of the one record.
    pub fn id() -> Id {
        Id::derived("crm-core/live_segments", "all")
    }

    /// The record, as it is to be written over a known one.
    pub fn to_record(&self, known: Option<&Record>, progress: &LiveProgress) -> Record {
        let mut record = known.map_or_else(|| Record::new(LIVE_SEGMENTS, Self::id()), Record::next);
        record.fields.set(SEGMENTS, texts(&self.names));
        record.fields.set(ZONE, self.zone.name());
        record.fields.put(CURRENCY, self.currency.map(Currency::code));
        record.fields.put(PROGRAMME, self.programme.map(ProgrammeId::id));
        record.fields.set(SEQ, progress.seq as i64);
        record.fields.put(TICKED, progress.ticked);
        record
    }

    /// Reads the record.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that does not hold what it should.
    pub fn from_record(record: &Record) -> Result<(Self, LiveProgress)> {
        let fields = &record.fields;
        let live = Self {
            names: names(fields)?,
            zone: Zone::new(fields.require(&ZONE, Value::as_text)?)?,
            currency: fields.read(&CURRENCY, Value::as_text)?.map(Currency::new).transpose()?,
            programme: fields.read(&PROGRAMME, Value::as_id)?.map(ProgrammeId::new),
        };
        let progress = LiveProgress {
            seq: fields.require(&SEQ, Value::as_int)?.unsigned_abs(),
            ticked: fields.read(&TICKED, Value::as_time)?,
        };
        Ok((live, progress))
    }
}

fn texts<'a>(names: impl IntoIterator<Item = &'a Name>) -> Vec<Text> {
    names.into_iter().map(|name| name.as_str().into()).collect()
}

fn names(fields: &Fields) -> Result<Vec<Name>> {
    fields.require(&SEGMENTS, Value::as_texts)?.iter().map(|text| Name::new(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        let mut kept = Memberships::none(CustomerId::new(Id::derived("customer", "anna")));
        kept.segments.insert(Name::from_static("rich"));
        kept.due = "2026-03-01T10:30:00Z".parse().ok();
        let record = kept.to_record();
        assert_eq!(Memberships::from_record(&record).unwrap(), Memberships { version: 1, ..kept.clone() });
        assert!(record.keys.contains(&Memberships::key_due("2026-03-01T10:00:00Z".parse().unwrap())));

        let live = LiveSegments {
            names: vec![Name::from_static("rich")],
            zone: Zone::new("Asia/Tokyo").unwrap(),
            currency: Currency::new("EUR").ok(),
            programme: None,
        };
        let progress = LiveProgress { seq: 7, ticked: kept.due };
        let read = LiveSegments::from_record(&live.to_record(None, &progress)).unwrap();
        assert_eq!(read, (live, progress));
    }

    #[test]
    fn a_history_does_not_depend_on_the_order_of_its_facts() {
        let change = |at: &str, entered| MembershipChange {
            at: at.parse().unwrap(),
            recorded: at.parse().unwrap(),
            id: Id::NIL,
            customer: CustomerId::new(Id::NIL),
            segment: Name::from_static("rich"),
            version: Name::from_static("1"),
            entered,
            cause: MembershipCause::Fact(Id::NIL),
        };
        let changes = [change("2026-01-01T00:00:00Z", true), change("2026-02-01T00:00:00Z", false)];
        let facts: Vec<Fact> = changes.iter().map(MembershipChange::to_fact).collect();
        let forwards = MembershipHistory::fold(&facts);
        assert_eq!(forwards, MembershipHistory::fold(facts.iter().rev()));
        assert!(forwards.changes().eq(&changes));
        assert_eq!(forwards.members_of("2026-01-15T00:00:00Z".parse().unwrap()).len(), 1);
        assert!(forwards.members_of("2026-02-01T00:00:00Z".parse().unwrap()).is_empty());
    }
}

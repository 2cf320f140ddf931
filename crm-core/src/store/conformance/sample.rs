//! Kinds, streams, records and facts for the checks. None of them is about anybody.

use crate::base::{
    DataClass, Declaration, FieldDecl, Id, Kind, Money, Name, Provenance, Stream, Target, Timestamp, Value, ValueType,
};
use crate::change::{Change, ChangeSet};
use crate::fact::{Fact, SourceRef};
use crate::record::{Key, Record};

pub(super) const PERSON: Kind = Kind::from_static("person");
pub(super) const NOTE: Kind = Kind::from_static("note");
pub(super) const VISIT: Stream = Stream::from_static("visit");
pub(super) const GIFT: Stream = Stream::from_static("gift");

pub(super) const fn name(text: &'static str) -> Name {
    Name::from_static(text)
}

/// So many seconds after 1970.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::EPOCH.saturating_add_micros(seconds * 1_000_000)
}

/// An id for a number; the ids sort as the numbers do.
pub(super) fn id(number: u64) -> Id {
    let mut bytes = [7; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Id::from_bytes(bytes)
}

/// A field of a type.
pub(super) fn field(name: &str, value_type: ValueType) -> FieldDecl {
    let mut field = FieldDecl::new("field", value_type, DataClass::NonPersonal, Provenance::Observed, &["service"]);
    field.name = Name::new(name).unwrap_or(field.name);
    field
}

/// A field of each type, named by its word.
pub(super) fn typed_fields() -> Vec<FieldDecl> {
    ValueType::ALL.iter().map(|ty| field(ty.word(), *ty)).collect()
}

/// So many fields of whole numbers.
pub(super) fn numbered_fields(count: usize) -> Vec<FieldDecl> {
    (0..count).map(|number| field(&format!("field {number}"), ValueType::Int)).collect()
}

pub(super) fn declare(target: Target, fields: Vec<FieldDecl>) -> Change {
    Change::Declare(Declaration { target, fields })
}

/// Declares two kinds and two streams. Of each pair, the first has a field of each type and the second has none.
pub(super) fn declarations() -> ChangeSet {
    changes(
        0,
        vec![
            declare(Target::Kind(PERSON), typed_fields()),
            declare(Target::Kind(NOTE), Vec::new()),
            declare(Target::Stream(VISIT), typed_fields()),
            declare(Target::Stream(GIFT), Vec::new()),
        ],
    )
}

/// Some changes decided at a time.
pub(super) fn changes(seconds: i64, changes: Vec<Change>) -> ChangeSet {
    ChangeSet { changes, ..ChangeSet::new(at(seconds)) }
}

/// Puts some records.
pub(super) fn puts(records: impl IntoIterator<Item = Record>) -> ChangeSet {
    changes(0, records.into_iter().map(Change::Put).collect())
}

/// Appends some facts, learned of at a time.
pub(super) fn appends(seconds: i64, facts: impl IntoIterator<Item = Fact>) -> ChangeSet {
    let mut set = ChangeSet::new(at(seconds));
    for fact in facts {
        set.append(fact);
    }
    set
}

/// Erases a subject.
pub(super) fn erase(subject: Id) -> ChangeSet {
    changes(0, vec![Change::Erase { subject }])
}

/// A person with a few fields.
pub(super) fn person(number: u64) -> Record {
    let mut record = Record::new(PERSON, id(number));
    record.fields.set(name("text"), format!("person {number}"));
    record.fields.set(name("int"), number as i64);
    record
}

/// A person with a unique key.
pub(super) fn with_key(number: u64, key: &str) -> Record {
    let mut record = person(number);
    record.keys.push(unique(key));
    record
}

/// A note about a subject.
pub(super) fn note(number: u64, subject: Id) -> Record {
    Record { subject: Some(subject), ..Record::new(NOTE, id(number)) }
}

pub(super) fn unique(value: &str) -> Key {
    Key::unique(name("email"), value)
}

pub(super) fn lookup(value: &str) -> Key {
    Key::lookup(name("owner"), value)
}

/// A record changed: the next version with another number in it.
pub(super) fn changed(record: &Record, number: i64) -> Record {
    let mut next = record.next();
    next.fields.set(name("int"), number);
    next
}

/// A visit of a subject, at so many seconds.
pub(super) fn visit(number: u64, subject: u64, seconds: i64) -> Fact {
    let mut fact = Fact::new(VISIT, id(number), id(subject), at(seconds), name("seen"));
    fact.points = Some(number as i64);
    fact.amount = money(number as i64);
    fact.fields.set(name("text"), format!("visit {number}"));
    fact
}

/// A visit that a source told of.
pub(super) fn told(number: &str, subject: u64, seconds: i64) -> Fact {
    Fact::from_source(VISIT, SourceRef::new(name("shop"), number), id(subject), at(seconds), name("bought"))
}

pub(super) fn money(minor: i64) -> Option<Money> {
    format!("{minor} JPY").parse().ok()
}

/// A value that is not of a type.
pub(super) fn misfit(ty: ValueType) -> Value {
    if ty == ValueType::Int { Value::from("seven") } else { Value::from(7_i64) }
}

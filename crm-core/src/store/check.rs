//! The form of requests: what no store accepts, so that all of them refuse the same things.

use std::borrow::Cow;

use super::StoreError;
use crate::base::{
    Declaration, Error, FieldDecl, Fields, Id, Kind, Name, Registry, Stream, Target, Text, Timestamp, Value,
    every_now_and_then,
};
use crate::change::{Change, ChangeSet, Precondition};
use crate::fact::Fact;
use crate::record::{Key, Record};

/// The largest page that a store gives; a larger limit counts as this one.
pub const MAX_PAGE: usize = 100_000;
/// The longest text or sealed value, and the longest list of texts together, in bytes.
pub const MAX_TEXT: usize = 1 << 20;
/// The most texts in a list.
pub const MAX_LIST: usize = 10_000;
/// The most fields of a record, a fact, or what is declared of a kind or stream.
pub const MAX_FIELDS: usize = 1_000;
/// The longest key, source id and change-set key, in bytes.
pub const MAX_KEY: usize = 1_024;
/// The most keys of a record.
pub const MAX_KEYS: usize = 1_000;

/// How many items a page may hold.
///
/// # Errors
/// [`StoreError::Malformed`] when the limit is 0.
pub fn page_limit(limit: usize) -> Result<usize, StoreError> {
    if limit == 0 { Err(malformed("a page of no items")) } else { Ok(limit.min(MAX_PAGE)) }
}

/// Checks the form of a change set and gives the registry as it is after it.
///
/// Every store calls this in [`commit`](super::Store::commit), after it has looked for the change set's key among those
/// that are committed, and before it checks any promise. The rules are in the contract of [`Store`](super::Store).
///
/// # Errors
/// [`StoreError::Malformed`] naming the place, never the value; [`StoreError::Cancelled`] when the commit was called off.
pub fn check<'a>(changes: &ChangeSet, registry: &'a Registry) -> Result<Cow<'a, Registry>, StoreError> {
    if let Some(key) = &changes.key {
        short_text(key).map_err(|rule| malformed(format!("the key of the change set {rule}")))?;
    }
    for condition in &changes.require {
        if let Precondition::Absent { kind, key } = condition {
            short_text(&key.value)
                .map_err(|rule| malformed(format!("precondition on {kind}, key {}: {rule}", key.name)))?;
        }
    }
    let mut registry = Cow::Borrowed(registry);
    for (at, change) in changes.changes.iter().enumerate() {
        every_now_and_then(at, changes.changes.len()).map_err(|_| StoreError::Cancelled)?;
        match change {
            Change::Declare(declaration) => {
                check_declaration(declaration)?;
                registry.to_mut().declare(declaration).map_err(|error| refused(&declaration.target, &error))?;
                if registry.fields(&declaration.target).len() > MAX_FIELDS {
                    let target = declaration.target.as_str();
                    return Err(malformed(format!("declaration of {target}: more than {MAX_FIELDS} fields")));
                }
            }
            Change::Put(record) => {
                let place = Place { target: record.kind.as_str(), id: record.id };
                check_record(record, declared(&registry, &Target::Kind(record.kind.clone()))?, place)?;
            }
            Change::Delete { kind, id, version } => {
                declared(&registry, &Target::Kind(kind.clone()))?;
                if *version == 0 {
                    return Err(Place { target: kind.as_str(), id: *id }.malformed("version 0 cannot be deleted"));
                }
            }
            Change::Append(fact) => {
                let place = Place { target: fact.stream.as_str(), id: fact.id };
                let fields = declared(&registry, &Target::Stream(fact.stream.clone()))?;
                check_fact(fact, changes.at, fields, place)?;
            }
            Change::Erase { .. } => {}
        }
    }
    Ok(registry)
}

/// Where a rule was broken.
#[derive(Clone, Copy)]
struct Place<'a> {
    target: &'a str,
    id: Id,
}

impl Place<'_> {
    fn malformed(self, rule: &str) -> StoreError {
        malformed(format!("{} {}: {rule}", self.target, self.id))
    }

    fn field(self, name: &Name, rule: &str) -> StoreError {
        malformed(format!("{} {}, field {name}: {rule}", self.target, self.id))
    }
}

fn malformed(reason: impl Into<crate::base::Reason>) -> StoreError {
    StoreError::Malformed { reason: reason.into() }
}

fn refused(target: &Target, error: &Error) -> StoreError {
    malformed(format!("declaration of {}: {error}", target.as_str()))
}

fn declared<'a>(registry: &'a Registry, target: &Target) -> Result<&'a [FieldDecl], StoreError> {
    if registry.knows(target) {
        Ok(registry.fields(target))
    } else {
        Err(malformed(format!("{} has not been declared", target.as_str())))
    }
}

fn check_declaration(declaration: &Declaration) -> Result<(), StoreError> {
    let target = declaration.target.as_str();
    let plain = match &declaration.target {
        Target::Kind(kind) => Kind::new(kind.as_str()).is_ok(),
        Target::Stream(stream) => Stream::new(stream.as_str()).is_ok(),
    };
    if !plain {
        return Err(malformed("a kind or stream is a lower-case identifier of at most 48 bytes"));
    }
    match declaration.fields.iter().find(|field| Name::new(field.name.as_str()).is_err()) {
        Some(_) => Err(malformed(format!("declaration of {target}: a field's name is not a valid name"))),
        None => Ok(()),
    }
}

fn check_record(record: &Record, fields: &[FieldDecl], place: Place<'_>) -> Result<(), StoreError> {
    if record.version == 0 {
        return Err(place.malformed("version 0 cannot be written"));
    }
    if record.keys.len() > MAX_KEYS {
        return Err(place.malformed(&format!("more than {MAX_KEYS} keys")));
    }
    for (at, key) in record.keys.iter().enumerate() {
        let same = |other: &Key| other.name == key.name && other.value == key.value;
        let rule = match short_text(&key.value) {
            Err(rule) => rule,
            Ok(()) if record.keys[..at].iter().any(same) => "is there twice",
            Ok(()) => continue,
        };
        return Err(place.malformed(&format!("the key {} {rule}", key.name)));
    }
    check_fields(&record.fields, fields, place)
}

fn check_fact(fact: &Fact, at: Timestamp, fields: &[FieldDecl], place: Place<'_>) -> Result<(), StoreError> {
    if fact.recorded != at {
        return Err(place.malformed("recorded at another time than its change set"));
    }
    if fact.at >= Timestamp::MAX {
        return Err(place.malformed("an instant that no window contains"));
    }
    if let Some(source) = &fact.source {
        short_text(&source.id).map_err(|rule| place.malformed(&format!("the id of its source {rule}")))?;
        if fact.id != source.fact_id() {
            return Err(place.malformed("not the id that its source gives it"));
        }
    }
    check_fields(&fact.fields, fields, place)
}

fn check_fields(fields: &Fields, declared: &[FieldDecl], place: Place<'_>) -> Result<(), StoreError> {
    if fields.len() > MAX_FIELDS {
        return Err(place.malformed(&format!("more than {MAX_FIELDS} fields")));
    }
    for (name, value) in fields.iter() {
        check_value(value).map_err(|rule| place.field(name, rule))?;
        if declared.iter().any(|field| field.name == *name && !value.fits(field.value_type)) {
            return Err(place.field(name, "declared with another type"));
        }
    }
    Ok(())
}

fn check_value(value: &Value) -> Result<(), &'static str> {
    match value {
        Value::Float(number) if !number.is_finite() => Err("not a finite number"),
        Value::Text(text) => plain_text(text),
        Value::Sealed(sealed) if sealed.as_bytes().len() > MAX_TEXT => Err("longer than 1 MiB"),
        Value::Texts(texts) if texts.len() > MAX_LIST => Err("more than 10,000 texts"),
        Value::Texts(texts) if texts.iter().map(|text| text.len()).sum::<usize>() > MAX_TEXT => {
            Err("longer than 1 MiB together")
        }
        Value::Texts(texts) => texts.iter().try_for_each(plain_text),
        _ => Ok(()),
    }
}

fn plain_text(text: &Text) -> Result<(), &'static str> {
    if text.len() > MAX_TEXT {
        Err("longer than 1 MiB")
    } else if text.as_bytes().contains(&0) {
        Err("holds a NUL character")
    } else {
        Ok(())
    }
}

fn short_text(text: &Text) -> Result<(), &'static str> {
    if text.is_empty() {
        Err("is empty")
    } else if text.len() > MAX_KEY {
        Err("is longer than 1,024 bytes")
    } else if text.as_bytes().contains(&0) {
        Err("holds a NUL character")
    } else {
        Ok(())
    }
}

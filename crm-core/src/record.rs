//! Records: state that changes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Fields, Id, Kind, Name, Result, Text, Value, digest_of};

/// A name under which a record is found: a customer number, an e-mail address, an owner.
///
/// A unique key belongs to at most one record of its kind; the store enforces it. Other keys are look-ups, which any
/// number of records may share. The value is personal data as often as not; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The name space (`email`, `shop.customer_no`).
    pub name: Name,
    /// The value, already normalised.
    pub value: Text,
    /// Whether at most one record of the kind may have it.
    pub unique: bool,
}

impl Key {
    /// A key that at most one record of its kind may have.
    pub fn unique(name: Name, value: impl Into<Text>) -> Self {
        Self { name, value: value.into(), unique: true }
    }

    /// A key that many records may share.
    pub fn lookup(name: Name, value: impl Into<Text>) -> Self {
        Self { name, value: value.into(), unique: false }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}{})", self.name, if self.unique { ", unique" } else { "" })
    }
}

/// State that changes: a customer, a segment's definition, a campaign. Versioned, and found by id, key or scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Which one it is; unique within its kind.
    pub id: Id,
    /// 1 when first written, and one more at each change.
    pub version: u64,
    /// The person or organisation it is about, if any. Erasing that subject erases the record.
    pub subject: Option<Id>,
    /// The names under which it is found, in order.
    pub keys: Vec<Key>,
    /// What it holds.
    pub fields: Fields,
}

impl Record {
    /// A record that has not been written yet.
    pub const fn new(kind: Kind, id: Id) -> Self {
        Self { kind, id, version: 1, subject: None, keys: Vec::new(), fields: Fields::new() }
    }

    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// The record as it would be after this change: the next version, to be edited and written.
    #[must_use]
    pub fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// The digest of all that the record holds, by which a store notices damage.
    pub fn digest(&self) -> u64 {
        digest_of(|out| {
            out.bytes(self.kind.as_str().as_bytes());
            out.fixed(self.id.as_bytes());
            out.int(self.version as i64);
            out.option(self.subject, |out, subject| out.fixed(subject.as_bytes()));
            out.int(self.keys.len() as i64);
            for key in &self.keys {
                out.bytes(key.name.as_str().as_bytes());
                out.bytes(key.value.as_bytes());
                out.fixed(&[u8::from(key.unique)]);
            }
            out.fields(&self.fields);
        })
    }
}

/// What a domain type has to offer to be kept as a record.
pub trait Stored: Sized {
    /// The kind of its records.
    const KIND: Kind;

    /// Reads the record.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) naming the field that does not hold what its declaration promises.
    fn from_record(record: &Record) -> Result<Self>;
}

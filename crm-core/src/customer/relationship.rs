//! Relationships: how customers belong together, and since when.

use serde::{Deserialize, Serialize};

use super::fields::{OTHER, RELATIONSHIP, ROLE, VALID_FROM, VALID_TO};
use crate::base::{CustomerId, Error, Id, Name, Result, Timestamp, Value};
use crate::record::{Key, Record};

/// A directed relationship between two customers during a period: `from` is `role` of `to`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relationship {
    /// The id.
    pub id: Id,
    /// The version that was read.
    pub version: u64,
    /// The one who has the role.
    pub from: CustomerId,
    /// The one towards whom.
    pub to: CustomerId,
    /// The role (`employee`, `member`, `parent`).
    pub role: Name,
    /// Since when.
    pub valid_from: Option<Timestamp>,
    /// Until when, exclusive.
    pub valid_to: Option<Timestamp>,
}

/// A relationship to be entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRelationship {
    /// The one who has the role.
    pub from: CustomerId,
    /// The one towards whom.
    pub to: CustomerId,
    /// The role.
    pub role: Name,
    /// Since when.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// Until when, exclusive.
    #[serde(default)]
    pub valid_to: Option<Timestamp>,
}

impl NewRelationship {
    /// `from` is `role` of `to`, without a period.
    pub const fn new(from: CustomerId, role: Name, to: CustomerId) -> Self {
        Self { from, to, role, valid_from: None, valid_to: None }
    }
}

impl Relationship {
    /// The key by which the relationships towards a customer are found.
    pub fn key_towards(to: CustomerId) -> Key {
        Key::lookup(OTHER, to.to_string())
    }

    /// Whether it holds at an instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= at) && self.valid_to.is_none_or(|to| at < to)
    }

    pub(super) fn to_record(&self) -> Result<Record> {
        if self.from == self.to {
            return Err(Error::invalid_at(&OTHER, "a customer has no relationship with itself"));
        }
        if let (Some(from), Some(to)) = (self.valid_from, self.valid_to)
            && to < from
        {
            return Err(Error::invalid_at(&VALID_TO, "ends before it starts"));
        }
        let mut record = Record::new(RELATIONSHIP, self.id);
        record.version = self.version;
        record.subject = Some(self.from.into());
        record.keys.push(Self::key_towards(self.to));
        record.fields.set(OTHER, self.to.id());
        record.fields.set(ROLE, &self.role);
        record.fields.put(VALID_FROM, self.valid_from);
        record.fields.put(VALID_TO, self.valid_to);
        Ok(record)
    }

    /// Reads a relationship's record.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that does not hold what it promises.
    pub fn from_record(record: &Record) -> Result<Self> {
        let fields = &record.fields;
        Ok(Self {
            id: record.id,
            version: record.version,
            from: record.subject.map(CustomerId::new).ok_or_else(|| Error::invalid("customer", "missing"))?,
            to: CustomerId::new(fields.require(&OTHER, Value::as_id)?),
            role: Name::new(fields.require(&ROLE, Value::as_text)?)?,
            valid_from: fields.read(&VALID_FROM, Value::as_time)?,
            valid_to: fields.read(&VALID_TO, Value::as_time)?,
        })
    }
}

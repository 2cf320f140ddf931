//! Attributes: what the host itself knows about customers, each value with its source and both times.

use serde::{Deserialize, Serialize};

use super::fields::{ATTRIBUTE, SOURCE};
use crate::base::{CustomerId, Id, Name, Timestamp, Value};
use crate::fact::Fact;

/// One value that an attribute had: since when, and since when we know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Whose attribute it is.
    pub customer: CustomerId,
    /// The attribute.
    pub name: Name,
    /// The value; `None` where it was cleared.
    pub value: Option<Value>,
    /// Since when the value holds.
    pub at: Timestamp,
    /// When we learned of it.
    pub recorded: Timestamp,
    /// Who said so.
    pub source: Option<Name>,
}

/// A value to be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeValue {
    /// The attribute, declared before.
    pub name: Name,
    /// The value; `None` clears it.
    #[serde(default)]
    pub value: Option<Value>,
    /// Since when the value holds; `None` for now. It may not lie in the future.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Who says so.
    #[serde(default)]
    pub source: Option<Name>,
}

impl AttributeValue {
    /// A value that holds from now on.
    pub fn new(name: Name, value: impl Into<Value>) -> Self {
        Self { name, value: Some(value.into()), at: None, source: None }
    }
}

impl Attribute {
    pub(super) fn to_fact(&self, id: Id) -> Fact {
        let mut fact = Fact::new(ATTRIBUTE, id, self.customer.into(), self.at, self.name.clone());
        fact.fields.put(SOURCE, self.source.as_ref());
        fact.fields.put(self.name.clone(), self.value.clone());
        fact
    }

    /// Reads an attribute's fact.
    pub fn from_fact(fact: &Fact) -> Self {
        Self {
            customer: CustomerId::new(fact.subject),
            name: fact.name.clone(),
            value: fact.get(fact.name.as_str()).cloned(),
            at: fact.at,
            recorded: fact.recorded,
            source: fact.get(SOURCE.as_str()).and_then(Value::as_text).and_then(|source| Name::new(source).ok()),
        }
    }
}

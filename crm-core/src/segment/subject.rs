//! The customer as an evaluation sees it: values in numbered slots, and a history.

use std::collections::BTreeMap;

use crate::base::{Date, Error, Id, Money, Name, Result, Text, Timestamp, Value};
use crate::fact::Fact;

/// A field of the catalogue with its arguments: what one slot of a row holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldKey {
    /// The name of the field.
    pub name: Name,
    /// Its arguments, if it has any.
    pub args: Vec<Name>,
}

impl FieldKey {
    /// A field without arguments.
    pub const fn plain(name: Name) -> Self {
        Self { name, args: Vec::new() }
    }
}

/// Which slot holds which field.
///
/// Programs that were compiled with one layout read one row: it is filled once per customer, and every program is
/// evaluated on it. A layout only grows, so earlier programs stay good.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    keys: Vec<FieldKey>,
    slots: BTreeMap<FieldKey, usize>,
}

impl Layout {
    /// No slots.
    pub const fn new() -> Self {
        Self { keys: Vec::new(), slots: BTreeMap::new() }
    }

    /// The slot of a field; a new one if it has none.
    pub fn slot(&mut self, key: FieldKey) -> usize {
        if let Some(slot) = self.slots.get(&key) {
            return *slot;
        }
        let slot = self.keys.len();
        self.slots.insert(key.clone(), slot);
        self.keys.push(key);
        slot
    }

    /// What the slots hold, in their order.
    pub fn keys(&self) -> &[FieldKey] {
        &self.keys
    }
}

/// A value, borrowed or copied. A list is borrowed as it is stored.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// See [`Value::Bool`].
    Bool(bool),
    /// See [`Value::Int`].
    Int(i64),
    /// See [`Value::Float`].
    Float(f64),
    /// See [`Value::Text`].
    Text(&'a str),
    /// See [`Value::Date`].
    Date(Date),
    /// See [`Value::Time`].
    Time(Timestamp),
    /// See [`Value::Money`].
    Money(Money),
    /// See [`Value::Id`].
    Id(Id),
    /// See [`Value::Texts`].
    Texts(&'a [Text]),
    /// There is a value, but it cannot be read.
    Sealed,
}

impl std::fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValueRef(•••)")
    }
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    #[inline]
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Text(text) => Self::Text(text),
            Value::Date(date) => Self::Date(*date),
            Value::Time(at) => Self::Time(*at),
            Value::Money(money) => Self::Money(*money),
            Value::Id(id) => Self::Id(*id),
            Value::Texts(texts) => Self::Texts(texts),
            Value::Sealed(_) => Self::Sealed,
        }
    }
}

/// A customer whose membership is asked for.
pub trait Subject {
    /// The id, on which stable samples depend.
    fn id(&self) -> Id;

    /// The value in a slot of the [`Layout`], or nothing when it is missing. A value of another type than the catalogue
    /// promises counts as unknown.
    fn field(&self, slot: usize) -> Option<ValueRef<'_>>;

    /// What has happened to the customer, in the order of `at`: all streams of the catalogue's events together. What
    /// was not known at the point of view, and what was compensated, has been left out.
    fn facts(&self) -> &[Fact];
}

/// A customer as a row of values and a list of facts.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    id: Id,
    values: &'a [Option<Value>],
    facts: &'a [Fact],
}

impl<'a> Row<'a> {
    /// A customer. A slot beyond the values is missing.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the facts are not in the order of `at`.
    pub fn new(id: impl Into<Id>, values: &'a [Option<Value>], facts: &'a [Fact]) -> Result<Self> {
        if facts.is_sorted_by_key(|fact| fact.at) {
            Ok(Self { id: id.into(), values, facts })
        } else {
            Err(Error::invalid("facts", "not in the order of their instants"))
        }
    }
}

impl Subject for Row<'_> {
    fn id(&self) -> Id {
        self.id
    }

    #[inline]
    fn field(&self, slot: usize) -> Option<ValueRef<'_>> {
        self.values.get(slot)?.as_ref().map(ValueRef::from)
    }

    fn facts(&self) -> &[Fact] {
        self.facts
    }
}

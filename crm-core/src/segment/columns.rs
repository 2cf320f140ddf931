//! Many customers as columns: the same values and events as rows have, laid out so that one question is asked of all of
//! them at once.

mod coded;
mod column;
mod events;

use std::collections::HashMap;

use crate::base::{Error, Id, Name, Result, Value};
use crate::fact::Fact;

use super::subject::{Subject, ValueRef};

pub(super) use coded::Codes;
pub(super) use column::{Column, MISSING, NO_DAY};
pub(super) use events::Events;

/// A snapshot of customers in columns.
///
/// Each column holds what one slot of a [`Layout`](super::Layout) holds, as small as its values allow: numbers and
/// instants as they are, texts and lists of texts as codes of a dictionary. The events lie together customer by
/// customer, in the order of time. A row can be written anew or taken away at any time, so that a snapshot is kept fresh
/// by writing what has changed.
///
/// [`Evaluator::members_in`](super::Evaluator::members_in) evaluates all rows at once, with the same answers as row by
/// row.
///
/// ```
/// use crm_core::base::{DataClass, Id, Name, Value, ValueType, Zone};
/// use crm_core::segment::{Catalogue, Columns, Definitions, Field, Layout, Program, parse};
///
/// let mut catalogue = Catalogue::new();
/// catalogue.add(Field::new(Name::from_static("customer.country"), ValueType::Text, DataClass::Contact))?;
/// let mut layout = Layout::new();
/// let expr = parse(r#"customer.country in {"DE", "AT"}"#)?;
/// let program = Program::compile(&expr, &catalogue, &Definitions::new(), &mut layout).map_err(|found| found[0].clone())?;
///
/// let mut columns = Columns::new(layout.keys().len(), &[]);
/// let [anna, ben] = [Id::derived("shop", "1"), Id::derived("shop", "2")];
/// columns.set(anna, &[Some(Value::from("AT"))], &[])?;
/// columns.set(ben, &[None], &[])?;
/// let evaluator = program.at("2026-03-01T12:00:00Z".parse()?, &Zone::UTC);
/// assert_eq!(evaluator.members_in(&columns, 1)?, [anna]);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Columns {
    pub(super) ids: Vec<Id>,
    /// Which rows are somebody: those that were taken away are not.
    pub(super) alive: Vec<bool>,
    rows: HashMap<Id, u32>,
    pub(super) slots: Vec<Column>,
    pub(super) events: Events,
}

impl Columns {
    /// No customers yet, with so many slots. Of the events, these properties are kept beside their instant, name, amount
    /// and points.
    pub fn new(slots: usize, properties: &[Name]) -> Self {
        let slots = std::iter::repeat_with(Column::default).take(slots).collect();
        Self { slots, events: Events::new(properties), ..Self::default() }
    }

    /// How many customers there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many events are kept.
    pub fn event_count(&self) -> usize {
        self.events.live()
    }

    /// The ids of the customers, in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = Id> {
        self.ids.iter().zip(&self.alive).filter(|(_, alive)| **alive).map(|(id, _)| *id)
    }

    /// How many bytes the columns take, without what the allocator adds.
    pub fn bytes(&self) -> usize {
        let rows = self.ids.capacity() * size_of::<Id>()
            + self.alive.capacity()
            // One control byte for each place of the table, which is at most seven eighths full.
            + self.rows.capacity() * 8 / 7 * (size_of::<(Id, u32)>() + 1);
        rows + self.slots.iter().map(Column::bytes).sum::<usize>() + self.events.bytes()
    }

    /// Writes a customer: a new row, or all of the old one anew. Values beyond the slots are left out.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the events are not in the order of their instants; [`Error::OutOfRange`] for more than
    /// 2³² customers or events.
    pub fn set(&mut self, id: impl Into<Id>, values: &[Option<Value>], facts: &[Fact]) -> Result<()> {
        let row = self.row_of(id.into())?;
        for (slot, column) in self.slots.iter_mut().enumerate() {
            column.set(row, values.get(slot).and_then(Option::as_ref));
        }
        self.events.set(row, facts)
    }

    /// Writes the values of a customer, and leaves the events as they are.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more than 2³² customers.
    pub fn set_values(&mut self, id: impl Into<Id>, values: &[Option<Value>]) -> Result<()> {
        let row = self.row_of(id.into())?;
        for (slot, column) in self.slots.iter_mut().enumerate() {
            column.set(row, values.get(slot).and_then(Option::as_ref));
        }
        Ok(())
    }

    /// Adds an event of a customer who is there; of one who is not it is left out.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more than 2³² events.
    pub fn add_fact(&mut self, fact: &Fact) -> Result<()> {
        match self.rows.get(&fact.subject) {
            Some(row) => self.events.add(*row as usize, fact),
            None => Ok(()),
        }
    }

    /// Takes a customer away.
    pub fn remove(&mut self, id: impl Into<Id>) {
        if let Some(row) = self.rows.remove(&id.into()) {
            let row = row as usize;
            self.alive[row] = false;
            self.slots.iter_mut().for_each(|column| column.set(row, None));
            self.events.clear(row);
        }
    }

    fn row_of(&mut self, id: Id) -> Result<usize> {
        if let Some(row) = self.rows.get(&id) {
            return Ok(*row as usize);
        }
        let row = u32::try_from(self.ids.len()).map_err(|_| Error::out_of_range("customers"))?;
        self.rows.insert(id, row);
        self.ids.push(id);
        self.alive.push(true);
        Ok(row as usize)
    }
}

/// One customer of the columns, as the evaluator of rows sees it.
pub(super) struct ColumnRow<'a> {
    pub columns: &'a Columns,
    pub row: usize,
    pub facts: &'a [Fact],
}

impl Subject for ColumnRow<'_> {
    fn id(&self) -> Id {
        self.columns.ids[self.row]
    }

    fn field(&self, slot: usize) -> Option<ValueRef<'_>> {
        self.columns.slots.get(slot)?.get(self.row)
    }

    fn facts(&self) -> &[Fact] {
        self.facts
    }
}

//! The events of all rows.

use crate::base::{Error, Id, Money, Name, Result, Stream, Timestamp, Value};
use crate::fact::Fact;
use crate::segment::subject::ValueRef;

use super::column::{Column, owned};

/// Events in columns. Those of one row lie together, in the order of time; a row whose events change is written anew
/// behind all others, and the columns are packed when half of them is left over.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// Where the events of each row begin, and how many there are.
    pub spans: Vec<(u32, u32)>,
    pub at: Vec<i64>,
    /// What happened: a place in `kinds`.
    pub kind: Vec<u16>,
    pub kinds: Vec<(Stream, Name)>,
    pub amount: Column,
    pub points: Column,
    properties: Vec<(Name, Column)>,
    live: usize,
}

impl Events {
    pub fn new(properties: &[Name]) -> Self {
        let properties = properties.iter().map(|name| (name.clone(), Column::default())).collect();
        Self { properties, ..Self::default() }
    }

    /// How many events there are.
    pub const fn live(&self) -> usize {
        self.live
    }

    /// Where the events of a row are.
    pub fn span(&self, row: usize) -> std::ops::Range<usize> {
        let (start, len) = self.spans.get(row).copied().unwrap_or_default();
        start as usize..(start + len) as usize
    }

    /// Writes the events of a row anew.
    pub fn set(&mut self, row: usize, facts: &[Fact]) -> Result<()> {
        if !facts.is_sorted_by_key(|fact| fact.at) {
            return Err(Error::invalid("facts", "not in the order of their instants"));
        }
        self.clear(row);
        if facts.is_empty() {
            return Ok(());
        }
        let start = self.at.len();
        for fact in facts {
            self.push(fact)?;
        }
        self.place(row, start)
    }

    /// Adds an event to a row, behind those of the same instant.
    pub fn add(&mut self, row: usize, fact: &Fact) -> Result<()> {
        let span = self.span(row);
        if span.end == self.at.len() && (span.is_empty() || self.at[span.end - 1] <= fact.at.as_micros()) {
            let start = if span.is_empty() { self.at.len() } else { span.start };
            self.live -= span.len();
            self.push(fact)?;
            return self.place(row, start);
        }
        let mut facts = self.facts(row, Id::NIL);
        let place = facts.partition_point(|own| own.at <= fact.at);
        facts.insert(place, fact.clone());
        self.set(row, &facts)
    }

    /// Takes the events of a row away.
    pub fn clear(&mut self, row: usize) {
        if let Some(span) = self.spans.get_mut(row) {
            self.live -= span.1 as usize;
            *span = (0, 0);
        }
    }

    /// The events of a row as facts, without what is not kept.
    pub fn facts(&self, row: usize, subject: Id) -> Vec<Fact> {
        self.span(row).filter_map(|event| self.fact(event, subject)).collect()
    }

    fn fact(&self, event: usize, subject: Id) -> Option<Fact> {
        let (stream, name) = self.kinds.get(usize::from(self.kind[event]))?;
        let at = Timestamp::from_micros(self.at[event]).ok()?;
        let mut fact = Fact::new(stream.clone(), Id::NIL, subject, at, name.clone());
        if let Some(ValueRef::Money(amount)) = self.amount.get(event) {
            fact.amount = Some(amount);
        }
        if let Some(ValueRef::Int(points)) = self.points.get(event) {
            fact.points = Some(points);
        }
        for (name, column) in &self.properties {
            fact.fields.put(name.clone(), column.get(event).map(owned));
        }
        Some(fact)
    }

    /// Which codes of `kind` are among some events.
    pub fn codes(&self, wanted: &[(Stream, Name)]) -> Vec<bool> {
        self.kinds.iter().map(|kind| wanted.contains(kind)).collect()
    }

    pub fn has_properties<'a>(&self, mut wanted: impl Iterator<Item = &'a Name>) -> bool {
        wanted.all(|name| self.properties.iter().any(|(own, _)| own == name))
    }

    fn push(&mut self, fact: &Fact) -> Result<()> {
        let known = self.kinds.iter().position(|(stream, name)| *name == fact.name && *stream == fact.stream);
        let kind = known.unwrap_or_else(|| {
            self.kinds.push((fact.stream.clone(), fact.name.clone()));
            self.kinds.len() - 1
        });
        let event = self.at.len();
        self.at.push(fact.at.as_micros());
        self.kind.push(u16::try_from(kind).map_err(|_| Error::out_of_range("names of events"))?);
        self.amount.set(event, fact.amount.map(Money::into).as_ref());
        self.points.set(event, fact.points.map(Value::from).as_ref());
        for (name, column) in &mut self.properties {
            column.set(event, fact.get(name.as_str()));
        }
        Ok(())
    }

    /// Says that all events from a place on are those of a row.
    fn place(&mut self, row: usize, start: usize) -> Result<()> {
        let end = u32::try_from(self.at.len()).map_err(|_| Error::out_of_range("events"))?;
        if row >= self.spans.len() {
            self.spans.resize(row + 1, (0, 0));
        }
        self.spans[row] = (start as u32, end - start as u32);
        self.live += self.at.len() - start;
        if self.at.len() > 2 * self.live + 1_000_000 { self.pack() } else { Ok(()) }
    }

    /// Leaves out what belongs to no row any more.
    fn pack(&mut self) -> Result<()> {
        let names: Vec<Name> = self.properties.iter().map(|(name, _)| name.clone()).collect();
        let mut packed = Self::new(&names);
        for row in 0..self.spans.len() {
            packed.set(row, &self.facts(row, Id::NIL))?;
        }
        *self = packed;
        Ok(())
    }

    pub fn bytes(&self) -> usize {
        let own = self.spans.capacity() * 8 + self.at.capacity() * 8 + self.kind.capacity() * 2;
        let properties: usize = self.properties.iter().map(|(_, column)| column.bytes()).sum();
        own + self.amount.bytes() + self.points.bytes() + properties
    }
}

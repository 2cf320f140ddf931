//! A column of an answer on its way to Arrow.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, NullArray};
use arrow_schema::DataType;
use rusqlite::types::ValueRef;

use crate::column::utf8;
use crate::error::Result;

/// The values of a column since the last batch, in the type of the values so far.
#[derive(Debug)]
pub(crate) enum Column {
    /// Nothing but this many nulls.
    Null(usize),
    Int(Int64Builder),
    Float(Float64Builder),
    Text(StringBuilder),
    Blob(BinaryBuilder),
}

impl Default for Column {
    fn default() -> Self {
        Self::Null(0)
    }
}

impl Column {
    /// Adds a value. Says no to one of another type.
    pub(crate) fn push(&mut self, value: ValueRef<'_>) -> Result<bool> {
        match (&mut *self, value) {
            (Self::Int(all), ValueRef::Integer(number)) => all.append_value(number),
            (Self::Text(all), ValueRef::Text(bytes)) => all.append_value(utf8(bytes)?),
            (Self::Float(all), ValueRef::Real(number)) => all.append_value(number),
            (Self::Float(all), ValueRef::Integer(number)) => all.append_value(number as f64),
            (Self::Blob(all), ValueRef::Blob(bytes)) => all.append_value(bytes),
            (_, ValueRef::Null) => self.push_null(),
            (Self::Null(_), value) => {
                self.become_of(value);
                return self.push(value);
            }
            (Self::Int(all), ValueRef::Real(number)) => {
                let mut wide = Float64Builder::new();
                wide.extend(all.finish().iter().map(|number| number.map(|number| number as f64)));
                wide.append_value(number);
                *self = Self::Float(wide);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn push_null(&mut self) {
        match self {
            Self::Null(count) => *count += 1,
            Self::Int(all) => all.append_null(),
            Self::Float(all) => all.append_null(),
            Self::Text(all) => all.append_null(),
            Self::Blob(all) => all.append_null(),
        }
    }

    /// Takes the type of the first value.
    fn become_of(&mut self, value: ValueRef<'_>) {
        let Self::Null(count) = *self else { return };
        *self = match value {
            ValueRef::Null => return,
            ValueRef::Integer(_) => Self::Int(Int64Builder::new()),
            ValueRef::Real(_) => Self::Float(Float64Builder::new()),
            ValueRef::Text(_) => Self::Text(StringBuilder::new()),
            ValueRef::Blob(_) => Self::Blob(BinaryBuilder::new()),
        };
        (0..count).for_each(|_| self.push_null());
    }

    /// How many bytes the texts or blobs take.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(all) => all.values_slice().len(),
            Self::Blob(all) => all.values_slice().len(),
            _ => 0,
        }
    }

    /// The values as an array. The column is empty then, of the same type, and has room for as many rows as given.
    pub(crate) fn finish(&mut self, room: usize) -> ArrayRef {
        let bytes = if room == 0 { 0 } else { self.bytes() };
        match self {
            Self::Null(count) => Arc::new(NullArray::new(std::mem::take(count))),
            Self::Int(all) => Arc::new(std::mem::replace(all, Int64Builder::with_capacity(room)).finish()),
            Self::Float(all) => Arc::new(std::mem::replace(all, Float64Builder::with_capacity(room)).finish()),
            Self::Text(all) => Arc::new(std::mem::replace(all, StringBuilder::with_capacity(room, bytes)).finish()),
            Self::Blob(all) => Arc::new(std::mem::replace(all, BinaryBuilder::with_capacity(room, bytes)).finish()),
        }
    }

    /// The type so far.
    pub(crate) const fn data_type(&self) -> DataType {
        match self {
            Self::Null(_) => DataType::Null,
            Self::Int(_) => DataType::Int64,
            Self::Float(_) => DataType::Float64,
            Self::Text(_) => DataType::Utf8,
            Self::Blob(_) => DataType::Binary,
        }
    }
}

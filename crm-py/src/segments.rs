//! Segments on tables: the columns are the fields.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_schema::DataType;
use crm_core::Error;
use crm_core::base::{DataClass, Date, Id, Name, Text, Timestamp, ValueType, Zone};
use crm_core::fact::Fact;
use crm_core::segment::{
    Catalogue, Definitions, Diagnostic, Expr, Field, Layout, Program, Severity, Subject, ValueRef, check, parse,
};
use pyo3::prelude::*;

use crate::arrow::{Stream, Table, Texts, failed, instants, integers, texts, without_nulls};
use crate::convert::{read, write};
use crate::error::{Failure, detached};

/// An expression of the segment language.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Expression {
    text: String,
    expr: Expr,
}

#[pymethods]
impl Expression {
    #[new]
    fn new(text: String) -> Result<Self, Failure> {
        let expr = parse(&text).map_err(Error::from)?;
        Ok(Self { text, expr })
    }

    /// The text.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    /// A fingerprint of what the expression means.
    fn version(&self) -> String {
        self.expr.version().to_string()
    }

    /// What is wrong with it for a table, as data.
    fn check<'py>(&self, table: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, Failure> {
        let stream = Stream::of(table)?;
        let findings = check(&self.expr, &catalogue(&stream)?, &Definitions::new());
        Ok(write(table.py(), &findings)?)
    }

    /// The rows that belong.
    fn apply(&self, table: &Bound<'_, PyAny>, now: &Bound<'_, PyAny>, zone: &str) -> Result<Table, Failure> {
        let (stream, now) = (Stream::of(table)?, read::<Timestamp>(now)?);
        detached(table.py(), || {
            let mut kept = Vec::with_capacity(stream.batches.len());
            for (batch, mask) in stream.batches.iter().zip(self.masks(&stream, now, zone)?) {
                kept.push(arrow_select::filter::filter_record_batch(batch, &mask).map_err(failed)?);
            }
            Ok(Table::of(Arc::clone(&stream.schema), kept))
        })
    }

    /// Whether each row belongs: a table of one column, `member`.
    fn mask(&self, table: &Bound<'_, PyAny>, now: &Bound<'_, PyAny>, zone: &str) -> Result<Table, Failure> {
        let (stream, now) = (Stream::of(table)?, read::<Timestamp>(now)?);
        detached(table.py(), || {
            let masks = self.masks(&stream, now, zone)?;
            let member: BooleanArray = masks.iter().flatten().collect();
            Table::new(vec![("member", Arc::new(member))])
        })
    }
}

impl Expression {
    fn masks(&self, stream: &Stream, now: Timestamp, zone: &str) -> Result<Vec<BooleanArray>, Failure> {
        let mut layout = Layout::new();
        let program = Program::compile(&self.expr, &catalogue(stream)?, &Definitions::new(), &mut layout)
            .map_err(|findings| first(stream, findings))?;
        let evaluator = program.at(now, &Zone::new(zone)?);
        let mut masks = Vec::with_capacity(stream.batches.len());
        for batch in &stream.batches {
            let column = |key: &crm_core::segment::FieldKey| {
                let at = stream.schema.index_of(key.name.as_str()).map_err(failed)?;
                Column::of(key.name.as_str(), batch.column(at))
            };
            let columns = layout.keys().iter().map(column).collect::<Result<Vec<_>, Failure>>()?;
            let mask = (0..batch.num_rows()).map(|row| evaluator.is_member(&Line { columns: &columns, row }));
            masks.push(mask.map(Some).collect());
        }
        Ok(masks)
    }
}

/// The columns that a segment can speak of.
fn catalogue(stream: &Stream) -> Result<Catalogue, Failure> {
    let mut catalogue = Catalogue::new();
    for field in stream.schema.fields() {
        if let (Some(value_type), Ok(name)) = (value_type(field.data_type()), Name::new(field.name())) {
            catalogue.add(Field::new(name, value_type, DataClass::Behaviour))?;
        }
    }
    Ok(catalogue)
}

fn value_type(data_type: &DataType) -> Option<ValueType> {
    Some(match data_type {
        DataType::Boolean => ValueType::Bool,
        DataType::Float32 | DataType::Float64 => ValueType::Float,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _) => ValueType::Text,
        DataType::Date32 => ValueType::Date,
        DataType::Timestamp(_, _) => ValueType::Time,
        DataType::List(item) | DataType::LargeList(item) if value_type(item.data_type()) == Some(ValueType::Text) => {
            ValueType::Texts
        }
        other if other.is_integer() => ValueType::Int,
        _ => return None,
    })
}

/// The first error; for a field that is no column, one that names the columns.
fn first(stream: &Stream, findings: Vec<Diagnostic>) -> Failure {
    let error = findings.into_iter().find(|one| one.severity() == Severity::Error);
    let Some(diagnostic) = error else { return Error::invalid("segment", "cannot be compiled").into() };
    let names: Vec<&str> = stream.schema.fields().iter().map(|field| field.name().as_str()).collect();
    match Error::from(diagnostic) {
        Error::Segment { code, start, end, reason } => {
            let reason = format!("{reason}; the table has: {}", names.join(", ")).into();
            Error::Segment { code, start, end, reason }.into()
        }
        other => other.into(),
    }
}

/// A column as the evaluator reads it.
enum Column<'a> {
    Bools(&'a BooleanArray),
    Ints(Vec<i64>, &'a ArrayRef),
    Floats(Vec<f64>, &'a ArrayRef),
    Texts(Texts<'a>),
    Dates(&'a ArrayRef),
    Times(Vec<i64>, &'a ArrayRef),
    Lists(Vec<Option<Vec<Text>>>),
}

impl<'a> Column<'a> {
    fn of(name: &str, column: &'a ArrayRef) -> Result<Self, Failure> {
        Ok(match column.data_type() {
            DataType::Boolean => Self::Bools(column.as_boolean()),
            DataType::Float64 => Self::Floats(column.as_primitive::<Float64Type>().values().to_vec(), column),
            DataType::Float32 => {
                let values = column.as_primitive::<Float32Type>().values();
                Self::Floats(values.iter().map(|value| f64::from(*value)).collect(), column)
            }
            DataType::Date32 => Self::Dates(column),
            DataType::Timestamp(unit, _) => Self::Times(instants(column, *unit), column),
            DataType::List(_) | DataType::LargeList(_) => Self::Lists(lists(name, column)?),
            other if other.is_integer() => {
                // The values under missing ones count for nothing.
                let filled = without_nulls(column)?;
                Self::Ints(integers(name, &[filled])?, column)
            }
            _ => {
                let mut chunks = texts(name, std::slice::from_ref(column))?;
                Self::Texts(chunks.pop().ok_or_else(|| Error::invalid("column", "has no chunk"))?)
            }
        })
    }

    fn get(&self, row: usize) -> Option<ValueRef<'_>> {
        match self {
            Self::Bools(values) => values.is_valid(row).then(|| ValueRef::Bool(values.value(row))),
            Self::Ints(values, column) => column.is_valid(row).then(|| ValueRef::Int(values[row])),
            // What is no number is as unknown as what is missing.
            Self::Floats(values, column) => {
                (column.is_valid(row) && values[row].is_finite()).then(|| ValueRef::Float(values[row]))
            }
            Self::Texts(values) => values.get(row).map(ValueRef::Text),
            Self::Dates(column) => {
                let days = column.as_primitive::<Date32Type>();
                let date = days.is_valid(row).then(|| Date::from_days(days.value(row)).ok());
                date.flatten().map(ValueRef::Date)
            }
            Self::Times(values, column) => {
                let at = column.is_valid(row).then(|| Timestamp::from_micros(values[row]).ok());
                at.flatten().map(ValueRef::Time)
            }
            Self::Lists(values) => values[row].as_deref().map(ValueRef::Texts),
        }
    }
}

fn lists(name: &str, column: &ArrayRef) -> Result<Vec<Option<Vec<Text>>>, Failure> {
    let list = |row: usize| -> Result<Option<Vec<Text>>, Failure> {
        if column.is_null(row) {
            return Ok(None);
        }
        let items = match column.data_type() {
            DataType::List(_) => column.as_list::<i32>().value(row),
            _ => column.as_list::<i64>().value(row),
        };
        let chunk = [items];
        let items = texts(name, &chunk)?;
        let words = items.iter().flat_map(|texts| (0..texts.len()).filter_map(|at| texts.get(at).map(Text::from)));
        Ok(Some(words.collect()))
    };
    (0..column.len()).map(list).collect()
}

/// One row of a table, as a customer.
struct Line<'a> {
    columns: &'a [Column<'a>],
    row: usize,
}

impl Subject for Line<'_> {
    fn id(&self) -> Id {
        Id::NIL
    }

    fn field(&self, slot: usize) -> Option<ValueRef<'_>> {
        self.columns.get(slot)?.get(self.row)
    }

    fn facts(&self) -> &[Fact] {
        &[]
    }
}

//! Columns of a table as arguments: Serde reads them where the core wants a list.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, LargeStringArray, UInt32Array};
use arrow_schema::DataType;
use crm_core::base::{Currency, Name, Zone};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString};
use serde::de::value::SeqDeserializer;
use serde::de::{self, IntoDeserializer, Visitor};

use crate::arrow::{Amounts, Keys, Stream, Table, column, dates, floats, integers, texts, without_nulls};
use crate::convert::{Fault, read};
use crate::error::Failure;

/// The columns of a table, which is taken once.
#[pyclass(frozen, module = "crm_core._core")]
pub(crate) struct Columns(Stream);

/// One column: numbers, whole numbers, truths or texts.
#[pyclass(frozen, module = "crm_core._core")]
pub(crate) struct Column(pub(crate) ArrayRef);

/// The distinct values of a column that was numbered.
#[pyclass(frozen, module = "crm_core._core")]
pub(crate) struct Numbered(Keys);

impl Columns {
    /// Numbers, NaN where none is.
    pub(crate) fn gappy(&self, name: &str) -> Result<Vec<f64>, Failure> {
        with_gaps(name, &self.chunks(name)?)
    }

    /// The categories of a column of texts; nothing for one of numbers.
    pub(crate) fn categories(&self, name: &str) -> Result<Option<Vec<Option<Name>>>, Failure> {
        if !self.is_text(name)? {
            return Ok(None);
        }
        let chunks = self.chunks(name)?;
        let chunks = texts(name, &chunks)?;
        let all = chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.get(row)));
        let category = |text: Option<&str>| text.map(Name::new).transpose();
        Ok(Some(all.map(category).collect::<Result<_, _>>()?))
    }

    pub(crate) fn chunks(&self, name: &str) -> Result<Vec<ArrayRef>, Failure> {
        column(&self.0, name)
    }
}

#[pymethods]
impl Columns {
    #[new]
    fn new(table: &Bound<'_, PyAny>) -> Result<Self, Failure> {
        Ok(Self(Stream::of(table)?))
    }

    /// The names, in order.
    fn names(&self) -> Vec<&str> {
        self.0.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// Whether a column holds texts.
    fn is_text(&self, name: &str) -> Result<bool, Failure> {
        let chunks = self.chunks(name)?;
        Ok(chunks.first().is_some_and(|chunk| {
            let kind = chunk.data_type();
            matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _))
        }))
    }

    /// How many rows there are.
    fn rows(&self) -> usize {
        self.0.batches.iter().map(arrow_array::RecordBatch::num_rows).sum()
    }

    /// A column as it is.
    fn same(&self, name: &str) -> Result<Column, Failure> {
        Ok(Column(crate::histories::whole(&self.chunks(name)?)?))
    }

    /// Numbers. Where none is, there is NaN, if that may be.
    fn numbers(&self, name: &str, may_be_missing: bool) -> Result<Column, Failure> {
        let chunks = self.chunks(name)?;
        let values = if may_be_missing { with_gaps(name, &chunks)? } else { floats(name, &chunks)? };
        Ok(Column(Arc::new(Float64Array::from(values))))
    }

    /// Whole numbers.
    fn wholes(&self, name: &str) -> Result<Column, Failure> {
        Ok(Column(Arc::new(Int64Array::from(integers(name, &self.chunks(name)?)?))))
    }

    /// Truths, or whole numbers of which 0 is false.
    fn truths(&self, name: &str) -> Result<Column, Failure> {
        let chunks = self.chunks(name)?;
        let mut all = Vec::with_capacity(self.rows());
        for chunk in &chunks {
            if chunk.data_type() == &DataType::Boolean {
                for (row, truth) in chunk.as_boolean().iter().enumerate() {
                    all.push(truth.ok_or_else(|| crate::arrow::missing(name, row))?);
                }
            } else {
                all.extend(integers(name, std::slice::from_ref(chunk))?.into_iter().map(|number| number != 0));
            }
        }
        Ok(Column(Arc::new(BooleanArray::from(all))))
    }

    /// Texts, or whole numbers written as such; they may be missing.
    fn texts(&self, name: &str) -> Result<Column, Failure> {
        let chunks = self.chunks(name)?;
        if chunks.first().is_some_and(|chunk| chunk.data_type().is_integer()) {
            let numbers = integers(name, &chunks)?;
            let written = numbers.into_iter().map(|number| number.to_string());
            return Ok(Column(Arc::new(LargeStringArray::from_iter_values(written))));
        }
        let chunks = texts(name, &chunks)?;
        let all = chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.get(row)));
        Ok(Column(Arc::new(all.collect::<LargeStringArray>())))
    }

    /// Civil days in a zone, counted from 1970-01-01.
    fn days(&self, name: &str, zone: &str) -> Result<Column, Failure> {
        let days = dates(name, &self.chunks(name)?, &Zone::new(zone)?)?;
        Ok(Column(Arc::new(Int32Array::from(days))))
    }

    /// Amounts in minor units.
    fn amounts(&self, name: &str, is_minor: bool, currency: &Bound<'_, PyAny>) -> Result<Column, Failure> {
        let currency: Currency = read(currency)?;
        let amounts = if is_minor { Amounts::Minor } else { Amounts::Major };
        Ok(Column(Arc::new(Int64Array::from(amounts.read(name, &self.chunks(name)?, currency)?))))
    }

    /// The number of every row's value among the distinct values, and those.
    fn numbered(&self, name: &str) -> Result<(Column, Numbered), Failure> {
        let (codes, keys) = Keys::of(name, &self.chunks(name)?)?;
        Ok((Column(Arc::new(UInt32Array::from(codes))), Numbered(keys)))
    }
}

fn with_gaps(name: &str, chunks: &[ArrayRef]) -> Result<Vec<f64>, Failure> {
    let mut all = Vec::with_capacity(chunks.iter().map(Array::len).sum());
    for chunk in chunks {
        if chunk.data_type() == &DataType::Null {
            all.resize(all.len() + chunk.len(), f64::NAN);
            continue;
        }
        let start = all.len();
        all.extend(floats(name, &[without_nulls(chunk)?])?);
        for row in (0..chunk.len()).filter(|row| chunk.is_null(*row)) {
            all[start + row] = f64::NAN;
        }
    }
    Ok(all)
}

#[pymethods]
impl Numbered {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The values of some numbers.
    fn of(&self, codes: Vec<u32>) -> Result<Column, Failure> {
        if let Some(code) = codes.iter().find(|code| **code as usize >= self.0.len()) {
            return Err(pyo3::exceptions::PyIndexError::new_err(format!("there is no number {code}")).into());
        }
        Ok(Column(self.0.repeated(codes.into_iter())))
    }

    /// The number of a value, if it is among them.
    fn code(&self, key: &Bound<'_, PyAny>) -> PyResult<Option<u32>> {
        Ok(match &self.0 {
            Keys::Numbers(keys) => {
                let key: i64 = key.extract()?;
                keys.iter().position(|one| *one == key).map(|at| at as u32)
            }
            Keys::Texts(keys) => {
                let key: String = key.extract()?;
                keys.iter().position(|one| one == Some(key.as_str())).map(|at| at as u32)
            }
        })
    }
}

#[pymethods]
impl Column {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The values as plain objects.
    fn list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let array = &self.0;
        let list = match array.data_type() {
            DataType::Float64 => PyList::new(py, array.as_primitive::<Float64Type>().values().iter().copied()),
            DataType::Int64 => PyList::new(py, array.as_primitive::<Int64Type>().values().iter().copied()),
            DataType::Int32 => PyList::new(py, array.as_primitive::<Int32Type>().values().iter().copied()),
            DataType::UInt32 => PyList::new(py, array.as_primitive::<UInt32Type>().values().iter().copied()),
            DataType::LargeUtf8 => PyList::new(py, array.as_string::<i64>().iter().collect::<Vec<_>>()),
            _ => PyList::new(py, array.as_boolean().iter().collect::<Vec<_>>()),
        };
        Ok(list?.into_any())
    }
}

/// A table of columns: those of `Column`, or lists of truths, numbers or texts of one kind each.
#[pyfunction]
pub(crate) fn table_of(columns: Vec<(String, Bound<'_, PyAny>)>) -> Result<Table, Failure> {
    let made = columns.iter().map(|(name, values)| Ok((name.as_str(), array_of(values)?)));
    Table::new(made.collect::<Result<Vec<_>, Failure>>()?)
}

fn array_of(values: &Bound<'_, PyAny>) -> Result<ArrayRef, Failure> {
    if let Ok(column) = values.cast::<Column>() {
        return Ok(Arc::clone(&column.get().0));
    }
    let list = values.cast::<PyList>().map_err(PyErr::from)?;
    let known = || list.iter().filter(|value| !value.is_none());
    if known().all(|value| value.is_instance_of::<PyBool>()) && known().next().is_some() {
        return Ok(Arc::new(BooleanArray::from(list.extract::<Vec<Option<bool>>>()?)));
    }
    if known().all(|value| value.is_instance_of::<PyInt>()) && known().next().is_some() {
        return Ok(Arc::new(Int64Array::from(list.extract::<Vec<Option<i64>>>()?)));
    }
    if known().all(|value| value.is_instance_of::<PyString>()) && known().next().is_some() {
        return Ok(Arc::new(LargeStringArray::from(list.extract::<Vec<Option<String>>>()?)));
    }
    debug_assert!(known().all(|value| value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>()));
    Ok(Arc::new(Float64Array::from(list.extract::<Vec<Option<f64>>>()?)))
}

impl Column {
    /// Shows the values to whoever wants a list.
    pub(crate) fn visit<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        let array = &self.0;
        macro_rules! numbers {
            ($type:ty) => {
                visitor.visit_seq(SeqDeserializer::new(array.as_primitive::<$type>().values().iter().copied()))
            };
        }
        match array.data_type() {
            DataType::Float64 => numbers!(Float64Type),
            DataType::Int64 => numbers!(Int64Type),
            DataType::Int32 => numbers!(Int32Type),
            DataType::UInt32 => numbers!(UInt32Type),
            DataType::LargeUtf8 => {
                visitor.visit_seq(SeqDeserializer::new(array.as_string::<i64>().iter().map(MaybeText)))
            }
            _ => visitor.visit_seq(SeqDeserializer::new(array.as_boolean().iter().map(Option::unwrap_or_default))),
        }
    }
}

/// A text that may be missing.
struct MaybeText<'a>(Option<&'a str>);

impl IntoDeserializer<'_, Fault> for MaybeText<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> de::Deserializer<'de> for MaybeText<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Some(text) => visitor.visit_str(text),
            None => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_some() { visitor.visit_some(self) } else { visitor.visit_none() }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

//! Columns of whatever type as what the core counts with.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Float64Array, LargeStringArray, StringArray, StringViewArray, UInt32Array};
use arrow_schema::{DataType, TimeUnit};
use crm_core::Error;
use crm_core::base::{Currency, Date, Money, Name, Timestamp, Zone, checkpoint};
use pyo3::prelude::*;

use super::Stream;
use crate::error::Failure;

const DAY_MICROS: i64 = 86_400_000_000;

/// The chunks of a column.
///
/// # Errors
/// `NoColumn`, which names the columns there are and the nearest.
pub(crate) fn column(stream: &Stream, name: &str) -> Result<Vec<ArrayRef>, Failure> {
    let Ok(at) = stream.schema.index_of(name) else {
        let names: Vec<&str> = stream.schema.fields().iter().map(|field| field.name().as_str()).collect();
        return Err(Python::attach(|py| -> PyResult<Failure> {
            let make = py.import("crm_core.errors")?.getattr("_no_column")?;
            Ok(Failure::Python(PyErr::from_value(make.call1((name, names))?)))
        })?);
    };
    Ok(stream.batches.iter().map(|batch| Arc::clone(batch.column(at))).collect())
}

fn invalid(name: &str, reason: String) -> Failure {
    let field = Name::new(name).unwrap_or(Name::from_static("column"));
    Error::Invalid { field, reason: reason.into() }.into()
}

/// A row without a value, counted from 0.
pub(crate) fn missing(name: &str, row: usize) -> Failure {
    invalid(name, format!("row {row} has no value"))
}

pub(super) fn wrong_type(name: &str, found: &DataType, wanted: &str) -> Failure {
    invalid(name, format!("holds {found}; {wanted} are needed"))
}

/// Goes through the values of a column of one primitive type. Every row has one.
fn each<T: ArrowPrimitiveType>(
    name: &str,
    start: usize,
    chunk: &ArrayRef,
    mut take: impl FnMut(usize, T::Native) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let values = chunk.as_primitive::<T>();
    if let Some(row) = first_null(chunk) {
        return Err(missing(name, start + row));
    }
    for (row, value) in values.values().iter().enumerate() {
        now_and_then(row)?;
        take(start + row, *value)?;
    }
    Ok(())
}

/// Asks every so many rows whether the table is still wanted.
pub(super) fn now_and_then(row: usize) -> Result<(), crm_core::Error> {
    if row.is_multiple_of(1 << 14) { checkpoint(row as u64, None) } else { Ok(()) }
}

fn first_null(chunk: &ArrayRef) -> Option<usize> {
    if chunk.null_count() == 0 { None } else { (0..chunk.len()).find(|row| chunk.is_null(*row)) }
}

/// Whole numbers.
pub(crate) fn integers(name: &str, chunks: &[ArrayRef]) -> Result<Vec<i64>, Failure> {
    let mut all = Vec::with_capacity(chunks.iter().map(Array::len).sum());
    for chunk in chunks {
        let start = all.len();
        macro_rules! take {
            ($type:ty) => {
                each::<$type>(name, start, chunk, |_, value| Ok(all.push(value.into())))?
            };
        }
        match chunk.data_type() {
            DataType::Int8 => take!(Int8Type),
            DataType::Int16 => take!(Int16Type),
            DataType::Int32 => take!(Int32Type),
            DataType::Int64 => take!(Int64Type),
            DataType::UInt8 => take!(UInt8Type),
            DataType::UInt16 => take!(UInt16Type),
            DataType::UInt32 => take!(UInt32Type),
            DataType::UInt64 => each::<UInt64Type>(name, start, chunk, |row, value| {
                all.push(i64::try_from(value).map_err(|_| invalid(name, format!("row {row} is too large")))?);
                Ok(())
            })?,
            other => return Err(wrong_type(name, other, "whole numbers")),
        }
    }
    Ok(all)
}

/// Numbers.
pub(crate) fn floats(name: &str, chunks: &[ArrayRef]) -> Result<Vec<f64>, Failure> {
    let mut all = Vec::with_capacity(chunks.iter().map(Array::len).sum());
    for chunk in chunks {
        match chunk.data_type() {
            DataType::Float32 => each::<Float32Type>(name, all.len(), chunk, |_, value| {
                let _: () = all.push(value.into());
                Ok(())
            })?,
            DataType::Float64 => each::<Float64Type>(name, all.len(), chunk, |_, value| {
                let _: () = all.push(value);
                Ok(())
            })?,
            other if other.is_integer() => {
                all.extend(integers(name, std::slice::from_ref(chunk))?.into_iter().map(|number| number as f64));
            }
            other => return Err(wrong_type(name, other, "numbers")),
        }
    }
    Ok(all)
}

/// A chunk of texts, whatever their layout.
#[derive(Debug)]
pub(crate) enum Texts<'a> {
    Small(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
    /// Texts that are listed once and named by number.
    Listed(Vec<Option<usize>>, Box<Texts<'a>>),
}

impl Texts<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Small(texts) => texts.len(),
            Self::Large(texts) => texts.len(),
            Self::View(texts) => texts.len(),
            Self::Listed(rows, _) => rows.len(),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Small(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Large(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::View(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Listed(rows, texts) => texts.get(rows[row]?),
        }
    }
}

/// Texts.
pub(crate) fn texts<'a>(name: &str, chunks: &'a [ArrayRef]) -> Result<Vec<Texts<'a>>, Failure> {
    chunks.iter().map(|chunk| text_chunk(name, chunk)).collect()
}

fn text_chunk<'a>(name: &str, chunk: &'a ArrayRef) -> Result<Texts<'a>, Failure> {
    Ok(match chunk.data_type() {
        DataType::Utf8 => Texts::Small(chunk.as_string()),
        DataType::LargeUtf8 => Texts::Large(chunk.as_string()),
        DataType::Utf8View => Texts::View(chunk.as_string_view()),
        DataType::Dictionary(_, _) => {
            let listed = chunk.as_any_dictionary();
            let places = listed.normalized_keys();
            let rows = places.into_iter().enumerate().map(|(row, place)| chunk.is_valid(row).then_some(place));
            Texts::Listed(rows.collect(), Box::new(text_chunk(name, listed.values())?))
        }
        other => return Err(wrong_type(name, other, "texts or whole numbers")),
    })
}

/// Numbers, without copying a column that is one piece of them.
pub(crate) fn numbers(name: &str, chunks: &[ArrayRef]) -> Result<Float64Array, Failure> {
    match chunks {
        [one] if one.null_count() == 0 && *one.data_type() == DataType::Float64 => Ok(one.as_primitive().clone()),
        _ => Ok(floats(name, chunks)?.into()),
    }
}

/// Whole numbers that count `what`, be they written as floats; without copying a column that is one piece of them.
pub(crate) fn counts(name: &str, chunks: &[ArrayRef], what: &str) -> Result<UInt32Array, Failure> {
    if let [one] = chunks
        && one.null_count() == 0
        && *one.data_type() == DataType::UInt32
    {
        return Ok(one.as_primitive().clone());
    }
    let mut all = Vec::with_capacity(chunks.iter().map(Array::len).sum());
    for number in floats(name, chunks)? {
        if number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
            return Err(invalid(name, format!("row {}: no whole number of {what}", all.len())));
        }
        all.push(number as u32);
    }
    Ok(all.into())
}

/// Civil days in a zone, counted from 1970-01-01. Instants are moved into the zone; times without a zone are of it.
pub(crate) fn dates(name: &str, chunks: &[ArrayRef], zone: &Zone) -> Result<Vec<i32>, Failure> {
    let mut all = Vec::with_capacity(chunks.iter().map(Array::len).sum());
    let is_utc = zone.name() == "UTC";
    for chunk in chunks {
        let start = all.len();
        let mut from_micros = |row: usize, micros: i64, is_instant: bool| {
            let day = if is_utc || !is_instant {
                micros.div_euclid(DAY_MICROS)
            } else {
                let at = Timestamp::from_micros(micros).map_err(|_| out_of_range(name, row))?;
                i64::from(zone.date(at).days())
            };
            all.push(i32::try_from(day).map_err(|_| out_of_range(name, row))?);
            Ok(())
        };
        match chunk.data_type() {
            DataType::Date32 => each::<Date32Type>(name, start, chunk, |_, day| {
                let _: () = all.push(day);
                Ok(())
            })?,
            DataType::Date64 => each::<Date64Type>(name, start, chunk, |row, millis| {
                from_micros(row, millis.saturating_mul(1_000), false)
            })?,
            DataType::Timestamp(unit, in_zone) => {
                let is_instant = in_zone.is_some();
                match unit {
                    TimeUnit::Second => each::<TimestampSecondType>(name, start, chunk, |row, at| {
                        from_micros(row, at.saturating_mul(1_000_000), is_instant)
                    })?,
                    TimeUnit::Millisecond => each::<TimestampMillisecondType>(name, start, chunk, |row, at| {
                        from_micros(row, at.saturating_mul(1_000), is_instant)
                    })?,
                    TimeUnit::Microsecond => {
                        each::<TimestampMicrosecondType>(name, start, chunk, |row, at| {
                            from_micros(row, at, is_instant)
                        })?;
                    }
                    TimeUnit::Nanosecond => each::<TimestampNanosecondType>(name, start, chunk, |row, at| {
                        from_micros(row, at.div_euclid(1_000), is_instant)
                    })?,
                }
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _) => {
                let texts = text_chunk(name, chunk)?;
                for row in 0..texts.len() {
                    now_and_then(row)?;
                    let text = texts.get(row).ok_or_else(|| missing(name, start + row))?;
                    let day = if let Ok(date) = text.parse::<Date>() {
                        date
                    } else {
                        let wrong = |_| invalid(name, format!("row {}: neither yyyy-mm-dd nor RFC 3339", start + row));
                        zone.date(text.parse::<Timestamp>().map_err(wrong)?)
                    };
                    all.push(day.days());
                }
            }
            other => return Err(wrong_type(name, other, "dates or times")),
        }
    }
    Ok(all)
}

fn out_of_range(name: &str, row: usize) -> Failure {
    invalid(name, format!("row {row} is out of range"))
}

/// How amounts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amounts {
    /// In major units: 12.5 for 12.50 EUR.
    Major,
    /// In minor units: 1250 for 12.50 EUR.
    Minor,
}

impl Amounts {
    /// Amounts in minor units.
    pub(crate) fn read(self, name: &str, chunks: &[ArrayRef], currency: Currency) -> Result<Vec<i64>, Failure> {
        if self == Self::Minor {
            return integers(name, chunks);
        }
        let mut all = Vec::with_capacity(chunks.iter().map(Array::len).sum());
        for chunk in chunks {
            Self::major(name, chunk, currency, &mut all)?;
        }
        Ok(all)
    }

    fn major(name: &str, chunk: &ArrayRef, currency: Currency, all: &mut Vec<i64>) -> Result<(), Failure> {
        let start = all.len();
        let exponent = i32::from(currency.exponent());
        match chunk.data_type() {
            DataType::Decimal128(_, scale) => {
                let shift = exponent - i32::from(*scale);
                each::<Decimal128Type>(name, start, chunk, |row, value| {
                    let minor = scaled(value, shift).ok_or_else(|| not_in_minor_units(name, row, currency))?;
                    all.push(minor);
                    Ok(())
                })
            }
            DataType::Float32 | DataType::Float64 => {
                let factor = 10_f64.powi(exponent);
                for (row, value) in floats(name, std::slice::from_ref(chunk))?.into_iter().enumerate() {
                    let minor = (value * factor).round();
                    // Beyond this a float does not hold every whole number.
                    if minor.abs() >= 9_007_199_254_740_992.0 || minor.is_nan() {
                        return Err(out_of_range(name, start + row));
                    }
                    all.push(minor as i64);
                }
                Ok(())
            }
            other if other.is_integer() => {
                let factor = 10_i64.pow(exponent.unsigned_abs());
                for (row, value) in integers(name, std::slice::from_ref(chunk))?.into_iter().enumerate() {
                    all.push(value.checked_mul(factor).ok_or_else(|| out_of_range(name, start + row))?);
                }
                Ok(())
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let texts = text_chunk(name, chunk)?;
                for row in 0..texts.len() {
                    now_and_then(row)?;
                    let text = texts.get(row).ok_or_else(|| missing(name, start + row))?;
                    let amount = Money::parse_amount(text, currency);
                    all.push(amount.map_err(|_| not_in_minor_units(name, start + row, currency))?.minor());
                }
                Ok(())
            }
            other => Err(wrong_type(name, other, "amounts")),
        }
    }
}

fn not_in_minor_units(name: &str, row: usize, currency: Currency) -> Failure {
    invalid(name, format!("row {row}: no whole number of minor units of {currency}"))
}

/// `value * 10^shift`, if it is whole and fits.
fn scaled(value: i128, shift: i32) -> Option<i64> {
    let factor = 10_i128.checked_pow(shift.unsigned_abs())?;
    let whole = if shift >= 0 {
        value.checked_mul(factor)?
    } else if value % factor == 0 {
        value / factor
    } else {
        return None;
    };
    i64::try_from(whole).ok()
}

/// The same column, with something where nothing was.
pub(crate) fn without_nulls(column: &ArrayRef) -> Result<ArrayRef, Failure> {
    let data = column.to_data().into_builder().nulls(None).build().map_err(super::failed)?;
    Ok(arrow_array::make_array(data))
}

/// Times in microseconds; whatever stands where there is none.
pub(crate) fn instants(column: &ArrayRef, unit: TimeUnit) -> Vec<i64> {
    macro_rules! scaled {
        ($type:ty, $with:expr) => {
            column.as_primitive::<$type>().values().iter().map($with).collect()
        };
    }
    match unit {
        TimeUnit::Second => scaled!(TimestampSecondType, |at| at.saturating_mul(1_000_000)),
        TimeUnit::Millisecond => scaled!(TimestampMillisecondType, |at| at.saturating_mul(1_000)),
        TimeUnit::Microsecond => scaled!(TimestampMicrosecondType, |at| *at),
        TimeUnit::Nanosecond => scaled!(TimestampNanosecondType, |at| at.div_euclid(1_000)),
    }
}

/// The values of a column as text, for people.
pub(super) fn shown(chunk: &ArrayRef) -> Result<Vec<Option<String>>, Failure> {
    if let Ok(texts) = text_chunk("column", chunk) {
        return Ok((0..texts.len()).map(|row| texts.get(row).map(str::to_owned)).collect());
    }
    let show = |row: usize| -> Result<Option<String>, Failure> {
        if chunk.is_null(row) {
            return Ok(None);
        }
        let one = std::slice::from_ref(chunk).iter().map(|chunk| chunk.slice(row, 1)).collect::<Vec<_>>();
        Ok(Some(match chunk.data_type() {
            DataType::Float32 | DataType::Float64 => format!("{:.4}", floats("column", &one)?[0]),
            DataType::Date32 => Date::from_days(chunk.as_primitive::<Date32Type>().value(row))?.to_string(),
            DataType::Boolean => chunk.as_boolean().value(row).to_string(),
            other if other.is_integer() => integers("column", &one)?[0].to_string(),
            _ => "…".to_owned(),
        }))
    };
    (0..chunk.len()).map(show).collect()
}

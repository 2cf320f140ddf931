//! A table as the delimited file that it stands for.
//!
//! There is one reader of logs and lists in the core. A table is given to it as the file that somebody would have written
//! of it, so that the same rows are read in the same way and have the same ids, wherever they come from.

use std::io::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use crm_core::Error;
use crm_core::base::{Date, Timestamp, checkpoint};

use super::Stream;
use super::column::{Texts, instants, integers, texts, wrong_type};
use crate::error::Failure;

/// Rows that are written before the next ones are looked at.
const CHUNK: usize = 8_192;

/// The table as a file with a header, separated by commas.
pub(crate) fn written(stream: &Stream) -> Result<Vec<u8>, Failure> {
    let mut file = Vec::new();
    for (at, field) in stream.schema.fields().iter().enumerate() {
        separate(&mut file, at);
        quoted(&mut file, field.name());
    }
    file.push(b'\n');
    for batch in &stream.batches {
        for start in (0..batch.num_rows()).step_by(CHUNK) {
            checkpoint(0, None)?;
            let rows = batch.slice(start, CHUNK.min(batch.num_rows() - start));
            let columns: Vec<ArrayRef> = rows.columns().to_vec();
            let fields = stream.schema.fields().iter().zip(&columns);
            let cells = fields.map(|(field, column)| Cells::of(field.name(), column)).collect::<Result<Vec<_>, _>>()?;
            for row in 0..rows.num_rows() {
                for (at, (column, cells)) in columns.iter().zip(&cells).enumerate() {
                    separate(&mut file, at);
                    if column.is_valid(row) {
                        cells.write(&mut file, row)?;
                    }
                }
                file.push(b'\n');
            }
        }
    }
    Ok(file)
}

fn separate(file: &mut Vec<u8>, at: usize) {
    if at > 0 {
        file.push(b',');
    }
}

/// A text, in quotes where it needs them (RFC 4180, section 2).
fn quoted(file: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) && text.trim() == text {
        file.extend_from_slice(text.as_bytes());
        return;
    }
    file.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            file.push(b'"');
        }
        file.push(byte);
    }
    file.push(b'"');
}

/// A column, ready to be written.
enum Cells<'a> {
    Texts(Texts<'a>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Decimals(&'a ArrayRef, i8),
    Dates(&'a ArrayRef),
    Times(Vec<i64>, bool),
    Bools(&'a ArrayRef),
}

impl<'a> Cells<'a> {
    fn of(name: &str, column: &'a ArrayRef) -> Result<Self, Failure> {
        Ok(match column.data_type() {
            DataType::Float64 => Self::Floats(column.as_primitive::<Float64Type>().values().to_vec()),
            DataType::Float32 => {
                let values = column.as_primitive::<Float32Type>().values();
                // The shortest text of the narrow number, not all digits of the wide one.
                Self::Floats(values.iter().map(|value| value.to_string().parse().unwrap_or(f64::NAN)).collect())
            }
            DataType::Decimal128(_, scale) => Self::Decimals(column, *scale),
            DataType::Date32 => Self::Dates(column),
            DataType::Timestamp(unit, zone) => Self::Times(instants(column, *unit), zone.is_some()),
            DataType::Boolean => Self::Bools(column),
            DataType::Null => Self::Ints(Vec::new()),
            other if other.is_integer() => Self::Ints(integers(name, &[super::column::without_nulls(column)?])?),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _) => {
                let mut chunks = texts(name, std::slice::from_ref(column))?;
                Self::Texts(chunks.pop().ok_or_else(|| Error::invalid("column", "has no chunk"))?)
            }
            other => return Err(wrong_type(name, other, "texts, numbers, dates or times")),
        })
    }

    fn write(&self, file: &mut Vec<u8>, row: usize) -> Result<(), Failure> {
        match self {
            Self::Texts(texts) => quoted(file, texts.get(row).unwrap_or_default()),
            Self::Ints(values) => put(file, format_args!("{}", values.get(row).copied().unwrap_or_default())),
            Self::Floats(values) => float(file, values[row]),
            Self::Decimals(column, scale) => {
                decimal(file, column.as_primitive::<Decimal128Type>().value(row), *scale);
            }
            Self::Dates(column) => {
                put(file, format_args!("{}", Date::from_days(column.as_primitive::<Date32Type>().value(row))?));
            }
            Self::Times(values, is_instant) => {
                let at = Timestamp::from_micros(values[row])?;
                if *is_instant {
                    put(file, format_args!("{at}"));
                } else {
                    // The reader takes what has no offset for a time of the mapping's zone.
                    let civil = at.to_string();
                    put(file, format_args!("{}", civil.trim_end_matches('Z')));
                }
            }
            Self::Bools(column) => put(file, format_args!("{}", column.as_boolean().value(row))),
        }
        Ok(())
    }
}

fn put(file: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing into a vector does not fail.
    let _ = file.write_fmt(text);
}

/// A number, rounded to six digits behind the point: more are noise of a calculation.
fn float(file: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        return;
    }
    let start = file.len();
    put(file, format_args!("{value:.6}"));
    while file.len() > start + 1 && file.last() == Some(&b'0') {
        file.pop();
    }
    if file.last() == Some(&b'.') {
        file.pop();
    }
}

fn decimal(file: &mut Vec<u8>, value: i128, scale: i8) {
    let Ok(scale) = usize::try_from(scale) else {
        return put(file, format_args!("{value}{}", "0".repeat(usize::from(scale.unsigned_abs()))));
    };
    let digits = format!("{:0>1$}", value.unsigned_abs(), scale + 1);
    let (whole, rest) = digits.split_at(digits.len() - scale);
    let (sign, point) = (if value < 0 { "-" } else { "" }, if scale > 0 { "." } else { "" });
    put(file, format_args!("{sign}{whole}{point}{rest}"));
}

//! Answers as Arrow.

use std::fmt;
use std::sync::Arc;
use std::vec::IntoIter;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Float64Array, RecordBatch, RecordBatchOptions, RecordBatchReader, new_null_array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use crm_core::store::StoreError;
use rusqlite::Rows;

use crate::arrow_column::Column;
use crate::error::{Fail, Result};
use crate::query::Cell;
use crate::sqlite::Sqlite;

/// The most rows of a batch.
const ROWS: usize = 1 << 16;
/// How many bytes of texts or blobs in one column end a batch early: Arrow counts them in 32 bits.
const BYTES: usize = 1 << 26;

impl Sqlite {
    /// Asks a question as [`query`](Sqlite::query) does, and gives the answer as Arrow, in batches of up to 65,536 rows.
    ///
    /// A column's type is that of its values: `Int64`, `Float64` (also for whole numbers among floating-point numbers),
    /// `Utf8`, `Binary`, or `Null` where there is no value at all. Every column may hold nulls.
    ///
    /// The answer is complete when this returns, and nothing of the file is held by it: a reader that stayed open would
    /// keep what is erased meanwhile from being overwritten. What does not fit into memory is asked for in parts.
    ///
    /// ```
    /// # fn main() -> Result<(), crm_core::store::StoreError> {
    /// let store = crm_sqlite::Sqlite::in_memory()?;
    /// let answer = store.query_arrow("SELECT 1 AS number, 'a' AS letter", &[])?;
    /// assert_eq!(answer.rows(), 1);
    /// assert_eq!(answer.schema().field(1).name(), "letter");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`query`](Sqlite::query), and [`StoreError::Malformed`] naming a column that holds values of several types; a
    /// `CAST` in the query helps.
    pub fn query_arrow(&self, sql: &str, values: &[Cell]) -> Result<Batches, StoreError> {
        self.ask_sql(sql, values, |names, rows| Batches::read(names, rows))
    }
}

/// The answer to a query in Arrow's form: an iterator over batches that all have one schema.
///
/// It is a [`RecordBatchReader`] that owns its data, so that it can be handed to another language as an Arrow C stream.
/// What it holds may be personal data, so `Debug` shows its size and nothing else.
pub struct Batches {
    schema: SchemaRef,
    rows: usize,
    rest: IntoIter<RecordBatch>,
}

impl Batches {
    /// How many rows the answer has.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(names: &mut dyn Iterator<Item = String>, rows: &mut Rows<'_>) -> Result<Self> {
        let names: Vec<String> = names.collect();
        let mut columns: Vec<Column> = names.iter().map(|_| Column::default()).collect();
        let mut batches: Vec<(usize, Vec<ArrayRef>)> = Vec::new();
        let (mut all, mut count) = (0, 0);
        while let Some(row) = rows.next()? {
            let mut full = false;
            for (at, (column, name)) in columns.iter_mut().zip(&names).enumerate() {
                if !column.push(row.get_ref(at)?)? {
                    return Err(Fail::malformed(format!("column {name}: values of several types; use CAST")));
                }
                full |= column.bytes() >= BYTES;
            }
            count += 1;
            if full || count == ROWS {
                batches.push((count, columns.iter_mut().map(|column| column.finish(ROWS)).collect()));
                all += std::mem::take(&mut count);
            }
        }
        if count > 0 {
            batches.push((count, columns.iter_mut().map(|column| column.finish(0)).collect()));
            all += count;
        }
        let types: Vec<DataType> = columns.iter().map(Column::data_type).collect();
        let field = |(name, of): (String, &DataType)| Field::new(name, of.clone(), true);
        let schema = Arc::new(Schema::new(names.into_iter().zip(&types).map(field).collect::<Vec<_>>()));
        let batch = |(count, arrays): (usize, Vec<ArrayRef>)| {
            let arrays = arrays.into_iter().zip(&types).map(|(array, of)| widened(array, of)).collect();
            // An answer without columns still has rows.
            let options = RecordBatchOptions::new().with_row_count(Some(count));
            RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options)
        };
        let batches = batches.into_iter().map(batch).collect::<Result<Vec<_>, _>>();
        let batches = batches.map_err(|_| Fail::malformed("an answer that Arrow has no form for"))?.into_iter();
        Ok(Self { schema, rows: all, rest: batches })
    }

    /// The answer as bytes in Arrow's stream format, for languages that take no C stream. Every Arrow library reads it.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] when a batch has no such form.
    #[cfg(feature = "arrow-ipc")]
    pub fn to_bytes(self) -> Result<Vec<u8>, StoreError> {
        let malformed =
            |_| StoreError::Malformed { reason: "an answer that Arrow's stream format does not hold".into() };
        let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &self.schema).map_err(malformed)?;
        for batch in self.rest {
            writer.write(&batch).map_err(malformed)?;
        }
        writer.into_inner().map_err(malformed)
    }
}

/// An array of an early batch in the type that its column has in the end.
fn widened(array: ArrayRef, of: &DataType) -> ArrayRef {
    match (array.data_type(), of) {
        (own, other) if own == other => array,
        (DataType::Int64, DataType::Float64) => {
            Arc::new(array.as_primitive::<Int64Type>().iter().map(|n| n.map(|n| n as f64)).collect::<Float64Array>())
        }
        // All null: a column keeps its type otherwise.
        _ => new_null_array(of, array.len()),
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rest.next().map(Ok)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for Batches {}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Self::schema(self)
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.schema.fields().len();
        f.debug_struct("Batches").field("rows", &self.rows).field("columns", &columns).finish_non_exhaustive()
    }
}

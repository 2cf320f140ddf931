//! A table of the core's making.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator};
use arrow_schema::{Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::exchange::{arrow, export, export_schema};
use crate::error::Failure;

/// Columns of equal length that any library of tables can take without a copy.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    /// A table of one batch.
    pub(crate) fn new(columns: Vec<(&str, ArrayRef)>) -> Result<Self, Failure> {
        let field =
            |(name, column): &(&str, ArrayRef)| Field::new(*name, column.data_type().clone(), column.null_count() > 0);
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(arrow)?;
        Ok(Self { schema, batches: vec![batch] })
    }

    /// A table of batches.
    pub(crate) const fn of(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }
}

#[pymethods]
impl Table {
    /// The Arrow C stream interface.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A request may be left unmet; whoever made it looks at the schema that comes.
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        export(py, Box::new(RecordBatchIterator::new(batches, Arc::clone(&self.schema))))
    }

    /// The Arrow C schema interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyCapsule>, Failure> {
        export_schema(py, &self.schema)
    }

    /// How many rows there are.
    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// The first rows as text, column by column, for people.
    fn head(&self, rows: usize) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let mut columns = vec![Vec::new(); self.schema.fields().len()];
        let mut left = rows;
        for batch in &self.batches {
            let some = batch.slice(0, left.min(batch.num_rows()));
            for (texts, column) in columns.iter_mut().zip(some.columns()) {
                texts.extend(super::column::shown(column)?);
            }
            left -= some.num_rows();
        }
        Ok(columns)
    }
}

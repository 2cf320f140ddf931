//! The Arrow C stream interface in its Python form, the `PyCapsule` protocol: the only unsafe code of this crate.
//!
//! <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::SchemaRef;
use arrow_schema::ffi::FFI_ArrowSchema;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::Failure;

/// The batches of any object that has `__arrow_c_stream__`.
pub(crate) struct Stream {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Stream {
    /// Takes all batches of an object. The rows stay where they are.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> Result<Self, Failure> {
        let py = object.py();
        let Some(export) = object.getattr_opt(intern!(py, "__arrow_c_stream__"))? else {
            return Err(no_table(object)?);
        };
        let capsule = export.call0()?.cast_into::<PyCapsule>().map_err(PyErr::from)?;
        let reader = import(&capsule)?;
        let schema = reader.schema();
        // The producer may need the interpreter, and takes it itself.
        let batches = py.detach(|| reader.collect::<Result<Vec<_>, _>>()).map_err(arrow)?;
        Ok(Self { schema, batches })
    }
}

#[allow(unsafe_code, reason = "the C interface hands over raw pointers")]
fn import(capsule: &Bound<'_, PyCapsule>) -> Result<RecordBatchStreamReader, Failure> {
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?;
    // SAFETY: a capsule of this name holds an ArrowArrayStream, as the protocol demands. `from_raw` moves it out and
    // leaves a released one behind, so that the capsule's destructor has nothing to free.
    let reader = unsafe { RecordBatchStreamReader::from_raw(pointer.as_ptr().cast()) };
    reader.map_err(arrow)
}

/// Hands batches over as a capsule.
pub(crate) fn export(py: Python<'_>, reader: Box<dyn RecordBatchReader + Send>) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), c"arrow_array_stream")
}

/// Hands a schema over as a capsule.
pub(crate) fn export_schema<'py>(py: Python<'py>, schema: &SchemaRef) -> Result<Bound<'py, PyCapsule>, Failure> {
    let schema = FFI_ArrowSchema::try_from(schema.as_ref()).map_err(arrow)?;
    Ok(PyCapsule::new_with_value(py, schema, c"arrow_schema")?)
}

/// An error of a producer. Its text is its own.
pub(crate) fn arrow(error: arrow_schema::ArrowError) -> Failure {
    Failure::Python(pyo3::exceptions::PyValueError::new_err(error.to_string()))
}

/// Says what a table is, to somebody who gave something else.
fn no_table(object: &Bound<'_, PyAny>) -> PyResult<Failure> {
    let py = object.py();
    let make = py.import("crm_core.errors")?.getattr("_no_table")?;
    Ok(Failure::Python(PyErr::from_value(make.call1((object.get_type(),))?)))
}

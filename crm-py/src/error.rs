//! The errors of the core as exceptions of Python.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crm_core::Error;
use crm_core::base::{StoreError, Watch, watched};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::convert::write;
use crate::watch::Host;

/// What goes wrong between the core and Python.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The core says no.
    Core(Box<Error>),
    /// An object of Python's did: a value that does not fit, a clock or a store of the host's own.
    Python(PyErr),
    /// The core has a fault.
    Panic,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(Box::new(error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<crate::convert::Fault> for Failure {
    fn from(fault: crate::convert::Fault) -> Self {
        Self::Python(fault.into())
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Core(error) => Python::attach(|py| {
                let raised = raise(py, &error).unwrap_or_else(|error| error);
                raised.set_cause(py, RAISED.take());
                raised
            }),
            Failure::Python(error) => error,
            Failure::Panic => {
                Python::attach(|py| internal(py, "a fault in crm-core; please report it").unwrap_or_else(|error| error))
            }
        }
    }
}

/// Works without the interpreter's lock, looks for Ctrl-C meanwhile, and turns a panic into an error.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    RAISED.take();
    let host = Arc::new(Host::new(py)?);
    let watch: Arc<dyn Watch> = Arc::<Host>::clone(&host);
    let done = py.detach(|| guarded(|| watched(watch, work)));
    match host.raised() {
        Some(raised) => Err(raised.into()),
        None => done,
    }
}

/// Turns a panic into an error: no panic crosses into Python.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(from_panic(payload)))
}

fn from_panic(payload: Box<dyn Any + Send>) -> Failure {
    payload.downcast::<PyErr>().map_or(Failure::Panic, |error| Failure::Python(*error))
}

/// Leaves the core with an exception of the host's, from a place that cannot answer with an error.
pub(crate) fn unwind(error: PyErr) -> ! {
    std::panic::resume_unwind(Box::new(error))
}

fn internal(py: Python<'_>, message: &str) -> PyResult<PyErr> {
    let data = PyDict::new(py);
    data.set_item("code", "internal")?;
    data.set_item("message", message)?;
    exception(data.into_any())
}

/// The exception for an error.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    exception(write(py, error)?)
}

fn exception(data: Bound<'_, PyAny>) -> PyResult<PyErr> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = MAKE.import(data.py(), "crm_core.errors", "_from_core")?;
    Ok(PyErr::from_value(make.call1((data,))?))
}

thread_local! {
    /// What a store of the host's own raised last on this thread, until somebody is told.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Keeps what a store of the host's own raised, to be the cause of the error that follows from it.
pub(crate) fn remember(error: PyErr) {
    RAISED.replace(Some(error));
}

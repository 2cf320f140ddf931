//! Clocks of the host's own.

use std::sync::Arc;

use crm_core::base::{Clock, Timestamp};
use crm_core::crm;
use pyo3::prelude::*;

use crate::convert::{read, write};
use crate::error::unwind;

/// A clock that stands still until it is set: for tests, simulations and reports as of a date.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct FixedClock(Arc<crm::FixedClock>);

impl FixedClock {
    pub(crate) fn shared(&self) -> Arc<crm::FixedClock> {
        Arc::clone(&self.0)
    }
}

#[pymethods]
impl FixedClock {
    #[new]
    fn new(now: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(Arc::new(crm::FixedClock::at(read(now)?))))
    }

    /// Sets the clock.
    fn set(&self, now: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.set(read(now)?);
        Ok(())
    }

    /// The instant that the clock shows, in RFC 3339.
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(write(py, &self.0.now())?)
    }
}

/// A callable that gives the time.
#[derive(Debug)]
pub(crate) struct HostClock(pub(crate) Py<PyAny>);

impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let now = Python::attach(|py| -> PyResult<Timestamp> { Ok(read(&self.0.bind(py).call0()?)?) });
        now.unwrap_or_else(|error| unwind(error))
    }
}

//! Values of Rust to plain objects of Python and back, through Serde.
//!
//! Outwards everything becomes what JSON knows, and `uuid.UUID` for ids; the typed layer in Python builds its dataclasses
//! from that, led by their annotations. Inwards dataclasses, enums, ids, instants, days, amounts and decimals are read
//! where they stand.

mod read;
mod words;
mod write;

use std::fmt;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

pub(crate) use read::read;
pub(crate) use write::write;

/// Why a value could not cross.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Python itself failed.
    Python(PyErr),
    /// The value does not have the shape that is expected. The text holds no value.
    Shape {
        /// Where, from the outermost argument inwards.
        path: String,
        /// What was expected.
        reason: String,
    },
}

impl Fault {
    fn shape(reason: impl Into<String>) -> Self {
        Self::Shape { path: String::new(), reason: reason.into() }
    }

    /// The same fault, seen from one level further out.
    fn within(self, place: &str) -> Self {
        match self {
            Self::Shape { path, reason } if path.is_empty() || path.starts_with('[') => {
                Self::Shape { path: format!("{place}{path}"), reason }
            }
            Self::Shape { path, reason } => Self::Shape { path: format!("{place}.{path}"), reason },
            fault @ Self::Python(_) => fault,
        }
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python(error) => fmt::Display::fmt(error, f),
            Self::Shape { path, reason } if path.is_empty() => f.write_str(reason),
            Self::Shape { path, reason } => write!(f, "{path}: {reason}"),
        }
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Python(error) => error,
            Fault::Shape { path, reason } => {
                Python::attach(|py| misfit(py, &path, &reason)).unwrap_or_else(|error| error)
            }
        }
    }
}

/// The exception for a value that does not fit.
fn misfit(py: Python<'_>, path: &str, reason: &str) -> PyResult<PyErr> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = MAKE.import(py, "crm_core.errors", "_misfit")?;
    Ok(PyErr::from_value(make.call1((path, reason))?))
}

impl serde::ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::shape(message.to_string())
    }
}

/// Serde's own messages show what was found. It may be personal, so these do not.
impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::shape(message.to_string())
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::shape(format!("expected {expected}"))
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::shape(format!("expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::shape(format!("expected one of: {}", expected.join(", ")))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::shape(format!("there is no {field}; there is: {}", expected.join(", ")))
    }
}

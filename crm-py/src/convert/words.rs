//! The few types of Python's library that values are read from.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

macro_rules! library_types {
    ($($name:ident = $module:literal . $class:literal;)+) => {
        $(
            /// The class, imported once.
            pub(super) fn $name(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
                static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
                CLASS.import(py, $module, $class)
            }
        )+
    };
}

library_types! {
    uuid = "uuid"."UUID";
    datetime = "datetime"."datetime";
    date = "datetime"."date";
    decimal = "decimal"."Decimal";
    enumeration = "enum"."Enum";
    mapping = "collections.abc"."Mapping";
}

/// `datetime.UTC`.
pub(super) fn utc(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static UTC: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    UTC.import(py, "datetime", "UTC")
}

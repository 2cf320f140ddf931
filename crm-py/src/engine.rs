//! The engine as Python holds it.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use crm_core::Crm;
use crm_core::base::{CountedIds, Name, StoreError};
use crm_core::privacy::AddressKey;
use crm_core::store::{Lifecycle, Memory, Store};
use crm_sqlite::{Cell, Sqlite};
use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrow::Table;
use crate::clock::{FixedClock, HostClock};
use crate::convert::write;
use crate::error::{Failure, detached};
use crate::operations::{OPERATIONS, operation};
use crate::store::HostStore;

/// An engine over one store.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Engine {
    crm: RwLock<Option<Crm>>,
    /// The file, if the store is one.
    sqlite: Option<Arc<Sqlite>>,
}

/// How an engine is built.
struct Options<'a, 'py> {
    clock: Option<&'a Bound<'py, PyAny>>,
    ids: Option<u64>,
    address_key: Option<[u8; 32]>,
}

impl Engine {
    fn build(
        py: Python<'_>,
        store: Arc<dyn Store>,
        sqlite: Option<Arc<Sqlite>>,
        options: Options<'_, '_>,
    ) -> Result<Self, Failure> {
        let mut builder = Crm::builder(store);
        if let Some(clock) = options.clock {
            builder = match clock.cast::<FixedClock>() {
                Ok(fixed) => builder.clock(fixed.get().shared()),
                Err(_) if clock.is_callable() => builder.clock(HostClock(clock.clone().unbind())),
                Err(_) => {
                    return Err(PyTypeError::new_err("clock: a FixedClock, or a callable that gives a datetime").into());
                }
            };
        }
        if let Some(seed) = options.ids {
            builder = builder.ids(CountedIds::from(seed));
        }
        if let Some(key) = options.address_key {
            builder = builder.address_key(AddressKey::new(key));
        }
        let crm = detached(py, || Ok(builder.open()?))?;
        Ok(Self { crm: RwLock::new(Some(crm)), sqlite })
    }

    /// The engine, unless it was closed.
    pub(crate) fn crm(&self) -> Result<Crm, Failure> {
        let crm = self.crm.read().unwrap_or_else(PoisonError::into_inner);
        Ok(crm.as_ref().ok_or(StoreError::Closed)?.clone())
    }
}

#[pymethods]
impl Engine {
    /// An engine over a file.
    #[staticmethod]
    #[pyo3(signature = (path, *, clock=None, ids=None, address_key=None))]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        clock: Option<&Bound<'_, PyAny>>,
        ids: Option<u64>,
        address_key: Option<[u8; 32]>,
    ) -> Result<Self, Failure> {
        let store = detached(py, || Ok(Arc::new(Sqlite::open(path)?)))?;
        let sqlite = Some(Arc::clone(&store));
        Self::build(py, store, sqlite, Options { clock, ids, address_key })
    }

    /// An engine that keeps everything in the process and forgets it at the end.
    #[staticmethod]
    #[pyo3(signature = (*, clock=None, ids=None, address_key=None))]
    fn in_memory(
        py: Python<'_>,
        clock: Option<&Bound<'_, PyAny>>,
        ids: Option<u64>,
        address_key: Option<[u8; 32]>,
    ) -> Result<Self, Failure> {
        Self::build(py, Arc::new(Memory::default()), None, Options { clock, ids, address_key })
    }

    /// An engine over a store of the host's own.
    #[staticmethod]
    #[pyo3(signature = (store, *, clock=None, ids=None, address_key=None))]
    fn over(
        store: &Bound<'_, PyAny>,
        clock: Option<&Bound<'_, PyAny>>,
        ids: Option<u64>,
        address_key: Option<[u8; 32]>,
    ) -> Result<Self, Failure> {
        let host = Arc::new(HostStore(store.clone().unbind()));
        Self::build(store.py(), host, None, Options { clock, ids, address_key })
    }

    /// Does an operation.
    fn call<'py>(&self, name: &str, arguments: &Bound<'py, PyDict>) -> Result<Bound<'py, PyAny>, Failure> {
        let Some(operation) = operation(name) else {
            return Err(PyAttributeError::new_err(format!("there is no operation {name}")).into());
        };
        operation(&self.crm()?, arguments)
    }

    /// The names that `call` takes.
    #[staticmethod]
    fn operations() -> Vec<&'static str> {
        OPERATIONS.to_vec()
    }

    /// The present instant, by the engine's clock, in RFC 3339.
    fn now<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        let crm = self.crm()?;
        let now = detached(py, || Ok(crm.now()))?;
        Ok(write(py, &now)?)
    }

    /// The answer to a query in SQL, read-only.
    fn query(&self, py: Python<'_>, sql: &str, values: Vec<Bound<'_, PyAny>>) -> Result<Table, Failure> {
        let unsupported = || StoreError::Unsupported { store: self.store_name(), operation: QUERY };
        self.crm()?;
        let store = self.sqlite.as_ref().ok_or_else(unsupported)?;
        let cells = values.iter().map(cell).collect::<PyResult<Vec<_>>>()?;
        detached(py, || {
            let answer = store.query_arrow(sql, &cells)?;
            let schema = answer.schema();
            let batches = answer.collect::<Result<Vec<_>, _>>().map_err(crate::arrow::failed)?;
            Ok(Table::of(schema, batches))
        })
    }

    /// Closes the store. Whoever uses the engine afterwards is told so.
    fn close(&self, py: Python<'_>) -> Result<(), Failure> {
        let Some(crm) = self.crm.write().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        detached(py, || Ok(crm.store().lifecycle(&Lifecycle::Close)?))
    }
}

const QUERY: Name = Name::from_static("query");

impl Engine {
    fn store_name(&self) -> Name {
        Name::from_static(if self.sqlite.is_some() { "sqlite" } else { "memory" })
    }
}

/// A value that is given to a query.
fn cell(value: &Bound<'_, PyAny>) -> PyResult<Cell> {
    if value.is_none() {
        return Ok(Cell::Null);
    }
    if let Ok(number) = value.extract::<i64>() {
        return Ok(Cell::Int(number));
    }
    if let Ok(number) = value.extract::<f64>() {
        return Ok(Cell::Float(number));
    }
    if let Ok(bytes) = value.extract::<Vec<u8>>() {
        return Ok(Cell::Blob(bytes));
    }
    Ok(Cell::Text(value.str()?.to_str()?.into()))
}

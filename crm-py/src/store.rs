//! Stores written in Python, and the store of the core as one of them.

use std::sync::Arc;

use crm_core::base::{Clash, Id, Kind, Name, Page, Reason, Registry, StoreError, Stream};
use crm_core::change::{ChangeSet, Committed, Receipt};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};
use crm_core::store::conformance::{self, Options, Report};
use crm_core::store::{FactQuery, Lifecycle, Memory, Scan, Store, StoreInfo, Verify, VerifyReport, check};
use pyo3::exceptions::{PyKeyboardInterrupt, PyNotImplementedError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::convert::{read, write};
use crate::error::{Failure, detached, remember};

/// A store of the host's own: an object with the methods of [`Store`], which take and give plain data.
#[derive(Debug)]
pub(crate) struct HostStore(pub(crate) Py<PyAny>);

impl HostStore {
    fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: impl for<'py> FnOnce(Python<'py>) -> Result<Vec<Bound<'py, PyAny>>, Failure>,
    ) -> Result<T, StoreError> {
        Python::attach(|py| {
            let ask = || -> Result<T, Failure> {
                let arguments = PyTuple::new(py, arguments(py)?)?;
                Ok(read(&self.0.bind(py).call_method1(method, arguments)?)?)
            };
            ask().map_err(|failure| told(py, PyErr::from(failure), method))
        })
    }
}

/// The error that an exception of a host's store stands for. Exceptions of this package say which; of others the name is
/// given, and the exception itself becomes the cause of the error that the host gets to see.
fn told(py: Python<'_>, error: PyErr, method: &str) -> StoreError {
    let value = error.value(py);
    let text = |name: &str| value.getattr(name).ok()?.extract::<String>().ok();
    let reason = || Reason::from(text("reason").or_else(|| text("message")).unwrap_or_default());
    let code = text("code").unwrap_or_default();
    let told = match code.as_str() {
        "conflict" | "store-conflict" => clash(value).map(StoreError::Conflict),
        "store-unavailable" => {
            let retryable = value.getattr("retryable").and_then(|one| one.extract()).unwrap_or(false);
            Some(StoreError::Unavailable { retryable, reason: reason() })
        }
        "store-full" => Some(StoreError::Full { reason: reason() }),
        "store-read-only" => Some(StoreError::ReadOnly { reason: reason() }),
        "store-corrupt" => Some(StoreError::Corrupt { reason: reason() }),
        "invalid" | "store-malformed" => Some(StoreError::Malformed { reason: reason() }),
        "store-closed" => Some(StoreError::Closed),
        "store-unsupported" => Some(unsupported(method)),
        "cancelled" | "store-cancelled" => Some(StoreError::Cancelled),
        _ if error.is_instance_of::<PyNotImplementedError>(py) => Some(unsupported(method)),
        _ if error.is_instance_of::<PyKeyboardInterrupt>(py) => Some(StoreError::Cancelled),
        _ => None,
    };
    let name = value.get_type().name().map_or_else(|_| "exception".to_owned(), |name| name.to_string());
    let backend = StoreError::Backend { store: HOST, reason: name.into() };
    remember(error);
    told.unwrap_or(backend)
}

const HOST: Name = Name::from_static("host");

fn unsupported(method: &str) -> StoreError {
    StoreError::Unsupported { store: HOST, operation: Name::new(method).unwrap_or(HOST) }
}

fn clash(error: &Bound<'_, PyAny>) -> Option<Clash> {
    fn part<T: DeserializeOwned>(error: &Bound<'_, PyAny>, name: &str) -> Option<T> {
        read(&error.getattr(name).ok()?).ok()
    }
    Some(match part::<String>(error, "clash")?.as_str() {
        "version" => Clash::Version {
            kind: part(error, "kind")?,
            id: part(error, "id")?,
            expected: part(error, "expected")?,
            found: part(error, "found")?,
        },
        "key_taken" => {
            Clash::KeyTaken { kind: part(error, "kind")?, key: part(error, "key")?, holder: part(error, "holder")? }
        }
        "fact_differs" => Clash::FactDiffers { stream: part::<Stream>(error, "stream")?, id: part(error, "id")? },
        "changed" => Clash::Changed {
            stream: part::<Stream>(error, "stream")?,
            subject: part(error, "subject")?,
            since: part(error, "since")?,
        },
        "erased" => Clash::Erased { subject: part(error, "subject")? },
        _ => return None,
    })
}

fn given<'py, T: Serialize + ?Sized>(py: Python<'py>, value: &T) -> Result<Vec<Bound<'py, PyAny>>, Failure> {
    Ok(vec![write(py, value)?])
}

impl Store for HostStore {
    fn info(&self) -> Result<StoreInfo, StoreError> {
        self.ask("info", |_| Ok(Vec::new()))
    }

    fn load(&self, kind: &Kind, ids: &[Id]) -> Result<Vec<Option<Record>>, StoreError> {
        self.ask("load", |py| Ok(vec![write(py, kind)?, write(py, ids)?]))
    }

    fn find(&self, kind: &Kind, keys: &[Key]) -> Result<Vec<Option<Id>>, StoreError> {
        self.ask("find", |py| Ok(vec![write(py, kind)?, write(py, keys)?]))
    }

    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError> {
        self.ask("scan", |py| given(py, query))
    }

    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError> {
        self.ask("facts", |py| given(py, query))
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt, StoreError> {
        self.ask("commit", |py| given(py, changes))
    }

    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError> {
        self.ask("changes", |py| Ok(vec![write(py, &after)?, write(py, &limit)?]))
    }

    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError> {
        self.ask("verify", |py| given(py, scope))
    }

    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError> {
        self.ask("lifecycle", |py| given(py, step))
    }
}

/// The store of the core that keeps everything in the process, as an object of the same shape: to be wrapped by stores of
/// the host's own.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(Memory);

type Answer<'py> = Result<Bound<'py, PyAny>, Failure>;

#[pymethods]
impl MemoryStore {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn info<'py>(&self, py: Python<'py>) -> Answer<'py> {
        Ok(write(py, &self.0.info()?)?)
    }

    fn load<'py>(&self, py: Python<'py>, kind: &Bound<'py, PyAny>, ids: &Bound<'py, PyAny>) -> Answer<'py> {
        let (kind, ids): (Kind, Vec<Id>) = (read(kind)?, read(ids)?);
        Ok(write(py, &detached(py, || Ok(self.0.load(&kind, &ids)?))?)?)
    }

    fn find<'py>(&self, py: Python<'py>, kind: &Bound<'py, PyAny>, keys: &Bound<'py, PyAny>) -> Answer<'py> {
        let (kind, keys): (Kind, Vec<Key>) = (read(kind)?, read(keys)?);
        Ok(write(py, &detached(py, || Ok(self.0.find(&kind, &keys)?))?)?)
    }

    fn scan<'py>(&self, py: Python<'py>, query: &Bound<'py, PyAny>) -> Answer<'py> {
        let query: Scan = read(query)?;
        Ok(write(py, &detached(py, || Ok(self.0.scan(&query)?))?)?)
    }

    fn facts<'py>(&self, py: Python<'py>, query: &Bound<'py, PyAny>) -> Answer<'py> {
        let query: FactQuery = read(query)?;
        Ok(write(py, &detached(py, || Ok(self.0.facts(&query)?))?)?)
    }

    fn commit<'py>(&self, py: Python<'py>, changes: &Bound<'py, PyAny>) -> Answer<'py> {
        let changes: ChangeSet = read(changes)?;
        Ok(write(py, &detached(py, || Ok(self.0.commit(&changes)?))?)?)
    }

    fn changes<'py>(&self, py: Python<'py>, after: u64, limit: usize) -> Answer<'py> {
        Ok(write(py, &detached(py, || Ok(self.0.changes(after, limit)?))?)?)
    }

    fn verify<'py>(&self, py: Python<'py>, scope: &Bound<'py, PyAny>) -> Answer<'py> {
        let scope: Verify = read(scope)?;
        Ok(write(py, &detached(py, || Ok(self.0.verify(&scope)?))?)?)
    }

    fn lifecycle(&self, py: Python<'_>, step: &Bound<'_, PyAny>) -> Result<(), Failure> {
        let step: Lifecycle = read(step)?;
        detached(py, || Ok(self.0.lifecycle(&step)?))
    }
}

/// Checks the form of a change set, and gives the registry as it is after it.
#[pyfunction]
pub(crate) fn check_changes<'py>(
    py: Python<'py>,
    changes: &Bound<'py, PyAny>,
    registry: &Bound<'py, PyAny>,
) -> Answer<'py> {
    let (changes, registry): (ChangeSet, Registry) = (read(changes)?, read(registry)?);
    Ok(write(py, check(&changes, &registry)?.as_ref())?)
}

/// Puts a store of the host's own through the suite: `open(place)` gives one.
#[pyfunction]
pub(crate) fn check_store<'py>(py: Python<'py>, open: &Bound<'py, PyAny>, options: &Bound<'py, PyAny>) -> Answer<'py> {
    let (open, options) = (open.clone().unbind(), read::<Options>(options)?);
    let report: Report = detached(py, || {
        let open = |place: u64| -> Result<Arc<dyn Store>, StoreError> {
            let opened = Python::attach(|py| open.call1(py, (place,)).map_err(|error| told(py, error, "open")));
            Ok(Arc::new(HostStore(opened?)))
        };
        Ok(conformance::run(&open, &options))
    })?;
    Ok(write(py, &report)?)
}

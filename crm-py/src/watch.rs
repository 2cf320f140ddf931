//! Who waits for work in Python: Ctrl-C, and a callback that wants to know how far it is.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use crm_core::base::{Progress, Watch};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// How often the interpreter is asked for signals, and told of progress.
const EVERY: Duration = Duration::from_millis(20);

/// Looks for signals, and tells a callback. Both only on the thread that Python called on: it is the one that may handle
/// signals, and the one that callbacks expect.
#[derive(Debug)]
pub(crate) struct Host {
    thread: ThreadId,
    callback: Option<Py<PyAny>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    asked: Instant,
    raised: Option<PyErr>,
}

impl Host {
    /// Watches for signals, and for the callback of the `with crm_core.progress(...)` around the call.
    pub(crate) fn new(py: Python<'_>) -> PyResult<Self> {
        let state = Mutex::new(State { asked: now(), raised: None });
        Ok(Self { thread: thread::current().id(), callback: callback(py)?, state })
    }

    /// What a signal or the callback raised.
    pub(crate) fn raised(&self) -> Option<PyErr> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).raised.take()
    }

    fn ask(&self, py: Python<'_>, progress: Progress) -> PyResult<()> {
        py.check_signals()?;
        if let Some(callback) = &self.callback
            && (progress.done, progress.total) != (0, None)
        {
            callback.call1(py, (progress.done, progress.total))?;
        }
        Ok(())
    }
}

impl Watch for Host {
    fn goes_on(&self, progress: Progress) -> bool {
        if thread::current().id() != self.thread {
            return true;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.raised.is_some() {
            return false;
        }
        let now = now();
        if now.duration_since(state.asked) < EVERY {
            return true;
        }
        state.asked = now;
        state.raised = Python::attach(|py| self.ask(py, progress)).err();
        state.raised.is_none()
    }
}

/// The callback that this thread or task has asked for.
fn callback(py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
    static CURRENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let current = CURRENT.import(py, "crm_core._progress", "CURRENT")?;
    let callback = current.call_method0(pyo3::intern!(py, "get"))?;
    Ok(if callback.is_none() { None } else { Some(callback.unbind()) })
}

#[allow(clippy::disallowed_methods, reason = "it measures how long somebody has waited, which no answer depends on")]
fn now() -> Instant {
    Instant::now()
}

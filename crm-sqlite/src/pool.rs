//! The connections that read, and who has one.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};

use crm_core::store::StoreError;

use crate::error::{Fail, NAME, Result};
use crate::guard::Counted;
use crate::open::{Role, connect};
use crate::options::Options;
use crate::session::Session;

/// A few reading connections, opened when they are first needed.
pub(crate) struct Pool {
    path: PathBuf,
    options: Options,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Session>,
    /// How many there are, idle or at work.
    open: usize,
    /// How many calls wait for one.
    waiting: usize,
}

impl Pool {
    pub(crate) fn new(path: PathBuf, options: Options) -> Self {
        Self { path, options, state: Mutex::default(), returned: Condvar::new() }
    }

    /// Runs a question on a connection, as soon as one is free.
    pub(crate) fn run<T>(&self, question: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let mut lent = Lent { pool: self, session: self.take()? };
        let session = match &mut lent.session {
            Some(session) => session,
            empty => empty.insert(Session::new(
                connect(&self.path, &self.options, Role::Read)?,
                Some(Counted::connection(&self.path)),
            )),
        };
        question(session)
    }

    /// An idle session, or the right to open one.
    fn take(&self) -> Result<Option<Session>> {
        let mut state = self.state.lock().map_err(|_| poisoned())?;
        loop {
            if let Some(session) = state.idle.pop() {
                return Ok(Some(session));
            }
            if state.open < self.options.readers.max(1) {
                state.open += 1;
                return Ok(None);
            }
            state.waiting += 1;
            state = self.returned.wait(state).map_err(|_| poisoned())?;
            state.waiting -= 1;
        }
    }
}

/// A session that goes back to the pool, unless the call that had it panicked or left a transaction open.
struct Lent<'a> {
    pool: &'a Pool,
    session: Option<Session>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let sound = self.session.take().filter(|session| !std::thread::panicking() && session.conn.is_autocommit());
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        match sound {
            Some(session) => state.idle.push(session),
            None => state.open -= 1,
        }
        let awaited = state.waiting > 0;
        drop(state);
        if awaited {
            self.pool.returned.notify_one();
        }
    }
}

/// A panic may have left something half done.
pub(crate) fn poisoned() -> Fail {
    Fail::Store(StoreError::Backend { store: NAME, reason: "poisoned by a panic; open the store again".into() })
}

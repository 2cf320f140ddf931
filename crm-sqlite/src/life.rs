//! The steps in the life of a store: suspension, snapshots, scrubbing, and the search for what should be gone.

use std::path::{Path, PathBuf};

use crm_core::base::Text;
#[cfg(doc)]
use crm_core::store::Lifecycle;
use crm_core::store::{StoreError, VerifyReport};
use rusqlite::MAIN_DB;

use crate::error::{Fail, Result};
use crate::guard::{self, Counted};
use crate::open::{self, Role};
use crate::sqlite::{Open, Place, Sqlite, State, write_back};
use crate::{residue, verify};

impl Sqlite {
    /// Writes a copy of the store as it is now to a path where nothing is yet. It is a store of its own, without what was
    /// deleted, and may be opened with anything that reads SQLite. The same as [`Lifecycle::SnapshotTo`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the path is taken or cannot be written, [`StoreError::Full`] when there is no room;
    /// nothing is left there then.
    pub fn snapshot_to(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        Ok(self.snapshot(path.as_ref())?)
    }

    pub(crate) fn suspend(&self) -> Result<()> {
        let mut state = self.change()?;
        *state = match std::mem::replace(&mut *state, State::Closed) {
            State::Open(open) => State::Suspended(matches!(self.place, Place::Process).then_some(open)),
            other => other,
        };
        if matches!(*state, State::Closed) { Err(StoreError::Closed.into()) } else { Ok(()) }
    }

    pub(crate) fn resume(&self) -> Result<()> {
        let mut state = self.change()?;
        match &mut *state {
            State::Suspended(kept) => {
                let open = kept.take().map_or_else(|| Open::new(&self.place, &self.options).map(Box::new), Ok)?;
                *state = State::Open(open);
            }
            State::Open(_) | State::Closed => {}
        }
        state.open().map(drop)
    }

    /// Writes a copy beside the path and moves it there, so that there is never half a snapshot.
    pub(crate) fn snapshot(&self, path: &Path) -> Result<()> {
        let failed = |what: &str, error: &std::io::Error| {
            let reason = format!("the snapshot cannot be {what}: {}", error.kind()).into();
            Fail::Store(StoreError::Unavailable { retryable: false, reason })
        };
        open::check_path(path)?;
        let state = self.state()?;
        let open = state.open()?;
        if path.exists() {
            let reason = "the path of the snapshot is taken".into();
            return Err(StoreError::Unavailable { retryable: false, reason }.into());
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push("-partial");
        let partial = PathBuf::from(partial);
        if partial.exists() {
            std::fs::remove_file(&partial).map_err(|error| failed("begun", &error))?;
        }
        let name = partial.to_str().ok_or_else(|| Fail::malformed("the path of a snapshot is not UTF-8"))?;
        let done = match &self.place {
            Place::File(own) => {
                let _counted = Counted::connection(own);
                open::connect(own, &self.options, Role::Write)?.execute("VACUUM INTO ?1", [name])
            }
            Place::Process => open.writer()?.session.conn.execute("VACUUM INTO ?1", [name]),
        };
        if let Err(error) = done {
            let _ = std::fs::remove_file(&partial);
            return Err(error.into());
        }
        let kept = std::fs::File::open(&partial).and_then(|file| file.sync_all());
        kept.and_then(|()| std::fs::rename(&partial, path)).map_err(|error| failed("moved to its place", &error))
    }

    pub(crate) fn scrub(&self) -> Result<()> {
        let state = self.state()?;
        let writer = state.open()?.writer()?;
        let conn = &writer.session.conn;
        // What is rebuilt goes through a temporary file: it may be larger than the memory.
        conn.execute_batch("PRAGMA temp_store = FILE")?;
        let done = conn.execute_batch("REINDEX; VACUUM");
        conn.execute_batch("PRAGMA temp_store = MEMORY")?;
        done?;
        if matches!(self.place, Place::Process) || write_back(conn)? {
            return Ok(());
        }
        let reason = "somebody is reading, so the old content stays in the log until the next scrub".into();
        Err(StoreError::Unavailable { retryable: true, reason }.into())
    }

    pub(crate) fn residue(&self, texts: &[Text]) -> Result<VerifyReport> {
        let mut state = self.change()?;
        let checked = state.open()?.read(|session| session.ask_many(|conn, known| verify::count(conn, known)))?;
        let problems = match &self.place {
            Place::Process => {
                let mut writer = state.open()?.writer()?;
                let bytes = writer.session.conn.serialize(MAIN_DB)?;
                residue::in_bytes(&bytes, texts)
            }
            Place::File(path) if !guard::is_alone(path) => {
                let reason = "another store of this process has the file open".into();
                return Err(StoreError::Unavailable { retryable: true, reason }.into());
            }
            Place::File(path) => {
                *state = State::Suspended(None);
                let problems = residue::in_files(path, texts);
                *state = State::Open(Box::new(Open::new(&self.place, &self.options)?));
                problems?
            }
        };
        Ok(VerifyReport { checked, problems })
    }
}

//! The store itself: which connections there are, and which call goes where.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

use crm_core::base::{Id, Kind, Page};
use crm_core::change::{Change, ChangeSet, Committed, Receipt};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};
use crm_core::store::{FactQuery, Lifecycle, Scan, Store, StoreError, StoreInfo, Verify, VerifyReport, page_limit};
use rusqlite::Connection;

use crate::error::{Fail, NAME, Result};
use crate::open::{self, Role, SCHEMA};
use crate::options::Options;
use crate::pool::{Pool, poisoned};
use crate::session::{Known, Session};
use crate::write::Writer;
use crate::{facts, feed, records, verify};

/// A store in one SQLite file.
///
/// One connection writes; a few others read at the same time, and each answer comes from one state of the file. Other
/// processes may open the same file with this library. Nobody may open it with another copy of SQLite in the same
/// process: the two would destroy each other's locks.
///
/// ```
/// use crm_core::base::{Declaration, Id, Kind, Name, Target, Timestamp};
/// use crm_core::change::{Change, ChangeSet};
/// use crm_core::record::Record;
/// use crm_core::store::{Scan, Store};
/// use crm_sqlite::Sqlite;
///
/// let store = Sqlite::in_memory()?;
/// let note = Kind::from_static("note");
/// let mut record = Record::new(note.clone(), Id::derived("example", "1"));
/// record.fields.set(Name::from_static("text"), "called back");
///
/// let mut changes = ChangeSet::new(Timestamp::EPOCH);
/// changes.changes.push(Change::Declare(Declaration { target: Target::Kind(note.clone()), fields: Vec::new() }));
/// changes.put(record.clone());
/// assert_eq!(store.commit(&changes)?.written, 1);
/// assert_eq!(store.scan(&Scan::all(note))?.items, [record]);
/// # Ok::<(), crm_core::store::StoreError>(())
/// ```
pub struct Sqlite {
    place: Place,
    options: Options,
    state: RwLock<State>,
}

/// Where the store is.
enum Place {
    File(PathBuf),
    Process,
}

enum State {
    Open(Box<Open>),
    Suspended,
    Closed,
}

/// The connections of an open store. Calls hold the state for reading, so that it cannot be closed under them.
struct Open {
    writer: Mutex<Writer>,
    /// None for a store in the process, whose one connection does all.
    readers: Option<Pool>,
}

/// How often a commit is tried while others are in between.
const COMMIT_TRIES: u32 = 10;

impl Sqlite {
    /// Opens the store in a file, which is made if it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the file is not a store of this library, [`StoreError::SchemaTooNew`] when a newer
    /// version has written it, [`StoreError::ReadOnly`] and [`StoreError::Unavailable`] when it cannot be used where it
    /// is. The file is as it was then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, Options::default())
    }

    /// Opens the store in a file in another way than usual. Errors as [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Self, StoreError> {
        let path = path.as_ref();
        open::check_path(path)?;
        Self::start(Place::File(path.to_owned()), options)
    }

    /// Opens an empty store that lives and dies with this value.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::start(Place::Process, Options::default())
    }

    fn start(place: Place, options: Options) -> Result<Self, StoreError> {
        let open = Open::new(&place, &options)?;
        Ok(Self { place, options, state: RwLock::new(State::Open(Box::new(open))) })
    }

    fn state(&self) -> Result<RwLockReadGuard<'_, State>> {
        self.state.read().map_err(|_| poisoned())
    }

    fn ask<T>(&self, question: impl Fn(&Connection, &mut Known) -> Result<T>) -> Result<T, StoreError> {
        Ok(self.state()?.open()?.read(|session| session.ask(&question))?)
    }

    fn ask_many<T>(&self, question: impl Fn(&Connection, &mut Known) -> Result<T>) -> Result<T, StoreError> {
        Ok(self.state()?.open()?.read(|session| session.ask_many(&question))?)
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("options", &self.options).finish_non_exhaustive()
    }
}

impl State {
    fn open(&self) -> Result<&Open> {
        if let Self::Open(open) = self { Ok(open) } else { Err(StoreError::Closed.into()) }
    }
}

impl Open {
    fn new(place: &Place, options: &Options) -> Result<Self> {
        let (mut conn, readers) = match place {
            Place::File(path) => {
                (open::connect(path, options, Role::Write)?, Some(Pool::new(path.clone(), options.clone())))
            }
            Place::Process => (open::in_memory(options)?, None),
        };
        open::migrate(&mut conn)?;
        Ok(Self { writer: Mutex::new(Writer::new(Session::new(conn))), readers })
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>> {
        self.writer.lock().map_err(|_| poisoned())
    }

    fn read<T>(&self, question: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        match &self.readers {
            Some(pool) => pool.run(question),
            None => question(&mut self.writer()?.session),
        }
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt> {
        let mut writer = self.writer()?;
        let mut tries = 1;
        let receipt = loop {
            match writer.commit(changes) {
                Err(fail) if fail.passes_with_time() && tries < COMMIT_TRIES => tries += 1,
                done => break done?,
            }
        };
        if changes.changes.iter().any(|change| matches!(change, Change::Erase { .. })) {
            // What was erased stands in the log until it is written back. A reader elsewhere may put that off; the next
            // checkpoint does it then.
            let _ = write_back(&writer.session.conn);
        }
        Ok(receipt)
    }
}

/// Writes the log back into the file and empties it. Says whether nobody was in the way.
pub(crate) fn write_back(conn: &Connection) -> Result<bool> {
    let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

impl Store for Sqlite {
    fn info(&self) -> Result<StoreInfo, StoreError> {
        self.ask_many(|conn, known| {
            let seq: i64 =
                conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM _commit")?.query_row([], |row| row.get(0))?;
            Ok(StoreInfo {
                name: NAME,
                schema: SCHEMA,
                registry: known.layout.registry.clone(),
                seq: seq as u64,
                durable: matches!(self.place, Place::File(_)),
                filters: true,
                snapshots: true,
            })
        })
    }

    fn load(&self, kind: &Kind, ids: &[Id]) -> Result<Vec<Option<Record>>, StoreError> {
        let load = |conn: &Connection, known: &mut Known| match known.kind(conn, kind)? {
            Some(table) => ids.iter().map(|id| records::load(conn, known, &table, kind, *id)).collect(),
            None => Ok(vec![None; ids.len()]),
        };
        if ids.len() == 1 { self.ask(load) } else { self.ask_many(load) }
    }

    fn find(&self, kind: &Kind, keys: &[Key]) -> Result<Vec<Option<Id>>, StoreError> {
        self.ask_many(|conn, _| keys.iter().map(|key| records::holder(conn, kind, key)).collect())
    }

    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError> {
        let limit = page_limit(query.limit)?;
        self.ask(|conn, known| records::scan(conn, known, query, limit))
    }

    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError> {
        let limit = page_limit(query.limit)?;
        let one = query.ids.is_none() && query.subjects.as_ref().is_none_or(|subjects| subjects.len() == 1);
        let page = |conn: &Connection, known: &mut Known| facts::page(conn, known, query, limit);
        if one { self.ask(page) } else { self.ask_many(page) }
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt, StoreError> {
        Ok(self.state()?.open()?.commit(changes)?)
    }

    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError> {
        let limit = page_limit(limit)?;
        self.ask_many(|conn, known| feed::changes(conn, known, after, limit))
    }

    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError> {
        match scope {
            Verify::Quick => self.ask_many(verify::quick),
            Verify::Full => self.ask_many(verify::full),
            Verify::Residue(texts) => {
                let mut state = self.state.write().map_err(|_| StoreError::from(poisoned()))?;
                state.open()?;
                let _ = texts;
                let _ = &mut state;
                Err(StoreError::Unsupported { store: NAME, operation: crm_core::base::Name::from_static("residue") })
            }
            _ => Err(StoreError::Unsupported { store: NAME, operation: crm_core::base::Name::from_static("verify") }),
        }
    }

    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError> {
        let mut state = self.state.write().map_err(|_| StoreError::from(poisoned()))?;
        match step {
            Lifecycle::Close => *state = State::Closed,
            Lifecycle::Suspend => {
                state.open()?;
                *state = State::Suspended;
            }
            Lifecycle::Resume => match &*state {
                State::Suspended => *state = State::Open(Box::new(Open::new(&self.place, &self.options)?)),
                state => drop(state.open()?),
            },
            Lifecycle::SnapshotTo(path) => {
                open::check_path(path)?;
                let path = path.to_str().ok_or_else(|| Fail::malformed("the path of a snapshot is not UTF-8"))?;
                let open = state.open()?;
                open.writer()?.session.conn.execute("VACUUM INTO ?1", [path]).map_err(Fail::from)?;
            }
            Lifecycle::Scrub => {
                let open = state.open()?;
                let writer = open.writer()?;
                writer.session.conn.execute_batch("REINDEX; VACUUM").map_err(Fail::from)?;
                write_back(&writer.session.conn)?;
            }
            _ => {
                return Err(StoreError::Unsupported {
                    store: NAME,
                    operation: crm_core::base::Name::from_static("step"),
                });
            }
        }
        Ok(())
    }
}

//! The store itself: which connections there are, and which call goes where.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crm_core::base::{Id, Kind, Name, Page, Reason};
use crm_core::change::{Change, ChangeSet, Committed, Receipt};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};
use crm_core::store::{FactQuery, Lifecycle, Scan, Store, StoreError, StoreInfo, Verify, VerifyReport, page_limit};
use rusqlite::Connection;

use crate::error::{NAME, Result};
use crate::guard::Counted;
use crate::keys::holder;
use crate::open::{self, Role, SCHEMA};
use crate::options::Options;
use crate::pool::{Pool, poisoned};
use crate::reserve::Reserve;
use crate::session::{Known, Session};
use crate::write::Writer;
use crate::{fact_pages, feed, guard, records, verify};

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
    pub(crate) place: Place,
    pub(crate) options: Options,
    state: RwLock<State>,
}

/// Where the store is.
pub(crate) enum Place {
    File(PathBuf),
    Process,
}

pub(crate) enum State {
    Open(Box<Open>),
    /// A store in the process has nothing else to be kept in than its connection.
    Suspended(Option<Box<Open>>),
    Closed,
}

/// The connections of an open store. Calls hold the state for reading, so that it cannot be closed under them.
pub(crate) struct Open {
    writer: Mutex<Writer>,
    /// None for a store in the process, whose one connection does all.
    readers: Option<Pool>,
    reserve: Option<Reserve>,
    _counted: Option<Counted>,
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
        Self::start(Place::File(guard::canonical(path)), options)
    }

    /// Opens an empty store that lives and dies with this value.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::start(Place::Process, Options::default())
    }

    /// What this process does that endangers the file, as far as the library can see it: other handles on the file, and
    /// other copies of SQLite. Nothing is found on systems without `/proc`.
    pub fn warnings(&self) -> Vec<Reason> {
        match &self.place {
            Place::File(path) => guard::warnings(path),
            Place::Process => Vec::new(),
        }
    }

    fn start(place: Place, options: Options) -> Result<Self, StoreError> {
        let open = Open::new(&place, &options)?;
        Ok(Self { place, options, state: RwLock::new(State::Open(Box::new(open))) })
    }

    pub(crate) fn state(&self) -> Result<RwLockReadGuard<'_, State>> {
        self.state.read().map_err(|_| poisoned())
    }

    /// The state, when no call is under way.
    pub(crate) fn change(&self) -> Result<RwLockWriteGuard<'_, State>> {
        self.state.write().map_err(|_| poisoned())
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
    pub(crate) fn open(&self) -> Result<&Open> {
        if let Self::Open(open) = self { Ok(open) } else { Err(StoreError::Closed.into()) }
    }
}

impl Open {
    pub(crate) fn new(place: &Place, options: &Options) -> Result<Self> {
        let (mut conn, readers, counted) = match place {
            Place::File(path) => {
                let counted = [Counted::store(path), Counted::connection(path)];
                let pool = Pool::new(path.clone(), options.clone());
                (open::connect(path, options, Role::Write)?, Some(pool), Some(counted))
            }
            Place::Process => (open::in_memory(options)?, None, None),
        };
        open::migrate(&mut conn)?;
        let [store, connection] = counted.map_or([None, None], |counted| counted.map(Some));
        let writer = Mutex::new(Writer::new(Session::new(conn, connection)));
        let reserve = match place {
            Place::File(path) => Some(Reserve::of(path)),
            Place::Process => None,
        };
        reserve.iter().for_each(Reserve::keep);
        Ok(Self { writer, readers, reserve, _counted: store })
    }

    pub(crate) fn writer(&self) -> Result<MutexGuard<'_, Writer>> {
        self.writer.lock().map_err(|_| poisoned())
    }

    pub(crate) fn read<T>(&self, question: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        match &self.readers {
            Some(pool) => pool.run(question),
            None => question(&mut self.writer()?.session),
        }
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt> {
        let erases = changes.changes.iter().any(|change| matches!(change, Change::Erase { .. }));
        let mut writer = self.writer()?;
        let mut tries = 1;
        let receipt = loop {
            match writer.commit(changes) {
                Err(fail) if fail.passes_with_time() && tries < COMMIT_TRIES => tries += 1,
                // An erasure must be possible even then.
                Err(fail) if fail.is_full() && erases && self.reserve.as_ref().is_some_and(Reserve::give_up) => {}
                done => break done?,
            }
        };
        if erases {
            // What was erased stands in the log until it is written back. A reader elsewhere may put that off; the next
            // checkpoint does it then.
            let _ = write_back(&writer.session.conn);
            self.reserve.iter().for_each(Reserve::keep);
        }
        Ok(receipt)
    }
}

/// Writes the log back into the file and empties it. Says whether nobody was in the way.
pub(crate) fn write_back(conn: &Connection) -> Result<bool> {
    conn.busy_timeout(Duration::from_millis(200))?;
    let busy = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    conn.busy_timeout(open::PATIENCE)?;
    Ok(busy? == 0)
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
        let find = |conn: &Connection, known: &mut Known| match known.kind(conn, kind)? {
            Some(table) => keys.iter().map(|key| holder(conn, &table, kind, key)).collect(),
            None => Ok(vec![None; keys.len()]),
        };
        if keys.len() == 1 { self.ask(find) } else { self.ask_many(find) }
    }

    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError> {
        let limit = page_limit(query.limit)?;
        let page = |conn: &Connection, known: &mut Known| records::scan(conn, known, query, limit);
        let one = query.subjects.as_ref().is_none_or(|ids| ids.len() <= 1);
        if one { self.ask(page) } else { self.ask_many(page) }
    }

    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError> {
        let limit = page_limit(query.limit)?;
        let one = match (&query.ids, &query.subjects) {
            (Some(ids), _) | (None, Some(ids)) => ids.len() <= 1,
            (None, None) => true,
        };
        let page = |conn: &Connection, known: &mut Known| fact_pages::page(conn, known, query, limit);
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
            Verify::Residue(texts) => Ok(self.residue(texts)?),
            _ => Err(unsupported("verify")),
        }
    }

    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError> {
        let done = match step {
            Lifecycle::Close => self.change().map(|mut state| *state = State::Closed),
            Lifecycle::Suspend => self.suspend(),
            Lifecycle::Resume => self.resume(),
            Lifecycle::SnapshotTo(path) => self.snapshot(path),
            Lifecycle::Scrub => self.scrub(),
            _ => Err(unsupported("step").into()),
        };
        Ok(done?)
    }
}

fn unsupported(operation: &'static str) -> StoreError {
    StoreError::Unsupported { store: NAME, operation: Name::from_static(operation) }
}

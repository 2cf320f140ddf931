//! A connection and what it remembers of the file, so as not to ask again and again.

use std::collections::HashMap;
use std::sync::Arc;

use crm_core::base::{Currency, Id, Kind, Money, Name, Stream, Text};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Statement, StatementStatus};

use crate::column;
use crate::error::{Fail, Result};
use crate::guard::Counted;
use crate::layout::{Layout, Table};

/// A connection with its caches.
pub(crate) struct Session {
    pub(crate) conn: Connection,
    pub(crate) known: Known,
    _counted: Option<Counted>,
}

/// How often a question is asked anew because the tables grew meanwhile.
const STALE_RETRIES: u32 = 20;

impl Session {
    pub(crate) fn new(conn: Connection, counted: Option<Counted>) -> Self {
        conn.set_prepared_statement_cache_capacity(256);
        Self { conn, known: Known::default(), _counted: counted }
    }

    /// Answers a question that takes a single statement, prepared with [`Known::prepare`] and checked with
    /// [`Known::check`].
    pub(crate) fn ask<T>(&mut self, question: impl Fn(&Connection, &mut Known) -> Result<T>) -> Result<T> {
        for _ in 0..STALE_RETRIES {
            match question(&self.conn, &mut self.known) {
                Err(Fail::Stale) => self.learn()?,
                answer => return answer,
            }
        }
        Err(Fail::Stale)
    }

    /// Answers a question that takes several statements, all of which see the same state of the file.
    pub(crate) fn ask_many<T>(&mut self, question: impl Fn(&Connection, &mut Known) -> Result<T>) -> Result<T> {
        self.conn.prepare_cached("BEGIN")?.execute([])?;
        let answer = self.refresh().and_then(|()| question(&self.conn, &mut self.known));
        let end = if answer.is_ok() { "COMMIT" } else { "ROLLBACK" };
        if !self.conn.is_autocommit() {
            self.conn.prepare_cached(end)?.execute([])?;
        }
        answer
    }

    /// Learns the layout again if it has changed. The caller has a transaction open.
    pub(crate) fn refresh(&mut self) -> Result<()> {
        if Layout::current_version(&self.conn)? != self.known.layout.version {
            self.known.layout = Arc::new(Layout::load(&self.conn)?);
        }
        Ok(())
    }

    fn learn(&mut self) -> Result<()> {
        self.ask_many(|_, _| Ok(()))
    }
}

/// What a session remembers. All of it holds for ever, but for the layout, whose version is checked with every answer.
pub(crate) struct Known {
    pub(crate) layout: Arc<Layout>,
    names: Vec<Option<Name>>,
    texts: Vec<Option<Text>>,
    currencies: Vec<Option<Currency>>,
    ids: Box<[(i64, Id)]>,
    keys: HashMap<Id, i64>,
}

/// How many ids of subjects are remembered; a power of two.
const IDS: usize = 1 << 16;
/// How many words are remembered.
const WORDS: usize = 1 << 16;

impl Default for Known {
    fn default() -> Self {
        Self {
            layout: Arc::default(),
            names: Vec::new(),
            texts: Vec::new(),
            currencies: Vec::new(),
            ids: vec![(0, Id::NIL); IDS].into_boxed_slice(),
            keys: HashMap::new(),
        }
    }
}

/// The entry at a place of a list that is filled as it is asked.
fn remembered<T: Clone>(list: &mut Vec<Option<T>>, number: i64, find: impl FnOnce() -> Result<Option<T>>) -> Result<T> {
    let place = usize::try_from(number).map_err(|_| column::odd())?;
    if let Some(Some(entry)) = list.get(place) {
        return Ok(entry.clone());
    }
    let entry = find()?.ok_or_else(|| Fail::corrupt("a word or a currency is missing"))?;
    if place < WORDS {
        list.resize(list.len().max(place + 1), None);
        list[place] = Some(entry.clone());
    }
    Ok(entry)
}

fn spelled(conn: &Connection, number: i64) -> Result<Option<String>> {
    let mut find = conn.prepare_cached("SELECT word FROM _word WHERE w = ?1")?;
    Ok(find.query_row([number], |row| row.get(0)).optional()?)
}

impl Known {
    /// Forgets the tables, which an undone transaction may have changed.
    pub(crate) fn forget_layout(&mut self) {
        self.layout = Arc::default();
    }

    /// Prepares a statement that was written by the known layout. One that is new is compared with the file's.
    pub(crate) fn prepare<'c>(&self, conn: &'c Connection, sql: &str) -> Result<CachedStatement<'c>> {
        let statement = conn.prepare_cached(sql)?;
        if statement.get_status(StatementStatus::Run) == 0 {
            self.compare(conn)?;
        }
        Ok(statement)
    }

    /// Whether a statement has seen the tables as they were when it was prepared. To be asked at its first row: the
    /// tables cannot change under an answer, but between the preparation and the answer they can.
    pub(crate) fn check(&self, conn: &Connection, row: &Row<'_>) -> Result<()> {
        let statement: &Statement<'_> = row.as_ref();
        if statement.reset_status(StatementStatus::RePrepare) == 0 { Ok(()) } else { self.compare(conn) }
    }

    fn compare(&self, conn: &Connection) -> Result<()> {
        if Layout::current_version(conn)? == self.layout.version { Ok(()) } else { Err(Fail::Stale) }
    }

    /// The table of a kind, unless the file has none.
    pub(crate) fn kind(&self, conn: &Connection, kind: &Kind) -> Result<Option<Arc<Table>>> {
        let table = self.layout.kind(kind).cloned();
        self.confirm(conn, table)
    }

    /// The table of a stream, unless the file has none.
    pub(crate) fn stream(&self, conn: &Connection, stream: &Stream) -> Result<Option<Arc<Table>>> {
        let table = self.layout.stream(stream).cloned();
        self.confirm(conn, table)
    }

    /// That there is no table is believed of the present layout only.
    fn confirm(&self, conn: &Connection, table: Option<Arc<Table>>) -> Result<Option<Arc<Table>>> {
        if table.is_none() {
            self.compare(conn)?;
        }
        Ok(table)
    }

    /// The word with a number, as a name.
    pub(crate) fn word(&mut self, conn: &Connection, number: i64) -> Result<Name> {
        remembered(&mut self.names, number, || Ok(spelled(conn, number)?.and_then(|word| Name::new(&word).ok())))
    }

    /// The word with a number, as a text.
    pub(crate) fn text(&mut self, conn: &Connection, number: i64) -> Result<Text> {
        remembered(&mut self.texts, number, || Ok(spelled(conn, number)?.map(Text::from)))
    }

    /// An amount in the currency with a number.
    pub(crate) fn money(&mut self, conn: &Connection, minor: i64, currency: i64) -> Result<Money> {
        let find = || {
            let mut find = conn.prepare_cached("SELECT numeric FROM _currency WHERE c = ?1")?;
            let numeric: Option<u16> = find.query_row([currency], |row| row.get(0)).optional()?;
            Ok(numeric.and_then(|numeric| Currency::from_numeric(numeric).ok()))
        };
        remembered(&mut self.currencies, currency, find).map(|currency| Money::new(minor, currency))
    }

    /// The id of the subject with a number.
    pub(crate) fn subject(&mut self, conn: &Connection, k: i64) -> Result<Id> {
        let place = k as usize & (IDS - 1);
        if self.ids[place].0 == k {
            return Ok(self.ids[place].1);
        }
        let mut statement = conn.prepare_cached("SELECT id FROM _subject WHERE k = ?1")?;
        let mut rows = statement.query([k])?;
        let row = rows.next()?.ok_or_else(|| Fail::corrupt("a subject is missing"))?;
        let id = column::id(row.get_ref(0)?)?;
        self.ids[place] = (k, id);
        Ok(id)
    }

    /// The number of a subject that facts or records are about.
    pub(crate) fn subject_key(&mut self, conn: &Connection, id: Id) -> Result<Option<i64>> {
        if let Some(k) = self.keys.get(&id) {
            return Ok(Some(*k));
        }
        let mut statement = conn.prepare_cached("SELECT k FROM _subject WHERE id = ?1")?;
        let k = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
        if let Some(k) = k {
            if self.keys.len() >= IDS {
                self.keys.clear();
            }
            self.keys.insert(id, k);
        }
        Ok(k)
    }

    /// The numbers of the subjects that anything is about, in their order and each once.
    pub(crate) fn subject_keys(&mut self, conn: &Connection, ids: &[Id]) -> Result<Vec<i64>> {
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            numbers.extend(self.subject_key(conn, *id)?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }
}

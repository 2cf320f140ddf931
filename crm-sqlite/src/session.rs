//! A connection and what it remembers of the file, so as not to ask again and again.

use std::collections::HashMap;
use std::sync::Arc;

use crm_core::base::{Id, Kind, Name, Stream};
use rusqlite::{Connection, OptionalExtension};

use crate::column;
use crate::error::{Fail, Result};
use crate::layout::{Layout, Table};

/// A connection with its caches.
pub(crate) struct Session {
    pub(crate) conn: Connection,
    pub(crate) known: Known,
}

/// How often a question is asked anew because the tables grew meanwhile.
const STALE_RETRIES: u32 = 20;

impl Session {
    pub(crate) fn new(conn: Connection) -> Self {
        conn.set_prepared_statement_cache_capacity(256);
        Self { conn, known: Known::default() }
    }

    /// Answers a question that takes a single statement. That statement selects the layout's version in its first
    /// column and passes it to [`Known::check`].
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
    words: Vec<Option<Name>>,
    ids: Box<[(i64, Id)]>,
    keys: HashMap<Id, i64>,
}

/// How many ids of subjects are remembered; a power of two.
const IDS: usize = 1 << 16;

impl Default for Known {
    fn default() -> Self {
        let ids = vec![(0, Id::NIL); IDS].into_boxed_slice();
        Self { layout: Arc::default(), words: Vec::new(), ids, keys: HashMap::new() }
    }
}

impl Known {
    /// Forgets the tables, which an undone transaction may have changed.
    pub(crate) fn forget_layout(&mut self) {
        self.layout = Arc::default();
    }

    /// Compares the version of the layout that came with an answer with the one by which the question was written.
    pub(crate) fn check(&self, version: i64) -> Result<()> {
        if version == self.layout.version { Ok(()) } else { Err(Fail::Stale) }
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
            self.check(Layout::current_version(conn)?)?;
        }
        Ok(table)
    }

    /// The word with a number.
    pub(crate) fn word(&mut self, conn: &Connection, number: i64) -> Result<Name> {
        let place = usize::try_from(number).map_err(|_| column::odd())?;
        if let Some(Some(word)) = self.words.get(place) {
            return Ok(word.clone());
        }
        let text: Option<String> = conn
            .prepare_cached("SELECT word FROM _word WHERE w = ?1")?
            .query_row([number], |row| row.get(0))
            .optional()?;
        let word = text.and_then(|text| Name::new(&text).ok()).ok_or_else(|| Fail::corrupt("a word is missing"))?;
        if place < 100_000 {
            self.words.resize(self.words.len().max(place + 1), None);
            self.words[place] = Some(word.clone());
        }
        Ok(word)
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
}

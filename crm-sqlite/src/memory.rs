//! What the writer remembers between commits, so as not to ask the file again.

use std::collections::HashMap;

use crm_core::base::{Clash, Digest, Id, StoreError};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{Fail, Result};
use crate::vocabulary::Vocabulary;

/// What the writer remembers.
#[derive(Default)]
pub(crate) struct Memory {
    /// The last commit that was seen; nothing when what is remembered may be wrong.
    seen: Option<i64>,
    pub(crate) vocabulary: Vocabulary,
    /// The subjects that were asked about; nothing for those that the file does not know.
    subjects: HashMap<Id, Option<Subject>>,
    /// Whether records were deleted that may come back under their old numbers.
    pub(crate) deleted: bool,
    /// A buffer.
    pub(crate) digest: Digest,
}

#[derive(Clone, Copy)]
struct Subject {
    k: i64,
    erased: bool,
}

/// How many subjects are remembered.
const SUBJECTS: usize = 1 << 18;

impl Memory {
    /// Whether nobody has written since.
    pub(crate) fn is_fresh(&self, last: i64) -> bool {
        self.seen == Some(last)
    }

    /// Forgets what another writer may have changed, and learns what it has added.
    pub(crate) fn refresh(&mut self, conn: &Connection, last: i64) -> Result<()> {
        self.subjects.clear();
        self.vocabulary.refresh(conn)?;
        self.deleted = conn.prepare_cached("SELECT 1 FROM _gone")?.exists([])?;
        self.seen = Some(last);
        Ok(())
    }

    /// The commit under way is done.
    pub(crate) fn keep(&mut self, seq: i64) {
        self.seen = Some(seq);
        self.vocabulary.keep();
    }

    /// The commit under way was undone.
    pub(crate) fn take_back(&mut self) {
        self.seen = None;
        self.subjects.clear();
        self.vocabulary.take_back();
    }

    fn find(&mut self, conn: &Connection, id: Id) -> Result<Option<Subject>> {
        if let Some(known) = self.subjects.get(&id) {
            return Ok(*known);
        }
        let mut find = conn.prepare_cached("SELECT k, erased FROM _subject WHERE id = ?1")?;
        let found =
            find.query_row([id.as_bytes()], |row| Ok(Subject { k: row.get(0)?, erased: row.get(1)? })).optional()?;
        self.remember(id, found);
        Ok(found)
    }

    fn remember(&mut self, id: Id, subject: Option<Subject>) {
        if self.subjects.len() >= SUBJECTS {
            self.subjects.clear();
        }
        self.subjects.insert(id, subject);
    }

    fn add(&mut self, conn: &Connection, id: Id) -> Result<i64> {
        let k = conn.prepare_cached("INSERT INTO _subject (id) VALUES (?1)")?.insert([id.as_bytes()])?;
        self.remember(id, Some(Subject { k, erased: false }));
        Ok(k)
    }

    /// A conflict when something with this id was erased.
    pub(crate) fn alive(&mut self, conn: &Connection, id: Id) -> Result<Option<i64>> {
        match self.find(conn, id)? {
            Some(Subject { erased: true, .. }) => Err(Fail::Store(StoreError::Conflict(Clash::Erased { subject: id }))),
            known => Ok(known.map(|subject| subject.k)),
        }
    }

    /// The number of a subject, which is given one if it has none. A conflict when it was erased.
    pub(crate) fn subject(&mut self, conn: &Connection, id: Id) -> Result<i64> {
        match self.alive(conn, id)? {
            Some(k) => Ok(k),
            None => self.add(conn, id),
        }
    }

    /// Marks a subject as erased, and gives its number.
    pub(crate) fn erase(&mut self, conn: &Connection, id: Id) -> Result<i64> {
        let k = match self.find(conn, id)? {
            Some(subject) => subject.k,
            None => self.add(conn, id)?,
        };
        conn.prepare_cached("UPDATE _subject SET erased = 1 WHERE k = ?1")?.execute([k])?;
        self.remember(id, Some(Subject { k, erased: true }));
        Ok(k)
    }
}

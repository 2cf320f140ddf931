//! Writing: one change set, one transaction.

use std::sync::Arc;

use crm_core::base::{Clash, Id, Kind, StoreError};
use crm_core::change::{ChangeSet, Precondition, Receipt};
use crm_core::store::check;
use rusqlite::{Connection, OptionalExtension};

use crate::batch::Batch;
use crate::error::{Fail, Result};
use crate::keys;
use crate::memory::Memory;
use crate::records::{self, Found};
use crate::session::Session;

/// The one connection that writes.
pub(crate) struct Writer {
    pub(crate) session: Session,
    memory: Memory,
}

impl Writer {
    pub(crate) fn new(session: Session) -> Self {
        Self { session, memory: Memory::default() }
    }

    /// Writes a change set, all or nothing.
    pub(crate) fn commit(&mut self, changes: &ChangeSet) -> Result<Receipt> {
        self.session.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let done = self.apply(changes).and_then(|receipt| {
            self.session.conn.prepare_cached("COMMIT")?.execute([])?;
            Ok(receipt)
        });
        match &done {
            Ok(receipt) if receipt.replayed => {}
            Ok(receipt) => self.memory.keep(receipt.seq as i64),
            Err(_) => self.take_back(),
        }
        done
    }

    /// Undoes the transaction, and forgets what was learned in it.
    fn take_back(&mut self) {
        self.memory.take_back();
        self.session.known.forget_layout();
        if !self.session.conn.is_autocommit() {
            // SQLite undoes by itself what it cannot undo now, at the latest when the connection closes.
            let _ = self.session.conn.execute_batch("ROLLBACK");
        }
    }

    fn apply(&mut self, changes: &ChangeSet) -> Result<Receipt> {
        let last: i64 = self
            .session
            .conn
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM _commit")?
            .query_row([], |r| r.get(0))?;
        if !self.memory.is_fresh(last) {
            self.memory.refresh(&self.session.conn, last)?;
            self.session.refresh()?;
        }
        let key = changes.key.as_ref().map(|key| *Id::derived("commit", key).as_bytes());
        if let Some(key) = key
            && let Some(receipt) = replayed(&self.session.conn, key)?
        {
            return Ok(receipt);
        }
        let layout = Arc::clone(&self.session.known.layout);
        let grown = check(changes, &layout.registry)?;
        for condition in &changes.require {
            require(&self.session, condition)?;
        }
        let mut batch = Batch::new(&mut self.session, &mut self.memory);
        batch.changes(&changes.changes, &grown)?;
        batch.finish(last + 1, changes.at, key)
    }
}

/// The receipt of a commit that was made under the same key.
fn replayed(conn: &Connection, key: [u8; 16]) -> Result<Option<Receipt>> {
    let mut find = conn.prepare_cached("SELECT seq, appended, written FROM _commit WHERE key = ?1")?;
    let receipt = find.query_row([key], |row| {
        let number = |at| row.get(at).map(|number: i64| number as u64);
        Ok(Receipt {
            seq: number(0)?,
            replayed: true,
            appended: number(1)?,
            written: number(2)?,
            duplicates: Vec::new(),
        })
    });
    Ok(receipt.optional()?)
}

pub(crate) fn conflict<T>(clash: Clash) -> Result<T> {
    Err(Fail::Store(StoreError::Conflict(clash)))
}

pub(crate) fn in_version(kind: &Kind, id: Id, expected: u64, found: Option<&Found>) -> Result<()> {
    let found = found.map_or(0, |found| found.version);
    if found == expected { Ok(()) } else { conflict(Clash::Version { kind: kind.clone(), id, expected, found }) }
}

/// Whether a precondition holds.
fn require(session: &Session, condition: &Precondition) -> Result<()> {
    let (conn, layout) = (&session.conn, &session.known.layout);
    match condition {
        Precondition::Version { kind, id, version } => {
            let found = layout.kind(kind).map(|table| records::found(conn, table, *id)).transpose()?.flatten();
            in_version(kind, *id, *version, found.as_ref())?;
        }
        Precondition::Absent { kind, key } => {
            let Some(table) = layout.kind(kind) else { return Ok(()) };
            if let Some(holder) = keys::holder(conn, table, kind, key)? {
                return conflict(Clash::KeyTaken { kind: kind.clone(), key: key.name.clone(), holder });
            }
        }
        Precondition::Unchanged { stream, subject, since } => {
            let Some(table) = layout.stream(stream) else { return Ok(()) };
            let Some(first) = crate::feed::first_after(conn, table.t, *since)? else { return Ok(()) };
            let sql = format!(
                "SELECT 1 FROM {} r INDEXED BY {} \
                 WHERE r.subject = (SELECT k FROM _subject WHERE id = ?1) AND r.seq >= ?2",
                table.sql, table.index
            );
            if conn.prepare_cached(&sql)?.exists((subject.as_bytes(), first))? {
                return conflict(Clash::Changed { stream: stream.clone(), subject: *subject, since: *since });
            }
        }
        _ => return Err(Fail::malformed("a precondition that this version does not know")),
    }
    Ok(())
}

//! The changes of one commit, done one after the other in its transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use crm_core::base::{Clash, Digest, Id, Kind, Money, Registry, StoreError, Target, Timestamp, checkpoint};
use crm_core::change::{Change, Receipt};
use crm_core::fact::Fact;
use crm_core::record::Record;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Statement};

use crate::column::{self, NULL, bind_fields};
use crate::declare;
use crate::error::{Fail, Result};
use crate::feed::Touched;
use crate::keys::{self, Index};
use crate::layout::Table;
use crate::memory::Memory;
use crate::records::{self, Found};
use crate::session::Session;
use crate::view;
use crate::vocabulary::Coder;
use crate::write::{conflict, in_version};

/// The commit under way.
pub(crate) struct Batch<'a> {
    session: &'a mut Session,
    memory: &'a mut Memory,
    receipt: Receipt,
    touched: Touched,
    /// The records that were put or removed, by kind and number, and whom they were about at last.
    records: BTreeMap<(i64, i64), Left>,
    /// The next row of each table.
    next: BTreeMap<i64, i64>,
}

/// A record as the commit leaves it.
struct Left {
    subject: Option<i64>,
    gone: bool,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(session: &'a mut Session, memory: &'a mut Memory) -> Self {
        let receipt = Receipt { seq: 0, replayed: false, appended: 0, written: 0, duplicates: Vec::new() };
        let (touched, records, next) = (Touched::default(), BTreeMap::new(), BTreeMap::new());
        Self { session, memory, receipt, touched, records, next }
    }

    /// Does the changes in their order.
    pub(crate) fn changes(&mut self, mut changes: &[Change], grown: &Registry) -> Result<()> {
        while let Some((change, rest)) = changes.split_first() {
            let mut done = 1;
            match change {
                Change::Declare(declaration) => self.declare(&declaration.target, grown)?,
                Change::Put(first) => {
                    let same = |change: &&Change| matches!(change, Change::Put(record) if record.kind == first.kind);
                    done += rest.iter().take_while(same).count();
                    self.put(first, &changes[..done])?;
                }
                Change::Delete { kind, id, version } => self.delete(kind, *id, *version)?,
                Change::Append(first) => {
                    let same = |change: &&Change| matches!(change, Change::Append(fact) if fact.stream == first.stream);
                    done += rest.iter().take_while(same).count();
                    self.append(first, &changes[..done])?;
                }
                Change::Erase { subject } => self.erase(*subject)?,
                _ => return Err(Fail::malformed("a change that this version does not know")),
            }
            changes = &changes[done..];
        }
        Ok(())
    }

    fn declare(&mut self, target: &Target, grown: &Registry) -> Result<()> {
        let old = Arc::clone(&self.session.known.layout);
        if !declare::grow(&self.session.conn, &old, grown, target)? {
            return Ok(());
        }
        self.session.refresh()?;
        let new = &self.session.known.layout;
        // A new kind may take the view's name from a stream.
        for table in new.named(target.as_str()) {
            view::renew(&self.session.conn, new, table)?;
            if table.target == *target {
                self.touched.declared.push(table.t);
            }
        }
        Ok(())
    }

    /// Puts records of one kind.
    fn put(&mut self, first: &Record, run: &[Change]) -> Result<()> {
        let (kind, table) = (&first.kind, self.kind(&first.kind)?);
        let conn = &self.session.conn;
        let (mut index, mut insert) = (Index::new(conn)?, conn.prepare_cached(&table.insert)?);
        for change in run {
            let Change::Put(record) = change else { continue };
            self.memory.alive(conn, record.id)?;
            let subject = record.subject.map(|id| self.memory.subject(conn, id)).transpose()?;
            let old = if record.version == 1 { None } else { records::found(conn, &table, record.id)? };
            let k = if let Some(old) = &old {
                in_version(kind, record.id, record.version - 1, Some(old))?;
                let mut update = conn.prepare_cached(&table.update)?;
                bind_record(&mut update, conn, self.memory, &table, (old.k, subject), record)?;
                update.raw_execute()?;
                old.k
            } else {
                let before = if self.memory.deleted { number_before(conn, &table, record.id)? } else { None };
                let k = before.map_or_else(|| self.next(&table), Ok)?;
                bind_record(&mut insert, conn, self.memory, &table, (k, subject), record)?;
                // A first version is written without a look whether there is one: the row would not go in.
                if record.version != 1 || insert.raw_execute()? == 0 {
                    let found = records::found(conn, &table, record.id)?;
                    in_version(kind, record.id, record.version - 1, found.as_ref())?;
                }
                if before.is_none() {
                    self.next.insert(table.t, k + 1);
                }
                k
            };
            for key in record.keys.iter().filter(|key| key.unique) {
                let other = index.holder(kind, key)?.filter(|holder| *holder != k);
                if let Some(holder) = other.map(|other| keys::id_of(conn, &table, other)).transpose()?.flatten() {
                    return conflict(Clash::KeyTaken { kind: kind.clone(), key: key.name.clone(), holder });
                }
            }
            index.change(kind, k, old.as_ref().map_or(&[], |old| &old.keys), &record.keys)?;
            self.receipt.written += 1;
            self.records.insert((table.t, k), Left { subject, gone: false });
        }
        Ok(())
    }

    fn delete(&mut self, kind: &Kind, id: Id, version: u64) -> Result<()> {
        let conn = &self.session.conn;
        self.memory.alive(conn, id)?;
        let table = self.kind(kind)?;
        let found = records::found(conn, &table, id)?;
        in_version(kind, id, version, found.as_ref())?;
        if let Some(found) = found {
            remove(conn, &table, kind, &found)?;
            conn.prepare_cached("INSERT INTO _gone (target, record, id) VALUES (?1, ?2, ?3)")?.execute((
                table.t,
                found.k,
                id.as_bytes(),
            ))?;
            self.memory.deleted = true;
            self.records.insert((table.t, found.k), Left { subject: found.subject, gone: true });
        }
        Ok(())
    }

    fn kind(&self, kind: &Kind) -> Result<Arc<Table>> {
        // `check` has seen that it is declared.
        self.session.known.layout.kind(kind).cloned().ok_or_else(|| Fail::corrupt("a kind has lost its table"))
    }

    /// A row number that the table has never used, nor any after it.
    fn next(&self, table: &Table) -> Result<i64> {
        if let Some(next) = self.next.get(&table.t) {
            return Ok(*next);
        }
        let sql = format!("SELECT max(next, {}) FROM _target WHERE t = ?1", after_last(table));
        Ok(self.session.conn.prepare_cached(&sql)?.query_row([table.t], |row| row.get(0))?)
    }

    /// Appends facts of one stream.
    fn append(&mut self, first: &Fact, run: &[Change]) -> Result<()> {
        let layout = Arc::clone(&self.session.known.layout);
        let table = layout.stream(&first.stream).ok_or_else(|| Fail::corrupt("a stream has lost its table"))?;
        let start = self.next(table)?;
        let mut seq = start;
        let conn = &self.session.conn;
        let mut statement = conn.prepare_cached(&table.insert)?;
        for (at, change) in run.iter().enumerate() {
            if at.is_multiple_of(1_024) {
                checkpoint(at as u64, Some(run.len() as u64)).map_err(|_| StoreError::Cancelled)?;
            }
            let Change::Append(fact) = change else { continue };
            bind_fact(&mut statement, conn, self.memory, table, seq, fact)?;
            if statement.raw_execute()? == 1 {
                seq += 1;
            } else if same_content(conn, table, fact, &mut self.memory.digest)? {
                self.receipt.duplicates.push(fact.id);
            } else {
                return conflict(Clash::FactDiffers { stream: fact.stream.clone(), id: fact.id });
            }
        }
        self.receipt.appended += (seq - start) as u64;
        self.touched.appended(table.t, start, seq);
        self.next.insert(table.t, seq);
        Ok(())
    }

    /// Removes all about a subject, and leaves its mark.
    fn erase(&mut self, id: Id) -> Result<()> {
        let conn = &self.session.conn;
        let k = self.memory.erase(conn, id)?;
        let layout = Arc::clone(&self.session.known.layout);
        for table in layout.streams() {
            use_up(conn, table)?;
            let sql = format!("DELETE FROM {} INDEXED BY {} WHERE subject = ?1", table.sql, table.index);
            conn.prepare_cached(&sql)?.execute([k])?;
        }
        let mut forget = conn.prepare_cached("DELETE FROM _gone WHERE target = ?1 AND id = ?2")?;
        for table in layout.kinds() {
            let Target::Kind(kind) = &table.target else { continue };
            for record in about(conn, table, k)?.into_iter().chain([id]) {
                if let Some(found) = records::found(conn, table, record)? {
                    remove(conn, table, kind, &found)?;
                }
            }
            forget.execute((table.t, id.as_bytes()))?;
        }
        if !self.touched.erased.contains(&k) {
            self.touched.erased.push(k);
        }
        Ok(())
    }

    /// Writes the commit into the feed.
    pub(crate) fn finish(mut self, seq: i64, at: Timestamp, key: Option<[u8; 16]>) -> Result<Receipt> {
        let conn = &self.session.conn;
        let mut insert =
            conn.prepare_cached("INSERT INTO _touched (target, record, subject, gone) VALUES (?1, ?2, ?3, ?4)")?;
        for ((target, record), left) in &self.records {
            let n = insert.insert((target, record, left.subject, left.gone))?;
            let first = self.touched.records.map_or(n, |[first, _]| first);
            self.touched.records = Some([first, n]);
        }
        self.receipt.seq = seq as u64;
        let (appended, written) = (self.receipt.appended as i64, self.receipt.written as i64);
        conn.prepare_cached(
            "INSERT INTO _commit (seq, at, key, appended, written, touched) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((seq, at.as_micros(), key, appended, written, self.touched.to_json()?))?;
        Ok(self.receipt)
    }
}

/// The number after that of the last row of a table, in SQL.
fn after_last(table: &Table) -> String {
    let number = if matches!(table.target, Target::Kind(_)) { "k" } else { "seq" };
    format!("(SELECT coalesce(max({number}), 0) + 1 FROM {})", table.sql)
}

/// Remembers which numbers a table has used, before rows are removed: the feed knows rows by them for ever.
fn use_up(conn: &Connection, table: &Table) -> Result<()> {
    let after = after_last(table);
    let sql = format!("UPDATE _target SET next = {after} WHERE t = ?1 AND next < {after}");
    conn.prepare_cached(&sql)?.execute([table.t])?;
    Ok(())
}

/// The ids of the records of a kind that are about a subject.
fn about(conn: &Connection, table: &Table, k: i64) -> Result<Vec<Id>> {
    let mut find = conn.prepare_cached(&format!("SELECT id FROM {} WHERE subject = ?1", table.sql))?;
    let mut rows = find.query([k])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(column::id(row.get_ref(0)?)?);
    }
    Ok(all)
}

/// Removes a record with its keys.
fn remove(conn: &Connection, table: &Table, kind: &Kind, found: &Found) -> Result<()> {
    use_up(conn, table)?;
    Index::new(conn)?.change(kind, found.k, &found.keys, &[])?;
    conn.prepare_cached(&format!("DELETE FROM {} WHERE k = ?1", table.sql))?.execute([found.k])?;
    Ok(())
}

/// The number that a record had before it was deleted, which is its own again.
fn number_before(conn: &Connection, table: &Table, id: Id) -> Result<Option<i64>> {
    let mut again = conn.prepare_cached("DELETE FROM _gone WHERE target = ?1 AND id = ?2 RETURNING record")?;
    Ok(again.query_row((table.t, id.as_bytes()), |row| row.get(0)).optional()?)
}

fn blob(id: &Id) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes()))
}

fn bind_record(
    statement: &mut Statement<'_>,
    conn: &Connection,
    memory: &mut Memory,
    table: &Table,
    (k, subject): (i64, Option<i64>),
    record: &Record,
) -> Result<()> {
    statement.raw_bind_parameter(1, k)?;
    statement.raw_bind_parameter(2, blob(&record.id))?;
    statement.raw_bind_parameter(3, record.version as i64)?;
    statement.raw_bind_parameter(4, subject)?;
    statement.raw_bind_parameter(5, record.subject == Some(record.id))?;
    statement.raw_bind_parameter(6, keys::write_keys(&record.keys)?)?;
    statement.raw_bind_parameter(7, record.digest() as i64)?;
    let mut coder = Coder { conn, vocabulary: &mut memory.vocabulary, subject: k };
    let extra = bind_fields(statement, &table.columns, 9, &record.fields, &mut coder)?;
    statement.raw_bind_parameter(8, extra)?;
    Ok(())
}

fn bind_fact(
    statement: &mut Statement<'_>,
    conn: &Connection,
    memory: &mut Memory,
    table: &Table,
    seq: i64,
    fact: &Fact,
) -> Result<()> {
    let subject = memory.subject(conn, fact.subject)?;
    let name = memory.vocabulary.word(conn, fact.name.as_str())?;
    let currency = fact.amount.map(|money| memory.vocabulary.currency(conn, money.currency())).transpose()?;
    let source = fact.source.as_ref();
    let word = source.map(|source| memory.vocabulary.word(conn, source.source.as_str())).transpose()?;
    let source_id = source.map_or(NULL, |source| ToSqlOutput::Borrowed(ValueRef::Text(source.id.as_bytes())));
    let digest = fact.digest_into(&mut memory.digest, fact.recorded);
    statement.raw_bind_parameter(1, seq)?;
    statement.raw_bind_parameter(2, blob(&fact.id))?;
    statement.raw_bind_parameter(3, subject)?;
    statement.raw_bind_parameter(4, fact.at.as_micros())?;
    statement.raw_bind_parameter(5, fact.recorded.micros_since(fact.at))?;
    statement.raw_bind_parameter(6, name)?;
    statement.raw_bind_parameter(7, fact.amount.map(Money::minor))?;
    statement.raw_bind_parameter(8, currency)?;
    statement.raw_bind_parameter(9, fact.points)?;
    statement.raw_bind_parameter(10, word)?;
    statement.raw_bind_parameter(11, source_id)?;
    statement.raw_bind_parameter(12, digest as i64)?;
    let mut coder = Coder { conn, vocabulary: &mut memory.vocabulary, subject };
    let extra = bind_fields(statement, &table.columns, 14, &fact.fields, &mut coder)?;
    statement.raw_bind_parameter(13, extra)?;
    Ok(())
}

/// Whether the stored fact of the same id says the same, whenever it was learned.
fn same_content(conn: &Connection, table: &Table, fact: &Fact, digest: &mut Digest) -> Result<bool> {
    let sql = format!("SELECT at + delay, digest FROM {} WHERE id = ?1", table.sql);
    let (recorded, stored): (i64, i64) =
        conn.prepare_cached(&sql)?.query_row([fact.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(fact.digest_into(digest, column::instant_of(recorded)?) as i64 == stored)
}

//! Writing: one change set, one transaction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crm_core::base::{Clash, Digest, Id, Kind, Money, Name, Registry, StoreError, Target, Timestamp};
use crm_core::change::{Change, ChangeSet, Precondition, Receipt};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};
use crm_core::store::check;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Statement};

use crate::column::{self, NULL, bind_fields};
use crate::error::{Fail, Result};
use crate::feed::Touched;
use crate::layout::{self, Table};
use crate::records::{self, Found, key_hash};
use crate::session::Session;
use crate::view;

/// The one connection that writes.
pub(crate) struct Writer {
    pub(crate) session: Session,
    memory: Memory,
}

/// What the writer remembers between commits. It is forgotten when a commit fails, or when somebody else has written.
#[derive(Default)]
struct Memory {
    /// The last commit that was seen; nothing when all was forgotten.
    seen: Option<i64>,
    words: HashMap<Name, i64>,
    /// The subjects that were asked about; nothing for those that the file does not know.
    subjects: HashMap<Id, Option<Subject>>,
    digest: Digest,
}

#[derive(Clone, Copy)]
struct Subject {
    k: i64,
    erased: bool,
}

/// How many subjects are remembered.
const SUBJECTS: usize = 1 << 18;

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
            Ok(receipt) => self.memory.seen = Some(receipt.seq as i64).filter(|_| !receipt.replayed),
            Err(_) => self.take_back(),
        }
        done
    }

    /// Undoes the transaction, and forgets what was learned in it.
    fn take_back(&mut self) {
        self.memory = Memory::default();
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
        if self.memory.seen != Some(last) {
            self.memory = Memory::default();
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
        let mut batch = Batch::new(self);
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

fn conflict<T>(clash: Clash) -> Result<T> {
    Err(Fail::Store(StoreError::Conflict(clash)))
}

fn in_version(kind: &Kind, id: Id, expected: u64, found: Option<&Found>) -> Result<()> {
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
            if let Some(holder) = records::holder(conn, kind, key)? {
                return conflict(Clash::KeyTaken { kind: kind.clone(), key: key.name.clone(), holder });
            }
        }
        Precondition::Unchanged { stream, subject, since } => {
            let Some(table) = layout.stream(stream) else { return Ok(()) };
            let Some(first) = crate::feed::first_after(conn, table.t, *since)? else { return Ok(()) };
            let sql = format!(
                "SELECT 1 FROM {0} r INDEXED BY {0}_subject \
                 WHERE r.subject = (SELECT k FROM _subject WHERE id = ?1) AND r.seq >= ?2",
                table.sql
            );
            if conn.prepare_cached(&sql)?.exists((subject.as_bytes(), first))? {
                return conflict(Clash::Changed { stream: stream.clone(), subject: *subject, since: *since });
            }
        }
        _ => return Err(Fail::malformed("a precondition that this version does not know")),
    }
    Ok(())
}

/// The commit under way.
struct Batch<'a> {
    session: &'a mut Session,
    memory: &'a mut Memory,
    receipt: Receipt,
    touched: Touched,
    /// The records that were put or removed, and whom they were about at last.
    records: BTreeMap<i64, (Option<i64>, bool)>,
    next_record: Option<i64>,
    /// The next row of each stream.
    next_fact: BTreeMap<i64, i64>,
}

impl<'a> Batch<'a> {
    fn new(writer: &'a mut Writer) -> Self {
        let receipt = Receipt { seq: 0, replayed: false, appended: 0, written: 0, duplicates: Vec::new() };
        Self {
            session: &mut writer.session,
            memory: &mut writer.memory,
            receipt,
            touched: Touched::default(),
            records: BTreeMap::new(),
            next_record: None,
            next_fact: BTreeMap::new(),
        }
    }

    fn changes(&mut self, mut changes: &[Change], grown: &Registry) -> Result<()> {
        while let Some((change, rest)) = changes.split_first() {
            let mut done = 1;
            match change {
                Change::Declare(declaration) => self.declare(&declaration.target, grown)?,
                Change::Put(record) => self.put(record)?,
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
        if !layout::grow(&self.session.conn, &old, grown, target)? {
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

    /// What the file knows of a subject; a conflict when it was erased.
    fn alive(&mut self, id: Id) -> Result<Option<i64>> {
        let subject = if let Some(known) = self.memory.subjects.get(&id) {
            *known
        } else {
            let conn = &self.session.conn;
            let mut find = conn.prepare_cached("SELECT k, erased FROM _subject WHERE id = ?1")?;
            let found = find
                .query_row([id.as_bytes()], |row| Ok(Subject { k: row.get(0)?, erased: row.get(1)? }))
                .optional()?;
            if self.memory.subjects.len() >= SUBJECTS {
                self.memory.subjects.clear();
            }
            self.memory.subjects.insert(id, found);
            found
        };
        match subject {
            Some(Subject { erased: true, .. }) => conflict(Clash::Erased { subject: id }),
            known => Ok(known.map(|subject| subject.k)),
        }
    }

    /// The number of a subject, which is given one if it has none.
    fn subject(&mut self, id: Id) -> Result<i64> {
        if let Some(k) = self.alive(id)? {
            return Ok(k);
        }
        let k = self.session.conn.prepare_cached("INSERT INTO _subject (id) VALUES (?1)")?.insert([id.as_bytes()])?;
        self.memory.subjects.insert(id, Some(Subject { k, erased: false }));
        Ok(k)
    }

    /// The number of a word, which is given one if it has none.
    fn word(&mut self, word: &Name) -> Result<i64> {
        if let Some(number) = self.memory.words.get(word) {
            return Ok(*number);
        }
        let conn = &self.session.conn;
        let mut find = conn.prepare_cached("SELECT w FROM _word WHERE word = ?1")?;
        let number = match find.query_row([word.as_str()], |row| row.get(0)).optional()? {
            Some(number) => number,
            None => conn.prepare_cached("INSERT INTO _word (word) VALUES (?1)")?.insert([word.as_str()])?,
        };
        self.memory.words.insert(word.clone(), number);
        Ok(number)
    }

    fn put(&mut self, record: &Record) -> Result<()> {
        self.alive(record.id)?;
        let subject = record.subject.map(|id| self.subject(id)).transpose()?;
        let table = self.kind(&record.kind)?;
        let found = records::found(&self.session.conn, &table, record.id)?;
        in_version(&record.kind, record.id, record.version - 1, found.as_ref())?;
        let k = match &found {
            Some(found) => found.k,
            None => self.new_record()?,
        };
        let conn = &self.session.conn;
        for key in record.keys.iter().filter(|key| key.unique) {
            if let Some(holder) = records::holder(conn, &record.kind, key)?.filter(|holder| *holder != record.id) {
                let (kind, key) = (record.kind.clone(), key.name.clone());
                return conflict(Clash::KeyTaken { kind, key, holder });
            }
        }
        match &found {
            None => {
                conn.prepare_cached("INSERT INTO _record (k, target, id, subject) VALUES (?1, ?2, ?3, ?4)")?
                    .execute((k, table.t, record.id.as_bytes(), subject))?;
            }
            Some(found) if found.subject != subject => {
                conn.prepare_cached("UPDATE _record SET subject = ?2 WHERE k = ?1")?.execute((k, subject))?;
            }
            Some(_) => {}
        }
        rekey(conn, &record.kind, k, found.as_ref().map_or(&[], |found| &found.keys), &record.keys)?;
        let mut statement = conn.prepare_cached(&table.insert)?;
        statement.raw_bind_parameter(1, k)?;
        statement.raw_bind_parameter(2, record.version as i64)?;
        statement.raw_bind_parameter(3, subject)?;
        statement.raw_bind_parameter(4, records::write_keys(&record.keys)?)?;
        statement.raw_bind_parameter(5, record.digest() as i64)?;
        let extra = bind_fields(&mut statement, &table.columns, 7, &record.fields)?;
        statement.raw_bind_parameter(6, extra)?;
        statement.raw_execute()?;
        self.receipt.written += 1;
        self.records.insert(k, (subject, false));
        Ok(())
    }

    fn delete(&mut self, kind: &Kind, id: Id, version: u64) -> Result<()> {
        self.alive(id)?;
        let table = self.kind(kind)?;
        let found = records::found(&self.session.conn, &table, id)?;
        in_version(kind, id, version, found.as_ref())?;
        if let Some(found) = found {
            remove_row(&self.session.conn, &table, kind, &found)?;
            self.records.insert(found.k, (found.subject, true));
        }
        Ok(())
    }

    fn kind(&self, kind: &Kind) -> Result<Arc<Table>> {
        // `check` has seen that it is declared.
        self.session.known.layout.kind(kind).cloned().ok_or_else(|| Fail::corrupt("a kind has lost its table"))
    }

    /// A number that no record has ever had.
    fn new_record(&mut self) -> Result<i64> {
        let next = match self.next_record {
            Some(next) => next,
            None => self
                .session
                .conn
                .prepare_cached("SELECT max(next_record, (SELECT coalesce(max(k), 0) + 1 FROM _record)) FROM _state")?
                .query_row([], |row| row.get(0))?,
        };
        self.next_record = Some(next + 1);
        Ok(next)
    }

    /// Appends facts of one stream.
    fn append(&mut self, first: &Fact, run: &[Change]) -> Result<()> {
        let layout = Arc::clone(&self.session.known.layout);
        let table = layout.stream(&first.stream).ok_or_else(|| Fail::corrupt("a stream has lost its table"))?;
        let mut seq = self.next_fact(table)?;
        let start = seq;
        let mut rows = Vec::with_capacity(run.len());
        for change in run {
            let Change::Append(fact) = change else { continue };
            rows.push((
                fact,
                self.subject(fact.subject)?,
                self.word(&fact.name)?,
                match &fact.source {
                    Some(source) => Some(self.word(&source.source)?),
                    None => None,
                },
            ));
        }
        let conn = &self.session.conn;
        let mut statement = conn.prepare_cached(&table.insert)?;
        for (fact, subject, name, source) in rows {
            let digest = fact.digest_into(&mut self.memory.digest, fact.recorded);
            bind_fact(&mut statement, table, seq, fact, [subject, name], source, digest)?;
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
        self.next_fact.insert(table.t, seq);
        Ok(())
    }

    /// A row number that no fact of the stream has ever had, nor any after it.
    fn next_fact(&self, table: &Table) -> Result<i64> {
        if let Some(next) = self.next_fact.get(&table.t) {
            return Ok(*next);
        }
        let sql = format!(
            "SELECT max(next, (SELECT coalesce(max(seq), 0) + 1 FROM {})) FROM _target WHERE t = ?1",
            table.sql
        );
        Ok(self.session.conn.prepare_cached(&sql)?.query_row([table.t], |row| row.get(0))?)
    }

    /// Removes all about a subject, and leaves its mark.
    fn erase(&mut self, id: Id) -> Result<()> {
        let k = match self.alive(id) {
            Err(Fail::Store(StoreError::Conflict(_))) => match self.memory.subjects.get(&id) {
                Some(Some(subject)) => subject.k,
                _ => return Err(column::odd()),
            },
            Ok(_) => self.subject(id)?,
            Err(other) => return Err(other),
        };
        let conn = &self.session.conn;
        let layout = Arc::clone(&self.session.known.layout);
        for table in layout.streams() {
            let sql = &table.sql;
            // The rows' numbers are used up for ever, for the feed knows facts by them.
            conn.prepare_cached(&format!(
                "UPDATE _target SET next = max(next, (SELECT coalesce(max(seq), 0) + 1 FROM {sql})) WHERE t = ?1"
            ))?
            .execute([table.t])?;
            conn.prepare_cached(&format!("DELETE FROM {sql} INDEXED BY {sql}_subject WHERE subject = ?1"))?
                .execute([k])?;
        }
        conn.prepare_cached(
            "UPDATE _state SET next_record = max(next_record, (SELECT coalesce(max(k), 0) + 1 FROM _record))",
        )?
        .execute([])?;
        for table in layout.kinds() {
            let Target::Kind(kind) = &table.target else { continue };
            for record in about(conn, table, k)?.into_iter().chain([id]) {
                if let Some(found) = records::found(conn, table, record)? {
                    remove_row(conn, table, kind, &found)?;
                    conn.prepare_cached("DELETE FROM _record WHERE k = ?1")?.execute([found.k])?;
                }
            }
        }
        conn.prepare_cached("UPDATE _subject SET erased = 1 WHERE k = ?1")?.execute([k])?;
        self.memory.subjects.insert(id, Some(Subject { k, erased: true }));
        if !self.touched.erased.contains(&k) {
            self.touched.erased.push(k);
        }
        Ok(())
    }

    /// Writes the commit into the feed.
    fn finish(mut self, seq: i64, at: Timestamp, key: Option<[u8; 16]>) -> Result<Receipt> {
        let conn = &self.session.conn;
        if !self.records.is_empty() {
            let mut insert = conn.prepare_cached("INSERT INTO _touched (record, subject, gone) VALUES (?1, ?2, ?3)")?;
            for (k, (subject, gone)) in &self.records {
                let n = insert.insert((k, subject, gone))?;
                let first = self.touched.records.map_or(n, |range| range[0]);
                self.touched.records = Some([first, n]);
            }
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

/// The ids of the records of a kind that are about a subject.
fn about(conn: &Connection, table: &Table, k: i64) -> Result<Vec<Id>> {
    let mut find = conn.prepare_cached(&format!(
        "SELECT i.id FROM _record i INDEXED BY _record_subject JOIN {} r ON r.k = i.k \
         WHERE i.subject = ?1 AND i.target = ?2",
        table.sql
    ))?;
    let mut rows = find.query((k, table.t))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(column::id(row.get_ref(0)?)?);
    }
    Ok(all)
}

/// Removes the row of a record with its keys. Its number stays in `_record`.
fn remove_row(conn: &Connection, table: &Table, kind: &Kind, found: &Found) -> Result<()> {
    rekey(conn, kind, found.k, &found.keys, &[])?;
    conn.prepare_cached(&format!("DELETE FROM {} WHERE k = ?1", table.sql))?.execute([found.k])?;
    Ok(())
}

/// Brings the index of keys from what a record had to what it has.
fn rekey(conn: &Connection, kind: &Kind, record: i64, old: &[Key], new: &[Key]) -> Result<()> {
    if old == new {
        return Ok(());
    }
    let mut delete = conn
        .prepare_cached("DELETE FROM _key INDEXED BY _key_hash WHERE hash = ?1 AND is_unique = ?2 AND record = ?3")?;
    for key in old {
        delete.execute((key_hash(kind, key), key.unique, record))?;
    }
    let mut insert = conn.prepare_cached("INSERT INTO _key (hash, is_unique, record) VALUES (?1, ?2, ?3)")?;
    for key in new {
        insert.execute((key_hash(kind, key), key.unique, record))?;
    }
    Ok(())
}

fn bind_fact(
    statement: &mut Statement<'_>,
    table: &Table,
    seq: i64,
    fact: &Fact,
    [subject, name]: [i64; 2],
    source: Option<i64>,
    digest: u64,
) -> Result<()> {
    let blob = |bytes| ToSqlOutput::Borrowed(ValueRef::Blob(bytes));
    statement.raw_bind_parameter(1, seq)?;
    statement.raw_bind_parameter(2, blob(fact.id.as_bytes()))?;
    statement.raw_bind_parameter(3, subject)?;
    statement.raw_bind_parameter(4, fact.at.as_micros())?;
    statement.raw_bind_parameter(5, fact.recorded.as_micros())?;
    statement.raw_bind_parameter(6, name)?;
    statement.raw_bind_parameter(7, fact.amount.map(Money::minor))?;
    statement.raw_bind_parameter(8, fact.amount.map(|money| i64::from(money.currency().numeric())))?;
    statement.raw_bind_parameter(9, fact.points)?;
    statement.raw_bind_parameter(10, source)?;
    let source_id =
        fact.source.as_ref().map_or(NULL, |source| ToSqlOutput::Borrowed(ValueRef::Text(source.id.as_bytes())));
    statement.raw_bind_parameter(11, source_id)?;
    statement.raw_bind_parameter(12, digest as i64)?;
    let extra = bind_fields(statement, &table.columns, 14, &fact.fields)?;
    statement.raw_bind_parameter(13, extra)?;
    Ok(())
}

/// Whether the stored fact of the same id says the same, whenever it was learned.
fn same_content(conn: &Connection, table: &Table, fact: &Fact, digest: &mut Digest) -> Result<bool> {
    let sql = format!("SELECT recorded, digest FROM {} WHERE id = ?1", table.sql);
    let (recorded, stored): (i64, i64) =
        conn.prepare_cached(&sql)?.query_row([fact.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(fact.digest_into(digest, column::instant_of(recorded)?) as i64 == stored)
}

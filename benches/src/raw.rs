//! What a careful programmer would write by hand on rusqlite: the same columns, indices and ids, and nothing else.

use std::collections::HashMap;
use std::path::Path;

use crm_core::base::{Id, Money, Name, Value};
use crm_core::fact::Fact;
use crm_core::record::Record;
use rusqlite::{Connection, Result, TransactionBehavior, params};

const SCHEMA: &str = "
CREATE TABLE subject (k INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);
CREATE TABLE customer (k INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, no TEXT UNIQUE,
    name TEXT, city TEXT, visits INTEGER);
CREATE TABLE interaction (seq INTEGER PRIMARY KEY, id BLOB NOT NULL, subject INTEGER NOT NULL, at INTEGER NOT NULL,
    recorded INTEGER NOT NULL, name INTEGER NOT NULL, amount INTEGER, currency INTEGER, points INTEGER,
    source INTEGER, source_id TEXT, body TEXT, campaign TEXT, channel TEXT);
CREATE UNIQUE INDEX interaction_id ON interaction (id);
CREATE INDEX interaction_subject ON interaction (subject, at, name, amount, currency, points);
";

const COLUMNS: &str =
    "seq, id, subject, at, recorded, name, amount, currency, points, source, source_id, body, campaign, channel";

/// A row as the hand-written programme reads it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns speak for themselves")]
pub struct Row {
    pub seq: i64,
    pub id: [u8; 16],
    pub subject: i64,
    pub at: i64,
    pub recorded: i64,
    pub name: i64,
    pub amount: Option<i64>,
    pub currency: Option<i64>,
    pub points: Option<i64>,
    pub source: Option<i64>,
    pub source_id: Option<String>,
    pub body: Option<String>,
    pub campaign: Option<String>,
    pub channel: Option<String>,
}

/// A customer as the hand-written programme reads it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns speak for themselves")]
pub struct Customer {
    pub id: [u8; 16],
    pub version: i64,
    pub no: Option<String>,
    pub name: Option<String>,
    pub city: Option<String>,
    pub visits: Option<i64>,
}

/// A hand-written store.
#[derive(Debug)]
pub struct Raw {
    conn: Connection,
    subjects: HashMap<Id, i64>,
    names: HashMap<Name, i64>,
}

impl Raw {
    /// Opens an empty file, with the durability and the cache that the library has.
    pub fn open(path: &Path) -> Result<Self> {
        let conn = Connection::open(path)?;
        conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")?;
        conn.execute_batch(SCHEMA)?;
        Ok(Self { conn, subjects: HashMap::new(), names: HashMap::new() })
    }

    /// Writes customers in one transaction.
    pub fn put(&mut self, records: &[Record]) -> Result<()> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = tx.prepare_cached(
                "INSERT INTO customer (id, version, no, name, city, visits) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for record in records {
                let text = |field| record.get(field).and_then(Value::as_text);
                let visits = record.get("visits").and_then(Value::as_int);
                let key = record.keys.first().map(|key| key.value.as_str());
                insert.execute(params![record.id.as_bytes(), 1, key, text("name"), text("city"), visits])?;
            }
        }
        tx.commit()
    }

    /// Appends facts in one transaction.
    pub fn append(&mut self, facts: &[Fact]) -> Result<()> {
        let Self { conn, subjects, names } = self;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = tx.prepare_cached(&format!(
                "INSERT INTO interaction ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
            ))?;
            for fact in facts {
                let subject = if let Some(k) = subjects.get(&fact.subject) {
                    *k
                } else {
                    let mut new = tx.prepare_cached("INSERT INTO subject (id) VALUES (?1)")?;
                    let k = new.insert([fact.subject.as_bytes()])?;
                    subjects.insert(fact.subject, k);
                    k
                };
                let next = names.len() as i64 + 1;
                let name = *names.entry(fact.name.clone()).or_insert(next);
                let text = |field| fact.get(field).and_then(Value::as_text);
                insert.execute(params![
                    None::<i64>,
                    fact.id.as_bytes(),
                    subject,
                    fact.at.as_micros(),
                    fact.recorded.as_micros(),
                    name,
                    fact.amount.map(Money::minor),
                    fact.amount.map(|amount| amount.currency().numeric()),
                    fact.points,
                    None::<i64>,
                    fact.source.as_ref().map(|source| source.id.as_str()),
                    text("body"),
                    text("campaign"),
                    text("channel"),
                ])?;
            }
        }
        tx.commit()
    }

    /// The number of a subject.
    pub fn subject(&self, id: Id) -> Option<i64> {
        self.subjects.get(&id).copied()
    }

    /// Reads a customer by id.
    pub fn customer(&self, id: Id) -> Result<Customer> {
        let sql = "SELECT id, version, no, name, city, visits FROM customer WHERE id = ?1";
        self.conn.prepare_cached(sql)?.query_row([id.as_bytes()], |row| {
            Ok(Customer {
                id: row.get(0)?,
                version: row.get(1)?,
                no: row.get(2)?,
                name: row.get(3)?,
                city: row.get(4)?,
                visits: row.get(5)?,
            })
        })
    }

    /// Reads a fact by id.
    pub fn by_id(&self, id: Id) -> Result<Row> {
        let sql = format!("SELECT {COLUMNS} FROM interaction WHERE id = ?1");
        self.conn.prepare_cached(&sql)?.query_row([id.as_bytes()], read)
    }

    /// The newest facts about a subject.
    pub fn timeline(&self, subject: i64, limit: usize) -> Result<Vec<Row>> {
        let sql = format!("SELECT {COLUMNS} FROM interaction WHERE subject = ?1 ORDER BY at DESC LIMIT ?2");
        self.conn.prepare_cached(&sql)?.query_map(params![subject, limit as i64], read)?.collect()
    }

    /// Reads every fact.
    pub fn scan(&self, mut each: impl FnMut(Row)) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM interaction ORDER BY seq");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(read(row)?);
        }
        Ok(())
    }
}

fn read(row: &rusqlite::Row<'_>) -> Result<Row> {
    Ok(Row {
        seq: row.get(0)?,
        id: row.get(1)?,
        subject: row.get(2)?,
        at: row.get(3)?,
        recorded: row.get(4)?,
        name: row.get(5)?,
        amount: row.get(6)?,
        currency: row.get(7)?,
        points: row.get(8)?,
        source: row.get(9)?,
        source_id: row.get(10)?,
        body: row.get(11)?,
        campaign: row.get(12)?,
        channel: row.get(13)?,
    })
}

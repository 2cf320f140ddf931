//! What a careful programmer would write by hand to load the CDNOW log: `csv`, rusqlite, one transaction, and the
//! columns and indices that the store has for customers and interactions. Loading the log again adds nothing.

use std::collections::HashMap;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Statement, TransactionBehavior, params};

const SCHEMA: &str = "
CREATE TABLE customer (k INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL, type TEXT NOT NULL, name TEXT, given_name TEXT, family_name TEXT, birth_date TEXT,
    country TEXT, locale TEXT, zone TEXT, tags TEXT, created_at INTEGER NOT NULL, archived_at INTEGER);
CREATE TABLE interaction (seq INTEGER PRIMARY KEY, id BLOB NOT NULL, subject INTEGER NOT NULL, at INTEGER NOT NULL,
    recorded INTEGER NOT NULL, name INTEGER NOT NULL, amount INTEGER, currency INTEGER, points INTEGER,
    source INTEGER, source_id TEXT, channel TEXT, refers_to BLOB, quantity INTEGER, text TEXT);
CREATE UNIQUE INDEX interaction_id ON interaction (id);
CREATE INDEX interaction_subject ON interaction (subject, at, name, amount, currency, points);
";

const ORDER: i64 = 1;
const CDNOW: i64 = 1;
const USD: i64 = 840;

/// A result with any error.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A database to load the log into.
#[derive(Debug)]
pub struct Loader {
    conn: Connection,
}

impl Loader {
    /// Opens an empty file, as durable as the store and with a cache of 64 MiB.
    pub fn open(path: &Path) -> Result<Self> {
        let conn = Connection::open(path)?;
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;";
        conn.execute_batch(pragmas)?;
        conn.execute_batch(SCHEMA)?;
        Ok(Self { conn })
    }

    /// Loads the log and gives the number of purchases that were new.
    pub fn load(&mut self, log: &Path) -> Result<usize> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as i64;
        let mut csv = csv::ReaderBuilder::new().delimiter(b' ').flexible(true).from_path(log)?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut added = 0;
        {
            let mut customers = Customers {
                find: tx.prepare("SELECT k FROM customer WHERE number = ?1")?,
                insert: tx.prepare(
                    "INSERT INTO customer (id, number, version, type, created_at) VALUES (?1, ?2, 1, 'person', ?3)",
                )?,
                known: HashMap::new(),
                now,
            };
            let mut insert = tx.prepare(
                "INSERT INTO interaction (id, subject, at, recorded, name, amount, currency, source, source_id, quantity)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING",
            )?;
            let mut seen: HashMap<u64, u32> = HashMap::new();
            let mut record = csv::StringRecord::new();
            while csv.read_record(&mut record)? {
                // Columns are apart by one blank or more.
                let mut cells = record.iter().filter(|cell| !cell.is_empty());
                let mut cell = || cells.next().ok_or("a cell is missing");
                let (number, date, quantity, amount) = (cell()?, cell()?, cell()?, cell()?);
                let at = midnight(date)?;
                let cents = cents(amount)?;
                let hash = hash_of(&(number, at, cents));
                let count = seen.entry(hash).or_default();
                *count += 1;
                let source_id = format!("{date}-{:012x}-{count}", hash >> 16);
                let id = id_of(&source_id);
                let subject = customers.resolve(number)?;
                let quantity: i64 = quantity.parse()?;
                added +=
                    insert.execute(params![id, subject, at, now, ORDER, cents, USD, CDNOW, source_id, quantity])?;
            }
        }
        tx.commit()?;
        Ok(added)
    }
}

/// Customers by number; those that are not known are entered.
struct Customers<'a> {
    find: Statement<'a>,
    insert: Statement<'a>,
    known: HashMap<String, i64>,
    now: i64,
}

impl Customers<'_> {
    fn resolve(&mut self, number: &str) -> Result<i64> {
        if let Some(k) = self.known.get(number) {
            return Ok(*k);
        }
        let stored = self.find.query_map([number], |row| row.get(0))?.next();
        let k = match stored {
            Some(k) => k?,
            None => self.insert.insert(params![id_of(number), number, self.now])?,
        };
        self.known.insert(number.to_owned(), k);
        Ok(k)
    }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// An id that follows from a text.
fn id_of(text: &str) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&hash_of(&text).to_be_bytes());
    id[8..].copy_from_slice(&hash_of(&(text, "id")).to_be_bytes());
    id
}

/// `19970112` as microseconds since 1970.
fn midnight(date: &str) -> Result<i64> {
    let part = |range| date.get(range).ok_or("no date").map(str::parse::<i64>);
    let (year, month, day) = (part(0..4)??, part(4..6)??, part(6..8)??);
    // Days from civil, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Ok(days * 86_400_000_000)
}

/// `77.00` as cents.
fn cents(amount: &str) -> Result<i64> {
    let (whole, part) = amount.split_once('.').ok_or("no cents")?;
    Ok(whole.parse::<i64>()? * 100 + part.parse::<i64>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_loaded_once() {
        let folder = tempfile::tempdir().unwrap();
        let log = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/CDNOW_master.txt"));
        let mut loader = Loader::open(&folder.path().join("log.db")).unwrap();
        assert_eq!(loader.load(log).unwrap(), 69_659);
        assert_eq!(loader.load(log).unwrap(), 0);
        let sums = "SELECT count(DISTINCT subject), sum(amount), sum(quantity), min(at), max(at) FROM interaction";
        let found: (i64, i64, i64, i64, i64) = loader
            .conn
            .query_row(sums, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .unwrap();
        // Counted with awk; 1997-01-01 and 1998-06-30.
        assert_eq!(found, (23_570, 250_031_563, 167_881, 852_076_800_000_000, 899_164_800_000_000));
    }
}

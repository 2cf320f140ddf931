//! The keys of records: their form in a row, and the index that finds them.

use crm_core::base::{Id, Kind, Name, Text};
use crm_core::record::Key;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use crate::column::{self, utf8};
use crate::error::{Fail, Result};
use crate::layout::Table;

/// The keys of a record as they are kept in its row: `[["email","anna@example.org",true]]`.
pub(crate) fn write_keys(keys: &[Key]) -> Result<Option<String>> {
    if keys.is_empty() {
        return Ok(None);
    }
    let list: Vec<(&Name, &Text, bool)> = keys.iter().map(|key| (&key.name, &key.value, key.unique)).collect();
    serde_json::to_string(&list).map(Some).map_err(|_| Fail::malformed("a key that has no JSON form"))
}

/// See [`write_keys`].
pub(crate) fn read_keys(value: ValueRef<'_>) -> Result<Vec<Key>> {
    match value {
        ValueRef::Null => Ok(Vec::new()),
        ValueRef::Text(json) => {
            let list: Vec<(Name, Text, bool)> = serde_json::from_str(utf8(json)?).map_err(|_| column::odd())?;
            Ok(list.into_iter().map(|(name, value, unique)| Key { name, value, unique }).collect())
        }
        _ => Err(column::odd()),
    }
}

/// What stands for a key in the index: 16 bytes that hold nothing of the value.
pub(crate) fn key_hash(kind: &Kind, key: &Key) -> [u8; 16] {
    *Id::derived(&format!("{kind}/{}", key.name), &key.value).as_bytes()
}

/// The index of keys, with its statements at hand.
pub(crate) struct Index<'a> {
    conn: &'a Connection,
    find: CachedStatement<'a>,
    insert: CachedStatement<'a>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(conn: &'a Connection) -> Result<Self> {
        let find = "SELECT record FROM _key INDEXED BY _key_hash WHERE hash = ?1 AND is_unique = 1";
        let insert = "INSERT INTO _key (hash, is_unique, record) VALUES (?1, ?2, ?3)";
        Ok(Self { conn, find: conn.prepare_cached(find)?, insert: conn.prepare_cached(insert)? })
    }

    /// The number of the record that holds a unique key.
    pub(crate) fn holder(&mut self, kind: &Kind, key: &Key) -> Result<Option<i64>> {
        Ok(self.find.query_row([key_hash(kind, key)], |row| row.get(0)).optional()?)
    }

    /// Brings the index from what a record had to what it has.
    pub(crate) fn change(&mut self, kind: &Kind, record: i64, old: &[Key], new: &[Key]) -> Result<()> {
        if old == new {
            return Ok(());
        }
        let delete = "DELETE FROM _key INDEXED BY _key_hash WHERE hash = ?1 AND is_unique = ?2 AND record = ?3";
        for key in old {
            self.conn.prepare_cached(delete)?.execute((key_hash(kind, key), key.unique, record))?;
        }
        for key in new {
            self.insert.execute((key_hash(kind, key), key.unique, record))?;
        }
        Ok(())
    }
}

/// The id of the record with a number; nothing when it is gone.
pub(crate) fn id_of(conn: &Connection, table: &Table, record: i64) -> Result<Option<Id>> {
    let mut find = conn.prepare_cached(&table.id_of)?;
    let mut rows = find.query([record])?;
    rows.next()?.map(|row| column::id(row.get_ref(0)?)).transpose()
}

/// The record of a kind that holds a unique key.
pub(crate) fn holder(conn: &Connection, table: &Table, kind: &Kind, key: &Key) -> Result<Option<Id>> {
    let record = Index::new(conn)?.holder(kind, key)?;
    Ok(record.map(|record| id_of(conn, table, record)).transpose()?.flatten())
}

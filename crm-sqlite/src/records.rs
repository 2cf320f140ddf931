//! Reading records.

use crm_core::base::{Cursor, Id, Kind, Page, Value, ValueType};
use crm_core::record::{Key, Record};
use crm_core::store::{Scan, Test, TestOp};
use rusqlite::types::Value as Owned;
use rusqlite::{Connection, Row, params_from_iter};

use crate::column::{self, read_fields};
use crate::error::{Fail, Result};
use crate::keys::{key_hash, read_keys};
use crate::layout::{RECORD, Table};
use crate::session::Known;

/// Reads a record as [`Table::select`] asks for it.
pub(crate) fn read(conn: &Connection, known: &mut Known, table: &Table, kind: &Kind, row: &Row<'_>) -> Result<Record> {
    let id = column::id(row.get_ref(0)?)?;
    Ok(Record {
        kind: kind.clone(),
        id,
        version: column::integer(row.get_ref(1)?)? as u64,
        subject: match (column::integer_or_null(row.get_ref(2)?)?, column::integer(row.get_ref(3)?)?) {
            (None, _) => None,
            (Some(_), 1) => Some(id),
            (Some(k), _) => Some(known.subject(conn, k)?),
        },
        keys: read_keys(row.get_ref(4)?)?,
        fields: read_fields(conn, known, row, &table.columns, (RECORD, 5))?,
    })
}

/// One record by id.
pub(crate) fn load(conn: &Connection, known: &mut Known, table: &Table, kind: &Kind, id: Id) -> Result<Option<Record>> {
    let mut statement = known.prepare(conn, &table.by_id)?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    known.check(conn, row)?;
    read(conn, known, table, kind, row).map(Some)
}

/// Reads the cursor of a scan.
pub(crate) fn position(cursor: &Cursor) -> Result<Id> {
    let id = cursor.0.strip_prefix("r.").and_then(|text| text.parse().ok());
    id.ok_or_else(|| Fail::malformed("not a cursor of a scan"))
}

/// A page of records. The statement leaves out what surely fails a test; the reference decides about the rest.
pub(crate) fn scan(conn: &Connection, known: &mut Known, query: &Scan, limit: usize) -> Result<Page<Record>> {
    let after = query.cursor.as_ref().map(position).transpose()?;
    let Some(table) = known.kind(conn, &query.kind)? else { return Ok(Page::new(Vec::new(), None)) };
    let mut values: Vec<Owned> = Vec::new();
    let mut bind = |value: Owned| {
        values.push(value);
        format!("?{}", values.len())
    };
    let mut conditions = vec!["TRUE".to_owned()];
    let from = match (&query.key, &query.subjects) {
        (Some(key), _) => {
            conditions.push(format!("y.hash = {}", bind(Owned::Blob(key_hash(&query.kind, key).to_vec()))));
            format!("_key y INDEXED BY _key_hash JOIN {} r ON r.k = y.record", table.sql)
        }
        (None, Some(_)) => format!("{} r INDEXED BY {}", table.sql, table.index),
        (None, None) => format!("{} r INDEXED BY _ri_{}", table.sql, query.kind),
    };
    if let Some(ids) = &query.subjects {
        conditions.push(match known.subject_keys(conn, ids)?.as_slice() {
            [] => return Ok(Page::new(Vec::new(), None)),
            [one] => format!("r.subject = {}", bind(Owned::Integer(*one))),
            several => format!("r.subject IN (SELECT value FROM json_each({}))", bind(column::list(several)?)),
        });
    }
    if let Some(after) = after {
        conditions.push(format!("r.id > {}", bind(Owned::Blob(after.as_bytes().to_vec()))));
    }
    for test in &query.tests {
        conditions
            .extend(condition(&table, test, &mut bind).map(|passes| format!("({passes} OR r.extra IS NOT NULL)")));
    }
    let sql = format!("{} FROM {from} WHERE {} ORDER BY r.id", table.select, conditions.join(" AND "));

    let mut statement = known.prepare(conn, &sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut items: Vec<Record> = Vec::new();
    let mut checked = false;
    while let Some(row) = rows.next()? {
        if !checked {
            known.check(conn, row)?;
            checked = true;
        }
        let record = read(conn, known, &table, &query.kind, row)?;
        if !query.tests.iter().all(|test| test.passes(&record)) {
            continue;
        }
        if items.len() == limit {
            let next = items.last().map(|last| Cursor(format!("r.{}", last.id)));
            return Ok(Page::new(items, next));
        }
        items.push(record);
    }
    Ok(Page::new(items, None))
}

/// What a record must look like in its columns to pass a test, unless the field is in `extra`.
fn condition(table: &Table, test: &Test, bind: &mut impl FnMut(Owned) -> String) -> Option<String> {
    let column = table.columns.iter().find(|column| column.name == test.field)?;
    let op = match test.op {
        TestOp::Eq => "=",
        TestOp::Lt => "<",
        TestOp::Le => "<=",
        TestOp::Gt => ">",
        TestOp::Ge => ">=",
    };
    let value = match &test.value {
        Value::Bool(truth) => Owned::Integer(i64::from(*truth)),
        Value::Int(number) => Owned::Integer(*number),
        Value::Float(number) if number.is_finite() => Owned::Real(*number),
        Value::Text(text) => Owned::Text(text.to_string()),
        Value::Date(date) => Owned::Integer(i64::from(date.days())),
        Value::Time(at) => Owned::Integer(at.as_micros()),
        Value::Id(id) => Owned::Blob(id.as_bytes().to_vec()),
        Value::Money(money) if column.value_type == ValueType::Money => {
            let currency = bind(Owned::Integer(i64::from(money.currency().numeric())));
            let amount = bind(Owned::Integer(money.minor()));
            let currency = format!("(SELECT c FROM _currency WHERE numeric = {currency})");
            return Some(format!("r.\"{0}\" {op} {amount} AND r.\"{0}_currency\" = {currency}", column.sql));
        }
        _ => return None,
    };
    (test.value.value_type() == Some(column.value_type)).then(|| format!("r.\"{}\" {op} {}", column.sql, bind(value)))
}

/// A record as a writer finds it.
pub(crate) struct Found {
    pub(crate) k: i64,
    pub(crate) version: u64,
    pub(crate) subject: Option<i64>,
    pub(crate) keys: Vec<Key>,
}

/// Finds a record to be changed.
pub(crate) fn found(conn: &Connection, table: &Table, id: Id) -> Result<Option<Found>> {
    let sql = format!("SELECT k, version, subject, keys FROM {} WHERE id = ?1", table.sql);
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Found {
        k: row.get(0)?,
        version: column::integer(row.get_ref(1)?)? as u64,
        subject: row.get(2)?,
        keys: read_keys(row.get_ref(3)?)?,
    }))
}

//! What the file looks like to a person with the `sqlite3` shell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use common::rich::{at, first};
use crm_core::change::{Change, ChangeSet};
use crm_core::store::Store;
use crm_sqlite::Sqlite;
use rusqlite::Connection;
use rusqlite::types::Value;

/// A copy of a store as plain SQLite opens it.
fn plain() -> (Connection, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::in_memory().unwrap();
    store.commit(&first()).unwrap();
    let copy = folder.path().join("copy.db");
    store.snapshot_to(&copy).unwrap();
    (Connection::open(copy).unwrap(), folder)
}

fn texts(conn: &Connection, sql: &str) -> Vec<String> {
    conn.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn rows_are_numbered_and_never_kept_by_a_random_key() {
    let (conn, _folder) = plain();
    let tables = texts(&conn, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    assert!(tables.contains(&"_f_interaction".into()) && tables.contains(&"_r_customer".into()), "{tables:?}");
    let without = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr";
    assert_eq!(texts(&conn, without), Vec::<String>::new());
    for table in tables.iter().filter(|table| !table.starts_with("sqlite_")) {
        let keys = texts(&conn, &format!("SELECT type FROM pragma_table_info('{table}') WHERE pk"));
        assert_eq!(keys, ["INTEGER"], "{table}");
    }
}

#[test]
fn measures_are_read_from_the_index_alone() {
    let (conn, _folder) = plain();
    let columns = texts(&conn, "SELECT name FROM pragma_index_info('_fs_interaction') ORDER BY seqno");
    assert_eq!(columns, ["subject", "at", "name", "amount", "currency", "points"]);
    let sql = "SELECT subject, count(*), sum(amount), max(at) FROM _f_interaction GROUP BY subject";
    let plan: String = conn.query_row(&format!("EXPLAIN QUERY PLAN {sql}"), [], |row| row.get(3)).unwrap();
    assert_eq!(plan, "SCAN _f_interaction USING COVERING INDEX _fs_interaction");
}

#[test]
fn declared_fields_are_columns_and_others_are_json() {
    let (conn, _folder) = plain();
    let sql = "SELECT name || ' ' || type FROM pragma_table_info('_r_customer') WHERE cid > 7";
    let expected = [
        "name TEXT",
        "order INTEGER",
        "order_2 REAL",
        "born INTEGER",
        "seen INTEGER",
        "credit INTEGER",
        "credit_currency INTEGER",
        "credit_currency_2 TEXT",
        "referrer BLOB",
        "tags TEXT",
        "vip_ INTEGER",
        "secret TEXT",
    ];
    assert_eq!(texts(&conn, sql), expected);
    assert_eq!(texts(&conn, "SELECT DISTINCT extra FROM _r_customer"), ["{\"undeclared\":\"loves blue\"}"]);
    assert_eq!(texts(&conn, "SELECT DISTINCT extra ->> 'extra info' || '' FROM interaction"), ["7"]);
}

#[test]
fn views_say_what_a_person_wants_to_read() {
    let (conn, _folder) = plain();
    let mut view = conn.prepare("SELECT * FROM customer WHERE name = 'Anna 3'").unwrap();
    let names: Vec<String> = view.column_names().map(str::to_owned).collect();
    let row = view.query_row([], |row| (0..names.len()).map(|at| row.get(at)).collect::<Result<Vec<Value>, _>>());
    let shown: Vec<(String, Value)> = names.into_iter().zip(row.unwrap()).collect();
    let get = |name: &str| shown.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone()).unwrap();
    let text = |text: &str| Value::Text(text.into());
    let id = common::rich::customer(3).id.to_string();
    assert_eq!((get("id"), get("subject"), get("version")), (text(&id), text(&id), Value::Integer(1)));
    assert_eq!((get("order"), get("order_2")), (Value::Integer(3), Value::Real(1.5)));
    assert_eq!((get("born"), get("seen")), (text("1980-02-29"), text("2026-02-03T04:05:06.78Z")));
    assert_eq!((get("credit"), get("tags")), (text("-0.05 EUR"), text("[\"a\",\"b\"]")));
    assert_eq!((get("vip?"), get("secret")), (Value::Integer(1), text("(sealed)")));
    assert_eq!(get("extra"), text("{\"undeclared\":\"loves blue\"}"));
    let facts = "SELECT at || ' ' || name || ' ' || amount || ' ' || currency || ' ' || channel || ' ' || source_id \
                 FROM interaction WHERE source = 'shop' ORDER BY at LIMIT 2";
    assert_eq!(
        texts(&conn, facts),
        ["2026-01-02T00:00:00Z order 12.50 EUR web O-0", "2026-01-03T00:00:00Z order 12.50 EUR web O-1"]
    );
}

#[test]
fn an_erased_subject_keeps_a_row_without_data() {
    let store = Sqlite::in_memory().unwrap();
    store.commit(&first()).unwrap();
    let mut set = ChangeSet::new(at("2026-03-01T00:00:00Z"));
    set.changes.push(Change::Erase { subject: common::rich::customer(3).id });
    store.commit(&set).unwrap();
    let count = |sql: &str| store.query(sql, &[]).unwrap().columns[0].values[0].clone();
    assert_eq!(count("SELECT count(*) FROM _subject WHERE erased"), crm_sqlite::Cell::Int(1));
    assert_eq!(count("SELECT count(*) FROM customer WHERE name = 'Anna 3'"), crm_sqlite::Cell::Int(0));
}

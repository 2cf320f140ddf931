//! The door for questions in SQL: it reads, and does nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use common::{declarations, step};
use crm_core::base::Text;
use crm_core::store::{Lifecycle, Store, StoreError};
use crm_sqlite::{Cell, Sqlite};

fn filled() -> (Sqlite, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("crm.db")).unwrap();
    store.commit(&declarations()).unwrap();
    for _ in 0..5 {
        step(&store).unwrap();
    }
    (store, folder)
}

fn one(store: &Sqlite, sql: &str) -> Cell {
    store.query(sql, &[]).unwrap().columns[0].values[0].clone()
}

#[test]
fn a_query_reads_what_people_see() {
    let (store, _folder) = filled();
    let sql = "SELECT name, count(*) AS number, min(at) AS since FROM interaction WHERE points >= ? GROUP BY name";
    let table = store.query(sql, &[Cell::Int(20)]).unwrap();
    let column = |name| &table.columns.iter().find(|column| column.name == name).unwrap().values;
    assert_eq!(*column("name"), [Cell::Text(Text::from("visit"))]);
    assert_eq!(*column("number"), [Cell::Int(3 + 4 + 5 + 6)]);
    assert_eq!(*column("since"), [Cell::Text(Text::from("2023-11-14T22:13:40Z"))]);
    let recursive = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10) SELECT sum(i) FROM n";
    assert_eq!(one(&store, recursive), Cell::Int(55));
}

#[test]
fn a_query_does_nothing_but_read() {
    let memory = Sqlite::in_memory().unwrap();
    memory.commit(&declarations()).unwrap();
    let (file, folder) = filled();
    let other = folder.path().join("other.db");
    let attach = format!("ATTACH '{}' AS other", other.display());
    let vacuum = format!("VACUUM INTO '{}'", other.display());
    let refused = [
        "DELETE FROM _r_customer",
        "INSERT INTO _word VALUES (77, 'x')",
        "INSERT INTO _word VALUES (77, 'x') RETURNING w",
        "UPDATE _state SET layout = 0",
        "WITH x AS (SELECT 1) DELETE FROM _commit",
        "REPLACE INTO _word VALUES (0, 'x')",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER g AFTER INSERT ON _word BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "DROP TABLE _commit",
        "ALTER TABLE _word RENAME TO w",
        "REINDEX",
        "ANALYZE",
        "PRAGMA user_version = 9",
        "PRAGMA secure_delete = OFF",
        "PRAGMA query_only = OFF",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "SELECT * FROM pragma_journal_mode('delete')",
        "SELECT * FROM pragma_secure_delete",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "SAVEPOINT a",
        "DETACH main",
        "VACUUM",
        &attach,
        &vacuum,
    ];
    for store in [&memory, &file] {
        let before = store.info().unwrap().seq;
        for sql in refused {
            let error = store.query(sql, &[]).unwrap_err();
            assert!(matches!(error, StoreError::Malformed { .. }), "{sql}: {error:?}");
        }
        assert_eq!(store.info().unwrap().seq, before);
        assert_eq!(one(store, "SELECT count(*) FROM _word WHERE word = 'x'"), Cell::Int(0));
    }
    assert!(!other.exists());
    step(&file).unwrap();
}

#[test]
fn a_wrong_query_is_refused_without_its_values() {
    let (store, _folder) = filled();
    let refused = |sql: &str| store.query(sql, &[]).unwrap_err().to_string();
    assert_eq!(refused("SELECT 1; SELECT 2"), "malformed request: one query at a time");
    assert_eq!(refused("SELECT ?"), "malformed request: the query takes 1 values");
    assert_eq!(refused("SELECT canary FROM customer"), "malformed request: the query, at byte 7: no such column");
    assert_eq!(refused("SELECT * FROM canary"), "malformed request: the query: no such table");
    assert_eq!(refused("SELECT json('canary')"), "malformed request: the query: malformed JSON");
    for sql in ["SELEC 'canary'", "SELECT 'canary", "SELECT * FROM customer canary canary", "SELECT canary(1)"] {
        let text = refused(sql);
        assert!(text.starts_with("malformed request: the query") && !text.contains("canary"), "{sql}: {text}");
    }
    let table = store.query("SELECT name FROM customer", &[]).unwrap();
    assert!(!format!("{table:?}").contains("Customer 0"), "what is personal is not shown: {table:?}");
}

#[test]
fn the_live_file_need_not_be_opened_by_others() {
    let (store, folder) = filled();
    let copy = folder.path().join("copy.db");
    store.snapshot_to(&copy).unwrap();
    step(&store).unwrap();
    let count = |text: &str| format!("SELECT count(*) FROM {text}");
    let other = rusqlite::Connection::open(&copy).unwrap();
    let seen: i64 = other.query_row(&count("interaction"), [], |row| row.get(0)).unwrap();
    assert_eq!(seen, 2 + 3 + 4 + 5 + 6);
    assert_eq!(one(&store, &count("interaction")), Cell::Int(seen + 7));
    let taken = store.snapshot_to(&copy).unwrap_err();
    assert!(matches!(taken, StoreError::Unavailable { retryable: false, .. }), "{taken:?}");
    store.lifecycle(&Lifecycle::Close).unwrap();
    assert_eq!(store.snapshot_to(folder.path().join("late.db")).unwrap_err(), StoreError::Closed);
}

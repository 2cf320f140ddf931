//! Files of every released version open for ever, and are afterwards what a fresh file is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use std::path::{Path, PathBuf};

use common::rich::{at, customer, first, order};
use common::{CUSTOMER, INTERACTION};
use crm_core::base::Order;
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::Fact;
use crm_core::store::{FactQuery, Scan, Store, StoreError, Verify};
use crm_sqlite::Sqlite;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

/// The file of a version, written when the version was the newest, by [`write`] and a snapshot.
fn kept(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/v{version}.sqlite"))
}

/// Writes what the kept files hold: ten customers with a value of every type and five orders each, of whom one was changed
/// since, one deleted, one erased.
fn write(store: &Sqlite) -> Result<(), StoreError> {
    store.commit(&first())?;
    let mut set = ChangeSet::new(at("2026-03-01T00:00:00Z"));
    let mut changed = customer(1).next();
    changed.fields.set(common::rich::name("order"), -1);
    set.put(changed);
    set.changes.push(Change::Delete { kind: CUSTOMER, id: customer(2).id, version: 1 });
    set.changes.push(Change::Erase { subject: customer(3).id });
    set.key = Some("once".into());
    store.commit(&set).map(drop)
}

fn fresh(folder: &TempDir) -> PathBuf {
    let (path, copy) = (folder.path().join("fresh.db"), folder.path().join("copy.db"));
    let store = Sqlite::open(&path).unwrap();
    write(&store).unwrap();
    store.snapshot_to(&copy).unwrap();
    copy
}

fn migrated(version: u32, folder: &TempDir) -> PathBuf {
    let path = folder.path().join("kept.db");
    std::fs::copy(kept(version), &path).unwrap();
    path
}

#[test]
fn the_file_of_the_first_version_opens() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(migrated(1, &folder)).unwrap();
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
    let read = store.scan(&Scan::all(CUSTOMER)).unwrap().items;
    let mut expected: Vec<_> = [0, 1, 4, 5, 6, 7, 8, 9].map(customer).to_vec();
    expected[1] = expected[1].clone().next();
    expected[1].fields.set(common::rich::name("order"), -1);
    expected.sort_by_key(|record| record.id);
    assert_eq!(read, expected);
    let facts = store.facts(&FactQuery::about(INTERACTION, customer(2).id).order(Order::Oldest)).unwrap().items;
    let recorded = |number| Fact { recorded: at("2026-01-01T00:00:00Z"), ..order(customer(2).id, number) };
    assert_eq!(facts, (20..25).map(recorded).collect::<Vec<_>>());
    assert_eq!(store.facts(&FactQuery::all(INTERACTION)).unwrap().items.len(), 45);
    assert_eq!(store.changes(0, 10).unwrap().len(), 2);
    let mut again = ChangeSet::new(at("2026-03-01T00:00:00Z"));
    again.key = Some("once".into());
    assert!(store.commit(&again).unwrap().replayed);
    let mut back = ChangeSet::new(at("2026-04-01T00:00:00Z"));
    back.put(customer(2));
    assert_eq!(store.commit(&back).unwrap().seq, 3);
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
}

type Rows = Vec<Vec<Value>>;

/// All tables, indices and views, and all rows of each table.
fn dump(path: &Path) -> (Rows, Vec<(String, Rows)>) {
    let conn = Connection::open(path).unwrap();
    let rows = |sql: &str| {
        let mut all = conn.prepare(sql).unwrap();
        let width = all.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..width).map(|at| row.get(at)).collect::<Result<Vec<Value>, _>>();
        all.query_map([], row).unwrap().map(Result::unwrap).collect::<Rows>()
    };
    let schema = rows("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
    let tables = rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    let content = tables.into_iter().map(|table| match &table[0] {
        Value::Text(name) => (name.clone(), rows(&format!("SELECT * FROM {name} ORDER BY 1"))),
        other => panic!("{other:?}"),
    });
    let content = content.collect();
    (schema, content)
}

#[test]
fn a_migrated_file_equals_a_fresh_one() {
    let folder = tempfile::tempdir().unwrap();
    let old = migrated(1, &folder);
    drop(Sqlite::open(&old).unwrap());
    assert_eq!(dump(&old), dump(&fresh(&folder)));
}

/// Run with `--ignored`, once, before a version is released.
#[test]
#[ignore = "writes the file of the present version, if none is kept yet"]
fn keep_the_file_of_this_version() {
    let folder = tempfile::tempdir().unwrap();
    let version = Sqlite::open(folder.path().join("any.db")).unwrap().info().unwrap().schema;
    if !kept(version).exists() {
        std::fs::copy(fresh(&folder), kept(version)).unwrap();
    }
}

//! Files that are not what they should be, and handles that should not be there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{CUSTOMER, again, customer, declarations, step};
use crm_core::store::{Lifecycle, Scan, Store, StoreError, Verify};
use crm_sqlite::Sqlite;

fn refused(path: impl AsRef<Path>) -> StoreError {
    Sqlite::open(path).unwrap_err()
}

#[test]
fn what_is_not_a_store_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    for size in [1, 99, 100, 511, 4_096, 100_000] {
        let bytes: Vec<u8> = (0..size).map(|at| b"This is a letter, not a database. "[at % 34]).collect();
        std::fs::write(&garbage, &bytes).unwrap();
        let error = refused(&garbage);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{size} bytes: {error:?}");
        assert!(std::fs::read(&garbage).unwrap() == bytes, "{size} bytes were changed");
    }

    let foreign = folder.path().join("foreign.db");
    let other = rusqlite::Connection::open(&foreign).unwrap();
    other.execute_batch("CREATE TABLE customer (id, name); INSERT INTO customer VALUES (1, 'Anna')").unwrap();
    drop(other);
    let before = std::fs::read(&foreign).unwrap();
    let error = refused(&foreign);
    assert!(matches!(&error, StoreError::Corrupt { reason } if reason.contains("another application")), "{error:?}");
    assert!(std::fs::read(&foreign).unwrap() == before, "the file was changed");
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    Sqlite::open(&path).unwrap().commit(&declarations()).unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 7).unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    assert_eq!(refused(&path), StoreError::SchemaTooNew { found: 7, supported: 1 });
    assert!(std::fs::read(&path).unwrap() == before, "the file was changed");
}

#[test]
fn paths_that_cannot_be_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let unavailable = |error: StoreError| match error {
        StoreError::Unavailable { retryable: false, reason } => reason.into_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(unavailable(refused(folder.path())), "the path of the store is a directory, not a file");
    let missing = folder.path().join("no").join("such").join("crm.db");
    assert_eq!(unavailable(refused(missing)), "the directory of the store does not exist");
    for uri in ["", ":memory:", "file:crm.db", "file:crm.db?mode=memory"] {
        assert!(matches!(refused(uri), StoreError::Malformed { .. }), "{uri}");
    }
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    std::fs::write(&path, b"").unwrap();
    Sqlite::open(&path).unwrap().commit(&declarations()).unwrap();
    assert_eq!(Sqlite::open(&path).unwrap().info().unwrap().seq, 1);
}

#[test]
fn many_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let path = folder.path().join(format!("{round}.db"));
        let children: Vec<_> = (0..3)
            .map(|_| {
                let variables = [("CRM_TEST_FILE", path.to_str().unwrap().to_owned())];
                again("child_that_opens", &variables).stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| Sqlite::open(&path).unwrap().commit(&declarations()).unwrap());
            }
        });
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        let store = Sqlite::open(&path).unwrap();
        assert_eq!(store.info().unwrap().seq, 6);
        assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
    }
}

#[test]
#[ignore = "run by `many_may_open_a_new_file_at_once`"]
fn child_that_opens() {
    let Some(path) = std::env::var_os("CRM_TEST_FILE") else { return };
    Sqlite::open(path).unwrap().commit(&declarations()).unwrap();
}

/// The handles and locks that this process has on the files of a store.
#[cfg(target_os = "linux")]
fn held(path: &Path) -> Vec<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let name = path.to_str().unwrap();
    let handles = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let mut held: Vec<PathBuf> = handles.filter_map(|entry| std::fs::read_link(entry.path()).ok()).collect();
    held.retain(|target| target.to_str().is_some_and(|target| target.starts_with(name)));
    let inode = format!(":{} ", std::fs::metadata(path).unwrap().ino());
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    held.extend(locks.lines().filter(|line| line.contains(&inode)).map(PathBuf::from));
    held
}

#[test]
#[cfg(target_os = "linux")]
fn a_suspended_store_holds_no_file_and_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("crm.db");
    let store = Sqlite::open(&path).unwrap();
    store.commit(&declarations()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| drop(store.scan(&Scan::all(CUSTOMER)).unwrap())));
        }
    });
    step(&store).unwrap();
    assert!(!held(&path).is_empty(), "an open store has handles");
    store.lifecycle(&Lifecycle::Suspend).unwrap();
    assert_eq!(held(&path), Vec::<PathBuf>::new());
    assert_eq!(store.scan(&Scan::all(CUSTOMER)).unwrap_err(), StoreError::Closed);
    assert_eq!(store.query("SELECT 1", &[]).unwrap_err(), StoreError::Closed);
    store.lifecycle(&Lifecycle::Resume).unwrap();
    assert_eq!(step(&store).unwrap(), 2);
    store.lifecycle(&Lifecycle::Close).unwrap();
    assert_eq!(held(&path), Vec::<PathBuf>::new());
}

#[test]
#[cfg(target_os = "linux")]
fn a_handle_of_somebody_else_in_the_process_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let store = Sqlite::open(&path).unwrap();
    let other = Sqlite::open(&path).unwrap();
    store.commit(&declarations()).unwrap();
    other.scan(&Scan::all(CUSTOMER)).unwrap();
    store.query("SELECT * FROM customer", &[]).unwrap();
    assert_eq!(store.warnings(), Vec::<&str>::new(), "stores of this library know of each other");

    // What a second copy of SQLite does, or a careless backup: it opens the file in this process.
    let foreign = std::fs::File::open(&path).unwrap();
    let warnings = store.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("something else in this process"), "{warnings:?}");
    assert_eq!(other.warnings(), warnings);
    drop(foreign);
    assert_eq!(store.warnings(), Vec::<&str>::new());
}

#[test]
fn residue_is_not_looked_for_while_another_store_has_locks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let store = Sqlite::open(&path).unwrap();
    let other = Sqlite::open(&path).unwrap();
    let refused = store.verify(&Verify::Residue(vec!["x".into()])).unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable { retryable: true, .. }), "{refused:?}");
    drop(other);
    assert_eq!(store.verify(&Verify::Residue(vec!["x-marks-it".into()])).unwrap().problems, Vec::<&str>::new());
    let mut set = declarations();
    set.put(customer(1));
    store.commit(&set).unwrap();
}

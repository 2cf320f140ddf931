//! The store goes through the suite of `crm_core`, in files and in the process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::path::PathBuf;
use std::sync::Arc;

use crm_core::store::conformance::{self, Harness, Options};
use crm_core::store::{Lifecycle, Store, StoreError};
use crm_sqlite::{Durability, Sqlite};
use tempfile::TempDir;

/// Keeps stores in the files of one directory.
struct Files(TempDir);

impl Files {
    fn path(&self, place: u64) -> PathBuf {
        self.0.path().join(format!("{place}.db"))
    }
}

fn open(path: PathBuf) -> Result<Arc<dyn Store>, StoreError> {
    // What the disk promises is tested elsewhere; here it would only cost time.
    let options = crm_sqlite::Options { durability: Durability::Normal, ..crm_sqlite::Options::default() };
    Ok(Arc::new(Sqlite::open_with(path, options)?))
}

impl Harness for Files {
    fn open(&self, place: u64) -> Result<Arc<dyn Store>, StoreError> {
        open(self.path(place))
    }

    fn snapshot(&self, store: &dyn Store, place: u64) -> Result<Arc<dyn Store>, StoreError> {
        store.lifecycle(&Lifecycle::SnapshotTo(self.path(place)))?;
        open(self.path(place))
    }

    fn too_new(&self) -> Option<Result<Arc<dyn Store>, StoreError>> {
        let path = self.0.path().join("too-new.db");
        drop(Sqlite::open(&path).unwrap());
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.pragma_update(None, "user_version", 1_000_000).unwrap();
        drop(raw);
        Some(open(path))
    }
}

fn options() -> Options {
    Options { cases: 40, only: std::env::var("CRM_ONLY").ok(), ..Options::default() }
}

#[test]
fn a_file_passes_the_suite() {
    let report = conformance::run(&Files(tempfile::tempdir().unwrap()), &options());
    println!("{report}");
    assert!(report.passed(), "{report}");
    let skipped: Vec<_> = report.skipped().map(|check| check.name.as_str()).collect();
    assert!(skipped.iter().all(|name| *name == "lifecycle.snapshots-are-refused-where-there-are-none"), "{report}");
}

#[test]
fn a_store_in_the_process_passes_the_suite() {
    let make = |_| Sqlite::in_memory().map(|store| Arc::new(store) as Arc<dyn Store>);
    let report = conformance::run(&make, &options());
    assert!(report.passed(), "{report}");
}

//! A second copy of SQLite in the process, on the store's file: the library cannot prevent it, but it notices and warns.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use common::{again, build, declarations, said, step};
use crm_core::store::Store;
use crm_sqlite::Sqlite;

#[test]
#[ignore = "run by `a_second_copy_of_sqlite_on_the_file_is_warned_of`"]
fn child_with_a_second_copy() {
    let Some(path) = std::env::var_os("CRM_TEST_FILE") else { return };
    let store = Sqlite::open(path).unwrap();
    step(&store).unwrap();
    store.warnings().iter().for_each(|warning| println!("\nwarning {warning}"));
}

#[test]
fn a_second_copy_of_sqlite_on_the_file_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let Some(library) = build("second_copy.c", folder.path()) else { return };
    let (path, other) = (folder.path().join("crm.db"), folder.path().join("other.db"));
    for path in [&path, &other] {
        Sqlite::open(path).unwrap().commit(&declarations()).unwrap();
    }
    let warnings = |opened: Option<&std::path::Path>| {
        let mut child = again("child_with_a_second_copy", &[("CRM_TEST_FILE", path.to_str().unwrap().to_owned())]);
        child.env("LD_PRELOAD", &library);
        opened.map(|opened| child.env("CRM_SECOND_COPY", opened));
        let output = child.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        if said(&output, "absent").is_empty() {
            assert_eq!(said(&output, "opened").len(), usize::from(opened.is_some()));
            Some(said(&output, "warning"))
        } else {
            eprintln!("skipped: the system has no SQLite of its own to be the second copy");
            None
        }
    };
    assert_eq!(warnings(None).unwrap(), Vec::<String>::new());
    let Some(here) = warnings(Some(&path)) else { return };
    assert_eq!(here.len(), 2, "{here:?}");
    assert!(here[0].starts_with("something else in this process has the store's file open"), "{here:?}");
    assert!(here[1].starts_with("a second copy of SQLite is loaded in this process"), "{here:?}");
    // On another file it does no harm; that it is there is said all the same.
    assert_eq!(warnings(Some(&other)).unwrap(), here[1..]);
}

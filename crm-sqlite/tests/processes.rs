//! Several processes on one file: killed ones lose nothing that was acknowledged, and none loses another's writes.
//!
//! `CRM_KILL_LOOPS` says how often a writer is killed; 10 times unless told otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]
#![allow(clippy::disallowed_methods, reason = "a test of processes waits for them")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{CUSTOMER, again, at, check_whole, counter, customer, declarations, step};
use crm_core::base::Name;
use crm_core::change::ChangeSet;
use crm_core::store::{Clash, Scan, Store, StoreError};
use crm_sqlite::Sqlite;

/// The file that another test has told this one to use; nothing when nobody has.
fn told() -> Option<PathBuf> {
    std::env::var_os("CRM_TEST_FILE").map(PathBuf::from)
}

#[test]
#[ignore = "run by `a_killed_writer_loses_nothing`"]
fn child_that_writes_until_it_is_killed() {
    let Some(path) = told() else { return };
    let store = Sqlite::open(path).unwrap();
    let mut out = std::io::stdout();
    loop {
        let count = step(&store).unwrap();
        writeln!(out, "\ncommitted {count}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_killed_writer_loses_nothing() {
    let loops: u64 = std::env::var("CRM_KILL_LOOPS").ok().map_or(10, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let mut set = declarations();
    set.put(customer(0));
    Sqlite::open(&path).unwrap().commit(&set).unwrap();
    let mut acknowledged = 0;
    for turn in 0..loops {
        let variables = [("CRM_TEST_FILE", path.to_str().unwrap().to_owned())];
        let mut child =
            again("child_that_writes_until_it_is_killed", &variables).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reader = std::thread::spawn(move || {
            let committed = |line: std::io::Result<String>| line.ok()?.strip_prefix("committed ")?.parse::<u64>().ok();
            lines.filter_map(committed).last()
        });
        // The instants of the kills are spread over the first milliseconds and the steady state.
        std::thread::sleep(Duration::from_micros(20_000 + turn * 7_919 % 180_000));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = reader.join().unwrap().unwrap_or(acknowledged);
        let store = Sqlite::open(&path).unwrap();
        check_whole(&store, acknowledged);
        acknowledged = counter(&store).unwrap();
    }
    assert!(acknowledged > 0, "no child lived long enough to write");
}

const PROCESSES: u64 = 4;
const ROUNDS: u64 = 50;

#[test]
#[ignore = "run by `four_processes_lose_no_write`"]
fn child_that_counts() {
    let Some(path) = told() else { return };
    let store = Sqlite::open(path).unwrap();
    let mut done = 0;
    while done < ROUNDS {
        match step(&store) {
            Ok(_) => done += 1,
            Err(StoreError::Conflict(Clash::Version { .. })) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

fn counting(path: &Path) -> Command {
    again("child_that_counts", &[("CRM_TEST_FILE", path.to_str().unwrap().to_owned())])
}

#[test]
fn four_processes_lose_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let mut set = declarations();
    set.put(customer(0));
    let store = Sqlite::open(&path).unwrap();
    store.commit(&set).unwrap();
    let children: Vec<_> = (0..PROCESSES).map(|_| counting(&path).stdout(Stdio::null()).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    check_whole(&store, PROCESSES * ROUNDS);
    assert_eq!(store.info().unwrap().seq, PROCESSES * ROUNDS + 1);
}

#[test]
#[ignore = "run by `what_another_process_declares_is_seen`"]
fn child_that_declares() {
    let Some(path) = told() else { return };
    let store = Sqlite::open(path).unwrap();
    let mut set = declarations();
    let mut record = customer(7);
    record.fields.set(Name::from_static("note"), "told by another process");
    set.put(record);
    store.commit(&set).unwrap();
}

#[test]
fn what_another_process_declares_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let store = Sqlite::open(&path).unwrap();
    assert_eq!(store.scan(&Scan::all(CUSTOMER)).unwrap().items, []);
    let variables = [("CRM_TEST_FILE", path.to_str().unwrap().to_owned())];
    assert!(again("child_that_declares", &variables).stdout(Stdio::null()).status().unwrap().success());
    let record = store.scan(&Scan::all(CUSTOMER)).unwrap().items.pop().unwrap();
    assert_eq!(record.get("note").and_then(|value| value.as_text()), Some("told by another process"));
    let mut set = ChangeSet::new(at(1));
    set.put(customer(8));
    store.commit(&set).unwrap();
    assert_eq!(store.scan(&Scan::all(CUSTOMER)).unwrap().items.len(), 2);
}

//! Damage is found: SQLite does not look at what is in its pages, the digests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use std::path::Path;

use common::{CUSTOMER, INTERACTION, declarations, id, step, visit};
use crm_core::base::{Name, Order};
use crm_core::change::ChangeSet;
use crm_core::fact::Fact;
use crm_core::record::Record;
use crm_core::store::{FactQuery, Scan, Store, StoreError, Verify};
use crm_sqlite::Sqlite;

fn filled(path: &Path) {
    let store = Sqlite::open(path).unwrap();
    store.commit(&declarations()).unwrap();
    for _ in 0..10 {
        step(&store).unwrap();
    }
    let mut set = ChangeSet::new(common::at(50));
    for number in 0..200 {
        let mut record = common::customer(1_000 + number);
        record.fields.set(Name::from_static("note"), "a note that fills the page ".repeat(4));
        set.put(record);
        let mut fact = visit(10_000 + number, id("customer", 1_000 + number % 20));
        fact.fields.set(Name::from_static("body"), "words and words and words ".repeat(6));
        set.append(fact);
    }
    store.commit(&set).unwrap();
}

#[test]
fn a_value_changed_behind_the_library_is_found() {
    let edits = [
        "UPDATE _r_customer SET name = 'Berta' WHERE k = 3",
        "UPDATE _r_customer SET version = 9 WHERE k = 3",
        "UPDATE _r_customer SET keys = NULL WHERE k = 3",
        "UPDATE _r_customer SET subject = NULL, itself = 0 WHERE k = 3",
        "UPDATE _r_customer SET itself = 0 WHERE k = 3",
        "UPDATE _r_customer SET \"count\" = 'many' WHERE k = 3",
        "UPDATE _f_interaction SET points = points + 1 WHERE seq = 3",
        "UPDATE _f_interaction SET delay = delay + 1 WHERE seq = 3",
        "UPDATE _f_interaction SET channel = 'store' WHERE seq = 3",
        "UPDATE _f_interaction SET channel = 77 WHERE seq = 3",
        "UPDATE _f_interaction SET subject = subject + 1 WHERE seq = 3",
        "UPDATE _f_interaction SET extra = '{' WHERE seq = 3",
        "UPDATE _word SET word = 'vist' WHERE word = 'visit'",
        "DELETE FROM _word WHERE word = 'web'",
        "UPDATE _subject SET erased = 1 WHERE k = 1",
        "DELETE FROM _subject WHERE k = 1",
        "DELETE FROM _key WHERE n = 1",
        "INSERT INTO _key (hash, is_unique, record) VALUES (x'00', 1, 1)",
        "DELETE FROM _commit WHERE seq = 3",
        "UPDATE _commit SET touched = '{\"facts\":[[9,1,1]]}' WHERE seq = 3",
    ];
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    filled(&sound);
    assert_eq!(Sqlite::open(&sound).unwrap().verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
    for (number, edit) in edits.iter().enumerate() {
        let path = folder.path().join(format!("{number}.db"));
        std::fs::copy(&sound, &path).unwrap();
        let raw = rusqlite::Connection::open(&path).unwrap();
        assert_eq!(raw.execute(edit, []).unwrap(), 1, "{edit}");
        drop(raw);
        let report = Sqlite::open(&path).unwrap().verify(&Verify::Full).unwrap();
        assert!(!report.problems.is_empty(), "{edit}");
        assert_eq!(report.checked, 201 + (1..=10).map(|count| count % 7 + 1).sum::<u64>() + 200, "{edit}");
    }
}

/// All that a store gives, or the error.
fn content(store: &Sqlite) -> Result<(Vec<Record>, Vec<Fact>), StoreError> {
    let records = store.scan(&Scan::all(CUSTOMER).limit(10_000))?.items;
    let facts = store.facts(&FactQuery::all(INTERACTION).order(Order::Recorded).limit(10_000))?.items;
    Ok((records, facts))
}

#[test]
fn a_flipped_bit_that_changes_an_answer_is_found_and_nothing_panics() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    filled(&sound);
    let bytes = std::fs::read(&sound).unwrap();
    let whole = content(&Sqlite::open(&sound).unwrap()).unwrap();
    let flips: u64 = std::env::var("CRM_FLIPS").ok().map_or(150, |text| text.parse().unwrap());
    let (mut seed, mut refused, mut found, mut harmless) = (7_u64, 0, 0, 0);
    for number in 0..flips {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut damaged = bytes.clone();
        let place = (seed >> 20) as usize % bytes.len();
        damaged[place] ^= 1 << (seed >> 61);
        let path = folder.path().join(format!("{number}.db"));
        std::fs::write(&path, &damaged).unwrap();
        let Ok(store) = Sqlite::open(&path) else {
            refused += 1;
            continue;
        };
        let problems = store.verify(&Verify::Full).map(|report| report.problems);
        let same = content(&store).is_ok_and(|content| content == whole);
        match problems {
            Ok(problems) if problems.is_empty() => {
                assert!(same, "byte {place}: a changed answer, and no problem");
                harmless += 1;
            }
            _ => found += 1,
        }
        std::fs::remove_file(&path).unwrap();
    }
    println!("{refused} files were refused, {found} problems found, {harmless} flips changed nothing");
    assert!(found * 4 > flips, "enough flips hit rows");
}

//! What was erased is in no byte of the files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use std::path::Path;

use common::{CUSTOMER, INTERACTION, at, customer, declarations, id, visit};
use crm_core::base::{Name, Text};
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::{Fact, SourceRef};
use crm_core::record::Key;
use crm_core::store::{FactQuery, Lifecycle, Scan, Store, StoreError, Verify};
use crm_sqlite::{Cell, Durability, Options, Sqlite};

/// A generator of numbers.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Words that nothing but one subject's data holds.
fn markers(seed: u64) -> Vec<Text> {
    (0..8).map(|number| Text::from(format!("q{number}zx{seed:04}w").as_str())).collect()
}

/// Fills a store with customers who are written again and again with texts of all lengths, one of them marked.
fn fill(store: &Sqlite, seed: u64, marks: &[Text]) {
    let mut rng = Rng(seed);
    store.commit(&declarations()).unwrap();
    let mut records: Vec<_> = (0..40).map(customer).collect();
    let mut number = 0;
    for round in 0..6_u64 {
        let mut set = ChangeSet::new(at(round as i64));
        for (place, record) in records.iter_mut().enumerate() {
            let marked = place == 17;
            let filling = "lorem ipsum ".repeat(1 + rng.below(120) as usize);
            let mark = |which: usize| if marked { format!(" {} ", marks[which].as_str()) } else { " somebody ".into() };
            if round > 0 {
                *record = record.next();
            }
            record.fields.set(Name::from_static("name"), format!("{}{place}", mark(0)));
            record.fields.set(Name::from_static("note"), format!("{filling}{}{filling}", mark(1)));
            record.fields.set(Name::from_static("favourite \"colour\""), format!("{}{filling}", mark(2)));
            record.keys = vec![
                Key::unique(Name::from_static("email"), format!("{}{place}.{round}@example.org", mark(3).trim())),
                Key::lookup(Name::from_static("city"), mark(4)),
            ];
            set.put(record.clone());
            for _ in 0..rng.below(8) {
                number += 1;
                let mut fact = visit(number, record.id);
                if rng.below(2) == 0 {
                    let source = SourceRef::new(Name::from_static("shop"), format!("{}-{number}", mark(5)));
                    fact = Fact::from_source(INTERACTION, source, record.id, fact.at, fact.name);
                }
                fact.fields.set(Name::from_static("body"), format!("{}{filling}", mark(6)));
                fact.fields.set(Name::from_static("search"), mark(7));
                set.append(fact);
            }
        }
        store.commit(&set).unwrap();
    }
}

fn erase(store: &Sqlite) {
    let mut set = ChangeSet::new(at(100));
    set.changes.push(Change::Erase { subject: id("customer", 17) });
    store.commit(&set).unwrap();
}

/// The files of a store that hold a text, without the store's own help.
fn holding(path: &Path, texts: &[Text]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = entry.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        for text in texts {
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(format!("{} in {}", text.as_str(), file.display()));
            }
        }
    }
    found
}

#[test]
fn nothing_is_left_of_an_erased_customer() {
    for seed in 0..24 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let options = Options { durability: Durability::Normal, ..Options::default() };
        let store = Sqlite::open_with(&path, options).unwrap();
        let marks = markers(seed);
        fill(&store, seed, &marks);
        let before = store.verify(&Verify::Residue(marks.clone())).unwrap();
        assert_eq!(
            before.problems.len(),
            marks.len(),
            "seed {seed}: every mark is there before: {:?}",
            before.problems
        );
        erase(&store);
        // A child of this process would not disturb the locks, and neither does a copy of the bytes.
        let copy = copy_of(&path);
        assert_eq!(holding(&copy.path().join("crm.db"), &marks), Vec::<String>::new(), "seed {seed}");
        assert_eq!(store.verify(&Verify::Residue(marks.clone())).unwrap().problems, Vec::<&str>::new(), "seed {seed}");
        assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new(), "seed {seed}");
        assert_eq!(store.scan(&Scan::all(CUSTOMER)).unwrap().items.len(), 39);
    }
}

/// Copies the files of a store that is open, as they are on the disk, by another process.
fn copy_of(path: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let from = entry.unwrap().path();
        let to = folder.path().join(from.file_name().unwrap());
        assert!(std::process::Command::new("cp").arg(&from).arg(&to).status().unwrap().success());
    }
    folder
}

#[test]
fn what_a_reader_elsewhere_keeps_in_the_log_is_found_and_scrubbed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let store = Sqlite::open(&path).unwrap();
    let marks = markers(1);
    fill(&store, 1, &marks);
    // Another process reads in the middle of the erasure.
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN')\n\
                  c.execute('SELECT count(*) FROM _commit').fetchone()\nprint('reading', flush=True)\nsys.stdin.readline()";
    let reader = std::process::Command::new("python3")
        .args(["-c", script, path.to_str().unwrap()])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut reader) = reader else {
        assert!(std::env::var_os("CI").is_none(), "this test needs python3");
        eprintln!("skipped: there is no python3 to play the other process");
        return;
    };
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(reader.stdout.take().unwrap()), &mut line).unwrap();
    erase(&store);
    assert!(!holding(&copy_of(&path).path().join("crm.db"), &marks).is_empty(), "the reader keeps the log");
    let refused = store.lifecycle(&Lifecycle::Scrub).unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable { retryable: true, .. }), "{refused:?}");
    drop(reader.stdin.take());
    reader.wait().unwrap();
    store.lifecycle(&Lifecycle::Scrub).unwrap();
    assert_eq!(holding(&copy_of(&path).path().join("crm.db"), &marks), Vec::<String>::new());
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
}

#[test]
fn a_snapshot_holds_nothing_that_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("crm.db")).unwrap();
    let marks = markers(2);
    fill(&store, 2, &marks);
    erase(&store);
    let copy = copies.path().join("copy.db");
    store.lifecycle(&Lifecycle::SnapshotTo(copy.clone())).unwrap();
    assert_eq!(holding(&copy, &marks), Vec::<String>::new());
    let refused = store.lifecycle(&Lifecycle::SnapshotTo(copy.clone())).unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable { retryable: false, .. }), "{refused:?}");
    let copy = Sqlite::open(copy).unwrap();
    assert_eq!(copy.facts(&FactQuery::about(INTERACTION, id("customer", 17))).unwrap().items, []);
    assert_eq!(copy.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
}

#[test]
fn only_texts_that_people_share_become_words() {
    let store = Sqlite::in_memory().unwrap();
    store.commit(&declarations()).unwrap();
    let mut set = ChangeSet::new(at(0));
    for number in 0..20 {
        let mut fact = visit(number, id("customer", number % 2));
        fact.fields.set(Name::from_static("search"), "a shared secret of two");
        set.append(fact);
    }
    for number in 20..40 {
        let mut fact = visit(number, id("customer", number));
        fact.fields.set(Name::from_static("body"), "free text is never a word");
        set.append(fact);
    }
    store.commit(&set).unwrap();
    let words = store.query("SELECT word FROM _word ORDER BY word", &[]).unwrap();
    let word = |cell: &Cell| if let Cell::Text(word) = cell { word.to_string() } else { panic!("{cell:?}") };
    let words: Vec<String> = words.columns[0].values.iter().map(word).collect();
    assert_eq!(words, ["visit", "web"]);
    assert_eq!(store.facts(&FactQuery::all(INTERACTION)).unwrap().items.len(), 40);
}

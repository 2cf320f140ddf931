//! What the tests of this crate share.
#![allow(dead_code, missing_docs, reason = "no test file uses all of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

pub mod rich;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crm_core::base::{
    DataClass, Declaration, FieldDecl, Id, Kind, Name, Provenance, Stream, Target, Timestamp, ValueType,
};
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};
use crm_core::store::{FactQuery, Store, StoreError, Verify};
use crm_sqlite::Sqlite;

pub const CUSTOMER: Kind = Kind::from_static("customer");
pub const INTERACTION: Stream = Stream::from_static("interaction");

/// An instant, in seconds.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + second * 1_000_000).unwrap()
}

pub fn id(space: &str, number: u64) -> Id {
    Id::derived(space, &number.to_string())
}

pub fn declarations() -> ChangeSet {
    let text = |name, class| FieldDecl::new(name, ValueType::Text, class, Provenance::Provided, &["service"]);
    let mut set = ChangeSet::new(at(0));
    set.changes.push(Change::Declare(Declaration {
        target: Target::Kind(CUSTOMER),
        fields: vec![
            text("name", DataClass::Identifier),
            text("note", DataClass::FreeText),
            FieldDecl::new("count", ValueType::Int, DataClass::Behaviour, Provenance::Observed, &["service"]),
        ],
    }));
    set.changes.push(Change::Declare(Declaration {
        target: Target::Stream(INTERACTION),
        fields: vec![
            text("channel", DataClass::Behaviour),
            text("search", DataClass::Behaviour),
            text("body", DataClass::FreeText),
        ],
    }));
    set
}

pub fn customer(number: u64) -> Record {
    let mut record = Record::new(CUSTOMER, id("customer", number));
    record.subject = Some(record.id);
    record.keys = vec![Key::unique(Name::from_static("no"), format!("C-{number}"))];
    record.fields.set(Name::from_static("name"), format!("Customer {number}"));
    record.fields.set(Name::from_static("count"), 0);
    record
}

pub fn visit(number: u64, subject: Id) -> Fact {
    let mut fact = Fact::new(INTERACTION, id("visit", number), subject, at(number as i64), Name::from_static("visit"));
    fact.points = Some(number as i64);
    fact.fields.set(Name::from_static("channel"), "web");
    fact.fields.set(Name::from_static("body"), format!("visit number {number}"));
    fact
}

/// Runs a test of this programme again as a child, with variables that tell it what to do.
pub fn again(test: &str, variables: &[(&str, String)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--ignored", "--test-threads=1"]);
    command.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    command
}

/// Builds a library that a child loads before anything else; nothing where that cannot be done.
pub fn build(source: &str, folder: &Path) -> Option<PathBuf> {
    let library = folder.join(source).with_extension("so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(source);
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    if built.is_ok_and(|status| status.success()) {
        return Some(library);
    }
    assert!(std::env::var_os("CI").is_none(), "this test needs a C compiler");
    eprintln!("skipped: there is no C compiler to build the library that a child needs");
    None
}

/// What a child says on its lines that begin with a word.
pub fn said(output: &Output, word: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter_map(|line| line.strip_prefix(word)).map(|rest| rest.trim().to_owned()).collect()
}

/// The number in the field `count` of the first customer.
pub fn counter(store: &Sqlite) -> Result<u64, StoreError> {
    let record = store.load(&CUSTOMER, &[id("customer", 0)])?.pop().flatten();
    Ok(record.and_then(|record| record.get("count")?.as_int()).unwrap_or(0) as u64)
}

/// One change set: the counter goes up by one, and as many facts as its new value modulo 7, plus one, are appended.
pub fn step(store: &Sqlite) -> Result<u64, StoreError> {
    let count = counter(store)? + 1;
    let record = store.load(&CUSTOMER, &[id("customer", 0)])?.pop().flatten();
    let mut next = record.map_or_else(|| customer(0), |record| record.next());
    next.fields.set(Name::from_static("count"), count as i64);
    let mut set = ChangeSet::new(at(count as i64));
    set.put(next);
    for part in 0..=count % 7 {
        set.append(visit(count * 10 + part, id("customer", 0)));
    }
    store.commit(&set).map(|_| count)
}

/// Checks that each change set up to a number is there, whole, and nothing of more than one beyond.
pub fn check_whole(store: &Sqlite, acknowledged: u64) {
    let count = counter(store).unwrap();
    assert!(count == acknowledged || count == acknowledged + 1, "{acknowledged} acknowledged, {count} found");
    let mut seen = std::collections::HashMap::new();
    let mut query = FactQuery::about(INTERACTION, id("customer", 0));
    loop {
        let page = store.facts(&query).unwrap();
        for fact in &page.items {
            *seen.entry(fact.points.unwrap() as u64 / 10).or_insert(0) += 1;
        }
        match page.next {
            None => break,
            next => query = query.after(next),
        }
    }
    for number in 1..=count {
        assert_eq!(seen.remove(&number), Some(number % 7 + 1), "change set {number} is not whole");
    }
    assert!(seen.is_empty(), "facts of a change set that was not committed: {seen:?}");
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
}

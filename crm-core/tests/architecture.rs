//! A room may use the floors below it and its own, never one above. This reads the sources and fails on the line that
//! breaks the rule.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, floor by floor. A room that is missing here fails the test.
const FLOORS: [&[&str]; 6] = [
    &["base", "change", "fact", "record"],
    &["customer", "interaction", "privacy", "intake"],
    &["segment", "score", "identity"],
    &["loyalty", "marketing", "sales", "service"],
    &["store"],
    &["crm", "lib", "report"],
];

/// The store's port speaks of records and facts only: it may use floor 0 and nothing between.
fn may_use(room: &str, other: &str) -> bool {
    match (room, other) {
        ("store", _) => floor(other) == Some(0) || other == "store",
        // The front re-exports its errors.
        (_, "Error" | "Result") => true,
        _ => floor(other).is_none_or(|other_floor| Some(other_floor) <= floor(room)),
    }
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The rooms that a line of code names by `crate::room`.
fn named_rooms(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    code.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

fn complaints(room: &str, text: &str) -> Vec<String> {
    text.lines()
        .zip(1..)
        .flat_map(|(line, number)| named_rooms(line).map(move |other| (other.to_owned(), number)))
        .filter(|(other, _)| !may_use(room, other))
        .map(|(other, number)| format!("line {number}: {room} names {other}"))
        .collect()
}

#[test]
fn no_room_names_a_room_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap().with_extension("");
        let room = inside.components().next().unwrap().as_os_str().to_str().unwrap().to_owned();
        assert!(floor(&room).is_some(), "{} belongs to no floor", file.display());
        let text = fs::read_to_string(&file).unwrap();
        wrong.extend(complaints(&room, &text).into_iter().map(|what| format!("{}: {what}", inside.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_test_sees_what_it_should() {
    assert_eq!(complaints("segment", "use crate::store::Store;").len(), 1);
    assert_eq!(complaints("segment", "use crate::loyalty::{Tier};").len(), 1);
    assert_eq!(complaints("store", "fn f(c: crate::customer::Customer) {}").len(), 1);
    assert_eq!(complaints("loyalty", "use crate::segment::Segment; use crate::base::Id;").len(), 0);
    assert_eq!(complaints("base", "// crate::store is far above").len(), 0);
}

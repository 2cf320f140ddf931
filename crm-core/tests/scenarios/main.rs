//! The golden scenarios, replayed in Rust. See `README.md` beside this file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod analyses;
mod compare;
mod facade;
mod operations;
mod story;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use story::Story;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn stories() -> Vec<(PathBuf, Story)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let story = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, story)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_scenario_gives_its_answers() {
    let mut wrong = Vec::new();
    for (path, story) in stories() {
        if let Err(complaint) = story.replay() {
            wrong.push(format!("{}: {complaint}", path.file_name().unwrap().display()));
        }
    }
    assert!(wrong.is_empty(), "{} scenarios fail:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_scenario_is_named_like_its_file() {
    for (path, story) in stories() {
        assert_eq!(path.file_stem().unwrap().to_str(), Some(story.name.as_str()));
        assert!(story.about.ends_with('.'), "{}: one sentence says what it is about", story.name);
    }
}

/// The scenarios can call every operation of the facade, and `operations.txt` names them all: the bindings are held
/// against that list.
#[test]
fn the_list_of_operations_is_that_of_the_facade() {
    let listed = listed("operations.txt");
    assert_eq!(listed, facade::operations());
    let unknown: Vec<&String> = listed.iter().filter(|name| !operations::is_known(name)).collect();
    assert!(unknown.is_empty(), "the replayer cannot call {unknown:?}");
}

/// The analyses ask no engine. `analyses.txt` names those that every language has.
#[test]
fn the_list_of_analyses_is_that_of_the_replayer() {
    assert_eq!(listed("analyses.txt"), analyses::names().map(str::to_owned).collect());
}

fn listed(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(folder().join(file)).unwrap();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// Every operation and every analysis is called by some scenario.
#[test]
fn no_operation_is_left_out() {
    let called: BTreeSet<String> = stories().iter().flat_map(|(_, story)| story.calls().collect::<Vec<_>>()).collect();
    let all: BTreeSet<String> = facade::operations().into_iter().chain(listed("analyses.txt")).collect();
    let never: Vec<&String> = all.difference(&called).collect();
    assert!(never.is_empty(), "no scenario calls {never:?}");
}

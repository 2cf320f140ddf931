//! Every error has a stable code, and every code has its line in the page of errors.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use crm_core::Error;

const PAGE: &str = include_str!("../../docs/errors.md");
const FAULTS: &str = include_str!("../src/intake/fault.rs");

/// The codes of the tables before and after the heading of rejected rows.
fn listed() -> [BTreeSet<&'static str>; 2] {
    let (errors, faults) = PAGE.split_once("\n# Rejected rows\n").unwrap();
    [errors, faults].map(|part| {
        part.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(code, _)| code)).collect()
    })
}

#[test]
fn codes_and_page_agree() {
    let codes: BTreeSet<&str> = Error::samples().iter().map(|error| error.code().as_str()).collect();
    assert_eq!(codes, listed()[0]);
}

#[test]
fn faults_and_page_agree() {
    let code = FAULTS.split_once("fn code(").unwrap().1.split_once("\n    }\n").unwrap().0;
    let codes: BTreeSet<&str> = code.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(codes, listed()[1]);
}

#[test]
fn codes_are_kebab_case() {
    for error in Error::samples() {
        let code = error.code().as_str();
        assert!(code.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase())), "{code}");
    }
}

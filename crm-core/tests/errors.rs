//! Every error has a stable code, and every code has its line in the page of errors.

use std::collections::BTreeSet;

use crm_core::Error;

const PAGE: &str = include_str!("../../docs/errors.md");

#[test]
fn codes_and_page_agree() {
    let codes: BTreeSet<&str> = Error::samples().iter().map(|error| error.code().as_str()).collect();
    let listed: BTreeSet<&str> =
        PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(code, _)| code)).collect();
    assert_eq!(codes, listed);
}

#[test]
fn codes_are_kebab_case() {
    for error in Error::samples() {
        let code = error.code().as_str();
        assert!(code.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase())), "{code}");
    }
}

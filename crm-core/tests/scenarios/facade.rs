//! The operations of the facade, read from its sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The handles: the file of each, and what it is called.
const HANDLES: [(&str, &str); 15] = [
    ("customers.rs", "Customers"),
    ("interactions.rs", "Interactions"),
    ("intake.rs", "Intake"),
    ("privacy.rs", "Privacy"),
    ("marketing.rs", "Marketing"),
    ("loyalty.rs", "Loyalty"),
    ("rewards.rs", "Loyalty"),
    ("segments.rs", "Segments"),
    ("segments/live.rs", "Segments"),
    ("segments/reasons.rs", "Segments"),
    ("segments/snapshot.rs", "Segments"),
    ("segments/lists.rs", "Segments"),
    ("segments/try_out.rs", "Segments"),
    ("scores.rs", "Scores"),
    ("assess.rs", "Scores"),
];

/// `handle.method` for every public method of every handle.
pub fn operations() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/crm");
    let mut all = BTreeSet::new();
    for (file, handle) in HANDLES {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        all.extend(methods(&text, handle).map(|method| format!("{}.{method}", handle.to_lowercase())));
    }
    all
}

fn methods<'a>(text: &'a str, handle: &str) -> impl Iterator<Item = &'a str> {
    let head = format!("impl {handle} {{");
    let block = text.split(&head).nth(1).and_then(|rest| rest.split("\n}\n").next()).expect("the handle's methods");
    block.lines().filter_map(|line| {
        let name = line.strip_prefix("    pub fn ")?;
        Some(&name[..name.find(|c: char| !c.is_alphanumeric() && c != '_')?])
    })
}

#[test]
fn methods_are_found() {
    let text = "impl Things {\n    pub fn make(&self) {\n    }\n    fn hidden() {}\n    pub(super) fn new() {}\n}\n";
    assert_eq!(methods(text, "Things").collect::<Vec<_>>(), ["make"]);
    assert!(operations().contains("customers.create") && operations().contains("scores.assess"));
}

//! The segment language, through its public API.
#![allow(clippy::unwrap_used, clippy::panic, clippy::doc_markdown, reason = "tests")]

mod algebra;
mod arbitrary;
mod bulk;
mod by_hand;
mod corpus;
mod differential;
mod findings;
mod fixtures;
mod forms;
mod oracle;
mod proofs;
mod reference;
mod typed;
mod world;

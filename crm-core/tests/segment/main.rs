//! The segment language, through its public API.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod arbitrary;
mod differential;
mod forms;
mod oracle;
mod typed;
mod world;

//! The segment language, through its public API.

#![allow(clippy::unwrap_used, reason = "tests")]

mod arbitrary;
mod forms;

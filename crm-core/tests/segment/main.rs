//! The segment language, through its public API.

mod arbitrary;
mod forms;

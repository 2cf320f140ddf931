#![forbid(unsafe_code)]
//! The embedded store of [`crm_core`]: one SQLite file.
//!
//! [`Sqlite`] keeps records and facts in typed columns, and shows each kind and stream as a view that a person can
//! read with the `sqlite3` shell. What was acknowledged survives the end of the process and, unless told otherwise, a
//! loss of power. What was erased is overwritten.

mod batch;
mod column;
mod error;
mod fact_pages;
mod facts;
mod feed;
mod guard;
mod layout;
mod memory;
mod open;
mod options;
mod pool;
mod query;
mod records;
mod reserve;
mod residue;
mod session;
mod sqlite;
mod verify;
mod view;
mod vocabulary;
mod write;

pub use options::{Durability, Options};
pub use query::{Cell, Column, Table};
pub use sqlite::Sqlite;

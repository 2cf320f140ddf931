#![forbid(unsafe_code)]
//! The embedded store of [`crm_core`]: one SQLite file.
//!
//! [`Sqlite`] keeps records and facts in typed columns, and shows each kind and stream as a view that a person can
//! read with the `sqlite3` shell. What was acknowledged survives the end of the process and, unless told otherwise, a
//! loss of power. What was erased is overwritten.

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "arrow")]
mod arrow_column;
mod batch;
mod column;
mod declare;
mod error;
mod fact_pages;
mod facts;
mod feed;
mod guard;
mod keys;
mod layout;
mod life;
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

#[cfg(feature = "arrow")]
pub use arrow::Batches;
pub use options::{Durability, Options};
pub use query::{Cell, Column, Table};
pub use sqlite::Sqlite;

#![forbid(unsafe_code)]
//! The embedded store of [`crm_core`]: one SQLite file.
//!
//! [`Sqlite`] keeps records and facts in typed columns, and shows each kind and stream as a view that a person can
//! read with the `sqlite3` shell. What was acknowledged survives the end of the process and, unless told otherwise, a
//! loss of power. What was erased is overwritten.

mod column;
mod error;
mod facts;
mod feed;
mod layout;
mod open;
mod options;
mod pool;
mod records;
mod session;
mod sqlite;
mod verify;
mod view;
mod write;

pub use options::{Durability, Options};
pub use sqlite::Sqlite;

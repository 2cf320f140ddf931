//! A file's bytes in, checked rows out.
//!
//! The room reads logs of purchases and lists of contacts in any delimited text: it finds the delimiter, the columns
//! and the forms of dates where nobody named them, and says what it found. A row that is wrong is named by its line,
//! its column, what is wrong and what to do, never by what it holds. Nothing is read from disk and nothing is stored
//! here: bytes come as an argument, and rows are handed on.
//!
//! ```
//! use crm_core::intake::{Mode, decode_purchases};
//!
//! let file = "Customer;Order date;Total;Invoice No\n7;31.03.2026 17:05;12,50;A-1\n8;31.13.2026 17:05;9,00;A-2\n";
//! let mapping = "currency=EUR, decimal=comma, zone=Europe/Berlin".parse()?;
//! let now = "2026-04-01T00:00:00Z".parse()?;
//!
//! let log = decode_purchases(file.as_bytes(), &mapping, now, Mode::Lenient)?;
//! assert_eq!(log.rows[0].at.to_string(), "2026-03-31T15:05:00Z");
//! assert_eq!((log.rejected[0].row, log.rejected[0].fault.code()), (3, "not-a-date"));
//! assert!(log.report.mapping.contains("dates=dd.mm.yyyy"));
//!
//! let error = decode_purchases(file.as_bytes(), &mapping, now, Mode::Strict).unwrap_err();
//! assert!(error.to_string().starts_with("import, row 3, column Order date: no date written as dd.mm.yyyy"));
//! # Ok::<(), crm_core::Error>(())
//! ```

mod column;
mod contacts;
mod encoding;
mod fault;
mod mapping;
mod purchases;
mod report;
mod table;
mod when;

pub use column::{Column, Guess};
pub use contacts::{ConsentEntry, ContactRow, Contacts, Statement, decode_contacts};
pub use fault::{Fault, Rejected};
pub use mapping::{ConsentColumns, ContactMapping, DecimalMark, FileForm, PurchaseMapping, Refunds};
pub use purchases::{PurchaseRow, Purchases, decode_purchases};
pub use report::{IntakeReport, Mode, write_rejects};
pub use table::Delimiter;
pub use when::DateFormat;

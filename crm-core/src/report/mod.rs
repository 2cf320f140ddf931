//! Reports: one self-contained HTML page with inline SVG, made of strings alone. No script, no network, no fonts to
//! load; readable in light and dark, on paper, and by a screen reader. Every chart has its figures in a table beneath.
//!
//! ```
//! use crm_core::report::{Bar, Report};
//!
//! let mut report = Report::new("Spring", "Customers of a small shop, as of 2026-03-01");
//! report.section("Segments", "Who belongs where.");
//! report.bars("Customers per segment", &[Bar::new("Champions", 120.0), Bar::new("At risk", 45.0)]);
//! let html = report.to_html();
//! assert!(html.starts_with("<!doctype html>") && html.contains("<svg") && !html.contains("<script"));
//! ```

mod chart;
mod page;
mod scale;

pub use chart::{Bar, Cell, Column, Point};
pub use page::{Report, Tile, escape};

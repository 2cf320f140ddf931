//! `crm_core._core`: the compiled half of the Python package `crm-core`.
//!
//! This crate only converts. What an operation means is said in [`crm_core`]; how it looks to a person who writes Python
//! is said in the package around this module.

#![allow(clippy::needless_pass_by_value, reason = "what comes from Python is handed over by value")]

mod analyses;
mod arrow;
mod audience;
mod clock;
mod columns;
mod convert;
mod engine;
mod error;
mod histories;
mod money;
mod operations;
mod scores;
mod segments;
mod store;
mod tables;
mod watch;

use pyo3::prelude::*;

/// The compiled half of `crm_core`.
#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use super::analyses::{
        Items, analyse, attribute_table, bin_column, cluster_rows, fit_histories, fit_scorecard, nearest_centres,
        score_cards,
    };
    #[pymodule_export]
    use super::arrow::Table;
    #[pymodule_export]
    use super::audience::{Audience, Permit, adopt, next_batch, plan, sent};
    #[pymodule_export]
    use super::clock::FixedClock;
    #[pymodule_export]
    use super::columns::{Column, Columns, Numbered, table_of};
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::money::Money;
    #[pymodule_export]
    use super::scores::{Assessed, Purchased, RfmTable, Summaries, Values, rfm_migration, score_table, summarize};
    #[pymodule_export]
    use super::segments::Expression;
    #[pymodule_export]
    use super::store::{MemoryStore, check_changes, check_store};
    #[pymodule_export]
    use super::tables::{assess, import_contacts, import_purchases, purchases, summaries};

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}

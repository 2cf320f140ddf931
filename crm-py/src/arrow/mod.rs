//! Tables in and out by the Arrow C stream interface, without copying.

mod column;
mod exchange;
mod keys;
mod table;
mod written;

pub(crate) use column::{
    Amounts, Texts, column, counts, dates, floats, instants, integers, missing, numbers, texts, without_nulls,
};
pub(crate) use exchange::{Stream, arrow as failed};
pub(crate) use keys::Keys;
pub(crate) use table::Table;
pub(crate) use written::written;

//! Segments as SQL, where SQL means exactly the same.

mod events;
mod leaf;
mod write;

use serde::{Deserialize, Serialize};

use crate::base::Text;

use super::eval::Evaluator;
use super::subject::Layout;

use write::Writer;

/// A dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SqlDialect {
    /// SQLite from 3.23.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// `DuckDB`.
    Duckdb,
    /// Spark SQL.
    Spark,
}

/// A segment as SQL, or why it cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlText {
    /// A query for the ids of the members; nothing when some question cannot be said in SQL.
    pub sql: Option<String>,
    /// The questions that cannot be said with exactly the same meaning.
    pub refused: Vec<Text>,
}

impl Evaluator<'_> {
    /// The segment at this instant as a query for the ids of its members, for tables of this form:
    ///
    /// - `customer` has a row for each customer who counts: `id`, and a column for each field, named like the field
    ///   without `customer.`.
    /// - `interaction` has a row for each event: `subject` (the customer's id), `name`, `at`, `amount`, `currency`,
    ///   `points`, and a column for each other property.
    /// - Whole numbers, floats, texts and truth values are what they are (in SQLite 0 and 1), ids texts. An instant is a
    ///   whole number of microseconds since 1970, a date a `DATE` (in SQLite a text). Of an amount the column holds minor
    ///   units, and the column of the same name with `_currency` the currency; of an event's amount, `currency` does.
    ///   What is missing is `NULL`, and so is whatever is unknown.
    ///
    /// Windows are written out as they are at this instant: a query of today is another one tomorrow. Texts are compared
    /// byte by byte, which a database does under its binary collation.
    pub fn to_sql(&self, layout: &Layout, dialect: SqlDialect) -> SqlText {
        let mut writer = Writer { eval: self, layout, dialect, properties: None, refused: Vec::new() };
        let condition = writer.node(&self.program.root);
        let sql = condition.filter(|_| writer.refused.is_empty()).map(|condition| {
            format!("SELECT c.id FROM {} c WHERE {condition} ORDER BY c.id", writer.quoted("customer"))
        });
        SqlText { sql, refused: writer.refused }
    }
}

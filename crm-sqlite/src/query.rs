//! The door for people who know SQL: questions of their own, which can only read.

use std::fmt;
use std::path::Path;

use crm_core::base::{Reason, StoreError, Text};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};

use crate::column::utf8;
use crate::error::{Fail, Result};
use crate::open::secure;

/// A value in the answer to a query, or one that is put in the place of a `?`.
///
/// It may be personal data, so `Debug` shows its type and nothing else.
#[derive(Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Null,
    /// A whole number. Truth values are 0 and 1.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(Text),
    /// Bytes.
    Blob(Vec<u8>),
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Int(_) => "Int(•••)",
            Self::Float(_) => "Float(•••)",
            Self::Text(_) => "Text(•••)",
            Self::Blob(_) => "Blob(•••)",
        })
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Float(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Cell {
    fn of(value: ValueRef<'_>) -> Result<Self> {
        Ok(match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Int(number),
            ValueRef::Real(number) => Self::Float(number),
            ValueRef::Text(bytes) => Self::Text(utf8(bytes)?.into()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        })
    }
}

/// A column of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name, as the query gives it.
    pub name: String,
    /// One value for each row.
    pub values: Vec<Cell>,
}

/// The answer to a query, column by column, each of the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, in the order of the query.
    pub columns: Vec<Column>,
}

impl Table {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }
}

/// Opens a connection that cannot write.
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    secure(&conn)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")?;
    Ok(conn)
}

/// Asks a question on a connection that may do nothing but read until it is answered.
pub(crate) fn run(conn: &mut Connection, sql: &str, parameters: &[Cell]) -> Result<Table> {
    conn.authorizer(Some(only_reading))?;
    let answer = answer(conn, sql, parameters);
    conn.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    answer
}

fn only_reading(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

fn answer(conn: &Connection, sql: &str, parameters: &[Cell]) -> Result<Table> {
    let mut statement = conn.prepare(sql).map_err(refused)?;
    if statement.parameter_count() != parameters.len() {
        return Err(Fail::malformed(format!("the query takes {} values", statement.parameter_count())));
    }
    let names = statement.column_names().map(str::to_owned);
    let mut columns: Vec<Column> = names.map(|name| Column { name, values: Vec::new() }).collect();
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        for (at, column) in columns.iter_mut().enumerate() {
            column.values.push(Cell::of(row.get_ref(at)?)?);
        }
    }
    Ok(Table { columns })
}

/// Why a query was refused, without any word of it.
fn refused(error: rusqlite::Error) -> Fail {
    use rusqlite::Error as E;
    use rusqlite::ffi::ErrorCode::AuthorizationForStatementDenied;
    let malformed = |reason: String| Fail::Store(StoreError::Malformed { reason: Reason::from(reason) });
    match &error {
        E::SqliteFailure(code, _) | E::SqlInputError { error: code, .. }
            if code.code == AuthorizationForStatementDenied =>
        {
            malformed("a query may only read".into())
        }
        E::SqlInputError { msg, offset, .. } => {
            let what = msg.split([':', '"']).next().unwrap_or_default().trim();
            let what = if what.is_empty() || what == "near" { "wrong syntax" } else { what };
            malformed(format!("the query, at byte {offset}: {what}"))
        }
        E::MultipleStatement => malformed("one query at a time".into()),
        _ => Fail::Sql(error),
    }
}

//! The door for people who know SQL: questions of their own, which can only read.

use std::fmt;
use std::path::Path;

use crm_core::base::{StoreError, Text};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Rows};

use crate::column::utf8;
use crate::error::{Fail, Result};
use crate::guard::Counted;
use crate::open::secure;
use crate::sqlite::{Place, Sqlite};

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

impl Sqlite {
    /// Asks a question in SQL, which can only read: the views named after the kinds and streams hold ids, instants and
    /// amounts as people write them. Values for the places marked `?` are given apart.
    ///
    /// This is the way to look into a file that the process has open: another copy of SQLite would destroy its locks.
    ///
    /// ```
    /// # fn main() -> Result<(), crm_core::store::StoreError> {
    /// use crm_sqlite::{Cell, Sqlite};
    ///
    /// let store = Sqlite::in_memory()?;
    /// let table = store.query("SELECT 6 * ? AS answer", &[Cell::Int(7)])?;
    /// assert_eq!(table.columns[0].name, "answer");
    /// assert_eq!(table.columns[0].values, [Cell::Int(42)]);
    /// assert!(store.query("DELETE FROM _commit", &[]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Malformed`] when the query is wrong or does more than read.
    pub fn query(&self, sql: &str, values: &[Cell]) -> Result<Table, StoreError> {
        self.ask_sql(sql, values, |names, rows| {
            let mut columns: Vec<Column> = names.map(|name| Column { name, values: Vec::new() }).collect();
            while let Some(row) = rows.next()? {
                for (at, column) in columns.iter_mut().enumerate() {
                    column.values.push(Cell::of(row.get_ref(at)?)?);
                }
            }
            Ok(Table { columns })
        })
    }

    /// Asks a question, and takes the answer in from the names of its columns and its rows.
    pub(crate) fn ask_sql<A>(
        &self,
        sql: &str,
        values: &[Cell],
        take: impl FnOnce(&mut dyn Iterator<Item = String>, &mut Rows<'_>) -> Result<A>,
    ) -> Result<A, StoreError> {
        let state = self.state()?;
        let open = state.open()?;
        let answer = match &self.place {
            Place::File(path) => {
                let _counted = Counted::connection(path);
                connect(path).and_then(|mut conn| run(&mut conn, sql, values, take))
            }
            Place::Process => run(&mut open.writer()?.session.conn, sql, values, take),
        };
        Ok(answer?)
    }
}

/// Opens a connection that cannot write.
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    let mut conn =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    secure(&mut conn)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")?;
    Ok(conn)
}

/// Asks a question on a connection that may do nothing but read until it is answered.
fn run<A>(
    conn: &mut Connection,
    sql: &str,
    values: &[Cell],
    take: impl FnOnce(&mut dyn Iterator<Item = String>, &mut Rows<'_>) -> Result<A>,
) -> Result<A> {
    conn.authorizer(Some(only_reading))?;
    let answer = answer(conn, sql, values, take);
    conn.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    answer.map_err(|fail| if let Fail::Sql(error) = fail { refused(error) } else { fail })
}

fn only_reading(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

fn answer<A>(
    conn: &Connection,
    sql: &str,
    values: &[Cell],
    take: impl FnOnce(&mut dyn Iterator<Item = String>, &mut Rows<'_>) -> Result<A>,
) -> Result<A> {
    let mut statement = conn.prepare(sql)?;
    if statement.parameter_count() != values.len() {
        return Err(Fail::malformed(format!("the query takes {} values", statement.parameter_count())));
    }
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    take(&mut names.into_iter(), &mut rows)
}

/// Why a query was refused, without any word of it.
fn refused(error: rusqlite::Error) -> Fail {
    use rusqlite::Error as E;
    use rusqlite::ffi::ErrorCode::{AuthorizationForStatementDenied, Unknown};
    match &error {
        E::SqliteFailure(code, _) | E::SqlInputError { error: code, .. }
            if code.code == AuthorizationForStatementDenied =>
        {
            Fail::malformed("a query may only read")
        }
        E::SqlInputError { msg, offset, .. } => {
            Fail::malformed(format!("the query, at byte {offset}: {}", harmless(msg)))
        }
        E::SqliteFailure(code, Some(msg)) if code.code == Unknown => {
            Fail::malformed(format!("the query: {}", harmless(msg)))
        }
        E::MultipleStatement => Fail::malformed("one query at a time"),
        _ => Fail::Sql(error),
    }
}

/// The part of a message that is SQLite's own.
fn harmless(message: &str) -> &str {
    match message.split([':', '"', '\'']).next().map(str::trim) {
        None | Some("" | "near") => "wrong syntax",
        Some(what) => what,
    }
}

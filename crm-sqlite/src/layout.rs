//! The tables of kinds and streams, as they follow from what was declared.

use std::collections::HashMap;
use std::sync::Arc;

use crm_core::base::{Declaration, FieldDecl, Kind, Registry, Stream, Target};
use rusqlite::Connection;

use crate::column::Column;
use crate::error::{Fail, Result};

/// The table of a kind or a stream, and the statements that never change with the question.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its number in `_target`.
    pub(crate) t: i64,
    pub(crate) target: Target,
    /// The table's name.
    pub(crate) sql: String,
    /// The index by subject; it covers the measures of facts.
    pub(crate) index: String,
    /// The declared fields that have columns, in the order of their names.
    pub(crate) columns: Vec<Column>,
    /// What a full row is read with; see [`RECORD`] and [`FACT`].
    pub(crate) select: String,
    /// Writes a new row.
    pub(crate) insert: String,
    /// Writes a row of a kind's table anew, with the same parameters.
    pub(crate) update: String,
    /// Reads rows by id.
    pub(crate) by_id: String,
}

/// The columns before the declared ones in what a record is read with.
pub(crate) const RECORD: usize = 6;
/// The columns before the declared ones in what a fact is read with.
pub(crate) const FACT: usize = 12;

/// The number of fields that get columns; SQLite allows 2,000 columns, and money takes two.
const MAX_COLUMNS: usize = 900;

/// All tables, at one moment.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Grows with every change of a table; 0 before the first.
    pub(crate) version: i64,
    pub(crate) registry: Registry,
    kinds: HashMap<Kind, Arc<Table>>,
    streams: HashMap<Stream, Arc<Table>>,
    by_number: HashMap<i64, Arc<Table>>,
}

impl Layout {
    pub(crate) fn kind(&self, kind: &Kind) -> Option<&Arc<Table>> {
        self.kinds.get(kind)
    }

    pub(crate) fn stream(&self, stream: &Stream) -> Option<&Arc<Table>> {
        self.streams.get(stream)
    }

    /// The kind's and the stream's table of a name.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Arc<Table>> {
        self.by_number.values().filter(move |table| table.target.as_str() == name)
    }

    pub(crate) fn number(&self, t: i64) -> Option<&Arc<Table>> {
        self.by_number.get(&t)
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.kinds.values()
    }

    pub(crate) fn streams(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.streams.values()
    }

    /// The version of the tables that a connection sees now.
    pub(crate) fn current_version(conn: &Connection) -> Result<i64> {
        Ok(conn.prepare_cached("SELECT layout FROM _state")?.query_row([], |row| row.get(0))?)
    }

    /// Reads the declarations. The caller has a transaction open.
    pub(crate) fn load(conn: &Connection) -> Result<Self> {
        let mut layout = Self { version: Self::current_version(conn)?, ..Self::default() };
        let mut targets = conn.prepare_cached("SELECT t, sort, name FROM _target ORDER BY t")?;
        let mut rows = targets.query([])?;
        while let Some(row) = rows.next()? {
            let (t, sort, name): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            layout.add(conn, t, &sort, &name)?;
        }
        Ok(layout)
    }

    fn add(&mut self, conn: &Connection, t: i64, sort: &str, name: &str) -> Result<()> {
        let bad = || Fail::corrupt("a declaration cannot be read");
        let target = match sort {
            "kind" => Target::Kind(Kind::new(name).map_err(|_| bad())?),
            _ => Target::Stream(Stream::new(name).map_err(|_| bad())?),
        };
        let mut fields = Vec::new();
        let mut columns = Vec::new();
        let mut stored =
            conn.prepare_cached("SELECT column_name, declaration FROM _field WHERE target = ?1 ORDER BY f")?;
        let mut rows = stored.query([t])?;
        while let Some(row) = rows.next()? {
            let (sql, json): (Option<String>, String) = (row.get(0)?, row.get(1)?);
            let field: FieldDecl = serde_json::from_str(&json).map_err(|_| bad())?;
            columns.extend(sql.map(|sql| Column::new(&target, &field, sql)));
            fields.push(field);
        }
        self.registry.declare(&Declaration { target: target.clone(), fields }).map_err(|_| bad())?;
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        let table = Arc::new(Table::new(t, target, columns));
        match &table.target {
            Target::Kind(kind) => self.kinds.insert(kind.clone(), Arc::clone(&table)),
            Target::Stream(stream) => self.streams.insert(stream.clone(), Arc::clone(&table)),
        };
        self.by_number.insert(t, table);
        Ok(())
    }
}

impl Table {
    fn new(t: i64, target: Target, columns: Vec<Column>) -> Self {
        let (fixed, select, index, otherwise) = match &target {
            Target::Kind(kind) => (
                "k, id, version, subject, itself, keys, digest, extra",
                "SELECT r.id, r.version, r.subject, r.itself, r.keys, r.extra",
                format!("_rs_{kind}"),
                "",
            ),
            Target::Stream(stream) => (
                "seq, id, subject, at, delay, name, amount, currency, points, source, source_id, digest, extra",
                "SELECT r.seq, r.id, r.subject, r.at, r.delay, r.name, r.amount, r.currency, r.points, r.source, \
                 r.source_id, r.extra",
                format!("_fs_{stream}"),
                " ON CONFLICT (id) DO NOTHING",
            ),
        };
        let sql = table_name(&target);
        let list = |prefix: &str| columns.iter().map(|column| column.list(prefix)).collect::<String>();
        let names = format!("{fixed}{}", list(""));
        let numbered = || names.split(", ").zip(1..);
        let marks: Vec<String> = numbered().map(|(_, number)| format!("?{number}")).collect();
        let sets: Vec<String> = numbered().skip(2).map(|(name, number)| format!("{name} = ?{number}")).collect();
        let select = format!("{select}{}", list("r."));
        Self {
            t,
            insert: format!("INSERT INTO {sql} ({names}) VALUES ({}){otherwise}", marks.join(", ")),
            update: format!("UPDATE {sql} SET {} WHERE k = ?1", sets.join(", ")),
            by_id: format!("{select} FROM {sql} r WHERE r.id = ?1"),
            target,
            sql,
            index,
            columns,
            select,
        }
    }
}

/// Makes the tables hold what a registry declares beyond the present layout, and says what has grown. The caller has a
/// transaction open and loads the layout again afterwards.
pub(crate) fn grow(conn: &Connection, old: &Layout, new: &Registry, target: &Target) -> Result<bool> {
    let fields = new.fields(target);
    let known = old.registry.fields(target).len();
    let table = match target {
        Target::Kind(kind) => old.kind(kind),
        Target::Stream(stream) => old.stream(stream),
    };
    if table.is_some() && fields.len() == known {
        return Ok(false);
    }
    let t = match table {
        Some(table) => table.t,
        None => create(conn, target)?,
    };
    let sql = table_name(target);
    let mut taken = column_names(conn, &sql)?;
    for field in fields.iter().skip(known) {
        let column = (taken.len() < MAX_COLUMNS).then(|| plain(field, &taken));
        if let Some(name) = &column {
            for definition in Column::new(target, field, name.clone()).definitions() {
                conn.execute_batch(&format!("ALTER TABLE {sql} ADD COLUMN {definition}"))?;
            }
            taken = column_names(conn, &sql)?;
        }
        let json = serde_json::to_string(field).map_err(|_| Fail::malformed("a declaration that has no JSON form"))?;
        conn.prepare_cached("INSERT INTO _field (target, name, column_name, declaration) VALUES (?1, ?2, ?3, ?4)")?
            .execute((t, field.name.as_str(), column, json))?;
    }
    conn.execute_batch("UPDATE _state SET layout = layout + 1")?;
    Ok(true)
}

/// Names that begin with `_` are for the store; kinds and streams never do.
fn table_name(target: &Target) -> String {
    match target {
        Target::Kind(kind) => format!("_r_{kind}"),
        Target::Stream(stream) => format!("_f_{stream}"),
    }
}

/// Makes the empty table of a kind or stream.
fn create(conn: &Connection, target: &Target) -> Result<i64> {
    let sql = table_name(target);
    let (sort, ddl) = match target {
        Target::Kind(kind) => (
            "kind",
            format!(
                "CREATE TABLE {sql} (k INTEGER PRIMARY KEY, id BLOB NOT NULL, version INTEGER NOT NULL, \
                 subject INTEGER, itself INTEGER NOT NULL, keys TEXT, digest INTEGER NOT NULL, extra TEXT);\n\
                 CREATE UNIQUE INDEX _ri_{kind} ON {sql} (id);\n\
                 CREATE INDEX _rs_{kind} ON {sql} (subject);"
            ),
        ),
        Target::Stream(stream) => (
            "stream",
            format!(
                "CREATE TABLE {sql} (seq INTEGER PRIMARY KEY, id BLOB NOT NULL, subject INTEGER NOT NULL, \
                 at INTEGER NOT NULL, delay INTEGER NOT NULL, name INTEGER NOT NULL, amount INTEGER, \
                 currency INTEGER, points INTEGER, source INTEGER, source_id TEXT, digest INTEGER NOT NULL, extra TEXT);\n\
                 CREATE UNIQUE INDEX _fi_{stream} ON {sql} (id);\n\
                 CREATE INDEX _fs_{stream} ON {sql} (subject, at, name, amount, currency, points);"
            ),
        ),
    };
    conn.execute_batch(&ddl)?;
    let mut insert = conn.prepare_cached("INSERT INTO _target (sort, name) VALUES (?1, ?2)")?;
    Ok(insert.insert((sort, target.as_str()))?)
}

fn column_names(conn: &Connection, table: &str) -> Result<Vec<String>> {
    let mut names = conn.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let names = names.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

/// A column's name: the field's, reduced to a plain identifier that the table has not got yet.
fn plain(field: &FieldDecl, taken: &[String]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let stem: String = field.name.as_str().chars().map(plain).take(48).collect();
    // A leading mark keeps the name apart from numbers and from the words of SQL.
    let stem = if stem.starts_with(|c: char| c.is_ascii_lowercase()) { stem } else { format!("x_{stem}") };
    // SQLite keeps two names for the number of a row.
    let free = |name: &String| {
        !["rowid", "oid"].contains(&name.as_str())
            && !taken.contains(name)
            && !taken.contains(&format!("{name}_currency"))
    };
    let numbered = (2..).map(|number| format!("{stem}_{number}"));
    let mut names = std::iter::once(stem.clone()).chain(numbered);
    names.find(free).unwrap_or(stem)
}

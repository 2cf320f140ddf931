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
    /// Writes a new row, unless there is one with its id.
    pub(crate) insert: String,
    /// Writes a row of a kind's table anew, with the same parameters.
    pub(crate) update: String,
    /// Reads rows by id.
    pub(crate) by_id: String,
    /// Reads the id of a row by its number.
    pub(crate) id_of: String,
}

/// The columns before the declared ones in what a record is read with.
pub(crate) const RECORD: usize = 6;
/// The columns before the declared ones in what a fact is read with.
pub(crate) const FACT: usize = 12;

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

    pub(crate) fn target(&self, target: &Target) -> Option<&Arc<Table>> {
        match target {
            Target::Kind(kind) => self.kind(kind),
            Target::Stream(stream) => self.stream(stream),
        }
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
        let (fixed, select, index) = match &target {
            Target::Kind(kind) => {
                (OF_A_KIND, "SELECT r.id, r.version, r.subject, r.itself, r.keys, r.extra", format!("_rs_{kind}"))
            }
            Target::Stream(stream) => (
                OF_A_STREAM,
                "SELECT r.seq, r.id, r.subject, r.at, r.delay, r.name, r.amount, r.currency, r.points, r.source, \
                 r.source_id, r.extra",
                format!("_fs_{stream}"),
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
            insert: format!("INSERT INTO {sql} ({names}) VALUES ({}) ON CONFLICT (id) DO NOTHING", marks.join(", ")),
            update: format!("UPDATE {sql} SET {} WHERE k = ?1", sets.join(", ")),
            id_of: format!("SELECT id FROM {sql} WHERE {} = ?1", names.split(", ").next().unwrap_or_default()),
            by_id: format!("{select} FROM {sql} r WHERE r.id = ?1"),
            target,
            sql,
            index,
            columns,
            select,
        }
    }
}

/// Names that begin with `_` are for the store; kinds and streams never do.
pub(crate) fn table_name(target: &Target) -> String {
    match target {
        Target::Kind(kind) => format!("_r_{kind}"),
        Target::Stream(stream) => format!("_f_{stream}"),
    }
}

/// The columns that every kind's table has.
pub(crate) const OF_A_KIND: &str = "k, id, version, subject, itself, keys, digest, extra";
/// The columns that every stream's table has.
pub(crate) const OF_A_STREAM: &str =
    "seq, id, subject, at, delay, name, amount, currency, points, source, source_id, digest, extra";

//! Making tables hold what is declared.

use std::collections::BTreeSet;

use crm_core::base::{FieldDecl, Registry, Target, ValueType};
use rusqlite::Connection;

use crate::column::Column;
use crate::error::{Fail, Result};
use crate::layout::{Layout, OF_A_KIND, OF_A_STREAM, table_name};

/// The most columns that fields get; SQLite allows 2,000. Further fields are kept in `extra`.
const MAX_COLUMNS: usize = 900;

/// Makes the tables hold what a registry declares beyond the present layout, and says whether anything has grown. The
/// caller has a transaction open and loads the layout again afterwards.
pub(crate) fn grow(conn: &Connection, old: &Layout, new: &Registry, target: &Target) -> Result<bool> {
    let fields = new.fields(target);
    let table = old.target(target);
    let fresh = &fields[old.registry.fields(target).len().min(fields.len())..];
    if table.is_some() && fresh.is_empty() {
        return Ok(false);
    }
    let fixed = if matches!(target, Target::Kind(_)) { OF_A_KIND } else { OF_A_STREAM };
    let mut taken: BTreeSet<String> = fixed.split(", ").map(str::to_owned).collect();
    taken.extend(table.iter().flat_map(|table| &table.columns).flat_map(Column::names));
    let mut columns: Vec<Option<Column>> = Vec::with_capacity(fresh.len());
    for field in fresh {
        let column = (taken.len() < MAX_COLUMNS).then(|| Column::new(target, field, plain(field, &taken)));
        taken.extend(column.iter().flat_map(Column::names));
        columns.push(column);
    }
    let definitions = columns.iter().flatten().flat_map(Column::definitions);
    let t = if let Some(table) = table {
        for definition in definitions {
            conn.execute_batch(&format!("ALTER TABLE {} ADD COLUMN {definition}", table.sql))?;
        }
        table.t
    } else {
        create(conn, target, &std::iter::once(String::new()).chain(definitions).collect::<Vec<_>>().join(", "))?
    };
    let mut insert =
        conn.prepare_cached("INSERT INTO _field (target, name, column_name, declaration) VALUES (?1, ?2, ?3, ?4)")?;
    for (field, column) in fresh.iter().zip(columns) {
        let json = serde_json::to_string(field).map_err(|_| Fail::malformed("a declaration that has no JSON form"))?;
        insert.execute((t, field.name.as_str(), column.map(|column| column.sql), json))?;
    }
    conn.prepare_cached("UPDATE _state SET layout = layout + 1")?.execute([])?;
    Ok(true)
}

/// Makes the empty table of a kind or stream. Its text is the same whether fields are declared with it or later.
fn create(conn: &Connection, target: &Target, columns: &str) -> Result<i64> {
    let sql = table_name(target);
    let (sort, ddl) = match target {
        Target::Kind(kind) => (
            "kind",
            format!(
                "CREATE TABLE {sql} (k INTEGER PRIMARY KEY, id BLOB NOT NULL, version INTEGER NOT NULL, \
                 subject INTEGER, itself INTEGER NOT NULL, keys TEXT, digest INTEGER NOT NULL, extra TEXT{columns});\n\
                 CREATE UNIQUE INDEX _ri_{kind} ON {sql} (id);\n\
                 CREATE INDEX _rs_{kind} ON {sql} (subject);"
            ),
        ),
        Target::Stream(stream) => (
            "stream",
            format!(
                "CREATE TABLE {sql} (seq INTEGER PRIMARY KEY, id BLOB NOT NULL, subject INTEGER NOT NULL, \
                 at INTEGER NOT NULL, delay INTEGER NOT NULL, name INTEGER NOT NULL, amount INTEGER, currency INTEGER, \
                 points INTEGER, source INTEGER, source_id TEXT, digest INTEGER NOT NULL, extra TEXT{columns});\n\
                 CREATE UNIQUE INDEX _fi_{stream} ON {sql} (id);\n\
                 CREATE INDEX _fs_{stream} ON {sql} (subject, at, name, amount, currency, points);"
            ),
        ),
    };
    conn.execute_batch(&ddl)?;
    let mut insert = conn.prepare_cached("INSERT INTO _target (sort, name) VALUES (?1, ?2)")?;
    Ok(insert.insert((sort, target.as_str()))?)
}

/// A column's name: the field's, reduced to small letters, digits and `_`, and numbered where the table has it already.
fn plain(field: &FieldDecl, taken: &BTreeSet<String>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let stem: String = field.name.as_str().chars().map(plain).take(48).collect();
    let stem = if stem.starts_with(|c: char| c.is_ascii_lowercase()) { stem } else { format!("x_{stem}") };
    let free = |name: &String| {
        // SQLite keeps two names for the number of a row.
        !["rowid", "oid"].contains(&name.as_str())
            && !taken.contains(name)
            && (field.value_type != ValueType::Money || !taken.contains(&format!("{name}_currency")))
    };
    let numbered = (2..).map(|number| format!("{stem}_{number}"));
    let mut names = std::iter::once(stem.clone()).chain(numbered);
    names.find(free).unwrap_or(stem)
}

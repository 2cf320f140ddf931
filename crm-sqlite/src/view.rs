//! Views for people: one for each kind and stream, with ids, instants and money as they are read aloud.

use crm_core::base::{Registry, Target};
use rusqlite::Connection;

use crate::column::{decimal, instant, uuid};
use crate::error::Result;
use crate::layout::{Layout, Table};

/// Makes the view of a table anew, after its columns have grown.
pub(crate) fn renew(conn: &Connection, layout: &Layout, table: &Table) -> Result<()> {
    let name = name(&layout.registry, &table.target);
    let columns: Vec<String> = columns(&layout.registry, table)
        .into_iter()
        .map(|(name, shown)| format!("{shown} AS {}", quoted(&name)))
        .collect();
    conn.execute_batch(&format!(
        "DROP VIEW IF EXISTS {name};\nCREATE VIEW {name} AS SELECT\n  {}\nFROM {} r;",
        columns.join(",\n  "),
        table.sql
    ))?;
    Ok(())
}

/// The name of a view: that of the kind or stream, unless SQLite keeps it for itself or a kind has it already.
fn name(registry: &Registry, target: &Target) -> String {
    let name = target.as_str();
    let reserved = name.starts_with("sqlite_");
    match target {
        Target::Kind(_) if reserved => format!("\"kind {name}\""),
        Target::Stream(_) if reserved || registry.iter().any(|(other, _)| is_kind(other, name)) => {
            format!("\"stream {name}\"")
        }
        _ => quoted(name),
    }
}

fn is_kind(target: &Target, name: &str) -> bool {
    matches!(target, Target::Kind(kind) if kind.as_str() == name)
}

fn columns(registry: &Registry, table: &Table) -> Vec<(String, String)> {
    let subject = format!("(SELECT {} FROM _subject s WHERE s.k = r.subject)", uuid("s.id"));
    let word = |column: &str| format!("(SELECT w.word FROM _word w WHERE w.w = r.{column})");
    let own = |name: &str, shown: String| (name.to_owned(), shown);
    let (mut columns, after) = match &table.target {
        Target::Kind(_) => (
            vec![own("id", uuid("r.id")), own("version", "r.version".into()), own("subject", subject)],
            vec![own("keys", "r.keys".into()), own("extra", "r.extra".into())],
        ),
        Target::Stream(_) => {
            let currency = |what: &str| format!("(SELECT c.{what} FROM _currency c WHERE c.c = r.currency)");
            (
                vec![
                    own("id", uuid("r.id")),
                    own("subject", subject),
                    own("at", instant("r.at")),
                    own("recorded", instant("(r.at + r.delay)")),
                    own("name", word("name")),
                    own("amount", decimal("r.amount", &currency("scale"), &currency("exponent"))),
                    own("currency", currency("code")),
                    own("points", "r.points".into()),
                    own("source", word("source")),
                    own("source_id", "r.source_id".into()),
                ],
                vec![own("extra", "r.extra".into())],
            )
        }
    };
    for field in registry.fields(&table.target) {
        let Some(column) = table.columns.iter().find(|column| column.name == field.name) else { continue };
        let same = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
        let taken = columns.iter().chain(&after).any(|(name, _)| same(name, field.name.as_str()));
        let name = if taken { column.sql.clone() } else { field.name.to_string() };
        columns.push((name, column.shown()));
    }
    columns.extend(after);
    columns
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

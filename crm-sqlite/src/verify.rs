//! Looking for damage.

use std::sync::Arc;

use crm_core::base::{Reason, Target};
use crm_core::store::VerifyReport;
use rusqlite::{Connection, Row};

use crate::error::{Fail, Result};
use crate::keys::key_hash;
use crate::layout::Table;
use crate::session::Known;
use crate::{column, facts, feed, records};

/// How many problems are listed; a file that is damaged all over is not read to its end.
const MAX_PROBLEMS: usize = 1_000;

/// The structure of the file.
pub(crate) fn quick(conn: &Connection, known: &mut Known) -> Result<VerifyReport> {
    let mut report = VerifyReport { checked: count(conn, known)?, problems: Vec::new() };
    structure(conn, "quick_check", &mut report)?;
    Ok(report)
}

/// The structure of the file, the content of every row, and whatever one table says of another.
pub(crate) fn full(conn: &Connection, known: &mut Known) -> Result<VerifyReport> {
    let mut report = VerifyReport::default();
    let report = &mut report;
    structure(conn, "integrity_check", report)?;
    let layout = Arc::clone(&known.layout);
    let mut keys = 0;
    for table in layout.kinds() {
        noted(rows(conn, known, table, &mut keys, report), report, table.target.as_str())?;
    }
    for table in layout.streams() {
        noted(rows(conn, known, table, &mut keys, report), report, table.target.as_str())?;
        let sql = format!("SELECT count(*) FROM {0} WHERE subject IN (SELECT k FROM _subject WHERE erased)", table.sql);
        expect(conn, &sql, 0, report, "facts about somebody who was erased")?;
    }
    expect(conn, "SELECT count(*) FROM _key", keys, report, "the index of keys disagrees with the records")?;
    expect(conn, "SELECT max(seq) - count(*) FROM _commit", 0, report, "a commit is missing")?;
    noted(feed::check(conn, known), report, "the feed")?;
    Ok(std::mem::take(report))
}

/// How many records and facts there are.
pub(crate) fn count(conn: &Connection, known: &Known) -> Result<u64> {
    let mut sum = 0;
    for table in known.layout.kinds().chain(known.layout.streams()) {
        let sql = format!("SELECT count(*) FROM {}", table.sql);
        sum += conn.prepare_cached(&sql)?.query_row([], |row| row.get::<_, i64>(0))? as u64;
    }
    Ok(sum)
}

fn structure(conn: &Connection, pragma: &str, report: &mut VerifyReport) -> Result<()> {
    let check = |report: &mut VerifyReport| {
        let mut check = conn.prepare(&format!("PRAGMA {pragma}"))?;
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            let line: String = row.get(0)?;
            if line != "ok" {
                report.problems.push(Reason::from(line));
            }
        }
        Ok(())
    };
    noted(check(report), report, "the file")
}

/// Makes damage that ends a check a problem of the report, and leaves other failures.
fn noted(result: Result<()>, report: &mut VerifyReport, place: &str) -> Result<()> {
    let Err(fail) = result else { return Ok(()) };
    match crm_core::store::StoreError::from(fail) {
        crm_core::store::StoreError::Corrupt { reason } => {
            report.problems.push(format!("{place}: {reason}").into());
            Ok(())
        }
        other => Err(Fail::Store(other)),
    }
}

fn expect(conn: &Connection, sql: &str, expected: i64, report: &mut VerifyReport, problem: &'static str) -> Result<()> {
    let found: Option<i64> = conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    if found.unwrap_or(0) != expected {
        report.problems.push(problem.into());
    }
    Ok(())
}

/// Compares every row of a table with its digest.
fn rows(conn: &Connection, known: &mut Known, table: &Table, keys: &mut i64, report: &mut VerifyReport) -> Result<()> {
    let from = match &table.target {
        Target::Kind(_) => format!(
            "r.digest, r.k, r.subject IS NULL OR (NOT s.erased AND r.itself = (s.id = r.id)) \
             FROM {} r LEFT JOIN _subject s ON s.k = r.subject ORDER BY r.k",
            table.sql
        ),
        Target::Stream(_) => format!("r.digest, r.seq, 1 FROM {} r ORDER BY r.seq", table.sql),
    };
    let mut all = conn.prepare(&format!("{}, {from}", table.select))?;
    let last = all.column_count() - 1;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()?
        && report.problems.len() < MAX_PROBLEMS
    {
        report.checked += 1;
        let stored = column::integer(row.get_ref(last - 2)?);
        let linked = matches!(row.get_ref(last)?, rusqlite::types::ValueRef::Integer(1));
        let same = match (digest(conn, known, table, keys, row), stored) {
            (Ok(now), Ok(then)) => now == then as u64,
            _ => false,
        };
        if !(same && linked) {
            let (name, number): (_, i64) = (table.target.as_str(), row.get(last - 1)?);
            report.problems.push(format!("{name}, row {number}: changed since it was written").into());
        }
    }
    Ok(())
}

/// The digest of a row as it is now, and how many keys it has in the index.
fn digest(conn: &Connection, known: &mut Known, table: &Table, keys: &mut i64, row: &Row<'_>) -> Result<u64> {
    match &table.target {
        Target::Stream(stream) => facts::read(conn, known, table, stream, row).map(|fact| fact.digest()),
        Target::Kind(kind) => {
            let record = records::read(conn, known, table, kind, row)?;
            let mut find = conn.prepare_cached(&format!(
                "SELECT 1 FROM _key y JOIN {} r ON r.k = y.record WHERE y.hash = ?1 AND y.is_unique = ?2 AND r.id = ?3",
                table.sql
            ))?;
            for key in &record.keys {
                if !find.exists((key_hash(kind, key), key.unique, record.id.as_bytes()))? {
                    return Err(Fail::corrupt("a key is missing in the index"));
                }
                *keys += 1;
            }
            Ok(record.digest())
        }
    }
}

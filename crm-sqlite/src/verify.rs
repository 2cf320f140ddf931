//! Looking for damage.

use crm_core::base::{Reason, Target};
use crm_core::store::VerifyReport;
use rusqlite::Connection;

use crate::error::Result;
use crate::session::Known;
use crate::{column, facts, records};

/// The structure of the file.
pub(crate) fn quick(conn: &Connection, known: &mut Known) -> Result<VerifyReport> {
    let mut report = VerifyReport::default();
    pragma(conn, "quick_check", &mut report)?;
    let layout = std::sync::Arc::clone(&known.layout);
    for table in layout.kinds().chain(layout.streams()) {
        let sql = format!("SELECT count(*) FROM {}", table.sql);
        let count: i64 = conn.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
        report.checked += count as u64;
    }
    Ok(report)
}

fn pragma(conn: &Connection, name: &str, report: &mut VerifyReport) -> Result<()> {
    let mut check = conn.prepare(&format!("PRAGMA {name}"))?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.problems.push(Reason::from(line));
        }
    }
    Ok(())
}

/// The structure of the file, and the content of every row.
pub(crate) fn full(conn: &Connection, known: &mut Known) -> Result<VerifyReport> {
    let mut report = VerifyReport::default();
    pragma(conn, "integrity_check", &mut report)?;
    let layout = std::sync::Arc::clone(&known.layout);
    for table in layout.kinds().chain(layout.streams()) {
        let from = match &table.target {
            Target::Kind(_) => format!("FROM {} r LEFT JOIN _record i ON i.k = r.k ORDER BY r.k", table.sql),
            Target::Stream(_) => format!("FROM {} r ORDER BY r.seq", table.sql),
        };
        let mut all = conn.prepare(&format!("{}, r.digest, r.rowid {from}", table.select))?;
        let count = all.column_count();
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            report.checked += 1;
            let (stored, number) =
                (column::integer(row.get_ref(count - 2)?), column::integer(row.get_ref(count - 1)?)?);
            let read = match &table.target {
                Target::Kind(kind) => records::read(conn, known, table, kind, row).map(|record| record.digest()),
                Target::Stream(stream) => facts::read(conn, known, table, stream, row).map(|fact| fact.digest()),
            };
            let same = matches!((read, stored), (Ok(now), Ok(then)) if now == then as u64);
            if !same {
                let name = table.target.as_str();
                report.problems.push(format!("{name}, row {number}: changed since it was written").into());
            }
        }
    }
    Ok(report)
}

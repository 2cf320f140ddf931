//! The change feed: what each commit touched, kept as numbers only.

use crm_core::base::Target;
use crm_core::change::{Committed, Touched as Thing};
use rusqlite::{Connection, Row};
use serde_json::{Map, Value as Json, json};

use crate::column;
use crate::error::{Fail, Result};
use crate::layout::Table;
use crate::session::Known;

/// What a commit touched.
///
/// As JSON: `{"declared":[1],"records":[17,20],"facts":[[2,1000,1099]],"erased":[5]}`: numbers of targets, the first and
/// last row of `_touched`, stream with first and last row, numbers of subjects. Empty parts are left out.
#[derive(Default)]
pub(crate) struct Touched {
    pub(crate) declared: Vec<i64>,
    pub(crate) records: Option<[i64; 2]>,
    facts: Vec<[i64; 3]>,
    pub(crate) erased: Vec<i64>,
}

impl Touched {
    /// Notes facts from one row number up to another, exclusive.
    pub(crate) fn appended(&mut self, stream: i64, start: i64, end: i64) {
        if start == end {
            return;
        }
        match self.facts.iter_mut().find(|[of, _, last]| *of == stream && *last + 1 == start) {
            Some(range) => range[2] = end - 1,
            None => self.facts.push([stream, start, end - 1]),
        }
    }

    pub(crate) fn to_json(&self) -> Result<String> {
        let mut map = Map::new();
        let mut put = |name: &str, empty: bool, value: Json| {
            if !empty {
                map.insert(name.to_owned(), value);
            }
        };
        put("declared", self.declared.is_empty(), json!(self.declared));
        put("records", self.records.is_none(), json!(self.records));
        put("facts", self.facts.is_empty(), json!(self.facts));
        put("erased", self.erased.is_empty(), json!(self.erased));
        serde_json::to_string(&map).map_err(|_| column::odd())
    }

    fn from_json(text: &str) -> Result<Self> {
        let bad = || Fail::corrupt("a commit cannot be read");
        let mut map: Map<String, Json> = serde_json::from_str(text).map_err(|_| bad())?;
        let mut part = |name: &str| map.remove(name).unwrap_or(Json::Null);
        let numbers = |json: Json| if json.is_null() { Ok(Vec::new()) } else { serde_json::from_value(json) };
        let ranges = part("facts");
        Ok(Self {
            declared: numbers(part("declared")).map_err(|_| bad())?,
            records: serde_json::from_value(part("records")).map_err(|_| bad())?,
            facts: if ranges.is_null() { Vec::new() } else { serde_json::from_value(ranges).map_err(|_| bad())? },
            erased: numbers(part("erased")).map_err(|_| bad())?,
        })
    }
}

/// The commits after a number.
pub(crate) fn changes(conn: &Connection, known: &mut Known, after: u64, limit: usize) -> Result<Vec<Committed>> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut commits =
        conn.prepare_cached("SELECT seq, at, touched FROM _commit WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let mut rows = commits.query((after, limit as i64))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(committed(conn, known, row)?);
    }
    Ok(all)
}

fn committed(conn: &Connection, known: &mut Known, row: &Row<'_>) -> Result<Committed> {
    let touched = Touched::from_json(column::utf8(row.get_ref(2)?.as_bytes().map_err(|_| column::odd())?)?)?;
    let mut things = Vec::new();
    for t in touched.declared {
        things.push(Thing::Declared(target(known, t)?.target.clone()));
    }
    if let Some([first, last]) = touched.records {
        records(conn, known, first, last, &mut things)?;
    }
    for [stream, first, last] in touched.facts {
        let table = target(known, stream)?;
        let Target::Stream(stream) = &table.target else { return Err(column::odd()) };
        let sql = format!("SELECT id FROM {} WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq", table.sql);
        let mut ids = conn.prepare_cached(&sql)?;
        let mut rows = ids.query([first, last])?;
        while let Some(row) = rows.next()? {
            things.push(Thing::Appended { stream: stream.clone(), id: column::id(row.get_ref(0)?)? });
        }
    }
    for k in touched.erased {
        things.push(Thing::Erased { subject: known.subject(conn, k)? });
    }
    let seq = column::integer(row.get_ref(0)?)? as u64;
    Ok(Committed { seq, at: column::instant_of(column::integer(row.get_ref(1)?)?)?, touched: things })
}

fn target(known: &Known, t: i64) -> Result<std::sync::Arc<Table>> {
    known.layout.number(t).cloned().ok_or_else(|| Fail::corrupt("a commit names an unknown kind or stream"))
}

/// Names records, except those that were erased and those that were about somebody who was.
fn records(conn: &Connection, known: &Known, first: i64, last: i64, things: &mut Vec<Thing>) -> Result<()> {
    let mut touched = conn.prepare_cached(
        "SELECT y.target, y.record, y.gone FROM _touched y LEFT JOIN _subject s ON s.k = y.subject \
         WHERE y.n BETWEEN ?1 AND ?2 AND coalesce(s.erased, 0) = 0 ORDER BY y.n",
    )?;
    let mut rows = touched.query([first, last])?;
    while let Some(row) = rows.next()? {
        let (t, record, gone): (i64, i64, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let table = target(known, t)?;
        let Target::Kind(kind) = &table.target else { return Err(column::odd()) };
        let mut find = conn.prepare_cached(&format!(
            "SELECT id FROM {} WHERE k = ?2 UNION ALL SELECT id FROM _gone WHERE target = ?1 AND record = ?2",
            table.sql
        ))?;
        let mut ids = find.query([t, record])?;
        if let Some(row) = ids.next()? {
            let (kind, id) = (kind.clone(), column::id(row.get_ref(0)?)?);
            things.push(if gone { Thing::Deleted { kind, id } } else { Thing::Put { kind, id } });
        }
    }
    Ok(())
}

/// The first row of a stream that was appended after a commit.
pub(crate) fn first_after(conn: &Connection, stream: i64, since: u64) -> Result<Option<i64>> {
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    let mut commits = conn.prepare_cached("SELECT touched FROM _commit WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = commits.query([since])?;
    while let Some(row) = rows.next()? {
        let touched = Touched::from_json(column::utf8(row.get_ref(0)?.as_bytes().map_err(|_| column::odd())?)?)?;
        if let Some([_, first, _]) = touched.facts.iter().find(|[of, _, _]| *of == stream) {
            return Ok(Some(*first));
        }
    }
    Ok(None)
}

/// Whether every commit can be told.
pub(crate) fn check(conn: &Connection, known: &mut Known) -> Result<()> {
    let mut commits = conn.prepare_cached("SELECT touched FROM _commit ORDER BY seq")?;
    let mut rows = commits.query([])?;
    while let Some(row) = rows.next()? {
        let touched = Touched::from_json(column::utf8(row.get_ref(0)?.as_bytes().map_err(|_| column::odd())?)?)?;
        for t in touched.declared.iter().chain(touched.facts.iter().map(|[stream, _, _]| stream)) {
            target(known, *t)?;
        }
        for k in touched.erased {
            known.subject(conn, k)?;
        }
    }
    Ok(())
}

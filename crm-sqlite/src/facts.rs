//! Reading facts.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use crm_core::base::{Cursor, Id, Order, Page, Stream, Timestamp};
use crm_core::fact::{Fact, SourceRef};
use crm_core::store::{FactQuery, WithFields};
use rusqlite::types::{Value as Owned, ValueRef};
use rusqlite::{Connection, Row, params};

use crate::column::{self, money, read_fields, utf8};
use crate::error::{Fail, Result};
use crate::layout::{FACT, Table};
use crate::session::Known;

/// A place in a listing: the subject's number, the instant, the row's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    subject: i64,
    at: i64,
    seq: i64,
}

impl Position {
    /// Reads a cursor that a page in the same order has given.
    pub(crate) fn read(cursor: &Cursor, order: Order) -> Result<Self> {
        let parse = || {
            let mut parts = cursor.0.strip_prefix(letter(order))?.split('.');
            let mut next = || parts.next()?.parse::<i64>().ok();
            let place = Self { subject: next()?, at: next()?, seq: next()? };
            let possible = place.subject >= 0 && Timestamp::from_micros(place.at).is_ok() && place.seq >= 0;
            (possible && parts.next().is_none()).then_some(place)
        };
        parse().ok_or_else(|| Fail::malformed("not a cursor of this listing of facts"))
    }

    fn write(self, order: Order) -> Cursor {
        Cursor(format!("{}{}.{}.{}", letter(order), self.subject, self.at, self.seq))
    }
}

const fn letter(order: Order) -> &'static str {
    match order {
        Order::Oldest => "o",
        Order::Newest => "n",
        _ => "c",
    }
}

/// Reads a fact as [`Table::select`] asks for it.
pub(crate) fn read(
    conn: &Connection,
    known: &mut Known,
    table: &Table,
    stream: &Stream,
    row: &Row<'_>,
) -> Result<Fact> {
    let source = match row.get_ref(10)? {
        ValueRef::Null => None,
        word => Some(SourceRef {
            source: known.word(conn, column::integer(word)?)?,
            id: utf8(row.get_ref(11)?.as_bytes().map_err(|_| column::odd())?)?.into(),
        }),
    };
    Ok(Fact {
        stream: stream.clone(),
        id: column::id(row.get_ref(2)?)?,
        subject: known.subject(conn, column::integer(row.get_ref(3)?)?)?,
        at: column::instant_of(column::integer(row.get_ref(4)?)?)?,
        recorded: column::instant_of(column::integer(row.get_ref(5)?)?)?,
        name: known.word(conn, column::integer(row.get_ref(6)?)?)?,
        amount: match row.get_ref(7)? {
            ValueRef::Null => None,
            minor => Some(money(column::integer(minor)?, row.get_ref(8)?)?),
        },
        points: column::integer_or_null(row.get_ref(9)?)?,
        source,
        fields: read_fields(row, &table.columns, FACT, 12)?,
    })
}

/// What [`WithFields::Measures`] is read with: the covering index holds all of it.
const MEASURES: &str =
    "SELECT (SELECT layout FROM _state), r.seq, r.subject, r.at, r.name, r.amount, r.currency, r.points";

fn read_measures(conn: &Connection, known: &mut Known, stream: &Stream, row: &Row<'_>) -> Result<Fact> {
    let subject = known.subject(conn, column::integer(row.get_ref(2)?)?)?;
    let at = column::instant_of(column::integer(row.get_ref(3)?)?)?;
    let name = known.word(conn, column::integer(row.get_ref(4)?)?)?;
    let mut fact = Fact::new(stream.clone(), Id::NIL, subject, at, name);
    fact.amount = match row.get_ref(5)? {
        ValueRef::Null => None,
        minor => Some(money(column::integer(minor)?, row.get_ref(6)?)?),
    };
    fact.points = column::integer_or_null(row.get_ref(7)?)?;
    Ok(fact)
}

/// A question in the terms of the tables, and the page that answers it.
struct Asked<'a> {
    query: &'a FactQuery,
    table: Arc<Table>,
    after: Option<Position>,
    names: Owned,
    limit: usize,
    items: Vec<Fact>,
    last: Option<Position>,
    more: bool,
}

/// A page of facts.
pub(crate) fn page(conn: &Connection, known: &mut Known, query: &FactQuery, limit: usize) -> Result<Page<Fact>> {
    let after = query.cursor.as_ref().map(|cursor| Position::read(cursor, query.order)).transpose()?;
    let nothing = || Page::new(Vec::new(), None);
    let Some(table) = known.stream(conn, &query.stream)? else { return Ok(nothing()) };
    let Some(names) = names(conn, query)? else { return Ok(nothing()) };
    let mut asked = Asked { query, table, after, names, limit, items: Vec::new(), last: None, more: false };
    if let Some(ids) = &query.ids {
        asked.by_id(conn, known, ids)?;
    } else {
        let subjects = query.subjects.as_ref().map(|ids| subjects(conn, known, ids)).transpose()?;
        match (query.order, subjects) {
            (Order::Oldest | Order::Newest, Some(subjects)) => asked.by_subject(conn, known, subjects)?,
            (Order::Oldest | Order::Newest, None) => asked.everybody(conn, known)?,
            (_, subjects) => asked.recorded(conn, known, subjects)?,
        }
    }
    let next = asked.last.filter(|_| asked.more).map(|last| last.write(query.order));
    Ok(Page::new(asked.items, next))
}

/// The numbers of the names asked for: null when any will do, nothing when none has ever been used.
fn names(conn: &Connection, query: &FactQuery) -> Result<Option<Owned>> {
    if query.names.is_empty() {
        return Ok(Some(Owned::Null));
    }
    let mut find = conn.prepare_cached("SELECT w FROM _word WHERE word = ?1")?;
    let mut numbers: Vec<i64> = Vec::new();
    for name in &query.names {
        let mut rows = find.query([name.as_str()])?;
        if let Some(row) = rows.next()? {
            numbers.push(row.get(0)?);
        }
    }
    match numbers.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(Owned::Integer(*one))),
        _ => serde_json::to_string(&numbers).map(|json| Some(Owned::Text(json))).map_err(|_| column::odd()),
    }
}

/// The numbers of the subjects asked for, in their order and each once.
fn subjects(conn: &Connection, known: &mut Known, ids: &[Id]) -> Result<Vec<i64>> {
    let mut numbers = Vec::with_capacity(ids.len());
    for id in ids {
        numbers.extend(known.subject_key(conn, *id)?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

impl Asked<'_> {
    const fn measures(&self) -> bool {
        matches!(self.query.fields, WithFields::Measures)
    }

    fn select(&self) -> &str {
        if self.measures() { MEASURES } else { &self.table.select }
    }

    /// The conditions that are the same in every order. Parameters 1 to 3 are a place, 4 and 5 the window, 6 the names,
    /// 7 `known`, 8 the limit.
    fn conditions(&self) -> String {
        let names = match self.names {
            Owned::Null => "",
            Owned::Integer(_) => " AND r.name = ?6",
            _ => " AND r.name IN (SELECT value FROM json_each(?6))",
        };
        let known = if self.query.known.is_some() { " AND r.recorded <= ?7" } else { "" };
        format!(" AND r.at >= ?4 AND r.at < ?5{names}{known}")
    }

    /// Runs a statement whose parameters are a place, the conditions and a limit, and takes its rows in.
    fn run(&mut self, conn: &Connection, known: &mut Known, sql: &str, from: &(Owned, i64, i64)) -> Result<()> {
        let window = (self.query.window.start.as_micros(), self.query.window.end.as_micros());
        let instant = self.query.known.map(Timestamp::as_micros);
        let room = (self.limit - self.items.len() + 1) as i64;
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows =
            statement.query(params![from.0, from.1, from.2, window.0, window.1, self.names, instant, room])?;
        let mut first = true;
        while let Some(row) = rows.next()? {
            if std::mem::take(&mut first) {
                known.check(row.get(0)?)?;
            }
            if self.items.len() == self.limit {
                self.more = true;
                return Ok(());
            }
            let (subject, at) = if self.measures() { (2, 3) } else { (3, 4) };
            self.last = Some(Position { subject: row.get(subject)?, at: row.get(at)?, seq: row.get(1)? });
            self.items.push(if self.measures() {
                read_measures(conn, known, &self.query.stream, row)?
            } else {
                read(conn, known, &self.table, &self.query.stream, row)?
            });
        }
        Ok(())
    }

    /// Subject by subject, those that were asked for.
    fn by_subject(&mut self, conn: &Connection, known: &mut Known, mut subjects: Vec<i64>) -> Result<()> {
        let newest = self.query.order == Order::Newest;
        let (compare, direction, outside) =
            if newest { ("<", "DESC", (i64::MAX, i64::MAX)) } else { (">", "ASC", (i64::MIN, i64::MIN)) };
        let sql = format!(
            "{} FROM {1} r INDEXED BY {1}_subject WHERE r.subject = ?1 AND (r.at, r.seq) {compare} (?2, ?3){2} \
             ORDER BY r.at {direction}, r.seq {direction} LIMIT ?8",
            self.select(),
            self.table.sql,
            self.conditions()
        );
        if newest {
            subjects.reverse();
        }
        for subject in subjects {
            let from = match self.after {
                Some(after) if after.subject == subject => (after.at, after.seq),
                Some(after) if (after.subject > subject) != newest => continue,
                _ => outside,
            };
            self.run(conn, known, &sql, &(Owned::Integer(subject), from.0, from.1))?;
            if self.more {
                break;
            }
        }
        Ok(())
    }

    /// Subject by subject, all of them.
    fn everybody(&mut self, conn: &Connection, known: &mut Known) -> Result<()> {
        let newest = self.query.order == Order::Newest;
        let (compare, direction, outside) = if newest { ("<", "DESC", i64::MAX) } else { (">", "ASC", i64::MIN) };
        let sql = format!(
            "{} FROM {1} r INDEXED BY {1}_subject WHERE (r.subject, r.at, r.seq) {compare} (?1, ?2, ?3){2} \
             ORDER BY r.subject {direction}, r.at {direction}, r.seq {direction} LIMIT ?8",
            self.select(),
            self.table.sql,
            self.conditions()
        );
        let from = self.after.map_or((outside, outside, outside), |after| (after.subject, after.at, after.seq));
        self.run(conn, known, &sql, &(Owned::Integer(from.0), from.1, from.2))
    }

    /// In the order of the rows.
    fn recorded(&mut self, conn: &Connection, known: &mut Known, subjects: Option<Vec<i64>>) -> Result<()> {
        let (select, table, conditions) = (self.select(), &self.table.sql, self.conditions());
        let sql = if subjects.is_some() {
            // The index gives the row numbers, which are sorted before any row is read.
            format!(
                "{select} FROM {table} r WHERE r.seq IN (SELECT r.seq FROM {table} r INDEXED BY {table}_subject \
                 WHERE r.subject IN (SELECT value FROM json_each(?1)) AND r.seq > ?3{conditions} \
                 ORDER BY r.seq LIMIT ?8) ORDER BY r.seq"
            )
        } else {
            format!(
                "{select} FROM {table} r NOT INDEXED WHERE r.seq > ?3{conditions} \
                 ORDER BY r.seq LIMIT ?8"
            )
        };
        let after = self.after.map_or(0, |after| after.seq);
        let subjects = serde_json::to_string(&subjects.unwrap_or_default()).map_err(|_| column::odd())?;
        self.run(conn, known, &sql, &(Owned::Text(subjects), 0, after))
    }

    /// Facts that are asked for by id.
    fn by_id(&mut self, conn: &Connection, known: &mut Known, ids: &[Id]) -> Result<()> {
        let query = self.query;
        let subjects: Option<HashSet<Id>> = query.subjects.as_ref().map(|ids| ids.iter().copied().collect());
        let wanted = |fact: &Fact| {
            subjects.as_ref().is_none_or(|subjects| subjects.contains(&fact.subject))
                && (query.names.is_empty() || query.names.contains(&fact.name))
                && query.window.contains(fact.at)
                && query.known.is_none_or(|known| fact.recorded <= known)
        };
        let mut found: Vec<(Position, Fact)> = Vec::new();
        for id in ids.iter().copied().collect::<HashSet<_>>() {
            let mut statement = conn.prepare_cached(&self.table.by_id)?;
            let mut rows = statement.query([id.as_bytes()])?;
            let Some(row) = rows.next()? else { continue };
            known.check(row.get(0)?)?;
            let fact = read(conn, known, &self.table, &query.stream, row)?;
            let place = Position { subject: row.get(3)?, at: row.get(4)?, seq: row.get(1)? };
            let behind = self.after.is_none_or(|after| match query.order {
                Order::Oldest => place > after,
                Order::Newest => place < after,
                _ => place.seq > after.seq,
            });
            if behind && wanted(&fact) {
                found.push((place, fact));
            }
        }
        match query.order {
            Order::Oldest => found.sort_unstable_by_key(|(place, _)| *place),
            Order::Newest => found.sort_unstable_by_key(|(place, _)| Reverse(*place)),
            _ => found.sort_unstable_by_key(|(place, _)| place.seq),
        }
        self.more = found.len() > self.limit;
        found.truncate(self.limit);
        self.last = found.last().map(|(place, _)| *place);
        self.items =
            found.into_iter().map(|(_, fact)| if self.measures() { only_measures(fact) } else { fact }).collect();
        Ok(())
    }
}

/// What is left of a fact when only its measures are asked for.
fn only_measures(fact: Fact) -> Fact {
    let mut small = Fact::new(fact.stream, Id::NIL, fact.subject, fact.at, fact.name);
    small.amount = fact.amount;
    small.points = fact.points;
    small
}

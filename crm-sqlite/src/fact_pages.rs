//! Pages of facts.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use crm_core::base::{Id, Order, Page, Window};
use crm_core::fact::Fact;
use crm_core::store::{FactQuery, WithFields};
use rusqlite::types::Value as Owned;
use rusqlite::{Connection, Row};

use crate::column;
use crate::error::Result;
use crate::facts::{MEASURES, MEASURES_PLACE, PLACE, Position, read_at, read_measures};
use crate::layout::Table;
use crate::session::Known;

/// A question in the terms of the tables, and the page that answers it.
struct Asked<'a> {
    query: &'a FactQuery,
    table: Arc<Table>,
    after: Option<Position>,
    names: Owned,
    limit: usize,
    items: Vec<Fact>,
    /// The places of the last items, those of one subject and instant. The index gives them in no useful order.
    tie: Vec<Position>,
    /// The place of the last item that is sure to be on the page.
    last: Option<Position>,
    more: bool,
}

/// A page of facts.
pub(crate) fn page(conn: &Connection, known: &mut Known, query: &FactQuery, limit: usize) -> Result<Page<Fact>> {
    let after = query.cursor.as_ref().map(|cursor| Position::read(cursor, query.order)).transpose()?;
    let nothing = || Page::new(Vec::new(), None);
    let Some(table) = known.stream(conn, &query.stream)? else { return Ok(nothing()) };
    let Some(names) = names(conn, query)? else { return Ok(nothing()) };
    let mut asked =
        Asked { query, table, after, names, limit, items: Vec::new(), tie: Vec::new(), last: None, more: false };
    if let Some(ids) = &query.ids {
        asked.by_id(conn, known, ids)?;
    } else {
        let subjects = query.subjects.as_ref().map(|ids| known.subject_keys(conn, ids)).transpose()?;
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
        several => column::list(several).map(Some),
    }
}

impl Asked<'_> {
    const fn measures(&self) -> bool {
        matches!(self.query.fields, WithFields::Measures)
    }

    fn select(&self) -> &str {
        if self.measures() { MEASURES } else { &self.table.select }
    }

    /// The conditions on what the index does not order. The parameters of a statement are: 1 and 2 the subject or
    /// subjects and the row to begin behind, 3 and 4 the window, 5 the names, 6 `known`, 7 a limit.
    fn conditions(&self) -> String {
        let names = match self.names {
            Owned::Null => "",
            Owned::Integer(_) => " AND r.name = ?5",
            _ => " AND r.name IN (SELECT value FROM json_each(?5))",
        };
        let known = if self.query.known.is_some() { " AND r.at + r.delay <= ?6" } else { "" };
        let window = if self.bounded() { "r.at >= ?3 AND r.at < ?4" } else { "TRUE" };
        format!("{window}{names}{known}")
    }

    /// Whether the window, or the cursor in it, leaves anything out.
    fn bounded(&self) -> bool {
        self.query.window != Window::ALWAYS || (self.query.subjects.is_some() && self.after.is_some())
    }

    /// The part of the window that lies behind the cursor, or on it.
    fn window(&self, subject: Option<i64>) -> (i64, i64) {
        let (start, end) = (self.query.window.start.as_micros(), self.query.window.end.as_micros());
        match (self.query.order, self.after.filter(|after| Some(after.subject) == subject)) {
            (Order::Oldest, Some(after)) => (start.max(after.at), end),
            (Order::Newest, Some(after)) => (start, end.min(after.at + 1)),
            _ => (start, end),
        }
    }

    /// Whether a place lies behind the cursor.
    fn is_behind(&self, place: Position) -> bool {
        self.after.is_none_or(|after| match self.query.order {
            Order::Oldest => place > after,
            Order::Newest => place < after,
            _ => place.seq > after.seq,
        })
    }

    /// Runs a statement and takes its rows in, until the page is full.
    fn run(
        &mut self,
        conn: &Connection,
        known: &mut Known,
        sql: &str,
        (first, second): (Owned, i64),
        (start, end): (i64, i64),
    ) -> Result<()> {
        let instant = self.query.known.map_or(Owned::Null, |known| Owned::Integer(known.as_micros()));
        let room = Owned::Integer((self.limit - self.items.len() + 1) as i64);
        let [second, start, end] = [second, start, end].map(Owned::Integer);
        let mut statement = known.prepare(conn, sql)?;
        let used = statement.parameter_count();
        let parameters = [&first, &second, &start, &end, &self.names, &instant, &room];
        for (at, value) in (1..=used).zip(parameters) {
            statement.raw_bind_parameter(at, value)?;
        }
        let mut rows = statement.raw_query();
        let mut fresh = true;
        while let Some(row) = rows.next()? {
            if std::mem::take(&mut fresh) {
                known.check(conn, row)?;
            }
            if self.take(conn, known, row)? {
                return Ok(());
            }
        }
        self.untie();
        Ok(())
    }

    /// Takes a row in, and says whether the page is full.
    fn take(&mut self, conn: &Connection, known: &mut Known, row: &Row<'_>) -> Result<bool> {
        let place = Position::of(row, if self.measures() { MEASURES_PLACE } else { PLACE })?;
        let in_order = !matches!(self.query.order, Order::Oldest | Order::Newest);
        if in_order && self.items.len() == self.limit {
            self.more = true;
            return Ok(true);
        }
        if self.tie.last().is_some_and(|last| (last.subject, last.at) != (place.subject, place.at)) {
            self.untie();
            if self.more {
                return Ok(true);
            }
        }
        if in_order {
            self.last = Some(place);
        } else if self.is_behind(place) {
            self.tie.push(place);
        } else {
            return Ok(false);
        }
        self.items.push(if self.measures() {
            read_measures(conn, known, &self.query.stream, row, place)?
        } else {
            read_at(conn, known, &self.table, &self.query.stream, row, place)?
        });
        Ok(false)
    }

    /// Puts the last items in order, and cuts off what has no room.
    fn untie(&mut self) {
        if self.tie.is_empty() {
            return;
        }
        let first = self.items.len() - self.tie.len();
        if self.tie.len() > 1 {
            let mut tied: Vec<_> = self.tie.drain(..).zip(self.items.drain(first..)).collect();
            match self.query.order {
                Order::Newest => tied.sort_unstable_by_key(|(place, _)| Reverse(place.seq)),
                _ => tied.sort_unstable_by_key(|(place, _)| place.seq),
            }
            for (place, fact) in tied {
                self.tie.push(place);
                self.items.push(fact);
            }
        }
        self.more = self.items.len() > self.limit;
        let kept = self.items.len().min(self.limit) - first;
        self.last = kept.checked_sub(1).and_then(|last| self.tie.get(last)).copied().or(self.last);
        self.items.truncate(self.limit);
        self.tie.clear();
    }

    /// Subject by subject, those that were asked for.
    fn by_subject(&mut self, conn: &Connection, known: &mut Known, mut subjects: Vec<i64>) -> Result<()> {
        let newest = self.query.order == Order::Newest;
        let sql = format!(
            "{} FROM {} r INDEXED BY {} WHERE r.subject = ?1 AND {} ORDER BY r.at {}",
            self.select(),
            self.table.sql,
            self.table.index,
            self.conditions(),
            if newest { "DESC" } else { "ASC" }
        );
        if newest {
            subjects.reverse();
        }
        for subject in subjects {
            if self.after.is_some_and(|after| if newest { subject > after.subject } else { subject < after.subject }) {
                continue;
            }
            self.run(conn, known, &sql, (Owned::Integer(subject), 0), self.window(Some(subject)))?;
            if self.more {
                break;
            }
        }
        Ok(())
    }

    /// Subject by subject, all of them.
    fn everybody(&mut self, conn: &Connection, known: &mut Known) -> Result<()> {
        let newest = self.query.order == Order::Newest;
        let (compare, direction, outside) = if newest { ("<=", "DESC", i64::MAX) } else { (">=", "ASC", i64::MIN) };
        let sql = format!(
            "{} FROM {} r INDEXED BY {} WHERE (r.subject, r.at) {compare} (?1, ?2) AND {} \
             ORDER BY r.subject {direction}, r.at {direction}",
            self.select(),
            self.table.sql,
            self.table.index,
            self.conditions()
        );
        let (subject, at) = self.after.map_or((outside, outside), |after| (after.subject, after.at));
        self.run(conn, known, &sql, (Owned::Integer(subject), at), self.window(None))
    }

    /// In the order of the rows.
    fn recorded(&mut self, conn: &Connection, known: &mut Known, subjects: Option<Vec<i64>>) -> Result<()> {
        let (select, table, index, conditions) = (self.select(), &self.table.sql, &self.table.index, self.conditions());
        let sql = if subjects.is_some() {
            // The index gives the row numbers, which are sorted before any row is read.
            format!(
                "{select} FROM {table} r WHERE r.seq IN (SELECT r.seq FROM {table} r INDEXED BY {index} \
                 WHERE r.subject IN (SELECT value FROM json_each(?1)) AND r.seq > ?2 AND {conditions} \
                 ORDER BY r.seq LIMIT ?7) ORDER BY r.seq"
            )
        } else {
            format!("{select} FROM {table} r NOT INDEXED WHERE r.seq > ?2 AND {conditions} ORDER BY r.seq LIMIT ?7")
        };
        let after = self.after.map_or(0, |after| after.seq);
        let subjects = column::list(&subjects.unwrap_or_default())?;
        self.run(conn, known, &sql, (subjects, after), self.window(None))
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
            let mut statement = known.prepare(conn, &self.table.by_id)?;
            let mut rows = statement.query([id.as_bytes()])?;
            let Some(row) = rows.next()? else { continue };
            known.check(conn, row)?;
            let place = Position::of(row, PLACE)?;
            let fact = read_at(conn, known, &self.table, &query.stream, row, place)?;
            if self.is_behind(place) && wanted(&fact) {
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

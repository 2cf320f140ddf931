//! Facts in rows, and their places in a listing.

use crm_core::base::{Cursor, Id, Money, Order, Stream, Timestamp};
use crm_core::fact::{Fact, SourceRef};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::column::{self, read_fields, utf8};
use crate::error::{Fail, Result};
use crate::layout::{FACT, Table};
use crate::session::Known;

/// A place in a listing: the subject's number, the instant, the row's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) subject: i64,
    pub(crate) at: i64,
    pub(crate) seq: i64,
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

    pub(crate) fn write(self, order: Order) -> Cursor {
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

impl Position {
    /// The place of a row of which subject, instant and number stand in these columns.
    pub(crate) fn of(row: &Row<'_>, [subject, at, seq]: [usize; 3]) -> Result<Self> {
        let number = |at| column::integer(row.get_ref(at)?);
        Ok(Self { subject: number(subject)?, at: number(at)?, seq: number(seq)? })
    }
}

/// Where a full row has its place; see [`Table::select`].
pub(crate) const PLACE: [usize; 3] = [2, 3, 0];

/// Reads a fact as [`Table::select`] asks for it.
pub(crate) fn read(
    conn: &Connection,
    known: &mut Known,
    table: &Table,
    stream: &Stream,
    row: &Row<'_>,
) -> Result<Fact> {
    read_at(conn, known, table, stream, row, Position::of(row, PLACE)?)
}

pub(crate) fn read_at(
    conn: &Connection,
    known: &mut Known,
    table: &Table,
    stream: &Stream,
    row: &Row<'_>,
    place: Position,
) -> Result<Fact> {
    let source = match row.get_ref(9)? {
        ValueRef::Null => None,
        word => Some(SourceRef {
            source: known.word(conn, column::integer(word)?)?,
            id: utf8(row.get_ref(10)?.as_bytes().map_err(|_| column::odd())?)?.into(),
        }),
    };
    Ok(Fact {
        stream: stream.clone(),
        id: column::id(row.get_ref(1)?)?,
        subject: known.subject(conn, place.subject)?,
        at: column::instant_of(place.at)?,
        recorded: column::instant_of(place.at.saturating_add(column::integer(row.get_ref(4)?)?))?,
        name: known.word(conn, column::integer(row.get_ref(5)?)?)?,
        amount: amount(conn, known, row, 6)?,
        points: column::integer_or_null(row.get_ref(8)?)?,
        source,
        fields: read_fields(conn, known, row, &table.columns, (FACT, 11))?,
    })
}

/// Reads an amount and the currency behind it.
fn amount(conn: &Connection, known: &mut Known, row: &Row<'_>, at: usize) -> Result<Option<Money>> {
    match row.get_ref(at)? {
        ValueRef::Null => Ok(None),
        minor => known.money(conn, column::integer(minor)?, column::integer(row.get_ref(at + 1)?)?).map(Some),
    }
}

/// What the measures of a fact are read with: the covering index holds all of it.
pub(crate) const MEASURES: &str = "SELECT r.seq, r.subject, r.at, r.name, r.amount, r.currency, r.points";
/// Where a row of measures has its place.
pub(crate) const MEASURES_PLACE: [usize; 3] = [1, 2, 0];

pub(crate) fn read_measures(
    conn: &Connection,
    known: &mut Known,
    stream: &Stream,
    row: &Row<'_>,
    place: Position,
) -> Result<Fact> {
    let subject = known.subject(conn, place.subject)?;
    let name = known.word(conn, column::integer(row.get_ref(3)?)?)?;
    let mut fact = Fact::new(stream.clone(), Id::NIL, subject, column::instant_of(place.at)?, name);
    fact.amount = amount(conn, known, row, 4)?;
    fact.points = column::integer_or_null(row.get_ref(6)?)?;
    Ok(fact)
}

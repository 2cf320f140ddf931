//! Pages of facts.

use super::facts::{Entry, Facts, Row, Subjects};
use super::{Page, StoreError};
use crate::base::{Id, Timestamp};
use crate::fact::Fact;
use crate::store::{Cursor, FactQuery, Order, WithFields};

/// A place in a listing of facts.
#[derive(Clone, Copy)]
pub(super) struct Position {
    subject: u32,
    at: Timestamp,
    row: u32,
}

impl Position {
    const START: Self = Self { subject: 0, at: Timestamp::MIN, row: 0 };

    /// Reads a cursor that a page in the same order has given.
    pub(super) fn read(cursor: &Cursor, order: Order) -> Result<Self, StoreError> {
        let parse = || {
            let mut parts = cursor.0.strip_prefix(letter(order))?.split('.');
            let mut next = || parts.next()?.parse::<i64>().ok();
            let (subject, at, row) = (next()?, next()?, next()?);
            let at = Timestamp::from_micros(at).ok()?;
            let place = Self { subject: u32::try_from(subject).ok()?, at, row: u32::try_from(row).ok()? };
            parts.next().is_none().then_some(place)
        };
        parse().ok_or(StoreError::Malformed { reason: "not a cursor of this listing of facts".into() })
    }

    fn write(self, order: Order) -> Cursor {
        Cursor(format!("{}{}.{}.{}", letter(order), self.subject, self.at.as_micros(), self.row))
    }
}

const fn letter(order: Order) -> &'static str {
    match order {
        Order::Oldest => "o",
        Order::Newest => "n",
        Order::Recorded => "c",
    }
}

/// The lists of a question, as numbers in ascending order.
struct Picked {
    subjects: Option<Vec<u32>>,
    rows: Option<Vec<u32>>,
    names: Vec<u32>,
}

/// A page that is being filled.
struct Filling<'a> {
    query: &'a FactQuery,
    limit: usize,
    items: Vec<Fact>,
    last: Position,
    more: bool,
}

impl Filling<'_> {
    /// Takes an item that is asked for, and says whether to go on: the one behind the last tells that there are more.
    fn take(&mut self, place: Position, fact: impl FnOnce() -> Option<Fact>) -> bool {
        if self.items.len() == self.limit {
            self.more = true;
        } else {
            self.items.extend(fact());
            self.last = place;
        }
        !self.more
    }

    fn page(self) -> Page<Fact> {
        let next = self.more.then(|| self.last.write(self.query.order));
        Page::new(self.items, next)
    }
}

impl Facts {
    pub(super) fn page(
        &self,
        query: &FactQuery,
        after: Option<Position>,
        limit: usize,
        subjects: &Subjects,
    ) -> Page<Fact> {
        let items = Vec::with_capacity(limit.min(self.len()));
        let mut page = Filling { query, limit, items, last: Position::START, more: false };
        let picked = self.pick(query, subjects);
        if query.names.is_empty() || !picked.names.is_empty() {
            match query.order {
                Order::Recorded => self.fill_by_commit(&picked, after, subjects, &mut page),
                Order::Oldest | Order::Newest => self.fill_by_subject(&picked, after, subjects, &mut page),
            }
        }
        page.page()
    }

    fn pick(&self, query: &FactQuery, subjects: &Subjects) -> Picked {
        let sorted = |mut numbers: Vec<u32>| {
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let rows = query.ids.as_ref().map(|ids| sorted(ids.iter().filter_map(|id| self.row_of(*id)).collect()));
        let number = |id: &Id| subjects.number(*id);
        let asked = query.subjects.as_ref().map(|ids| sorted(ids.iter().filter_map(number).collect()));
        let of_rows = |rows: &Vec<u32>| {
            let facts = rows.iter().filter_map(|row| self.get(*row));
            sorted(facts.filter_map(|row| number(&row.fact.subject)).collect())
        };
        let subjects = asked.or_else(|| rows.as_ref().map(of_rows));
        let names = query.names.iter().filter_map(|name| self.names.number(name)).collect();
        Picked { subjects, rows, names }
    }

    /// Subject by subject, in the order of their numbers or against it.
    fn fill_by_subject(&self, picked: &Picked, after: Option<Position>, subjects: &Subjects, page: &mut Filling<'_>) {
        let newest = page.query.order == Order::Newest;
        let number = |index: usize| picked.subjects.as_ref().map_or(index as u32, |numbers| numbers[index]);
        let mut indices = 0..picked.subjects.as_ref().map_or(self.timelines.len(), Vec::len);
        if let Some(Position { subject, .. }) = after {
            let passed = |numbers: &[u32]| numbers.partition_point(|own| *own < subject);
            let place = picked.subjects.as_deref().map_or(subject as usize, passed).min(indices.end);
            if newest {
                indices.end = indices.end.min(place + 1);
            } else {
                indices.start = place;
            }
        }
        for turn in 0..indices.len() {
            let subject = number(if newest { indices.end - 1 - turn } else { indices.start + turn });
            let entries = self.entries(subject, after, page.query);
            for turn in 0..entries.len() {
                let entry = &entries[if newest { entries.len() - 1 - turn } else { turn }];
                let wanted = (picked.names.is_empty() || picked.names.contains(&entry.name))
                    && picked.rows.as_ref().is_none_or(|rows| rows.binary_search(&entry.row).is_ok())
                    && page.query.known.is_none_or(|at| self.get(entry.row).is_some_and(|row| row.fact.recorded <= at));
                let place = Position { subject, at: entry.at, row: entry.row };
                if wanted && !page.take(place, || self.fact(entry, subjects.id(subject), page.query)) {
                    return;
                }
            }
        }
    }

    /// The entries of a subject in the question's window, behind the cursor.
    fn entries(&self, subject: u32, after: Option<Position>, query: &FactQuery) -> &[Entry] {
        let entries = self.timelines.get(subject as usize).map_or(&[][..], |timeline| timeline.entries.as_slice());
        let mut from = entries.partition_point(|entry| entry.at < query.window.start);
        let mut to = entries.partition_point(|entry| entry.at < query.window.end);
        if let Some(after) = after.filter(|after| after.subject == subject) {
            let place = (after.at, after.row);
            if query.order == Order::Newest {
                to = to.min(entries.partition_point(|entry| entry.place() < place));
            } else {
                from = from.max(entries.partition_point(|entry| entry.place() <= place));
            }
        }
        entries.get(from..to).unwrap_or(&[])
    }

    fn fact(&self, entry: &Entry, subject: Id, query: &FactQuery) -> Option<Fact> {
        match query.fields {
            WithFields::All => self.get(entry.row).map(|row| row.fact.clone()),
            WithFields::Measures => self.names.name(entry.name).map(|name| Fact {
                points: entry.points,
                amount: entry.amount,
                ..Fact::new(query.stream.clone(), Id::NIL, subject, entry.at, name.clone())
            }),
        }
    }

    /// In the order of the rows.
    fn fill_by_commit(&self, picked: &Picked, after: Option<Position>, subjects: &Subjects, page: &mut Filling<'_>) {
        let start = after.map_or(0, |after| after.row.saturating_add(1));
        let rows: Box<dyn Iterator<Item = u32>> = match (&picked.rows, &picked.subjects) {
            (Some(rows), _) => Box::new(rows.iter().copied().filter(move |row| *row >= start)),
            (None, Some(numbers)) => {
                let entries = numbers.iter().flat_map(|number| self.entries(*number, None, page.query));
                let mut rows: Vec<u32> = entries.map(|entry| entry.row).filter(|row| *row >= start).collect();
                rows.sort_unstable();
                Box::new(rows.into_iter())
            }
            (None, None) => Box::new(start..self.len() as u32),
        };
        let query = page.query;
        for row in rows {
            let Some(Row { fact, .. }) = self.get(row) else { continue };
            let asked = |numbers: &Vec<u32>| {
                let number = subjects.number(fact.subject);
                number.is_some_and(|number| numbers.binary_search(&number).is_ok())
            };
            let wanted = query.window.contains(fact.at)
                && (query.names.is_empty() || query.names.contains(&fact.name))
                && query.known.is_none_or(|known| fact.recorded <= known)
                && picked.subjects.as_ref().is_none_or(asked);
            let place = Position { row, ..Position::START };
            if wanted && !page.take(place, || Some(view(fact, query))) {
                return;
            }
        }
    }
}

fn view(fact: &Fact, query: &FactQuery) -> Fact {
    match query.fields {
        WithFields::All => fact.clone(),
        WithFields::Measures => Fact {
            points: fact.points,
            amount: fact.amount,
            ..Fact::new(fact.stream.clone(), Id::NIL, fact.subject, fact.at, fact.name.clone())
        },
    }
}

//! The records of one kind with their indices.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Included, Unbounded};

use super::{Page, Scan, StoreError};
use crate::base::{Id, Name, Text};
use crate::record::{Key, Record};
use crate::store::{Cursor, Test};

/// A record and the digest that it had when it was written.
pub(super) struct Row {
    pub(super) record: Record,
    pub(super) digest: u64,
}

#[derive(Default)]
pub(super) struct Records {
    rows: BTreeMap<Id, Row>,
    keys: HashMap<Name, Held>,
    about: BTreeSet<(Id, Id)>,
}

/// The keys of one name.
#[derive(Default)]
struct Held {
    unique: HashMap<Text, Id>,
    shared: BTreeSet<(Text, Id)>,
}

const LAST: Id = Id::from_bytes([255; 16]);

/// Reads a cursor of a scan.
pub(super) fn position(cursor: &Cursor) -> Result<Id, StoreError> {
    let id = cursor.0.strip_prefix("r.").and_then(|text| text.parse().ok());
    id.ok_or(StoreError::Malformed { reason: "not a cursor of a scan".into() })
}

impl Records {
    pub(super) fn get(&self, id: Id) -> Option<&Record> {
        self.rows.get(&id).map(|row| &row.record)
    }

    pub(super) fn version(&self, id: Id) -> u64 {
        self.get(id).map_or(0, |record| record.version)
    }

    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = (Id, &Row)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }

    /// The record that has a key as a unique one.
    pub(super) fn holder(&self, key: &Key) -> Option<Id> {
        self.keys.get(&key.name).and_then(|held| held.unique.get(&key.value)).copied()
    }

    /// The records about a subject, in the order of their ids.
    pub(super) fn about(&self, subject: Id) -> impl Iterator<Item = Id> {
        self.about.range((subject, Id::NIL)..=(subject, LAST)).map(|(_, id)| *id)
    }

    /// Puts a row in the place of another, either of which may be none, and gives the other.
    pub(super) fn replace(&mut self, id: Id, row: Option<Row>) -> Option<Row> {
        let before = self.rows.remove(&id);
        if let Some(old) = &before {
            self.unlink(&old.record);
        }
        if let Some(new) = row {
            self.link(&new.record);
            self.rows.insert(id, new);
        }
        before
    }

    fn link(&mut self, record: &Record) {
        if let Some(subject) = record.subject {
            self.about.insert((subject, record.id));
        }
        for key in &record.keys {
            let held = self.keys.entry(key.name.clone()).or_default();
            if key.unique {
                held.unique.insert(key.value.clone(), record.id);
            } else {
                held.shared.insert((key.value.clone(), record.id));
            }
        }
    }

    fn unlink(&mut self, record: &Record) {
        if let Some(subject) = record.subject {
            self.about.remove(&(subject, record.id));
        }
        for key in &record.keys {
            let Some(held) = self.keys.get_mut(&key.name) else { continue };
            if key.unique {
                held.unique.remove(&key.value);
            } else {
                held.shared.remove(&(key.value.clone(), record.id));
            }
        }
    }

    /// Whether every index says the same as the rows.
    pub(super) fn consistent(&self) -> bool {
        let rows = || self.rows.values().map(|row| &row.record);
        let linked = |record: &Record| {
            record.subject.is_none_or(|subject| self.about.contains(&(subject, record.id)))
                && record.keys.iter().all(|key| {
                    self.keys.get(&key.name).is_some_and(|held| match held.unique.get(&key.value) {
                        Some(holder) if key.unique => *holder == record.id,
                        _ => !key.unique && held.shared.contains(&(key.value.clone(), record.id)),
                    })
                })
        };
        let held: usize = self.keys.values().map(|held| held.unique.len() + held.shared.len()).sum();
        self.rows.iter().all(|(id, row)| *id == row.record.id)
            && rows().all(linked)
            && held == rows().map(|record| record.keys.len()).sum::<usize>()
            && self.about.len() == rows().filter(|record| record.subject.is_some()).count()
    }

    /// A page of a scan. Its tests are applied.
    pub(super) fn scan(&self, query: &Scan, after: Option<Id>, limit: usize) -> Page<Record> {
        let subjects: Option<BTreeSet<Id>> = query.subjects.as_ref().map(|ids| ids.iter().copied().collect());
        let about = |record: &Record| match (&subjects, record.subject) {
            (None, _) => true,
            (Some(subjects), Some(subject)) => subjects.contains(&subject),
            (Some(_), None) => false,
        };
        let wanted = |record: &&Record| {
            about(record)
                && query.key.as_ref().is_none_or(|key| has_key(record, key))
                && query.tests.iter().all(|test: &Test| test.passes(record))
        };
        let mut found: Vec<&Record> = Vec::new();
        if let Some(key) = &query.key {
            let ids = self.with_key(key, after);
            found.extend(ids.filter_map(|id| self.get(id)).filter(wanted).take(limit + 1));
        } else if let Some(subjects) = &subjects {
            let of_one = |subject: &Id| {
                let from = after.map_or(Included((*subject, Id::NIL)), |id| Excluded((*subject, id)));
                self.about.range((from, Included((*subject, LAST)))).map(|(_, id)| *id)
            };
            let mut ids: Vec<Id> = subjects.iter().flat_map(of_one).collect();
            ids.sort_unstable();
            found.extend(ids.into_iter().filter_map(|id| self.get(id)).filter(wanted).take(limit + 1));
        } else {
            let rows = self.rows.range((after.map_or(Unbounded, Excluded), Unbounded));
            found.extend(rows.map(|(_, row)| &row.record).filter(wanted).take(limit + 1));
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|record| Cursor(format!("r.{}", record.id)));
        Page::new(found.into_iter().cloned().collect(), next)
    }

    /// The records that have a key, unique or shared, in the order of their ids.
    fn with_key(&self, key: &Key, after: Option<Id>) -> impl Iterator<Item = Id> {
        let pair = |id| (key.value.clone(), id);
        let range = (after.map_or(Included(pair(Id::NIL)), |id| Excluded(pair(id))), Included(pair(LAST)));
        let held = self.keys.get(&key.name);
        let mut shared = held.into_iter().flat_map(move |held| held.shared.range(range.clone())).peekable();
        let holder = held.and_then(|held| held.unique.get(&key.value)).copied();
        let mut holder = holder.filter(|id| after.is_none_or(|after| *id > after));
        std::iter::from_fn(move || match (shared.peek(), holder) {
            (Some((_, next)), Some(id)) if id < *next => holder.take(),
            (Some(_), _) => shared.next().map(|(_, id)| *id),
            (None, _) => holder.take(),
        })
    }
}

fn has_key(record: &Record, key: &Key) -> bool {
    record.keys.iter().any(|own| own.name == key.name && own.value == key.value)
}

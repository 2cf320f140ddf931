//! The facts of one stream with their indices.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Clash, StoreError};
use crate::base::{Digest, Id, Money, Name, Timestamp};
use crate::fact::Fact;

/// A number for every subject, in the order in which facts about them were first committed.
#[derive(Default)]
pub(super) struct Subjects {
    numbers: HashMap<Id, u32>,
    ids: Vec<Id>,
}

impl Subjects {
    pub(super) fn number(&self, subject: Id) -> Option<u32> {
        self.numbers.get(&subject).copied()
    }

    pub(super) fn id(&self, number: u32) -> Id {
        self.ids.get(number as usize).copied().unwrap_or(Id::NIL)
    }

    fn number_or_next(&mut self, subject: Id) -> u32 {
        let next = self.ids.len() as u32;
        *self.numbers.entry(subject).or_insert_with(|| {
            self.ids.push(subject);
            next
        })
    }
}

/// A fact and the digest that it had when it was written.
pub(super) struct Row {
    pub(super) fact: Fact,
    pub(super) digest: u64,
}

/// The facts of one stream.
///
/// Rows stand in the order of their commit; an erased one leaves a gap. Those behind `sealed` belong to the commit
/// under way, which seals them when all its changes hold or takes them back.
#[derive(Default)]
pub(super) struct Facts {
    rows: Vec<Option<Row>>,
    sealed: usize,
    by_id: HashMap<Id, u32>,
    /// Rows of subjects that the commit under way erases, and whose ids it has given to other facts.
    displaced: Vec<(Id, u32)>,
    pub(super) names: Names,
    /// One for each subject, by its number.
    pub(super) timelines: Vec<Timeline>,
}

/// The facts about one subject.
#[derive(Default)]
pub(super) struct Timeline {
    /// In the order of `(at, row)`.
    pub(super) entries: Vec<Entry>,
    /// The number of the last commit that added one.
    grown: u64,
}

/// One fact in the timeline of its subject, with its measures, so that they are read without the row.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) row: u32,
    pub(super) name: u32,
    pub(super) points: Option<i64>,
    pub(super) amount: Option<Money>,
}

impl Entry {
    pub(super) const fn place(&self) -> (Timestamp, u32) {
        (self.at, self.row)
    }
}

/// The names that occur in a stream, numbered.
#[derive(Default)]
pub(super) struct Names {
    numbers: HashMap<Name, u32>,
    names: Vec<Name>,
}

impl Names {
    pub(super) fn number(&self, name: &Name) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, number: u32) -> Option<&Name> {
        self.names.get(number as usize)
    }

    fn number_or_next(&mut self, name: &Name) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let next = self.names.len() as u32;
        self.numbers.insert(name.clone(), next);
        self.names.push(name.clone());
        next
    }
}

/// Writing.
impl Facts {
    /// Adds a fact to the commit under way, unless it is there already: then the answer is false. Facts about erased
    /// subjects count as gone.
    pub(super) fn append(
        &mut self,
        fact: &Fact,
        erased: &HashSet<Id>,
        digest: &mut Digest,
    ) -> Result<bool, StoreError> {
        let row = u32::try_from(self.rows.len())
            .map_err(|_| StoreError::Full { reason: "a stream has 4,294,967,296 facts".into() })?;
        if let Some(before) = self.by_id.insert(fact.id, row) {
            match self.get(before).filter(|known| !erased.contains(&known.fact.subject)) {
                None => self.displaced.push((fact.id, before)),
                Some(known) => {
                    let same = fact.digest_into(digest, known.fact.recorded) == known.digest;
                    self.by_id.insert(fact.id, before);
                    return if same {
                        Ok(false)
                    } else {
                        let (stream, id) = (fact.stream.clone(), fact.id);
                        Err(StoreError::Conflict(Clash::FactDiffers { stream, id }))
                    };
                }
            }
        }
        let digest = fact.digest_into(digest, fact.recorded);
        self.rows.push(Some(Row { fact: fact.clone(), digest }));
        Ok(true)
    }

    /// Takes the commit under way back.
    pub(super) fn take_back(&mut self) {
        for row in self.rows.drain(self.sealed..).flatten() {
            self.by_id.remove(&row.fact.id);
        }
        // The first row that an id was taken from is the one that had it before the commit.
        for (id, row) in self.displaced.drain(..).rev() {
            self.by_id.insert(id, row);
        }
    }

    /// Makes the facts of the commit under way part of the stream, and says which rows they are.
    pub(super) fn seal(&mut self, seq: u64, subjects: &mut Subjects) -> Range<u32> {
        let rows = self.sealed as u32..self.rows.len() as u32;
        let mut unsorted = Vec::new();
        let mut last = (Id::NIL, None);
        for (row, fact) in rows.clone().zip(self.rows[self.sealed..].iter().flatten().map(|row| &row.fact)) {
            let number = match last {
                (subject, Some(number)) if subject == fact.subject => number,
                _ => subjects.number_or_next(fact.subject),
            };
            last = (fact.subject, Some(number));
            let name = self.names.number_or_next(&fact.name);
            let entry = Entry { at: fact.at, row, name, points: fact.points, amount: fact.amount };
            if self.timelines.len() <= number as usize {
                self.timelines.resize_with(number as usize + 1, Timeline::default);
            }
            let timeline = &mut self.timelines[number as usize];
            timeline.grown = seq;
            if timeline.entries.last().is_some_and(|last| last.at > entry.at) && unsorted.last() != Some(&number) {
                unsorted.push(number);
            }
            timeline.entries.push(entry);
        }
        unsorted.sort_unstable();
        unsorted.dedup();
        for number in unsorted {
            // The sort finds the two sorted runs, or nearly so, and merges them.
            self.timelines[number as usize].entries.sort_by_key(Entry::place);
        }
        self.sealed = self.rows.len();
        self.displaced.clear();
        rows
    }

    /// Removes every fact about a subject. The commit under way is sealed.
    pub(super) fn erase(&mut self, subject: Id, subjects: &Subjects) {
        let timeline = subjects.number(subject).and_then(|number| self.timelines.get_mut(number as usize));
        for entry in timeline.map(std::mem::take).unwrap_or_default().entries {
            if let Some(row) = self.rows[entry.row as usize].take()
                && self.by_id.get(&row.fact.id) == Some(&entry.row)
            {
                self.by_id.remove(&row.fact.id);
            }
        }
    }
}

/// Reading.
impl Facts {
    pub(super) fn rows(&self, rows: &Range<u32>) -> &[Option<Row>] {
        self.rows.get(rows.start as usize..rows.end as usize).unwrap_or(&[])
    }

    /// The number of the last commit that added a fact about a subject; 0 when there are none.
    pub(super) fn grown(&self, subject: Id, subjects: &Subjects) -> u64 {
        let timeline = subjects.number(subject).and_then(|number| self.timelines.get(number as usize));
        timeline.map_or(0, |timeline| timeline.grown)
    }

    /// The place behind the last row, gaps included.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, row: u32) -> Option<&Row> {
        self.rows.get(row as usize).and_then(Option::as_ref)
    }

    #[cfg(test)]
    pub(super) fn row_mut(&mut self, row: u32) -> Option<&mut Row> {
        self.rows.get_mut(row as usize).and_then(Option::as_mut)
    }

    pub(super) fn row_of(&self, id: Id) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flatten()
    }

    /// Whether every index says the same as the rows.
    pub(super) fn consistent(&self, subjects: &Subjects) -> bool {
        let sorted = |timeline: &Timeline| timeline.entries.is_sorted_by_key(Entry::place);
        let entries = || {
            self.timelines.iter().zip(&subjects.ids).flat_map(|(line, id)| line.entries.iter().map(move |e| (e, id)))
        };
        let agrees = |(entry, subject): (&Entry, &Id)| {
            self.get(entry.row).is_some_and(|Row { fact, .. }| {
                fact.subject == *subject
                    && fact.at == entry.at
                    && self.names.name(entry.name) == Some(&fact.name)
                    && fact.points == entry.points
                    && fact.amount == entry.amount
                    && self.by_id.get(&fact.id) == Some(&entry.row)
            })
        };
        self.timelines.iter().all(sorted)
            && entries().all(agrees)
            && entries().count() == self.all().count()
            && self.by_id.len() == self.all().count()
    }
}

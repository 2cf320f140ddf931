//! Committing: all changes or none.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::records::{Records, Row};
use super::{Clash, Facts, Logged, State, StoreError, Touch};
use crate::base::{Digest, Id, Kind, Registry, Target, every_now_and_then};
use crate::change::{Change, ChangeSet, Precondition, Receipt};
use crate::fact::Fact;
use crate::record::Record;

/// How a change is taken back. Facts need none: see [`Facts`].
enum Undo {
    Record { kind: Kind, id: Id, before: Option<Row> },
    Erased(Id),
}

/// A record as the commit under way leaves it.
struct Left {
    subject: Option<Id>,
    deleted: bool,
}

/// A commit under way: what it has done so far, and what it will say of it.
struct Work<'a> {
    state: &'a mut State,
    undo: Vec<Undo>,
    declared: Vec<Target>,
    touched: BTreeMap<(Kind, Id), Left>,
    /// The subjects that it erases, and the records that this removed.
    erased: BTreeSet<Id>,
    removed: HashSet<(Kind, Id)>,
    receipt: Receipt,
    digest: Digest,
}

impl State {
    /// Writes a change set whose form is right, and the registry if the change set makes it grow.
    pub(super) fn commit(&mut self, changes: &ChangeSet, grown: Option<Registry>) -> Result<Receipt, StoreError> {
        self.hold(&changes.require)?;
        let seq = self.log.len() as u64 + 1;
        let mut work = Work {
            state: self,
            undo: Vec::new(),
            declared: Vec::new(),
            touched: BTreeMap::new(),
            erased: BTreeSet::new(),
            removed: HashSet::new(),
            receipt: Receipt { seq, replayed: false, appended: 0, written: 0, duplicates: Vec::new() },
            digest: Digest::default(),
        };
        let total = changes.changes.len();
        let mut apply = |(at, change)| {
            every_now_and_then(at, total).map_err(|_| StoreError::Cancelled)?;
            work.apply(change)
        };
        match changes.changes.iter().enumerate().try_for_each(&mut apply) {
            Ok(()) => Ok(work.finish(changes, grown)),
            Err(error) => {
                work.take_back();
                Err(error)
            }
        }
    }

    fn hold(&self, conditions: &[Precondition]) -> Result<(), StoreError> {
        conditions.iter().try_for_each(|condition| match condition {
            Precondition::Version { kind, id, version } => {
                let found = self.records.get(kind).map_or(0, |records| records.version(*id));
                in_version(kind, *id, *version, found)
            }
            Precondition::Absent { kind, key } => {
                match self.records.get(kind).and_then(|records| records.holder(key)) {
                    None => Ok(()),
                    Some(holder) => {
                        Err(StoreError::Conflict(Clash::KeyTaken { kind: kind.clone(), key: key.name.clone(), holder }))
                    }
                }
            }
            Precondition::Unchanged { stream, subject, since } => {
                let grown = self.facts.get(stream).map_or(0, |facts| facts.grown(*subject, &self.subjects));
                if grown > *since {
                    let (stream, subject, since) = (stream.clone(), *subject, *since);
                    return Err(StoreError::Conflict(Clash::Changed { stream, subject, since }));
                }
                Ok(())
            }
        })
    }

    fn not_erased(&self, subject: Id) -> Result<(), StoreError> {
        if self.erased.contains(&subject) { Err(StoreError::Conflict(Clash::Erased { subject })) } else { Ok(()) }
    }
}

fn in_version(kind: &Kind, id: Id, expected: u64, found: u64) -> Result<(), StoreError> {
    if expected == found {
        Ok(())
    } else {
        Err(StoreError::Conflict(Clash::Version { kind: kind.clone(), id, expected, found }))
    }
}

impl Work<'_> {
    fn apply(&mut self, change: &Change) -> Result<(), StoreError> {
        match change {
            Change::Declare(declaration) => self.declared.push(declaration.target.clone()),
            Change::Put(record) => self.put(record)?,
            Change::Delete { kind, id, version } => self.delete(kind, *id, *version)?,
            Change::Append(fact) => self.append(fact)?,
            Change::Erase { subject } => self.erase(*subject),
        }
        Ok(())
    }

    fn records(&mut self, kind: &Kind) -> &mut Records {
        if !self.state.records.contains_key(kind) {
            self.state.records.insert(kind.clone(), Records::default());
        }
        self.state.records.entry(kind.clone()).or_default()
    }

    fn replace(&mut self, kind: &Kind, id: Id, row: Option<Row>) -> Option<Id> {
        let before = self.records(kind).replace(id, row);
        let subject = before.as_ref().and_then(|row| row.record.subject);
        self.undo.push(Undo::Record { kind: kind.clone(), id, before });
        subject
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        let Record { kind, id, subject, .. } = record;
        self.state.not_erased(*id)?;
        subject.map_or(Ok(()), |subject| self.state.not_erased(subject))?;
        let records = self.records(kind);
        in_version(kind, *id, record.version - 1, records.version(*id))?;
        for key in record.keys.iter().filter(|key| key.unique) {
            if let Some(holder) = records.holder(key).filter(|holder| holder != id) {
                return Err(StoreError::Conflict(Clash::KeyTaken {
                    kind: kind.clone(),
                    key: key.name.clone(),
                    holder,
                }));
            }
        }
        self.replace(kind, *id, Some(Row { record: record.clone(), digest: record.digest() }));
        self.touched.insert((kind.clone(), *id), Left { subject: *subject, deleted: false });
        self.receipt.written += 1;
        Ok(())
    }

    fn delete(&mut self, kind: &Kind, id: Id, version: u64) -> Result<(), StoreError> {
        self.state.not_erased(id)?;
        in_version(kind, id, version, self.records(kind).version(id))?;
        let subject = self.replace(kind, id, None);
        self.touched.insert((kind.clone(), id), Left { subject, deleted: true });
        Ok(())
    }

    fn append(&mut self, fact: &Fact) -> Result<(), StoreError> {
        self.state.not_erased(fact.subject)?;
        if !self.state.facts.contains_key(&fact.stream) {
            self.state.facts.insert(fact.stream.clone(), Facts::default());
        }
        let facts = self.state.facts.entry(fact.stream.clone()).or_default();
        if facts.append(fact, &self.state.erased, &mut self.digest)? {
            self.receipt.appended += 1;
        } else {
            self.receipt.duplicates.push(fact.id);
        }
        Ok(())
    }

    /// Removes the records at once; the facts go when the commit is finished, and count as gone until then.
    fn erase(&mut self, subject: Id) {
        if self.state.erased.insert(subject) {
            self.undo.push(Undo::Erased(subject));
        }
        self.erased.insert(subject);
        let kinds: Vec<Kind> = self.state.records.keys().cloned().collect();
        for kind in kinds {
            let records = self.records(&kind);
            let mut ids: Vec<Id> = records.about(subject).collect();
            ids.extend(records.get(subject).map(|record| record.id));
            for id in ids {
                self.replace(&kind, id, None);
                self.removed.insert((kind.clone(), id));
            }
        }
        let removed = &self.removed;
        self.touched.retain(|key, left| key.1 != subject && left.subject != Some(subject) && !removed.contains(key));
    }

    fn take_back(self) {
        for step in self.undo.into_iter().rev() {
            match step {
                Undo::Record { kind, id, before } => {
                    if let Some(records) = self.state.records.get_mut(&kind) {
                        records.replace(id, before);
                    }
                }
                Undo::Erased(subject) => {
                    self.state.erased.remove(&subject);
                }
            }
        }
        for facts in self.state.facts.values_mut() {
            facts.take_back();
        }
    }

    fn finish(self, changes: &ChangeSet, grown: Option<Registry>) -> Receipt {
        let Self { state, declared, mut touched, erased, removed, receipt, .. } = self;
        let mut logged = Logged { at: changes.at, touched: Vec::new() };
        if let Some(registry) = grown {
            let mut targets = declared;
            targets.sort_unstable();
            targets.dedup();
            targets.retain(|target| {
                !state.registry.knows(target) || state.registry.fields(target).len() < registry.fields(target).len()
            });
            logged.touched.extend(targets.into_iter().map(Touch::Declared));
            state.registry = registry;
        }
        while let Some(((kind, id), Left { subject, deleted })) = touched.pop_first() {
            logged.touched.push(Touch::Record { kind, id, subject, deleted });
        }
        for (stream, facts) in &mut state.facts {
            let rows = facts.seal(receipt.seq, &mut state.subjects);
            if !rows.is_empty() {
                logged.touched.push(Touch::Facts { stream: stream.clone(), rows });
            }
        }
        if !erased.is_empty() {
            for facts in state.facts.values_mut() {
                for subject in &erased {
                    facts.erase(*subject, &state.subjects);
                }
            }
            for earlier in &mut state.log {
                earlier.touched.retain(|touch| !gone(touch, &erased, &removed));
            }
            logged.touched.extend(erased.into_iter().map(Touch::Erased));
        }
        state.log.push(logged);
        if let Some(key) = &changes.key {
            let kept = Receipt { duplicates: Vec::new(), ..receipt.clone() };
            state.receipts.insert(key.clone(), kept);
        }
        receipt
    }
}

/// Whether the feed must not name this any more.
fn gone(touch: &Touch, erased: &BTreeSet<Id>, removed: &HashSet<(Kind, Id)>) -> bool {
    let Touch::Record { kind, id, subject, .. } = touch else { return false };
    erased.contains(id)
        || subject.is_some_and(|subject| erased.contains(&subject))
        || removed.contains(&(kind.clone(), *id))
}

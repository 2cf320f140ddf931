//! Plays a sequence to the store and to the model, and compares what they answer.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::super::probe::{Checked, Dump, Probe, Stop, facts, same, scan, touched};
use super::super::sample;
use super::Failure;
use super::step::{Condition, Edit, Plan, Step};
use crate::base::{Id, Kind, Order};
use crate::change::{Change, ChangeSet, Precondition};
use crate::fact::Fact;
use crate::record::Record;
use crate::store::{Lifecycle, Memory, Store, StoreError, Verify};

/// Plays a sequence from the beginning.
pub(super) fn play(probe: &Probe<'_>, steps: &[Step]) -> Result<(), Failure> {
    let at = |step: usize| move |stop: Stop| Failure { step, reason: reason(stop) };
    let model = Memory::new();
    let mut store = probe.declared().map_err(at(0))?;
    model.commit(&sample::declarations()).map_err(|error| at(0)(error.into()))?;
    for (number, step) in steps.iter().enumerate() {
        if matches!(step, Step::Reopen) && probe.info.durable {
            store = probe.reopen(store).map_err(at(number))?;
        } else {
            answer(&*store, &model, step).map_err(at(number))?;
        }
    }
    let last = steps.len().saturating_sub(1);
    whole(&*store, &model).map_err(at(last))
}

fn reason(stop: Stop) -> String {
    match stop {
        Stop::Failed(reason) | Stop::Skipped(reason) => reason,
    }
}

fn whole(store: &dyn Store, model: &dyn Store) -> Checked {
    same("in the end, all that the store holds", &Dump::of(store)?, &Dump::of(model)?)?;
    same("in the end, what is damaged", &store.verify(&Verify::Full)?.problems, &Vec::new())
}

fn answer(store: &dyn Store, model: &dyn Store, step: &Step) -> Checked {
    match step {
        Step::Commit(plan) => {
            let changes = change_set(plan, model)?;
            let expected = model.commit(&changes);
            alike("the commit", store.commit(&changes), expected)
        }
        Step::Load(kind, ids) => alike("the records", store.load(kind, ids), model.load(kind, ids)),
        Step::Find(kind, keys) => alike("who has the keys", store.find(kind, keys), model.find(kind, keys)),
        Step::Scan(query) => same("the scan", &json(&scan(store, query)?), &json(&scan(model, query)?)),
        Step::Facts(query) => {
            let (found, expected) = (facts(store, query)?, facts(model, query)?);
            if query.order == Order::Recorded {
                return same("the facts", &json_facts(&found), &json_facts(&expected));
            }
            same("the facts by subject", &by_subject(&found)?, &by_subject(&expected)?)
        }
        Step::Changes(after, limit) => {
            let feed = |store: &dyn Store| {
                let commits = store.changes(*after, *limit);
                commits.map(|commits| commits.iter().map(|one| (one.seq, one.at, touched(one))).collect::<Vec<_>>())
            };
            alike("the feed", feed(store), feed(model))
        }
        Step::Suspend => {
            store.lifecycle(&Lifecycle::Suspend)?;
            Ok(store.lifecycle(&Lifecycle::Resume)?)
        }
        Step::Scrub => Ok(store.lifecycle(&Lifecycle::Scrub)?),
        Step::Reopen => Ok(()),
    }
}

/// Equal answers, or errors that say the same. What a malformed request is told may differ in its words.
fn alike<T: PartialEq + Debug>(what: &str, got: Result<T, StoreError>, expected: Result<T, StoreError>) -> Checked {
    match (got, expected) {
        (Err(StoreError::Malformed { .. }), Err(StoreError::Malformed { .. })) => Ok(()),
        (got, expected) => same(what, &got, &expected),
    }
}

/// Facts in groups of one subject. The order of the groups is the store's own.
fn by_subject(facts: &[Fact]) -> Checked<BTreeMap<Id, Vec<String>>> {
    let mut groups: BTreeMap<Id, Vec<String>> = BTreeMap::new();
    let mut last = None;
    for fact in facts {
        if last != Some(fact.subject) && groups.contains_key(&fact.subject) {
            return super::super::probe::failed("the facts about a subject do not stand together");
        }
        last = Some(fact.subject);
        groups.entry(fact.subject).or_default().extend(json_facts(std::slice::from_ref(fact)));
    }
    Ok(groups)
}

/// Their `Debug` shows no values, so a difference would say nothing.
fn json(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| serde_json::to_string(record).unwrap_or_default()).collect()
}

fn json_facts(facts: &[Fact]) -> Vec<String> {
    facts.iter().map(|fact| serde_json::to_string(fact).unwrap_or_default()).collect()
}

/// The change set of a plan, with versions that suit what the model holds.
fn change_set(plan: &Plan, model: &dyn Store) -> Checked<ChangeSet> {
    let mut versions = Versions { model, known: BTreeMap::new() };
    let mut set = ChangeSet::new(sample::at(plan.at));
    set.key.clone_from(&plan.key);
    for condition in &plan.require {
        set.require(match condition {
            Condition::Version { kind, id, off } => {
                let version = versions.of(kind, *id)?.saturating_add_signed(*off);
                Precondition::Version { kind: kind.clone(), id: *id, version }
            }
            Condition::Absent { kind, key } => Precondition::Absent { kind: kind.clone(), key: key.clone() },
            Condition::Unchanged { stream, subject, back } => {
                let since = model.info()?.seq.saturating_sub(*back);
                Precondition::Unchanged { stream: stream.clone(), subject: *subject, since }
            }
        });
    }
    for edit in &plan.edits {
        match edit {
            Edit::Declare(declaration) => set.changes.push(Change::Declare(declaration.clone())),
            Edit::Put { record, off } => {
                let version = (versions.of(&record.kind, record.id)? + 1).saturating_add_signed(*off);
                versions.set(&record.kind, record.id, version);
                set.put(Record { version, ..record.clone() });
            }
            Edit::Delete { kind, id, off } => {
                let version = versions.of(kind, *id)?.saturating_add_signed(*off);
                versions.set(kind, *id, 0);
                set.changes.push(Change::Delete { kind: kind.clone(), id: *id, version: version.max(1) });
            }
            Edit::Append(fact) => {
                set.append(fact.clone());
            }
            Edit::Erase(subject) => set.changes.push(Change::Erase { subject: *subject }),
        }
    }
    Ok(set)
}

/// The versions of records as the change set under way would leave them.
struct Versions<'a> {
    model: &'a dyn Store,
    known: BTreeMap<(Kind, Id), u64>,
}

impl Versions<'_> {
    fn of(&mut self, kind: &Kind, id: Id) -> Checked<u64> {
        if let Some(version) = self.known.get(&(kind.clone(), id)) {
            return Ok(*version);
        }
        let loaded = self.model.load(kind, &[id])?.pop().flatten();
        Ok(loaded.map_or(0, |record| record.version))
    }

    fn set(&mut self, kind: &Kind, id: Id, version: u64) {
        self.known.insert((kind.clone(), id), version);
    }
}

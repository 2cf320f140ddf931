//! Looking for damage, and the life of a store.

use std::sync::Arc;

use super::probe::{Checked, Dump, List, Opened, Probe, commit, ensure, refused, residue as residue_of, same};
use super::sample::{NOTE, PERSON, VISIT, appends, at, erase, id, note, person, puts, unique, visit, with_key};
use crate::base::Text;
use crate::change::ChangeSet;
use crate::store::{FactQuery, Lifecycle, Scan, Store, StoreError, Verify};

pub(super) fn checks(list: &mut List) {
    list.add("verify.an-empty-store-is-whole", empty);
    list.add("verify.looks-at-everything", everything);
    list.add("verify.finds-a-text-that-is-kept", residue);
    list.add("lifecycle.a-suspended-store-is-closed", suspended);
    list.add("lifecycle.a-resumed-store-has-everything", resumed);
    list.add("lifecycle.steps-may-be-taken-twice", twice);
    list.add("lifecycle.a-closed-store-stays-closed", closed);
    list.add("lifecycle.scrubbing-removes-nothing-that-is-there", scrub);
    list.add("lifecycle.a-snapshot-is-the-same-store", snapshot);
    list.add("lifecycle.snapshots-are-refused-where-there-are-none", no_snapshot);
    list.add("lifecycle.a-handle-sees-what-another-wrote", shared);
}

fn lived_in(probe: &Probe<'_>) -> Checked<Opened> {
    let store = probe.declared()?;
    let mut set = puts([with_key(1, "one"), person(2), note(3, id(1))]).keyed("first");
    set.append(visit(1, 1, 0)).append(visit(2, 2, 5)).append(visit(3, 9, 5));
    commit(&*store, &set)?;
    commit(&*store, &erase(id(9)))?;
    Ok(store)
}

fn empty(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    for scope in [Verify::Quick, Verify::Full] {
        let report = store.verify(&scope)?;
        same("the problems", &report.problems, &Vec::new())?;
        same("how much was looked at", &report.checked, &0)?;
    }
    Ok(())
}

fn everything(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    for scope in [Verify::Quick, Verify::Full] {
        same("the problems", &store.verify(&scope)?.problems, &Vec::new())?;
    }
    same("how much was looked at", &store.verify(&Verify::Full)?.checked, &5)
}

fn residue(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    let found = |text: &str| residue_of(&*store, &[Text::from(text)]).map(|problems| !problems.is_empty());
    ensure(found("visit 2")?, "a text in a fact is found")?;
    ensure(found("person 2")?, "a text in a record is found")?;
    ensure(!found("nobody wrote this")?, "a text that nobody wrote is not found")?;
    same("no texts", &residue_of(&*store, &[])?, &Vec::new())
}

/// Every call but the way back is refused.
fn is_closed(store: &dyn Store) -> Checked {
    let closed = "store-closed";
    refused("info", store.info(), closed)?;
    refused("load", store.load(&PERSON, &[id(1)]), closed)?;
    refused("find", store.find(&PERSON, &[unique("one")]), closed)?;
    refused("scan", store.scan(&Scan::all(PERSON)), closed)?;
    refused("facts", store.facts(&FactQuery::all(VISIT)), closed)?;
    refused("commit", store.commit(&ChangeSet::new(at(0))), closed)?;
    refused("changes", store.changes(0, 1), closed)?;
    refused("verify", store.verify(&Verify::Quick), closed)?;
    refused("scrub", store.lifecycle(&Lifecycle::Scrub), closed)
}

fn suspended(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    store.lifecycle(&Lifecycle::Suspend)?;
    is_closed(&*store)
}

fn resumed(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    let before = Dump::of(&*store)?;
    for _ in 0..3 {
        store.lifecycle(&Lifecycle::Suspend)?;
        store.lifecycle(&Lifecycle::Resume)?;
    }
    same("all that the store holds", &Dump::of(&*store)?, &before)?;
    ensure(commit(&*store, &puts([]).keyed("first"))?.replayed, "keys are remembered")?;
    commit(&*store, &puts([note(7, id(1))])).map(drop)
}

fn twice(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    store.lifecycle(&Lifecycle::Resume)?;
    store.lifecycle(&Lifecycle::Suspend)?;
    store.lifecycle(&Lifecycle::Suspend)?;
    store.lifecycle(&Lifecycle::Resume)?;
    store.lifecycle(&Lifecycle::Resume)?;
    same("a record", &store.load(&PERSON, &[id(2)])?, &vec![Some(person(2))])?;
    store.lifecycle(&Lifecycle::Suspend)?;
    store.lifecycle(&Lifecycle::Close)?;
    Ok(store.lifecycle(&Lifecycle::Close)?)
}

fn closed(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    store.lifecycle(&Lifecycle::Close)?;
    is_closed(&*store)?;
    refused("resume", store.lifecycle(&Lifecycle::Resume), "store-closed")?;
    refused("suspend", store.lifecycle(&Lifecycle::Suspend), "store-closed")?;
    is_closed(&*store)
}

fn scrub(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    let before = Dump::of(&*store)?;
    store.lifecycle(&Lifecycle::Scrub)?;
    same("all that the store holds", &Dump::of(&*store)?, &before)?;
    commit(&*store, &appends(0, [visit(8, 1, 0)])).map(drop)
}

fn snapshot(probe: &Probe<'_>) -> Checked {
    if !probe.info.snapshots {
        return Err(super::probe::Stop::Skipped("the store writes no snapshots".into()));
    }
    let store = lived_in(probe)?;
    let before = Dump::of(&*store)?;
    let copy = match probe.harness.snapshot(&*store, probe.new_place()) {
        Err(StoreError::Unsupported { .. }) => {
            return Err(super::probe::Stop::Skipped("the harness opens no snapshots".into()));
        }
        copy => copy?,
    };
    same("all that the snapshot holds", &Dump::of(&*copy)?, &before)?;
    commit(&*store, &puts([note(7, id(1))]))?;
    same("the snapshot after a commit", &Dump::of(&*copy)?, &before)?;
    same("a record of the store", &store.load(&NOTE, &[id(7)])?, &vec![Some(note(7, id(1)))])
}

fn no_snapshot(probe: &Probe<'_>) -> Checked {
    if probe.info.snapshots {
        return Err(super::probe::Stop::Skipped("the store writes snapshots".into()));
    }
    let step = Lifecycle::SnapshotTo("a path that is not used".into());
    refused("a snapshot", lived_in(probe)?.lifecycle(&step), "store-unsupported")
}

fn shared(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let other = Arc::clone(&store.store);
    commit(&*other, &puts([person(1)]))?;
    same("a record", &store.load(&PERSON, &[id(1)])?, &vec![Some(person(1))])
}

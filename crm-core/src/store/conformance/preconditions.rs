//! Promises: preconditions, and which of several broken promises is the error.

use super::probe::{Checked, List, Probe, clash, commit, malformed, same};
use super::sample::{
    GIFT, NOTE, PERSON, VISIT, appends, at, changed, erase, id, lookup, name, note, person, puts, unique, visit,
    with_key,
};
use crate::base::Kind;
use crate::change::{ChangeSet, Precondition};
use crate::fact::Fact;
use crate::store::Clash;

pub(super) fn checks(list: &mut List) {
    list.add("preconditions.a-version-that-is-there-holds", version_holds);
    list.add("preconditions.another-version-is-a-conflict", version_broken);
    list.add("preconditions.version-0-means-absence", version_zero);
    list.add("preconditions.an-absent-key-holds", absent_holds);
    list.add("preconditions.a-taken-key-is-a-conflict", absent_broken);
    list.add("preconditions.unchanged-facts-hold", unchanged_holds);
    list.add("preconditions.a-fact-more-is-a-conflict", unchanged_broken);
    list.add("preconditions.a-duplicate-is-no-change", unchanged_by_duplicates);
    list.add("preconditions.are-judged-before-the-changes", before_changes);
    list.add("preconditions.the-first-that-is-broken-is-the-error", first_broken);
    list.add("preconditions.are-enough-for-a-commit", only_conditions);
    list.add("order.form-comes-before-promises", form_first);
    list.add("order.preconditions-come-before-changes", conditions_first);
    list.add("order.the-first-broken-change-is-the-error", first_change);
    list.add("order.erasure-then-version-then-key", within_a_put);
}

pub(super) fn version_of(number: u64, version: u64) -> Precondition {
    Precondition::Version { kind: PERSON, id: id(number), version }
}

fn absent(key: crate::record::Key) -> Precondition {
    Precondition::Absent { kind: PERSON, key }
}

fn unchanged(subject: u64, since: u64) -> Precondition {
    Precondition::Unchanged { stream: VISIT, subject: id(subject), since }
}

fn requiring(condition: Precondition) -> ChangeSet {
    let mut set = puts([note(99, id(99))]);
    set.require(condition);
    set
}

fn version_holds(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1), changed(&person(1), 2)]))?;
    commit(&*store, &requiring(version_of(1, 2))).map(drop)
}

fn version_broken(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1), changed(&person(1), 2)]))?;
    for (number, expected, found) in [(1, 1, 2), (1, 3, 2), (1, 0, 2), (2, 1, 0)] {
        let expected = Clash::Version { kind: PERSON, id: id(number), expected, found };
        let Clash::Version { expected: version, .. } = expected else { continue };
        clash("a broken version", store.commit(&requiring(version_of(number, version))), expected)?;
    }
    Ok(())
}

fn version_zero(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = requiring(version_of(5, 0));
    set.require(Precondition::Version { kind: Kind::from_static("unheard"), id: id(1), version: 0 });
    commit(&*store, &set).map(drop)
}

fn absent_holds(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut person = person(1);
    person.keys.push(lookup("someone"));
    commit(&*store, &puts([person, with_key(2, "two")]))?;
    let mut set = requiring(absent(unique("one")));
    set.require(absent(lookup("someone")));
    set.require(Precondition::Absent { kind: NOTE, key: unique("two") });
    set.require(Precondition::Absent { kind: Kind::from_static("unheard"), key: unique("two") });
    commit(&*store, &set).map(drop)
}

fn absent_broken(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(2, "two")]))?;
    let expected = Clash::KeyTaken { kind: PERSON, key: name("email"), holder: id(2) };
    clash("a key that is there", store.commit(&requiring(absent(unique("two")))), expected.clone())?;
    let asked = crate::record::Key::lookup(name("email"), "two");
    clash("the same, asked as a look-up", store.commit(&requiring(absent(asked))), expected)
}

fn unchanged_holds(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let seen = commit(&*store, &appends(0, [visit(1, 1, 0)]))?.seq;
    commit(&*store, &appends(0, [visit(2, 2, 0), Fact::new(GIFT, id(3), id(1), at(0), name("x"))]))?;
    for (subject, since) in [(1, seen), (1, seen + 10), (77, 0)] {
        let mut set = ChangeSet::new(at(0));
        set.require(unchanged(subject, since));
        commit(&*store, &set)?;
    }
    let mut set = ChangeSet::new(at(0));
    let stream = crate::base::Stream::from_static("unheard");
    set.require(Precondition::Unchanged { stream, subject: id(1), since: 0 });
    commit(&*store, &set).map(drop)
}

fn unchanged_broken(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let seen = commit(&*store, &appends(0, [visit(1, 1, 0)]))?.seq;
    // One that happened long before counts as well: it was not there when the facts were read.
    commit(&*store, &appends(9, [visit(2, 1, -500)]))?;
    let expected = Clash::Changed { stream: VISIT, subject: id(1), since: seen };
    clash("a fact more", store.commit(&requiring(unchanged(1, seen))), expected)?;
    commit(&*store, &requiring(unchanged(1, seen + 1))).map(drop)
}

fn unchanged_by_duplicates(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let seen = commit(&*store, &appends(0, [visit(1, 1, 0)]))?.seq;
    commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
    commit(&*store, &requiring(unchanged(1, seen))).map(drop)
}

fn before_changes(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([with_key(1, "one")]);
    set.append(visit(1, 1, 0));
    set.require(version_of(1, 0)).require(absent(unique("one"))).require(unchanged(1, 0));
    commit(&*store, &set).map(drop)
}

fn first_broken(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(1, "one")]))?;
    let mut set = puts([person(2)]);
    set.require(version_of(1, 1)).require(absent(unique("one"))).require(version_of(1, 5));
    let expected = Clash::KeyTaken { kind: PERSON, key: name("email"), holder: id(1) };
    clash("two broken preconditions", store.commit(&set), expected)
}

fn only_conditions(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = ChangeSet::new(at(0));
    set.require(version_of(1, 0));
    same("the number", &commit(&*store, &set)?.seq, &2)?;
    set.require(version_of(1, 1));
    let expected = Clash::Version { kind: PERSON, id: id(1), expected: 1, found: 0 };
    clash("a promise without a change", store.commit(&set), expected)
}

fn form_first(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([changed(&person(1), 1)]);
    set.require(version_of(1, 4));
    set.put(crate::record::Record::new(Kind::from_static("unheard"), id(1)));
    malformed("a broken promise before a malformed change", store.commit(&set))
}

fn conditions_first(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([changed(&person(1), 1)]);
    set.require(version_of(8, 4));
    let expected = Clash::Version { kind: PERSON, id: id(8), expected: 4, found: 0 };
    clash("a precondition and a change are broken", store.commit(&set), expected)
}

fn first_change(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
    let mut set = appends(0, [visit(1, 1, 7)]);
    set.put(changed(&person(1), 1));
    clash("two broken changes", store.commit(&set), Clash::FactDiffers { stream: VISIT, id: id(1) })?;
    set.changes.reverse();
    let expected = Clash::Version { kind: PERSON, id: id(1), expected: 1, found: 0 };
    clash("the same two the other way round", store.commit(&set), expected)
}

fn within_a_put(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(1, "one"), person(2)]))?;
    commit(&*store, &erase(id(9)))?;
    let mut record = with_key(2, "one");
    record.subject = Some(id(9));
    clash("an erased subject", store.commit(&puts([record.clone()])), Clash::Erased { subject: id(9) })?;
    record.subject = None;
    let expected = Clash::Version { kind: PERSON, id: id(2), expected: 0, found: 1 };
    clash("a stale version", store.commit(&puts([record.clone()])), expected)?;
    let expected = Clash::KeyTaken { kind: PERSON, key: name("email"), holder: id(1) };
    clash("a taken key", store.commit(&puts([record.next()])), expected)
}

//! The feed: what was touched, and nothing of what it holds.

use super::probe::{Checked, List, Probe, commit, ensure, same, touched};
use super::sample::{
    GIFT, NOTE, PERSON, VISIT, appends, at, changed, changes, declare, erase, field, id, note, person, puts, visit,
};
use crate::base::{Target, ValueType};
use crate::change::{ChangeSet, Committed, Touched};
use crate::store::Store;

pub(super) fn checks(list: &mut List) {
    list.add("feed.names-what-was-touched", names);
    list.add("feed.names-each-thing-once", once);
    list.add("feed.names-what-a-commit-leaves", leaves);
    list.add("feed.names-no-duplicates", no_duplicates);
    list.add("feed.has-no-gaps", no_gaps);
    list.add("feed.goes-on-after-a-number", after);
    list.add("feed.leaves-refused-and-replayed-commits-out", committed_only);
    list.add("feed.names-declarations", declared);
    list.add("feed.names-an-erasure", erasure);
}

fn last(store: &dyn Store) -> Checked<Committed> {
    let after = store.info()?.seq - 1;
    let mut feed = store.changes(after, 10)?;
    same("how many commits are last", &feed.len(), &1)?;
    feed.pop().map_or_else(|| super::probe::failed("no last commit"), Ok)
}

/// The last commit touched these and nothing else.
fn last_touched(store: &dyn Store, expected: Vec<Touched>) -> Checked {
    let found = last(store)?;
    let expected = Committed { touched: expected, ..found.clone() };
    same("what the commit touched", &touched(&found), &touched(&expected))
}

fn put(number: u64) -> Touched {
    Touched::Put { kind: PERSON, id: id(number) }
}

fn gone(number: u64) -> Touched {
    Touched::Deleted { kind: PERSON, id: id(number) }
}

fn appended(number: u64) -> Touched {
    Touched::Appended { stream: VISIT, id: id(number) }
}

fn names(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let gift = crate::fact::Fact { stream: GIFT, ..visit(2, 1, 0) };
    let mut set = appends(7, [visit(1, 1, 0), gift, visit(2, 3, 0)]);
    set.put(person(1)).put(note(1, id(1)));
    commit(&*store, &set)?;
    let expected = vec![
        put(1),
        Touched::Put { kind: NOTE, id: id(1) },
        appended(1),
        appended(2),
        Touched::Appended { stream: GIFT, id: id(2) },
    ];
    last_touched(&*store, expected)?;
    same("when it was decided", &last(&*store)?.at, &at(7))?;
    let mut set = ChangeSet::new(at(3));
    commit(&*store, set.delete(&person(1)))?;
    last_touched(&*store, vec![gone(1)])
}

fn once(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let second = changed(&person(1), 2);
    commit(&*store, &puts([person(1), second.clone(), changed(&second, 3)]))?;
    last_touched(&*store, vec![put(1)])
}

fn leaves(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]))?;
    let mut set = puts([person(2)]);
    set.delete(&person(1)).put(person(1)).delete(&person(2));
    commit(&*store, &set)?;
    last_touched(&*store, vec![put(1), gone(2)])
}

fn no_duplicates(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
    commit(&*store, &appends(0, [visit(1, 1, 0), visit(2, 1, 0), visit(2, 1, 0)]))?;
    last_touched(&*store, vec![appended(2)])?;
    commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
    last_touched(&*store, Vec::new())
}

fn no_gaps(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for number in 0..30 {
        let set = if number % 3 == 0 { ChangeSet::new(at(0)) } else { puts([person(number)]) };
        commit(&*store, &set)?;
    }
    let numbers: Vec<u64> = store.changes(0, 1_000)?.iter().map(|commit| commit.seq).collect();
    same("the numbers", &numbers, &(1..=31).collect())
}

fn after(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for number in 0..9 {
        commit(&*store, &puts([person(number)]))?;
    }
    let numbers = |after: u64, limit: usize| {
        store.changes(after, limit).map(|feed| feed.iter().map(|commit| commit.seq).collect::<Vec<_>>())
    };
    same("all", &numbers(0, usize::MAX)?, &(1..=10).collect())?;
    same("some", &numbers(3, 4)?, &vec![4, 5, 6, 7])?;
    same("the last", &numbers(9, 4)?, &vec![10])?;
    same("none", &numbers(10, 4)?, &Vec::new())?;
    same("none, far beyond", &numbers(u64::MAX, 4)?, &Vec::new())
}

fn committed_only(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let set = puts([person(1)]).keyed("k");
    commit(&*store, &set)?;
    commit(&*store, &set)?;
    ensure(store.commit(&puts([person(1)])).is_err(), "a record is not created twice")?;
    same("how many commits", &store.changes(0, 100)?.len(), &2)
}

fn declared(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let targets = [Target::Kind(PERSON), Target::Kind(NOTE), Target::Stream(VISIT), Target::Stream(GIFT)];
    last_touched(&*store, targets.map(Touched::Declared).into())?;
    let more = |word: &str| declare(Target::Kind(NOTE), vec![field(word, ValueType::Int)]);
    commit(&*store, &changes(0, vec![more("a"), more("b"), declare(Target::Kind(PERSON), Vec::new())]))?;
    last_touched(&*store, vec![Touched::Declared(Target::Kind(NOTE))])
}

fn erasure(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([person(1)]);
    set.changes.extend(erase(id(1)).changes);
    set.changes.extend(erase(id(2)).changes);
    set.changes.extend(erase(id(1)).changes);
    commit(&*store, &set)?;
    last_touched(&*store, vec![Touched::Erased { subject: id(1) }, Touched::Erased { subject: id(2) }])
}

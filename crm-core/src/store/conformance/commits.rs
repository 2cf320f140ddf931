//! Numbers, receipts, atomicity and the keys of change sets.

use super::preconditions::version_of;
use super::probe::{Checked, Dump, List, Opened, Probe, commit, ensure, same};
use super::sample::{
    NOTE, PERSON, VISIT, appends, at, changed, changes, declare, erase, field, id, name, note, person, puts, told,
    unique, visit, with_key,
};
use crate::base::{Kind, Target, Text, ValueType};
use crate::change::{Change, ChangeSet, Precondition, Receipt};
use crate::fact::Fact;
use crate::store::StoreError;

pub(super) fn checks(list: &mut List) {
    list.add("commits.an-empty-store-has-no-commits", fresh);
    list.add("commits.numbers-follow-each-other", numbers);
    list.add("commits.nothing-to-write-is-a-commit", empty);
    list.add("commits.a-refused-commit-takes-no-number", refused_takes_none);
    list.add("commits.the-receipt-counts-what-was-put-and-appended", counts);
    list.add("commits.large-change-sets-are-taken-whole", large);
    for (name, last) in BREAKS {
        list.add(format!("atomicity.nothing-is-left-when-{name}"), move |probe| atomic(probe, *last));
    }
    list.add("atomicity.a-store-goes-on-after-a-refusal", goes_on);
    list.add("idempotency.a-second-commit-under-a-key-writes-nothing", replay);
    list.add("idempotency.a-replay-gives-the-first-receipt", replay_receipt);
    list.add("idempotency.a-replay-does-not-look-at-the-changes", replay_other);
    list.add("idempotency.keys-differ-byte-by-byte", replay_bytes);
    list.add("idempotency.a-refused-commit-leaves-its-key-free", refused_key);
    list.add("idempotency.without-a-key-every-commit-counts", keyless);
}

fn fresh(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    let info = store.info()?;
    same("the last commit", &info.seq, &0)?;
    same("the number of declarations", &info.registry.iter().count(), &0)?;
    same("the feed", &store.changes(0, 10)?, &Vec::new())
}

fn numbers(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for number in 2..20 {
        same("the receipt's number", &commit(&*store, &puts([person(number)]))?.seq, &number)?;
        same("the store's number", &store.info()?.seq, &number)?;
    }
    Ok(())
}

fn empty(probe: &Probe<'_>) -> Checked {
    let store = probe.empty()?;
    let receipt = commit(&*store, &ChangeSet::new(at(5)))?;
    let expected = Receipt { seq: 1, replayed: false, appended: 0, written: 0, duplicates: Vec::new() };
    same("the receipt", &receipt, &expected)?;
    let feed = store.changes(0, 10)?;
    same("the feed's length", &feed.len(), &1)?;
    same("when it was decided", &feed[0].at, &at(5))?;
    ensure(feed[0].touched.is_empty(), "a commit of nothing touches nothing")
}

fn refused_takes_none(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]))?;
    for _ in 0..3 {
        ensure(store.commit(&puts([person(1)])).is_err(), "a record is not created twice")?;
    }
    same("the next number", &commit(&*store, &puts([person(2)]))?.seq, &3)
}

fn counts(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([person(1), changed(&person(1), 8), person(2)]);
    set.delete(&person(2));
    set.append(visit(1, 1, 0)).append(visit(2, 1, 0)).append(visit(1, 1, 0)).append(told("A", 2, 0));
    let receipt = commit(&*store, &set)?;
    same("records put", &receipt.written, &3)?;
    same("facts appended", &receipt.appended, &3)?;
    same("duplicates", &receipt.duplicates, &vec![id(1)])?;
    let again = commit(&*store, &appends(0, [told("A", 2, 0), visit(3, 1, 0), visit(2, 1, 0)]))?;
    same("facts appended", &again.appended, &1)?;
    same("duplicates in the order of the change set", &again.duplicates, &vec![told("A", 2, 0).id, id(2)])
}

fn large(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts((0..2_000).map(person));
    for number in 0..10_000 {
        set.append(visit(number, number % 100, (number / 100) as i64));
    }
    let receipt = commit(&*store, &set)?;
    same("records put", &receipt.written, &2_000)?;
    same("facts appended", &receipt.appended, &10_000)
}

/// Something that makes a change set be refused.
type Break = fn(&mut ChangeSet);

const BREAKS: &[(&str, Break)] = &[
    ("a-version-is-stale", |set| {
        set.put(person(1));
    }),
    ("a-deleted-version-is-stale", |set| {
        set.delete(&changed(&person(1), 0).next());
    }),
    ("a-key-is-taken", |set| {
        set.put(with_key(60, "one"));
    }),
    ("a-fact-differs", |set| {
        set.append(visit(1, 1, 99));
    }),
    ("a-subject-was-erased", |set| {
        set.append(visit(60, 9, 0));
    }),
    ("a-subject-is-erased-in-it", |set| {
        set.changes.extend([Change::Erase { subject: id(60) }, Change::Put(note(61, id(60)))]);
    }),
    ("a-precondition-is-broken", |set| {
        set.require(Precondition::Version { kind: PERSON, id: id(1), version: 7 });
    }),
    ("the-last-change-is-malformed", |set| {
        set.append(Fact::new(crate::base::Stream::from_static("unheard"), id(60), id(1), at(0), name("x")));
    }),
];

/// A store that holds something of everything: person 1 with a key and a note, visits of 1 and 2, and 9, who is erased.
fn lived_in(probe: &Probe<'_>) -> Checked<Opened> {
    let store = probe.declared()?;
    let mut set = puts([with_key(1, "one"), person(2), note(10, id(1)), note(11, id(2))]);
    set.append(visit(1, 1, 5)).append(visit(2, 2, 3)).append(told("A", 1, 1));
    commit(&*store, &set)?;
    commit(&*store, &erase(id(9)))?;
    Ok(store)
}

fn atomic(probe: &Probe<'_>, last: Break) -> Checked {
    let store = lived_in(probe)?;
    let before = Dump::of(&*store)?;
    let mut set = changes(1, vec![declare(Target::Kind(NOTE), vec![field("late", ValueType::Int)])]);
    set.changes.push(declare(Target::Kind(Kind::from_static("extra")), Vec::new()));
    set = set.keyed("attempt");
    set.put(person(50)).put(changed(&with_key(1, "one"), 3)).delete(&note(10, id(1)));
    set.append(visit(50, 50, 0)).append(visit(51, 1, 0));
    set.changes.push(Change::Erase { subject: id(2) });
    set.append(visit(2, 3, 8));
    last(&mut set);
    ensure(store.commit(&set).is_err(), "a change set is refused when its last part is wrong")?;
    same("all that the store holds", &Dump::of(&*store)?, &before)?;
    same("who has the key", &store.find(&PERSON, &[unique("one")])?, &vec![Some(id(1))])?;
    let mut good = appends(0, [visit(50, 50, 0), visit(52, 2, 0)]).keyed("attempt");
    good.put(person(50));
    let receipt = commit(&*store, &good)?;
    ensure(!receipt.replayed, "the key of a refused change set is free")?;
    same("facts appended afterwards", &receipt.appended, &2)?;
    ensure(store.verify(&crate::store::Verify::Full)?.problems.is_empty(), "the store is whole after a refusal")
}

fn goes_on(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for number in 0..50 {
        let mut set = puts([person(number)]);
        set.append(visit(number, number, 0));
        commit(&*store, &set)?;
        set.changes.reverse();
        ensure(store.commit(&set).is_err(), "a record is not created twice")?;
    }
    same("facts", &super::probe::facts(&*store, &crate::store::FactQuery::all(VISIT))?.len(), &50)
}

fn replay(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([person(1)]).keyed("import 1");
    set.append(visit(1, 1, 0));
    commit(&*store, &set)?;
    let before = Dump::of(&*store)?;
    ensure(commit(&*store, &set)?.replayed, "a second commit under a key is a replay")?;
    same("all that the store holds", &Dump::of(&*store)?, &before)
}

fn replay_receipt(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([person(1), person(2)]).keyed("import 1");
    set.append(visit(1, 1, 0)).append(visit(1, 1, 0));
    let first = commit(&*store, &set)?;
    ensure(!first.replayed, "the first commit under a key is no replay")?;
    same("duplicates at first", &first.duplicates, &vec![id(1)])?;
    commit(&*store, &puts([person(3)]))?;
    let expected = Receipt { replayed: true, duplicates: Vec::new(), ..first };
    same("the receipt", &commit(&*store, &set)?, &expected)?;
    same("the receipt of a third", &commit(&*store, &set)?, &expected)
}

fn replay_other(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]).keyed("k"))?;
    let mut other = puts([person(1), note(5, id(5))]).keyed("k");
    other.require(version_of(77, 3));
    other.put(crate::record::Record::new(Kind::from_static("unheard"), id(1)));
    let receipt = store.commit(&other).map(|receipt| (receipt.seq, receipt.replayed));
    same("a replay with other changes", &receipt, &Ok((2, true)))?;
    same("what it would have written", &store.load(&NOTE, &[id(5)])?, &vec![None])
}

fn replay_bytes(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let keys = ["a", "A", "a ", " a", "ä", "a\u{308}", "1", "01", "1.0", "\u{1f600}"];
    for key in keys {
        let receipt = commit(&*store, &ChangeSet::new(at(0)).keyed(key))?;
        ensure(!receipt.replayed, "different keys are different")?;
    }
    for key in keys {
        ensure(commit(&*store, &ChangeSet::new(at(0)).keyed(key))?.replayed, "a key is found again")?;
    }
    let long: Text = "x".repeat(crate::store::MAX_KEY).into();
    ensure(!commit(&*store, &ChangeSet::new(at(0)).keyed(long.clone()))?.replayed, "a long key is taken")?;
    ensure(commit(&*store, &ChangeSet::new(at(0)).keyed(long))?.replayed, "a long key is found again")
}

fn refused_key(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let refused: Result<Receipt, StoreError> = store.commit(&puts([changed(&person(1), 1)]).keyed("k"));
    ensure(refused.is_err(), "a stale version is refused")?;
    let receipt = commit(&*store, &puts([person(1)]).keyed("k"))?;
    same("the receipt after a refusal", &(receipt.seq, receipt.replayed), &(2, false))
}

fn keyless(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for number in 2..5 {
        let receipt = commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
        same("the receipt", &(receipt.seq, receipt.replayed), &(number, false))?;
    }
    Ok(())
}

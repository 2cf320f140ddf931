//! Keys: unique ones and look-ups.

use super::probe::{Checked, List, Probe, clash, commit, same, scan};
use super::sample::{NOTE, PERSON, id, lookup, name, person, puts, unique, with_key};
use super::values::TEXTS;
use crate::base::{Id, Kind, Name};
use crate::record::{Key, Record};
use crate::store::{Clash, Scan, Store};

pub(super) fn checks(list: &mut List) {
    list.add("keys.find-follows-the-order-asked", order_asked);
    list.add("keys.a-taken-key-is-a-conflict", taken);
    list.add("keys.a-key-taken-in-the-same-change-set-is-a-conflict", taken_within);
    list.add("keys.the-first-taken-key-of-a-record-is-the-error", first_taken);
    list.add("keys.a-record-keeps-its-own-key", keeps);
    list.add("keys.a-removed-record-gives-its-key-back", given_back);
    list.add("keys.a-changed-record-gives-its-old-key-back", given_up);
    list.add("keys.a-key-may-pass-on-within-a-change-set", passes_on);
    list.add("keys.names-and-kinds-are-apart", apart);
    list.add("keys.a-look-up-may-be-shared", shared);
    list.add("keys.a-look-up-may-equal-a-unique-key", both_ways);
    list.add("keys.a-key-may-become-unique", becomes_unique);
    list.add("keys.come-back-in-their-order", come_back);
    list.add("keys.are-compared-byte-by-byte", bytes);
    list.add("keys.a-scan-by-key-is-in-the-order-of-the-ids", scan_order);
    list.add("keys.a-scan-by-key-and-subject-meets-both", key_and_subject);
}

fn found(store: &dyn Store, kind: &Kind, key: Key, expected: Option<Id>) -> crate::store::conformance::probe::Checked {
    same(&format!("who has a key of {kind}"), &store.find(kind, &[key])?, &vec![expected])
}

fn order_asked(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(1, "one"), with_key(2, "two"), person(3)]))?;
    let asked = [unique("two"), unique("three"), unique("one"), unique("two"), Key::lookup(name("email"), "one")];
    let expected = vec![Some(id(2)), None, Some(id(1)), Some(id(2)), Some(id(1))];
    same("who has the keys", &store.find(&PERSON, &asked)?, &expected)?;
    same("no keys", &store.find(&PERSON, &[])?, &Vec::new())
}

fn is_taken(holder: u64) -> Clash {
    Clash::KeyTaken { kind: PERSON, key: name("email"), holder: id(holder) }
}

fn taken(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(1, "one"), person(2)]))?;
    clash("a new record", store.commit(&puts([with_key(3, "one")])), is_taken(1))?;
    clash("a changed record", store.commit(&puts([with_key(2, "one").next()])), is_taken(1))?;
    found(&*store, &PERSON, unique("one"), Some(id(1)))
}

fn taken_within(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    clash("two records", store.commit(&puts([with_key(1, "one"), with_key(2, "one")])), is_taken(1))?;
    found(&*store, &PERSON, unique("one"), None)
}

fn first_taken(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(1, "one"), with_key(2, "two")]))?;
    let mut record = person(3);
    record.keys = vec![unique("free"), lookup("one"), unique("two"), unique("one")];
    clash("two taken keys", store.commit(&puts([record])), is_taken(2))
}

fn keeps(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let first = with_key(1, "one");
    commit(&*store, &puts([first.clone()]))?;
    let mut second = first.next();
    second.keys.push(unique("uno"));
    commit(&*store, &puts([second.clone(), second.next()]))?;
    found(&*store, &PERSON, unique("one"), Some(id(1)))?;
    found(&*store, &PERSON, unique("uno"), Some(id(1)))
}

fn given_back(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([with_key(1, "one")]);
    commit(&*store, &set)?;
    set.changes.clear();
    commit(&*store, set.delete(&person(1)))?;
    found(&*store, &PERSON, unique("one"), None)?;
    commit(&*store, &puts([with_key(2, "one")]))?;
    found(&*store, &PERSON, unique("one"), Some(id(2)))
}

fn given_up(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(1, "one")]))?;
    commit(&*store, &puts([with_key(1, "uno").next()]))?;
    found(&*store, &PERSON, unique("one"), None)?;
    found(&*store, &PERSON, unique("uno"), Some(id(1)))?;
    commit(&*store, &puts([with_key(2, "one")]))?;
    same("by scan", &scan(&*store, &Scan::all(PERSON).with_key(unique("one")))?, &vec![with_key(2, "one")])
}

fn passes_on(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([with_key(1, "one"), with_key(2, "two")]))?;
    let without = person(1).next();
    let early = puts([with_key(2, "one").next(), without.clone()]);
    clash("taken before it is given up", store.commit(&early), is_taken(1))?;
    let back = Record { version: 3, ..with_key(1, "two") };
    commit(&*store, &puts([without, with_key(2, "one").next(), back]))?;
    found(&*store, &PERSON, unique("one"), Some(id(2)))?;
    found(&*store, &PERSON, unique("two"), Some(id(1)))
}

fn apart(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let number = Key::unique(name("number"), "one");
    let mut other_name = person(2);
    other_name.keys.push(number.clone());
    let other_kind = Record { keys: vec![unique("one")], ..Record::new(NOTE, id(3)) };
    commit(&*store, &puts([with_key(1, "one"), other_name, other_kind]))?;
    found(&*store, &PERSON, unique("one"), Some(id(1)))?;
    found(&*store, &PERSON, number.clone(), Some(id(2)))?;
    found(&*store, &NOTE, unique("one"), Some(id(3)))?;
    found(&*store, &NOTE, number, None)
}

fn owned(number: u64, owner: &str) -> Record {
    Record { keys: vec![lookup(owner)], ..person(number) }
}

fn shared(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([owned(1, "ann"), owned(2, "bob"), owned(3, "ann")]))?;
    let by_owner = |owner| scan(&*store, &Scan::all(PERSON).with_key(lookup(owner)));
    same("of one", &by_owner("ann")?, &vec![owned(1, "ann"), owned(3, "ann")])?;
    found(&*store, &PERSON, lookup("ann"), None)?;
    commit(&*store, &puts([owned(1, "bob").next()]))?;
    same("of one, after a change", &by_owner("ann")?, &vec![owned(3, "ann")])?;
    same("of the other", &by_owner("bob")?, &vec![owned(1, "bob").next(), owned(2, "bob")])
}

fn both_ways(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let shared = |number| Record { keys: vec![Key::lookup(name("email"), "one")], ..person(number) };
    commit(&*store, &puts([shared(1), with_key(2, "one"), shared(3)]))?;
    found(&*store, &PERSON, unique("one"), Some(id(2)))?;
    let all = vec![shared(1), with_key(2, "one"), shared(3)];
    for key in [unique("one"), Key::lookup(name("email"), "one")] {
        same("by scan", &scan(&*store, &Scan::all(PERSON).with_key(key).limit(1))?, &all)?;
    }
    let mut set = puts([]);
    commit(&*store, set.delete(&person(2)))?;
    found(&*store, &PERSON, unique("one"), None)
}

fn becomes_unique(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let shared = Record { keys: vec![Key::lookup(name("email"), "one")], ..person(1) };
    commit(&*store, &puts([shared]))?;
    found(&*store, &PERSON, unique("one"), None)?;
    commit(&*store, &puts([with_key(1, "one").next()]))?;
    found(&*store, &PERSON, unique("one"), Some(id(1)))?;
    clash("another record", store.commit(&puts([with_key(2, "one")])), is_taken(1))
}

fn come_back(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let keys = [("z", true), ("a", false), ("m", true), ("a", true)];
    let key = |(at, (value, unique)): (usize, &(&str, bool))| Key {
        name: Name::from_static(if at == 3 { "other" } else { "email" }),
        value: (*value).into(),
        unique: *unique,
    };
    let record = Record { keys: keys.iter().enumerate().map(key).collect(), ..person(1) };
    commit(&*store, &puts([record.clone()]))?;
    let loaded = store.load(&PERSON, &[id(1)])?;
    let kept = loaded.into_iter().flatten().flat_map(|record| record.keys).eq(record.keys.iter().cloned());
    super::probe::ensure(kept, "a record has its keys, and whether they are unique, in its own order")
}

fn bytes(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let texts: Vec<&str> = TEXTS.iter().copied().filter(|text| !text.is_empty()).chain(["a", "A", "a "]).collect();
    commit(&*store, &puts((0..).zip(&texts).map(|(number, text)| with_key(number, text))))?;
    for (number, text) in (0..).zip(&texts) {
        found(&*store, &PERSON, unique(text), Some(id(number)))?;
        let by_key = scan(&*store, &Scan::all(PERSON).with_key(unique(text)))?;
        same(&format!("by scan for {text:?}"), &by_key, &vec![with_key(number, text)])?;
    }
    Ok(())
}

fn scan_order(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let numbers = [5, 3, 9, 1, 7];
    commit(&*store, &puts(numbers.map(|number| owned(number, "ann"))))?;
    commit(&*store, &puts([owned(4, "ann"), owned(6, "bob")]))?;
    let expected: Vec<Record> = [1, 3, 4, 5, 7, 9].map(|number| owned(number, "ann")).into();
    for limit in 1..8 {
        let query = Scan::all(PERSON).with_key(lookup("ann")).limit(limit);
        same("the records", &scan(&*store, &query)?, &expected)?;
    }
    Ok(())
}

fn key_and_subject(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let about = |number, owner, subject| Record { subject: Some(id(subject)), ..owned(number, owner) };
    commit(&*store, &puts([about(1, "ann", 8), about(2, "ann", 9), about(3, "bob", 9), about(4, "ann", 9)]))?;
    let query = Scan::all(PERSON).with_key(lookup("ann")).about(id(9)).limit(1);
    same("the records", &scan(&*store, &query)?, &vec![about(2, "ann", 9), about(4, "ann", 9)])
}

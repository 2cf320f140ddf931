//! The form of what is written: what no store accepts, and the largest that every store does.

use super::probe::{Checked, Dump, List, Probe, commit, facts, malformed, same};
use super::sample::{
    GIFT, NOTE, PERSON, VISIT, appends, at, changes, declare, erase, id, misfit, name, note, numbered_fields, person,
    puts, told, unique, visit,
};
use crate::base::{Kind, Target, Text, Timestamp, Value, ValueType};
use crate::change::{Change, ChangeSet, Precondition};
use crate::fact::Fact;
use crate::record::{Key, Record};
use crate::store::{FactQuery, MAX_FIELDS, MAX_KEY, MAX_KEYS, MAX_LIST, MAX_TEXT, Scan, StoreError};

pub(super) fn checks(list: &mut List) {
    for ty in ValueType::ALL {
        list.add(format!("form.a-{ty}-field-of-a-record-holds-nothing-else"), move |probe| misfits_record(probe, ty));
        list.add(format!("form.a-{ty}-field-of-a-fact-holds-nothing-else"), move |probe| misfits_fact(probe, ty));
    }
    for (name, make) in MALFORMED {
        list.add(format!("form.refuses-{name}"), move |probe| refuses(probe, &make()));
    }
    list.add("form.takes-texts-and-lists-of-the-greatest-length", longest_texts);
    list.add("form.takes-as-many-fields-and-keys-as-allowed", most_fields);
    list.add("form.takes-keys-of-the-greatest-length", longest_keys);
}

fn misfits_record(probe: &Probe<'_>, ty: ValueType) -> Checked {
    let store = probe.declared()?;
    let mut record = Record::new(PERSON, id(1));
    record.fields.set(name(ty.word()), misfit(ty));
    malformed("a value of another type", store.commit(&puts([record])))?;
    same("records", &store.load(&PERSON, &[id(1)])?, &vec![None])
}

fn misfits_fact(probe: &Probe<'_>, ty: ValueType) -> Checked {
    let store = probe.declared()?;
    let mut fact = visit(1, 1, 0);
    fact.fields.set(name(ty.word()), misfit(ty));
    malformed("a value of another type", store.commit(&appends(0, [fact])))
}

/// Makes a change set that no store accepts.
type Bad = fn() -> ChangeSet;

const MALFORMED: &[(&str, Bad)] = &[
    ("a-text-that-is-too-long", || with_value(Value::from("x".repeat(MAX_TEXT + 1)))),
    ("a-text-with-a-nul", || with_value(Value::from("a\0b"))),
    ("a-list-that-is-too-long", || with_value(Value::Texts(vec![Text::default(); MAX_LIST + 1]))),
    ("a-list-of-too-much-text", || with_value(Value::Texts(vec!["x".repeat(MAX_TEXT / 2 + 1).into(); 2]))),
    ("a-list-with-a-nul", || with_value(Value::Texts(vec!["a".into(), "\0".into()]))),
    ("a-sealed-value-that-is-too-long", || with_value(Value::Sealed(crate::base::Sealed::new(&vec![1; MAX_TEXT + 1])))),
    ("a-float-that-is-not-a-number", || with_value(Value::Float(f64::NAN))),
    ("an-infinite-float", || with_value(Value::Float(f64::NEG_INFINITY))),
    ("a-fact-with-a-bad-value", || {
        let mut fact = visit(1, 1, 0);
        fact.fields.set(name("new"), Value::Float(f64::INFINITY));
        appends(0, [fact])
    }),
    ("too-many-fields", || {
        let mut record = note(1, id(1));
        let names = numbered_fields(MAX_FIELDS + 1).into_iter().map(|field| field.name);
        record.fields = names.map(|name| (name, Value::from(true))).collect();
        puts([record])
    }),
    ("too-many-declared-fields", || changes(0, vec![declare(Target::Kind(NOTE), numbered_fields(MAX_FIELDS + 1))])),
    ("too-many-keys", || with_keys((0..=MAX_KEYS).map(|number| unique(&number.to_string())))),
    ("an-empty-key", || with_keys([unique("")])),
    ("a-key-that-is-too-long", || with_keys([unique(&"x".repeat(MAX_KEY + 1))])),
    ("a-key-with-a-nul", || with_keys([unique("a\0")])),
    ("a-key-that-is-there-twice", || with_keys([unique("a"), Key::lookup(name("email"), "a")])),
    ("version-0", || puts([Record { version: 0, ..person(1) }])),
    ("the-removal-of-version-0", || changes(0, vec![Change::Delete { kind: PERSON, id: id(1), version: 0 }])),
    ("a-fact-recorded-at-another-time", || changes(5, vec![Change::Append(visit(1, 1, 0))])),
    ("a-fact-at-the-end-of-time", || appends(0, [Fact { at: Timestamp::MAX, ..visit(1, 1, 0) }])),
    ("a-source-with-another-id", || appends(0, [Fact { id: id(1), ..told("A", 1, 0) }])),
    ("an-empty-source-id", || appends(0, [told("", 1, 0)])),
    ("a-source-id-that-is-too-long", || appends(0, [told(&"x".repeat(MAX_KEY + 1), 1, 0)])),
    ("an-empty-change-set-key", || ChangeSet::new(at(0)).keyed("")),
    ("a-change-set-key-that-is-too-long", || ChangeSet::new(at(0)).keyed("x".repeat(MAX_KEY + 1))),
    ("an-empty-key-in-a-precondition", || {
        let mut set = ChangeSet::new(at(0));
        set.require(Precondition::Absent { kind: PERSON, key: unique("") });
        set
    }),
    ("a-kind-that-is-no-identifier", || {
        changes(0, vec![declare(Target::Kind(Kind::from_static("a\"; drop")), Vec::new())])
    }),
];

fn with_value(value: Value) -> ChangeSet {
    let mut record = note(1, id(1));
    record.fields.set(name("new"), value);
    puts([record])
}

fn with_keys(keys: impl IntoIterator<Item = Key>) -> ChangeSet {
    puts([Record { keys: keys.into_iter().collect(), ..person(1) }])
}

fn refuses(probe: &Probe<'_>, set: &ChangeSet) -> Checked {
    let store = probe.declared()?;
    let before = Dump::of(&*store)?;
    let mut whole = puts([person(70), note(71, id(70))]);
    whole.changes.extend(erase(id(72)).changes);
    let parts = ChangeSet { at: set.at, key: set.key.clone(), ..whole };
    let mut all = parts;
    all.extend(set.clone());
    let result: Result<_, StoreError> = store.commit(&all);
    malformed("a change set with it", result)?;
    same("all that the store holds", &Dump::of(&*store)?, &before)
}

fn longest_texts(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut record = note(1, id(1));
    record.fields.set(name("text"), "x".repeat(MAX_TEXT));
    record.fields.set(name("list"), vec![Text::from("x".repeat(MAX_TEXT / MAX_LIST)); MAX_LIST]);
    record.fields.set(name("sealed"), crate::base::Sealed::new(&vec![255; MAX_TEXT]));
    let mut fact = Fact::new(VISIT, id(1), id(1), at(0), name("x"));
    fact.fields.set(name("text"), "\u{1f600}".repeat(MAX_TEXT / 4));
    let mut set = puts([record.clone()]);
    commit(&*store, set.append(fact.clone()))?;
    same("the record", &store.load(&NOTE, &[id(1)])?, &vec![Some(record)])?;
    same("the fact", &facts(&*store, &FactQuery::all(VISIT))?, &vec![fact])
}

fn most_fields(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut record = note(1, id(1));
    let names = numbered_fields(MAX_FIELDS).into_iter().map(|field| field.name);
    record.fields = names.map(|name| (name, Value::from(true))).collect();
    record.keys = (0..MAX_KEYS).map(|number| unique(&number.to_string())).collect();
    let fact = Fact { fields: record.fields.clone(), ..Fact::new(GIFT, id(1), id(1), at(0), name("x")) };
    let mut set = puts([record.clone()]);
    commit(&*store, set.append(fact.clone()))?;
    same("the record", &store.load(&NOTE, &[id(1)])?, &vec![Some(record)])?;
    same("the fact", &facts(&*store, &FactQuery::all(GIFT))?, &vec![fact])
}

fn longest_keys(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let long = "k".repeat(MAX_KEY);
    let mut record = person(1);
    record.keys = vec![unique(&long), Key::lookup(name("owner"), long.clone())];
    let mut fact = told(&long, 1, 0);
    fact.recorded = at(0);
    let mut set = puts([record.clone()]);
    commit(&*store, set.append(fact.clone()))?;
    same("by unique key", &store.find(&PERSON, &[unique(&long)])?, &vec![Some(id(1))])?;
    let by_key = Scan::all(PERSON).with_key(Key::lookup(name("owner"), long));
    same("by look-up", &store.scan(&by_key)?.items, &vec![record])?;
    same("the fact", &facts(&*store, &FactQuery::all(VISIT))?, &vec![fact])
}

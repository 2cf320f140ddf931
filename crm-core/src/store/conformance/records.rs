//! Records: versions, loading, scanning, filters.

use super::probe::{Checked, List, Probe, clash, commit, ensure, same, scan};
use super::sample::{NOTE, PERSON, at, changed, id, name, note, person, puts};
use super::values::TEXTS;
use crate::base::{Date, Id, Money, Value};
use crate::change::{Change, ChangeSet, Receipt};
use crate::record::Record;
use crate::store::{Clash, Scan, StoreError, TestOp};

pub(super) fn checks(list: &mut List) {
    list.add("records.load-follows-the-order-asked", order_asked);
    list.add("records.load-of-nothing-is-nothing", load_nothing);
    list.add("records.a-new-record-has-version-1", first_version);
    list.add("records.a-change-is-the-next-version", next_version);
    list.add("records.a-record-is-not-created-twice", not_twice);
    list.add("records.a-stale-version-is-a-conflict", stale);
    list.add("records.a-version-is-not-left-out", left_out);
    list.add("records.what-is-not-there-is-not-changed", not_there);
    list.add("records.a-deleted-record-is-gone", deleted);
    list.add("records.a-stale-removal-is-a-conflict", stale_removal);
    list.add("records.a-record-may-be-written-again-after-its-removal", written_again);
    list.add("records.one-change-set-may-change-a-record-often", often);
    list.add("records.one-change-set-may-remove-and-write", remove_and_write);
    list.add("records.kinds-are-apart", kinds);
    list.add("records.a-record-may-move-to-another-subject", moves);
    list.add("records.a-scan-is-in-the-order-of-the-ids", id_order);
    list.add("records.a-scan-by-subject-finds-what-is-about-it", by_subject);
    list.add("records.the-subject-itself-is-not-about-it", not_about_itself);
    list.add("records.filters-agree-with-the-reference", filters);
    list.add("records.a-missing-field-passes-no-test", missing);
    list.add("records.filters-compare-texts-byte-by-byte", filter_texts);
    list.add("records.filters-meet-limits-and-cursors", filter_pages);
}

fn order_asked(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1), person(2), person(3)]))?;
    let asked = [id(3), id(9), id(1), id(3), Id::NIL, id(2)];
    let expected = vec![Some(person(3)), None, Some(person(1)), Some(person(3)), None, Some(person(2))];
    same("the records", &store.load(&PERSON, &asked)?, &expected)?;
    let many: Vec<Id> = (0..3_000).map(|number| id(number % 5)).collect();
    let found = store.load(&PERSON, &many)?;
    same("how many answers", &found.len(), &3_000)?;
    same("how many records", &found.iter().flatten().count(), &1_800)
}

fn load_nothing(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    same("no ids", &store.load(&PERSON, &[])?, &Vec::new())?;
    same("an id that nothing has", &store.load(&PERSON, &[id(1)])?, &vec![None])
}

fn first_version(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]))?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(person(1))])
}

fn next_version(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut record = person(1);
    commit(&*store, &puts([record.clone()]))?;
    for number in 2..10 {
        record = changed(&record, number);
        commit(&*store, &puts([record.clone()]))?;
        same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(record.clone())])?;
    }
    same("its version", &record.version, &9)
}

fn stale_put(result: Result<Receipt, StoreError>, expected: u64, found: u64) -> Checked {
    clash("a version that is not the next", result, Clash::Version { kind: PERSON, id: id(1), expected, found })
}

fn not_twice(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]))?;
    stale_put(store.commit(&puts([person(1)])), 0, 1)?;
    stale_put(store.commit(&puts([person(2), person(1)])), 0, 1)
}

fn stale(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let second = changed(&person(1), 2);
    let third = changed(&second, 3);
    commit(&*store, &puts([person(1), second.clone(), third.clone()]))?;
    stale_put(store.commit(&puts([second])), 1, 3)?;
    stale_put(store.commit(&puts([third.clone()])), 2, 3)?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(third)])
}

fn left_out(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1)]))?;
    stale_put(store.commit(&puts([Record { version: 3, ..person(1) }])), 2, 1)?;
    stale_put(store.commit(&puts([Record { version: u64::MAX, ..person(1) }])), u64::MAX - 1, 1)
}

fn not_there(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    stale_put(store.commit(&puts([changed(&person(1), 1)])), 1, 0)
}

fn removal(version: u64) -> ChangeSet {
    ChangeSet { changes: vec![Change::Delete { kind: PERSON, id: id(1), version }], ..ChangeSet::new(at(0)) }
}

fn deleted(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1), changed(&person(1), 2), person(2)]))?;
    same("records put", &commit(&*store, &removal(2))?.written, &0)?;
    same("by id", &store.load(&PERSON, &[id(1), id(2)])?, &vec![None, Some(person(2))])?;
    same("in a scan", &scan(&*store, &Scan::all(PERSON))?, &vec![person(2)])
}

fn stale_removal(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    stale_put(store.commit(&removal(1)), 1, 0)?;
    commit(&*store, &puts([person(1), changed(&person(1), 2)]))?;
    stale_put(store.commit(&removal(1)), 1, 2)?;
    stale_put(store.commit(&removal(u64::MAX)), u64::MAX, 2)?;
    commit(&*store, &removal(2))?;
    stale_put(store.commit(&removal(2)), 2, 0)
}

fn written_again(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([person(1), changed(&person(1), 2)]))?;
    commit(&*store, &removal(2))?;
    stale_put(store.commit(&puts([Record { version: 3, ..person(1) }])), 2, 0)?;
    commit(&*store, &puts([person(1)]))?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(person(1))])
}

fn often(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut record = person(1);
    let mut set = puts([record.clone()]);
    for number in 0..20 {
        record = changed(&record, number);
        set.put(record.clone());
    }
    commit(&*store, &set)?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(record)])
}

fn remove_and_write(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([person(1), person(2)]);
    set.delete(&person(1)).put(changed(&person(2), 5)).put(person(1)).delete(&changed(&person(2), 5));
    commit(&*store, &set)?;
    same("the records", &scan(&*store, &Scan::all(PERSON))?, &vec![person(1)])
}

fn kinds(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let other = Record::new(NOTE, id(1));
    commit(&*store, &puts([person(1), other.clone(), changed(&person(1), 2)]))?;
    same("one kind", &store.load(&PERSON, &[id(1)])?, &vec![Some(changed(&person(1), 2))])?;
    same("the other", &store.load(&NOTE, &[id(1)])?, &vec![Some(other)])?;
    commit(&*store, &removal(2))?;
    same("the other after the removal of one", &scan(&*store, &Scan::all(NOTE))?.len(), &1)
}

fn moves(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([note(1, id(8))]))?;
    let moved = Record { version: 2, ..note(1, id(9)) };
    commit(&*store, &puts([moved.clone()]))?;
    same("about the one before", &scan(&*store, &Scan::all(NOTE).about(id(8)))?, &Vec::new())?;
    same("about the one after", &scan(&*store, &Scan::all(NOTE).about(id(9)))?, &vec![moved])?;
    commit(&*store, &puts([Record { version: 3, ..Record::new(NOTE, id(1)) }]))?;
    same("about nobody", &scan(&*store, &Scan::all(NOTE).about(id(9)))?, &Vec::new())
}

fn id_order(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut ids: Vec<Id> = [0, 255, 128, 127, 1].map(|byte| Id::from_bytes([byte; 16])).into();
    ids.extend((0..50).map(|number: u32| Id::derived("order", &number.to_string())));
    commit(&*store, &puts(ids.iter().map(|id| Record::new(NOTE, *id))))?;
    ids.sort_unstable();
    let found: Vec<Id> = scan(&*store, &Scan::all(NOTE).limit(9))?.iter().map(|record| record.id).collect();
    same("the ids", &found, &ids)
}

fn by_subject(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts((0..30).map(|number| note(number, id(number % 3)))))?;
    let expected: Vec<Record> = (0..30).filter(|number| number % 3 == 1).map(|number| note(number, id(1))).collect();
    same("the notes", &scan(&*store, &Scan::all(NOTE).about(id(1)).limit(4))?, &expected)?;
    same("of somebody else", &scan(&*store, &Scan::all(NOTE).about(id(7)))?, &Vec::new())
}

fn not_about_itself(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([Record::new(NOTE, id(1)), note(2, id(1))]))?;
    same("the notes", &scan(&*store, &Scan::all(NOTE).about(id(1)))?, &vec![note(2, id(1))])
}

const OPS: [TestOp; 5] = [TestOp::Eq, TestOp::Lt, TestOp::Le, TestOp::Gt, TestOp::Ge];

fn filters(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let money = |text: &str| text.parse::<Money>().ok().map(Value::Money);
    let days = |days| Date::from_days(days).ok().map(Value::Date);
    let texts = |texts: &[&str]| Some(Value::Texts(texts.iter().map(|text| (*text).into()).collect()));
    let float = |float| Some(Value::Float(float));
    let values: Vec<(&str, Vec<Option<Value>>)> = vec![
        ("bool", [true, false].map(|truth| Some(truth.into())).into()),
        ("int", [i64::MIN, -1, 0, 1, 2, i64::MAX].map(|number| Some(Value::Int(number))).into()),
        ("float", vec![float(-1.5), float(-0.0), float(0.0), float(1.0), float(1e300)]),
        ("text", ["", "a", "A", "ä", "b", "aa", "10", "9"].map(|text| Some(text.into())).into()),
        ("date", vec![days(-1), days(0), days(20_000)]),
        ("time", [-1, 0, 1].map(|seconds| Some(Value::Time(at(seconds)))).into()),
        ("money", vec![money("1.00 EUR"), money("2.00 EUR"), money("-1.00 EUR"), money("1.00 USD"), money("100 JPY")]),
        ("id", vec![Some(Id::NIL.into()), Some(id(1).into()), Some(id(2).into())]),
        ("texts", vec![texts(&[]), texts(&["a"]), texts(&["a", "b"])]),
    ];
    let mut records = vec![Record::new(PERSON, Id::NIL)];
    let mut put = |field: crate::base::Name, value: &Value| {
        let mut record = Record::new(PERSON, id(records.len() as u64));
        record.fields.set(field, value.clone());
        records.push(record);
    };
    let mixed: Vec<&Value> = values.iter().flat_map(|(_, values)| values.iter().flatten()).collect();
    for (field, values) in &values {
        for value in values.iter().flatten() {
            put(name(field), value);
        }
    }
    for value in &mixed {
        put(name("custom"), value);
    }
    commit(&*store, &puts(records.clone()))?;
    for field in values.iter().map(|(field, _)| *field).chain(["custom"]) {
        for value in &mixed {
            for op in OPS {
                let query = Scan::all(PERSON).test(name(field), op, (*value).clone());
                let passing =
                    records.iter().filter(|record| query.tests[0].passes(record)).cloned().collect::<Vec<_>>();
                same(&format!("{field} {op:?} a {value:?}"), &scan(&*store, &query)?, &passing)?;
            }
        }
    }
    Ok(())
}

fn missing(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([Record::new(PERSON, id(1))]))?;
    for op in OPS {
        let query = Scan::all(PERSON).test(name("int"), op, 0_i64);
        same("records without the field", &scan(&*store, &query)?, &Vec::new())?;
        let query = Scan::all(PERSON).test(name("unheard"), op, 0_i64);
        same("records without an undeclared field", &scan(&*store, &query)?, &Vec::new())?;
    }
    Ok(())
}

fn filter_texts(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let record = |(number, text): (u64, &&str)| {
        let mut record = Record::new(PERSON, id(number));
        record.fields.set(name("text"), *text);
        record
    };
    let records: Vec<Record> = (0..).zip(TEXTS).map(record).collect();
    commit(&*store, &puts(records.clone()))?;
    for text in TEXTS {
        for op in [TestOp::Eq, TestOp::Lt, TestOp::Ge] {
            let query = Scan::all(PERSON).test(name("text"), op, *text);
            let passing: Vec<Record> = records.iter().filter(|record| query.tests[0].passes(record)).cloned().collect();
            same(&format!("texts {op:?} {text:?}"), &scan(&*store, &query)?, &passing)?;
        }
    }
    Ok(())
}

fn filter_pages(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let records: Vec<Record> =
        (0..60).map(|number| Record { subject: Some(id(number % 2)), ..person(number) }).collect();
    commit(&*store, &puts(records.clone()))?;
    for limit in [1, 3, 7, 100] {
        let query = Scan::all(PERSON).about(id(1)).test(name("int"), TestOp::Ge, 10_i64).limit(limit);
        let query = query.test(name("int"), TestOp::Lt, 50_i64);
        let wanted =
            |record: &&Record| record.subject == Some(id(1)) && query.tests.iter().all(|test| test.passes(record));
        let expected: Vec<Record> = records.iter().filter(wanted).cloned().collect();
        same("two tests and a subject", &scan(&*store, &query)?, &expected)?;
    }
    let several = vec![id(5), id(1), id(99), id(0), id(1)];
    for limit in [1, 7, 100] {
        let query = Scan::all(PERSON).about_any(several.clone()).limit(limit);
        same("several subjects", &scan(&*store, &query)?, &records)?;
    }
    same("no subjects", &scan(&*store, &Scan::all(PERSON).about_any(Vec::new()))?, &Vec::new())?;
    ensure(!records.is_empty(), "there are records")
}

//! Every value comes back as it was written.

use super::probe::{Checked, List, Probe, commit, ensure, facts, same};
use super::sample::{GIFT, NOTE, PERSON, VISIT, at, id, name, puts};
use crate::base::{Date, Fields, Id, Money, Name, Sealed, Text, Timestamp, Value, ValueType};
use crate::fact::Fact;
use crate::record::Record;
use crate::store::{FactQuery, Scan};

pub(super) fn checks(list: &mut List) {
    for ty in ValueType::ALL {
        list.add(format!("values.{ty}-in-a-declared-field"), move |probe| come_back(probe, &samples(ty), ty.word()));
        list.add(format!("values.{ty}-in-an-undeclared-field"), move |probe| come_back(probe, &samples(ty), "custom"));
        list.add(format!("values.sealed-in-a-{ty}-field"), move |probe| come_back(probe, &sealed(), ty.word()));
    }
    list.add("values.sealed-in-an-undeclared-field", |probe| come_back(probe, &sealed(), "custom"));
    list.add("values.all-at-once", all_at_once);
    list.add("values.no-fields-at-all", none);
    list.add("values.a-field-left-out-is-gone", left_out);
    list.add("values.a-field-may-change-its-type-while-nobody-declares-it", retyped);
    list.add("values.amounts-and-points-of-facts", measures);
}

/// Texts that stores, files and query languages are known to stumble over.
pub(super) const TEXTS: &[&str] = &[
    "",
    " ",
    "  two blanks  ",
    "a\tb\r\nc",
    "'",
    "\"",
    "''",
    "\\",
    "\\u0041",
    "%",
    "_",
    "?",
    "$1",
    ":a",
    "--",
    ";",
    "null",
    "NULL",
    "true",
    "0",
    "007",
    "1e3",
    "-0",
    "NaN",
    "Infinity",
    "2026-01-01",
    "{\"$money\": \"1.00 EUR\"}",
    "[]",
    "ä",
    "a\u{308}",
    "ß",
    "İ",
    "ı",
    "ﬁ",
    "Ω",
    "ﷺ",
    "你好",
    "עברית",
    "ไทย",
    "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\u{1f600}",
    "\u{feff}bom",
    "\u{fffe}",
    "\u{ffff}",
    "\u{10ffff}",
    "\u{e000}",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}reversed",
];

fn samples(ty: ValueType) -> Vec<Value> {
    let days = |days| Date::from_days(days).ok();
    let micros = |micros| Timestamp::from_micros(micros).ok();
    match ty {
        ValueType::Bool => vec![true.into(), false.into()],
        ValueType::Int => [0, 1, -1, i64::MAX, i64::MIN, 1 << 53, (1 << 53) + 1].map(Value::Int).into(),
        ValueType::Float => [
            0.0,
            -0.0,
            1.0,
            -1.5,
            0.1,
            1.0 / 3.0,
            5e-324,
            f64::MIN_POSITIVE,
            f64::MAX,
            f64::MIN,
            1e15,
            1e16,
            123456789.0,
            9_007_199_254_740_993.0,
            1e300,
        ]
        .map(Value::Float)
        .into(),
        ValueType::Text => {
            TEXTS.iter().map(|text| Value::from(*text)).chain([Value::from("x".repeat(70_000))]).collect()
        }
        ValueType::Date => {
            let all = [Some(Date::MIN), Some(Date::MAX), days(0), days(-1), days(11_016), days(20_000)];
            all.into_iter().flatten().map(Value::Date).collect()
        }
        ValueType::Time => {
            let all =
                [Some(Timestamp::MIN), Some(Timestamp::MAX), micros(0), micros(-1), micros(1), micros(1 << 53 | 1)];
            all.into_iter().flatten().map(Value::Time).collect()
        }
        ValueType::Money => {
            let all =
                ["0.00 EUR", "0 JPY", "-12.50 CHF", "92233720368547758.07 USD", "-1 JPY", "0.01 GBP", "1.234 KWD"];
            all.iter().filter_map(|text| text.parse::<Money>().ok()).map(Value::Money).collect()
        }
        ValueType::Id => vec![Id::NIL.into(), id(1).into(), Id::from_bytes([255; 16]).into()],
        ValueType::Texts => {
            let texts: Vec<Text> = TEXTS.iter().map(|text| Text::from(*text)).collect();
            vec![
                Vec::<Text>::new().into(),
                vec![Text::default()].into(),
                vec!["a".into(), "a".into()].into(),
                texts.into(),
            ]
        }
    }
}

fn sealed() -> Vec<Value> {
    let all: Vec<u8> = (0..=255).collect();
    [&[][..], &[0], &[0, 255, 0], &all].map(|bytes| Value::Sealed(Sealed::new(bytes))).into()
}

/// Writes each value to a field of a record and of a fact, and reads both in every way there is.
fn come_back(probe: &Probe<'_>, values: &[Value], field: &str) -> Checked {
    let store = probe.declared()?;
    ensure(!values.is_empty(), "there are values to write")?;
    let name = Name::new(field).unwrap_or(name("custom"));
    let mut set = puts([]);
    let (mut records, mut visits) = (Vec::new(), Vec::new());
    for (number, value) in (1..).zip(values) {
        let mut record = Record::new(PERSON, id(number));
        record.fields.set(name.clone(), value.clone());
        let mut visit = Fact::new(VISIT, id(number), id(number), at(0), name_of_fact());
        visit.fields.set(name.clone(), value.clone());
        set.put(record.clone()).append(visit.clone());
        records.push(record);
        visits.push(visit);
    }
    commit(&*store, &set)?;
    let expected: Vec<_> = records.iter().cloned().map(Some).collect();
    let ids: Vec<Id> = records.iter().map(|record| record.id).collect();
    same("records by id", &identical(&store.load(&PERSON, &ids)?), &identical(&expected))?;
    same("records in a scan", &super::probe::scan(&*store, &Scan::all(PERSON))?, &records)?;
    same("facts by id", &facts(&*store, &FactQuery::by_id(VISIT, ids))?, &visits)?;
    let by_subject = facts(&*store, &FactQuery::all(VISIT).limit(7))?;
    same("how many facts", &by_subject.len(), &visits.len())?;
    for fact in &by_subject {
        ensure(visits.contains(fact), "a fact by subject is as it was written")?;
    }
    let again = commit(&*store, &super::sample::appends(0, visits))?;
    same("facts sent again", &again.duplicates.len(), &values.len())?;
    ensure(store.verify(&crate::store::Verify::Full)?.problems.is_empty(), "digests are those of what was written")
}

fn name_of_fact() -> Name {
    Name::from_static("seen")
}

/// Records as JSON: their `Debug` shows no values, so a comparison that failed would say nothing.
fn identical(records: &[Option<Record>]) -> Vec<String> {
    records.iter().map(|record| serde_json::to_string(record).unwrap_or_default().replace("-0.0", "0.0")).collect()
}

fn everything() -> Fields {
    let mut fields = Fields::new();
    for ty in ValueType::ALL {
        if let (Some(value), Ok(custom)) = (samples(ty).pop(), Name::new(&format!("custom {ty}"))) {
            fields.set(Name::from_static(ty.word()), value.clone());
            fields.set(custom, value);
        }
    }
    fields
}

fn all_at_once(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let record = Record { fields: everything(), subject: Some(id(9)), ..Record::new(PERSON, id(1)) };
    let fact = Fact { fields: everything(), ..super::sample::told("A", 1, 0) };
    let mut set = puts([record.clone()]);
    commit(&*store, set.append(fact.clone()))?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(record)])?;
    same("the fact", &facts(&*store, &FactQuery::all(VISIT))?, &vec![fact])
}

fn none(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let (record, note) = (Record::new(PERSON, id(1)), Record::new(NOTE, Id::NIL));
    let fact = Fact::new(GIFT, id(1), id(1), at(0), name("x"));
    let mut set = puts([record.clone(), note.clone()]);
    commit(&*store, set.append(fact.clone()))?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(record)])?;
    same("the record with the nil id", &store.load(&NOTE, &[Id::NIL])?, &vec![Some(note)])?;
    same("the fact", &facts(&*store, &FactQuery::all(GIFT))?, &vec![fact])
}

fn left_out(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let full = Record { fields: everything(), subject: Some(id(9)), ..Record::new(PERSON, id(1)) };
    let bare = Record { version: 2, ..Record::new(PERSON, id(1)) };
    commit(&*store, &puts([full]))?;
    commit(&*store, &puts([bare.clone()]))?;
    same("the record", &store.load(&PERSON, &[id(1)])?, &vec![Some(bare)])
}

fn retyped(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut record = Record::new(NOTE, id(1));
    for ty in ValueType::ALL {
        for value in samples(ty) {
            record.fields.set(name("custom"), value);
            commit(&*store, &puts([record.clone()]))?;
            same("the record", &store.load(&NOTE, &[id(1)])?, &vec![Some(record.clone())])?;
            record.version += 1;
        }
    }
    Ok(())
}

fn measures(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let amounts: Vec<Option<Money>> = samples(ValueType::Money).iter().map(Value::as_money).chain([None]).collect();
    let points = [None, Some(0), Some(1), Some(-1), Some(i64::MAX), Some(i64::MIN)];
    let mut expected = Vec::new();
    for amount in &amounts {
        for points in points {
            let number = expected.len() as u64;
            let fact = Fact::new(VISIT, id(number), id(number), at(0), name("x"));
            expected.push(Fact { amount: *amount, points, ..fact });
        }
    }
    commit(&*store, &super::sample::appends(0, expected.clone()))?;
    let ids = expected.iter().map(|fact| fact.id).collect();
    same("the facts", &facts(&*store, &FactQuery::by_id(VISIT, ids))?, &expected)?;
    let mut read = facts(&*store, &FactQuery::all(VISIT).measures())?;
    read.sort_by_key(|fact| fact.subject);
    let expected: Vec<Fact> = expected.into_iter().map(|fact| Fact { id: Id::NIL, ..fact }).collect();
    same("their measures", &read, &expected)
}

//! Erasure: what goes, what stays, and what never comes back.

use super::probe::{Checked, Dump, List, Opened, Probe, clash, commit, ensure, facts, same, scan, touched};
use super::sample::{
    GIFT, NOTE, PERSON, VISIT, appends, at, changed, erase, id, lookup, name, note, person, puts, told, unique, visit,
    with_key,
};
use crate::base::{Id, Text};
use crate::change::{Change, ChangeSet, Precondition};
use crate::fact::Fact;
use crate::record::Record;
use crate::store::{Clash, FactQuery, Lifecycle, Order, Scan, Store, Verify};

pub(super) fn checks(list: &mut List) {
    list.add("erasure.removes-the-subject-and-what-is-about-it", removes);
    list.add("erasure.leaves-everybody-else", leaves_others);
    list.add("erasure.refuses-records-of-and-about-the-subject", refuses_records);
    list.add("erasure.refuses-facts-about-the-subject", refuses_facts);
    list.add("erasure.of-somebody-unknown-holds-for-later", unknown);
    list.add("erasure.twice-does-no-harm", twice);
    list.add("erasure.gives-keys-back", keys);
    list.add("erasure.gives-the-ids-of-facts-back", fact_ids);
    list.add("erasure.gives-the-ids-of-other-records-back", record_ids);
    list.add("erasure.reaches-what-the-same-change-set-wrote-before", before_it);
    list.add("erasure.refuses-what-the-same-change-set-writes-after", after_it);
    list.add("erasure.within-a-change-set-frees-ids-and-keys", within);
    list.add("erasure.follows-the-present-subject", present_subject);
    list.add("erasure.takes-facts-out-of-the-feed", feed_facts);
    list.add("erasure.takes-records-out-of-the-feed", feed_records);
    list.add("erasure.takes-removed-records-out-of-the-feed", feed_removed);
    list.add("erasure.of-facts-is-no-growth", unchanged);
    list.add("erasure.leaves-no-trace-of-texts", residue);
    list.add("erasure.leaves-the-order-of-the-others", order);
}

/// Persons 1 and 2, each with a key, notes, and facts in both streams.
fn two(probe: &Probe<'_>) -> Checked<Opened> {
    let store = probe.declared()?;
    for number in [1, 2] {
        let mut set = puts([with_key(number, &format!("key {number}")), note(10 + number, id(number))]);
        set.put(Record { keys: vec![lookup("ann")], ..note(20 + number, id(number)) });
        set.append(visit(number, number, 5)).append(told(&format!("order {number}"), number, 6));
        set.append(Fact::new(GIFT, id(30 + number), id(number), at(0), name("given")));
        commit(&*store, &set)?;
    }
    Ok(store)
}

fn of_subject(store: &dyn Store, number: u64) -> Checked<(usize, usize)> {
    let mut records = scan(store, &Scan::all(NOTE).about(id(number)))?.len();
    records += scan(store, &Scan::all(PERSON).about(id(number)))?.len();
    records += store.load(&PERSON, &[id(number)])?.into_iter().flatten().count();
    let mut all = facts(store, &FactQuery::about(VISIT, id(number)))?.len();
    all += facts(store, &FactQuery::about(GIFT, id(number)))?.len();
    Ok((records, all))
}

fn removes(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    same("before", &of_subject(&*store, 1)?, &(3, 3))?;
    let receipt = commit(&*store, &erase(id(1)))?;
    same("records put and facts appended", &(receipt.written, receipt.appended), &(0, 0))?;
    same("after", &of_subject(&*store, 1)?, &(0, 0))?;
    same("by id", &store.load(&NOTE, &[id(11), id(21)])?, &vec![None, None])?;
    same("by key", &store.find(&PERSON, &[unique("key 1")])?, &vec![None])?;
    let shared = scan(&*store, &Scan::all(NOTE).with_key(lookup("ann")))?;
    same("by look-up", &shared.iter().map(|record| record.id).collect::<Vec<_>>(), &vec![id(22)])?;
    let by_id = FactQuery::by_id(VISIT, vec![id(1), told("order 1", 1, 0).id]);
    same("facts by id", &facts(&*store, &by_id)?.len(), &0)?;
    for order in [Order::Oldest, Order::Newest, Order::Recorded] {
        let left = facts(&*store, &FactQuery::all(VISIT).order(order))?;
        same("facts that are left", &left.iter().filter(|fact| fact.subject == id(1)).count(), &0)?;
        let left = facts(&*store, &FactQuery::all(VISIT).order(order).measures())?;
        same("measures that are left", &left.iter().filter(|fact| fact.subject == id(1)).count(), &0)?;
    }
    Ok(())
}

fn leaves_others(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    let about_two = |store: &dyn Store| -> Checked<_> {
        let records = store.load(&PERSON, &[id(2)])?;
        let notes = scan(store, &Scan::all(NOTE).about(id(2)))?;
        Ok((records, notes, facts(store, &FactQuery::about(VISIT, id(2)))?))
    };
    let before = about_two(&*store)?;
    commit(&*store, &erase(id(1)))?;
    same("what is about another", &about_two(&*store)?, &before)?;
    same("by key", &store.find(&PERSON, &[unique("key 2")])?, &vec![Some(id(2))])?;
    commit(&*store, &puts([changed(&with_key(2, "key 2"), 7), note(40, id(2))]))?;
    same("facts appended", &commit(&*store, &appends(0, [visit(50, 2, 0)]))?.appended, &1)
}

fn is_erased(number: u64) -> Clash {
    Clash::Erased { subject: id(number) }
}

fn refuses_records(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    commit(&*store, &erase(id(1)))?;
    clash("the record itself", store.commit(&puts([person(1)])), is_erased(1))?;
    clash("of another kind", store.commit(&puts([Record::new(NOTE, id(1))])), is_erased(1))?;
    clash("about it", store.commit(&puts([note(60, id(1))])), is_erased(1))?;
    let moved = Record { subject: Some(id(1)), ..changed(&with_key(2, "key 2"), 1) };
    clash("moved to it", store.commit(&puts([moved])), is_erased(1))?;
    let mut set = ChangeSet::new(at(0));
    clash("its removal", store.commit(set.delete(&person(1))), is_erased(1))?;
    same("records about it", &of_subject(&*store, 1)?, &(0, 0))
}

fn refuses_facts(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    commit(&*store, &erase(id(1)))?;
    clash("the same fact", store.commit(&appends(0, [visit(1, 1, 5)])), is_erased(1))?;
    clash("a new fact", store.commit(&appends(0, [visit(60, 1, 5)])), is_erased(1))?;
    let gift = Fact::new(GIFT, id(61), id(1), at(0), name("given"));
    clash("in another stream", store.commit(&appends(0, [gift])), is_erased(1))
}

fn unknown(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &erase(id(1)))?;
    clash("a record", store.commit(&puts([person(1)])), is_erased(1))?;
    clash("a fact", store.commit(&appends(0, [visit(1, 1, 0)])), is_erased(1))
}

fn twice(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    let first = commit(&*store, &erase(id(1)))?.seq;
    let mut set = erase(id(1));
    set.changes.push(Change::Erase { subject: id(1) });
    same("the number", &commit(&*store, &set)?.seq, &(first + 1))?;
    same("of another", &of_subject(&*store, 2)?, &(3, 3))?;
    clash("a record", store.commit(&puts([person(1)])), is_erased(1))
}

fn keys(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    commit(&*store, &erase(id(1)))?;
    commit(&*store, &puts([with_key(5, "key 1")]))?;
    same("who has the key", &store.find(&PERSON, &[unique("key 1")])?, &vec![Some(id(5))])
}

fn fact_ids(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    commit(&*store, &erase(id(1)))?;
    let receipt = commit(&*store, &appends(0, [visit(1, 5, 9), told("order 1", 5, 9)]))?;
    same("facts appended", &receipt.appended, &2)?;
    same("facts about the other", &facts(&*store, &FactQuery::about(VISIT, id(5)))?.len(), &2)
}

fn record_ids(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    commit(&*store, &erase(id(1)))?;
    commit(&*store, &puts([note(11, id(2))]))?;
    same("the record", &store.load(&NOTE, &[id(11)])?, &vec![Some(note(11, id(2)))])
}

fn before_it(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts([person(1), note(2, id(1)), person(3)]);
    set.append(visit(1, 1, 0)).append(visit(2, 3, 0));
    set.changes.push(Change::Erase { subject: id(1) });
    let receipt = commit(&*store, &set)?;
    same("records put and facts appended", &(receipt.written, receipt.appended), &(3, 2))?;
    same("of the erased one", &of_subject(&*store, 1)?, &(0, 0))?;
    same("of another", &of_subject(&*store, 3)?, &(1, 1))
}

fn after_it(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    let before = Dump::of(&*store)?;
    for change in [Change::Put(note(60, id(1))), Change::Append(Fact { recorded: at(0), ..visit(60, 1, 0) })] {
        let mut set = erase(id(1));
        set.changes.push(change);
        clash("a change behind the erasure", store.commit(&set), is_erased(1))?;
        same("all that the store holds", &Dump::of(&*store)?, &before)?;
    }
    Ok(())
}

fn within(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    let mut set = erase(id(1));
    set.put(with_key(5, "key 1")).put(note(11, id(5)));
    set.append(visit(1, 5, 9)).append(told("order 1", 5, 9));
    commit(&*store, &set)?;
    same("who has the key", &store.find(&PERSON, &[unique("key 1")])?, &vec![Some(id(5))])?;
    same("of the new one", &of_subject(&*store, 5)?, &(2, 2))?;
    same("a fact sent again", &commit(&*store, &appends(0, [visit(1, 5, 9)]))?.duplicates, &vec![id(1)])?;
    same("by id", &facts(&*store, &FactQuery::by_id(VISIT, vec![id(1)]))?.len(), &1)?;
    ensure(store.verify(&Verify::Full)?.problems.is_empty(), "the store is whole")
}

fn present_subject(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([note(11, id(1)), note(12, id(2))]))?;
    commit(&*store, &puts([Record { version: 2, ..note(11, id(2)) }, Record { version: 2, ..note(12, id(1)) }]))?;
    commit(&*store, &erase(id(1)))?;
    let left: Vec<Id> = scan(&*store, &Scan::all(NOTE))?.iter().map(|record| record.id).collect();
    same("what is left", &left, &vec![id(11)])
}

/// What the feed names, commit by commit, without declarations.
fn named(store: &dyn Store) -> Checked<Vec<Vec<String>>> {
    Ok(store.changes(1, 1_000)?.iter().map(touched).collect())
}

fn feed_facts(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, [visit(1, 1, 0), visit(2, 2, 0), visit(3, 1, 0)]))?;
    commit(&*store, &appends(0, [visit(4, 1, 0)]))?;
    commit(&*store, &erase(id(1)))?;
    let names = |mut touched: Vec<crate::change::Touched>| {
        touched.sort_by_key(|touched| format!("{touched:?}"));
        touched.iter().map(|touched| format!("{touched:?}")).collect::<Vec<_>>()
    };
    let expected = vec![
        names(vec![crate::change::Touched::Appended { stream: VISIT, id: id(2) }]),
        Vec::new(),
        names(vec![crate::change::Touched::Erased { subject: id(1) }]),
    ];
    same("what the feed names", &named(&*store)?, &expected)
}

/// The feed does not name any of these ids.
fn silent(store: &dyn Store, ids: &[Id]) -> Checked {
    for commit in store.changes(0, 1_000)? {
        let touched: Vec<String> = touched(&commit);
        for id in ids {
            let id = id.to_string();
            let named = touched.iter().any(|text| text.contains(&id) && !text.starts_with("Erased"));
            ensure(!named, "the feed does not name what was erased")?;
        }
    }
    Ok(())
}

fn feed_records(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    commit(&*store, &puts([changed(&with_key(1, "key 1"), 4), Record { version: 2, ..note(11, id(1)) }]))?;
    commit(&*store, &erase(id(1)))?;
    silent(&*store, &[id(1), id(11), id(21), id(31)])?;
    let kept = named(&*store)?.concat().iter().filter(|text| text.contains(&id(2).to_string())).count();
    same("how often another is named", &kept, &2)
}

fn feed_removed(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    let mut set = ChangeSet::new(at(0));
    set.delete(&note(11, id(1))).delete(&person(1));
    commit(&*store, &set)?;
    commit(&*store, &erase(id(1)))?;
    silent(&*store, &[id(1), id(11), id(21)])
}

fn unchanged(probe: &Probe<'_>) -> Checked {
    let store = two(probe)?;
    let seen = store.info()?.seq;
    commit(&*store, &appends(0, [visit(60, 1, 0)]))?;
    commit(&*store, &erase(id(1)))?;
    let mut set = ChangeSet::new(at(0));
    set.require(Precondition::Unchanged { stream: VISIT, subject: id(1), since: seen });
    commit(&*store, &set).map(drop)
}

fn residue(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let marks: Vec<Text> =
        ["mark-in-a-field", "mark-in-a-key", "mark-in-a-list", "mark-in-a-fact", "mark-in-a-source", "mark-undeclared"]
            .map(Text::from_static)
            .into();
    let mut record = with_key(1, "mark-in-a-key");
    record.fields.set(name("text"), "a mark-in-a-field among others");
    record.fields.set(name("texts"), vec![Text::from("x"), Text::from("mark-in-a-list")]);
    record.fields.set(name("custom"), "mark-undeclared");
    let mut fact = told("mark-in-a-source", 1, 0);
    fact.fields.set(name("text"), "mark-in-a-fact");
    let mut set = puts([record, person(2)]);
    commit(&*store, set.append(fact))?;
    for mark in &marks {
        let found = super::probe::residue(&*store, std::slice::from_ref(mark))?;
        ensure(!found.is_empty(), "a text that is kept is found")?;
        ensure(!found.iter().any(|problem| problem.contains("mark")), "a report does not hold the text")?;
    }
    commit(&*store, &erase(id(1)))?;
    store.lifecycle(&Lifecycle::Scrub)?;
    same("what is found after the erasure", &super::probe::residue(&*store, &marks)?, &Vec::new())
}

fn order(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..30).map(|number| visit(number, number % 6, (number * 7 % 30) as i64))))?;
    let before = facts(&*store, &FactQuery::all(VISIT))?;
    commit(&*store, &erase(id(3)))?;
    let expected: Vec<Fact> = before.into_iter().filter(|fact| fact.subject != id(3)).collect();
    same("the facts of the others", &facts(&*store, &FactQuery::all(VISIT).limit(4))?, &expected)
}

//! What outlives the process.

use super::probe::{Checked, Dump, List, Opened, Probe, clash, commit, ensure, facts, refused, same};
use super::sample::{
    NOTE, PERSON, VISIT, appends, changes, declare, erase, field, id, note, person, puts, told, unique, visit, with_key,
};
use crate::base::{Id, Target, ValueType};
use crate::change::Receipt;
use crate::store::{Clash, FactQuery, Order, Scan, Store, Verify};

pub(super) fn checks(list: &mut List) {
    list.add("reopen.an-empty-store-is-empty", empty);
    list.add("reopen.everything-is-there", everything);
    list.add("reopen.every-commit-is-there-at-once", every_commit);
    list.add("reopen.refused-commits-left-nothing", refused_commits);
    list.add("reopen.keys-are-remembered", keys);
    list.add("reopen.erasures-are-remembered", erasures);
    list.add("reopen.duplicates-are-recognised", duplicates);
    list.add("reopen.declarations-go-on", declarations);
    list.add("reopen.cursors-are-good-for-the-same-question", cursors);
    list.add("reopen.the-order-of-subjects-stays", subjects);
    list.add("reopen.a-newer-schema-is-refused", too_new);
}

fn lived_in(probe: &Probe<'_>) -> Checked<Opened> {
    let store = probe.declared()?;
    let mut set = puts([with_key(1, "one"), person(2), note(3, id(1))]).keyed("first");
    set.append(visit(1, 1, 0)).append(visit(2, 2, 5)).append(visit(3, 9, 5)).append(told("A", 2, 1));
    commit(&*store, &set)?;
    commit(&*store, &erase(id(9)))?;
    Ok(store)
}

fn empty(probe: &Probe<'_>) -> Checked {
    let store = probe.reopen(probe.empty()?)?;
    same("the last commit", &store.info()?.seq, &0)?;
    same("the number of the next", &commit(&*store, &super::sample::declarations())?.seq, &1)
}

fn everything(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    let before = Dump::of(&*store)?;
    let store = probe.reopen(store)?;
    same("all that the store holds", &Dump::of(&*store)?, &before)?;
    same("by key", &store.find(&PERSON, &[unique("one")])?, &vec![Some(id(1))])?;
    ensure(store.verify(&Verify::Full)?.problems.is_empty(), "the store is whole")?;
    let next: Receipt = commit(&*store, &puts([person(4)]))?;
    same("the number of the next", &next.seq, &4)
}

fn every_commit(probe: &Probe<'_>) -> Checked {
    let mut store = probe.declared()?;
    for number in 0..5 {
        let mut set = puts([person(number)]);
        commit(&*store, set.append(visit(number, number, 0)))?;
        store = probe.reopen(store)?;
        same("the last commit", &store.info()?.seq, &(number + 2))?;
        same("the record", &store.load(&PERSON, &[id(number)])?, &vec![Some(person(number))])?;
    }
    Ok(())
}

fn refused_commits(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    let before = Dump::of(&*store)?;
    let mut set = puts([person(5), person(2)]).keyed("second");
    ensure(store.commit(set.append(visit(5, 5, 0))).is_err(), "a record is not created twice")?;
    let store = probe.reopen(store)?;
    same("all that the store holds", &Dump::of(&*store)?, &before)?;
    ensure(!commit(&*store, &puts([person(5)]).keyed("second"))?.replayed, "the key is free")
}

fn keys(probe: &Probe<'_>) -> Checked {
    let store = lived_in(probe)?;
    let first = commit(&*store, &puts([]).keyed("first"))?;
    let store = probe.reopen(store)?;
    ensure(first.replayed, "the key is remembered")?;
    same("the receipt", &commit(&*store, &puts([]).keyed("first"))?, &first)
}

fn erasures(probe: &Probe<'_>) -> Checked {
    let store = probe.reopen(lived_in(probe)?)?;
    clash("a record", store.commit(&puts([person(9)])), Clash::Erased { subject: id(9) })?;
    clash("a fact", store.commit(&appends(0, [visit(3, 9, 5)])), Clash::Erased { subject: id(9) })
}

fn duplicates(probe: &Probe<'_>) -> Checked {
    let store = probe.reopen(lived_in(probe)?)?;
    let receipt = commit(&*store, &appends(8, [visit(1, 1, 0), told("A", 2, 1)]))?;
    same("duplicates", &receipt.duplicates, &vec![id(1), told("A", 2, 1).id])?;
    clash(
        "another content",
        store.commit(&appends(0, [visit(1, 1, 1)])),
        Clash::FactDiffers { stream: VISIT, id: id(1) },
    )
}

fn declarations(probe: &Probe<'_>) -> Checked {
    let store = probe.reopen(lived_in(probe)?)?;
    commit(&*store, &changes(0, vec![declare(Target::Kind(NOTE), vec![field("more", ValueType::Int)])]))?;
    let mut record = note(20, id(1));
    record.fields.set(super::sample::name("more"), 5_i64);
    commit(&*store, &puts([record.clone()]))?;
    let store = probe.reopen(store)?;
    same("the record", &store.load(&NOTE, &[id(20)])?, &vec![Some(record)])?;
    ensure(store.info()?.registry.field(&Target::Kind(NOTE), "more").is_some(), "the field is declared")
}

fn cursors(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut set = puts((0..20).map(person));
    for number in 0..20 {
        set.append(visit(number, number % 3, (number / 5) as i64));
    }
    commit(&*store, &set)?;
    let records = store.scan(&Scan::all(PERSON).limit(7))?;
    let orders = [Order::Oldest, Order::Newest, Order::Recorded];
    let listing = |order| FactQuery::all(VISIT).order(order).limit(7);
    let pages: Vec<_> = orders.iter().map(|order| store.facts(&listing(*order))).collect::<Result<_, _>>()?;
    let whole: Vec<_> = orders.iter().map(|order| facts(&*store, &listing(*order))).collect::<Result<_, _>>()?;
    let store = probe.reopen(store)?;
    let rest = store.scan(&Scan::all(PERSON).after(records.next))?;
    same("records behind the cursor", &rest.items, &(7..20).map(person).collect())?;
    for (order, (page, whole)) in orders.into_iter().zip(pages.into_iter().zip(whole)) {
        let rest = store.facts(&listing(order).limit(100).after(page.next))?;
        same("facts behind the cursor", &rest.items[..], &whole[7..])?;
    }
    Ok(())
}

fn subjects(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..20).map(|number| visit(number, number * 7 % 20, 0))))?;
    let order = |store: &dyn Store| -> Checked<Vec<Id>> {
        Ok(facts(store, &FactQuery::all(VISIT))?.iter().map(|fact| fact.subject).collect())
    };
    let before = order(&*store)?;
    same("the order", &order(&*probe.reopen(store)?)?, &before)
}

fn too_new(probe: &Probe<'_>) -> Checked {
    match probe.harness.too_new() {
        None => Err(super::probe::Stop::Skipped("the harness has nothing that a newer version wrote".into())),
        Some(result) => refused("something that a newer version wrote", result.map(drop), "store-schema-too-new"),
    }
}

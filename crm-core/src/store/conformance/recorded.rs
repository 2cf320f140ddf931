//! When facts were learned of: a second delivery, and what was known at an instant.

use super::probe::{Checked, List, Probe, clash, commit, facts, ids, same};
use super::sample::{VISIT, appends, at, id, name, told, visit};
use super::values::TEXTS;
use crate::base::{Id, Window};
use crate::fact::{Fact, SourceRef};
use crate::store::{Clash, FactQuery, Order, Store, WithFields};

use super::facts::{ORDERS, motley, visit_at};

pub(super) fn checks(list: &mut List) {
    list.add("duplicates.the-same-fact-is-kept-once", same_fact);
    list.add("duplicates.the-same-delivery-is-kept-once", same_delivery);
    list.add("duplicates.the-same-fact-learned-of-later-keeps-its-first-date", learned_again);
    list.add("duplicates.another-content-is-a-conflict", differs);
    list.add("duplicates.another-content-in-one-change-set-is-a-conflict", differs_within);
    list.add("duplicates.sources-are-compared-byte-by-byte", sources);
    list.add("as-of.what-was-not-yet-known-is-left-out", known);
    list.add("as-of.the-instant-itself-is-known", known_inclusive);
    list.add("as-of.both-times-are-apart", both_times);
    list.add("as-of.commits-may-be-dated-back", dated_back);
    list.add("as-of.holds-in-every-order", known_in_every_order);
}

fn same_fact(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for round in 0..3 {
        let receipt = commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
        same("facts appended", &receipt.appended, &u64::from(round == 0))?;
        same("duplicates", &receipt.duplicates.len(), &usize::from(round > 0))?;
    }
    same("the facts", &facts(&*store, &FactQuery::all(VISIT))?, &vec![visit_at(1, 1, 0)])
}

fn same_delivery(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, [told("A", 1, 0), told("B", 1, 0), told("A", 1, 0)]))?;
    let receipt = commit(&*store, &appends(3, [told("C", 1, 0), told("B", 1, 0)]))?;
    same("facts appended", &receipt.appended, &1)?;
    same("duplicates", &receipt.duplicates, &vec![told("B", 1, 0).id])?;
    same("the facts", &facts(&*store, &FactQuery::all(VISIT))?.len(), &3)
}

fn learned_again(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(5, [told("A", 1, 0)]))?;
    for recorded in [9, 1] {
        same("duplicates", &commit(&*store, &appends(recorded, [told("A", 1, 0)]))?.duplicates.len(), &1)?;
    }
    let expected = vec![Fact { recorded: at(5), ..told("A", 1, 0) }];
    same("the fact", &facts(&*store, &FactQuery::all(VISIT))?, &expected)
}

type Edit = fn(&mut Fact);

fn differs(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
    let edits: [(&str, Edit); 8] = [
        ("another subject", |fact| fact.subject = id(2)),
        ("another instant", |fact| fact.at = at(1)),
        ("another name", |fact| fact.name = name("other")),
        ("another amount", |fact| fact.amount = super::sample::money(7)),
        ("no amount", |fact| fact.amount = None),
        ("other points", |fact| fact.points = Some(7)),
        ("a field more", |fact| fact.fields.set(name("more"), 1_i64)),
        ("another field", |fact| fact.fields.set(name("text"), "visit")),
    ];
    for (what, edit) in edits {
        let mut fact = visit(1, 1, 0);
        edit(&mut fact);
        clash(what, store.commit(&appends(0, [fact])), Clash::FactDiffers { stream: VISIT, id: id(1) })?;
    }
    same("the facts", &facts(&*store, &FactQuery::all(VISIT))?, &vec![visit_at(1, 1, 0)])
}

fn differs_within(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let result = store.commit(&appends(0, [visit(1, 1, 0), visit(1, 1, 1)]));
    clash("two contents", result, Clash::FactDiffers { stream: VISIT, id: id(1) })?;
    same("the facts", &facts(&*store, &FactQuery::all(VISIT))?, &Vec::new())
}

fn sources(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let texts: Vec<&str> = TEXTS.iter().copied().filter(|text| !text.is_empty()).chain(["a", "A"]).collect();
    let other = |text: &&str| Fact::from_source(VISIT, SourceRef::new(name("till"), *text), id(2), at(0), name("x"));
    let mut all: Vec<Fact> = texts.iter().map(|text| told(text, 1, 0)).collect();
    all.extend(texts.iter().map(other));
    same("facts appended", &commit(&*store, &appends(0, all.clone()))?.appended, &(all.len() as u64))?;
    same("duplicates", &commit(&*store, &appends(0, all.clone()))?.duplicates.len(), &all.len())?;
    same("the facts", &facts(&*store, &FactQuery::all(VISIT).order(Order::Recorded))?, &all)
}

/// A fact that happened and was learned of at these seconds.
fn learned(store: &dyn Store, number: u64, happened: i64, recorded: i64) -> Checked {
    commit(store, &appends(recorded, [visit(number, 1, happened)])).map(drop)
}

fn known_ids(store: &dyn Store, query: FactQuery, seconds: i64) -> Checked<Vec<Id>> {
    Ok(ids(&facts(store, &query.known_at(at(seconds)))?))
}

fn known(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for (number, happened, recorded) in [(1, 10, 10), (2, 20, 20), (3, 5, 30)] {
        learned(&*store, number, happened, recorded)?;
    }
    for (seconds, expected) in [(9, vec![]), (15, vec![1]), (25, vec![1, 2]), (35, vec![3, 1, 2])] {
        let expected: Vec<Id> = expected.into_iter().map(id).collect();
        same("what was known", &known_ids(&*store, FactQuery::all(VISIT), seconds)?, &expected)?;
    }
    Ok(())
}

fn known_inclusive(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    learned(&*store, 1, 0, 10)?;
    same("at the instant", &known_ids(&*store, FactQuery::all(VISIT), 10)?.len(), &1)?;
    let before = at(10).saturating_add_micros(-1);
    same("a microsecond before", &facts(&*store, &FactQuery::all(VISIT).known_at(before))?.len(), &0)
}

fn both_times(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for (number, happened, recorded) in [(1, 10, 10), (2, 20, 50), (3, 30, 30), (4, 15, 60)] {
        learned(&*store, number, happened, recorded)?;
    }
    for (valid, known, expected) in
        [(25, 40, vec![1]), (25, 55, vec![1, 2]), (25, 60, vec![1, 4, 2]), (99, 40, vec![1, 3]), (10, 99, vec![])]
    {
        let query = FactQuery::all(VISIT).within(Window::until(at(valid)));
        let expected: Vec<Id> = expected.into_iter().map(id).collect();
        same("as of both", &known_ids(&*store, query, known)?, &expected)?;
    }
    Ok(())
}

fn dated_back(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for (number, recorded) in [(1, 50), (2, 10), (3, 30)] {
        learned(&*store, number, number as i64, recorded)?;
    }
    same("what was known", &known_ids(&*store, FactQuery::all(VISIT), 30)?, &vec![id(2), id(3)])?;
    let by_commit = FactQuery::all(VISIT).order(Order::Recorded);
    same("in the order of commits", &known_ids(&*store, by_commit, 99)?, &vec![id(1), id(2), id(3)])
}

fn known_in_every_order(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let all = motley(&*store)?;
    for order in ORDERS {
        for fields in [WithFields::All, WithFields::Measures] {
            for seconds in -1..5 {
                let query = FactQuery { fields, ..FactQuery::all(VISIT).order(order).limit(5) }.known_at(at(seconds));
                let expected = all.iter().filter(|fact| fact.recorded <= at(seconds)).count();
                same("how many were known", &facts(&*store, &query)?.len(), &expected)?;
            }
        }
    }
    Ok(())
}

//! The order in which facts are given.

use super::facts::window;
use super::probe::{Checked, List, Probe, commit, facts, ids, same};
use super::sample::{VISIT, appends, at, id, visit};
use crate::base::{Id, Timestamp};
use crate::fact::Fact;
use crate::store::{FactQuery, Order, Store};

pub(super) fn checks(list: &mut List) {
    list.add("ordering.each-subject-from-its-oldest-fact", oldest);
    list.add("ordering.newest-is-oldest-backwards", newest);
    list.add("ordering.recorded-is-the-order-of-commits", recorded);
    list.add("ordering.facts-of-one-instant-follow-their-commits", ties);
    list.add("ordering.the-order-of-subjects-stays", subjects_stay);
    list.add("ordering.the-order-of-subjects-does-not-depend-on-the-question", subjects_everywhere);
    list.add("ordering.late-facts-stand-where-they-happened", late);
    list.add("ordering.the-whole-range-of-instants-is-in-order", instants);
}

/// The ids of facts, subject by subject, and that no subject comes twice.
fn groups(facts: &[Fact]) -> Checked<Vec<(Id, Vec<Id>)>> {
    let mut groups: Vec<(Id, Vec<Id>)> = Vec::new();
    for fact in facts {
        match groups.last_mut() {
            Some((subject, ids)) if *subject == fact.subject => ids.push(fact.id),
            _ => groups.push((fact.subject, vec![fact.id])),
        }
    }
    let mut subjects: Vec<Id> = groups.iter().map(|(subject, _)| *subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    same("how many groups of one subject", &groups.len(), &subjects.len())?;
    Ok(groups)
}

/// Visits of five subjects, out of order, in several commits.
fn shuffled(store: &dyn Store) -> Checked<Vec<Fact>> {
    let all: Vec<Fact> = (0..60).map(|number| visit(number, number * 7 % 5, (number * 37 % 60) as i64)).collect();
    for batch in all.chunks(7) {
        commit(store, &appends(0, batch.to_vec()))?;
    }
    Ok(all)
}

fn oldest(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut all = shuffled(&*store)?;
    all.sort_by_key(|fact| fact.at);
    for (subject, found) in groups(&facts(&*store, &FactQuery::all(VISIT).limit(11))?)? {
        let expected = all.iter().filter(|fact| fact.subject == subject).map(|fact| fact.id).collect();
        same("the facts about a subject", &found, &expected)?;
    }
    Ok(())
}

fn newest(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let visits: Vec<Fact> = (0..60).map(|number| visit(number, number % 4, (number * 37 % 7) as i64)).collect();
    for batch in visits.chunks(7) {
        commit(&*store, &appends(0, batch.to_vec()))?;
    }
    let mut expected = facts(&*store, &FactQuery::all(VISIT))?;
    expected.reverse();
    same("the facts", &facts(&*store, &FactQuery::all(VISIT).order(Order::Newest).limit(7))?, &expected)
}

fn recorded(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let all = shuffled(&*store)?;
    let found = facts(&*store, &FactQuery::all(VISIT).order(Order::Recorded).limit(7))?;
    same("the facts", &ids(&found), &ids(&all))
}

fn ties(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let numbers = [9, 2, 7, 4, 1, 8];
    commit(&*store, &appends(0, numbers[..3].iter().map(|number| visit(*number, 1, 5))))?;
    commit(&*store, &appends(0, [visit(3, 1, 6), visit(5, 1, 4)]))?;
    commit(&*store, &appends(0, numbers[3..].iter().map(|number| visit(*number, 1, 5))))?;
    let expected: Vec<Id> = [5, 9, 2, 7, 4, 1, 8, 3].map(id).into();
    for limit in [1, 2, 100] {
        let found = facts(&*store, &FactQuery::about(VISIT, id(1)).limit(limit))?;
        same("oldest first", &ids(&found), &expected)?;
        let found = facts(&*store, &FactQuery::about(VISIT, id(1)).order(Order::Newest).limit(limit))?;
        same("newest first", &ids(&found), &expected.iter().rev().copied().collect())?;
    }
    Ok(())
}

fn subject_order(store: &dyn Store) -> Checked<Vec<Id>> {
    Ok(groups(&facts(store, &FactQuery::all(VISIT))?)?.into_iter().map(|(subject, _)| subject).collect())
}

fn subjects_stay(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..10).map(|number| visit(number, number * 7 % 10, 0))))?;
    let before = subject_order(&*store)?;
    commit(&*store, &appends(0, (10..40).map(|number| visit(number, number * 3 % 20, -(number as i64)))))?;
    let after = subject_order(&*store)?;
    same("how many subjects", &after.len(), &20)?;
    let kept: Vec<Id> = after.into_iter().filter(|subject| before.contains(subject)).collect();
    same("the order of those that were there", &kept, &before)
}

fn subjects_everywhere(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..20).map(|number| visit(number, number * 7 % 10, 0))))?;
    let order = subject_order(&*store)?;
    let asked = vec![id(8), id(0), id(5), id(3)];
    let query = FactQuery { subjects: Some(asked.clone()), ..FactQuery::all(VISIT).within(window(0, 9)).measures() };
    let found: Vec<Id> = groups(&facts(&*store, &query)?)?.into_iter().map(|(subject, _)| subject).collect();
    same("the order", &found, &order.into_iter().filter(|subject| asked.contains(subject)).collect())
}

fn late(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for (number, seconds) in [(1, 50), (2, 10), (3, 30), (4, -99), (5, 60), (6, 31)] {
        commit(&*store, &appends(100, [visit(number, 1, seconds)]))?;
    }
    let found = facts(&*store, &FactQuery::about(VISIT, id(1)).limit(2))?;
    same("oldest first", &ids(&found), &[4, 2, 3, 6, 1, 5].map(id).into())
}

fn instants(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let last = Timestamp::MAX.saturating_add_micros(-1);
    let mut all = vec![at(0), last, Timestamp::MIN, at(-1), at(1), last.saturating_add_micros(-1)];
    let fact = |(number, at): (u64, &Timestamp)| Fact { at: *at, ..visit(number, 1, 0) };
    commit(&*store, &appends(0, (0..).zip(&all).map(fact)))?;
    all.sort_unstable();
    let found: Vec<Timestamp> = facts(&*store, &FactQuery::all(VISIT).limit(1))?.iter().map(|fact| fact.at).collect();
    same("the instants", &found, &all)
}

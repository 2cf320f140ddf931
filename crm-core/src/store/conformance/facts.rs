//! Facts: what is kept, found, ordered, and known when.

use super::probe::{Checked, List, Probe, clash, commit, ensure, facts, ids, same};
use super::sample::{GIFT, NOTE, VISIT, appends, at, id, name, puts, told, visit};
use super::values::TEXTS;
use crate::base::{Id, Name, Timestamp, Window};
use crate::fact::{Fact, SourceRef};
use crate::store::{Clash, FactQuery, Order, Store, WithFields};

pub(super) fn checks(list: &mut List) {
    list.add("facts.come-back-as-they-were-written", come_back);
    list.add("facts.are-found-by-id", by_id);
    list.add("facts.are-found-by-subject", by_subject);
    list.add("facts.are-found-by-many-subjects", by_subjects);
    list.add("facts.are-found-by-name", by_name);
    list.add("facts.are-found-by-half-open-windows", by_window);
    list.add("facts.every-condition-counts", by_everything);
    list.add("facts.streams-are-apart", streams);
    list.add("facts.lists-of-nothing-find-nothing", lists_of_nothing);
    list.add("facts.may-be-about-what-is-no-record", no_record);
    list.add("facts.measures-leave-the-rest-out", measures);
    list.add("ordering.each-subject-from-its-oldest-fact", oldest);
    list.add("ordering.newest-is-oldest-backwards", newest);
    list.add("ordering.recorded-is-the-order-of-commits", recorded);
    list.add("ordering.facts-of-one-instant-follow-their-commits", ties);
    list.add("ordering.the-order-of-subjects-stays", subjects_stay);
    list.add("ordering.the-order-of-subjects-does-not-depend-on-the-question", subjects_everywhere);
    list.add("ordering.late-facts-stand-where-they-happened", late);
    list.add("ordering.the-whole-range-of-instants-is-in-order", instants);
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

const ORDERS: [Order; 3] = [Order::Oldest, Order::Newest, Order::Recorded];

fn come_back(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut fact = told("A-1", 1, 5);
    fact.points = Some(-3);
    fact.amount = super::sample::money(-250);
    fact.fields.set(name("text"), "declared");
    fact.fields.set(name("other"), "not declared");
    let set = appends(9, [fact.clone(), visit(2, 1, 7)]);
    commit(&*store, &set)?;
    let expected = Fact { recorded: at(9), ..fact };
    same("by id", &facts(&*store, &FactQuery::by_id(VISIT, vec![expected.id]))?, &vec![expected.clone()])?;
    let all = facts(&*store, &FactQuery::about(VISIT, id(1)))?;
    same("by subject", &all, &vec![expected, Fact { recorded: at(9), ..visit(2, 1, 7) }])
}

fn by_id(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..20).map(|number| visit(number, number % 3, 0))))?;
    let asked = vec![id(7), id(99), id(3), id(7), Id::NIL, id(12)];
    for order in ORDERS {
        let mut found = ids(&facts(&*store, &FactQuery::by_id(VISIT, asked.clone()).order(order).limit(1))?);
        found.sort_unstable();
        same("the facts, each once", &found, &vec![id(3), id(7), id(12)])?;
    }
    let found = facts(&*store, &FactQuery::by_id(VISIT, asked))?;
    same("in the order of their commits", &ids(&found), &vec![id(3), id(7), id(12)])
}

fn by_subject(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..30).map(|number| visit(number, number % 3, number as i64))))?;
    let expected: Vec<Id> = (0..30).filter(|number| number % 3 == 1).map(id).collect();
    same("oldest first", &ids(&facts(&*store, &FactQuery::about(VISIT, id(1)))?), &expected)?;
    let newest = facts(&*store, &FactQuery::about(VISIT, id(1)).order(Order::Newest))?;
    same("newest first", &ids(&newest), &expected.into_iter().rev().collect())?;
    same("about somebody else", &facts(&*store, &FactQuery::about(VISIT, id(77)))?, &Vec::new())
}

fn by_subjects(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..60).map(|number| visit(number, number % 6, number as i64))))?;
    for order in ORDERS {
        let mut query = FactQuery::all(VISIT).order(order).limit(7);
        let everything = facts(&*store, &query)?;
        query.subjects = Some(vec![id(4), id(1), id(99), id(4), id(3)]);
        let wanted = |fact: &&Fact| [id(1), id(3), id(4)].contains(&fact.subject);
        let expected: Vec<Fact> = everything.iter().filter(wanted).cloned().collect();
        same("the facts, each once, in the order of all", &facts(&*store, &query)?, &expected)?;
    }
    Ok(())
}

fn named(number: u64, subject: u64, word: &'static str) -> Fact {
    Fact { name: Name::from_static(word), ..visit(number, subject, number as i64) }
}

fn by_name(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(
        &*store,
        &appends(0, [named(1, 1, "a"), named(2, 1, "b"), named(3, 1, "A"), named(4, 1, "c"), named(5, 1, "b")]),
    )?;
    for order in ORDERS {
        let query = FactQuery::all(VISIT).order(order);
        let count = |query: &FactQuery| facts(&*store, query).map(|facts| facts.len());
        same("one name", &count(&query.clone().named(name("b")))?, &2)?;
        same("two names", &count(&query.clone().named(name("b")).named(name("a")))?, &3)?;
        same("a name and one that nothing has", &count(&query.clone().named(name("c")).named(name("zz")))?, &1)?;
        same("a name that nothing has", &count(&query.named(name("zz")))?, &0)?;
    }
    Ok(())
}

fn window(from: i64, to: i64) -> Window {
    Window { start: at(from), end: at(to) }
}

fn by_window(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, (0..10).map(|number| visit(number, 1, number as i64))))?;
    let mut cases: Vec<(Window, Vec<u64>)> = vec![
        (window(3, 6), vec![3, 4, 5]),
        (window(3, 4), vec![3]),
        (window(3, 3), Vec::new()),
        (window(6, 3), Vec::new()),
        (window(-5, 1), vec![0]),
        (window(9, 99), vec![9]),
        (Window::until(at(2)), vec![0, 1]),
        (Window::since(at(8)), vec![8, 9]),
        (Window::ALWAYS, (0..10).collect()),
    ];
    let micro = Window { start: at(3).saturating_add_micros(1), end: at(5).saturating_add_micros(1) };
    cases.push((micro, vec![4, 5]));
    for (window, expected) in cases {
        for order in [Order::Oldest, Order::Recorded] {
            let found = facts(&*store, &FactQuery::all(VISIT).within(window).order(order))?;
            same("the facts of a window", &ids(&found), &expected.iter().copied().map(id).collect())?;
        }
    }
    Ok(())
}

/// Thirty-two visits that differ in subject, name, instant and the time they were learned of.
fn motley(store: &dyn Store) -> Checked<Vec<Fact>> {
    let mut all = Vec::new();
    for recorded in 0..4 {
        let visits = (0..8).map(|number| {
            let word = if number % 3 == 0 { "a" } else { "b" };
            Fact { recorded: at(recorded), ..named(recorded as u64 * 8 + number, number % 4, word) }
        });
        let visits: Vec<Fact> = visits.collect();
        commit(store, &appends(recorded, visits.clone()))?;
        all.extend(visits);
    }
    Ok(all)
}

fn by_everything(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let all = motley(&*store)?;
    for order in ORDERS {
        let base = FactQuery::all(VISIT).order(order).limit(3);
        let queries = [
            base.clone().within(window(5, 25)).named(name("a")),
            base.clone().known_at(at(1)).within(window(5, 25)),
            FactQuery { subjects: Some(vec![id(0), id(3)]), ..base.clone() }.named(name("b")).known_at(at(2)),
            FactQuery { ids: Some((5..20).map(id).collect()), ..base.clone() }.named(name("a")),
            FactQuery { ids: Some((5..20).map(id).collect()), subjects: Some(vec![id(1)]), ..base.clone() },
            FactQuery { ids: Some((0..32).map(id).collect()), ..base.clone() }.known_at(at(0)).within(window(2, 7)),
            FactQuery { subjects: Some(vec![id(2)]), ..base }.named(name("b")).known_at(at(3)).within(window(2, 27)),
        ];
        for query in queries {
            let mut expected: Vec<Id> = all.iter().filter(|fact| query.wants(fact)).map(|fact| fact.id).collect();
            let mut found = ids(&facts(&*store, &query)?);
            found.sort_unstable();
            expected.sort_unstable();
            ensure(!expected.is_empty(), "the question has an answer")?;
            same("the facts", &found, &expected)?;
        }
    }
    Ok(())
}

fn streams(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let gift = Fact { stream: GIFT, ..visit(1, 1, 8) };
    commit(&*store, &appends(0, [visit(1, 1, 0), gift.clone()]))?;
    same("one stream", &facts(&*store, &FactQuery::all(VISIT))?, &vec![visit_at(1, 1, 0)])?;
    same("the other", &facts(&*store, &FactQuery::about(GIFT, id(1)))?, &vec![Fact { recorded: at(0), ..gift }])
}

fn visit_at(number: u64, subject: u64, recorded: i64) -> Fact {
    Fact { recorded: at(recorded), ..visit(number, subject, 0) }
}

fn lists_of_nothing(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, [visit(1, 1, 0)]))?;
    for order in ORDERS {
        let base = FactQuery::all(VISIT).order(order);
        same("no subjects", &facts(&*store, &FactQuery { subjects: Some(Vec::new()), ..base.clone() })?.len(), &0)?;
        same("no ids", &facts(&*store, &FactQuery { ids: Some(Vec::new()), ..base })?.len(), &0)?;
    }
    Ok(())
}

fn no_record(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &appends(0, [Fact::new(GIFT, Id::NIL, Id::NIL, at(0), name("x"))]))?;
    commit(&*store, &puts([crate::record::Record::new(NOTE, Id::NIL)]))?;
    let expected = vec![Fact::new(GIFT, Id::NIL, Id::NIL, at(0), name("x"))];
    same("about the nil subject", &facts(&*store, &FactQuery::about(GIFT, Id::NIL))?, &expected)
}

fn measures(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let mut whole = told("A", 1, 5);
    whole.points = Some(4);
    whole.fields.set(name("text"), "left out");
    commit(&*store, &appends(9, [whole.clone(), visit(2, 1, 7), visit(3, 2, 1)]))?;
    for order in ORDERS {
        let query = FactQuery::all(VISIT).order(order);
        let stripped = |fact: Fact| Fact {
            points: fact.points,
            amount: fact.amount,
            ..Fact::new(VISIT, Id::NIL, fact.subject, fact.at, fact.name)
        };
        let expected: Vec<Fact> = facts(&*store, &query)?.into_iter().map(stripped).collect();
        same("the measures", &facts(&*store, &query.clone().measures())?, &expected)?;
        let filtered = FactQuery { fields: WithFields::Measures, ..query.known_at(at(9)).named(name("bought")) };
        same("the measures of some", &facts(&*store, &filtered)?, &vec![stripped(whole.clone())])?;
    }
    Ok(())
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

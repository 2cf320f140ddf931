//! Facts: what is kept, found, ordered, and known when.

use super::probe::{Checked, List, Probe, commit, ensure, facts, ids, same};
use super::sample::{GIFT, NOTE, VISIT, appends, at, id, name, puts, told, visit};
use crate::base::{Id, Name, Window};
use crate::fact::Fact;
use crate::store::{FactQuery, Order, Store, WithFields};

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
}

pub(super) const ORDERS: [Order; 3] = [Order::Oldest, Order::Newest, Order::Recorded];

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

pub(super) fn window(from: i64, to: i64) -> Window {
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
pub(super) fn motley(store: &dyn Store) -> Checked<Vec<Fact>> {
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

pub(super) fn visit_at(number: u64, subject: u64, recorded: i64) -> Fact {
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

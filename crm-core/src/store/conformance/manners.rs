//! What errors and logs may show: nothing that anybody wrote.

use super::probe::{Checked, List, Probe, commit, ensure, residue};
use super::sample::{
    NOTE, PERSON, VISIT, appends, changed, erase, id, lookup, name, person, puts, told, unique, with_key,
};
use crate::base::{Cursor, Text, Value};
use crate::change::{ChangeSet, Precondition};
use crate::record::Record;
use crate::store::{FactQuery, Scan, StoreError, TestOp};

pub(super) fn checks(list: &mut List) {
    list.add("manners.conflicts-hold-no-values", conflicts);
    list.add("manners.refusals-hold-no-values", refusals);
    list.add("manners.reports-hold-no-values", reports);
    list.add("manners.a-printed-store-holds-no-values", printed);
}

/// What is written everywhere and must be seen nowhere.
const MARK: &str = "canary-7f3a";

fn marked(number: u64) -> Record {
    let mut record = with_key(number, &format!("{MARK}@example.org"));
    record.keys.push(lookup(MARK));
    record.fields.set(name("text"), format!("a {MARK} sings"));
    record.fields.set(name("texts"), vec![Text::from(MARK)]);
    record.fields.set(name("custom"), MARK);
    record
}

/// A store in which the mark stands everywhere it may.
fn written(probe: &Probe<'_>) -> Checked<super::probe::Opened> {
    let store = probe.declared()?;
    let mut fact = told(MARK, 1, 0);
    fact.fields.set(name("text"), MARK);
    let mut set = puts([marked(1), person(2)]).keyed(MARK);
    commit(&*store, set.append(fact))?;
    commit(&*store, &erase(id(9)))?;
    Ok(store)
}

fn silent<T>(result: Result<T, StoreError>) -> Checked {
    let Err(error) = result else { return super::probe::failed("a request that breaks a promise is accepted") };
    ensure(!format!("{error} {error:?}").contains(MARK), "an error holds nothing that was written or asked")
}

fn conflicts(probe: &Probe<'_>) -> Checked {
    let store = written(probe)?;
    silent(store.commit(&puts([marked(1)])))?;
    silent(store.commit(&puts([marked(3)])))?;
    silent(store.commit(&puts([Record { subject: Some(id(9)), ..marked(4) }])))?;
    let mut other = told(MARK, 1, 5);
    other.fields.set(name("text"), MARK);
    silent(store.commit(&appends(0, [other.clone()])))?;
    other.subject = id(9);
    silent(store.commit(&appends(0, [other])))?;
    let mut set = puts([]).keyed(format!("{MARK} 2"));
    set.require(Precondition::Absent { kind: PERSON, key: unique(&format!("{MARK}@example.org")) });
    silent(store.commit(&set))
}

fn refusals(probe: &Probe<'_>) -> Checked {
    let store = written(probe)?;
    let with = |word: &'static str, value: Value| {
        let mut record = changed(&marked(1), 1);
        record.fields.set(name(word), value);
        puts([record])
    };
    silent(store.commit(&with("int", MARK.into())))?;
    silent(store.commit(&with("text", format!("{MARK}\0").into())))?;
    silent(store.commit(&with("custom", MARK.repeat(100_000).into())))?;
    let mut record = marked(5);
    record.keys.push(unique(&MARK.repeat(200)));
    silent(store.commit(&puts([record])))?;
    silent(store.commit(&appends(0, [crate::fact::Fact { id: id(1), ..told(MARK, 1, 0) }])))?;
    silent(store.commit(&ChangeSet::new(super::sample::at(0)).keyed(MARK.repeat(200))))?;
    silent(store.scan(&Scan::all(NOTE).after(Some(Cursor(MARK.into())))))?;
    silent(store.facts(&FactQuery::all(VISIT).after(Some(Cursor(MARK.into())))))
}

fn reports(probe: &Probe<'_>) -> Checked {
    let found = residue(&*written(probe)?, &[Text::from(MARK)])?;
    ensure(!found.is_empty(), "a text that is kept is found")?;
    ensure(!format!("{found:?}").contains(MARK), "a report holds nothing that was written or asked")
}

fn printed(probe: &Probe<'_>) -> Checked {
    let store = written(probe)?;
    let query = Scan::all(PERSON).with_key(lookup(MARK)).test(name("text"), TestOp::Eq, MARK);
    ensure(!format!("{:?}", store.scan(&query)?.items).contains(MARK), "a printed record holds no values")?;
    ensure(!format!("{:?} {:?}", store.store, store.info()?).contains(MARK), "a printed store holds no values")
}

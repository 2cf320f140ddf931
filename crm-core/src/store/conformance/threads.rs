//! Many threads on one store.

use std::sync::atomic::{AtomicBool, Ordering};

use super::probe::{Checked, List, Probe, Stop, commit, ensure, facts, same};
use super::sample::{
    NOTE, PERSON, VISIT, appends, changed, erase, id, lookup, note, person, puts, unique, visit, with_key,
};
use crate::base::Id;
use crate::change::{ChangeSet, Precondition, Receipt};
use crate::record::Record;
use crate::store::{Clash, FactQuery, Order, Scan, Store, StoreError, Verify};

pub(super) fn checks(list: &mut List) {
    list.add("threads.writers-of-one-record-lose-nothing", one_record);
    list.add("threads.a-unique-key-has-one-winner", one_key);
    list.add("threads.one-change-set-key-is-committed-once", one_change_set);
    list.add("threads.one-fact-is-kept-once", one_fact);
    list.add("threads.numbers-are-given-once", numbers);
    list.add("threads.unchanged-facts-admit-one-writer", one_spender);
    list.add("threads.readers-see-whole-commits", whole_commits);
    list.add("threads.pages-skip-nothing-while-others-write", pages);
    list.add("threads.an-erasure-is-final-for-writers-under-way", erasure);
    list.add("threads.the-feed-is-followed-without-a-gap", follow);
}

/// Calls again while the store says that it is busy, within reason.
fn patiently<T>(call: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    for _ in 0..1_000 {
        match call() {
            Err(StoreError::Unavailable { retryable: true, .. }) => std::thread::yield_now(),
            result => return result,
        }
    }
    call()
}

/// Runs one job in each of several threads and collects what they give.
fn together<T: Send>(threads: u32, job: impl Fn(u64) -> Checked<T> + Sync) -> Checked<Vec<T>> {
    let job = &job;
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..u64::from(threads.max(2))).map(|thread| scope.spawn(move || job(thread))).collect();
        let panicked = |_| Err(Stop::Failed("the store panicked".into()));
        running.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
    })
}

/// Reads a record and writes it with one more, until that succeeds.
fn increment(store: &dyn Store, number: u64) -> Checked {
    for _ in 0..100_000 {
        let loaded = patiently(|| store.load(&PERSON, &[id(number)]))?.pop().flatten();
        let Some(record) = loaded else { return super::probe::failed("the record is gone") };
        let count = record.get("int").and_then(crate::base::Value::as_int).unwrap_or(0);
        match patiently(|| store.commit(&puts([changed(&record, count + 1)]))) {
            Err(StoreError::Conflict(Clash::Version { .. })) => {}
            result => return result.map(drop).map_err(Stop::from),
        }
    }
    super::probe::failed("a writer never got through")
}

fn one_record(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    commit(&*store, &puts([changed(&Record { version: 0, ..person(1) }, 0)]))?;
    let (threads, rounds) = (probe.options.threads.max(2), probe.options.rounds);
    together(threads, |_| (0..rounds).try_for_each(|_| increment(&*store, 1)))?;
    let record = store.load(&PERSON, &[id(1)])?.pop().flatten();
    let found = record.map(|record| (record.version, record.get("int").and_then(crate::base::Value::as_int)));
    let total = u64::from(threads) * u64::from(rounds);
    same("the version and the count", &found, &Some((total + 1, Some(total as i64))))
}

fn one_key(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for round in 0..u64::from(probe.options.rounds) {
        let key = format!("key {round}");
        let number = |thread| round * 1_000 + thread;
        let wins = together(probe.options.threads, |thread| {
            match patiently(|| store.commit(&puts([with_key(number(thread), &key)]))) {
                Ok(_) => Ok(Some(id(number(thread)))),
                Err(StoreError::Conflict(Clash::KeyTaken { .. })) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })?;
        let winners: Vec<Id> = wins.into_iter().flatten().collect();
        same("how many won", &winners.len(), &1)?;
        same("who has the key", &store.find(&PERSON, &[unique(&key)])?, &vec![winners.first().copied()])?;
    }
    Ok(())
}

fn one_change_set(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for round in 0..u64::from(probe.options.rounds) {
        let set = puts([person(round)]).keyed(format!("set {round}"));
        let receipts = together(probe.options.threads, |_| Ok(patiently(|| store.commit(&set))?))?;
        let first = |receipt: &&Receipt| !receipt.replayed;
        same("how many were no replay", &receipts.iter().filter(first).count(), &1)?;
        ensure(receipts.iter().all(|receipt| receipt.seq == round + 2), "all have the number of the first")?;
    }
    Ok(())
}

fn one_fact(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let rounds = u64::from(probe.options.rounds);
    let receipts = together(probe.options.threads, |_| {
        let append = |number| patiently(|| store.commit(&appends(0, [visit(number, 1, 0)])));
        (0..rounds).map(append).collect::<Result<Vec<Receipt>, _>>().map_err(Stop::from)
    })?;
    same("facts appended", &receipts.iter().flatten().map(|receipt| receipt.appended).sum(), &rounds)?;
    same("facts", &facts(&*store, &FactQuery::all(VISIT))?.len(), &(rounds as usize))
}

fn numbers(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let rounds = u64::from(probe.options.rounds);
    let receipts = together(probe.options.threads, |thread| {
        let write = |round| patiently(|| store.commit(&puts([person(thread * 10_000 + round)])));
        (0..rounds).map(write).collect::<Result<Vec<Receipt>, _>>().map_err(Stop::from)
    })?;
    let mut numbers: Vec<u64> = receipts.iter().flatten().map(|receipt| receipt.seq).collect();
    ensure(receipts.iter().all(|own| own.is_sorted_by_key(|receipt| receipt.seq)), "a writer's numbers grow")?;
    numbers.sort_unstable();
    same("the numbers", &numbers, &(2..numbers.len() as u64 + 2).collect())
}

/// Each thread spends only if nobody has spent since it looked: the balance ends at exactly what was spent.
fn one_spender(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let rounds = u64::from(probe.options.rounds);
    together(probe.options.threads, |thread| {
        for round in 0..rounds {
            loop {
                let since = patiently(|| store.info())?.seq;
                let seen = patiently(|| store.facts(&FactQuery::about(VISIT, id(1)).limit(10_000)))?.items.len();
                let mut spent = visit(thread * 10_000 + round, 1, 0);
                spent.points = Some(seen as i64);
                let mut set = appends(0, [spent]);
                set.require(Precondition::Unchanged { stream: VISIT, subject: id(1), since });
                match patiently(|| store.commit(&set)) {
                    Ok(_) => break,
                    Err(StoreError::Conflict(Clash::Changed { .. })) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    })?;
    let all = facts(&*store, &FactQuery::all(VISIT).order(Order::Recorded))?;
    let seen: Vec<i64> = all.iter().filter_map(|fact| fact.points).collect();
    same("what each writer had seen", &seen, &(0..seen.len() as i64).collect())
}

fn whole_commits(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let pair = |version: u64| {
        let set = |number| Record { version, ..changed(&person(number), version as i64) };
        let mut set = puts([set(1), set(2)]);
        let first = 2 * version;
        set.append(visit(first, 1, 0)).append(visit(first + 1, 1, 0));
        set
    };
    commit(&*store, &pair(1))?;
    let done = AtomicBool::new(false);
    let rounds = u64::from(probe.options.rounds) * 4;
    together(probe.options.threads, |thread| {
        if thread == 0 {
            let result = (2..rounds).try_for_each(|version| patiently(|| store.commit(&pair(version))).map(drop));
            done.store(true, Ordering::Relaxed);
            return result.map_err(Stop::from);
        }
        while !done.load(Ordering::Relaxed) {
            let both = patiently(|| store.load(&PERSON, &[id(1), id(2)]))?;
            let versions: Vec<u64> = both.into_iter().flatten().map(|record| record.version).collect();
            ensure(versions.len() == 2 && versions[0] == versions[1], "a reader sees both records of a commit")?;
            let page = patiently(|| store.facts(&FactQuery::about(VISIT, id(1)).limit(10_000)))?;
            ensure(page.items.len() % 2 == 0, "a reader sees both facts of a commit")?;
        }
        Ok(())
    })?;
    ensure(store.verify(&Verify::Full)?.problems.is_empty(), "the store is whole")
}

fn pages(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let keyed = |number: u64| Record { keys: vec![lookup("ann")], ..note(number, id(1)) };
    let mut set = puts((0..200).map(|number| keyed(number * 10)));
    for number in 0..200 {
        set.append(visit(number * 10, number % 5, (number * 7 % 50) as i64));
    }
    commit(&*store, &set)?;
    let before: Vec<Id> = (0..200).map(|number| id(number * 10)).collect();
    let whole = |mut seen: Vec<Id>| {
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        same("how many different items", &seen.len(), &count)?;
        let missed = before.iter().filter(|item| seen.binary_search(item).is_err()).count();
        same("how many items are missed", &missed, &0)
    };
    let done = AtomicBool::new(false);
    together(probe.options.threads, |thread| {
        if thread == 0 {
            for number in (0..u64::from(probe.options.rounds) * 8).map(|number| number * 7 + 1) {
                let mut set = if number % 10 == 0 {
                    ChangeSet::new(crate::base::Timestamp::EPOCH)
                } else {
                    puts([keyed(number)])
                };
                set.append(visit(100_000 + number, number % 9, (number % 60) as i64));
                patiently(|| store.commit(&set))?;
            }
            done.store(true, Ordering::Relaxed);
            return Ok(());
        }
        let mut last_round = false;
        while !last_round {
            last_round = done.load(Ordering::Relaxed);
            for query in [Scan::all(NOTE), Scan::all(NOTE).with_key(lookup("ann"))] {
                let records = super::probe::scan(&*store, &query.limit(17))?;
                whole(records.iter().map(|record| record.id).collect())?;
            }
            for order in [Order::Oldest, Order::Newest, Order::Recorded] {
                let all = facts(&*store, &FactQuery::all(VISIT).order(order).limit(23))?;
                whole(all.iter().map(|fact| fact.id).collect())?;
            }
        }
        Ok(())
    })
    .map(drop)
}

fn erasure(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    for subject in 0..u64::from(probe.options.rounds) {
        together(probe.options.threads, |thread| {
            if thread == 0 {
                return Ok(patiently(|| store.commit(&erase(id(subject)))).map(drop)?);
            }
            for number in 0..4 {
                let number = subject * 100 + thread * 10 + number;
                let mut set = puts([note(number, id(subject))]);
                match patiently(|| store.commit(set.clone().append(visit(number, subject, 0)))) {
                    Ok(_) | Err(StoreError::Conflict(Clash::Erased { .. })) => {}
                    Err(error) => return Err(error.into()),
                }
                set.changes.clear();
            }
            Ok(())
        })?;
        let left = store.scan(&Scan::all(NOTE).about(id(subject)))?.items.len();
        same("records that are left", &left, &0)?;
        same("facts that are left", &store.facts(&FactQuery::about(VISIT, id(subject)))?.items.len(), &0)?;
    }
    ensure(store.verify(&Verify::Full)?.problems.is_empty(), "the store is whole")
}

fn follow(probe: &Probe<'_>) -> Checked {
    let store = probe.declared()?;
    let rounds = u64::from(probe.options.rounds);
    let threads = u64::from(probe.options.threads.max(2));
    let total = 1 + (threads - 1) * rounds;
    together(probe.options.threads, |thread| {
        if thread > 0 {
            let write = |round| patiently(|| store.commit(&puts([person(thread * 10_000 + round)]))).map(drop);
            return Ok((0..rounds).try_for_each(write)?);
        }
        let (mut seen, mut idle) = (0, 0_u32);
        while seen < total && idle < 100_000_000 {
            let feed = patiently(|| store.changes(seen, 7))?;
            idle = if feed.is_empty() { idle + 1 } else { 0 };
            for commit in feed {
                same("the next number", &commit.seq, &(seen + 1))?;
                ensure(!commit.touched.is_empty(), "a commit in the feed says what it touched")?;
                seen = commit.seq;
            }
            std::thread::yield_now();
        }
        same("the last number", &seen, &total)
    })
    .map(drop)
}

//! The SQLite store against hand-written rusqlite on the same columns, indices and ids.
//!
//! `store [ROWS]`: how many interactions, 1,000,000 unless told otherwise.
#![allow(clippy::unwrap_used, reason = "a benchmark may stop at the first error")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crm_benches::raw::Raw;
use crm_benches::workload::{CUSTOMER, CUSTOMERS, INTERACTION, Interactions, customer, customer_id, declarations};
use crm_benches::{Bars, Must, Rng, folder, median, time};
use crm_core::base::{Id, Order, Timestamp};
use crm_core::change::ChangeSet;
use crm_core::fact::Fact;
use crm_core::store::{FactQuery, Store};
use crm_sqlite::Sqlite;

/// When everything is recorded.
const NOW: i64 = 1_760_000_000_123_456;

fn main() -> ExitCode {
    let rows: usize = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    let folder = folder().unwrap();
    let (our_path, their_path) = (folder.path().join("ours.db"), folder.path().join("theirs.db"));
    let ours = Sqlite::open(&our_path).unwrap();
    let mut theirs = Raw::open(&their_path).unwrap();
    ours.commit(&declarations()).unwrap();
    let mut bars = Bars::default();
    let mut source = Interactions::new(1);
    let mut ids: Vec<Id> = Vec::new();

    append(&mut bars, "append-10000", &ours, &mut theirs, &mut source, (rows, rows / 10, 10_000), &mut ids);
    size(&mut bars, &our_path, &their_path, rows);
    append(&mut bars, "append-100", &ours, &mut theirs, &mut source, (rows / 5, rows / 50, 100), &mut ids);
    commits(&mut bars, &ours, &mut theirs, &mut source, folder.path());
    points(&mut bars, &ours, &mut theirs, &ids);
    timelines(&mut bars, &ours, &theirs);
    scans(&mut bars, &ours, &theirs);
    bars.verdict()
}

fn change_set(facts: Vec<Fact>) -> ChangeSet {
    let mut set = ChangeSet::new(Timestamp::from_micros(NOW).unwrap());
    for fact in facts {
        set.append(fact);
    }
    set
}

/// Appends slices of rows in batches, ours and theirs in turn.
fn append(
    bars: &mut Bars,
    name: &str,
    ours: &Sqlite,
    theirs: &mut Raw,
    source: &mut Interactions,
    (rows, slice, batch): (usize, usize, usize),
    ids: &mut Vec<Id>,
) {
    let (mut our_rates, mut their_rates) = (Vec::new(), Vec::new());
    for turn in 0..rows / slice {
        let batches: Vec<Vec<Fact>> = (0..slice / batch).map(|_| source.by_ref().take(batch).collect()).collect();
        ids.extend(batches.iter().flatten().step_by(50).map(|fact| fact.id));
        let given = batches.clone();
        let rate = |elapsed: Duration| slice as f64 / elapsed.as_secs_f64();
        let mut us = || {
            let elapsed = time(|| {
                for batch in given.clone() {
                    black_box(ours.commit(&change_set(batch)).unwrap());
                }
            });
            our_rates.push(rate(elapsed));
        };
        let mut them =
            || their_rates.push(rate(time(|| batches.iter().for_each(|batch| theirs.append(batch).unwrap()))));
        if turn % 2 == 0 {
            us();
            them();
        } else {
            them();
            us();
        }
    }
    bars.compare(name, "rows/s", median(&our_rates), median(&their_rates), Must::AtLeast(0.7));
}

fn size(bars: &mut Bars, ours: &Path, theirs: &Path, rows: usize) {
    let bytes = |path: &Path| std::fs::metadata(path).unwrap().len() as f64 / rows as f64;
    println!("note: a hand-written row takes {:.1} bytes", bytes(theirs));
    bars.compare("bytes-per-interaction", "B", bytes(ours), 260.0, Must::AtMost(1.0));
}

fn micros(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() * 1e6
}

/// One durable commit of one fact, beside an fdatasync probe.
fn commits(bars: &mut Bars, ours: &Sqlite, theirs: &mut Raw, source: &mut Interactions, folder: &Path) {
    let mut probe = std::fs::File::create(folder.join("probe")).unwrap();
    let (mut our_times, mut their_times, mut probes) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..2_000 {
        let fact = source.next().unwrap();
        let facts = vec![fact.clone()];
        let mut us = || our_times.push(micros(time(|| drop(ours.commit(&change_set(vec![fact.clone()])).unwrap()))));
        let mut them = || their_times.push(micros(time(|| theirs.append(&facts).unwrap())));
        if turn % 2 == 0 {
            us();
            them();
        } else {
            them();
            us();
        }
        probes.push(micros(time(|| {
            probe.write_all(&[0; 4_096]).unwrap();
            probe.sync_data().unwrap();
        })));
    }
    println!("note: writing and syncing 4 KiB takes {:.1} us", median(&probes));
    bars.compare("durable-commit", "us", median(&our_times), median(&their_times), Must::AtMost(1.25));
}

/// Reads single records and facts.
fn points(bars: &mut Bars, ours: &Sqlite, theirs: &mut Raw, ids: &[Id]) {
    let records: Vec<_> = (0..CUSTOMERS).map(customer).collect();
    let mut set = ChangeSet::new(Timestamp::EPOCH);
    for record in &records {
        set.put(record.clone());
    }
    ours.commit(&set).unwrap();
    theirs.put(&records).unwrap();
    let mut rng = Rng::new(7);
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..20_000 {
        let id = [customer_id(rng.below(CUSTOMERS))];
        our_times.push(micros(time(|| drop(black_box(ours.load(&CUSTOMER, &id).unwrap())))));
        their_times.push(micros(time(|| drop(black_box(theirs.customer(id[0]).unwrap())))));
    }
    bars.compare("point-read-record", "us", median(&our_times), median(&their_times), Must::AtMost(1.5));
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..20_000 {
        let id = ids[rng.below(ids.len() as u64) as usize];
        let query = FactQuery::by_id(INTERACTION, vec![id]);
        our_times.push(micros(time(|| drop(black_box(ours.facts(&query).unwrap())))));
        their_times.push(micros(time(|| drop(black_box(theirs.by_id(id).unwrap())))));
    }
    bars.compare("point-read-fact", "us", median(&our_times), median(&their_times), Must::AtMost(1.5));
}

fn timelines(bars: &mut Bars, ours: &Sqlite, theirs: &Raw) {
    let mut rng = Rng::new(9);
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..5_000 {
        let id = customer_id(rng.below(CUSTOMERS));
        let Some(subject) = theirs.subject(id) else { continue };
        let query = FactQuery::about(INTERACTION, id).order(Order::Newest).limit(50);
        our_times.push(micros(time(|| drop(black_box(ours.facts(&query).unwrap())))));
        their_times.push(micros(time(|| drop(black_box(theirs.timeline(subject, 50).unwrap())))));
    }
    bars.compare("timeline-50", "us", median(&our_times), median(&their_times), Must::AtMost(1.5));
}

/// Reads all into structs.
fn scans(bars: &mut Bars, ours: &Sqlite, theirs: &Raw) {
    let (mut our_rates, mut their_rates) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let mut count = 0_usize;
        let start = Instant::now();
        let mut query = FactQuery::all(INTERACTION).order(Order::Recorded).limit(10_000);
        loop {
            let page = ours.facts(&query).unwrap();
            count += black_box(&page.items).len();
            match page.next {
                None => break,
                next => query = query.after(next),
            }
        }
        our_rates.push(count as f64 / start.elapsed().as_secs_f64());
        let mut count = 0_usize;
        let elapsed = time(|| {
            let mut page = Vec::with_capacity(10_000);
            theirs
                .scan(|row| {
                    page.push(row);
                    if page.len() == 10_000 {
                        count += black_box(&page).len();
                        page.clear();
                    }
                })
                .unwrap();
            count += black_box(&page).len();
        });
        their_rates.push(count as f64 / elapsed.as_secs_f64());
    }
    bars.compare("scan-facts", "rows/s", median(&our_rates), median(&their_rates), Must::AtLeast(0.8));
}

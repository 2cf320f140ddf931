//! What the checks are made of.

use std::fmt::Debug;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{Harness, Options, Outcome, sample};
use crate::base::{Cursor, Id, Kind, Page, Reason, Registry, Stream, Text};
use crate::change::{ChangeSet, Committed, Receipt, Touched};
use crate::fact::Fact;
use crate::record::Record;
use crate::store::{Clash, FactQuery, Order, Scan, Store, StoreError, StoreInfo, Verify};

/// Why a check ended early.
#[derive(Debug)]
pub(super) enum Stop {
    Failed(String),
    Skipped(String),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(format!("unexpected error: {error}"))
    }
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(reason) => Self::Failed(reason),
            Stop::Skipped(reason) => Self::Skipped(reason),
        }
    }
}

pub(super) type Checked<T = ()> = Result<T, Stop>;

/// A store that the suite has opened, and where.
pub(super) struct Opened {
    pub(super) store: Arc<dyn Store>,
    place: u64,
}

impl Deref for Opened {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

type Run = Box<dyn Fn(&Probe<'_>) -> Checked>;

/// The checks to run.
#[derive(Default)]
pub(super) struct List(pub(super) Vec<(String, Run)>);

impl List {
    pub(super) fn add(&mut self, name: impl Into<String>, check: impl Fn(&Probe<'_>) -> Checked + 'static) {
        self.0.push((name.into(), Box::new(check)));
    }
}

/// Where checks get their stores from.
pub(super) struct Probe<'a> {
    pub(super) harness: &'a dyn Harness,
    pub(super) options: &'a Options,
    pub(super) info: StoreInfo,
    /// The next place that is new.
    places: AtomicU64,
}

impl<'a> Probe<'a> {
    pub(super) fn new(harness: &'a dyn Harness, options: &'a Options) -> Checked<Self> {
        let info = harness.open(0)?.info()?;
        Ok(Self { harness, options, info, places: AtomicU64::new(1) })
    }

    /// A store that holds nothing.
    pub(super) fn empty(&self) -> Checked<Opened> {
        let place = self.new_place();
        Ok(Opened { store: self.harness.open(place)?, place })
    }

    pub(super) fn new_place(&self) -> u64 {
        self.places.fetch_add(1, Relaxed)
    }

    /// A store that knows the kinds and streams of the samples, and holds nothing else. Its last commit is number 1.
    pub(super) fn declared(&self) -> Checked<Opened> {
        let store = self.empty()?;
        store.commit(&sample::declarations())?;
        Ok(store)
    }

    /// Opens a store again.
    pub(super) fn reopen(&self, store: Opened) -> Checked<Opened> {
        if !self.info.durable {
            return Err(Stop::Skipped("the store is not durable".into()));
        }
        let place = store.place;
        drop(store);
        Ok(Opened { store: self.harness.open(place)?, place })
    }
}

pub(super) fn failed<T>(reason: impl Into<String>) -> Checked<T> {
    Err(Stop::Failed(reason.into()))
}

pub(super) fn ensure(holds: bool, promise: &str) -> Checked {
    if holds { Ok(()) } else { failed(format!("it does not hold that {promise}")) }
}

pub(super) fn same<T: PartialEq + Debug + ?Sized>(what: &str, got: &T, expected: &T) -> Checked {
    if got == expected {
        return Ok(());
    }
    let short = |value: &T| {
        let text = format!("{value:?}");
        if text.chars().count() > 400 { text.chars().take(400).chain("...".chars()).collect() } else { text }
    };
    failed(format!("{what}: got {}, expected {}", short(got), short(expected)))
}

/// The request was refused for its form.
pub(super) fn malformed<T>(what: &str, result: Result<T, StoreError>) -> Checked {
    refused(what, result, "store-malformed")
}

/// The request was refused with an error of a code.
pub(super) fn refused<T>(what: &str, result: Result<T, StoreError>, code: &str) -> Checked {
    match result {
        Ok(_) => failed(format!("{what}: accepted, expected {code}")),
        Err(error) if error.code() == code => Ok(()),
        Err(error) => failed(format!("{what}: {error} [{}], expected {code}", error.code())),
    }
}

/// The commit was refused because of this promise.
pub(super) fn clash(what: &str, result: Result<Receipt, StoreError>, expected: Clash) -> Checked {
    let expected = StoreError::Conflict(expected);
    match result {
        Err(found) => same(what, &found, &expected),
        Ok(_) => failed(format!("{what}: accepted, expected {expected}")),
    }
}

/// More pages than any check has items.
const ENDLESS: usize = 1_000_000;

fn walk<T>(limit: usize, mut page: impl FnMut(Option<Cursor>) -> Result<Page<T>, StoreError>) -> Checked<Vec<Page<T>>> {
    let mut pages = Vec::new();
    let mut cursor = None;
    for _ in 0..ENDLESS {
        let page = page(cursor)?;
        let (count, next) = (page.items.len(), page.next.clone());
        ensure(count <= limit, "a page has no more items than asked for")?;
        ensure(next.is_none() || count == limit, "a page that is not the last has as many items as asked for")?;
        pages.push(page);
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(pages),
        }
    }
    failed("the pages of a listing do not end")
}

/// Every record that a scan asks for, page by page.
pub(super) fn scan(store: &dyn Store, query: &Scan) -> Checked<Vec<Record>> {
    let pages = walk(query.limit, |cursor| store.scan(&query.clone().after(cursor)))?;
    let wanted = |filtered: bool, record: &Record| filtered || query.tests.iter().all(|test| test.passes(record));
    Ok(pages
        .into_iter()
        .flat_map(|page| page.items.into_iter().filter(move |record| wanted(page.filtered, record)).collect::<Vec<_>>())
        .collect())
}

/// Every fact that a question asks for, page by page.
pub(super) fn facts(store: &dyn Store, query: &FactQuery) -> Checked<Vec<Fact>> {
    let pages = walk(query.limit, |cursor| store.facts(&query.clone().after(cursor)))?;
    Ok(pages.into_iter().flat_map(|page| page.items).collect())
}

/// The ids of some facts, in their order.
pub(super) fn ids(facts: &[Fact]) -> Vec<Id> {
    facts.iter().map(|fact| fact.id).collect()
}

/// Everything that a commit touched, in an order that can be compared.
pub(super) fn touched(commit: &Committed) -> Vec<String> {
    let mut all: Vec<String> = commit.touched.iter().map(|touched: &Touched| format!("{touched:?}")).collect();
    all.sort_unstable();
    all
}

/// All that a store holds, as far as its methods tell.
#[derive(Debug, PartialEq)]
pub(super) struct Dump {
    seq: u64,
    registry: Registry,
    records: Vec<Record>,
    facts: Vec<Fact>,
    feed: Vec<(u64, Vec<String>)>,
}

impl Dump {
    pub(super) fn of(store: &dyn Store) -> Checked<Self> {
        let info = store.info()?;
        let (mut records, mut all) = (Vec::new(), Vec::new());
        for target in info.registry.iter().map(|(target, _)| target) {
            if let Ok(kind) = Kind::new(target.as_str()) {
                records.extend(scan(store, &Scan::all(kind))?);
            }
            if let Ok(stream) = Stream::new(target.as_str()) {
                all.extend(facts(store, &FactQuery::all(stream).order(Order::Recorded))?);
            }
        }
        let commits = store.changes(0, crate::store::MAX_PAGE)?;
        let feed = commits.iter().map(|commit| (commit.seq, touched(commit))).collect();
        Ok(Self { seq: info.seq, registry: info.registry, records, facts: all, feed })
    }
}

/// Where texts are still found in what a store keeps.
pub(super) fn residue(store: &dyn Store, texts: &[Text]) -> Checked<Vec<Reason>> {
    match store.verify(&Verify::Residue(texts.to_vec())) {
        Err(StoreError::Unsupported { .. }) => Err(Stop::Skipped("the store cannot look at its own bytes".into())),
        report => Ok(report?.problems),
    }
}

/// Commits and gives the receipt.
pub(super) fn commit(store: &dyn Store, changes: &ChangeSet) -> Checked<Receipt> {
    Ok(store.commit(changes)?)
}

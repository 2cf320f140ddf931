//! Stores that break one promise each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crm_core::base::{Declaration, Id, Kind, Target, Text, Value};
use crm_core::change::{Change, ChangeSet, Committed, Receipt};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};
use crm_core::store::conformance::Harness;
use crm_core::store::{
    Clash, Cursor, FactQuery, Lifecycle, Memory, Order, Page, Scan, Store, StoreError, StoreInfo, Verify, VerifyReport,
    WithFields,
};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Nothing: it only leaves filters to the caller, as it may.
    None,
    IgnoresPreconditions,
    LastWriterWins,
    ChecksVersionsTooEarly,
    NotAtomic,
    RefusedTakesNumber,
    IgnoresChangeSetKeys,
    HidesReplays,
    IgnoresUnique,
    FoldsCase,
    AcceptsUndeclared,
    AcceptsOtherContent,
    RoundsFloats,
    TrimsTexts,
    DropsLastOfPage,
    EndsWithEmptyPage,
    NeverEnds,
    PagesByOffset,
    StartsAgainOnBadCursor,
    TakesLimitZero,
    IgnoresTests,
    IgnoresKnown,
    KnownIsExclusive,
    WindowIsClosed,
    IgnoresNames,
    NewestIsOldest,
    RecordedIsOldest,
    MixesSubjects,
    TurnsTies,
    MeasuresWithFields,
    KeepsErasedFacts,
    ForgetsErasures,
    FeedKeepsErased,
    FeedLeavesEmptyOut,
    ReadsInParts,
    StaysOpen,
    SeesNoDamage,
    PretendsToLast,
    TellsValues,
    Panics,
}

#[derive(Debug)]
struct Broken {
    inner: Memory,
    fault: Fault,
    /// The feed as it was before anything was erased.
    feed: Mutex<Vec<Committed>>,
    calls: AtomicUsize,
}

impl Broken {
    fn new(fault: Fault) -> Self {
        Self { inner: Memory::new(), fault, feed: Mutex::default(), calls: AtomicUsize::new(0) }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Committed>> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// Another thread's turn, where a store without a lock would be interrupted.
    fn interrupted(&self) {
        if self.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) {
            std::thread::yield_now();
        }
    }

    fn versions(&self, set: &ChangeSet, check: bool) -> Result<ChangeSet, StoreError> {
        let mut set = set.clone();
        for change in &mut set.changes {
            if let Change::Put(record) = change {
                let found = self.inner.load(&record.kind, &[record.id])?.pop().flatten().map_or(0, |own| own.version);
                if check && found + 1 != record.version {
                    let (kind, id, expected) = (record.kind.clone(), record.id, record.version - 1);
                    return Err(StoreError::Conflict(Clash::Version { kind, id, expected, found }));
                }
                record.version = found + 1;
            }
        }
        Ok(set)
    }

    /// One commit for each change.
    fn piecemeal(&self, set: &ChangeSet) -> Result<Receipt, StoreError> {
        let mut whole = self.inner.commit(&ChangeSet { changes: Vec::new(), ..set.clone() })?;
        for change in &set.changes {
            let part = ChangeSet { changes: vec![change.clone()], ..ChangeSet::new(set.at) };
            let receipt = self.inner.commit(&part)?;
            self.interrupted();
            whole.appended += receipt.appended;
            whole.written += receipt.written;
        }
        Ok(whole)
    }

    fn edited(&self, set: &ChangeSet) -> ChangeSet {
        let mut set = set.clone();
        if self.is(Fault::IgnoresPreconditions) {
            set.require.clear();
        }
        if self.is(Fault::IgnoresChangeSetKeys) {
            set.key = None;
        }
        let mut changes = Vec::new();
        for mut change in set.changes {
            match &mut change {
                Change::Put(record) => self.edit(record),
                Change::Erase { subject } if self.is(Fault::KeepsErasedFacts) => {
                    changes.extend(self.removals(*subject));
                    continue;
                }
                Change::Append(fact) if self.is(Fault::AcceptsUndeclared) => {
                    changes.push(declare(Target::Stream(fact.stream.clone())));
                }
                _ => {}
            }
            if let (Change::Put(record), Fault::AcceptsUndeclared) = (&change, self.fault) {
                changes.push(declare(Target::Kind(record.kind.clone())));
            }
            changes.push(change);
        }
        ChangeSet { changes, ..set }
    }

    fn edit(&self, record: &mut Record) {
        let names: Vec<_> = record.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in names {
            match value {
                Value::Float(number) if self.is(Fault::RoundsFloats) => {
                    record.fields.set(name, Value::Float(f64::from(number as f32).clamp(-1e300, 1e300)));
                }
                Value::Text(text) if self.is(Fault::TrimsTexts) => record.fields.set(name, text.trim()),
                _ => {}
            }
        }
        record.keys.iter_mut().for_each(|key| self.edit_key(key));
    }

    fn edit_key(&self, key: &mut Key) {
        if self.is(Fault::IgnoresUnique) {
            key.unique = false;
        }
        if self.is(Fault::FoldsCase) {
            key.value = Text::from(key.value.to_lowercase());
        }
    }

    /// Deletes what an erasure would, and leaves the facts.
    fn removals(&self, subject: Id) -> Vec<Change> {
        let kinds = ["person", "note"].map(Kind::from_static);
        let about = kinds.iter().filter_map(|kind| self.inner.scan(&Scan::all(kind.clone()).about(subject)).ok());
        let own = kinds.iter().filter_map(|kind| self.inner.load(kind, &[subject]).ok()?.pop().flatten());
        let records: Vec<Record> = about.flat_map(|page| page.items).chain(own).collect();
        let delete = |record: Record| Change::Delete { kind: record.kind, id: record.id, version: record.version };
        records.into_iter().map(delete).collect()
    }

    fn paged<T>(
        &self,
        limit: usize,
        cursor: Option<&Cursor>,
        ask: impl Fn(usize, Option<Cursor>) -> Result<Page<T>, StoreError>,
    ) -> Result<Page<T>, StoreError> {
        let end = || Cursor("end".into());
        match self.fault {
            Fault::TakesLimitZero => ask(limit.max(1), cursor.cloned()),
            Fault::StartsAgainOnBadCursor => ask(limit, cursor.cloned()).or_else(|_| ask(limit, None)),
            Fault::EndsWithEmptyPage if cursor == Some(&end()) => Ok(Page::new(Vec::new(), None)),
            Fault::EndsWithEmptyPage | Fault::NeverEnds => {
                let cursor = cursor.filter(|cursor| **cursor != end()).cloned();
                let mut page = ask(limit, cursor)?;
                page.next = page.next.or(Some(end()));
                Ok(page)
            }
            Fault::DropsLastOfPage => {
                let mut page = ask(limit, cursor.cloned())?;
                if page.next.is_some() && page.items.len() > 1 {
                    page.items.pop();
                }
                Ok(page)
            }
            Fault::PagesByOffset if limit > 0 => {
                let malformed = StoreError::Malformed { reason: "not an offset".into() };
                let start: usize = cursor.map_or(Ok(0), |cursor| cursor.0.parse()).map_err(|_| malformed)?;
                let mut items = ask(100_000, None)?.items;
                let rest = items.split_off(start.min(items.len()));
                let more = rest.len() > limit;
                let items = rest.into_iter().take(limit).collect();
                Ok(Page::new(items, more.then(|| Cursor((start + limit).to_string()))))
            }
            _ => ask(limit, cursor.cloned()),
        }
    }
}

fn declare(target: Target) -> Change {
    Change::Declare(Declaration { target, fields: Vec::new() })
}

impl Store for Broken {
    fn info(&self) -> Result<StoreInfo, StoreError> {
        let info = self.inner.info()?;
        Ok(StoreInfo { durable: self.is(Fault::PretendsToLast), filters: !self.is(Fault::None), ..info })
    }

    fn load(&self, kind: &Kind, ids: &[Id]) -> Result<Vec<Option<Record>>, StoreError> {
        assert!(!self.is(Fault::Panics), "a store that panics");
        if !self.is(Fault::ReadsInParts) {
            let loaded = self.inner.load(kind, ids);
            self.interrupted();
            return loaded;
        }
        let mut all = Vec::new();
        for id in ids {
            all.extend(self.inner.load(kind, &[*id])?);
            self.interrupted();
        }
        Ok(all)
    }

    fn find(&self, kind: &Kind, keys: &[Key]) -> Result<Vec<Option<Id>>, StoreError> {
        let mut keys = keys.to_vec();
        for key in &mut keys {
            self.edit_key(key);
        }
        self.inner.find(kind, &keys)
    }

    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError> {
        let mut query = query.clone();
        query.key.iter_mut().for_each(|key| self.edit_key(key));
        let ignored = matches!(self.fault, Fault::None | Fault::IgnoresTests) && !query.tests.is_empty();
        if ignored {
            query.tests.clear();
        }
        let mut page = self.paged(query.limit, query.cursor.as_ref(), |limit, cursor| {
            self.inner.scan(&query.clone().limit(limit).after(cursor))
        })?;
        page.filtered = !(ignored && self.is(Fault::None));
        Ok(page)
    }

    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError> {
        let mut query = query.clone();
        match (self.fault, query.order) {
            (Fault::IgnoresKnown, _) => query.known = None,
            (Fault::KnownIsExclusive, _) => query.known = query.known.map(|known| known.saturating_add_micros(-1)),
            (Fault::WindowIsClosed, _) => query.window.end = query.window.end.saturating_add_micros(1),
            (Fault::IgnoresNames, _) => query.names.clear(),
            (Fault::NewestIsOldest, Order::Newest) | (Fault::RecordedIsOldest, Order::Recorded) => {
                query.order = Order::Oldest;
            }
            (Fault::MeasuresWithFields, _) => query.fields = WithFields::All,
            _ => {}
        }
        let mut page = self.paged(query.limit, query.cursor.as_ref(), |limit, cursor| {
            self.inner.facts(&query.clone().limit(limit).after(cursor))
        })?;
        self.interrupted();
        match self.fault {
            Fault::MixesSubjects if query.order == Order::Oldest => page.items.sort_by_key(|fact| fact.at),
            Fault::TurnsTies => {
                for ties in page.items.chunk_by_mut(|a, b| a.subject == b.subject && a.at == b.at) {
                    ties.reverse();
                }
            }
            _ => {}
        }
        Ok(page)
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt, StoreError> {
        let changes = &self.edited(changes);
        let mut result = match self.fault {
            Fault::LastWriterWins => self.inner.commit(&self.versions(changes, false)?),
            Fault::ChecksVersionsTooEarly => {
                let checked = self.versions(changes, true)?;
                self.interrupted();
                self.inner.commit(&self.versions(&checked, false)?)
            }
            Fault::NotAtomic => self.piecemeal(changes),
            _ => self.inner.commit(changes),
        };
        let pretended = Receipt { seq: 0, replayed: false, appended: 0, written: 0, duplicates: Vec::new() };
        match (&mut result, self.fault) {
            (Err(StoreError::Conflict(_)), Fault::RefusedTakesNumber) => {
                self.inner.commit(&ChangeSet::new(changes.at))?;
            }
            (Err(StoreError::Conflict(Clash::FactDiffers { id, .. })), Fault::AcceptsOtherContent) => {
                result = Ok(Receipt { duplicates: vec![*id], ..pretended });
            }
            (Err(StoreError::Conflict(Clash::Erased { .. })), Fault::ForgetsErasures) => result = Ok(pretended),
            (Err(StoreError::Malformed { reason }), Fault::TellsValues) => {
                *reason = serde_json::to_string(changes).unwrap_or_default().into();
            }
            (Ok(receipt), Fault::HidesReplays) => receipt.replayed = false,
            _ => {}
        }
        if let (Fault::FeedKeepsErased, Ok(receipt)) = (self.fault, &result) {
            self.kept().extend(self.inner.changes(receipt.seq - 1, 1)?);
        }
        result
    }

    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError> {
        let mut feed = self.inner.changes(after, limit)?;
        match self.fault {
            Fault::FeedKeepsErased => {
                Ok(self.kept().iter().filter(|commit| commit.seq > after).take(limit).cloned().collect())
            }
            Fault::FeedLeavesEmptyOut => {
                feed.retain(|commit| !commit.touched.is_empty());
                Ok(feed)
            }
            _ => Ok(feed),
        }
    }

    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError> {
        if self.is(Fault::SeesNoDamage) { Ok(VerifyReport::default()) } else { self.inner.verify(scope) }
    }

    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError> {
        if self.is(Fault::StaysOpen) && matches!(step, Lifecycle::Suspend) {
            return Ok(());
        }
        self.inner.lifecycle(step)
    }
}

impl Harness for Fault {
    fn open(&self, _: u64) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(Broken::new(*self)))
    }
}

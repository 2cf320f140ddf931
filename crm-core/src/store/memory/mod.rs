//! The store that keeps everything in the process.

mod commit;
mod facts;
mod pages;
mod records;
mod verify;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use facts::{Facts, Subjects};
use records::Records;

use super::{
    Clash, FactQuery, Lifecycle, Page, Scan, Store, StoreError, StoreInfo, Verify, VerifyReport, check, page_limit,
};
use crate::base::{Id, Kind, Name, Registry, Stream, Target, Text, Timestamp};
use crate::change::{ChangeSet, Committed, Receipt, Touched};
use crate::fact::Fact;
use crate::record::{Key, Record};

/// A store that keeps everything in the process and loses it with the process.
///
/// It answers many times faster than a file, so it serves tests, short-lived programmes, and bulk work on what was
/// loaded from elsewhere. Readers do not wait for each other; a commit waits for the readers that are at work.
///
/// ```
/// use crm_core::base::{Declaration, Id, Kind, Name, Target, Timestamp};
/// use crm_core::change::{Change, ChangeSet};
/// use crm_core::record::Record;
/// use crm_core::store::{Memory, Scan, Store};
///
/// let store = Memory::new();
/// let note = Kind::from_static("note");
/// let mut record = Record::new(note.clone(), Id::derived("example", "1"));
/// record.fields.set(Name::from_static("text"), "called back");
///
/// let mut changes = ChangeSet::new(Timestamp::EPOCH);
/// changes.changes.push(Change::Declare(Declaration { target: Target::Kind(note.clone()), fields: Vec::new() }));
/// changes.put(record.clone());
/// assert_eq!(store.commit(&changes)?.written, 1);
/// assert_eq!(store.scan(&Scan::all(note))?.items, [record]);
/// # Ok::<(), crm_core::store::StoreError>(())
/// ```
#[derive(Default)]
pub struct Memory {
    state: RwLock<State>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn read(&self) -> Result<RwLockReadGuard<'_, State>, StoreError> {
        let state = self.state.read().map_err(|_| poisoned())?;
        state.life.open()?;
        Ok(state)
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, State>, StoreError> {
        let state = self.state.write().map_err(|_| poisoned())?;
        state.life.open()?;
        Ok(state)
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

const NAME: Name = Name::from_static("memory");

/// A panic inside a commit may have left it half done.
fn poisoned() -> StoreError {
    StoreError::Backend { store: NAME, reason: "poisoned by a panic".into() }
}

#[derive(Default)]
struct State {
    life: Life,
    registry: Registry,
    records: BTreeMap<Kind, Records>,
    facts: BTreeMap<Stream, Facts>,
    subjects: Subjects,
    erased: HashSet<Id>,
    receipts: HashMap<Text, Receipt>,
    log: Vec<Logged>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Life {
    #[default]
    Open,
    Suspended,
    Closed,
}

impl Life {
    fn open(self) -> Result<(), StoreError> {
        if self == Self::Open { Ok(()) } else { Err(StoreError::Closed) }
    }
}

/// One commit in the feed.
struct Logged {
    at: Timestamp,
    touched: Vec<Touch>,
}

/// What a commit touched. Facts are a range of their stream's rows, so that a large batch takes no room.
enum Touch {
    Declared(Target),
    Record { kind: Kind, id: Id, subject: Option<Id>, deleted: bool },
    Facts { stream: Stream, rows: Range<u32> },
    Erased(Id),
}

impl State {
    fn committed(&self, seq: u64, logged: &Logged) -> Committed {
        let mut touched = Vec::new();
        for touch in &logged.touched {
            match touch {
                Touch::Declared(target) => touched.push(Touched::Declared(target.clone())),
                Touch::Record { kind, id, deleted: false, .. } => {
                    touched.push(Touched::Put { kind: kind.clone(), id: *id });
                }
                Touch::Record { kind, id, deleted: true, .. } => {
                    touched.push(Touched::Deleted { kind: kind.clone(), id: *id });
                }
                Touch::Facts { stream, rows } => {
                    let facts = self.facts.get(stream).map_or(&[][..], |facts| facts.rows(rows));
                    let live = facts.iter().flatten().map(|row| row.fact.id);
                    touched.extend(live.map(|id| Touched::Appended { stream: stream.clone(), id }));
                }
                Touch::Erased(subject) => touched.push(Touched::Erased { subject: *subject }),
            }
        }
        Committed { seq, at: logged.at, touched }
    }
}

impl Store for Memory {
    fn info(&self) -> Result<StoreInfo, StoreError> {
        let state = self.read()?;
        Ok(StoreInfo {
            name: NAME,
            schema: 1,
            registry: state.registry.clone(),
            seq: state.log.len() as u64,
            durable: false,
            filters: true,
            snapshots: false,
        })
    }

    fn load(&self, kind: &Kind, ids: &[Id]) -> Result<Vec<Option<Record>>, StoreError> {
        let state = self.read()?;
        let records = state.records.get(kind);
        Ok(ids.iter().map(|id| records.and_then(|records| records.get(*id)).cloned()).collect())
    }

    fn find(&self, kind: &Kind, keys: &[Key]) -> Result<Vec<Option<Id>>, StoreError> {
        let state = self.read()?;
        let records = state.records.get(kind);
        Ok(keys.iter().map(|key| records.and_then(|records| records.holder(key))).collect())
    }

    fn scan(&self, query: &Scan) -> Result<Page<Record>, StoreError> {
        let limit = page_limit(query.limit)?;
        let after = query.cursor.as_ref().map(records::position).transpose()?;
        let state = self.read()?;
        Ok(state.records.get(&query.kind).map_or(Page::new(Vec::new(), None), |rows| rows.scan(query, after, limit)))
    }

    fn facts(&self, query: &FactQuery) -> Result<Page<Fact>, StoreError> {
        let limit = page_limit(query.limit)?;
        let after = query.cursor.as_ref().map(|cursor| pages::Position::read(cursor, query.order)).transpose()?;
        let state = self.read()?;
        let facts = state.facts.get(&query.stream);
        Ok(facts.map_or(Page::new(Vec::new(), None), |facts| facts.page(query, after, limit, &state.subjects)))
    }

    fn commit(&self, changes: &ChangeSet) -> Result<Receipt, StoreError> {
        let mut state = self.write()?;
        if let Some(receipt) = changes.key.as_ref().and_then(|key| state.receipts.get(key)) {
            return Ok(Receipt { replayed: true, duplicates: Vec::new(), ..receipt.clone() });
        }
        let grown = match check(changes, &state.registry)? {
            Cow::Owned(registry) => Some(registry),
            Cow::Borrowed(_) => None,
        };
        state.commit(changes, grown)
    }

    fn changes(&self, after: u64, limit: usize) -> Result<Vec<Committed>, StoreError> {
        let limit = page_limit(limit)?;
        let state = self.read()?;
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        let commits = state.log.iter().enumerate().skip(skip).take(limit);
        Ok(commits.map(|(index, logged)| state.committed(index as u64 + 1, logged)).collect())
    }

    fn verify(&self, scope: &Verify) -> Result<VerifyReport, StoreError> {
        Ok(self.read()?.verify(scope))
    }

    fn lifecycle(&self, step: &Lifecycle) -> Result<(), StoreError> {
        let mut state = self.state.write().map_err(|_| poisoned())?;
        match (step, state.life) {
            (Lifecycle::Close, _) => *state = State { life: Life::Closed, ..State::default() },
            (_, Life::Closed) => return Err(StoreError::Closed),
            (Lifecycle::Suspend, _) => state.life = Life::Suspended,
            (Lifecycle::Resume, _) => state.life = Life::Open,
            (_, Life::Suspended) => return Err(StoreError::Closed),
            (Lifecycle::SnapshotTo(_), _) => {
                return Err(StoreError::Unsupported { store: NAME, operation: Name::from_static("snapshot") });
            }
            (Lifecycle::Scrub, _) => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_writer_is_an_error_for_the_others() {
        let store = Memory::new();
        let panicked = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let _guard = store.state.write();
                std::panic::resume_unwind(Box::new("a writer dies"));
            });
            writer.join().is_err()
        });
        assert!(panicked);
        assert_eq!(store.info().unwrap_err().code(), "store-backend");
        assert_eq!(store.commit(&ChangeSet::new(Timestamp::EPOCH)).unwrap_err().code(), "store-backend");
        assert_eq!(store.lifecycle(&Lifecycle::Close).unwrap_err().code(), "store-backend");
    }
}

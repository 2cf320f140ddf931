//! Everybody in columns, kept in the process and kept fresh, for those who evaluate segments again and again.

use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};

use super::{Segment, SegmentView, Segments};
use crate::base::{CustomerId, DataClass, Id, Name, Result, Target, Timestamp};
use crate::change::Touched;
use crate::crm::Crm;
use crate::customer::CUSTOMER;
use crate::fact::Fact;
use crate::interaction::INTERACTION;
use crate::record::Record;
use crate::segment::{Columns, FieldKey, Layout, Program};
use crate::store::{FactQuery, MAX_PAGE, Scan};

/// How many customers are read at once.
const CHUNK: usize = 10_000;
/// How many commits of the feed are read at once.
const FEED: usize = 1_000;

/// What the columns hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnsInfo {
    /// How many customers; those who are put away are not among them.
    pub customers: u64,
    /// How many interactions.
    pub events: u64,
    /// How many bytes they take.
    pub bytes: u64,
}

/// The columns, and up to where they are fresh.
#[derive(Debug)]
pub(in crate::crm) struct Snapshot {
    columns: Columns,
    /// The fields of customers, by slot.
    layout: Layout,
    threads: usize,
    seq: u64,
    /// When the last commit was made that they know: nothing in them was learned later.
    known: Timestamp,
}

impl Segments {
    /// Reads all customers and interactions into columns that stay in the process until they are
    /// [dropped](Self::drop_columns). From then on [`members`](Self::members), [`matching`](Self::matching),
    /// [`evaluate`](Self::evaluate) and [`diff`](Self::diff) take from them what they can, on so many threads: segments
    /// that look only at fields of the customer's record and at interactions, seen from the present. The answers are the
    /// same. Before each use the columns take in what was written since.
    pub fn load_columns(&self, threads: u32) -> Result<ColumnsInfo> {
        let snapshot = Snapshot::load(&self.crm, threads.max(1) as usize)?;
        let info = snapshot.info();
        *self.crm.inner.known.columns.lock().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
        Ok(info)
    }

    /// Drops the columns.
    pub fn drop_columns(&self) -> Result<()> {
        *self.crm.inner.known.columns.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// What the columns hold, after they have taken in what was written; nothing when there are none.
    pub fn columns_info(&self) -> Result<Option<ColumnsInfo>> {
        let mut kept = self.crm.inner.known.columns.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(snapshot) = kept.as_mut() else { return Ok(None) };
        snapshot.refresh(&self.crm)?;
        Ok(Some(snapshot.info()))
    }

    /// The members of segments as the columns have them, if there are columns and they can tell.
    pub(super) fn in_columns(&self, segments: &[Segment], view: &SegmentView) -> Result<Option<Vec<Vec<CustomerId>>>> {
        let mut kept = self.crm.inner.known.columns.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(snapshot) = kept.as_mut() else { return Ok(None) };
        snapshot.refresh(&self.crm)?;
        if view.as_of.valid < snapshot.known || view.as_of.known < snapshot.known {
            return Ok(None);
        }
        let mut layout = snapshot.layout.clone();
        let programs = self.compile_into(segments, &mut layout)?;
        let ours = |program: &Program| program.reads().events.iter().all(|(stream, _)| *stream == INTERACTION);
        if layout.keys().len() > snapshot.layout.keys().len() || !programs.iter().all(ours) {
            return Ok(None);
        }
        let members = |program: &Program| {
            let evaluator = program.at(view.as_of.valid, &view.zone);
            let ids = evaluator.members_in(&snapshot.columns, snapshot.threads)?;
            Ok(ids.into_iter().map(CustomerId::new).collect())
        };
        programs.iter().map(members).collect::<Result<_>>().map(Some)
    }
}

impl Snapshot {
    fn load(crm: &Crm, threads: usize) -> Result<Self> {
        // What is written meanwhile is read once more at the first refresh.
        let seq = crm.store().info()?.seq;
        let known = crm.store().changes(seq.saturating_sub(1), 1)?.last().map_or(Timestamp::MIN, |commit| commit.at);
        let catalogue = crm.segments().catalogue()?;
        let mut layout = Layout::new();
        for field in catalogue.fields() {
            if field.params.is_empty() && field.name.as_str().starts_with("customer.") {
                layout.slot(FieldKey::plain(field.name.clone()));
            }
        }
        let registry = crm.registry();
        let declared = registry.fields(&Target::Stream(INTERACTION)).iter();
        let properties: Vec<Name> =
            declared.filter(|field| field.class != DataClass::FreeText).map(|field| field.name.clone()).collect();
        let columns = Columns::new(layout.keys().len(), &properties);
        let mut snapshot = Self { columns, layout, threads, seq, known };
        let mut cursor = None;
        loop {
            let page = crm.store().scan(&Scan::all(CUSTOMER).limit(CHUNK).after(cursor))?;
            snapshot.write(crm, &page.items)?;
            if page.next.is_none() {
                return Ok(snapshot);
            }
            cursor = page.next;
        }
    }

    fn info(&self) -> ColumnsInfo {
        ColumnsInfo {
            customers: self.columns.len() as u64,
            events: self.columns.event_count() as u64,
            bytes: self.columns.bytes() as u64,
        }
    }

    /// Takes in what was written since: whoever was touched is read anew.
    fn refresh(&mut self, crm: &Crm) -> Result<()> {
        loop {
            let feed = crm.store().changes(self.seq, FEED)?;
            let Some(last) = feed.last() else { return Ok(()) };
            let (mut customers, mut facts) = (BTreeSet::new(), Vec::new());
            for touched in feed.iter().flat_map(|commit| &commit.touched) {
                match touched {
                    // There may be new fields.
                    Touched::Declared(_) => {
                        *self = Self::load(crm, self.threads)?;
                        return Ok(());
                    }
                    Touched::Put { kind, id } | Touched::Deleted { kind, id } if *kind == CUSTOMER => {
                        customers.insert(*id);
                    }
                    Touched::Appended { stream, id } if *stream == INTERACTION => facts.push(*id),
                    Touched::Erased { subject } => self.columns.remove(*subject),
                    _ => {}
                }
            }
            let query = FactQuery::by_id(INTERACTION, facts).limit(MAX_PAGE).measures();
            for fact in Crm::every(|cursor| crm.store().facts(&query.clone().after(cursor)))? {
                customers.insert(fact.subject);
            }
            let customers: Vec<Id> = customers.into_iter().collect();
            for chunk in customers.chunks(CHUNK) {
                let records = crm.store().load(&CUSTOMER, chunk)?;
                for (id, record) in chunk.iter().zip(&records) {
                    if record.is_none() {
                        self.columns.remove(*id);
                    }
                }
                self.write(crm, &records.into_iter().flatten().collect::<Vec<_>>())?;
            }
            self.known = feed.iter().map(|commit| commit.at).fold(self.known, Timestamp::max);
            self.seq = last.seq;
        }
    }

    /// Writes customers with all their interactions, and takes those away who are put away.
    fn write(&mut self, crm: &Crm, records: &[Record]) -> Result<()> {
        let away = |record: &Record| record.get("archived_at").is_some();
        let present: Vec<Id> = records.iter().filter(|record| !away(record)).map(|record| record.id).collect();
        let mut query = FactQuery::all(INTERACTION).limit(MAX_PAGE);
        query.subjects = Some(present);
        let mut facts: HashMap<Id, Vec<Fact>> = HashMap::new();
        for fact in Crm::every(|cursor| crm.store().facts(&query.clone().after(cursor)))? {
            facts.entry(fact.subject).or_default().push(fact);
        }
        for record in records {
            if away(record) {
                self.columns.remove(record.id);
                continue;
            }
            let field = |key: &FieldKey| record.get(key.name.as_str().strip_prefix("customer.")?).cloned();
            let values: Vec<_> = self.layout.keys().iter().map(field).collect();
            self.columns.set(record.id, &values, facts.get(&record.id).map_or(&[], Vec::as_slice))?;
        }
        Ok(())
    }
}

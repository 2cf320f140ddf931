//! Who belongs.

mod follow;
mod lists;
mod live;
mod reasons;
mod snapshot;
mod try_out;

pub(super) use follow::Following;
pub(super) use lists::list_facts;
pub use live::Ticked;
pub use reasons::{SegmentDiff, WhyNot};
pub use snapshot::ColumnsInfo;
pub(super) use snapshot::Snapshot;
pub use try_out::{Trial, TrialAnswer, TrialFact};

use serde::{Deserialize, Serialize};

use super::Crm;
use super::catalogue::catalogue;
use super::profiles::profiles;
use crate::base::{
    AsOf, Currency, CustomerId, Env, Error, Id, Name, ProgrammeId, Result, SegmentId, Timestamp, Value, Zone,
    every_now_and_then,
};
use crate::change::{Change, ChangeSet};
use crate::fact::Fact;
use crate::record::Record;
use crate::segment::{
    CONTENT, Catalogue, DEFINITION, Definitions, Diagnostic, EVENT, Expr, Layout, NAME, Program, SEGMENT,
    SEGMENT_VERSION, check, parse,
};
use crate::store::{FactQuery, Scan};

/// The handle on segments. See [`crate::segment`].
#[derive(Clone, Debug)]
pub struct Segments {
    crm: Crm,
}

/// A named segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The id, which follows from the name.
    pub id: SegmentId,
    /// The name.
    pub name: Name,
    /// The definition, as text.
    pub text: String,
    /// A fingerprint of what the definition means: it changes when the meaning may have.
    pub version: Name,
}

/// A definition that a segment has, or had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentVersion {
    /// The definition, as text.
    pub text: String,
    /// The fingerprint of its meaning.
    pub version: Name,
    /// Since when.
    pub from: Timestamp,
}

/// From where segments are looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentView {
    /// The instant, and what is known.
    pub as_of: AsOf,
    /// The zone whose days and months are meant where none is named.
    #[serde(default)]
    pub zone: Zone,
    /// The currency of purchases and values; without one, fields of purchases, scores and values are missing.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// The programme that fields of loyalty speak of; without one, they are missing.
    #[serde(default)]
    pub programme: Option<ProgrammeId>,
}

impl SegmentView {
    /// At an instant, with what is known then, in UTC, without a currency or a programme.
    pub const fn at(now: Timestamp) -> Self {
        Self { as_of: AsOf::at(now), zone: Zone::UTC, currency: None, programme: None }
    }
}

/// A segment and those who belong to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// The segment.
    pub segment: Segment,
    /// Its members, in the order of their ids.
    pub members: Vec<CustomerId>,
}

impl Segments {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    /// The id of the segment of a name.
    pub fn id_of(name: &Name) -> SegmentId {
        SegmentId::new(Id::derived("crm-core/segment", name.as_str()))
    }

    /// Everything that a segment can speak of.
    pub fn catalogue(&self) -> Result<Catalogue> {
        let events = Crm::every(|cursor| self.crm.store().scan(&Scan::all(EVENT).after(cursor)))?;
        let names = events.iter().map(|event| Name::new(event.fields.require(&NAME, Value::as_text)?));
        catalogue(&self.crm.registry(), &names.collect::<Result<Vec<_>>>()?)
    }

    /// What is wrong with a definition, and what may be: errors and warnings, each with its place.
    pub fn check(&self, text: &str) -> Result<Vec<Diagnostic>> {
        match parse(text) {
            Ok(expr) => Ok(check(&expr, &self.catalogue()?, &definitions(&self.list()?)?)),
            Err(diagnostic) => Ok(vec![diagnostic]),
        }
    }

    /// Defines a segment, or gives it another definition. One that has not changed is left as it is.
    ///
    /// # Errors
    /// [`Error::Segment`] with the first thing that is wrong with the definition.
    pub fn define(&self, name: &Name, text: &str) -> Result<Segment> {
        let expr = parse(text).map_err(Error::from)?;
        let mut definitions = definitions(&self.list()?)?;
        definitions.set(name.clone(), expr.clone());
        Program::compile(&expr, &self.catalogue()?, &definitions, &mut Layout::new()).map_err(first)?;
        let segment =
            Segment { id: Self::id_of(name), name: name.clone(), text: text.to_owned(), version: expr.version() };
        self.crm.write(|env, _| {
            let known = self.crm.store().load(&SEGMENT, &[segment.id.into()])?.pop().flatten();
            let mut changes = ChangeSet::new(env.now);
            let next = segment.to_record(known.as_ref());
            if known.as_ref().is_none_or(|known| known.fields != next.fields) {
                changes.append(segment.to_fact(env));
                changes.put(next);
            }
            Ok(((), changes))
        })?;
        Ok(segment)
    }

    /// Makes names of interactions known to the language, so that segments can count them. A name that is known already
    /// is left as it is. What interactions of every name can have is declared by
    /// [`Interactions::declare_properties`](super::Interactions::declare_properties).
    pub fn declare_events(&self, names: &[Name]) -> Result<()> {
        let ids: Vec<Id> = names.iter().map(event_id).collect();
        self.crm.write(|env, _| {
            let known = self.crm.store().load(&EVENT, &ids)?;
            let mut changes = ChangeSet::new(env.now);
            for ((name, id), known) in names.iter().zip(&ids).zip(known) {
                let repeated = changes.changes.iter().any(|change| matches!(change, Change::Put(put) if put.id == *id));
                if known.is_none() && !repeated {
                    let mut record = Record::new(EVENT, *id);
                    record.fields.set(NAME, name);
                    changes.put(record);
                }
            }
            Ok(((), changes))
        })?;
        Ok(())
    }

    /// All segments, by name.
    pub fn list(&self) -> Result<Vec<Segment>> {
        let records = Crm::every(|cursor| self.crm.store().scan(&Scan::all(SEGMENT).after(cursor)))?;
        let mut segments = records.iter().map(Segment::from_record).collect::<Result<Vec<_>>>()?;
        segments.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(segments)
    }

    /// A segment.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn get(&self, name: &Name) -> Result<Segment> {
        let id = Self::id_of(name);
        let record = self.crm.store().load(&SEGMENT, &[id.into()])?.pop().flatten();
        Segment::from_record(&record.ok_or_else(|| Error::not_found("segment", id))?)
    }

    /// Every definition that a segment has had, the oldest first. To see who belonged by an earlier one, ask for those
    /// [matching](Self::matching) its text, as of then.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn versions(&self, name: &Name) -> Result<Vec<SegmentVersion>> {
        let query = FactQuery::about(SEGMENT_VERSION, self.get(name)?.id);
        let facts = Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))?;
        facts.iter().map(SegmentVersion::from_fact).collect()
    }

    /// The members of a segment, in the order of their ids. Customers who are put away belong to none.
    pub fn members(&self, name: &Name, view: &SegmentView) -> Result<Vec<CustomerId>> {
        let mut found = self.evaluate(&[self.get(name)?], view)?;
        Ok(found.pop().map(|one| one.members).unwrap_or_default())
    }

    /// The customers for whom an expression is true.
    pub fn matching(&self, text: &str, view: &SegmentView) -> Result<Vec<CustomerId>> {
        let mut found = self.evaluate(&[Segment::unnamed(text)], view)?;
        Ok(found.pop().map(|one| one.members).unwrap_or_default())
    }

    /// The members of many segments, in one pass over the customers.
    pub fn evaluate(&self, segments: &[Segment], view: &SegmentView) -> Result<Vec<Membership>> {
        let members = match self.in_columns(segments, view)? {
            Some(members) => members,
            None => self.one_by_one(segments, view)?,
        };
        let membership = |(segment, members): (&Segment, Vec<_>)| Membership { segment: segment.clone(), members };
        Ok(segments.iter().zip(members).map(membership).collect())
    }

    fn one_by_one(&self, segments: &[Segment], view: &SegmentView) -> Result<Vec<Vec<CustomerId>>> {
        let (programs, layout) = self.compile(segments)?;
        let refs: Vec<&Program> = programs.iter().collect();
        let customers = profiles(&self.crm, view, &layout, &refs, None)?;
        let evaluators: Vec<_> = programs.iter().map(|program| program.at(view.as_of.valid, &view.zone)).collect();
        let mut members = vec![Vec::new(); segments.len()];
        for (at, customer) in customers.iter().enumerate() {
            every_now_and_then(at, customers.len())?;
            let row = customer.row()?;
            for (evaluator, members) in evaluators.iter().zip(&mut members) {
                if evaluator.is_member(&row) {
                    members.push(customer.id);
                }
            }
        }
        Ok(members)
    }

    fn compile(&self, segments: &[Segment]) -> Result<(Vec<Program>, Layout)> {
        let mut layout = Layout::new();
        let programs = self.compile_into(segments, &mut layout)?;
        Ok((programs, layout))
    }

    fn compile_into(&self, segments: &[Segment], layout: &mut Layout) -> Result<Vec<Program>> {
        let catalogue = self.catalogue()?;
        let definitions = definitions(&self.list()?)?;
        let compile = |segment: &Segment| {
            let expr: Expr = parse(&segment.text).map_err(Error::from)?;
            Program::compile(&expr, &catalogue, &definitions, layout).map_err(first)
        };
        segments.iter().map(compile).collect()
    }
}

fn definitions(segments: &[Segment]) -> Result<Definitions> {
    let mut definitions = Definitions::new();
    for segment in segments {
        definitions.set(segment.name.clone(), parse(&segment.text).map_err(Error::from)?);
    }
    Ok(definitions)
}

/// The first error among findings.
fn first(findings: Vec<Diagnostic>) -> Error {
    let error = findings.into_iter().find(|one| one.severity() == crate::segment::Severity::Error);
    error.map_or_else(|| Error::invalid("segment", "cannot be compiled"), Error::from)
}

/// The id of the record that makes an event's name known.
fn event_id(name: &Name) -> Id {
    Id::derived("crm-core/event", name.as_str())
}

impl SegmentVersion {
    fn from_fact(fact: &Fact) -> Result<Self> {
        let text = |name: &Name| fact.fields.require(name, Value::as_text);
        Ok(Self { text: text(&DEFINITION)?.to_owned(), version: Name::new(text(&CONTENT)?)?, from: fact.at })
    }
}

impl Segment {
    /// An expression in the place of a segment.
    fn unnamed(text: &str) -> Self {
        let name = Name::from_static("expression");
        Self { id: Segments::id_of(&name), name, text: text.to_owned(), version: Name::from_static("none") }
    }

    fn to_record(&self, known: Option<&Record>) -> Record {
        let mut record = known.map_or_else(|| Record::new(SEGMENT, self.id.into()), Record::next);
        record.fields.set(NAME, &self.name);
        record.fields.set(DEFINITION, self.text.as_str());
        record.fields.set(CONTENT, &self.version);
        record
    }

    /// That the segment has this definition from now on.
    fn to_fact(&self, env: &Env<'_>) -> Fact {
        let mut fact = Fact::new(SEGMENT_VERSION, env.id(), self.id.into(), env.now, Name::from_static("defined"));
        fact.fields.set(DEFINITION, self.text.as_str());
        fact.fields.set(CONTENT, &self.version);
        fact
    }

    fn from_record(record: &Record) -> Result<Self> {
        let text = |name: &Name| record.fields.require(name, Value::as_text);
        Ok(Self {
            id: SegmentId::new(record.id),
            name: Name::new(text(&NAME)?)?,
            text: text(&DEFINITION)?.to_owned(),
            version: Name::new(text(&CONTENT)?)?,
        })
    }
}

//! Who belongs.

use serde::{Deserialize, Serialize};

use super::Crm;
use super::catalogue::catalogue;
use super::profiles::profiles;
use crate::base::{
    AsOf, Currency, CustomerId, Error, Id, Name, ProgrammeId, Result, SegmentId, Timestamp, Value, Zone,
};
use crate::change::ChangeSet;
use crate::record::Record;
use crate::segment::{
    Catalogue, DEFINITION, Definitions, Diagnostic, Explanation, Expr, Layout, Program, SEGMENT, check, parse,
};
use crate::store::Scan;

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
        catalogue(&self.crm.registry())
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
                changes.put(next);
            }
            Ok(((), changes))
        })?;
        Ok(segment)
    }

    /// All segments, by name.
    pub fn list(&self) -> Result<Vec<Segment>> {
        let records = Crm::every(|cursor| self.crm.store().scan(&Scan::all(SEGMENT).after(cursor)))?;
        let mut segments = records.iter().map(Segment::from_record).collect::<Result<Vec<_>>>()?;
        segments.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(segments)
    }

    fn get(&self, name: &Name) -> Result<Segment> {
        let id = Self::id_of(name);
        let record = self.crm.store().load(&SEGMENT, &[id.into()])?.pop().flatten();
        Segment::from_record(&record.ok_or_else(|| Error::not_found("segment", id))?)
    }

    /// The members of a segment, in the order of their ids. Customers who are put away belong to none.
    pub fn members(&self, name: &Name, view: &SegmentView) -> Result<Vec<CustomerId>> {
        let mut found = self.evaluate(&[self.get(name)?], view)?;
        Ok(found.pop().map(|one| one.members).unwrap_or_default())
    }

    /// The customers for whom an expression is true.
    pub fn matching(&self, text: &str, view: &SegmentView) -> Result<Vec<CustomerId>> {
        let name = Name::from_static("expression");
        let (id, version) = (Self::id_of(&name), Name::from_static("none"));
        let mut found = self.evaluate(&[Segment { id, name, text: text.to_owned(), version }], view)?;
        Ok(found.pop().map(|one| one.members).unwrap_or_default())
    }

    /// The members of many segments, in one pass over the customers.
    pub fn evaluate(&self, segments: &[Segment], view: &SegmentView) -> Result<Vec<Membership>> {
        let (programs, layout) = self.compile(segments)?;
        let refs: Vec<&Program> = programs.iter().collect();
        let customers = profiles(&self.crm, view, &layout, &refs, None)?;
        let evaluators: Vec<_> = programs.iter().map(|program| program.at(view.as_of.valid, &view.zone)).collect();
        let mut members = vec![Vec::new(); segments.len()];
        for customer in &customers {
            let row = customer.row()?;
            for (evaluator, members) in evaluators.iter().zip(&mut members) {
                if evaluator.is_member(&row) {
                    members.push(customer.id);
                }
            }
        }
        let membership = |(segment, members): (&Segment, Vec<_>)| Membership { segment: segment.clone(), members };
        Ok(segments.iter().zip(members).map(membership).collect())
    }

    /// Why a customer is in a segment, or not.
    pub fn explain(&self, name: &Name, customer: CustomerId, view: &SegmentView) -> Result<Explanation> {
        let mut all = self.explain_all(&[self.get(name)?], customer, view)?;
        all.pop().ok_or_else(|| Error::invalid("segment", "nothing was explained"))
    }

    /// Why a customer is in each of many segments, or not.
    pub fn explain_all(
        &self,
        segments: &[Segment],
        customer: CustomerId,
        view: &SegmentView,
    ) -> Result<Vec<Explanation>> {
        let (programs, layout) = self.compile(segments)?;
        let refs: Vec<&Program> = programs.iter().collect();
        let customers = profiles(&self.crm, view, &layout, &refs, Some(customer))?;
        let customer = customers.first().ok_or_else(|| Error::not_found("customer", customer))?;
        let row = customer.row()?;
        Ok(programs.iter().map(|program| program.at(view.as_of.valid, &view.zone).explain(&row)).collect())
    }

    fn compile(&self, segments: &[Segment]) -> Result<(Vec<Program>, Layout)> {
        let catalogue = self.catalogue()?;
        let definitions = definitions(&self.list()?)?;
        let mut layout = Layout::new();
        let mut compile = |segment: &Segment| {
            let expr: Expr = parse(&segment.text).map_err(Error::from)?;
            Program::compile(&expr, &catalogue, &definitions, &mut layout).map_err(first)
        };
        let programs = segments.iter().map(&mut compile).collect::<Result<_>>()?;
        Ok((programs, layout))
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

impl Segment {
    fn to_record(&self, known: Option<&Record>) -> Record {
        let mut record = known.map_or_else(|| Record::new(SEGMENT, self.id.into()), Record::next);
        record.fields.set(Name::from_static("name"), &self.name);
        record.fields.set(DEFINITION, self.text.as_str());
        record.fields.set(Name::from_static("content"), &self.version);
        record
    }

    fn from_record(record: &Record) -> Result<Self> {
        let text = |name: &Name| record.fields.require(name, Value::as_text);
        Ok(Self {
            id: SegmentId::new(record.id),
            name: Name::new(text(&Name::from_static("name"))?)?,
            text: text(&DEFINITION)?.to_owned(),
            version: Name::new(text(&Name::from_static("content"))?)?,
        })
    }
}

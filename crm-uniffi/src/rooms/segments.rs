//! The handle on segments.

use crm_core::base::{CustomerId, Name, SegmentId};
use crm_core::crm::{Membership, Segment, SegmentView, Segments};
use crm_core::segment::{Diagnostic, Event, Explanation, Field};

use serde::{Serialize, Serializer};

use crate::{CrmError, guard};

/// The handle on who belongs.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingSegments(pub(crate) Segments);

/// Everything that a segment can speak of.
#[derive(Clone, Debug, PartialEq, Serialize, uniffi::Record)]
pub struct Catalogue {
    /// The fields, by name.
    #[serde(serialize_with = "fields_by_name")]
    pub fields: Vec<Field>,
    /// The events, by name.
    #[serde(serialize_with = "events_by_name")]
    pub events: Vec<Event>,
}

fn fields_by_name<S: Serializer>(fields: &[Field], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(fields.iter().map(|field| (&field.name, field)))
}

fn events_by_name<S: Serializer>(events: &[Event], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(events.iter().map(|event| (&event.name, event)))
}

impl From<crm_core::segment::Catalogue> for Catalogue {
    fn from(catalogue: crm_core::segment::Catalogue) -> Self {
        Self { fields: catalogue.fields().cloned().collect(), events: catalogue.events().cloned().collect() }
    }
}

/// The id of the segment of a name.
#[uniffi::export]
pub fn segment_id_of(name: Name) -> Result<SegmentId, CrmError> {
    guard(|| Ok(Segments::id_of(&name)))
}

#[uniffi::export]
impl BlockingSegments {
    /// Everything that a segment can speak of.
    pub fn catalogue(&self) -> Result<Catalogue, CrmError> {
        guard(|| self.0.catalogue().map(Catalogue::from))
    }

    /// What is wrong with a definition, and what may be: errors and warnings, each with its place.
    pub fn check(&self, text: String) -> Result<Vec<Diagnostic>, CrmError> {
        guard(|| self.0.check(&text))
    }

    /// Defines a segment, or gives it another definition. One that has not changed is left as it is.
    pub fn define(&self, name: Name, text: String) -> Result<Segment, CrmError> {
        guard(|| self.0.define(&name, &text))
    }

    /// All segments, by name.
    pub fn list(&self) -> Result<Vec<Segment>, CrmError> {
        guard(|| self.0.list())
    }

    /// The members of a segment, in the order of their ids. Customers who are put away belong to none.
    pub fn members(&self, name: Name, view: SegmentView) -> Result<Vec<CustomerId>, CrmError> {
        guard(|| self.0.members(&name, &view))
    }

    /// The customers for whom an expression is true.
    pub fn matching(&self, text: String, view: SegmentView) -> Result<Vec<CustomerId>, CrmError> {
        guard(|| self.0.matching(&text, &view))
    }

    /// The members of many segments, in one pass over the customers.
    pub fn evaluate(&self, segments: Vec<Segment>, view: SegmentView) -> Result<Vec<Membership>, CrmError> {
        guard(|| self.0.evaluate(&segments, &view))
    }

    /// Why a customer is in a segment, or not.
    pub fn explain(&self, name: Name, customer: CustomerId, view: SegmentView) -> Result<Explanation, CrmError> {
        guard(|| self.0.explain(&name, customer, &view))
    }

    /// Why a customer is in each of many segments, or not.
    pub fn explain_all(
        &self,
        segments: Vec<Segment>,
        customer: CustomerId,
        view: SegmentView,
    ) -> Result<Vec<Explanation>, CrmError> {
        guard(|| self.0.explain_all(&segments, customer, &view))
    }
}

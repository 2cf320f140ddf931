//! What this room stores, declared.

use crate::base::DataClass::{Behaviour, NonPersonal, Pseudonym};
use crate::base::Provenance::{Observed, Provided};
use crate::base::ValueType::{Id, Int, Text, Time};
use crate::base::{Declaration, FieldDecl, Kind, Name, Stream, Target};

/// The kind of the records of [campaigns](super::Campaign).
pub const CAMPAIGN: Kind = Kind::from_static("campaign");
/// The stream of what campaigns did to customers and what came of it; the subject is a customer.
pub const CAMPAIGN_STEP: Stream = Stream::from_static("campaign_step");

pub(super) const NAME: Name = Name::from_static("name");
pub(super) const PURPOSE: Name = Name::from_static("purpose");
pub(super) const CHANNEL: Name = Name::from_static("channel");
pub(super) const SEGMENT: Name = Name::from_static("segment");
pub(super) const STARTS_AT: Name = Name::from_static("starts_at");
pub(super) const ENDS_AT: Name = Name::from_static("ends_at");
pub(super) const HOLDOUT: Name = Name::from_static("holdout");
pub(super) const SALT: Name = Name::from_static("salt");

pub(super) const OF_CAMPAIGN: Name = Name::from_static("campaign");
pub(super) const CONTACT_POINT: Name = Name::from_static("contact_point");
pub(super) const PROOF: Name = Name::from_static("proof");

const PLAN: &[&str] = &["marketing"];
const MEASURE: &[&str] = &["marketing", "analytics", "accountability"];

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    let campaign = vec![
        FieldDecl::new("name", Text, NonPersonal, Provided, PLAN).doc("the name by which it is known"),
        FieldDecl::new("purpose", Text, NonPersonal, Provided, PLAN).doc("the purpose for which people are contacted"),
        FieldDecl::new("channel", Text, NonPersonal, Provided, PLAN).doc("the channel on which they are contacted"),
        FieldDecl::new("segment", Id, NonPersonal, Provided, PLAN).doc("the segment of those whom it is meant for"),
        FieldDecl::new("starts_at", Time, NonPersonal, Provided, PLAN).doc("from when on messages are sent"),
        FieldDecl::new("ends_at", Time, NonPersonal, Provided, PLAN).doc("from when on none are sent any more"),
        FieldDecl::new("holdout", Int, NonPersonal, Provided, PLAN)
            .unit("basis points")
            .doc("the share of people who are left out on purpose, to be compared with"),
        FieldDecl::new("salt", Text, NonPersonal, Provided, PLAN).doc("what the drawing of the holdout depends on"),
    ];
    let step = vec![
        FieldDecl::new("campaign", Id, NonPersonal, Observed, MEASURE).doc("the campaign"),
        FieldDecl::new("contact_point", Id, Pseudonym, Observed, MEASURE).doc("where the person was contacted"),
        FieldDecl::new("channel", Text, Behaviour, Observed, MEASURE).doc("the channel on which it happened"),
        FieldDecl::new("proof", Id, Pseudonym, Observed, MEASURE).doc("the fact that allowed the contact"),
    ];
    vec![
        Declaration { target: Target::Kind(CAMPAIGN), fields: campaign },
        Declaration { target: Target::Stream(CAMPAIGN_STEP), fields: step },
    ]
}

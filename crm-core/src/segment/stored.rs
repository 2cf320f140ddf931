//! What this room stores, declared.

use crate::base::DataClass::{Behaviour, Inferred as Derived, NonPersonal, Pseudonym};
use crate::base::Provenance::{Inferred, Observed, Provided};
use crate::base::ValueType::{Id, Int, Text, Texts, Time};
use crate::base::{Declaration, FieldDecl, Kind, Name, Stream, Target};

/// Records of segments.
pub const SEGMENT: Kind = Kind::from_static("segment");
/// The field that holds a segment's definition, as text.
pub const DEFINITION: Name = Name::from_static("definition");

/// The field that holds a name.
pub const NAME: Name = Name::from_static("name");
/// The field that holds the fingerprint of a definition's meaning.
pub const CONTENT: Name = Name::from_static("content");
/// Facts about segments: the definitions that they have had.
pub const SEGMENT_VERSION: Stream = Stream::from_static("segment_version");
/// Records of names of interactions that segments can speak of.
pub const EVENT: Kind = Kind::from_static("event");
/// Facts about customers: that they were put on a static list, or taken off it.
pub const LISTED: Stream = Stream::from_static("listed");
/// The field that names a static list.
pub const LIST: Name = Name::from_static("list");
/// Facts about customers: the live segments that they entered and left.
pub const MEMBERSHIP: Stream = Stream::from_static("membership");
/// Records of customers: the live segments that they are in.
pub const MEMBERSHIPS: Kind = Kind::from_static("memberships");
/// The record of the live segments.
pub const LIVE_SEGMENTS: Kind = Kind::from_static("live_segments");

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    let definition = || {
        FieldDecl::new("definition", Text, NonPersonal, Provided, KNOW).doc("the definition, in the segment language")
    };
    let content = || {
        FieldDecl::new("content", Text, NonPersonal, Provided, KNOW).doc("a fingerprint of the definition's meaning")
    };
    let name = |doc| FieldDecl::new("name", Text, NonPersonal, Provided, KNOW).doc(doc);
    vec![
        Declaration {
            target: Target::Kind(SEGMENT),
            fields: vec![name("the segment's name"), definition(), content()],
        },
        Declaration { target: Target::Stream(SEGMENT_VERSION), fields: vec![definition(), content()] },
        Declaration { target: Target::Kind(EVENT), fields: vec![name("the name of interactions of a sort")] },
        Declaration {
            target: Target::Stream(LISTED),
            fields: vec![FieldDecl::new("list", Text, Behaviour, Provided, KNOW).doc("the list")],
        },
        Declaration { target: Target::Stream(MEMBERSHIP), fields: membership() },
        Declaration {
            target: Target::Kind(MEMBERSHIPS),
            fields: vec![
                FieldDecl::new("segments", Texts, Derived, Inferred, KNOW).doc("the live segments that they are in"),
                FieldDecl::new("due", Time, Derived, Inferred, KNOW).doc("when an answer may be another one"),
            ],
        },
        Declaration { target: Target::Kind(LIVE_SEGMENTS), fields: live_segments() },
    ]
}

const KNOW: &[&str] = &["marketing", "analytics"];

fn membership() -> Vec<FieldDecl> {
    vec![
        FieldDecl::new("segment", Text, Derived, Inferred, KNOW).doc("the segment that was entered or left"),
        FieldDecl::new("content", Text, NonPersonal, Provided, KNOW).doc("the fingerprint of its definition"),
        FieldDecl::new("cause", Text, Derived, Inferred, KNOW).doc("why: fact, record, time or definition"),
        FieldDecl::new("cause_id", Id, Pseudonym, Observed, KNOW).doc("the fact or record that was written"),
    ]
}

fn live_segments() -> Vec<FieldDecl> {
    let setting = |name, value_type, doc| FieldDecl::new(name, value_type, NonPersonal, Provided, KNOW).doc(doc);
    vec![
        setting("segments", Texts, "the names of the live segments"),
        setting("zone", Text, "the zone whose days are meant"),
        setting("currency", Text, "the currency of purchases"),
        setting("programme", Id, "the programme that fields of loyalty speak of"),
        setting("seq", Int, "the last commit that was looked at"),
        setting("ticked", Time, "the instant up to which everything due was looked at"),
    ]
}

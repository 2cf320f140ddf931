//! What this room stores, declared.

use crate::base::DataClass::NonPersonal;
use crate::base::Provenance::Provided;
use crate::base::ValueType::Text;
use crate::base::{Declaration, FieldDecl, Kind, Name, Target};

/// Records of segments.
pub const SEGMENT: Kind = Kind::from_static("segment");
/// The field that holds a segment's definition, as text.
pub const DEFINITION: Name = Name::from_static("definition");

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    const KNOW: &[&str] = &["marketing", "analytics"];
    let segment = vec![
        FieldDecl::new("name", Text, NonPersonal, Provided, KNOW).doc("the segment's name"),
        FieldDecl::new("definition", Text, NonPersonal, Provided, KNOW).doc("the definition, in the segment language"),
        FieldDecl::new("content", Text, NonPersonal, Provided, KNOW).doc("a fingerprint of the definition's meaning"),
    ];
    vec![Declaration { target: Target::Kind(SEGMENT), fields: segment }]
}

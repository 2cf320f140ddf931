//! What this room stores, declared.

use crate::base::DataClass::NonPersonal;
use crate::base::Provenance::Provided;
use crate::base::ValueType::Text;
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

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    const KNOW: &[&str] = &["marketing", "analytics"];
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
    ]
}

//! What this room stores, declared.

use crate::base::DataClass::{Behaviour, Contact, FreeText, Identifier, NonPersonal, Pseudonym};
use crate::base::Provenance::{Observed, Provided};
use crate::base::ValueType::{Bool, Date, Id, Text, Texts, Time};
use crate::base::{Declaration, FieldDecl, Kind, Missing, Name, Result, Stream, Target};
use crate::record::Key;

/// Records of customers.
pub const CUSTOMER: Kind = Kind::from_static("customer");
/// Records of contact points.
pub const CONTACT_POINT: Kind = Kind::from_static("contact_point");
/// Records of relationships between customers.
pub const RELATIONSHIP: Kind = Kind::from_static("relationship");
/// Facts by which attributes were learned.
pub const ATTRIBUTE: Stream = Stream::from_static("attribute");

pub(super) const TYPE: Name = Name::from_static("type");
pub(super) const NAME: Name = Name::from_static("name");
pub(super) const GIVEN_NAME: Name = Name::from_static("given_name");
pub(super) const FAMILY_NAME: Name = Name::from_static("family_name");
pub(super) const BIRTH_DATE: Name = Name::from_static("birth_date");
pub(super) const COUNTRY: Name = Name::from_static("country");
pub(super) const LOCALE: Name = Name::from_static("locale");
pub(super) const ZONE: Name = Name::from_static("zone");
pub(super) const TAGS: Name = Name::from_static("tags");
pub(super) const CREATED_AT: Name = Name::from_static("created_at");
pub(super) const ARCHIVED_AT: Name = Name::from_static("archived_at");

pub(super) const CONTACT_KIND: Name = Name::from_static("kind");
pub(super) const VALUE: Name = Name::from_static("value");
pub(super) const LABEL: Name = Name::from_static("label");
pub(super) const PRIMARY: Name = Name::from_static("primary");
pub(super) const VERIFIED_AT: Name = Name::from_static("verified_at");
pub(super) const BOUNCED_AT: Name = Name::from_static("bounced_at");
pub(super) const VALID_FROM: Name = Name::from_static("valid_from");
pub(super) const VALID_TO: Name = Name::from_static("valid_to");

/// Who told us of an attribute.
pub(super) const SOURCE: Name = Name::from_static("told_by");

pub(super) const OTHER: Name = Name::from_static("other");
pub(super) const ROLE: Name = Name::from_static("role");

/// The fields of a customer's record that are not attributes of the host's own.
pub(super) const BUILT_IN: [Name; 11] =
    [TYPE, NAME, GIVEN_NAME, FAMILY_NAME, BIRTH_DATE, COUNTRY, LOCALE, ZONE, TAGS, CREATED_AT, ARCHIVED_AT];

const SERVE: &[&str] = &["service"];
const REACH: &[&str] = &["service", "marketing"];
const KNOW: &[&str] = &["service", "marketing", "analytics"];

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    let customer = vec![
        FieldDecl::new("type", Text, NonPersonal, Provided, KNOW).doc("person, organisation or household"),
        FieldDecl::new("name", Text, Identifier, Provided, REACH).doc("the whole name, as it is written on a letter"),
        FieldDecl::new("given_name", Text, Identifier, Provided, REACH).doc("the name to greet a person by"),
        FieldDecl::new("family_name", Text, Identifier, Provided, REACH).doc("the name of the family"),
        FieldDecl::new("birth_date", Date, Identifier, Provided, KNOW).doc("the day of birth"),
        FieldDecl::new("country", Text, Behaviour, Provided, KNOW).doc("country of residence, ISO 3166-1 alpha-2"),
        FieldDecl::new("locale", Text, Behaviour, Provided, KNOW).doc("preferred language, BCP 47"),
        FieldDecl::new("zone", Text, Behaviour, Observed, KNOW).doc("time zone, IANA name"),
        FieldDecl::new("tags", Texts, Behaviour, Observed, KNOW).missing(Missing::Empty).doc("words put by hand"),
        FieldDecl::new("created_at", Time, Behaviour, Observed, KNOW).doc("when the customer was first entered"),
        FieldDecl::new("archived_at", Time, Behaviour, Observed, KNOW).doc("when the customer was put away"),
    ];
    let contact_point = vec![
        FieldDecl::new("kind", Text, NonPersonal, Provided, REACH).doc("email, phone, post, push or social"),
        FieldDecl::new("value", Text, Contact, Provided, REACH).doc("the address, normalised"),
        FieldDecl::new("label", Text, FreeText, Provided, SERVE).doc("home, work, or whatever the person calls it"),
        FieldDecl::new("primary", Bool, Behaviour, Provided, REACH).missing(Missing::False).doc("the one to use first"),
        FieldDecl::new("verified_at", Time, Behaviour, Observed, REACH).doc("when it was shown to be the person's"),
        FieldDecl::new("bounced_at", Time, Behaviour, Observed, REACH).doc("when it was last found not to work"),
        FieldDecl::new("valid_from", Time, Behaviour, Provided, REACH).doc("from when on it may be used"),
        FieldDecl::new("valid_to", Time, Behaviour, Provided, REACH).doc("from when on it may no longer be used"),
    ];
    let relationship = vec![
        FieldDecl::new("other", Id, Pseudonym, Provided, SERVE).doc("the customer at the other end"),
        FieldDecl::new("role", Text, Behaviour, Provided, SERVE).doc("what the first is to the other"),
        FieldDecl::new("valid_from", Time, Behaviour, Provided, SERVE).doc("since when"),
        FieldDecl::new("valid_to", Time, Behaviour, Provided, SERVE).doc("until when, exclusive"),
    ];
    let attribute =
        vec![FieldDecl::new("told_by", Text, NonPersonal, Observed, SERVE).doc("who told us of the attribute")];
    vec![
        Declaration { target: Target::Kind(CUSTOMER), fields: customer },
        Declaration { target: Target::Kind(CONTACT_POINT), fields: contact_point },
        Declaration { target: Target::Kind(RELATIONSHIP), fields: relationship },
        Declaration { target: Target::Stream(ATTRIBUTE), fields: attribute },
    ]
}

/// The unique key under which a customer is found by what another system calls it.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) when the name space is too long to be prefixed.
pub fn identifier_key(namespace: &Name, value: &str) -> Result<Key> {
    Ok(Key::unique(Name::new(&format!("{IDENTIFIER_PREFIX}{namespace}"))?, value))
}

pub(super) const IDENTIFIER_PREFIX: &str = "id:";

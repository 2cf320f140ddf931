//! What this room stores, declared.

use crate::base::DataClass::{Behaviour, FreeText, NonPersonal, Pseudonym};
use crate::base::Provenance::{Observed, Provided};
use crate::base::ValueType::{Bool, Id, Int, Text, Texts, Time};
use crate::base::{Declaration, FieldDecl, Kind, Name, Stream, Target};

/// The kind of the records of [purposes](super::Purpose).
pub const PURPOSE: Kind = Kind::from_static("purpose");
/// The stream of what people have said about the use of their data; the subject is a customer.
pub const CONSENT: Stream = Stream::from_static("consent");
/// The stream of what bars an address; the subject is an [address token](super::AddressToken), never a customer.
pub const SUPPRESSION: Stream = Stream::from_static("suppression");

pub(super) const KEY: Name = Name::from_static("key");
pub(super) const TITLE: Name = Name::from_static("title");
pub(super) const VERSION: Name = Name::from_static("definition");
pub(super) const CONSENTS_FROM: Name = Name::from_static("consents_from");
pub(super) const BASIS: Name = Name::from_static("basis");
pub(super) const DIRECT_MARKETING: Name = Name::from_static("direct_marketing");
pub(super) const CHANNELS: Name = Name::from_static("channels");
pub(super) const CONFIRMED_ON: Name = Name::from_static("confirmed_on");
pub(super) const VERIFIED_ONLY: Name = Name::from_static("verified_only");

pub(super) const FOR_PURPOSE: Name = Name::from_static("purpose");
pub(super) const PURPOSE_VERSION: Name = Name::from_static("purpose_version");
pub(super) const CHANNEL: Name = Name::from_static("channel");
pub(super) const CONTACT_POINT: Name = Name::from_static("contact_point");
pub(super) const NOTICE: Name = Name::from_static("notice");
pub(super) const ORIGIN: Name = Name::from_static("origin");
pub(super) const METHOD: Name = Name::from_static("method");
pub(super) const EVIDENCE: Name = Name::from_static("evidence");
pub(super) const EXPIRES_AT: Name = Name::from_static("expires_at");

pub(super) const REASON: Name = Name::from_static("reason");

/// What the fields of this room are for: to know, and to prove, what is allowed.
const PROVE: &[&str] = &["accountability"];

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    let purpose = vec![
        FieldDecl::new("key", Text, NonPersonal, Provided, PROVE).doc("the name by which it is referred to"),
        FieldDecl::new("title", Text, NonPersonal, Provided, PROVE).doc("what people read"),
        FieldDecl::new("definition", Int, NonPersonal, Provided, PROVE).doc("the version of the definition, from 1"),
        FieldDecl::new("consents_from", Int, NonPersonal, Provided, PROVE).doc("the oldest one whose consents count"),
        FieldDecl::new("basis", Text, NonPersonal, Provided, PROVE).doc("the lawful basis"),
        FieldDecl::new("direct_marketing", Bool, NonPersonal, Provided, PROVE).doc("whether it is direct marketing"),
        FieldDecl::new("channels", Texts, NonPersonal, Provided, PROVE).doc("the channels that it uses"),
        FieldDecl::new("confirmed_on", Texts, NonPersonal, Provided, PROVE).doc("those with double opt-in"),
        FieldDecl::new("verified_only", Bool, NonPersonal, Provided, PROVE).doc("only verified contact points"),
    ];
    let consent = vec![
        FieldDecl::new("purpose", Text, Behaviour, Provided, PROVE).doc("missing: every one that can be declined"),
        FieldDecl::new("purpose_version", Int, Behaviour, Provided, PROVE).doc("the version that was agreed to"),
        FieldDecl::new("channel", Text, Behaviour, Provided, PROVE).doc("missing: every channel"),
        FieldDecl::new("contact_point", Id, Pseudonym, Provided, PROVE).doc("missing: every contact point"),
        FieldDecl::new("notice", Text, Behaviour, Provided, PROVE).doc("the wording that was shown"),
        FieldDecl::new("origin", Text, Behaviour, Observed, PROVE).doc("where it was said: a form, a call, paper"),
        FieldDecl::new("method", Text, Behaviour, Observed, PROVE).doc("how it was said: ticked, signed, replied"),
        FieldDecl::new("evidence", Text, FreeText, Observed, PROVE).doc("what proves it"),
        FieldDecl::new("expires_at", Time, Behaviour, Provided, PROVE)
            .doc("when a consent ends, or until when a request can be confirmed"),
    ];
    let suppression = vec![
        FieldDecl::new("channel", Text, NonPersonal, Observed, PROVE).doc("the barred channel; missing: every one"),
        FieldDecl::new("reason", Text, NonPersonal, Observed, PROVE).doc("why the address is barred"),
    ];
    vec![
        Declaration { target: Target::Kind(PURPOSE), fields: purpose },
        Declaration { target: Target::Stream(CONSENT), fields: consent },
        Declaration { target: Target::Stream(SUPPRESSION), fields: suppression },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Registry;

    #[test]
    fn every_field_can_be_declared() {
        let mut registry = Registry::new();
        for declaration in declarations() {
            registry.declare(&declaration).unwrap();
        }
        for target in [Target::Kind(PURPOSE), Target::Stream(CONSENT), Target::Stream(SUPPRESSION)] {
            assert!(registry.knows(&target));
        }
    }
}

//! What is allowed.

use crm_core::base::*;
use crm_core::fact::SourceRef;
use crm_core::privacy::*;
use std::collections::BTreeSet;

/// On what a purpose rests (GDPR Art. 6(1)).
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum LawfulBasis {
    /// The person has agreed (a).
    Consent,
    /// It is necessary for a contract with the person (b).
    Contract,
    /// The law demands it (c).
    LegalObligation,
    /// Somebody's life depends on it (d).
    VitalInterest,
    /// A public task (e).
    PublicTask,
    /// A legitimate interest that outweighs the person's (f).
    LegitimateInterest,
}

/// Something that personal data may be used for, as a host has defined it.
#[uniffi::remote(Record)]
pub struct Purpose {
    /// The name by which consent, campaigns and fields refer to it (`newsletter`).
    pub key: Name,
    /// What people read.
    pub title: Text,
    /// The version of its definition, from 1. Consent names the version that it was given to.
    pub version: u32,
    /// The oldest version whose consents still count. Raised to `version` when the purpose has changed so much that
    /// people must be asked again (GDPR Art. 6(4), 13(3)).
    pub consents_from: u32,
    /// On what it rests.
    pub basis: LawfulBasis,
    /// Whether it is direct marketing, so that an objection needs no reason (GDPR Art. 21(2)).
    pub direct_marketing: bool,
    /// The channels on which people may be contacted for it. None: it contacts nobody.
    pub channels: BTreeSet<Channel>,
    /// Those of them on which a declaration counts once it was confirmed from the contact point itself (double opt-in).
    pub confirmed_on: BTreeSet<Channel>,
    /// Whether only verified contact points may be used.
    pub verified_only: bool,
}

/// What was said.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum ConsentKind {
    /// Somebody filled in the form; the owner of the contact point has yet to confirm it.
    Requested,
    /// The person agreed.
    Granted,
    /// The owner of the contact point confirmed what was requested or granted there before (double opt-in).
    Confirmed,
    /// The person took an agreement back.
    Withdrawn,
    /// The person was asked and said no.
    Refused,
    /// The agreement ended by a rule of the business.
    Expired,
    /// The person objects (GDPR Art. 21), whatever the lawful basis.
    Objected,
    /// The person no longer objects. It takes a fresh agreement to use what rests on consent.
    ObjectionLifted,
    /// Another system says that the person agreed.
    Imported,
    /// The use of the data is restricted (GDPR Art. 18).
    Restricted,
    /// The restriction is lifted.
    RestrictionLifted,
}

/// What an event is about. A missing part means all: a person may take back everything at once, but can only agree to
/// one thing at a time.
#[uniffi::remote(Record)]
pub struct Scope {
    /// The purpose; missing: every purpose that can be declined, and for a restriction every purpose.
    #[uniffi(default)]
    pub purpose: Option<Name>,
    /// The channel; missing: every channel.
    #[uniffi(default)]
    pub channel: Option<Channel>,
    /// The contact point; missing: every contact point of the person.
    #[uniffi(default)]
    pub contact_point: Option<ContactPointId>,
}

/// One thing that one person said, with its proof. Never edited; a change of mind is another event.
#[uniffi::remote(Record)]
pub struct ConsentEvent {
    /// What was said.
    pub kind: ConsentKind,
    /// By whom, or about whom.
    pub customer: CustomerId,
    /// When it took effect.
    pub at: Timestamp,
    /// About what.
    pub scope: Scope,
    /// The version of the purpose. When an opt-in is recorded without it, the present one.
    #[uniffi(default)]
    pub purpose_version: Option<u32>,
    /// The wording that was shown, with version and language (`newsletter-3/en`). Requests and grants need it.
    #[uniffi(default)]
    pub notice: Option<Name>,
    /// Where it was said (`checkout_form`, `call`, `paper`, `one_click`). Imports need it.
    #[uniffi(default)]
    pub origin: Option<Name>,
    /// How it was said (`ticked`, `signed`, `replied`).
    #[uniffi(default)]
    pub method: Option<Name>,
    /// What proves it: an address of the network, a file, a recording.
    #[uniffi(default)]
    pub evidence: Option<Personal<Text>>,
    /// For a consent, when it ends; for a request, until when it can be confirmed.
    #[uniffi(default)]
    pub expires_at: Option<Timestamp>,
    /// What another system calls the event. A second delivery under the same reference writes nothing.
    #[uniffi(default)]
    pub source: Option<SourceRef>,
}

/// Why somebody may, or may not, be contacted.
///
/// The order is that of the evaluation: the first that applies is the reason, and whatever denies stands before
/// whatever allows.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum ContactReason {
    /// No purpose has this name.
    UnknownPurpose,
    /// The purpose does not use this channel.
    ChannelNotCovered,
    /// The address is barred: it bounced, somebody complained, or its owner was erased.
    Suppressed,
    /// A fact says something that this version of the library does not understand.
    Unreadable,
    /// The use of the person's data is restricted.
    Restricted,
    /// The person objects.
    Objected,
    /// The person took the agreement back.
    Withdrawn,
    /// The person said no.
    Refused,
    /// Nobody has confirmed the agreement from the contact point yet.
    Unconfirmed,
    /// The agreement has ended, or nobody confirmed it in time.
    Expired,
    /// The purpose has changed since the person agreed.
    StaleNotice,
    /// There is no such contact point.
    UnknownContactPoint,
    /// The contact point belongs to somebody else.
    ForeignContactPoint,
    /// The contact point does not serve the channel.
    WrongChannel,
    /// The contact point is not in use yet, or no longer.
    OutOfUse,
    /// What is sent to the contact point comes back.
    Bounced,
    /// The purpose needs a verified contact point, and this one is not.
    Unverified,
    /// Nothing allows it.
    NoBasis,
    /// The person has agreed.
    Consented,
    /// The purpose rests on something else than consent.
    OtherBasis,
}

/// May this person be contacted for this purpose, on this channel, at this contact point?
#[uniffi::remote(Record)]
pub struct ContactQuestion {
    /// The person.
    pub customer: CustomerId,
    /// The purpose.
    pub purpose: Name,
    /// The channel.
    pub channel: Channel,
    /// The contact point.
    pub contact_point: ContactPointId,
}

/// The answer to a `ContactQuestion`.
#[uniffi::remote(Record)]
pub struct ContactDecision {
    /// Whether the person may be contacted.
    pub allowed: bool,
    /// Why, or why not.
    pub reason: ContactReason,
    /// The fact that decided, if one did. For an allowed contact by consent it is the proof.
    #[uniffi(default)]
    pub deciding: Option<Id>,
    /// Since when the reason holds, if it began at an instant.
    #[uniffi(default)]
    pub since: Option<Timestamp>,
    /// When an agreement ends, if it does.
    #[uniffi(default)]
    pub until: Option<Timestamp>,
    /// On what an allowed contact rests.
    #[uniffi(default)]
    pub basis: Option<LawfulBasis>,
    /// The wording that was agreed to.
    #[uniffi(default)]
    pub notice: Option<Name>,
}

/// One question with its answer.
#[uniffi::remote(Record)]
pub struct ContactAnswer {
    /// The question.
    pub question: ContactQuestion,
    /// The answer.
    pub decision: ContactDecision,
}

/// Why an address is barred.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum SuppressionReason {
    /// It does not exist.
    HardBounce,
    /// Its owner reported a message as unwanted.
    Complaint,
    /// Its owner was erased, and is not to be contacted when the address comes in again.
    Erased,
    /// A law or a public register bars it.
    Legal,
    /// Somebody of the business barred it.
    Manual,
}

/// Everything that is stored about one person (GDPR Art. 15(1), (3)).
#[uniffi::remote(Record)]
pub struct AccessPackage {
    /// The person.
    pub customer: CustomerId,
    /// The records and then the facts, each in the order of the kinds and streams; facts also by time.
    pub items: Vec<AccessItem>,
}

/// One record or fact.
#[uniffi::remote(Record)]
pub struct AccessItem {
    /// The kind or stream.
    pub target: Target,
    /// Which one.
    pub id: Id,
    /// What happened, if it is a fact.
    #[uniffi(default)]
    pub name: Option<Name>,
    /// When it happened.
    #[uniffi(default)]
    pub at: Option<Timestamp>,
    /// When it was learned.
    #[uniffi(default)]
    pub recorded: Option<Timestamp>,
    /// The system that told it.
    #[uniffi(default)]
    pub source: Option<Name>,
    /// What that system calls it.
    #[uniffi(default)]
    pub source_id: Option<Text>,
    /// What it holds.
    pub fields: Vec<AccessField>,
}

/// One value with its declaration.
#[uniffi::remote(Record)]
pub struct AccessField {
    /// The field, or the key under which the record is found.
    pub name: Name,
    /// The value.
    pub value: Value,
    /// What sort of data it is. Missing for a field that nobody declared.
    #[uniffi(default)]
    pub class: Option<DataClass>,
    /// Where it comes from. Missing for a field that nobody declared.
    #[uniffi(default)]
    pub origin: Option<Provenance>,
    /// What it may be used for.
    pub purposes: Vec<Name>,
}

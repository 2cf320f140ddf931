//! The question whether somebody may be contacted, and its answer.

use serde::{Deserialize, Serialize};

use super::consent::Scope;
use super::purpose::LawfulBasis;
use crate::base::{Channel, ContactPointId, CustomerId, Id, Name, Timestamp, worded};

/// May this person be contacted for this purpose, on this channel, at this contact point?
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

impl ContactQuestion {
    /// What an event about exactly this says it is about.
    pub fn scope(&self) -> Scope {
        Scope {
            purpose: Some(self.purpose.clone()),
            channel: Some(self.channel),
            contact_point: Some(self.contact_point),
        }
    }
}

worded! {
    /// Why somebody may, or may not, be contacted.
    ///
    /// The order is that of the evaluation: the first that applies is the reason, and whatever denies stands before
    /// whatever allows.
    pub enum ContactReason: "reason" {
        /// No purpose has this name.
        UnknownPurpose = "unknown_purpose",
        /// The purpose does not use this channel.
        ChannelNotCovered = "channel_not_covered",
        /// The address is barred: it bounced, somebody complained, or its owner was erased.
        Suppressed = "suppressed",
        /// A fact says something that this version of the library does not understand.
        Unreadable = "unreadable",
        /// The use of the person's data is restricted.
        Restricted = "restricted",
        /// The person objects.
        Objected = "objected",
        /// The person took the agreement back.
        Withdrawn = "withdrawn",
        /// The person said no.
        Refused = "refused",
        /// Nobody has confirmed the agreement from the contact point yet.
        Unconfirmed = "unconfirmed",
        /// The agreement has ended, or nobody confirmed it in time.
        Expired = "expired",
        /// The purpose has changed since the person agreed.
        StaleNotice = "stale_notice",
        /// There is no such contact point.
        UnknownContactPoint = "unknown_contact_point",
        /// The contact point belongs to somebody else.
        ForeignContactPoint = "foreign_contact_point",
        /// The contact point does not serve the channel.
        WrongChannel = "wrong_channel",
        /// The contact point is not in use yet, or no longer.
        OutOfUse = "out_of_use",
        /// What is sent to the contact point comes back.
        Bounced = "bounced",
        /// The purpose needs a verified contact point, and this one is not.
        Unverified = "unverified",
        /// Nothing allows it.
        NoBasis = "no_basis",
        /// The person has agreed.
        Consented = "consented",
        /// The purpose rests on something else than consent.
        OtherBasis = "other_basis",
    }
}

impl ContactReason {
    /// Whether the person may be contacted.
    pub const fn allows(self) -> bool {
        matches!(self, Self::Consented | Self::OtherBasis)
    }
}

/// The answer to a [`ContactQuestion`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactDecision {
    /// Whether the person may be contacted.
    pub allowed: bool,
    /// Why, or why not.
    pub reason: ContactReason,
    /// The fact that decided, if one did. For an allowed contact by consent it is the proof.
    pub deciding: Option<Id>,
    /// Since when the reason holds, if it began at an instant.
    pub since: Option<Timestamp>,
    /// When an agreement ends, if it does.
    pub until: Option<Timestamp>,
    /// On what an allowed contact rests.
    pub basis: Option<LawfulBasis>,
    /// The wording that was agreed to.
    pub notice: Option<Name>,
}

impl ContactDecision {
    pub(super) const fn new(reason: ContactReason) -> Self {
        Self { allowed: reason.allows(), reason, deciding: None, since: None, until: None, basis: None, notice: None }
    }

    pub(super) const fn by(reason: ContactReason, fact: Id, since: Timestamp) -> Self {
        let mut decision = Self::new(reason);
        decision.deciding = Some(fact);
        decision.since = Some(since);
        decision
    }
}

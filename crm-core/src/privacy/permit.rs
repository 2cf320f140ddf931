//! The permission to contact one person once, as a thing that has to be shown.

use serde::Serialize;

use super::decision::{ContactDecision, ContactQuestion};
use super::evaluate::evaluate;
use super::history::ConsentHistory;
use super::point::{ContactFile, PointStatus};
use super::purpose::{LawfulBasis, Policy};
use crate::base::{AsOf, Channel, ContactPointId, CustomerId, Id, Name, Timestamp};

/// How long a permit lasts: 15 minutes, in microseconds. Whoever sends later asks again.
pub const PERMIT_LASTS_MICROS: i64 = 15 * 60 * 1_000_000;

/// The permission to contact one person once, for one purpose, on one channel, at one contact point.
///
/// Only the evaluator makes one: it has no public constructor, cannot be copied and cannot be read from anywhere. What
/// sends a message asks for a permit and uses it up; so nothing is sent that was not evaluated.
///
/// ```compile_fail,E0308
/// # use crm_core::privacy::ContactPermit;
/// fn copy(permit: &ContactPermit) -> ContactPermit {
///     permit.clone()
/// }
/// ```
/// ```compile_fail,E0277
/// # use crm_core::privacy::ContactPermit;
/// fn read(json: &str) -> Result<ContactPermit, serde_json::Error> {
///     serde_json::from_str(json)
/// }
/// ```
/// ```compile_fail,E0616
/// # use crm_core::{base::Timestamp, privacy::ContactPermit};
/// fn prolong(permit: &mut ContactPermit) {
///     permit.expires_at = Timestamp::MAX;
/// }
/// ```
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ContactPermit {
    question: ContactQuestion,
    basis: LawfulBasis,
    proof: Option<Id>,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl ContactPermit {
    /// Asks for a permit.
    ///
    /// # Errors
    /// The decision that denies it.
    pub fn ask(
        policy: &Policy,
        question: ContactQuestion,
        consents: &ConsentHistory,
        point: Option<&PointStatus>,
        as_of: AsOf,
    ) -> Result<Self, ContactDecision> {
        let decision = evaluate(policy, &question, consents, point, as_of);
        match decision.basis {
            Some(basis) if decision.allowed => {
                let lasts = as_of.valid.saturating_add_micros(PERMIT_LASTS_MICROS);
                let expires_at = decision.until.map_or(lasts, |until| until.min(lasts));
                Ok(Self { question, basis, proof: decision.deciding, issued_at: as_of.valid, expires_at })
            }
            _ => Err(decision),
        }
    }

    /// Who may be contacted.
    pub const fn customer(&self) -> CustomerId {
        self.question.customer
    }

    /// For what.
    pub const fn purpose(&self) -> &Name {
        &self.question.purpose
    }

    /// On which channel.
    pub const fn channel(&self) -> Channel {
        self.question.channel
    }

    /// At which contact point.
    pub const fn contact_point(&self) -> ContactPointId {
        self.question.contact_point
    }

    /// What was asked.
    pub const fn question(&self) -> &ContactQuestion {
        &self.question
    }

    /// On what the permission rests.
    pub const fn basis(&self) -> LawfulBasis {
        self.basis
    }

    /// The fact that proves the consent, if it rests on consent.
    pub const fn proof(&self) -> Option<Id> {
        self.proof
    }

    /// When it was given.
    pub const fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// From when on it is void.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether it can be used at an instant: not before it was given, and not once it is void.
    pub fn is_valid(&self, at: Timestamp) -> bool {
        self.issued_at <= at && at < self.expires_at
    }
}

/// The contact point at which somebody may be contacted, or why there is none.
///
/// Of several that may be used, a preferred one goes before the others, a verified one before an unverified one, and
/// then the one of the smallest id. When none may be used, the reason is that of the one which came furthest. When none
/// serves the channel, it is [`ContactReason::UnknownContactPoint`](super::ContactReason), unless the person may not be
/// contacted anyway.
///
/// # Errors
/// The decision that denies it.
pub fn find_permit(
    policy: &Policy,
    file: &ContactFile,
    purpose: &Name,
    channel: Channel,
    as_of: AsOf,
) -> Result<ContactPermit, ContactDecision> {
    let (customer, consents) = (file.customer, &file.consents);
    let mut serving: Vec<&PointStatus> = file.points.iter().filter(|point| point.channels.contains(&channel)).collect();
    let verified = |point: &PointStatus| point.verified_at.is_some_and(|at| at <= as_of.valid);
    serving.sort_by_key(|point| (!point.preferred, !verified(point), point.id));
    let question = |contact_point| ContactQuestion { customer, purpose: purpose.clone(), channel, contact_point };
    let mut denied: Option<ContactDecision> = None;
    for point in serving {
        match ContactPermit::ask(policy, question(point.id), consents, Some(point), as_of) {
            Ok(permit) => return Ok(permit),
            Err(decision) if denied.as_ref().is_none_or(|last| last.reason < decision.reason) => {
                denied = Some(decision);
            }
            Err(_) => {}
        }
    }
    let nowhere = || evaluate(policy, &question(ContactPointId::new(Id::NIL)), consents, None, as_of);
    Err(denied.unwrap_or_else(nowhere))
}

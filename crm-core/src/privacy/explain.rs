//! What may be done with one person, at a glance; and what segments may ask.

use serde::{Deserialize, Serialize};

use super::decision::{ContactDecision, ContactQuestion};
use super::evaluate::evaluate;
use super::permit::find_permit;
use super::point::ContactFile;
use super::purpose::Policy;
use crate::base::{AsOf, Channel, Name};

/// The segment field of [`has_agreed`](super::has_agreed): `consent(purpose, channel)`, true or false, fed by the
/// stream `consent` and by time.
pub const CONSENT_FIELD: Name = Name::from_static("consent");

/// The segment field of [`is_reachable`]: `reachable(channel, purpose)`, true or false, fed by the streams `consent`
/// and `suppression`, by contact points and by time.
pub const REACHABLE_FIELD: Name = Name::from_static("reachable");

/// Whether somebody may be contacted for a purpose on a channel, at any of their contact points.
pub fn is_reachable(policy: &Policy, file: &ContactFile, purpose: &Name, channel: Channel, as_of: AsOf) -> bool {
    find_permit(policy, file, purpose, channel, as_of).is_ok()
}

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactAnswer {
    /// The question.
    pub question: ContactQuestion,
    /// The answer.
    pub decision: ContactDecision,
}

/// For every purpose, each of its channels, and each contact point of a person that serves it: whether the person may
/// be contacted, and why or why not.
pub fn explain_contact(policy: &Policy, file: &ContactFile, as_of: AsOf) -> Vec<ContactAnswer> {
    let mut answers = Vec::new();
    for purpose in policy.iter() {
        for channel in purpose.channels.iter().copied() {
            for point in file.points.iter().filter(|point| point.channels.contains(&channel)) {
                let purpose = purpose.key.clone();
                let question = ContactQuestion { customer: file.customer, purpose, channel, contact_point: point.id };
                let decision = evaluate(policy, &question, &file.consents, Some(point), as_of);
                answers.push(ContactAnswer { question, decision });
            }
        }
    }
    answers
}

//! What an evaluation has to know of a person: what was said, and the contact points without their addresses.

use serde::{Deserialize, Serialize};

use super::history::ConsentHistory;
use super::suppression::{AddressToken, SuppressionHistory};
use crate::base::{Channel, ContactPointId, CustomerId, Timestamp, Window};

/// The state of a contact point, without its address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointStatus {
    /// Which one.
    pub id: ContactPointId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The channels that it serves.
    pub channels: Vec<Channel>,
    /// Whether its owner wants it to be used before the others.
    pub preferred: bool,
    /// When it is in use.
    pub valid: Window,
    /// When it was shown that its owner can be reached there.
    pub verified_at: Option<Timestamp>,
    /// Since when what is sent there comes back.
    pub bounced_at: Option<Timestamp>,
    /// The address under a pseudonym, if the host keeps a key.
    pub address: Option<AddressToken>,
    /// What is known of the address, whoever it belongs to.
    pub suppressions: SuppressionHistory,
}

impl PointStatus {
    /// A contact point of which nothing bad is known, in use for ever.
    pub fn new(id: ContactPointId, customer: CustomerId, channels: Vec<Channel>) -> Self {
        Self {
            id,
            customer,
            channels,
            preferred: false,
            valid: Window::ALWAYS,
            verified_at: None,
            bounced_at: None,
            address: None,
            suppressions: SuppressionHistory::default(),
        }
    }
}

/// All that an evaluation has to know of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactFile {
    /// Who it is.
    pub customer: CustomerId,
    /// What they have said.
    pub consents: ConsentHistory,
    /// Where they may be reached.
    pub points: Vec<PointStatus>,
}

impl ContactFile {
    /// The file of somebody who has said nothing and can be reached nowhere.
    pub fn new(customer: CustomerId) -> Self {
        Self { customer, consents: ConsentHistory::default(), points: Vec::new() }
    }
}

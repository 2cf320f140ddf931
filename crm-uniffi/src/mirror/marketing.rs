//! Whom to contact, and what came of it.

use crm_core::base::*;
use crm_core::fact::SourceRef;
use crm_core::marketing::*;
use crm_core::privacy::AddressToken;
use std::collections::BTreeMap;

/// A campaign, as a host has defined it.
#[uniffi::remote(Record)]
pub struct Campaign {
    /// The name by which it is known. It never changes.
    pub name: Name,
    /// The purpose for which people are contacted. It decides who may be.
    pub purpose: Name,
    /// The channel on which they are contacted.
    pub channel: Channel,
    /// The segment of those whom it is meant for.
    pub segment: SegmentId,
    /// When messages may be sent.
    pub window: Window,
    /// The share of people who are left out on purpose, in basis points (1 % = 100), so that those who were contacted
    /// can be compared with them.
    pub holdout: u16,
    /// What the drawing of the holdout depends on beside the customer. Campaigns with the same salt leave out the same
    /// people.
    pub salt: Name,
}

/// An audience in numbers: `candidates = contacts + handed_out + held_out + the sum of excluded`.
#[uniffi::remote(Record)]
pub struct AudienceSummary {
    /// How many there were to choose from, repetitions included.
    pub candidates: u64,
    /// How many are still to be contacted.
    pub contacts: u64,
    /// How many were handed out by `Audience::next_batch`.
    pub handed_out: u64,
    /// How many are left out on purpose.
    pub held_out: u64,
    /// How many are not contacted, by reason.
    pub excluded: BTreeMap<ExclusionReason, u64>,
}

/// One step of a campaign with one customer.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum CampaignStep {
    /// The customer is to be contacted.
    Planned,
    /// The customer is left out on purpose, to be compared with.
    HeldOut,
    /// A message was handed over for sending. It happens once for each campaign and customer.
    Sent,
    /// The message arrived.
    Delivered,
    /// The address does not exist.
    Bounced,
    /// The customer reported the message as unwanted.
    Complained,
    /// The message was opened, by a person or a machine.
    Opened,
    /// The customer followed a link.
    Clicked,
    /// The customer did what the campaign was made for; the amount is what it was worth.
    Responded,
    /// The customer wants no more messages of this purpose on this channel.
    Unsubscribed,
}

/// What became of a message.
#[uniffi::remote(Record)]
pub struct MessageOutcome {
    /// With whom.
    pub customer: CustomerId,
    /// What.
    pub step: CampaignStep,
    /// When.
    pub at: Timestamp,
    /// Where the message went.
    #[uniffi(default)]
    pub contact_point: Option<ContactPointId>,
    /// The address under its pseudonym, to be barred when the message bounced or was complained about.
    #[uniffi(default)]
    pub address: Option<AddressToken>,
    /// What a response was worth.
    #[uniffi(default)]
    pub amount: Option<Money>,
    /// What another system calls the event. A second delivery under the same reference writes nothing.
    #[uniffi(default)]
    pub source: Option<SourceRef>,
}

/// The counts of one campaign's response, to be added up over customers in any order and in parts.
///
/// A customer responds when they do so within a time of the step that is measured from: the delivery, or, where those
/// who were planned are compared with those who were held out, the plan. Each customer counts once.
#[uniffi::remote(Record)]
pub struct ResponseTally {
    /// The campaign.
    pub campaign: CampaignId,
    /// How long after a step a response counts, in microseconds; exclusive.
    pub within_micros: i64,
    /// The point of view.
    pub as_of: AsOf,
    /// Who got the message.
    pub delivered: u64,
    /// Who of them responded.
    pub responders: u64,
    /// Who was to be contacted.
    pub planned: u64,
    /// Who of them responded, contacted or not.
    pub planned_responders: u64,
    /// Who was left out on purpose.
    pub held_out: u64,
    /// Who of them responded all the same.
    pub held_out_responders: u64,
}

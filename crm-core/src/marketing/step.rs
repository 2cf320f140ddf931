//! Recording what a campaign did and what came of it.

use serde::{Deserialize, Serialize};

use super::campaign::Campaign;
use super::fields::{CAMPAIGN_STEP, CHANNEL, CONTACT_POINT, OF_CAMPAIGN, PROOF};
use super::history::CampaignStep;
use crate::base::{ContactPointId, CustomerId, Env, Error, Id, Money, Result, Timestamp};
use crate::change::ChangeSet;
use crate::fact::{Fact, SourceRef};
use crate::privacy::{
    AddressToken, ConsentEvent, ConsentKind, ContactPermit, Policy, SuppressionReason, record_consent, suppress,
};

/// The fact of a step. Its id follows from the campaign, the customer, the step and, but for sending, the instant: a
/// message can only be recorded as sent once.
pub(super) fn fact(campaign: &Campaign, customer: CustomerId, step: CampaignStep, at: Timestamp) -> Fact {
    let when = if step == CampaignStep::Sent { 0 } else { at.as_micros() };
    let id = Id::derived("crm-core/campaign-step", &format!("{}/{customer}/{step}/{when}", campaign.id()));
    let mut fact = Fact::new(CAMPAIGN_STEP, id, customer.into(), at, step.name());
    fact.fields.set(OF_CAMPAIGN, campaign.id().id());
    fact.fields.set(CHANNEL, campaign.channel.word());
    fact
}

pub(super) fn of_permit(campaign: &Campaign, permit: &ContactPermit, step: CampaignStep, at: Timestamp) -> Fact {
    let mut fact = fact(campaign, permit.customer(), step, at);
    fact.fields.set(CONTACT_POINT, permit.contact_point().id());
    fact.fields.put(PROOF, permit.proof());
    fact
}

/// Records that messages are handed over for sending, before they are. When a message was recorded as sent before, by
/// another process or another run, the commit conflicts and nothing may be sent.
///
/// # Errors
/// [`Error::Denied`] for a permit that has run out or is for something else than this campaign.
pub fn record_sent(campaign: &Campaign, permits: &[ContactPermit], env: &Env<'_>) -> Result<ChangeSet> {
    let mut changes = ChangeSet::new(env.now);
    for permit in permits {
        if !permit.is_valid(env.now) {
            return Err(Error::denied("a permit has run out; ask again"));
        }
        if *permit.purpose() != campaign.purpose || permit.channel() != campaign.channel {
            return Err(Error::denied("a permit is for another purpose or channel than the campaign's"));
        }
        changes.append(of_permit(campaign, permit, CampaignStep::Sent, env.now));
    }
    Ok(changes)
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageOutcome {
    /// With whom.
    pub customer: CustomerId,
    /// What.
    pub step: CampaignStep,
    /// When.
    pub at: Timestamp,
    /// Where the message went.
    #[serde(default)]
    pub contact_point: Option<ContactPointId>,
    /// The address under its pseudonym, to be barred when the message bounced or was complained about.
    #[serde(default)]
    pub address: Option<AddressToken>,
    /// What a response was worth.
    #[serde(default)]
    pub amount: Option<Money>,
    /// What another system calls the event. A second delivery under the same reference writes nothing.
    #[serde(default)]
    pub source: Option<SourceRef>,
}

impl MessageOutcome {
    /// An outcome of which no more is known.
    pub const fn new(customer: CustomerId, step: CampaignStep, at: Timestamp) -> Self {
        Self { customer, step, at, contact_point: None, address: None, amount: None, source: None }
    }
}

/// Records what became of messages, with its consequences: a bounce bars the address on the channel, a complaint bars it
/// everywhere and counts as an objection to the purpose, and who unsubscribes withdraws from the purpose on the channel.
///
/// # Errors
/// [`Error::Invalid`] for an instant in the future, or for a step that no outcome is: planned, held out, sent.
pub fn record_outcomes(
    campaign: &Campaign,
    outcomes: impl IntoIterator<Item = MessageOutcome>,
    env: &Env<'_>,
) -> Result<ChangeSet> {
    let mut changes = ChangeSet::new(env.now);
    for outcome in outcomes {
        if matches!(outcome.step, CampaignStep::Planned | CampaignStep::HeldOut | CampaignStep::Sent) {
            return Err(Error::invalid("step", "not something that becomes of a message"));
        }
        if outcome.at > env.now {
            return Err(Error::invalid("at", "lies in the future"));
        }
        let mut fact = fact(campaign, outcome.customer, outcome.step, outcome.at);
        if let Some(source) = &outcome.source {
            fact.id = source.fact_id();
        }
        fact.source.clone_from(&outcome.source);
        fact.amount = outcome.amount;
        fact.fields.put(CONTACT_POINT, outcome.contact_point.map(Id::from));
        let told_by = fact.id;
        changes.append(fact);
        changes.extend(consequences(campaign, &outcome, told_by, env)?);
    }
    Ok(changes)
}

fn consequences(campaign: &Campaign, outcome: &MessageOutcome, told_by: Id, env: &Env<'_>) -> Result<ChangeSet> {
    let bar = |channel, reason| {
        outcome
            .address
            .map_or_else(|| Ok(ChangeSet::new(env.now)), |address| suppress(address, channel, reason, outcome.at, env))
    };
    let say = |kind| {
        let event = ConsentEvent::new(kind, outcome.customer, outcome.at)
            .purpose(campaign.purpose.clone())
            .origin(outcome.step.name())
            // The same report always says the same thing.
            .source(CAMPAIGN_STEP_SOURCE, &told_by.to_string());
        let event = if kind == ConsentKind::Withdrawn { event.channel(campaign.channel) } else { event };
        record_consent([event], &Policy::default(), env).map(|(_, changes)| changes)
    };
    match outcome.step {
        CampaignStep::Bounced => bar(Some(campaign.channel), SuppressionReason::HardBounce),
        CampaignStep::Complained => {
            let mut changes = bar(None, SuppressionReason::Complaint)?;
            changes.extend(say(ConsentKind::Objected)?);
            Ok(changes)
        }
        CampaignStep::Unsubscribed => say(ConsentKind::Withdrawn),
        _ => Ok(ChangeSet::new(env.now)),
    }
}

const CAMPAIGN_STEP_SOURCE: crate::base::Name = crate::base::Name::from_static("crm-core/campaign-step");

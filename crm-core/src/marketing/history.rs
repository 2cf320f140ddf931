//! What campaigns did to one customer and what came of it.

use serde::{Deserialize, Serialize};

use super::fields::{CAMPAIGN_STEP, OF_CAMPAIGN};
use crate::base::{AsOf, CampaignId, Id, Stream, Timestamp, Value, worded};
use crate::fact::{Fact, Projection};

worded! {
    /// One step of a campaign with one customer.
    pub enum CampaignStep: "step" {
        /// The customer is to be contacted.
        Planned = "planned",
        /// The customer is left out on purpose, to be compared with.
        HeldOut = "held_out",
        /// A message was handed over for sending. It happens once for each campaign and customer.
        Sent = "sent",
        /// The message arrived.
        Delivered = "delivered",
        /// The address does not exist.
        Bounced = "bounced",
        /// The customer reported the message as unwanted.
        Complained = "complained",
        /// The message was opened, by a person or a machine.
        Opened = "opened",
        /// The customer followed a link.
        Clicked = "clicked",
        /// The customer did what the campaign was made for; the amount is what it was worth.
        Responded = "responded",
        /// The customer wants no more messages of this purpose on this channel.
        Unsubscribed = "unsubscribed",
    }
}

/// The steps of all campaigns with one customer: a fold of the stream `campaign_step`, in any order and in parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CampaignHistory(Vec<Taken>);

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Taken {
    campaign: CampaignId,
    at: Timestamp,
    step: CampaignStep,
    id: Id,
    recorded: Timestamp,
}

impl CampaignHistory {
    /// Whether no campaign ever touched the customer.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn insert(&mut self, taken: Taken) {
        if let Err(place) = self.0.binary_search(&taken) {
            self.0.insert(place, taken);
        }
    }

    /// When a step was first taken in a campaign.
    pub fn first(&self, campaign: CampaignId, step: CampaignStep, as_of: AsOf) -> Option<Timestamp> {
        self.times(campaign, step, as_of).next()
    }

    /// When a step was taken in a campaign, in order.
    pub fn times(&self, campaign: CampaignId, step: CampaignStep, as_of: AsOf) -> impl Iterator<Item = Timestamp> {
        self.0
            .iter()
            .filter(move |taken| taken.campaign == campaign && taken.step == step)
            .filter(move |taken| as_of.sees(taken.at, taken.recorded))
            .map(|taken| taken.at)
    }
}

impl Projection for CampaignHistory {
    const STREAM: Stream = CAMPAIGN_STEP;

    /// Steps that this version does not know are left out.
    fn apply(&mut self, fact: &Fact) {
        let campaign = fact.get(OF_CAMPAIGN.as_str()).and_then(Value::as_id).map(CampaignId::new);
        if let (Some(campaign), Ok(step)) = (campaign, fact.name.as_str().parse()) {
            self.insert(Taken { campaign, at: fact.at, step, id: fact.id, recorded: fact.recorded });
        }
    }

    fn merge(&mut self, other: &Self) {
        other.0.iter().cloned().for_each(|taken| self.insert(taken));
    }
}

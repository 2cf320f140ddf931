//! Whom to contact, and what came of it.

use std::collections::BTreeMap;

use super::Crm;
use crate::base::{AsOf, CustomerId, Error, Id, Name, Result};
use crate::fact::Projection;
use crate::marketing::{
    self, Audience, CAMPAIGN, CAMPAIGN_STEP, Campaign, CampaignHistory, Candidate, MessageOutcome, ResponseTally,
};
use crate::privacy::{ContactFile, ContactPermit};
use crate::record::Stored as _;
use crate::store::{FactQuery, MAX_PAGE};

/// The handle on campaigns. See [`crate::marketing`].
#[derive(Clone, Debug)]
pub struct Marketing {
    crm: Crm,
}

impl Marketing {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    /// Defines a campaign, or changes one that has not begun.
    pub fn define(&self, campaign: &Campaign) -> Result<()> {
        let id = campaign.id().id();
        self.crm.write(|env, _| {
            let known = self.crm.store().load(&CAMPAIGN, &[id])?.pop().flatten();
            Ok(((), marketing::define_campaign(known.as_ref(), campaign, env)?))
        })?;
        Ok(())
    }

    /// A campaign.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn get(&self, name: &Name) -> Result<Campaign> {
        let id = Campaign::id_of(name).id();
        let record = self.crm.store().load(&CAMPAIGN, &[id])?.pop().flatten();
        Campaign::from_record(&record.ok_or_else(|| Error::not_found("campaign", id))?)
    }

    /// Plans whom to contact: the members of the campaign's segment, less everybody who may not be, with a count for each
    /// reason. Nothing is written before the plan is [adopted](Self::adopt).
    pub fn plan(&self, campaign: &Campaign, members: &[CustomerId], as_of: AsOf) -> Result<Audience> {
        let policy = self.crm.privacy().policy()?;
        let mut files = self.files(members)?;
        let mut histories = self.histories()?;
        let candidate = |id: &CustomerId| Candidate {
            file: files.remove(id).unwrap_or_else(|| ContactFile::new(*id)),
            campaigns: histories.remove(&id.id()).unwrap_or_default(),
        };
        marketing::plan(campaign, &policy, members.iter().map(candidate), as_of)
    }

    /// The files of many customers: all at once when they are many, one by one when they are few.
    fn files(&self, members: &[CustomerId]) -> Result<BTreeMap<CustomerId, ContactFile>> {
        const FEW: usize = 200;
        self.crm.privacy().files(if members.len() > FEW { None } else { Some(members) })
    }

    fn histories(&self) -> Result<BTreeMap<Id, CampaignHistory>> {
        let query = FactQuery::all(CAMPAIGN_STEP).limit(MAX_PAGE);
        let mut histories: BTreeMap<Id, CampaignHistory> = BTreeMap::new();
        for fact in Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))? {
            histories.entry(fact.subject).or_default().apply(&fact);
        }
        Ok(histories)
    }

    /// Writes down who was planned and who was held out, so that the response can be measured.
    pub fn adopt(&self, audience: &Audience) -> Result<()> {
        self.crm.write(|env, _| Ok(((), audience.record(env))))?;
        Ok(())
    }

    /// The permits of the next people to be contacted, at most `n`. Everyone is asked about once more, as of now.
    pub fn next_batch(&self, audience: &mut Audience, n: usize) -> Result<Vec<ContactPermit>> {
        let policy = self.crm.privacy().policy()?;
        let files: Vec<ContactFile> = self.files(&audience.upcoming(n))?.into_values().collect();
        audience.next_batch(n, &policy, &files, AsOf::at(self.crm.now()))
    }

    /// Writes down who is contacted, by the permits that are used. Do it before the messages leave: who crashes in between
    /// has then sent one message too few, and never one twice.
    pub fn sent(&self, campaign: &Campaign, permits: &[ContactPermit]) -> Result<()> {
        self.crm.write(|env, _| Ok(((), marketing::record_sent(campaign, permits, env)?)))?;
        Ok(())
    }

    /// Writes down what came of messages: deliveries, bounces, complaints, responses.
    pub fn record_outcomes(&self, campaign: &Campaign, outcomes: &[MessageOutcome]) -> Result<()> {
        self.crm.write(|env, _| Ok(((), marketing::record_outcomes(campaign, outcomes.iter().cloned(), env)?)))?;
        Ok(())
    }

    /// Counts who responded within a time of the delivery, and how many of those held out did so unasked.
    pub fn response(&self, campaign: &Campaign, within_micros: i64, as_of: AsOf) -> Result<ResponseTally> {
        let mut tally = ResponseTally::new(campaign.id(), within_micros, as_of);
        for history in self.histories()?.values() {
            tally.add(history);
        }
        Ok(tally)
    }
}

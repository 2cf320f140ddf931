//! The handle on campaigns, their audiences and their permits.

use std::sync::{Arc, Mutex, PoisonError};

use crm_core::Error;
use crm_core::base::{AsOf, Channel, ContactPointId, CustomerId, Id, Name, Timestamp};
use crm_core::crm::Marketing;
use crm_core::marketing::{AudienceSummary, Campaign, MessageOutcome, ResponseTally};
use crm_core::privacy::{ContactPermit, LawfulBasis};

use crate::{CrmError, guard};

/// The handle on campaigns.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingMarketing(pub(crate) Marketing);

/// A planned audience: whom a campaign will contact, and who is left out and why. It shrinks as batches are taken. One
/// call at a time can use it.
#[derive(Debug, uniffi::Object)]
pub struct Audience(Mutex<Option<crm_core::marketing::Audience>>);

/// Permissions to contact some people once each. Only the evaluator makes them; what sends messages uses them up.
#[derive(Debug, uniffi::Object)]
pub struct ContactPermits(pub(crate) Vec<ContactPermit>);

/// What a permit says.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct PermitDetails {
    /// Who may be contacted.
    pub customer: CustomerId,
    /// For what.
    pub purpose: Name,
    /// On which channel.
    pub channel: Channel,
    /// At which address.
    pub contact_point: ContactPointId,
    /// On what it rests.
    pub basis: LawfulBasis,
    /// The fact that proves it, if it rests on one.
    pub proof: Option<Id>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it may be used.
    pub expires_at: Timestamp,
}

impl From<&ContactPermit> for PermitDetails {
    fn from(permit: &ContactPermit) -> Self {
        Self {
            customer: permit.customer(),
            purpose: permit.purpose().clone(),
            channel: permit.channel(),
            contact_point: permit.contact_point(),
            basis: permit.basis(),
            proof: permit.proof(),
            issued_at: permit.issued_at(),
            expires_at: permit.expires_at(),
        }
    }
}

#[uniffi::export]
impl ContactPermits {
    /// What each permit says.
    pub fn details(&self) -> Result<Vec<PermitDetails>, CrmError> {
        guard(|| Ok(self.0.iter().map(PermitDetails::from).collect()))
    }
}

/// An audience in use. It goes back where it was taken from, whatever happens.
struct Taken<'a> {
    from: &'a Audience,
    audience: Option<crm_core::marketing::Audience>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.from.place() = self.audience.take();
    }
}

impl Audience {
    fn place(&self) -> std::sync::MutexGuard<'_, Option<crm_core::marketing::Audience>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works with the audience. Nothing is locked meanwhile, since a store of the host's may be called.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut crm_core::marketing::Audience) -> crm_core::Result<T>,
    ) -> crm_core::Result<T> {
        let audience = self.place().take();
        let audience = audience.ok_or_else(|| Error::denied("the audience is in use by another call"))?;
        let mut taken = Taken { from: self, audience: Some(audience) };
        taken.audience.as_mut().map_or_else(|| Err(Error::denied("there is no audience")), work)
    }
}

#[uniffi::export]
impl Audience {
    /// The numbers: how many there are, how many are left out, and why.
    pub fn summary(&self) -> Result<AudienceSummary, CrmError> {
        guard(|| self.with(|audience| Ok(audience.summary())))
    }

    /// Those who are still to be contacted, in order.
    pub fn contacts(&self) -> Result<Vec<PermitDetails>, CrmError> {
        guard(|| self.with(|audience| Ok(audience.contacts().map(PermitDetails::from).collect())))
    }

    /// Those who are left out on purpose, to compare with.
    pub fn held_out(&self) -> Result<Vec<CustomerId>, CrmError> {
        guard(|| self.with(|audience| Ok(audience.held_out().to_vec())))
    }
}

#[uniffi::export]
impl BlockingMarketing {
    /// Defines a campaign, or changes one that has not begun.
    pub fn define(&self, campaign: Campaign) -> Result<(), CrmError> {
        guard(|| self.0.define(&campaign))
    }

    /// A campaign.
    pub fn get(&self, name: Name) -> Result<Campaign, CrmError> {
        guard(|| self.0.get(&name))
    }

    /// Plans whom to contact: the members of the campaign's segment, less everybody who may not be, with a count for each
    /// reason. Nothing is written before the plan is adopted.
    pub fn plan(&self, campaign: Campaign, members: Vec<CustomerId>, as_of: AsOf) -> Result<Audience, CrmError> {
        guard(|| self.0.plan(&campaign, &members, as_of).map(|audience| Audience(Mutex::new(Some(audience)))))
    }

    /// Writes down who was planned and who was held out, so that the response can be measured.
    pub fn adopt(&self, audience: Arc<Audience>) -> Result<(), CrmError> {
        guard(|| audience.with(|audience| self.0.adopt(audience)))
    }

    /// The permits of the next people to be contacted, at most `n`. Everyone is asked about once more, as of now.
    pub fn next_batch(&self, audience: Arc<Audience>, n: usize) -> Result<ContactPermits, CrmError> {
        guard(|| audience.with(|audience| self.0.next_batch(audience, n)).map(ContactPermits))
    }

    /// Writes down who was contacted, by the permits that were used.
    pub fn sent(&self, campaign: Campaign, permits: Arc<ContactPermits>) -> Result<(), CrmError> {
        guard(|| self.0.sent(&campaign, &permits.0))
    }

    /// Writes down what came of messages: deliveries, bounces, complaints, responses.
    pub fn record_outcomes(&self, campaign: Campaign, outcomes: Vec<MessageOutcome>) -> Result<(), CrmError> {
        guard(|| self.0.record_outcomes(&campaign, &outcomes))
    }

    /// Counts who responded within a time of the delivery, and how many of those held out did so unasked.
    pub fn response(&self, campaign: Campaign, within_micros: i64, as_of: AsOf) -> Result<ResponseTally, CrmError> {
        guard(|| self.0.response(&campaign, within_micros, as_of))
    }
}

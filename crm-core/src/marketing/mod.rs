//! Whom to contact, and what comes of it: campaigns, audiences, holdouts, outcomes and measured response.
//!
//! A [`Campaign`] names a segment, a purpose, a channel and a window. [`plan`] takes the segment's members and asks the
//! privacy room about each; what it gives is an [`Audience`] with a permit for everyone in it and a count for every
//! reason why somebody is not. Whoever sends takes batches, for which the same question is asked again: a withdrawal
//! between the plan and the sending counts.
//!
//! ```
//! use crm_core::base::{AsOf, Channel, ContactPointId, CustomerId, Id, Name, SegmentId, Window};
//! use crm_core::marketing::{Campaign, Candidate, CampaignHistory, ExclusionReason, plan};
//! use crm_core::privacy::{ContactFile, ContactReason, PointStatus, Policy, Purpose};
//!
//! // Reminders of an appointment rest on the contract. Anna has a telephone, Bert has none.
//! let policy = Policy::new([Purpose::service(Name::new("reminders")?, "Reminders", [Channel::Sms])]);
//! let file = |name: &str| ContactFile::new(CustomerId::new(Id::derived("shop", name)));
//! let mut anna = file("anna");
//! let phone = ContactPointId::new(Id::derived("shop", "anna/phone"));
//! anna.points.push(PointStatus::new(phone, anna.customer, vec![Channel::Sms]));
//!
//! let march = Window::new("2026-03-01T00:00:00Z".parse()?, "2026-04-01T00:00:00Z".parse()?)?;
//! let segment = SegmentId::new(Id::derived("shop", "appointment soon"));
//! let campaign = Campaign::new(Name::new("march")?, Name::new("reminders")?, Channel::Sms, segment, march);
//!
//! let candidates = [anna.clone(), file("bert")].map(|file| Candidate { file, campaigns: CampaignHistory::default() });
//! let mut audience = plan(&campaign, &policy, candidates, AsOf::at(march.start))?;
//! let summary = audience.summary();
//! assert_eq!((summary.candidates, summary.contacts), (2, 1));
//! assert_eq!(summary.excluded[&ExclusionReason::Denied(ContactReason::UnknownContactPoint)], 1);
//!
//! let batch = audience.next_batch(100, &policy, &[anna], AsOf::at("2026-03-02T09:00:00Z".parse()?))?;
//! assert_eq!(batch[0].contact_point(), phone);
//! # Ok::<(), crm_core::Error>(())
//! ```

mod audience;
mod campaign;
mod fields;
mod history;
mod response;
mod step;

pub use audience::{Audience, AudienceSummary, Candidate, ExclusionReason, plan};
pub use campaign::{Campaign, EVERYBODY, define_campaign, draw};
pub use fields::{CAMPAIGN, CAMPAIGN_STEP, declarations};
pub use history::{CampaignHistory, CampaignStep};
pub use response::{ResponseTally, Share, Uplift};
pub use step::{MessageOutcome, record_outcomes, record_sent};

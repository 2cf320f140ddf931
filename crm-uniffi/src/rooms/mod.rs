//! The handles: one small object for each room. What they do is in crm-core; here it is only handed on.

mod customers;
mod intake;
mod interactions;
mod live;
mod loyalty;
mod marketing;
mod privacy;
mod scores;
mod segments;

pub use customers::{BlockingCustomers, CustomerPage};
pub use intake::BlockingIntake;
pub use interactions::{BlockingInteractions, InteractionPage};
pub use loyalty::{BlockingLoyalty, Ledger, Programme, Version};
pub use marketing::{Audience, BlockingMarketing, ContactPermits, PermitDetails};
pub use privacy::BlockingPrivacy;
pub use scores::{Assessment, BlockingScores, Summaries, SummaryInfo};
pub use segments::{BlockingSegments, Catalogue};

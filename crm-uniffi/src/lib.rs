//! crm-core for Kotlin and Swift.
//!
//! Values cross as records, and only what has a lifetime is an object: an engine, a handle on one of its rooms, a fitted
//! model, a planned audience. Every call answers or gives a [`CrmError`]; a panic becomes one too. The hosts' own layers,
//! under `kotlin/` and `swift/`, add what is idiomatic there; what they call are the blocking operations of this crate.

#![allow(unsafe_code, reason = "the generated scaffolding is unsafe; nothing that is written by hand is")]
#![allow(clippy::needless_pass_by_value, reason = "what crosses is given away")]

mod analyses;
mod analyses_json;
mod bytes;
mod cancel;
mod clock;
mod crm;
mod error;
mod host;
mod json;
mod mirror;
mod rooms;
mod usual;
mod words;

pub use analyses::ItemModel;
pub use bytes::LinesPage;
pub use cancel::CancelToken;
pub use clock::FixedClock;
pub use crm::BlockingCrm;
pub use error::CrmError;
pub(crate) use error::guard;
pub use host::{FactPage, HostStore, RecordPage, StoreCheck, StoreFactory};
pub use rooms::{
    Assessment, Audience, BlockingCustomers, BlockingIntake, BlockingInteractions, BlockingLoyalty, BlockingMarketing,
    BlockingPrivacy, BlockingScores, BlockingSegments, Catalogue, ContactPermits, CustomerPage, InteractionPage,
    Ledger, PermitDetails, Programme, Summaries, SummaryInfo, Version,
};
pub use words::ScoreBounds;

uniffi::setup_scaffolding!("crm");

//! What is usually wanted, for data that has too many fields to be written out.

use crm_core::base::{Currency, Date, Zone};
use crm_core::crm::AssessOptions;
use crm_core::intake::{ContactMapping, PurchaseMapping};
use crm_core::interaction::Timeline;
use crm_core::score::{RfmOptions, SummaryOptions, TimeUnit};

use crate::{CrmError, guard};

/// A mapping of a log of purchases, out of text (`customer=ID,date=Day,amount=Total,currency=EUR`). What it does not name is
/// guessed; an empty text leaves everything to the guess.
#[uniffi::export]
pub fn purchase_mapping(text: String) -> Result<PurchaseMapping, CrmError> {
    guard(|| if text.is_empty() { Ok(PurchaseMapping::default()) } else { text.parse() })
}

/// A mapping of a list of contacts, out of text (`customer=ID,email=Mail,home=DE`). What it does not name is guessed; an
/// empty text leaves everything to the guess.
#[uniffi::export]
pub fn contact_mapping(text: String) -> Result<ContactMapping, CrmError> {
    guard(|| if text.is_empty() { Ok(ContactMapping::default()) } else { text.parse() })
}

/// Days with a purchase, total spend, quintiles, and the ten usual segments.
#[uniffi::export]
pub fn rfm_options() -> Result<RfmOptions, CrmError> {
    guard(|| Ok(RfmOptions::default()))
}

/// No holdout, UTC, refunds net, one thread.
#[uniffi::export]
pub fn summary_options(as_of: Date, unit: TimeUnit, currency: Currency) -> Result<SummaryOptions, CrmError> {
    guard(|| Ok(SummaryOptions::new(as_of, unit, currency)))
}

/// As of a civil day: weeks, a horizon of a year in 13 periods of four weeks, 15 % interest a year, revenue.
#[uniffi::export]
pub fn assess_options(as_of: Date, zone: Zone, currency: Currency) -> Result<AssessOptions, CrmError> {
    guard(|| AssessOptions::new(as_of, &zone, currency))
}

/// A customer's whole history, the newest first.
#[uniffi::export]
pub fn newest_first() -> Result<Timeline, CrmError> {
    guard(|| Ok(Timeline::newest()))
}

/// A customer's whole history, the oldest first.
#[uniffi::export]
pub fn oldest_first() -> Result<Timeline, CrmError> {
    guard(|| Ok(Timeline::oldest()))
}

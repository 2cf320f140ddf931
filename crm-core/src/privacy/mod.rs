//! What is allowed: purposes, consent, the one evaluator, and what a person may ask for.
//!
//! Nobody is contacted because a flag says so. A host defines [purposes](Purpose); people say things about them, which
//! are [recorded](record_consent) as facts and never edited; and [`evaluate`] folds what was said into a
//! [`ContactDecision`] with its reason and the fact that proves it, as of any instant and any state of knowledge. Consent
//! belongs to a contact point, so that a new address starts without any. Whatever is in doubt is denied.
//!
//! A [`ContactPermit`] is the decision as a thing: only the evaluator makes one, and whatever sends a message needs one.
//!
//! ```
//! use crm_core::base::{AsOf, Channel, ContactPointId, CustomerId, Id, Name};
//! use crm_core::privacy::{ContactFile, ContactReason, PointStatus, Policy, Purpose, explain_contact, find_permit};
//!
//! let invoices = Purpose::service(Name::new("invoices")?, "Invoices", [Channel::Email]);
//! let offers = Purpose::marketing(Name::new("offers")?, "Offers", [Channel::Email]);
//! let policy = Policy::new([invoices, offers]);
//!
//! let mut anna = ContactFile::new(CustomerId::new(Id::derived("shop", "C-1")));
//! let address = ContactPointId::new(Id::derived("shop", "C-1/email"));
//! anna.points.push(PointStatus::new(address, anna.customer, vec![Channel::Email]));
//!
//! let today = AsOf::at("2026-03-01T00:00:00Z".parse()?);
//! let permit = find_permit(&policy, &anna, &Name::new("invoices")?, Channel::Email, today);
//! assert!(permit.is_ok_and(|permit| permit.contact_point() == address));
//! let answers = explain_contact(&policy, &anna, today);
//! let reasons: Vec<_> = answers.iter().map(|answer| answer.decision.reason).collect();
//! assert_eq!(reasons, [ContactReason::OtherBasis, ContactReason::NoBasis]);
//! # Ok::<(), crm_core::Error>(())
//! ```
//!
//! The room helps to build lawful processing. It is no legal advice.

mod access;
mod consent;
mod decision;
mod erasure;
mod evaluate;
mod explain;
mod fields;
mod history;
mod permit;
mod point;
mod purpose;
mod suppression;

pub use access::{AccessField, AccessItem, AccessPackage, export_access};
pub use consent::{ConsentEvent, ConsentKind, Scope, record_consent};
pub use decision::{ContactDecision, ContactQuestion, ContactReason};
pub use erasure::{ErasureAction, ErasureStep, erase, plan_erasure};
pub use evaluate::{evaluate, has_agreed};
pub use explain::{CONSENT_FIELD, ContactAnswer, REACHABLE_FIELD, explain_contact, is_reachable};
pub use fields::{CONSENT, PURPOSE, SUPPRESSION, declarations};
pub use history::ConsentHistory;
pub use permit::{ContactPermit, PERMIT_LASTS_MICROS, find_permit};
pub use point::{ContactFile, PointStatus};
pub use purpose::{LawfulBasis, Policy, Purpose, define_purpose};
pub use suppression::{AddressKey, AddressToken, SuppressionHistory, SuppressionReason, lift_suppression, suppress};

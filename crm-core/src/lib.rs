//! An embeddable customer-relationship-management engine: it decides, remembers and explains.
//!
//! ```
//! use crm_core::Crm;
//! use crm_core::base::Channel;
//! use crm_core::customer::{NewContactPoint, NewCustomer};
//! use crm_core::interaction::{NewInteraction, Timeline};
//!
//! let crm = Crm::in_memory()?;
//! let anna = crm.customers().create(
//!     NewCustomer::person("Anna Example")
//!         .identifier("shop".parse()?, "1001")
//!         .contact(NewContactPoint::email("anna@example.org")?),
//! )?;
//! let order = NewInteraction::order(anna.id, "2026-03-01T09:00:00Z".parse()?, "49.90 EUR".parse()?);
//! crm.interactions().record(order.source("shop".parse()?, "A-17").channel(Channel::Web))?;
//!
//! let timeline = crm.interactions().timeline(anna.id, Timeline::newest())?;
//! assert_eq!(timeline.items[0].amount, Some("49.90 EUR".parse()?));
//! # Ok::<(), crm_core::Error>(())
//! ```
//!
//! # How it is built
//!
//! Commands go in, a pure decision comes out as a [change set](change::ChangeSet), a [store](store::Store) commits it, and
//! everything that is asked is answered from what was committed. What is stored has two shapes: [records](record::Record)
//! change, [facts](fact::Fact) happened. Everything else is derived from them by folds.
//!
//! | room | what it is about |
//! |---|---|
//! | [`base`] | words: ids, instants, zones, money, values, the field registry, the one error |
//! | [`customer`] | who: people, organisations, households, their addresses, attributes and relationships |
//! | [`interaction`] | what happened, on which channel |
//! | [`privacy`] | what is allowed: purposes, consent, suppression |
//! | [`intake`] | files in: purchase logs and contact lists |
//! | [`segment`] | who belongs: the language, its checker and its one evaluator |
//! | [`score`] | how they behave: summaries, RFM, BG/NBD, Gamma-Gamma, lifetime value |
//! | [`loyalty`] | what they earned: programmes, lots, tiers |
//! | [`marketing`] | campaigns and their audiences |
//! | [`store`] | keeping: the port, [`Memory`](store::Memory), the conformance suite |
//! | [`report`] | one self-contained HTML page |
//! | [`crm`] | the front: [`Crm`] and one small handle per room |
//!
//! # Rules that hold everywhere
//!
//! - **Time** is an argument, or the engine's injected clock. Windows are half-open. Every calendar word names its zone.
//! - **Money** is a whole number of minor units; two currencies are an error, never a conversion.
//! - **Missing** is unknown: neither false nor zero.
//! - **Errors** carry ids, field names and rows, never a value. Personal data has no `Display` and a redacted `Debug`.
//!
//! # Features
//!
//! - `conformance`: the suite that certifies a store, for those who write one.

#![forbid(unsafe_code)]

pub mod base;
pub mod change;
pub mod crm;
pub mod customer;
pub mod fact;
pub mod intake;
pub mod interaction;
pub mod loyalty;
pub mod marketing;
pub mod privacy;
pub mod record;
pub mod report;
pub mod score;
pub mod segment;
pub mod store;

pub use base::{Error, Result};
pub use crm::Crm;

/// The examples of the front page run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

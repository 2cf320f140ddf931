#![forbid(unsafe_code)]
#![doc = "An embeddable customer-relationship-management engine."]

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

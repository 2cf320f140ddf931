#![forbid(unsafe_code)]
#![doc = "An embeddable customer-relationship-management engine."]

pub mod base;
pub mod change;
pub mod fact;
pub mod intake;
pub mod privacy;
pub mod record;
pub mod score;
pub mod segment;
pub mod store;

pub use base::{Error, Result};

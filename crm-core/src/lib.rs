#![forbid(unsafe_code)]
#![doc = "An embeddable customer-relationship-management engine."]

pub mod base;

pub use base::{Error, Result};

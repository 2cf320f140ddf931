//! The core's data as the hosts see it: the same fields and the same words, told to the generator once more.
//!
//! Nothing is converted here. A field that the core adds or takes away does not compile until it is mirrored, and a test
//! compares the documentation.

#![allow(clippy::wildcard_imports, reason = "a mirror names everything that it shows")]

mod analysis;
mod base;
mod customer;
mod intake;
mod interaction;
mod loyalty;
mod marketing;
mod privacy;
mod score;
mod segment;
mod store;

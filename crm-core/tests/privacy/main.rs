//! The privacy room through its public interface.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod laws;
mod named;
mod reference;
mod world;

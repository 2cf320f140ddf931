//! The marketing room through its public interface.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod audience;
mod outcome;
mod response;
mod world;

//! The loyalty room through its public interface.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]
#![allow(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough in its lifetimes")]

mod asking;
mod club;
mod earning;
mod faults;
mod guide;
mod ladder;
mod laws;
mod life;
mod reading;
mod reference;
mod rewards;
mod rules;
mod schema;
mod tiers;

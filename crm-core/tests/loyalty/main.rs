//! The loyalty room through its public interface.

mod club;
mod faults;
mod laws;
mod reading;
mod reference;
mod tiers;

//! The loyalty room through its public interface.

mod club;
mod faults;
mod reading;
mod tiers;

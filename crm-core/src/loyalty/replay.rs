//! Replaying a history: what a programme makes of all that its members did, at once.

use std::collections::{BTreeMap, HashMap};

use super::assess::{Award, Plan, kept};
use super::book::{Book, BookLot, Policy};
use super::climb::{Climb, Entry};
use super::movement::Scribe;
use super::settle::{Life, Step};
use super::{
    Adjustment, Basis, Cancellation, Movement, MovementKind, Programme, Purchase, Redemption, Refund, Version,
};
use crate::base::{CustomerId, Error, Id, Money, Name, Result, Timestamp};

/// What members did, in any order.
#[derive(Clone, Copy, Debug, Default)]
pub struct History<'a> {
    /// What they bought.
    pub purchases: &'a [Purchase],
    /// What of it was paid back.
    pub refunds: &'a [Refund],
    /// The points they spent.
    pub redemptions: &'a [Redemption],
    /// The points that were given back.
    pub cancellations: &'a [Cancellation],
    /// The points that were given or taken by hand.
    pub adjustments: &'a [Adjustment],
}

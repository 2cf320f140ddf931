//! What members do: the input of the engine, however a host keeps it.

use serde::{Deserialize, Serialize};

use crate::base::{CustomerId, Id, Money, Name, Text, Timestamp};

/// A purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    /// Which one. A purchase earns once, however often it is delivered.
    pub id: Id,
    /// The buyer.
    pub member: CustomerId,
    /// When.
    pub at: Timestamp,
    /// What was charged in all; not negative.
    pub amount: Money,
    /// How many items in all, if that is known; those on no line belong to no category and are no product.
    #[serde(default)]
    pub items: Option<i64>,
    /// What was bought, in the currency of the amount. May be empty; what is missing to the amount belongs to no
    /// category and is no product.
    #[serde(default)]
    pub lines: Vec<PurchaseLine>,
}

impl Purchase {
    /// A purchase of which only the amount is known.
    pub const fn new(id: Id, member: CustomerId, at: Timestamp, amount: Money) -> Self {
        Self { id, member, at, amount, items: None, lines: Vec::new() }
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, line: PurchaseLine) -> Self {
        self.lines.push(line);
        self
    }
}

/// One line of a purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseLine {
    /// Its number, unique within the purchase; refunds name it.
    pub number: u32,
    /// The product's code.
    #[serde(default)]
    pub product: Option<Text>,
    /// The product's category.
    #[serde(default)]
    pub category: Option<Text>,
    /// How many items.
    pub quantity: i64,
    /// What was charged for all of them.
    pub amount: Money,
    /// What they would have cost without discounts.
    #[serde(default)]
    pub list_amount: Option<Money>,
}

impl PurchaseLine {
    /// A line of one item.
    pub const fn new(number: u32, amount: Money) -> Self {
        Self { number, product: None, category: None, quantity: 1, amount, list_amount: None }
    }
}

/// A refund of a purchase, or of a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    /// Which one.
    pub id: Id,
    /// The purchase.
    pub purchase: Id,
    /// When.
    pub at: Timestamp,
    /// What was paid back in all; positive.
    pub amount: Money,
    /// How much of it for which line of the purchase. What is on no line is a share of all of them.
    #[serde(default)]
    pub lines: Vec<RefundLine>,
}

/// What was paid back for one line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The number of the line in its purchase.
    pub number: u32,
    /// How much was paid back; positive.
    pub amount: Money,
}

/// A member's wish to spend points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Redemption {
    /// Which one. A redemption is made once, however often it is delivered.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// The unit; the programme's first if none is named.
    #[serde(default)]
    pub unit: Option<Name>,
    /// How many; positive.
    pub points: i64,
    /// When.
    pub at: Timestamp,
}

/// A redemption that is taken back, or a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Which one.
    pub id: Id,
    /// The redemption.
    pub redemption: Id,
    /// How many points are given back; all that are left of it if none are named.
    #[serde(default)]
    pub points: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// Points that somebody gives or takes by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Which one.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// The unit; the programme's first if none is named.
    #[serde(default)]
    pub unit: Option<Name>,
    /// How many are given, or taken if negative. Given points live as earned ones do.
    pub points: i64,
    /// When.
    pub at: Timestamp,
    /// Why, in a word of the host's.
    pub reason: Name,
}

/// A member's joining of the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// Who.
    pub member: CustomerId,
    /// When.
    pub at: Timestamp,
}

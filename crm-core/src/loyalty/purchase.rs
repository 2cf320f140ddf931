//! What members do: the input of the engine, however a host keeps it.

use serde::{Deserialize, Serialize};

use crate::base::{Channel, CustomerId, Id, Money, Name, ProgrammeId, Text, Timestamp};

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
    /// How much of the amount was paid with points. It earns nothing unless a rule says otherwise.
    #[serde(default)]
    pub points_paid: Option<Money>,
    /// Whether its points wait until somebody confirms them: that it was delivered, or that the time for returns is over.
    #[serde(default)]
    pub held: bool,
    /// The channel, for filters.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// The partner of a coalition at whom it was made, for filters.
    #[serde(default)]
    pub partner: Option<Name>,
    /// The segments that the buyer belonged to then, for filters.
    #[serde(default)]
    pub segments: Vec<Name>,
}

impl Purchase {
    /// A purchase of which only the amount is known.
    pub const fn new(id: Id, member: CustomerId, at: Timestamp, amount: Money) -> Self {
        Self {
            id,
            member,
            at,
            amount,
            items: None,
            lines: Vec::new(),
            points_paid: None,
            held: false,
            channel: None,
            partner: None,
            segments: Vec::new(),
        }
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

/// Something other than a purchase that a member did or that happened to the member: a review, a birthday, the referral
/// of a friend. Rules say what it earns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Which one. An activity earns once, however often it is delivered.
    pub id: Id,
    /// Who.
    pub member: CustomerId,
    /// When.
    pub at: Timestamp,
    /// What, in a word of the host's.
    pub activity: Name,
    /// The other customer in it: the friend who was referred. It is somebody else than the member, and earns once for each
    /// such customer, whatever the id.
    #[serde(default)]
    pub with: Option<CustomerId>,
}

impl Activity {
    /// The cause of what it earns: the activity, or what it was about if that earns only once.
    pub(super) fn cause(&self, programme: ProgrammeId) -> Id {
        let about = |friend| Id::derived("crm-core/loyalty/with", &format!("{programme}/{}/{friend}", self.activity));
        self.with.map_or(self.id, about)
    }
}

/// Points that are set aside for a while, for a purchase that is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Which one. A reservation is made once, however often it is delivered.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// The unit; the programme's first if none is named.
    #[serde(default)]
    pub unit: Option<Name>,
    /// How many.
    pub points: i64,
    /// When.
    pub at: Timestamp,
    /// Until when, unless they are captured or released before: not at this instant any more.
    pub until: Timestamp,
}

/// The use of points that were set aside: they are spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Which one. It is a redemption, and can be cancelled as one.
    pub id: Id,
    /// The reservation.
    pub reservation: Id,
    /// How many points are spent; all that were set aside if none are named. The others are given back.
    #[serde(default)]
    pub points: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// Points that one member gives another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Which one. A transfer is made once, however often it is delivered.
    pub id: Id,
    /// Who gives.
    pub from: CustomerId,
    /// Who receives.
    pub to: CustomerId,
    /// The unit; the programme's first if none is named.
    #[serde(default)]
    pub unit: Option<Name>,
    /// How many.
    pub points: i64,
    /// When.
    pub at: Timestamp,
}

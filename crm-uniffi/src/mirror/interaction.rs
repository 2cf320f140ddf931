//! What happened.

use crm_core::base::*;
use crm_core::crm::Recorded;
use crm_core::fact::SourceRef;
use crm_core::interaction::*;

/// Where a fact came from, in the words of its source. The pair makes the fact idempotent.
#[uniffi::remote(Record)]
pub struct SourceRef {
    /// The system that told us (`shop`, `till-7`).
    pub source: Name,
    /// The id that the system uses (an order number).
    pub id: Text,
}

/// An interaction to be recorded.
#[uniffi::remote(Record)]
pub struct NewInteraction {
    /// With whom.
    pub customer: CustomerId,
    /// What happened: one of the names of this room, or one of the host's own.
    pub name: Name,
    /// When it happened. It may lie in the past, not in the future.
    pub at: Timestamp,
    /// On which channel.
    #[uniffi(default)]
    pub channel: Option<Channel>,
    /// The money it is about; positive, also for a refund.
    #[uniffi(default)]
    pub amount: Option<Money>,
    /// How many items it is about.
    #[uniffi(default)]
    pub quantity: Option<i64>,
    /// What was written or said.
    #[uniffi(default)]
    pub text: Option<Personal<Text>>,
    /// What another system calls it. A second delivery under the same reference writes nothing.
    #[uniffi(default)]
    pub source: Option<SourceRef>,
    /// The interaction that it answers or takes back.
    #[uniffi(default)]
    pub refers_to: Option<InteractionId>,
    /// The lines of an order. Their amounts add up to the order's.
    #[uniffi(default)]
    pub lines: Vec<Line>,
    /// The lines that a refund takes back; empty for a refund of the order as a whole.
    #[uniffi(default)]
    pub refunded: Vec<RefundedLine>,
    /// Properties of the host's own, each declared before.
    #[uniffi(default)]
    pub properties: Fields,
}

/// One line of an order.
#[uniffi::remote(Record)]
pub struct Line {
    /// The product's code.
    pub product: Text,
    /// The product's category.
    #[uniffi(default)]
    pub category: Option<Text>,
    /// How many items; at least one.
    pub quantity: i64,
    /// What was charged for all of them.
    pub amount: Money,
    /// What they would have cost without discounts.
    #[uniffi(default)]
    pub list_amount: Option<Money>,
}

/// What a refund takes back of one line of its order.
#[uniffi::remote(Record)]
pub struct RefundedLine {
    /// The number of the line in the order, from 1.
    pub line: u32,
    /// How many items are taken back; 0 when only the price is reduced.
    pub quantity: i64,
    /// The positive amount that is paid back for them.
    pub amount: Money,
}

/// A line of an order or refund, as it is read.
#[uniffi::remote(Record)]
pub struct OrderLine {
    /// The order or refund that it belongs to.
    pub interaction: InteractionId,
    /// The number of the line in the order, from 1.
    pub line: u32,
    /// The product's code; in a refund, missing.
    #[uniffi(default)]
    pub product: Option<Text>,
    /// The product's category.
    #[uniffi(default)]
    pub category: Option<Text>,
    /// How many items; negative in a refund.
    pub quantity: i64,
    /// The amount; negative in a refund.
    pub amount: Money,
}

/// An interaction, as it is read.
#[uniffi::remote(Record)]
pub struct Interaction {
    /// The id.
    pub id: InteractionId,
    /// With whom.
    pub customer: CustomerId,
    /// What happened.
    pub name: Name,
    /// When it happened.
    pub at: Timestamp,
    /// When we learned of it.
    pub recorded: Timestamp,
    /// On which channel.
    #[uniffi(default)]
    pub channel: Option<Channel>,
    /// The money it is about, signed from the seller's side: negative for a refund.
    #[uniffi(default)]
    pub amount: Option<Money>,
    /// How many items it is about.
    #[uniffi(default)]
    pub quantity: Option<i64>,
    /// What was written or said.
    #[uniffi(default)]
    pub text: Option<Personal<Text>>,
    /// What another system calls it.
    #[uniffi(default)]
    pub source: Option<SourceRef>,
    /// The interaction that it answers or takes back.
    #[uniffi(default)]
    pub refers_to: Option<InteractionId>,
    /// Properties of the host's own.
    pub properties: Fields,
}

/// Which part of a customer's history to show, and in which order.
#[uniffi::remote(Record)]
pub struct Timeline {
    /// Newest or oldest first.
    pub order: Order,
    /// Only interactions with these names; empty for all.
    #[uniffi(default)]
    pub names: Vec<Name>,
    /// Only interactions in this window.
    pub window: Window,
    /// Only what was known at this instant.
    #[uniffi(default)]
    pub known: Option<Timestamp>,
    /// How many at most.
    pub limit: usize,
    /// Where to go on.
    #[uniffi(default)]
    pub cursor: Option<Cursor>,
}

/// What became of a batch of interactions.
#[uniffi::remote(Record)]
pub struct Recorded {
    /// The id of each interaction, in the order of the batch.
    pub ids: Vec<InteractionId>,
    /// How many had been recorded before, and were not written again.
    pub duplicates: u64,
}

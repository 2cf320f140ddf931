//! Interactions, as they are recorded and as they are read.

use serde::{Deserialize, Serialize};

use super::fields::{
    BUILT_IN, CALL, CATEGORY, CHANNEL, LINE, MESSAGE, NOTE, ORDER, PRODUCT, QUANTITY, REFERS_TO, REFUND, TEXT, VISIT,
};
use crate::base::{
    Channel, Cursor, CustomerId, Error, Fields, InteractionId, Money, Name, Order, Personal, Result, Text, Timestamp,
    Value, Window, exposed_option,
};
use crate::fact::{Fact, SourceRef};

/// An interaction to be recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInteraction {
    /// With whom.
    pub customer: CustomerId,
    /// What happened: one of the names of this room, or one of the host's own.
    pub name: Name,
    /// When it happened. It may lie in the past, not in the future.
    pub at: Timestamp,
    /// On which channel.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// The money it is about; positive, also for a refund.
    #[serde(default)]
    pub amount: Option<Money>,
    /// How many items it is about.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// What was written or said.
    #[serde(default, with = "exposed_option")]
    pub text: Option<Personal<Text>>,
    /// What another system calls it. A second delivery under the same reference writes nothing.
    #[serde(default)]
    pub source: Option<SourceRef>,
    /// The interaction that it answers or takes back.
    #[serde(default)]
    pub refers_to: Option<InteractionId>,
    /// The lines of an order. Their amounts add up to the order's.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// The lines that a refund takes back; empty for a refund of the order as a whole.
    #[serde(default)]
    pub refunded: Vec<RefundedLine>,
    /// Properties of the host's own, each declared before.
    #[serde(default)]
    pub properties: Fields,
}

impl NewInteraction {
    /// Any interaction.
    pub const fn new(customer: CustomerId, name: Name, at: Timestamp) -> Self {
        Self {
            customer,
            name,
            at,
            channel: None,
            amount: None,
            quantity: None,
            text: None,
            source: None,
            refers_to: None,
            lines: Vec::new(),
            refunded: Vec::new(),
            properties: Fields::new(),
        }
    }

    /// An order over an amount.
    pub fn order(customer: CustomerId, at: Timestamp, amount: Money) -> Self {
        Self { amount: Some(amount), ..Self::new(customer, ORDER, at) }
    }

    /// A refund of a positive amount of an order.
    pub fn refund(order: InteractionId, customer: CustomerId, at: Timestamp, amount: Money) -> Self {
        Self { amount: Some(amount), refers_to: Some(order), ..Self::new(customer, REFUND, at) }
    }

    /// A visit on a channel.
    pub fn visit(customer: CustomerId, at: Timestamp, channel: Channel) -> Self {
        Self { channel: Some(channel), ..Self::new(customer, VISIT, at) }
    }

    /// A message on a channel.
    pub fn message(customer: CustomerId, at: Timestamp, channel: Channel) -> Self {
        Self { channel: Some(channel), ..Self::new(customer, MESSAGE, at) }
    }

    /// A telephone call.
    pub fn call(customer: CustomerId, at: Timestamp) -> Self {
        Self { channel: Some(Channel::Phone), ..Self::new(customer, CALL, at) }
    }

    /// Something that somebody wrote down.
    pub fn note(customer: CustomerId, at: Timestamp, text: &str) -> Self {
        Self { text: Some(Personal::new(text.into())), ..Self::new(customer, NOTE, at) }
    }

    /// Says what another system calls it.
    #[must_use]
    pub fn source(mut self, source: Name, id: &str) -> Self {
        self.source = Some(SourceRef::new(source, id));
        self
    }

    /// Says on which channel it happened.
    #[must_use]
    pub const fn channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Adds a line to an order.
    #[must_use]
    pub fn line(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    /// Adds a line that a refund takes back.
    #[must_use]
    pub fn refunding(mut self, line: RefundedLine) -> Self {
        self.refunded.push(line);
        self
    }

    /// Sets a property of the host's own.
    #[must_use]
    pub fn property(mut self, name: Name, value: impl Into<Value>) -> Self {
        self.properties.set(name, value);
        self
    }
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The product's code.
    pub product: Text,
    /// The product's category.
    pub category: Option<Text>,
    /// How many items; at least one.
    pub quantity: i64,
    /// What was charged for all of them.
    pub amount: Money,
    /// What they would have cost without discounts.
    pub list_amount: Option<Money>,
}

impl Line {
    /// So many items of a product, for an amount.
    pub fn new(product: &str, quantity: i64, amount: Money) -> Self {
        Self { product: product.into(), category: None, quantity, amount, list_amount: None }
    }

    /// Says which category the product belongs to.
    #[must_use]
    pub fn category(mut self, category: &str) -> Self {
        self.category = Some(category.into());
        self
    }
}

/// What a refund takes back of one line of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundedLine {
    /// The number of the line in the order, from 1.
    pub line: u32,
    /// How many items are taken back; 0 when only the price is reduced.
    pub quantity: i64,
    /// The positive amount that is paid back for them.
    pub amount: Money,
}

/// A line of an order or refund, as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The order or refund that it belongs to.
    pub interaction: InteractionId,
    /// The number of the line in the order, from 1.
    pub line: u32,
    /// The product's code; in a refund, missing.
    pub product: Option<Text>,
    /// The product's category.
    pub category: Option<Text>,
    /// How many items; negative in a refund.
    pub quantity: i64,
    /// The amount; negative in a refund.
    pub amount: Money,
}

impl OrderLine {
    /// Reads the fact of a line.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming what is missing.
    pub fn from_fact(fact: &Fact) -> Result<Self> {
        let fields = &fact.fields;
        let line = u32::try_from(fields.require(&LINE, Value::as_int)?);
        let text = |name| Ok::<_, Error>(fields.read(name, Value::as_text)?.map(Text::from));
        Ok(Self {
            interaction: InteractionId::new(fields.require(&REFERS_TO, Value::as_id)?),
            line: line.map_err(|_| Error::invalid_at(&LINE, "no number of a line"))?,
            product: text(&PRODUCT)?,
            category: text(&CATEGORY)?,
            quantity: fields.read(&QUANTITY, Value::as_int)?.unwrap_or(0),
            amount: fact.amount.ok_or_else(|| Error::invalid("amount", "missing"))?,
        })
    }
}

/// An interaction, as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    pub channel: Option<Channel>,
    /// The money it is about, signed from the seller's side: negative for a refund.
    pub amount: Option<Money>,
    /// How many items it is about.
    pub quantity: Option<i64>,
    /// What was written or said.
    #[serde(default, with = "exposed_option")]
    pub text: Option<Personal<Text>>,
    /// What another system calls it.
    pub source: Option<SourceRef>,
    /// The interaction that it answers or takes back.
    pub refers_to: Option<InteractionId>,
    /// Properties of the host's own.
    pub properties: Fields,
}

impl Interaction {
    /// Reads the fact of an interaction.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the channel is none.
    pub fn from_fact(fact: Fact) -> Result<Self> {
        let mut properties = fact.fields;
        let [channel, refers_to, quantity, text] = BUILT_IN.map(|name| properties.remove(name.as_str()));
        debug_assert_eq!(BUILT_IN, [CHANNEL, REFERS_TO, QUANTITY, TEXT]);
        Ok(Self {
            id: InteractionId::new(fact.id),
            customer: CustomerId::new(fact.subject),
            name: fact.name,
            at: fact.at,
            recorded: fact.recorded,
            channel: channel.as_ref().and_then(Value::as_text).map(str::parse).transpose()?,
            amount: fact.amount,
            quantity: quantity.as_ref().and_then(Value::as_int),
            text: text.as_ref().and_then(Value::as_text).map(|text| Personal::new(text.into())),
            source: fact.source,
            refers_to: refers_to.as_ref().and_then(Value::as_id).map(InteractionId::new),
            properties,
        })
    }
}

/// Which part of a customer's history to show, and in which order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeline {
    /// Newest or oldest first.
    pub order: Order,
    /// Only interactions with these names; empty for all.
    pub names: Vec<Name>,
    /// Only interactions in this window.
    pub window: Window,
    /// Only what was known at this instant.
    pub known: Option<Timestamp>,
    /// How many at most.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self::newest()
    }
}

impl Timeline {
    /// The newest first, 50 a page.
    pub const fn newest() -> Self {
        Self { order: Order::Newest, names: Vec::new(), window: Window::ALWAYS, known: None, limit: 50, cursor: None }
    }

    /// The oldest first, 50 a page.
    pub const fn oldest() -> Self {
        let mut timeline = Self::newest();
        timeline.order = Order::Oldest;
        timeline
    }

    /// The page after a cursor.
    #[must_use]
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }

    /// At most so many a page.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

//! Purchases and refunds, as the interaction room keeps them.

use std::collections::{BTreeMap, HashMap};

use super::{Purchase, PurchaseLine, Refund, RefundLine};
use crate::base::{CustomerId, Id, Money, Name, Result, Value};
use crate::fact::Fact;
use crate::interaction::{INTERACTION, ORDER, ORDER_LINE, OrderLine, REFUND};

/// What members bought and what was paid back, in the terms of this room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shopping {
    /// The orders.
    pub purchases: Vec<Purchase>,
    /// The refunds of orders.
    pub refunds: Vec<Refund>,
    /// Orders and refunds without an amount, and refunds that name no order. They earn and take nothing.
    pub left_out: Vec<Id>,
}

const REFERS_TO: Name = Name::from_static("refers_to");
const QUANTITY: Name = Name::from_static("quantity");
const CHANNEL: Name = Name::from_static("channel");
const LIST_AMOUNT: Name = Name::from_static("list_amount");

impl Shopping {
    /// Reads the facts of orders, refunds and their lines, in any order. Other facts are passed over.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) naming the field of a line or refund that cannot be read.
    pub fn from_facts<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Result<Self> {
        let mut shopping = Self::default();
        let mut lines: HashMap<Id, BTreeMap<u32, (OrderLine, Option<Money>)>> = HashMap::new();
        for fact in facts {
            if fact.stream == ORDER_LINE {
                let line = OrderLine::from_fact(fact)?;
                let list_amount = fact.fields.read(&LIST_AMOUNT, Value::as_money)?;
                lines.entry(line.interaction.id()).or_default().insert(line.line, (line, list_amount));
            } else if fact.stream == INTERACTION && (fact.name == ORDER || fact.name == REFUND) {
                shopping.read(fact)?;
            }
        }
        for purchase in &mut shopping.purchases {
            let own = lines.remove(&purchase.id).unwrap_or_default();
            purchase.lines = own.into_values().map(|(line, list_amount)| bought(line, list_amount)).collect();
        }
        for refund in &mut shopping.refunds {
            let own = lines.remove(&refund.id).unwrap_or_default();
            let back = |line: OrderLine| RefundLine { number: line.line, amount: positive(line.amount) };
            refund.lines = own.into_values().map(|(line, _)| back(line)).collect();
        }
        Ok(shopping)
    }

    fn read(&mut self, fact: &Fact) -> Result<()> {
        let order = fact.fields.read(&REFERS_TO, Value::as_id)?;
        match (fact.amount, order) {
            (Some(amount), _) if fact.name == ORDER => self.purchases.push(Purchase {
                items: fact.fields.read(&QUANTITY, Value::as_int)?,
                channel: fact.fields.read(&CHANNEL, Value::as_text)?.and_then(|channel| channel.parse().ok()),
                ..Purchase::new(fact.id, CustomerId::new(fact.subject), fact.at, amount)
            }),
            (Some(amount), Some(purchase)) => {
                let amount = positive(amount);
                self.refunds.push(Refund { id: fact.id, purchase, at: fact.at, amount, lines: Vec::new() });
            }
            _ => self.left_out.push(fact.id),
        }
        Ok(())
    }
}

fn bought(line: OrderLine, list_amount: Option<Money>) -> PurchaseLine {
    PurchaseLine {
        number: line.line,
        product: line.product,
        category: line.category,
        quantity: line.quantity,
        amount: line.amount,
        list_amount,
    }
}

/// Facts tell what is paid back in negative amounts.
fn positive(amount: Money) -> Money {
    Money::new(amount.minor().saturating_abs(), amount.currency())
}

//! What happened between a customer and the business, on which channel: orders, payments, refunds, visits, messages,
//! calls, notes, and events of the host's own.
//!
//! An interaction is a fact. The lines of an order are facts of a stream of their own, and a refund names the lines it
//! takes back. Amounts are signed from the seller's side: an order is positive, a refund negative, so that the sum of
//! the amounts is net revenue.
//!
//! ```
//! use crm_core::Crm;
//! use crm_core::customer::NewCustomer;
//! use crm_core::interaction::{Line, NewInteraction, Timeline};
//!
//! let crm = Crm::in_memory()?;
//! let anna = crm.customers().create(NewCustomer::person("Anna Example"))?;
//! let order = NewInteraction::order(anna.id, "2026-03-01T09:00:00Z".parse()?, "49.90 EUR".parse()?)
//!     .source("shop".parse()?, "A-17")
//!     .line(Line::new("coffee", 2, "49.90 EUR".parse()?));
//! let recorded = crm.interactions().record(order.clone())?;
//! assert_eq!(crm.interactions().record(order)?, recorded, "a second delivery is the same interaction");
//!
//! crm.interactions().record(NewInteraction::refund(recorded, anna.id, "2026-03-05T10:00:00Z".parse()?, "20.00 EUR".parse()?))?;
//! let timeline = crm.interactions().timeline(anna.id, Timeline::newest())?;
//! assert_eq!(timeline.items.len(), 2);
//! assert_eq!(timeline.items[0].amount, Some("-20.00 EUR".parse()?));
//! # Ok::<(), crm_core::Error>(())
//! ```

mod decide;
mod fields;
mod model;

pub use decide::{declare_properties, record, referred};
pub use fields::{
    CALL, INTERACTION, MESSAGE, NOTE, ORDER, ORDER_LINE, PAYMENT, REFUND, VISIT, declarations, property_names,
};
pub use model::{Interaction, Line, NewInteraction, OrderLine, RefundedLine, Timeline};

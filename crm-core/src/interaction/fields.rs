//! What this room stores, declared.

use crate::base::DataClass::{Behaviour, Financial, FreeText, Pseudonym};
use crate::base::Provenance::Observed;
use crate::base::ValueType::{Id, Int, Money, Text};
use crate::base::{Declaration, FieldDecl, Name, Stream, Target};

/// Facts of interactions.
pub const INTERACTION: Stream = Stream::from_static("interaction");
/// Facts of the lines of orders and refunds.
pub const ORDER_LINE: Stream = Stream::from_static("order_line");

/// Something was bought. The amount is what was charged.
pub const ORDER: Name = Name::from_static("order");
/// Something was paid. The amount is not revenue; the order's is.
pub const PAYMENT: Name = Name::from_static("payment");
/// Something was taken back. The amount is negative, and the order is named.
pub const REFUND: Name = Name::from_static("refund");
/// Somebody came by: a shop, a page, an app.
pub const VISIT: Name = Name::from_static("visit");
/// A message was sent or received.
pub const MESSAGE: Name = Name::from_static("message");
/// A call was made or taken.
pub const CALL: Name = Name::from_static("call");
/// Somebody wrote something down.
pub const NOTE: Name = Name::from_static("note");

pub(super) const CHANNEL: Name = Name::from_static("channel");
pub(super) const REFERS_TO: Name = Name::from_static("refers_to");
pub(super) const QUANTITY: Name = Name::from_static("quantity");
pub(super) const TEXT: Name = Name::from_static("text");
pub(super) const LINE: Name = Name::from_static("line");
pub(super) const PRODUCT: Name = Name::from_static("product");
pub(super) const CATEGORY: Name = Name::from_static("category");

/// The fields of an interaction that are not properties of the host's own.
pub(super) const BUILT_IN: [Name; 4] = [CHANNEL, REFERS_TO, QUANTITY, TEXT];

const KNOW: &[&str] = &["service", "marketing", "analytics"];

/// Everything that this room stores.
pub fn declarations() -> Vec<Declaration> {
    let interaction = vec![
        FieldDecl::new("channel", Text, Behaviour, Observed, KNOW).doc("the channel on which it happened"),
        FieldDecl::new("refers_to", Id, Pseudonym, Observed, KNOW).doc("the interaction that it answers or takes back"),
        FieldDecl::new("quantity", Int, Behaviour, Observed, KNOW).unit("items").doc("how many items it is about"),
        FieldDecl::new("text", Text, FreeText, Observed, &["service"]).doc("what was written or said"),
    ];
    let line = vec![
        FieldDecl::new("refers_to", Id, Pseudonym, Observed, KNOW).doc("the order or refund that the line belongs to"),
        FieldDecl::new("line", Int, Behaviour, Observed, KNOW).doc("the number of the line in its order, from 1"),
        FieldDecl::new("product", Text, Behaviour, Observed, KNOW).doc("the product's code"),
        FieldDecl::new("category", Text, Behaviour, Observed, KNOW).doc("the product's category"),
        FieldDecl::new("quantity", Int, Behaviour, Observed, KNOW).unit("items").doc("how many items"),
        FieldDecl::new("list_amount", Money, Financial, Observed, KNOW).doc("the amount before discounts"),
    ];
    vec![
        Declaration { target: Target::Stream(INTERACTION), fields: interaction },
        Declaration { target: Target::Stream(ORDER_LINE), fields: line },
    ]
}

/// The names of the interactions that the library knows.
pub const fn property_names() -> [Name; 7] {
    [ORDER, PAYMENT, REFUND, VISIT, MESSAGE, CALL, NOTE]
}

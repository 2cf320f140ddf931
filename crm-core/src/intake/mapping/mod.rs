//! What the columns of a file mean, and how its cells are written.

mod contacts;
mod form;
mod purchases;
mod text;

pub use contacts::{ConsentColumns, ContactMapping};
pub use form::FileForm;
pub use purchases::{DecimalMark, PurchaseMapping, Refunds};

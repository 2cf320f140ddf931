//! What the example programs share.
#![forbid(unsafe_code)]

mod contacts;

pub use contacts::synthetic_contacts;

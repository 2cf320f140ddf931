//! Who: people, organisations and households, the addresses at which they are reached, the names under which other
//! systems know them, what is known about them, and how they belong together.
//!
//! A customer is one record. Its contact points and relationships are records of their own, because each has a life of
//! its own; the history of its attributes is a stream of facts, of which the record shows the present.
//!
//! ```
//! use crm_core::Crm;
//! use crm_core::base::Name;
//! use crm_core::customer::{NewContactPoint, NewCustomer};
//!
//! let crm = Crm::in_memory()?;
//! let anna = crm.customers().create(
//!     NewCustomer::person("Anna Example")
//!         .identifier(Name::new("shop")?, "C-1001")
//!         .contact(NewContactPoint::email("anna@example.org")?),
//! )?;
//! let found = crm.customers().find(&Name::new("shop")?, "C-1001")?;
//! assert_eq!(found, Some(anna.id));
//! # Ok::<(), crm_core::Error>(())
//! ```

mod attribute;
mod contact_point;
mod decide;
mod fields;
mod model;
mod relationship;

pub use attribute::{Attribute, AttributeValue};
pub(crate) use contact_point::match_key;
pub use contact_point::{ContactKind, ContactPoint, NewContactPoint};
pub use decide::{
    add_contact_point, archive, create, declare_attributes, relate, save, save_contact_point, save_relationship,
    set_attributes,
};
pub use fields::{ATTRIBUTE, CONTACT_POINT, CUSTOMER, RELATIONSHIP, declarations, identifier_key};
pub use model::{Customer, CustomerType, Identifier, NewCustomer};
pub use relationship::{NewRelationship, Relationship};

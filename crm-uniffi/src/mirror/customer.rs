//! Customers, their addresses, attributes and relationships.

use crm_core::base::*;
use crm_core::customer::*;

/// What sort of party a customer is.
#[uniffi::remote(Enum)]
pub enum CustomerType {
    /// A human being.
    Person,
    /// A company, an authority, a club.
    Organisation,
    /// People who buy together.
    Household,
}

/// The name under which another system knows a customer. Within one name space it belongs to one customer.
#[uniffi::remote(Record)]
pub struct Identifier {
    /// The system or document (`shop`, `passport`).
    pub namespace: Name,
    /// The name there.
    pub value: Text,
}

/// A customer.
///
/// To change one, read it, edit its public fields, and save it. A save fails when somebody else saved in between.
#[uniffi::remote(Record)]
pub struct Customer {
    /// The id.
    pub id: CustomerId,
    /// The version that was read.
    pub version: u64,
    /// Person, organisation or household.
    pub customer_type: CustomerType,
    /// The whole name.
    #[uniffi(default)]
    pub name: Option<Personal<Text>>,
    /// The name to greet a person by.
    #[uniffi(default)]
    pub given_name: Option<Personal<Text>>,
    /// The name of the family.
    #[uniffi(default)]
    pub family_name: Option<Personal<Text>>,
    /// The day of birth.
    #[uniffi(default)]
    pub birth_date: Option<Personal<Date>>,
    /// Country of residence.
    #[uniffi(default)]
    pub country: Option<Country>,
    /// Preferred language.
    #[uniffi(default)]
    pub locale: Option<Locale>,
    /// Time zone.
    #[uniffi(default)]
    pub zone: Option<Zone>,
    /// Words put by hand, each once, sorted.
    pub tags: Vec<Text>,
    /// What other systems call the customer, each once, sorted.
    pub identifiers: Vec<Identifier>,
    /// The present values of the host's own attributes. They are changed by
    /// `set_attributes`, which keeps their history; a save leaves them alone.
    pub attributes: Fields,
    /// When the customer was entered.
    pub created_at: Timestamp,
    /// When the customer was put away, if so. Archived customers keep everything, and are in no audience.
    #[uniffi(default)]
    pub archived_at: Option<Timestamp>,
}

/// A customer to be created.
#[uniffi::remote(Record)]
pub struct NewCustomer {
    /// Person, organisation or household.
    pub customer_type: CustomerType,
    /// The whole name.
    #[uniffi(default)]
    pub name: Option<Personal<Text>>,
    /// The name to greet a person by.
    #[uniffi(default)]
    pub given_name: Option<Personal<Text>>,
    /// The name of the family.
    #[uniffi(default)]
    pub family_name: Option<Personal<Text>>,
    /// The day of birth.
    #[uniffi(default)]
    pub birth_date: Option<Personal<Date>>,
    /// Country of residence.
    #[uniffi(default)]
    pub country: Option<Country>,
    /// Preferred language.
    #[uniffi(default)]
    pub locale: Option<Locale>,
    /// Time zone.
    #[uniffi(default)]
    pub zone: Option<Zone>,
    /// Words put by hand.
    #[uniffi(default)]
    pub tags: Vec<Text>,
    /// What other systems call the customer.
    #[uniffi(default)]
    pub identifiers: Vec<Identifier>,
    /// Addresses.
    #[uniffi(default)]
    pub contact_points: Vec<NewContactPoint>,
    /// Attributes of the host's own, each declared before.
    #[uniffi(default)]
    pub attributes: Fields,
    /// Where all this was learned.
    #[uniffi(default)]
    pub source: Option<Name>,
}

/// What sort of address a contact point is. One address may serve several channels.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum ContactKind {
    /// An e-mail address.
    Email,
    /// A telephone number, for calls and text messages.
    Phone,
    /// A postal address.
    Post,
    /// A device that takes notifications.
    Push,
    /// An account with a social network or messenger.
    Social,
}

/// One address of a customer.
#[uniffi::remote(Record)]
pub struct ContactPoint {
    /// The id. Consent is given for this address, not for the one that replaces it.
    pub id: ContactPointId,
    /// The version that was read.
    pub version: u64,
    /// Whose it is.
    pub customer: CustomerId,
    /// What sort of address it is.
    pub kind: ContactKind,
    /// The address, normalised. It never changes: a new address is a new contact point.
    pub value: Personal<Text>,
    /// What the customer calls it.
    #[uniffi(default)]
    pub label: Option<Personal<Text>>,
    /// Whether it is the one to use first.
    pub primary: bool,
    /// When it was shown to be the customer's.
    #[uniffi(default)]
    pub verified_at: Option<Timestamp>,
    /// When it was last found not to work.
    #[uniffi(default)]
    pub bounced_at: Option<Timestamp>,
    /// From when on it may be used.
    #[uniffi(default)]
    pub valid_from: Option<Timestamp>,
    /// From when on it may no longer be used.
    #[uniffi(default)]
    pub valid_to: Option<Timestamp>,
}

/// An address to be added to a customer.
#[uniffi::remote(Record)]
pub struct NewContactPoint {
    /// What sort of address it is.
    pub kind: ContactKind,
    /// The address. It is checked and normalised when it is entered.
    pub value: Personal<Text>,
    /// What the customer calls it.
    #[uniffi(default)]
    pub label: Option<Personal<Text>>,
    /// Whether it is the one to use first.
    #[uniffi(default)]
    pub primary: bool,
    /// When it was shown to be the customer's.
    #[uniffi(default)]
    pub verified_at: Option<Timestamp>,
    /// When it was last found not to work.
    #[uniffi(default)]
    pub bounced_at: Option<Timestamp>,
    /// From when on it may be used.
    #[uniffi(default)]
    pub valid_from: Option<Timestamp>,
    /// From when on it may no longer be used.
    #[uniffi(default)]
    pub valid_to: Option<Timestamp>,
}

/// One value that an attribute had: since when, and since when we know.
#[uniffi::remote(Record)]
pub struct Attribute {
    /// Whose attribute it is.
    pub customer: CustomerId,
    /// The attribute.
    pub name: Name,
    /// The value; `None` where it was cleared.
    #[uniffi(default)]
    pub value: Option<Value>,
    /// Since when the value holds.
    pub at: Timestamp,
    /// When we learned of it.
    pub recorded: Timestamp,
    /// Who said so.
    #[uniffi(default)]
    pub source: Option<Name>,
}

/// A value to be set.
#[uniffi::remote(Record)]
pub struct AttributeValue {
    /// The attribute, declared before.
    pub name: Name,
    /// The value; `None` clears it.
    #[uniffi(default)]
    pub value: Option<Value>,
    /// Since when the value holds; `None` for now. It may not lie in the future.
    #[uniffi(default)]
    pub at: Option<Timestamp>,
    /// Who says so.
    #[uniffi(default)]
    pub source: Option<Name>,
}

/// A directed relationship between two customers during a period: `from` is `role` of `to`.
#[uniffi::remote(Record)]
pub struct Relationship {
    /// The id.
    pub id: Id,
    /// The version that was read.
    pub version: u64,
    /// The one who has the role.
    pub from: CustomerId,
    /// The one towards whom.
    pub to: CustomerId,
    /// The role (`employee`, `member`, `parent`).
    pub role: Name,
    /// Since when.
    #[uniffi(default)]
    pub valid_from: Option<Timestamp>,
    /// Until when, exclusive.
    #[uniffi(default)]
    pub valid_to: Option<Timestamp>,
}

/// A relationship to be entered.
#[uniffi::remote(Record)]
pub struct NewRelationship {
    /// The one who has the role.
    pub from: CustomerId,
    /// The one towards whom.
    pub to: CustomerId,
    /// The role.
    pub role: Name,
    /// Since when.
    #[uniffi(default)]
    pub valid_from: Option<Timestamp>,
    /// Until when, exclusive.
    #[uniffi(default)]
    pub valid_to: Option<Timestamp>,
}

//! The handle on customers.

use crm_core::base::{AsOf, Cursor, CustomerId, FieldDecl, Name, Page};
use crm_core::crm::Customers;
use crm_core::customer::{
    Attribute, AttributeValue, ContactKind, ContactPoint, Customer, NewContactPoint, NewCustomer, NewRelationship,
    Relationship,
};

use crate::{CrmError, guard};

/// The handle on customers, their addresses, attributes and relationships.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingCustomers(pub(crate) Customers);

/// A page of customers.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, uniffi::Record)]
pub struct CustomerPage {
    /// The customers, in the order of their ids.
    pub items: Vec<Customer>,
    /// Where the next page starts; nothing when there was nothing behind this one.
    pub next: Option<Cursor>,
}

impl From<Page<Customer>> for CustomerPage {
    fn from(page: Page<Customer>) -> Self {
        Self { items: page.items, next: page.next }
    }
}

#[uniffi::export]
impl BlockingCustomers {
    /// Creates a customer.
    pub fn create(&self, new: NewCustomer) -> Result<Customer, CrmError> {
        guard(|| self.0.create(new))
    }

    /// Creates many customers, all or none.
    pub fn create_all(&self, new: Vec<NewCustomer>) -> Result<Vec<Customer>, CrmError> {
        guard(|| self.0.create_all(&new))
    }

    /// A customer.
    pub fn get(&self, id: CustomerId) -> Result<Customer, CrmError> {
        guard(|| self.0.get(id))
    }

    /// Many customers, in the order asked; nothing for those that do not exist.
    pub fn get_all(&self, ids: Vec<CustomerId>) -> Result<Vec<Option<Customer>>, CrmError> {
        guard(|| self.0.get_all(&ids))
    }

    /// The customer that another system knows under a name.
    pub fn find(&self, namespace: Name, value: String) -> Result<Option<CustomerId>, CrmError> {
        guard(|| self.0.find(&namespace, &value))
    }

    /// The customers that another system knows under names, in the order asked.
    pub fn find_all(&self, namespace: Name, values: Vec<String>) -> Result<Vec<Option<CustomerId>>, CrmError> {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        guard(|| self.0.find_all(&namespace, &values))
    }

    /// The contact points with an address, whoever they belong to. The address is normalised like a new one.
    pub fn find_contact_points(&self, kind: ContactKind, value: String) -> Result<Vec<ContactPoint>, CrmError> {
        guard(|| self.0.find_contact_points(kind, &value))
    }

    /// A page of all customers, in the order of their ids.
    #[uniffi::method(default(limit = 1000, cursor = None))]
    pub fn list(&self, limit: usize, cursor: Option<Cursor>) -> Result<CustomerPage, CrmError> {
        guard(|| self.0.list(limit, cursor).map(CustomerPage::from))
    }

    /// Saves an edited customer, and gives it back in its new version.
    pub fn save(&self, edited: Customer) -> Result<Customer, CrmError> {
        guard(|| self.0.save(&edited))
    }

    /// Puts a customer away: it keeps everything, and is in no audience.
    pub fn archive(&self, id: CustomerId) -> Result<(), CrmError> {
        guard(|| self.0.archive(id))
    }

    /// Takes a customer out again.
    pub fn restore(&self, id: CustomerId) -> Result<(), CrmError> {
        guard(|| self.0.restore(id))
    }

    /// Adds an address to a customer.
    pub fn add_contact_point(&self, id: CustomerId, new: NewContactPoint) -> Result<ContactPoint, CrmError> {
        guard(|| self.0.add_contact_point(id, &new))
    }

    /// Saves an edited contact point: verified, bounced, ended. The address itself never changes.
    pub fn save_contact_point(&self, edited: ContactPoint) -> Result<ContactPoint, CrmError> {
        guard(|| self.0.save_contact_point(&edited))
    }

    /// The addresses of a customer.
    pub fn contact_points(&self, id: CustomerId) -> Result<Vec<ContactPoint>, CrmError> {
        guard(|| self.0.contact_points(id))
    }

    /// Enters a relationship.
    pub fn relate(&self, new: NewRelationship) -> Result<Relationship, CrmError> {
        guard(|| self.0.relate(&new))
    }

    /// Saves an edited relationship, for example one that has ended.
    pub fn save_relationship(&self, edited: Relationship) -> Result<Relationship, CrmError> {
        guard(|| self.0.save_relationship(&edited))
    }

    /// The relationships of a customer: those in which it has the role, then those towards it.
    pub fn relationships(&self, id: CustomerId) -> Result<Vec<Relationship>, CrmError> {
        guard(|| self.0.relationships(id))
    }

    /// Declares attributes of the host's own.
    pub fn declare_attributes(&self, attributes: Vec<FieldDecl>) -> Result<(), CrmError> {
        guard(|| self.0.declare_attributes(&attributes))
    }

    /// Sets or clears attributes, and keeps what was known before.
    pub fn set_attributes(&self, id: CustomerId, values: Vec<AttributeValue>) -> Result<(), CrmError> {
        guard(|| self.0.set_attributes(id, &values))
    }

    /// Every value that an attribute had, oldest first.
    pub fn attribute_history(&self, id: CustomerId, name: Name) -> Result<Vec<Attribute>, CrmError> {
        guard(|| self.0.attribute_history(id, &name))
    }

    /// The value that an attribute had at an instant, by what was known at another.
    pub fn attribute_as_of(&self, id: CustomerId, name: Name, as_of: AsOf) -> Result<Option<Attribute>, CrmError> {
        guard(|| self.0.attribute_as_of(id, &name, as_of))
    }
}

//! Customers, their addresses, attributes and relationships.

use super::Crm;
use crate::base::{AsOf, Cursor, CustomerId, Error, FieldDecl, Id, Name, Page, Result, Timestamp};
use crate::change::ChangeSet;
use crate::customer::{
    self, ATTRIBUTE, Attribute, AttributeValue, CONTACT_POINT, CUSTOMER, ContactKind, ContactPoint, Customer,
    NewContactPoint, NewCustomer, NewRelationship, RELATIONSHIP, Relationship,
};
use crate::fact::Fact;
use crate::record::{Key, Record};
use crate::store::{FactQuery, Scan};

/// The handle on customers. See [`crate::customer`].
#[derive(Clone, Debug)]
pub struct Customers {
    crm: Crm,
}

impl Customers {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    /// Creates a customer.
    ///
    /// # Errors
    /// [`Error::Conflict`] when one of its identifiers belongs to another customer; [`Error::Invalid`] for an attribute
    /// that is not declared.
    pub fn create(&self, new: NewCustomer) -> Result<Customer> {
        let mut created = self.create_all(&[new])?;
        created.pop().ok_or_else(|| Error::invalid("customer", "none was created"))
    }

    /// Creates many customers, all or none.
    pub fn create_all(&self, new: &[NewCustomer]) -> Result<Vec<Customer>> {
        let (created, _) = self.crm.write(|env, registry| {
            let mut changes = ChangeSet::new(env.now);
            let mut created = Vec::with_capacity(new.len());
            for one in new {
                let (customer, set) = customer::create(one.clone(), registry, env)?;
                changes.extend(set);
                created.push(customer);
            }
            Ok((created, changes))
        })?;
        self.crm.saw(created.iter().map(|customer| customer.id.into()));
        Ok(created)
    }

    /// A customer.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn get(&self, id: CustomerId) -> Result<Customer> {
        Customer::from_record(&self.record(&CUSTOMER, id.into())?)
    }

    /// Many customers, in the order asked; `None` for those that do not exist.
    pub fn get_all(&self, ids: &[CustomerId]) -> Result<Vec<Option<Customer>>> {
        let ids: Vec<Id> = ids.iter().copied().map(Id::from).collect();
        let records = self.crm.store().load(&CUSTOMER, &ids)?;
        records.iter().map(|record| record.as_ref().map(Customer::from_record).transpose()).collect()
    }

    /// The customer that another system knows under a name.
    pub fn find(&self, namespace: &Name, value: &str) -> Result<Option<CustomerId>> {
        Ok(self.find_all(namespace, &[value])?.pop().flatten())
    }

    /// The customers that another system knows under names, in the order asked.
    pub fn find_all(&self, namespace: &Name, values: &[&str]) -> Result<Vec<Option<CustomerId>>> {
        let keys = values.iter().map(|value| customer::identifier_key(namespace, value)).collect::<Result<Vec<_>>>()?;
        let found = self.crm.store().find(&CUSTOMER, &keys)?;
        Ok(found.into_iter().map(|id| id.map(CustomerId::new)).collect())
    }

    /// The contact points with an address, whoever they belong to. The address is normalised like a new one.
    pub fn find_contact_points(&self, kind: ContactKind, value: &str) -> Result<Vec<ContactPoint>> {
        let address = NewContactPoint::new(kind, value)?;
        let key = Key::lookup(kind.key(), customer::match_key(kind, address.value.expose()));
        self.scan(&Scan::all(CONTACT_POINT).with_key(key), ContactPoint::from_record)
    }

    /// A page of all customers, in the order of their ids.
    pub fn list(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<Customer>> {
        let page = self.crm.store().scan(&Scan::all(CUSTOMER).limit(limit).after(cursor))?;
        Ok(Page::new(page.items.iter().map(Customer::from_record).collect::<Result<_>>()?, page.next))
    }

    /// Saves an edited customer, and gives it back in its new version.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else saved in between, or when an identifier belongs to another customer.
    pub fn save(&self, edited: &Customer) -> Result<Customer> {
        self.crm.write(|env, _| {
            let current = self.record(&CUSTOMER, edited.id.into())?;
            Ok(((), customer::save(&current, edited, env.now)?))
        })?;
        self.get(edited.id)
    }

    /// Puts a customer away: it keeps everything, and is in no audience.
    pub fn archive(&self, id: CustomerId) -> Result<()> {
        self.put_away(id, true)
    }

    /// Takes a customer out again.
    pub fn restore(&self, id: CustomerId) -> Result<()> {
        self.put_away(id, false)
    }

    fn put_away(&self, id: CustomerId, away: bool) -> Result<()> {
        self.crm.write(|env, _| {
            let current = self.record(&CUSTOMER, id.into())?;
            Ok(((), customer::archive(&current, away, env.now)?))
        })?;
        Ok(())
    }

    /// Adds an address to a customer.
    pub fn add_contact_point(&self, id: CustomerId, new: &NewContactPoint) -> Result<ContactPoint> {
        self.crm.expect_customers(std::iter::once(id))?;
        Ok(self.crm.write(|env, _| customer::add_contact_point(id, new.clone(), env))?.0)
    }

    /// Saves an edited contact point: verified, bounced, ended. The address itself never changes.
    pub fn save_contact_point(&self, edited: &ContactPoint) -> Result<ContactPoint> {
        self.crm.write(|env, _| {
            let current = self.record(&CONTACT_POINT, edited.id.into())?;
            Ok(((), customer::save_contact_point(&current, edited, env.now)?))
        })?;
        ContactPoint::from_record(&self.record(&CONTACT_POINT, edited.id.into())?)
    }

    /// The addresses of a customer.
    pub fn contact_points(&self, id: CustomerId) -> Result<Vec<ContactPoint>> {
        self.scan(&Scan::all(CONTACT_POINT).about(id), ContactPoint::from_record)
    }

    /// Enters a relationship.
    pub fn relate(&self, new: &NewRelationship) -> Result<Relationship> {
        self.crm.expect_customers([new.from, new.to].into_iter())?;
        Ok(self.crm.write(|env, _| customer::relate(new.clone(), env))?.0)
    }

    /// Saves an edited relationship, for example one that has ended.
    pub fn save_relationship(&self, edited: &Relationship) -> Result<Relationship> {
        self.crm.write(|env, _| {
            let current = self.record(&RELATIONSHIP, edited.id)?;
            Ok(((), customer::save_relationship(&current, edited, env.now)?))
        })?;
        Relationship::from_record(&self.record(&RELATIONSHIP, edited.id)?)
    }

    /// The relationships of a customer: those in which it has the role, then those towards it.
    pub fn relationships(&self, id: CustomerId) -> Result<Vec<Relationship>> {
        let mut all = self.scan(&Scan::all(RELATIONSHIP).about(id), Relationship::from_record)?;
        let towards = Scan::all(RELATIONSHIP).with_key(Relationship::key_towards(id));
        all.extend(self.scan(&towards, Relationship::from_record)?);
        Ok(all)
    }

    /// Declares attributes of the host's own.
    pub fn declare_attributes(&self, attributes: &[FieldDecl]) -> Result<()> {
        self.crm.write(|env, registry| Ok(((), customer::declare_attributes(registry, attributes, env.now)?)))?;
        Ok(())
    }

    /// Sets or clears attributes, and keeps what was known before.
    pub fn set_attributes(&self, id: CustomerId, values: &[AttributeValue]) -> Result<()> {
        let names: Vec<Name> = values.iter().map(|value| value.name.clone()).collect();
        self.crm.write(|env, registry| {
            let current = self.record(&CUSTOMER, id.into())?;
            let history = self.attribute_facts(id, &names, None)?;
            Ok(((), customer::set_attributes(&current, &history, values, registry, env)?))
        })?;
        Ok(())
    }

    /// Every value that an attribute had, oldest first.
    pub fn attribute_history(&self, id: CustomerId, name: &Name) -> Result<Vec<Attribute>> {
        Ok(self.attribute_facts(id, std::slice::from_ref(name), None)?.iter().map(Attribute::from_fact).collect())
    }

    /// The value that an attribute had at an instant, by what was known at another.
    pub fn attribute_as_of(&self, id: CustomerId, name: &Name, as_of: AsOf) -> Result<Option<Attribute>> {
        let facts = self.attribute_facts(id, std::slice::from_ref(name), Some(as_of.known))?;
        let held = facts.iter().map(Attribute::from_fact).filter(|one| one.at <= as_of.valid);
        Ok(held.max_by_key(|one| (one.at, one.recorded)))
    }

    fn attribute_facts(&self, id: CustomerId, names: &[Name], known: Option<Timestamp>) -> Result<Vec<Fact>> {
        let mut query = FactQuery::about(ATTRIBUTE, id);
        query.names = names.to_vec();
        query.known = known;
        Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))
    }

    fn record(&self, kind: &crate::base::Kind, id: Id) -> Result<Record> {
        let record = self.crm.store().load(kind, &[id])?.pop().flatten();
        record.ok_or_else(|| Error::NotFound { kind: name_of(kind), id })
    }

    fn scan<T>(&self, scan: &Scan, read: impl Fn(&Record) -> Result<T>) -> Result<Vec<T>> {
        let records = Crm::every(|cursor| self.crm.store().scan(&scan.clone().after(cursor)))?;
        records.iter().map(read).collect()
    }
}

fn name_of(kind: &crate::base::Kind) -> Name {
    kind.clone().into()
}

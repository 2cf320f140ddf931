//! Decisions about customers: a command and what is known go in, a change set comes out.

use super::attribute::{Attribute, AttributeValue};
use super::contact_point::{ContactPoint, NewContactPoint};
use super::fields::{ATTRIBUTE, BUILT_IN, CUSTOMER, SOURCE};
use super::model::{Customer, NewCustomer};
use super::relationship::{NewRelationship, Relationship};
use crate::base::{
    Clash, ContactPointId, CustomerId, Declaration, Env, Error, FieldDecl, Fields, Name, Registry, Result, Target,
    Timestamp, Value,
};
use crate::change::{Change, ChangeSet};
use crate::fact::Fact;
use crate::record::Record;

/// Declares attributes of the host's own: from then on customers may have them.
///
/// # Errors
/// [`Error::Invalid`] when a name is taken by the library, is no lower-case identifier, or was declared with another
/// type.
pub fn declare_attributes(registry: &Registry, attributes: &[FieldDecl], now: Timestamp) -> Result<ChangeSet> {
    for field in attributes {
        crate::base::Kind::new(field.name.as_str())
            .map_err(|_| Error::invalid_at(&field.name, "an attribute's name is a lower-case identifier"))?;
        if BUILT_IN.contains(&field.name) || field.name == SOURCE {
            return Err(Error::invalid_at(&field.name, "the name is taken by a built-in field"));
        }
    }
    let mut trial = registry.clone();
    let mut changes = ChangeSet::new(now);
    for target in [Target::Kind(CUSTOMER), Target::Stream(ATTRIBUTE)] {
        let declaration = Declaration { target, fields: attributes.to_vec() };
        trial.declare(&declaration)?;
        changes.changes.push(Change::Declare(declaration));
    }
    Ok(changes)
}

/// Creates a customer with its contact points and attributes.
pub fn create(new: NewCustomer, registry: &Registry, env: &Env<'_>) -> Result<(Customer, ChangeSet)> {
    let source = new.source.clone();
    let (customer, contact_points) = new.into_customer(CustomerId::new(env.id()), env.now);
    check_attributes(&customer.attributes, registry)?;
    let mut changes = ChangeSet::new(env.now);
    changes.put(customer.to_record()?);
    for (name, value) in customer.attributes.iter() {
        changes.append(first_value(&customer, name, value, source.clone()).to_fact(env.id()));
    }
    for new in contact_points {
        changes.put(new.into_contact_point(ContactPointId::new(env.id()), customer.id)?.to_record()?);
    }
    Ok((customer, changes))
}

fn first_value(customer: &Customer, name: &Name, value: &Value, source: Option<Name>) -> Attribute {
    Attribute {
        customer: customer.id,
        name: name.clone(),
        value: Some(value.clone()),
        at: customer.created_at,
        recorded: customer.created_at,
        source,
    }
}

/// Saves an edited customer. Attributes are left as they are stored.
///
/// # Errors
/// [`Error::Conflict`] when `current` is not the version that was edited.
pub fn save(current: &Record, edited: &Customer, now: Timestamp) -> Result<ChangeSet> {
    check_version(current, edited.version)?;
    let stored = Customer::from_record(current)?;
    let next = Customer {
        version: edited.version + 1,
        attributes: stored.attributes,
        created_at: stored.created_at,
        ..edited.clone()
    };
    let mut changes = ChangeSet::new(now);
    changes.put(next.to_record()?);
    Ok(changes)
}

/// Puts a customer away, or takes it out again. What is so already stays untouched.
pub fn archive(current: &Record, away: bool, now: Timestamp) -> Result<ChangeSet> {
    let stored = Customer::from_record(current)?;
    let mut changes = ChangeSet::new(now);
    if stored.archived_at.is_some() != away {
        let next = Customer { version: stored.version + 1, archived_at: away.then_some(now), ..stored };
        changes.put(next.to_record()?);
    }
    Ok(changes)
}

/// Adds an address to a customer.
pub fn add_contact_point(
    customer: CustomerId,
    new: NewContactPoint,
    env: &Env<'_>,
) -> Result<(ContactPoint, ChangeSet)> {
    let contact_point = new.into_contact_point(ContactPointId::new(env.id()), customer)?;
    let mut changes = ChangeSet::new(env.now);
    changes.put(contact_point.to_record()?);
    Ok((contact_point, changes))
}

/// Saves an edited contact point.
///
/// # Errors
/// [`Error::Invalid`] when the address, its kind or its owner was edited: consent was given for the old address, so a
/// new one is a new contact point. [`Error::Conflict`] when `current` is not the version that was edited.
pub fn save_contact_point(current: &Record, edited: &ContactPoint, now: Timestamp) -> Result<ChangeSet> {
    check_version(current, edited.version)?;
    let stored = ContactPoint::from_record(current)?;
    if (stored.kind, &stored.value, stored.customer) != (edited.kind, &edited.value, edited.customer) {
        return Err(Error::invalid("contact_point", "an address never changes; add the new one and end the old"));
    }
    let mut changes = ChangeSet::new(now);
    changes.put(ContactPoint { version: edited.version + 1, ..edited.clone() }.to_record()?);
    Ok(changes)
}

/// Enters a relationship.
pub fn relate(new: NewRelationship, env: &Env<'_>) -> Result<(Relationship, ChangeSet)> {
    let NewRelationship { from, to, role, valid_from, valid_to } = new;
    let relationship = Relationship { id: env.id(), version: 1, from, to, role, valid_from, valid_to };
    let mut changes = ChangeSet::new(env.now);
    changes.put(relationship.to_record()?);
    Ok((relationship, changes))
}

/// Saves an edited relationship, for example one that has ended.
///
/// # Errors
/// [`Error::Conflict`] when `current` is not the version that was edited.
pub fn save_relationship(current: &Record, edited: &Relationship, now: Timestamp) -> Result<ChangeSet> {
    check_version(current, edited.version)?;
    let mut changes = ChangeSet::new(now);
    changes.put(Relationship { version: edited.version + 1, ..edited.clone() }.to_record()?);
    Ok(changes)
}

/// Sets or clears attributes, and keeps what was known before.
///
/// `history` holds the facts of the attributes that are set. A value that became known late does not replace one that
/// holds since a later instant.
///
/// # Errors
/// [`Error::Invalid`] for an attribute that is not declared, a value of another type, or an instant in the future.
pub fn set_attributes(
    current: &Record,
    history: &[Fact],
    values: &[AttributeValue],
    registry: &Registry,
    env: &Env<'_>,
) -> Result<ChangeSet> {
    let mut changes = ChangeSet::new(env.now);
    let mut next = current.next();
    let mut known: Vec<Attribute> = history.iter().map(Attribute::from_fact).collect();
    for one in values {
        let at = one.at.unwrap_or(env.now);
        if at > env.now {
            return Err(Error::invalid_at(&one.name, "holds since an instant in the future"));
        }
        check_attribute(&one.name, one.value.as_ref(), registry)?;
        let attribute = Attribute {
            customer: CustomerId::new(current.id),
            name: one.name.clone(),
            value: one.value.clone(),
            at,
            recorded: env.now,
            source: one.source.clone(),
        };
        changes.append(attribute.to_fact(env.id()));
        known.push(attribute);
        let present = known.iter().filter(|own| own.name == one.name).max_by_key(|own| (own.at, own.recorded));
        next.fields.put(one.name.clone(), present.and_then(|own| own.value.clone()));
    }
    if next.fields != current.fields {
        changes.put(next);
    }
    Ok(changes)
}

fn check_attributes(attributes: &Fields, registry: &Registry) -> Result<()> {
    attributes.iter().try_for_each(|(name, value)| check_attribute(name, Some(value), registry))
}

fn check_attribute(name: &Name, value: Option<&Value>, registry: &Registry) -> Result<()> {
    let declared = registry.field(&Target::Stream(ATTRIBUTE), name.as_str()).filter(|_| *name != SOURCE);
    let field = declared.ok_or_else(|| Error::invalid_at(name, "not declared as an attribute of customers"))?;
    match value {
        Some(value) if !value.fits(field.value_type) => {
            Err(Error::invalid_at(name, format!("declared as {}", field.value_type)))
        }
        _ => Ok(()),
    }
}

fn check_version(current: &Record, edited: u64) -> Result<()> {
    if current.version == edited {
        return Ok(());
    }
    let (kind, id) = (current.kind.clone(), current.id);
    Err(Error::Conflict(Clash::Version { kind, id, expected: edited, found: current.version }))
}

//! Static lists, written.

use std::collections::HashMap;

use super::Segments;
use crate::base::{AsOf, CustomerId, Error, Id, Name, Result};
use crate::change::ChangeSet;
use crate::crm::Crm;
use crate::customer::CUSTOMER;
use crate::fact::Fact;
use crate::segment::{LISTED, listed, lists_of};
use crate::store::FactQuery;

impl Segments {
    /// Puts customers on a list. Those who are on it are left as they are. Whether somebody is on a list is asked by
    /// `list("name")` in the segment language, as of any instant; a list that nobody was ever put on is empty.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown customer; then nobody is put on the list.
    pub fn add_to_list(&self, list: &Name, customers: &[CustomerId]) -> Result<()> {
        self.write_list(list, customers, true)
    }

    /// Takes customers off a list. Those who are not on it are left as they are.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown customer; then nobody is taken off the list.
    pub fn remove_from_list(&self, list: &Name, customers: &[CustomerId]) -> Result<()> {
        self.write_list(list, customers, false)
    }

    fn write_list(&self, list: &Name, customers: &[CustomerId], added: bool) -> Result<()> {
        let mut customers = customers.to_vec();
        customers.sort_unstable();
        customers.dedup();
        let ids: Vec<Id> = customers.iter().copied().map(Id::from).collect();
        self.crm.write(|env, _| {
            for (id, known) in ids.iter().zip(self.crm.store().load(&CUSTOMER, &ids)?) {
                known.ok_or_else(|| Error::not_found("customer", *id))?;
            }
            let said = list_facts(&self.crm, Some(&customers))?;
            let mut changes = ChangeSet::new(env.now);
            for customer in &customers {
                let own = said.get(&(*customer).into()).map_or(&[][..], Vec::as_slice);
                if lists_of(own, AsOf::at(env.now))?.contains(list) != added {
                    changes.append(listed(*customer, list, added, env));
                }
            }
            Ok(((), changes))
        })?;
        Ok(())
    }
}

/// What was said about lists, customer by customer.
pub(in crate::crm) fn list_facts(crm: &Crm, only: Option<&[CustomerId]>) -> Result<HashMap<Id, Vec<Fact>>> {
    let mut query = FactQuery::all(LISTED);
    query.subjects = only.map(|some| some.iter().copied().map(Id::from).collect());
    let mut facts: HashMap<Id, Vec<Fact>> = HashMap::new();
    for fact in Crm::every(|cursor| crm.store().facts(&query.clone().after(cursor)))? {
        facts.entry(fact.subject).or_default().push(fact);
    }
    Ok(facts)
}

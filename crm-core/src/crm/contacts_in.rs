//! Lists of contacts in: from checked rows to customers, addresses and what was said.

use std::collections::HashMap;

use super::Crm;
use super::intake::{CHUNK, Imported};
use crate::base::{ContactPointId, CustomerId, Env, Id, Name, Registry, Result, Text};
use crate::change::{Change, ChangeSet};
use crate::customer::{
    self, CONTACT_POINT, CUSTOMER, ContactKind, ContactPoint, Customer, NewContactPoint, NewCustomer,
};
use crate::intake::{ConsentEntry, ContactRow, Contacts, Statement};
use crate::privacy::{self, ConsentEvent, ConsentKind, ContactQuestion, Policy};
use crate::record::Record;
use crate::store::{MAX_PAGE, Scan};

/// Decides on a whole list: who is new, what was learned, and what was said.
pub(super) struct ContactsIn<'a> {
    pub crm: &'a Crm,
    pub list: &'a Contacts,
    pub policy: &'a Policy,
    pub registry: &'a Registry,
    pub env: &'a Env<'a>,
    changes: ChangeSet,
    events: Vec<ConsentEvent>,
    counts: Imported,
}

impl<'a> ContactsIn<'a> {
    pub fn new(crm: &'a Crm, list: &'a Contacts, policy: &'a Policy, registry: &'a Registry, env: &'a Env<'a>) -> Self {
        let (changes, events, counts) = (ChangeSet::new(env.now), Vec::new(), Imported::default());
        Self { crm, list, policy, registry, env, changes, events, counts }
    }

    pub fn decide(mut self) -> Result<(Imported, ChangeSet)> {
        let numbers: Vec<&str> = self.list.rows.iter().map(|row| row.customer.as_str()).collect();
        let known = self.crm.customers().find_all(&self.list.source, &numbers)?;
        let ids: Vec<_> = known.iter().flatten().map(|id| id.id()).collect();
        let records = self.crm.store().load(&CUSTOMER, &ids)?;
        let mut records: HashMap<_, _> = records.into_iter().flatten().map(|record| (record.id, record)).collect();
        let mut points = self.known_points(&ids)?;
        for (row, known) in self.list.rows.iter().zip(known) {
            match known.and_then(|id| records.remove(&id.id())) {
                Some(record) => {
                    let points = points.remove(&CustomerId::new(record.id)).unwrap_or_default();
                    self.update(row, &record, points)?;
                }
                None => self.create(row)?,
            }
        }
        let (_, said) = privacy::record_consent(self.events, self.policy, self.env)?;
        self.changes.extend(said);
        Ok((self.counts, self.changes))
    }

    /// The contact points of customers.
    fn known_points(&self, ids: &[Id]) -> Result<HashMap<CustomerId, Vec<ContactPoint>>> {
        let mut all: HashMap<CustomerId, Vec<ContactPoint>> = HashMap::new();
        for some in ids.chunks(CHUNK) {
            let scan = Scan::all(CONTACT_POINT).about_any(some.to_vec()).limit(MAX_PAGE);
            for record in Crm::every(|cursor| self.crm.store().scan(&scan.clone().after(cursor)))? {
                let point = ContactPoint::from_record(&record)?;
                all.entry(point.customer).or_default().push(point);
            }
        }
        Ok(all)
    }

    fn create(&mut self, row: &ContactRow) -> Result<()> {
        let mut new = NewCustomer::default().identifier(self.list.source.clone(), &row.customer);
        new.name.clone_from(&row.name);
        new.given_name.clone_from(&row.given);
        new.family_name.clone_from(&row.family);
        new.birth_date = row.birth_date;
        new.country = row.country;
        new.locale.clone_from(&row.locale);
        new.tags.clone_from(&row.tags);
        new.contact_points = addresses(row)?;
        let (customer, set) = customer::create(new, self.registry, self.env)?;
        let points = contact_points(&set)?;
        self.changes.extend(set);
        self.counts.customers_created += 1;
        self.listen(row, customer.id, &points);
        Ok(())
    }

    /// What the list says goes over what was known; what it does not say stays.
    fn update(&mut self, row: &ContactRow, record: &Record, mut points: Vec<ContactPoint>) -> Result<()> {
        let stored = Customer::from_record(record)?;
        let mut edited = stored.clone();
        edited.name = row.name.clone().or(edited.name);
        edited.given_name = row.given.clone().or(edited.given_name);
        edited.family_name = row.family.clone().or(edited.family_name);
        edited.birth_date = row.birth_date.or(edited.birth_date);
        edited.country = row.country.or(edited.country);
        edited.locale = row.locale.clone().or(edited.locale);
        edited.tags.extend(row.tags.iter().cloned());
        edited.tags.sort();
        edited.tags.dedup();
        let mut changed = edited != stored;
        if changed {
            self.changes.extend(customer::save(record, &edited, self.env.now)?);
        }
        for new in addresses(row)? {
            changed |= self.address(stored.id, new, &mut points)?;
        }
        self.counts.customers_updated += u64::from(changed);
        self.listen(row, stored.id, &points);
        Ok(())
    }

    fn address(&mut self, id: CustomerId, new: NewContactPoint, points: &mut Vec<ContactPoint>) -> Result<bool> {
        let same = |own: &&mut ContactPoint| own.kind == new.kind && own.value == new.value;
        let Some(own) = points.iter_mut().find(same) else {
            let (point, set) = customer::add_contact_point(id, new, self.env)?;
            self.changes.extend(set);
            points.push(point);
            return Ok(true);
        };
        let mut edited = own.clone();
        edited.verified_at = new.verified_at.or(edited.verified_at);
        edited.bounced_at = new.bounced_at.or(edited.bounced_at);
        if edited == *own {
            return Ok(false);
        }
        let record = self.crm.store().load(&CONTACT_POINT, &[own.id.into()])?.pop().flatten();
        if let Some(record) = record {
            self.changes.extend(customer::save_contact_point(&record, &edited, self.env.now)?);
        }
        Ok(true)
    }

    fn listen(&mut self, row: &ContactRow, customer: CustomerId, points: &[ContactPoint]) {
        for entry in &row.consents {
            let point = points.iter().find(|point| point.kind.channels().contains(&entry.channel) && is_of(row, point));
            if let Some(point) = point {
                self.events.push(event(entry, &row.customer, &self.list.source, customer, point.id));
            }
        }
    }
}

/// The addresses of a row.
fn addresses(row: &ContactRow) -> Result<Vec<NewContactPoint>> {
    let mut all = Vec::new();
    if let Some(email) = &row.email {
        let mut point = NewContactPoint::email(email.as_str())?;
        point.verified_at = row.email_verified;
        point.bounced_at = row.email_bounced;
        all.push(point);
    }
    if let Some(phone) = &row.phone {
        all.push(NewContactPoint::phone(phone.as_str())?);
    }
    Ok(all)
}

/// Whether a contact point is the address of the row: what the row says is about that one.
fn is_of(row: &ContactRow, point: &ContactPoint) -> bool {
    let value = point.value.expose();
    match point.kind {
        ContactKind::Email => row.email.as_ref().is_some_and(|email| value == email.as_str()),
        ContactKind::Phone => row.phone.as_ref().is_some_and(|phone| value == phone.as_str()),
        ContactKind::Post | ContactKind::Push | ContactKind::Social => true,
    }
}

fn contact_points(set: &ChangeSet) -> Result<Vec<ContactPoint>> {
    let put = set.changes.iter().filter_map(|change| match change {
        Change::Put(record) if record.kind == CONTACT_POINT => Some(ContactPoint::from_record(record)),
        _ => None,
    });
    put.collect()
}

fn event(
    entry: &ConsentEntry,
    number: &Text,
    source: &Name,
    customer: CustomerId,
    point: ContactPointId,
) -> ConsentEvent {
    let question =
        ContactQuestion { customer, purpose: entry.purpose.clone(), channel: entry.channel, contact_point: point };
    let kind = match (entry.statement, &entry.notice) {
        (Statement::Granted, Some(_)) => ConsentKind::Granted,
        (Statement::Granted, None) => ConsentKind::Imported,
        (Statement::Confirmed, _) => ConsentKind::Confirmed,
        (Statement::Refused, _) => ConsentKind::Refused,
        (Statement::Withdrawn, _) => ConsentKind::Withdrawn,
    };
    let mut event = ConsentEvent::about(kind, &question, entry.at).origin(source.clone());
    if let Some(notice) = &entry.notice {
        event = event.notice(notice.clone());
    }
    let (purpose, channel, at) = (&entry.purpose, entry.channel, entry.at.as_micros());
    event.source(source.clone(), &format!("consent/{}/{purpose}/{channel}/{}/{at}", number.as_str(), kind.word()))
}

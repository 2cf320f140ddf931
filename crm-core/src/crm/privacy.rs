//! What is allowed.

use std::collections::BTreeMap;

use super::Crm;
use crate::base::{AsOf, ContactPointId, CustomerId, Env, Error, Id, Result, Target, Timestamp};
use crate::change::ChangeSet;
use crate::customer::{self, CONTACT_POINT, CUSTOMER, ContactKind, ContactPoint, RELATIONSHIP, Relationship};
use crate::fact::{Fact, Projection};
use crate::privacy::{
    self, AccessPackage, AddressToken, CONSENT, ConsentEvent, ConsentKind, ContactAnswer, ContactDecision, ContactFile,
    ContactQuestion, PURPOSE, PointStatus, Policy, Purpose, SUPPRESSION, SuppressionHistory, SuppressionReason,
};
use crate::store::{FactQuery, MAX_PAGE, Scan};

/// The handle on privacy. See [`crate::privacy`].
#[derive(Clone, Debug)]
pub struct Privacy {
    crm: Crm,
}

impl Privacy {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    /// Defines a purpose, or a new version of one. One that has not changed is left as it is.
    pub fn define(&self, purpose: &Purpose) -> Result<()> {
        let id = Purpose::id(&purpose.key);
        self.crm.write(|env, _| {
            let known = self.crm.store().load(&PURPOSE, &[id])?.pop().flatten();
            Ok(((), privacy::define_purpose(known.as_ref(), purpose, env)?))
        })?;
        Ok(())
    }

    /// The defined purposes.
    pub fn policy(&self) -> Result<Policy> {
        let records = Crm::every(|cursor| self.crm.store().scan(&Scan::all(PURPOSE).after(cursor)))?;
        Policy::from_records(&records)
    }

    /// Records what people have said, all or nothing, and gives the ids of the facts. A confirmation that came from a
    /// contact point shows that its owner can be reached there: it is verified from then on.
    ///
    /// # Errors
    /// See [`record_consent`](privacy::record_consent).
    pub fn record(&self, events: &[ConsentEvent]) -> Result<Vec<Id>> {
        self.crm.expect_customers(events.iter().map(|event| event.customer))?;
        let policy = self.policy()?;
        let decide = |env: &Env<'_>| {
            let (ids, mut changes) = privacy::record_consent(events.iter().cloned(), &policy, env)?;
            changes.extend(self.verify_confirmed(events, env.now)?);
            Ok((ids, changes))
        };
        Ok(self.crm.write(|env, _| decide(env))?.0)
    }

    fn verify_confirmed(&self, events: &[ConsentEvent], now: Timestamp) -> Result<ChangeSet> {
        let mut changes = ChangeSet::new(now);
        let mut confirmed: BTreeMap<(Id, CustomerId), Timestamp> = BTreeMap::new();
        for event in events.iter().filter(|event| event.kind == ConsentKind::Confirmed) {
            if let Some(point) = event.scope.contact_point {
                let first = confirmed.entry((point.into(), event.customer)).or_insert(event.at);
                *first = event.at.min(*first);
            }
        }
        let mut ids: Vec<Id> = confirmed.keys().map(|(point, _)| *point).collect();
        ids.dedup();
        for record in self.crm.store().load(&CONTACT_POINT, &ids)?.into_iter().flatten() {
            let point = ContactPoint::from_record(&record)?;
            // Nobody confirms for somebody else.
            if let (None, Some(at)) = (point.verified_at, confirmed.get(&(record.id, point.customer))) {
                let verified = ContactPoint { verified_at: Some(*at), ..point };
                changes.extend(customer::save_contact_point(&record, &verified, now)?);
            }
        }
        Ok(changes)
    }

    /// Takes back every permission of a customer, from now on.
    pub fn withdraw(&self, customer: CustomerId) -> Result<Id> {
        let ids = self.record(&[ConsentEvent::withdrawn(customer, self.crm.now())])?;
        ids.first().copied().ok_or_else(|| Error::invalid("consent", "nothing was recorded"))
    }

    /// Whether a contact is allowed, why, and which fact decides.
    pub fn evaluate(&self, question: &ContactQuestion, as_of: AsOf) -> Result<ContactDecision> {
        let file = self.file(question.customer)?;
        let point = file.points.iter().find(|point| point.id == question.contact_point);
        Ok(privacy::evaluate(&self.policy()?, question, &file.consents, point, as_of))
    }

    /// The answer to every question that can be asked about a customer.
    pub fn explain(&self, customer: CustomerId, as_of: AsOf) -> Result<Vec<ContactAnswer>> {
        Ok(privacy::explain_contact(&self.policy()?, &self.file(customer)?, as_of))
    }

    /// All that an evaluation has to know of a customer.
    pub(super) fn file(&self, customer: CustomerId) -> Result<ContactFile> {
        let mut files = self.files(Some(&[customer]))?;
        files.remove(&customer).ok_or_else(|| Error::not_found("customer", customer))
    }

    /// All that evaluations have to know of some customers, or of everybody.
    pub(super) fn files(&self, customers: Option<&[CustomerId]>) -> Result<BTreeMap<CustomerId, ContactFile>> {
        let mut files = match customers {
            Some(some) => some.iter().map(|id| (*id, ContactFile::new(*id))).collect(),
            None => self.everybody()?,
        };
        self.fill_points(customers, &mut files)?;
        let mut query = FactQuery::all(CONSENT).limit(MAX_PAGE);
        query.subjects = customers.map(|some| some.iter().copied().map(Id::from).collect());
        for fact in Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))? {
            if let Some(file) = files.get_mut(&CustomerId::new(fact.subject)) {
                file.consents.apply(&fact);
            }
        }
        Ok(files)
    }

    fn everybody(&self) -> Result<BTreeMap<CustomerId, ContactFile>> {
        let scan = Scan::all(CUSTOMER).limit(MAX_PAGE);
        let records = Crm::every(|cursor| self.crm.store().scan(&scan.clone().after(cursor)))?;
        let ids = records.iter().map(|record| CustomerId::new(record.id));
        Ok(ids.map(|id| (id, ContactFile::new(id))).collect())
    }

    fn fill_points(
        &self,
        customers: Option<&[CustomerId]>,
        files: &mut BTreeMap<CustomerId, ContactFile>,
    ) -> Result<()> {
        let points = self.contact_points(customers)?;
        let mut statuses: Vec<PointStatus> = points.iter().map(|point| self.status(point)).collect();
        self.fill_suppressions(&mut statuses)?;
        for status in statuses {
            if let Some(file) = files.get_mut(&status.customer) {
                file.points.push(status);
            }
        }
        Ok(())
    }

    fn contact_points(&self, customers: Option<&[CustomerId]>) -> Result<Vec<ContactPoint>> {
        let Some(some) = customers else {
            let scan = Scan::all(CONTACT_POINT).limit(MAX_PAGE);
            let records = Crm::every(|cursor| self.crm.store().scan(&scan.clone().after(cursor)))?;
            return records.iter().map(ContactPoint::from_record).collect();
        };
        let mut points = Vec::new();
        for id in some {
            points.extend(self.crm.customers().contact_points(*id)?);
        }
        Ok(points)
    }

    fn status(&self, point: &ContactPoint) -> PointStatus {
        let mut status = PointStatus::new(point.id, point.customer, point.kind.channels().to_vec());
        status.preferred = point.primary;
        status.valid.start = point.valid_from.unwrap_or(Timestamp::MIN);
        status.valid.end = point.valid_to.unwrap_or(Timestamp::MAX);
        status.verified_at = point.verified_at;
        status.bounced_at = point.bounced_at;
        status.address = self.token(point.kind, point.value.expose());
        status
    }

    fn token(&self, kind: ContactKind, address: &str) -> Option<AddressToken> {
        let key = self.crm.inner.address_key.as_ref()?;
        Some(key.token(kind.word(), &customer::match_key(kind, address)))
    }

    fn fill_suppressions(&self, statuses: &mut [PointStatus]) -> Result<()> {
        if self.crm.inner.address_key.is_none() {
            return Ok(());
        }
        let facts =
            Crm::every(|cursor| self.crm.store().facts(&FactQuery::all(SUPPRESSION).limit(MAX_PAGE).after(cursor)))?;
        let mut barred: BTreeMap<Id, SuppressionHistory> = BTreeMap::new();
        for fact in &facts {
            barred.entry(fact.subject).or_default().apply(fact);
        }
        for status in statuses {
            let history = status.address.and_then(|address| barred.get(&address.id()));
            status.suppressions = history.cloned().unwrap_or_default();
        }
        Ok(())
    }

    /// Bars the address of a contact point, whoever it belongs to.
    ///
    /// # Errors
    /// [`Error::Denied`] when the engine was built without an address key.
    pub fn suppress(&self, point: ContactPointId, reason: SuppressionReason, at: Timestamp) -> Result<()> {
        let record = self.crm.store().load(&CONTACT_POINT, &[point.into()])?.pop().flatten();
        let point = ContactPoint::from_record(&record.ok_or_else(|| Error::not_found("contact_point", point))?)?;
        let token = self.token(point.kind, point.value.expose());
        let token = token.ok_or_else(|| Error::denied("suppressions need an address key; give one to the builder"))?;
        self.crm.write(|env, _| Ok(((), privacy::suppress(token, None, reason, at, env)?)))?;
        Ok(())
    }

    /// Everything that is stored about a customer, each field with its class, origin and purposes.
    pub fn export(&self, customer: CustomerId) -> Result<AccessPackage> {
        self.crm.expect_customers(std::iter::once(customer))?;
        let registry = self.crm.registry();
        let (mut records, mut facts): (Vec<_>, Vec<Fact>) = (Vec::new(), Vec::new());
        for (target, _) in registry.iter() {
            match target {
                Target::Kind(kind) => {
                    let scan = Scan::all(kind.clone()).about(customer);
                    records.extend(Crm::every(|cursor| self.crm.store().scan(&scan.clone().after(cursor)))?);
                }
                Target::Stream(stream) => {
                    let query = FactQuery::about(stream.clone(), customer);
                    facts.extend(Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))?);
                }
            }
        }
        records.extend(self.crm.store().load(&CUSTOMER, &[customer.into()])?.into_iter().flatten());
        Ok(privacy::export_access(&registry, customer, &records, &facts))
    }

    /// Erases a customer: everything about the person goes, the relationships of others towards them included, and
    /// nothing about them is ever written again. The addresses are barred, if the engine has an address key, so that the
    /// next import of the same list contacts nobody.
    pub fn erase(&self, customer: CustomerId) -> Result<()> {
        self.crm.expect_customers(std::iter::once(customer))?;
        let addresses: Vec<AddressToken> =
            self.file(customer)?.points.iter().filter_map(|point| point.address).collect();
        let towards = Scan::all(RELATIONSHIP).with_key(Relationship::key_towards(customer));
        self.crm.write(|env, _| {
            let mut changes = ChangeSet::new(env.now);
            for record in Crm::every(|cursor| self.crm.store().scan(&towards.clone().after(cursor)))? {
                changes.delete(&record);
            }
            changes.extend(privacy::erase(customer, &addresses, env)?);
            Ok(((), changes))
        })?;
        self.crm.forget(customer);
        Ok(())
    }
}

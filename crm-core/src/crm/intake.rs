//! Files in: from checked rows to customers and what they did.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::Crm;
use super::contacts_in::ContactsIn;
use crate::base::{
    Clash, CustomerId, Digest, Env, Error, Id, Money, Name, Registry, Result, Text, checkpoint, every_now_and_then,
};
use crate::change::{Change, ChangeSet, Receipt};
use crate::customer::{self, CUSTOMER, NewCustomer};
use crate::fact::Fact;
use crate::intake::{
    ContactMapping, Fault, IntakeReport, Mode, PurchaseMapping, PurchaseRow, Purchases, Rejected, decode_contacts,
    decode_purchases,
};
use crate::interaction::{self, INTERACTION, NewInteraction, ORDER, REFUND};
use crate::store::FactQuery;

/// How many rows are looked up or decided about at once: few enough to stay in the processor's cache.
pub(super) const CHUNK: usize = 1_000;

/// The handle on imports. See [`crate::intake`].
#[derive(Clone, Debug)]
pub struct Intake {
    crm: Crm,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Imported {
    /// Customers that were entered.
    pub customers_created: u64,
    /// Customers that were there, and of whom something was learned.
    pub customers_updated: u64,
    /// Facts that were entered: purchases, or what people said about being contacted.
    pub facts: u64,
    /// Facts that were there already.
    pub duplicates: u64,
    /// Rows that were left out, in the order of the file, with their reasons; none in strict mode.
    pub rejected: Vec<Rejected>,
    /// What came of the file: its rows, how they were counted, and the mapping as it was used.
    pub report: IntakeReport,
}

impl Imported {
    /// Adds what decoding the file has come to.
    fn of_file(mut self, rejected: Vec<Rejected>, report: IntakeReport) -> Self {
        self.rejected.extend(rejected);
        self.rejected.sort_by_key(|one| one.row);
        self.report = report;
        self
    }
}

impl Intake {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    /// Imports a log of purchases, all or nothing. A customer that is not known under its number in the mapping's source
    /// is entered with that number and nothing else.
    ///
    /// # Errors
    /// [`Error::Import`] with the first row that is wrong, in strict mode; nothing is imported then. In lenient mode wrong
    /// rows are left out and listed.
    pub fn purchases(&self, file: &[u8], mapping: &PurchaseMapping, mode: Mode) -> Result<Imported> {
        let Purchases { rows, rejected, report } = decode_purchases(file, mapping, self.crm.now(), mode)?;
        Ok(self.purchase_rows(&rows, mode)?.of_file(rejected, report))
    }

    /// Imports purchases that were [decoded](decode_purchases) or put together before, like [`purchases`](Self::purchases).
    /// All rows come from the source that the first one names.
    pub fn purchase_rows(&self, rows: &[PurchaseRow], mode: Mode) -> Result<Imported> {
        let mut rows = Cow::Borrowed(rows);
        let mut rejected = Vec::new();
        loop {
            match self.try_purchases(&rows) {
                Ok(imported) => return Ok(Imported { rejected, ..imported }),
                // Another importer was faster to enter a customer: look again.
                Err(Error::Conflict(Clash::KeyTaken { kind, .. })) if kind == CUSTOMER => {}
                Err(Error::Conflict(Clash::FactDiffers { id, .. })) => {
                    let Some(first) = rows.iter().find(|row| row.source.fact_id() == id) else {
                        return Err(Error::invalid("purchases", "recorded before with another content"));
                    };
                    if mode == Mode::Strict {
                        return Err(recorded_differently(first).to_error());
                    }
                    let mut differing = self.differing(&rows)?;
                    differing.insert(id);
                    let (wrong, good): (Vec<_>, _) =
                        rows.into_owned().into_iter().partition(|row| differing.contains(&row.source.fact_id()));
                    rows = Cow::Owned(good);
                    rejected.extend(wrong.iter().map(recorded_differently));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Imports a list of contacts, all or nothing. Who is known under the same number learns what the list says: it goes
    /// over what was known, and what it does not say stays. What a person has said is recorded once, however often the
    /// list comes.
    ///
    /// # Errors
    /// [`Error::Import`] with the first row that is wrong, in strict mode; [`Error::NotFound`] for an agreement to a
    /// purpose that is not defined. Nothing is imported then.
    pub fn contacts(&self, file: &[u8], mapping: &ContactMapping, mode: Mode) -> Result<Imported> {
        let list = decode_contacts(file, mapping, self.crm.now(), mode)?;
        let policy = self.crm.privacy().policy()?;
        let (counts, receipt) =
            self.crm.write(|env, registry| ContactsIn::new(&self.crm, &list, &policy, registry, env).decide())?;
        Ok(with_receipt(counts, receipt).of_file(list.rejected, list.report))
    }

    fn try_purchases(&self, rows: &[PurchaseRow]) -> Result<Imported> {
        let (counts, receipt) = self.crm.write(|env, registry| self.decide(rows, registry, env))?;
        Ok(with_receipt(counts, receipt))
    }

    fn decide(&self, rows: &[PurchaseRow], registry: &Registry, env: &Env<'_>) -> Result<(Imported, ChangeSet)> {
        let mut changes = ChangeSet::new(env.now);
        let (customers, created) = self.resolve(rows, registry, env, &mut changes)?;
        changes.changes.reserve(rows.len());
        let total = rows.len();
        for (chunk, rows) in rows.chunks(CHUNK).enumerate() {
            checkpoint((chunk * CHUNK) as u64, Some(total as u64))?;
            let batch: Vec<NewInteraction> = rows.iter().map(|row| purchase(row, &customers)).collect();
            changes.extend(interaction::record(&batch, &[], registry, env)?.1);
        }
        Ok((Imported { customers_created: created, ..Imported::default() }, changes))
    }

    /// The facts of the rows that were recorded before with another content.
    fn differing(&self, rows: &[PurchaseRow]) -> Result<HashSet<Id>> {
        let undone = |env: &Env<'_>, registry: &Registry| {
            Ok((self.decide(rows, registry, env)?.1.changes, ChangeSet::new(env.now)))
        };
        let (changes, _) = self.crm.write(undone)?;
        let mut differing = HashSet::new();
        let mut digest = Digest::default();
        for changes in changes.chunks(CHUNK) {
            let facts = || changes.iter().filter_map(appended);
            let query = FactQuery::by_id(INTERACTION, facts().map(|fact| fact.id).collect());
            let stored = Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))?;
            let stored: HashMap<Id, Fact> = stored.into_iter().map(|fact| (fact.id, fact)).collect();
            differing.extend(facts().filter_map(|fact| {
                let known = stored.get(&fact.id)?;
                (fact.digest_into(&mut digest, known.recorded) != known.digest()).then_some(fact.id)
            }));
        }
        Ok(differing)
    }

    /// The customers of the rows, by the numbers that their source gives them; those that are not known are created.
    fn resolve(
        &self,
        rows: &[PurchaseRow],
        registry: &Registry,
        env: &Env<'_>,
        changes: &mut ChangeSet,
    ) -> Result<(HashMap<Text, CustomerId>, u64)> {
        let Some(source) = rows.first().map(|row| row.source.source.clone()) else { return Ok((HashMap::new(), 0)) };
        let mut numbers = HashSet::new();
        for (at, row) in rows.iter().enumerate() {
            every_now_and_then(at, rows.len())?;
            numbers.insert(&row.customer);
        }
        let mut numbers: Vec<&Text> = numbers.into_iter().collect();
        numbers.sort_unstable();
        self.resolve_numbers(&source, &numbers, registry, env, changes)
    }

    fn resolve_numbers(
        &self,
        source: &Name,
        numbers: &[&Text],
        registry: &Registry,
        env: &Env<'_>,
        changes: &mut ChangeSet,
    ) -> Result<(HashMap<Text, CustomerId>, u64)> {
        let words: Vec<&str> = numbers.iter().map(|number| number.as_str()).collect();
        let known = self.crm.customers().find_all(source, &words)?;
        let mut customers = HashMap::with_capacity(numbers.len());
        let mut created = 0;
        for (at, (number, known)) in numbers.iter().zip(known).enumerate() {
            every_now_and_then(at, numbers.len())?;
            let id = if let Some(id) = known {
                id
            } else {
                let new = NewCustomer::default().identifier(source.clone(), number);
                let (customer, set) = customer::create(new, registry, env)?;
                changes.extend(set);
                created += 1;
                customer.id
            };
            customers.insert((*number).clone(), id);
        }
        Ok((customers, created))
    }
}

fn purchase(row: &PurchaseRow, customers: &HashMap<Text, CustomerId>) -> NewInteraction {
    let customer = customers.get(&row.customer).copied().unwrap_or(CustomerId::new(Id::NIL));
    let (name, sign) = if row.amount.minor() < 0 { (REFUND, -1) } else { (ORDER, 1) };
    NewInteraction {
        amount: Some(Money::new(row.amount.minor().saturating_mul(sign), row.amount.currency())),
        quantity: row.quantity.map(i64::saturating_abs),
        channel: row.channel,
        source: Some(row.source.clone()),
        ..NewInteraction::new(customer, name, row.at)
    }
}

fn appended(change: &Change) -> Option<&Fact> {
    if let Change::Append(fact) = change { Some(fact) } else { None }
}

fn recorded_differently(row: &PurchaseRow) -> Rejected {
    Rejected::new(row.row, None, Fault::RecordedDifferently)
}

fn with_receipt(counts: Imported, receipt: Option<Receipt>) -> Imported {
    let (facts, duplicates) = receipt.map_or((0, 0), |receipt| (receipt.appended, receipt.duplicates.len() as u64));
    Imported { facts, duplicates, ..counts }
}

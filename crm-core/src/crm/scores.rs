//! How customers behave: summaries, scores and values of everybody at once.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Crm;
use crate::base::{AsOf, Currency, CustomerId, Id, Result, Window, Zone, checkpoint};
use crate::fact::Fact;
use crate::interaction::{INTERACTION, ORDER, REFUND};
use crate::score::{self, RfmOptions, RfmTable, SummaryOptions, SummaryTable};
use crate::store::{FactQuery, MAX_PAGE};

/// The handle on scores. See [`crate::score`].
#[derive(Clone, Debug)]
pub struct Scores {
    crm: Crm,
}

/// Purchases in columns, as the score room takes them: one row for each order and refund.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PurchaseColumns {
    /// The customers; the other columns speak of them by their place here.
    pub customers: Vec<CustomerId>,
    /// Who bought.
    pub customer: Vec<u32>,
    /// The civil day, counted from 1970-01-01.
    pub day: Vec<i32>,
    /// The amount in minor units; negative for a refund.
    pub minor: Vec<i64>,
    /// Orders and refunds in another currency, which are not in the columns.
    pub other_currency: u64,
    /// Orders and refunds without an amount, which are not in the columns.
    pub without_amount: u64,
}

/// A summary of everybody's purchases, with the customers that its rows speak of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summaries {
    /// The customers; a row's `customer` is a place here.
    pub customers: Vec<CustomerId>,
    /// The rows, and what was left out.
    pub table: SummaryTable,
    /// Orders and refunds in another currency or without an amount, which are not in the table.
    pub left_out: u64,
}

impl Scores {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    /// Everybody's purchases in one currency, by the civil days of a zone.
    pub fn purchases(&self, currency: Currency, zone: &Zone, as_of: AsOf) -> Result<PurchaseColumns> {
        self.purchases_of(None, currency, zone, as_of)
    }

    /// The purchases of some customers, or of everybody.
    fn purchases_of(
        &self,
        customers: Option<&[CustomerId]>,
        currency: Currency,
        zone: &Zone,
        as_of: AsOf,
    ) -> Result<PurchaseColumns> {
        let window = Window::until(as_of.valid.saturating_add_micros(1));
        let mut query =
            FactQuery::all(INTERACTION).named(ORDER).named(REFUND).within(window).measures().limit(MAX_PAGE);
        query.subjects = customers.map(|some| some.iter().copied().map(Id::from).collect());
        // Everything is known now; saying so would keep a store from answering out of its index.
        query.known = Some(as_of.known).filter(|known| *known < self.crm.now());
        let mut columns = PurchaseColumns::default();
        let mut places = HashMap::new();
        let mut cursor = None;
        loop {
            checkpoint(columns.customer.len() as u64, None)?;
            let page = self.crm.store().facts(&query.clone().after(cursor))?;
            for fact in &page.items {
                columns.add(fact, currency, zone, &mut places);
            }
            if page.next.is_none() {
                return Ok(columns);
            }
            cursor = page.next;
        }
    }

    /// A summary of everybody's purchases up to and including a civil day, from what is known now.
    ///
    /// `options.zone` names the zone whose days are meant.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for an unknown zone or a holdout before the day.
    pub fn summaries(&self, options: &SummaryOptions) -> Result<Summaries> {
        let zone = Zone::new(options.zone.as_str())?;
        let last = options.holdout_until.unwrap_or(options.as_of);
        let valid = zone.day(last).end.saturating_add_micros(-1);
        self.summaries_of(None, options, AsOf { valid, known: self.crm.now() })
    }

    /// A summary of the purchases of some customers, or of everybody, from a point of view.
    pub(super) fn summaries_of(
        &self,
        customers: Option<&[CustomerId]>,
        options: &SummaryOptions,
        as_of: AsOf,
    ) -> Result<Summaries> {
        let zone = Zone::new(options.zone.as_str())?;
        let columns = self.purchases_of(customers, options.currency, &zone, as_of)?;
        let table = score::summarise(&columns.customer, &columns.day, &columns.minor, options)?;
        let left_out = columns.other_currency + columns.without_amount;
        Ok(Summaries { customers: columns.customers, table, left_out })
    }

    /// Recency, frequency and monetary scores of everybody.
    pub fn rfm(&self, summaries: &Summaries, options: &RfmOptions) -> Result<RfmTable> {
        score::rfm(&summaries.table, options)
    }
}

impl PurchaseColumns {
    fn add(&mut self, fact: &Fact, currency: Currency, zone: &Zone, places: &mut HashMap<Id, u32>) {
        match fact.amount {
            None => self.without_amount += 1,
            Some(amount) if amount.currency() != currency => self.other_currency += 1,
            Some(amount) => {
                let next = self.customers.len() as u32;
                let place = *places.entry(fact.subject).or_insert(next);
                if place == next {
                    self.customers.push(CustomerId::new(fact.subject));
                }
                self.customer.push(place);
                self.day.push(zone.date(fact.at).days());
                self.minor.push(amount.minor());
            }
        }
    }
}

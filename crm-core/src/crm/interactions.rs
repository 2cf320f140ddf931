//! What happened.

use serde::{Deserialize, Serialize};

use super::Crm;
use crate::base::{CustomerId, Error, FieldDecl, Id, InteractionId, Page, Result, Value};
use crate::change::{Precondition, Receipt};
use crate::fact::Fact;
use crate::interaction::{self, INTERACTION, Interaction, NewInteraction, ORDER_LINE, OrderLine, REFUND, Timeline};
use crate::store::FactQuery;

/// The handle on interactions. See [`crate::interaction`].
#[derive(Clone, Debug)]
pub struct Interactions {
    crm: Crm,
}

/// What became of a batch of interactions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The id of each interaction, in the order of the batch.
    pub ids: Vec<InteractionId>,
    /// How many had been recorded before, and were not written again.
    pub duplicates: u64,
}

impl Interactions {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    /// Records an interaction.
    ///
    /// # Errors
    /// See [`interaction::record`]. [`Error::Conflict`] when it has been recorded before with another content.
    pub fn record(&self, new: NewInteraction) -> Result<InteractionId> {
        let mut recorded = self.record_all(&[new])?;
        recorded.ids.pop().ok_or_else(|| Error::invalid("interaction", "none was recorded"))
    }

    /// Records many interactions, all or none, in one commit.
    pub fn record_all(&self, batch: &[NewInteraction]) -> Result<Recorded> {
        self.crm.expect_customers(batch.iter().map(|new| new.customer))?;
        let orders = interaction::referred(batch);
        let (ids, receipt) = self.crm.write(|env, registry| {
            let since = if orders.is_empty() { 0 } else { self.crm.store().info()?.seq };
            let known = self.refundable(&orders)?;
            let (ids, mut changes) = interaction::record(batch, &known, registry, env)?;
            for subject in subjects(&known) {
                changes.require(Precondition::Unchanged { stream: INTERACTION, subject, since });
            }
            Ok((ids, changes))
        })?;
        let duplicates = receipt.as_ref().map_or(0, |receipt| count_duplicates(receipt, &ids));
        Ok(Recorded { ids, duplicates })
    }

    /// The orders with these ids, their lines, and all that was refunded of them.
    fn refundable(&self, orders: &[Id]) -> Result<Vec<Fact>> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let mut facts = self.facts(&FactQuery::by_id(INTERACTION, orders.to_vec()))?;
        let subjects = subjects(&facts);
        let mut refunds = FactQuery::all(INTERACTION).named(REFUND);
        refunds.subjects = Some(subjects.clone());
        facts.extend(self.facts(&refunds)?);
        let mut lines = FactQuery::all(ORDER_LINE);
        lines.subjects = Some(subjects);
        facts.extend(self.facts(&lines)?);
        Ok(facts)
    }

    /// An interaction.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn get(&self, id: InteractionId) -> Result<Interaction> {
        let fact = self.facts(&FactQuery::by_id(INTERACTION, vec![id.into()]))?.pop();
        Interaction::from_fact(fact.ok_or_else(|| Error::not_found("interaction", id))?)
    }

    /// The lines of an order or refund, by number.
    pub fn lines(&self, id: InteractionId) -> Result<Vec<OrderLine>> {
        let owner = self.get(id)?;
        let facts = self.facts(&FactQuery::about(ORDER_LINE, owner.customer))?;
        let own = facts.iter().filter(|fact| fact.get("refers_to").and_then(Value::as_id) == Some(id.into()));
        let mut lines = own.map(OrderLine::from_fact).collect::<Result<Vec<_>>>()?;
        lines.sort_by_key(|line| line.line);
        Ok(lines)
    }

    /// A page of a customer's history.
    pub fn timeline(&self, customer: CustomerId, timeline: Timeline) -> Result<Page<Interaction>> {
        let mut query = FactQuery::about(INTERACTION, customer)
            .within(timeline.window)
            .order(timeline.order)
            .limit(timeline.limit)
            .after(timeline.cursor);
        query.names = timeline.names;
        query.known = timeline.known;
        let page = self.crm.store().facts(&query)?;
        Ok(Page::new(page.items.into_iter().map(Interaction::from_fact).collect::<Result<_>>()?, page.next))
    }

    /// Declares properties of the host's own.
    pub fn declare_properties(&self, properties: &[FieldDecl]) -> Result<()> {
        self.crm.write(|env, registry| Ok(((), interaction::declare_properties(registry, properties, env.now)?)))?;
        Ok(())
    }

    fn facts(&self, query: &FactQuery) -> Result<Vec<Fact>> {
        Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))
    }
}

fn subjects(facts: &[Fact]) -> Vec<Id> {
    let mut subjects: Vec<Id> = facts.iter().map(|fact| fact.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

fn count_duplicates(receipt: &Receipt, ids: &[InteractionId]) -> u64 {
    if receipt.duplicates.is_empty() {
        return 0;
    }
    let duplicates: std::collections::HashSet<Id> = receipt.duplicates.iter().copied().collect();
    ids.iter().filter(|id| duplicates.contains(&id.id())).count() as u64
}

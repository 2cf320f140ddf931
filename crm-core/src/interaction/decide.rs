//! Decisions about what happened.

use std::collections::{BTreeMap, HashMap};

use super::fields::{
    BUILT_IN, CATEGORY, CHANNEL, INTERACTION, LINE, ORDER, ORDER_LINE, PRODUCT, QUANTITY, REFERS_TO, REFUND, TEXT,
};
use super::model::{Line, NewInteraction, OrderLine, RefundedLine};
use crate::base::{
    Channel, Declaration, Env, Error, FieldDecl, Fields, Id, InteractionId, Kind, Money, Name, Personal, Registry,
    Result, Target, Timestamp, Value,
};
use crate::change::{Change, ChangeSet};
use crate::fact::Fact;

/// Declares properties of the host's own: from then on interactions may have them.
///
/// # Errors
/// [`Error::Invalid`] when a name is taken by the library, is no lower-case identifier, or was declared with another
/// type.
pub fn declare_properties(registry: &Registry, properties: &[FieldDecl], now: Timestamp) -> Result<ChangeSet> {
    for field in properties {
        Kind::new(field.name.as_str())
            .map_err(|_| Error::invalid_at(&field.name, "a property's name is a lower-case identifier"))?;
        if BUILT_IN.contains(&field.name) {
            return Err(Error::invalid_at(&field.name, "the name is taken by a built-in field"));
        }
    }
    let declaration = Declaration { target: Target::Stream(INTERACTION), fields: properties.to_vec() };
    registry.clone().declare(&declaration)?;
    let mut changes = ChangeSet::new(now);
    changes.changes.push(Change::Declare(declaration));
    Ok(changes)
}

/// The orders that refunds in a batch take back: what [`record`] has to know.
pub fn referred(batch: &[NewInteraction]) -> Vec<Id> {
    let mut orders: Vec<Id> =
        batch.iter().filter(|new| new.name == REFUND).filter_map(|new| new.refers_to).map(Id::from).collect();
    orders.sort_unstable();
    orders.dedup();
    orders
}

/// Records a batch, all or nothing.
///
/// A refund names its order wherever that is known, and takes back no more than is left of it. One that names none, as
/// logs of other systems have them, is recorded as it is.
///
/// `known` holds, for each order that is [`referred`] to and was recorded before: the order, its lines, and the
/// refunds and refunded lines so far.
///
/// # Errors
/// [`Error::Invalid`] for an instant in the future, a negative amount or quantity, lines that do not add up to their
/// order, a property that is not declared, or a refund that takes back more than was bought; [`Error::NotFound`] for a
/// refund of an unknown order.
pub fn record(
    batch: &[NewInteraction],
    known: &[Fact],
    registry: &Registry,
    env: &Env<'_>,
) -> Result<(Vec<InteractionId>, ChangeSet)> {
    let mut changes = ChangeSet::new(env.now);
    changes.changes.reserve(batch.len());
    let refunded = referred(batch);
    let mut refundable = Refundable::from_facts(known)?;
    let mut ids = Vec::with_capacity(batch.len());
    for new in batch {
        check(new, registry, env.now)?;
        let id = new.source.as_ref().map_or_else(|| env.id(), crate::fact::SourceRef::fact_id);
        ids.push(InteractionId::new(id));
        if new.name == REFUND {
            refundable.take(id, new)?;
        } else if new.name == ORDER && refunded.binary_search(&id).is_ok() {
            refundable.add(id, new);
        }
        append(new, id, &mut changes);
    }
    Ok((ids, changes))
}

fn check(new: &NewInteraction, registry: &Registry, now: Timestamp) -> Result<()> {
    if new.at > now {
        return Err(Error::invalid("at", "lies in the future"));
    }
    if new.amount.is_some_and(|amount| amount.minor() < 0) {
        return Err(Error::invalid("amount", "negative; what is paid back is a refund of a positive amount"));
    }
    if new.quantity.is_some_and(|quantity| quantity < 0) {
        return Err(Error::invalid("quantity", "negative"));
    }
    if !new.lines.is_empty() {
        check_lines(new)?;
    }
    if !new.refunded.is_empty() {
        check_refunded(new)?;
    }
    check_properties(&new.properties, registry)
}

fn check_lines(new: &NewInteraction) -> Result<()> {
    if new.name != ORDER {
        return Err(Error::invalid("lines", "only an order has lines"));
    }
    if new.lines.iter().any(|line| line.quantity < 1 || line.amount.minor() < 0) {
        return Err(Error::invalid("lines", "a line has at least one item and no negative amount"));
    }
    let total = total(new.lines.iter().map(|line| line.amount))?;
    if new.amount == Some(total) { Ok(()) } else { Err(Error::invalid("lines", "do not add up to the order's amount")) }
}

fn check_refunded(new: &NewInteraction) -> Result<()> {
    if new.name != REFUND {
        return Err(Error::invalid("refunded", "only a refund takes lines back"));
    }
    let mut numbers: Vec<u32> = new.refunded.iter().map(|line| line.line).collect();
    numbers.sort_unstable();
    if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::invalid("refunded", "takes the same line back twice"));
    }
    if new.refunded.iter().any(|line| line.amount.minor() < 0) {
        return Err(Error::invalid("refunded", "a negative amount of a line"));
    }
    Ok(())
}

fn total(amounts: impl Iterator<Item = Money>) -> Result<Money> {
    let mut sum: Option<Money> = None;
    for amount in amounts {
        sum = Some(sum.map_or(Ok(amount), |sum| sum.checked_add(amount))?);
    }
    sum.ok_or_else(|| Error::invalid("lines", "none"))
}

fn check_properties(properties: &Fields, registry: &Registry) -> Result<()> {
    if properties.is_empty() {
        return Ok(());
    }
    let target = Target::Stream(INTERACTION);
    for (name, value) in properties.iter() {
        let declared = registry.field(&target, name.as_str()).filter(|_| !BUILT_IN.contains(name));
        let field = declared.ok_or_else(|| Error::invalid_at(name, "not declared as a property of interactions"))?;
        if !value.fits(field.value_type) {
            return Err(Error::invalid_at(name, format!("declared as {}", field.value_type)));
        }
    }
    Ok(())
}

fn append(new: &NewInteraction, id: Id, changes: &mut ChangeSet) {
    let refund = new.name == REFUND;
    let signed = |amount: Money| if refund { Money::new(-amount.minor(), amount.currency()) } else { amount };
    let mut fields = if new.properties.is_empty() { Fields::with_capacity(4) } else { new.properties.clone() };
    fields.put(CHANNEL, new.channel.map(Channel::word));
    fields.put(QUANTITY, new.quantity);
    fields.put(REFERS_TO, new.refers_to.map(Id::from));
    fields.put(TEXT, new.text.clone().map(Personal::into_inner));
    let mut fact = Fact::new(INTERACTION, id, new.customer.into(), new.at, new.name.clone());
    fact.amount = new.amount.map(signed);
    fact.source.clone_from(&new.source);
    fact.fields = fields;
    for (index, line) in new.lines.iter().enumerate() {
        changes.append(order_line(&fact, index, line));
    }
    for line in &new.refunded {
        changes.append(refunded_line(&fact, line));
    }
    changes.append(fact);
}

fn line_fact(owner: &Fact, number: i64) -> Fact {
    let id = Id::derived("crm-core/line", &format!("{}/{number}", owner.id));
    let mut fact = Fact::new(ORDER_LINE, id, owner.subject, owner.at, owner.name.clone());
    fact.fields.set(LINE, number);
    fact.fields.set(REFERS_TO, owner.id);
    fact
}

fn order_line(order: &Fact, index: usize, line: &Line) -> Fact {
    let mut fact = line_fact(order, index as i64 + 1);
    fact.amount = Some(line.amount);
    fact.fields.set(PRODUCT, line.product.clone());
    fact.fields.put(CATEGORY, line.category.clone());
    fact.fields.set(QUANTITY, line.quantity);
    fact.fields.put(LIST_AMOUNT, line.list_amount);
    fact
}

const LIST_AMOUNT: Name = Name::from_static("list_amount");

fn refunded_line(refund: &Fact, line: &RefundedLine) -> Fact {
    let mut fact = line_fact(refund, i64::from(line.line));
    fact.amount = Some(Money::new(-line.amount.minor(), line.amount.currency()));
    fact.fields.set(QUANTITY, -line.quantity);
    fact
}

/// What can still be taken back of the orders that refunds refer to.
#[derive(Default)]
struct Refundable {
    orders: HashMap<Id, Left>,
    /// Refunds that were recorded before: a second delivery takes nothing.
    refunds: HashMap<Id, Id>,
}

struct Left {
    customer: Id,
    amount: Money,
    lines: BTreeMap<u32, (i64, Money)>,
}

impl Refundable {
    fn from_facts(known: &[Fact]) -> Result<Self> {
        let mut all = Self::default();
        for fact in known.iter().filter(|fact| fact.stream == INTERACTION && fact.name == ORDER) {
            if let Some(amount) = fact.amount {
                all.orders.insert(fact.id, Left { customer: fact.subject, amount, lines: BTreeMap::new() });
            }
        }
        for fact in known.iter().filter(|fact| fact.stream == INTERACTION && fact.name == REFUND) {
            let order = fact.get(REFERS_TO.as_str()).and_then(Value::as_id);
            if let (Some(order), Some(amount)) = (order, fact.amount) {
                all.refunds.insert(fact.id, order);
                if let Some(left) = all.orders.get_mut(&order) {
                    left.amount = left.amount.checked_add(amount)?;
                }
            }
        }
        for fact in known.iter().filter(|fact| fact.stream == ORDER_LINE) {
            let line = OrderLine::from_fact(fact)?;
            let owner = line.interaction.id();
            let order = all.refunds.get(&owner).copied().unwrap_or(owner);
            let Some(left) = all.orders.get_mut(&order) else { continue };
            let own = left.lines.entry(line.line).or_insert((0, Money::new(0, line.amount.currency())));
            *own = (own.0 + line.quantity, own.1.checked_add(line.amount)?);
        }
        Ok(all)
    }

    fn add(&mut self, id: Id, new: &NewInteraction) {
        let Some(amount) = new.amount else { return };
        let lines = (1..).zip(&new.lines).map(|(number, line)| (number, (line.quantity, line.amount))).collect();
        self.orders.entry(id).or_insert(Left { customer: new.customer.into(), amount, lines });
    }

    fn take(&mut self, id: Id, new: &NewInteraction) -> Result<()> {
        if self.refunds.contains_key(&id) {
            return Ok(());
        }
        let amount = new.amount.ok_or_else(|| Error::invalid("amount", "a refund has an amount"))?;
        let Some(order) = new.refers_to.map(Id::from) else {
            return if new.refunded.is_empty() {
                Ok(())
            } else {
                Err(Error::invalid("refers_to", "no order is named"))
            };
        };
        let left = self.orders.get_mut(&order).ok_or_else(|| Error::not_found("order", order))?;
        if left.customer != new.customer.id() {
            return Err(Error::invalid("refers_to", "the order of another customer"));
        }
        left.amount = less(left.amount, amount)?;
        if !new.refunded.is_empty() && total(new.refunded.iter().map(|line| line.amount))? != amount {
            return Err(Error::invalid("refunded", "the lines do not add up to the refund's amount"));
        }
        for line in &new.refunded {
            let own = left.lines.get_mut(&line.line).ok_or_else(|| Error::invalid("refunded", "no such line"))?;
            if line.quantity < 0 || line.quantity > own.0 {
                return Err(Error::invalid("refunded", "more items than are left of the line"));
            }
            *own = (own.0 - line.quantity, less(own.1, line.amount)?);
        }
        self.refunds.insert(id, order);
        Ok(())
    }
}

fn less(left: Money, taken: Money) -> Result<Money> {
    let rest = left.checked_sub(taken)?;
    if rest.minor() < 0 { Err(Error::invalid("amount", "more than is left to be refunded")) } else { Ok(rest) }
}

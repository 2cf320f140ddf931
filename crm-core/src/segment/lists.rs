//! Static lists: customers who were put on a list by hand, and not by a condition.

use std::collections::BTreeSet;

use crate::base::{AsOf, CustomerId, Env, Name, Result, Value};
use crate::fact::Fact;

use super::stored::{LIST, LISTED};

const ADDED: Name = Name::from_static("added");
const REMOVED: Name = Name::from_static("removed");

/// The name of the field that asks whether a customer is on a list: `list("partners")`.
pub const LIST_FIELD: Name = Name::from_static("list");

/// That a customer is put on a list, or taken off it.
pub(crate) fn listed(customer: CustomerId, list: &Name, added: bool, env: &Env<'_>) -> Fact {
    let name = if added { ADDED } else { REMOVED };
    let mut fact = Fact::new(LISTED, env.id(), customer.into(), env.now, name);
    fact.fields.set(LIST, list);
    fact
}

/// The lists that a customer was on, as of an instant and what was known: what was said last counts.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) for a fact that names no list.
pub(crate) fn lists_of<'a>(facts: impl IntoIterator<Item = &'a Fact>, as_of: AsOf) -> Result<BTreeSet<Name>> {
    let mut seen: Vec<&Fact> = facts.into_iter().filter(|fact| as_of.sees(fact.at, fact.recorded)).collect();
    seen.sort_by_key(|fact| (fact.at, fact.recorded, fact.id));
    let mut lists = BTreeSet::new();
    for fact in seen {
        let list = Name::new(fact.fields.require(&LIST, Value::as_text)?)?;
        if fact.name == ADDED {
            lists.insert(list);
        } else {
            lists.remove(&list);
        }
    }
    Ok(lists)
}

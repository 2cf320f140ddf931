//! What segments can speak of in one engine: the standard catalogue, and what the host has declared.

use crate::base::{DataClass, Missing, Name, Registry, Result, Target, ValueType};
use crate::customer::CUSTOMER;
use crate::interaction::INTERACTION;
use crate::loyalty;
use crate::segment::{Catalogue, Event, Field};

/// The standard catalogue, the other fields of the rooms, and what the host has declared: attributes of customers,
/// properties and names of interactions.
pub(super) fn catalogue(registry: &Registry, events: &[Name]) -> Result<Catalogue> {
    let mut catalogue = Catalogue::standard()?;
    for event in events.iter().filter(|name| catalogue.event(name.as_str()).is_none()).collect::<Vec<_>>() {
        catalogue.add_event(Event::interaction(event.clone()))?;
    }
    for field in registry.fields(&Target::Stream(INTERACTION)) {
        catalogue.extend_events(&INTERACTION, &Field::declared(field.name.clone(), field));
    }
    for field in registry.fields(&Target::Kind(CUSTOMER)) {
        add(&mut catalogue, Field::declared(Name::new(&format!("customer.{}", field.name))?, field))?;
    }
    for field in loyalty::catalogue() {
        add(&mut catalogue, field)?;
    }
    for field in summaries() {
        add(&mut catalogue, field)?;
    }
    Ok(catalogue)
}

/// Adds a field, unless there is one of its name, or it names a person.
fn add(catalogue: &mut Catalogue, field: Field) -> Result<()> {
    let known = catalogue.field(field.name.as_str()).is_some();
    let names_somebody =
        ["customer.name", "customer.given_name", "customer.family_name"].contains(&field.name.as_str());
    if known || names_somebody { Ok(()) } else { catalogue.add(field) }
}

fn summaries() -> [Field; 3] {
    let field = |name, value_type, doc| {
        Field::new(Name::from_static(name), value_type, DataClass::Inferred).doc(doc).fed_by("interaction")
    };
    [
        field("purchases.days", ValueType::Int, "On how many days something was bought.").missing(Missing::Zero),
        field("purchases.days_since_last", ValueType::Int, "Days since the latest order.").unit("days").moves(),
        field("rfm.segment", ValueType::Text, "The name of the group of scores.").moves(),
    ]
}

//! The standard catalogue: the fields and events that the library itself can answer for, listed in one place.
//!
//! Whoever evaluates segments supplies the values; the language knows no more of them than what stands here. A host adds
//! fields and events of its own.

use crate::base::{Channel, DataClass, Missing, Name, Result, Stream, Target, ValueType};
use crate::customer::CUSTOMER;
use crate::interaction::{INTERACTION, ORDER_LINE};

use super::catalogue::{Catalogue, Event, Field, Param};

/// Fields of a customer's record that are of no use in a segment.
const LEFT_OUT: [&str; 3] = ["name", "given_name", "family_name"];

impl Catalogue {
    /// The fields and events that the library itself can answer for.
    ///
    /// | field | from |
    /// |---|---|
    /// | `customer.*` | the customer's record, except for names |
    /// | `purchases.*` | the purchase summary, in the default zone |
    /// | `rfm.*` | the scores for recency, frequency and money, 1 (worst) to 5 (best) |
    /// | `value.*` | the model of customer value |
    /// | `loyalty.*` | the points ledger |
    /// | `consent`, `reachable` | the privacy room's evaluator |
    /// | `list` | static lists |
    /// | `relationships.*` | relationships with other customers |
    ///
    /// The events are those of the interaction room.
    ///
    /// # Errors
    /// None, as long as the rooms below declare each field once.
    pub fn standard() -> Result<Self> {
        let mut catalogue = Self::new();
        for declaration in crate::customer::declarations() {
            if declaration.target != Target::Kind(CUSTOMER) {
                continue;
            }
            for field in declaration.fields.iter().filter(|field| !LEFT_OUT.contains(&field.name.as_str())) {
                let name = Name::new(&format!("customer.{}", field.name))?;
                catalogue.add(Field::declared(name, field))?;
            }
        }
        for field in purchases().into_iter().chain(scores()).chain(loyalty()).chain(permission()).chain(others()) {
            catalogue.add(field)?;
        }
        for event in interactions() {
            catalogue.add_event(event)?;
        }
        Ok(catalogue)
    }
}

fn field(name: &'static str, value_type: ValueType, class: DataClass, doc: &'static str) -> Field {
    Field::new(Name::from_static(name), value_type, class).doc(doc)
}

fn purchases() -> Vec<Field> {
    use DataClass::{Behaviour, Financial};
    let of_interactions = |field: Field| field.fed_by("interaction");
    let fields = [
        field("purchases.count", ValueType::Int, Behaviour, "How many orders there are.").missing(Missing::Zero),
        field("purchases.first", ValueType::Date, Behaviour, "The day of the first order."),
        field("purchases.last", ValueType::Date, Behaviour, "The day of the latest order."),
        field("purchases.total", ValueType::Money, Financial, "What all orders came to, net of refunds.")
            .missing(Missing::Zero),
        field("purchases.average", ValueType::Money, Financial, "What one order came to on average, net of refunds."),
    ];
    fields.into_iter().map(of_interactions).collect()
}

/// Scores change as time goes by.
fn scores() -> Vec<Field> {
    use DataClass::Inferred;
    let moving = |field: Field| field.fed_by("interaction").moves();
    let fields = [
        field("rfm.recency", ValueType::Int, Inferred, "How recently the customer bought, 1 to 5."),
        field("rfm.frequency", ValueType::Int, Inferred, "How often the customer bought, 1 to 5."),
        field("rfm.monetary", ValueType::Int, Inferred, "How much the customer spent, 1 to 5."),
        field("value.p_alive", ValueType::Float, Inferred, "The probability that the customer still buys, 0 to 1."),
        field("value.expected_purchases", ValueType::Float, Inferred, "How many orders are to be expected."),
        field("value.lifetime", ValueType::Money, Inferred, "What the customer is expected to be worth."),
    ];
    fields.into_iter().map(moving).collect()
}

fn loyalty() -> Vec<Field> {
    use DataClass::Behaviour;
    let of_points = |field: Field| field.fed_by("points").moves();
    let fields = [
        field("loyalty.points", ValueType::Int, Behaviour, "The points that can be redeemed.")
            .missing(Missing::Zero)
            .unit("points"),
        field("loyalty.tier", ValueType::Text, Behaviour, "The tier."),
    ];
    fields.into_iter().map(of_points).collect()
}

fn permission() -> Vec<Field> {
    let channel =
        Param { name: Name::from_static("channel"), values: Channel::ALL.iter().map(|one| one.name()).collect() };
    let purpose = Param { name: Name::from_static("purpose"), values: Vec::new() };
    let of_consent = |name, doc, params| {
        let field = field(name, ValueType::Bool, DataClass::Behaviour, doc);
        Field { params, ..field.missing(Missing::False).fed_by("consent").moves() }
    };
    vec![
        of_consent("consent", "Whether consent is given.", vec![purpose.clone(), channel.clone()]),
        of_consent("reachable", "Whether the customer may be contacted now.", vec![channel, purpose]),
    ]
}

fn others() -> Vec<Field> {
    let list = field("list", ValueType::Bool, DataClass::Behaviour, "Whether the customer is on a static list.");
    let list = Field {
        params: vec![Param { name: Name::from_static("list"), values: Vec::new() }],
        ..list.missing(Missing::False).fed_by("listed")
    };
    let roles = |name, doc| field(name, ValueType::Texts, DataClass::Behaviour, doc).missing(Missing::Empty).moves();
    vec![
        list,
        roles("relationships.roles", "What the customer is to other customers: `employee`, `member`, ..."),
        roles("relationships.roles_of_others", "What other customers are to the customer."),
    ]
}

fn interactions() -> Vec<Event> {
    let lines = [("order_line", "order", "A line of an order."), ("refunded_line", "refund", "A line of a refund.")];
    let lines = lines.map(|(name, facts, doc)| {
        let event = Event::new(Name::from_static(name), ORDER_LINE).of_facts(facts).doc(doc);
        Event { properties: properties(&ORDER_LINE), ..event }
    });
    crate::interaction::property_names().into_iter().map(Event::interaction).chain(lines).collect()
}

/// The properties of the facts of a stream, as the library declares them.
fn properties(stream: &Stream) -> Vec<Field> {
    let declared = crate::interaction::declarations();
    let own = declared.iter().filter(|one| one.target == Target::Stream(stream.clone())).flat_map(|one| &one.fields);
    let kept = own.filter(|field| field.class != DataClass::FreeText);
    kept.map(|field| Field::declared(field.name.clone(), field)).collect()
}

impl Event {
    /// An interaction, with the properties that all interactions have.
    pub fn interaction(name: Name) -> Self {
        Self { properties: properties(&INTERACTION), ..Self::new(name, INTERACTION) }
    }
}

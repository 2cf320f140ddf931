//! What an expression can speak of: fields, events and their properties.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{DataClass, Error, FieldDecl, Missing, Name, Result, Stream, Text, ValueType, nearest};

/// A field that has a value for each customer, or a property of an event.
///
/// Every room contributes the fields it can answer for; so may the host. The language knows no more of a field than
/// what stands here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name (`purchases.count`), unique in the catalogue.
    pub name: Name,
    /// The type of its values.
    pub value_type: ValueType,
    /// The unit of a number (`days`), or the currency of all amounts (`EUR`).
    pub unit: Option<Name>,
    /// What its absence means.
    pub missing: Missing,
    /// What sort of data it is, in the eyes of data-protection law.
    pub class: DataClass,
    /// The arguments that must be given (`points("main")`); empty for an ordinary field.
    pub params: Vec<Param>,
    /// The only values that a text can have; empty when any text will do.
    pub values: Vec<Name>,
    /// The streams whose facts can change it; empty when only records do.
    pub fed_by: Vec<Stream>,
    /// Whether it can change as time goes by, without any new data (a score that fades, a permit that expires).
    pub moves: bool,
    /// The field to be used instead, if this one is on its way out.
    pub deprecated: Option<Name>,
    /// One sentence for those who write segments.
    pub doc: Text,
}

/// An argument of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// What it is called in messages.
    pub name: Name,
    /// The only values that it can have; empty when any name will do.
    pub values: Vec<Name>,
}

/// Something that happens to customers, again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its name: that of the facts.
    pub name: Name,
    /// The stream of the facts.
    pub stream: Stream,
    /// What the facts are called, where that is another name.
    #[serde(default)]
    pub facts: Option<Name>,
    /// What is known of each, beside [the properties that all have](Event::builtin).
    pub properties: Vec<Field>,
    /// One sentence for those who write segments.
    pub doc: Text,
}

impl Field {
    /// A field whose absence means that nobody knows.
    pub fn new(name: Name, value_type: ValueType, class: DataClass) -> Self {
        Self {
            name,
            value_type,
            unit: None,
            missing: Missing::Unknown,
            class,
            params: Vec::new(),
            values: Vec::new(),
            fed_by: Vec::new(),
            moves: false,
            deprecated: None,
            doc: Text::default(),
        }
    }

    /// A stored field as it was declared, under another name if need be (`customer.country`).
    pub fn declared(name: Name, field: &FieldDecl) -> Self {
        Self {
            unit: field.unit.clone(),
            missing: field.missing,
            doc: field.doc.clone(),
            ..Self::new(name, field.value_type, field.class)
        }
    }

    /// Says what the field is.
    #[must_use]
    pub fn doc(mut self, doc: &'static str) -> Self {
        self.doc = Text::from_static(doc);
        self
    }

    /// Gives numbers a unit, or all amounts a currency.
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(Name::from_static(unit));
        self
    }

    /// Says what the field's absence means.
    #[must_use]
    pub const fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// Adds an argument; with values, only these will do.
    #[must_use]
    pub fn param(mut self, name: &'static str, values: &[&'static str]) -> Self {
        let values = values.iter().map(|value| Name::from_static(value)).collect();
        self.params.push(Param { name: Name::from_static(name), values });
        self
    }

    /// Lists the only values of a text.
    #[must_use]
    pub fn values(mut self, values: &[&'static str]) -> Self {
        self.values = values.iter().map(|value| Name::from_static(value)).collect();
        self
    }

    /// Names a stream whose facts can change the field.
    #[must_use]
    pub fn fed_by(mut self, stream: &'static str) -> Self {
        self.fed_by.push(Stream::from_static(stream));
        self
    }

    /// Says that the field can change as time goes by.
    #[must_use]
    pub const fn moves(mut self) -> Self {
        self.moves = true;
        self
    }

    /// Whether there may be no value, and so no answer.
    pub fn may_be_unknown(&self) -> bool {
        self.missing == Missing::Unknown
    }

    fn check(&self) -> Result<()> {
        if !self.missing.suits(self.value_type) {
            return Err(Error::invalid_at(&self.name, "the missing rule does not suit the type"));
        }
        if !self.values.is_empty() && !matches!(self.value_type, ValueType::Text | ValueType::Texts) {
            return Err(Error::invalid_at(&self.name, "only texts can have a list of values"));
        }
        Ok(())
    }
}

impl Event {
    /// An event without properties of its own.
    pub const fn new(name: Name, stream: Stream) -> Self {
        Self { name, stream, facts: None, properties: Vec::new(), doc: Text::from_static("") }
    }

    /// The name of its facts.
    pub fn facts(&self) -> &Name {
        self.facts.as_ref().unwrap_or(&self.name)
    }

    /// Says that its facts have another name.
    #[must_use]
    pub fn of_facts(mut self, name: &'static str) -> Self {
        self.facts = Some(Name::from_static(name));
        self
    }

    /// Adds a property, which is the fact's field of that name, or says more of one that every event has.
    #[must_use]
    pub fn with(mut self, property: Field) -> Self {
        self.properties.push(property);
        self
    }

    /// Says what the event is.
    #[must_use]
    pub fn doc(mut self, doc: &'static str) -> Self {
        self.doc = Text::from_static(doc);
        self
    }

    /// The property of a name: one of its own, or one that all events have.
    pub fn property(&self, name: &str) -> Option<Field> {
        self.properties.iter().find(|own| own.name == name).cloned().or_else(|| Self::builtin(name))
    }

    /// The properties that every event has: `name`, `at`, `amount` and `points`.
    pub fn builtin(name: &str) -> Option<Field> {
        let (name, value_type, class, doc) = match name {
            "name" => ("name", ValueType::Text, DataClass::Behaviour, "What happened."),
            "at" => ("at", ValueType::Time, DataClass::Behaviour, "When it happened."),
            "amount" => ("amount", ValueType::Money, DataClass::Financial, "The money it is about."),
            "points" => ("points", ValueType::Int, DataClass::Behaviour, "The points it is about."),
            _ => return None,
        };
        Some(Field::new(Name::from_static(name), value_type, class).doc(doc))
    }

    /// The names of all its properties.
    pub fn property_names(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|own| own.name.as_str()).chain(["name", "at", "amount", "points"])
    }
}

/// Everything that an expression can speak of.
///
/// ```
/// use crm_core::base::{DataClass, Name, ValueType};
/// use crm_core::segment::{Catalogue, Field};
///
/// let mut catalogue = Catalogue::new();
/// let country = Field::new(Name::from_static("customer.country"), ValueType::Text, DataClass::Contact);
/// catalogue.add(country.doc("Where the customer lives, ISO 3166-1 alpha-2."))?;
/// assert!(catalogue.field("customer.country").is_some());
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Catalogue {
    fields: BTreeMap<Name, Field>,
    events: BTreeMap<Name, Event>,
}

impl Catalogue {
    /// The field that holds a customer's own zone: the name of an IANA zone.
    pub const ZONE: &'static str = "customer.zone";

    /// Nothing.
    pub const fn new() -> Self {
        Self { fields: BTreeMap::new(), events: BTreeMap::new() }
    }

    /// Adds a field.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is taken by another field, or when the missing rule or the list of values does
    /// not suit the type.
    pub fn add(&mut self, field: Field) -> Result<()> {
        field.check()?;
        match self.fields.get(&field.name) {
            Some(own) if *own != field => Err(Error::invalid_at(&field.name, "another field has this name")),
            _ => {
                self.fields.insert(field.name.clone(), field);
                Ok(())
            }
        }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is taken by another event, or a property has arguments, is malformed, or has
    /// another type than the one of that name that every event has.
    pub fn add_event(&mut self, event: Event) -> Result<()> {
        for property in &event.properties {
            property.check()?;
            if !property.params.is_empty() {
                return Err(Error::invalid_at(&property.name, "a property has no arguments"));
            }
            let builtin = Event::builtin(property.name.as_str());
            if builtin.is_some_and(|builtin| builtin.value_type != property.value_type) {
                return Err(Error::invalid_at(&property.name, "every event has this property, with another type"));
            }
        }
        match self.events.get(&event.name) {
            Some(own) if *own != event => Err(Error::invalid_at(&event.name, "another event has this name")),
            _ => {
                self.events.insert(event.name.clone(), event);
                Ok(())
            }
        }
    }

    /// Gives all events of a stream a further property. An event that has one of that name keeps its own, and free text
    /// is left out: nobody is to be selected by what was written about them.
    pub fn extend_events(&mut self, stream: &Stream, property: &Field) {
        if property.class == DataClass::FreeText {
            return;
        }
        for event in self.events.values_mut().filter(|event| event.stream == *stream) {
            if event.property(property.name.as_str()).is_none() {
                event.properties.push(property.clone());
            }
        }
    }

    /// A field.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }

    /// An event.
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events.get(name)
    }

    /// All fields, by name.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &Field> {
        self.fields.values()
    }

    /// All events, by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &Event> {
        self.events.values()
    }

    /// The field whose name, or the last part of whose name, looks most like this.
    pub(super) fn nearest_field(&self, name: &str) -> Option<&str> {
        let names = || self.fields.keys().map(Name::as_str);
        nearest(name, names()).or_else(|| {
            let last_part = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
            let wanted = last_part(name);
            names().find(|own| nearest(&wanted, [last_part(own).as_str()]).is_some())
        })
    }
}

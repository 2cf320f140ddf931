//! Customers and the names under which they are known.

use serde::{Deserialize, Serialize};

use super::contact_point::NewContactPoint;
use super::fields::{
    ARCHIVED_AT, BIRTH_DATE, BUILT_IN, COUNTRY, CREATED_AT, CUSTOMER, FAMILY_NAME, GIVEN_NAME, IDENTIFIER_PREFIX,
    LOCALE, NAME, TAGS, TYPE, ZONE, identifier_key,
};
use crate::base::{
    Country, CustomerId, Date, Error, Fields, Locale, Name, Personal, Result, Text, Timestamp, Value, Zone,
    exposed_option,
};
use crate::record::Record;

/// What sort of party a customer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerType {
    /// A human being.
    #[default]
    Person,
    /// A company, an authority, a club.
    Organisation,
    /// People who buy together.
    Household,
}

impl CustomerType {
    /// The word for it, as it is stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::Household => "household",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Person, Self::Organisation, Self::Household].into_iter().find(|one| one.word() == word)
    }
}

/// The name under which another system knows a customer. Within one name space it belongs to one customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    /// The system or document (`shop`, `passport`).
    pub namespace: Name,
    /// The name there.
    pub value: Text,
}

/// A customer.
///
/// To change one, read it, edit its public fields, and save it. A save fails when somebody else saved in between.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// The id.
    pub id: CustomerId,
    /// The version that was read.
    pub version: u64,
    /// Person, organisation or household.
    pub customer_type: CustomerType,
    /// The whole name.
    #[serde(default, with = "exposed_option")]
    pub name: Option<Personal<Text>>,
    /// The name to greet a person by.
    #[serde(default, with = "exposed_option")]
    pub given_name: Option<Personal<Text>>,
    /// The name of the family.
    #[serde(default, with = "exposed_option")]
    pub family_name: Option<Personal<Text>>,
    /// The day of birth.
    #[serde(default, with = "exposed_option")]
    pub birth_date: Option<Personal<Date>>,
    /// Country of residence.
    pub country: Option<Country>,
    /// Preferred language.
    pub locale: Option<Locale>,
    /// Time zone.
    pub zone: Option<Zone>,
    /// Words put by hand, each once, sorted.
    pub tags: Vec<Text>,
    /// What other systems call the customer, each once, sorted.
    pub identifiers: Vec<Identifier>,
    /// The present values of the host's own attributes. They are changed by
    /// [`set_attributes`](super::set_attributes), which keeps their history; a save leaves them alone.
    pub attributes: Fields,
    /// When the customer was entered.
    pub created_at: Timestamp,
    /// When the customer was put away, if so. Archived customers keep everything, and are in no audience.
    pub archived_at: Option<Timestamp>,
}

impl Customer {
    pub(super) fn to_record(&self) -> Result<Record> {
        let mut record = Record::new(CUSTOMER, self.id.into());
        record.version = self.version;
        for identifier in &self.identifiers {
            if identifier.value.is_empty() {
                return Err(Error::invalid("identifier", "empty"));
            }
            record.keys.push(identifier_key(&identifier.namespace, &identifier.value)?);
        }
        record.keys.sort();
        record.keys.dedup();
        let mut tags = self.tags.clone();
        tags.sort();
        tags.dedup();
        let fields = &mut record.fields;
        *fields = self.attributes.clone();
        fields.set(TYPE, self.customer_type.word());
        fields.put(NAME, self.name.clone().map(Personal::into_inner));
        fields.put(GIVEN_NAME, self.given_name.clone().map(Personal::into_inner));
        fields.put(FAMILY_NAME, self.family_name.clone().map(Personal::into_inner));
        fields.put(BIRTH_DATE, self.birth_date.map(Personal::into_inner));
        fields.put(COUNTRY, self.country.map(Country::code));
        fields.put(LOCALE, self.locale.as_ref().map(Locale::as_str));
        fields.put(ZONE, self.zone.as_ref().map(Zone::name));
        fields.put(TAGS, Some(tags).filter(|tags| !tags.is_empty()));
        fields.set(CREATED_AT, self.created_at);
        fields.put(ARCHIVED_AT, self.archived_at);
        Ok(record)
    }

    /// Reads a customer's record.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that does not hold what it promises.
    pub fn from_record(record: &Record) -> Result<Self> {
        let fields = &record.fields;
        let text = |name: &Name| fields.read(name, Value::as_text);
        let personal = |name: &Name| Ok::<_, Error>(text(name)?.map(|text| Personal::new(Text::from(text))));
        let customer_type = CustomerType::from_word(fields.require(&TYPE, Value::as_text)?);
        let mut attributes = fields.clone();
        for name in &BUILT_IN {
            attributes.remove(name.as_str());
        }
        Ok(Self {
            id: CustomerId::new(record.id),
            version: record.version,
            customer_type: customer_type.ok_or_else(|| Error::invalid_at(&TYPE, "no type of customer"))?,
            name: personal(&NAME)?,
            given_name: personal(&GIVEN_NAME)?,
            family_name: personal(&FAMILY_NAME)?,
            birth_date: fields.read(&BIRTH_DATE, Value::as_date)?.map(Personal::new),
            country: text(&COUNTRY)?.map(Country::new).transpose()?,
            locale: text(&LOCALE)?.map(Locale::new).transpose()?,
            zone: text(&ZONE)?.map(Zone::new).transpose()?,
            tags: fields.read(&TAGS, Value::as_texts)?.unwrap_or_default().to_vec(),
            identifiers: identifiers(record)?,
            attributes,
            created_at: fields.require(&CREATED_AT, Value::as_time)?,
            archived_at: fields.read(&ARCHIVED_AT, Value::as_time)?,
        })
    }
}

fn identifiers(record: &Record) -> Result<Vec<Identifier>> {
    record
        .keys
        .iter()
        .filter_map(|key| Some((key.name.as_str().strip_prefix(IDENTIFIER_PREFIX)?, &key.value)))
        .map(|(namespace, value)| Ok(Identifier { namespace: Name::new(namespace)?, value: value.clone() }))
        .collect()
}

/// A customer to be created.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewCustomer {
    /// Person, organisation or household.
    pub customer_type: CustomerType,
    /// The whole name.
    #[serde(with = "exposed_option")]
    pub name: Option<Personal<Text>>,
    /// The name to greet a person by.
    #[serde(with = "exposed_option")]
    pub given_name: Option<Personal<Text>>,
    /// The name of the family.
    #[serde(with = "exposed_option")]
    pub family_name: Option<Personal<Text>>,
    /// The day of birth.
    #[serde(with = "exposed_option")]
    pub birth_date: Option<Personal<Date>>,
    /// Country of residence.
    pub country: Option<Country>,
    /// Preferred language.
    pub locale: Option<Locale>,
    /// Time zone.
    pub zone: Option<Zone>,
    /// Words put by hand.
    pub tags: Vec<Text>,
    /// What other systems call the customer.
    pub identifiers: Vec<Identifier>,
    /// Addresses.
    pub contact_points: Vec<NewContactPoint>,
    /// Attributes of the host's own, each declared before.
    pub attributes: Fields,
    /// Where all this was learned.
    pub source: Option<Name>,
}

impl NewCustomer {
    /// A person with a name.
    pub fn person(name: &str) -> Self {
        Self { name: Some(Personal::new(name.into())), ..Self::default() }
    }

    /// An organisation with a name.
    pub fn organisation(name: &str) -> Self {
        Self { customer_type: CustomerType::Organisation, ..Self::person(name) }
    }

    /// A household with a name.
    pub fn household(name: &str) -> Self {
        Self { customer_type: CustomerType::Household, ..Self::person(name) }
    }

    /// Adds what another system calls the customer.
    #[must_use]
    pub fn identifier(mut self, namespace: Name, value: &str) -> Self {
        self.identifiers.push(Identifier { namespace, value: value.into() });
        self
    }

    /// Adds an address.
    #[must_use]
    pub fn contact(mut self, contact_point: NewContactPoint) -> Self {
        self.contact_points.push(contact_point);
        self
    }

    /// Adds a word.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Sets an attribute of the host's own.
    #[must_use]
    pub fn attribute(mut self, name: Name, value: impl Into<Value>) -> Self {
        self.attributes.set(name, value);
        self
    }

    pub(super) fn into_customer(mut self, id: CustomerId, now: Timestamp) -> (Customer, Vec<NewContactPoint>) {
        // As they are read back.
        self.tags.sort();
        self.tags.dedup();
        self.identifiers.sort();
        self.identifiers.dedup();
        let customer = Customer {
            id,
            version: 1,
            customer_type: self.customer_type,
            name: self.name,
            given_name: self.given_name,
            family_name: self.family_name,
            birth_date: self.birth_date,
            country: self.country,
            locale: self.locale,
            zone: self.zone,
            tags: self.tags,
            identifiers: self.identifiers,
            attributes: self.attributes,
            created_at: now,
            archived_at: None,
        };
        (customer, self.contact_points)
    }
}

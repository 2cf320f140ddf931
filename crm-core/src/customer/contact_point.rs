//! Contact points: one address each, with a life of its own.

use serde::{Deserialize, Serialize};

use super::fields::{
    BOUNCED_AT, CONTACT_KIND, CONTACT_POINT, LABEL, PRIMARY, VALID_FROM, VALID_TO, VALUE, VERIFIED_AT,
};
use crate::base::{
    Channel, ContactPointId, CustomerId, Email, Error, Name, Personal, Phone, Result, Text, Timestamp, Value, exposed,
    exposed_option,
};
use crate::record::{Key, Record};

/// What sort of address a contact point is. One address may serve several channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactKind {
    /// An e-mail address.
    Email,
    /// A telephone number, for calls and text messages.
    Phone,
    /// A postal address.
    Post,
    /// A device that takes notifications.
    Push,
    /// An account with a social network or messenger.
    Social,
}

impl ContactKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Email, Self::Phone, Self::Post, Self::Push, Self::Social];

    /// The word for it, as it is stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Post => "post",
            Self::Push => "push",
            Self::Social => "social",
        }
    }

    /// The channels that it serves.
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            Self::Email => &[Channel::Email],
            Self::Phone => &[Channel::Phone, Channel::Sms],
            Self::Post => &[Channel::Post],
            Self::Push => &[Channel::Push],
            Self::Social => &[Channel::Social],
        }
    }

    /// The name of the key under which an address of this kind is found.
    pub const fn key(self) -> Name {
        Name::from_static(self.word())
    }
}

/// One address of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactPoint {
    /// The id. Consent is given for this address, not for the one that replaces it.
    pub id: ContactPointId,
    /// The version that was read.
    pub version: u64,
    /// Whose it is.
    pub customer: CustomerId,
    /// What sort of address it is.
    pub kind: ContactKind,
    /// The address, normalised. It never changes: a new address is a new contact point.
    #[serde(with = "exposed")]
    pub value: Personal<Text>,
    /// What the customer calls it.
    #[serde(default, with = "exposed_option")]
    pub label: Option<Personal<Text>>,
    /// Whether it is the one to use first.
    pub primary: bool,
    /// When it was shown to be the customer's.
    pub verified_at: Option<Timestamp>,
    /// When it was last found not to work.
    pub bounced_at: Option<Timestamp>,
    /// From when on it may be used.
    pub valid_from: Option<Timestamp>,
    /// From when on it may no longer be used.
    pub valid_to: Option<Timestamp>,
}

impl ContactPoint {
    /// Whether it works and may be used at an instant, as far as the address itself is concerned. Permission is another
    /// question.
    pub fn is_usable(&self, at: Timestamp) -> bool {
        self.bounced_at.is_none_or(|bounced| bounced > at)
            && self.valid_from.is_none_or(|from| from <= at)
            && self.valid_to.is_none_or(|to| at < to)
    }

    pub(super) fn to_record(&self) -> Result<Record> {
        if let (Some(from), Some(to)) = (self.valid_from, self.valid_to)
            && to < from
        {
            return Err(Error::invalid_at(&VALID_TO, "ends before it starts"));
        }
        let mut record = Record::new(CONTACT_POINT, self.id.into());
        record.version = self.version;
        record.subject = Some(self.customer.into());
        record.keys.push(Key::lookup(self.kind.key(), match_key(self.kind, self.value.expose())));
        let fields = &mut record.fields;
        fields.set(CONTACT_KIND, self.kind.word());
        fields.set(VALUE, self.value.expose().clone());
        fields.put(LABEL, self.label.clone().map(Personal::into_inner));
        fields.put(PRIMARY, self.primary.then_some(true));
        fields.put(VERIFIED_AT, self.verified_at);
        fields.put(BOUNCED_AT, self.bounced_at);
        fields.put(VALID_FROM, self.valid_from);
        fields.put(VALID_TO, self.valid_to);
        Ok(record)
    }

    /// Reads a contact point's record.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that does not hold what it promises.
    pub fn from_record(record: &Record) -> Result<Self> {
        let fields = &record.fields;
        let word = fields.require(&CONTACT_KIND, Value::as_text)?;
        let kind = ContactKind::ALL.into_iter().find(|kind| kind.word() == word);
        Ok(Self {
            id: ContactPointId::new(record.id),
            version: record.version,
            customer: record.subject.map(CustomerId::new).ok_or_else(|| Error::invalid("customer", "missing"))?,
            kind: kind.ok_or_else(|| Error::invalid_at(&CONTACT_KIND, "no kind of contact point"))?,
            value: Personal::new(fields.require(&VALUE, Value::as_text)?.into()),
            label: fields.read(&LABEL, Value::as_text)?.map(|label| Personal::new(label.into())),
            primary: fields.read(&PRIMARY, Value::as_bool)?.unwrap_or(false),
            verified_at: fields.read(&VERIFIED_AT, Value::as_time)?,
            bounced_at: fields.read(&BOUNCED_AT, Value::as_time)?,
            valid_from: fields.read(&VALID_FROM, Value::as_time)?,
            valid_to: fields.read(&VALID_TO, Value::as_time)?,
        })
    }
}

/// The form of an address by which two spellings of it are found to be the same.
pub(crate) fn match_key(kind: ContactKind, value: &str) -> Text {
    match kind {
        ContactKind::Email => value.to_lowercase().into(),
        ContactKind::Phone | ContactKind::Post | ContactKind::Push | ContactKind::Social => value.into(),
    }
}

/// An address to be added to a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewContactPoint {
    /// What sort of address it is.
    pub kind: ContactKind,
    /// The address. It is checked and normalised when it is entered.
    #[serde(with = "exposed")]
    pub value: Personal<Text>,
    /// What the customer calls it.
    #[serde(default, with = "exposed_option")]
    pub label: Option<Personal<Text>>,
    /// Whether it is the one to use first.
    #[serde(default)]
    pub primary: bool,
    /// When it was shown to be the customer's.
    #[serde(default)]
    pub verified_at: Option<Timestamp>,
    /// When it was last found not to work.
    #[serde(default)]
    pub bounced_at: Option<Timestamp>,
    /// From when on it may be used.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// From when on it may no longer be used.
    #[serde(default)]
    pub valid_to: Option<Timestamp>,
}

impl NewContactPoint {
    /// An address of any kind. E-mail addresses and telephone numbers are checked and normalised.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is empty, or no address of its kind.
    pub fn new(kind: ContactKind, value: &str) -> Result<Self> {
        Ok(Self {
            kind,
            value: Personal::new(normalise(kind, value)?),
            label: None,
            primary: false,
            verified_at: None,
            bounced_at: None,
            valid_from: None,
            valid_to: None,
        })
    }

    /// An e-mail address.
    pub fn email(address: &str) -> Result<Self> {
        Self::new(ContactKind::Email, address)
    }

    /// A telephone number in international form (E.164).
    pub fn phone(number: &str) -> Result<Self> {
        Self::new(ContactKind::Phone, number)
    }

    /// A postal address.
    pub fn post(address: &str) -> Result<Self> {
        Self::new(ContactKind::Post, address)
    }

    /// The fields are public: what was put together by hand is checked and normalised here.
    pub(super) fn into_contact_point(self, id: ContactPointId, customer: CustomerId) -> Result<ContactPoint> {
        Ok(ContactPoint {
            id,
            version: 1,
            customer,
            kind: self.kind,
            value: Personal::new(normalise(self.kind, self.value.expose())?),
            label: self.label,
            primary: self.primary,
            verified_at: self.verified_at,
            bounced_at: self.bounced_at,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}

fn normalise(kind: ContactKind, value: &str) -> Result<Text> {
    let value = match kind {
        ContactKind::Email => Text::from(Email::new(value)?.as_str()),
        ContactKind::Phone => Text::from(Phone::new(value, None)?.as_str()),
        ContactKind::Post | ContactKind::Push | ContactKind::Social => Text::from(value.trim()),
    };
    if value.is_empty() { Err(Error::invalid_at(&VALUE, "empty")) } else { Ok(value) }
}

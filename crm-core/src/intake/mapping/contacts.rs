//! What the columns of a list of contacts mean.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::FileForm;
use super::text::{Pairs, read_pairs, set_column};
use crate::base::{Channel, Country, Date, Error, Name, Result};
use crate::intake::column::{Column, Role};

/// The columns that say what people have said about one purpose on one channel.
///
/// Each column holds a date, or `yes` and `no` when the mapping says [as of](ContactMapping::as_of) when; an empty cell
/// says nothing. A `no` in the column `granted` is a refusal; elsewhere it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentColumns {
    /// For what (`marketing`).
    pub purpose: Name,
    /// On which channel.
    pub channel: Channel,
    /// When the person agreed.
    #[serde(default)]
    pub granted: Option<Name>,
    /// When the owner of the address confirmed it (double opt-in).
    #[serde(default)]
    pub confirmed: Option<Name>,
    /// When the person was asked and said no.
    #[serde(default)]
    pub refused: Option<Name>,
    /// When the person took the agreement back.
    #[serde(default)]
    pub withdrawn: Option<Name>,
    /// The wording that was shown (`newsletter-3/en`).
    #[serde(default)]
    pub notice: Option<Name>,
}

impl ConsentColumns {
    /// The words of the columns, in the order of the fields.
    const WORDS: [&'static str; 5] = ["granted", "confirmed", "refused", "withdrawn", "notice"];

    const fn new(purpose: Name, channel: Channel) -> Self {
        Self { purpose, channel, granted: None, confirmed: None, refused: None, withdrawn: None, notice: None }
    }

    const fn columns(&self) -> [&Option<Name>; 5] {
        let Self { granted, confirmed, refused, withdrawn, notice, .. } = self;
        [granted, confirmed, refused, withdrawn, notice]
    }

    const fn columns_mut(&mut self) -> [&mut Option<Name>; 5] {
        let Self { granted, confirmed, refused, withdrawn, notice, .. } = self;
        [granted, confirmed, refused, withdrawn, notice]
    }
}

/// What the columns of a list of contacts mean.
///
/// Columns that are not named are guessed from common names. As text, for a command line, it is a list of settings, as
/// for [purchases](super::PurchaseMapping). What people have said about the use of their addresses stands in columns of
/// its own, for each purpose and channel; such columns are guessed only from names like `granted.marketing.email`:
///
/// ```
/// use crm_core::intake::ContactMapping;
///
/// let text = "customer=ID,email=Mail,home=DE,granted.marketing.email=Newsletter,as_of=2026-01-31";
/// let mapping: ContactMapping = text.parse()?;
/// assert_eq!(mapping.consents[0].granted, Some("Newsletter".parse()?));
/// assert_eq!(mapping.to_string().parse::<ContactMapping>()?, mapping);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactMapping {
    /// The customer's id in the source. Every file has this column.
    pub customer: Column,
    /// The whole name.
    pub name: Column,
    /// The given name.
    pub given: Column,
    /// The family name.
    pub family: Column,
    /// The e-mail address.
    pub email: Column,
    /// Whether, or since when, the e-mail address is known to be the customer's.
    pub email_verified: Column,
    /// Whether, or since when, mail comes back from the address.
    pub email_bounced: Column,
    /// The telephone number.
    pub phone: Column,
    /// The country: an ISO 3166 code of two or three letters.
    pub country: Column,
    /// The language, as a tag of BCP 47.
    pub locale: Column,
    /// The date of birth.
    pub birth_date: Column,
    /// Tags, apart by `|`, `;` or `,`.
    pub tags: Column,
    /// What people have said about the use of their addresses.
    pub consents: Vec<ConsentColumns>,
    /// The day on which a `yes` or a `no` without a date was true.
    pub as_of: Option<Date>,
    /// The country whose telephone numbers are written without a country, unless the row says another one.
    pub home: Option<Country>,
    /// How the file is written.
    pub form: FileForm,
}

impl ContactMapping {
    pub(in crate::intake) const ROLES: [Role; 12] = [
        Role {
            word: "customer",
            required: true,
            names: &[
                "customerid",
                "customer",
                "customerno",
                "customernumber",
                "custid",
                "clientid",
                "client",
                "contactid",
                "userid",
                "id",
            ],
        },
        Role { word: "name", required: false, names: &["name", "fullname", "customername", "contactname"] },
        Role { word: "given", required: false, names: &["given", "givenname", "firstname", "forename"] },
        Role { word: "family", required: false, names: &["family", "familyname", "lastname", "surname"] },
        Role { word: "email", required: false, names: &["email", "emailaddress", "mail"] },
        Role { word: "email_verified", required: false, names: &["emailverified", "emailverifiedat"] },
        Role { word: "email_bounced", required: false, names: &["emailbounced", "emailbouncedat", "bounced"] },
        Role {
            word: "phone",
            required: false,
            names: &["phone", "phonenumber", "telephone", "telephonenumber", "mobile", "mobilephone"],
        },
        Role { word: "country", required: false, names: &["country", "countrycode"] },
        Role { word: "locale", required: false, names: &["locale", "language"] },
        Role { word: "birth_date", required: false, names: &["birthdate", "dateofbirth", "birthday", "dob"] },
        Role { word: "tags", required: false, names: &["tags", "labels"] },
    ];
    const SETTINGS: [&'static str; 7] = [
        "as_of",
        "home",
        "granted.PURPOSE.CHANNEL",
        "confirmed.PURPOSE.CHANNEL",
        "refused.PURPOSE.CHANNEL",
        "withdrawn.PURPOSE.CHANNEL",
        "notice.PURPOSE.CHANNEL",
    ];

    const fn columns(&self) -> [&Column; 12] {
        let Self { customer, name, given, family, email, email_verified, email_bounced, phone, .. } = self;
        let Self { country, locale, birth_date, tags, .. } = self;
        [customer, name, given, family, email, email_verified, email_bounced, phone, country, locale, birth_date, tags]
    }

    pub(in crate::intake) const fn columns_mut(&mut self) -> [&mut Column; 12] {
        let Self { customer, name, given, family, email, email_verified, email_bounced, phone, country, .. } = self;
        let Self { locale, birth_date, tags, .. } = self;
        [customer, name, given, family, email, email_verified, email_bounced, phone, country, locale, birth_date, tags]
    }

    fn set(&mut self, word: &str, value: &str) -> Result<()> {
        if let Some(done) = self.form.set(word, value) {
            return done;
        }
        match word {
            "as_of" => self.as_of = Some(value.parse()?),
            "home" => self.home = Some(value.parse()?),
            _ => match consent_word(word) {
                Some((kind, purpose, channel)) => self.set_consent(kind, purpose, channel, Name::new(value)?),
                None => return set_column(word, value, &Self::ROLES, self.columns_mut(), &Self::SETTINGS),
            },
        }
        Ok(())
    }

    fn set_consent(&mut self, kind: usize, purpose: Name, channel: Channel, column: Name) {
        let same = |consent: &ConsentColumns| consent.purpose == purpose && consent.channel == channel;
        let at = self.consents.iter().position(same).unwrap_or_else(|| {
            self.consents.push(ConsentColumns::new(purpose, channel));
            self.consents.len() - 1
        });
        *self.consents[at].columns_mut()[kind] = Some(column);
    }

    /// Takes the columns whose names say that they are about consent.
    pub(in crate::intake) fn guess_consents<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Vec<Name> {
        let mut found = Vec::new();
        for name in names.filter_map(|name| Name::new(name).ok()) {
            if let Some((kind, purpose, channel)) = consent_word(name.as_str()) {
                self.set_consent(kind, purpose, channel, name.clone());
                found.push(name);
            }
        }
        found
    }
}

/// `granted.marketing.email`: which column of the consents, the purpose and the channel.
fn consent_word(word: &str) -> Option<(usize, Name, Channel)> {
    let (kind, rest) = word.split_once('.')?;
    let (purpose, channel) = rest.rsplit_once('.')?;
    let kind = ConsentColumns::WORDS.iter().position(|known| *known == kind)?;
    Some((kind, Name::new(purpose).ok()?, channel.parse().ok()?))
}

impl FromStr for ContactMapping {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut mapping = Self::default();
        read_pairs(text, |word, value| mapping.set(word, value))?;
        Ok(mapping)
    }
}

impl fmt::Display for ContactMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = Pairs::default();
        pairs.columns(&Self::ROLES, self.columns());
        for consent in &self.consents {
            for (word, column) in ConsentColumns::WORDS.iter().zip(consent.columns()) {
                pairs.add(&format!("{word}.{}.{}", consent.purpose, consent.channel), column.as_ref());
            }
        }
        pairs.add("as_of", self.as_of);
        pairs.add("home", self.home.map(Country::code));
        self.form.write(&mut pairs);
        f.write_str(&pairs.0)
    }
}

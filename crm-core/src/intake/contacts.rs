//! Lists of contacts.

use std::collections::HashMap;

use serde::Serialize;

use super::column::{Guess, Place, find_places};
use super::fault::{Fault, Rejected};
use super::mapping::{ConsentColumns, ContactMapping};
use super::purchases::source_id;
use super::report::{IntakeReport, Mode, read_rows};
use super::table::{Header, Record, Table};
use super::when::Dates;
use crate::base::{
    Channel, Country, Date, Email, Error, Locale, Name, Personal, Phone, Result, Text, Timestamp, exposed_option,
    worded,
};

/// The most bytes of a name or a tag.
const MAX_NAME: usize = 1_024;

worded! {
    /// What a list says that a person has said about the use of an address.
    pub enum Statement: "statement" {
        /// The person agreed.
        Granted = "granted",
        /// The owner of the address confirmed it (double opt-in).
        Confirmed = "confirmed",
        /// The person was asked and said no.
        Refused = "refused",
        /// The person took an agreement back.
        Withdrawn = "withdrawn",
    }
}

/// Something that a person has said about the use of an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsentEntry {
    /// What was said.
    pub statement: Statement,
    /// For what.
    pub purpose: Name,
    /// On which channel.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
    /// The wording that was shown, if the list says it.
    pub notice: Option<Name>,
}

/// A checked row of a list of contacts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactRow {
    /// The line of the file on which it begins, counted from 1.
    pub row: u64,
    /// The customer's id in the source.
    pub customer: Text,
    /// The whole name.
    #[serde(with = "exposed_option")]
    pub name: Option<Personal<Text>>,
    /// The given name.
    #[serde(with = "exposed_option")]
    pub given: Option<Personal<Text>>,
    /// The family name.
    #[serde(with = "exposed_option")]
    pub family: Option<Personal<Text>>,
    /// The e-mail address.
    pub email: Option<Email>,
    /// Since when the address is known to be the customer's.
    pub email_verified: Option<Timestamp>,
    /// Since when mail comes back from the address.
    pub email_bounced: Option<Timestamp>,
    /// The telephone number.
    pub phone: Option<Phone>,
    /// The country.
    pub country: Option<Country>,
    /// The language.
    pub locale: Option<Locale>,
    /// The date of birth.
    #[serde(with = "exposed_option")]
    pub birth_date: Option<Personal<Date>>,
    /// The tags, each once, in the order of the cell.
    pub tags: Vec<Text>,
    /// What the person has said, in the order of the mapping. Who is not mentioned was never asked.
    pub consents: Vec<ConsentEntry>,
}

/// A list of contacts, decoded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contacts {
    /// The good rows, in the order of the file.
    pub rows: Vec<ContactRow>,
    /// The wrong rows; none in strict mode.
    pub rejected: Vec<Rejected>,
    /// The system that wrote the file, in which the ids of the customers are unique.
    pub source: Name,
    /// What came of the file.
    pub report: IntakeReport,
}

/// Decodes a list of contacts: one row for each customer.
///
/// ```
/// use crm_core::base::Channel;
/// use crm_core::intake::{Mode, Statement, decode_contacts};
///
/// let file = "id,first name,email,country,granted.marketing.email,withdrawn.marketing.email\n\
///             7,Anna,anna@example.org,DE,2026-01-05,2026-02-01\n\
///             8,Ben,,FR,,\n";
/// let now = "2026-04-01T00:00:00Z".parse()?;
/// let list = decode_contacts(file.as_bytes(), &"".parse()?, now, Mode::Strict)?;
/// let anna = &list.rows[0];
/// assert_eq!(anna.email.as_ref().map(|email| email.as_str()), Some("anna@example.org"));
/// assert_eq!(anna.consents[1].statement, Statement::Withdrawn);
/// assert_eq!((anna.consents[1].purpose.as_str(), anna.consents[1].channel), ("marketing", Channel::Email));
/// assert_eq!(list.rows[1].consents, []);
/// assert!(!format!("{list:?}").contains("anna@"));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// A `yes` without a date needs a mapping that says [as of](ContactMapping::as_of) when it was true. A consent that
/// belongs to an address which the row does not have is an error, since it could permit nothing.
///
/// # Errors
/// [`Error::Import`] with the row, the column, what is wrong and what to do. In lenient mode only for what makes the
/// file as a whole unusable: its encoding, a missing column, a quote that is never closed. [`Error::Invalid`] when the
/// mapping's `as_of` lies in the future.
pub fn decode_contacts(bytes: &[u8], mapping: &ContactMapping, now: Timestamp, mode: Mode) -> Result<Contacts> {
    let mut table = Table::open(bytes, mapping.form.delimiter)?;
    let mut report = IntakeReport { bom: table.bom, ..IntakeReport::default() };
    let (mut reader, source) = Reader::new(&table, mapping, now, &mut report)?;
    let (rows, rejected) = read_rows(&mut table, mode, &mut report, |record| reader.read(record))?;
    Ok(Contacts { rows, rejected, source, report })
}

struct Columns {
    customer: Place,
    name: Place,
    given: Place,
    family: Place,
    email: Place,
    email_verified: Place,
    email_bounced: Place,
    phone: Place,
    country: Place,
    locale: Place,
    birth_date: Place,
    tags: Place,
    consents: Vec<ConsentPlaces>,
}

impl Columns {
    fn new(header: &Header, mapping: &mut ContactMapping, guesses: &mut Vec<Guess>) -> Result<Self> {
        let places = find_places(header, &ContactMapping::ROLES, mapping.columns_mut(), guesses)?;
        #[rustfmt::skip]
        let [
            customer, name, given, family, email, email_verified, email_bounced, phone, country, locale, birth_date,
            tags,
        ] = places;
        if mapping.consents.is_empty() {
            let found = mapping.guess_consents(header.names());
            guesses.extend(found.into_iter().map(|name| Guess { what: name.clone(), choice: name }));
        }
        let consents = mapping.consents.iter().map(|columns| ConsentPlaces::new(header, columns));
        let consents = consents.collect::<Result<_>>()?;
        #[rustfmt::skip]
        let columns = Self {
            customer, name, given, family, email, email_verified, email_bounced, phone, country, locale, birth_date,
            tags, consents,
        };
        Ok(columns)
    }

    fn with_dates(&self) -> Vec<&Place> {
        let own = [&self.birth_date, &self.email_verified, &self.email_bounced];
        own.into_iter().chain(self.consents.iter().flat_map(|consent| &consent.dates).map(|(_, place)| place)).collect()
    }
}

/// The columns of one purpose and channel.
struct ConsentPlaces {
    purpose: Name,
    channel: Channel,
    dates: Vec<(Statement, Place)>,
    notice: Place,
}

impl ConsentPlaces {
    fn new(header: &Header, columns: &ConsentColumns) -> Result<Self> {
        use Statement::{Confirmed, Granted, Refused, Withdrawn};
        let ConsentColumns { purpose, channel, granted, confirmed, refused, withdrawn, notice } = columns;
        let named = [(Granted, granted), (Confirmed, confirmed), (Refused, refused), (Withdrawn, withdrawn)];
        let named = named.into_iter().filter_map(|(statement, name)| Some((statement, name.as_ref()?)));
        let dates =
            named.map(|(statement, name)| Ok((statement, Place::named(header, name)?))).collect::<Result<_>>()?;
        let notice = Place::named_or_absent(header, notice.as_ref())?;
        Ok(Self { purpose: purpose.clone(), channel: *channel, dates, notice })
    }
}

/// Reads the rows of one file.
struct Reader {
    columns: Columns,
    dates: Dates,
    as_of: Option<Timestamp>,
    home: Option<Country>,
    now: Timestamp,
    /// The row of every customer so far.
    customers: HashMap<Text, u64>,
}

impl Reader {
    fn new(
        table: &Table<'_>,
        mapping: &ContactMapping,
        now: Timestamp,
        report: &mut IntakeReport,
    ) -> Result<(Self, Name)> {
        let mut mapping = mapping.clone();
        let columns = Columns::new(&table.header, &mut mapping, &mut report.guesses)?;
        mapping.form.settle(table, &columns.with_dates(), &mut report.guesses)?;
        report.mapping = mapping.to_string();
        let dates = mapping.form.dates();
        let as_of = mapping.as_of.map(|date| dates.zone.start_of_day(date));
        if as_of.is_some_and(|at| at > now) {
            return Err(Error::invalid("as_of", "lies in the future"));
        }
        let customers = HashMap::new();
        Ok((Self { columns, dates, as_of, home: mapping.home, now, customers }, mapping.form.source()))
    }

    fn read(&mut self, record: &Record<'_>) -> Result<ContactRow, Rejected> {
        let columns = &self.columns;
        let customer = columns.customer.require(record, |cell| self.customer(cell))?;
        let country = columns.country.read(record, read_country)?;
        let home = country.or(self.home);
        let row = ContactRow {
            row: record.line,
            name: columns.name.read(record, read_name)?,
            given: columns.given.read(record, read_name)?,
            family: columns.family.read(record, read_name)?,
            email: columns.email.read(record, |cell| Email::new(cell).map_err(|_| Fault::NotAnEmail))?,
            email_verified: columns.email_verified.read(record, |cell| self.since(cell))?.flatten(),
            email_bounced: columns.email_bounced.read(record, |cell| self.since(cell))?.flatten(),
            phone: columns.phone.read(record, |cell| Phone::new(cell, home).map_err(|_| Fault::NotAPhone))?,
            country,
            locale: columns.locale.read(record, read_locale)?,
            birth_date: columns.birth_date.read(record, |cell| self.birth_date(cell))?,
            tags: columns.tags.read(record, read_tags)?.unwrap_or_default(),
            consents: Vec::new(),
            customer,
        };
        let consents = self.consents(record, &row)?;
        self.customers.insert(row.customer.clone(), record.line);
        Ok(ContactRow { consents, ..row })
    }

    fn customer(&self, cell: &str) -> Result<Text, Fault> {
        let id = source_id(cell)?;
        self.customers.get(&id).map_or(Ok(id), |first| Err(Fault::DuplicateCustomer { first: *first }))
    }

    fn birth_date(&self, cell: &str) -> Result<Personal<Date>, Fault> {
        let when = self.dates.read(cell)?;
        if when.instant(&self.dates.zone) > self.now { Err(Fault::Future) } else { Ok(Personal::new(when.date())) }
    }

    /// Since when something is so; `no` means that it is not.
    fn since(&self, cell: &str) -> Result<Option<Timestamp>, Fault> {
        self.answer(cell).map(|answer| answer.yes.then_some(answer.at))
    }

    fn consents(&self, record: &Record<'_>, row: &ContactRow) -> Result<Vec<ConsentEntry>, Rejected> {
        let mut entries = Vec::new();
        for ConsentPlaces { purpose, channel, dates, notice } in &self.columns.consents {
            let notice = notice.read(record, |cell| Name::new(cell).map_err(|_| Fault::NotANotice))?;
            for (column, place) in dates {
                let (statement, at) = match (column, place.read(record, |cell| self.answer(cell))?) {
                    (_, Some(Answer { yes: true, at })) => (*column, at),
                    (Statement::Granted, Some(Answer { yes: false, at })) => (Statement::Refused, at),
                    _ => continue,
                };
                let (purpose, channel, notice) = (purpose.clone(), *channel, notice.clone());
                if matches!(statement, Statement::Granted | Statement::Confirmed) && !is_reachable(row, channel) {
                    return Err(place.reject(record, Fault::NoAddress { channel }));
                }
                entries.push(ConsentEntry { statement, purpose, channel, at, notice });
            }
        }
        Ok(entries)
    }

    /// A date, or yes or no as of the day that the mapping says.
    fn answer(&self, cell: &str) -> Result<Answer, Fault> {
        let word = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
        let yes = word(&["yes", "y", "true", "1", "x"]);
        let at = if yes || word(&["no", "n", "false", "0"]) {
            return self.as_of.map(|at| Answer { yes, at }).ok_or(Fault::Undated);
        } else {
            self.dates.read(cell).map_err(|_| Fault::NotYesNoOrDate)?.instant(&self.dates.zone)
        };
        if at > self.now { Err(Fault::Future) } else { Ok(Answer { yes: true, at }) }
    }
}

struct Answer {
    yes: bool,
    at: Timestamp,
}

/// Whether the row has the address that a channel needs. Lists have no columns for other addresses than these two.
const fn is_reachable(row: &ContactRow, channel: Channel) -> bool {
    match channel {
        Channel::Email => row.email.is_some(),
        Channel::Phone | Channel::Sms => row.phone.is_some(),
        _ => true,
    }
}

fn read_name(cell: &str) -> Result<Personal<Text>, Fault> {
    if cell.len() <= MAX_NAME { Ok(Personal::new(cell.into())) } else { Err(Fault::TooLong { limit: MAX_NAME as u64 }) }
}

fn read_tags(cell: &str) -> Result<Vec<Text>, Fault> {
    let mut tags: Vec<Text> = Vec::new();
    for tag in cell.split(['|', ';', ',']).map(str::trim).filter(|tag| !tag.is_empty()) {
        if tag.len() > MAX_NAME {
            return Err(Fault::TooLong { limit: MAX_NAME as u64 });
        }
        if tags.iter().all(|known| *known != tag) {
            tags.push(tag.into());
        }
    }
    Ok(tags)
}

fn read_country(code: &str) -> Result<Country, Fault> {
    let code = code.to_ascii_uppercase();
    Country::new(&code).or_else(|_| Country::from_alpha3(&code)).map_err(|_| Fault::NotACountry)
}

/// Languages have tags of two or three letters. The grammar allows up to eight, and so many a name of a person.
fn read_locale(tag: &str) -> Result<Locale, Fault> {
    Locale::new(tag).ok().filter(|locale| locale.language().len() <= 3).ok_or(Fault::NotALocale)
}

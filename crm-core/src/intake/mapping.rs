//! What the columns of a file mean, and how its cells are written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::column::{Column, Guess, Place, Role};
use super::table::{Delimiter, Record, Table};
use super::when::{DateFormat, DateSample, Dates};
use crate::base::{Currency, Error, Name, Result, Zone, nearest, worded};

worded! {
    /// What separates the minor units of an amount.
    #[derive(Default)]
    pub enum DecimalMark: "decimal" {
        /// `1234.50`
        #[default]
        Point = "point",
        /// `1234,50`
        Comma = "comma",
    }
}

worded! {
    /// Whether a log of purchases may hold refunds: rows with a negative amount.
    #[derive(Default)]
    pub enum Refunds: "refunds" {
        /// A negative amount is an error.
        #[default]
        Refuse = "refuse",
        /// A negative amount is a refund.
        Allow = "allow",
    }
}

/// How a file is written, and who wrote it. What is not said is guessed, and reported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileForm {
    /// What stands between the cells of a row. Guessed from the first rows.
    pub delimiter: Option<Delimiter>,
    /// The forms of the dates, tried in this order. Guessed from the first thousand rows when empty.
    pub dates: Vec<DateFormat>,
    /// The zone whose clocks show the times that have no offset. UTC when not said.
    pub zone: Option<Zone>,
    /// The system that wrote the file (`shop`). Its order numbers are unique in it, so that two systems may use the
    /// same number. `import` when not said.
    pub source: Option<Name>,
}

impl FileForm {
    const WORDS: [&'static str; 4] = ["delimiter", "dates", "zone", "source"];

    /// Takes a setting, unless it is not one of these.
    fn set(&mut self, word: &str, value: &str) -> Option<Result<()>> {
        Some(match word {
            "delimiter" => value.parse().map(|delimiter| self.delimiter = Some(delimiter)),
            "dates" => {
                value.split('|').map(|form| form.trim().parse()).collect::<Result<_>>().map(|all| self.dates = all)
            }
            "zone" => value.parse().map(|zone| self.zone = Some(zone)),
            "source" => Name::new(value).map(|source| self.source = Some(source)),
            _ => return None,
        })
    }

    fn write(&self, pairs: &mut Pairs) {
        pairs.add("delimiter", self.delimiter);
        let dates: Vec<String> = self.dates.iter().map(ToString::to_string).collect();
        pairs.add("dates", (!dates.is_empty()).then(|| dates.join("|")));
        pairs.add("zone", self.zone.as_ref());
        pairs.add("source", self.source.as_ref());
    }

    /// Fills in what the file and the defaults say, with the columns that hold dates.
    pub(super) fn settle(&mut self, table: &Table<'_>, dates: &[&Place], guesses: &mut Vec<Guess>) -> Result<()> {
        if self.dates.is_empty() {
            let form = guess_dates(table.clone(), dates)?;
            guesses.extend(Name::new(&form.to_string()).ok().map(|name| Guess::new("dates", name)));
            self.dates.push(form);
        }
        if self.delimiter.is_none() {
            guesses.push(Guess::new("delimiter", table.delimiter.name()));
            self.delimiter = Some(table.delimiter);
        }
        if self.zone.is_none() {
            guesses.push(Guess::new("zone", Name::from_static("UTC")));
            self.zone = Some(Zone::UTC);
        }
        if self.source.is_none() {
            guesses.push(Guess::new("source", Self::SOURCE));
            self.source = Some(Self::SOURCE);
        }
        Ok(())
    }

    const SOURCE: Name = Name::from_static("import");

    pub(super) fn source(&self) -> Name {
        self.source.clone().unwrap_or(Self::SOURCE)
    }

    pub(super) fn dates(&self) -> Dates {
        Dates { forms: self.dates.clone(), zone: self.zone.clone().unwrap_or(Zone::UTC) }
    }
}

/// How many rows are looked at to guess the form of the dates.
const DATE_SAMPLE: usize = 1_000;

/// The form of the dates in some columns.
fn guess_dates(mut table: Table<'_>, columns: &[&Place]) -> Result<DateFormat> {
    let mut record = Record::default();
    let mut sample = DateSample::default();
    for _ in 0..DATE_SAMPLE {
        // What is wrong with a row is said when it is its turn.
        match table.read(&mut record) {
            Ok(true) => columns.iter().filter_map(|place| place.filled(&record)).for_each(|cell| sample.add(cell)),
            _ => break,
        }
    }
    sample.likeliest().map_err(|[one, other]| {
        let column = columns.first().map(|place| place.name.clone());
        let reason = format!("the dates may be written {one} or {other}; say which, as in dates={one}");
        Error::Import { row: None, column, reason: reason.into() }
    })
}

/// What the columns of a log of purchases mean.
///
/// Columns that are not named are guessed from common names. As text, for a command line, it is a list of settings:
///
/// ```
/// use crm_core::intake::{Column, PurchaseMapping};
///
/// let mapping: PurchaseMapping =
///     "customer=CustomerID, date=InvoiceDate, amount=Total, currency=EUR, zone=Europe/Berlin".parse()?;
/// assert_eq!(mapping.amount, Column::Named("Total".parse()?));
/// assert_eq!(mapping.quantity, Column::Guess);
/// assert_eq!(mapping.to_string().parse::<PurchaseMapping>()?, mapping);
///
/// let error = "custmer=CustomerID".parse::<PurchaseMapping>().unwrap_err();
/// assert!(error.to_string().contains("did you mean customer?"));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// A value may be quoted, as in `date="Order date, local"`; an empty one, as in `quantity=`, says that there is no such
/// column. Several forms of dates are written `dates=dd.mm.yyyy|yyyy-mm-dd`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PurchaseMapping {
    /// The customer's id in the source. Every file has this column.
    pub customer: Column,
    /// When it was bought. Every file has this column.
    pub date: Column,
    /// The time of the day, if the date does not say it.
    pub time: Column,
    /// What was paid, without the currency. Every file has this column.
    pub amount: Column,
    /// How many things were bought.
    pub quantity: Column,
    /// The number of the order, unique in the source.
    pub order: Column,
    /// On which way it was bought: the word of a [`Channel`](crate::base::Channel).
    pub channel: Column,
    /// The ISO 4217 code of the row's currency.
    pub currency_column: Column,
    /// The currency of the file. With a column of currencies, too, a row in another one is an error.
    pub currency: Option<Currency>,
    /// How amounts are written.
    pub decimal: DecimalMark,
    /// Whether amounts may be negative.
    pub refunds: Refunds,
    /// How the file is written.
    pub form: FileForm,
}

impl PurchaseMapping {
    pub(super) const ROLES: [Role; 8] = [
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
                "userid",
            ],
        },
        Role {
            word: "date",
            required: true,
            names: &[
                "date",
                "orderdate",
                "purchasedate",
                "invoicedate",
                "transactiondate",
                "datetime",
                "timestamp",
                "orderedat",
                "purchasedat",
                "createdat",
            ],
        },
        Role { word: "time", required: false, names: &["time", "ordertime", "timeofday"] },
        Role {
            word: "amount",
            required: true,
            names: &[
                "amount",
                "total",
                "ordertotal",
                "totalamount",
                "totalprice",
                "grandtotal",
                "revenue",
                "sales",
                "spend",
                "value",
                "ordervalue",
                "dollarvalue",
            ],
        },
        Role {
            word: "quantity",
            required: false,
            names: &["quantity", "qty", "units", "items", "numberofitems", "numberofcds"],
        },
        Role {
            word: "order",
            required: false,
            names: &[
                "orderid",
                "order",
                "orderno",
                "ordernumber",
                "invoiceno",
                "invoiceid",
                "invoice",
                "transactionid",
                "receiptid",
                "receiptno",
            ],
        },
        Role { word: "channel", required: false, names: &["channel", "saleschannel"] },
        Role { word: "currency_column", required: false, names: &["currency", "currencycode"] },
    ];
    const SETTINGS: [&'static str; 3] = ["currency", "decimal", "refunds"];

    pub(super) const fn columns(&self) -> [&Column; 8] {
        let Self { customer, date, time, amount, quantity, order, channel, currency_column, .. } = self;
        [customer, date, time, amount, quantity, order, channel, currency_column]
    }

    pub(super) const fn columns_mut(&mut self) -> [&mut Column; 8] {
        let Self { customer, date, time, amount, quantity, order, channel, currency_column, .. } = self;
        [customer, date, time, amount, quantity, order, channel, currency_column]
    }

    fn set(&mut self, word: &str, value: &str) -> Result<()> {
        if let Some(done) = self.form.set(word, value) {
            return done;
        }
        match word {
            "currency" => self.currency = Some(fixed_currency(value)?),
            "decimal" => self.decimal = value.parse()?,
            "refunds" => self.refunds = value.parse()?,
            _ => return set_column(word, value, &Self::ROLES, self.columns_mut(), &Self::SETTINGS),
        }
        Ok(())
    }
}

impl FromStr for PurchaseMapping {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut mapping = Self::default();
        read_pairs(text, |word, value| mapping.set(word, value))?;
        Ok(mapping)
    }
}

impl fmt::Display for PurchaseMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pairs = Pairs::default();
        pairs.columns(&Self::ROLES, self.columns());
        pairs.add("currency", self.currency.map(Currency::code));
        pairs.add("decimal", Some(self.decimal).filter(|mark| *mark != DecimalMark::default()));
        pairs.add("refunds", Some(self.refunds).filter(|refunds| *refunds != Refunds::default()));
        self.form.write(&mut pairs);
        f.write_str(&pairs.0)
    }
}

fn fixed_currency(code: &str) -> Result<Currency> {
    Currency::new(code).map_err(|_| {
        Error::invalid("currency", "not an active ISO 4217 code; a column of currencies is named by currency_column")
    })
}

fn set_column<const N: usize>(
    word: &str,
    value: &str,
    roles: &[Role; N],
    columns: [&mut Column; N],
    settings: &[&'static str],
) -> Result<()> {
    let Some((_, column)) = roles.iter().zip(columns).find(|(role, _)| role.word == word) else {
        let known: Vec<&str> =
            roles.iter().map(|role| role.word).chain(settings.iter().copied()).chain(FileForm::WORDS).collect();
        let meant = nearest(word, known.iter().copied());
        let meant = meant.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
        return Err(Error::invalid("mapping", format!("unknown setting{meant}; expected {}", known.join(", "))));
    };
    *column = if value.is_empty() { Column::Absent } else { Column::Named(Name::new(value)?) };
    Ok(())
}

/// The text of a mapping, being written.
#[derive(Default)]
struct Pairs(String);

impl Pairs {
    fn add(&mut self, word: &str, value: Option<impl fmt::Display>) {
        let Some(value) = value else { return };
        let value = value.to_string();
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0 += word;
        self.0.push('=');
        if value.contains([',', '"']) {
            self.0 += &["\"", &value.replace('"', "\"\""), "\""].concat();
        } else {
            self.0 += &value;
        }
    }

    fn columns<const N: usize>(&mut self, roles: &[Role; N], columns: [&Column; N]) {
        for (role, column) in roles.iter().zip(columns) {
            match column {
                Column::Guess => {}
                Column::Absent => self.add(role.word, Some("")),
                Column::Named(name) => self.add(role.word, Some(name)),
            }
        }
    }
}

/// Reads `word=value, word="value"`.
fn read_pairs(text: &str, mut take: impl FnMut(&str, &str) -> Result<()>) -> Result<()> {
    let bad = |reason: &'static str| Error::invalid("mapping", reason);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, behind) = rest.split_once('=').ok_or_else(|| bad("expected settings as in customer=COLUMN"))?;
        let behind = behind.trim_start();
        if let Some(quoted) = behind.strip_prefix('"') {
            let size = closing_quote(quoted).ok_or_else(|| bad("a quote is never closed"))?;
            take(word.trim(), &quoted[..size].replace("\"\"", "\""))?;
            let after = quoted[size + 1..].trim_start();
            rest = after
                .strip_prefix(',')
                .or(Some(after).filter(|end| end.is_empty()))
                .ok_or_else(|| bad("expected a comma behind a quoted value"))?;
        } else {
            let (value, after) = behind.split_once(',').unwrap_or((behind, ""));
            take(word.trim(), value.trim())?;
            rest = after;
        }
        rest = rest.trim_start();
    }
    Ok(())
}

/// Where the quote is that closes a quoted value; two in a row belong to the value.
fn closing_quote(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text[at..].find('"')?;
        if !text[at + 1..].starts_with('"') {
            return Some(at);
        }
        at += 2;
    }
}

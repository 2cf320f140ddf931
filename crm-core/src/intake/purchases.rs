//! Logs of purchases.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::column::{Place, find_places};
use super::fault::{Fault, Rejected};
use super::mapping::{DecimalMark, PurchaseMapping, Refunds};
use super::report::{IntakeReport, Mode, read_rows};
use super::table::{Record, Table};
use super::when::{Dates, When};
use crate::base::{Channel, Currency, Digest, Error, Money, Name, Result, Text, Timestamp};
use crate::fact::SourceRef;

/// The most bytes of an id that a source gives.
pub(super) const MAX_ID: usize = 256;

/// A checked row of a log of purchases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseRow {
    /// The line of the file on which it begins, counted from 1.
    pub row: u64,
    /// The customer's id in the source.
    pub customer: Text,
    /// When it was bought.
    pub at: Timestamp,
    /// What was paid; negative for a refund.
    pub amount: Money,
    /// How many things were bought.
    pub quantity: Option<i64>,
    /// The number of the order, if the log has one.
    pub order: Option<Text>,
    /// On which way it was bought.
    pub channel: Option<Channel>,
    /// What makes the row the same row when it is imported again: the number of the order, or an id
    /// [derived](decode_purchases) from the row.
    pub source: SourceRef,
}

/// A log of purchases, decoded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Purchases {
    /// The good rows, in the order of the file.
    pub rows: Vec<PurchaseRow>,
    /// The wrong rows; none in strict mode.
    pub rejected: Vec<Rejected>,
    /// What came of the file.
    pub report: IntakeReport,
}

/// Decodes a log of purchases: one row for each order, with a customer, a date and an amount. A file with a header and
/// no rows is an empty log.
///
/// ```
/// use crm_core::intake::{Mode, decode_purchases};
///
/// let file = b"customer_id date cds dollar_value\n00001 19970101 1 11.77\n00002 19970112 5 77.00\n";
/// let now = "1998-07-01T00:00:00Z".parse()?;
/// let log = decode_purchases(file, &"currency=USD, quantity=cds, source=cdnow".parse()?, now, Mode::Strict)?;
/// assert_eq!(log.rows[1].amount.to_string(), "77.00 USD");
/// assert_eq!(log.rows[1].at.to_string(), "1997-01-12T00:00:00Z");
/// assert_eq!(log.report.mapping.split(',').next(), Some("customer=customer_id"));
///
/// let error = decode_purchases(b"customer,date,amount\n7,1997-02-30,1", &"currency=USD".parse()?, now, Mode::Strict);
/// assert!(error.unwrap_err().to_string().starts_with("import, row 2, column date: no date written as yyyy-mm-dd"));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Importing again
/// With a column of order numbers, the number is the row's id in the source, and a number that comes twice is an
/// error. Without one, the id follows from what the row says: its day, a hash of customer, time and amount, and, from
/// the second row on that says the same, a count. Therefore
/// - the same file gives the same ids, in any order of its rows, with another delimiter, other forms of dates, or more
///   digits behind the point;
/// - rows that are added, wherever, and rows that are taken out leave the ids of all rows that say something else as
///   they are;
/// - the mapping of zone, currency and other columns has no influence: a row that is read differently the second time
///   is the same row with another content, which a store refuses, and not a second purchase.
///
/// Two things cannot be told apart without order numbers. A row that was corrected is a new row. And where two files
/// overlap, a day must be in both of them as a whole or in one of them only: two equal purchases of which each file
/// has one are taken for one.
///
/// # Errors
/// [`Error::Import`] with the row, the column, what is wrong and what to do. In lenient mode only for what makes the
/// file as a whole unusable: its encoding, a missing column, a quote that is never closed.
pub fn decode_purchases(bytes: &[u8], mapping: &PurchaseMapping, now: Timestamp, mode: Mode) -> Result<Purchases> {
    let mut table = Table::open(bytes, mapping.form.delimiter)?;
    let mut report = IntakeReport { bom: table.bom, ..IntakeReport::default() };
    let mut reader = Reader::new(&table, mapping, now, &mut report)?;
    let (rows, rejected) = read_rows(&mut table, mode, &mut report, |record| reader.read(record))?;
    report.repeated = reader.derived.repeated;
    Ok(Purchases { rows, rejected, report })
}

struct Columns {
    customer: Place,
    date: Place,
    time: Place,
    amount: Place,
    quantity: Place,
    order: Place,
    channel: Place,
    currency: Place,
}

/// Reads the rows of one file.
struct Reader {
    columns: Columns,
    mapping: PurchaseMapping,
    dates: Dates,
    source: Name,
    now: Timestamp,
    /// The row of every order so far.
    orders: HashMap<Text, u64>,
    derived: DerivedIds,
}

impl Reader {
    fn new(table: &Table<'_>, mapping: &PurchaseMapping, now: Timestamp, report: &mut IntakeReport) -> Result<Self> {
        let mut mapping = mapping.clone();
        let places = find_places(&table.header, &PurchaseMapping::ROLES, mapping.columns_mut(), &mut report.guesses)?;
        let [customer, date, time, amount, quantity, order, channel, currency] = places;
        if mapping.currency.is_none() && !currency.exists() {
            let reason = "nothing says the currency; say it, as in currency=EUR, or name its column, as in \
                          currency_column=COLUMN";
            return Err(Error::Import { row: None, column: None, reason: reason.into() });
        }
        mapping.form.settle(table, &[&date], &mut report.guesses)?;
        report.mapping = mapping.to_string();
        Ok(Self {
            columns: Columns { customer, date, time, amount, quantity, order, channel, currency },
            dates: mapping.form.dates(),
            source: mapping.form.source(),
            mapping,
            now,
            orders: HashMap::new(),
            derived: DerivedIds::default(),
        })
    }

    fn read(&mut self, record: &Record<'_>) -> Result<PurchaseRow, Rejected> {
        let Columns { customer, date, quantity, order, channel, .. } = &self.columns;
        let customer = customer.require(record, source_id)?;
        let when = self.when(record)?;
        let at = when.instant(&self.dates.zone);
        if at > self.now {
            return Err(date.reject(record, Fault::Future));
        }
        let amount = self.amount(record)?;
        let quantity = quantity.read(record, |cell| read_quantity(cell, amount))?;
        let channel = channel.read(record, |cell| cell.to_ascii_lowercase().parse().map_err(|_| Fault::NotAChannel))?;
        let order = if order.exists() { Some(order.require(record, |cell| self.order(cell))?) } else { None };
        if let Some(order) = &order {
            self.orders.insert(order.clone(), record.line);
        }
        let id = order.clone().unwrap_or_else(|| self.derived.next(&customer, when, amount));
        let source = SourceRef { source: self.source.clone(), id };
        Ok(PurchaseRow { row: record.line, customer, at, amount, quantity, order, channel, source })
    }

    fn when(&self, record: &Record<'_>) -> Result<When, Rejected> {
        let Columns { date, time, .. } = &self.columns;
        let when = date.require(record, |cell| self.dates.read(cell))?;
        if time.exists() { time.require(record, |cell| when.at(cell).ok_or(Fault::NotATime)) } else { Ok(when) }
    }

    fn amount(&self, record: &Record<'_>) -> Result<Money, Rejected> {
        let currency = self.currency(record)?;
        let PurchaseMapping { decimal, refunds, .. } = self.mapping;
        self.columns.amount.require(record, |cell| match read_amount(cell, currency, decimal)? {
            amount if amount.is_negative() && refunds == Refunds::Refuse => Err(Fault::NegativeAmount),
            amount => Ok(amount),
        })
    }

    /// The currency of the row; where the row says none, the declared one.
    fn currency(&self, record: &Record<'_>) -> Result<Currency, Rejected> {
        let (place, declared) = (&self.columns.currency, self.mapping.currency);
        let own = place.read(record, |cell| Currency::new(cell).map_err(|_| Fault::NotACurrency))?;
        match (own, declared) {
            (Some(own), Some(declared)) if own != declared => {
                Err(place.reject(record, Fault::CurrencyMismatch { declared }))
            }
            _ => own.or(declared).ok_or_else(|| place.reject(record, Fault::Empty)),
        }
    }

    fn order(&self, cell: &str) -> Result<Text, Fault> {
        let order = source_id(cell)?;
        self.orders.get(&order).map_or(Ok(order), |first| Err(Fault::DuplicateOrder { first: *first }))
    }
}

/// An id that a source gives.
pub(super) fn source_id(cell: &str) -> Result<Text, Fault> {
    if cell.len() <= MAX_ID { Ok(cell.into()) } else { Err(Fault::TooLong { limit: MAX_ID as u64 }) }
}

fn read_quantity(cell: &str, amount: Money) -> Result<i64, Fault> {
    match cell.parse() {
        Ok(quantity) if quantity < 0 && !amount.is_negative() => Err(Fault::NegativeQuantity),
        Ok(quantity) => Ok(quantity),
        Err(_) => Err(Fault::NotANumber),
    }
}

fn read_amount(cell: &str, currency: Currency, decimal: DecimalMark) -> Result<Money, Fault> {
    let pointed = match decimal {
        DecimalMark::Point => Cow::Borrowed(cell),
        // A point would be a separator of thousands here.
        DecimalMark::Comma => Cow::Owned(cell.replace('.', " ").replace(',', ".")),
    };
    Money::parse_amount(&pointed, currency).map_err(|error| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = pointed.strip_prefix(['+', '-']).unwrap_or(&pointed);
        match unsigned.split_once('.') {
            _ if matches!(error, Error::OutOfRange { .. }) => Fault::AmountOutOfRange,
            Some((whole, part)) if digits(whole) && digits(part) => Fault::TooManyDecimals { currency },
            _ => Fault::NotAnAmount { decimal },
        }
    })
}

/// Ids for rows without an order number, derived from what they say. See [`decode_purchases`].
#[derive(Default)]
struct DerivedIds {
    digest: Digest,
    /// How often a hash has occurred. Two contents with one hash would share a count, and still get two ids.
    counts: HashMap<u64, u32>,
    repeated: u64,
}

impl DerivedIds {
    /// `19970112-` and 12 digits of the hash in Crockford's base 32; from the second on `-2`, `-3` and so on.
    ///
    /// Only what the file says goes in, not how the mapping reads it: the time as the clock shows it, and the amount
    /// without its currency and without zeros at the end.
    fn next(&mut self, customer: &str, when: When, amount: Money) -> Text {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let (mut minor, mut exponent) = (amount.minor(), amount.currency().exponent());
        while exponent > 0 && minor % 10 == 0 {
            (minor, exponent) = (minor / 10, exponent - 1);
        }
        self.digest.clear();
        self.digest.bytes(customer.as_bytes());
        when.write_to(&mut self.digest);
        self.digest.int(minor);
        self.digest.int(i64::from(exponent));
        let hash = self.digest.value() >> 4;

        let (day, mut digits) = (when.date(), [b'-'; 21]);
        let mut day =
            u32::from(day.year().unsigned_abs()) * 10_000 + u32::from(day.month()) * 100 + u32::from(day.day());
        for digit in digits[..8].iter_mut().rev() {
            (*digit, day) = (b'0' + (day % 10) as u8, day / 10);
        }
        let mut rest = hash;
        for digit in digits[9..].iter_mut().rev() {
            (*digit, rest) = (DIGITS[rest as usize % 32], rest / 32);
        }
        let id = std::str::from_utf8(&digits).unwrap_or_default();
        let count = self.counts.entry(hash).or_default();
        *count += 1;
        if *count == 1 {
            return id.into();
        }
        self.repeated += 1;
        format!("{id}-{count}").into()
    }
}

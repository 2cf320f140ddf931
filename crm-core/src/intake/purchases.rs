//! Logs of purchases.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

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
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Purchases {
    /// The good rows, in the order of the file.
    pub rows: Vec<PurchaseRow>,
    /// The wrong rows; none in strict mode.
    pub rejected: Vec<Rejected>,
    /// What came of the file.
    pub report: IntakeReport,
}

/// Decodes a log of purchases: one row for each order, with a customer, a date and an amount.
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
    time: Option<Place>,
    amount: Place,
    quantity: Option<Place>,
    order: Option<Place>,
    channel: Option<Place>,
    currency: Option<Place>,
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
        let [Some(customer), Some(date), time, Some(amount), quantity, order, channel, currency] = places else {
            return Err(Error::invalid("mapping", "customer, date and amount are needed"));
        };
        if mapping.currency.is_none() && currency.is_none() {
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
        let customer = required_id(&self.columns.customer, record)?;
        let when = self.when(record)?;
        let at = when.instant(&self.dates.zone);
        if at > self.now {
            return Err(self.columns.date.reject(record, Fault::Future));
        }
        let amount = self.amount(record)?;
        let quantity = self.quantity(record, amount)?;
        let channel = self.channel(record)?;
        let order = self.columns.order.as_ref().map(|place| self.order(place, record)).transpose()?;
        if let Some(order) = &order {
            self.orders.insert(order.clone(), record.line);
        }
        let id = order.clone().unwrap_or_else(|| self.derived.next(&customer, when, amount));
        let source = SourceRef { source: self.source.clone(), id };
        Ok(PurchaseRow { row: record.line, customer, at, amount, quantity, order, channel, source })
    }

    fn when(&self, record: &Record<'_>) -> Result<When, Rejected> {
        let place = &self.columns.date;
        let when = self.dates.read(place.cell(record)).map_err(|fault| place.reject(record, fault))?;
        match &self.columns.time {
            Some(time) => when.at(time.cell(record)).ok_or_else(|| time.reject(record, Fault::NotATime)),
            None => Ok(when),
        }
    }

    fn amount(&self, record: &Record<'_>) -> Result<Money, Rejected> {
        let place = &self.columns.amount;
        let currency = self.currency(record)?;
        let amount = amount(place.cell(record), currency, self.mapping.decimal);
        let amount = amount.map_err(|fault| place.reject(record, fault))?;
        if amount.is_negative() && self.mapping.refunds == Refunds::Refuse {
            return Err(place.reject(record, Fault::NegativeAmount));
        }
        Ok(amount)
    }

    fn currency(&self, record: &Record<'_>) -> Result<Currency, Rejected> {
        let declared = self.mapping.currency;
        let Some(place) = &self.columns.currency else {
            return declared.ok_or_else(|| self.columns.amount.reject(record, Fault::NotACurrency));
        };
        match (place.filled(record).map(Currency::new), declared) {
            (None, Some(declared)) => Ok(declared),
            (None, None) => Err(place.reject(record, Fault::Empty)),
            (Some(Err(_)), _) => Err(place.reject(record, Fault::NotACurrency)),
            (Some(Ok(own)), Some(declared)) if own != declared => {
                Err(place.reject(record, Fault::CurrencyMismatch { declared }))
            }
            (Some(Ok(own)), _) => Ok(own),
        }
    }

    fn quantity(&self, record: &Record<'_>, amount: Money) -> Result<Option<i64>, Rejected> {
        let Some((place, cell)) = self.columns.quantity.as_ref().and_then(|place| Some((place, place.filled(record)?)))
        else {
            return Ok(None);
        };
        match cell.parse::<i64>() {
            Err(_) => Err(place.reject(record, Fault::NotANumber)),
            Ok(quantity) if quantity < 0 && !amount.is_negative() => Err(place.reject(record, Fault::NegativeQuantity)),
            Ok(quantity) => Ok(Some(quantity)),
        }
    }

    fn channel(&self, record: &Record<'_>) -> Result<Option<Channel>, Rejected> {
        let Some(place) = &self.columns.channel else { return Ok(None) };
        let word = place.filled(record).map(str::to_ascii_lowercase);
        word.map(|word| word.parse().map_err(|_| place.reject(record, Fault::NotAChannel))).transpose()
    }

    fn order(&self, place: &Place, record: &Record<'_>) -> Result<Text, Rejected> {
        let order = required_id(place, record)?;
        match self.orders.get(&order) {
            Some(first) => Err(place.reject(record, Fault::DuplicateOrder { first: *first })),
            None => Ok(order),
        }
    }
}

/// An id that a source gives.
pub(super) fn required_id(place: &Place, record: &Record<'_>) -> Result<Text, Rejected> {
    match place.cell(record) {
        "" => Err(place.reject(record, Fault::Empty)),
        id if id.len() > MAX_ID => Err(place.reject(record, Fault::TooLong { limit: MAX_ID as u64 })),
        id => Ok(id.into()),
    }
}

fn amount(cell: &str, currency: Currency, decimal: DecimalMark) -> Result<Money, Fault> {
    let (example, pointed) = match decimal {
        DecimalMark::Point => ("1234.50", Cow::Borrowed(cell)),
        // A point would be a separator of thousands here.
        DecimalMark::Comma => ("1234,50 (decimal=comma)", Cow::Owned(cell.replace('.', " ").replace(',', "."))),
    };
    Money::parse_amount(&pointed, currency).map_err(|error| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = pointed.strip_prefix(['+', '-']).unwrap_or(&pointed);
        match unsigned.split_once('.') {
            _ if cell.is_empty() => Fault::Empty,
            _ if matches!(error, Error::OutOfRange { .. }) => Fault::AmountOutOfRange,
            Some((whole, part)) if digits(whole) && digits(part) => Fault::TooManyDecimals { currency },
            _ => Fault::NotAnAmount { example },
        }
    })
}

/// Ids for rows without an order number, derived from what they say. See [`decode_purchases`].
#[derive(Default)]
struct DerivedIds {
    digest: Digest,
    text: String,
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
        let day = when.write_to(&mut self.digest);
        self.digest.int(minor);
        self.digest.int(i64::from(exponent));
        let hash = self.digest.value() >> 4;

        let day = i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day());
        self.text.clear();
        self.text.extend((0..8).rev().map(|at| char::from(b'0' + (day / 10_i64.pow(at) % 10) as u8)));
        self.text.push('-');
        self.text.extend((0..12).rev().map(|at| char::from(DIGITS[(hash >> (5 * at)) as usize % 32])));
        let count = self.counts.entry(hash).or_default();
        *count += 1;
        if *count > 1 {
            self.repeated += 1;
            let _ = write!(self.text, "-{count}");
        }
        self.text.as_str().into()
    }
}

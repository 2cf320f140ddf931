//! What can be wrong with a row, and what to do about it.

use std::fmt;

use serde::Serialize;

use super::mapping::DecimalMark;
use crate::base::{Channel, Currency, Error, Name};

/// What is wrong with a row. The words say what to do; they never repeat what the cell holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// The row has more or fewer cells than the header.
    FieldCount {
        /// The cells of the header.
        expected: u64,
        /// The cells of the row.
        found: u64,
    },
    /// Text follows the quote that closes a cell.
    StrayQuote,
    /// A cell that must be filled is empty.
    Empty,
    /// A cell is longer than anything of its sort.
    TooLong {
        /// The most bytes.
        limit: u64,
    },
    /// A cell is no date in any form that the mapping names.
    NotADate {
        /// The forms.
        expected: String,
    },
    /// A cell is no time of the day.
    NotATime,
    /// A date lies after the moment of the import.
    Future,
    /// A cell is no whole number.
    NotANumber,
    /// A cell is no amount of money.
    NotAnAmount {
        /// How the mapping says that amounts are written.
        decimal: DecimalMark,
    },
    /// An amount has more digits after the point than its currency.
    TooManyDecimals {
        /// The currency.
        currency: Currency,
    },
    /// An amount does not fit into 64 bits.
    AmountOutOfRange,
    /// An amount is negative, and the mapping does not allow refunds.
    NegativeAmount,
    /// A quantity is negative, and the row is no refund.
    NegativeQuantity,
    /// A cell is no code of a currency.
    NotACurrency,
    /// A row is in another currency than the one declared for the file.
    CurrencyMismatch {
        /// The declared currency.
        declared: Currency,
    },
    /// The row was imported before and said something else.
    RecordedDifferently,
    /// An order stands in the file twice.
    DuplicateOrder {
        /// The row that came first.
        first: u64,
    },
    /// A customer stands in the file twice.
    DuplicateCustomer {
        /// The row that came first.
        first: u64,
    },
    /// A cell is no channel.
    NotAChannel,
    /// A cell is no e-mail address.
    NotAnEmail,
    /// A cell is no telephone number.
    NotAPhone,
    /// A cell is no country.
    NotACountry,
    /// A cell is no locale.
    NotALocale,
    /// A cell that says whether and when is neither a date nor yes or no.
    NotYesNoOrDate,
    /// A cell says yes or no, and nothing says since when.
    Undated,
    /// A cell is no name of a wording.
    NotANotice,
    /// A row agrees to be contacted and has no address for it.
    NoAddress {
        /// The channel on which it agrees to be contacted.
        channel: Channel,
    },
}

impl Fault {
    /// The stable word of the fault, by which rejected rows are counted.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FieldCount { .. } => "field-count",
            Self::StrayQuote => "stray-quote",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too-long",
            Self::NotADate { .. } => "not-a-date",
            Self::NotATime => "not-a-time",
            Self::Future => "future",
            Self::NotANumber => "not-a-number",
            Self::NotAnAmount { .. } => "not-an-amount",
            Self::TooManyDecimals { .. } => "too-many-decimals",
            Self::AmountOutOfRange => "amount-out-of-range",
            Self::NegativeAmount => "negative-amount",
            Self::NegativeQuantity => "negative-quantity",
            Self::NotACurrency => "not-a-currency",
            Self::CurrencyMismatch { .. } => "currency-mismatch",
            Self::RecordedDifferently => "recorded-differently",
            Self::DuplicateOrder { .. } => "duplicate-order",
            Self::DuplicateCustomer { .. } => "duplicate-customer",
            Self::NotAChannel => "not-a-channel",
            Self::NotAnEmail => "not-an-email",
            Self::NotAPhone => "not-a-phone",
            Self::NotACountry => "not-a-country",
            Self::NotALocale => "not-a-locale",
            Self::NotYesNoOrDate => "not-yes-no-or-date",
            Self::Undated => "undated",
            Self::NotANotice => "not-a-notice",
            Self::NoAddress { .. } => "no-address",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldCount { expected, found } => {
                let plural = if *found == 1 { "" } else { "s" };
                write!(f, "{found} cell{plural}, but the header has {expected}; check the delimiter and the quotes")
            }
            Self::StrayQuote => f.write_str("text follows a closing quote; double the quotes that belong to the text"),
            Self::Empty => f.write_str("empty; fill it in, or leave the row out"),
            Self::TooLong { limit } => write!(f, "longer than {limit} bytes; is this the right column?"),
            Self::NotADate { expected } => {
                write!(f, "no date written as {expected}; correct it, or name its form, as in dates=dd.mm.yyyy")
            }
            Self::NotATime => f.write_str("no time of the day; expected 17:30 or 17:30:59"),
            Self::Future => f.write_str("lies in the future; correct it, or the zone or the form of the dates"),
            Self::NotANumber => f.write_str("no whole number; expected digits alone"),
            Self::NotAnAmount { decimal } => {
                let example = if *decimal == DecimalMark::Comma { "1234,50 (decimal=comma)" } else { "1234.50" };
                write!(f, "no amount; expected {example}, without separators of thousands and signs of currencies")
            }
            Self::TooManyDecimals { currency } => {
                let (code, digits) = (currency.code(), currency.exponent());
                write!(f, "more digits after the point than {code} has ({digits}); round it, or correct the currency")
            }
            Self::AmountOutOfRange => f.write_str("too large an amount; is this the right column?"),
            Self::NegativeAmount => f.write_str("negative; correct it, or say refunds=allow if it is a refund"),
            Self::NegativeQuantity => f.write_str("negative in a row that is no refund; correct it, or make it one"),
            Self::NotACurrency => f.write_str("no active ISO 4217 code; expected three letters, as in EUR"),
            Self::CurrencyMismatch { declared } => {
                write!(f, "not {}, the currency of the file; correct it, or import each currency from a file of its own", declared.code())
            }
            Self::RecordedDifferently => f.write_str(
                "recorded before with another content; what is recorded never changes, so give a correction a number of \
                 its own",
            ),
            Self::DuplicateOrder { first } => {
                write!(f, "the order of row {first} again; keep one row for each order, with its total")
            }
            Self::DuplicateCustomer { first } => {
                write!(f, "the customer of row {first} again; keep one row for each customer")
            }
            Self::NotAChannel => f.write_str("no channel; expected email, phone, web, store or another known one"),
            Self::NotAnEmail => f.write_str("no e-mail address; correct it, or leave it empty"),
            Self::NotAPhone => {
                f.write_str("no telephone number; write it with its country, as in +44 20 7946 0000, or leave it empty")
            }
            Self::NotACountry => f.write_str("no ISO 3166 code; expected two letters, as in DE, or nothing"),
            Self::NotALocale => f.write_str("no language tag; expected en or en-GB, or nothing"),
            Self::NotYesNoOrDate => f.write_str("neither a date nor yes or no; correct it, or leave it empty"),
            Self::Undated => {
                f.write_str("yes or no without a date; write the date, or give one for all, as in as_of=2026-01-31")
            }
            Self::NotANotice => write!(f, "no name of a wording; expected at most {} bytes in one line", Name::MAX_LEN),
            Self::NoAddress { channel } => {
                let wanted = if *channel == Channel::Email { "e-mail address" } else { "telephone number" };
                write!(f, "agrees to be contacted, but there is no {wanted}; fill it in, or leave the consent empty")
            }
        }
    }
}

/// A row that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// The line of the file on which the row begins, counted from 1; the header is usually line 1.
    pub row: u64,
    /// The column, unless the row as a whole is wrong.
    pub column: Option<Name>,
    /// What is wrong.
    pub fault: Fault,
}

impl Rejected {
    pub(crate) const fn new(row: u64, column: Option<Name>, fault: Fault) -> Self {
        Self { row, column, fault }
    }

    /// The rejection as an error.
    pub fn to_error(&self) -> Error {
        let reason = self.fault.to_string().into();
        Error::Import { row: Some(self.row), column: self.column.clone(), reason }
    }
}

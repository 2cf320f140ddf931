//! Files in.

use crm_core::base::*;
use crm_core::crm::Imported;
use crm_core::fact::SourceRef;
use crm_core::intake::*;
use std::collections::BTreeMap;

/// Which column of a file plays a part.
#[uniffi::remote(Enum)]
pub enum Column {
    /// The one whose name says so, if there is one. The report tells which.
    Guess,
    /// None, even if one looks like it.
    Absent,
    /// The one with this name; where the capitals differ, it is still the same.
    Named(Name),
}

/// Something that was not said and had to be chosen.
#[uniffi::remote(Record)]
pub struct Guess {
    /// What had to be chosen: the word that would have said it in the mapping.
    pub what: Name,
    /// What was chosen.
    pub choice: Name,
}

/// What is wrong with a row. The words say what to do; they never repeat what the cell holds.
#[uniffi::remote(Enum)]
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

/// A row that cannot be imported.
#[uniffi::remote(Record)]
pub struct Rejected {
    /// The line of the file on which the row begins, counted from 1; the header is usually line 1.
    pub row: u64,
    /// The column, unless the row as a whole is wrong.
    #[uniffi(default)]
    pub column: Option<Name>,
    /// What is wrong.
    pub fault: Fault,
}

/// What happens when a row is wrong.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Mode {
    /// The first wrong row is an error, and nothing is given.
    Strict,
    /// Good rows are given, and wrong ones are listed.
    Lenient,
}

/// What came of a file.
#[uniffi::remote(Record)]
pub struct IntakeReport {
    /// The rows below the header.
    pub rows: u64,
    /// Those that are given.
    pub accepted: u64,
    /// Those that are not, counted by the code of their fault.
    #[uniffi(default)]
    pub rejected: BTreeMap<&'static str, u64>,
    /// Accepted rows without an order number that say the same as an earlier one: same customer, time and amount. Each
    /// counts as a purchase of its own.
    pub repeated: u64,
    /// Whether the file began with a byte-order mark, which is left out.
    #[uniffi(default)]
    pub bom: bool,
    /// The mapping as it was used, guesses included, as text. With it, the next import guesses nothing.
    pub mapping: String,
    /// What the mapping did not say.
    #[uniffi(default)]
    pub guesses: Vec<Guess>,
}

/// A checked row of a log of purchases.
#[uniffi::remote(Record)]
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
    #[uniffi(default)]
    pub quantity: Option<i64>,
    /// The number of the order, if the log has one.
    #[uniffi(default)]
    pub order: Option<Text>,
    /// On which way it was bought.
    #[uniffi(default)]
    pub channel: Option<Channel>,
    /// What makes the row the same row when it is imported again: the number of the order, or an id
    /// derived from the row.
    pub source: SourceRef,
}

/// What separates the minor units of an amount.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum DecimalMark {
    /// `1234.50`
    Point,
    /// `1234,50`
    Comma,
}

/// Whether a log of purchases may hold refunds: rows with a negative amount.
#[uniffi::remote(Enum)]
#[uniffi(name = "ImportRefunds")]
#[non_exhaustive]
pub enum Refunds {
    /// A negative amount is an error.
    Refuse,
    /// A negative amount is a refund.
    Allow,
}

/// What the columns of a log of purchases mean.
///
/// Columns that are not named are guessed from common names. As text, for a command line, it is a list of settings:
///
///
/// A value may be quoted, as in `date="Order date, local"`; an empty one, as in `quantity=`, says that there is no such
/// column. Several forms of dates are written `dates=dd.mm.yyyy|yyyy-mm-dd`.
#[uniffi::remote(Record)]
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
    /// On which way it was bought: the word of a `Channel`.
    pub channel: Column,
    /// The ISO 4217 code of the row's currency.
    pub currency_column: Column,
    /// The currency of the file. With a column of currencies, too, a row in another one is an error.
    #[uniffi(default)]
    pub currency: Option<Currency>,
    /// How amounts are written.
    pub decimal: DecimalMark,
    /// Whether amounts may be negative.
    pub refunds: Refunds,
    /// How the file is written.
    pub form: FileForm,
}

/// The columns that say what people have said about one purpose on one channel.
///
/// Each column holds a date, or `yes` and `no` when the mapping says as of when; an empty cell
/// says nothing. A `no` in the column `granted` is a refusal; elsewhere it says nothing.
#[uniffi::remote(Record)]
pub struct ConsentColumns {
    /// For what (`marketing`).
    pub purpose: Name,
    /// On which channel.
    pub channel: Channel,
    /// When the person agreed.
    #[uniffi(default)]
    pub granted: Option<Name>,
    /// When the owner of the address confirmed it (double opt-in).
    #[uniffi(default)]
    pub confirmed: Option<Name>,
    /// When the person was asked and said no.
    #[uniffi(default)]
    pub refused: Option<Name>,
    /// When the person took the agreement back.
    #[uniffi(default)]
    pub withdrawn: Option<Name>,
    /// The wording that was shown (`newsletter-3/en`).
    #[uniffi(default)]
    pub notice: Option<Name>,
}

/// What the columns of a list of contacts mean.
///
/// Columns that are not named are guessed from common names. As text, for a command line, it is a list of settings, as
/// for purchases. What people have said about the use of their addresses stands in columns of
/// its own, for each purpose and channel; such columns are guessed only from names like `granted.marketing.email`:
#[uniffi::remote(Record)]
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
    #[uniffi(default)]
    pub consents: Vec<ConsentColumns>,
    /// The day on which a `yes` or a `no` without a date was true.
    #[uniffi(default)]
    pub as_of: Option<Date>,
    /// The country whose telephone numbers are written without a country, unless the row says another one.
    #[uniffi(default)]
    pub home: Option<Country>,
    /// How the file is written.
    pub form: FileForm,
}

/// How a file is written, and who wrote it. What is not said is guessed, and reported.
#[uniffi::remote(Record)]
pub struct FileForm {
    /// What stands between the cells of a row. Guessed from the first rows.
    #[uniffi(default)]
    pub delimiter: Option<Delimiter>,
    /// The forms of the dates, tried in this order. Guessed from the first thousand rows when empty.
    #[uniffi(default)]
    pub dates: Vec<DateFormat>,
    /// The zone whose clocks show the times that have no offset. UTC when not said.
    #[uniffi(default)]
    pub zone: Option<Zone>,
    /// The system that wrote the file (`shop`). Its order numbers are unique in it, so that two systems may use the
    /// same number. `import` when not said.
    #[uniffi(default)]
    pub source: Option<Name>,
}

/// What stands between the cells of a row.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tabulator.
    Tab,
    /// `|`
    Pipe,
    /// One or more blanks or tabulators. Those at the start and the end of a line mean nothing.
    Blanks,
}

/// What an import did.
#[uniffi::remote(Record)]
pub struct Imported {
    /// Customers that were entered.
    pub customers_created: u64,
    /// Customers that were there, and of whom something was learned.
    pub customers_updated: u64,
    /// Facts that were entered: purchases, or what people said about being contacted.
    pub facts: u64,
    /// Facts that were there already.
    pub duplicates: u64,
    /// Rows that were left out, in the order of the file, with their reasons; none in strict mode.
    #[uniffi(default)]
    pub rejected: Vec<Rejected>,
    /// What came of the file: its rows, how they were counted, and the mapping as it was used.
    pub report: IntakeReport,
}

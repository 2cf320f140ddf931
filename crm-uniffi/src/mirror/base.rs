//! Values, windows and declarations.

use crm_core::base::*;

/// An amount of money: a whole number of minor units in one currency.
///
/// Amounts of two currencies are neither added nor compared: that is an error, never a conversion. There is therefore
/// no `+` and no `<`. As text and in JSON an amount is `12.50 EUR`.
#[uniffi::remote(Record)]
pub struct Money {
    /// The amount in minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// The type of a `Value`.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum ValueType {
    /// True or false.
    Bool,
    /// A 64-bit whole number.
    Int,
    /// A finite 64-bit floating-point number. For measures; money is `Money`.
    Float,
    /// A text.
    Text,
    /// A day without a zone.
    Date,
    /// An instant.
    Time,
    /// An amount in one currency.
    Money,
    /// The id of something stored.
    Id,
    /// A list of texts (tags, languages).
    Texts,
}

/// What a field holds.
///
/// A value may be personal data, so `Debug` shows its type and nothing else. A missing value is the absence of the
/// field, not a variant.
///
/// In JSON, booleans, whole numbers, floats, texts and lists are themselves; the other types are objects with one
/// marked key (`{"$money": "12.50 EUR"}`), so that every value survives the way there and back. A float keeps its
/// point (`3.0`).
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Value {
    /// See `ValueType::Bool`.
    Bool(bool),
    /// See `ValueType::Int`.
    Int(i64),
    /// See `ValueType::Float`. Always finite when made by `Value::float`.
    Float(f64),
    /// See `ValueType::Text`.
    Text(Text),
    /// See `ValueType::Date`.
    Date(Date),
    /// See `ValueType::Time`.
    Time(Timestamp),
    /// See `ValueType::Money`.
    Money(Money),
    /// See `ValueType::Id`.
    Id(Id),
    /// See `ValueType::Texts`.
    Texts(Vec<Text>),
    /// A value of any type, sealed.
    Sealed(Sealed),
}

/// A half-open span of time: `start` belongs to it, `end` does not.
///
/// Windows that meet share no instant and leave none out. An event at 23:59:59.999999 belongs to its day.
#[uniffi::remote(Record)]
pub struct Window {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
}

/// The point of view of an answer: what had happened by one instant, as far as it was known at another.
///
/// With both given, the same question has the same answer for ever: what is learned later does not change it.
#[uniffi::remote(Record)]
pub struct AsOf {
    /// What happened at this instant or before counts.
    pub valid: Timestamp,
    /// What was recorded at this instant or before counts.
    pub known: Timestamp,
}

/// A stretch of civil time whose length in hours depends on where in the calendar it is laid: so many months, and so
/// many days.
#[uniffi::remote(Record)]
pub struct Period {
    /// Months, counted first. A day that the month does not have becomes its last day.
    #[uniffi(default)]
    pub months: i32,
    /// Days, counted after the months.
    #[uniffi(default)]
    pub days: i32,
}

/// A stretch of the calendar that days are grouped by.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum CalendarUnit {
    /// One day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// January to December.
    Year,
}

/// How a number between two whole numbers becomes one of them. The words are those of `java.math.RoundingMode`.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceiling,
    /// To the nearer one; from the middle, towards zero.
    HalfDown,
    /// To the nearer one; from the middle, away from zero.
    HalfUp,
    /// To the nearer one; from the middle, to the even one.
    HalfEven,
}

/// In which order facts are given.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Order {
    /// Subject by subject, in an order of the store's own that never changes; each subject's oldest fact first, and
    /// facts of the same instant in the order in which they were committed.
    Oldest,
    /// `Oldest` backwards, fact by fact: each subject's newest fact first, and of the same instant the
    /// one that was committed last.
    Newest,
    /// In the order in which they were committed, and within a commit in the order of the change set.
    Recorded,
}

/// The way on which something happened, or on which somebody may be contacted.
///
/// A telephone number serves two of them: a permission to send a text message is none to call.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Channel {
    /// Electronic mail.
    Email,
    /// Text messages to a telephone number.
    Sms,
    /// Calls to a telephone number.
    Phone,
    /// Letters and parcels.
    Post,
    /// Notifications on a device.
    Push,
    /// Inside the host's own application.
    App,
    /// A web site.
    Web,
    /// A shop with a door.
    Store,
    /// Live conversation with a person or a bot.
    Chat,
    /// A social network.
    Social,
}

/// What sort of data a field holds, in the eyes of data-protection law.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum DataClass {
    /// Names a person: a name, a customer number.
    Identifier,
    /// Reaches a person: an address on some channel.
    Contact,
    /// What a person did.
    Behaviour,
    /// Money, payments, credit.
    Financial,
    /// Special categories (GDPR Art. 9) and sensitive data (PIPL Art. 28).
    Special,
    /// Concluded from other data: scores, segments, tiers.
    Inferred,
    /// Text that anybody may have written anything into.
    FreeText,
    /// An identifier that means nothing outside this store.
    Pseudonym,
    /// Not about a person.
    NonPersonal,
}

/// Where a field's content comes from.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Provenance {
    /// The person gave it.
    Provided,
    /// It was seen while the person used a service.
    Observed,
    /// It was computed.
    Inferred,
    /// Somebody else gave it.
    ThirdParty,
}

/// What the absence of a field means to a segment or a score.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Missing {
    /// Nobody knows: comparisons with it are neither true nor false.
    Unknown,
    /// It counts as zero (a balance, a counter).
    Zero,
    /// It counts as false (a flag).
    False,
    /// It counts as an empty list (tags).
    Empty,
}

/// The declaration of one field.
#[uniffi::remote(Record)]
pub struct FieldDecl {
    /// The name, unique within its kind or stream.
    pub name: Name,
    /// The type of every value.
    pub value_type: ValueType,
    /// The class of data.
    pub class: DataClass,
    /// The origin.
    pub origin: Provenance,
    /// What it may be used for. Never empty.
    pub purposes: Vec<Name>,
    /// The unit of a number (`days`, `points`), if it has one.
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// What its absence means.
    pub missing: Missing,
    /// One sentence for those who read the catalogue.
    pub doc: Text,
}

/// What a declaration is about.
#[uniffi::remote(Enum)]
pub enum Target {
    /// Records of a kind.
    Kind(Kind),
    /// Facts of a stream.
    Stream(Stream),
}

/// The declared fields of one kind or stream.
#[uniffi::remote(Record)]
pub struct Declaration {
    /// The kind or stream.
    pub target: Target,
    /// Its fields, each name once.
    pub fields: Vec<FieldDecl>,
}

/// The promise that a commit found broken.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum Clash {
    /// A record is not in the version that the writer saw. Version 0 means: it does not exist.
    Version {
        /// The kind of the record.
        kind: Kind,
        /// The record.
        id: Id,
        /// The version the writer saw.
        expected: u64,
        /// The version there is.
        found: u64,
    },
    /// A unique key belongs to another record.
    KeyTaken {
        /// The kind of both records.
        kind: Kind,
        /// The name of the key, without its value.
        key: Name,
        /// The record that has it.
        holder: Id,
    },
    /// A fact with this id is there with another content. Facts are never edited.
    FactDiffers {
        /// The stream.
        stream: Stream,
        /// The fact.
        id: Id,
    },
    /// Somebody appended a fact about a subject since the writer looked.
    Changed {
        /// The stream.
        stream: Stream,
        /// The subject.
        subject: Id,
        /// The last commit that the writer saw.
        since: u64,
    },
    /// The subject has been erased. Nothing about it is ever written again.
    Erased {
        /// The erased subject.
        subject: Id,
    },
}

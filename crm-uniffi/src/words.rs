//! The words of the core as each host spells them: ids, instants, dates, names and texts.
//!
//! All cross as the simplest thing that holds them, and become the host's own types (`uniffi.toml`). What a host gives is
//! checked on its way in; a refusal is the core's own error. A word that means something else in a host's standard library
//! has another name there: `CrmText`, `CivilDate`, `LocaleTag`, `FactStream`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use crm_core::Error;
use crm_core::base::{
    CampaignId, Channel, ContactPointId, Country, Currency, Cursor, CustomerId, Declaration, Email, Fields, Id,
    InteractionId, Kind, Name, Personal, Phone, ProgrammeId, Reason, Registry, Sealed, SegmentId, Text, TimeOfDay,
    Timestamp, Value, Zone,
};
use crm_core::intake::DateFormat;
use crm_core::marketing::ExclusionReason;
use crm_core::privacy::{AddressToken, Policy, Purpose};
use crm_core::segment::Proof;

use crate::CrmError;

/// Declares types that cross as text.
macro_rules! text {
    ($($(#[$doc:meta])* $name:ident: $show:expr, $read:expr;)+) => {$(
        uniffi::custom_type!($(#[$doc])* $name, String, {
            remote,
            lower: |value| ($show)(&value),
            try_lift: |text| Ok(($read)(&text).map_err(CrmError::from)?),
        });
    )+};
}

/// A day of the civil calendar.
type CivilDate = crm_core::base::Date;
/// A text as customers write it.
type CrmText = Text;
/// A language tag.
type LocaleTag = crm_core::base::Locale;
/// The sort of a fact.
type FactStream = crm_core::base::Stream;
/// The kind of a record.
type RecordKind = Kind;
/// A value about a person.
type PersonalValue = Personal<Value>;
/// Words that may be missing.
type Words = Box<str>;
/// The lowest and the highest of the scores that match.
type ScoreRange = (u8, u8);
/// Four numbers.
type Four = [f64; 4];
/// Three numbers.
type Three = [f64; 3];
/// Four rows of four numbers.
type FourByFour = [[f64; 4]; 4];
/// Three rows of three numbers.
type ThreeByThree = [[f64; 3]; 3];
/// Channels, each once.
type Channels = BTreeSet<Channel>;
/// How often each fault was met.
type FaultCounts = BTreeMap<&'static str, u64>;
/// The codes of all faults that a row can have.
const FAULTS: [&str; 27] = [
    "field-count",
    "stray-quote",
    "empty",
    "too-long",
    "not-a-date",
    "not-a-time",
    "future",
    "not-a-number",
    "not-an-amount",
    "too-many-decimals",
    "amount-out-of-range",
    "negative-amount",
    "negative-quantity",
    "not-a-currency",
    "currency-mismatch",
    "recorded-differently",
    "duplicate-order",
    "duplicate-customer",
    "not-a-channel",
    "not-an-email",
    "not-a-phone",
    "not-a-country",
    "not-a-locale",
    "not-yes-no-or-date",
    "undated",
    "not-a-notice",
    "no-address",
];
/// How many were left out for each reason.
type ExclusionCounts = BTreeMap<ExclusionReason, u64>;
/// Proofs by name.
type Proofs = BTreeMap<Name, Proof>;
/// Where a snapshot is written.
type FilePath = PathBuf;

/// Why something could not be taken in.
type Failure = Error;

/// How many: from 0 to 2,147,483,647.
type Count = usize;
/// A text about a person.
type PersonalText = Personal<Text>;
/// A day about a person.
type PersonalDate = Personal<CivilDate>;

fn shown<T: ToString>(value: &T) -> String {
    value.to_string()
}

fn read<T: std::str::FromStr<Err = crm_core::Error>>(text: &str) -> crm_core::Result<T> {
    text.parse()
}

/// A text of which nothing is asked.
#[allow(clippy::unnecessary_wraps, reason = "the others can refuse what they read")]
fn as_it_is<T>(value: T) -> crm_core::Result<T> {
    Ok(value)
}

text! {
    /// Names anything that is stored.
    Id: shown, read;
    /// Names a customer: a person, an organisation or a household.
    CustomerId: shown, read;
    /// Names one address on one channel.
    ContactPointId: shown, read;
    /// Names one interaction.
    InteractionId: shown, read;
    /// Names a segment.
    SegmentId: shown, read;
    /// Names a loyalty programme.
    ProgrammeId: shown, read;
    /// Names a campaign.
    CampaignId: shown, read;
    /// A day of the civil calendar.
    CivilDate: shown, read;
    /// A time of the day.
    TimeOfDay: shown, read;
    /// A word of the vocabulary: the name of a field, a source, an event, a purpose. 1 to 128 bytes; never personal data.
    Name: shown, read;
    /// The kind of a record (`customer`): a lower-case identifier of at most 48 bytes.
    RecordKind: shown, |text: &str| Kind::new(text);
    /// The stream of a fact (`interaction`): a lower-case identifier of at most 48 bytes.
    FactStream: shown, |text: &str| FactStream::new(text);
    /// A text as customers write it.
    CrmText: |text: &Text| text.as_str().to_owned(), |text: &str| as_it_is(Text::from(text));
    /// A text about a person. Keep it out of logs.
    PersonalText: |text: &PersonalText| text.expose().as_str().to_owned(),
        |text: &str| as_it_is(Personal::new(Text::from(text)));
    /// A day about a person. Keep it out of logs.
    PersonalDate: |date: &PersonalDate| date.expose().to_string(), |text: &str| text.parse().map(Personal::new);
    /// A currency of ISO 4217 (`EUR`).
    Currency: shown, |text: &str| Currency::new(text);
    /// A country of ISO 3166-1 (`DE`).
    Country: shown, |text: &str| Country::new(text);
    /// A language tag of BCP 47 (`de-CH`).
    LocaleTag: |locale: &LocaleTag| locale.as_str().to_owned(), |text: &str| LocaleTag::new(text);
    /// An e-mail address. Keep it out of logs.
    Email: |email: &Email| email.as_str().to_owned(), read;
    /// A telephone number. Keep it out of logs.
    Phone: |phone: &Phone| phone.as_str().to_owned(), read;
    /// A time zone of the IANA database (`Europe/Berlin`).
    Zone: |zone: &Zone| zone.name().to_owned(), |text: &str| Zone::new(text);
    /// The form of a date in a file (`dd.mm.yyyy`).
    DateFormat: shown, read;
    /// Why somebody is not in an audience: a reason of the privacy room, or `repeated`, `already_sent`, `shared_address`.
    ExclusionReason: shown, read;
    /// An address that nobody can read, under which a suppression is kept.
    AddressToken: |token: &AddressToken| token.id().to_string(), |text: &str| text.parse().map(AddressToken::new);
    /// Words for people, free of values.
    Reason: |reason: &Reason| reason.clone().into_owned(),
        |text: &str| as_it_is(Reason::from(text.to_owned()));
    /// Words that may be missing.
    Words: |words: &Words| words.to_string(), |text: &str| as_it_is(Words::from(text));
    /// Where a snapshot is written.
    FilePath: |path: &FilePath| path.to_string_lossy().into_owned(),
        |text: &str| as_it_is(FilePath::from(text));
    /// A position in a listing: opaque, and good for the same question only.
    Cursor: |cursor: &Cursor| cursor.0.clone(), |text: &str| as_it_is(Cursor(text.to_owned()));
}

uniffi::custom_type!(
    /// How many: from 0 to 2,147,483,647.
    Count, i32, {
        remote,
        lower: |count| i32::try_from(count).unwrap_or(i32::MAX),
        try_lift: |count| Ok(usize::try_from(count).map_err(|_| CrmError::from(Error::invalid("count", "negative")))?),
    }
);

uniffi::custom_type!(
    /// An instant, to the microsecond.
    Timestamp, i64, {
        remote,
        lower: |at| at.as_micros(),
        try_lift: |micros| Ok(Timestamp::from_micros(micros).map_err(CrmError::from)?),
    }
);

uniffi::custom_type!(
    /// A field's content, encrypted.
    Sealed, Vec<u8>, {
        remote,
        lower: |sealed| sealed.as_bytes().to_vec(),
        try_lift: |bytes| Ok(Sealed::new(&bytes)),
    }
);

uniffi::custom_type!(
    /// Values by name.
    Fields, HashMap<Name, Value>, {
        remote,
        lower: |fields| fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        try_lift: |values| Ok(values.into_iter().collect()),
    }
);

uniffi::custom_type!(
    /// Why something could not be taken in.
    Failure, CrmError, {
        remote,
        lower: |error| CrmError::from(error),
        try_lift: |error| Ok(Error::from(error)),
    }
);

uniffi::custom_type!(
    /// A value about a person. Keep it out of logs.
    PersonalValue, Value, {
        remote,
        lower: |value| value.into_inner(),
        try_lift: |value| Ok(Personal::new(value)),
    }
);

/// The lowest and the highest of the scores that match.
#[derive(Clone, Copy, Debug, uniffi::Record)]
pub struct ScoreBounds {
    /// The lowest score that matches, from 1.
    pub low: u8,
    /// The highest score that matches, up to 5.
    pub high: u8,
}

uniffi::custom_type!(
    /// The lowest and the highest of the scores that match.
    ScoreRange, ScoreBounds, {
        remote,
        lower: |range| ScoreBounds { low: range.0, high: range.1 },
        try_lift: |scores| Ok((scores.low, scores.high)),
    }
);

/// Declares rows of numbers of a fixed length.
macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident, $length:literal;)+) => {$(
        uniffi::custom_type!($(#[$doc])* $name, Vec<f64>, {
            remote,
            lower: |numbers| numbers.to_vec(),
            try_lift: |numbers| Ok($name::try_from(numbers).map_err(|_| wrong_length($length))?),
        });
    )+};
}

/// Declares square tables of numbers.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident of $row:ident, $length:literal;)+) => {$(
        uniffi::custom_type!($(#[$doc])* $name, Vec<Vec<f64>>, {
            remote,
            lower: |table| table.iter().map(|row| row.to_vec()).collect(),
            try_lift: |table| {
                let rows: Result<Vec<$row>, _> = table.into_iter().map($row::try_from).collect();
                let rows = rows.map_err(|_| wrong_length($length))?;
                Ok($name::try_from(rows).map_err(|_| wrong_length($length))?)
            },
        });
    )+};
}

fn wrong_length(length: usize) -> CrmError {
    Error::invalid("numbers", format!("{length} are needed")).into()
}

numbers! {
    /// Four numbers.
    Four, 4;
    /// Three numbers.
    Three, 3;
}

tables! {
    /// Four rows of four numbers.
    FourByFour of Four, 4;
    /// Three rows of three numbers.
    ThreeByThree of Three, 3;
}

uniffi::custom_type!(
    /// Channels, each once.
    Channels, HashSet<Channel>, {
        remote,
        lower: |channels| channels.into_iter().collect(),
        try_lift: |channels| Ok(channels.into_iter().collect()),
    }
);

uniffi::custom_type!(
    /// How often each fault was met, by its code.
    FaultCounts, HashMap<String, u64>, {
        remote,
        lower: |counts| counts.into_iter().map(|(code, count)| (code.to_owned(), count)).collect(),
        try_lift: |counts| {
            let known = |(code, count): (String, u64)| {
                let code = FAULTS.iter().find(|known| **known == code);
                code.map(|code| (*code, count)).ok_or_else(|| CrmError::from(Error::invalid("rejected", "no such fault")))
            };
            Ok(counts.into_iter().map(known).collect::<Result<_, CrmError>>()?)
        },
    }
);

uniffi::custom_type!(
    /// How many were left out for each reason.
    ExclusionCounts, HashMap<ExclusionReason, u64>, {
        remote,
        lower: |counts| counts.into_iter().collect(),
        try_lift: |counts| Ok(counts.into_iter().collect()),
    }
);

uniffi::custom_type!(
    /// Proofs by name.
    Proofs, HashMap<Name, Proof>, {
        remote,
        lower: |proofs| proofs.into_iter().collect(),
        try_lift: |proofs| Ok(proofs.into_iter().collect()),
    }
);

uniffi::custom_type!(
    /// All purposes of a host, in the order of their keys.
    Policy, Vec<Purpose>, {
        remote,
        lower: |policy| policy.iter().cloned().collect(),
        try_lift: |purposes| Ok(Policy::new(purposes)),
    }
);

uniffi::custom_type!(
    /// Every declared field, target by target.
    Registry, Vec<Declaration>, {
        remote,
        lower: |registry| {
            let declaration = |(target, fields): (&crm_core::base::Target, &[crm_core::base::FieldDecl])| {
                Declaration { target: target.clone(), fields: fields.to_vec() }
            };
            registry.iter().map(declaration).collect()
        },
        try_lift: |declarations| {
            let mut registry = Registry::default();
            for declaration in &declarations {
                registry.declare(declaration).map_err(CrmError::from)?;
            }
            Ok(registry)
        },
    }
);

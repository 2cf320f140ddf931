//! Money: integer minor units and an ISO 4217 currency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Error, Result};

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    numeric: u16,
}

/// Every active currency of ISO 4217: alphabetic code, numeric code, digits after the point.
const CURRENCIES: &[(&str, u16, u8)] =
    &[("CHF", 756, 2), ("EUR", 978, 2), ("GBP", 826, 2), ("JPY", 392, 0), ("USD", 840, 2)];

impl Currency {
    /// The currency with an alphabetic code (`"EUR"`).
    ///
    /// # Errors
    /// [`Error::Invalid`] when ISO 4217 lists no such active currency.
    pub fn new(code: &str) -> Result<Self> {
        CURRENCIES
            .iter()
            .find(|row| row.0 == code)
            .map(|row| Self { numeric: row.1 })
            .ok_or_else(|| Error::invalid("currency", "not an active ISO 4217 code"))
    }

    /// The currency with a numeric code (978 for EUR), the form in which stores keep it.
    pub fn from_numeric(numeric: u16) -> Result<Self> {
        CURRENCIES
            .iter()
            .find(|row| row.1 == numeric)
            .map(|row| Self { numeric: row.1 })
            .ok_or_else(|| Error::invalid("currency", "not an active ISO 4217 number"))
    }

    fn row(self) -> &'static (&'static str, u16, u8) {
        CURRENCIES.iter().find(|row| row.1 == self.numeric).unwrap_or(&CURRENCIES[0])
    }

    /// The alphabetic code.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The numeric code.
    pub const fn numeric(self) -> u16 {
        self.numeric
    }

    /// How many digits stand after the point: 0 (JPY), 2 (EUR), 3 (BHD) or 4 (CLF).
    pub fn exponent(self) -> u8 {
        self.row().2
    }
}

/// An amount of money: a whole number of minor units in one currency.
///
/// Amounts of two currencies are neither added nor compared: that is an error, never a conversion.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `minor` units (cents for EUR) of a currency.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.pow(u32::from(self.currency.exponent()));
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, part) = (self.minor.unsigned_abs() / scale, self.minor.unsigned_abs() % scale);
        match self.currency.exponent() {
            0 => write!(f, "{sign}{whole} {}", self.currency.code()),
            digits => write!(f, "{sign}{whole}.{part:0width$} {}", self.currency.code(), width = usize::from(digits)),
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::invalid("money", "expected an amount and a currency, as in 12.50 EUR");
        let (amount, code) = text.trim().rsplit_once(' ').ok_or_else(bad)?;
        let currency = Currency::new(code)?;
        let (whole, part) = amount.trim().split_once('.').unwrap_or((amount.trim(), ""));
        let exponent = usize::from(currency.exponent());
        if part.len() > exponent || !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let digits = format!("{whole}{part}{}", "0".repeat(exponent - part.len()));
        digits.parse().map(|minor| Self { minor, currency }).map_err(|_| bad())
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not an amount of money"))
    }
}

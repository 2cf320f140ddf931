//! Currencies: the active codes of ISO 4217.

use std::fmt;
use std::num::NonZeroU8;
use std::str::FromStr;

use super::as_text::as_text;
use super::{Error, Result};

/// An ISO 4217 currency, in one byte.
///
/// The active currencies and funds of the list published on 2026-01-01 are known. The codes to which the list gives
/// no minor unit (gold, special drawing rights, `XTS` for tests, `XXX` for none) are not: no amount could be kept in
/// them. Currencies sort by their code.
///
/// ```
/// use crm_core::base::Currency;
///
/// let dinar = Currency::new("KWD")?;
/// assert_eq!((dinar.numeric(), dinar.exponent()), (414, 3));
/// assert_eq!(Currency::from_numeric(978)?, Currency::EUR);
/// assert!(Currency::new("XXX").is_err());
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(NonZeroU8);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self::known("EUR");
    /// The pound sterling.
    pub const GBP: Self = Self::known("GBP");
    /// The Japanese yen.
    pub const JPY: Self = Self::known("JPY");
    /// The Swiss franc.
    pub const CHF: Self = Self::known("CHF");
    /// The US dollar.
    pub const USD: Self = Self::known("USD");

    /// The currency with an alphabetic code (`"EUR"`), in capitals.
    ///
    /// # Errors
    /// [`Error::Invalid`] when ISO 4217 lists no such active currency.
    pub fn new(code: &str) -> Result<Self> {
        CURRENCIES
            .binary_search_by(|row| row.0.cmp(code))
            .ok()
            .and_then(Self::at)
            .ok_or_else(|| Error::invalid("currency", "not an active ISO 4217 code"))
    }

    /// The currency with a numeric code (978 for EUR), the form in which stores keep it.
    ///
    /// # Errors
    /// [`Error::Invalid`] when ISO 4217 lists no such active currency.
    pub fn from_numeric(numeric: u16) -> Result<Self> {
        BY_NUMBER
            .get(usize::from(numeric))
            .and_then(|place| NonZeroU8::new(*place))
            .map(Self)
            .ok_or_else(|| Error::invalid("currency", "not an active ISO 4217 number"))
    }

    /// Every known currency, in the order of the codes.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        (1..=CURRENCIES.len() as u8).map(|place| Self(NonZeroU8::new(place).unwrap_or(NonZeroU8::MIN)))
    }

    /// The alphabetic code.
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// The numeric code.
    pub const fn numeric(self) -> u16 {
        self.row().1
    }

    /// How many digits stand after the point: 0 (JPY), 2 (EUR), 3 (BHD) or 4 (CLF).
    pub const fn exponent(self) -> u8 {
        self.row().2
    }

    /// How many minor units make one major unit: 1, 100, 1,000 or 10,000.
    pub const fn minor_per_major(self) -> u32 {
        10_u32.pow(self.exponent() as u32)
    }

    const fn row(self) -> &'static Row {
        &CURRENCIES[self.0.get() as usize - 1]
    }

    fn at(index: usize) -> Option<Self> {
        NonZeroU8::new(index as u8 + 1).map(Self)
    }

    /// Evaluated at compile time only: a code that is not in the table does not build.
    const fn known(code: &str) -> Self {
        let mut index = 0;
        loop {
            if same(CURRENCIES[index].0, code)
                && let Some(place) = NonZeroU8::new(index as u8 + 1)
            {
                return Self(place);
            }
            index += 1;
        }
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one[0] == other[0] && one[1] == other[1] && one[2] == other[2]
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Currency {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self> {
        Self::new(code)
    }
}

as_text!(Currency, "an active ISO 4217 code");

/// Alphabetic code, numeric code, digits after the point.
type Row = (&'static str, u16, u8);

/// For each numeric code, the place in [`CURRENCIES`] counted from 1; 0 for none.
static BY_NUMBER: [u8; 1000] = by_number();

const fn by_number() -> [u8; 1000] {
    let mut places = [0; 1000];
    let mut index = 0;
    while index < CURRENCIES.len() {
        places[CURRENCIES[index].1 as usize] = index as u8 + 1;
        index += 1;
    }
    places
}

/// Sorted by code. From list one of the ISO 4217 maintenance agency, published 2026-01-01.
///
/// A row never leaves this table: a currency that ISO 4217 withdraws stays readable for those who have stored it.
#[rustfmt::skip]
const CURRENCIES: &[Row] = &[
    ("AED", 784, 2), ("AFN", 971, 2), ("ALL", 8, 2), ("AMD", 51, 2), ("AOA", 973, 2), ("ARS", 32, 2),
    ("AUD", 36, 2), ("AWG", 533, 2), ("AZN", 944, 2), ("BAM", 977, 2), ("BBD", 52, 2), ("BDT", 50, 2),
    ("BHD", 48, 3), ("BIF", 108, 0), ("BMD", 60, 2), ("BND", 96, 2), ("BOB", 68, 2), ("BOV", 984, 2),
    ("BRL", 986, 2), ("BSD", 44, 2), ("BTN", 64, 2), ("BWP", 72, 2), ("BYN", 933, 2), ("BZD", 84, 2),
    ("CAD", 124, 2), ("CDF", 976, 2), ("CHE", 947, 2), ("CHF", 756, 2), ("CHW", 948, 2), ("CLF", 990, 4),
    ("CLP", 152, 0), ("CNY", 156, 2), ("COP", 170, 2), ("COU", 970, 2), ("CRC", 188, 2), ("CUP", 192, 2),
    ("CVE", 132, 2), ("CZK", 203, 2), ("DJF", 262, 0), ("DKK", 208, 2), ("DOP", 214, 2), ("DZD", 12, 2),
    ("EGP", 818, 2), ("ERN", 232, 2), ("ETB", 230, 2), ("EUR", 978, 2), ("FJD", 242, 2), ("FKP", 238, 2),
    ("GBP", 826, 2), ("GEL", 981, 2), ("GHS", 936, 2), ("GIP", 292, 2), ("GMD", 270, 2), ("GNF", 324, 0),
    ("GTQ", 320, 2), ("GYD", 328, 2), ("HKD", 344, 2), ("HNL", 340, 2), ("HTG", 332, 2), ("HUF", 348, 2),
    ("IDR", 360, 2), ("ILS", 376, 2), ("INR", 356, 2), ("IQD", 368, 3), ("IRR", 364, 2), ("ISK", 352, 0),
    ("JMD", 388, 2), ("JOD", 400, 3), ("JPY", 392, 0), ("KES", 404, 2), ("KGS", 417, 2), ("KHR", 116, 2),
    ("KMF", 174, 0), ("KPW", 408, 2), ("KRW", 410, 0), ("KWD", 414, 3), ("KYD", 136, 2), ("KZT", 398, 2),
    ("LAK", 418, 2), ("LBP", 422, 2), ("LKR", 144, 2), ("LRD", 430, 2), ("LSL", 426, 2), ("LYD", 434, 3),
    ("MAD", 504, 2), ("MDL", 498, 2), ("MGA", 969, 2), ("MKD", 807, 2), ("MMK", 104, 2), ("MNT", 496, 2),
    ("MOP", 446, 2), ("MRU", 929, 2), ("MUR", 480, 2), ("MVR", 462, 2), ("MWK", 454, 2), ("MXN", 484, 2),
    ("MXV", 979, 2), ("MYR", 458, 2), ("MZN", 943, 2), ("NAD", 516, 2), ("NGN", 566, 2), ("NIO", 558, 2),
    ("NOK", 578, 2), ("NPR", 524, 2), ("NZD", 554, 2), ("OMR", 512, 3), ("PAB", 590, 2), ("PEN", 604, 2),
    ("PGK", 598, 2), ("PHP", 608, 2), ("PKR", 586, 2), ("PLN", 985, 2), ("PYG", 600, 0), ("QAR", 634, 2),
    ("RON", 946, 2), ("RSD", 941, 2), ("RUB", 643, 2), ("RWF", 646, 0), ("SAR", 682, 2), ("SBD", 90, 2),
    ("SCR", 690, 2), ("SDG", 938, 2), ("SEK", 752, 2), ("SGD", 702, 2), ("SHP", 654, 2), ("SLE", 925, 2),
    ("SOS", 706, 2), ("SRD", 968, 2), ("SSP", 728, 2), ("STN", 930, 2), ("SVC", 222, 2), ("SYP", 760, 2),
    ("SZL", 748, 2), ("THB", 764, 2), ("TJS", 972, 2), ("TMT", 934, 2), ("TND", 788, 3), ("TOP", 776, 2),
    ("TRY", 949, 2), ("TTD", 780, 2), ("TWD", 901, 2), ("TZS", 834, 2), ("UAH", 980, 2), ("UGX", 800, 0),
    ("USD", 840, 2), ("USN", 997, 2), ("UYI", 940, 0), ("UYU", 858, 2), ("UYW", 927, 4), ("UZS", 860, 2),
    ("VED", 926, 2), ("VES", 928, 2), ("VND", 704, 0), ("VUV", 548, 0), ("WST", 882, 2), ("XAD", 396, 2),
    ("XAF", 950, 0), ("XCD", 951, 2), ("XCG", 532, 2), ("XOF", 952, 0), ("XPF", 953, 0), ("YER", 886, 2),
    ("ZAR", 710, 2), ("ZMW", 967, 2), ("ZWG", 924, 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_code_leads_back() {
        assert!(CURRENCIES.is_sorted_by(|one, other| one.0 < other.0));
        assert!(CURRENCIES.len() < 255);
        for currency in Currency::all() {
            assert_eq!(Currency::new(currency.code()).unwrap(), currency);
            assert_eq!(Currency::from_numeric(currency.numeric()).unwrap(), currency);
            assert!(matches!(currency.exponent(), 0 | 2 | 3 | 4));
        }
        assert_eq!(Currency::all().len(), 165);
    }

    /// The minor units that ISO 4217 lists with a number of digits other than 2.
    #[test]
    fn unusual_minor_units() {
        let with = |digits| Currency::all().filter(|c| c.exponent() == digits).map(Currency::code).collect::<Vec<_>>();
        assert_eq!(with(4), ["CLF", "UYW"]);
        assert_eq!(with(3), ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]);
        let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        assert_eq!(with(0).join(" "), none);
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        for bad in ["", "eur", "EU", "EURO", "XXX", "XTS", "XAU", "DEM", "€", "EUR "] {
            assert!(Currency::new(bad).is_err(), "{bad}");
        }
        for bad in [0, 1, 280, 999, 1000, u16::MAX] {
            assert!(Currency::from_numeric(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Currency>("\"eur\"").is_err());
    }

    #[test]
    fn a_currency_is_one_byte_even_when_it_may_be_missing() {
        assert_eq!(size_of::<Option<Currency>>(), 1);
    }
}

//! Telephone numbers.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use smol_str::SmolStr;

use super::Country;
use super::numbering::{Trunk, country_of, international_prefix, longest, trunk};
use crate::base::as_text::from_text;
use crate::base::{Error, Result, Text};

/// A telephone number in the form of ITU-T E.164: `+` and 7 to 15 digits. It is personal data: `Debug` does not show it,
/// and there is no `Display`.
///
/// Blanks, dots, dashes, slashes and parentheses are dropped. The trunk prefix that is dialled only inside a country
/// (the first 0 of `030 123456`) is dropped, too, where the country has one. Whether a number is in service, or how
/// many digits a country's numbers have, is not checked; letters and extensions are refused. So are national numbers
/// with a carrier's code (Brazil, Colombia) or with the 15 of Argentine mobiles: such numbers need a `+`.
///
/// ```
/// use crm_core::base::{Country, Phone};
///
/// let berlin = Phone::new("+49 (0)30 1234-567", None)?;
/// assert_eq!(berlin.as_str(), "+49301234567");
/// assert_eq!(Phone::new("030 / 123 45 67", Some(Country::new("DE")?))?, berlin);
/// assert!(Phone::new("030 / 123 45 67", None).is_err());
/// assert_eq!(format!("{berlin:?}"), "Phone(•••)");
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Phone(SmolStr);

impl Phone {
    /// Reads a number as people write it. One that begins neither with `+` nor with the international prefix that is
    /// dialled at `home` is a national number there.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no number, or a national one without a home; the message says which rule it
    /// breaks, not what it is.
    pub fn new(text: &str, home: Option<Country>) -> Result<Self> {
        let (written, international) = digits(text)?;
        let abroad = home.and_then(international_prefix).and_then(|prefix| written.strip_prefix(prefix));
        let number = match (international, abroad, home) {
            (true, ..) => from_abroad(&written)?,
            (false, Some(number), _) => from_abroad(number)?,
            (false, None, Some(home)) => {
                let code = home.calling_code().ok_or_else(|| refused("the country has no calling code"))?;
                let national = significant(&written, trunk(home))?;
                if national.len() > longest(home) {
                    return Err(refused("too long for a number of the country: write it with a +"));
                }
                format!("{code}{national}")
            }
            (false, None, None) => return Err(refused("a number without a country begins with +")),
        };
        if number.starts_with('0') {
            return Err(refused("no country's calling code begins with 0"));
        }
        if !(7..=15).contains(&number.len()) {
            return Err(refused("an international number has 7 to 15 digits"));
        }
        Ok(Self(smol_str::format_smolstr!("+{number}")))
    }

    /// The number, `+` and digits, to be used and not to be logged.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn refused(rule: &'static str) -> Error {
    Error::invalid("phone", rule)
}

/// The digits of a number, and whether a `+` stands before them.
fn digits(text: &str) -> Result<(String, bool)> {
    let dropped =
        |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '/' | '(' | ')' | '\u{2010}'..='\u{2014}' | '\u{2212}');
    let mut digits = String::with_capacity(16);
    let mut international = false;
    for c in text.chars().filter(|c| !dropped(*c)) {
        match c {
            '0'..='9' if digits.len() < 32 => digits.push(c),
            '0'..='9' => return Err(refused("an international number has 7 to 15 digits")),
            '+' if digits.is_empty() && !international => international = true,
            _ => return Err(refused("a number has digits, blanks, dots, dashes, slashes and parentheses")),
        }
    }
    Ok((digits, international))
}

/// A number in the international form, without a trunk prefix of 0 that has been left in it.
fn from_abroad(digits: &str) -> Result<String> {
    match country_of(digits) {
        Some((country, length)) if trunk(country) == Trunk::Zero => {
            let (code, national) = digits.split_at(length);
            Ok(format!("{code}{}", significant(national, Trunk::Zero)?))
        }
        _ => Ok(digits.to_owned()),
    }
}

/// A national number without its trunk prefix.
fn significant(national: &str, trunk: Trunk) -> Result<&str> {
    match trunk {
        Trunk::None => Ok(national),
        Trunk::Zero => match national.strip_prefix('0').unwrap_or(national) {
            rest if rest.starts_with('0') => Err(refused("one 0 at most stands before a national number")),
            rest => Ok(rest),
        },
        Trunk::Prefix(prefixes, least) => {
            let rests = prefixes.iter().filter_map(|prefix| national.strip_prefix(prefix));
            Ok(rests.into_iter().find(|rest| rest.len() >= least).unwrap_or(national))
        }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(•••)")
    }
}

impl FromStr for Phone {
    type Err = Error;

    /// Reads a number with a `+`.
    fn from_str(text: &str) -> Result<Self> {
        Self::new(text, None)
    }
}

impl From<&Phone> for Text {
    fn from(phone: &Phone) -> Self {
        phone.as_str().into()
    }
}

from_text!(Phone, "an international telephone number");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn country(code: &str) -> Country {
        Country::new(code).unwrap()
    }

    fn read(text: &str, home: &str) -> Option<String> {
        let home = (!home.is_empty()).then(|| country(home));
        Phone::new(text, home).ok().map(|phone| phone.as_str().to_owned())
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_keeps_its_form(text in "\\+?[0-9 ()./-]{0,20}", at in 0..249_usize) {
            if let Ok(phone) = Phone::new(&text, Country::all().nth(at)) {
                let digits = phone.as_str().strip_prefix('+').unwrap();
                prop_assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert!(!digits.starts_with('0'));
                prop_assert_eq!(&phone.as_str().parse::<Phone>().unwrap(), &phone);
                let json = serde_json::to_string(&phone).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Phone>(&json).unwrap(), &phone);
            }
        }

        #[test]
        fn neither_debug_nor_an_error_shows_the_number(number in "[1-9][0-9]{2}[1-9]{6,9}") {
            let good = Phone::new(&format!("+{number}"), None).unwrap();
            let bad = Phone::new(&format!("+{number}x"), None).unwrap_err();
            let shown = format!("{good:?} {bad:?} {bad} {:?}", Phone::new(&number, None));
            prop_assert!(!shown.contains(&number[..6]));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,40}", at in 0..249_usize) {
            let _ = Phone::new(&text, Country::all().nth(at));
        }
    }

    /// Numbers as they are written inside each country, from the examples of libphonenumber.
    #[test]
    fn national_numbers_of_all_countries() {
        let rows = include_str!("phone_examples.csv").lines().filter(|line| !line.starts_with('#'));
        let wrong: Vec<_> = rows
            .filter(|row| {
                let [home, written, e164] = row.split(',').collect::<Vec<_>>()[..] else { panic!("{row}") };
                read(written, home).as_deref() != Some(e164) || read(e164, "").as_deref() != Some(e164)
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn one_number_in_many_spellings() {
        for written in [
            "+49301234567",
            "+49 30 1234567",
            "+49 (0)30 1234567",
            "+49 030 1234567",
            "(+49) 30/1234567",
            "0049 30 1234567",
            "030 1234567",
            "(030) 123-45-67",
            "030.123.45.67",
            "030\u{A0}123\u{2011}4567",
            " 030 1234567\n",
        ] {
            assert_eq!(read(written, "DE").unwrap(), "+49301234567", "{written}");
        }
    }

    #[test]
    fn trunk_prefixes_go_and_the_digits_of_a_number_stay() {
        for (written, home, e164) in [
            ("06 698 12345", "IT", Some("+390669812345")),
            ("+39 06 698 12345", "", Some("+390669812345")),
            ("1 (415) 555-2671", "US", Some("+14155552671")),
            ("(415) 555-2671", "US", Some("+14155552671")),
            ("011 49 30 1234567", "US", Some("+49301234567")),
            ("8 495 123-45-67", "RU", Some("+74951234567")),
            ("800 555-35-35", "RU", Some("+78005553535")),
            ("8 800 555-35-35", "RU", Some("+78005553535")),
            ("8 029 123-45-67", "BY", Some("+375291234567")),
            ("06 1 234 5678", "HU", Some("+3612345678")),
            ("0044 20 7946 0000", "FR", Some("+442079460000")),
            ("001 44 20 7946 0000", "TH", None),
            ("00 30 1234567", "", None),
            ("011 15-2345-6789", "AR", None),
            ("+54 9 11 2345-6789", "AR", Some("+5491123456789")),
            ("0 31 11 91234-5678", "BR", None),
            ("(11) 91234-5678", "BR", Some("+5511912345678")),
        ] {
            assert_eq!(read(written, home).as_deref(), e164, "{written} {home}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [
            "",
            "+",
            "030 1234567",
            "+12345",
            "+1234567890123456",
            "+0123456789",
            "++49301234567",
            "+49+301234567",
            "49+301234567",
            "+49 30 CALL-ME",
            "+49 30 1234567 ext. 5",
            "+49 30 1234567;ext=5",
            "tel:+49301234567",
            "+٤٩٣٠١٢٣٤٥٦٧",
            "+49 0030 1234567",
            "+49 30,1234567",
            "+49\u{200B}301234567",
        ] {
            assert_eq!(read(bad, ""), None, "{bad}");
        }
        for bad in ["", "+", "0", "12", "00", "0030 1", "9".repeat(40).as_str()] {
            assert_eq!(read(bad, "DE"), None, "{bad}");
        }
        // Antarctica's stations use the numbers of others.
        assert_eq!(read("1234567", "AQ"), None);
    }
}

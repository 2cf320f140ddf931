//! What is dialled before a national number, by country: from the national numbering plans that the ITU publishes
//! (Operational Bulletin, annex "Dialling procedures").

use super::Country;

/// What is dialled before a national number inside a country, and not from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trunk {
    /// Nothing, or nothing that is left out from outside (Italy keeps its 0).
    None,
    /// 0. What follows never begins with another 0.
    Zero,
    /// One of these prefixes, where at least so many digits follow: numbers without it may begin with the same digits.
    Prefix(&'static [&'static str], usize),
}

/// The trunk prefix of a country.
pub(super) fn trunk(country: Country) -> Trunk {
    match country.code() {
        "BY" => Trunk::Prefix(&["80", "8"], 9),
        "GA" => Trunk::Prefix(&["0"], 8),
        "HU" => Trunk::Prefix(&["06"], 8),
        "KZ" | "RU" => Trunk::Prefix(&["8"], 10),
        "LT" => Trunk::Prefix(&["0", "8"], 8),
        "MH" => Trunk::Prefix(&["1"], 7),
        "TM" => Trunk::Prefix(&["8"], 8),
        _ if country.calling_code() == Some(1) => Trunk::Prefix(&["1"], 10),
        code if lists(TRUNK_ZERO, code) => Trunk::Zero,
        _ => Trunk::None,
    }
}

/// What is dialled before a number abroad, where it is 00 or 011 whatever the carrier.
pub(super) fn international_prefix(country: Country) -> Option<&'static str> {
    match country.code() {
        "MH" => Some("011"),
        _ if country.calling_code() == Some(1) => Some("011"),
        code if lists(OTHER_INTERNATIONAL, code) => None,
        _ => Some("00"),
    }
}

/// How many digits a national number has at most, without its trunk prefix, where what is longer has a carrier's code
/// (Brazil, Colombia) or the 15 of mobiles (Argentina) in it. Where neither is known, the limit is that of E.164.
pub(super) fn longest(country: Country) -> usize {
    match country.code() {
        "AR" | "BR" => 11,
        "CO" => 10,
        _ => 15,
    }
}

/// The calling code that a number in the international form begins with, and a country that has it. No calling code
/// is the beginning of another.
pub(super) fn country_of(digits: &str) -> Option<(Country, usize)> {
    (1..=3).find_map(|length| {
        let code: u16 = digits.get(..length)?.parse().ok()?;
        Country::all().find(|country| country.calling_code() == Some(code)).map(|country| (country, length))
    })
}

fn lists(codes: &str, code: &str) -> bool {
    codes.split_ascii_whitespace().any(|listed| listed == code)
}

/// Countries in which 0 is dialled before a national number.
const TRUNK_ZERO: &str = "\
    AE AF AL AM AR AT AU AX AZ BA BD BE BG BL BO BR CC CD CH CN CO CU CX DE DZ EC EG EH ER ET FI FR GB GE GF \
    GG GH GP HR ID IE IL IM IN IQ IR JE JO JP KE KG KH KI KP KR LA LB LI LK LR LY MA MC MD ME MF MG MK MM MN \
    MQ MW MY NA NG NL NP NZ PE PH PK PM PS PY RE RO RS RW SA SD SE SI SK SL SO SS SY TH TR TW TZ UA UG UY VE \
    VN YE YT ZA ZM ZW";

/// Countries in which something else than 00 is dialled before a number abroad, or 00 and more.
const OTHER_INTERNATIONAL: &str =
    "AU BO BR BY CC CO CU CV CX GY HK ID JP KE KH KR KZ MN NG PW RU SG TH TJ TM TW TZ UG WS";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_country_exists() {
        for code in TRUNK_ZERO.split_ascii_whitespace().chain(OTHER_INTERNATIONAL.split_ascii_whitespace()) {
            assert!(Country::new(code).unwrap().calling_code().is_some(), "{code}");
        }
    }

    #[test]
    fn no_calling_code_begins_with_another() {
        for country in Country::all() {
            let Some(code) = country.calling_code() else { continue };
            let (found, length) = country_of(&format!("{code}55555")).unwrap();
            assert_eq!(found.calling_code(), Some(code));
            assert_eq!(length, code.to_string().len());
        }
    }
}

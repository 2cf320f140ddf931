//! Codes of vouchers: unguessable, and wrong ones are told from mistyped ones.

use crate::base::{Error, Id, Result, Text};

/// The symbols of a code. They are a prime number of them, and none is easily taken for another.
const SYMBOLS: &[u8; 31] = b"123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many symbols are drawn; one more is the check.
const DRAWN: usize = 15;

/// The code of a voucher, from a fresh id: 15 symbols, and a check symbol, in groups of four.
///
/// The symbols are drawn from a hash (SHA-256) of the id: a code is as hard to guess as the id, and does not tell it.
pub(super) fn code_of(fresh: Id) -> Text {
    let bytes = *Id::derived("crm-core/loyalty/code", &fresh.to_string()).as_bytes();
    // The version and the variant of the id are the same for all.
    let mut number = u128::from_be_bytes(bytes);
    number = (number & 0xffff_ffff_ffff) | ((number >> 64) << 48);
    let mut digits = Vec::with_capacity(DRAWN + 1);
    for _ in 0..DRAWN {
        digits.push((number % 31) as usize);
        number /= 31;
    }
    digits.push(check(&digits));
    let mut code = String::with_capacity(19);
    for (place, digit) in digits.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(SYMBOLS[digit % 31]));
    }
    code.as_str().into()
}

/// The digit that makes the weighted sum of all a multiple of 31. Each place has a weight of its own, so that every wrong
/// symbol and every two symbols that changed places are noticed.
fn check(digits: &[usize]) -> usize {
    let sum: usize = digits.iter().zip(2..).map(|(digit, weight)| digit * weight).sum();
    (31 - sum % 31) % 31
}

/// The code as it was given out, however it was typed: in small letters, without hyphens, with an O or 0 for none, an I or
/// L for a 1.
///
/// # Errors
/// [`Error::Invalid`] for a code that was never given out by anybody.
pub(super) fn normalised(typed: &str) -> Result<Text> {
    let wrong = || Error::invalid("code", "mistyped: it is the code of no voucher");
    let symbols = typed.chars().filter(|one| !one.is_whitespace() && *one != '-').map(|one| one.to_ascii_uppercase());
    let digit = |one: char| {
        let one = if matches!(one, 'I' | 'L') { '1' } else { one };
        SYMBOLS.iter().position(|symbol| char::from(*symbol) == one)
    };
    let digits: Vec<usize> = symbols.map(digit).collect::<Option<_>>().ok_or_else(wrong)?;
    if digits.len() != DRAWN + 1 || check(&digits[..DRAWN]) != digits[DRAWN] {
        return Err(wrong());
    }
    let groups: Vec<String> =
        digits.chunks(4).map(|group| group.iter().map(|digit| char::from(SYMBOLS[*digit])).collect()).collect();
    Ok(groups.join("-").as_str().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_is_read_however_it_is_typed(number in any::<u64>()) {
            let code = code_of(Id::derived("test", &number.to_string()));
            prop_assert_eq!(code.len(), 19);
            prop_assert_eq!(&normalised(&code).unwrap(), &code);
            let typed = code.to_lowercase().replace('-', " ").replace('1', "l");
            prop_assert_eq!(&normalised(&typed).unwrap(), &code);
        }

        #[test]
        fn one_wrong_symbol_and_two_swapped_ones_are_noticed(
            number in any::<u64>(), place in 0_usize..16, other in 0_usize..16, symbol in 0_usize..31,
        ) {
            let code = code_of(Id::derived("test", &number.to_string())).replace('-', "");
            let mut wrong = code.clone().into_bytes();
            wrong[place] = SYMBOLS[symbol];
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(normalised(&wrong).is_ok(), wrong == code);
            let mut swapped = code.clone().into_bytes();
            swapped.swap(place, other);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(normalised(&swapped).is_ok(), swapped == code);
        }
    }

    #[test]
    fn codes_differ() {
        let codes: std::collections::BTreeSet<Text> =
            (0..10_000).map(|number| code_of(Id::derived("test", &number.to_string()))).collect();
        assert_eq!(codes.len(), 10_000);
        assert!(normalised("").is_err() && normalised("0000-0000-0000-0000").is_err());
    }
}

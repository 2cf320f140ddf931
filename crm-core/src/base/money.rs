//! Money: integer minor units and an ISO 4217 currency.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::as_text::as_text;
use super::{Currency, Error, Result, Rounding};

/// An amount of money: a whole number of minor units in one currency.
///
/// Amounts of two currencies are neither added nor compared: that is an error, never a conversion. There is therefore
/// no `+` and no `<`. As text and in JSON an amount is `12.50 EUR`.
///
/// ```
/// use crm_core::base::{Currency, Money, Rounding};
///
/// let net: Money = "49.90 EUR".parse()?;
/// let tax = net.mul_ratio(19, 100, Rounding::HalfUp)?;
/// assert_eq!(net.checked_add(tax)?.to_string(), "59.38 EUR");
/// assert!(net.checked_add(Money::new(1, Currency::USD)).is_err());
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount in minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// `minor` units (cents for EUR) of a currency.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is 0.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether the amount is below 0.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`Error::Invalid`] for two currencies, [`Error::OutOfRange`] when the sum does not fit into 64 bits.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        self.same_currency(other)?;
        self.of(self.minor.checked_add(other.minor))
    }

    /// The difference of two amounts of one currency. Errors as [`checked_add`](Self::checked_add).
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        self.same_currency(other)?;
        self.of(self.minor.checked_sub(other.minor))
    }

    /// The amount with the other sign.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the smallest amount.
    pub fn checked_neg(self) -> Result<Self> {
        self.of(self.minor.checked_neg())
    }

    /// The amount taken `times`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when it does not fit into 64 bits.
    pub fn checked_mul(self, times: i64) -> Result<Self> {
        self.of(self.minor.checked_mul(times))
    }

    /// Which of two amounts of one currency is the larger one.
    ///
    /// # Errors
    /// [`Error::Invalid`] for two currencies.
    pub fn checked_cmp(self, other: Self) -> Result<Ordering> {
        self.same_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// `self * numerator / denominator`, calculated exactly and rounded once.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the denominator is 0, [`Error::OutOfRange`] when the result does not fit into 64 bits.
    pub fn mul_ratio(self, numerator: i64, denominator: i64, rounding: Rounding) -> Result<Self> {
        if denominator == 0 {
            return Err(Error::invalid("denominator", "must not be 0"));
        }
        let product = i128::from(self.minor) * i128::from(numerator);
        let rounded = rounding.divide(product, i128::from(denominator));
        self.of(rounded.and_then(|minor| i64::try_from(minor).ok()))
    }

    /// The sum of amounts that are all in `currency`; zero when there are none. Intermediate sums may leave the range
    /// of 64 bits, so the order of the amounts does not matter.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another currency, [`Error::OutOfRange`] when the sum does not fit into 64 bits.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self> {
        let zero = Self::zero(currency);
        let total = amounts.into_iter().try_fold(0_i128, |total, amount| {
            zero.same_currency(amount)?;
            Ok::<_, Error>(total + i128::from(amount.minor))
        })?;
        zero.of(i64::try_from(total).ok())
    }

    /// Divides the amount in proportion to `weights`, without losing or inventing a minor unit: the shares always add
    /// up to the amount.
    ///
    /// Every share is cut towards zero; what is left goes, one minor unit each, to the shares that lost most (largest
    /// remainder; the earlier one first where two lost the same). A weight of 0 gets nothing.
    ///
    /// ```
    /// use crm_core::base::{Currency, Money};
    ///
    /// let shares = Money::new(100, Currency::EUR).allocate(&[1, 1, 1])?;
    /// assert_eq!(shares.iter().map(|share| share.minor()).collect::<Vec<_>>(), [34, 33, 33]);
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] when no weight is above 0.
    pub fn allocate(self, weights: &[u64]) -> Result<Vec<Self>> {
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        if total == 0 {
            return Err(Error::invalid("weights", "at least one must be above 0"));
        }
        let amount = u128::from(self.minor.unsigned_abs());
        let portions = weights.iter().map(|weight| amount * u128::from(*weight));
        let mut shares: Vec<u128> = portions.clone().map(|portion| portion / total).collect();
        let remainders: Vec<u128> = portions.map(|portion| portion % total).collect();

        // The remainders add up to `left * total`, so at least `left` of them are above 0.
        let left = amount - shares.iter().sum::<u128>();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(remainders[*at]));
        for at in order.into_iter().take(left as usize) {
            shares[at] += 1;
        }
        let sign = self.minor.signum();
        // Shares are at most the amount, so negating before the cast is exact for the smallest amount, too.
        Ok(shares.into_iter().map(|share| Self::new((share as i64).wrapping_mul(sign), self.currency)).collect())
    }

    /// Reads a plain decimal amount: an optional sign, digits, and possibly a point followed by digits. Digits beyond
    /// those of the currency must be zeros. Blanks, separators of thousands and exponents are refused.
    ///
    /// ```
    /// use crm_core::base::{Currency, Money};
    ///
    /// assert_eq!(Money::parse_amount("-1234.5", Currency::EUR)?.minor(), -123_450);
    /// assert_eq!(Money::parse_amount("1234.00", Currency::JPY)?.minor(), 1_234);
    /// assert!(Money::parse_amount("1,234.50", Currency::EUR).is_err());
    /// assert!(Money::parse_amount("0.001", Currency::EUR).is_err());
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] for any other text, [`Error::OutOfRange`] when the amount does not fit into 64 bits.
    pub fn parse_amount(text: &str, currency: Currency) -> Result<Self> {
        let bad = || Error::invalid("amount", "expected digits with a point before the minor units, as in -1234.50");
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, part) = match unsigned.split_once('.') {
            Some((whole, part)) if digits(part) => (whole, part),
            Some(_) => return Err(bad()),
            None => (unsigned, ""),
        };
        if !digits(whole) {
            return Err(bad());
        }
        let exponent = usize::from(currency.exponent());
        let (minor, beyond) = part.split_at(part.len().min(exponent));
        if beyond.bytes().any(|byte| byte != b'0') {
            return Err(Error::invalid("amount", "has more digits after the point than the currency"));
        }
        let padding = std::iter::repeat_n(b'0', exponent - minor.len());
        // Counts downwards, since the smallest amount has no positive counterpart.
        let below = whole.bytes().chain(minor.bytes()).chain(padding).try_fold(0_i64, |number, digit| {
            number.checked_mul(10).and_then(|number| number.checked_sub(i64::from(digit - b'0')))
        });
        let amount = Self::zero(currency).of(below)?;
        if negative { Ok(amount) } else { amount.checked_neg() }
    }

    /// The amount without its currency, as [`parse_amount`](Self::parse_amount) reads it: `-1234.50`.
    pub fn amount(self) -> String {
        let scale = u64::from(self.currency.minor_per_major());
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, part) = (self.minor.unsigned_abs() / scale, self.minor.unsigned_abs() % scale);
        match usize::from(self.currency.exponent()) {
            0 => format!("{sign}{whole}"),
            width => format!("{sign}{whole}.{part:0width$}"),
        }
    }

    fn same_currency(self, other: Self) -> Result<()> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(Error::invalid("currency", "amounts of two currencies are neither added nor compared"))
        }
    }

    fn of(self, minor: Option<i64>) -> Result<Self> {
        minor.map(|minor| Self::new(minor, self.currency)).ok_or(Error::out_of_range("money"))
    }
}

impl fmt::Display for Money {
    /// The amount and the code of the currency: `-1234.50 EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = Error;

    /// Reads an amount as [`parse_amount`](Self::parse_amount) does, one blank and the code of its currency.
    fn from_str(text: &str) -> Result<Self> {
        let (amount, code) = text
            .split_once(' ')
            .ok_or_else(|| Error::invalid("money", "expected an amount and a currency, as in 12.50 EUR"))?;
        Self::parse_amount(amount, Currency::new(code)?)
    }
}

as_text!(Money, "an amount of money, as in 12.50 EUR");

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn any_currency() -> impl Strategy<Value = Currency> {
        (0..Currency::all().len()).prop_map(|at| Currency::all().nth(at).unwrap())
    }

    fn any_money() -> impl Strategy<Value = Money> {
        let minor = prop_oneof![any::<i64>(), -10_000_i64..10_000, Just(i64::MIN), Just(i64::MAX)];
        (minor, any_currency()).prop_map(|(minor, currency)| Money::new(minor, currency))
    }

    proptest! {
        #[test]
        fn amounts_survive_printing_and_json(money in any_money()) {
            prop_assert_eq!(money.to_string().parse::<Money>().unwrap(), money);
            prop_assert_eq!(Money::parse_amount(&money.amount(), money.currency()).unwrap(), money);
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }

        #[test]
        fn what_is_read_is_what_is_meant(text in "[+-]?[0-9]{1,12}(\\.[0-9]{0,2}0{0,3})?") {
            let read = Money::parse_amount(&text, Currency::EUR);
            if text.ends_with('.') {
                prop_assert!(read.is_err());
            } else {
                let expected = (text.parse::<f64>().unwrap() * 100.0).round() as i64;
                prop_assert_eq!(read.unwrap().minor(), expected);
            }
        }

        #[test]
        fn anything_that_is_read_prints_the_same_number(text in "[-+0-9. ]{0,8}") {
            if let Ok(money) = Money::parse_amount(&text, Currency::EUR) {
                prop_assert_eq!(money.amount().parse::<f64>().unwrap(), text.parse::<f64>().unwrap());
            }
        }

        #[test]
        fn sums_do_not_depend_on_the_order(minors in vec(any::<i64>(), 0..8)) {
            let sum = |minors: &[i64]| Money::sum(Currency::EUR, minors.iter().map(|m| Money::new(*m, Currency::EUR)));
            let exact: i128 = minors.iter().map(|m| i128::from(*m)).sum();
            let reversed: Vec<i64> = minors.iter().rev().copied().collect();
            prop_assert_eq!(sum(&minors).ok().map(|m| i128::from(m.minor())), i64::try_from(exact).ok().map(i128::from));
            prop_assert_eq!(sum(&minors), sum(&reversed));
        }

        #[test]
        fn shares_add_up_and_are_fair(money in any_money(), weights in vec(prop_oneof![any::<u64>(), 0..5_u64], 1..9)) {
            let total: u128 = weights.iter().map(|w| u128::from(*w)).sum();
            prop_assume!(total > 0);
            let shares = money.allocate(&weights).unwrap();
            prop_assert_eq!(Money::sum(money.currency(), shares.iter().copied()).unwrap(), money);
            for (share, weight) in shares.iter().zip(&weights) {
                let exact = u128::from(money.minor().unsigned_abs()) * u128::from(*weight) / total;
                let own = u128::from(share.minor().unsigned_abs());
                prop_assert!(own == exact || (own == exact + 1 && *weight > 0));
                prop_assert!(share.is_zero() || share.is_negative() == money.is_negative());
            }
        }

        #[test]
        fn subtracting_undoes_adding(a in any_money(), minor: i64) {
            let b = Money::new(minor, a.currency());
            if let Ok(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.checked_sub(b).unwrap(), a);
                prop_assert_eq!(b.checked_add(a).unwrap(), sum);
            }
            prop_assert_eq!(a.checked_cmp(b).unwrap(), a.minor().cmp(&b.minor()));
        }

        #[test]
        fn a_ratio_of_one_changes_nothing(money in any_money(), n in any::<i64>().prop_filter("zero", |n| *n != 0)) {
            for rounding in Rounding::ALL.iter().copied() {
                prop_assert_eq!(money.mul_ratio(n, n, rounding).unwrap(), money);
            }
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for bad in [
            "", "+", "-", ".", "-.", "1-5", "-.5", ".5", "5.", "--1", "+-1", "-+1", "1.2.3", "1.-2", "1.+2", "1e3",
            "1 ", " 1", "1,5", "1_000", "0x1", "١", "1.005", "1.٠", "−1", "NaN", "é",
        ] {
            assert!(Money::parse_amount(bad, Currency::EUR).is_err(), "{bad}");
            assert!(format!("{bad} EUR").parse::<Money>().is_err(), "{bad}");
        }
        for bad in ["", "EUR", "1", "1EUR", "1  EUR", " 1 EUR", "1 EUR ", "1 eur", "1 EUR EUR", "1\tEUR", "EUR 1"] {
            assert!(bad.parse::<Money>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_exact() {
        let read = |text| Money::parse_amount(text, Currency::EUR).map(Money::minor);
        assert_eq!(read("92233720368547758.07"), Ok(i64::MAX));
        assert_eq!(read("-92233720368547758.08"), Ok(i64::MIN));
        assert_eq!(read("92233720368547758.08"), Err(Error::out_of_range("money")));
        assert_eq!(read("-92233720368547758.09"), Err(Error::out_of_range("money")));
        assert_eq!(read("-0.00"), Ok(0));
        let least = Money::new(i64::MIN, Currency::JPY);
        assert_eq!(least.to_string(), "-9223372036854775808 JPY");
        assert!(least.checked_neg().is_err());
        assert_eq!(least.allocate(&[u64::MAX]).unwrap(), [least]);
        assert!(least.mul_ratio(1, -1, Rounding::Down).is_err());
        assert_eq!(least.mul_ratio(i64::MIN, i64::MIN, Rounding::Up), Ok(least));
    }

    #[test]
    fn minor_units_of_every_length() {
        for (text, minor) in [("12 JPY", 12), ("0.05 EUR", 5), ("-1.005 KWD", -1_005), ("0.0001 CLF", 1)] {
            assert_eq!(text.parse::<Money>().unwrap().minor(), minor);
            assert_eq!(text.parse::<Money>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn two_currencies_never_meet() {
        let (euro, dollar) = (Money::new(1, Currency::EUR), Money::new(1, Currency::USD));
        assert_ne!(euro, dollar);
        assert!(euro.checked_add(dollar).is_err() && euro.checked_sub(dollar).is_err());
        assert!(euro.checked_cmp(dollar).is_err());
        assert!(Money::sum(Currency::EUR, [euro, dollar]).is_err());
        assert!(Money::sum(Currency::EUR, [dollar]).is_err());
    }

    #[test]
    fn without_weight_there_is_nobody_to_give_to() {
        assert!(Money::new(1, Currency::EUR).allocate(&[]).is_err());
        assert!(Money::new(1, Currency::EUR).allocate(&[0, 0]).is_err());
    }

    #[test]
    fn an_amount_that_may_be_missing_takes_no_more_room() {
        assert_eq!(size_of::<Option<Money>>(), 16);
    }
}

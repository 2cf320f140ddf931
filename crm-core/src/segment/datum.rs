//! Values in the middle of an evaluation, and how they compare.

use std::cmp::Ordering;

use crate::base::{Currency, Date, Id, LeapDay, Money, Rounding, Text, Timestamp, Value};

use super::ast::CmpOp;
use super::subject::ValueRef;
use super::truth::Truth;

/// A value, wide enough for sums and exact means.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Datum<'a> {
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(&'a str),
    Date(Date),
    Time(Timestamp),
    /// Minor units. The sum of no amounts has no currency and compares with every one.
    Money(i128, Option<Currency>),
    /// A sum divided by a count: the mean of whole numbers or amounts.
    Mean(i128, i64, Option<Currency>),
    Id(Id),
    Texts(&'a [Text]),
    /// The yearly return of a date.
    Yearly(Date, LeapDay),
}

/// What is found when an operand is looked up.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Found<'a> {
    /// There is no value.
    Absent,
    /// There may be a value, but nobody knows which.
    Uncertain,
    /// There is a value, and it lies between these two, both included. As a rule they are the same.
    Between(Datum<'a>, Datum<'a>),
}

impl<'a> Found<'a> {
    pub const fn exactly(datum: Datum<'a>) -> Self {
        Self::Between(datum, datum)
    }

    /// The value, if it is known exactly.
    pub fn exact(self) -> Option<Datum<'a>> {
        match self {
            Self::Between(low, high) if low == high => Some(low),
            _ => None,
        }
    }
}

impl<'a> From<ValueRef<'a>> for Found<'a> {
    fn from(value: ValueRef<'a>) -> Self {
        Self::exactly(match value {
            ValueRef::Bool(truth) => Datum::Bool(truth),
            ValueRef::Int(number) => Datum::Int(i128::from(number)),
            ValueRef::Float(number) => Datum::Float(number),
            ValueRef::Text(text) => Datum::Text(text),
            ValueRef::Date(date) => Datum::Date(date),
            ValueRef::Time(at) => Datum::Time(at),
            ValueRef::Money(money) => Datum::Money(i128::from(money.minor()), Some(money.currency())),
            ValueRef::Id(id) => Datum::Id(id),
            ValueRef::Texts(texts) => Datum::Texts(texts),
            ValueRef::Sealed => return Self::Uncertain,
        })
    }
}

/// The order of two values, if they have one: not of two types or currencies.
pub(super) fn order(a: Datum<'_>, b: Datum<'_>) -> Option<Ordering> {
    use Datum::{Bool, Date, Float, Id, Int, Mean, Money, Text, Time};
    match (a, b) {
        (Bool(a), Bool(b)) => Some(a.cmp(&b)),
        (Int(a), Int(b)) => Some(a.cmp(&b)),
        (Float(a), Float(b)) => a.partial_cmp(&b),
        (Int(a), Float(b)) => int_float(a, b),
        (Float(a), Int(b)) => int_float(b, a).map(Ordering::reverse),
        (Text(a), Text(b)) => Some(a.cmp(b)),
        (Date(a), Date(b)) => Some(a.cmp(&b)),
        (Time(a), Time(b)) => Some(a.cmp(&b)),
        (Id(a), Id(b)) => Some(a.cmp(&b)),
        (Money(a, one), Money(b, other)) => same(one, other).then(|| a.cmp(&b)),
        (Mean(sum, count, None), Int(b)) => means((sum, count), (b, 1)),
        (Int(a), Mean(sum, count, None)) => means((a, 1), (sum, count)),
        (Mean(sum, count, None), Float(b)) => (sum as f64 / count as f64).partial_cmp(&b),
        (Float(a), Mean(sum, count, None)) => a.partial_cmp(&(sum as f64 / count as f64)),
        (Mean(sum, count, one), Money(b, other)) if same(one, other) => means((sum, count), (b, 1)),
        (Money(a, one), Mean(sum, count, other)) if same(one, other) => means((a, 1), (sum, count)),
        (Mean(a, m, one), Mean(b, n, other)) if same(one, other) => means((a, m), (b, n)),
        _ => None,
    }
}

fn same(one: Option<Currency>, other: Option<Currency>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// The order of two quotients with positive divisors.
fn means(a: (i128, i64), b: (i128, i64)) -> Option<Ordering> {
    match (a.0.checked_mul(i128::from(b.1)), b.0.checked_mul(i128::from(a.1))) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => (a.0 as f64 / a.1 as f64).partial_cmp(&(b.0 as f64 / b.1 as f64)),
    }
}

/// The exact order of a whole and a decimal number; neither is rounded.
fn int_float(a: i128, b: f64) -> Option<Ordering> {
    // Beyond 2^127 the cast saturates, on the right side of every sum.
    let whole = b.trunc();
    Some(a.cmp(&(whole as i128)).then(whole.partial_cmp(&b)?))
}

/// Compares two values of which only bounds may be known: true or false when that holds whatever they are.
pub(super) fn compare(op: CmpOp, a: Found<'_>, b: Found<'_>) -> Truth {
    let (Found::Between(a_low, a_high), Found::Between(b_low, b_high)) = (a, b) else { return Truth::Unknown };
    // How the values compare when they are as far apart as they can be, in either direction.
    let (Some(least), Some(most)) = (order(a_low, b_high), order(a_high, b_low)) else { return Truth::Unknown };
    let less = || decide(most.is_lt(), least.is_ge());
    let greater = || decide(least.is_gt(), most.is_le());
    match op {
        CmpOp::Lt => less(),
        CmpOp::Ge => !less(),
        CmpOp::Gt => greater(),
        CmpOp::Le => !greater(),
        CmpOp::Eq => decide(least.is_eq() && most.is_eq(), least.is_gt() || most.is_lt()),
        CmpOp::Ne => decide(least.is_gt() || most.is_lt(), least.is_eq() && most.is_eq()),
    }
}

const fn decide(surely: bool, never: bool) -> Truth {
    if surely {
        Truth::True
    } else if never {
        Truth::False
    } else {
        Truth::Unknown
    }
}

impl Datum<'_> {
    /// The value as others know it. A sum beyond 64 bits is cut; a mean of amounts is rounded half to even.
    pub fn to_value(self) -> Option<Value> {
        let narrow = |wide: i128| wide.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        Some(match self {
            Self::Bool(truth) => Value::Bool(truth),
            Self::Int(number) => Value::Int(narrow(number)),
            Self::Float(number) => Value::Float(number),
            Self::Text(text) => Value::from(text),
            Self::Date(date) | Self::Yearly(date, _) => Value::Date(date),
            Self::Time(at) => Value::Time(at),
            Self::Money(minor, Some(currency)) => Value::Money(Money::new(narrow(minor), currency)),
            Self::Money(minor, None) => Value::Int(narrow(minor)),
            Self::Mean(sum, count, None) => Value::Float(sum as f64 / count as f64),
            Self::Mean(sum, count, Some(currency)) => {
                let whole = Money::new(narrow(sum), currency).mul_ratio(1, count, Rounding::HalfEven).ok()?;
                Value::Money(whole)
            }
            Self::Id(id) => Value::Id(id),
            Self::Texts(texts) => Value::Texts(texts.to_vec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_decimal_numbers_compare_exactly() {
        let big = (1_i128 << 53) + 1;
        assert_eq!(int_float(big, 9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(int_float(3, 3.5), Some(Ordering::Less));
        assert_eq!(int_float(-3, -3.5), Some(Ordering::Greater));
        assert_eq!(int_float(3, 3.0), Some(Ordering::Equal));
        assert_eq!(int_float(0, 1e300), Some(Ordering::Less));
        assert_eq!(int_float(0, -1e300), Some(Ordering::Greater));
    }

    #[test]
    fn a_mean_is_not_rounded_before_it_is_compared() {
        let eur = Currency::new("EUR").ok();
        // 100.00 EUR over three is 33.3333... EUR.
        let mean = Datum::Mean(10_000, 3, eur);
        assert_eq!(order(mean, Datum::Money(3_333, eur)), Some(Ordering::Greater));
        assert_eq!(order(mean, Datum::Money(3_334, eur)), Some(Ordering::Less));
        assert_eq!(order(mean, Datum::Money(3_333, Currency::new("USD").ok())), None);
        assert_eq!(order(Datum::Mean(1, 10, None), Datum::Float(0.1)), Some(Ordering::Equal));
    }

    #[test]
    fn bounds_decide_only_what_they_decide() {
        let between = |low, high| Found::Between(Datum::Int(low), Datum::Int(high));
        let three = Found::exactly(Datum::Int(3));
        for (op, low, high, expected) in [
            (CmpOp::Ge, 3, 4, Truth::True),
            (CmpOp::Ge, 2, 4, Truth::Unknown),
            (CmpOp::Ge, 1, 2, Truth::False),
            (CmpOp::Lt, 1, 2, Truth::True),
            (CmpOp::Lt, 2, 3, Truth::Unknown),
            (CmpOp::Gt, 3, 9, Truth::Unknown),
            (CmpOp::Gt, 4, 9, Truth::True),
            (CmpOp::Le, 4, 9, Truth::False),
            (CmpOp::Eq, 3, 3, Truth::True),
            (CmpOp::Eq, 2, 4, Truth::Unknown),
            (CmpOp::Eq, 4, 9, Truth::False),
            (CmpOp::Ne, 2, 4, Truth::Unknown),
            (CmpOp::Ne, 4, 9, Truth::True),
        ] {
            assert_eq!(compare(op, between(low, high), three), expected, "{op:?} {low} {high}");
        }
    }
}

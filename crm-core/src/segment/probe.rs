//! The short way to the commonest answers: one slot, one comparison with constants.

use crate::base::{Text, Value, ValueType};

use super::ast::{CmpOp, Fold, Quantifier};
use super::program::{Absence, Probe, Question, Scale, Term};
use super::subject::ValueRef;
use super::truth::Truth;

/// The short way for a question about a field of some type, if there is one.
pub(super) fn probe(term: &Term, question: &Question, ty: Option<ValueType>) -> Option<Probe> {
    let Term::Slot(slot, absence) = term else { return None };
    let slot = *slot;
    let missing = Truth::Unknown;
    let mut probe = match (question, ty?) {
        (Question::Holds, ValueType::Bool) => Probe::Bool { slot, missing },
        (Question::Compare(op, Term::Const(Value::Text(text)), Fold::None), _) => {
            Probe::OneOf { slot, texts: [text.clone()].into(), inside: *op == CmpOp::Eq, missing }
        }
        (Question::Compare(op, Term::Const(value), Fold::None), ValueType::Float) => {
            Probe::Decimal { slot, op: *op, at: decimal(value)?, missing }
        }
        (Question::Compare(op, Term::Const(value), Fold::None), ty) => {
            let (low, high, inside) = range(*op, place(value, ty)?);
            Probe::Range { slot, scale: scale(value)?, low, high, inside, missing }
        }
        (Question::Within { low: Term::Const(low), high: Term::Const(high), closed }, ty) => {
            let scale = scale(low).filter(|own| scale(high) == Some(*own))?;
            let (low, end) = (place(low, ty)?, place(high, ty)?);
            // Below the least number there is none at which an open end could stop.
            let high = if *closed { end } else { end.checked_sub(1)? };
            Probe::Range { slot, scale, low, high, inside: true, missing }
        }
        (Question::OneOf(all, Fold::None), ValueType::Text) => {
            let mut texts: Vec<Text> = all.iter().map(|one| one.as_text().map(Text::from)).collect::<Option<_>>()?;
            texts.sort();
            Probe::OneOf { slot, texts: texts.into(), inside: true, missing }
        }
        (Question::Has(quantifier, all, Fold::None), ValueType::Texts) => {
            Probe::Has { slot, quantifier: *quantifier, texts: all.clone(), missing }
        }
        _ => return None,
    };
    let answer = match (absence, &probe) {
        (Absence::Unknown, _) => Truth::Unknown,
        (Absence::Value(value), probe) => probe.value(ValueRef::from(value)),
        (Absence::NoMoney, Probe::Range { low, high, inside, .. }) => Truth::from((*low <= 0 && 0 <= *high) == *inside),
        (Absence::NoMoney, _) => return None,
    };
    match &mut probe {
        Probe::Bool { missing, .. }
        | Probe::Range { missing, .. }
        | Probe::Decimal { missing, .. }
        | Probe::OneOf { missing, .. }
        | Probe::Has { missing, .. } => *missing = answer,
    }
    Some(probe)
}

/// A number as a decimal one, if it is not rounded thereby.
fn decimal(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Int(number) if number.unsigned_abs() <= 1 << 53 => Some(*number as f64),
        _ => None,
    }
}

fn scale(value: &Value) -> Option<Scale> {
    match value {
        Value::Int(_) => Some(Scale::Int),
        Value::Date(_) => Some(Scale::Date),
        Value::Time(_) => Some(Scale::Time),
        Value::Money(money) => Some(Scale::Money(money.currency())),
        _ => None,
    }
}

/// The number of a constant on the scale of a field of this type.
fn place(value: &Value, ty: ValueType) -> Option<i64> {
    match (value, ty) {
        (Value::Int(number), ValueType::Int) => Some(*number),
        (Value::Date(date), ValueType::Date) => Some(i64::from(date.days())),
        (Value::Time(at), ValueType::Time) => Some(at.as_micros()),
        (Value::Money(money), ValueType::Money) => Some(money.minor()),
        _ => None,
    }
}

/// The range of a comparison, both ends included, and whether the answer is true inside of it.
pub(super) const fn range(op: CmpOp, at: i64) -> (i64, i64, bool) {
    match op {
        CmpOp::Eq => (at, at, true),
        CmpOp::Ne => (at, at, false),
        CmpOp::Le => (i64::MIN, at, true),
        CmpOp::Gt => (i64::MIN, at, false),
        CmpOp::Ge => (at, i64::MAX, true),
        CmpOp::Lt => (at, i64::MAX, false),
    }
}

impl Probe {
    /// The answer, given a way to look into slots.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "this is the innermost step; a call costs as much as the rest of it")]
    pub fn answer<'v>(&self, get: impl Fn(usize) -> Option<ValueRef<'v>>) -> Truth {
        let (Self::Bool { slot, missing }
        | Self::Range { slot, missing, .. }
        | Self::Decimal { slot, missing, .. }
        | Self::OneOf { slot, missing, .. }
        | Self::Has { slot, missing, .. }) = self;
        get(*slot).map_or(*missing, |value| self.value(value))
    }

    /// The answer for a value. Of another type or currency it is unknown.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "see above")]
    fn value(&self, value: ValueRef<'_>) -> Truth {
        match (self, value) {
            (Self::Bool { .. }, ValueRef::Bool(truth)) => Truth::from(truth),
            (Self::Range { scale, low, high, inside, .. }, value) => {
                let number = match (scale, value) {
                    (Scale::Int, ValueRef::Int(number)) => number,
                    (Scale::Date, ValueRef::Date(date)) => i64::from(date.days()),
                    (Scale::Time, ValueRef::Time(at)) => at.as_micros(),
                    (Scale::Money(currency), ValueRef::Money(money)) if money.currency() == *currency => money.minor(),
                    _ => return Truth::Unknown,
                };
                Truth::from((*low <= number && number <= *high) == *inside)
            }
            (Self::Decimal { op, at, .. }, ValueRef::Float(number)) => Truth::from(match op {
                CmpOp::Eq => number == *at,
                CmpOp::Ne => number != *at,
                CmpOp::Lt => number < *at,
                CmpOp::Le => number <= *at,
                CmpOp::Gt => number > *at,
                CmpOp::Ge => number >= *at,
            }),
            (Self::OneOf { texts, inside, .. }, ValueRef::Text(text)) => {
                let found = match &**texts {
                    [one] => one.as_str() == text,
                    few if few.len() <= 8 => few.iter().any(|own| own.as_str() == text),
                    many => many.binary_search_by(|own| own.as_str().cmp(text)).is_ok(),
                };
                Truth::from(found == *inside)
            }
            (Self::Has { quantifier, texts, .. }, ValueRef::Texts(own)) => {
                Truth::from(has(*quantifier, texts, |wanted| own.iter().any(|one| one == wanted)))
            }
            _ => Truth::Unknown,
        }
    }
}

/// Whether any, all or none of the wanted texts are held.
pub(super) fn has(quantifier: Quantifier, wanted: &[Text], held: impl Fn(&Text) -> bool) -> bool {
    match quantifier {
        Quantifier::Any => wanted.iter().any(held),
        Quantifier::All => wanted.iter().all(held),
        Quantifier::None => !wanted.iter().any(held),
    }
}

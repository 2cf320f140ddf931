//! Lints: what can never or always match, and what forgets the missing.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Missing, Value, ValueType};

use super::ast::{Check, CmpOp, Expr, Fold, Operand, OperandKind, Quantifier, Test};
use super::check::{Checker, is_empty_choice};
use super::diagnostic::{Diagnostic, Place};

/// Reports warnings about an expression without errors.
pub(super) fn lint(checker: &mut Checker<'_>, expr: &Expr) {
    let mut asked = BTreeSet::new();
    presence(expr, &mut asked);
    walk(checker, expr, &asked, false);
}

/// The operands whose presence is asked about somewhere: whoever wrote this thought of their absence.
fn presence(expr: &Expr, asked: &mut BTreeSet<String>) {
    if let Expr::Test(test) = expr
        && matches!(test.check, Check::Present | Check::Missing)
    {
        asked.insert(test.operand.to_string());
    }
    expr.children().iter().for_each(|child| presence(child, asked));
}

fn walk(checker: &mut Checker<'_>, expr: &Expr, asked: &BTreeSet<String>, negated: bool) {
    match expr {
        Expr::Test(test) => test_lints(checker, test, asked, negated),
        Expr::Not(inner) => walk(checker, inner, asked, !negated),
        // Inside `known` the missing have been thought of.
        Expr::Known(_) => {}
        _ => {
            if let Expr::And(all) = expr {
                contradictions(checker, all);
            }
            for one in expr.children() {
                walk(checker, one, asked, negated);
            }
        }
    }
}

fn never(checker: &mut Checker<'_>, place: Place, what: &str) {
    checker.warn(Diagnostic::new("W0301", place, format!("this can never match: {what}")));
}

fn always(checker: &mut Checker<'_>, place: Place, what: &str) {
    checker.warn(Diagnostic::new("W0302", place, format!("this always matches: {what}")));
}

fn test_lints(checker: &mut Checker<'_>, test: &Test, asked: &BTreeSet<String>, negated: bool) {
    let Some(own) = checker.operand(&test.operand) else { return };
    match &test.check {
        Check::Present if !own.unknown => always(checker, test.place, "there is always a value"),
        Check::Missing if !own.unknown => never(checker, test.place, "there is always a value"),
        Check::Text(_, pattern, _) if pattern.is_empty() => always(checker, test.place, "the pattern is empty"),
        check => {
            if let Some(result) = is_empty_choice(check) {
                let report = if result { always } else { never };
                report(checker, test.place, "there is nothing to choose from");
            }
        }
    }
    if let Some(range) = Range::of(&test.check).filter(|_| own.value != ValueType::Float) {
        let possible = Range { low: i128::from(own.bounds.0), high: i128::from(own.bounds.1) };
        let overlap = range.and(possible);
        if range.low > range.high {
            never(checker, test.place, "the bounds are the wrong way round");
        } else if own.bounds != (i64::MIN, i64::MAX) && is_whole(&test.check) {
            if overlap.low > overlap.high {
                never(checker, test.place, "the number is never in this range");
            } else if overlap == possible {
                always(checker, test.place, "the number is always in this range");
            }
        }
    }
    let denies = match &test.check {
        Check::Compare(CmpOp::Ne, ..) | Check::Has(Quantifier::None, ..) => !negated,
        Check::Present | Check::Missing => false,
        _ => negated,
    };
    if denies && own.unknown && may_be_missing(checker, &test.operand) {
        let operand = test.operand.to_string();
        if !asked.contains(&operand) {
            let what = format!("of customers without `{operand}` this is unknown, and so they do not match");
            let hint =
                format!("if they should match, add `or {operand} is missing`; if not, `and {operand} is present`");
            checker.warn(Diagnostic::new("W0305", test.place, what).suggest(hint));
        }
    }
}

/// Whether an operand stands for a field that is missing for some; measures are left alone.
fn may_be_missing(checker: &Checker<'_>, operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Field { name, .. } => {
            checker.scope.catalogue.field(name.as_str()).is_none_or(|field| field.missing == Missing::Unknown)
        }
        OperandKind::Call(_, inner, _) => may_be_missing(checker, inner),
        _ => false,
    }
}

/// Conditions on the same operand that exclude each other.
fn contradictions(checker: &mut Checker<'_>, all: &[Expr]) {
    let mut ranges: BTreeMap<String, Range> = BTreeMap::new();
    let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for test in all.iter().filter_map(|one| if let Expr::Test(test) = one { Some(test) } else { None }) {
        // Currencies and units of one operand agree, or it would not have passed the checker.
        let key = test.operand.to_string();
        // Between two decimal numbers there is always a third.
        let scaled = checker.operand(&test.operand).is_some_and(|own| own.value != ValueType::Float);
        if let Some(range) = Range::of(&test.check).filter(|_| scaled) {
            let own = ranges.entry(key.clone()).or_insert(Range::ALL);
            let possible = own.low <= own.high;
            *own = own.and(range);
            if possible && own.low > own.high && range.low <= range.high {
                never(checker, test.place, "it contradicts another condition on the same value");
            }
        }
        if let Some(choice) = choice(&test.check) {
            let own = texts.entry(key).or_insert_with(|| choice.clone());
            let possible = !own.is_empty();
            own.retain(|one| choice.contains(one));
            if possible && own.is_empty() && !choice.is_empty() {
                never(checker, test.place, "it contradicts another condition on the same value");
            }
        }
    }
}

/// The texts that a check lets through, if it names them.
fn choice(check: &Check) -> Option<Vec<&str>> {
    match check {
        Check::Compare(CmpOp::Eq, other, Fold::None) => Some(vec![other.as_literal()?.value().as_text()?]),
        Check::OneOf(all, Fold::None) => all.iter().map(|one| one.value().as_text()).collect(),
        _ => None,
    }
}

/// What a comparison with constants lets through, on a scale on which all constants of one type lie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    low: i128,
    high: i128,
}

impl Range {
    const ALL: Self = Self { low: i128::MIN, high: i128::MAX };

    fn and(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    fn of(check: &Check) -> Option<Self> {
        let point = |operand: &Operand| position(operand.as_literal()?.value());
        match check {
            Check::Compare(op, other, Fold::None) => {
                let at = point(other)?;
                match op {
                    CmpOp::Eq => Some(Self { low: at, high: at }),
                    CmpOp::Ne => None,
                    CmpOp::Lt => Some(Self { high: at - 1, ..Self::ALL }),
                    CmpOp::Le => Some(Self { high: at, ..Self::ALL }),
                    CmpOp::Gt => Some(Self { low: at + 1, ..Self::ALL }),
                    CmpOp::Ge => Some(Self { low: at, ..Self::ALL }),
                }
            }
            Check::Between(low, high) => Some(Self { low: point(low)?, high: point(high)? }),
            Check::Range(low, high) => Some(Self { low: point(low)?, high: point(high)? - 1 }),
            _ => None,
        }
    }
}

/// Where a constant lies on the scale of its type. Decimal numbers have no place on it.
fn position(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => Some(i128::from(*number)),
        Value::Date(date) => Some(i128::from(date.days())),
        Value::Time(at) => Some(i128::from(at.as_micros())),
        Value::Money(money) => Some(i128::from(money.minor())),
        _ => None,
    }
}

/// Whether the constants of a check are whole numbers.
fn is_whole(check: &Check) -> bool {
    let whole = |operand: &Operand| operand.as_literal().is_some_and(|one| one.value().as_int().is_some());
    match check {
        Check::Compare(_, other, _) => whole(other),
        Check::Between(low, high) | Check::Range(low, high) => whole(low) && whole(high),
        _ => false,
    }
}

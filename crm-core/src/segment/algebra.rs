//! How the members of two expressions go together, whoever the customers are.
//!
//! Both are rewritten to speak of a few values only: every operand that is compared with constants, and, as a truth value
//! of its own, every question that is not. Between two constants all values are alike, so that some of each sort stand
//! for all, and the evaluator is asked about every combination.
//!
//! That none speaks against a claim proves it, because the combinations are at least those that can be. A combination
//! that speaks against it refutes it only where all combinations can be: where the operands are fields of the customer's
//! record, no two of them the same field, and at most one thing beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::{Currency, DataClass, Date, Id, Missing, Money, Name, Sealed, Timestamp, Value, ValueType, Zone};

use super::ast::{AggFn, Check, Expr, Fold, Literal, Measure, Operand, OperandKind, Test};
use super::catalogue::{Catalogue, Field};
use super::check::type_of;
use super::definitions::Definitions;
use super::diagnostic::{Diagnostic, Severity};
use super::program::Program;
use super::subject::{FieldKey, Layout, Row};
use super::truth::Truth;
use super::types::Type;

/// How many combinations are tried.
const MAX_COMBINATIONS: usize = 100_000;

/// How the members of two expressions go together. Each answer is one about all customers that there can be; it is
/// unknown where it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Whether every member of the first is one of the second.
    pub implies: Truth,
    /// Whether every member of the second is one of the first.
    pub implied_by: Truth,
    /// Whether both always have the same members.
    pub equivalent: Truth,
    /// Whether nobody can be a member of both.
    pub disjoint: Truth,
    /// Whether somebody can be a member of both.
    pub overlap: Truth,
}

impl Relation {
    const UNKNOWN: Self = Self {
        implies: Truth::Unknown,
        implied_by: Truth::Unknown,
        equivalent: Truth::Unknown,
        disjoint: Truth::Unknown,
        overlap: Truth::Unknown,
    };
}

/// How the members of two expressions go together.
///
/// ```
/// use crm_core::segment::{Catalogue, Definitions, Truth, parse, relation};
///
/// let (one, other) = (parse("count(order) >= 5")?, parse("count(order) > 2 or customer.country = \"DE\"")?);
/// let found = relation(&one, &other, &Catalogue::standard().unwrap(), &Definitions::new()).unwrap();
/// assert_eq!((found.implies, found.disjoint), (Truth::True, Truth::False));
/// # Ok::<(), crm_core::segment::Diagnostic>(())
/// ```
///
/// # Errors
/// The findings about either expression, when one of them is an error.
pub fn relation(
    one: &Expr,
    other: &Expr,
    catalogue: &Catalogue,
    segments: &Definitions,
) -> Result<Relation, Vec<Diagnostic>> {
    for expr in [one, other] {
        let findings = super::check::check(expr, catalogue, segments);
        if findings.iter().any(|one| one.severity() == Severity::Error) {
            return Err(findings);
        }
    }
    let mut sketch =
        Sketch { catalogue, segments, atoms: BTreeMap::new(), roots: BTreeSet::new(), loose: 0, exact: true };
    let (one, other) = (one.canonical(), other.canonical());
    sketch.collect(&one);
    sketch.collect(&other);
    let rewritten = (sketch.rewrite(&one), sketch.rewrite(&other));
    Ok(sketch.decide(&rewritten.0, &rewritten.1).unwrap_or(Relation::UNKNOWN))
}

struct Sketch<'a> {
    catalogue: &'a Catalogue,
    segments: &'a Definitions,
    /// What is spoken of, by its text.
    atoms: BTreeMap<String, Atom>,
    /// The fields of the record that are spoken of.
    roots: BTreeSet<String>,
    /// How many things are spoken of that are no fields of the record.
    loose: usize,
    exact: bool,
}

/// One thing that is spoken of, as a field.
struct Atom {
    field: Field,
    /// The constants that it is compared with.
    constants: Vec<Value>,
    unknown: bool,
    bounds: (i64, i64),
    /// The currency of all amounts, where one is known.
    unit: Option<Name>,
}

impl Sketch<'_> {
    fn collect(&mut self, expr: &Expr) {
        match expr {
            Expr::Test(test) => self.test(test),
            // The checker has refused circles.
            Expr::Segment(segment) => {
                if let Some(inner) = self.segments.get(segment.name.as_str()) {
                    self.collect(&inner.canonical());
                }
            }
            _ => expr.children().iter().for_each(|child| self.collect(child)),
        }
    }

    fn test(&mut self, test: &Test) {
        let Some(ty) = type_of(&test.operand, self.catalogue, self.segments) else { return };
        let (key, constants, ty) = match constants(test, &ty) {
            Some(constants) if !has_bounds(&test.operand, &ty) => (test.operand.to_string(), constants, ty),
            // A question of its own: true, false or unknown, and nobody knows how it goes with others.
            _ => {
                self.exact = false;
                (test.to_string(), Vec::new(), Type::truth())
            }
        };
        let next = self.atoms.len();
        if !self.atoms.contains_key(&key) {
            self.note_root(&test.operand);
            let name = Name::new(&format!("atom.{next}")).unwrap_or(Name::from_static("atom"));
            let field = Field::new(name, ty.value, DataClass::NonPersonal);
            // Units and currencies agree, or the checker would have refused; what stands for absence is a value as well.
            let field = Field { missing: Missing::Unknown, values: ty.values.clone(), ..field };
            let atom = Atom { field, constants: Vec::new(), unknown: ty.unknown, bounds: ty.bounds, unit: ty.unit };
            self.atoms.insert(key.clone(), atom);
        }
        if let Some(atom) = self.atoms.get_mut(&key) {
            atom.constants.extend(constants);
        }
    }

    /// Remembers what an operand rests on.
    fn note_root(&mut self, operand: &Operand) {
        match &operand.kind {
            OperandKind::Field { name, args } if args.is_empty() && name.as_str().starts_with("customer.") => {
                self.exact &= self.roots.insert(name.to_string());
            }
            // Of other fields not every value can be: a balance is not negative.
            OperandKind::Field { .. } => self.exact = false,
            OperandKind::Call(_, inner, _) | OperandKind::Coalesce(inner, _) => {
                // What a function makes of a field is not every value of its type.
                self.exact = false;
                self.note_root(inner);
            }
            _ => {
                self.loose += 1;
                self.exact &= self.loose <= 1;
            }
        }
    }

    /// The same condition, about atoms.
    fn rewrite(&self, expr: &Expr) -> Expr {
        let all = |all: &[Expr]| all.iter().map(|one| self.rewrite(one)).collect();
        match expr {
            Expr::And(inner) => Expr::And(all(inner)),
            Expr::Or(inner) => Expr::Or(all(inner)),
            Expr::AtLeast(least, inner) => Expr::AtLeast(*least, all(inner)),
            Expr::Not(inner) => Expr::Not(Box::new(self.rewrite(inner))),
            Expr::Known(inner) => Expr::Known(Box::new(self.rewrite(inner))),
            Expr::Segment(segment) => {
                let inner = self.segments.get(segment.name.as_str());
                inner.map_or(Expr::Const(false), |inner| self.rewrite(&inner.canonical()))
            }
            Expr::Const(_) => expr.clone(),
            Expr::Test(test) => {
                let (whole, own) = (test.to_string(), test.operand.to_string());
                match (self.atoms.get(&whole), self.atoms.get(&own)) {
                    (Some(atom), _) => Expr::test(Operand::field(atom.field.name.clone()), Check::Holds),
                    (_, Some(atom)) => Expr::test(Operand::field(atom.field.name.clone()), test.check.clone()),
                    _ => Expr::Const(false),
                }
            }
        }
    }

    /// Asks about every combination.
    fn decide(&self, one: &Expr, other: &Expr) -> Option<Relation> {
        let mut catalogue = Catalogue::new();
        let mut samples = BTreeMap::new();
        for atom in self.atoms.values() {
            catalogue.add(atom.field.clone()).ok()?;
            samples.insert(FieldKey::plain(atom.field.name.clone()), atom.samples()?);
        }
        let none = Definitions::new();
        let mut layout = Layout::new();
        let one = Program::compile(one, &catalogue, &none, &mut layout).ok()?;
        let other = Program::compile(other, &catalogue, &none, &mut layout).ok()?;
        let choices: Vec<&Vec<Option<Value>>> =
            layout.keys().iter().map(|key| samples.get(key)).collect::<Option<_>>()?;
        let combinations = choices.iter().try_fold(1_usize, |all, own| all.checked_mul(own.len()))?;
        if combinations > MAX_COMBINATIONS {
            return None;
        }
        let (one, other) = (one.at(Timestamp::EPOCH, &Zone::UTC), other.at(Timestamp::EPOCH, &Zone::UTC));
        // What was found at all, and what was found where everything can be read.
        let (mut only_one, mut only_other, mut both) = ([false; 2], [false; 2], [false; 2]);
        for combination in 0..combinations {
            let mut rest = combination;
            let mut values = Vec::with_capacity(choices.len());
            for choice in &choices {
                values.push(choice[rest % choice.len()].clone());
                rest /= choice.len();
            }
            let readable = !values.iter().any(|value| matches!(value, Some(Value::Sealed(_))));
            let row = Row::new(Id::NIL, &values, &[]).ok()?;
            let found = match (one.is_member(&row), other.is_member(&row)) {
                (true, true) => &mut both,
                (true, false) => &mut only_one,
                (false, true) => &mut only_other,
                (false, false) => continue,
            };
            *found = [true, found[1] || readable];
        }
        let never = |[found, surely]: [bool; 2]| match (found, surely && self.exact) {
            (false, _) => Truth::True,
            (true, true) => Truth::False,
            (true, false) => Truth::Unknown,
        };
        let either = [only_one[0] || only_other[0], only_one[1] || only_other[1]];
        Some(Relation {
            implies: never(only_one),
            implied_by: never(only_other),
            equivalent: never(either),
            disjoint: never(both),
            overlap: !never(both),
        })
    }
}

impl Atom {
    /// Values that stand for all that it can have: the constants, and one between each two and beyond them.
    fn samples(&self) -> Option<Vec<Option<Value>>> {
        let mut samples: Vec<Option<Value>> = Vec::new();
        let mut add = |value: Value| {
            if !samples.contains(&Some(value.clone())) {
                samples.push(Some(value));
            }
        };
        match self.field.value_type {
            ValueType::Bool => [false, true].into_iter().for_each(|truth| add(truth.into())),
            ValueType::Text => {
                let known = self.constants.iter().filter(|one| one.as_text().is_some());
                known.cloned().for_each(&mut add);
                if self.field.values.is_empty() {
                    // Longer than all of them, so none of them.
                    let length = self.constants.iter().filter_map(Value::as_text).map(str::len).max().unwrap_or(0);
                    add("x".repeat(length + 1).as_str().into());
                }
                self.field.values.iter().for_each(|one| add(one.into()));
            }
            ValueType::Float => {
                let mut at: Vec<f64> = self.constants.iter().map(number).collect::<Option<_>>()?;
                at.sort_by(f64::total_cmp);
                at.dedup();
                add(Value::float(at.first().map_or(0.0, |first| first - first.abs().max(1.0))).ok()?);
                for pair in at.windows(2) {
                    add(Value::float(f64::midpoint(pair[0], pair[1])).ok()?);
                }
                at.iter().try_for_each(|own| Value::float(*own).map(&mut add)).ok()?;
                add(Value::float(at.last().map_or(0.0, |last| last + last.abs().max(1.0))).ok()?);
            }
            ValueType::Int | ValueType::Money | ValueType::Date | ValueType::Time => {
                for constant in &self.constants {
                    for step in [-1, 0, 1] {
                        if let Some(value) = moved(constant, step, self.bounds) {
                            add(value);
                        }
                    }
                }
                // Whether anything is said about it or not, there is a value, and none beyond its bounds.
                let ends = [self.bounds.0, self.bounds.1].into_iter().filter(|end| ![i64::MIN, i64::MAX].contains(end));
                ends.map(Value::Int).for_each(&mut add);
                if self.constants.is_empty() {
                    add(any(self.field.value_type)?);
                }
                let currencies: BTreeSet<_> =
                    self.constants.iter().filter_map(Value::as_money).map(Money::currency).collect();
                match currencies.len() {
                    // A sum of nothing is one of any currency.
                    2.. => return None,
                    // An amount of another currency compares with none of them.
                    1 if self.unit.is_none() => {
                        let other = ["XXX", "EUR"].into_iter().filter_map(|code| Currency::new(code).ok());
                        let other = other.into_iter().find(|own| !currencies.contains(own))?;
                        add(Value::Money(Money::new(1, other)));
                    }
                    _ => {}
                }
            }
            _ => return None,
        }
        if self.unknown {
            // A value that is missing, and one that nobody can read.
            samples.extend([None, Some(Value::Sealed(Sealed::new(&[])))]);
        }
        Some(samples)
    }
}

/// A value beside a constant; none outside of what there can be.
fn moved(constant: &Value, step: i64, (low, high): (i64, i64)) -> Option<Value> {
    let within = |number: i64| (low..=high).contains(&number);
    match constant {
        Value::Float(number) if number.abs() < 1e15 => {
            let near = if step < 0 { number.floor() } else { number.ceil() } as i64;
            Some(near + step).filter(|own| within(*own)).map(Value::Int)
        }
        Value::Int(number) => number.checked_add(step).filter(|own| within(*own)).map(Value::Int),
        Value::Money(money) => {
            money.minor().checked_add(step).map(|minor| Value::Money(Money::new(minor, money.currency())))
        }
        Value::Date(date) => Some(Value::Date(date.saturating_add_days(i32::try_from(step).ok()?))),
        Value::Time(at) => Some(Value::Time(at.saturating_add_micros(step))),
        // No number is that great, or the constant is of a type that is not compared so.
        _ => None,
    }
}

fn any(value_type: ValueType) -> Option<Value> {
    Some(match value_type {
        ValueType::Int => Value::Int(0),
        ValueType::Date => Value::Date(Date::from_days(0).ok()?),
        ValueType::Time => Value::Time(Timestamp::EPOCH),
        ValueType::Money => Value::Money(Money::new(0, Currency::new("EUR").ok()?)),
        _ => return None,
    })
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// Whether a question compares with constants only.
fn is_plain(test: &Test) -> bool {
    let constant = |operand: &Operand| operand.as_literal().is_some();
    match &test.check {
        Check::Present | Check::Missing | Check::Holds | Check::OneOf(_, Fold::None) => true,
        Check::Compare(_, other, Fold::None) => constant(other),
        Check::Between(low, high) | Check::Range(low, high) => constant(low) && constant(high),
        _ => false,
    }
}

/// The constants that an operand is compared with, if it is compared with nothing else and they are all of its type.
fn constants(test: &Test, ty: &Type) -> Option<Vec<Value>> {
    if !is_plain(test) || ty.yearly {
        return None;
    }
    let literals: Vec<&Literal> = match &test.check {
        Check::OneOf(all, _) => all.iter().collect(),
        Check::Compare(_, other, _) => vec![other.as_literal()?],
        Check::Between(low, high) | Check::Range(low, high) => vec![low.as_literal()?, high.as_literal()?],
        _ => Vec::new(),
    };
    let values: Vec<Value> = literals.into_iter().map(|one| one.value().clone()).collect();
    let of_type = |value: &Value| value.value_type() == Some(ty.value);
    let number = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
    let numbers = matches!(ty.value, ValueType::Int | ValueType::Float);
    values.iter().all(|value| of_type(value) || (numbers && number(value))).then_some(values)
}

/// Whether of an operand only bounds may be known: then its value is not one of the samples.
fn has_bounds(operand: &Operand, ty: &Type) -> bool {
    match &operand.kind {
        OperandKind::Sequence(_) => ty.unknown,
        OperandKind::Aggregate(aggregate) => match aggregate.measure {
            Measure::Nth(..) | Measure::Of(AggFn::Avg | AggFn::First | AggFn::Last, _) => false,
            _ => ty.unknown,
        },
        OperandKind::Call(_, inner, _) | OperandKind::Coalesce(inner, _) => has_bounds(inner, ty),
        _ => false,
    }
}

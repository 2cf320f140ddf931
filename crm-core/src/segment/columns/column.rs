//! One column.

use std::collections::HashMap;

use crate::base::{Currency, Date, Money, Text, Timestamp, Value};
use crate::segment::subject::ValueRef;

use super::coded::{Codes, put};

/// The values of one slot for all rows. A column begins without a type, takes that of its first value, and falls back to
/// whole values when it meets one that does not fit.
#[derive(Clone, Debug, Default)]
pub enum Column {
    /// Nobody has a value yet.
    #[default]
    Empty,
    /// 0 for missing, 1 for false, 2 for true.
    Bool(Vec<u8>),
    /// Whole numbers; 0 stands for missing, and each number is kept as `number - MISSING` wrapped, see [`hidden`].
    Int(Vec<i64>),
    Float(Vec<f64>),
    /// Days, hidden like whole numbers.
    Date(Vec<i32>),
    /// Microseconds, hidden like whole numbers.
    Time(Vec<i64>),
    /// Minor units of one currency, hidden like whole numbers.
    Money(Currency, Vec<i64>),
    Text(Codes, Dictionary<Text>),
    Texts(Codes, Dictionary<Vec<Text>>),
    Mixed(Vec<Option<Value>>),
}

/// The value that stands for none.
pub const MISSING: i64 = i64::MIN;
/// The day that stands for none.
pub const NO_DAY: i32 = i32::MIN;

/// The different values of a column; code 0 is that of none.
#[derive(Clone, Debug)]
pub struct Dictionary<T> {
    pub values: Vec<Option<T>>,
    codes: HashMap<T, u32>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { values: vec![None], codes: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Dictionary<T> {
    fn code(&mut self, value: &T) -> u32 {
        if let Some(code) = self.codes.get(value) {
            return *code;
        }
        let code = self.values.len() as u32;
        self.codes.insert(value.clone(), code);
        self.values.push(Some(value.clone()));
        code
    }

    fn get(&self, code: usize) -> Option<&T> {
        self.values.get(code)?.as_ref()
    }
}

impl Column {
    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<ValueRef<'_>> {
        let number = |values: &[i64]| values.get(row).copied().filter(|number| *number != MISSING);
        match self {
            Self::Empty => None,
            Self::Bool(values) => values.get(row).filter(|one| **one > 0).map(|one| ValueRef::Bool(*one == 2)),
            Self::Int(values) => number(values).map(ValueRef::Int),
            Self::Float(values) => values.get(row).filter(|one| !one.is_nan()).map(|one| ValueRef::Float(*one)),
            Self::Date(values) => {
                let day = values.get(row).filter(|day| **day != NO_DAY)?;
                Date::from_days(*day).ok().map(ValueRef::Date)
            }
            Self::Time(values) => number(values).and_then(|at| Timestamp::from_micros(at).ok()).map(ValueRef::Time),
            Self::Money(currency, values) => number(values).map(|minor| ValueRef::Money(Money::new(minor, *currency))),
            Self::Text(codes, known) => known.get(codes.get(row)).map(|text| ValueRef::Text(text)),
            Self::Texts(codes, known) => known.get(codes.get(row)).map(|texts| ValueRef::Texts(texts)),
            Self::Mixed(values) => values.get(row)?.as_ref().map(ValueRef::from),
        }
    }

    /// Writes the value of a row.
    pub fn set(&mut self, row: usize, value: Option<&Value>) {
        if let (Self::Empty, Some(value)) = (&self, value) {
            *self = Self::of(value);
        }
        if !self.put(row, value) {
            self.mix();
            self.put(row, value);
        }
    }

    /// An empty column of the type of a value.
    fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Bool(Vec::new()),
            Value::Int(_) => Self::Int(Vec::new()),
            Value::Float(_) => Self::Float(Vec::new()),
            Value::Date(_) => Self::Date(Vec::new()),
            Value::Time(_) => Self::Time(Vec::new()),
            Value::Money(money) => Self::Money(money.currency(), Vec::new()),
            Value::Text(_) => Self::Text(Codes::default(), Dictionary::default()),
            Value::Texts(_) => Self::Texts(Codes::default(), Dictionary::default()),
            Value::Id(_) | Value::Sealed(_) => Self::Mixed(Vec::new()),
        }
    }

    /// Writes a value that fits; false when it does not.
    fn put(&mut self, row: usize, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Empty, None) => {}
            (Self::Bool(values), None) => put(values, row, 0),
            (Self::Bool(values), Some(Value::Bool(truth))) => put(values, row, if *truth { 2 } else { 1 }),
            (Self::Int(values) | Self::Time(values) | Self::Money(_, values), None) => {
                fill(values, row, MISSING, MISSING);
            }
            (Self::Int(values), Some(Value::Int(number))) if *number != MISSING => fill(values, row, *number, MISSING),
            (Self::Time(values), Some(Value::Time(at))) if at.as_micros() != MISSING => {
                fill(values, row, at.as_micros(), MISSING);
            }
            (Self::Money(currency, values), Some(Value::Money(money)))
                if money.currency() == *currency && money.minor() != MISSING =>
            {
                fill(values, row, money.minor(), MISSING);
            }
            (Self::Float(values), None) => fill(values, row, f64::NAN, f64::NAN),
            (Self::Float(values), Some(Value::Float(number))) => fill(values, row, *number, f64::NAN),
            (Self::Date(values), None) => fill(values, row, NO_DAY, NO_DAY),
            (Self::Date(values), Some(Value::Date(date))) => fill(values, row, date.days(), NO_DAY),
            (Self::Text(codes, _) | Self::Texts(codes, _), None) => codes.set(row, 0),
            (Self::Text(codes, known), Some(Value::Text(text))) => codes.set(row, known.code(text)),
            (Self::Texts(codes, known), Some(Value::Texts(texts))) => codes.set(row, known.code(texts)),
            (Self::Mixed(values), value) => {
                if row >= values.len() {
                    values.resize(row + 1, None);
                }
                values[row] = value.cloned();
            }
            _ => return false,
        }
        true
    }

    /// Keeps whole values from now on.
    fn mix(&mut self) {
        let len = match self {
            Self::Empty => 0,
            Self::Bool(values) => values.len(),
            Self::Int(values) | Self::Time(values) | Self::Money(_, values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Date(values) => values.len(),
            Self::Text(codes, _) | Self::Texts(codes, _) => codes.len(),
            Self::Mixed(values) => values.len(),
        };
        *self = Self::Mixed((0..len).map(|row| self.get(row).map(owned)).collect());
    }

    pub fn bytes(&self) -> usize {
        let text = |text: &Text| text.len() + size_of::<Text>();
        match self {
            Self::Empty => 0,
            Self::Bool(values) => values.capacity(),
            Self::Int(values) | Self::Time(values) | Self::Money(_, values) => values.capacity() * 8,
            Self::Float(values) => values.capacity() * 8,
            Self::Date(values) => values.capacity() * 4,
            Self::Text(codes, known) => {
                // Each text is kept twice: in the list and in the table.
                codes.bytes() + known.values.iter().flatten().map(|one| 2 * text(one) + 8).sum::<usize>()
            }
            Self::Texts(codes, known) => {
                let lists = known.values.iter().flatten();
                codes.bytes() + lists.map(|list| 2 * list.iter().map(text).sum::<usize>() + 56).sum::<usize>()
            }
            Self::Mixed(values) => values.capacity() * size_of::<Option<Value>>(),
        }
    }
}

/// Writes a value at a place; new places before it hold another one.
fn fill<T: Copy>(values: &mut Vec<T>, row: usize, value: T, before: T) {
    if row >= values.len() {
        values.resize(row + 1, before);
    }
    values[row] = value;
}

pub fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Bool(truth) => Value::Bool(truth),
        ValueRef::Int(number) => Value::Int(number),
        ValueRef::Float(number) => Value::Float(number),
        ValueRef::Text(text) => Value::from(text),
        ValueRef::Date(date) => Value::Date(date),
        ValueRef::Time(at) => Value::Time(at),
        ValueRef::Money(money) => Value::Money(money),
        ValueRef::Id(id) => Value::Id(id),
        ValueRef::Texts(texts) => Value::Texts(texts.to_vec()),
        // A column of sealed values holds whole ones, which are never asked for in this way.
        ValueRef::Sealed => Value::Sealed(crate::base::Sealed::new(&[])),
    }
}

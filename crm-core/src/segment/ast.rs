//! The tree of an expression. Text and JSON are two forms of it.

use crate::base::{Error, Name, Result, Text, Value, ValueType};

use super::diagnostic::Place;
use super::time::{Length, Shift, TimeWindow, ZoneRef};

/// A condition about one customer: true, false or unknown.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// Always true, or always false.
    Const(bool),
    /// All of them.
    And(Vec<Expr>),
    /// At least one of them.
    Or(Vec<Expr>),
    /// At least so many of them.
    AtLeast(u32, Vec<Expr>),
    /// The contrary; of the unknown, the unknown.
    Not(Box<Expr>),
    /// Whether the answer is known, be it true or false.
    Known(Box<Expr>),
    /// Membership of another segment.
    Segment(SegmentRef),
    /// A question about one operand.
    Test(Box<Test>),
}

/// A reference to another segment, by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentRef {
    /// The segment's name.
    pub name: Name,
    /// The content hash it must have; `None` for whatever is current.
    pub version: Option<Name>,
    /// Where it stands in the text.
    pub place: Place,
}

/// A question about one operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What is asked about.
    pub operand: Operand,
    /// What is asked.
    pub check: Check,
    /// Where it stands in the text.
    pub place: Place,
}

/// What is asked of an operand. A missing operand makes every answer unknown, except those of
/// [`Present`](Check::Present) and [`Missing`](Check::Missing).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Check {
    /// The operand, a truth value, is true.
    Holds,
    /// There is a value.
    Present,
    /// There is no value.
    Missing,
    /// It compares so with another operand.
    Compare(CmpOp, Operand, Fold),
    /// It lies between two others, both included.
    Between(Operand, Operand),
    /// It lies between two others, the second excluded.
    Range(Operand, Operand),
    /// It is one of these.
    OneOf(Vec<Literal>, Fold),
    /// It is a text that matches a pattern.
    Text(TextOp, Text, Fold),
    /// It is a list with any, all or none of these texts.
    Has(Quantifier, Vec<Text>, Fold),
    /// It is an instant or a date inside a window.
    In(TimeWindow),
    /// It is an instant or a date before the start of the window `last` so much time.
    OlderThan(Length, ZoneRef),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CmpOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less; of instants and dates: before.
    Lt,
    /// Less or equal.
    Le,
    /// Greater; of instants and dates: after.
    Gt,
    /// Greater or equal.
    Ge,
}

/// How a text is matched with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextOp {
    /// The pattern is its beginning.
    StartsWith,
    /// The pattern is its end.
    EndsWith,
    /// The pattern is somewhere in it.
    Contains,
    /// The whole text matches a pattern in which `*` stands for any text, `?` for any character, and `\` takes the next
    /// character as it is.
    Like,
    /// Some part of it matches a regular expression, in a time that grows with its length only. The text is folded, and
    /// the expression is taken as it is.
    Matches,
}

/// How texts are folded before they are compared. Both sides are folded in the same way, whatever the locale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fold {
    /// Not at all: byte by byte.
    #[default]
    None,
    /// Letter case does not count.
    Case,
    /// Neither letter case nor accents nor compatibility forms count.
    Accents,
}

/// How many of the asked texts a list must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one.
    Any,
    /// Every one.
    All,
    /// Not one.
    None,
}

/// Something that has a value for each customer, or none.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// What it is.
    pub kind: OperandKind,
    /// Where it stands in the text.
    pub place: Place,
}

/// What an operand is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OperandKind {
    /// A constant.
    Literal(Literal),
    /// A field of the catalogue or, in a `where` clause, a property of the event.
    Field {
        /// Its name.
        name: Name,
        /// Its arguments (`points("main")`).
        args: Vec<Name>,
    },
    /// The instant of evaluation, shifted or not.
    Now(Option<Shift>, ZoneRef),
    /// The civil date of the instant of evaluation, shifted or not.
    Today(Option<Shift>, ZoneRef),
    /// A number from 0 to `of` - 1 that a salt and the customer's id give: the same one for ever.
    Bucket {
        /// The salt. Another salt gives an independent number.
        salt: Text,
        /// How many buckets there are.
        of: u32,
    },
    /// What a function makes of another operand. The zone is that of civil dates.
    Call(Function, Box<Operand>, ZoneRef),
    /// Another operand or, when that one is missing, a constant.
    Coalesce(Box<Operand>, Literal),
    /// How far a place is from another one, in kilometres.
    Distance(Box<Distance>),
    /// A measure over events.
    Aggregate(Box<Aggregate>),
    /// The greatest number of steps that were taken, one after the other.
    Sequence(Box<Sequence>),
}

/// The distance from a place that two operands give to one that is written out, as a number of kilometres: along the
/// great circle of a sphere with the earth's mean radius.
#[derive(Clone, Debug, PartialEq)]
pub struct Distance {
    /// The latitude, in degrees north of the equator.
    pub latitude: Operand,
    /// The longitude, in degrees east of Greenwich.
    pub longitude: Operand,
    /// To where: the latitude, -90 to 90.
    pub to_latitude: f64,
    /// To where: the longitude, -180 to 180.
    pub to_longitude: f64,
}

impl Distance {
    /// Whether degrees are those of a place on the earth.
    pub(super) fn is_place(latitude: f64, longitude: f64) -> bool {
        latitude.abs() <= 90.0 && longitude.abs() <= 180.0
    }
}

/// A function of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// Whole years from a date to today; who was born on 29 February is a year older on 1 March in common years.
    Age,
    /// The same, but on 28 February.
    AgeFebruary,
    /// The civil date of an instant.
    Date,
    /// The day of the week of a date or an instant, Monday = 1 to Sunday = 7.
    Weekday,
    /// The month of a date or an instant, 1 to 12.
    Month,
    /// The hour of an instant, 0 to 23.
    Hour,
    /// How many texts a list holds.
    Size,
    /// The yearly return of a date, the date itself not counted; 29 February returns on 1 March in common years.
    Anniversary,
    /// The same, but on 28 February.
    AnniversaryFebruary,
}

/// A measure over the events of a customer that happened before the instant of evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// What is measured.
    pub measure: Measure,
    /// The names of the events; empty for every event of the catalogue.
    pub events: Vec<Ident>,
    /// When they happened; `None` for ever.
    pub window: Option<TimeWindow>,
    /// What must be true of each. An event of which it is unknown makes the measure uncertain.
    pub filter: Option<Expr>,
}

/// A sequence of events.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// The steps, the first one first.
    pub steps: Vec<Selection>,
    /// What breaks a sequence off when it happens after the first step.
    pub without: Option<Selection>,
    /// How long it may be at most from the first step to each other one.
    pub within: Option<Length>,
    /// How long it may be at most from one step to the next.
    pub gap: Option<Length>,
    /// When it happens; `None` for ever.
    pub window: Option<TimeWindow>,
}

impl Sequence {
    /// How many steps a sequence can have.
    pub const MAX_STEPS: usize = 32;
}

/// Events of which something is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Their names; empty for every event of the catalogue.
    pub events: Vec<Ident>,
    /// What must be true of each.
    pub filter: Option<Expr>,
}

/// What is measured over events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Measure {
    /// How many there are.
    Count,
    /// What a function makes of a property of theirs.
    Of(AggFn, Ident),
    /// The value of one of them: the first is 1, the last is -1.
    Nth(i32, Ident),
    /// How many there are in so long a time, on average over the window.
    Rate(Length),
}

/// A function of the values of one property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AggFn {
    /// The sum; of no events 0.
    Sum,
    /// The mean; of no events missing.
    Avg,
    /// The least value; of no events missing.
    Min,
    /// The greatest value; of no events missing.
    Max,
    /// How many different values there are; of no events 0.
    Distinct,
    /// The value of the earliest event; of no events missing.
    First,
    /// The value of the latest event; of no events missing.
    Last,
}

/// A name, and where it stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The name.
    pub name: Name,
    /// Where it stands.
    pub place: Place,
}

/// A constant: a truth value, number, text, date, instant, amount or id; a number may have a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    value: Value,
    unit: Option<Name>,
}

impl Literal {
    /// A constant.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a list, a sealed value, or a number that is not finite.
    pub fn new(value: impl Into<Value>) -> Result<Self> {
        let value = value.into();
        let fits = match &value {
            Value::Texts(_) | Value::Sealed(_) => false,
            Value::Float(number) => number.is_finite(),
            _ => true,
        };
        if fits { Ok(Self { value, unit: None }) } else { Err(Error::invalid("literal", "not a single open value")) }
    }

    /// A number with a unit (`90 days`).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the value is not a number, or the unit is not a lower-case word free of the language's
    /// own meanings.
    pub fn with_unit(value: impl Into<Value>, unit: Name) -> Result<Self> {
        let literal = Self::new(value)?;
        if !matches!(literal.value, Value::Int(_) | Value::Float(_)) {
            return Err(Error::invalid("unit", "only a number has a unit"));
        }
        if !super::lexer::is_unit(unit.as_str()) {
            return Err(Error::invalid("unit", "not a lower-case word"));
        }
        Ok(Self { unit: Some(unit), ..literal })
    }

    /// A constant that is known to be one.
    pub(super) const fn single(value: Value) -> Self {
        Self { value, unit: None }
    }

    /// The value.
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// The unit of a number.
    pub const fn unit(&self) -> Option<&Name> {
        self.unit.as_ref()
    }

    /// The type of the value.
    pub fn value_type(&self) -> ValueType {
        self.value.value_type().unwrap_or(ValueType::Text)
    }
}

impl Operand {
    /// An operand that stands in no text.
    pub const fn new(kind: OperandKind) -> Self {
        Self { kind, place: Place::NONE }
    }

    /// A constant.
    pub fn literal(literal: Literal) -> Self {
        Self::new(OperandKind::Literal(literal))
    }

    /// A field without arguments.
    pub fn field(name: Name) -> Self {
        Self::new(OperandKind::Field { name, args: Vec::new() })
    }

    /// The constant, if it is one.
    pub const fn as_literal(&self) -> Option<&Literal> {
        if let OperandKind::Literal(literal) = &self.kind { Some(literal) } else { None }
    }
}

impl Ident {
    /// A name that stands in no text.
    pub const fn new(name: Name) -> Self {
        Self { name, place: Place::NONE }
    }
}

impl Expr {
    /// A question about an operand, standing in no text.
    pub fn test(operand: Operand, check: Check) -> Self {
        Self::Test(Box::new(Test { operand, check, place: Place::NONE }))
    }

    /// The conditions directly inside.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::And(inner) | Self::Or(inner) | Self::AtLeast(_, inner) => inner,
            Self::Not(inner) | Self::Known(inner) => std::slice::from_ref(inner),
            Self::Const(_) | Self::Segment(_) | Self::Test(_) => &[],
        }
    }
}

impl Check {
    /// The comparison of the steps that were taken with all that there are.
    pub(super) fn completed(steps: usize) -> Self {
        let all = i64::try_from(steps).unwrap_or(i64::MAX);
        Self::Compare(CmpOp::Ge, Operand::literal(Literal::single(Value::Int(all))), Fold::None)
    }

    /// The comparison of a count that `exists` or `never` stands for.
    pub(super) fn existence(exists: bool) -> Self {
        let (op, bound) = if exists { (CmpOp::Ge, 1) } else { (CmpOp::Eq, 0) };
        Self::Compare(op, Operand::literal(Literal::single(Value::Int(bound))), Fold::None)
    }
}

macro_rules! words {
    ($type:ident { $($variant:ident => $text:literal / $json:literal),+ $(,)? }) => {
        impl $type {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word or sign in the text form.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The key in the JSON form.
            pub(super) const fn key(self) -> &'static str {
                match self { $(Self::$variant => $json),+ }
            }

            pub(super) fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.key() == key)
            }
        }
    };
}

words!(CmpOp { Eq => "=" / "eq", Ne => "!=" / "ne", Lt => "<" / "lt", Le => "<=" / "le", Gt => ">" / "gt", Ge => ">=" / "ge" });
words!(TextOp { StartsWith => "starts with" / "starts_with", EndsWith => "ends with" / "ends_with",
    Contains => "contains" / "contains", Like => "like" / "like", Matches => "matches" / "matches" });
words!(Fold { None => "" / "none", Case => "ci" / "ci", Accents => "fold" / "fold" });
words!(Quantifier { Any => "any" / "has_any", All => "all" / "has_all", None => "none" / "has_none" });
words!(Function { Age => "age" / "age", AgeFebruary => "age_february" / "age_february", Date => "date" / "date", Weekday => "weekday" / "weekday", Month => "month" / "month",
    Hour => "hour" / "hour", Size => "size" / "size", Anniversary => "anniversary" / "anniversary",
    AnniversaryFebruary => "anniversary_february" / "anniversary_february" });
words!(AggFn { Sum => "sum" / "sum", Avg => "avg" / "avg", Min => "min" / "min", Max => "max" / "max",
    Distinct => "distinct" / "distinct", First => "first" / "first", Last => "last" / "last" });

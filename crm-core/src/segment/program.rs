//! A compiled expression: names resolved to slots, patterns folded, limits decided, the cheapest question first.

use crate::base::{Currency, Name, Stream, Text, Value, ValueType};

use super::ast::{AggFn, CmpOp, Expr, Fold, Function, Quantifier, Test};
use super::catalogue::Catalogue;
use super::clock::{Moment, ZoneSource};
use super::definitions::Definitions;
use super::diagnostic::Diagnostic;
use super::fold::Pattern;
use super::subject::Layout;
use super::truth::Truth;

/// A compiled expression, to be evaluated any number of times.
///
/// It does not depend on an instant or a customer: [`at`](Program::at) gives it the first,
/// [`Evaluator::truth`](super::Evaluator::truth) the second.
///
/// ```
/// use crm_core::base::{DataClass, Id, Name, Value, ValueType, Zone};
/// use crm_core::segment::{Catalogue, Definitions, Field, Layout, Program, Row, Truth, parse};
///
/// let mut catalogue = Catalogue::new();
/// catalogue.add(Field::new(Name::from_static("customer.country"), ValueType::Text, DataClass::Contact))?;
///
/// let mut layout = Layout::new();
/// let expr = parse(r#"customer.country != "DE""#)?;
/// let program = Program::compile(&expr, &catalogue, &Definitions::new(), &mut layout).map_err(|found| found[0].clone())?;
/// let evaluator = program.at("2026-03-01T12:00:00Z".parse()?, &Zone::UTC);
///
/// let france = [Some(Value::from("FR"))];
/// assert_eq!(evaluator.truth(&Row::new(Id::NIL, &france, &[])?), Truth::True);
/// // Nobody knows where the customer lives: not a member.
/// assert_eq!(evaluator.truth(&Row::new(Id::NIL, &[None], &[])?), Truth::Unknown);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) root: Node,
    /// The segments that are referred to, each once, with their conditions.
    pub(super) segments: Vec<(Name, Node)>,
    pub(super) moments: Vec<(Moment, ZoneSource)>,
    pub(super) reads: Reads,
    /// Whether a field is looked at that changes by itself.
    pub(super) moving: bool,
    /// The properties of events that are looked at.
    pub(super) properties: Vec<Property>,
    /// The windows of all measures, by index; none for one that looks at all of the past.
    pub(super) windows: Vec<Option<usize>>,
}

/// What a program looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The slots of the layout, in order.
    pub slots: Vec<usize>,
    /// The streams and names of events, in order.
    pub events: Vec<(Stream, Name)>,
    /// Whether it looks at more of an event than its instant, name, amount and points.
    pub event_fields: bool,
}

impl Program {
    /// Checks and compiles an expression.
    ///
    /// # Errors
    /// All findings of [`check`](super::check()), when one of them is an error.
    pub fn compile(
        expr: &Expr,
        catalogue: &Catalogue,
        segments: &Definitions,
        layout: &mut Layout,
    ) -> Result<Self, Vec<Diagnostic>> {
        super::compile::compile(expr, catalogue, segments, layout)
    }

    /// What the program looks at.
    pub const fn reads(&self) -> &Reads {
        &self.reads
    }
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Const(Truth),
    And(Box<[Branch]>),
    Or(Box<[Branch]>),
    AtLeast(u32, Box<[Branch]>),
    Not(Box<Node>),
    Known(Box<Node>),
    /// The index of a segment.
    Segment(usize),
    /// A question about one operand and, for the commonest ones, a short way to the same answer.
    Leaf(Option<Probe>, Box<Leaf>),
}

/// One of several conditions, the cheapest first, and which one it was in the text.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub at: usize,
    pub node: Node,
}

/// A question about one operand.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub term: Term,
    /// The type of the field, if the operand is one.
    pub value_type: Option<ValueType>,
    pub question: Question,
    /// The question as it was written.
    pub test: Test,
}

/// A question about the value in one slot that needs no intermediate value.
#[derive(Clone, Debug)]
pub(super) enum Probe {
    Bool {
        slot: usize,
        missing: Truth,
    },
    /// Whether a whole number lies in a range, both ends included; or outside of it.
    Range {
        slot: usize,
        scale: Scale,
        low: i64,
        high: i64,
        inside: bool,
        missing: Truth,
    },
    /// How a decimal number compares.
    Decimal {
        slot: usize,
        op: CmpOp,
        at: f64,
        missing: Truth,
    },
    /// Whether a text is one of these, which are in order.
    OneOf {
        slot: usize,
        texts: Box<[Text]>,
        inside: bool,
        missing: Truth,
    },
    /// Whether a list holds any, all or none of these.
    Has {
        slot: usize,
        quantifier: Quantifier,
        texts: Box<[Text]>,
        missing: Truth,
    },
}

/// What sort of whole number a range is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Int,
    Date,
    Time,
    Money(Currency),
}

/// Where an operand comes from.
#[derive(Clone, Debug)]
pub(super) enum Term {
    Const(Value),
    /// A slot of the row or a property of the event, and what its absence stands for.
    Slot(usize, Absence),
    /// The index of a moment, of which this is the start.
    Now(usize),
    /// The index of a moment, of which this is the first day.
    Today(usize),
    Bucket {
        salt: Text,
        of: u32,
    },
    Call(Function, Box<Term>, ZoneSource),
    Coalesce(Box<Term>, Value),
    /// The latitude, the longitude, and to where.
    Distance(Box<(Term, Term)>, (f64, f64)),
    Aggregate(Box<Measured>),
    Sequence(Box<Chain>),
}

/// What the absence of a value stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Absence {
    /// Nothing: nobody knows.
    Unknown,
    Value(Value),
    /// No money, in whatever currency.
    NoMoney,
}

/// What is asked of an operand.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Holds,
    Present,
    Missing,
    Compare(CmpOp, Term, Fold),
    /// From the first to the second, the second included or not.
    Within {
        low: Term,
        high: Term,
        closed: bool,
    },
    OneOf(Box<[Value]>, Fold),
    Text(Pattern, Fold),
    Has(Quantifier, Box<[Text]>, Fold),
    /// The index of a window.
    In(usize),
    /// The index of a window before whose start the operand must lie.
    OlderThan(usize),
}

/// A measure over events.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub events: Box<[(Stream, Name)]>,
    /// The index of a window; none for ever.
    pub window: Option<usize>,
    pub filter: Option<Node>,
    /// The properties that the filter and the measure look at, by slot.
    pub properties: Box<[Property]>,
    /// None for a count.
    pub measure: Option<Of>,
    /// What a count is multiplied with and divided by to become a rate.
    pub rate: Option<(i64, i64)>,
}

/// A sequence of events.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub links: Box<[Link]>,
    /// What breaks it off.
    pub without: Option<Link>,
    /// The index of a window; none for ever.
    pub window: Option<usize>,
    /// Microseconds from the first step to each other one.
    pub within: Option<i64>,
    /// Microseconds from one step to the next.
    pub gap: Option<i64>,
}

/// The events of one step.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub events: Box<[(Stream, Name)]>,
    pub filter: Option<Node>,
    pub properties: Box<[Property]>,
}

/// A function of a property.
#[derive(Clone, Debug)]
pub(super) struct Of {
    /// One of the events by its number; otherwise a function of all.
    pub nth: Option<i32>,
    pub function: AggFn,
    pub slot: usize,
    pub absence: Absence,
    /// Whether the values are amounts.
    pub money: bool,
}

/// A property of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Property {
    Name,
    At,
    Amount,
    Points,
    Field(Name),
}

impl Property {
    pub fn new(name: &Name) -> Self {
        match name.as_str() {
            "name" => Self::Name,
            "at" => Self::At,
            "amount" => Self::Amount,
            "points" => Self::Points,
            _ => Self::Field(name.clone()),
        }
    }
}

impl Node {
    /// About how long the answer takes, so that the shortest question is asked first.
    pub fn cost(&self) -> u32 {
        match self {
            Self::Const(_) => 0,
            Self::Leaf(Some(_), _) => 1,
            Self::Leaf(None, leaf) if matches!(leaf.term, Term::Aggregate(_) | Term::Sequence(_)) => 50,
            Self::Leaf(..) => 4,
            Self::Segment(_) => 20,
            Self::Not(inner) | Self::Known(inner) => inner.cost(),
            Self::And(all) | Self::Or(all) | Self::AtLeast(_, all) => all.iter().map(|one| one.node.cost()).sum(),
        }
    }
}

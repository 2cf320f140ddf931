//! Who belongs: a typed expression language over what is known of a customer, its checker, its one evaluator, and the
//! reasons for each answer.
//!
//! An [expression](Expr) has a [text form](parse) and a JSON form. The [`Catalogue`] says what it can speak of; the room
//! knows no more of points, scores or consent than the fields that stand there. [`check()`] finds what is wrong or hardly
//! meant; a [`Program`] is compiled once and evaluated, [at an instant](Program::at), for any number of customers. An
//! answer is [true, false or unknown](Truth): only true belongs. `docs/segment-language.md` is the reference.
//!
//! ```
//! use crm_core::base::{Id, Name, Value, Zone};
//! use crm_core::fact::Fact;
//! use crm_core::interaction::INTERACTION;
//! use crm_core::segment::{Catalogue, Definitions, Layout, Program, Row, Truth, parse};
//!
//! let expr = parse(r#"customer.country in {"DE", "AT"} and sum(amount of order in last 30 days) >= 50.00 EUR"#)?;
//!
//! let mut layout = Layout::new();
//! let program = Program::compile(&expr, &Catalogue::standard()?, &Definitions::standard(), &mut layout)
//!     .map_err(|findings| findings[0].clone())?;
//!
//! // A row has one value per slot of the layout: here only the country.
//! let values = [Some(Value::from("DE"))];
//! let mut order = Fact::new(INTERACTION, Id::NIL, Id::NIL, "2026-03-01T09:00:00Z".parse()?, Name::new("order")?);
//! order.amount = Some("60.00 EUR".parse()?);
//! let orders = [order];
//! let customer = Row::new(Id::NIL, &values, &orders)?;
//!
//! let berlin = Zone::new("Europe/Berlin")?;
//! assert_eq!(program.at("2026-03-31T08:00:00Z".parse()?, &berlin).truth(&customer), Truth::True);
//! // 30 days later to the microsecond, the order has left the window.
//! let later = program.at("2026-03-31T09:00:00Z".parse()?, &berlin);
//! assert_eq!(later.truth(&customer), Truth::False);
//! println!("{}", later.explain(&customer).render());
//! # Ok::<(), crm_core::Error>(())
//! ```

mod aggregate;
mod algebra;
mod ast;
mod bulk;
mod canonical;
mod catalogue;
mod change;
mod check;
mod clock;
mod columns;
mod compile;
mod datum;
mod definitions;
mod diagnostic;
mod distance;
mod eval;
mod explain;
mod fold;
mod json;
mod lexer;
mod library;
mod lint;
mod lists;
mod membership;
mod parser;
mod print;
mod probe;
mod program;
mod sequence;
mod size;
mod sql;
mod standard;
mod stored;
mod subject;
mod time;
mod truth;
mod types;
mod why;

pub use algebra::{Relation, relation};
pub use ast::{
    AggFn, Aggregate, Check, CmpOp, Distance, Expr, Fold, Function, Ident, Literal, Measure, Operand, OperandKind,
    Quantifier, SegmentRef, Selection, Sequence, Test, TextOp,
};
pub use catalogue::{Catalogue, Event, Field, Param};
pub use change::NextChange;
pub use check::{MAX_REFERENCES, check};
pub use columns::Columns;
pub use definitions::Definitions;
pub use diagnostic::{Diagnostic, Place, Severity, TextSpan};
pub use eval::Evaluator;
pub use explain::{Evidence, Explanation, Observed, Proof, Step};
pub use lexer::MAX_TEXT;
pub use library::{StandardSegment, standard_segments};
pub use lists::LIST_FIELD;
pub(crate) use lists::{listed, lists_of};
pub use membership::{LiveProgress, LiveSegments, MembershipCause, MembershipChange, MembershipHistory, Memberships};
pub use parser::parse;
pub use program::{Program, Reads};
pub use size::{MAX_DEPTH, MAX_PARTS};
pub use sql::{SqlDialect, SqlText};
pub use stored::{
    CONTENT, DEFINITION, EVENT, LIST, LISTED, LIVE_SEGMENTS, MEMBERSHIP, MEMBERSHIPS, NAME, SEGMENT, SEGMENT_VERSION,
    declarations,
};
pub use subject::{FieldKey, Layout, Row, Subject, ValueRef};
pub use time::{Bound, ExactUnit, Length, Shift, Start, Stretch, TimeWindow, ZoneRef};
pub use truth::Truth;

//! Who belongs: a typed expression language over what is known of a customer.

mod aggregate;
mod ast;
mod canonical;
mod catalogue;
mod check;
mod clock;
mod compile;
mod datum;
mod diagnostic;
mod eval;
mod explain;
mod fold;
mod json;
mod lexer;
mod lint;
mod parser;
mod print;
mod probe;
mod program;
mod size;
mod subject;
mod time;
mod truth;
mod types;
mod why;

pub use ast::{
    AggFn, Aggregate, Check, CmpOp, Expr, Fold, Function, Ident, Literal, Measure, Operand, OperandKind, Quantifier,
    SegmentRef, Test, TextOp,
};
pub use catalogue::{Catalogue, Event, Field, Param};
pub use check::{Definitions, MAX_REFERENCES, check};
pub use diagnostic::{Diagnostic, Place, Severity, Span};
pub use eval::Evaluator;
pub use explain::{Evidence, Explanation, Observed, Proof, Step};
pub use lexer::MAX_TEXT;
pub use parser::parse;
pub use program::{Program, Reads};
pub use size::{MAX_DEPTH, MAX_PARTS};
pub use subject::{FieldKey, Layout, Row, Subject, ValueRef};
pub use time::{Bound, ExactUnit, Length, Shift, Stretch, TimeWindow, ZoneRef};
pub use truth::Truth;

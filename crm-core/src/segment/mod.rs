//! Who belongs: a typed expression language over what is known of a customer.

mod ast;
mod canonical;
mod catalogue;
mod check;
mod diagnostic;
mod json;
mod lexer;
mod lint;
mod parser;
mod print;
mod size;
mod time;
mod types;

pub use ast::{
    AggFn, Aggregate, Check, CmpOp, Expr, Fold, Function, Ident, Literal, Measure, Operand, OperandKind, Quantifier,
    SegmentRef, Test, TextOp,
};
pub use catalogue::{Catalogue, Event, Field, Param};
pub use check::{Definitions, MAX_REFERENCES, check};
pub use diagnostic::{Diagnostic, Place, Severity, Span};
pub use lexer::MAX_TEXT;
pub use parser::parse;
pub use size::{MAX_DEPTH, MAX_PARTS};
pub use time::{Bound, ExactUnit, Length, Shift, Stretch, TimeWindow, ZoneRef};

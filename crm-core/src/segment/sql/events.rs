//! Questions about counts and sums of events.

use crate::base::{Currency, Value};
use crate::interaction::INTERACTION;
use crate::segment::ast::{AggFn, CmpOp, Fold};
use crate::segment::program::{Measured, Property, Question, Term};

use super::leaf::sign;
use super::write::Writer;

impl<'p> Writer<'p> {
    /// A count or a sum compared with a constant; nothing when it cannot be said.
    pub fn measured(&mut self, measured: &'p Measured, question: &Question) -> Option<String> {
        let Question::Compare(op, Term::Const(limit), Fold::None) = question else { return None };
        let from = self.from(measured)?;
        match (&measured.measure, limit) {
            (None, Value::Int(limit)) if measured.rate.is_none() => self.count(measured, &from, *op, *limit),
            (Some(of), Value::Money(limit)) if of.function == AggFn::Sum && measured.filter.is_none() => {
                match measured.properties.get(of.slot)? {
                    Property::Amount => Some(sum(&from, *op, limit.minor(), limit.currency())),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A count. With a condition that may be unknown there are two, and the comparison is decided when both agree.
    fn count(&mut self, measured: &'p Measured, from: &str, op: CmpOp, limit: i64) -> Option<String> {
        let Some(filter) = &measured.filter else {
            return Some(format!("((SELECT count(*) {from}) {} {limit})", sign(op)));
        };
        let outer = self.properties.replace(&measured.properties);
        let filter = self.node(filter);
        self.properties = outer;
        let filter = filter?;
        let sure = format!("(SELECT count(*) {from} AND {filter})");
        let all = format!("(SELECT count(*) {from} AND ({filter} OR {filter} IS NULL))");
        let case = |yes: String, no: String| Some(format!("(CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END)"));
        let equal = format!("{sure} = {limit} AND {all} = {limit}");
        let apart = format!("{sure} > {limit} OR {all} < {limit}");
        match op {
            CmpOp::Ge | CmpOp::Gt => {
                case(format!("{sure} {} {limit}", sign(op)), format!("NOT {all} {} {limit}", sign(op)))
            }
            CmpOp::Le | CmpOp::Lt => {
                case(format!("{all} {} {limit}", sign(op)), format!("NOT {sure} {} {limit}", sign(op)))
            }
            CmpOp::Eq => case(equal, apart),
            CmpOp::Ne => case(apart, equal),
        }
    }

    /// Where the events are, and which of them.
    fn from(&self, measured: &Measured) -> Option<String> {
        if measured.events.iter().any(|(stream, _)| *stream != INTERACTION) {
            return None;
        }
        let names: Vec<String> =
            measured.events.iter().map(|(_, name)| self.text(name.as_str())).collect::<Option<_>>()?;
        let names = if names.is_empty() { "NULL".to_owned() } else { names.join(", ") };
        let after = self.eval.now().saturating_add_micros(1);
        let (mut start, mut end) = (None, after);
        if let Some(index) = measured.window {
            let window = self.eval.resolved.get(index).copied()??.window;
            (start, end) = (Some(window.start), window.end.min(after));
        }
        let (name, at) = (self.quoted("name"), self.quoted("at"));
        let since = start.map_or(String::new(), |start| format!(" AND e.{at} >= {}", start.as_micros()));
        Some(format!(
            "FROM {} e WHERE e.subject = c.id AND e.{name} IN ({names}) AND e.{at} < {}{since}",
            self.quoted("interaction"),
            end.as_micros()
        ))
    }
}

/// A sum of amounts: unknown when one is missing, or when they are not all of the currency; of none it is 0 in any.
fn sum(from: &str, op: CmpOp, limit: i64, currency: Currency) -> String {
    let code = currency.code();
    format!(
        "(SELECT CASE WHEN count(*) = count(e.amount) \
         AND (count(*) = 0 OR (min(e.currency) = '{code}' AND max(e.currency) = '{code}')) \
         THEN COALESCE(sum(e.amount), 0) {} {limit} END {from})",
        sign(op)
    )
}

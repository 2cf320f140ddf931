//! Questions about one value.

use crate::base::{Currency, Date, Value};
use crate::segment::ast::{CmpOp, Fold};
use crate::segment::fold::Pattern;
use crate::segment::program::{Absence, Leaf, Question, Term};

use super::SqlDialect;
use super::write::Writer;

/// A comparison in SQL.
pub const fn sign(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "=",
        CmpOp::Ne => "<>",
        CmpOp::Lt => "<",
        CmpOp::Le => "<=",
        CmpOp::Gt => ">",
        CmpOp::Ge => ">=",
    }
}

impl<'p> Writer<'p> {
    /// A question; nothing when it cannot be said.
    pub fn leaf(&mut self, leaf: &'p Leaf) -> Option<String> {
        match &leaf.term {
            Term::Slot(slot, absence) => self.slot(*slot, absence, leaf),
            Term::Aggregate(measured) => self.measured(measured, &leaf.question),
            _ => None,
        }
    }

    fn slot(&self, slot: usize, absence: &'p Absence, leaf: &'p Leaf) -> Option<String> {
        if let Some(written) = self.amount(slot, absence, &leaf.question) {
            return Some(written);
        }
        let own = self.value(slot, absence)?;
        match &leaf.question {
            Question::Present => Some(format!("({own} IS NOT NULL)")),
            Question::Missing => Some(format!("({own} IS NULL)")),
            Question::Holds if self.dialect == SqlDialect::Sqlite => Some(format!("({own} <> 0)")),
            Question::Holds => Some(own),
            Question::Compare(op, other, Fold::None) => Some(format!("({own} {} {})", sign(*op), self.other(other)?)),
            Question::Within { low, high, closed } => {
                let end = if *closed { "<=" } else { "<" };
                Some(format!("({own} >= {} AND {own} {end} {})", self.other(low)?, self.other(high)?))
            }
            Question::OneOf(all, Fold::None) if !all.is_empty() => {
                let all: Vec<String> = all.iter().map(|one| self.constant(one)).collect::<Option<_>>()?;
                Some(format!("({own} IN ({}))", all.join(", ")))
            }
            Question::Text(pattern, Fold::None) => self.pattern(&own, pattern),
            Question::In(index) => self.window(&own, *index, leaf, false),
            Question::OlderThan(index) => self.window(&own, *index, leaf, true),
            _ => None,
        }
    }

    /// The other side of a comparison: a constant, or an instant or a day that is one now.
    fn other(&self, term: &Term) -> Option<String> {
        let resolved = |index: usize| self.eval.resolved.get(index).copied().flatten();
        match term {
            Term::Const(value) => self.constant(value),
            Term::Now(index) => Some(resolved(*index)?.window.start.as_micros().to_string()),
            Term::Today(index) => self.constant(&Value::Date(Date::from_days(resolved(*index)?.days.0).ok()?)),
            _ => None,
        }
    }

    /// A comparison of an amount with constants of one currency.
    fn amount(&self, slot: usize, absence: &Absence, question: &Question) -> Option<String> {
        let money = |term: &Term| match term {
            Term::Const(Value::Money(money)) => Some((money.minor(), money.currency())),
            _ => None,
        };
        if *absence != Absence::Unknown {
            return None;
        }
        let (own, _) = self.column(slot)?;
        let (condition, currency): (String, Currency) = match question {
            Question::Compare(op, other, Fold::None) => {
                let (minor, currency) = money(other)?;
                (format!("{own} {} {minor}", sign(*op)), currency)
            }
            Question::Within { low, high, closed } => {
                let ((low, currency), (high, other)) = (money(low)?, money(high)?);
                let end = if *closed { "<=" } else { "<" };
                let condition = format!("({own} >= {low} AND {own} {end} {high})");
                (currency == other).then_some((condition, currency))?
            }
            _ => return None,
        };
        self.in_currency(slot, currency, &condition)
    }

    fn pattern(&self, own: &str, pattern: &Pattern) -> Option<String> {
        let length = |text: &str| text.chars().count();
        Some(match pattern {
            Pattern::StartsWith(start) => {
                format!("(substr({own}, 1, {}) = {})", length(start), self.text(start)?)
            }
            Pattern::EndsWith(end) => {
                let (count, end) = (length(end), self.text(end)?);
                format!("(length({own}) >= {count} AND substr({own}, length({own}) - {count} + 1) = {end})")
            }
            Pattern::Contains(part) if !part.is_empty() => {
                let find = if self.dialect == SqlDialect::Postgres { "strpos" } else { "instr" };
                format!("({find}({own}, {}) > 0)", self.text(part)?)
            }
            _ => return None,
        })
    }

    /// Whether a stored instant or date lies in a window, or before its start.
    fn window(&self, own: &str, index: usize, leaf: &Leaf, before: bool) -> Option<String> {
        let resolved = self.eval.resolved.get(index).copied()??;
        let ends = match leaf.value_type? {
            crate::base::ValueType::Time => {
                Some((resolved.window.start.as_micros().to_string(), resolved.window.end.as_micros().to_string()))
            }
            crate::base::ValueType::Date => {
                let day = |days: i32| {
                    let days = days.clamp(Date::MIN.days(), Date::MAX.days());
                    self.constant(&Value::Date(Date::from_days(days).ok()?))
                };
                // An end that is beyond all dates cannot be told from the last one.
                (resolved.days.1 <= Date::MAX.days()).then_some(())?;
                Some((day(resolved.days.0)?, day(resolved.days.1)?))
            }
            _ => None,
        };
        let (start, end) = ends?;
        Some(if before { format!("({own} < {start})") } else { format!("({own} >= {start} AND {own} < {end})") })
    }
}

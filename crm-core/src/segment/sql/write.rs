//! Conditions, names and constants.

use crate::base::{Currency, Text, Value};
use crate::segment::eval::Evaluator;
use crate::segment::program::{Absence, Branch, Node, Property};
use crate::segment::subject::Layout;
use crate::segment::truth::Truth;

use super::SqlDialect;

/// Writes one query.
pub struct Writer<'p> {
    pub eval: &'p Evaluator<'p>,
    pub layout: &'p Layout,
    pub dialect: SqlDialect,
    /// The properties of the event that is spoken of; none where it is the customer.
    pub properties: Option<&'p [Property]>,
    pub refused: Vec<Text>,
}

impl<'p> Writer<'p> {
    /// A condition; nothing when something in it was refused.
    pub fn node(&mut self, node: &'p Node) -> Option<String> {
        match node {
            Node::Const(Truth::True) => Some("TRUE".to_owned()),
            Node::Const(Truth::False) => Some("FALSE".to_owned()),
            Node::Const(Truth::Unknown) => Some("NULL".to_owned()),
            Node::And(all) => self.joined(all, " AND ", "TRUE"),
            Node::Or(all) => self.joined(all, " OR ", "FALSE"),
            Node::Not(inner) => self.node(inner).map(|inner| format!("(NOT {inner})")),
            Node::Known(inner) => self.node(inner).map(|inner| format!("({inner} IS NOT NULL)")),
            Node::AtLeast(least, all) => {
                let all = self.nodes(all)?;
                let sum = |what: &str, then: &str| {
                    let parts: Vec<_> =
                        all.iter().map(|one| format!("CASE WHEN {one}{what} THEN {then} END")).collect();
                    parts.join(" + ")
                };
                let sure = sum("", "1 ELSE 0");
                let open = sum(" IS NULL", "1 ELSE 0");
                Some(format!("(CASE WHEN {sure} >= {least} THEN TRUE WHEN {sure} + {open} < {least} THEN FALSE END)"))
            }
            Node::Segment(index) => {
                let eval = self.eval;
                self.node(&eval.program.segments.get(*index)?.1)
            }
            Node::Leaf(_, leaf) => {
                let written = self.leaf(leaf);
                if written.is_none() {
                    self.refused.push(leaf.test.to_string().into());
                }
                written
            }
        }
    }

    /// All conditions, so that everything that is refused is named at once; in the order of the text.
    fn nodes(&mut self, all: &'p [Branch]) -> Option<Vec<String>> {
        let mut branches: Vec<_> = all.iter().collect();
        branches.sort_by_key(|branch| branch.at);
        let written: Vec<_> = branches.into_iter().map(|branch| self.node(&branch.node)).collect();
        written.into_iter().collect()
    }

    fn joined(&mut self, all: &'p [Branch], word: &str, none: &str) -> Option<String> {
        let all = self.nodes(all)?;
        Some(if all.is_empty() { none.to_owned() } else { format!("({})", all.join(word)) })
    }

    /// A name in quotes.
    pub fn quoted(&self, name: &str) -> String {
        match self.dialect {
            SqlDialect::Spark => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// The column of a slot, and that of its currency.
    pub fn column(&self, slot: usize) -> Option<(String, String)> {
        let (table, name, currency) = match self.properties {
            None => {
                let key = self.layout.keys().get(slot)?;
                let name = key.name.as_str();
                let plain = name.strip_prefix("customer.").unwrap_or(name);
                // What a permission or a balance is cannot be read off a row.
                let name = key.args.is_empty().then(|| plain.to_owned())?;
                let currency = format!("{name}_currency");
                ("c", name, currency)
            }
            Some(properties) => {
                let (name, currency) = match properties.get(slot)? {
                    Property::Name => ("name".to_owned(), String::new()),
                    Property::At => ("at".to_owned(), String::new()),
                    Property::Amount => ("amount".to_owned(), "currency".to_owned()),
                    Property::Points => ("points".to_owned(), String::new()),
                    Property::Field(name) => (name.to_string(), format!("{name}_currency")),
                };
                ("e", name, currency)
            }
        };
        Some((format!("{table}.{}", self.quoted(&name)), format!("{table}.{}", self.quoted(&currency))))
    }

    /// A slot as a value, with what its absence stands for.
    pub fn value(&self, slot: usize, absence: &Absence) -> Option<String> {
        let (column, _) = self.column(slot)?;
        match absence {
            Absence::Unknown => Some(column),
            Absence::Value(value) => Some(format!("COALESCE({column}, {})", self.constant(value)?)),
            Absence::NoMoney => None,
        }
    }

    /// A constant of one type; amounts are written by their own rules.
    pub fn constant(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Bool(truth) if self.dialect == SqlDialect::Sqlite => i32::from(*truth).to_string(),
            Value::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            // The least number is written as a negated one that is too great.
            Value::Int(number) if *number > i64::MIN => number.to_string(),
            Value::Float(number) => format!("{number:e}").replace('e', "E"),
            Value::Text(text) => self.text(text)?,
            Value::Date(date) if self.dialect == SqlDialect::Sqlite => format!("'{date}'"),
            Value::Date(date) => format!("DATE '{date}'"),
            Value::Time(at) => at.as_micros().to_string(),
            Value::Id(id) => format!("'{id}'"),
            _ => return None,
        })
    }

    /// A text; one with characters that a dialect reads in a way of its own is refused.
    pub fn text(&self, text: &str) -> Option<String> {
        let odd = |c: char| c.is_control() || (c == '\\' && self.dialect == SqlDialect::Spark);
        let quote = if self.dialect == SqlDialect::Spark { "\\'" } else { "''" };
        (!text.contains(odd)).then(|| format!("'{}'", text.replace('\'', quote)))
    }

    /// What a condition on an amount is, when it is one of a currency.
    pub fn in_currency(&self, slot: usize, currency: Currency, condition: &str) -> Option<String> {
        let (_, own) = self.column(slot)?;
        Some(format!("(CASE WHEN {own} = '{}' THEN {condition} END)", currency.code()))
    }
}

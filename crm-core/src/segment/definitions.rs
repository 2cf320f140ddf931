//! Named segments, for others to refer to.

use std::collections::BTreeMap;

use crate::base::Name;

use super::ast::Expr;

/// The segments that an expression can refer to, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions(BTreeMap<Name, Expr>);

impl Definitions {
    /// No segments.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a segment, or replaces the one of that name.
    pub fn set(&mut self, name: Name, expr: Expr) {
        self.0.insert(name, expr);
    }

    /// A segment's expression.
    pub fn get(&self, name: &str) -> Option<&Expr> {
        self.0.get(name)
    }

    pub(super) fn entry(&self, name: &str) -> Option<(&Name, &Expr)> {
        self.0.get_key_value(name)
    }

    /// All segments, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Expr)> {
        self.0.iter()
    }
}

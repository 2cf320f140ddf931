//! Segments that most businesses ask for first, as data.

use crate::base::{Name, Text};

use super::ast::Expr;
use super::definitions::Definitions;
use super::diagnostic::Diagnostic;
use super::parser::parse;

/// A segment with a name, written in the language over the [standard catalogue](super::Catalogue::standard).
#[derive(Clone, Debug, PartialEq)]
pub struct StandardSegment {
    /// The name, by which other segments refer to it.
    pub name: Name,
    /// Who belongs, in one sentence.
    pub doc: Text,
    /// Who belongs, as an expression.
    pub text: Text,
}

impl StandardSegment {
    /// The expression.
    ///
    /// # Errors
    /// None for the segments of the [library](standard_segments).
    pub fn expr(&self) -> Result<Expr, Diagnostic> {
        parse(&self.text)
    }
}

/// Name, sentence, expression. The first ten divide those who have bought by recency and frequency: everyone is in
/// exactly one.
const LIBRARY: &[(&str, &str, &str)] = &[
    ("champions", "Bought just now, and often.", "rfm.recency = 5 and rfm.frequency >= 4"),
    ("loyal", "Buy often, and did so not long ago.", "rfm.recency in [3, 4] and rfm.frequency >= 4"),
    ("potential loyalist", "Bought recently, and more than once.", "rfm.recency >= 4 and rfm.frequency in [2, 3]"),
    ("new", "Bought just now, for the first time or nearly so.", "rfm.recency = 5 and rfm.frequency = 1"),
    ("promising", "Bought recently, but seldom.", "rfm.recency = 4 and rfm.frequency = 1"),
    ("needs attention", "Average in both respects.", "rfm.recency = 3 and rfm.frequency = 3"),
    ("about to sleep", "Seldom bought, and not lately.", "rfm.recency = 3 and rfm.frequency <= 2"),
    ("at risk", "Bought often, but long ago.", "rfm.recency <= 2 and rfm.frequency in [3, 4]"),
    ("cannot lose", "Were among the best, and have not come back.", "rfm.recency <= 2 and rfm.frequency = 5"),
    ("hibernating", "Seldom bought, and long ago.", "rfm.recency <= 2 and rfm.frequency <= 2"),
    ("prospects", "Have never bought.", "purchases.count = 0"),
    ("one-time buyers", "Have bought exactly once.", "purchases.count = 1"),
    ("repeat buyers", "Have bought more than once.", "purchases.count >= 2"),
    ("newcomers", "Bought for the first time in the last 30 days.", "purchases.first in last 30 calendar days"),
    ("lapsed", "Have not bought for a year.", "purchases.last older than 12 calendar months"),
    ("big spenders", "Are among the fifth that has spent most.", "rfm.monetary = 5"),
    (
        "fading",
        "Have bought more than once, and are more likely gone than not.",
        "purchases.count >= 2 and value.p_alive < 0.5",
    ),
    ("win back", "Were good customers and are about to be lost.", r#"segment("at risk") or segment("cannot lose")"#),
    (
        "birthday soon",
        "Have their birthday in the next seven days.",
        "anniversary(customer.birth_date) in next 7 calendar days",
    ),
];

/// The segments that most businesses ask for first.
///
/// ```
/// use crm_core::segment::{Catalogue, Definitions, check, standard_segments};
///
/// let (catalogue, definitions) = (Catalogue::standard()?, Definitions::standard());
/// for segment in standard_segments() {
///     assert!(check(&segment.expr()?, &catalogue, &definitions).is_empty());
/// }
/// # Ok::<(), crm_core::Error>(())
/// ```
pub fn standard_segments() -> Vec<StandardSegment> {
    LIBRARY
        .iter()
        .map(|(name, doc, text)| StandardSegment {
            name: Name::from_static(name),
            doc: Text::from_static(doc),
            text: Text::from_static(text),
        })
        .collect()
}

impl Definitions {
    /// The [standard segments](standard_segments), for others to refer to.
    pub fn standard() -> Self {
        let mut definitions = Self::new();
        for segment in standard_segments() {
            if let Ok(expr) = segment.expr() {
                definitions.set(segment.name, expr);
            }
        }
        definitions
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{Id, Value, Zone};
    use crate::score::{RfmRow, RfmSegment};
    use crate::segment::{Catalogue, Layout, Program, Row};

    use super::*;

    #[test]
    fn the_library_divides_customers_as_the_score_room_does() {
        let (catalogue, definitions) = (Catalogue::standard().unwrap(), Definitions::standard());
        assert_eq!(definitions.iter().len(), LIBRARY.len());
        let zone = Zone::UTC;
        for segment in RfmSegment::defaults() {
            let expr = definitions.get(segment.name.as_str()).unwrap();
            let mut layout = Layout::new();
            let program = Program::compile(expr, &catalogue, &definitions, &mut layout).unwrap();
            let evaluator = program.at("2026-03-01T00:00:00Z".parse().unwrap(), &zone);
            for (r, f) in (1..=5_u8).flat_map(|r| (1..=5_u8).map(move |f| (r, f))) {
                let scores = RfmRow {
                    customer: 0,
                    recency_days: 0,
                    frequency: 0,
                    monetary_minor: 0.0,
                    r,
                    f,
                    m: 3,
                    segment: None,
                };
                let value = |name: &str| Some(Value::from(i64::from(if name == "rfm.recency" { r } else { f })));
                let values: Vec<_> = layout.keys().iter().map(|key| value(key.name.as_str())).collect();
                let row = Row::new(Id::NIL, &values, &[]).unwrap();
                assert_eq!(evaluator.is_member(&row), segment.matches(&scores), "{} {r} {f}", segment.name);
            }
        }
    }
}

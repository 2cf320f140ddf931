//! Sequences: `sequence(visit -> order, within 7 days, without refund, in last 30 days)`, and how far one has come.

use crate::segment::ast::{Check, Expr, Operand, OperandKind, Selection, Sequence, Test};
use crate::segment::time::Length;

use super::{Parsed, Parser};

impl Parser<'_> {
    /// `sequence(...)`, which is `steps(...)` compared with the number of steps.
    pub(super) fn sequence(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        self.advance();
        let sequence = self.steps()?;
        let check = Check::completed(sequence.steps.len());
        let operand = Operand { kind: OperandKind::Sequence(Box::new(sequence)), place: self.since(start) };
        Ok(Expr::Test(Box::new(Test { operand, check, place: self.since(start) })))
    }

    /// What is inside the parentheses, up to and with the closing one.
    pub(super) fn steps(&mut self) -> Parsed<Sequence> {
        let mut sequence =
            Sequence { steps: vec![self.chosen()?], without: None, within: None, gap: None, window: None };
        while self.sign("->") {
            sequence.steps.push(self.chosen()?);
        }
        while self.sign(",") {
            if sequence.within.is_none() && self.word("within") {
                sequence.within = Some(self.length()?);
            } else if sequence.gap.is_none() && self.word("gap") {
                sequence.gap = Some(self.length()?);
            } else if sequence.without.is_none() && self.word("without") {
                sequence.without = Some(self.chosen()?);
            } else if sequence.window.is_none() && self.word("in") {
                sequence.window = Some(self.window("a window of time")?);
            } else {
                return Err(self.unexpected("`within`, `gap`, `without` or `in`, each once"));
            }
        }
        if self.sign(")") { Ok(sequence) } else { Err(self.unexpected("`->`, `,` or `)`")) }
    }

    /// `order | refund where channel = "web"`
    pub(super) fn chosen(&mut self) -> Parsed<Selection> {
        let events = self.events()?;
        let filter = if self.word("where") { Some(self.deeper(Self::expr)?) } else { None };
        Ok(Selection { events, filter })
    }

    /// A length after a word that has been read.
    pub(super) fn length_after(&mut self, word: &str) -> Parsed<Length> {
        self.expect_word(word)?;
        self.length()
    }
}

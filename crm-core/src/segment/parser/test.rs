//! What follows an operand: `>= 3`, `in {...}`, `is missing`.

use crate::base::Text;
use crate::segment::ast::AggFn;
use crate::segment::ast::{
    Aggregate, Check, CmpOp, Expr, Fold, Measure, Operand, OperandKind, Quantifier, Test, TextOp,
};
use crate::segment::diagnostic::Diagnostic;
use crate::segment::lexer::TokenKind;

use super::{Parsed, Parser};

impl Parser<'_> {
    /// `exists(...)` is `count(...) >= 1`, and `never(...)` is `count(...) = 0`.
    pub(super) fn existence(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let exists = self.is_word_at(0, "exists");
        self.advance();
        self.advance();
        let aggregate = self.selection(Measure::Count)?;
        let operand = Operand { kind: OperandKind::Aggregate(Box::new(aggregate)), place: self.since(start) };
        self.no_window_outside(self.is_word_at(0, "in"))?;
        let check = Check::existence(exists);
        Ok(Expr::Test(Box::new(Test { operand, check, place: self.since(start) })))
    }

    pub(super) fn test(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let operand = self.operand()?;
        if operand.as_literal().is_some() {
            return Err(Diagnostic::new("E0005", operand.place, "a condition cannot begin with a constant")
                .expected("a field or a measure")
                .suggest("write the constant on the right"));
        }
        let negated = self.word("not");
        let check = self.check(negated)?;
        let of_events = matches!(operand.kind, OperandKind::Aggregate(_)) && matches!(check, Check::In(_));
        let compared = matches!(self.peek(), TokenKind::Sign("=" | "!=" | "<" | "<=" | ">" | ">="));
        self.no_window_outside(of_events && compared)?;
        let test = Expr::Test(Box::new(Test { operand, check, place: self.since(start) }));
        Ok(if negated { Expr::Not(Box::new(test)) } else { test })
    }

    fn check(&mut self, negated: bool) -> Parsed<Check> {
        if !negated && let Some(check) = self.comparison()? {
            return Ok(check);
        }
        match self.peek() {
            TokenKind::Word("between") => {
                self.advance();
                let low = self.operand()?;
                self.expect_word("and")?;
                Ok(Check::Between(low, self.operand()?))
            }
            TokenKind::Word("in") => {
                self.advance();
                self.membership()
            }
            TokenKind::Word("starts") => self.text_check(TextOp::StartsWith, 1),
            TokenKind::Word("ends") => self.text_check(TextOp::EndsWith, 1),
            TokenKind::Word("contains") => self.text_check(TextOp::Contains, 0),
            TokenKind::Word("like") => self.text_check(TextOp::Like, 0),
            TokenKind::Word("matches") => self.text_check(TextOp::Matches, 0),
            TokenKind::Word("has") => self.has(),
            _ if negated => {
                Err(self.unexpected("`in`, `between`, `has`, `contains`, `like`, `matches`, `starts` or `ends`"))
            }
            _ => Ok(Check::Holds),
        }
    }

    /// The checks that have no negative form.
    fn comparison(&mut self) -> Parsed<Option<Check>> {
        let op = match self.peek() {
            TokenKind::Sign(sign) => CmpOp::ALL.iter().copied().find(|op| op.word() == *sign),
            TokenKind::Word("before") => Some(CmpOp::Lt),
            TokenKind::Word("after") => Some(CmpOp::Gt),
            TokenKind::Word("is") => {
                self.advance();
                return if self.word("missing") {
                    Ok(Some(Check::Missing))
                } else if self.word("present") {
                    Ok(Some(Check::Present))
                } else {
                    Err(self.unexpected("`missing` or `present`"))
                };
            }
            TokenKind::Word("older") => {
                self.advance();
                self.expect_word("than")?;
                let length = self.length()?;
                return Ok(Some(Check::OlderThan(length, self.zone()?)));
            }
            _ => None,
        };
        let Some(op) = op else { return Ok(None) };
        self.advance();
        let other = self.operand()?;
        Ok(Some(Check::Compare(op, other, self.fold())))
    }

    /// After `in`: a set, a range or a window.
    fn membership(&mut self) -> Parsed<Check> {
        if self.sign("{") {
            let all = self.list("}", Self::literal)?;
            return Ok(Check::OneOf(all, self.fold()));
        }
        if self.sign("[") {
            let low = self.operand()?;
            self.expect_sign(",")?;
            let high = self.operand()?;
            if self.sign("]") {
                return Ok(Check::Between(low, high));
            }
            self.expect_sign(")")?;
            return Ok(Check::Range(low, high));
        }
        self.window("`{`, `[` or a window of time").map(Check::In)
    }

    fn text_check(&mut self, op: TextOp, more_words: usize) -> Parsed<Check> {
        self.advance();
        if more_words > 0 {
            self.expect_word("with")?;
        }
        let pattern = self.text_literal()?;
        Ok(Check::Text(op, pattern, self.fold()))
    }

    fn has(&mut self) -> Parsed<Check> {
        self.advance();
        let quantifier = Quantifier::ALL.iter().copied().find(|one| self.is_word_at(0, one.word()));
        let Some(quantifier) = quantifier else {
            let one = self.text_literal()?;
            return Ok(Check::Has(Quantifier::Any, vec![one], self.fold()));
        };
        self.advance();
        self.expect_sign("{")?;
        let all = self.list("}", Self::text_literal)?;
        Ok(Check::Has(quantifier, all, self.fold()))
    }

    fn text_literal(&mut self) -> Parsed<Text> {
        let TokenKind::Text(text) = self.peek() else { return Err(self.unexpected("a text in double quotes")) };
        self.advance();
        Ok(text.as_str().into())
    }

    fn fold(&mut self) -> Fold {
        if self.word("ci") {
            Fold::Case
        } else if self.word("fold") {
            Fold::Accents
        } else {
            Fold::None
        }
    }

    /// What is inside the parentheses of a measure, up to and with the closing one:
    /// `order | refund in last 30 days where channel = "web"`.
    pub(super) fn selection(&mut self, measure: Measure) -> Parsed<Aggregate> {
        let events = self.events()?;
        let window = if self.word("in") { Some(self.window("a window of time")?) } else { None };
        let filter = if self.word("where") { Some(self.deeper(Self::expr)?) } else { None };
        if !self.sign(")") {
            let expected = if filter.is_some() { "`and`, `or` or `)`" } else { "`in`, `where` or `)`" };
            return Err(self.unexpected(expected));
        }
        Ok(Aggregate { measure, events, window, filter })
    }

    /// After a condition about a measure: whether a window was written behind the parenthesis that belongs inside.
    fn no_window_outside(&self, misplaced: bool) -> Parsed<()> {
        if !misplaced {
            return Ok(());
        }
        let suggestion = "write the window of events inside the parentheses, as in `count(order in last 30 days)`";
        Err(self.unexpected("`and`, `or` or the end").suggest(suggestion))
    }

    /// `sum(amount of order ...)`, after the opening parenthesis.
    pub(super) fn measured(&mut self, function: AggFn) -> Parsed<Aggregate> {
        let property = self.ident("a property of the events, as in `amount of order`")?;
        self.expect_word("of")?;
        self.selection(Measure::Of(function, property))
    }
}

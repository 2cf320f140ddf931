//! Reads the text form: a recursive descent without backtracking, over a list of tokens.

mod habit;
mod operand;
mod sequence;
mod test;
mod time;

use crate::base::Name;

use super::ast::{Expr, Ident, SegmentRef};
use super::diagnostic::{Diagnostic, Place, TextSpan};
use super::lexer::{Token, TokenKind, is_reserved, tokens};
use super::size::{MAX_DEPTH, check_size, too_deep};

/// Reads an expression.
///
/// ```
/// use crm_core::segment::parse;
///
/// let expr = parse(r#"customer.country in {"DE", "AT"} and not purchases.last older than 90 days"#)?;
/// assert_eq!(parse(&expr.to_string())?, expr);
/// # Ok::<(), crm_core::segment::Diagnostic>(())
/// ```
///
/// # Errors
/// The first thing that is wrong, with its place. No text panics, and none takes more than linear memory.
pub fn parse(text: &str) -> Result<Expr, Diagnostic> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let expr = parser.expr()?;
    if *parser.peek() != TokenKind::End {
        return Err(parser.unexpected("`and`, `or` or the end"));
    }
    check_size(&expr, TextSpan::new(0, text.len()))?;
    Ok(expr)
}

type Parsed<T> = Result<T, Diagnostic>;

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    // The tokens end with `End`, which is never consumed.
    fn token(&self, ahead: usize) -> &'a Token<'a> {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    fn peek(&self) -> &'a TokenKind<'a> {
        &self.token(0).kind
    }

    fn span(&self) -> TextSpan {
        self.token(0).span
    }

    /// The span from a place to the end of the last consumed token.
    fn since(&self, start: TextSpan) -> Place {
        start.to(self.tokens[self.at.saturating_sub(1)].span).into()
    }

    fn advance(&mut self) -> &'a Token<'a> {
        let token = self.token(0);
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.token(ahead).kind, TokenKind::Word(own) if own == word)
    }

    fn is_sign_at(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.token(ahead).kind, TokenKind::Sign(own) if own == sign)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word_at(0, word);
        if found {
            self.advance();
        }
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign_at(0, sign);
        if found {
            self.advance();
        }
        found
    }

    fn expect_sign(&mut self, sign: &str) -> Parsed<()> {
        if self.sign(sign) { Ok(()) } else { Err(self.unexpected(format!("`{sign}`"))) }
    }

    fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.word(word) { Ok(()) } else { Err(self.unexpected(format!("`{word}`"))) }
    }

    /// An error at the next token. It never repeats what is not a word of the language: it may be personal data that
    /// lacks its quotes.
    fn unexpected(&self, expected: impl Into<String>) -> Diagnostic {
        let found = match self.peek() {
            TokenKind::Word(word) if is_reserved(word) => format!("`{word}`"),
            TokenKind::Word(_) => "another word".to_owned(),
            TokenKind::Quoted(_) => "a name".to_owned(),
            TokenKind::Sign(sign) => format!("`{sign}`"),
            TokenKind::Text(_) => "a text".to_owned(),
            TokenKind::Number(_) => "a number".to_owned(),
            TokenKind::Date(_) => "a date".to_owned(),
            TokenKind::Time(_) => "an instant".to_owned(),
            TokenKind::End => "the end".to_owned(),
        };
        Diagnostic::new("E0005", self.span(), "this cannot stand here").expected(expected).found(found)
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn expr(&mut self) -> Parsed<Expr> {
        self.infix("or", |parser| parser.infix("and", Self::unary, Expr::And), Expr::Or)
    }

    fn infix(
        &mut self,
        word: &str,
        inner: impl Fn(&mut Self) -> Parsed<Expr>,
        join: fn(Vec<Expr>) -> Expr,
    ) -> Parsed<Expr> {
        let first = inner(self)?;
        if !self.is_word_at(0, word) {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.word(word) {
            all.push(inner(self)?);
        }
        Ok(join(all))
    }

    fn unary(&mut self) -> Parsed<Expr> {
        if self.word("not") {
            let inner = self.deeper(Self::unary)?;
            return Ok(Expr::Not(Box::new(inner)));
        }
        if self.sign("(") {
            return self.deeper(|parser| {
                let inner = parser.expr()?;
                parser.expect_sign(")")?;
                Ok(inner)
            });
        }
        let call = self.is_sign_at(1, "(");
        match self.peek() {
            TokenKind::Word("true") => Ok(self.constant(true)),
            TokenKind::Word("false") => Ok(self.constant(false)),
            TokenKind::Word("at") if self.is_word_at(1, "least") => self.at_least(),
            TokenKind::Word("all") if self.is_word_at(1, "of") => self.list_of().map(Expr::And),
            TokenKind::Word("any") if self.is_word_at(1, "of") => self.list_of().map(Expr::Or),
            TokenKind::Word("known") if call => {
                self.advance();
                self.advance();
                let inner = self.deeper(Self::expr)?;
                self.expect_sign(")")?;
                Ok(Expr::Known(Box::new(inner)))
            }
            TokenKind::Word("segment") if call => self.segment(),
            TokenKind::Word("exists" | "never") if call => self.existence(),
            TokenKind::Word("sequence") if call => self.sequence(),
            TokenKind::Word("stopped") if call => self.stopped(),
            TokenKind::Word("resumed") if call => self.resumed(),
            TokenKind::Word("regular") if call => self.regular(),
            _ => self.test(),
        }
    }

    fn constant(&mut self, truth: bool) -> Expr {
        self.advance();
        Expr::Const(truth)
    }

    /// `at least 2 of (a, b, c)`
    fn at_least(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        self.advance();
        let least = self.small_number()?;
        self.expect_word("of")?;
        let all = self.expr_list()?;
        if least == 0 || least as usize > all.len() {
            return Err(Diagnostic::new("E0008", self.since(start), "so many can never, or will always, be true")
                .expected(format!("a number from 1 to {}", all.len()))
                .found(least.to_string()));
        }
        Ok(Expr::AtLeast(least, all))
    }

    /// `all of (a, b)`
    fn list_of(&mut self) -> Parsed<Vec<Expr>> {
        self.advance();
        self.advance();
        self.expr_list()
    }

    fn expr_list(&mut self) -> Parsed<Vec<Expr>> {
        self.expect_sign("(")?;
        self.deeper(|parser| parser.list(")", Self::expr))
    }

    /// Items with commas between them, up to and with the closing sign.
    fn list<T>(&mut self, close: &str, item: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        if self.sign(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.sign(close) {
                return Ok(items);
            }
            if !self.sign(",") {
                return Err(self.unexpected(format!("`,` or `{close}`")));
            }
        }
    }

    /// `segment("name")` or `segment("name" @ "version")`
    fn segment(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        self.advance();
        let name = self.quoted_name("the name of a segment in double quotes")?;
        let version =
            if self.sign("@") { Some(self.quoted_name("the version of a segment in double quotes")?) } else { None };
        self.expect_sign(")")?;
        Ok(Expr::Segment(SegmentRef { name, version, place: self.since(start) }))
    }

    fn quoted_name(&mut self, expected: &str) -> Parsed<Name> {
        let TokenKind::Text(text) = self.peek() else { return Err(self.unexpected(expected)) };
        let span = self.advance().span;
        name(text, span)
    }

    /// A plain or quoted name of a field or property.
    fn ident(&mut self, expected: &str) -> Parsed<Ident> {
        let span = self.span();
        let name = match self.peek() {
            TokenKind::Word(word) if !is_reserved(word) => name(word, span)?,
            TokenKind::Quoted(name) => name.clone(),
            _ => return Err(self.unexpected(expected)),
        };
        self.advance();
        Ok(Ident { name, place: span.into() })
    }

    /// A whole number that fits 32 bits.
    fn small_number(&mut self) -> Parsed<u32> {
        let TokenKind::Number(digits) = self.peek() else { return Err(self.unexpected("a whole number")) };
        let number = digits.parse().map_err(|_| {
            Diagnostic::new("E0004", self.span(), "not a number that fits").expected(format!("0 to {}", u32::MAX))
        })?;
        self.advance();
        Ok(number)
    }
}

fn name(text: &str, span: TextSpan) -> Parsed<Name> {
    Name::new(text).map_err(|_| {
        Diagnostic::new("E0004", span, "not a name")
            .expected("1 to 128 bytes without control characters or surrounding blanks")
    })
}

//! Operands: constants, fields, functions and measures.

use crate::base::{Money, Name, Value};
use crate::segment::ast::{AggFn, Aggregate, Distance, Function, Ident, Literal, Measure, Operand, OperandKind};
use crate::segment::diagnostic::{Diagnostic, TextSpan};
use crate::segment::lexer::{TokenKind, currency, is_currency_code, is_reserved, is_unit};
use crate::segment::time::ZoneRef;

use super::{Parsed, Parser};

impl Parser<'_> {
    pub(super) fn operand(&mut self) -> Parsed<Operand> {
        let start = self.span();
        let kind = self.operand_kind()?;
        Ok(Operand { kind, place: self.since(start) })
    }

    fn operand_kind(&mut self) -> Parsed<OperandKind> {
        let expected = "a field, a value or a measure";
        match self.peek() {
            TokenKind::Word("now") => {
                self.advance();
                let shift = self.shift()?;
                Ok(OperandKind::Now(shift, self.zone()?))
            }
            TokenKind::Word("today") => {
                self.advance();
                let shift = self.shift()?;
                Ok(OperandKind::Today(shift, self.zone()?))
            }
            TokenKind::Word("true" | "false") => self.literal().map(OperandKind::Literal),
            TokenKind::Word("id") if matches!(self.token(1).kind, TokenKind::Text(_)) => {
                self.literal().map(OperandKind::Literal)
            }
            TokenKind::Word(word) if self.is_sign_at(1, "(") && !is_reserved(word) => self.call(word),
            TokenKind::Word(_) | TokenKind::Quoted(_) => self.field(expected),
            TokenKind::End => Err(self.unexpected(expected)),
            TokenKind::Sign(sign) if *sign != "-" => Err(self.unexpected(expected)),
            _ => self.literal().map(OperandKind::Literal),
        }
    }

    fn field(&mut self, expected: &str) -> Parsed<OperandKind> {
        let name = self.ident(expected)?.name;
        let args = if self.sign("(") { self.list(")", Self::argument)? } else { Vec::new() };
        Ok(OperandKind::Field { name, args })
    }

    fn argument(&mut self) -> Parsed<Name> {
        match self.peek() {
            TokenKind::Text(_) => self.quoted_name(""),
            _ => Ok(self.ident("a name, plain or in double quotes")?.name),
        }
    }

    /// A word with a parenthesis: a function, a measure, or a field with arguments.
    fn call(&mut self, word: &str) -> Parsed<OperandKind> {
        if let Some(function) = Function::ALL.iter().copied().find(|one| one.word() == word) {
            self.advance();
            self.advance();
            let inner = self.deeper(Self::operand)?;
            let zone = if self.sign(",") { self.expect_zone()? } else { ZoneRef::Default };
            self.expect_sign(")")?;
            return Ok(OperandKind::Call(function, Box::new(inner), zone));
        }
        let aggregate = match (word, AggFn::ALL.iter().copied().find(|one| one.word() == word)) {
            ("count", _) => {
                self.advance();
                self.advance();
                self.selection(Measure::Count)?
            }
            (_, Some(function)) => {
                self.advance();
                self.advance();
                self.measured(function)?
            }
            ("nth", _) => {
                self.advance();
                self.advance();
                self.nth()?
            }
            ("rate", _) => {
                self.advance();
                self.advance();
                let per = self.length()?;
                self.expect_sign(",")?;
                self.selection(Measure::Rate(per))?
            }
            ("steps", _) => {
                self.advance();
                self.advance();
                return self.steps().map(|steps| OperandKind::Sequence(Box::new(steps)));
            }
            ("bucket", _) => return self.bucket(),
            ("coalesce", _) => return self.coalesce(),
            ("distance", _) => return self.distance(),
            _ => return self.field(""),
        };
        Ok(OperandKind::Aggregate(Box::new(aggregate)))
    }

    /// `nth(2, amount of order)`, after the opening parenthesis.
    fn nth(&mut self) -> Parsed<Aggregate> {
        let start = self.span();
        let back = self.sign("-");
        let number = i32::try_from(self.small_number()?).ok().filter(|number| *number > 0);
        let Some(number) = number else {
            return Err(Diagnostic::new("E0008", self.since(start), "there is no such event")
                .expected("1 for the first, 2 for the second, -1 for the last"));
        };
        self.expect_sign(",")?;
        let property = self.ident("a property of the events, as in `amount of order`")?;
        self.expect_word("of")?;
        self.selection(Measure::Nth(if back { -number } else { number }, property))
    }

    /// `bucket("salt", 100)`
    fn bucket(&mut self) -> Parsed<OperandKind> {
        self.advance();
        self.advance();
        let TokenKind::Text(salt) = self.peek() else { return Err(self.unexpected("a salt in double quotes")) };
        self.advance();
        self.expect_sign(",")?;
        let span = self.span();
        let of = self.small_number()?;
        if of == 0 {
            return Err(Diagnostic::new("E0008", span, "there must be a bucket").expected("at least 1"));
        }
        self.expect_sign(")")?;
        Ok(OperandKind::Bucket { salt: salt.as_str().into(), of })
    }

    /// `distance(latitude, longitude, 52.52, 13.405)`
    fn distance(&mut self) -> Parsed<OperandKind> {
        self.advance();
        self.advance();
        let latitude = self.deeper(Self::operand)?;
        self.expect_sign(",")?;
        let longitude = self.deeper(Self::operand)?;
        self.expect_sign(",")?;
        let to_latitude = self.degrees()?;
        self.expect_sign(",")?;
        let to_longitude = self.degrees()?;
        self.expect_sign(")")?;
        Ok(OperandKind::Distance(Box::new(Distance { latitude, longitude, to_latitude, to_longitude })))
    }

    fn degrees(&mut self) -> Parsed<f64> {
        let start = self.span();
        let literal = self.literal()?;
        match (literal.value(), literal.unit()) {
            (Value::Float(degrees), None) => Ok(*degrees),
            (Value::Int(degrees), None) => Ok(*degrees as f64),
            _ => Err(Diagnostic::new("E0005", self.since(start), "not a number of degrees").expected("52.52")),
        }
    }

    /// `coalesce(operand, constant)`
    fn coalesce(&mut self) -> Parsed<OperandKind> {
        self.advance();
        self.advance();
        let inner = self.deeper(Self::operand)?;
        self.expect_sign(",")?;
        let default = self.literal()?;
        self.expect_sign(")")?;
        Ok(OperandKind::Coalesce(Box::new(inner), default))
    }

    /// `order | "Cart Created"`, or `any event` for all of them.
    pub(super) fn events(&mut self) -> Parsed<Vec<Ident>> {
        if self.is_word_at(0, "any") && self.is_word_at(1, "event") {
            self.advance();
            self.advance();
            return Ok(Vec::new());
        }
        let mut events = vec![self.event()?];
        while self.sign("|") {
            events.push(self.event()?);
        }
        Ok(events)
    }

    fn event(&mut self) -> Parsed<Ident> {
        let span = self.span();
        let expected = "the name of an event, plain or in double quotes, or `any event`";
        match self.peek() {
            TokenKind::Text(_) => Ok(Ident { name: self.quoted_name(expected)?, place: span.into() }),
            _ => self.ident(expected),
        }
    }

    pub(super) fn literal(&mut self) -> Parsed<Literal> {
        let start = self.span();
        let negative = self.sign("-");
        if negative && !matches!(self.peek(), TokenKind::Number(_)) {
            return Err(self.unexpected("a number"));
        }
        let value = match self.peek() {
            TokenKind::Number(digits) => {
                self.advance();
                return self.number(digits, negative, start);
            }
            TokenKind::Text(text) => Value::from(text.as_str()),
            TokenKind::Date(date) => Value::from(*date),
            TokenKind::Time(at) => Value::from(*at),
            TokenKind::Word("true") => Value::from(true),
            TokenKind::Word("false") => Value::from(false),
            TokenKind::Word("id") => return self.id(),
            _ => return Err(self.unexpected("a value")),
        };
        self.advance();
        Ok(Literal::single(value))
    }

    fn id(&mut self) -> Parsed<Literal> {
        self.advance();
        let TokenKind::Text(text) = self.peek() else { return Err(self.unexpected("an id in double quotes")) };
        let id: crate::base::Id =
            text.parse().map_err(|_| Diagnostic::new("E0004", self.span(), "not an id").expected("a UUID"))?;
        self.advance();
        Ok(Literal::single(id.into()))
    }

    /// A number, with a currency or a unit or without.
    fn number(&mut self, digits: &str, negative: bool, start: TextSpan) -> Parsed<Literal> {
        let sign = if negative { "-" } else { "" };
        let here = self.since(start);
        let bad = |expected: &str| Diagnostic::new("E0004", here, "not a number that fits").expected(expected);
        let word = if let TokenKind::Word(word) = self.peek() { *word } else { "" };
        if is_currency_code(word) {
            let span = self.advance().span;
            let currency = currency(word, span)?;
            let amount: Money = format!("{sign}{digits} {word}").parse().map_err(|_| {
                Diagnostic::new("E0004", here, "not an amount of this currency")
                    .expected(format!("at most {} digits after the point", currency.exponent()))
            })?;
            return Ok(Literal::single(amount.into()));
        }
        let number = format!("{sign}{digits}");
        let value = if digits.bytes().all(|b| b.is_ascii_digit()) {
            Value::from(number.parse::<i64>().map_err(|_| bad("a whole number of 64 bits"))?)
        } else {
            let number = number.parse::<f64>().map_err(|_| bad("a decimal number"))?;
            Value::float(number).map_err(|_| bad("a decimal number of 64 bits"))?
        };
        if word.is_empty() || is_reserved(word) {
            return Ok(Literal::single(value));
        }
        if !is_unit(word) {
            return Err(self.unexpected("a currency such as `EUR`, a unit such as `days`, or a comparison"));
        }
        let unit = self.ident("")?.name;
        Literal::with_unit(value, unit).map_err(|_| bad("a number and its unit"))
    }

    /// `zone "Europe/Berlin"`, `zone customer` or `zone customer else "Europe/Berlin"`, if it is there.
    pub(super) fn zone(&mut self) -> Parsed<ZoneRef> {
        if self.is_word_at(0, "zone") { self.expect_zone() } else { Ok(ZoneRef::Default) }
    }

    fn expect_zone(&mut self) -> Parsed<ZoneRef> {
        self.expect_word("zone")?;
        let expected = "`customer` or the name of a zone in double quotes";
        if !self.word("customer") {
            return self.quoted_name(expected).map(ZoneRef::Named);
        }
        if !self.word("else") {
            return Ok(ZoneRef::Customer(None));
        }
        self.quoted_name(expected).map(|name| ZoneRef::Customer(Some(name)))
    }
}

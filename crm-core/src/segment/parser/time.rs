//! Periods, shifts and windows of time.

use crate::base::CalendarUnit;
use crate::segment::diagnostic::Diagnostic;
use crate::segment::lexer::TokenKind;
use crate::segment::time::{Bound, ExactUnit, Length, Shift, Start, Stretch, TimeWindow, calendar_units};

use super::{Parsed, Parser};

impl Parser<'_> {
    /// `30 days` or `3 calendar months`
    pub(super) fn length(&mut self) -> Parsed<Length> {
        let start = self.span();
        let count = self.small_number()?;
        let calendar = self.word("calendar");
        let TokenKind::Word(word) = self.peek() else { return Err(self.unexpected("a unit of time")) };
        let length = if calendar {
            calendar_units(word).map(|unit| Length::Calendar(count, unit))
        } else {
            ExactUnit::from_word(word).map(|unit| Length::Exact(count, unit))
        };
        let Some(length) = length else {
            let here = self.span();
            return Err(match calendar_units(word) {
                Some(unit) => Diagnostic::new("E0010", here, format!("a {} has no fixed length", unit.word()))
                    .suggest(format!("write `{count} calendar {word}`")),
                None if ExactUnit::from_word(word).is_some() => {
                    Diagnostic::new("E0010", here, "the calendar has no such unit")
                        .suggest(format!("write `{count} {word}`"))
                }
                None => self.unexpected("a unit of time, as in `30 days` or `3 calendar months`"),
            });
        };
        self.advance();
        if !length.is_in_bounds() {
            return Err(Diagnostic::new("E0009", self.since(start), "a length of time out of bounds")
                .expected("at least 1 unit and at most 200 years"));
        }
        Ok(length)
    }

    /// `- 90 days` or `+ 3 calendar months`, if it is there.
    pub(super) fn shift(&mut self) -> Parsed<Option<Shift>> {
        let back = self.is_sign_at(0, "-");
        if !back && !self.is_sign_at(0, "+") {
            return Ok(None);
        }
        self.advance();
        Ok(Some(Shift { back, length: self.length()? }))
    }

    pub(super) fn window(&mut self, expected: &str) -> Parsed<TimeWindow> {
        let stretch = self.stretch(expected)?;
        let start = self.starting(stretch)?;
        Ok(TimeWindow { stretch, start, zone: self.zone()? })
    }

    /// `starting april` or `starting sunday`, if it is there.
    fn starting(&mut self, stretch: Stretch) -> Parsed<Start> {
        if !self.word("starting") {
            return Ok(Start::Usual);
        }
        let start = if let TokenKind::Word(word) = self.peek() { Start::from_word(word) } else { None };
        let Some(start) = start else { return Err(self.unexpected("a month or a day of the week, as in `april`")) };
        if !start.suits(stretch.unit()) {
            let what = "only weeks start on a day of the week, and only quarters and years in a month";
            return Err(Diagnostic::new("E0216", self.span(), what));
        }
        self.advance();
        Ok(start)
    }

    fn stretch(&mut self, expected: &str) -> Parsed<Stretch> {
        let TokenKind::Word(word) = self.peek() else { return Err(self.unexpected(expected)) };
        let (word, numbered) = (*word, matches!(self.token(1).kind, TokenKind::Number(_)));
        match word {
            "last" if numbered => {
                self.advance();
                self.length().map(Stretch::Last)
            }
            "last" => {
                self.advance();
                let suggestion = match self.peek() {
                    TokenKind::Word(word) if calendar_units(word).is_some() => Some(format!("write `previous {word}`")),
                    _ => None,
                };
                Err(self.unexpected("a number, as in `last 30 days`").maybe_suggest(suggestion))
            }
            "next" if numbered => {
                self.advance();
                self.length().map(Stretch::Next)
            }
            "next" => self.unit().map(Stretch::Following),
            "this" => self.unit().map(Stretch::This),
            "previous" => self.unit().map(Stretch::Previous),
            "today" => Ok(self.day(Stretch::This)),
            "yesterday" => Ok(self.day(Stretch::Previous)),
            "tomorrow" => Ok(self.day(Stretch::Following)),
            "until" => {
                self.advance();
                self.bound().map(Stretch::Until)
            }
            "from" => {
                self.advance();
                let start = self.bound()?;
                if self.word("until") { Ok(Stretch::Between(start, self.bound()?)) } else { Ok(Stretch::Since(start)) }
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn day(&mut self, stretch: fn(CalendarUnit) -> Stretch) -> Stretch {
        self.advance();
        stretch(CalendarUnit::Day)
    }

    /// The unit after `this`, `previous` or `next`.
    fn unit(&mut self) -> Parsed<CalendarUnit> {
        self.advance();
        let unit = if let TokenKind::Word(word) = self.peek() { word.parse().ok() } else { None };
        let Some(unit) = unit else {
            return Err(self.unexpected("`day`, `week`, `month`, `quarter` or `year`"));
        };
        self.advance();
        Ok(unit)
    }

    fn bound(&mut self) -> Parsed<Bound> {
        let bound = match self.peek() {
            TokenKind::Date(date) => Bound::Date(*date),
            TokenKind::Time(at) => Bound::Time(*at),
            TokenKind::Word("now") => {
                self.advance();
                return self.shift().map(Bound::Now);
            }
            TokenKind::Word("today") => {
                self.advance();
                return self.shift().map(Bound::Today);
            }
            _ => return Err(self.unexpected("a date, an instant, `now` or `today`")),
        };
        self.advance();
        Ok(bound)
    }
}

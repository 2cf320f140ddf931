//! Habits: words for conditions that could be written with `exists`, `never` and `at least` as well.

use crate::segment::ast::{Aggregate, Check, Expr, Measure, Operand, OperandKind, Selection, Test};
use crate::segment::diagnostic::{Diagnostic, Place};
use crate::segment::time::{Bound, ExactUnit, Length, Shift, Start, Stretch, TimeWindow, ZoneRef};

use super::{Parsed, Parser};

/// How many periods a habit can have.
const MAX_PERIODS: u32 = 200;

impl Parser<'_> {
    /// `stopped(order for 30 days)`: there was one, and none lately.
    pub(super) fn stopped(&mut self) -> Parsed<Expr> {
        let start = self.opened();
        let chosen = self.events()?;
        let length = self.length_after("for")?;
        let chosen = Selection { events: chosen, filter: self.closed()? };
        let place = self.since(start);
        let last = Some(Stretch::Last(length));
        Ok(Expr::And(vec![existence(&chosen, None, true, place), existence(&chosen, last, false, place)]))
    }

    /// `resumed(order after 30 days in last 7 days)`: some lately, none for so long before, and some before that.
    pub(super) fn resumed(&mut self) -> Parsed<Expr> {
        let start = self.opened();
        let chosen = self.events()?;
        let pause = self.length_after("after")?;
        self.expect_word("in")?;
        let recent = self.length_after("last")?;
        let chosen = Selection { events: chosen, filter: self.closed()? };
        let place = self.since(start);
        let whole = sum(pause, recent).ok_or_else(|| {
            Diagnostic::new("E0010", place, "a pause and what follows it are both exact")
                .suggest("write `after 30 days in last 7 days`")
        })?;
        let pause = Stretch::Between(back(whole), back(recent));
        Ok(Expr::And(vec![
            existence(&chosen, Some(Stretch::Last(recent)), true, place),
            existence(&chosen, Some(pause), false, place),
            existence(&chosen, Some(Stretch::Until(back(whole))), true, place),
        ]))
    }

    /// `regular(order in 3 of last 4 weeks)`: in so many of the last periods there is one.
    pub(super) fn regular(&mut self) -> Parsed<Expr> {
        let start = self.opened();
        let chosen = self.events()?;
        self.expect_word("in")?;
        let least = self.small_number()?;
        self.expect_word("of")?;
        self.expect_word("last")?;
        let here = self.span();
        let length = self.length()?;
        let chosen = Selection { events: chosen, filter: self.closed()? };
        let place = self.since(start);
        let Length::Exact(periods, unit) = length else {
            return Err(Diagnostic::new("E0010", here, "the periods of a habit are exact").suggest("write `4 weeks`"));
        };
        if least == 0 || least > periods || periods > MAX_PERIODS {
            return Err(Diagnostic::new("E0008", place, "so many can never, or will always, be true")
                .expected(format!("1 to so many periods, and at most {MAX_PERIODS} of them")));
        }
        let period = |at: u32| {
            let until = if at == 0 { Bound::Now(None) } else { back(Length::Exact(at, unit)) };
            let stretch = Stretch::Between(back(Length::Exact(at + 1, unit)), until);
            existence(&chosen, Some(stretch), true, place)
        };
        Ok(Expr::AtLeast(least, (0..periods).map(period).collect()))
    }

    /// Consumes the word and the opening parenthesis.
    fn opened(&mut self) -> crate::segment::diagnostic::TextSpan {
        let start = self.span();
        self.advance();
        self.advance();
        start
    }

    /// An optional condition and the closing parenthesis.
    fn closed(&mut self) -> Parsed<Option<Expr>> {
        let filter = if self.word("where") { Some(self.deeper(Self::expr)?) } else { None };
        if self.sign(")") { Ok(filter) } else { Err(self.unexpected("`where` or `)`")) }
    }
}

fn back(length: Length) -> Bound {
    Bound::Now(Some(Shift { back: true, length }))
}

/// Two exact lengths together.
fn sum(one: Length, other: Length) -> Option<Length> {
    let (Length::Exact(a, unit), Length::Exact(b, second)) = (one, other) else { return None };
    let sum = if unit == second {
        Length::Exact(a.checked_add(b)?, unit)
    } else {
        let minute = ExactUnit::Minute.micros();
        let minutes = (i64::from(a) * unit.micros() + i64::from(b) * second.micros()) / minute;
        Length::Exact(u32::try_from(minutes).ok()?, ExactUnit::Minute)
    };
    sum.is_in_bounds().then_some(sum)
}

fn existence(chosen: &Selection, stretch: Option<Stretch>, exists: bool, place: Place) -> Expr {
    let window = stretch.map(|stretch| TimeWindow { stretch, start: Start::Usual, zone: ZoneRef::Default });
    let aggregate =
        Aggregate { measure: Measure::Count, events: chosen.events.clone(), window, filter: chosen.filter.clone() };
    let operand = Operand { kind: OperandKind::Aggregate(Box::new(aggregate)), place };
    Expr::Test(Box::new(Test { operand, check: Check::existence(exists), place }))
}

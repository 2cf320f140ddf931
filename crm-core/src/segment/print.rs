//! Writes the text form. `parse(print(x)) == x` for every tree within the limits.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::base::{CalendarUnit, Name, Value};

use super::ast::AggFn;
use super::ast::{
    Aggregate, Check, Expr, Fold, Function, Ident, Literal, Measure, Operand, OperandKind, Quantifier, SegmentRef,
    Selection, Sequence, Test,
};
use super::lexer::is_plain;
use super::time::{Bound, Length, Shift, Stretch, TimeWindow, ZoneRef};

/// Words that mean something before a parenthesis; a field so called that has arguments needs backticks.
fn is_function(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "bucket"
            | "coalesce"
            | "distance"
            | "known"
            | "segment"
            | "exists"
            | "never"
            | "nth"
            | "rate"
            | "steps"
            | "sequence"
            | "stopped"
            | "resumed"
            | "regular"
    ) || Function::ALL.iter().any(|one| one.word() == name)
        || AggFn::ALL.iter().any(|one| one.word() == name)
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Const(truth) => write!(f, "{truth}"),
            Self::And(all) if all.len() > 1 => joined(f, all, " and ", |one| matches!(one, Self::And(_) | Self::Or(_))),
            Self::Or(all) if all.len() > 1 => joined(f, all, " or ", |one| matches!(one, Self::Or(_))),
            Self::And(all) => listed(f, "all of (", all, ")"),
            Self::Or(all) => listed(f, "any of (", all, ")"),
            Self::AtLeast(least, all) => {
                write!(f, "at least {least} of ")?;
                listed(f, "(", all, ")")
            }
            Self::Not(inner) => match &**inner {
                Self::Test(test) if test.check.can_be_negated() => print_test(f, test, "not "),
                other if needs_parentheses(other) => write!(f, "not ({other})"),
                other => write!(f, "not {other}"),
            },
            Self::Known(inner) => write!(f, "known({inner})"),
            Self::Segment(segment) => write!(f, "{segment}"),
            Self::Test(test) => print_test(f, test, ""),
        }
    }
}

/// Conditions joined by a word. Inside parentheses when a condition would be read as part of this one; lists of less
/// than two are written with words of their own and need none.
fn joined(f: &mut Formatter<'_>, all: &[Expr], word: &str, binds_looser: fn(&Expr) -> bool) -> fmt::Result {
    for (at, one) in all.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        if binds_looser(one) && one.children().len() > 1 { write!(f, "({one})") } else { write!(f, "{one}") }?;
    }
    Ok(())
}

fn needs_parentheses(expr: &Expr) -> bool {
    matches!(expr, Expr::And(all) | Expr::Or(all) if all.len() > 1)
}

fn listed<T: Display>(f: &mut Formatter<'_>, open: &str, all: &[T], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (at, one) in all.iter().enumerate() {
        write!(f, "{}{one}", if at > 0 { ", " } else { "" })?;
    }
    f.write_str(close)
}

impl Check {
    /// Whether `not` may stand between the operand and the check.
    const fn can_be_negated(&self) -> bool {
        matches!(
            self,
            Self::Between(..) | Self::Range(..) | Self::OneOf(..) | Self::Text(..) | Self::Has(..) | Self::In(_)
        )
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        print_test(f, self, "")
    }
}

fn print_test(f: &mut Formatter<'_>, test: &Test, not: &str) -> fmt::Result {
    let Test { operand, check, .. } = test;
    if let OperandKind::Aggregate(aggregate) = &operand.kind {
        let word = [("exists", true), ("never", false)].iter().find(|(_, exists)| *check == Check::existence(*exists));
        if let (Measure::Count, Some((word, _))) = (&aggregate.measure, word) {
            return print_selection(f, word, None, aggregate);
        }
    }
    if let OperandKind::Sequence(sequence) = &operand.kind
        && *check == Check::completed(sequence.steps.len())
    {
        return print_sequence(f, "sequence", sequence);
    }
    write!(f, "{operand}")?;
    if !matches!(check, Check::Holds) {
        write!(f, " {not}")?;
    }
    match check {
        Check::Holds => Ok(()),
        Check::Present => f.write_str("is present"),
        Check::Missing => f.write_str("is missing"),
        Check::Compare(op, other, fold) => write!(f, "{} {other}{}", op.word(), Suffix(*fold)),
        Check::Between(low, high) => write!(f, "between {low} and {high}"),
        Check::Range(low, high) => write!(f, "in [{low}, {high})"),
        Check::OneOf(all, fold) => {
            listed(f, "in {", all, "}")?;
            write!(f, "{}", Suffix(*fold))
        }
        Check::Text(op, pattern, fold) => write!(f, "{} {}{}", op.word(), Quoted(pattern), Suffix(*fold)),
        Check::Has(quantifier, all, fold) => {
            let quoted: Vec<_> = all.iter().map(|one| Quoted(one)).collect();
            match quoted.as_slice() {
                [one] if *quantifier == Quantifier::Any => write!(f, "has {one}"),
                all => listed(f, &format!("has {} {{", quantifier.word()), all, "}"),
            }?;
            write!(f, "{}", Suffix(*fold))
        }
        Check::In(window) => write!(f, "in {window}"),
        Check::OlderThan(length, zone) => write!(f, "older than {length}{zone}"),
    }
}

struct Suffix(Fold);

impl Display for Suffix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == Fold::None { Ok(()) } else { write!(f, " {}", self.0.word()) }
    }
}

/// A text as the language writes it.
pub(super) fn quoted(text: &str) -> String {
    Quoted(text).to_string()
}

/// A text in double quotes.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// A name of a field or property.
fn write_name(f: &mut Formatter<'_>, name: &Name, plain: bool) -> fmt::Result {
    if plain { write!(f, "{name}") } else { write!(f, "`{}`", name.as_str().replace('`', "``")) }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)
    }
}

impl Display for OperandKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => write!(f, "{literal}"),
            Self::Field { name, args } => {
                let plain = is_plain(name.as_str());
                if args.is_empty() {
                    return write_name(f, name, plain);
                }
                write_name(f, name, plain && !is_function(name.as_str()))?;
                let args: Vec<_> = args.iter().map(|arg| Quoted(arg.as_str())).collect();
                listed(f, "(", &args, ")")
            }
            Self::Now(shift, zone) => {
                f.write_str("now")?;
                write_shift(f, shift.as_ref())?;
                write!(f, "{zone}")
            }
            Self::Today(shift, zone) => {
                f.write_str("today")?;
                write_shift(f, shift.as_ref())?;
                write!(f, "{zone}")
            }
            Self::Bucket { salt, of } => write!(f, "bucket({}, {of})", Quoted(salt)),
            Self::Call(function, inner, ZoneRef::Default) => write!(f, "{}({inner})", function.word()),
            Self::Call(function, inner, zone) => write!(f, "{}({inner},{zone})", function.word()),
            Self::Coalesce(inner, default) => write!(f, "coalesce({inner}, {default})"),
            Self::Distance(distance) => write!(
                f,
                "distance({}, {}, {:?}, {:?})",
                distance.latitude, distance.longitude, distance.to_latitude, distance.to_longitude
            ),
            Self::Aggregate(aggregate) => match &aggregate.measure {
                Measure::Count => print_selection(f, "count", None, aggregate),
                Measure::Of(function, property) => print_selection(f, function.word(), Some(property), aggregate),
                Measure::Nth(number, property) => {
                    write!(f, "nth({number}, ")?;
                    print_selected(f, Some(property), aggregate)
                }
                Measure::Rate(per) => {
                    write!(f, "rate({per}, ")?;
                    print_selected(f, None, aggregate)
                }
            },
            Self::Sequence(sequence) => print_sequence(f, "steps", sequence),
        }
    }
}

fn print_selection(f: &mut Formatter<'_>, word: &str, property: Option<&Ident>, aggregate: &Aggregate) -> fmt::Result {
    write!(f, "{word}(")?;
    print_selected(f, property, aggregate)
}

fn print_sequence(f: &mut Formatter<'_>, word: &str, sequence: &Sequence) -> fmt::Result {
    write!(f, "{word}(")?;
    for (at, step) in sequence.steps.iter().enumerate() {
        f.write_str(if at > 0 { " -> " } else { "" })?;
        print_chosen(f, step)?;
    }
    if let Some(length) = &sequence.within {
        write!(f, ", within {length}")?;
    }
    if let Some(length) = &sequence.gap {
        write!(f, ", gap {length}")?;
    }
    if let Some(without) = &sequence.without {
        f.write_str(", without ")?;
        print_chosen(f, without)?;
    }
    if let Some(window) = &sequence.window {
        write!(f, ", in {window}")?;
    }
    f.write_str(")")
}

fn print_chosen(f: &mut Formatter<'_>, chosen: &Selection) -> fmt::Result {
    print_events(f, &chosen.events)?;
    match &chosen.filter {
        Some(filter) => write!(f, " where {filter}"),
        None => Ok(()),
    }
}

/// What stands inside the parentheses of a measure, and the closing one.
fn print_selected(f: &mut Formatter<'_>, property: Option<&Ident>, aggregate: &Aggregate) -> fmt::Result {
    if let Some(property) = property {
        write_name(f, &property.name, is_plain(property.name.as_str()))?;
        f.write_str(" of ")?;
    }
    print_events(f, &aggregate.events)?;
    if let Some(window) = &aggregate.window {
        write!(f, " in {window}")?;
    }
    if let Some(filter) = &aggregate.filter {
        write!(f, " where {filter}")?;
    }
    f.write_str(")")
}

fn print_events(f: &mut Formatter<'_>, events: &[Ident]) -> fmt::Result {
    if events.is_empty() {
        f.write_str("any event")?;
    }
    for (at, event) in events.iter().enumerate() {
        f.write_str(if at > 0 { " | " } else { "" })?;
        if is_plain(event.name.as_str()) {
            write!(f, "{}", event.name)
        } else {
            write!(f, "{}", Quoted(event.name.as_str()))
        }?;
    }
    Ok(())
}

impl Display for SegmentRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "segment({}", Quoted(self.name.as_str()))?;
        if let Some(version) = &self.version {
            write!(f, " @ {}", Quoted(version.as_str()))?;
        }
        f.write_str(")")
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.value() {
            Value::Bool(truth) => write!(f, "{truth}"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Float(number) => write!(f, "{number:?}"),
            Value::Text(text) => write!(f, "{}", Quoted(text)),
            Value::Date(date) => write!(f, "{date}"),
            Value::Time(at) => write!(f, "{at}"),
            Value::Money(money) => write!(f, "{money}"),
            Value::Id(id) => write!(f, "id \"{id}\""),
            // A literal is a single open value.
            Value::Texts(_) | Value::Sealed(_) => Ok(()),
        }?;
        match self.unit() {
            Some(unit) => write!(f, " {unit}"),
            None => Ok(()),
        }
    }
}

fn write_shift(f: &mut Formatter<'_>, shift: Option<&Shift>) -> fmt::Result {
    match shift {
        Some(shift) => write!(f, " {} {}", if shift.back { '-' } else { '+' }, shift.length),
        None => Ok(()),
    }
}

impl Display for Length {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (count, calendar, unit) = match self {
            Self::Exact(count, unit) => (*count, "", unit.word()),
            Self::Calendar(count, unit) => (*count, "calendar ", unit.word()),
        };
        write!(f, "{count} {calendar}{unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl Display for TimeWindow {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.stretch {
            Stretch::Last(length) => write!(f, "last {length}"),
            Stretch::Next(length) => write!(f, "next {length}"),
            Stretch::This(CalendarUnit::Day) => f.write_str("today"),
            Stretch::Previous(CalendarUnit::Day) => f.write_str("yesterday"),
            Stretch::Following(CalendarUnit::Day) => f.write_str("tomorrow"),
            Stretch::This(unit) => write!(f, "this {}", unit.word()),
            Stretch::Previous(unit) => write!(f, "previous {}", unit.word()),
            Stretch::Following(unit) => write!(f, "next {}", unit.word()),
            Stretch::Since(start) => write!(f, "from {start}"),
            Stretch::Until(end) => write!(f, "until {end}"),
            Stretch::Between(start, end) => write!(f, "from {start} until {end}"),
        }?;
        if let Some(word) = self.start.word() {
            write!(f, " starting {word}")?;
        }
        write!(f, "{}", self.zone)
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (word, shift) = match self {
            Self::Date(date) => return write!(f, "{date}"),
            Self::Time(at) => return write!(f, "{at}"),
            Self::Now(shift) => ("now", shift),
            Self::Today(shift) => ("today", shift),
        };
        f.write_str(word)?;
        write_shift(f, shift.as_ref())
    }
}

impl Display for ZoneRef {
    /// With a blank before, as it stands after a window or an operand; nothing for the default zone.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => Ok(()),
            Self::Named(name) => write!(f, " zone {}", Quoted(name.as_str())),
            Self::Customer(None) => f.write_str(" zone customer"),
            Self::Customer(Some(name)) => write!(f, " zone customer else {}", Quoted(name.as_str())),
        }
    }
}

//! The checker: names, types, units and lints, all found in one pass.

use std::collections::BTreeMap;

use crate::base::{Name, Text, Value, ValueType, Zone};

use super::ast::{Check, CmpOp, Expr, Fold, Literal, Operand, Quantifier, SegmentRef, Test, TextOp};
use super::catalogue::Catalogue;
use super::definitions::Definitions;
use super::diagnostic::{Diagnostic, Place, Severity, TextSpan};
use super::lint;
use super::size::check_size;
use super::time::{Bound, Length, Shift, Start, Stretch, TimeWindow, ZoneRef};
use super::types::{Scope, Type, one_of};

/// How many references from segment to segment may follow each other.
pub const MAX_REFERENCES: usize = 16;

/// Checks an expression against what there is to speak of. The findings are in the order of their places; the
/// expression can be evaluated when none is an [error](Severity::Error).
///
/// Places refer to the text that the expression was [parsed](super::parse) from; for one that was made in another way,
/// print it and parse it again.
///
/// ```
/// use crm_core::base::{DataClass, Name, ValueType};
/// use crm_core::segment::{Catalogue, Definitions, Field, check, parse};
///
/// let mut catalogue = Catalogue::new();
/// let country = Field::new(Name::from_static("customer.country"), ValueType::Text, DataClass::Contact);
/// catalogue.add(country)?;
/// let findings = check(&parse(r#"customer.contry = "DE""#)?, &catalogue, &Definitions::new());
/// assert_eq!(findings[0].code, "E0103");
/// assert_eq!(findings[0].suggestion.as_deref(), Some("did you mean `customer.country`?"));
/// # Ok::<(), crm_core::Error>(())
/// ```
pub fn check(expr: &Expr, catalogue: &Catalogue, segments: &Definitions) -> Vec<Diagnostic> {
    if let Err(too_much) = check_size(expr, TextSpan::default()) {
        return vec![too_much];
    }
    let mut checker = Checker::new(catalogue, segments);
    checker.expr(expr);
    if !checker.has_errors() {
        lint::lint(&mut checker, expr);
    }
    let mut out = checker.out;
    out.sort_by_key(|one| (one.span.start, one.span.end));
    out.dedup();
    out
}

/// The type of an operand of a customer, where it has one.
pub(super) fn type_of(operand: &Operand, catalogue: &Catalogue, segments: &Definitions) -> Option<Type> {
    Checker::new(catalogue, segments).operand(operand)
}

pub(super) struct Checker<'a> {
    pub scope: Scope<'a>,
    segments: &'a Definitions,
    /// The segments whose references are being followed.
    path: Vec<&'a Name>,
    followed: BTreeMap<&'a Name, Followed>,
    /// How many references in a row the longest chain has.
    height: usize,
    out: Vec<Diagnostic>,
}

/// What is known of a segment that was referred to.
#[derive(Clone, Debug)]
struct Followed {
    height: usize,
    error: Option<Diagnostic>,
}

impl<'a> Checker<'a> {
    fn new(catalogue: &'a Catalogue, segments: &'a Definitions) -> Self {
        Checker {
            scope: Scope::customer(catalogue),
            segments,
            path: Vec::new(),
            followed: BTreeMap::new(),
            height: 0,
            out: Vec::new(),
        }
    }

    /// Reports something, and gives no type.
    pub fn report<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.out.push(diagnostic);
        None
    }

    pub fn warn(&mut self, diagnostic: Diagnostic) {
        self.out.push(diagnostic);
    }

    fn has_errors(&self) -> bool {
        self.out.iter().any(|one| one.severity() == Severity::Error)
    }

    /// Checks a condition, and says whether its answer may be unknown.
    pub fn expr(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Const(_) => false,
            Expr::Known(inner) => {
                self.expr(inner);
                false
            }
            Expr::Segment(segment) => {
                self.segment(segment);
                true
            }
            Expr::Test(test) => self.test(test).unwrap_or(true),
            Expr::AtLeast(least, all) if *least == 0 || *least as usize > all.len() => {
                let what = "so many can never, or will always, be true";
                self.report::<()>(Diagnostic::new("E0008", Place::NONE, what));
                true
            }
            Expr::And(all) | Expr::Or(all) | Expr::AtLeast(_, all) => {
                all.iter().fold(false, |unknown, one| self.expr(one) | unknown)
            }
            Expr::Not(inner) => self.expr(inner),
        }
    }

    fn segment(&mut self, segment: &SegmentRef) -> Option<()> {
        let (name, segments) = (&segment.name, self.segments);
        if self.scope.events.is_some() {
            let what = "`segment` is about the customer, not about an event";
            return self.report(Diagnostic::new("E0213", segment.place, what));
        }
        let Some((name, expr)) = segments.entry(name.as_str()) else {
            let hint = crate::base::nearest(name.as_str(), segments.iter().map(|(name, _)| name.as_str()))
                .map(|own| format!("did you mean \"{own}\"?"));
            let what = format!("there is no segment \"{name}\"");
            return self.report(Diagnostic::new("E0106", segment.place, what).maybe_suggest(hint));
        };
        if segment.version.as_ref().is_some_and(|version| *version != expr.version()) {
            let what = format!("the segment \"{name}\" is not in the version that is asked for");
            return self.report(
                Diagnostic::new("E0111", segment.place, what)
                    .suggest(format!("it is in version \"{}\"", expr.version())),
            );
        }
        if let Some(at) = self.path.iter().position(|own| *own == name) {
            let circle: Vec<_> = self.path[at..].iter().map(|own| own.as_str()).chain([name.as_str()]).collect();
            let what = format!("segments that refer to each other in a circle: {}", circle.join(" → "));
            return self.report(Diagnostic::new("E0107", segment.place, what));
        }
        let inner = self.follow(name, expr);
        if inner.height >= MAX_REFERENCES {
            let what = "segments that refer to each other too often, one through the other";
            let expected = format!("at most {MAX_REFERENCES} references in a row");
            return self.report(Diagnostic::new("E0112", segment.place, what).expected(expected));
        }
        self.height = self.height.max(inner.height + 1);
        match inner.error {
            None => Some(()),
            Some(error) if matches!(error.code.as_str(), "E0107" | "E0112") => {
                self.report(Diagnostic { span: segment.place.0, ..error })
            }
            Some(error) => {
                let what = format!("the segment \"{name}\" cannot be evaluated: {error} [{}]", error.code);
                self.report(Diagnostic::new("E0110", segment.place, what))
            }
        }
    }

    /// Checks another segment, once. What is wrong in it is reported at the reference, as its places are in another
    /// text.
    fn follow(&mut self, name: &'a Name, expr: &Expr) -> Followed {
        if self.path.len() >= MAX_REFERENCES {
            return Followed { height: MAX_REFERENCES, error: None };
        }
        if let Some(followed) = self.followed.get(name) {
            return followed.clone();
        }
        let (out, height) = (std::mem::take(&mut self.out), std::mem::take(&mut self.height));
        self.path.push(name);
        self.expr(expr);
        self.path.pop();
        let found = std::mem::replace(&mut self.out, out);
        let followed = Followed {
            height: std::mem::replace(&mut self.height, height),
            error: found.into_iter().find(|one| one.severity() == Severity::Error),
        };
        self.followed.insert(name, followed.clone());
        followed
    }

    fn test(&mut self, test: &Test) -> Option<bool> {
        if test.operand.as_literal().is_some() {
            let what = "a condition cannot begin with a constant";
            return self.report(Diagnostic::new("E0005", test.place, what).expected("a field or a measure"));
        }
        let own = self.operand(&test.operand);
        // The other side is checked even if this one is wrong, so that all findings come at once.
        let other = match &test.check {
            Check::Compare(_, other, _) => Some((self.operand(other), None)),
            Check::Between(low, high) | Check::Range(low, high) => Some((self.operand(low), Some(self.operand(high)))),
            _ => None,
        };
        let own = own?;
        let unknown = own.unknown;
        if own.yearly && !matches!(test.check, Check::In(_)) {
            let what = "an anniversary returns every year: ask whether it lies in a window";
            return self.report(Diagnostic::new("E0202", test.place, what).expected("`in next 7 calendar days`"));
        }
        match &test.check {
            Check::Holds if own.value == ValueType::Bool => Some(unknown),
            Check::Holds => {
                let what = "this is a value, not a condition: compare it with something";
                self.report(Diagnostic::new("E0204", test.place, what).expected("bool").found(own.words()))
            }
            Check::Present | Check::Missing => Some(false),
            Check::Compare(op, operand, fold) => {
                let other = other?.0?;
                self.compare(*op, &own, &other, operand, *fold, test.place)?;
                Some(unknown || other.unknown)
            }
            Check::Between(low, high) | Check::Range(low, high) => {
                let (Some(least), Some(Some(greatest))) = other? else { return None };
                self.compare(CmpOp::Ge, &own, &least, low, Fold::None, test.place)?;
                self.compare(CmpOp::Le, &own, &greatest, high, Fold::None, test.place)?;
                Some(unknown || least.unknown || greatest.unknown)
            }
            Check::OneOf(all, fold) => {
                for one in all {
                    let operand = Operand { place: test.place, ..Operand::literal(one.clone()) };
                    let other = self.operand(&operand)?;
                    self.compare(CmpOp::Eq, &own, &other, &operand, *fold, test.place)?;
                }
                Some(unknown)
            }
            Check::Text(op, pattern, _) => {
                self.must_be(ValueType::Text, &own, op.word(), test.place)?;
                if *op == TextOp::Matches && super::fold::regex(pattern).is_none() {
                    let what = "not a regular expression, or too large a one";
                    return self.report(Diagnostic::new("E0013", test.place, what));
                }
                Some(unknown)
            }
            Check::Has(_, all, fold) => self.has(&own, all, *fold, test.place).map(|()| unknown),
            Check::In(window) => self.in_window(&own, window, test.place).map(|()| unknown),
            Check::OlderThan(length, zone) => {
                let stretch = Stretch::Last(*length);
                let window = TimeWindow { stretch, start: Start::Usual, zone: zone.clone() };
                self.in_window(&own, &window, test.place).map(|()| unknown)
            }
        }
    }

    fn must_be(&mut self, value: ValueType, own: &Type, what: &str, place: Place) -> Option<()> {
        if own.value == value {
            return Some(());
        }
        let what = format!("`{what}` cannot be asked of this");
        self.report(Diagnostic::new("E0202", place, what).expected(value.word()).found(own.words()))
    }

    fn compare(
        &mut self,
        op: CmpOp,
        own: &Type,
        other: &Type,
        operand: &Operand,
        fold: Fold,
        place: Place,
    ) -> Option<()> {
        self.comparable(own, other, operand.place)?;
        let ordered = !matches!(op, CmpOp::Eq | CmpOp::Ne);
        if ordered && matches!(own.value, ValueType::Bool | ValueType::Text | ValueType::Id) {
            let what = format!("`{}` has no meaning for this type", op.word());
            return self.report(Diagnostic::new("E0202", place, what).expected("`=` or `!=`").found(own.words()));
        }
        if own.value == ValueType::Texts {
            let what = "a list is not compared";
            return self.report(Diagnostic::new("E0202", place, what).suggest("ask what it `has`"));
        }
        if fold != Fold::None {
            self.must_be(ValueType::Text, own, fold.word(), place)?;
        }
        if let Some(Value::Text(text)) = operand.as_literal().map(Literal::value) {
            self.known_text(own, text, fold, operand.place)?;
        }
        Some(())
    }

    /// Whether two operands can be compared: their types, units and currencies.
    pub(super) fn comparable(&mut self, own: &Type, other: &Type, place: Place) -> Option<()> {
        use ValueType::{Date, Money, Time};
        if own.value == other.value || (own.is_number() && other.is_number()) {
            let (Some(a), Some(b)) = (&own.unit, &other.unit) else { return Some(()) };
            if a == b {
                return Some(());
            }
            let (code, what) = match own.value {
                Money => ("E0211", "amounts of two currencies are not compared"),
                _ => ("E0203", "numbers of two units are not compared"),
            };
            return self.report(Diagnostic::new(code, place, what).expected(a.as_str()).found(b.as_str()));
        }
        let (code, what, hint) = match (own.value, other.value) {
            (Money, _) if other.is_number() => {
                ("E0210", "an amount is not compared with a number", "write `500.00 EUR`")
            }
            (_, Money) if own.is_number() => {
                ("E0210", "a number is not compared with an amount", "leave the currency out")
            }
            (Time, Date) => (
                "E0205",
                "an instant is not compared with a date",
                "write `date(...)` around it, use `in from ...`, or write the instant out",
            ),
            (Date, Time) => ("E0205", "a date is not compared with an instant", "use `today`, or write a date"),
            _ => ("E0201", "values of two types are not compared", ""),
        };
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        let diagnostic = Diagnostic::new(code, place, what).expected(own.words()).found(other.words());
        self.report(diagnostic.maybe_suggest(hint))
    }

    /// Whether a text is one that the field can have.
    fn known_text(&mut self, own: &Type, text: &str, fold: Fold, place: Place) -> Option<()> {
        if own.values.is_empty() || fold != Fold::None || own.values.iter().any(|known| known == text) {
            return Some(());
        }
        self.report(one_of("E0109", place, "this field never has this value".to_owned(), text, &own.values))
    }

    fn has(&mut self, own: &Type, all: &[Text], fold: Fold, place: Place) -> Option<()> {
        if own.value == ValueType::Text {
            let what = "`has` is asked of lists";
            let diagnostic = Diagnostic::new("E0202", place, what).expected("texts").found(own.words());
            return self.report(diagnostic.suggest("use `contains`, `=` or `in {...}`"));
        }
        self.must_be(ValueType::Texts, own, "has", place)?;
        all.iter().try_for_each(|one| self.known_text(own, one, fold, place))
    }

    fn in_window(&mut self, own: &Type, window: &TimeWindow, place: Place) -> Option<()> {
        if !matches!(own.value, ValueType::Time | ValueType::Date) {
            let what = "only an instant or a date lies in a window of time";
            return self.report(Diagnostic::new("E0202", place, what).expected("time or date").found(own.words()));
        }
        self.window(window, place)?;
        if own.value == ValueType::Date && !window.stretch.is_civil() {
            let what = "a date has no time of the day: the window must consist of dates";
            return self.report(Diagnostic::new("E0206", place, what).expected("a window of the calendar").suggest(
                "write `calendar` before the unit, as in `last 30 calendar days`, or name dates instead of instants",
            ));
        }
        Some(())
    }

    /// The window of events: they have happened, so it cannot lie ahead.
    pub(super) fn event_window(&mut self, window: &TimeWindow, place: Place) -> Option<()> {
        if matches!(window.stretch, Stretch::Next(_) | Stretch::Following(_)) {
            let what = "events lie in the past: this window never holds one";
            return self.report(Diagnostic::new("E0214", place, what));
        }
        self.window(window, place)
    }

    fn window(&mut self, window: &TimeWindow, place: Place) -> Option<()> {
        if let Stretch::Between(start, end) = &window.stretch {
            let never = match (start, end) {
                (Bound::Date(start), Bound::Date(end)) => end <= start,
                (Bound::Time(start), Bound::Time(end)) => end <= start,
                _ => false,
            };
            if never {
                self.warn(Diagnostic::new("W0301", place, "the window ends before it starts: nothing lies in it"));
            }
        }
        if !window.start.suits(window.stretch.unit()) {
            let what = "only weeks start on a day of the week, and only quarters and years in a month";
            return self.report(Diagnostic::new("E0216", place, what));
        }
        for bound in window.stretch.bounds() {
            if let Bound::Today(shift) = bound {
                self.date_shift(shift, place)?;
            }
        }
        self.zone(&window.zone, window.stretch.needs_zone(), place)
    }

    /// A date moves by whole days, weeks, months, ...
    pub(super) fn date_shift(&mut self, shift: Option<Shift>, place: Place) -> Option<()> {
        let Some(Shift { length: Length::Exact(count, unit), .. }) = shift else { return Some(()) };
        let what = "a date moves by days of the calendar";
        let hint = format!("write `{count} calendar {}s`", unit.word());
        self.report(Diagnostic::new("E0206", place, what).suggest(hint))
    }

    pub(super) fn zone(&mut self, zone: &ZoneRef, has_effect: bool, place: Place) -> Option<()> {
        let name = match zone {
            ZoneRef::Default => return Some(()),
            ZoneRef::Named(name) | ZoneRef::Customer(Some(name)) => Some(name),
            ZoneRef::Customer(None) => None,
        };
        if name.is_some_and(|name| Zone::new(name.as_str()).is_err()) {
            let what = "there is no such zone in the IANA database";
            return self.report(Diagnostic::new("E0108", place, what).expected("a name like \"Europe/Berlin\""));
        }
        let own_zone = self.scope.catalogue.field(Catalogue::ZONE);
        let is_text = own_zone.is_some_and(|field| field.value_type == ValueType::Text && field.params.is_empty());
        if matches!(zone, ZoneRef::Customer(_)) && !is_text {
            let what = format!("customers have no zone: there is no field `{}` that is a text", Catalogue::ZONE);
            return self.report(Diagnostic::new("E0108", place, what));
        }
        if !has_effect {
            self.warn(Diagnostic::new("W0306", place, "the zone changes nothing here: this time is exact"));
        }
        Some(())
    }
}

/// Whether a check can be true of an empty list of texts or constants.
pub(super) fn is_empty_choice(check: &Check) -> Option<bool> {
    match check {
        Check::OneOf(all, _) if all.is_empty() => Some(false),
        Check::Has(quantifier, all, _) if all.is_empty() => Some(*quantifier != Quantifier::Any),
        _ => None,
    }
}

//! The types of operands.

use crate::base::{Name, Value, ValueType, nearest};

use super::ast::{AggFn, Aggregate, Distance, Function, Ident, Literal, Measure, Operand, OperandKind, Sequence};
use super::catalogue::{Catalogue, Event, Field};
use super::check::Checker;
use super::diagnostic::{Diagnostic, Place};
use super::time::{Length, Shift, Stretch, ZoneRef};

/// What is known of an operand before it has a value.
#[derive(Clone, Debug)]
pub(super) struct Type {
    pub value: ValueType,
    /// The unit of a number or the currency of an amount, where one is known.
    pub unit: Option<Name>,
    /// The only texts that it can be; empty for any.
    pub values: Vec<Name>,
    /// Whether it may have no value.
    pub unknown: bool,
    /// Whether it is the yearly return of a date, which lies in windows but is not itself a date.
    pub yearly: bool,
    /// The least and the greatest whole number that it can be.
    pub bounds: (i64, i64),
}

impl Type {
    fn of(value: ValueType) -> Self {
        Self { value, unit: None, values: Vec::new(), unknown: false, yearly: false, bounds: (i64::MIN, i64::MAX) }
    }

    fn number(least: i64, greatest: i64) -> Self {
        Self { bounds: (least, greatest), ..Self::of(ValueType::Int) }
    }

    fn field(field: &Field) -> Self {
        Self {
            unit: field.unit.clone(),
            values: field.values.clone(),
            unknown: field.may_be_unknown(),
            ..Self::of(field.value_type)
        }
    }

    fn literal(literal: &Literal) -> Self {
        let unit = match literal.value() {
            Value::Money(money) => Some(Name::from_static(money.currency().code())),
            _ => literal.unit().cloned(),
        };
        Self { unit, ..Self::of(literal.value_type()) }
    }

    /// A truth value that may be unknown.
    pub fn truth() -> Self {
        Self { unknown: true, ..Self::of(ValueType::Bool) }
    }

    pub const fn is_number(&self) -> bool {
        matches!(self.value, ValueType::Int | ValueType::Float)
    }

    /// In words: `money in EUR`, `int in days`.
    pub fn words(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} in {unit}", self.value),
            None => self.value.to_string(),
        }
    }
}

/// What names stand for: fields of the customer or, in a `where` clause, properties of these events.
#[derive(Clone, Debug)]
pub(super) struct Scope<'a> {
    pub catalogue: &'a Catalogue,
    pub events: Option<Vec<&'a Event>>,
}

impl<'a> Scope<'a> {
    pub const fn customer(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, events: None }
    }

    /// The scope of a `where` clause. Unknown events are left out.
    pub fn of_events(&self, names: &[Ident]) -> Self {
        let events = if names.is_empty() {
            self.catalogue.events().collect()
        } else {
            names.iter().filter_map(|one| self.catalogue.event(one.name.as_str())).collect()
        };
        Self { catalogue: self.catalogue, events: Some(events) }
    }
}

impl Checker<'_> {
    /// The type of an operand, or nothing when it has none; why not has been reported then.
    pub(super) fn operand(&mut self, operand: &Operand) -> Option<Type> {
        match &operand.kind {
            OperandKind::Literal(literal) => Some(Type::literal(literal)),
            OperandKind::Field { name, args } => self.field(name, args, operand.place),
            OperandKind::Now(shift, zone) => {
                let calendar = matches!(shift, Some(Shift { length: Length::Calendar(..), .. }));
                self.zone(zone, calendar, operand.place)?;
                Some(Type::of(ValueType::Time))
            }
            OperandKind::Today(shift, zone) => {
                self.zone(zone, true, operand.place)?;
                self.date_shift(*shift, operand.place)?;
                Some(Type::of(ValueType::Date))
            }
            OperandKind::Bucket { of, .. } => {
                self.customer_only("bucket", operand.place)?;
                Some(Type::number(0, i64::from(*of) - 1))
            }
            OperandKind::Call(function, inner, zone) => self.call(*function, inner, zone, operand.place),
            OperandKind::Coalesce(inner, default) => self.coalesce(inner, default),
            OperandKind::Distance(distance) => self.distance(distance, operand.place),
            OperandKind::Aggregate(aggregate) => self.aggregate(aggregate, operand.place),
            OperandKind::Sequence(sequence) => self.sequence(sequence, operand.place),
        }
    }

    fn customer_only(&mut self, what: &str, place: Place) -> Option<()> {
        if self.scope.events.is_none() {
            return Some(());
        }
        self.report(Diagnostic::new("E0213", place, format!("`{what}` is about the customer, not about an event")))
    }

    fn field(&mut self, name: &Name, args: &[Name], place: Place) -> Option<Type> {
        if self.scope.events.is_some() {
            let field = self.property(&Ident { name: name.clone(), place })?;
            return match args {
                [] => Some(Type::field(&field)),
                _ => self.report(Diagnostic::new("E0104", place, format!("the property `{name}` has no arguments"))),
            };
        }
        let catalogue = self.scope.catalogue;
        let Some(field) = catalogue.field(name.as_str()) else {
            let hint = catalogue.nearest_field(name.as_str()).map(|own| format!("did you mean `{own}`?"));
            return self
                .report(Diagnostic::new("E0103", place, format!("there is no field `{name}`")).maybe_suggest(hint));
        };
        if args.len() != field.params.len() {
            let expected: Vec<_> = field.params.iter().map(|param| param.name.as_str()).collect();
            return self.report(
                Diagnostic::new("E0104", place, format!("`{name}` needs other arguments"))
                    .expected(format!("({})", expected.join(", ")))
                    .found(format!("{} of them", args.len())),
            );
        }
        for (param, arg) in field.params.iter().zip(args) {
            if !param.values.is_empty() && !param.values.contains(arg) {
                let what = format!("`{name}` knows no such {}", param.name);
                return self.report(one_of("E0105", place, what, arg.as_str(), &param.values));
            }
        }
        if let Some(instead) = &field.deprecated {
            self.warn(
                Diagnostic::new("W0303", place, format!("the field `{name}` is on its way out"))
                    .suggest(format!("use `{instead}`")),
            );
        }
        Some(Type::field(field))
    }

    /// The property that all events of the scope have in common.
    fn property(&mut self, ident: &Ident) -> Option<Field> {
        let (name, mut found) = (ident.name.as_str(), None::<Field>);
        for event in self.scope.events.clone().unwrap_or_default() {
            let Some(own) = event.property(name) else {
                let hint = nearest(name, event.property_names()).map(|own| format!("did you mean `{own}`?"));
                let what = format!("the event `{}` has no property `{name}`", event.name);
                return self.report(Diagnostic::new("E0102", ident.place, what).maybe_suggest(hint));
            };
            match &mut found {
                None => found = Some(own),
                Some(first) if first.value_type != own.value_type => {
                    let what = format!("the property `{name}` has more than one type among these events");
                    let types = format!("{} and {}", first.value_type, own.value_type);
                    return self.report(Diagnostic::new("E0212", ident.place, what).found(types));
                }
                Some(first) => {
                    if first.unit != own.unit {
                        first.unit = None;
                    }
                    if first.missing != own.missing {
                        first.missing = crate::base::Missing::Unknown;
                    }
                    if first.values != own.values {
                        first.values.clear();
                    }
                }
            }
        }
        found
    }

    fn call(&mut self, function: Function, inner: &Operand, zone: &ZoneRef, place: Place) -> Option<Type> {
        use ValueType::{Date, Texts, Time};
        let own = self.operand(inner)?;
        let takes: &[ValueType] = match function {
            Function::Age | Function::AgeFebruary | Function::Weekday | Function::Month => &[Date, Time],
            Function::Date | Function::Hour => &[Time],
            Function::Size => &[Texts],
            Function::Anniversary | Function::AnniversaryFebruary => &[Date],
        };
        if !takes.contains(&own.value) || own.yearly {
            let expected: Vec<_> = takes.iter().map(|ty| ty.word()).collect();
            return self.report(
                Diagnostic::new("E0202", inner.place, format!("`{}` cannot take this", function.word()))
                    .expected(expected.join(" or "))
                    .found(own.words()),
            );
        }
        let ages = matches!(function, Function::Age | Function::AgeFebruary);
        self.zone(zone, own.value == Time || ages, place)?;
        let result = match function {
            Function::Age | Function::AgeFebruary => {
                Type { unit: Some(Name::from_static("years")), ..Type::number(-9999, 9999) }
            }
            Function::Date => Type::of(Date),
            Function::Weekday => Type::number(1, 7),
            Function::Month => Type::number(1, 12),
            Function::Hour => Type::number(0, 23),
            Function::Size => Type::number(0, i64::MAX),
            Function::Anniversary | Function::AnniversaryFebruary => Type { yearly: true, ..Type::of(Date) },
        };
        Some(Type { unknown: own.unknown, ..result })
    }

    fn coalesce(&mut self, inner: &Operand, default: &Literal) -> Option<Type> {
        let own = self.operand(inner)?;
        let other = Type::literal(default);
        self.comparable(&own, &other, inner.place)?;
        if own.value != other.value {
            let what = "the constant must be of the same type";
            let found = other.words();
            return self.report(Diagnostic::new("E0201", inner.place, what).expected(own.words()).found(found));
        }
        Some(Type { unknown: false, ..own })
    }

    fn distance(&mut self, distance: &Distance, place: Place) -> Option<Type> {
        for degrees in [&distance.latitude, &distance.longitude] {
            let own = self.operand(degrees)?;
            if !own.is_number() {
                let what = "`distance` takes degrees of latitude and longitude";
                return self
                    .report(Diagnostic::new("E0202", degrees.place, what).expected("int or float").found(own.words()));
            }
        }
        if !Distance::is_place(distance.to_latitude, distance.to_longitude) {
            let what = "there is no such place on the earth";
            let expected = "a latitude from -90 to 90 and a longitude from -180 to 180";
            return self.report(Diagnostic::new("E0217", place, what).expected(expected));
        }
        // Degrees that are known may still be those of no place.
        Some(Type { unit: Some(Name::from_static("km")), unknown: true, ..Type::of(ValueType::Float) })
    }

    fn aggregate(&mut self, aggregate: &Aggregate, place: Place) -> Option<Type> {
        let word = match &aggregate.measure {
            Measure::Of(function, _) => function.word(),
            Measure::Nth(..) => "nth",
            Measure::Rate(_) => "rate",
            Measure::Count => "count",
        };
        self.customer_only(word, place)?;
        self.known_events(&aggregate.events)?;
        if let Some(window) = &aggregate.window {
            self.event_window(window, place)?;
        }
        if let Measure::Rate(per) = &aggregate.measure {
            let last = aggregate.window.as_ref().map(|window| window.stretch);
            if !matches!((per, last), (Length::Exact(..), Some(Stretch::Last(Length::Exact(..))))) {
                let what = "a rate is one of exact time in a window of exact time";
                return self
                    .report(Diagnostic::new("E0215", place, what).expected("`rate(30 days, order in last 90 days)`"));
            }
        }
        let inner = self.scope.of_events(&aggregate.events);
        let outer = std::mem::replace(&mut self.scope, inner);
        let uncertain = aggregate.filter.as_ref().is_some_and(|filter| self.expr(filter));
        let property = match &aggregate.measure {
            Measure::Count | Measure::Rate(_) => None,
            Measure::Of(function, ident) => Some((*function, ident, self.property(ident))),
            Measure::Nth(_, ident) => Some((AggFn::Last, ident, self.property(ident))),
        };
        self.scope = outer;
        let Some((function, ident, property)) = property else {
            let rate = matches!(aggregate.measure, Measure::Rate(_));
            let count = if rate { Type::of(ValueType::Float) } else { Type::number(0, i64::MAX) };
            return Some(Type { unknown: uncertain, ..count });
        };
        let property = property?;
        self.measured(function, ident, &property, uncertain)
    }

    fn known_events(&mut self, events: &[Ident]) -> Option<()> {
        let catalogue = self.scope.catalogue;
        let Some(unknown) = events.iter().find(|event| catalogue.event(event.name.as_str()).is_none()) else {
            return Some(());
        };
        let name = unknown.name.as_str();
        let hint = nearest(name, catalogue.events().map(|own| own.name.as_str()));
        let hint = hint.map(|own| format!("did you mean `{own}`?"));
        let what = format!("there is no event `{name}`");
        self.report(Diagnostic::new("E0101", unknown.place, what).maybe_suggest(hint))
    }

    fn sequence(&mut self, sequence: &Sequence, place: Place) -> Option<Type> {
        self.customer_only("steps", place)?;
        if sequence.steps.len() > Sequence::MAX_STEPS {
            let what = "a sequence of too many steps";
            let expected = format!("at most {}", Sequence::MAX_STEPS);
            return self.report(Diagnostic::new("E0007", place, what).expected(expected));
        }
        if [sequence.within, sequence.gap].iter().flatten().any(|length| matches!(length, Length::Calendar(..))) {
            let what = "the time from one step to another is exact";
            return self.report(Diagnostic::new("E0010", place, what).suggest("write `within 7 days`"));
        }
        if let Some(window) = &sequence.window {
            self.event_window(window, place)?;
        }
        let mut unknown = false;
        for chosen in sequence.steps.iter().chain(&sequence.without) {
            self.known_events(&chosen.events)?;
            let inner = self.scope.of_events(&chosen.events);
            let outer = std::mem::replace(&mut self.scope, inner);
            unknown |= chosen.filter.as_ref().is_some_and(|filter| self.expr(filter));
            self.scope = outer;
        }
        Some(Type { unknown, ..Type::number(0, sequence.steps.len() as i64) })
    }

    fn measured(&mut self, function: AggFn, ident: &Ident, property: &Field, uncertain: bool) -> Option<Type> {
        use ValueType::{Date, Float, Int, Money, Texts, Time};
        let takes: &[ValueType] = match function {
            AggFn::Sum | AggFn::Avg => &[Int, Float, Money],
            AggFn::Min | AggFn::Max => &[Int, Float, Money, Date, Time],
            AggFn::Distinct | AggFn::First | AggFn::Last => &ValueType::ALL,
        };
        let fits =
            takes.contains(&property.value_type) && !(function == AggFn::Distinct && property.value_type == Texts);
        if !fits {
            let expected: Vec<_> = takes.iter().filter(|ty| **ty != Texts).map(|ty| ty.word()).collect();
            return self.report(
                Diagnostic::new("E0212", ident.place, format!("there is no `{}` of this property", function.word()))
                    .expected(expected.join(", "))
                    .found(property.value_type.word()),
            );
        }
        let unknown = uncertain || property.may_be_unknown();
        let own = Type::field(property);
        Some(match function {
            AggFn::Sum => Type { unknown, ..own },
            AggFn::Distinct => Type { unknown, ..Type::number(0, i64::MAX) },
            AggFn::Avg if own.value == Int => Type { value: Float, unknown: true, ..own },
            AggFn::Avg | AggFn::Min | AggFn::Max | AggFn::First | AggFn::Last => Type { unknown: true, ..own },
        })
    }
}

/// A value that is none of the known ones.
pub(super) fn one_of(code: &'static str, place: Place, what: String, found: &str, known: &[Name]) -> Diagnostic {
    let hint = nearest(found, known.iter().map(Name::as_str)).map(|own| format!("did you mean \"{own}\"?"));
    let known: Vec<_> = known.iter().map(Name::as_str).collect();
    let diagnostic = Diagnostic::new(code, place, what).expected(format!("one of {}", known.join(", ")));
    diagnostic.maybe_suggest(hint)
}

//! Random trees: whatever can be written, whether or not it means something.

use crm_core::base::{CalendarUnit, Currency, Date, Id, Money, Month, Name, Text, Timestamp, Value, Weekday};
use crm_core::segment::{
    AggFn, Aggregate, Bound, Check, CmpOp, Distance, ExactUnit, Expr, Fold, Function, Ident, Length, Literal, Measure,
    Operand, OperandKind, Place, Quantifier, SegmentRef, Selection, Sequence, Shift, Start, Stretch, TextOp,
    TimeWindow, ZoneRef,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub fn name() -> BoxedStrategy<Name> {
    prop_oneof![
        select(vec![
            "customer.country",
            "a.b_c.d",
            "order",
            "in",
            "last",
            "count",
            "Cart Created",
            "x`y",
            "1st",
            "known"
        ]),
        select(vec!["at", "any", "event", "now", "ci", "true", "π.größe", "a.1", "a..b", "id", "zone", "all"]),
    ]
    .prop_map(Name::from_static)
    .boxed()
    .prop_union("[^\\p{Cc}\\s][^\\p{Cc}]{0,8}[^\\p{Cc}\\s]".prop_filter_map("a name", |s| Name::new(&s).ok()).boxed())
    .boxed()
}

fn text() -> BoxedStrategy<Text> {
    prop_oneof![".{0,6}", "[\"\\\\\n\t\u{0}-\u{20}]{0,4}"].prop_map(Text::from).boxed()
}

pub fn date() -> impl Strategy<Value = Date> {
    (Date::MIN.days()..=Date::MAX.days()).prop_map(|days| Date::from_days(days).unwrap())
}

pub fn instant() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()).prop_map(|at| Timestamp::from_micros(at).unwrap())
}

fn number() -> BoxedStrategy<Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        Just(Value::from(i64::MIN)),
        any::<f64>().prop_filter_map("finite", |x| Value::float(x).ok()),
        (-1000_i32..1000).prop_map(|x| Value::float(f64::from(x) / 8.0).unwrap()),
    ]
    .boxed()
}

pub fn literal() -> BoxedStrategy<Literal> {
    let value = prop_oneof![
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
        date().prop_map(Value::from),
        instant().prop_map(Value::from),
        (any::<i64>(), select(vec!["EUR", "JPY", "BHD", "CLF"]))
            .prop_map(|(minor, code)| Value::from(Money::new(minor, Currency::new(code).unwrap()))),
        any::<[u8; 16]>().prop_map(|bytes| Value::from(Id::from_bytes(bytes))),
    ];
    prop_oneof![
        value.prop_map(|value| Literal::new(value).unwrap()),
        (number(), select(vec!["days", "points", "years"])).prop_map(|(number, unit)| Literal::with_unit(
            number,
            Name::from_static(unit)
        )
        .unwrap()),
    ]
    .boxed()
}

fn fold() -> impl Strategy<Value = Fold> {
    select(Fold::ALL)
}

fn calendar_unit() -> impl Strategy<Value = CalendarUnit> {
    use CalendarUnit::{Day, Month, Quarter, Week, Year};
    select(vec![Day, Week, Month, Quarter, Year])
}

pub fn length() -> BoxedStrategy<Length> {
    prop_oneof![
        (1_u32..2000, select(ExactUnit::ALL.to_vec())).prop_map(|(count, unit)| Length::Exact(count, unit)),
        (1_u32..200, calendar_unit()).prop_map(|(count, unit)| Length::Calendar(count, unit)),
    ]
    .boxed()
}

fn shift() -> BoxedStrategy<Option<Shift>> {
    option::of((any::<bool>(), length()).prop_map(|(back, length)| Shift { back, length })).boxed()
}

fn zone() -> BoxedStrategy<ZoneRef> {
    prop_oneof![
        4 => Just(ZoneRef::Default),
        1 => name().prop_map(ZoneRef::Named),
        1 => option::of(name()).prop_map(ZoneRef::Customer),
    ]
    .boxed()
}

fn bound() -> BoxedStrategy<Bound> {
    prop_oneof![
        date().prop_map(Bound::Date),
        instant().prop_map(Bound::Time),
        shift().prop_map(Bound::Now),
        shift().prop_map(Bound::Today),
    ]
    .boxed()
}

fn window() -> BoxedStrategy<TimeWindow> {
    let stretch = prop_oneof![
        length().prop_map(Stretch::Last),
        length().prop_map(Stretch::Next),
        calendar_unit().prop_map(Stretch::This),
        calendar_unit().prop_map(Stretch::Previous),
        calendar_unit().prop_map(Stretch::Following),
        bound().prop_map(Stretch::Since),
        bound().prop_map(Stretch::Until),
        (bound(), bound()).prop_map(|(start, end)| Stretch::Between(start, end)),
    ];
    let window = |(stretch, pick, zone): (Stretch, usize, ZoneRef)| {
        let unit = match stretch {
            Stretch::Last(Length::Calendar(_, unit))
            | Stretch::Next(Length::Calendar(_, unit))
            | Stretch::This(unit)
            | Stretch::Previous(unit)
            | Stretch::Following(unit) => Some(unit),
            _ => None,
        };
        let start = match unit {
            Some(CalendarUnit::Week) if pick < 7 => Start::Week(Weekday::ALL[pick]),
            Some(CalendarUnit::Quarter | CalendarUnit::Year) if pick < 12 => Start::Year(Month::ALL[pick]),
            _ => Start::Usual,
        };
        TimeWindow { stretch, start, zone }
    };
    (stretch, 0..24_usize, zone()).prop_map(window).boxed()
}

fn leaf_operand() -> BoxedStrategy<OperandKind> {
    prop_oneof![
        3 => (name(), vec(name(), 0..3)).prop_map(|(name, args)| OperandKind::Field { name, args }),
        1 => (shift(), zone()).prop_map(|(shift, zone)| OperandKind::Now(shift, zone)),
        1 => (shift(), zone()).prop_map(|(shift, zone)| OperandKind::Today(shift, zone)),
        1 => (text(), 1_u32..).prop_map(|(salt, of)| OperandKind::Bucket { salt, of }),
    ]
    .boxed()
}

fn ident() -> impl Strategy<Value = Ident> {
    name().prop_map(Ident::new)
}

fn aggregate(filter: BoxedStrategy<Expr>) -> BoxedStrategy<OperandKind> {
    let measure = prop_oneof![
        Just(Measure::Count),
        (select(AggFn::ALL), ident()).prop_map(|(function, property)| Measure::Of(function, property)),
        ((-9_i32..9).prop_filter("not 0", |number| *number != 0), ident())
            .prop_map(|(number, property)| Measure::Nth(number, property)),
        length().prop_map(Measure::Rate),
    ];
    (measure, vec(ident(), 0..3), option::of(window()), option::of(filter))
        .prop_map(|(measure, events, window, filter)| {
            OperandKind::Aggregate(Box::new(Aggregate { measure, events, window, filter }))
        })
        .boxed()
}

fn sequence(filter: BoxedStrategy<Expr>) -> BoxedStrategy<OperandKind> {
    let chosen =
        (vec(ident(), 0..3), option::of(filter)).prop_map(|(events, filter)| Selection { events, filter }).boxed();
    let limits = (option::of(length()), option::of(length()), option::of(window()));
    (vec(chosen.clone(), 1..4), option::of(chosen), limits)
        .prop_map(|(steps, without, (within, gap, window))| {
            OperandKind::Sequence(Box::new(Sequence { steps, without, within, gap, window }))
        })
        .boxed()
}

/// Everything but constants: with these a condition begins.
fn subject(filter: BoxedStrategy<Expr>) -> BoxedStrategy<Operand> {
    let leaf =
        prop_oneof![3 => leaf_operand(), 2 => aggregate(filter.clone()), 1 => sequence(filter)].prop_map(Operand::new);
    leaf.prop_recursive(2, 4, 1, |inner| {
        prop_oneof![
            (select(Function::ALL), inner.clone(), zone()).prop_map(|(function, inner, zone)| OperandKind::Call(
                function,
                Box::new(inner),
                zone
            )),
            (inner.clone(), inner.clone(), -90.0..90.0, -180.0..180.0).prop_map(
                |(latitude, longitude, to_latitude, to_longitude)| OperandKind::Distance(Box::new(Distance {
                    latitude,
                    longitude,
                    to_latitude,
                    to_longitude
                }))
            ),
            (inner, literal()).prop_map(|(inner, default)| OperandKind::Coalesce(Box::new(inner), default)),
        ]
        .prop_map(Operand::new)
    })
    .boxed()
}

fn check(filter: BoxedStrategy<Expr>) -> BoxedStrategy<Check> {
    let operand = prop_oneof![3 => literal().prop_map(Operand::literal), 1 => subject(filter)].boxed();
    prop_oneof![
        Just(Check::Holds),
        Just(Check::Present),
        Just(Check::Missing),
        (select(CmpOp::ALL), operand.clone(), fold()).prop_map(|(op, other, fold)| Check::Compare(op, other, fold)),
        (operand.clone(), operand.clone()).prop_map(|(low, high)| Check::Between(low, high)),
        (operand.clone(), operand).prop_map(|(low, high)| Check::Range(low, high)),
        (vec(literal(), 0..4), fold()).prop_map(|(all, fold)| Check::OneOf(all, fold)),
        (select(TextOp::ALL), text(), fold()).prop_map(|(op, pattern, fold)| Check::Text(op, pattern, fold)),
        (select(Quantifier::ALL), vec(text(), 0..4), fold())
            .prop_map(|(quantifier, all, fold)| Check::Has(quantifier, all, fold)),
        window().prop_map(Check::In),
        (length(), zone()).prop_map(|(length, zone)| Check::OlderThan(length, zone)),
    ]
    .boxed()
}

pub fn expr() -> BoxedStrategy<Expr> {
    let bare = prop_oneof![
        any::<bool>().prop_map(Expr::Const),
        (name(), option::of(name())).prop_map(|(name, version)| Expr::Segment(SegmentRef {
            name,
            version,
            place: Place::NONE
        })),
    ]
    .boxed();
    let test = |filter: BoxedStrategy<Expr>| {
        (subject(filter.clone()), check(filter)).prop_map(|(operand, check)| Expr::test(operand, check)).boxed()
    };
    let leaf = prop_oneof![1 => bare.clone(), 6 => test(bare)].boxed();
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Expr::And),
            vec(inner.clone(), 0..4).prop_map(Expr::Or),
            vec(inner.clone(), 1..4).prop_flat_map(|all| {
                (1..=all.len() as u32).prop_map(move |least| Expr::AtLeast(least, all.clone()))
            }),
            inner.clone().prop_map(|one| Expr::Not(Box::new(one))),
            inner.clone().prop_map(|one| Expr::Known(Box::new(one))),
            test(inner.boxed()),
        ]
    })
    .boxed()
}

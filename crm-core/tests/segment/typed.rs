//! Random expressions that mean something in the small catalogue, as text.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::oracle::EXPRESSIONS;
use crate::world::{TEXTS, zone_name};

type Text = BoxedStrategy<String>;

fn pick(all: &'static [&'static str]) -> Text {
    select(all).prop_map(str::to_owned).boxed()
}

fn int() -> Text {
    (-3_i64..6).prop_map(|number| number.to_string()).boxed()
}

fn decimal() -> Text {
    prop_oneof![(-4_i32..8).prop_map(|quarters| format!("{:?}", f64::from(quarters) / 4.0)), int()].boxed()
}

fn euros() -> Text {
    (-4_i64..16)
        .prop_map(|quarters| {
            format!("{}{}.{:02} EUR", if quarters < 0 { "-" } else { "" }, quarters.abs() / 4, quarters.abs() % 4 * 25)
        })
        .boxed()
}

fn text() -> Text {
    select(TEXTS).prop_map(|(text, ..)| format!("{text:?}")).boxed()
}

fn fold() -> Text {
    pick(&["", "", " ci", " fold"])
}

fn zone(customer: bool) -> Text {
    let own = if customer { &["", " zone customer", " zone customer else \"Asia/Tokyo\""][..] } else { &[""][..] };
    prop_oneof![
        2 => Just(String::new()),
        1 => zone_name().prop_map(|name| format!(" zone \"{name}\"")),
        1 => pick(own),
    ]
    .boxed()
}

fn calendar_length() -> Text {
    (1_u32..15, select(vec!["days", "weeks", "months", "quarters", "years"]))
        .prop_map(|(count, unit)| format!("{count} calendar {unit}"))
        .boxed()
}

fn length() -> Text {
    let exact =
        (1_u32..40, select(vec!["minutes", "hours", "days", "weeks"])).prop_map(|(n, unit)| format!("{n} {unit}"));
    prop_oneof![exact, calendar_length()].boxed()
}

/// Windows of dates; those that may lie ahead only where that is allowed.
fn civil_window(ahead: bool) -> Text {
    let unit = || pick(&["day", "week", "month", "quarter", "year"]);
    let day = prop_oneof![
        Just("today".to_owned()),
        calendar_length().prop_map(|length| format!("today - {length}")),
        pick(&["2026-03-29", "2026-01-01", "2024-02-29", "2025-06-30"]),
    ]
    .boxed();
    let past = prop_oneof![
        calendar_length().prop_map(|length| format!("last {length}")),
        unit().prop_map(|unit| format!("this {unit}")),
        unit().prop_map(|unit| format!("previous {unit}")),
        fiscal(&["last 2 calendar", "this", "previous"]),
        day.clone().prop_map(|day| format!("from {day}")),
        day.clone().prop_map(|day| format!("until {day}")),
        (day.clone(), day).prop_map(|(from, until)| format!("from {from} until {until}")),
    ]
    .boxed();
    let future = prop_oneof![
        calendar_length().prop_map(|length| format!("next {length}")),
        unit().prop_map(|unit| format!("next {unit}")),
        fiscal(&["next 3 calendar", "next"]),
    ];
    if ahead { prop_oneof![2 => past, 1 => future].boxed() } else { past }
}

/// Windows whose weeks, quarters and years begin elsewhere.
fn fiscal(which: &'static [&'static str]) -> Text {
    let starts = pick(&[
        "week starting sunday",
        "week starting saturday",
        "quarter starting february",
        "year starting april",
        "year starting october",
    ]);
    (pick(which), starts)
        .prop_map(|(which, starts)| {
            let plural = if which.ends_with("calendar") { "s starting" } else { " starting" };
            format!("{which} {}", starts.replace(" starting", plural))
        })
        .boxed()
}

fn window(ahead: bool, customer: bool) -> Text {
    let instant = prop_oneof![
        Just("now".to_owned()),
        length().prop_map(|length| format!("now - {length}")),
        pick(&["2026-03-29T01:00:00Z", "2026-01-01T00:00:00+01:00"]),
    ]
    .boxed();
    let exact = prop_oneof![
        (1_u32..40, select(vec!["minutes", "hours", "days", "weeks"])).prop_map(|(n, unit)| format!("last {n} {unit}")),
        instant.clone().prop_map(|at| format!("from {at}")),
        (instant.clone(), instant).prop_map(|(from, until)| format!("from {from} until {until}")),
    ]
    .boxed();
    let exact = if ahead { prop_oneof![3 => exact, 1 => Just("next 3 days".to_owned())].boxed() } else { exact };
    let civil = (civil_window(ahead), zone(customer)).prop_map(|(window, zone)| window + &zone);
    prop_oneof![exact, civil].boxed()
}

fn dates(customer: bool) -> Text {
    (civil_window(true), zone(customer)).prop_map(|(window, zone)| window + &zone).boxed()
}

fn compared(own: Text, other: Text) -> Text {
    let op = pick(&["=", "!=", "<", "<=", ">", ">="]);
    prop_oneof![
        4 => (own.clone(), op, other.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (own.clone(), other.clone(), other.clone()).prop_map(|(a, low, high)| format!("{a} between {low} and {high}")),
        1 => (own.clone(), other.clone(), other).prop_map(|(a, low, high)| format!("{a} in [{low}, {high})")),
        1 => (own, pick(&["is missing", "is present"])).prop_map(|(a, check)| format!("{a} {check}")),
    ]
    .boxed()
}

fn listed(own: Text, one: Text, end: Text) -> Text {
    (own, pick(&["in", "not in"]), proptest::collection::vec(one, 0..4), end)
        .prop_map(|(own, word, all, end)| format!("{own} {word} {{{}}}{end}", all.join(", ")))
        .boxed()
}

fn texts_compared(own: Text) -> Text {
    let word = pick(&["=", "!=", "starts with", "ends with", "contains", "like", "not contains"]);
    let like = pick(&["\"*\"", "\"?nn*\"", "\"S*E\"", "\"\\\\*\""]);
    prop_oneof![
        4 => (own.clone(), word, text(), fold()).prop_map(|(a, word, b, fold)| format!("{a} {word} {b}{fold}")),
        1 => (own.clone(), like, pick(&["", " ci"])).prop_map(|(a, pattern, fold)| format!("{a} like {pattern}{fold}")),
        2 => listed(own.clone(), text(), fold()),
        1 => (own.clone(), select(EXPRESSIONS.to_vec()), fold())
            .prop_map(|(own, (expression, _), fold)| format!("{own} matches {expression:?}{fold}")),
        1 => own.prop_map(|own| format!("{own} is missing")),
    ]
    .boxed()
}

fn tags_compared(own: Text) -> Text {
    let all = proptest::collection::vec(text(), 0..3);
    (own, pick(&["any", "all", "none"]), all, fold())
        .prop_map(|(own, word, all, fold)| format!("{own} has {word} {{{}}}{fold}", all.join(", ")))
        .boxed()
}

fn times_compared(own: Text, ahead: bool, customer: bool) -> Text {
    let now = (pick(&["now", "now - ", "now + "]), length(), zone(false)).prop_map(|(now, length, zone)| {
        match now.as_str() {
            "now" => now,
            _ if length.contains("calendar") => format!("{now}{length}{zone}"),
            _ => format!("{now}{length}"),
        }
    });
    prop_oneof![
        2 => (own.clone(), window(ahead, customer)).prop_map(|(own, window)| format!("{own} in {window}")),
        1 => (own.clone(), length()).prop_map(|(own, length)| format!("{own} older than {length}")),
        1 => compared(own, now.boxed()),
    ]
    .boxed()
}

fn dates_compared(own: Text, customer: bool) -> Text {
    let day = prop_oneof![
        pick(&["2026-03-29", "2004-02-29"]),
        (calendar_length(), zone(customer)).prop_map(|(length, zone)| format!("today - {length}{zone}")),
    ];
    prop_oneof![
        2 => (own.clone(), dates(customer)).prop_map(|(own, window)| format!("{own} in {window}")),
        1 => (own.clone(), calendar_length()).prop_map(|(own, length)| format!("{own} older than {length}")),
        1 => compared(own.clone(), day.boxed()),
        1 => compared(own, Just("today".to_owned()).boxed()),
    ]
    .boxed()
}

/// What can be asked of one event.
fn of_event() -> Text {
    let leaf = prop_oneof![
        compared(pick(&["quantity", "points"]), int()),
        compared(pick(&["amount"]), euros()),
        compared(pick(&["rating"]), decimal()),
        texts_compared(pick(&["channel", "coalesce(channel, \"nn\")"])),
        tags_compared(pick(&["coupons"])),
        times_compared(pick(&["at", "shipped"]), true, true),
        dates_compared(pick(&["day", "date(at, zone \"Asia/Tokyo\")"]), true),
        pick(&[
            "gift",
            "not gift",
            "gift = true",
            "hour(at) >= 12",
            "weekday(day) < 3",
            "size(coupons) > 1",
            "name = \"order\""
        ]),
    ]
    .boxed();
    joined(leaf, 1)
}

fn selection(events: &'static [&'static str], filter: Text) -> Text {
    (pick(events), option::of(window(false, true)), option::of(filter))
        .prop_map(|(events, window, filter)| {
            let window = window.map_or(String::new(), |window| format!(" in {window}"));
            let filter = filter.map_or(String::new(), |filter| format!(" where {filter}"));
            format!("{events}{window}{filter}")
        })
        .boxed()
}

fn orders() -> Text {
    selection(&["order"], of_event())
}

fn measured(functions: &'static [&'static str], property: &'static str) -> Text {
    (pick(functions), orders())
        .prop_map(move |(function, orders)| format!("{function}({property} of {orders})"))
        .boxed()
}

fn count() -> Text {
    let simple = selection(
        &["order", "visit", "order | visit", "any event", "\"Cart Created\""],
        pick(&["amount >= 1.00 EUR", "at in last 3 days", "points is missing"]),
    );
    let visits = selection(&["order | visit", "visit"], pick(&["channel = \"anna\"", "channel contains \"n\" ci"]));
    prop_oneof![
        orders().prop_map(|one| format!("count({one})")),
        simple.prop_map(|one| format!("count({one})")),
        visits.prop_map(|one| format!("count({one})")),
        measured(&["distinct"], "channel"),
        measured(&["distinct"], "amount"),
        measured(&["distinct"], "rating"),
    ]
    .boxed()
}

fn exact_length() -> Text {
    (1_u32..40, select(vec!["hours", "days", "weeks"])).prop_map(|(count, unit)| format!("{count} {unit}")).boxed()
}

/// Events with a condition that suits them.
fn step() -> Text {
    let visits = option::of(pick(&["channel = \"anna\"", "channel contains \"n\" ci", "amount >= 1.00 EUR"]));
    prop_oneof![
        2 => option::of(of_event()).prop_map(|filter| filter.map_or("order".to_owned(), |one| format!("order where {one}"))),
        2 => visits.prop_map(|filter| filter.map_or("visit".to_owned(), |one| format!("order | visit where {one}"))),
        1 => pick(&["\"Cart Created\"", "any event"]),
    ]
    .boxed()
}

fn steps() -> Text {
    let limit = |word: &'static str, inner: Text| {
        option::of(inner).prop_map(move |inner| inner.map_or(String::new(), |inner| format!(", {word} {inner}")))
    };
    let limits = (limit("within", exact_length()), limit("gap", exact_length()), limit("without", step()));
    (proptest::collection::vec(step(), 1..4), limits, limit("in", window(false, true)))
        .prop_map(|(steps, (within, gap, without), window)| {
            format!("({}{within}{gap}{without}{window})", steps.join(" -> "))
        })
        .boxed()
}

fn habit() -> Text {
    let filter = || option::of(of_event()).prop_map(|one| one.map_or(String::new(), |one| format!(" where {one}")));
    prop_oneof![
        (length(), filter()).prop_map(|(length, filter)| format!("stopped(order for {length}{filter})")),
        (exact_length(), exact_length(), filter())
            .prop_map(|(pause, last, filter)| format!("resumed(order after {pause} in last {last}{filter})")),
        (1_u32..4, 4_u32..7, filter())
            .prop_map(|(least, all, filter)| format!("regular(order in {least} of last {all} weeks{filter})")),
    ]
    .boxed()
}

fn nth(property: &'static str) -> Text {
    (select(vec![-3, -2, -1, 1, 2, 3]), orders())
        .prop_map(move |(number, orders)| format!("nth({number}, {property} of {orders})"))
        .boxed()
}

fn rate() -> Text {
    (exact_length(), exact_length(), option::of(of_event()))
        .prop_map(|(per, last, filter)| {
            let filter = filter.map_or(String::new(), |filter| format!(" where {filter}"));
            format!("rate({per}, order in last {last}{filter})")
        })
        .boxed()
}

fn leaf() -> Text {
    let whole = prop_oneof![
        2 => pick(&["f.int", "f.count", "points(\"main\")", "size(f.tags)", "coalesce(f.int, 3)", "f.days", "bucket(\"s\", 4)", "distance(f.float, f.share, 0.5, -1.25)"]),
        1 => (pick(&["age(f.date", "age_february(f.date", "hour(f.time", "weekday(f.time", "month(f.time"]), zone(true)).prop_map(|(call, zone)| {
            if zone.is_empty() { format!("{call})") } else { format!("{call},{zone})") }
        }),
        2 => count(),
        2 => measured(&["sum", "avg", "min", "max", "first", "last"], "quantity"),
        1 => nth("quantity"),
        1 => rate(),
        2 => steps().prop_map(|steps| format!("steps{steps}")),
    ]
    .boxed();
    let amount = prop_oneof![
        pick(&["f.money", "f.debt", "coalesce(f.money, 1.00 EUR)"]),
        measured(&["sum", "avg", "min", "max", "first", "last"], "amount"),
        nth("amount"),
    ]
    .boxed();
    let number = prop_oneof![pick(&["f.float", "f.share"]), measured(&["sum", "avg", "min", "max"], "rating")].boxed();
    let word =
        prop_oneof![2 => pick(&["f.text", "coalesce(f.text, \"anna\")"]), 1 => measured(&["first", "last"], "channel")]
            .boxed();
    let time = prop_oneof![2 => pick(&["f.time"]), 1 => measured(&["min", "max", "first", "last"], "at"), 1 => measured(&["max"], "shipped")].boxed();
    let day = prop_oneof![
        pick(&["f.date", "date(f.time)", "date(f.time, zone customer)"]),
        measured(&["first", "max"], "day"),
    ]
    .boxed();
    prop_oneof![
        3 => compared(whole.clone(), prop_oneof![4 => decimal(), 1 => pick(&["f.int", "f.count"])].boxed()),
        1 => listed(whole, decimal(), Just(String::new()).boxed()),
        2 => compared(amount.clone(), prop_oneof![4 => euros(), 1 => pick(&["f.money"])].boxed()),
        1 => listed(amount, euros(), Just(String::new()).boxed()),
        2 => compared(number, decimal()),
        2 => texts_compared(word),
        1 => pick(&["f.tier = \"gold\"", "f.tier in {\"gold\", \"silver\"}", "f.text = f.tier fold", "f.text = f.tier"]),
        1 => tags_compared(pick(&["f.tags", "f.words"])),
        2 => times_compared(time, true, true),
        2 => dates_compared(day, true),
        1 => (pick(&["anniversary", "anniversary_february"]), dates(true)).prop_map(|(call, window)| format!("{call}(f.date) in {window}")),
        1 => pick(&["f.bool", "f.flag", "f.bool = f.flag", "segment(\"rich\")", "segment(\"active\")", "true", "false"]),
        1 => measured(&["last"], "gift"),
        1 => habit(),
        1 => steps().prop_map(|steps| format!("sequence{steps}")),
        1 => (pick(&["exists", "never"]), orders()).prop_map(|(word, orders)| format!("{word}({orders})")),
    ]
    .boxed()
}

fn joined(leaf: Text, depth: u32) -> Text {
    leaf.prop_recursive(depth, 8, 3, |inner| {
        let all = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            all.clone().prop_map(|all| format!("({})", all.join(" and "))),
            all.clone().prop_map(|all| format!("({})", all.join(" or "))),
            (all, 1_usize..4).prop_map(|(all, least)| format!(
                "at least {} of ({})",
                least.min(all.len()),
                all.join(", ")
            )),
            inner.clone().prop_map(|one| format!("not ({one})")),
            inner.prop_map(|one| format!("known({one})")),
        ]
    })
    .boxed()
}

pub fn expression() -> Text {
    joined(leaf(), 3)
}

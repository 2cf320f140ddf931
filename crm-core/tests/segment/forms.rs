//! Text, JSON and canonical form: three ways to write one tree.

use crm_core::base::Name;
use crm_core::segment::{Catalogue, Definitions, Expr, MAX_DEPTH, MAX_TEXT, check, parse};
use proptest::prelude::*;

use crate::arbitrary;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_printed_is_read_again(expr in arbitrary::expr()) {
        let text = expr.to_string();
        let back = parse(&text);
        prop_assert_eq!(back.as_ref(), Ok(&expr), "{}", text);
    }

    #[test]
    fn json_is_read_again(expr in arbitrary::expr()) {
        let json = serde_json::to_string(&expr).unwrap();
        let back: Expr = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back, expr, "{}", json);
    }

    #[test]
    fn the_canonical_form_is_its_own(expr in arbitrary::expr()) {
        let canonical = expr.canonical();
        prop_assert_eq!(canonical.canonical(), canonical.clone(), "{}", expr);
        prop_assert_eq!(canonical.version(), expr.version());
        prop_assert_eq!(parse(&canonical.to_string()), Ok(canonical));
    }

    #[test]
    fn any_text_gives_a_tree_or_a_place(text in "(\\PC|[ \n\"`(){}\\[\\],|=<>!.0-9a-e-]|and|or|not|in|last|now|count\\(|where| of | days| zone ){0,40}") {
        if let Err(error) = parse(&text) {
            prop_assert!(error.span.start <= error.span.end && error.span.end as usize <= text.len());
        }
    }

    #[test]
    fn any_tree_can_be_checked(expr in arbitrary::expr()) {
        check(&expr, &Catalogue::new(), &Definitions::new());
    }
}

#[test]
fn numbers_keep_their_type() {
    for (text, printed) in [
        ("a = 3", "a = 3"),
        ("a = 3.0", "a = 3.0"),
        ("a = -0.5e3", "a = -500.0"),
        ("a = 500 EUR", "a = 500.00 EUR"),
        ("a = -1 JPY", "a = -1 JPY"),
        ("a >= 90   days", "a >= 90 days"),
        ("a = -9223372036854775808", "a = -9223372036854775808"),
    ] {
        assert_eq!(parse(text).unwrap().to_string(), printed);
    }
}

#[test]
fn sugar_reads_as_what_it_stands_for() {
    for (sugar, meaning) in [
        ("exists(order in last 30 days)", "count(order in last 30 days) >= 1"),
        ("never(order)", "count(order) = 0"),
        ("purchases.last before 2026-01-01T00:00:00Z", "purchases.last < 2026-01-01T00:00:00Z"),
        ("purchases.last after now - 3 days", "purchases.last > now - 3 days"),
        ("tags has \"vip\"", "tags has any {\"vip\"}"),
        ("a not in {1, 2}", "not a in {1, 2}"),
        ("a in [1, 2]", "a between 1 and 2"),
        ("all of (a, b)", "a and b"),
        ("any of (a, b,c)", "a or b or c"),
        ("a in last 1 day", "a in last 1 days"),
        ("points(main) > 1", "points(\"main\") > 1"),
    ] {
        assert_eq!(parse(sugar).unwrap(), parse(meaning).unwrap(), "{sugar}");
    }
}

#[test]
fn one_meaning_has_one_version() {
    for (one, same) in [
        ("a and b and c", "c and (b and a) and true"),
        ("a or a", "a"),
        ("not not a", "a"),
        ("not (n < 3)", "n >= 3"),
        ("not (n is missing)", "n is present"),
        ("n in {2, 1, 2}", "n in {1, 2}"),
        ("c in {\"DE\"} ci", "c = \"DE\" ci"),
        ("at least 1 of (a, b)", "a or b"),
        ("at least 2 of (a, b)", "a and b"),
        ("count(visit | order) > 1", "count(order | visit where true) > 1"),
        ("known(true) or a", "true"),
    ] {
        assert_eq!(parse(one).unwrap().version(), parse(same).unwrap().version(), "{one}");
    }
    // What may not be changed: the count of repetitions, and anything that differs for the unknown.
    for (one, other) in [("at least 2 of (a, a, b)", "at least 2 of (a, b)"), ("a or not a", "true"), ("a", "b")] {
        assert_ne!(parse(one).unwrap().version(), parse(other).unwrap().version(), "{one}");
    }
    assert_eq!(parse("a").unwrap().version().as_str().len(), 32);
}

#[test]
fn what_is_too_much_is_an_error() {
    let nested = |levels| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    for (text, code) in [
        (nested(MAX_DEPTH + 1), "E0006"),
        (nested(10_000), "E0006"),
        ("not ".repeat(10_000) + "a", "E0006"),
        ("known(".repeat(10_000), "E0006"),
        (format!("age({}", "age(".repeat(5_000)), "E0006"),
        (vec!["a"; 10_001].join(" or "), "E0007"),
        (format!("a in {{{}1}}", "1,".repeat(10_000)), "E0007"),
        ("a".repeat(MAX_TEXT + 1), "E0007"),
    ] {
        assert_eq!(parse(&text).unwrap_err().code, code, "{}", &text[..20]);
    }
    // The same limits hold for the other form.
    let mut json = serde_json::json!({"holds": {"field": "a"}});
    for _ in 0..MAX_DEPTH {
        json = serde_json::json!({ "not": json });
    }
    json["v"] = 1.into();
    assert_eq!(Expr::from_json(&json).unwrap_err().code, "E0006");
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    for (text, code, place, expected) in [
        ("", "E0005", 0..0, "a field, a value or a measure"),
        ("a and", "E0005", 5..5, "a field, a value or a measure"),
        ("a = ", "E0005", 4..4, "a field, a value or a measure"),
        ("a b", "E0005", 2..3, "`and`, `or` or the end"),
        ("(a", "E0005", 2..2, "`)`"),
        ("a is big", "E0005", 5..8, "`missing` or `present`"),
        ("a not = 3", "E0005", 6..7, "`in`, `between`, `has`, `contains`, `like`, `matches`, `starts` or `ends`"),
        ("3 < a", "E0005", 0..1, "a field or a measure"),
        ("at least 0 of (a)", "E0008", 0..17, "a number from 1 to 1"),
        ("at least 3 of (a, b)", "E0008", 0..20, "a number from 1 to 2"),
        ("bucket(\"s\", 0) < 1", "E0008", 12..13, "at least 1"),
        ("a in last 0 days", "E0009", 10..16, "at least 1 unit and at most 200 years"),
        ("a in last 201 calendar years", "E0009", 10..28, "at least 1 unit and at most 200 years"),
        ("a = 12.345 EUR", "E0004", 4..10, "at most 2 digits after the point"),
        ("a = 99999999999999999999", "E0004", 4..24, "a whole number of 64 bits"),
        ("a = 1 EUX", "E0011", 6..9, "the code of an active currency of ISO 4217"),
        ("a = id \"x\"", "E0004", 7..10, "a UUID"),
        ("sum(order) > 1", "E0005", 9..10, "`of`"),
        ("count(order where a", "E0005", 19..19, "`and`, `or` or `)`"),
        ("a like b", "E0005", 7..8, "a text in double quotes"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!((error.code.as_str(), error.span.start..error.span.end), (code, place), "{text}");
        assert_eq!(error.expected.as_deref(), Some(expected), "{text}");
    }
    for (text, suggestion) in [
        ("a in last 3 months", "write `3 calendar months`"),
        ("a in last 3 calendar hours", "write `3 hours`"),
        ("a in last month", "write `previous month`"),
        ("3 < a", "write the constant on the right"),
        ("count(order) in last 30 days >= 3", INSIDE),
        ("exists(order) in last 30 days", INSIDE),
    ] {
        assert_eq!(parse(text).unwrap_err().suggestion.as_deref(), Some(suggestion), "{text}");
    }
}

const INSIDE: &str = "write the window of events inside the parentheses, as in `count(order in last 30 days)`";

#[test]
fn malformed_json_says_where() {
    for (json, place) in [
        (r#"{"and": []}"#, "at the top"),
        (r#"{"v": 2, "and": []}"#, "at the top"),
        (r#"{"v": 1}"#, "at the top"),
        (r#"{"v": 1, "and": [], "or": []}"#, "at the top"),
        (r#"{"v": 1, "and": [{"eq": [{"field": "a"}, 3]}, {"eq": [{"field": "a"}, null]}]}"#, "at /and/1/eq/1"),
        (r#"{"v": 1, "eq": [3, {"field": "a"}]}"#, "at /eq"),
        (r#"{"v": 1, "eq": [{"field": []}, 3]}"#, "at /eq/0/field"),
        (r#"{"v": 1, "anna@example.org": 3}"#, "at /?"),
        (r#"{"v": 1, "ge": [{"count": {"of": "amount"}}, 3]}"#, "at /ge/0/count"),
        (r#"{"v": 1, "ge": [{"count": {"events": ["order"], "when": {}}}, 3]}"#, "at /ge/0/count"),
        (r#"{"v": 1, "during": [{"field": "a"}, {"last": {"months": 3}}]}"#, "at /during/1/last"),
        (r#"{"v": 1, "at_least": [2, [{"const": true}]]}"#, "at /at_least/0"),
        (r#"{"v": 1, "in": [{"field": "a"}, [["x"]]]}"#, "at /in/1/0"),
    ] {
        let error = Expr::from_json(&serde_json::from_str(json).unwrap()).unwrap_err();
        assert_eq!(error.code, "E0012", "{json}");
        assert_eq!(error.message, format!("malformed JSON form {place}"), "{json}");
    }
}

#[test]
fn names_that_mean_something_else_are_quoted() {
    let field = |name: &str| {
        Expr::test(crm_core::segment::Operand::field(Name::new(name).unwrap()), crm_core::segment::Check::Holds)
    };
    assert_eq!(field("Shoe size").to_string(), "`Shoe size`");
    assert_eq!(field("in").to_string(), "`in`");
    assert_eq!(field("a`b").to_string(), "`a``b`");
    assert_eq!(field("größe.eu").to_string(), "größe.eu");
}

//! What the checker finds: code, place, and what it says.

use crm_core::base::Name;
use crm_core::segment::{Definitions, Diagnostic, MAX_REFERENCES, Severity, check, parse};

use crate::world;

fn findings(text: &str) -> Vec<Diagnostic> {
    let expr = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    check(&expr, &world::catalogue(), &world::segments())
}

#[test]
fn every_finding_has_a_code_a_place_and_a_hint() {
    for (text, code, place, said) in [
        ("exists(ordr)", "E0101", "ordr", "there is no event `ordr`; did you mean `order`?"),
        (
            "sum(amuont of order) > 1.00 EUR",
            "E0102",
            "amuont",
            "the event `order` has no property `amuont`; did you mean `amount`?",
        ),
        ("exists(order | visit where gift)", "E0102", "gift", "the event `visit` has no property `gift`"),
        ("f.flg", "E0103", "f.flg", "there is no field `f.flg`; did you mean `f.flag`?"),
        ("count(order where f.int = 3) > 1", "E0102", "f.int", "the event `order` has no property `f.int`"),
        ("points > 3", "E0104", "points", "`points` needs other arguments (expected (wallet), found 0 of them)"),
        (
            "points(\"mian\") > 3",
            "E0105",
            "points(\"mian\")",
            "`points` knows no such wallet (expected one of main, gift); did you mean \"main\"?",
        ),
        ("segment(\"rihc\")", "E0106", "segment(\"rihc\")", "there is no segment \"rihc\"; did you mean \"rich\"?"),
        (
            "f.time in today zone \"Europe/Berln\"",
            "E0108",
            "f.time in today zone \"Europe/Berln\"",
            "there is no such zone in the IANA database (expected a name like \"Europe/Berlin\")",
        ),
        (
            "f.tier = \"golden\"",
            "E0109",
            "\"golden\"",
            "this field never has this value (expected one of gold, silver); did you mean \"gold\"?",
        ),
        (
            "segment(\"rich\" @ \"0\")",
            "E0111",
            "segment(\"rich\" @ \"0\")",
            "the segment \"rich\" is not in the version that is asked for",
        ),
        ("f.text = 3", "E0201", "3", "values of two types are not compared (expected text, found int)"),
        ("f.int < \"3\"", "E0201", "\"3\"", "values of two types are not compared (expected int, found text)"),
        (
            "f.text < \"a\"",
            "E0202",
            "f.text < \"a\"",
            "`<` has no meaning for this type (expected `=` or `!=`, found text)",
        ),
        (
            "f.int contains \"3\"",
            "E0202",
            "f.int contains \"3\"",
            "`contains` cannot be asked of this (expected text, found int)",
        ),
        (
            "f.text has \"a\"",
            "E0202",
            "f.text has \"a\"",
            "`has` is asked of lists (expected texts, found text); use `contains`, `=` or `in {...}`",
        ),
        ("f.tags = \"a\"", "E0201", "\"a\"", "values of two types are not compared (expected texts, found text)"),
        ("f.int = 3 ci", "E0202", "f.int = 3 ci", "`ci` cannot be asked of this (expected text, found int)"),
        (
            "f.int in today",
            "E0202",
            "f.int in today",
            "only an instant or a date lies in a window of time (expected time or date, found int)",
        ),
        ("age(f.text) > 3", "E0202", "f.text", "`age` cannot take this (expected date or time, found text)"),
        (
            "anniversary(f.date) = today",
            "E0202",
            "anniversary(f.date) = today",
            "an anniversary returns every year: ask whether it lies in a window (expected `in next 7 calendar days`)",
        ),
        ("f.days > 3 weeks", "E0203", "3 weeks", "numbers of two units are not compared (expected days, found weeks)"),
        (
            "f.int",
            "E0204",
            "f.int",
            "this is a value, not a condition: compare it with something (expected bool, found int)",
        ),
        (
            "last(at of order)",
            "E0204",
            "last(at of order)",
            "this is a value, not a condition: compare it with something (expected bool, found time)",
        ),
        (
            "f.time > 2026-01-01",
            "E0205",
            "2026-01-01",
            "an instant is not compared with a date (expected time, found date); write `date(...)` around it, use `in from ...`, or write the instant out",
        ),
        (
            "f.date < now",
            "E0205",
            "now",
            "a date is not compared with an instant (expected date, found time); use `today`, or write a date",
        ),
        (
            "f.date in last 30 days",
            "E0206",
            "f.date in last 30 days",
            "a date has no time of the day: the window must consist of dates (expected a window of the calendar); write `calendar` before the unit, as in `last 30 calendar days`, or name dates instead of instants",
        ),
        (
            "f.date = today - 3 days",
            "E0206",
            "today - 3 days",
            "a date moves by days of the calendar; write `3 calendar days`",
        ),
        (
            "f.money > 500",
            "E0210",
            "500",
            "an amount is not compared with a number (expected money in EUR, found int); write `500.00 EUR`",
        ),
        (
            "f.int > 5.00 EUR",
            "E0210",
            "5.00 EUR",
            "a number is not compared with an amount (expected int, found money in EUR); leave the currency out",
        ),
        (
            "f.money > 5.00 USD",
            "E0211",
            "5.00 USD",
            "amounts of two currencies are not compared (expected EUR, found USD)",
        ),
        (
            "sum(channel of order) > 3",
            "E0212",
            "channel",
            "there is no `sum` of this property (expected int, float, money, found text)",
        ),
        (
            "count(order where count(order) > 1) > 1",
            "E0213",
            "count(order)",
            "`count` is about the customer, not about an event",
        ),
        (
            "count(order where segment(\"rich\")) > 1",
            "E0213",
            "segment(\"rich\")",
            "`segment` is about the customer, not about an event",
        ),
        (
            "exists(order in next 3 days)",
            "E0214",
            "exists(order in next 3 days)",
            "events lie in the past: this window never holds one",
        ),
    ] {
        let found = findings(text);
        let first = found.first().unwrap_or_else(|| panic!("nothing was found in {text}"));
        assert_eq!(first.code, code, "{text}");
        assert_eq!(&text[first.span.start as usize..first.span.end as usize], place, "{text}");
        let all = first.to_string();
        assert!(all.starts_with(said), "{text}\n{all}\n{said}");
        assert_eq!(first.severity(), Severity::Error);
    }
}

#[test]
fn lints_say_what_is_hardly_meant() {
    for (text, code, place) in [
        ("f.int < 3 and f.int > 5", "W0301", "f.int > 5"),
        ("f.int between 5 and 3", "W0301", "f.int between 5 and 3"),
        ("f.money > 5.00 EUR and f.money < 5.00 EUR", "W0301", "f.money < 5.00 EUR"),
        ("f.text = \"a\" and f.text = \"b\"", "W0301", "f.text = \"b\""),
        ("f.text in {\"a\", \"b\"} and f.bool and f.text = \"c\"", "W0301", "f.text = \"c\""),
        ("f.int in {}", "W0301", "f.int in {}"),
        ("f.tags has any {}", "W0301", "f.tags has any {}"),
        ("f.count is missing", "W0301", "f.count is missing"),
        ("count(order) < 0", "W0301", "count(order) < 0"),
        ("bucket(\"s\", 100) >= 100", "W0301", "bucket(\"s\", 100) >= 100"),
        ("f.time in from 2026-02-01 until 2026-01-01", "W0301", "f.time in from 2026-02-01 until 2026-01-01"),
        ("count(order) >= 0", "W0302", "count(order) >= 0"),
        ("bucket(\"s\", 100) < 200", "W0302", "bucket(\"s\", 100) < 200"),
        ("weekday(f.date) between 1 and 7", "W0302", "weekday(f.date) between 1 and 7"),
        ("f.text starts with \"\"", "W0302", "f.text starts with \"\""),
        ("f.flag is present", "W0302", "f.flag is present"),
        ("f.old > 3", "W0303", "f.old"),
        ("f.text != \"a\"", "W0305", "f.text != \"a\""),
        ("not f.bool", "W0305", "f.bool"),
        ("f.words has none {\"a\"}", "W0305", "f.words has none {\"a\"}"),
        ("not (f.count > 3 and age(f.date) < 18)", "W0305", "age(f.date) < 18"),
        ("f.time in last 3 days zone \"Asia/Tokyo\"", "W0306", "f.time in last 3 days zone \"Asia/Tokyo\""),
    ] {
        let found = findings(text);
        let places: Vec<_> = found
            .iter()
            .map(|one| (one.code.as_str(), &text[one.span.start as usize..one.span.end as usize]))
            .collect();
        assert_eq!(places, [(code, place)], "{text}");
        assert_eq!(found[0].severity(), Severity::Warning);
    }
}

#[test]
fn what_is_meant_is_left_alone() {
    for text in [
        "f.int > 3 and f.int < 9",
        // Between whole numbers there are decimal ones.
        "f.float > 0 and f.float < 1",
        "f.int > 2.5",
        "f.text != \"a\" or f.text is missing",
        "f.text != \"a\" and f.text is present",
        "known(f.text != \"a\")",
        "coalesce(f.text, \"b\") != \"a\"",
        "not f.flag",
        "f.count != 3",
        "f.tags has none {\"a\"}",
        "f.tier = \"Gold\" ci",
        "f.days > 3 days",
        "f.days > 3",
        "points(main) >= 500 points",
        "sum(amount of order) > f.money",
        "sum(amount of order) > 5.00 USD",
        "f.date in last 30 calendar days zone customer",
        "f.time in from 2026-01-01 until now - 3 calendar days zone \"Asia/Tokyo\"",
        "first(at of order | visit) in last 30 days",
        "distinct(channel of order in this year where amount > 5.00 EUR) >= 2",
        "age(f.date) >= 18 years",
        "not exists(order where channel = \"web\")",
        "segment(\"rich\") and segment(\"active\")",
    ] {
        assert_eq!(findings(text), [], "{text}");
    }
}

#[test]
fn all_errors_are_found_at_once() {
    let codes: Vec<_> = findings("f.nt > 3 and f.text = 3 and f.money > 5").into_iter().map(|one| one.code).collect();
    assert_eq!(codes, ["E0103", "E0201", "E0210"]);
}

fn chain(links: usize) -> Definitions {
    let mut segments = Definitions::new();
    segments.set(Name::from_static("0"), parse("f.bool").unwrap());
    for link in 1..=links {
        // Twice, so that following every reference would take for ever.
        let text = format!("segment(\"{0}\") or segment(\"{0}\")", link - 1);
        segments.set(Name::new(&link.to_string()).unwrap(), parse(&text).unwrap());
    }
    segments
}

#[test]
fn references_are_followed_but_not_in_a_circle() {
    let catalogue = world::catalogue();
    let mut segments = Definitions::new();
    for (name, text) in [
        ("a", "segment(\"b\")"),
        ("b", "f.bool or segment(\"c\")"),
        ("c", "segment(\"a\")"),
        ("self", "segment(\"self\")"),
        ("wrong", "f.int = \"3\""),
    ] {
        segments.set(Name::from_static(name), parse(text).unwrap());
    }
    for (text, code, said) in [
        ("segment(\"a\")", "E0107", "segments that refer to each other in a circle: a → b → c → a"),
        ("segment(\"self\")", "E0107", "segments that refer to each other in a circle: self → self"),
        ("segment(\"wrong\")", "E0110", "the segment \"wrong\" cannot be evaluated: values of two types"),
    ] {
        let found = check(&parse(text).unwrap(), &catalogue, &segments);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, code);
        assert!(found[0].to_string().starts_with(said), "{}", found[0]);
    }
    for (links, code) in [(MAX_REFERENCES - 1, None), (MAX_REFERENCES, Some("E0112")), (5_000, Some("E0112"))] {
        let text = format!("segment(\"{links}\")");
        let found = check(&parse(&text).unwrap(), &catalogue, &chain(links));
        assert_eq!(found.first().map(|one| one.code.as_str()), code, "{links}");
    }
}

#[test]
fn a_finding_repeats_no_text_of_the_expression() {
    for text in [
        "f.tier = \"anna@example.org\"",
        "f.int = \"anna@example.org\"",
        "f.int in {\"anna@example.org\"}",
        "segment(anna@example.org)",
        "f.text starts \"anna@example.org\"",
        "f.text like \"anna@example.org",
        "segment(\"rich\" @ \"anna@example.org\")",
        "bucket(\"anna@example.org\", \"anna@example.org\")",
        "f.time in today zone \"anna@example.org\"",
    ] {
        let said = match parse(text) {
            Ok(expr) => format!("{:?}", check(&expr, &world::catalogue(), &world::segments())),
            Err(error) => format!("{error:?} {}", crm_core::Error::from(error.clone())),
        };
        assert!(said.contains("E0") && !said.contains("anna"), "{said}");
    }
}

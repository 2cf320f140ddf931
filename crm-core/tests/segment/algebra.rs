//! What is said of two expressions holds for every customer.

use crm_core::segment::{Layout, Program, Relation, Row, Truth, parse, relation};
use proptest::prelude::*;

use crate::{differential, typed, world};

fn of(one: &str, other: &str) -> Relation {
    relation(&parse(one).unwrap(), &parse(other).unwrap(), &world::catalogue(), &world::segments())
        .unwrap_or_else(|found| panic!("{one} | {other}: {found:?}"))
}

#[test]
fn what_follows_is_told() {
    for (one, other) in [
        ("f.int > 3", "f.int >= 3"),
        ("f.int > 3", "f.int >= 4"),
        ("f.int > 3.5", "f.int >= 4"),
        ("f.int = 3", "f.int in {1, 3}"),
        ("f.int between 1 and 3", "f.int < 4"),
        ("f.float > 0.5", "f.float >= 0.5"),
        ("f.money >= 3.00 EUR", "segment(\"rich\")"),
        ("f.text = \"gold\"", "f.text in {\"gold\", \"nn\"}"),
        ("f.tier = \"gold\"", "f.tier != \"silver\""),
        ("f.date < 2020-01-01", "f.date <= 2019-12-31"),
        ("f.bool and f.int > 1", "f.bool"),
        ("count(order in last 7 days) >= 2", "exists(order in last 7 days)"),
        ("age(f.date) >= 21", "age(f.date) >= 18"),
        ("f.text like \"a*\" and f.int > 1", "f.int > 0"),
        ("at least 2 of (f.bool, f.flag, f.int > 1)", "f.bool or f.flag"),
        ("never(order)", "count(order) <= 0"),
    ] {
        assert_eq!(of(one, other).implies, Truth::True, "{one} => {other}");
    }
}

#[test]
fn what_does_not_follow_is_told_or_left_open() {
    // Whoever has no value belongs to neither.
    assert_eq!(of("true", "f.int > 3 or f.int <= 3").implies, Truth::Unknown);
    for (one, other, truth) in [
        ("f.int >= 3", "f.int > 3", Truth::Unknown),
        ("count(order) >= 3", "count(order) > 3", Truth::False),
        ("count(order) >= 0", "count(order) = 0 or count(order) > 0", Truth::True),
        // Those of 7 days are among those of 30, which is not seen.
        ("exists(order in last 7 days)", "exists(order in last 30 days)", Truth::Unknown),
        // Three orders of which one may be from the web: neither is known, but their sum is.
        (
            "count(order where channel = \"web\") >= 2",
            "count(order where channel = \"web\") = 2 or count(order where channel = \"web\") > 2",
            Truth::Unknown,
        ),
    ] {
        assert_eq!(of(one, other).implies, truth, "{one} => {other}");
    }
    assert_eq!(of("f.int < 1", "f.int > 3").disjoint, Truth::True);
    assert_eq!(of("f.int < 1", "f.int > 3").overlap, Truth::False);
    assert_eq!(of("f.tier = \"gold\"", "not f.tier = \"silver\"").equivalent, Truth::True);
    assert_eq!(of("sum(amount of order) > 1.00 EUR", "sum(amount of order) > 1.00 USD").disjoint, Truth::Unknown);
    assert_eq!(of("f.debt >= 0.00 EUR", "f.debt >= 0.00 USD").disjoint, Truth::Unknown);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: differential::cases(), ..ProptestConfig::default() })]

    #[test]
    fn no_customer_speaks_against_what_is_told(
        (one, now, zone, customers) in differential::case(),
        other in typed::expression(),
        joined in 0_u8..4,
    ) {
        // Some pairs that have to do with each other.
        let other = match joined {
            0 => other,
            1 => format!("({one}) or ({other})"),
            2 => format!("({one}) and ({other})"),
            _ => format!("not ({one})"),
        };
        let found = of(&one, &other);
        let (catalogue, segments) = (world::catalogue(), world::segments());
        let mut layout = Layout::new();
        let mut compile = |text: &str| Program::compile(&parse(text).unwrap(), &catalogue, &segments, &mut layout).unwrap();
        let (a, b) = (compile(&one), compile(&other));
        for customer in &customers {
            let values = customer.row(&layout);
            let row = Row::new(customer.id, &values, &customer.facts).unwrap();
            let (a, b) = (a.at(now, &zone).is_member(&row), b.at(now, &zone).is_member(&row));
            prop_assert!(found.implies != Truth::True || !a || b, "{} => {}", one, other);
            prop_assert!(found.implied_by != Truth::True || !b || a, "{} <= {}", one, other);
            prop_assert!(found.equivalent != Truth::True || a == b, "{} = {}", one, other);
            prop_assert!(found.disjoint != Truth::True || !(a && b), "{} excludes {}", one, other);
            prop_assert!(found.overlap != Truth::False || !(a && b), "{} excludes {}", one, other);
        }
    }
}

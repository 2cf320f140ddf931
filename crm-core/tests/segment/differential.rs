//! The compiled evaluator against the obvious one, on random expressions and histories.

use crm_core::base::Zone;
use crm_core::segment::{Layout, Program, Row, Truth, parse};
use proptest::prelude::*;

use crate::oracle::Oracle;
use crate::{typed, world};

/// A case: an expression, an instant, a zone, and some customers.
pub fn case() -> impl Strategy<Value = (String, crm_core::base::Timestamp, Zone, Vec<world::Customer>)> {
    (typed::expression(), world::now(), world::zone()).prop_flat_map(|(text, now, zone)| {
        let customers = proptest::collection::vec(world::customer(now), 1..6);
        (Just(text), Just(now), Just(zone), customers)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn both_give_the_same_answer((text, now, zone, customers) in case()) {
        let (catalogue, segments) = (world::catalogue(), world::segments());
        let expr = parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        let mut layout = Layout::new();
        let compile = |expr, layout: &mut Layout| {
            Program::compile(expr, &catalogue, &segments, layout)
                .map_err(|found| TestCaseError::fail(format!("{text}: {found:?}")))
        };
        let program = compile(&expr, &mut layout)?;
        let canonical = compile(&expr.canonical(), &mut layout)?;
        let (evaluator, same) = (program.at(now, &zone), canonical.at(now, &zone));
        for customer in &customers {
            let values = customer.row(&layout);
            let row = Row::new(customer.id, &values, &customer.facts).unwrap();
            let oracle =
                Oracle { catalogue: &catalogue, segments: &segments, customer, now, zone: &zone };
            let truth = evaluator.truth(&row);
            prop_assert_eq!(truth, oracle.truth(&expr), "{}\n{}", text, evaluator.explain(&row).render());
            prop_assert_eq!(same.truth(&row), truth, "{} differs from {}", expr.canonical(), text);

            // What lies outside of the history that is asked for does not matter.
            let history = evaluator.history();
            let needed: Vec<_> = customer.facts.iter().filter(|fact| history.contains(fact.at)).cloned().collect();
            prop_assert_eq!(evaluator.truth(&Row::new(customer.id, &values, &needed).unwrap()), truth, "{}", text);

            let explanation = evaluator.explain(&row);
            prop_assert_eq!(explanation.truth, truth, "{}\n{}", text, explanation.render());
            let mark = match truth {
                Truth::True => '✓',
                Truth::False => '✗',
                Truth::Unknown => '?',
            };
            prop_assert!(explanation.render().starts_with(mark));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 2, ..ProptestConfig::default() })]

    #[test]
    fn nothing_changes_before_the_next_change(
        (text, now, zone, customers) in case(),
        steps in proptest::collection::vec((0_i64..60, 0_i64..24, -1_i64..2), 12),
    ) {
        let (catalogue, segments) = (world::catalogue(), world::segments());
        let mut layout = Layout::new();
        let program = Program::compile(&parse(&text).unwrap(), &catalogue, &segments, &mut layout).unwrap();
        for customer in &customers {
            let values = customer.row(&layout);
            let row = Row::new(customer.id, &values, &customer.facts).unwrap();
            let member = |at| program.at(at, &zone).is_member(&row);
            let (evaluator, before) = (program.at(now, &zone), member(now));
            let change = evaluator.next_change(&row);
            prop_assert_eq!(change.moving, text.contains("f.time"), "{}", text);
            let end = change.at.unwrap_or(crm_core::base::Timestamp::MAX);
            prop_assert!(end > now);
            if let (Some(at), true) = (change.at, change.exact) {
                prop_assert_ne!(member(at), before, "{} at {}", text, at);
                prop_assert_eq!(member(at.saturating_add_micros(-1)), before, "{} just before {}", text, at);
            }
            // Sampled instants until then: whole days and hours from now, and near the middle of the way.
            let middle = now.saturating_add_micros(end.micros_since(now) / 2);
            let sampled = steps.iter().flat_map(|(days, hours, micros)| {
                let step = days * 86_400_000_000 + hours * 3_600_000_000 + micros;
                [now.saturating_add_micros(step), middle.saturating_add_micros(-step)]
            });
            for at in sampled.filter(|at| now < *at && *at < end) {
                prop_assert_eq!(member(at), before, "{} at {}, before {:?}", text, at, change);
            }
        }
    }
}

pub fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_500)
}

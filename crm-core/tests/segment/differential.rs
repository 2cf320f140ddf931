//! The compiled evaluator against the obvious one, on random expressions and histories.

use crm_core::base::Zone;
use crm_core::segment::{Layout, Program, Row, Truth, parse};
use proptest::prelude::*;

use crate::oracle::Oracle;
use crate::{typed, world};

/// A case: an expression, an instant, a zone, and some customers.
fn case() -> impl Strategy<Value = (String, crm_core::base::Timestamp, Zone, Vec<world::Customer>)> {
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

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_500)
}

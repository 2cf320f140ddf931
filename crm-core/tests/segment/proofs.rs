//! Explanations: what they rest on, how they read, and what would change the answer.

use crm_core::base::{Id, Money, Name, Stream, Timestamp, Value, Zone};
use crm_core::fact::Fact;
use crm_core::segment::{Evidence, Explanation, FieldKey, Layout, Observed, Program, Proof, Row, Step, Truth, parse};
use proptest::prelude::*;

use crate::{typed, world};
use world::Customer;

fn explain(text: &str, customer: &Customer) -> Explanation {
    let (catalogue, segments) = (world::catalogue(), world::segments());
    let mut layout = Layout::new();
    let program = Program::compile(&parse(text).unwrap(), &catalogue, &segments, &mut layout).unwrap();
    let values = customer.row(&layout);
    let row = Row::new(customer.id, &values, &customer.facts).unwrap();
    program.at("2026-03-31T12:00:00Z".parse().unwrap(), &Zone::UTC).explain(&row)
}

fn anna() -> Customer {
    let order = |day: u8, amount: &str| {
        let at: Timestamp = format!("2026-03-{day:02}T09:00:00Z").parse().unwrap();
        let id = Id::derived("order", &day.to_string());
        let mut fact = Fact::new(Stream::from_static("interaction"), id, Id::NIL, at, Name::from_static("order"));
        fact.amount = Some(amount.parse::<Money>().unwrap());
        fact
    };
    let mut facts = vec![order(2, "40.00 EUR"), order(20, "25.00 EUR")];
    facts[1].fields.set(Name::from_static("channel"), "web");
    let field = |name: &'static str, value: Value| (FieldKey::plain(Name::from_static(name)), value);
    Customer {
        id: Id::NIL,
        fields: vec![field("f.text", "ANNA".into()), field("f.int", 4_i64.into()), field("f.time", facts[0].at.into())],
        facts,
    }
}

#[test]
fn an_explanation_reads_like_one() {
    let text = "f.int >= 3 and (f.text = \"anna\" ci or f.bool) and not f.money > 5.00 EUR \
        and sum(amount of order in last 30 days) >= 50.00 EUR and f.time older than 10 days \
        and count(order where channel = \"web\") = 1 and segment(\"active\")";
    assert_eq!(
        explain(text, &anna()).render(),
        "\
? all of
  ✓ f.int >= 3 — is 4
  ✓ any of
    ✓ f.text = \"anna\" ci — is \"ANNA\"
    ? f.bool — is missing
  ? not
    ? f.money > 5.00 EUR — is missing
  ✓ sum(amount of order in last 30 days) >= 50.00 EUR — is 65.00 EUR, window from 2026-03-01T12:00:00.000001Z to before 2026-03-31T12:00:00.000001Z, from 2 facts
  ✓ f.time older than 10 days — is 2026-03-02T09:00:00Z, window from 2026-03-21T12:00:00.000001Z to before 2026-03-31T12:00:00.000001Z
  ? count(order where channel = \"web\") = 1 — is between 1 and 2, from 1 fact
  ✓ in the segment \"active\"
    ✓ any of
      ✓ exists(order in last 30 days) — is 2, window from 2026-03-01T12:00:00.000001Z to before 2026-03-31T12:00:00.000001Z, from 2 facts
      ? in the segment \"rich\"
        ? f.money >= 3.00 EUR — is missing
"
    );
}

#[test]
fn the_facts_are_named_newest_first_and_capped() {
    let mut anna = anna();
    let explanation = explain("count(order) > 1", &anna);
    let Step::Test(evidence) = &explanation.proof.step else { panic!("{explanation:?}") };
    assert_eq!(evidence.facts, [anna.facts[1].id, anna.facts[0].id]);
    assert!(matches!(&evidence.value, Observed::Value(value) if *value.expose() == Value::Int(2)));
    anna.facts = (0..100).map(|_| anna.facts[0].clone()).collect();
    let explanation = explain("count(order) > 1", &anna);
    let Step::Test(evidence) = &explanation.proof.step else { panic!("{explanation:?}") };
    assert_eq!((evidence.facts.len(), evidence.fact_count), (Evidence::MAX_FACTS, 100));
}

#[test]
fn json_says_the_same() {
    let explanation = explain("f.int > f.count and count(order in last 30 days) = 2", &anna());
    let order = |day: u8| Id::derived("order", &day.to_string()).to_string();
    assert_eq!(
        explanation.to_json(),
        serde_json::json!({
            "truth": "true",
            "now": "2026-03-31T12:00:00Z",
            "segments": {},
            "proof": {"truth": "true", "all": [
                {"truth": "true", "test": "f.int > f.count", "value": 4, "limits": [0]},
                {"truth": "true", "test": "count(order in last 30 days) = 2", "value": 2,
                    "window": {"start": "2026-03-01T12:00:00.000001Z", "end": "2026-03-31T12:00:00.000001Z"},
                    "facts": [order(20), order(2)], "fact_count": 2},
            ]},
        })
    );
}

#[test]
fn no_log_shows_a_value() {
    let explanation = explain("f.text = \"canary\" and f.int > 3 and f.tags has \"canary\"", &anna());
    let shown = format!("{explanation:?}");
    assert!(!shown.contains("canary") && !shown.contains("ANNA"), "{shown}");
    assert!(shown.contains("•••"));
}

#[test]
fn the_smallest_change_is_named() {
    let change = |text: &str| {
        let explanation = explain(text, &anna());
        explanation
            .smallest_change()
            .map(|all| all.iter().map(|one| one.condition.as_str().to_owned()).collect::<Vec<_>>())
    };
    let is = |text: &str, expected: &[&str]| {
        assert_eq!(change(text), Some(expected.iter().map(|one| (*one).to_owned()).collect()), "{text}");
    };
    is("f.int > 3 and f.count > 3", &["f.count > 3"]);
    is("f.int > 3 and f.count < 3", &["f.int > 3"]);
    is("(f.int > 9 and f.count > 3) or f.bool", &["f.bool"]);
    is("not (f.int > 3 or f.count < 3)", &["f.int > 3", "f.count < 3"]);
    is("at least 2 of (f.int > 9, f.count > 3, f.bool, f.text = \"ANNA\")", &["f.int > 9"]);
    is("segment(\"rich\")", &["f.money >= 3.00 EUR"]);
    for text in ["f.int > 3 and false", "f.int > 9 or true", "known(f.int > 3) and f.int < 3 and false"] {
        assert_eq!(change(text), None, "{text}");
    }
}

/// The same tree with other answers to some questions.
fn with_answers(proof: &Proof, explanation: &Explanation, answers: &dyn Fn(&Evidence) -> Option<Truth>) -> Truth {
    let inner: Vec<Truth> = proof.inner.iter().map(|one| with_answers(one, explanation, answers)).collect();
    let count = |truth| inner.iter().filter(|own| **own == truth).count() as u32;
    match &proof.step {
        Step::All => inner.into_iter().min().unwrap_or(Truth::True),
        Step::Any => inner.into_iter().max().unwrap_or(Truth::False),
        Step::AtLeast(least) if count(Truth::True) >= *least => Truth::True,
        Step::AtLeast(least) if count(Truth::True) + count(Truth::Unknown) < *least => Truth::False,
        Step::AtLeast(_) => Truth::Unknown,
        Step::Not => !inner[0],
        Step::Known => Truth::from(inner[0] != Truth::Unknown),
        Step::Segment(name) => with_answers(&explanation.segments[name], explanation, answers),
        Step::Test(evidence) => answers(evidence).unwrap_or(proof.truth),
        _ => proof.truth,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Some way to answer the named questions otherwise turns the answer round.
    #[test]
    fn the_smallest_change_turns_the_answer(
        (text, customer) in (typed::expression(), world::customer("2026-03-31T12:00:00Z".parse().unwrap()))
    ) {
        let explanation = explain(&text, &customer);
        let Some(change) = explanation.smallest_change() else { return Ok(()) };
        prop_assert!(!change.is_empty());
        prop_assume!(change.len() <= 6);
        let named: Vec<*const Evidence> = change.iter().map(|one| std::ptr::from_ref(*one)).collect();
        let turned = (0..3_usize.pow(named.len() as u32)).any(|world| {
            let answers = |evidence: &Evidence| {
                let at = named.iter().position(|one| std::ptr::eq(*one, evidence))?;
                Some([Truth::True, Truth::False, Truth::Unknown][world / 3_usize.pow(at as u32) % 3])
            };
            with_answers(&explanation.proof, &explanation, &answers).is_true() != explanation.truth.is_true()
        });
        prop_assert!(turned, "{}\n{}", text, explanation.render());
    }
}

//! Five questions about one customer at a time: the segment language against CEL, ZEN and JSON Logic.
//!
//! Each side gets its data in the form it likes best, made beforehand: only the evaluation is timed. CEL and ZEN get
//! guards against missing values, without which they fail. JSON Logic gets none: it has an answer to everything, and this
//! programme prints how often it is another one than that of three-valued logic.
#![allow(clippy::unwrap_used, reason = "a benchmark may stop at the first error")]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;

use bumpalo::Bump;
use crm_benches::{Bars, Must, Rng, in_turn, time};
use crm_core::base::{DataClass, Id, Name, Value, ValueType, Zone};
use crm_core::segment::{Catalogue, Definitions, Field, Layout, Program, Row, parse};
use serde_json::{Value as Json, json};

const RECORDS: usize = 20_000;
const TURNS: usize = 15;

const OURS: &str = "country in {\"DE\", \"AT\", \"CH\"} and score >= 40 and days <= 90 and (tier = \"gold\" or vip)";
const CEL: &str = "country != null && country in ['DE', 'AT', 'CH'] && score != null && score >= 40 \
    && days != null && days <= 90 && ((tier != null && tier == 'gold') || (vip != null && vip))";
const ZEN: &str = "country != null and country in ['DE', 'AT', 'CH'] and score != null and score >= 40 \
    and days != null and days <= 90 and ((tier != null and tier == 'gold') or (vip != null and vip))";

/// A customer, of whom something may not be known.
struct Customer {
    country: Option<&'static str>,
    score: Option<i64>,
    days: Option<i64>,
    tier: Option<&'static str>,
    vip: Option<bool>,
}

impl Customer {
    fn random(rng: &mut Rng) -> Self {
        const COUNTRIES: [&str; 12] = ["DE", "AT", "CH", "FR", "IT", "ES", "PL", "NL", "BE", "DK", "SE", "NO"];
        const TIERS: [&str; 4] = ["gold", "silver", "bronze", "none"];
        let known = |rng: &mut Rng| rng.below(25) > 0;
        Self {
            country: known(rng).then(|| COUNTRIES[rng.below(12) as usize]),
            score: known(rng).then(|| rng.below(100) as i64),
            days: known(rng).then(|| rng.below(400) as i64),
            tier: known(rng).then(|| TIERS[rng.below(4) as usize]),
            vip: known(rng).then(|| rng.below(2) == 1),
        }
    }

    /// Whether the answer is surely yes: what is not known is neither true nor false (Kleene).
    fn belongs(&self) -> bool {
        let country = self.country.is_some_and(|own| ["DE", "AT", "CH"].contains(&own));
        let score = self.score.is_some_and(|own| own >= 40);
        let days = self.days.is_some_and(|own| own <= 90);
        country && score && days && (self.tier == Some("gold") || self.vip == Some(true))
    }

    fn json(&self) -> Json {
        json!({"country": self.country, "score": self.score, "days": self.days, "tier": self.tier, "vip": self.vip})
    }
}

fn main() -> ExitCode {
    let mut rng = Rng::new(3);
    let customers: Vec<Customer> = (0..RECORDS).map(|_| Customer::random(&mut rng)).collect();
    let reference = customers.iter().filter(|one| one.belongs()).count();
    let mut bars = Bars::default();

    let (program, layout) = compiled();
    let evaluator = program.at("2026-03-31T12:00:00Z".parse().unwrap(), &Zone::UTC);
    let value = |one: &Customer, field: &str| match field {
        "country" => one.country.map(Value::from),
        "score" => one.score.map(Value::from),
        "days" => one.days.map(Value::from),
        "tier" => one.tier.map(Value::from),
        _ => one.vip.map(Value::from),
    };
    let values: Vec<Vec<Option<Value>>> =
        customers.iter().map(|one| layout.keys().iter().map(|key| value(one, key.name.as_str())).collect()).collect();
    let rows: Vec<Row<'_>> = values.iter().map(|values| Row::new(Id::NIL, values, &[]).unwrap()).collect();
    let ours = || rows.iter().filter(|row| evaluator.is_member(*row)).count();
    assert_eq!(ours(), reference, "the members are those of three-valued logic");

    let mut compare = |name: &str, theirs: &dyn Fn() -> usize| {
        let members = theirs();
        println!("note: {name} finds {members} members, three-valued logic {reference}");
        let nanos = |count: &dyn Fn() -> usize| time(|| _ = black_box(count())).as_secs_f64() * 1e9 / RECORDS as f64;
        let (own, other) = in_turn(TURNS, || nanos(&ours), || nanos(theirs));
        bars.compare(name, "ns", own, other, Must::AtMost(0.1));
    };

    let env = Arc::new(cel::Env::stdlib());
    let program = env.compile(CEL).unwrap();
    let contexts: Vec<cel::Context<'_, '_>> = customers.iter().map(|one| cel_context(one, &env)).collect();
    compare("segment-row-cel", &|| {
        let holds = |context| program.execute(context).is_ok_and(|answer| answer == cel::Value::Bool(true));
        contexts.iter().filter(|context| holds(context)).count()
    });

    let expression = zen_expression::compile_expression(ZEN).unwrap();
    let variables: Vec<zen_expression::Variable> = customers.iter().map(|one| one.json().into()).collect();
    let vm = std::cell::RefCell::new(zen_expression::vm::VM::new());
    compare("segment-row-zen", &|| {
        let mut vm = vm.borrow_mut();
        let mut holds = |variable: &zen_expression::Variable| {
            expression.evaluate_with(variable.clone(), &mut vm).is_ok_and(|answer| answer.as_bool() == Some(true))
        };
        variables.iter().filter(|variable| holds(variable)).count()
    });

    let engine = datalogic_rs::Engine::new();
    let rule = json!({"and": [
        {"in": [{"var": "country"}, ["DE", "AT", "CH"]]},
        {">=": [{"var": "score"}, 40]},
        {"<=": [{"var": "days"}, 90]},
        {"or": [{"==": [{"var": "tier"}, "gold"]}, {"var": "vip"}]}
    ]});
    let logic = engine.compile(rule.to_string().as_str()).unwrap();
    let arena = Bump::new();
    let records: Vec<&datalogic_rs::DataValue<'_>> = customers
        .iter()
        .map(|one| {
            &*arena.alloc(datalogic_rs::DataValue::from_str(arena.alloc_str(&one.json().to_string()), &arena).unwrap())
        })
        .collect();
    compare("segment-row-datalogic", &|| {
        let mut scratch = Bump::new();
        let mut members = 0;
        for record in &records {
            let answer = engine.evaluate(&logic, *record, &scratch).unwrap();
            members += usize::from(engine.truthy(answer));
            scratch.reset();
        }
        members
    });
    bars.verdict()
}

/// The five questions as a programme, and the order of the values that it reads.
fn compiled() -> (Program, Layout) {
    let mut catalogue = Catalogue::new();
    for (name, value_type) in [
        ("country", ValueType::Text),
        ("score", ValueType::Int),
        ("days", ValueType::Int),
        ("tier", ValueType::Text),
        ("vip", ValueType::Bool),
    ] {
        catalogue.add(Field::new(Name::from_static(name), value_type, DataClass::Behaviour)).unwrap();
    }
    let mut layout = Layout::new();
    let expr = parse(OURS).unwrap();
    let program = Program::compile(&expr, &catalogue, &Definitions::new(), &mut layout).unwrap();
    (program, layout)
}

fn cel_context(customer: &Customer, env: &Arc<cel::Env>) -> cel::Context<'static, 'static> {
    let mut context = cel::Context::with_env(Arc::clone(env));
    let null = || cel::Value::Null;
    let text = |own: Option<&'static str>| own.map_or_else(null, |own| cel::Value::String(Arc::new(own.to_owned())));
    context.add_variable_from_value("country", text(customer.country));
    context.add_variable_from_value("score", customer.score.map_or_else(null, cel::Value::Int));
    context.add_variable_from_value("days", customer.days.map_or_else(null, cel::Value::Int));
    context.add_variable_from_value("tier", text(customer.tier));
    context.add_variable_from_value("vip", customer.vip.map_or_else(null, cel::Value::Bool));
    context
}

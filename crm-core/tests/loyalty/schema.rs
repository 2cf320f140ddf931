//! The JSON schema of a programme accepts what the library accepts, and tells what it refuses.

use std::path::Path;

use crm_core::loyalty::Definition;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::laws;

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/programme.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether a value is as a schema says; of JSON schema what the file uses.
fn accepts(root: &Value, schema: &Value, value: &Value) -> bool {
    let each = |key: &str, holds: &dyn Fn(&Value) -> bool| schema.get(key).is_none_or(holds);
    let all = |list: &Value| list.as_array().unwrap().clone();
    each("$ref", &|name| accepts(root, &root["$defs"][name.as_str().unwrap().trim_start_matches("#/$defs/")], value))
        && each("const", &|own| own == value)
        && each("anyOf", &|some| all(some).iter().any(|one| accepts(root, one, value)))
        && each("oneOf", &|some| all(some).iter().filter(|one| accepts(root, one, value)).count() == 1)
        && each("type", &|kind| match kind.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "null" => value.is_null(),
            other => panic!("{other}"),
        })
        && each("minimum", &|least| value.as_i64() >= least.as_i64())
        && each("maximum", &|most| value.as_i64() <= most.as_i64())
        && each("minLength", &|least| value.as_str().unwrap().len() as u64 >= least.as_u64().unwrap())
        && each("required", &|names| all(names).iter().all(|name| value.get(name.as_str().unwrap()).is_some()))
        && each("items", &|own| value.as_array().unwrap().iter().all(|one| accepts(root, own, one)))
        && each("properties", &|own| {
            value.as_object().unwrap().iter().all(|(name, one)| match own.get(name) {
                Some(field) => accepts(root, field, one),
                None => schema["additionalProperties"] != json!(false),
            })
        })
}

fn is_programme(value: &Value) -> bool {
    let root = schema();
    accepts(&root, &root, value)
}

fn check(json: &str) {
    let value: Value = serde_json::from_str(json).unwrap();
    assert!(is_programme(&value), "{json}");
    let definition = Definition::from_json(json).unwrap();
    assert!(is_programme(&serde_json::to_value(&definition).unwrap()), "what is written of {json}");
}

#[test]
fn the_programmes_of_the_guide_and_of_the_scenarios_are_as_the_schema_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(root.join("../docs/loyalty.md")).unwrap();
    guide.split("```json\n").skip(1).for_each(|block| check(block.split("```").next().unwrap()));
    let mut published = 0;
    for file in std::fs::read_dir(root.join("tests/scenarios")).unwrap() {
        let path = file.unwrap().path();
        if !path.file_name().unwrap().to_str().unwrap().starts_with("loyalty-") {
            continue;
        }
        let story: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for step in story["steps"].as_array().unwrap() {
            if step["call"] == json!("loyalty.publish") && step.get("fails").is_none() {
                check(&step["with"]["definition"].to_string());
                published += 1;
            }
        }
    }
    assert!(published > 50);
}

#[test]
fn what_is_no_programme_is_told() {
    let unit = json!({"name": "points"});
    let programme = |more: Value| {
        let mut value = json!({"name": "Club", "zone": "UTC", "units": [unit]});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    assert!(is_programme(&programme(json!({}))));
    let wrong = [
        json!({"colour": "red"}),
        json!({"units": [{}]}),
        json!({"units": [{"name": "points", "expiry": "sometimes"}]}),
        json!({"units": [{"name": "points", "expiry": {"after": {"weeks": 2}}}]}),
        json!({"rules": [{"name": "base"}]}),
        json!({"rules": [{"name": "base", "earn": {"per_amount": {"points": -1, "per": "1.00 EUR"}}}]}),
        json!({"rules": [{"name": "base", "earn": {"per_amount": {"points": 1}}}]}),
        json!({"rules": [{"name": "base", "earn": {"sign_up": {"points": 1}, "per_item": {"points": 1}}}]}),
        json!({"tiers": {"basis": "visits", "window": "lifetime", "tiers": []}}),
    ];
    for more in wrong {
        let value = programme(more);
        assert!(!is_programme(&value), "{value}");
        assert!(Definition::from_json(&value.to_string()).is_err(), "{value}");
    }
    assert!(!is_programme(&json!({"name": "Club"})));
}

proptest! {
    #[test]
    fn random_programmes_are_as_the_schema_says(case in laws::any_case()) {
        let definition = laws::definition(&case);
        prop_assert!(is_programme(&serde_json::to_value(&definition).unwrap()));
    }
}

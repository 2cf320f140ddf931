//! Whether an answer is what a story says.

use serde_json::Value as Json;

/// How far two numbers that are not whole may be apart, relative to the larger one.
const TOLERANCE: f64 = 1e-9;

/// What differs, with the path to it; nothing when the answer is as expected.
pub fn difference(expected: &Json, answer: &Json) -> Option<String> {
    differ(expected, answer, &mut String::from("answer"))
}

fn differ(expected: &Json, answer: &Json, path: &mut String) -> Option<String> {
    match (expected, answer) {
        (Json::Object(fields), Json::Object(found)) => fields.iter().find_map(|(name, value)| {
            let found = found.get(name).unwrap_or(&Json::Null);
            within(path, &format!(".{name}"), |path| differ(value, found, path))
        }),
        (Json::Array(items), Json::Array(found)) if items.len() == found.len() => items
            .iter()
            .zip(found)
            .enumerate()
            .find_map(|(at, (item, found))| within(path, &format!("[{at}]"), |path| differ(item, found, path))),
        (Json::Number(a), Json::Number(b)) if same_number(a, b) => None,
        (a, b) if a == b => None,
        _ => Some(format!("{path}: expected {expected}, found {answer}")),
    }
}

fn within(path: &mut String, step: &str, look: impl FnOnce(&mut String) -> Option<String>) -> Option<String> {
    let length = path.len();
    path.push_str(step);
    let found = look(path);
    path.truncate(length);
    found
}

fn same_number(a: &serde_json::Number, b: &serde_json::Number) -> bool {
    let is_whole = |number: &serde_json::Number| number.is_i64() || number.is_u64();
    if is_whole(a) && is_whole(b) {
        return a == b;
    }
    let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return a == b };
    a == b || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_named_is_compared() {
        let answer = json!({"id": 7, "name": "x", "rest": [1, 2.5], "gone": null});
        for same in [json!({}), json!({"id": 7}), json!({"rest": [1, 2.500000000001]}), json!({"absent": null})] {
            assert_eq!(difference(&same, &answer), None, "{same}");
        }
        for other in
            [json!({"id": 8}), json!({"rest": [1]}), json!({"rest": [1, 2.6]}), json!({"name": null}), json!([])]
        {
            assert!(difference(&other, &answer).is_some(), "{other}");
        }
        let far = difference(&json!({"rest": [1, 3.5]}), &answer).unwrap();
        assert_eq!(far, "answer.rest[1]: expected 3.5, found 2.5");
    }

    #[test]
    fn whole_numbers_are_compared_to_the_last_digit() {
        assert!(difference(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)).is_some());
        assert_eq!(difference(&json!(i64::MIN), &json!(i64::MIN)), None);
        assert!(difference(&json!(9_223_372_036_854_775_808_u64), &json!(i64::MAX)).is_some());
    }
}

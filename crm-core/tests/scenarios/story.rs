//! A story: its form, and how it is replayed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crm_core::Crm;
use crm_core::base::{CountedIds, Timestamp};
use crm_core::crm::FixedClock;
use crm_core::privacy::AddressKey;
use crm_core::store::Memory;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::compare::difference;
use crate::operations::{Answer, call, decoded};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub name: String,
    pub about: String,
    now: Timestamp,
    address_key: Option<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Step {
    Now { now: Timestamp },
    Call(Box<Call>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    #[serde(rename = "call")]
    operation: String,
    #[serde(default)]
    with: Map<String, Json>,
    #[serde(rename = "as")]
    keep: Option<String>,
    #[serde(default, deserialize_with = "given")]
    gives: Option<Json>,
    fails: Option<Json>,
}

/// Tells `null`, an answer, from an answer that nobody looks at.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(from).map(Some)
}

/// What was answered so far, by the names under which it was kept.
pub type Kept = BTreeMap<String, Answer>;

impl Story {
    /// The operations that it calls.
    pub fn calls(&self) -> impl Iterator<Item = String> + '_ {
        self.steps.iter().filter_map(|step| match step {
            Step::Call(call) => Some(call.operation.clone()),
            Step::Now { .. } => None,
        })
    }

    /// Plays it on an empty store.
    pub fn replay(&self) -> Result<(), String> {
        let clock = Arc::new(FixedClock::at(self.now));
        let mut builder = Crm::builder(Arc::new(Memory::new())).clock(Arc::clone(&clock)).ids(CountedIds::from(1));
        if let Some(key) = &self.address_key {
            let bytes = decoded(key).try_into().map_err(|_| "an address key has 32 bytes")?;
            builder = builder.address_key(AddressKey::new(bytes));
        }
        let crm = builder.open().map_err(|error| error.to_string())?;
        let mut kept = Kept::new();
        for (step, number) in self.steps.iter().zip(1..) {
            match step {
                Step::Now { now } => clock.set(*now),
                Step::Call(step) => {
                    step.play(&crm, &mut kept).map_err(|why| format!("step {number}, {}: {why}", step.operation))?;
                }
            }
        }
        Ok(())
    }
}

impl Call {
    fn play(&self, crm: &Crm, kept: &mut Kept) -> Result<(), String> {
        let with = self.with.iter().map(|(name, value)| Ok((name.clone(), filled(value, kept)?)));
        let with: Map<String, Json> = with.collect::<Result<_, String>>()?;
        match (call(crm, &self.operation, &with, kept), &self.fails) {
            (Err(error), Some(expected)) => {
                let error = serde_json::to_value(&error).map_err(|why| why.to_string())?;
                difference(&filled(expected, kept)?, &error).map_or(Ok(()), Err)
            }
            (Err(error), None) => Err(format!("fails: {error}")),
            (Ok(_), Some(expected)) => Err(format!("should fail with {expected}")),
            (Ok(answer), None) => {
                let json = answer.json.clone();
                if let Some(name) = &self.keep {
                    kept.insert(name.clone(), answer);
                }
                let Some(expected) = &self.gives else { return Ok(()) };
                difference(&filled(expected, kept)?, &json).map_or(Ok(()), Err)
            }
        }
    }
}

/// A value whose references are replaced by what they stand for.
fn filled(value: &Json, kept: &Kept) -> Result<Json, String> {
    match value {
        Json::String(text) if text.starts_with('$') => referred(&text[1..], kept),
        Json::Array(items) => items.iter().map(|item| filled(item, kept)).collect(),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| Ok((filled_name(name, kept)?, filled(field, kept)?)));
            fields.collect::<Result<Map<_, _>, String>>().map(Json::Object)
        }
        other => Ok(other.clone()),
    }
}

/// The names that mark a value's type.
const MARKS: [&str; 4] = ["$date", "$time", "$money", "$id"];

fn filled_name(name: &str, kept: &Kept) -> Result<String, String> {
    let Some(path) = name.strip_prefix('$').filter(|_| !MARKS.contains(&name)) else { return Ok(name.to_owned()) };
    let text = referred(path, kept)?;
    text.as_str().map(str::to_owned).ok_or_else(|| format!("${path} is no text"))
}

fn referred(path: &str, kept: &Kept) -> Result<Json, String> {
    let mut steps = path.split('.');
    let name = steps.next().unwrap_or_default();
    let missing = || format!("${path} was not kept");
    let start = &kept.get(name).ok_or_else(missing)?.json;
    let found = steps.try_fold(start, |value, step| match value {
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        value => value.get(step),
    });
    found.cloned().ok_or_else(missing)
}

//! Programmes: definitions, and the versions under which they were published.

use serde::{Deserialize, Serialize};

use super::climb::Scale;
use super::fields::{CONTENT, DEFINITION, FROM, NAME, NUMBER, PROGRAMME, PROGRAMME_KIND};
use super::filter::Filters;
use super::{Ladder, Reward, Rule, Unit};
use crate::base::{Env, Error, Id, Kind, Name, ProgrammeId, Result, Text, Timestamp, Value, Zone};
use crate::change::ChangeSet;
use crate::record::{Key, Record, Stored};

/// What a loyalty programme promises: data that can be written by hand, stored, compared and sent.
///
/// ```
/// use crm_core::loyalty::Definition;
///
/// let club = Definition::from_json(r#"{
///     "name": "Record club",
///     "zone": "America/New_York",
///     "units": [{"name": "points", "expiry": {"end_of": {"unit": "year", "plus": 1}}}],
///     "rules": [{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 USD"}}}],
///     "tiers": {
///         "basis": {"spend": {"currency": "USD"}},
///         "window": {"calendar": "year"},
///         "keep": 1,
///         "tiers": [
///             {"name": "silver", "threshold": 10000, "multiplier": 125},
///             {"name": "gold", "threshold": 30000, "multiplier": 150}
///         ]
///     }
/// }"#)?;
/// assert_eq!(club.rules.len(), 1);
/// # Ok::<(), crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The programme's name, for people.
    pub name: Name,
    /// A description, for people. It changes nothing.
    #[serde(default)]
    pub doc: Text,
    /// The zone in which its days, months and years begin.
    pub zone: Zone,
    /// Its point units, the default one first.
    pub units: Vec<Unit>,
    /// Its earning rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Its tiers, if it has any.
    #[serde(default)]
    pub tiers: Option<Ladder>,
    /// What members can claim for their points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Reward>,
}

impl Definition {
    /// Reads the JSON form and checks it. Words that mean nothing are errors, not ignored.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the line and column of what cannot be read, or naming what contradicts itself.
    pub fn from_json(json: &str) -> Result<Self> {
        let own: Self = serde_json::from_str(json).map_err(|error| {
            let place = format!("not a programme definition, at line {} column {}", error.line(), error.column());
            Error::invalid("definition", place)
        })?;
        own.check()?;
        Ok(own)
    }

    /// The JSON form, on one line.
    ///
    /// # Errors
    /// None that are known; a definition is plain data.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|_| Error::invalid("definition", "cannot be written as JSON"))
    }

    /// A unit by its name, or the first one.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such unit.
    pub fn unit(&self, name: Option<&Name>) -> Result<&Unit> {
        let found = name.map_or_else(|| self.units.first(), |name| self.units.iter().find(|unit| unit.name == *name));
        found.ok_or_else(|| Error::invalid("unit", "the programme has no such unit"))
    }

    /// The rules in the order in which they are considered, so that the same rules are always the same data.
    fn normalised(mut self) -> Self {
        self.rules.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.name.cmp(&b.name)));
        self
    }
}

/// A published definition. It never changes: who wants something else publishes another version.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// It applies to what happens at this instant or later, until the next version does.
    pub from: Timestamp,
    /// A fingerprint of the definition: equal for equal definitions.
    pub content: Id,
    /// What it promises.
    pub definition: Definition,
    #[serde(skip)]
    pub(super) filters: Filters,
}

impl Version {
    /// The ladder, made ready to be climbed.
    pub(super) fn scale(&self) -> Option<Scale<'_>> {
        self.definition.tiers.as_ref().map(|ladder| Scale::new(ladder, &self.definition.zone))
    }
}

/// A programme: its versions, the oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Programme {
    /// Which one.
    pub id: ProgrammeId,
    versions: Vec<Version>,
}

/// A programme as it is read, before it is checked.
#[derive(Deserialize)]
struct Parts {
    id: ProgrammeId,
    versions: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    from: Timestamp,
    definition: Definition,
}

impl TryFrom<Parts> for Programme {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self> {
        let empty = Self { id: parts.id, versions: Vec::new() };
        let programme = parts.versions.into_iter().try_fold(empty, |own, part| own.with(part.definition, part.from))?;
        if programme.versions.is_empty() { Err(Error::not_found("programme", parts.id)) } else { Ok(programme) }
    }
}

impl Programme {
    /// A programme with one version.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the definition contradicts itself.
    pub fn new(id: ProgrammeId, definition: Definition, from: Timestamp) -> Result<Self> {
        Self { id, versions: Vec::new() }.with(definition, from)
    }

    /// The programme with one more version. A definition that equals the last one adds none.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the definition contradicts itself, begins no later than the last version, or misses one
    /// of its units: members may hold points in them.
    pub fn with(mut self, definition: Definition, from: Timestamp) -> Result<Self> {
        definition.check()?;
        let definition = definition.normalised();
        let content = Id::derived("crm-core/programme-definition", &definition.to_json()?);
        if let Some(last) = self.versions.last() {
            if last.content == content {
                return Ok(self);
            }
            if from <= last.from {
                return Err(Error::invalid("from", "a version begins after the one before"));
            }
            if last.definition.units.iter().any(|unit| definition.unit(Some(&unit.name)).is_err()) {
                return Err(Error::invalid("units", "a unit cannot be taken away; members may hold points in it"));
            }
        }
        let number = self.versions.len() as u32 + 1;
        let filters = Filters::compile(&definition)?;
        self.versions.push(Version { number, from, content, definition, filters });
        Ok(self)
    }

    /// The programme as it would be if a definition applied from an instant on, whatever applies then by now. For
    /// [what-if](super::what_if) questions: what is published is never changed.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub fn instead(&self, definition: Definition, from: Timestamp) -> Result<Self> {
        let versions = self.versions.iter().filter(|version| version.from < from).cloned().collect();
        Self { id: self.id, versions }.with(definition, from)
    }

    /// Its versions, the oldest first.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version that applies at an instant; nothing before the first.
    pub fn at(&self, at: Timestamp) -> Option<&Version> {
        let after = self.versions.partition_point(|version| version.from <= at);
        self.versions[..after].last()
    }

    /// The version that applies at an instant, or the first one before it began.
    pub(super) fn governing(&self, at: Timestamp) -> Result<&Version> {
        self.at(at).or(self.versions.first()).ok_or_else(|| Error::not_found("programme", self.id))
    }

    /// A version by its number.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.get((number as usize).checked_sub(1)?)
    }

    /// Reads a programme from the records of its versions, in any order.
    ///
    /// # Errors
    /// [`Error::Invalid`] when records are unreadable, belong to several programmes, or miss a version;
    /// [`Error::NotFound`] when there are none.
    pub fn from_records(id: ProgrammeId, records: &[Record]) -> Result<Self> {
        let mut versions = records.iter().map(Version::from_record).collect::<Result<Vec<_>>>()?;
        versions.sort_by_key(|version| version.number);
        let complete = (1..).zip(&versions).all(|(number, version)| version.number == number)
            && versions.windows(2).all(|pair| pair[0].from < pair[1].from);
        let own = records.iter().all(|record| record.get(PROGRAMME.as_str()).and_then(Value::as_id) == Some(id.id()));
        match versions.is_empty() {
            true => Err(Error::not_found("programme", id)),
            false if complete && own => Ok(Self { id, versions }),
            false => Err(Error::invalid("programme", "its versions are incomplete")),
        }
    }

    /// The key under which the records of all its versions are found.
    pub fn key(id: ProgrammeId) -> Key {
        Key::lookup(PROGRAMME, id.to_string())
    }

    fn record(&self, version: &Version) -> Result<Record> {
        let id = Id::derived("crm-core/programme", &format!("{}/{}", self.id, version.number));
        let mut record = Record::new(PROGRAMME_KIND, id);
        let unique = Key::unique(Name::from_static("programme_version"), format!("{}/{}", self.id, version.number));
        let name = Key::lookup(NAME, version.definition.name.as_str());
        record.keys = vec![Self::key(self.id), name, unique];
        record.keys.sort();
        record.fields.set(PROGRAMME, self.id.id());
        record.fields.set(NUMBER, i64::from(version.number));
        record.fields.set(NAME, &version.definition.name);
        record.fields.set(FROM, version.from);
        record.fields.set(CONTENT, version.content);
        record.fields.set(DEFINITION, version.definition.to_json()?);
        Ok(record)
    }
}

/// Publishes a definition as the first or the next version of a programme, from an instant on. Publishing what is
/// published already changes nothing.
///
/// The first version may begin in the past, to take in what members did before. Points that were awarded under an
/// earlier version stay as they are.
///
/// # Errors
/// As [`Programme::with`].
pub fn publish(
    id: ProgrammeId,
    current: Option<&Programme>,
    definition: Definition,
    from: Timestamp,
    env: &Env<'_>,
) -> Result<(Programme, ChangeSet)> {
    let before = current.map_or(0, |programme| programme.versions.len());
    let next = match current {
        Some(programme) => programme.clone().with(definition, from)?,
        None => Programme::new(id, definition, from)?,
    };
    let mut changes = ChangeSet::new(env.now);
    for version in &next.versions[before..] {
        changes.put(next.record(version)?);
    }
    Ok((next, changes))
}

impl Stored for Version {
    const KIND: Kind = PROGRAMME_KIND;

    fn from_record(record: &Record) -> Result<Self> {
        let number = record.fields.require(&NUMBER, Value::as_int)?;
        let definition = Definition::from_json(record.fields.require(&DEFINITION, Value::as_text)?)?;
        Ok(Self {
            number: u32::try_from(number).map_err(|_| Error::invalid_at(&NUMBER, "not the number of a version"))?,
            from: record.fields.require(&FROM, Value::as_time)?,
            content: record.fields.require(&CONTENT, Value::as_id)?,
            filters: Filters::compile(&definition)?,
            definition,
        })
    }
}

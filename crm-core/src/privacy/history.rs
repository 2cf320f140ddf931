//! What somebody has said so far: the fold from which every permission is decided.

use serde::{Deserialize, Serialize};

use super::consent::{ConsentEvent, ConsentKind, Scope};
use super::fields::{CHANNEL, CONSENT, CONTACT_POINT, FOR_PURPOSE};
use crate::base::{ContactPointId, Id, Name, Stream, Timestamp, Value};
use crate::fact::{Fact, Projection};

/// What one person has said about the use of their data, without the proofs.
///
/// A fold of the stream `consent`: the order of the facts does not matter, parts can be merged, and the same history
/// answers for every point of view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConsentHistory(
    /// By time, each event once.
    Vec<Said>,
);

/// One event of a history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Said {
    pub at: Timestamp,
    /// `None`: it cannot be read, and so denies.
    pub kind: Option<ConsentKind>,
    pub id: Id,
    pub recorded: Timestamp,
    pub scope: Scope,
    pub version: u32,
    pub until: Option<Timestamp>,
    pub notice: Option<Name>,
}

impl ConsentHistory {
    /// How many events there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was ever said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The events, by time.
    pub(super) fn said(&self) -> &[Said] {
        &self.0
    }

    fn insert(&mut self, said: Said) {
        if let Err(place) = self.0.binary_search(&said) {
            self.0.insert(place, said);
        }
    }
}

impl Projection for ConsentHistory {
    const STREAM: Stream = CONSENT;

    fn apply(&mut self, fact: &Fact) {
        self.insert(Said::from(fact));
    }

    fn merge(&mut self, other: &Self) {
        other.0.iter().cloned().for_each(|said| self.insert(said));
    }
}

impl From<&Fact> for Said {
    fn from(fact: &Fact) -> Self {
        let base = Self {
            at: fact.at,
            kind: None,
            id: fact.id,
            recorded: fact.recorded,
            scope: Scope::default(),
            version: 0,
            until: None,
            notice: None,
        };
        match ConsentEvent::from_fact(fact) {
            Ok(event) => Self {
                kind: Some(event.kind),
                scope: event.scope,
                version: event.purpose_version.unwrap_or(0),
                until: event.expires_at,
                notice: event.notice,
                ..base
            },
            Err(_) => Self { scope: readable_scope(fact), ..base },
        }
    }
}

/// As much of the scope as can be read; a part that cannot be read counts as missing, and so as everything.
fn readable_scope(fact: &Fact) -> Scope {
    let text = |field: &Name| fact.get(field.as_str()).and_then(Value::as_text);
    Scope {
        purpose: text(&FOR_PURPOSE).and_then(|key| Name::new(key).ok()),
        channel: text(&CHANNEL).and_then(|word| word.parse().ok()),
        contact_point: fact.get(CONTACT_POINT.as_str()).and_then(Value::as_id).map(ContactPointId::new),
    }
}

//! Addresses that are barred, whoever they belong to.

use std::fmt;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Builder;

use super::fields::{CHANNEL, REASON, SUPPRESSION};
use crate::base::{Channel, Env, Error, Id, Name, Result, Stream, Timestamp, Value, worded};
use crate::change::ChangeSet;
use crate::fact::{Fact, Projection};

/// The secret under which addresses become tokens. It belongs to the controller, not into the store.
#[derive(Clone)]
pub struct AddressKey([u8; 32]);

impl AddressKey {
    /// A key of 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The token of an address: HMAC-SHA-256 (RFC 2104) over its kind and its normalised value, cut to 128 bits.
    ///
    /// `kind` keeps a telephone number apart from an account of the same digits (`email`, `phone`).
    pub fn token(&self, kind: &str, normalised: &str) -> AddressToken {
        // The key of one block that HMAC makes of a shorter key.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(&(kind.len() as u64).to_be_bytes());
        mac.update(kind.as_bytes());
        mac.update(normalised.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        AddressToken(Id::from_uuid(Builder::from_custom_bytes(bytes).into_uuid()))
    }
}

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressKey(•••)")
    }
}

/// An address under a pseudonym: the same address always has the same token, and without the key the token does not
/// tell the address. It is still personal data.
///
/// It outlives the erasure of its owner, so that the next import of the same address contacts nobody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AddressToken(Id);

impl AddressToken {
    /// Types the subject of a fact of the stream `suppression`.
    pub const fn new(id: Id) -> Self {
        Self(id)
    }

    /// The subject of the facts about the address.
    pub const fn id(self) -> Id {
        self.0
    }
}

worded! {
    /// Why an address is barred.
    pub enum SuppressionReason: "reason" {
        /// It does not exist.
        HardBounce = "hard_bounce",
        /// Its owner reported a message as unwanted.
        Complaint = "complaint",
        /// Its owner was erased, and is not to be contacted when the address comes in again.
        Erased = "erased",
        /// A law or a public register bars it.
        Legal = "legal",
        /// Somebody of the business barred it.
        Manual = "manual",
    }
}

const SUPPRESSED: Name = Name::from_static("suppressed");
const LIFTED: Name = Name::from_static("lifted");

/// Bars an address, on one channel or on all of them. Doing it again for the same reason and instant writes nothing.
///
/// # Errors
/// [`Error::Invalid`] for an instant in the future.
pub fn suppress(
    address: AddressToken,
    channel: Option<Channel>,
    reason: SuppressionReason,
    at: Timestamp,
    env: &Env<'_>,
) -> Result<ChangeSet> {
    suppression(address, channel, Some(reason), at, env)
}

/// Lets an address be used again on one channel or on all of them.
///
/// # Errors
/// [`Error::Invalid`] for an instant in the future.
pub fn lift_suppression(
    address: AddressToken,
    channel: Option<Channel>,
    at: Timestamp,
    env: &Env<'_>,
) -> Result<ChangeSet> {
    suppression(address, channel, None, at, env)
}

fn suppression(
    address: AddressToken,
    channel: Option<Channel>,
    reason: Option<SuppressionReason>,
    at: Timestamp,
    env: &Env<'_>,
) -> Result<ChangeSet> {
    if at > env.now {
        return Err(Error::invalid("at", "lies in the future"));
    }
    let channel = channel.map(Channel::word);
    let (name, what) = reason.map_or((LIFTED, "lifted"), |reason| (SUPPRESSED, reason.word()));
    let unique = format!("{}/{}/{what}/{}", address.0, channel.unwrap_or_default(), at.as_micros());
    let mut fact = Fact::new(SUPPRESSION, Id::derived("crm-core/suppression", &unique), address.0, at, name);
    fact.fields.put(CHANNEL, channel);
    fact.fields.put(REASON, reason.map(SuppressionReason::word));
    let mut changes = ChangeSet::new(env.now);
    changes.append(fact);
    Ok(changes)
}

/// What bars one address, and what was lifted: a fold of the stream `suppression`, in any order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SuppressionHistory(Vec<Barring>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Barring {
    pub at: Timestamp,
    pub id: Id,
    pub recorded: Timestamp,
    pub lifts: bool,
    pub channel: Option<Channel>,
}

impl SuppressionHistory {
    /// Whether nothing was ever said about the address.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn barrings(&self) -> &[Barring] {
        &self.0
    }

    fn insert(&mut self, barring: Barring) {
        if let Err(place) = self.0.binary_search(&barring) {
            self.0.insert(place, barring);
        }
    }
}

impl Projection for SuppressionHistory {
    const STREAM: Stream = SUPPRESSION;

    /// Whatever is not clearly a lifting bars, and whatever it bars it bars on every channel unless it names one.
    fn apply(&mut self, fact: &Fact) {
        let channel = fact.get(CHANNEL.as_str());
        let named = channel.and_then(Value::as_text).and_then(|word| word.parse().ok());
        let lifts = fact.name == LIFTED && channel.is_some() == named.is_some();
        self.insert(Barring { at: fact.at, id: fact.id, recorded: fact.recorded, lifts, channel: named });
    }

    fn merge(&mut self, other: &Self) {
        other.0.iter().cloned().for_each(|barring| self.insert(barring));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_depends_on_the_key_the_kind_and_the_address() {
        let key = AddressKey::new([7; 32]);
        let token = key.token("email", "anna@example.org");
        // Calculated with Python's `hmac` module; bits of version and variant set as in RFC 9562, 5.8.
        assert_eq!(token.id().to_string(), "8afcb04e-70f5-84f2-9801-9555323be803");
        for other in [
            key.token("phone", "anna@example.org"),
            key.token("email", "anna@example.com"),
            key.token("emaila", "nna@example.org"),
            AddressKey::new([8; 32]).token("email", "anna@example.org"),
        ] {
            assert_ne!(token, other);
        }
        assert_eq!(format!("{key:?}"), "AddressKey(•••)");
    }

    #[test]
    fn a_lifting_that_cannot_be_read_bars() {
        let token = AddressKey::new([7; 32]).token("email", "anna@example.org");
        let mut fact = Fact::new(SUPPRESSION, Id::NIL, token.id(), Timestamp::EPOCH, LIFTED);
        assert!(SuppressionHistory::fold([&fact]).barrings()[0].lifts);
        fact.fields.set(CHANNEL, "telepathy");
        let barring = &SuppressionHistory::fold([&fact]).0[0];
        assert_eq!((barring.lifts, barring.channel), (false, None));
    }
}

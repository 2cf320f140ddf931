//! Identifiers: UUIDs, typed by what they name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Error, Result, Timestamp};

/// The identifier of anything that is stored, as a store sees it: 128 bits without a type.
///
/// Rooms use the typed ids ([`CustomerId`], [`InteractionId`], ...), which convert into this one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(Uuid);

impl Id {
    /// The all-zero id. It names nothing.
    pub const NIL: Self = Self(Uuid::nil());

    /// Wraps a UUID of any version.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Wraps 16 big-endian bytes, the form in which ids are stored.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// A time-ordered id (UUID version 7, RFC 9562) made of an instant and 74 random bits given by the caller.
    ///
    /// The instant is cut to milliseconds; one before 1970 counts as 1970.
    pub fn from_parts(at: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(at.as_micros() / 1_000).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id that `(source, source_id)` always gives (UUID version 8 from SHA-256).
    ///
    /// Two devices that import the same receipt thus write the same fact, and a store keeps it once.
    pub fn derived(source: &str, source_id: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"crm-core/1");
        hash.update((source.len() as u64).to_be_bytes());
        hash.update(source.as_bytes());
        hash.update(source_id.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The 16 big-endian bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Uuid::parse_str(text).map(Self).map_err(|_| Error::invalid("id", "not a UUID"))
    }
}

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Id);

        impl $name {
            /// Types an untyped id. The caller vouches that it names this kind of thing.
            pub const fn new(id: Id) -> Self {
                Self(id)
            }

            /// The untyped id.
            pub const fn id(self) -> Id {
                self.0
            }
        }

        impl From<$name> for Id {
            fn from(id: $name) -> Id {
                id.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                text.parse().map(Self)
            }
        }
    )+};
}

id_types! {
    /// Names a customer: a person, an organisation or a household.
    CustomerId,
    /// Names one address on one channel.
    ContactPointId,
    /// Names one interaction.
    InteractionId,
    /// Names a segment.
    SegmentId,
    /// Names a loyalty programme.
    ProgrammeId,
    /// Names a campaign.
    CampaignId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_depend_on_both_parts_and_their_border() {
        assert_eq!(Id::derived("shop", "1"), Id::derived("shop", "1"));
        assert_ne!(Id::derived("shop", "1"), Id::derived("shop", "2"));
        assert_ne!(Id::derived("sho", "p1"), Id::derived("shop", "1"));
        assert_eq!(Id::derived("shop", "1").uuid().get_version_num(), 8);
    }

    #[test]
    fn ids_made_of_instants_sort_by_them() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let early = Id::from_parts(at("2026-01-01T00:00:00Z"), [255; 10]);
        let late = Id::from_parts(at("2026-01-01T00:00:00.001Z"), [0; 10]);
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
    }
}

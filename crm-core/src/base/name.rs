//! Names: short identifiers that never hold personal data.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Error, Result};

/// A word of the vocabulary: the name of a field, a source, an event, a purpose.
///
/// 1 to 128 bytes without control characters or surrounding blanks. Names are not personal data: they are printed in
/// errors and logs. Names of up to 23 bytes are held without an allocation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(SmolStr);

impl Name {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 128;

    /// Checks and wraps a name.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is empty, too long, starts or ends with a blank, or holds a control character.
    pub fn new(text: &str) -> Result<Self> {
        if Self::is_valid(text) {
            Ok(Self(SmolStr::new(text)))
        } else {
            Err(Error::invalid("name", "1 to 128 bytes, no control characters, no surrounding blanks"))
        }
    }

    /// A name known when the program was written. The caller vouches that it is valid.
    pub const fn from_static(text: &'static str) -> Self {
        Self(SmolStr::new_static(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_valid(text: &str) -> bool {
        !text.is_empty() && text.len() <= Self::MAX_LEN && text.trim() == text && !text.chars().any(char::is_control)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        if Self::is_valid(&text) { Ok(Self(text)) } else { Err(serde::de::Error::custom("not a valid name")) }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Name);

        impl $name {
            /// Checks and wraps a name: lower-case ASCII letters, digits and `_`, beginning with a letter, at most
            /// 48 bytes, so that any store can use it as a table's name.
            pub fn new(text: &str) -> Result<Self> {
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                let valid = text.len() <= 48 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(plain);
                if valid {
                    Name::new(text).map(Self)
                } else {
                    Err(Error::invalid(stringify!($name), "a lower-case identifier of at most 48 bytes"))
                }
            }

            /// One known when the program was written. The caller vouches that it is valid.
            pub const fn from_static(text: &'static str) -> Self {
                Self(Name::from_static(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let text = SmolStr::deserialize(deserializer)?;
                Self::new(&text).map_err(|_| serde::de::Error::custom("not a lower-case identifier"))
            }
        }

        impl From<$name> for Name {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

named! {
    /// What a record is: `customer`, `contact_point`, `segment`, ...
    Kind
}
named! {
    /// The sort of a fact: `interaction`, `consent`, `points`, ...
    Stream
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_refuse_what_cannot_be_printed_in_a_log() {
        for bad in ["", " a", "a ", "a\nb", &"x".repeat(129)] {
            assert!(Name::new(bad).is_err());
        }
        assert_eq!(Name::new("Order Completed").unwrap(), "Order Completed");
        assert!(serde_json::from_str::<Name>("\"a\\u0000\"").is_err());
    }

    #[test]
    fn kinds_and_streams_can_be_table_names() {
        assert!(Kind::new("contact_point").is_ok());
        for bad in ["", "1a", "A", "a-b", "a;drop", &"a".repeat(49)] {
            assert!(Kind::new(bad).is_err());
            assert!(Stream::new(bad).is_err());
            assert!(serde_json::from_value::<Kind>(bad.into()).is_err());
        }
    }
}

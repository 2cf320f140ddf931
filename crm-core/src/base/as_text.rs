//! Types that cross as text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};

/// Implements `Serialize` as `Display` shows a type, and `Deserialize` as [`from_text!`] does.
macro_rules! as_text {
    ($type:ty, $what:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        $crate::base::as_text::from_text!($type, $what);
    };
}

/// Implements `Deserialize` as `FromStr` reads a type. Errors say what was expected and never what was there.
macro_rules! from_text {
    ($type:ty, $what:literal) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                $crate::base::as_text::read(deserializer, $what)
            }
        }
    };
}

pub(crate) use {as_text, from_text};

/// Reads a text and parses it.
pub(crate) fn read<'de, D: Deserializer<'de>, T: FromStr>(
    deserializer: D,
    expected: &'static str,
) -> Result<T, D::Error> {
    let reader = Reader(expected, PhantomData);
    // Asked for a text, a format such as JSON puts what it finds instead into its message; asked for anything, it lets
    // the reader refuse. Formats for machines know no "anything".
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(reader)
    } else {
        deserializer.deserialize_str(reader)
    }
}

struct Reader<T>(&'static str, PhantomData<T>);

impl<T: FromStr> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::custom(format_args!("expected {}", self.0)))
    }

    // The messages that Serde makes for these show the value: a telephone number given as a number.

    fn visit_i64<E: Error>(self, _: i64) -> Result<T, E> {
        self.visit_str("")
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<T, E> {
        self.visit_str("")
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        self.visit_str("")
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{Email, Phone};

    #[test]
    fn an_error_does_not_show_what_was_there() {
        for json in ["4930123456789", "-4930123456789", "4930123456789.5", "\"4930123456789\"", "[4930123456789]"] {
            let phone = serde_json::from_str::<Phone>(json).unwrap_err().to_string();
            let email = serde_json::from_str::<Email>(json).unwrap_err().to_string();
            assert!(!format!("{phone}{email}").contains("4930"), "{phone} {email}");
            assert!(phone.contains("expected an international telephone number"), "{phone}");
        }
    }
}

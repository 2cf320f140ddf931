//! A wrapper that keeps personal data out of logs.

use std::fmt;

/// Personal data: it can be used, but not printed by accident.
///
/// There is no `Display` and no `Serialize`; `Debug` shows neither the value nor its length. Reading it takes the word
/// [`expose`](Personal::expose), which is easy to find in a review. A structure whose purpose is to hand a person's data
/// to the host says so field by field, with the module [`exposed`] and serde's `with`.
///
/// ```
/// use crm_core::base::Personal;
///
/// let email = Personal::new("anna@example.org".to_owned());
/// assert_eq!(format!("{email:?}"), "Personal(•••)");
/// assert_eq!(email.expose(), "anna@example.org");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Marks a value as personal data.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, to be used and not to be logged.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Gives the value away.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// Applies a function inside the wrapper.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Personal<U> {
        Personal(f(self.0))
    }
}

/// Serialises personal data in the clear: `#[serde(with = "exposed")]`.
pub mod exposed {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Personal;

    /// Writes the value.
    pub fn serialize<T: Serialize, S: Serializer>(value: &Personal<T>, serializer: S) -> Result<S::Ok, S::Error> {
        value.expose().serialize(serializer)
    }

    /// Reads a value.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Personal<T>, D::Error> {
        T::deserialize(from).map(Personal::new)
    }
}

/// Serialises personal data in the clear, if there is any: `#[serde(default, with = "exposed_option")]`.
pub mod exposed_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Personal;

    /// Writes the value, or null.
    pub fn serialize<T: Serialize, S: Serializer>(of: &Option<Personal<T>>, to: S) -> Result<S::Ok, S::Error> {
        of.as_ref().map(Personal::expose).serialize(to)
    }

    /// Reads a value, or null.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Personal<T>>, D::Error> {
        Ok(Option::<T>::deserialize(from)?.map(Personal::new))
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(•••)")
    }
}

//! Three-valued logic.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The answer to a condition in Kleene's logic. Only what is [`True`](Self::True) belongs to a segment.
///
/// The order is that of truth: a conjunction is as true as the least true of its parts, a disjunction as the most true.
///
/// ```
/// use crm_core::segment::Truth;
///
/// assert_eq!(Truth::Unknown & Truth::False, Truth::False);
/// assert_eq!(Truth::Unknown | Truth::False, Truth::Unknown);
/// assert_eq!(!Truth::Unknown, Truth::Unknown);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It is not so.
    False,
    /// Nobody knows.
    Unknown,
    /// It is so.
    True,
}

impl Truth {
    /// Whether it is true, rather than false or unknown.
    pub const fn is_true(self) -> bool {
        matches!(self, Self::True)
    }

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::False => "false",
            Self::Unknown => "unknown",
            Self::True => "true",
        }
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

impl From<Option<bool>> for Truth {
    fn from(truth: Option<bool>) -> Self {
        truth.map_or(Self::Unknown, Self::from)
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    #[inline]
    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl std::ops::BitAnd for Truth {
    type Output = Self;

    #[inline]
    fn bitand(self, other: Self) -> Self {
        self.min(other)
    }
}

impl std::ops::BitOr for Truth {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        self.max(other)
    }
}

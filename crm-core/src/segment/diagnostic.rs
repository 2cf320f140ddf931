//! What is wrong with an expression, where, and what may have been meant.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Name};

/// A range of bytes in the text of an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextSpan {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl TextSpan {
    /// The bytes from `start` to before `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The least span that holds both.
    #[must_use]
    pub fn to(self, end: Self) -> Self {
        Self { start: self.start.min(end.start), end: self.end.max(end.end) }
    }
}

/// Where a part of a tree stands in the text it was read from.
///
/// Places do not count when trees are compared: two trees are equal when they say the same.
#[derive(Clone, Copy, Default)]
pub struct Place(pub TextSpan);

impl Place {
    /// Nowhere: the tree was not read from a text.
    pub const NONE: Self = Self(TextSpan { start: 0, end: 0 });
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.0.start, self.0.end)
    }
}

impl From<TextSpan> for Place {
    fn from(span: TextSpan) -> Self {
        Self(span)
    }
}

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The expression cannot be evaluated.
    Error,
    /// The expression can be evaluated, but hardly says what was meant.
    Warning,
}

/// One finding about an expression.
///
/// Its words name fields, types and units. They never repeat a text of the expression, which may be personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The stable code (`E0103`), listed in `docs/segment-language.md`. `E` are errors, `W` warnings.
    pub code: Name,
    /// Where it is.
    pub span: TextSpan,
    /// What is wrong.
    pub message: String,
    /// What would be right here.
    pub expected: Option<Box<str>>,
    /// What is here.
    pub found: Option<Box<str>>,
    /// What may have been meant, or what to write instead.
    pub suggestion: Option<Box<str>>,
}

impl Diagnostic {
    pub(super) fn new(code: &'static str, span: impl Into<Place>, message: impl Into<String>) -> Self {
        Self {
            code: Name::from_static(code),
            span: span.into().0,
            message: message.into(),
            expected: None,
            found: None,
            suggestion: None,
        }
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into().into());
        self
    }

    pub(super) fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into().into());
        self
    }

    pub(super) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into().into());
        self
    }

    pub(super) fn maybe_suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        if self.code.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => write!(f, " (expected {expected}, found {found})")?,
            (Some(expected), None) => write!(f, " (expected {expected})")?,
            (None, Some(found)) => write!(f, " (found {found})")?,
            (None, None) => {}
        }
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Segment {
            start: diagnostic.span.start as usize,
            end: diagnostic.span.end as usize,
            reason: diagnostic.to_string().into(),
            code: diagnostic.code,
        }
    }
}

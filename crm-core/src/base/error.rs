//! The one error of the crate.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Id, Kind, Name, Stream};

/// Words for people, free of values.
pub type Reason = Cow<'static, str>;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
///
/// Messages carry ids, field names, row numbers and reasons. They never carry a value: no address, name or text of a
/// customer reaches `Display`, `Debug` or a log.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument or a field breaks a rule.
    #[error("{field}: {reason}")]
    Invalid {
        /// The argument or field.
        field: Name,
        /// The rule, in words.
        reason: Reason,
    },
    /// There is no such thing.
    #[error("{kind} {id} does not exist")]
    NotFound {
        /// What was looked for.
        kind: Name,
        /// Its id.
        id: Id,
    },
    /// Another writer was faster, again and again, or a name is taken.
    #[error("conflict: {0}")]
    Conflict(Clash),
    /// The person, the law or a rule of the host says no.
    #[error("not allowed: {reason}")]
    Denied {
        /// Why not.
        reason: Reason,
    },
    /// A text in the segment language is wrong.
    #[error("segment, at byte {start}: {reason} [{code}]")]
    Segment {
        /// The diagnostic's code (`E0103`).
        code: Name,
        /// Where it starts, in bytes.
        start: usize,
        /// Where it ends, in bytes.
        end: usize,
        /// What is wrong, what was expected, and what may have been meant.
        reason: Reason,
    },
    /// An imported file is wrong.
    #[error("{}", ImportPlace { row: *row, column: column.as_ref(), reason })]
    Import {
        /// The line of the file, counted from 1, if the trouble has one.
        row: Option<u64>,
        /// The column, if the trouble has one.
        column: Option<Name>,
        /// What is wrong and what to do.
        reason: Reason,
    },
    /// There is too little data for an answer.
    #[error("not enough data for {what}: {reason}")]
    InsufficientData {
        /// The question.
        what: Name,
        /// What is missing.
        reason: Reason,
    },
    /// A calculation left the range of its type.
    #[error("{what}: out of range")]
    OutOfRange {
        /// What was calculated.
        what: Name,
    },
    /// The host asked for it.
    #[error("cancelled")]
    Cancelled,
    /// The store failed.
    #[error("store: {0}")]
    Store(StoreError),
}

impl From<StoreError> for Error {
    /// A conflict and a cancellation are the same wherever they were noticed.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(clash) => Self::Conflict(clash),
            StoreError::Cancelled => Self::Cancelled,
            error => Self::Store(error),
        }
    }
}

impl Error {
    /// An argument that breaks a rule.
    pub fn invalid(field: &'static str, reason: impl Into<Reason>) -> Self {
        Self::Invalid { field: Name::from_static(field), reason: reason.into() }
    }

    /// A declared field that breaks a rule.
    pub fn invalid_at(field: &Name, reason: impl Into<Reason>) -> Self {
        Self::Invalid { field: field.clone(), reason: reason.into() }
    }

    /// Something that does not exist.
    pub fn not_found(kind: &'static str, id: impl Into<Id>) -> Self {
        Self::NotFound { kind: Name::from_static(kind), id: id.into() }
    }

    /// Something that is not allowed.
    pub fn denied(reason: impl Into<Reason>) -> Self {
        Self::Denied { reason: reason.into() }
    }

    /// A calculation that left the range of its type.
    pub const fn out_of_range(what: &'static str) -> Self {
        Self::OutOfRange { what: Name::from_static(what) }
    }

    /// A question that the data cannot answer.
    pub fn insufficient(what: &'static str, reason: impl Into<Reason>) -> Self {
        Self::InsufficientData { what: Name::from_static(what), reason: reason.into() }
    }

    /// The stable code of this error, to be matched on by programs.
    pub const fn code(&self) -> ErrorCode {
        ErrorCode(match self {
            Self::Invalid { .. } => "invalid",
            Self::NotFound { .. } => "not-found",
            Self::Conflict(_) => "conflict",
            Self::Denied { .. } => "denied",
            Self::Segment { .. } => "segment",
            Self::Import { .. } => "import",
            Self::InsufficientData { .. } => "insufficient-data",
            Self::OutOfRange { .. } => "out-of-range",
            Self::Cancelled => "cancelled",
            Self::Store(error) => error.code(),
        })
    }

    /// One error of every variant, and so of every code; for tests that walk all of them.
    pub fn samples() -> Vec<Self> {
        let name = Name::from_static("sample");
        let mut all = vec![
            Self::invalid("sample", "breaks a rule"),
            Self::not_found("sample", Id::NIL),
            Self::Conflict(Clash::Erased { subject: Id::NIL }),
            Self::denied("a rule says no"),
            Self::Segment { code: name.clone(), start: 0, end: 1, reason: "unknown".into() },
            Self::Import { row: Some(1), column: Some(name), reason: "not a date".into() },
            Self::insufficient("sample", "no purchases"),
            Self::out_of_range("sample"),
            Self::Cancelled,
        ];
        all.extend(StoreError::samples().into_iter().map(Self::Store));
        all
    }
}

/// An error as data: its `code`, its `message`, and the fields of its variant; absent ones are left out.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.code().as_str())?;
        map.serialize_entry("message", &self.to_string())?;
        match self {
            Self::Invalid { field, reason } => {
                map.serialize_entry("field", field)?;
                map.serialize_entry("reason", reason)?;
            }
            Self::NotFound { kind, id } => {
                map.serialize_entry("kind", kind)?;
                map.serialize_entry("id", id)?;
            }
            Self::Denied { reason } => map.serialize_entry("reason", reason)?,
            Self::Segment { code, start, end, reason } => {
                map.serialize_entry("diagnostic", code)?;
                map.serialize_entry("start", start)?;
                map.serialize_entry("end", end)?;
                map.serialize_entry("reason", reason)?;
            }
            Self::Import { row, column, reason } => {
                if let Some(row) = row {
                    map.serialize_entry("row", row)?;
                }
                if let Some(column) = column {
                    map.serialize_entry("column", column)?;
                }
                map.serialize_entry("reason", reason)?;
            }
            Self::InsufficientData { what, reason } => {
                map.serialize_entry("what", what)?;
                map.serialize_entry("reason", reason)?;
            }
            Self::OutOfRange { what } => map.serialize_entry("what", what)?,
            Self::Conflict(clash) => clash.serialize_into(&mut map)?,
            Self::Store(error) => error.serialize_into(&mut map)?,
            Self::Cancelled => {}
        }
        map.end()
    }
}

impl Clash {
    fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> std::result::Result<(), M::Error> {
        match self {
            Self::Version { kind, id, expected, found } => {
                map.serialize_entry("clash", "version")?;
                map.serialize_entry("kind", kind)?;
                map.serialize_entry("id", id)?;
                map.serialize_entry("expected", expected)?;
                map.serialize_entry("found", found)
            }
            Self::KeyTaken { kind, key, holder } => {
                map.serialize_entry("clash", "key_taken")?;
                map.serialize_entry("kind", kind)?;
                map.serialize_entry("key", key)?;
                map.serialize_entry("holder", holder)
            }
            Self::FactDiffers { stream, id } => {
                map.serialize_entry("clash", "fact_differs")?;
                map.serialize_entry("stream", stream)?;
                map.serialize_entry("id", id)
            }
            Self::Changed { stream, subject, since } => {
                map.serialize_entry("clash", "changed")?;
                map.serialize_entry("stream", stream)?;
                map.serialize_entry("subject", subject)?;
                map.serialize_entry("since", since)
            }
            Self::Erased { subject } => {
                map.serialize_entry("clash", "erased")?;
                map.serialize_entry("subject", subject)
            }
        }
    }
}

impl StoreError {
    fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> std::result::Result<(), M::Error> {
        match self {
            Self::Conflict(clash) => clash.serialize_into(map),
            Self::Unavailable { retryable, reason } => {
                map.serialize_entry("retryable", retryable)?;
                map.serialize_entry("reason", reason)
            }
            Self::Full { reason }
            | Self::ReadOnly { reason }
            | Self::Corrupt { reason }
            | Self::Malformed { reason } => map.serialize_entry("reason", reason),
            Self::SchemaTooNew { found, supported } => {
                map.serialize_entry("found", found)?;
                map.serialize_entry("supported", supported)
            }
            Self::Unsupported { store, operation } => {
                map.serialize_entry("store", store)?;
                map.serialize_entry("operation", operation)
            }
            Self::Backend { store, reason } => {
                map.serialize_entry("store", store)?;
                map.serialize_entry("reason", reason)
            }
            Self::Cancelled | Self::Closed => Ok(()),
        }
    }
}

/// A stable, kebab-case error code, listed in `docs/errors.md`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ErrorCode(&'static str);

impl ErrorCode {
    /// The code.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

struct ImportPlace<'a> {
    row: Option<u64>,
    column: Option<&'a Name>,
    reason: &'a Reason,
}

impl fmt::Display for ImportPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("import")?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// The promise that a commit found broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Clash {
    /// A record is not in the version that the writer saw. Version 0 means: it does not exist.
    #[error("{kind} {id} is in version {found}, not {expected}")]
    Version {
        /// The kind of the record.
        kind: Kind,
        /// The record.
        id: Id,
        /// The version the writer saw.
        expected: u64,
        /// The version there is.
        found: u64,
    },
    /// A unique key belongs to another record.
    #[error("the key {key} is taken by {kind} {holder}")]
    KeyTaken {
        /// The kind of both records.
        kind: Kind,
        /// The name of the key, without its value.
        key: Name,
        /// The record that has it.
        holder: Id,
    },
    /// A fact with this id is there with another content. Facts are never edited.
    #[error("{stream} {id} is already recorded with another content")]
    FactDiffers {
        /// The stream.
        stream: Stream,
        /// The fact.
        id: Id,
    },
    /// Somebody appended a fact about a subject since the writer looked.
    #[error("{stream} of {subject} has grown since commit {since}")]
    Changed {
        /// The stream.
        stream: Stream,
        /// The subject.
        subject: Id,
        /// The last commit that the writer saw.
        since: u64,
    },
    /// The subject has been erased. Nothing about it is ever written again.
    #[error("{subject} has been erased")]
    Erased {
        /// The erased subject.
        subject: Id,
    },
}

/// What a store answers when it cannot do what it was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A precondition does not hold. Nothing was written. Load again, decide again.
    #[error("conflict: {0}")]
    Conflict(Clash),
    /// The store cannot be reached or is busy.
    #[error("unavailable: {reason}")]
    Unavailable {
        /// Whether the same call may succeed later.
        retryable: bool,
        /// Why.
        reason: Reason,
    },
    /// There is no room left. Nothing was written; what was acknowledged before is there.
    #[error("full: {reason}")]
    Full {
        /// What is full.
        reason: Reason,
    },
    /// The store may be read, not written.
    #[error("read-only: {reason}")]
    ReadOnly {
        /// Why.
        reason: Reason,
    },
    /// What is stored is damaged, or is not a store of this kind.
    #[error("corrupt: {reason}")]
    Corrupt {
        /// Where, and what to do.
        reason: Reason,
    },
    /// A newer version of the library wrote this store. It was left untouched.
    #[error("written by a newer version: schema {found}, this library reads up to {supported}")]
    SchemaTooNew {
        /// The schema's version.
        found: u32,
        /// The newest version that this library reads.
        supported: u32,
    },
    /// The store does not do this.
    #[error("{store} does not support {operation}")]
    Unsupported {
        /// The store.
        store: Name,
        /// The operation.
        operation: Name,
    },
    /// A question or a change set that no store accepts: a bug in the caller.
    #[error("malformed request: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: Reason,
    },
    /// The host asked for it.
    #[error("cancelled")]
    Cancelled,
    /// The store was closed, or suspended by the host.
    #[error("closed")]
    Closed,
    /// Anything else; the reason is the backend's own code, without data.
    #[error("{store}: {reason}")]
    Backend {
        /// The store.
        store: Name,
        /// The backend's code.
        reason: Reason,
    },
}

impl StoreError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "store-conflict",
            Self::Unavailable { .. } => "store-unavailable",
            Self::Full { .. } => "store-full",
            Self::ReadOnly { .. } => "store-read-only",
            Self::Corrupt { .. } => "store-corrupt",
            Self::SchemaTooNew { .. } => "store-schema-too-new",
            Self::Unsupported { .. } => "store-unsupported",
            Self::Malformed { .. } => "store-malformed",
            Self::Cancelled => "store-cancelled",
            Self::Closed => "store-closed",
            Self::Backend { .. } => "store-backend",
        }
    }

    fn samples() -> Vec<Self> {
        let name = Name::from_static("sample");
        let reason = || Reason::Borrowed("sample");
        vec![
            Self::Conflict(Clash::Erased { subject: Id::NIL }),
            Self::Unavailable { retryable: true, reason: reason() },
            Self::Full { reason: reason() },
            Self::ReadOnly { reason: reason() },
            Self::Corrupt { reason: reason() },
            Self::SchemaTooNew { found: 2, supported: 1 },
            Self::Unsupported { store: name.clone(), operation: name.clone() },
            Self::Malformed { reason: reason() },
            Self::Cancelled,
            Self::Closed,
            Self::Backend { store: name, reason: reason() },
        ]
    }
}

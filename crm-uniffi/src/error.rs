//! The one error that crosses.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crm_core::base::{Clash, Id, Name, StoreError};
use crm_core::{Error, Result};

/// What went wrong.
///
/// Messages carry ids, field names, row numbers and reasons, and never a value of a customer.
#[derive(Clone, Debug, PartialEq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum CrmError {
    /// An argument or a field breaks a rule.
    #[error("{field}: {reason}")]
    Invalid {
        /// The argument or field.
        field: Name,
        /// The rule, in words.
        reason: String,
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
    #[error("conflict: {clash}")]
    Conflict {
        /// The promise that was found broken.
        clash: Clash,
    },
    /// The person, the law or a rule of the host says no.
    #[error("not allowed: {reason}")]
    Denied {
        /// Why not.
        reason: String,
    },
    /// A text in the segment language is wrong.
    #[error("segment, at byte {start}: {reason} [{diagnostic}]")]
    Segment {
        /// The diagnostic's code (`E0103`).
        diagnostic: Name,
        /// Where it starts, in bytes of UTF-8.
        start: u64,
        /// Where it ends, in bytes of UTF-8.
        end: u64,
        /// What is wrong, what was expected, and what may have been meant.
        reason: String,
    },
    /// An imported file is wrong.
    #[error("{}", place(*row, column.as_ref(), reason))]
    Import {
        /// The line of the file, counted from 1, if the trouble has one.
        row: Option<u64>,
        /// The column, if the trouble has one.
        column: Option<Name>,
        /// What is wrong and what to do.
        reason: String,
    },
    /// There is too little data for an answer.
    #[error("not enough data for {what}: {reason}")]
    InsufficientData {
        /// The question.
        what: Name,
        /// What is missing.
        reason: String,
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
    /// The store cannot be reached or is busy.
    #[error("store: unavailable: {reason}")]
    Unavailable {
        /// Whether the same call may succeed later.
        retryable: bool,
        /// Why.
        reason: String,
    },
    /// There is no room left. Nothing was written; what was acknowledged before is there.
    #[error("store: full: {reason}")]
    Full {
        /// What is full.
        reason: String,
    },
    /// The store may be read, not written.
    #[error("store: read-only: {reason}")]
    ReadOnly {
        /// Why.
        reason: String,
    },
    /// What is stored is damaged, or is not a store of this kind.
    #[error("store: corrupt: {reason}")]
    Corrupt {
        /// Where, and what to do.
        reason: String,
    },
    /// A newer version of the library wrote this store. It was left untouched.
    #[error("store: written by a newer version: schema {found}, this library reads up to {supported}")]
    SchemaTooNew {
        /// The schema's version.
        found: u32,
        /// The newest version that this library reads.
        supported: u32,
    },
    /// The store does not do this.
    #[error("store: {store} does not support {operation}")]
    Unsupported {
        /// The store.
        store: Name,
        /// The operation.
        operation: Name,
    },
    /// A question or a change set that no store accepts: a bug in the caller.
    #[error("store: malformed request: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// The store was closed, or suspended by the host.
    #[error("store: closed")]
    Closed,
    /// Anything else that a store reports; the reason is its own code, without data.
    #[error("store: {store}: {reason}")]
    Backend {
        /// The store.
        store: Name,
        /// The store's code.
        reason: String,
    },
    /// A bug in the library. It goes on working.
    #[error("internal: {reason}")]
    Internal {
        /// Where it happened.
        reason: String,
    },
}

fn place(row: Option<u64>, column: Option<&Name>, reason: &str) -> Error {
    Error::Import { row, column: column.cloned(), reason: reason.to_owned().into() }
}

impl From<Error> for CrmError {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid { field, reason } => Self::Invalid { field, reason: reason.into() },
            Error::NotFound { kind, id } => Self::NotFound { kind, id },
            Error::Conflict(clash) => Self::Conflict { clash },
            Error::Denied { reason } => Self::Denied { reason: reason.into() },
            Error::Segment { code, start, end, reason } => {
                Self::Segment { diagnostic: code, start: start as u64, end: end as u64, reason: reason.into() }
            }
            Error::Import { row, column, reason } => Self::Import { row, column, reason: reason.into() },
            Error::InsufficientData { what, reason } => Self::InsufficientData { what, reason: reason.into() },
            Error::OutOfRange { what } => Self::OutOfRange { what },
            Error::Cancelled => Self::Cancelled,
            Error::Store(error) => error.into(),
            error => Self::Internal { reason: error.code().to_string() },
        }
    }
}

impl From<StoreError> for CrmError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(clash) => Self::Conflict { clash },
            StoreError::Unavailable { retryable, reason } => Self::Unavailable { retryable, reason: reason.into() },
            StoreError::Full { reason } => Self::Full { reason: reason.into() },
            StoreError::ReadOnly { reason } => Self::ReadOnly { reason: reason.into() },
            StoreError::Corrupt { reason } => Self::Corrupt { reason: reason.into() },
            StoreError::SchemaTooNew { found, supported } => Self::SchemaTooNew { found, supported },
            StoreError::Unsupported { store, operation } => Self::Unsupported { store, operation },
            StoreError::Malformed { reason } => Self::Malformed { reason: reason.into() },
            StoreError::Cancelled => Self::Cancelled,
            StoreError::Closed => Self::Closed,
            StoreError::Backend { store, reason } => Self::Backend { store, reason: reason.into() },
            error => Self::Internal { reason: error.code().to_owned() },
        }
    }
}

impl From<CrmError> for Error {
    fn from(error: CrmError) -> Self {
        match error {
            CrmError::Invalid { field, reason } => Self::Invalid { field, reason: reason.into() },
            CrmError::NotFound { kind, id } => Self::NotFound { kind, id },
            CrmError::Conflict { clash } => Self::Conflict(clash),
            CrmError::Denied { reason } => Self::Denied { reason: reason.into() },
            CrmError::Segment { diagnostic, start, end, reason } => {
                Self::Segment { code: diagnostic, start: start as usize, end: end as usize, reason: reason.into() }
            }
            CrmError::Import { row, column, reason } => Self::Import { row, column, reason: reason.into() },
            CrmError::InsufficientData { what, reason } => Self::InsufficientData { what, reason: reason.into() },
            CrmError::OutOfRange { what } => Self::OutOfRange { what },
            CrmError::Cancelled => Self::Cancelled,
            error => Self::Store(error.into()),
        }
    }
}

impl From<CrmError> for StoreError {
    /// What a store of the host's reports. An error that is none of a store's becomes [`StoreError::Backend`] with the
    /// error's code.
    fn from(error: CrmError) -> Self {
        match error {
            CrmError::Conflict { clash } => Self::Conflict(clash),
            CrmError::Unavailable { retryable, reason } => Self::Unavailable { retryable, reason: reason.into() },
            CrmError::Full { reason } => Self::Full { reason: reason.into() },
            CrmError::ReadOnly { reason } => Self::ReadOnly { reason: reason.into() },
            CrmError::Corrupt { reason } => Self::Corrupt { reason: reason.into() },
            CrmError::SchemaTooNew { found, supported } => Self::SchemaTooNew { found, supported },
            CrmError::Unsupported { store, operation } => Self::Unsupported { store, operation },
            CrmError::Malformed { reason } => Self::Malformed { reason: reason.into() },
            // What the host handed on could not even be read.
            CrmError::Invalid { field, reason } => Self::Malformed { reason: format!("{field}: {reason}").into() },
            CrmError::Cancelled => Self::Cancelled,
            CrmError::Closed => Self::Closed,
            CrmError::Backend { store, reason } => Self::Backend { store, reason: reason.into() },
            CrmError::Internal { reason } => Self::Backend { store: HOST, reason: reason.into() },
            error => Self::Backend { store: HOST, reason: error.code().into() },
        }
    }
}

const HOST: Name = Name::from_static("host");

impl CrmError {
    /// The stable code, to be matched on by programs and looked up in `docs/errors.md`.
    pub fn code(&self) -> String {
        match self {
            Self::Internal { .. } => "internal".to_owned(),
            error => Error::from(error.clone()).code().to_string(),
        }
    }
}

/// The stable code of an error, to be matched on by programs.
#[uniffi::export]
pub fn error_code(error: CrmError) -> String {
    error.code()
}

/// Runs what a host asked for. A panic is a bug in the library, and becomes an error of its own.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T, CrmError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(answer) => answer.map_err(CrmError::from),
        Err(_) => Err(CrmError::Internal { reason: "the library panicked; please report it".to_owned() }),
    }
}

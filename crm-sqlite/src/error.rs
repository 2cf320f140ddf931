//! What SQLite says, in the words of the port and without a stored value.

use crm_core::base::{Name, Reason, StoreError};
use rusqlite::ffi::{self, ErrorCode};

/// The name of this store in errors.
pub(crate) const NAME: Name = Name::from_static("sqlite");

/// Why a step inside the store did not work.
#[derive(Debug)]
pub(crate) enum Fail {
    /// An answer for the caller.
    Store(StoreError),
    /// An answer of SQLite. Its text may hold data and is never shown.
    Sql(rusqlite::Error),
    /// The tables are not those that the session knows: learn them, and do the step again.
    Stale,
}

pub(crate) type Result<T, E = Fail> = std::result::Result<T, E>;

impl From<StoreError> for Fail {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Fail {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl Fail {
    /// Whether the same step may succeed when it is simply done again.
    pub(crate) fn passes_with_time(&self) -> bool {
        matches!(self, Self::Stale) || matches!(self, Self::Sql(error) if is_snapshot_lost(error))
    }

    /// Whether there was no room on the disk.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Self::Sql(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::DiskFull)
    }

    pub(crate) fn corrupt(reason: impl Into<Reason>) -> Self {
        Self::Store(StoreError::Corrupt { reason: reason.into() })
    }

    pub(crate) fn malformed(reason: impl Into<Reason>) -> Self {
        Self::Store(StoreError::Malformed { reason: reason.into() })
    }
}

/// Another writer was in between, or another process is putting the file right after a crash.
fn is_snapshot_lost(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(error, _)
        if [ffi::SQLITE_BUSY_SNAPSHOT, ffi::SQLITE_BUSY_RECOVERY].contains(&error.extended_code))
}

impl From<Fail> for StoreError {
    fn from(fail: Fail) -> Self {
        match fail {
            Fail::Store(error) => error,
            Fail::Sql(error) => from_sql(&error),
            Fail::Stale => Self::Unavailable { retryable: true, reason: "the tables keep changing".into() },
        }
    }
}

fn from_sql(error: &rusqlite::Error) -> StoreError {
    use rusqlite::Error as E;
    match error {
        E::SqliteFailure(error, _) | E::SqlInputError { error, .. } => from_code(*error),
        E::FromSqlConversionFailure(..)
        | E::IntegralValueOutOfRange(..)
        | E::InvalidColumnType(..)
        | E::Utf8Error(..) => {
            StoreError::Corrupt { reason: "a row holds a value of another type than its column".into() }
        }
        E::QueryReturnedNoRows => StoreError::Corrupt { reason: "a row that must be there is missing".into() },
        _ => StoreError::Backend { store: NAME, reason: "the statement was refused".into() },
    }
}

fn from_code(error: ffi::Error) -> StoreError {
    let reason: Reason = format!("{} (SQLite {})", ffi::code_to_str(error.extended_code), error.extended_code).into();
    match error.code {
        ErrorCode::DiskFull => StoreError::Full { reason: "the disk is full".into() },
        ErrorCode::ReadOnly => StoreError::ReadOnly { reason },
        ErrorCode::DatabaseCorrupt => StoreError::Corrupt { reason },
        ErrorCode::NotADatabase => {
            StoreError::Corrupt { reason: "not an SQLite file, or its first page is damaged".into() }
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            StoreError::Unavailable { retryable: true, reason }
        }
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory | ErrorCode::PermissionDenied => {
            StoreError::Unavailable { retryable: false, reason }
        }
        ErrorCode::OperationInterrupted => StoreError::Cancelled,
        ErrorCode::TooBig => StoreError::Malformed { reason: "a row of more than SQLite can hold".into() },
        _ => StoreError::Backend { store: NAME, reason },
    }
}

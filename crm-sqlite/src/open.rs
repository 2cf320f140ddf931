//! Opening the file: what every connection must be, whose file it is, and bringing it up to date.

use std::path::Path;
use std::time::Duration;

use crm_core::base::{StoreError, checkpoint};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, TransactionBehavior};

use crate::error::{Fail, Result};
use crate::options::{Durability, Options};

/// Marks the file as ours: `crm1` in ASCII.
pub(crate) const APPLICATION_ID: i32 = 0x6372_6d31;

/// The steps from an empty file to the present schema. A released step never changes.
const MIGRATIONS: [&str; 1] = [include_str!("../migrations/0001_store.sql")];

/// The version of the schema that this library writes.
pub(crate) const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// How long a connection waits for another one.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that writes.
    Write,
    /// One of those that read.
    Read,
}

/// Refuses paths that SQLite would take for something else than a file's name.
pub(crate) fn check_path(path: &Path) -> Result<(), StoreError> {
    let unavailable = |reason: &'static str| StoreError::Unavailable { retryable: false, reason: reason.into() };
    let text = path.to_string_lossy();
    if text.is_empty() || text.starts_with(':') || text.starts_with("file:") {
        return Err(StoreError::Malformed { reason: "the path of a store is a file's name, not a URI".into() });
    }
    if path.is_dir() {
        return Err(unavailable("the path of the store is a directory, not a file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(unavailable("the directory of the store does not exist"));
    }
    // SQLite takes what is shorter than a page for an empty file and would write over it.
    if std::fs::metadata(path).is_ok_and(|file| (1..512).contains(&file.len())) {
        return Err(StoreError::Corrupt { reason: "not an SQLite file; choose another path".into() });
    }
    Ok(())
}

/// Opens a connection to a file that is a store of ours, or an empty one for the writer to fill.
pub(crate) fn connect(path: &Path, options: &Options, role: Role) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let create = if role == Role::Write { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let mut conn = Connection::open_with_flags(path, flags | create).map_err(|error| unopened(path, error))?;
    if conn.is_readonly(MAIN_DB)? {
        return Err(StoreError::ReadOnly { reason: "the file cannot be written".into() }.into());
    }
    secure(&mut conn)?;
    if role == Role::Write {
        check_identity(&conn)?;
        let mode = log_ahead(&conn)?;
        if mode != "wal" {
            let reason = "the disk does not support what write-ahead logging needs".into();
            return Err(StoreError::Unavailable { retryable: false, reason }.into());
        }
    }
    configure(&conn, options, role)?;
    Ok(conn)
}

/// Turns write-ahead logging on and gives the mode that the file is in then.
///
/// A new file must be alone for that, and SQLite does not wait until it is, lest two wait for each other.
fn log_ahead(conn: &Connection) -> Result<String> {
    let pause = Duration::from_millis(5);
    let mut left = PATIENCE.as_millis() / pause.as_millis();
    loop {
        match conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)) {
            Err(error) if left > 0 && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                left -= 1;
                std::thread::sleep(pause);
            }
            answer => return Ok(answer?),
        }
    }
}

/// Says why a file cannot be opened, as far as making an empty one tells.
fn unopened(path: &Path, error: rusqlite::Error) -> Fail {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};
    if path.exists() {
        return error.into();
    }
    match std::fs::File::create_new(path).map_err(|error| error.kind()) {
        Ok(_) => {
            let _ = std::fs::remove_file(path);
            error.into()
        }
        Err(StorageFull) => StoreError::Full { reason: "the disk is full".into() }.into(),
        Err(kind @ (PermissionDenied | ReadOnlyFilesystem)) => {
            StoreError::ReadOnly { reason: format!("the directory of the store cannot be written: {kind}").into() }
                .into()
        }
        Err(_) => error.into(),
    }
}

/// Opens a store that lives in the process only.
pub(crate) fn in_memory(options: &Options) -> Result<Connection> {
    let mut conn =
        Connection::open_in_memory_with_flags(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    secure(&mut conn)?;
    configure(&conn, options, Role::Write)?;
    Ok(conn)
}

/// How many steps of its virtual machine SQLite does before it looks whether the work is still wanted: a fraction of a
/// millisecond.
const STEPS: i32 = 10_000;

/// What must hold before anything else is done: deleted content is overwritten, and the file's schema is not trusted.
pub(crate) fn secure(conn: &mut Connection) -> Result<()> {
    conn.busy_timeout(PATIENCE)?;
    // Statements of work that was called off end early.
    conn.progress_handler(STEPS, Some(|| checkpoint(0, None).is_err()))?;
    let secure: i64 = conn.query_row("PRAGMA secure_delete = ON", [], |row| row.get(0))?;
    if secure != 1 {
        let reason = "this SQLite does not overwrite what is deleted".into();
        return Err(StoreError::Unavailable { retryable: false, reason }.into());
    }
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Without this, partial indices make SQLite prepare a statement anew whenever a value is bound.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;")?;
    Ok(())
}

fn configure(conn: &Connection, options: &Options, role: Role) -> Result<()> {
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    let share = if role == Role::Write { 1 } else { 4 };
    let cache = (options.cache_bytes / share / 1_024).clamp(256, i32::MAX as usize);
    // Temporary tables stay in memory, so that what is sorted leaves no trace on a disk.
    conn.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -{cache}; PRAGMA temp_store = MEMORY; \
         PRAGMA journal_size_limit = 67108864;"
    ))?;
    if role == Role::Read {
        conn.execute_batch("PRAGMA query_only = ON")?;
    }
    Ok(())
}

fn pragma(conn: &Connection, name: &str) -> Result<i64> {
    Ok(conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?)
}

/// Whether the file is ours, or nobody's yet, and of a version that this library knows. Nothing is written.
fn check_identity(conn: &Connection) -> Result<()> {
    // One statement, so that a file which another process is just making is seen before or after, not between.
    let (application, version, tables): (i64, i64, i64) = conn.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), \
         count(*) FROM sqlite_schema",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    if application == i64::from(APPLICATION_ID) {
        let found = u32::try_from(version).unwrap_or(u32::MAX);
        return if found > SCHEMA { Err(StoreError::SchemaTooNew { found, supported: SCHEMA }.into()) } else { Ok(()) };
    }
    if (application, version, tables) == (0, 0, 0) {
        return Ok(());
    }
    Err(Fail::corrupt("this SQLite file belongs to another application; open it with that one, or choose another path"))
}

/// Brings the file up to the present schema.
pub(crate) fn migrate(conn: &mut Connection) -> Result<()> {
    migrate_by(conn, &MIGRATIONS)
}

/// Takes the steps that the file has not taken yet, all or none.
fn migrate_by(conn: &mut Connection, steps: &[&str]) -> Result<()> {
    let version = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if pragma(conn, "user_version")? == version {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    check_identity(&tx)?;
    let from = usize::try_from(pragma(&tx, "user_version")?).map_err(|_| Fail::corrupt("the schema has no version"))?;
    for step in steps.iter().skip(from) {
        tx.execute_batch(step)?;
    }
    tx.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"))?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(conn: &Connection) -> Vec<(String, Option<String>)> {
        let mut all = conn.prepare("SELECT name, sql FROM sqlite_schema ORDER BY type, name").unwrap();
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    fn settings(conn: &Connection) -> Vec<i64> {
        ["secure_delete", "foreign_keys", "trusted_schema", "cell_size_check", "synchronous", "query_only"]
            .map(|name| pragma(conn, name).unwrap())
            .to_vec()
    }

    #[test]
    fn every_connection_overwrites_what_is_deleted_and_trusts_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let options = Options::default();
        let writer = connect(&path, &options, Role::Write).unwrap();
        assert_eq!(settings(&writer), [1, 1, 0, 1, 2, 0]);
        let mode: String = writer.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
        let reader = connect(&path, &options, Role::Read).unwrap();
        assert_eq!(settings(&reader), [1, 1, 0, 1, 2, 1]);
        assert_eq!(settings(&crate::query::connect(&path).unwrap()), [1, 1, 0, 1, 2, 1]);
        assert_eq!(settings(&in_memory(&options).unwrap()), [1, 1, 0, 1, 2, 0]);
        let quick = Options { durability: Durability::Normal, ..options };
        assert_eq!(settings(&connect(&path, &quick, Role::Write).unwrap()), [1, 1, 0, 1, 1, 0]);
    }

    #[test]
    fn steps_are_taken_once_and_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let mut conn = connect(&path, &Options::default(), Role::Write).unwrap();
        let [first] = MIGRATIONS;
        let second = "ALTER TABLE _subject ADD COLUMN since INTEGER; CREATE TABLE _new (n INTEGER PRIMARY KEY) STRICT;";
        migrate(&mut conn).unwrap();
        let old = schema(&conn);
        let broken = format!("{second} INSERT INTO _missing VALUES (1);");
        assert!(migrate_by(&mut conn, &[first, &broken]).is_err());
        assert!(conn.is_autocommit());
        assert_eq!(
            (schema(&conn), pragma(&conn, "user_version").unwrap()),
            (old, 1),
            "a step that fails leaves nothing"
        );
        migrate_by(&mut conn, &[first, second]).unwrap();
        migrate_by(&mut conn, &[first, second]).unwrap();
        assert_eq!(pragma(&conn, "user_version").unwrap(), 2);
        let mut fresh = in_memory(&Options::default()).unwrap();
        migrate_by(&mut fresh, &[first, second]).unwrap();
        assert_eq!(schema(&conn), schema(&fresh));
        drop(conn);
        let newer = connect(&path, &Options::default(), Role::Write).map(drop).unwrap_err();
        assert_eq!(StoreError::from(newer), StoreError::SchemaTooNew { found: 2, supported: 1 });
    }
}

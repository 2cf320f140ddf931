//! Files in and out.

use std::path::{Path, PathBuf};

use crm_core::base::Error;
use crm_core::intake::{Rejected, write_rejects};

/// Why the program ends: in words, and with an exit code.
#[derive(Debug)]
pub struct Failure {
    pub words: String,
    pub code: u8,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { words: error.to_string(), code: 1 }
    }
}

impl Failure {
    /// Something about a file, with what to do.
    pub fn file(path: &Path, what: &str) -> Self {
        Self { words: format!("{}: {what}", path.display()), code: 1 }
    }

    /// Puts the name of the file in front of what is wrong with it.
    pub fn in_file(self, path: &Path) -> Self {
        Self { words: format!("{}: {}", path.display(), self.words), ..self }
    }
}

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.is_dir() {
        return Err(Failure::file(path, "a directory, not a file; name the file in it"));
    }
    std::fs::read(path).map_err(|error| Failure::file(path, &format!("cannot be read: {error}")))
}

/// Writes a file, the whole or nothing.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let part = with_suffix(path, ".part");
    let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&part);
        Failure::file(path, &format!("cannot be written: {error}"))
    })
}

/// Writes the rejected rows of a file beside it, and says where.
pub fn write_rejected(path: &Path, bytes: &[u8], rejected: &[Rejected]) -> Result<Option<PathBuf>, Failure> {
    if rejected.is_empty() {
        return Ok(None);
    }
    let target = with_suffix(path, ".rejected.csv");
    write(&target, &write_rejects(bytes, None, rejected)?)?;
    Ok(Some(target))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

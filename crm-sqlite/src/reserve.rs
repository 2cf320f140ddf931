//! Room kept on the disk for the day when it is full.
//!
//! Removing rows takes room too: what changes is first written to the log. So that a person can still be erased when the
//! disk is full, a file of 1 MiB lies beside the store's and is given up then.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

const SIZE: usize = 1 << 20;

/// The file that holds the room.
pub(crate) struct Reserve(PathBuf);

impl Reserve {
    /// The reserve of a store.
    pub(crate) fn of(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push("-reserve");
        Self(name.into())
    }

    /// Makes the reserve, if it is not there and there is room. A store works without it.
    pub(crate) fn keep(&self) {
        if !self.0.exists() && self.write().is_err() {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn write(&self) -> std::io::Result<()> {
        File::create(&self.0)?.write_all(&vec![0; SIZE])
    }

    /// Gives the room to others. Says whether there was any.
    pub(crate) fn give_up(&self) -> bool {
        std::fs::remove_file(&self.0).is_ok()
    }
}

//! Who has the file open in this process.
//!
//! POSIX locks belong to a process: when anything in it closes a file, every lock that the process has on that file is
//! gone. SQLite knows this of its own handles, but not of those of a second copy of SQLite, or of a plain `open`. What
//! this library can see of such handles it reports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crm_core::base::Reason;

/// The connections of this process to one file.
#[derive(Clone, Copy, Default)]
struct Handles {
    now: usize,
    /// The most there were since the last time there were none: SQLite keeps the handle of a connection that was closed
    /// while others have locks.
    most: usize,
    /// How many stores have the file open.
    stores: usize,
}

static OPEN: Mutex<BTreeMap<PathBuf, Handles>> = Mutex::new(BTreeMap::new());

fn open() -> MutexGuard<'static, BTreeMap<PathBuf, Handles>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts one store, or one connection, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Counted {
    path: PathBuf,
    store: bool,
}

impl Counted {
    /// Counts a store, which has no connection yet.
    pub(crate) fn store(path: &Path) -> Self {
        let path = path.to_owned();
        open().entry(path.clone()).or_default().stores += 1;
        Self { path, store: true }
    }

    /// Counts a connection.
    pub(crate) fn connection(path: &Path) -> Self {
        let path = path.to_owned();
        let mut open = open();
        let handles = open.entry(path.clone()).or_default();
        handles.now += 1;
        handles.most = handles.most.max(handles.now);
        drop(open);
        Self { path, store: false }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = open();
        if let Some(handles) = open.get_mut(&self.path) {
            if self.store {
                handles.stores -= 1;
            } else {
                handles.now -= 1;
                handles.most = if handles.now == 0 { 0 } else { handles.most };
            }
            if handles.stores == 0 && handles.now == 0 {
                open.remove(&self.path);
            }
        }
    }
}

/// Whether only one store of this process has the file open.
pub(crate) fn is_alone(path: &Path) -> bool {
    open().get(path).is_none_or(|handles| handles.stores <= 1)
}

/// The path by which a file is counted.
pub(crate) fn canonical(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let new = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(new).unwrap_or_else(|| path.to_owned())
}

/// What this process does that endangers the file. Nothing is found on systems without `/proc`.
pub(crate) fn warnings(path: &Path) -> Vec<Reason> {
    let mut found = Vec::new();
    let ours = open().get(path).map_or(0, |handles| handles.most);
    if handles_on(path) > ours {
        found.push(Reason::Borrowed(
            "something else in this process has the store's file open; when it closes the file, the locks of this \
             library are lost and another process can damage the store",
        ));
    }
    if second_copy() {
        found.push(Reason::Borrowed(
            "a second copy of SQLite is loaded in this process; do not open the store's file with it: use query or a \
             snapshot",
        ));
    }
    found
}

/// How many handles of this process are on a file.
fn handles_on(path: &Path) -> usize {
    let Ok(all) = std::fs::read_dir("/proc/self/fd") else { return 0 };
    all.flatten().filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target == path)).count()
}

/// Whether a library named after SQLite is loaded. Ours is linked in and has no name of its own.
fn second_copy() -> bool {
    let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else { return false };
    maps.lines().filter_map(|line| line.rsplit('/').next()).any(|name| name.starts_with("libsqlite3"))
}

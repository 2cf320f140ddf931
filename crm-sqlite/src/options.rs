//! How a store is opened.

/// When a commit counts as done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// When the disk has confirmed it: it survives a loss of power.
    #[default]
    Full,
    /// When the operating system has it: it survives the end of the process. A loss of power may take the last commits
    /// away, in order and whole, and leaves the file sound. Single commits are about ten times faster.
    Normal,
}

/// How a store is opened.
///
/// ```
/// use crm_sqlite::{Durability, Options};
///
/// let options = Options { durability: Durability::Normal, ..Options::default() };
/// assert_eq!(options.readers, 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// When a commit counts as done.
    pub durability: Durability,
    /// How much memory the writer may use for pages, in bytes; each reader may use a quarter of it. 64 MiB unless told
    /// otherwise; a phone does well with 8 MiB.
    pub cache_bytes: usize,
    /// How many calls may read at the same time; at least 1.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { durability: Durability::Full, cache_bytes: 64 << 20, readers: 4 }
    }
}

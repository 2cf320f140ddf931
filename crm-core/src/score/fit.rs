//! What all fits have in common.

use serde::{Deserialize, Serialize};

/// How models are fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FitOptions {
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
}

impl Default for FitOptions {
    /// One thread.
    fn default() -> Self {
        Self { threads: 1 }
    }
}

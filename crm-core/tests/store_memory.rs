//! The store in memory keeps the contract.

use std::sync::Arc;

use crm_core::store::conformance::{self, Harness, Options};
use crm_core::store::{Memory, Store, StoreError};

struct InMemory;

impl Harness for InMemory {
    fn open(&self, _: u64) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(Memory::new()))
    }
}

#[test]
fn every_check_passes() {
    let report = conformance::run(&InMemory, &Options { cases: 2_000, ..Options::default() });
    assert!(report.passed(), "{report}");
    assert!(report.checks.len() > 300, "{report}");
    // What a store cannot do that ends with its process, and nothing else.
    let durable = |name: &str| name.starts_with("reopen.") || name == "lifecycle.a-snapshot-is-the-same-store";
    assert!(report.skipped().all(|check| durable(&check.name)), "{report}");
}

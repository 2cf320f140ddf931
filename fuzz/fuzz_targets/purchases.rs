//! Any bytes are a log of purchases, or an error.
#![no_main]

use crm_core::base::Timestamp;
use crm_core::intake::{Mode, PurchaseMapping, decode_purchases, write_rejects};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, Vec<u8>)| {
    let (mapping, bytes) = input;
    let mapping: PurchaseMapping = mapping.parse().unwrap_or_else(|_| "currency=EUR".parse().expect("a mapping"));
    for mode in [Mode::Strict, Mode::Lenient] {
        if let Ok(log) = decode_purchases(&bytes, &mapping, Timestamp::MAX, mode) {
            assert_eq!(log.rows.len() as u64 + log.rejected.len() as u64, log.report.rows);
            let _ = write_rejects(&bytes, None, &log.rejected);
        }
    }
});

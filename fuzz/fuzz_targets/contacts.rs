//! Any bytes are a list of contacts, or an error.
#![no_main]

use crm_core::base::Timestamp;
use crm_core::intake::{ContactMapping, Mode, decode_contacts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, Vec<u8>)| {
    let (mapping, bytes) = input;
    let mapping: ContactMapping = mapping.parse().unwrap_or_else(|_| "".parse().expect("a mapping"));
    for mode in [Mode::Strict, Mode::Lenient] {
        if let Ok(list) = decode_contacts(&bytes, &mapping, Timestamp::MAX, mode) {
            assert_eq!(list.rows.len() as u64 + list.rejected.len() as u64, list.report.rows);
        }
    }
});

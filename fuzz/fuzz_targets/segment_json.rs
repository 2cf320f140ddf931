//! Any JSON is a segment, or a diagnostic; what was read writes what reads the same.
#![no_main]

use crm_core::segment::Expr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = serde_json::from_slice(bytes) else { return };
    let Ok(expr) = Expr::from_json(&json) else { return };
    assert_eq!(Expr::from_json(&expr.to_json()).expect("what was written can be read"), expr);
});

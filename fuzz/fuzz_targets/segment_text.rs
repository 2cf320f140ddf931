//! Any text is a segment, or a diagnostic; what was read prints as what reads the same.
#![no_main]

use crm_core::segment::{Catalogue, Definitions, check, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(expr) = parse(text) else { return };
    let again = parse(&expr.to_string()).expect("what was printed can be read");
    assert_eq!(again.version(), expr.version());
    let _ = check(&expr, &Catalogue::standard().expect("the standard catalogue"), &Definitions::standard());
});

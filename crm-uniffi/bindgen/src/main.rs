//! Writes the Kotlin and Swift sources of crm-uniffi.

fn main() {
    uniffi::uniffi_bindgen_main();
}

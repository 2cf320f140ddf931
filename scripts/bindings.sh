#!/bin/bash
# Writes the Kotlin and Swift sources of crm-uniffi, and never into the repository's history.
#   scripts/bindings.sh [OUT]      OUT/kotlin, OUT/swift; OUT is target/bindings by default
# They come from the library of the development profile: a stripped library has lost what the generator reads, and both
# profiles give the same sources. Source and library must be of the same commit, so that they are made here together.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
out=${1:-$target/bindings}
cargo build --quiet --locked -p crm-uniffi -p crm-uniffi-bindgen
for language in kotlin swift; do
  rm -rf "${out:?}/$language"
  "$target/debug/crm-uniffi-bindgen" generate --no-format --metadata-no-deps --language "$language" \
    --out-dir "$out/$language" "$target/debug/libcrm_uniffi.so"
done
echo "bindings: $out/kotlin $out/swift"

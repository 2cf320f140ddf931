#!/bin/bash
# Builds the library for Kotlin and Swift as it is shipped, strips it, and checks that it has at most 6 MB.
# It is built alone, so that no other crate adds features to its dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
limit=$((6 * 1000 * 1000))
cargo build --quiet --locked --release -p crm-uniffi
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip --strip-unneeded -o "$stripped" "$target/release/libcrm_uniffi.so"
size=$(stat -c %s "$stripped")
echo "library: $size bytes stripped, at most $limit"
[ "$size" -le "$limit" ]

#!/usr/bin/env bash
# Runs every fuzz target for FUZZ_SECONDS (60 unless told). Needs a nightly toolchain; cargo-fuzz is fetched, pinned, into
# a cache outside the checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${FUZZ_SECONDS:-60}"
tools="${CRM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/crm-core}/tools"
if ! rustup toolchain list 2>/dev/null | grep -q nightly; then
    echo "fuzz: needs a nightly toolchain: rustup toolchain install nightly" >&2
    exit 1
fi
if [ ! -x "$tools/bin/cargo-fuzz" ]; then
    cargo install --locked --root "$tools" --version 0.13.2 cargo-fuzz
fi
export PATH="$tools/bin:$PATH"
targets="${1:-purchases contacts segment_text segment_json}"
for target in $targets; do
    echo "fuzz: $target for $seconds s"
    cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10
done

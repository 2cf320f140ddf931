#!/usr/bin/env bash
# Runs every bar: one line each, `bar NAME ours=... theirs=... ratio=... must=... ok|short`. Exits 1 when one is short.
# `BARS="score shop" scripts/bench.sh` runs the bars of these programmes only.
set -uo pipefail
cd "$(dirname "$0")/.."
python="$(scripts/peers.sh)" || { echo "bench: the peers' environment could not be built" >&2; exit 1; }
export CRM_PEER_PYTHON="$python"
cargo build --release --locked --package crm-benches --bins || exit 1
cargo build --release --locked --package crm-examples --example shop || exit 1
short=0
for bar in ${BARS:-store score segment rows shop loyalty python kotlin}; do
    case "$bar" in
    rows) cargo run --release --locked --quiet --manifest-path benches/rows/Cargo.toml || short=1 ;;
    python | kotlin) "scripts/$bar.sh" bench || short=1 ;;
    *) cargo run --release --locked --quiet --package crm-benches --bin "$bar" || short=1 ;;
    esac
done
exit $short

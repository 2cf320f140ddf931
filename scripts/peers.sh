#!/usr/bin/env bash
# Builds the environment of the peers that the benches are measured against, once, in a cache outside the checkout, and
# prints its Python.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${CRM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/crm-core}/peers"
stamp="$cache/$(sha256sum benches/peers/requirements.txt | cut -c1-16)"
if [ ! -e "$stamp" ]; then
    rm -rf "$cache"
    "${PYTHON:-python3}" -m venv "$cache" >&2
    "$cache/bin/pip" install --quiet --requirement benches/peers/requirements.txt >&2
    touch "$stamp"
fi
echo "$cache/bin/python"

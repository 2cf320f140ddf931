#!/usr/bin/env bash
# Builds, installs and tests the Python package.
#
#   scripts/python.sh          build a wheel, run the quick start in a clean environment, and all checks and tests
#   scripts/python.sh wheel    build the wheel that is shipped (slower: whole-programme optimisation), and weigh it
#   scripts/python.sh bench    the bars of the Python side
#
# Tools are pinned in crm-py/requirements-dev.txt and kept in ${CRM_CACHE:-~/.cache/crm-core}.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly LIMIT=$((6 * 1024 * 1024))
target="${CARGO_TARGET_DIR:-target}"
wheels="$target/wheels-python"
python="${PYTHON:-python3}"

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "python.sh: Python 3.11 or later is needed (set PYTHON)" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 0
fi

# An environment for each list of tools, so that another branch does not disturb it.
pins="$(cat crm-py/requirements-dev.txt <("$python" --version) | sha256sum | cut -c1-12)"
venv="${CRM_CACHE:-$HOME/.cache/crm-core}/python/$pins"
if [ ! -e "$venv/ready" ]; then
    echo "python.sh: fetching pinned tools into $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement crm-py/requirements-dev.txt
    touch "$venv/ready"
fi
bin="$venv/bin"

# The environment holds one build of the package: two checkouts take turns.
take_turns() {
    exec 9>"$venv/turn"
    ! command -v flock >/dev/null || flock 9
}

case "$target" in /*) absolute="$target" ;; *) absolute="$PWD/$target" ;; esac
# build PROFILE: makes a wheel and prints its name
build() {
    rm -rf "$wheels"
    CARGO_TARGET_DIR="$absolute" "$bin/maturin" build --quiet --manifest-path crm-py/Cargo.toml --profile "$1" --locked \
        --compatibility off --out "$wheels" >&2
    ls "$wheels"/*.whl
}

weigh() {
    local size
    size=$(wc -c <"$1")
    echo "wheel: $((size / 1024)) KiB of $((LIMIT / 1024)) KiB"
    [ "$size" -le "$LIMIT" ]
}

case "${1:-test}" in
wheel)
    wheel="$(build wheel)"
    weigh "$wheel"
    echo "$wheel"
    ;;
bench)
    wheel="$(build wheel)"
    take_turns
    "$bin/pip" install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheel"
    "$bin/python" benches/python/bars.py
    ;;
test)
    wheel="$(build quick)"

    # The quick start, where there is nothing but the wheel.
    clean="$(mktemp -d)"
    trap 'rm -rf "$clean"' EXIT
    "$python" -m venv "$clean"
    "$clean/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
    "$clean/bin/python" examples/python/quickstart.py

    take_turns
    "$bin/pip" install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheel"
    cd crm-py
    "$bin/ruff" format --check --quiet python tests ../examples/python ../benches/python
    "$bin/ruff" check --quiet python tests ../examples/python ../benches/python
    "$bin/mypy" --strict python/crm_core
    "$bin/python" -m mypy.stubtest crm_core._core --mypy-config-file pyproject.toml
    "$bin/pyright" --pythonpath "$bin/python" ../examples/python
    "$bin/pytest" tests
    "$bin/pytest" --doctest-modules --pyargs crm_core
    ;;
*)
    sed -n '2,7p' "$0" >&2
    exit 2
    ;;
esac

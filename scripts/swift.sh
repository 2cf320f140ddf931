#!/usr/bin/env bash
# Everything that has to do with Swift: builds the engine, writes the bindings, and tests the package and the examples.
#
#   scripts/swift.sh             tests
#   scripts/swift.sh bench       what calls, records and the bytes door cost, and whether the bars are kept
#   scripts/swift.sh package     the Swift package as it is released, with an XCFramework (on a Mac)
#
# Where Swift cannot be had the tests are skipped with a message; with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
mkdir -p "$target"
target="$(cd "$target" && pwd -P)"

# Runs something where Swift is; $1 is the folder of the engine's library.
inside() {
    local library="$1"
    shift
    scripts/swift-env.sh "$PWD" "$target" -- env CRM_CORE_STRICT=1 CRM_CORE_LIBRARY="$library" "$@"
}

# The generated sources, copied only when they have changed, so that nothing is compiled twice.
bindings() {
    scripts/bindings.sh "$target/bindings"
    local made="$target/bindings/swift"
    place "$made/CrmCoreBindings.swift" swift/Sources/CrmCoreBindings
    place "$made/CrmCoreFFI.h" swift/Sources/CrmCoreFFI
}
place() {
    cmp -s "$1" "$2/$(basename "$1")" || cp "$1" "$2/"
}

# Arguments for building against the library in a folder, and for finding it when the programme starts.
flags() {
    echo "--disable-sandbox --skip-update -Xlinker -L$1 -Xlinker -rpath -Xlinker $1"
}

tests() {
    bindings
    local library="$target/debug"
    # shellcheck disable=SC2046
    inside "$library" swift test --package-path swift --scratch-path "$target/swift-package" $(flags "$library")
    for example in examples/swift/*/; do
        echo "swift: $example"
        # shellcheck disable=SC2046
        inside "$library" swift run --package-path "$example" --scratch-path "$target/swift-examples" $(flags "$library")
    done
}

bench() {
    bindings
    cargo build --release --locked --package crm-uniffi
    local library="$target/release"
    # shellcheck disable=SC2046
    inside "$library" swift run --configuration release --package-path swift/Benchmarks \
        --scratch-path "$target/swift-bench" $(flags "$library")
}

if ! scripts/swift-env.sh "$PWD" -- swift --version >/dev/null; then
    [ "${CI:-}" = true ] && exit 1
    echo "swift: SKIPPED, no Swift 6 here (see above)" >&2
    exit 0
fi
case "${1:-test}" in
test) tests ;;
bench) bench ;;
package) bindings && scripts/swift-package.sh "$target" ;;
*) sed -n '2,8p' "$0" && exit 2 ;;
esac

#!/usr/bin/env bash
# The Swift package as it is released: the sources, the generated bindings, and the engine as an XCFramework for iPhones,
# their simulators and Macs.
#
#   scripts/swift-package.sh OUT               needs a Mac with Xcode's command-line tools, and rustup
#   scripts/swift-package.sh OUT --stand-in    empty libraries instead of real ones: checks the form, on any machine
#
# `scripts/bindings.sh` and `scripts/swift.sh` come first; they write the generated sources into swift/Sources. No device has
# run what this makes: its form is checked, its build is not tested where there is no Mac.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${1:?usage: swift-package.sh OUT [--stand-in]}"
target="${CARGO_TARGET_DIR:-target}"
platforms=(
    "ios-arm64=aarch64-apple-ios"
    "ios-arm64_x86_64-simulator=aarch64-apple-ios-sim x86_64-apple-ios"
    "macos-arm64_x86_64=aarch64-apple-darwin x86_64-apple-darwin"
)

# The static library of one or more Rust targets, as one file.
library() {
    local made="$target/apple/$1/libcrm_uniffi.a" parts=()
    shift
    mkdir -p "$(dirname "$made")"
    if [ -n "${stand_in:-}" ]; then
        : >"$made"
    else
        for triple in "$@"; do
            rustup target add "$triple" >&2
            IPHONEOS_DEPLOYMENT_TARGET=15.0 MACOSX_DEPLOYMENT_TARGET=12.0 \
                cargo build --release --locked --package crm-uniffi --target "$triple" >&2
            parts+=("$target/$triple/release/libcrm_uniffi.a")
        done
        lipo -create "${parts[@]}" -output "$made"
        strip -S -x "$made"
    fi
    echo "$made"
}

[ "${2:-}" = --stand-in ] && stand_in=yes
rm -rf "$out"
mkdir -p "$out"
cp -R swift/Package.swift swift/README.md swift/Sources LICENSE-MIT LICENSE-APACHE "$out/"
arguments=()
for platform in "${platforms[@]}"; do
    read -ra triples <<<"${platform#*=}"
    made="$(library "${platform%%=*}" "${triples[@]}")"
    arguments+=("${platform%%=*}=$made")
done
scripts/xcframework.py "$out/CrmCoreFFI.xcframework" CrmCoreFFI swift/Sources/CrmCoreFFI "${arguments[@]}"
rm -r "$out/Sources/CrmCoreFFI"
# The released package has no tests of its own: they are part of this repository.
sed -i.bak '/testTarget/d' "$out/Package.swift" && rm "$out/Package.swift.bak"
(cd "$out" && zip -qry "CrmCoreFFI.xcframework.zip" CrmCoreFFI.xcframework)
echo "swift package: $out"

#!/usr/bin/env python3
"""Writes an XCFramework folder from static libraries, without Xcode.

    scripts/xcframework.py OUT.xcframework MODULE HEADERS_DIR IDENTIFIER=path/to/lib.a ...

IDENTIFIER is the name that Xcode uses: ios-arm64, ios-arm64_x86_64-simulator, macos-arm64_x86_64. The module map goes into
Headers/MODULE/: two frameworks with a module map at the top of Headers cannot be in one app ("Multiple commands produce
.../include/module.modulemap").
"""

import plistlib
import shutil
import sys
from pathlib import Path

ARCHITECTURES = ("arm64", "x86_64")


def parse(identifier: str) -> tuple[str, list[str], str | None]:
    """Splits `ios-arm64_x86_64-simulator` into platform, architectures and variant."""
    platform, _, rest = identifier.partition("-")
    joined, _, variant = rest.partition("-")
    architectures = [name for name in ARCHITECTURES if name in joined]
    if "_".join(architectures) != joined:
        raise SystemExit(f"xcframework: {identifier}: expected PLATFORM-ARCHITECTURES[-VARIANT]")
    return platform, architectures, variant or None


def add(out: Path, module: str, headers: Path, identifier: str, library: Path) -> dict[str, object]:
    """Copies one library with its headers, and returns its entry in Info.plist."""
    platform, architectures, variant = parse(identifier)
    folder = out / identifier
    include = folder / "Headers" / module
    include.mkdir(parents=True)
    shutil.copy(library, folder / library.name)
    for header in sorted(headers.glob("*.h")):
        shutil.copy(header, include)
    (include / "module.modulemap").write_text(f'module {module} {{\n    header "{module}.h"\n    export *\n}}\n')
    entry: dict[str, object] = {
        "LibraryIdentifier": identifier,
        "LibraryPath": library.name,
        "BinaryPath": library.name,
        "HeadersPath": "Headers",
        "SupportedArchitectures": architectures,
        "SupportedPlatform": platform,
    }
    if variant:
        entry["SupportedPlatformVariant"] = variant
    return entry


def main(out: Path, module: str, headers: Path, libraries: list[str]) -> None:
    """Writes the folder anew."""
    shutil.rmtree(out, ignore_errors=True)
    entries = []
    for argument in libraries:
        identifier, _, library = argument.partition("=")
        entries.append(add(out, module, headers, identifier, Path(library)))
    info = {"AvailableLibraries": entries, "CFBundlePackageType": "XFWK", "XCFrameworkFormatVersion": "1.0"}
    (out / "Info.plist").write_bytes(plistlib.dumps(info))


if __name__ == "__main__":
    if len(sys.argv) < 5:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4:])

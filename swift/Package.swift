// swift-tools-version:6.0
import Foundation
import PackageDescription

// The released package carries the engine as an XCFramework. In a checkout there is none: `scripts/swift.sh` builds the
// engine, writes the bindings, and links them to the library that it has just built.
let framework = "CrmCoreFFI.xcframework"
let released = FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + framework)
let engine: Target =
    released
    ? .binaryTarget(name: "CrmCoreFFI", path: framework)
    : .systemLibrary(name: "CrmCoreFFI")

// What is written by hand has no warnings. A package that others depend on may have no unsafe flags, hence the condition.
let strict: [SwiftSetting] =
    Context.environment["CRM_CORE_STRICT"] == nil ? [] : [.unsafeFlags(["-warnings-as-errors"])]

let package = Package(
    name: "CrmCore",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "CrmCore", targets: ["CrmCore"])],
    targets: [
        engine,
        .target(name: "CrmCoreBindings", dependencies: ["CrmCoreFFI"]),
        .target(name: "CrmCore", dependencies: ["CrmCoreBindings"], swiftSettings: strict),
        .testTarget(name: "CrmCoreTests", dependencies: ["CrmCore"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

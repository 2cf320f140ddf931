// swift-tools-version:6.0
import PackageDescription

let package = Package(
    name: "Quickstart",
    platforms: [.macOS(.v12)],
    dependencies: [.package(name: "CrmCore", path: "../../../swift")],
    targets: [
        .executableTarget(name: "Quickstart", dependencies: [.product(name: "CrmCore", package: "CrmCore")])
    ],
    swiftLanguageModes: [.v6]
)

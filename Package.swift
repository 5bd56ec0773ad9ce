// swift-tools-version: 6.0
import PackageDescription

/// The drawing of the house: `doc/architecture.md`. Arrows point down only;
/// `swift build --explicit-target-dependency-import-check error` keeps it so.
let package = Package(
  name: "readiness-plan",
  platforms: [.macOS(.v14)],
  targets: [
    .target(name: "StrictJSON"),
    .target(name: "JSONSchema", dependencies: ["StrictJSON"]),
    .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "StrictJSON"]),
  ],
  swiftLanguageModes: [.v6]
)

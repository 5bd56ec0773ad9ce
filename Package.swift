// swift-tools-version: 6.0
import PackageDescription

/// The drawing of the house: `doc/architecture.md`. Arrows point down only;
/// `swift build --explicit-target-dependency-import-check error` keeps it so.
let package = Package(
  name: "readiness-plan",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "readiness", targets: ["readiness"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .target(name: "CNetworkStubs"),
    .target(name: "CSHA256"),
    .target(name: "CDefaults"),
    .target(name: "CSHA1"),
    .target(name: "StrictJSON"),
    .target(name: "JSONSchema", dependencies: ["CPCRE2", "StrictJSON"]),
    .target(name: "ReadinessCore", dependencies: ["CDefaults", "CSHA256", "JSONSchema", "StrictJSON"]),
    .target(
      name: "ReadinessGit",
      dependencies: [
        "CLibgit2", "CSHA1", "CZlib", "ReadinessCore", "ReadinessRuntime", "ReadinessSystem", "StrictJSON",
      ]),
    .target(name: "PlanSLO", dependencies: ["ReadinessCore", "StrictJSON"]),
    .target(
      name: "ReadinessHistory",
      dependencies: [
        "PlanSLO", "ReadinessGit", "ReadinessCore", "ReadinessRuntime", "ReadinessSystem", "StrictJSON",
      ]),
    .target(
      name: "ReadinessEnforcement",
      dependencies: ["ReadinessHistory", "ReadinessGit", "ReadinessRuntime", "ReadinessCore", "StrictJSON"]),
    .target(
      name: "ReadinessChecks",
      dependencies: [
        "PlanSLO", "ReadinessGit", "ReadinessRuntime", "ReadinessSystem", "ReadinessCore", "JSONSchema", "StrictJSON",
      ]),
    .target(
      name: "ReadinessEvents",
      dependencies: [
        "ReadinessHistory", "ReadinessGit", "ReadinessReports", "ReadinessRuntime", "ReadinessCore", "StrictJSON",
      ]),
    .target(name: "ReadinessReports", dependencies: ["PlanSLO", "ReadinessCore", "StrictJSON"]),
    .target(name: "CSupervisor"),
    .target(name: "ReadinessSystem", dependencies: ["CSupervisor"]),
    .target(name: "ReadinessRuntime", dependencies: ["CSupervisor", "ReadinessSystem", "StrictJSON"]),
    .target(
      name: "ReadinessCommands",
      dependencies: [
        "ReadinessEnforcement", "ReadinessHistory", "ReadinessGit", "ReadinessCore",
        "ReadinessReports", "ReadinessRuntime", "ReadinessSystem", "ReadinessChecks", "ReadinessEvents", "PlanSLO",
        "StrictJSON",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "readiness", dependencies: ["ReadinessCommands", "CNetworkStubs"]),
    .target(
      name: "ReadinessTestSupport", dependencies: ["PlanSLO", "ReadinessCore", "StrictJSON"],
      path: "Tests/ReadinessTestSupport"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "ReadinessHistory", "ReadinessGit", "ReadinessReports", "ReadinessCore", "ReadinessTestSupport", "JSONSchema",
        "StrictJSON",
      ],
      path: "Tests/Fuzz"),
    .testTarget(
      name: "EndToEndTests", dependencies: ["readiness", "ReadinessTestSupport"], exclude: ["Snapshots"]),
    .testTarget(name: "ReadinessSystemTests", dependencies: ["ReadinessSystem"]),
    .testTarget(
      name: "ReadinessGitTests",
      dependencies: ["ReadinessGit", "ReadinessCore", "ReadinessSystem", "ReadinessTestSupport"]),
    .testTarget(
      name: "ReadinessRuntimeTests",
      dependencies: ["ReadinessRuntime", "ReadinessCore", "JSONSchema", "StrictJSON", "ReadinessTestSupport"]),
    .testTarget(
      name: "ReadinessCommandsTests",
      dependencies: [
        "ReadinessCommands", "ReadinessTestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(
      name: "ReadinessReportsTests",
      dependencies: ["ReadinessReports", "ReadinessCore", "StrictJSON", "ReadinessTestSupport"]),
    .testTarget(
      name: "PlanSLOTests",
      dependencies: ["PlanSLO", "ReadinessCore", "ReadinessTestSupport", "JSONSchema", "StrictJSON"]),
    .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "StrictJSON"]),
    .testTarget(
      name: "ReadinessCoreTests", dependencies: ["ReadinessCore", "ReadinessTestSupport", "JSONSchema", "StrictJSON"]),
  ],
  swiftLanguageModes: [.v6]
)

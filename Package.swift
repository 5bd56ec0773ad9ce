// swift-tools-version: 6.0
import PackageDescription

/// The drawing of the codebase: `doc/design/architecture.md`. Arrows point down only;
/// `swift build --explicit-target-dependency-import-check error` keeps it so.
let package = Package(
  name: "readiness-plan",
  products: [
    .executable(name: "readiness", targets: ["readiness"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CLibgit2", path: "Sources/C/CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CZlib", path: "Sources/C/CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CPCRE2", path: "Sources/C/CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .target(name: "CNetworkStubs", path: "Sources/C/CNetworkStubs"),
    .target(name: "CSHA256", path: "Sources/C/CSHA256"),
    .target(name: "CDefaults", path: "Sources/C/CDefaults"),
    .target(name: "CProgram", path: "Sources/C/CProgram"),
    .target(name: "CSHA1", path: "Sources/C/CSHA1"),
    .systemLibrary(name: "CPure", path: "Sources/C/CPure"),
    .target(name: "StrictJSON", dependencies: ["CPure"]),
    .target(name: "JSONSchema", dependencies: ["CPCRE2", "StrictJSON"]),
    .target(name: "GitObjects", dependencies: ["CPure", "CSHA1", "CZlib"]),
    .target(
      name: "PlanModel", dependencies: ["CDefaults", "CSHA256", "GitObjects", "JSONSchema", "StrictJSON"]),
    .target(name: "PlanJudge", dependencies: ["GitObjects", "JSONSchema", "PlanModel", "StrictJSON"]),
    .target(
      name: "GitRepository",
      dependencies: [
        "CLibgit2", "CPure", "GitObjects", "PlanModel", "ReadinessSystem", "StrictJSON",
      ]),
    .target(
      name: "GitTransaction",
      dependencies: [
        "CLibgit2", "CZlib", "GitObjects", "GitRepository", "PlanModel", "ReadinessSystem", "StrictJSON",
      ]),
    .target(
      name: "PlanTrees", dependencies: ["GitObjects", "GitRepository", "PlanModel", "ReadinessSystem", "StrictJSON"]),
    .target(name: "PrometheusRules", dependencies: ["StrictJSON"]),
    .target(
      name: "PlanSLO",
      dependencies: ["CPure", "GitObjects", "PlanJudge", "PlanModel", "PrometheusRules", "StrictJSON"]),
    .target(
      name: "PlanHistory",
      dependencies: [
        "PlanTrees",
        "PlanSLO", "GitRepository", "GitObjects", "PlanJudge", "PlanModel", "ReadinessSystem", "StrictJSON",
        "Telemetry",
      ]),
    .target(
      name: "Attestations",
      dependencies: [
        "PlanTrees",
        "GitRepository", "GitTransaction", "GitObjects", "PlanJudge", "PlanModel", "ReadinessSystem", "StrictJSON",
      ]),
    .target(
      name: "PlanGate",
      dependencies: [
        "PlanTrees",
        "Attestations", "GitObjects", "GitRepository", "GitTransaction", "PlanHistory", "PlanJudge", "PlanModel",
        "ReadinessSystem", "StrictJSON", "Telemetry",
      ]),
    .target(
      name: "PlanChecks",
      dependencies: [
        "PlanTrees",
        "PlanSLO", "GitRepository", "Profiles", "ReadinessSystem", "GitObjects", "PlanJudge", "PlanModel", "JSONSchema",
        "StrictJSON", "Telemetry",
      ]),
    .target(
      name: "Telemetry",
      dependencies: ["GitObjects", "PlanModel", "PrometheusRules", "ReadinessSystem", "StrictJSON"]),
    .target(
      name: "Monitoring",
      dependencies: [
        "PlanTrees",
        "Attestations", "GitObjects", "GitRepository", "PlanEvents", "PlanGate", "PlanHistory", "PlanJudge",
        "PlanModel", "PlanSLO", "Profiles", "ReadinessSystem", "StrictJSON", "Telemetry",
      ]),
    .target(
      name: "PlanEvents",
      dependencies: [
        "PlanTrees",
        "GitObjects", "GitRepository", "PlanHistory", "PlanModel", "Profiles", "ReadinessSystem", "Reports",
        "StrictJSON", "Telemetry",
      ]),
    .target(name: "Reports", dependencies: ["PlanSLO", "GitObjects", "PlanJudge", "PlanModel", "StrictJSON"]),
    .target(name: "CSupervisor", path: "Sources/C/CSupervisor"),
    .target(name: "CLibrary", path: "Sources/ReadinessSystem/CLibrary"),
    .target(name: "ReadinessSystem", dependencies: ["CLibrary", "CSupervisor"], exclude: ["CLibrary"]),
    .target(name: "Profiles", dependencies: ["ReadinessSystem", "StrictJSON"]),
    .target(
      name: "Commands",
      dependencies: [
        "PlanTrees",
        "Attestations", "CProgram", "CSHA1", "GitObjects", "GitRepository", "GitTransaction", "JSONSchema",
        "Monitoring", "PlanChecks", "PlanEvents", "PlanGate", "PlanHistory", "PlanJudge", "PlanModel", "PlanSLO",
        "Profiles", "PrometheusRules", "ReadinessSystem", "Reports", "StrictJSON", "Telemetry",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "readiness", dependencies: ["Commands", "CNetworkStubs", "ReadinessSystem"]),
    .target(
      name: "TestSupport", dependencies: ["PlanSLO", "GitObjects", "PlanJudge", "PlanModel", "StrictJSON"],
      path: "Tests/Support"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "PlanTrees",
        "ReadinessSystem",
        "PlanHistory", "GitRepository", "GitTransaction", "Reports", "GitObjects", "PlanJudge", "PlanModel",
        "TestSupport", "JSONSchema",
        "StrictJSON",
      ],
      path: "Tests/Fuzz"),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["GitObjects", "JSONSchema", "PlanModel", "StrictJSON", "TestSupport", "readiness"],
      exclude: ["Golden", "Snapshots"]),
    .testTarget(name: "ReadinessSystemTests", dependencies: ["ReadinessSystem", "TestSupport"]),
    .testTarget(
      name: "GitObjectsTests",
      dependencies: ["CLibgit2", "GitObjects", "GitRepository", "PlanModel", "TestSupport"]),
    .testTarget(
      name: "GitTransactionTests",
      dependencies: [
        "PlanTrees", "GitObjects", "GitRepository", "GitTransaction", "PlanModel", "ReadinessSystem", "TestSupport",
      ]),
    .testTarget(
      name: "GitRepositoryTests",
      dependencies: ["PlanTrees", "GitObjects", "GitRepository", "PlanModel", "TestSupport"]),
    .testTarget(
      name: "ProfilesTests",
      dependencies: ["JSONSchema", "PlanModel", "Profiles", "StrictJSON", "TestSupport"]),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Commands", "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(
      name: "AttestationsTests",
      dependencies: ["Attestations", "GitObjects", "PlanJudge", "PlanModel", "TestSupport", "StrictJSON"]),
    .testTarget(
      name: "TelemetryTests",
      dependencies: [
        "PlanModel", "Profiles", "PrometheusRules", "ReadinessSystem", "StrictJSON", "Telemetry", "TestSupport",
      ]),
    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["PlanJudge", "PlanModel", "Reports", "StrictJSON", "TestSupport"]),
    .testTarget(
      name: "PlanSLOTests",
      dependencies: ["JSONSchema", "PlanJudge", "PlanModel", "PlanSLO", "StrictJSON", "TestSupport"]),
    .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "StrictJSON"]),
    .testTarget(
      name: "PlanModelTests", dependencies: ["GitObjects", "PlanModel", "TestSupport", "JSONSchema", "StrictJSON"]),
    .testTarget(
      name: "PlanJudgeTests",
      dependencies: ["GitObjects", "PlanJudge", "PlanModel", "TestSupport", "JSONSchema", "StrictJSON"]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  // An import says whether callers see it, a member is used only where its module is imported, and an existential is
  // written as one.
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}

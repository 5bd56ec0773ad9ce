import Foundation
import JSONSchema
import StrictJSON
import Testing

/// The official suite, read in place. `READINESS_CONFORMANCE` names another folder.
@Suite("JSON Schema draft 2020-12")
struct ConformanceTests {
  static let folder: URL = {
    if let named = ProcessInfo.processInfo.environment["READINESS_CONFORMANCE"] { return URL(fileURLWithPath: named) }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return root.appendingPathComponent("../shared/conformance").standardizedFileURL
  }()
  static var suite: URL { folder.appendingPathComponent("json-schema-test-suite") }
  /// A named folder must exist; without a name, the suite may be in the folder next to the repository.
  static var isPresent: Bool {
    ProcessInfo.processInfo.environment["READINESS_CONFORMANCE"] != nil
      || FileManager.default.fileExists(atPath: suite.path)
  }

  @Test(
    "all 1,299 required tests of the official suite pass",
    .enabled(if: isPresent, "the conformance suite is not here; READINESS_CONFORMANCE names its folder"))
  func requiredTests() throws {
    let tests = Self.suite.appendingPathComponent("tests/draft2020-12")
    let files = try FileManager.default.contentsOfDirectory(atPath: tests.path)
      .filter { $0.hasSuffix(".json") }.sorted()
    var count = 0
    for file in files {
      let document = try Self.parse(tests.appendingPathComponent(file))
      for group in document.root.array ?? [] {
        let schema = try #require(group["schema"])
        let registry = SchemaRegistry(loader: Self.load)
        let text = Array(document.bytes[schema.range])
        let validator = try registry.add(
          try JSONDocument(parsing: text, limits: .general), uri: "test:///\(file)")
        for test in group["tests"]?.array ?? [] {
          count += 1
          let data = try #require(test["data"])
          let expected = test["valid"]?.bool
          let name = "\(file): \(group["description"]?.string ?? ""): \(test["description"]?.string ?? "")"
          do {
            let violations = try validator.violations(of: data)
            #expect(violations.isEmpty == expected, "\(name)")
          } catch {
            Issue.record("\(name): \(error)")
          }
        }
      }
    }
    #expect(count == 1299)
  }

  private static func parse(_ url: URL) throws -> JSONDocument {
    try JSONDocument(parsing: Array(try Data(contentsOf: url)), limits: .general)
  }

  /// Loads the remotes and the metaschema from disk.
  private static func load(_ uri: String) throws -> JSONDocument? {
    var url: URL?
    if uri.hasPrefix("http://localhost:1234/") {
      url = suite.appendingPathComponent("remotes/" + uri.dropFirst("http://localhost:1234/".count))
    } else if uri.hasPrefix("https://json-schema.org/draft/2020-12/") {
      let name = String(uri.dropFirst("https://json-schema.org/draft/2020-12/".count))
      url = metaschema(name)
    }
    guard let url, FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try parse(url)
  }

  /// Returns the file of `schema` or `meta/NAME`, as the standard packages it.
  private static func metaschema(_ name: String) -> URL {
    let base = folder.appendingPathComponent("metaschema/draft2020-12")
    return name == "schema"
      ? base.appendingPathComponent("metaschema.json")
      : base.appendingPathComponent("vocabularies/" + name.dropFirst("meta/".count))
  }
}

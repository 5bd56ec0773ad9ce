import GitObjects
import Foundation
import JSONSchema
import PlanModel
import StrictJSON
import Testing

/// Compares this repository's own `ssot/` with the program's embedded files and with the input that its code accepts.
@Suite("This repository's own files")
struct OwnFilesTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appendingPathComponent(path)))
  }

  @Test("the program carries every schema and example of ssot/, byte for byte")
  func carried() throws {
    var carried: [String: String] = [:]
    for file in StandardFiles.all() where !file.path.hasPrefix(PlanPaths.policies) { carried[file.path] = file.text }
    var found = 0
    for folder in ["ssot/schemas", "ssot/examples"] {
      let base = Self.root.appendingPathComponent(folder)
      let names = try #require(FileManager.default.enumerator(atPath: base.path))
      for case let name as String in names where name.hasSuffix(".json") {
        let path = "\(folder)/\(name)"
        found += 1
        #expect(try Self.bytes(path) == Array((carried[path] ?? "not carried").utf8), "\(path)")
      }
    }
    #expect(found == carried.count)
  }

  @Test(
    "policies and plan fit their schemas",
    arguments: [
      ("ssot/policies/workflow.json", "workflow"), ("ssot/policies/authorization.json", "authorization"),
      ("ssot/policies/gates.json", "gates"), ("ssot/policies/provenance.json", "provenance"),
      ("ssot/plan.json", "plan"),
    ])
  func policies(_ path: String, _ schema: String) throws {
    let text = try Self.bytes("ssot/schemas/\(schema).schema.json")
    let validator = try SchemaRegistry(refusesUnknownKeywords: true)
      .add(JSONDocument(parsing: text, limits: .general), uri: "test:///\(schema)")
    #expect(try validator.violations(of: JSONDocument(parsing: Self.bytes(path)).root).isEmpty)
  }

  @Test("every milestone is in the written layout, and fits schema and code")
  func milestones() throws {
    let text = try Self.bytes("ssot/schemas/milestone.schema.json")
    let validator = try SchemaRegistry(refusesUnknownKeywords: true)
      .add(JSONDocument(parsing: text, limits: .general), uri: "test:///milestone")
    for number in 1...12 {
      let id = MilestoneID(number < 10 ? "M-0\(number)" : "M-\(number)")
      let bytes = try Self.bytes(PlanPaths.milestone(id))
      let file = MilestoneFile(id: id, kind: .regular, bytes: bytes)
      #expect(file.findings == [])
      let root = try #require(file.document?.root)
      #expect(Milestone.ordered(root).layoutBytes == bytes, "\(id)")
      #expect(try validator.violations(of: root).isEmpty)
    }
  }
}

import Foundation
import JSONSchema
import ReadinessCore
import StrictJSON
import Testing

/// This repository's own `ssot/`: laid down by `init`, so schemas and examples are what the program carries.
@Suite("This repository's own files")
struct OwnFilesTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appendingPathComponent(path)))
  }

  @Test("schemas and examples are those that init lays down")
  func laidDown() throws {
    for file in StandardFiles.all() where !file.path.hasPrefix(PlanPaths.policies) {
      #expect(try Self.bytes(file.path) == Array(file.text.utf8), "\(file.path)")
    }
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

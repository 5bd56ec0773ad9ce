import GitObjects
import JSONSchema
import PlanModel
import TestSupport
import StrictJSON
import Testing

/// The built-in schema is code; `milestone.schema.json` is JSON Schema. They must agree.
@Suite("Schemas and code agree")
struct SchemaAgreementTests {
  private static func validator(_ name: String) throws -> SchemaValidator {
    let text = try #require(StandardFiles.all().first { $0.path == "ssot/schemas/\(name).schema.json" }).text
    return try SchemaRegistry(refusesUnknownKeywords: true)
      .add(JSONDocument(parsing: Array(text.utf8), limits: .general), uri: "test:///\(name)")
  }

  @Test("every example fits its schema, or does not, as its folder says")
  func examples() throws {
    var count = 0
    for file in StandardFiles.all() where file.path.hasPrefix("ssot/examples/") {
      let parts = file.path.split(separator: "/")
      let document = try JSONDocument(parsing: Array(file.text.utf8))
      if parts.count == 3 {
        #expect(try Self.validator("runtime.config").violations(of: document.root).isEmpty)
        continue
      }
      count += 1
      let violations = try Self.validator(String(parts[3])).violations(of: document.root)
      #expect(violations.isEmpty == (parts[2] == "valid"), "\(file.path): \(violations)")
    }
    #expect(count >= 20)
  }

  @Test("the code's answer is the schema's, on examples of milestones and 12,000 changes of them")
  func mutations() throws {
    let validator = try Self.validator("milestone")
    let seed: UInt64 = 20_261_123
    var random = SplitMix(seed)
    let examples = StandardFiles.all().filter { $0.path.contains("/milestone/") }
    var refused = 0
    for round in 0..<12_000 {
      let text = examples[random.below(examples.count)].text
      let root = try JSONDocument(parsing: Array(text.utf8)).root
      let changed = round < examples.count ? root : random.mutated(root, keys: Pieces.keys, values: Pieces.values)
      let bytes = changed.layoutBytes
      let id = MilestoneID(changed["id"]?.string ?? "M-01")
      let file = MilestoneFile(id: id, kind: .regular, bytes: bytes)
      let parsed = try JSONDocument(parsing: bytes).root
      let byCode = file.findings.allSatisfy { $0.code == .idMismatch }
      let bySchema = try validator.violations(of: parsed).isEmpty
      // A schema cannot express unique ids in a list of objects.
      let isRepeated = file.findings.contains { $0.message.contains("stands twice in this milestone") }
      guard !isRepeated else { continue }
      refused += byCode ? 0 : 1
      #expect(
        byCode == bySchema, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self)) \(file.findings)")
    }
    #expect(refused > 500)
  }
}

/// The values for changes of a milestone.
private enum Pieces {
  static let values: [JSONValue] = [
    nil, true, 7, "", "x", "M-02", "m-2", "../x", "a//b", "/x", ".git/x", "a/.GIT/b", "a\\b", [], ["M-02"],
    ["M-02", "M-02"], [:],
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "low", "open", ["reason": "r"],
    ["reason": "r", "by": ["M-02"]], [["id": "a", "text": "b"]], [["id": "A", "text": "b"]],
    [["by": "a@b", "digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]],
    "**", "!Sources", "Sources/../x", "2026-11-22T19:00:00.123Z", "2026-13-01", "2026-12-01", "file", "junit", "check",
    "approval", "7f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4", 0, 1, -1, 256, 40_000, "done",
    ["kind": "file", "path": "a"], ["command": ["true"], "profile": "tdd", "inputs": ["**"]], ["true"], [""], ["**"],
    ["exitCode": 1], ["json": true], ["json": "x"], [["kind": "approval", "role": "a", "count": 1]],
    ["owner": "a", "reason": "b", "approver": "c", "until": "2026-12-01"],
  ]
  static let keys = [
    "id", "owner", "target", "slo", "run", "status", "x-y", "blocked", "risks", "approvals", "deliverables", "evidence",
    "kind", "text", "by",
    "path", "z", "check", "waiver", "command", "profile", "inputs", "outputs", "expect", "validFor", "until", "commit",
    "before", "at", "exitCode", "attempts", "milliseconds", "output", "log", "role", "count", "valid", "invalid",
    "schema", "minTests", "maxFailures", "category", "stdoutMatches", "json",
  ]
}

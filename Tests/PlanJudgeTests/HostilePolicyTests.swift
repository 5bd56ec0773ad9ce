import GitObjects
import JSONSchema
import PlanJudge
import PlanModel
import TestSupport
import Testing

/// Policies that a person with authority could write to stop everybody's work. The judge gives a verdict, and does
/// not hang.
@Suite("Hostile policies")
struct HostilePolicyTests {
  private func judge(schema: String) throws -> [String] {
    try Judge.assess(Proposal { $0[PlanPaths.schema] = schema }).errors
  }

  @Test("a file whose name no policy has is a warning where it appears, and nowhere else")
  func unknownName() throws {
    func warnings(_ path: String, base: MemoryTree = PlanFixture.tree()) throws -> [String] {
      let assessment = try Judge.assess(Proposal(from: base) { $0[path] = "{}" })
      #expect(!assessment.errors.contains("policy-unknown-file"))
      return assessment.warnings.filter { $0 == "policy-unknown-file" }
    }
    for path in ["authorisation.json", "Gates.json", "slo/old/a.json", "slo/a.txt", "slo/.json", "allowed_signers.txt"]
    {
      #expect(try warnings("ssot/policies/\(path)") == ["policy-unknown-file"], "\(path)")
    }
    for path in ["ssot/policies/retention.json", "ssot/policies/slo/a.json", "ssot/other.json", "ssot/schemas/x.json"] {
      #expect(try warnings(path) == [], "\(path)")
    }
    let there = PlanFixture.tree().with { $0["ssot/policies/gate.json"] = "{}" }
    #expect(try warnings("ssot/policies/gates.json", base: there) == [])
    #expect(try warnings("ssot/policies/gate.json", base: there) == [])
  }

  @Test("a schema that refers to nothing, or holds no regular expression where one should stand, cannot be read")
  func dangling() throws {
    #expect(try judge(schema: #"{ "properties": { "x-a": { "$ref": "../audit" } } }"#) == ["policy-unreadable"])
    #expect(try judge(schema: ##"{ "properties": { "x-a": { "$ref": "#/$defs/none" } } }"##) == ["policy-unreadable"])
    #expect(try judge(schema: #"{ "properties": { "x-a": { "pattern": "(" } } }"#) == ["policy-unreadable"])
    #expect(try judge(schema: #"{ "patternProperties": { "(": true } }"#) == ["policy-unreadable"])
    #expect(try judge(schema: ##"{ "properties": { "x-a": { "$ref": "#/$defs/a" } }, "$defs": { "a": true } }"##) == [])
  }

  @Test("a schema that comes to no end, or doubles its work with each line, strands what is there")
  func endless() throws {
    #expect(try judge(schema: ##"{ "$ref": "#" }"##) == ["policy-strands-state"])
    let steps = (0..<40).map {
      ##""a\##($0)": { "anyOf": [{ "$ref": "#/$defs/a\##($0 + 1)" }, { "$ref": "#/$defs/a\##($0 + 1)" }] }"##
    }
    let schema = ##"{ "$ref": "#/$defs/a0", "$defs": { \##(steps.joined(separator: ", ")), "a40": false } }"##
    #expect(try judge(schema: schema) == ["policy-strands-state"])
  }

  @Test("a pattern that takes for ever, in schema or secrets, is \"could not judge\"")
  func endlessPattern() throws {
    let schema = #"{ "properties": { "outcome": { "pattern": "^([a-zA-Z +,.-]+)+$!" } } }"#
    let long = String(repeating: "a", count: 60) + "!"
    #expect(throws: PatternTooCostly.self) {
      try Judge.assess(
        Proposal {
          $0[PlanPaths.schema] = schema
          $0.edit("A-3", "It works", long)
        })
    }
    let secrets =
      #"{ "version": 1, "patterns": [{ "name": "a token", "pattern": "^([a-zA-Z +,.-]+)+$!" }] }"#
    let base = PlanFixture.tree().with { $0[PlanPaths.secrets] = secrets }
    #expect(throws: PatternTooCostly.self) {
      try Judge.assess(
        Proposal(from: base) { $0.edit("A-3", "Work A-3", long) })
    }
  }

  @Test(
    "a number of a schema that fits no integer cannot be read",
    arguments: ["minLength", "maxLength", "maxItems", "minItems", "minProperties"])
  func schemaNumbers(keyword: String) throws {
    #expect(
      try judge(schema: #"{ "properties": { "outcome": { "\#(keyword)": 1e308 } } }"#) == ["policy-unreadable"])
  }

  @Test("something else in the place of the folder of policies is no policy, and not the built-in one")
  func noFolder() throws {
    let errors = try Judge.assess(
      Proposal { $0.files[PlanPaths.policies] = (.symlink, Array("elsewhere".utf8)) }
    ).errors
    #expect(errors == ["policy-unreadable"])
  }
}

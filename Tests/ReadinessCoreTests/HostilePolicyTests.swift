import ReadinessCore
import ReadinessTestSupport
import Testing

/// Policies that somebody with authority could write to stop everybody's work. The judge answers; it does not hang, and
/// it does not give up.
@Suite("Hostile policies")
struct HostilePolicyTests {
  private func judge(schema: String) throws -> [String] {
    try Judge.assess(Proposal { $0[PlanPaths.schema] = schema }).errors
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

  @Test("something else in the place of the folder of policies is no policy, and not the built-in one")
  func noFolder() throws {
    let errors = try Judge.assess(
      Proposal { $0.files[PlanPaths.policies] = (.symlink, Array("elsewhere".utf8)) }
    ).errors
    #expect(errors == ["policy-unreadable"])
  }
}

import Foundation
import TestSupport
import Testing

/// Names and keys that differ only in Unicode normalization are different for git and JSON.
@Suite("Unicode forms of names and keys")
struct UnicodeFormTests {
  private static let (composed, decomposed) = ("\u{E9}", "e\u{301}")

  /// Creates a plan in which only ada is a maintainer, with a rule about every field.
  private func ruled() throws -> Scratch {
    let s = try Scratch.withPlan()
    s["ssot/policies/authorization.json"] = """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"] },
        "rules": [{ "fields": ["*"], "role": "maintainer" }], "policyChange": { "role": "maintainer" } }
      """
    s["ssot/policies/slo/\(Self.composed).json"] = "{ \"a\": 1 }\n"
    s.edit("M-01", "\"id\": \"M-01\",", "\"id\": \"M-01\",\n  \"x-\(Self.composed)\": \"ada\",")
    s.git("config", "core.precomposeunicode", "false")
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "rules")
    #expect(commit.status == 0, "\(commit.all)")
    return s
  }

  private static let eve = ["GIT_AUTHOR_NAME": "Eve", "GIT_AUTHOR_EMAIL": "eve@example.com"]

  @Test("a property beside one that differs only by its Unicode form is a change of its own")
  func key() throws {
    let s = try ruled()
    s.edit(
      "M-01", "\"x-\(Self.composed)\": \"ada\",",
      "\"x-\(Self.composed)\": \"ada\",\n  \"x-\(Self.decomposed)\": \"eve\",")
    let commit = s.git("commit", "-qam", "sneak in a property", environment: Self.eve)
    #expect(commit.status != 0 && commit.errors.contains("not-authorized"), "\(commit.all)")
    #expect(s.git("commit", "-qam", "by a maintainer").status == 0)
  }

  @Test("a policy file beside one that differs only by its Unicode form is no policy that can be read")
  func policy() throws {
    let s = try ruled()
    s["ssot/policies/slo/\(Self.decomposed).json"] = "{ \"b\": 1 }\n"
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "sneak in a policy", environment: Self.eve)
    #expect(commit.status != 0 && commit.errors.contains("policy"), "\(commit.all)")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "without hooks", environment: Self.eve)
    #expect(s.readiness("verify").status == 1)
  }
}

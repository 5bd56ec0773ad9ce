import ReadinessTestSupport
import StrictJSON
import Testing

@testable import ReadinessCore

@Suite("Secrets")
struct SecretTests {
  private let token = "ghp_0123456789abcdefghijABCDEFGHIJ"

  private func codes(
    _ base: MemoryTree = PlanFixture.tree(), reason: String? = "because", _ change: (MemoryTree) -> Void
  )
    throws -> [String]
  {
    try Judge.assess(Proposal(from: base, reason: reason, change)).errors
  }

  @Test(
    "well-known tokens and private keys are found in a milestone; what only looks a little like them is not",
    arguments: [
      ("AKIAIOSFODNN7EXAMPLE", true), ("AKIA", false), ("xAKIAIOSFODNN7EXAMPLE", false),
      ("glpat-abcdefghij0123456789", true), ("xoxb-123456789012-abcdef", true),
      ("-----BEGIN OPENSSH PRIVATE KEY-----", true), ("-----BEGIN CERTIFICATE-----", false),
      ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", true),
      ("eyJust a word", false), ("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false),
      ("npm_install_is_slow", false), ("--", false),
    ])
  func forms(_ text: String, _ isSecret: Bool) throws {
    #expect(try codes { $0.edit("A-3", "Work A-3", text) } == (isSecret ? ["secret-detected"] : []))
  }

  @Test("the refusal names kind, file and line, and never the secret")
  func silence() throws {
    let assessment = try Judge.assess(Proposal { $0.edit("A-3", "Work A-3", token) })
    let finding = try #require(assessment.verdict.findings.first { $0.code == .secretDetected })
    #expect(finding.message.contains("a GitHub token") && finding.line == 3 && finding.path == ".readiness/A-3.json")
    for found in assessment.verdict.findings { #expect(!"\(found.message) \(found.hint)".contains("ghp_")) }
  }

  @Test("what stood there before is nobody else's fault, and a second one is found all the same")
  func inherited() throws {
    let base = PlanFixture.tree().with { $0.edit("A-3", "Work A-3", self.token) }
    #expect(try codes(base) { $0.edit("A-3", "\"TBD\"", "\"ada\"") } == [])
    #expect(try codes(base) { $0.edit("A-3", "It works", "AKIAIOSFODNN7EXAMPLE") } == ["secret-detected"])
  }

  @Test("evidence that comes in, and the reason of a stamp, are looked into")
  func evidenceAndReasons() throws {
    let dump = "user=ada\npassword=\(token)\n"
    let digest = Digest(of: Array(dump.utf8)).hex
    func attach(_ path: String) throws -> [String] {
      try codes {
        $0["dump.txt"] = dump
        $0.edit(
          "A-3", "\"text\": \"It is seen to work\"",
          "\"text\": \"It is seen to work\", \"evidence\": [{ \"kind\": \"file\", \"path\": \"\(path)\", \"sha256\": \"\(digest)\" }]"
        )
      }
    }
    #expect(try attach("dump.txt") == ["secret-detected"])
    #expect(try attach("other.txt") == [])
    #expect(
      try codes(reason: "because of \(token)") { $0.edit("A-4", "In Review", "In Progress") } == ["secret-detected"])
  }

  @Test("a team's own patterns, entropy and exceptions")
  func own() throws {
    func base(_ secrets: String) -> MemoryTree { PlanFixture.tree().with { $0[PlanPaths.secrets] = secrets } }
    func says(_ secrets: String, _ text: String) throws -> [String] {
      try codes(base(secrets)) { $0.edit("A-3", "Work A-3", text) }
    }
    let own = #"{ "version": 1, "patterns": [{ "name": "a badge", "pattern": "^BADGE-[0-9]{4}$" }] }"#
    #expect(try says(own, "the badge BADGE-1234") == ["secret-detected"])
    #expect(try says(own, "the badge BADGE-12") == [])
    let random = #"{ "version": 1, "entropy": { "minLength": 20, "bits": 4 }, "allow": ["^demo-"] }"#
    #expect(try says(random, "q9Zt7LmX2vRb8KwY4nHs1PdF") == ["secret-detected"])
    #expect(try says(random, "demo-q9Zt7LmX2vRb8KwY4nHs1PdF") == [])
    #expect(try says(random, "an-ordinary-sentence-with-hyphens") == [])
    #expect(try says(random, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08") == [])
    #expect(
      try codes { $0[PlanPaths.secrets] = #"{ "version": 1, "patterns": [{ "name": "x", "pattern": "(" }] }"# } == [
        "policy-unreadable"
      ])
  }
}

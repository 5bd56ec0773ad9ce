import GitObjects
import TestSupport
import StrictJSON
import Testing

@testable import PlanJudge
@testable import PlanModel

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
      ("AKIAIOSFODNN7EXAMPLE", false), ("AKIA4MTWQ7ZL2P9XHRVB", true), ("AKIA", false),
      ("xAKIA4MTWQ7ZL2P9XHRVB", false),
      ("AKIA4MTWQ7ZL2P9XHRVBX", false), ("ASIA4MTWQ7ZL2P9XHRVB", true), ("see url?key=AKIA4MTWQ7ZL2P9XHRVB", true),
      ("glpat-abcdefghij0123456789", true), ("xoxb-123456789012-abcdef", true),
      ("-----BEGIN OPENSSH PRIVATE KEY-----", true), ("-----BEGIN CERTIFICATE-----", false),
      ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", true),
      ("eyJust a word", false), ("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false),
      ("npm_install_is_slow", false), ("--", false), ("npm_config_registry_of_the_company", false),
      ("pypi-some-package-with-a-long-name", false), ("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false),
      ("sk-ant-colony-optimisation-of-plans", false), ("eyJ\(String(repeating: "ab0", count: 30))", false),
      ("Pinned to upstream revision 3f2a9d0c1b4e5f60718293a4b5c6d7e8f9012345", false),
      (
        "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        false
      ),
      ("request 123e4567-e89b-12d3-a456-426614174000 failed", false), ("password: see vault path kv/prod/app", false),
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
    #expect(try codes(base) { $0.edit("A-3", "It works", "AKIA4MTWQ7ZL2P9XHRVB") } == ["secret-detected"])
  }

  @Test("names of files of the policy are looked into, folders included, and are not shown")
  func names() throws {
    for path in ["ssot/policies/\(token)", "ssot/policies/\(token)/a.json", "ssot/policies/slo/\(token).json"] {
      let verdict = try Judge.assess(Proposal(reason: "because") { $0[path] = "{}" }).verdict
      let found = try #require(verdict.findings.first { $0.code == .secretDetected }, "\(path)")
      #expect(found.message.contains("the name of a file below ssot/policies") && found.path == "ssot/policies")
    }
    let base = PlanFixture.tree().with { $0["ssot/policies/\(self.token)"] = "{}" }
    #expect(try codes(base) { $0["ssot/policies/\(self.token)"] = "[]" } == [])
    let plain = try codes { $0["ssot/policies/slo/checkout-availability-2026.json"] = "{}" }
    #expect(!plain.contains("secret-detected"))
  }

  @Test("what is printed holds no secret: in text, in keys and values of an answer")
  func redaction() throws {
    let text = Array("by \(token) <ada@example.com>\n".utf8)
    #expect(String(decoding: Redaction.redacted(text), as: UTF8.self) == "by [secret] <ada@example.com>\n")
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n"
    let json: JSONValue = ["a": .text("x \(token)"), "b": [.text(key), 1], "c": .text("plain")]
    let clean = String(decoding: Redaction.redacted(json).canonicalBytes, as: UTF8.self)
    #expect(clean == #"{"a":"x [secret]","b":["[secret]",1],"c":"plain"}"#)
    #expect(Redaction.isNeeded(in: json.canonicalBytes) && !Redaction.isNeeded(in: Array(clean.utf8)))
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

  @Test(
    "a reader of JSON decodes escapes, so they are decoded here: in values, in keys, in the user's own fields",
    arguments: [
      #""workstream": "\u0067hp_0123456789abcdefghijABCDEFGHIJ""#,
      #""workstream": "line\nghp_0123456789abcdefghijABCDEFGHIJ""#,
      #""workstream": "a\/\u0067\u0068\u0070\u005f0123456789abcdefghijABCDEFGHIJ""#,
      #""workstream": "w", "x-note": { "deep": ["\u0067hp_0123456789abcdefghijABCDEFGHIJ"] }"#,
      #""workstream": "w", "x-\u0067": 1, "x-a": { "\u0067hp_0123456789abcdefghijABCDEFGHIJ": 1 }"#,
      #""workstream": "w", "deliverables": [{ "path": "p", "purpose": "gh\u0070_0123456789abcdefghijABCDEFGHIJ", "status": "Done" }]"#,
      #""workstream": "-----BEGIN PRIVATE \u004bEY-----""#,
    ])
  func decoded(_ members: String) throws {
    let assessment = try Judge.assess(Proposal { $0.edit("A-3", #""workstream": "Work A-3""#, members) })
    let found = assessment.verdict.findings.filter { $0.code == .secretDetected }
    #expect(found.count == 1 && found.first?.line == 3, "\(found)")
    #expect(!found.contains { "\($0)".contains("ghp_") })
  }

  @Test("the plan file and every policy are looked into; what a policy allows is named in it")
  func planAndPolicy() throws {
    #expect(
      try codes { $0["ssot/plan.json"] = $0["ssot/plan.json"]?.replacing("Test", with: self.token) } == [
        "secret-detected"
      ])
    let escaped = token.replacing("ghp", with: "gh\\u0070")
    #expect(
      try codes { $0["ssot/plan.json"] = $0["ssot/plan.json"]?.replacing("Test", with: escaped) } == ["secret-detected"]
    )
    let workflow = "ssot/policies/gates.json"
    let gates =
      #"{ "version": 1, "gates": { "release": { "milestones": ["*"], "category": "done", "x-note": "NOTE" } } }"#
    #expect(try codes { $0[workflow] = gates.replacing("NOTE", with: self.token) }.contains("secret-detected"))
    let allow = #"{ "version": 1, "allow": ["^WORD$"] }"#.replacing("WORD", with: token)
    #expect(try codes { $0[PlanPaths.secrets] = allow } == [])
    let base = PlanFixture.tree().with { $0[PlanPaths.secrets] = allow }
    #expect(try codes(base) { $0.edit("A-3", "Work A-3", self.token) } == [])
    #expect(try codes(base) { $0.edit("A-3", "Work A-3", self.token + "9") } == ["secret-detected"])
  }

  @Test("names, addresses and the whole message are looked into; a signature may be random")
  func words() throws {
    func says(_ proposal: (Proposal) -> Proposal) throws -> [String] {
      try Judge.assess(proposal(Proposal { $0.edit("A-3", "\"TBD\"", "\"ada\"") })).errors
    }
    #expect(try says { $0 } == [])
    #expect(try says { $0.saying("x \(token)\n") } == ["secret-detected"])
    #expect(try says { $0.saying("x\n\nSigned-off-by: \(token) <a@b.example>\n") } == ["secret-detected"])
    #expect(try says { $0.saying("x\n\nReadiness-Signature: \(token)\n") } == ["secret-detected"])
    let random = #"{ "version": 1, "entropy": { "minLength": 20, "bits": 4 } }"#
    let base = PlanFixture.tree().with { $0[PlanPaths.secrets] = random }
    func strict(_ message: String) throws -> [String] {
      try Judge.assess(Proposal(from: base) { $0.edit("A-3", "\"TBD\"", "\"ada\"") }.saying(message)).errors
    }
    #expect(try strict("x q9Zt7LmX2vRb8KwY4nHs1PdF\n") == ["secret-detected"])
    #expect(try strict("x\n\nReadiness-Signature: q9Zt7LmX2vRb8KwY4nHs1PdF\n") == [])
    #expect(try says { $0.with(.init(what: "the committer's name", text: "A \(token)")) } == ["secret-detected"])
    for author in [Identity(name: token, email: "a@b.example"), Identity(name: "A", email: token + "@b.example")] {
      let assessment = try Judge.assess(Proposal(by: author) { $0.edit("A-3", "\"TBD\"", "\"ada\"") })
      #expect(assessment.errors == ["secret-detected"])
    }
  }

  @Test("a message beyond the bound is told as a note; up to it, it is looked into")
  func longMessage() throws {
    func findings(_ size: Int) throws -> [Finding] {
      let words = token + " " + String(repeating: "a", count: size - token.utf8.count - 1)
      let proposal = try Proposal { $0.edit("A-3", "\"TBD\"", "\"ada\"") }.with(.init(what: "the message", text: words))
      return try Judge.assess(proposal).verdict.findings
    }
    #expect(try findings(262_144).map(\.code) == [.secretDetected])
    let beyond = try findings(262_145)
    #expect(beyond.map(\.code) == [.secretsNotSought] && beyond.first?.severity == .note)
  }

  @Test("evidence that cannot be looked into is told as a note, and plain evidence is not")
  func packed() throws {
    func notes(_ bytes: [UInt8]) throws -> [Finding] {
      let entry = #""evidence": [{ "kind": "file", "path": "log", "sha256": "\#(Digest(of: bytes).hex)" }]"#
      let verdict = try Judge.assess(
        Proposal {
          $0.files["log"] = (.regular, bytes)
          $0.edit("A-3", #""text": "It is seen to work""#, #""text": "It is seen to work", "# + entry)
        }
      ).verdict
      #expect(verdict.isAccepted, "\(verdict.findings)")
      return verdict.findings
    }
    let found = try notes([0x1F, 0x8B, 0x08, 0x00] + [UInt8](repeating: 1, count: 100))
    #expect(found.map(\.code) == [.secretsNotSought] && found.first?.severity == .note && found.first?.path == "log")
    #expect(try notes(Array("plain".utf8)) == [])
  }

  @Test("a file of evidence is read to its end, in whatever pieces, and in UTF-16")
  func pieces() throws {
    func places(_ bytes: [UInt8], _ size: Int) throws -> [Int] {
      var search = SecretSearch(.builtIn)
      for start in stride(from: 0, to: bytes.count, by: size) {
        try search.add(bytes[start..<min(start + size, bytes.count)])
      }
      return try search.finish().places.map(\.line)
    }
    let lines = String(repeating: "nothing in here\n", count: 36_000)
    for size in [7919, 1 << 18, 1 << 24] {
      #expect(try places(Array((lines + token + "\n" + lines).utf8), size) == [36_001], "\(size)")
      #expect(try places(Array((lines + "\"\\u0067\(token.dropFirst())\"").utf8), size) == [36_001])
    }
    // One endless word, with the token at the boundary of two windows.
    let word = [UInt8](repeating: 0x2F, count: (1 << 18) - 20)
    #expect(try places(word + Array(token.utf8) + word + word, 1 << 18) == [1])
    let wide = (lines + token).utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(try places([0xFF, 0xFE] + wide, 1 << 16) == [36_001])
    #expect(try places(Array(lines.utf8), 1 << 16) == [])
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

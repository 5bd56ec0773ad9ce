import Foundation
import PlanModel
import TestSupport
import StrictJSON
import Testing

extension Scratch {
  /// Creates a plan with an objective, and a gate that requires it.
  fileprivate static func withObjective(slos: String = "{}", more: [String: String] = [:]) throws -> Scratch {
    let scratch = try Scratch.withPlan()
    scratch["ssot/policies/slo/checkout-availability.json"] = ObjectiveFixture.definition
    scratch["ssot/policies/gates.json"] = """
      { "version": 2, "gates": { "release": { "milestones": ["*"], "category": "pending", "slos": \(slos) } } }
      """
    for (path, text) in more { scratch[path] = text }
    scratch.git("add", "-A")
    let committed = scratch.git("commit", "-qm", "Objectives")
    precondition(committed.status == 0, committed.all)
    return scratch
  }

  /// Writes and commits a capture.
  fileprivate func capture(_ bodies: [String: String] = [:]) throws {
    self[PlanPaths.capture("checkout-availability")] = String(
      decoding: try ObjectiveFixture.capture(bodies), as: UTF8.self)
    git("add", "-A")
    let committed = git("commit", "-qm", "Capture")
    #expect(committed.status == 0, "\(committed.all)")
  }

  fileprivate func decision(_ words: String...) throws -> JSONValue {
    let result = readiness("gate", words.first ?? "--json", "--json", "--now", ObjectiveTests.now)
    return try JSONDocument(parsing: Array(result.output.utf8), limits: .general).root
  }
}

/// Objectives as policy, captures as evidence. `campaign/slo.py` tests the same with a real Prometheus.
@Suite("Service-level objectives")
struct ObjectiveTests {
  /// Forty seconds after the capture.
  fileprivate static let now = "2026-11-28T22:15:29Z"

  private func codes(_ answer: JSONValue) -> [String] {
    (answer["reasons"]?.array ?? []).compactMap { $0["code"]?.string }
  }

  @Test("a gate says go, no-go or that nobody can tell, with exit status and numbers")
  func gate() throws {
    let s = try Scratch.withObjective()
    func gate(_ words: String) -> Scratch.Result { s.shell("\"$READINESS\" gate --now \(Self.now) \(words)") }
    #expect(gate("").status == 1 && gate("").output.hasPrefix("inconclusive"))
    s.environment["GIT_COMMITTER_DATE"] = Self.now
    try s.capture()
    #expect(gate("").status == 0)
    // The summary of a change judges captures by the day of its commit.
    let summary = s.readiness("verify", "HEAD~1..", "--format", "markdown")
    #expect(summary.output.contains("release turns GO"), "\(summary.all)")
    let json = try JSONDocument(parsing: Array(gate("--json").output.utf8), limits: .general).root
    #expect(
      json["decision"]?.string == "go" && json["onWordAlone"]?.array?.first?.string == "slo/checkout-availability")
    let slo = try #require(json["slos"]?.array?.first)
    #expect(slo["decision"]?.string == "go" && slo["covered"]?.number?.double == 1 && slo["burn"]?["1h"] != nil)
    let later = s.readiness("gate", "--now", "2026-11-29T10:00:00Z")
    #expect(later.status == 1 && later.output.contains("11 h 45 min"), "\(later.all)")
    let file = s.path + "/../burning.json"
    let burning = ["bad:1h": ObjectiveFixture.body("6372"), "bad:5m": ObjectiveFixture.body("12528")]
    try Data(ObjectiveFixture.capture(burning)).write(to: URL(fileURLWithPath: file))
    let no = gate("--capture \(file)")
    #expect(no.status == 1 && no.output.contains("burns 17.7 x over 1h and 34.8 x over 5m; the"), "\(no.all)")
    #expect(no.output.contains("14.4 (captured 22:14:49Z, 40 s ago)") && no.output.contains("not committed"))
    #expect(s.readiness("why-not", "--now", Self.now).output.contains("Nothing speaks against"))
    #expect(gate("--capture /nowhere.json").status == 2)
    #expect(gate("--capture \(file) --capture \(file)").status == 2)
  }

  @Test(
    "slo capture writes through no link of the work tree, and leaves what stands behind it",
    .enabled(if: Needed.programs("curl"), "curl is not here"))
  func linkedCaptures() throws {
    let body = #"{"status":"success","data":{"resultType":"vector","result":[]}}"#
    let server = try ScriptedServer(Array(repeating: .answer(200, body: body), count: 100))
    defer { server.stop() }
    let s = try Scratch.withObjective()
    let name = "checkout-availability"
    func capture() -> Scratch.Result {
      s.readiness("slo", "capture", "--endpoint", "http://127.0.0.1:\(server.port)", environment: ["COLUMNS": "400"])
    }
    s.shell("mkdir ../victim && echo precious >../victim/\(name).json; rm -rf ssot/slo; mkdir -p ssot/slo")
    for place in ["ssot/slo/captures", "ssot/slo"] {
      s.shell("rm -rf \(place); ln -s \"$(cd ../victim && pwd)\" \(place)")
      let refused = capture()
      #expect(refused.status == 3 && refused.errors.contains("symbolic link"), "\(place): \(refused.all)")
      let left = s.shell("cd ../victim && find . -type f && cat *.json").output
      #expect(left == "./\(name).json\nprecious\n", "\(place)")
    }
    s.shell("rm -rf ssot/slo")
    #expect(capture().status == 0 && s["ssot/slo/captures/\(name).json"] != nil)
  }

  @Test("names of version 2 that are not built are refused, version 3 is too new, and version 1 knows no slos")
  func versions() throws {
    let s = try Scratch.withPlan()
    for (text, code) in [
      (
        #""version": 2, "gates": { "release": { "milestones": ["*"], "category": "done", "levels": {} } }"#,
        "policy-unreadable"
      ),
      (
        #""version": 2, "gates": { "release": { "milestones": ["*"], "category": "done", "slos": { "waivers": [] } } }"#,
        "policy-unreadable"
      ),
      (
        #""version": 1, "gates": { "release": { "milestones": ["*"], "category": "done", "slos": {} } }"#,
        "policy-unreadable"
      ),
      (#""version": 3, "gates": {}"#, "policy-too-new"),
    ] {
      s["ssot/policies/gates.json"] = "{ \(text) }"
      s.git("add", "-A")
      let refused = s.git("commit", "-qm", "gates")
      #expect(refused.status != 0 && refused.errors.contains(code), "\(text): \(refused.all)")
    }
  }

  @Test("lowering a target takes the authority to change the policy, in the hook and at the gate")
  func authority() throws {
    let s = try Scratch.withObjective(more: [
      "ssot/policies/authorization.json":
        #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"] }, "policyChange": { "role": "maintainer" } }"#
    ])
    let run = s.run()
    let server = try Scratch(cloneOf: s, bare: true)
    #expect(s.readiness("install", "--server", server.path).status == 0)
    s.git("remote", "add", "origin", server.path)
    s.git("config", "user.email", "mallory@example.com")
    s["ssot/policies/slo/checkout-availability.json"] = ObjectiveFixture.edited("0.999", "0.9")
    s.git("add", "-A")
    let refused = s.git("commit", "-qm", "lower")
    #expect(refused.status != 0 && refused.errors.contains("policy-change-refused"), "\(refused.all)")
    s.git("commit", "-qm", "lower", "--no-verify", environment: ["READINESS_SKIP": "1"])
    let push = s.git("push", "--no-verify", "origin", "main")
    #expect(push.status != 0 && push.errors.contains("policy-change-refused"), "\(push.all)")
    s.git("reset", "-q", "--hard", "HEAD~1")
    s.git("config", "user.email", "ada@example.com")
    s["ssot/policies/slo/checkout-availability.json"] = ObjectiveFixture.edited("0.999", "0.9")
    let allowed = s.git("commit", "-qam", "lower")
    #expect(allowed.status == 0, "\(allowed.all)")
    #expect(s.run(of: "HEAD~1") == run && s.readiness("verify").status == 0)
  }

  @Test("a check of kind slo leaves evidence of a capture that is go, and of no other")
  func check() throws {
    let s = try Scratch.withObjective()
    try s.give([("M-01", #"{ "kind": "slo", "slo": "checkout-availability", "validFor": 36500 }"#)])
    #expect(s.readiness("check", "M-01").all.contains("slo-capture-missing"))
    try s.capture(["bad:period": ObjectiveFixture.body("259200")])
    #expect(s.readiness("check", "M-01").all.contains("0 % of the budget"))
    try s.capture()
    let checked = s.readiness("check", "M-01")
    #expect(checked.status == 0, "\(checked.all)")
    s.start("M-01")
    s.git("commit", "-qam", "M-01: start")
    let moved = s.readiness("move", "M-01", "in-review")
    #expect(moved.status == 0, "\(moved.all)")
    try s.capture(["bad:1h": ObjectiveFixture.body("1")])
    #expect(s.readiness("status").output.contains("captures/checkout-availability.json"))
  }

  @Test("a commit that changes an objective and moves on it is refused: two commits")
  func twoCommits() throws {
    let s = try Scratch.withObjective()
    try s.give([("M-01", #"{ "kind": "slo", "slo": "checkout-availability" }"#)])
    s.prove("M-01")
    s.start("M-01")
    s.git("commit", "-qam", "M-01: start")
    s["ssot/policies/slo/checkout-availability.json"] = ObjectiveFixture.edited("0.999", "0.9")
    s.edit("M-01", "In Progress", "In Review")
    s.git("add", "-A")
    let refused = s.git("commit", "-qm", "both")
    #expect(refused.status != 0 && refused.errors.contains("slo-capture-invalid"), "\(refused.all)")
    s.git("checkout", "-q", "HEAD", "--", "ssot/policies/slo")
    let alone = s.git("commit", "-qam", "M-01: review")
    #expect(alone.status == 0, "\(alone.all)")
  }

  @Test("a signed capture is its signer's, and with another moment nobody's")
  func signed() throws {
    let s = try Scratch.withObjective(slos: #"{ "signed": true, "captureRole": "observer" }"#)
    s.shell("ssh-keygen -q -t ed25519 -N '' -C '' -f ../ada")
    s["ssot/policies/allowed_signers"] = "ada@example.com \(s.shell("cat ../ada.pub").line)\n"
    s["ssot/policies/authorization.json"] =
      #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"], "observer": ["ada@example.com"] } }"#
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "Roles").status == 0)
    let unsigned = try ObjectiveFixture.capture()
    let root = try JSONDocument(parsing: unsigned).root
    let message = Digest(of: root.canonicalBytes).hex
    let signature = s.shell(
      "printf %s \(message) > ../m && ssh-keygen -Y sign -q -f ../ada -n readiness-capture ../m && grep -v -- ----- ../m.sig | tr -d '\\n'"
    ).line
    let text = String(decoding: unsigned, as: UTF8.self)
    let signed = text.replacing("\n  ]\n}", with: "\n  ],\n  \"signature\": \"\(signature)\"\n}")
    func answer(_ text: String) throws -> JSONValue {
      s[PlanPaths.capture("checkout-availability")] = text
      s.git("add", "-A")
      s.git("commit", "-qm", "Capture")
      return try s.decision()
    }
    #expect(try codes(answer(text)) == ["slo-capture-unsigned"])
    let good = try answer(signed)
    #expect(good["decision"]?.string == "go" && good["onWordAlone"]?.array?.isEmpty == true, "\(codes(good))")
    #expect(try codes(answer(signed.replacing("22:14:49.000Z", with: "22:14:50.000Z"))) == ["slo-capture-unsigned"])
  }

  @Test("commands say what they find: names, findings and exit statuses")
  func commands() throws {
    let s = try Scratch.withObjective()
    #expect(s.readiness("slo", "check").status == 0)
    #expect(s.readiness("slo", "check").output.contains("budget 43 min 12 s of downtime, or 1 of 1,000 events"))
    #expect(s.readiness("-C", s.path, "slo", "check").status == 0)
    let unknown = s.readiness("slo", "show", "checkout-availabilty")
    #expect(unknown.status == 2 && unknown.errors.contains("Is checkout-availability meant?"))
    #expect(s.readiness("slo", "list").output.hasPrefix("checkout-availability"))
    let json = try JSONDocument(parsing: Array(s.readiness("slo", "check", "--json").output.utf8), limits: .general)
      .root
    #expect(json["kind"]?.string == "slo" && json["slos"]?.array?.first?["rows"]?.array?.count == 4)
    s["ssot/policies/slo/checkout-availability.json"] = ObjectiveFixture.edited("Occurrences", "Timeslices")
    let found = s.readiness("slo", "check")
    #expect(found.status == 1 && found.output.contains("checkout-availability.json:"), "\(found.all)")
    #expect(s.readiness("slo", "rules").status == 1)
    #expect(s.readiness("slo", "check", "--at", "HEAD").status == 0)
    s.git("checkout", "-q", "--", ".")
    #expect(s.readiness("slo", "rules", "--output", "ops").status == 0)
    #expect(s.readiness("slo", "rules", "--output", "ops", "--check").status == 0)
    s["ops/checkout-availability.rules.yml"] = "groups: []\n"
    #expect(s.readiness("slo", "rules", "--output", "ops", "--check").status == 1)
    let nobody = s.readiness("slo", "capture", "--endpoint", "http://127.0.0.1:9")
    #expect(nobody.status == 3 && s[PlanPaths.capture("checkout-availability")] == nil, "\(nobody.all)")
    #expect(s.readiness("slo", "capture", "--endpoint", "ftp://x").status == 2)
  }
}

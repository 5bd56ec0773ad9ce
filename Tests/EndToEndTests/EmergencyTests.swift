import TestSupport
import Testing

/// `campaign/transports.py` tests the rest, with real servers.
@Suite("A push past the gate")
struct EmergencyTests {
  @Test(
    "only with a reason, by who may, where policy lets somebody; logged, shown, closed, and never where the log fails")
  func bypass() throws {
    let s = try Scratch.withPlan()
    let server = try Scratch(cloneOf: s, bare: true)
    #expect(server.readiness("install", "--server", ".").output.contains("receive.advertisePushOptions"))
    s.git("remote", "add", "origin", server.path)
    func push(_ name: String?, _ reason: String = "fire") -> Scratch.Result {
      s.git(
        "push", "--no-verify", "-o", "readiness.bypass=\(reason)", "origin", "main",
        environment: name.map { ["READINESS_PUSHER": "\($0)@example.com"] } ?? [:])
    }
    func force(_ n: Int) {
      s["ssot/plan.json"] = s["ssot/plan.json"]?.replacing("\"title\": \"", with: "\"title\": \"\(n) ")
      s.git("commit", "-qam", "forced \(n)", environment: ["READINESS_SKIP": "1"])
    }
    s["ssot/policies/authorization.json"] = """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"] }, "emergencyPush": { "role": "maintainer" } }
      """
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "roles").status == 0)
    force(1)
    // The applicable policy is the server's own before the push.
    #expect(push("ada").errors.contains("no policy here lets anybody"))
    #expect(s.git("push", "-q", "--no-verify", "origin", "HEAD~1:main").status == 0)
    #expect(push(nil).errors.contains("does not know who pushes"))
    #expect(push("bob").errors.contains("bob@example.com does not hold"))
    #expect(push("ada", "").errors.contains("gives no reason"))
    server.shell("mkdir -p readiness/bypass.jsonl")
    #expect(push("ada").status != 0)
    server.shell("rmdir readiness/bypass.jsonl")
    let passed = push("ADA")
    #expect(passed.status == 0 && passed.errors.contains("readiness bypass close 1"), "\(passed.all)")
    force(2)
    #expect(push("ada", "more\u{1B}[31m fire").status == 0)
    let listed = server.readiness("bypass")
    #expect(listed.output.contains("Push 2") && !listed.output.contains("\u{1B}"), "\(listed.all)")
    #expect(server.readiness("doctor").status == 1)
    #expect(server.readiness("verify").output.contains("emergency-push"))
    #expect(server.readiness("bypass", "close", "3").status == 2)
    #expect(server.readiness("bypass", "close", "1").output.contains("closed"))
    #expect(server.readiness("bypass", "close", "1").output.contains("Nothing to do"))
    #expect(server.readiness("bypass", "close", "2").status == 0)
    #expect(!server.readiness("verify").output.contains("emergency-push"))
    // The accepted push stays rejected in an audit.
    #expect(server.readiness("verify").output.contains("trailer-missing"))
    server.shell("echo '{}' >>readiness/bypass.jsonl")
    #expect(server.readiness("bypass").status == 3)
    #expect(server.readiness("verify").status == 3)
  }

  /// A clone with a push that the gate refuses, and its server, where Ada may make emergency pushes.
  private func emergency() throws -> (s: Scratch, server: Scratch) {
    let s = try Scratch.withPlan()
    s["ssot/policies/authorization.json"] = """
      { "version": 1, "roles": { "maintainer": ["ada@example.com"] }, "emergencyPush": { "role": "maintainer" } }
      """
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "roles").status == 0)
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    #expect(server.readiness("install", "--server", ".").status == 0)
    s.git("remote", "add", "origin", server.path)
    s["ssot/plan.json"] = s["ssot/plan.json"]?.replacing("\"title\": \"", with: "\"title\": \"forced ")
    s.git("commit", "-qam", "forced", environment: ["READINESS_SKIP": "1"])
    return (s, server)
  }

  @Test("a push certificate signed by SSH names the pusher", .enabled(if: Needed.programs("ssh-keygen")))
  func signedPush() throws {
    let (s, server) = try emergency()
    s.shell("ssh-keygen -q -t ed25519 -N '' -f ../ada")
    server.git("config", "receive.certNonceSeed", "seed")
    server.git("config", "gpg.format", "ssh")
    server.shell("echo \"ada@example.com $(cut -d' ' -f1,2 '\(s.path)/../ada.pub')\" >../signers")
    s.git("config", "gpg.format", "ssh")
    s.git("config", "user.signingkey", s.path + "/../ada.pub")
    let push = ["push", "--no-verify", "--signed", "-o", "readiness.bypass=fire", "origin", "main"]
    // The server does not know the key yet.
    let unknown = s.shell("git " + push.joined(separator: " "))
    #expect(unknown.status != 0 && unknown.errors.contains("allowedSignersFile"), "\(unknown.all)")
    server.git("config", "gpg.ssh.allowedSignersFile", server.path + "/../signers")
    let passed = s.shell("git " + push.joined(separator: " "))
    #expect(passed.status == 0 && passed.errors.contains("for ada@example.com"), "\(passed.all)")
  }

  @Test("a certificate that names nobody says what is missing and what to do")
  func certificates() throws {
    let (s, server) = try emergency()
    func push(_ status: String, _ nonce: String, _ signer: String) -> Scratch.Result {
      s.git(
        "push", "--no-verify", "-o", "readiness.bypass=fire", "origin", "main",
        environment: [
          "GIT_PUSH_CERT_STATUS": status, "GIT_PUSH_CERT_NONCE_STATUS": nonce, "GIT_PUSH_CERT_SIGNER": signer,
        ])
    }
    let faults = [
      ("U", "OK", "ada@example.com", "GIT_PUSH_CERT_STATUS"), ("G", "BAD", "ada@example.com", "GIT_PUSH_CERT_NONCE"),
      ("G", "OK", "ada", "principal"), ("", "", "", "push --signed"),
    ]
    for (status, nonce, signer, told) in faults {
      let refused = push(status, nonce, signer)
      let words = refused.errors.replacing("remote:", with: "").split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
      #expect(refused.status != 0 && words.contains(told), "\(told): \(refused.all)")
    }
    #expect(push("G", "OK", "eve@example.com").errors.contains("eve@example.com does not hold"))
    #expect(push("G", "OK", "Ada <ada@example.com>").status == 0)
    #expect(server.readiness("bypass").output.contains("ada@example.com"))
  }
}

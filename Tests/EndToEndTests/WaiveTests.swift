import TestSupport
import Testing

extension Scratch {
  /// Commits a policy that lets maintainers grant exceptions for at most ten days; ada is one, bob is not.
  fileprivate func letGo(_ more: String = "", signers: String? = nil) {
    self["ssot/policies/authorization.json"] = """
      { "version": 1,
        "roles": { "maintainer": ["ada@example.com"], "approver": ["ada@example.com", "bob@example.com"] },
        "rules": [{ "to": "Done", "role": "approver", "approvals": 2 }],
        "bypass": [{ "role": "maintainer", "codes": ["unmet-dependency", "evidence-missing", "not-approved"],
                     "days": 10\(more) }] }
      """
    if let signers { self["ssot/policies/allowed_signers"] = signers }
    git("add", "-A")
    let committed = git("commit", "-qm", "rules")
    precondition(committed.status == 0, committed.all)
  }

  fileprivate func own(_ ids: String...) {
    for id in ids { readiness("set", id, "owner", "ada") }
    git("commit", "-qm", "owners")
  }

  /// Returns a result's text without its line breaks.
  fileprivate func folded(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Returns the date of a day relative to today.
  fileprivate func day(_ offset: Int) -> String { shell("date -u -d '\(offset) days' +%F").line }
}

/// An exception from a rule is recorded, reported, and ends with its day.
@Suite("Waives")
struct WaiveTests {
  @Test("who may lets a rule go with a reason and a day; status, weekly, gate, verify and log show it")
  func granted() throws {
    let s = try Scratch.withPlan()
    s.letGo()
    s.own("M-02")
    let refused = s.readiness("move", "M-02", "in-progress")
    #expect(refused.status == 1 && refused.errors.contains("unmet-dependency"), "\(refused.all)")
    let until = s.day(9)
    let moved = s.readiness(
      "move", "M-02", "in-progress", "--waive", "unmet-dependency", "--reason", "the outage", "--until", until)
    #expect(
      moved.status == 0 && s.folded(moved.errors).contains("Exception until \(until) by ada@example.com"),
      "\(moved.all)")
    let message = s.git("log", "-1", "--format=%B").output
    #expect(message.contains("Readiness-Waive: M-02 unmet-dependency until \(until)\nReadiness-Reason: the outage\n"))
    let line = "M-02, unmet-dependency until \(until) by ada@example.com: the outage"
    #expect(s.readiness("status").output.contains("Exception: \(line)"), "\(s.readiness("status").all)")
    #expect(s.readiness("gate").output.contains("unmet-dependency until \(until)"))
    #expect(s.readiness("weekly").output.contains("Exception: M-02"), "\(s.readiness("weekly").all)")
    let verified = s.readiness("verify")
    #expect(verified.status == 0 && verified.output.contains("Exception: M-02"), "\(verified.all)")
    #expect(s.readiness("verify", "--format", "markdown", "HEAD~1..HEAD").output.contains("the outage"))
    #expect(s.readiness("status", "--json").output.contains(#""code": "unmet-dependency""#))
    #expect(s.readiness("log", "M-02").status == 0)
  }

  @Test("a waive holds for the commits that follow until its day, and then the gate says no and verify warns")
  func follows() throws {
    let s = try Scratch.withPlan()
    s.letGo()
    s.own("M-02")
    let until = s.day(2)
    s.readiness("move", "M-02", "in-progress", "--waive", "unmet-dependency", "--reason", "r", "--until", until)
    // The guards apply again to the next step, which needs its own exception.
    s.prove("M-02")
    s.git("commit", "-qam", "M-02: proof")
    let late = "\(s.day(3))T12:00:00Z"
    let dated = ["GIT_COMMITTER_DATE": late, "GIT_AUTHOR_DATE": late]
    let next = s.readiness("move", "M-02", "in-review", "--dry-run")
    #expect(next.status == 1 && next.errors.contains("unmet-dependency"), "\(next.all)")
    let granted = s.readiness(
      "move", "M-02", "in-review", "--dry-run", "--waive", "unmet-dependency", "--reason", "r", "--until", until)
    #expect(granted.status == 0 && granted.errors.contains("Exception until"), "\(granted.all)")
    let gate = s.readiness("gate", "--now", late)
    #expect(s.folded(gate.output).contains("that day is past"), "\(gate.all)")
    #expect(s.readiness("status", "--now", late).output.contains("Lapsed: M-02"))
    s.git("commit", "-q", "--allow-empty", "-m", "later", environment: dated)
    let verified = s.readiness("verify")
    #expect(verified.status == 0 && verified.errors.isEmpty, "\(verified.all)")
    #expect(verified.output.contains("waive-lapsed"), "\(verified.all)")
    // A further move without the exception ends it.
    #expect(s.readiness("move", "M-02", "not-started", "-m", "wait").status == 0)
    #expect(!s.readiness("verify").output.contains("waive-lapsed"))
    #expect(s.readiness("move", "M-02", "in-progress").status == 1)
  }

  @Test("what verify keeps hides no waive: neither one behind it, nor one before it", arguments: [false, true])
  func kept(isBefore: Bool) throws {
    let s = try Scratch.withPlan()
    s.letGo()
    func letGo() {
      s.edit("M-01", "\"TBD\"", "\"ada\"")
      let lines = "Readiness-Waive: M-03 evidence-missing until \(s.day(5))\nReadiness-Reason: the outage"
      let committed = s.git("commit", "-qam", "Owner\n\n\(lines)")
      #expect(committed.status == 0, "\(committed.all)")
    }
    if isBefore { letGo() }
    s.shell(
      "for n in $(seq 200); do echo \"commit refs/heads/main\"; echo \"committer A <a@b> 1700000000 +0000\"; "
        + "echo \"data 5\"; echo \"work\"; [ $n -gt 1 ] || echo 'from refs/heads/main^0'; echo; done | git fast-import --quiet"
    )
    #expect(s.readiness("verify").status == 0)
    #expect(s[".git/readiness/verified"] != nil)
    if !isBefore {
      #expect(!s.readiness("status").output.contains("Exception:"))
      letGo()
    }
    func answers() -> [String] {
      [("status", "--json"), ("gate", "release"), ("verify", "HEAD")].map { s.readiness($0, $1).output }
    }
    let kept = answers()
    s[".git/readiness/verified"] = nil
    #expect(kept == answers())
    #expect(kept.allSatisfy { $0.contains("evidence-missing") && $0.contains("the outage") }, "\(kept)")
  }

  @Test("who may not, what may not, without a reason, for too long or for nothing is refused")
  func refused() throws {
    let s = try Scratch.withPlan()
    s.letGo(#", "milestones": ["M-02"]"#)
    s.own("M-02", "M-03")
    func move(_ id: String, _ code: String = "unmet-dependency", until: Int = 5) -> Scratch.Result {
      s.readiness("move", id, "in-progress", "--waive", code, "--reason", "r", "--until", s.day(until))
    }
    let tooLong = move("M-02", until: 11)
    #expect(tooLong.status == 1 && tooLong.errors.contains("waive-refused"), "\(tooLong.all)")
    #expect(tooLong.errors.contains("--until \(s.day(10))"), "\(tooLong.all)")
    #expect(move("M-02", until: -1).errors.contains("waive-refused"))
    #expect(move("M-03").errors.contains("No policy allows anybody"))
    #expect(move("M-02", "evidence-missing").errors.contains("is not broken"))
    #expect(move("M-02", "schema-violation").status == 2)
    #expect(s.readiness("move", "M-02", "in-progress", "--waive", "unmet-dependency").status == 2)
    s.git("config", "user.email", "bob@example.com")
    let other = move("M-02")
    #expect(other.status == 1 && other.errors.contains("ada@example.com"), "\(other.all)")
    #expect(s.git("log", "--format=%B").output.contains("Readiness-Waive") == false)
  }

  @Test("by hand, in a message of one's own, through the hooks and a rebase; the server asks the same")
  func byHand() throws {
    let s = try Scratch.withPlan()
    let server = try Scratch(bare: true)
    server.readiness("install", "--server", ".")
    s.git("push", "-q", server.path, "HEAD:main")
    s.letGo()
    s.own("M-02")
    s.edit("M-02", "\"Not Started\"", "\"In Progress\"")
    let plain = s.git("commit", "-qam", "M-02: start early")
    #expect(plain.status != 0 && plain.errors.contains("unmet-dependency"))
    let until = s.day(4)
    let waived = s.git("commit", "-qam", "M-02: start early\n\nReadiness-Waive: M-02 unmet-dependency until \(until)")
    #expect(waived.status == 0, "\(waived.all)")
    #expect(s.git("log", "-1", "--format=%B").output.contains("Readiness-Reason: M-02: start early"))
    #expect(s.git("push", "-q", server.path, "HEAD:main").status == 0)
    // A stamp with an exception that the policy does not grant.
    s.git("checkout", "-q", "-b", "side", "HEAD~1")
    s.git("config", "user.email", "bob@example.com")
    s.edit("M-02", "\"Not Started\"", "\"In Progress\"")
    let forged = s.git("commit", "-qam", "early\n\nReadiness-Waive: M-02 unmet-dependency until \(until)")
    #expect(forged.status != 0 && forged.errors.contains("waive-refused"), "\(forged.all)")
  }

  @Test("a quorum that is let go is made good by the approval that was missing")
  func quorum() throws {
    let s = try Scratch.withPlan()
    s.letGo()
    s.start("M-01")
    s.prove("M-01")
    s.git("commit", "-qam", "M-01: start")
    s.readiness("move", "M-01", "in-review")
    let until = s.day(3)
    let done = s.readiness("move", "M-01", "done", "--waive", "not-approved", "--reason", "alone", "--until", until)
    #expect(done.status == 0, "\(done.all)")
    #expect(s.readiness("gate").output.contains("M-01, not-approved until"))
    s.git("config", "user.email", "bob@example.com")
    #expect(s.readiness("approve", "M-01").status == 0)
    #expect(!s.readiness("gate").output.contains("M-01, not-approved until"), "\(s.readiness("gate").all)")
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a waiver by command is its approver's own commit, is shown everywhere, and lapses by its day")
  func waiver() throws {
    let scratch = try Scratch.withSource()
    scratch.start("M-01")
    scratch.git("commit", "-qam", "start")
    let name = "doc-slo-and-release-gates-md-approved"
    #expect(scratch.readiness("criteria", "M-01", name, "--waive", "2999-02-30", "--reason", "later").status == 2)
    #expect(scratch.readiness("criteria", "M-01", name, "--waive", "2999-12-31").status == 2)
    #expect(scratch.readiness("criteria", "M-01", name, "--waive", "2999-12-31", "--reason", "later").status == 0)
    #expect(scratch.git("commit", "-qm", "M-01: waived").status == 0)
    #expect(scratch.readiness("move", "M-01", "in-review").status == 0)
    let words = "waived until 2999-12-31 by ada@example.com, for ada: later"
    scratch.environment = ["COLUMNS": "200"]
    for command in [["status"], ["show", "M-01"], ["criteria", "M-01"], ["gate"], ["weekly"]] {
      let output = scratch.shell("\"$READINESS\" " + command.joined(separator: " ")).output
      #expect(
        output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words), "\(command): \(output)")
    }
    #expect(scratch.readiness("verify", "--format", "markdown").output.contains("waived until 2999-12-31"))
    #expect(scratch.readiness("status", "--json").output.contains("\"waived\": [\n        \"\(name)\""))
    #expect(scratch.readiness("status", "--now", "3000-01-01").output.contains("(waived until 2999-12-31)"))
    #expect(scratch.readiness("gate", "--now", "3000-01-01").output.contains("M-01 is suspect"))
    #expect(scratch.readiness("criteria", "M-01", name, "--clear").status == 1)
    #expect(scratch.readiness("weekly", "--gate", "releas").errors.contains("Is release meant?"))
  }
}

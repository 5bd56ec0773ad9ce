import Foundation
import TestSupport
import Testing

/// The state of the server before a push determines how the push is judged (contract 2.2, anchors).
@Suite("Anchors")
struct AnchorTests {
  static let roles =
    #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"] }, "rules": [{ "fields": ["*"], "role": "maintainer" }, { "to": "In Progress", "role": "maintainer" }] }"#
  static let eve = [
    "GIT_AUTHOR_NAME": "Eve", "GIT_AUTHOR_EMAIL": "eve@example.com", "GIT_COMMITTER_NAME": "Eve",
    "GIT_COMMITTER_EMAIL": "eve@example.com",
  ]

  /// Returns a clone, and the bare repository with the gate that it pushes to. Only Ada may change the policy.
  static func pair(_ files: [String: String] = ["ssot/policies/authorization.json": roles]) throws -> (
    clone: Scratch, server: Scratch
  ) {
    let clone = try Scratch.withPlan()
    for (path, text) in files { clone[path] = text }
    clone.git("add", "-A")
    clone.git("commit", "-qm", "policy", "--allow-empty")
    let server = try Scratch(cloneOf: clone, bare: true)
    let installed = clone.readiness("install", "--server", server.path)
    #expect(installed.status == 0, "\(installed.all)")
    clone.git("remote", "add", "origin", server.path)
    clone.kept.append(server)
    return (clone, server)
  }

  static func push(_ s: Scratch, _ refs: String...) -> Scratch.Result {
    s.shell("git push -q --no-verify origin " + refs.joined(separator: " "))
  }

  /// Creates a stamped root commit, of the same plan or another one, on the branch `root`.
  static func root(
    in s: Scratch, samePlan: Bool, _ environment: [String: String] = eve, edit: (Scratch) -> Void = { _ in }
  )
    throws
  {
    let other = try Scratch()
    if samePlan {
      other.shell("cp -r '\(s.path)/.readiness' '\(s.path)/ssot' '\(s.path)/hooks' .")
    } else {
      other.readiness("init")
    }
    edit(other)
    other.readiness("install")
    other.git("add", "-A")
    let commit = other.git("commit", "-qm", "root", environment: environment)
    #expect(commit.status == 0, "\(commit.all)")
    s.git("fetch", "-q", other.path, "main:root")
  }

  /// Creates an unstamped manual Done on top of a commit, and checks it out.
  static func illegal(_ s: Scratch, on base: String = "main") -> String {
    s.git("checkout", "-q", "--detach", base)
    s.edit("M-01", "\"TBD\"", "\"eve\"")
    s.edit("M-01", "\"Not Started\"", "\"Done\"")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "by hand", environment: eve)
    return s.git("rev-parse", "HEAD").line
  }

  @Test(
    "judgedFrom counts from no other ref of the push: neither from a branch, a tag nor a note",
    arguments: ["refs/heads/aaa", "refs/tags/aaa", "refs/notes/aaa"])
  func judgedFromElsewhere(_ ref: String) throws {
    let (s, server) = try Self.pair()
    let before = server.git("rev-parse", "main").line
    let evil = Self.illegal(s)
    s.git("commit", "-q", "--allow-empty", "-m", "after", environment: ["READINESS_SKIP": "1"])
    let end = s.git("rev-parse", "HEAD").line
    s.git("checkout", "-q", "main")
    try Self.root(in: s, samePlan: false) {
      $0["ssot/policies/provenance.json"] = #"{ "version": 1, "unstamped": "refuse", "judgedFrom": "\#(end)" }"#
    }
    #expect(Self.push(s, "root:\(ref)", "\(evil):refs/heads/main").status != 0)
    _ = Self.push(s, "root:\(ref)")
    #expect(Self.push(s, "root:\(ref)", "\(end):refs/heads/main").errors.contains("illegal-transition"))
    #expect(server.git("rev-parse", "main").line == before)
  }

  @Test("judgedFrom names what came before: what is to come is refused")
  func judgedFromLater() throws {
    let (s, _) = try Self.pair([:])
    s.git("commit", "-q", "--allow-empty", "-m", "later")
    let later = s.git("rev-parse", "HEAD").line
    s.git("reset", "-q", "--hard", "HEAD~1")
    func set(_ id: String) -> Scratch.Result {
      s["ssot/policies/provenance.json"] = #"{ "version": 1, "unstamped": "refuse", "judgedFrom": "\#(id)" }"#
      s.git("add", "-A")
      s.git("commit", "-qm", "judgedFrom")
      return Self.push(s, "main")
    }
    #expect(set(later).errors.contains("policy-change-refused"))
    #expect(s.readiness("verify").status == 1)
    s.git("reset", "-q", "--hard", "HEAD~1")
    let base = s.git("rev-parse", "HEAD~1").line
    #expect(set(base).status == 0)
    let verified = s.readiness("verify", "--json")
    #expect(verified.status == 0 && verified.output.contains(base), "\(verified.all)")
    // A run that is trusted without a check is used up as well.
    let message = s.git("log", "--reverse", "--format=%B", "--grep=Readiness-Run", base).output
    let first = message.components(separatedBy: "\n\n").first { $0.hasPrefix("Readiness-Run") } ?? ""
    #expect(!first.isEmpty)
    let again = s.git("commit-tree", "-p", "HEAD", "-m", "x\n\n\(first)", "HEAD^{tree}").line
    let replayed = s.readiness("verify", again, "--no-cache")
    #expect(replayed.status == 1 && replayed.output.contains("replayed-run"), "\(replayed.all)")
  }

  @Test("HEAD's branch is protected without refs.json: not forced, deleted, re-created or given an alias")
  func headIsProtected() throws {
    let (s, server) = try Self.pair()
    let tip = server.git("rev-parse", "main").line
    server.git("symbolic-ref", "refs/heads/stable", "refs/heads/main")
    try Self.root(in: s, samePlan: true)
    for push in [
      "--force origin main~1:main", "origin :main", "--force origin root:main", "--force origin main~1:stable",
      "origin :main main~1:refs/heads/other", "--force-with-lease=main:\(tip) origin root:main",
      "--atomic --force origin root:main main:refs/heads/x", "origin main:refs/heads/HEAD",
    ] {
      let result = s.shell("git push -q --no-verify \(push)")
      #expect(result.status != 0 && result.errors.contains("ref-protected"), "\(push): \(result.all)")
      #expect(server.git("rev-parse", "main").line == tip, "\(push)")
    }
    let evil = Self.illegal(s)
    #expect(Self.push(s, "\(evil):refs/heads/stable").errors.contains("illegal-transition"))
    // The owner of an unprotected ref may move it freely.
    #expect(Self.push(s, "main:refs/heads/free").status == 0)
    #expect(Self.push(s, "--force", "main~1:refs/heads/free").status == 0)
    #expect(Self.push(s, ":refs/heads/free").status == 0)
  }

  @Test("where HEAD names no plan, every branch that holds one is protected and says what the plan is")
  func unbornHead() throws {
    for head in ["git symbolic-ref HEAD refs/heads/master", "git update-ref --no-deref HEAD main"] {
      let (s, server) = try Self.pair()
      #expect(Self.push(s, "main:refs/heads/second").status == 0)
      server.shell(head)
      try Self.root(in: s, samePlan: true) { $0["ssot/policies/refs.json"] = #"{ "version": 1, "protected": [] }"# }
      let own = Self.push(s, "root:refs/heads/aaa")
      #expect(own.errors.contains("policy-change-refused"), "\(own.all)")
      s.git("branch", "-qD", "root")
      try Self.root(in: s, samePlan: false)
      for branch in ["aaa", "master"] {
        let foreign = Self.push(s, "root:refs/heads/\(branch)")
        #expect(foreign.errors.contains("unrelated-plans"), "\(branch): \(foreign.all)")
      }
      for push in [":main", ":second", "--force main~1:main"] {
        #expect(Self.push(s, push).errors.contains("ref-protected"), "\(push)")
      }
      let evil = Self.illegal(s)
      for branch in ["main", "master", "new"] {
        #expect(Self.push(s, "\(evil):refs/heads/\(branch)").errors.contains("illegal-transition"), "\(branch)")
      }
      #expect(server.readiness("doctor").output.contains("refs/heads/second"))
      #expect(Self.push(s, "main:refs/heads/master").status == 0)
    }
  }

  @Test("an own root of the same plan comes in by no parent and on no branch; Ada's may begin it again")
  func ownRoot() throws {
    let (s, server) = try Self.pair()
    let tip = s.git("rev-parse", "main").line
    try Self.root(in: s, samePlan: true) {
      $0["ssot/policies/authorization.json"] = #"{ "version": 1, "roles": {}, "rules": [] }"#
    }
    let tree = s.git("rev-parse", "root^{tree}").line
    let old = s.git("rev-parse", "main~1").line
    for parents in ["-p root -p main", "-p main -p root", "-p main -p \(old) -p root"] {
      for tree in [tree, s.git("rev-parse", "main^{tree}").line] {
        let merge = s.shell("git commit-tree \(parents) -m merge \(tree)").line
        let result = Self.push(s, "\(merge):refs/heads/main")
        #expect(result.errors.contains("unrelated-plans"), "\(parents): \(result.all)")
        s.git("checkout", "-q", "--detach", merge)
        #expect(s.readiness("verify").output.contains("unrelated-plans"), "\(parents)")
        s.git("checkout", "-q", "main")
      }
    }
    #expect(Self.push(s, "root:refs/heads/side").errors.contains("policy-change-refused"))
    s.git("branch", "-qD", "root")
    try Self.root(in: s, samePlan: true, [:]) { $0["code.txt"] = "1\n" }
    #expect(Self.push(s, "root:refs/heads/side").status == 0)
    #expect(server.git("rev-parse", "main").line == tip)
  }

  @Test("two equal baselines by one author are one: a squashed or picked adoption merges")
  func equalBaselines() throws {
    let s = try Scratch.withPlan()
    let first = s.git("rev-parse", "main").line
    s.start("M-01")
    s.git("commit", "-qam", "start")
    s["code.txt"] = "1\n"
    s.git("checkout", "-q", "--orphan", "again", first)
    s.git("add", "code.txt")
    s.git("commit", "-qC", first)
    #expect(s.readiness("verify").status == 0)
    let second = s.git("rev-parse", "HEAD").line
    s.git("read-tree", "-m", "main")
    s.shell("git update-index --add --cacheinfo 100644,$(git hash-object -w code.txt),code.txt")
    let merge = s.shell("git commit-tree -p \(second) -p main -m merge $(git write-tree)").line
    s.git("reset", "-q", "--hard", merge)
    let verified = s.readiness("verify")
    #expect(verified.status == 0, "\(verified.all)")
    #expect(s.readiness("replay").output.contains("agrees"))
    // A copy that arrives with another base contests no status either.
    s.git("checkout", "-q", "-b", "side", first)
    s.edit("M-02", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "assign another")
    let copied = s.shell("git commit-tree -p side -p \(second) -m copy side^{tree}").line
    let tree = s.shell("git merge-tree --write-tree main side").line
    let clean = s.shell("git commit-tree -p main -p \(copied) -m clean \(tree)").line
    for commit in [copied, clean] {
      let verified = s.readiness("verify", commit)
      #expect(verified.status == 0, "\(verified.all)")
    }
    // The copy is an ancestor of both lines at any position, so the rest has one layout.
    let started = s.git("rev-parse", "main").line
    let beside = s.shell(
      "git log -1 --format=%B \(started) | GIT_COMMITTER_DATE=2026-11-23T00:00:00Z git commit-tree -p \(first) \(started)^{tree}"
    ).line
    s.git("read-tree", started)
    s.shell(
      "git update-index --cacheinfo 100644,$(git show main:.readiness/M-01.json | sed 's/^  /    /' | git hash-object -w --stdin),.readiness/M-01.json"
    )
    let laidOut = s.git("write-tree").line
    let lines = [started, beside, second]
    for turn in lines.indices {
      let parents = (lines[turn...] + lines[..<turn]).map { "-p \($0)" }.joined(separator: " ")
      let merge = s.shell("git commit-tree \(parents) -m merge \(laidOut)").line
      let refused = s.readiness("verify", merge, "--no-cache")
      #expect(refused.output.contains("merge-unresolved"), "\(parents): \(refused.all)")
    }
  }

  @Test("another project's plan comes in by merges that leave it out, is told, and its commits are not judged")
  func joins() throws {
    let (s, server) = try Self.pair()
    let vendored = try Scratch.withPlan()
    vendored.start("M-01", as: "Done")
    vendored.git("commit", "-qam", "by hand", environment: ["READINESS_SKIP": "1"])
    s.git("fetch", "-q", vendored.path, "main:vendored")
    // A free branch of another plan is not judged, and counts as nothing.
    #expect(Self.push(s, "vendored:refs/heads/vendored").status == 0)
    func merge(_ tree: String, _ first: String, _ second: String) -> String {
      s.shell("git commit-tree -p \(first) -p \(second) -m merge \(tree)^{tree}").line
    }
    #expect(Self.push(s, "\(merge("vendored", "main", "vendored")):refs/heads/main").status != 0)
    #expect(Self.push(s, "\(merge("vendored", "vendored", "main")):refs/heads/main").errors.contains("unrelated-plans"))
    for order in [("main", "vendored"), ("vendored", "main")] {
      let join = merge("main", order.0, order.1)
      let result = Self.push(s, "\(join):refs/heads/main")
      #expect(result.status == 0, "\(order): \(result.all)")
      let verified = server.readiness("verify", "--json")
      #expect(verified.status == 0 && verified.output.contains("joined-plans"), "\(verified.all)")
      #expect(server.readiness("replay").output.contains("agrees"))
      #expect(!server.readiness("log").output.contains("by hand"))
      s.git("reset", "-q", "--hard", "HEAD")
      s.git("update-ref", "refs/heads/main", join)
      s.git("reset", "-q", "--hard")
      vendored.start(order.0 == "main" ? "M-02" : "M-03")
      vendored.git("commit", "-qam", "more", environment: ["READINESS_SKIP": "1"])
      s.git("fetch", "-q", vendored.path, "main:vendored")
    }
  }

  @Test("a protected branch does not lose its plan by a merge with a line that never had one")
  func losesNoPlan() throws {
    let (s, server) = try Self.pair()
    let empty = s.shell("git mktree </dev/null").line
    let orphan = s.shell("git commit-tree -m orphan \(empty)").line
    let drop = s.shell("git commit-tree -p main -p \(orphan) -m drop \(empty)").line
    let result = Self.push(s, "\(drop):refs/heads/main")
    #expect(result.errors.contains("plan-id-changed"), "\(result.all)")
    #expect(Self.push(s, "\(drop):refs/heads/bare").status == 0)
    // A plan of an ancestor does not begin again after it.
    let again = s.shell("git commit-tree -p \(drop) -m again main^{tree}").line
    #expect(Self.push(s, "\(again):refs/heads/bare").errors.contains("unrelated-plans"))
    #expect(server.git("cat-file", "-t", "main:.readiness").line == "tree")
  }

  @Test("what lies on a free branch counts as judged for nobody")
  func freeBranches() throws {
    let (s, _) = try Self.pair([
      "ssot/policies/refs.json": #"{ "version": 1, "protected": ["refs/heads/release/*"] }"#
    ])
    let evil = Self.illegal(s)
    #expect(Self.push(s, "\(evil):refs/heads/draft").status == 0)
    for ref in ["main", "release/1"] {
      let alone = Self.push(s, "\(evil):refs/heads/\(ref)")
      #expect(alone.errors.contains("illegal-transition"), "\(ref): \(alone.all)")
      let beside = Self.push(s, "\(evil):refs/heads/zzz", "\(evil):refs/heads/\(ref)")
      #expect(beside.errors.contains("illegal-transition"), "\(ref): \(beside.all)")
    }
  }

  @Test("what comes to another protected branch first answers to the authorization of HEAD's branch too")
  func alsoAsked() throws {
    let (s, server) = try Self.pair([
      "ssot/policies/refs.json": #"{ "version": 1, "protected": ["refs/heads/release"] }"#
    ])
    #expect(Self.push(s, "main:refs/heads/release").status == 0)
    s["ssot/policies/authorization.json"] = Self.roles
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "roles").status == 0)
    #expect(Self.push(s, "main").status == 0)
    s.git("checkout", "-q", "-b", "release", "main~1")
    s.start("M-01")
    #expect(s.git("commit", "-qam", "start", environment: Self.eve).status == 0)
    let result = Self.push(s, "release")
    #expect(result.errors.contains("not-authorized"), "\(result.all)")
    s.git("commit", "-q", "--amend", "--no-edit", "--reset-author")
    #expect(Self.push(s, "release").status == 0)
    #expect(server.readiness("verify", "release").status == 0)
  }

  @Test("a run that is used again is refused by the gate, with and without its index")
  func replay() throws {
    let (s, server) = try Self.pair([:])
    for id in ["M-01"] { s.start(id) }
    s.git("commit", "-qam", "start")
    let started = s.git("rev-parse", "HEAD").line
    s.edit("M-01", "\"In Progress\"", "\"Not Started\"")
    #expect(s.git("commit", "-qm", "stop: not yet", "-a").status == 0)
    #expect(Self.push(s, "main").status == 0)
    let again = s.shell("git log -1 --format=%B \(started) | git commit-tree -p main -F - \(started)^{tree}").line
    for _ in 0..<2 {
      let result = Self.push(s, "\(again):refs/heads/main")
      #expect(result.errors.contains("replayed-run"), "\(result.all)")
      #expect(server.shell("test -s readiness/runs && echo 1234567 >>readiness/runs").status == 0)
    }
    #expect(s.readiness("verify", "main~1..\(again)").output.contains("replayed-run"))
    // On another line it is the same run, and counts once.
    let beside = s.shell("git log -1 --format=%B \(started) | git commit-tree -p \(started)~1 -F - \(started)^{tree}")
      .line
    #expect(Self.push(s, "\(beside):refs/heads/side").status == 0)
  }

  @Test("many runs that are used again are each found, and none of those that only another line has")
  func replaysWithoutEnd() throws {
    let (s, _) = try Self.pair([:])
    let count = 12
    for number in 0..<count {
      s.edit("M-01", number == 0 ? "\"TBD\"" : "\"o\(number - 1)\"", "\"o\(number)\"")
      s.git("commit", "-qam", "\(number)")
    }
    #expect(Self.push(s, "main").status == 0)
    let text = s.shell("git log -\(count) --reverse --format=%B main").output
    #expect(text.components(separatedBy: "Readiness-Run: ").count == count + 1, "\(text)")
    s["message"] = text
    let again = s.shell("git commit-tree -p main -F message main^{tree}").line
    let refused = Self.push(s, "\(again):refs/heads/main")
    #expect(refused.errors.components(separatedBy: "error replayed-run").count == count + 1, "\(refused.all)")
    // The same runs also start from the commit before them, and no ancestor has one.
    let squash = s.shell("git commit-tree -p main~\(count) -F message main^{tree}").line
    let beside = Self.push(s, "\(squash):refs/heads/side")
    #expect(beside.status == 0, "\(beside.all)")
  }

  @Test("refs of records take neither plan nor policy, and only go forward")
  func records() throws {
    let (s, _) = try Self.pair([
      "ssot/policies/promotion.json": #"{ "version": 1, "stages": [{ "name": "canary" }] }"#
    ])
    let empty = s.shell("git mktree </dev/null").line
    let first = s.shell("git commit-tree -m 1 \(empty)").line
    let second = s.shell("git commit-tree -p \(first) -m 2 \(empty)").line
    let hidden = s.shell("git commit-tree -p $(git commit-tree -p \(first) -m x main^{tree}) -m y \(empty)").line
    for ref in ["refs/readiness/attestations", "refs/heads/env/canary"] {
      #expect(Self.push(s, "main:\(ref)").errors.contains("ref-protected"))
      #expect(Self.push(s, "\(first):\(ref)").status == 0)
      #expect(Self.push(s, "\(second):\(ref)").status == 0)
      for push in ["--force \(first):\(ref)", ":\(ref)", "--force \(hidden):\(ref)"] {
        #expect(Self.push(s, push).errors.contains("ref-protected"), "\(push)")
      }
    }
    #expect(Self.push(s, "\(hidden):refs/readiness/attestations").status != 0)
  }

  @Test("one ref at a time, through update, is judged alike")
  func update() throws {
    let (s, server) = try Self.pair()
    server.shell("mv hooks/pre-receive hooks/aside")
    server["hooks/update"] = "#!/bin/sh\nexec \"$READINESS\" hook update \"$@\"\n"
    server.shell("chmod +x hooks/update")
    server.git("config", "receive.denyDeleteCurrent", "ignore")
    try Self.root(in: s, samePlan: true)
    let evil = Self.illegal(s)
    #expect(Self.push(s, "\(evil):refs/heads/main").errors.contains("illegal-transition"))
    #expect(Self.push(s, "--force", "root:refs/heads/main").errors.contains("ref-protected"))
    #expect(Self.push(s, ":main").errors.contains("ref-protected"))
    #expect(Self.push(s, "root:refs/heads/a", "main:refs/heads/b").status != 0)
    #expect(server.git("rev-parse", "--verify", "-q", "refs/heads/a").status != 0)
    #expect(server.git("rev-parse", "--verify", "-q", "refs/heads/b").status == 0)
  }
}

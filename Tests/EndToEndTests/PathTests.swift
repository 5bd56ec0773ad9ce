import TestSupport
import Testing

/// Guarded files: always on the server and in `verify`, in local hooks if requested.
@Suite("Guarded paths")
struct PathTests {
  /// Creates a plan whose `infra` belongs to ada, and whose contract M-01 freezes once it is done.
  private func guarded() throws -> Scratch {
    let s = try Scratch.withPlan()
    s["ssot/policies/authorization.json"] = #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"] } }"#
    s["ssot/policies/paths.json"] = """
      { "version": 1, "guarded": [
        { "paths": ["infra/**", "!infra/README.md"], "role": "maintainer" },
        { "paths": ["api.yaml"], "frozenBy": ["M-01"] } ] }
      """
    s["infra/main.tf"] = "1\n"
    s["infra/README.md"] = "1\n"
    s["api.yaml"] = "1\n"
    s["src/a.c"] = "1\n"
    s.git("add", "-A")
    let committed = s.git("commit", "-qm", "guard")
    precondition(committed.status == 0, committed.all)
    return s
  }

  private func commit(_ s: Scratch, _ file: String, by name: String = "ada", _ text: String = "2\n") -> Scratch.Result {
    s[file] = text
    s.git("add", "-A")
    let author = ["GIT_AUTHOR_EMAIL": "\(name)@example.com", "GIT_AUTHOR_NAME": name]
    return s.git("commit", "-qm", "change \(file)", environment: author)
  }

  @Test("an ordinary commit is not asked here; server and verify refuse it, and name file and holders")
  func role() throws {
    let s = try guarded()
    let server = try Scratch(bare: true)
    server.readiness("install", "--server", ".")
    #expect(s.git("push", "-q", server.path, "HEAD:main").status == 0)
    #expect(commit(s, "infra/main.tf").status == 0)
    #expect(commit(s, "infra/README.md", by: "bob").status == 0)
    #expect(commit(s, "src/a.c", by: "bob").status == 0)
    #expect(s.readiness("verify").status == 0)
    #expect(s.git("push", "-q", server.path, "HEAD:main").status == 0)
    #expect(commit(s, "infra/deep/er.tf", by: "bob").status == 0)
    let refused = s.readiness("verify")
    #expect(refused.status == 1 && refused.output.contains("path-guarded"), "\(refused.all)")
    #expect(refused.output.contains("infra/deep/er.tf:1") && refused.output.contains("ada@example.com"))
    #expect(s.readiness("verify", "--no-cache").status == 1)
    let pushed = s.git("push", "-q", server.path, "HEAD:main", environment: ["READINESS_SKIP": "1"])
    #expect(pushed.status != 0 && pushed.errors.contains("path-guarded"), "\(pushed.all)")
    // The same with the plan in one commit, which hooks judge.
    s.git("reset", "-q", "--hard", "HEAD~1")
    s.start("M-01")
    let both = commit(s, "infra/main.tf", by: "bob", "3\n")
    #expect(both.status != 0 && both.errors.contains("path-guarded"), "\(both.all)")
  }

  @Test("a name that differs from a guarded one by ASCII case is guarded; what a pattern takes out is exact")
  func cases() throws {
    let s = try guarded()
    for (file, isGuarded) in [
      ("Infra/main.tf", true), ("INFRA/x", true), ("infra/readme.md", true), ("API.yaml", false),
      ("infra\u{212A}/x", false), ("src/Infra", false),
    ] {
      #expect(commit(s, file, by: "bob").status == 0)
      let said = s.readiness("verify", "HEAD~1..HEAD")
      #expect((said.status == 1) == isGuarded, "\(file): \(said.all)")
    }
  }

  @Test("deleting, renaming and turning a guarded file into a link are changes of it")
  func kinds() throws {
    let s = try guarded()
    let bob = ["GIT_AUTHOR_EMAIL": "bob@example.com"]
    for line in [
      "git rm -q infra/main.tf", "git mv infra/main.tf moved.tf", "git mv infra other",
      "rm infra/main.tf; ln -s ../src infra/main.tf", "chmod +x infra/main.tf", "rm -r infra; ln -s src infra",
    ] {
      s.shell("\(line); git add -A; git commit -qm x", environment: bob)
      let verified = s.readiness("verify", "HEAD~1..HEAD")
      #expect(verified.output.contains("path-guarded"), "\(line): \(verified.all)")
      s.git("reset", "-q", "--hard", "HEAD~1")
    }
  }

  @Test("what a done milestone freezes changes only in a commit that reopens it, or after")
  func frozen() throws {
    let s = try guarded()
    #expect(commit(s, "api.yaml", by: "bob").status == 0)
    #expect(s.readiness("verify").status == 0)
    s.start("M-01")
    s.prove("M-01")
    s.git("commit", "-qam", "M-01: start")
    s.git("branch", "side")
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    #expect(commit(s, "api.yaml", "3\n").status == 0)
    let frozen = s.readiness("verify")
    #expect(frozen.output.contains("M-01 is done, and freezes api.yaml"), "\(frozen.all)")
    s.git("reset", "-q", "--hard", "HEAD~1")
    // A side branch changed it while that was legal; the merge brings it into a done milestone.
    s.git("checkout", "-q", "side")
    #expect(commit(s, "api.yaml", "4\n").status == 0)
    s.git("checkout", "-q", "main")
    let merged = s.git("merge", "-q", "--no-edit", "side")
    #expect(merged.errors.contains("M-01 is done, and freezes api.yaml"), "\(merged.all)")
    let skip = ["READINESS_SKIP": "1"]
    #expect(s.git("commit", "-q", "--no-edit", environment: skip).status == 0)
    #expect(s.readiness("verify").output.contains("M-01 is done, and freezes api.yaml"))
    s.git("reset", "-q", "--hard", "HEAD~1")
    // Reopened in the same commit.
    s.edit("M-01", "\"Done\"", "\"In Progress\"")
    #expect(commit(s, "api.yaml", "5\n").status == 0)
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    // Done again on a branch, and merged with other work: the change arrived legally.
    s.git("checkout", "-q", "-b", "redo")
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    s.git("checkout", "-q", "main")
    #expect(commit(s, "src/a.c", "5\n").status == 0)
    s.git("merge", "-q", "--no-edit", "redo")
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
  }

  @Test("a merge may bring what others did in order, adds nothing of its own, and gains nothing by branching off early")
  func merges() throws {
    let s = try Scratch.withPlan()
    s["infra/main.tf"] = "0\n"
    s["other"] = "0\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "files")
    s.git("branch", "early")
    s["ssot/policies/authorization.json"] = #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"] } }"#
    s["ssot/policies/paths.json"] = #"{ "version": 1, "guarded": [{ "paths": ["infra"], "role": "maintainer" }] }"#
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "guard").status == 0)
    let bob = ["GIT_AUTHOR_EMAIL": "bob@example.com", "GIT_AUTHOR_NAME": "bob"]
    // Ada's change arrives by bob's merge.
    s.git("checkout", "-q", "-b", "work")
    #expect(commit(s, "infra/main.tf").status == 0)
    s.git("checkout", "-q", "main")
    #expect(commit(s, "other", by: "bob").status == 0)
    s.git("merge", "-q", "--no-edit", "work", environment: bob)
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    // An evil merge.
    s.git("checkout", "-q", "-b", "more", "HEAD~1")
    #expect(commit(s, "other2").status == 0)
    s.git("checkout", "-q", "main")
    s.git("merge", "-q", "--no-commit", "--no-ff", "more", environment: bob)
    s["infra/main.tf"] = "evil\n"
    s.git("add", "-A")
    let evil = s.git("commit", "-qm", "merge", environment: bob.merging(["READINESS_SKIP": "1"]) { $1 })
    #expect(s.readiness("verify").output.contains("path-guarded"), "\(evil.all)")
    s.git("reset", "-q", "--hard", "HEAD~1")
    // Branched off before the files were guarded.
    s.git("checkout", "-q", "early")
    #expect(commit(s, "infra/new.tf", by: "bob").status == 0)
    #expect(s.readiness("verify").status == 0)
    s.git("checkout", "-q", "main")
    s.git("merge", "-q", "--no-edit", "early", environment: bob.merging(["READINESS_SKIP": "1"]) { $1 })
    #expect(s.readiness("verify").output.contains("path-guarded"), "\(s.readiness("verify").all)")
    s.git("reset", "-q", "--hard", "HEAD~1")
    s.git("merge", "-q", "--no-edit", "early")
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
  }

  @Test("a merge brings no change of a file that this side came to freeze only meanwhile, whichever parent comes first")
  func frozenMeanwhile() throws {
    let s = try Scratch.withPlan()
    s["api.yaml"] = "0\n"
    s["other"] = "0\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "files")
    s.start("M-01")
    s.prove("M-01")
    s.git("commit", "-qam", "M-01: start")
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    #expect(s.readiness("move", "M-01", "done").status == 0)
    let paths = #"{ "version": 1, "guarded": [{ "paths": ["api.yaml"], "frozenBy": ["M-01"] }] }"#
    func branch(_ name: String, from start: String, _ change: () -> Void) -> String {
      s.git("checkout", "-q", "-b", name, start)
      change()
      s.git("add", "-A")
      #expect(s.git("commit", "-qm", name).status == 0)
      return s.git("rev-parse", "HEAD").line
    }
    let done = s.git("rev-parse", "HEAD").line
    let frozen = branch("freeze", from: done) { s["ssot/policies/paths.json"] = paths }
    let early = branch("early", from: done) { s["api.yaml"] = "1\n" }
    let copied = branch("copied", from: early) { s["ssot/policies/paths.json"] = paths }
    let harmless = branch("harmless", from: done) { s["other"] = "1\n" }
    func verify(_ parents: [String]) -> Scratch.Result {
      s.git("checkout", "-q", parents[0])
      let merged = s.git("merge", "-q", "--no-edit", parents[1], environment: ["READINESS_SKIP": "1"])
      #expect(merged.status == 0, "\(merged.all)")
      return s.readiness("verify", "--no-cache")
    }
    for other in [early, copied] {
      for parents in [[frozen, other], [other, frozen]] {
        let refused = verify(parents)
        #expect(refused.status == 1 && refused.output.contains("path-guarded"), "\(parents): \(refused.all)")
      }
    }
    for parents in [[frozen, harmless], [harmless, frozen]] {
      let accepted = verify(parents)
      #expect(accepted.status == 0, "\(parents): \(accepted.all)")
    }
  }

  @Test("a merge that takes a guarded file back to what it was needs the role, whichever parent comes first")
  func takenBack() throws {
    let s = try guarded()
    let old = s.git("rev-parse", "HEAD").line
    #expect(commit(s, "infra/main.tf").status == 0)
    let new = s.git("rev-parse", "HEAD").line
    s.git("checkout", "-qb", "side", old)
    #expect(commit(s, "src/a.c", by: "bob").status == 0)
    let side = s.git("rev-parse", "HEAD").line
    func merge(_ parents: [String], _ tree: String, by name: String) -> Scratch.Result {
      let author = ["GIT_AUTHOR_EMAIL": "\(name)@example.com", "GIT_AUTHOR_NAME": name]
      let list = parents.map { "-p \($0)" }.joined(separator: " ")
      let made = s.shell("git commit-tree \(list) -m merge '\(tree)^{tree}'", environment: author).line
      return s.readiness("verify", made, "--no-cache")
    }
    for parents in [[new, old], [old, new], [new, side], [side, new]] {
      let refused = merge(parents, parents.contains(side) ? side : old, by: "bob")
      #expect(refused.status == 1 && refused.output.contains("path-guarded"), "\(parents): \(refused.all)")
      #expect(merge(parents, parents.contains(side) ? side : old, by: "ada").status == 0)
    }
    // The other side's legal changes are merged.
    s.git("merge", "-q", "--no-edit", new)
    #expect(merge([side, new], "HEAD", by: "bob").status == 0)
    #expect(merge([new, side], "HEAD", by: "bob").status == 0)
  }

  @Test("install --guard-paths has local hooks ask too, of commits beside the plan as well")
  func local() throws {
    let s = try guarded()
    #expect(s.readiness("install", "--guard-paths").output.contains("pre-commit"))
    let refused = commit(s, "infra/main.tf", by: "bob")
    #expect(refused.status != 0 && refused.errors.contains("path-guarded"), "\(refused.all)")
    #expect(commit(s, "infra/main.tf").status == 0)
    #expect(commit(s, "src/a.c", by: "bob").status == 0)
    s.start("M-01")
    #expect(s.git("commit", "-qam", "M-01: start").status == 0)
  }

  @Test("a paths file that cannot be read is no policy")
  func faults() throws {
    let s = try guarded()
    for text in [
      #"{ "version": 1, "guarded": [{ "paths": ["a"] }] }"#, #"{ "version": 1 }"#,
      #"{ "version": 1, "guarded": [{ "paths": ["../a"], "role": "maintainer" }] }"#,
      #"{ "version": 1, "guarded": [{ "paths": ["a"], "role": "nobody" }] }"#,
      #"{ "version": 1, "guarded": [{ "paths": ["!a"], "role": "maintainer" }] }"#,
      #"{ "version": 1, "guarded": [{ "paths": ["a"], "frozenBy": ["x"] }] }"#,
    ] {
      let refused = commit(s, "ssot/policies/paths.json", text)
      #expect(refused.status != 0 && refused.errors.contains("policy-unreadable"), "\(text) \(refused.all)")
    }
  }
}

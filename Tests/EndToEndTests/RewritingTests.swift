import Foundation
import TestSupport
import Testing

/// The rows of the table "What is stamped, and when" in `doc/provenance.md`, each on a real repository.
@Suite("Rewriting")
struct RewritingTests {
  @Test("each row of the table in doc/provenance.md", arguments: Row.allCases)
  func row(_ row: Row) throws { try row.play(History()) }

  @Test("the table has these rows and no others")
  func table() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../doc/provenance.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| what you do") }
      .map { $0.dropFirst(2).components(separatedBy: " | ")[0] }
    #expect(rows == Row.allCases.map(\.rawValue))
  }

  enum Row: String, CaseIterable, Sendable {
    case commit = "`git commit`, `-a`, `-m`, `-F`, a path, `--no-verify`, with `--git-dir`"
    case move = "`readiness move`"
    case amend = "`git commit --amend`, with an editor or `--no-edit`"
    case amendMessage = "`git commit --amend -m`"
    case pick = "`git cherry-pick`"
    case revert = "`git revert`"
    case rebase = "`git rebase`, `git pull --rebase`"
    case rebaseApply = "`git rebase --apply`, `git am`"
    case reword = "`git rebase -i`: reword"
    case squash = "`git rebase -i`: squash"
    case fixup = "`git rebase -i`: fixup"
    case merge = "a merge that decides nothing, octopus and criss-cross included"
    case conflict = "a merge that decides what several sides changed"
    case mergeSquash = "`git merge --squash`, then commit"
    case filter = "`git fast-export` to `git fast-import`, with other files filtered"
    case webEditor = "an edit in a forge's web editor"
    case rebaseMerge = "a forge's rebase-merge"
    case squashTitle = "a forge's squash-merge, title only or empty body"
    case squashBodies = "a forge's squash-merge, messages concatenated"
    case unstampedWarn = "any of these without a stamp, where policy says `unstamped: warn`"
    case policyMoved = "a branch that was stamped before the policy changed, merged or rebased"
  }
}

/// A history in which `main` has M-01 started, and `side` adds evidence and sends it to review, in two commits.
final class History {
  let s: Scratch

  init() throws {
    s = try Scratch.withPlan()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    s.git("checkout", "-q", "-b", "side")
    s.prove("M-01")
    s.git("commit", "-qam", "prove")
    s.edit("M-01", "In Progress", "In Review")
    s.git("commit", "-qam", "review")
  }

  /// Returns the number of stamps in a message.
  func blocks(_ commit: String = "HEAD") -> Int {
    s.git("log", "-1", "--format=%B", commit).output.components(separatedBy: "\n").count {
      $0.hasPrefix("Readiness-Run: ")
    }
  }

  func verifies(_ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(comment)\(verify.all)", sourceLocation: sourceLocation)
    #expect(s.readiness("replay").status == 0, "\(comment)", sourceLocation: sourceLocation)
  }

  func refuses(_ code: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let verify = s.readiness("verify")
    #expect(verify.status == 1 && verify.output.contains(code), "\(verify.all)", sourceLocation: sourceLocation)
  }

  /// Creates a commit as a forge does: no hook runs, no file changes.
  @discardableResult
  func forge(_ message: String, treeOf tree: String, on parent: String) -> String {
    let id = s.git("commit-tree", tree + "^{tree}", "-p", parent, "-F", "-", input: message).line
    s.git("update-ref", "refs/heads/main", id)
    return id
  }

  /// Rebases with an edited list of commits.
  func interactive(_ script: String) {
    s.git("checkout", "-q", "side")
    let rebase = s.git("rebase", "-q", "-i", "main", environment: ["GIT_SEQUENCE_EDITOR": "sed -i -e '\(script)'"])
    #expect(rebase.status == 0, "\(rebase.all)")
  }
}

extension RewritingTests.Row {
  func play(_ h: History) throws {
    switch self {
    case .commit, .move, .amend, .amendMessage, .pick, .revert: one(h)
    case .rebase, .rebaseApply, .reword, .squash, .fixup, .filter: rebased(h)
    case .merge, .conflict, .mergeSquash: merged(h)
    case .webEditor, .rebaseMerge, .squashTitle, .squashBodies, .unstampedWarn, .policyMoved: atForge(h)
    }
  }

  private func one(_ h: History) {
    let s = h.s
    switch self {
    case .commit:
      #expect(h.blocks() == 1 && h.blocks("HEAD~1") == 1)
      s.edit("M-02", "Stable", "Steady")
      #expect(
        s.shell("git --git-dir=$PWD/.git --work-tree=$PWD commit -q --no-verify -m x .readiness/M-02.json").status == 0)
      #expect(h.blocks() == 1)
    case .move:
      #expect(s.readiness("move", "M-01", "in-progress", "-m", "again").status == 0)
      #expect(h.blocks() == 1)
    case .amend:
      let run = s.run()
      s["code.txt"] = "1\n"
      s.git("add", "code.txt")
      #expect(s.git("commit", "-q", "--amend", "--no-edit").status == 0)
      #expect(s.run() == run)
      s.edit("M-02", "Stable", "Steady")
      #expect(s.git("commit", "-qa", "--amend", environment: ["GIT_EDITOR": "sed -i 1s/^/more/"]).status == 0)
      #expect(h.blocks() == 1 && s.run() != run)
    case .amendMessage:
      #expect(s.git("commit", "-q", "--amend", "-m", "other words").status == 0)
      #expect(h.blocks() == 1)
      // As without hooks: the stamp is lost, and restamp restores it.
      let bare = ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/dev/null"]
      s.git("commit", "-q", "--amend", "-m", "lost", environment: bare)
      h.refuses("trailer-missing")
      let restamp = s.readiness("restamp")
      #expect(restamp.status == 0 && restamp.output.contains("1 stamped again"), "\(restamp.all)")
      #expect(h.blocks() == 1 && s.git("status", "--porcelain").output.isEmpty)
    case .pick:
      s.git("checkout", "-q", "main")
      #expect(s.git("cherry-pick", "side~1").status == 0)
      #expect(h.blocks() == 1 && s.run() != s.run(of: "side~1"))
    default:
      s.git("revert", "--no-edit", "HEAD")
      #expect(h.blocks() == 1)
    }
    h.verifies()
  }

  private func rebased(_ h: History) {
    let s = h.s
    let stamps = [s.run(of: "side~1"), s.run(of: "side")]
    switch self {
    case .rebase:
      s.git("checkout", "-q", "main")
      s.edit("M-02", "Stable", "Steady")
      s.git("commit", "-qam", "words")
      #expect(s.git("rebase", "-q", "main", "side").status == 0)
      #expect([s.run(of: "HEAD~1"), s.run()] == stamps)
    case .rebaseApply:
      s.git("checkout", "-q", "main")
      s.edit("M-02", "Stable", "Steady")
      s.git("commit", "-qam", "words")
      #expect(s.git("rebase", "-q", "--apply", "main", "side").status == 0)
      #expect([s.run(of: "HEAD~1"), s.run()] == stamps)
      h.verifies()
      s.git("checkout", "-q", "-B", "mailed", "main")
      s.edit("M-01", "Explicit", "Clear")
      s.git("commit", "-qam", "more words")
      #expect(s.shell("git format-patch -q --stdout main..side | git am -q -3").status == 0)
      h.refuses("trailer-mismatch")
      let restamp = s.readiness("restamp", "main..mailed")
      #expect(restamp.status == 0, "\(restamp.all)")
    case .reword:
      h.interactive("s/^pick/reword/")
      #expect([s.run(of: "HEAD~1"), s.run()] == stamps)
    case .squash:
      h.interactive("2s/^pick/squash/")
      #expect(h.blocks() == 2, "\(s.git("log", "-1", "--format=%B").output)")
    case .fixup:
      h.interactive("2s/^pick/fixup/")
      #expect(h.blocks() == 1 && !stamps.contains(s.run()))
    default:
      s["secret.txt"] = "1\n"
      s.git("add", "-A")
      s.git("commit", "-qm", "secret")
      s.readiness("move", "M-01", "in-progress", "-m", "again")
      let last = s.run()
      let filter =
        "git fast-export --no-data --all | sed '/secret.txt/d' | git fast-import --force --quiet && git reset -q --hard"
      #expect(s.shell(filter).status == 0)
      #expect(s.run() == last && s.git("log", "--format=%h", "--", "secret.txt").output.isEmpty)
    }
    h.verifies()
  }

  private func merged(_ h: History) {
    let s = h.s
    s.git("checkout", "-q", "main")
    switch self {
    case .merge:
      for (branch, id) in [("b2", "M-02"), ("b3", "M-03")] {
        s.git("checkout", "-q", "-b", branch, "main")
        s.edit(id, "\"TBD\"", "\"\(branch)\"")
        s.git("commit", "-qam", branch)
      }
      s.git("checkout", "-q", "main")
      #expect(s.git("merge", "-q", "--no-edit", "side", "b2", "b3").status == 0)
      #expect(h.blocks() == 0)
    case .conflict:
      s.edit("M-01", "Explicit", "Clear")
      s.git("commit", "-qam", "words")
      s.git("merge", "-q", "--no-edit", "side")
      s.git("checkout", "-q", "side", "--", ".readiness/M-01.json")
      s.edit("M-01", "Explicit", "Plain")
      let commit = s.git("commit", "-qam", "decided")
      #expect(commit.status == 0 && h.blocks() == 1, "\(commit.all)")
    default:
      s.git("merge", "-q", "--squash", "side")
      #expect(s.git("commit", "-q", "--no-edit").status == 0)
      #expect(h.blocks() == 2)
    }
    h.verifies()
  }

  private func atForge(_ h: History) {
    let s = h.s
    s.git("checkout", "-q", "main")
    let start = s.git("rev-parse", "main").line
    let bodies = s.git("log", "--reverse", "--format=* %B", "main..side").output
    switch self {
    case .webEditor:
      h.forge("Update M-01.json\n", treeOf: "side~1", on: start)
      h.refuses("trailer-missing")
      #expect(s.readiness("heal").status == 0)
      let log = s.readiness("log", "--json").output
      #expect(log.contains("\"heals\": true"))
      #expect(s.readiness("heal").output.contains("Nothing to heal"))
    case .rebaseMerge:
      s.git("-c", "core.hooksPath=/dev/null", "rebase", "-q", "--force-rebase", "main", "side")
      s.git("branch", "-f", "main")
      #expect(h.blocks() == 1 && h.blocks("HEAD~1") == 1)
    case .squashTitle:
      h.forge("Prove and review (#7)\n", treeOf: "side", on: start)
      h.refuses("trailer-missing")
      #expect(s.readiness("heal", "-m", "the forge kept the title only").status == 0)
      h.verifies("title only ")
      // Two steps at once are no edge; healing accepts the path if its last guards pass.
      s.git("reset", "-q", "--hard", start + "~1")
      h.forge("Everything (#8)\n", treeOf: "side", on: start + "~1")
      h.refuses("illegal-transition")
      #expect(s.readiness("heal").status == 0)
      s.git("reset", "-q", "--hard")
    case .squashBodies:
      h.forge("Prove and review (#7)\n\n" + bodies, treeOf: "side", on: start)
      #expect(h.blocks() == 2)
    case .unstampedWarn:
      s["ssot/policies/provenance.json"] = "{ \"version\": 1, \"unstamped\": \"warn\" }\n"
      s.git("add", "-A")
      s.git("commit", "-qm", "warn")
      s.git("checkout", "-q", "-B", "side", "main")
      s.prove("M-01")
      s.edit("M-01", "In Progress", "In Review")
      s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "Prove (#9)")
      #expect(s.readiness("log", "--json").output.contains("\"stamped\": false"))
    default:
      s["ssot/policies/gates.json"] = "{ \"version\": 1, \"gates\": {} }\n"
      s.git("commit", "-qam", "gates")
      #expect(s.git("rebase", "-q", "main", "side").status == 0)
      let verify = s.readiness("verify", "--json")
      #expect(verify.status == 0 && verify.output.contains("policy-mismatch"), "\(verify.all)")
    }
    h.verifies()
  }
}

import Foundation
import TestSupport
import Testing

@Suite("Committing by hand")
struct CommitTests {
  @Test("a legal edit commits with one true stamp that git's own parser finds")
  func legalEdit() throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("add", "-A")
    let commit = s.git("commit", "-m", "start with the gates")
    #expect(commit.status == 0, "\(commit.all)")
    #expect(s.run().count == 64)
    #expect(s.readiness("verify").status == 0)
  }

  @Test("an index that is behind takes nothing back; who means it lets the file say so")
  func staleIndex() throws {
    let s = try Scratch.withPlan()
    s.readiness("move", "M-01", "blocked", "-m", "waits")
    s.readiness("move", "M-02", "blocked", "-m", "waits")
    // The result of a git commit that read the index before the moves, and wrote it after them.
    s.git("restore", "--staged", "--source", "HEAD~2", ".readiness")
    s["code.txt"] = "1\n"
    s.git("add", "code.txt")
    let refused = s.git("commit", "-qm", "code")
    #expect(
      refused.status == 1 && refused.errors.contains("stale-index") && refused.errors.contains("M-02"), "\(refused.all)"
    )
    #expect(s.git("commit", "-q", "--no-verify", "-m", "code").status == 1)
    s.git("restore", "--staged", ".readiness/M-01.json")
    #expect(s.git("commit", "-qm", "code").errors.contains("stale-index"))
    s.git("restore", "--source", "HEAD~2", ".readiness/M-02.json")
    let meant = s.git("commit", "-qm", "back")
    #expect(meant.status == 0 && s.run().count == 64, "\(meant.all)")
    #expect(s.readiness("verify").status == 0 && s.git("status", "--porcelain").output == "")
  }

  @Test("an illegal edit is refused with code, place and what would be legal")
  func illegalEdit() throws {
    let s = try Scratch.withPlan()
    s.start("M-01", as: "Done")
    let commit = s.git("commit", "-am", "done, honestly")
    #expect(commit.status == 1)
    #expect(commit.errors.contains("illegal-transition  .readiness/M-01.json:8"))
    #expect(commit.errors.contains("\"In Progress\" or \"Blocked\""))
    #expect(s.git("log", "--oneline").line.split(separator: "\n").count == 1)
  }

  @Test(
    "every way to commit leaves one true block",
    arguments: [
      "git commit -qm one -- .readiness/M-01.json", "git add -A && git commit -qm one", "git commit -qam one",
      "git commit -qam one --no-verify", "git commit -qa -F- <<X\none\n\nbody\nX",
      "GIT_EDITOR='sh -c \"echo one >\\$1.x; cat \\$1 >>\\$1.x; mv \\$1.x \\$1\" sh' git commit -qa",
      "git add -A && git commit -qvm one --cleanup=scissors", "git commit -qam one --cleanup=verbatim",
      "git --git-dir=.git --work-tree=. commit -qam one", "cd ssot && git commit -qam one",
      "git commit -qam one -s", "git commit -qam one && git commit -q --amend --no-edit",
      "git commit -qam one && git commit -q --amend -m two", "git commit -qam one && git commit -q --amend -C HEAD",
      "git commit -qam --amend", "git commit -qam one && git commit -q --ame -m two",
      "git commit -q --allow-empty -m zero && git commit -qa -C HEAD",
      "git worktree add -q ../linked && cp .readiness/M-01.json ../linked/.readiness/ && cd ../linked && git commit -qam one",
      "git checkout -q --detach && git commit -qam one",
      "git update-index --split-index && git commit -qam one && git update-index --no-split-index",
      "touch new && git add -N new && git commit -qm one .readiness/M-01.json",
    ])
  func everyWay(_ way: String) throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    let commit = s.shell(way)
    #expect(commit.status == 0, "\(commit.all)")
    let at = way.contains("../linked") ? "linked" : "HEAD"
    #expect(s.run(of: at).count == 64, "\(s.git("log", "-1", "--format=%B", at).output)")
    let verify = s.readiness("verify", at)
    #expect(verify.status == 0, "\(verify.all)\(s.git("log", "-1", "--format=%B", at).output)")
  }

  @Test(
    "messages of every shape keep their text and give the run to git log",
    arguments: [
      "subject", "subject\n\nbody", "subject\n\nbody\n\nSigned-off-by: A <a@example.com>",
      "subject\n\nSigned-off-by: A <a@example.com>\nReviewed-by: B <b@example.com>",
      "feat!: subject\n\nBREAKING CHANGE: everything",
      "subject\n\nBREAKING CHANGE: everything\nSigned-off-by: A <a@example.com>",
      "subject\n\n---\n\nafter a rule", "subject\n---\nno paragraph", "subject: like a trailer",
      "subject\n\nbody: like a trailer\nand prose after it", "subject\n\n# a line with a hash",
      "subject\n\nlast: one\n\n",
      "subject\n\n  indented\n\ttab", "subject\n\n* list\n* list", "sübject\n\nwide 字 text",
      "subject\n\nFixes: #12\n# comment\nCloses: #13", "subject\n\n(cherry picked from commit abc)\nprose",
      "subject\n\nReadiness-wise all is fine.", "subject\n\n------------------------ >8 ------------------------\nrest",
    ])
  func messages(_ message: String) throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    let commit = s.git("commit", "-qa", "--cleanup=verbatim", "-F", "-", input: message)
    #expect(commit.status == 0, "\(commit.all)")
    let stored = s.git("log", "-1", "--format=%B").output
    #expect(s.run().count == 64, "\(stored)")
    #expect(stored.hasPrefix(message.split(separator: "\n")[0]), "\(stored)")
    #expect(s.readiness("verify").status == 0)
  }

  @Test("after an editor the stamp stands above the comments, and the reason is the subject that was typed")
  func editor() throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    s.edit("M-01", "In Progress", "Not Started")
    let editor = "sh -c 'sed -i \"1s/.*/put it back/\" \"$1\"' sh"
    let commit = s.git("commit", "-qa", "-v", environment: ["GIT_EDITOR": editor])
    #expect(commit.status == 0, "\(commit.all)")
    let message = s.git("log", "-1", "--format=%B").output
    #expect(message.hasPrefix("put it back\n\nReadiness-Run: "), "\(message)")
    #expect(message.contains("\nReadiness-Reason: put it back\n"))
    #expect(!message.contains("#"))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a message that holds only the stamp is refused")
  func emptyMessage() throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    let commit = s.git("commit", "-qa", environment: ["GIT_EDITOR": "true"])
    #expect(commit.status != 0)
    #expect(commit.errors.contains("empty-message"))
  }

  @Test("a commit that does not touch the plan is left alone, whatever state the plan is in")
  func untouched() throws {
    let s = try Scratch.withPlan()
    s.edit("M-01", "{\n", "{{\n")
    #expect(s.git("commit", "-qam", "broken", environment: ["READINESS_SKIP": "1"]).status == 0)
    s["code.txt"] = "1\n"
    s.git("add", "code.txt")
    let commit = s.git("commit", "-qm", "code")
    #expect(commit.status == 0, "\(commit.all)")
    #expect(s.git("log", "-1", "--format=%B").line == "code")
  }

  @Test("a merge without conflict needs no stamp, one that decides is stamped, and both verify")
  func merges() throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    s.git("checkout", "-q", "-b", "side")
    s.edit("M-01", "Explicit", "Clear")
    s.git("commit", "-qam", "clearer")
    s.git("checkout", "-q", "main")
    s.edit("M-02", "\"TBD\"", "\"bob\"")
    s.git("commit", "-qam", "owner")
    #expect(s.git("merge", "-q", "--no-edit", "side").status == 0)
    #expect(s.run() == "")
    s.git("checkout", "-q", "-b", "other", "HEAD~1")
    s.edit("M-02", "\"bob\"", "\"carol\"")
    s.git("commit", "-qam", "carol")
    s.git("checkout", "-q", "main")
    s.edit("M-02", "\"bob\"", "\"dave\"")
    s.git("commit", "-qam", "dave")
    #expect(s.git("merge", "-q", "other").status != 0)
    s.git("checkout", "-q", "--ours", ".readiness/M-02.json")
    s.git("add", "-A")
    let merge = s.git("commit", "-q", "--no-edit")
    #expect(merge.status == 0, "\(merge.all)")
    #expect(s.run().count == 64, "\(s.git("log", "-1", "--format=%B").output)")
    let verify = s.readiness("verify")
    #expect(verify.status == 0, "\(verify.all)")
    #expect(s.readiness("replay").status == 0)
  }

  @Test("what is forged is found: a wrong run ID, another digest, no stamp, a copied stamp")
  func forged() throws {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    let message = s.git("log", "-1", "--format=%B").output
    let skip = ["READINESS_SKIP": "1"]
    func verdict(_ forged: String) -> String {
      _ = s.git("commit", "-q", "--amend", "-m", forged, environment: skip)
      return s.readiness("verify", "--json").output
    }
    #expect(
      verdict(message.replacingOccurrences(of: "Readiness-At: 2", with: "Readiness-At: 3")).contains("run-mismatch"))
    #expect(
      verdict(message.replacingOccurrences(of: "\"In Progress\"", with: "\"Blocked\"")).contains("trailer-mismatch"))
    #expect(verdict("start").contains("trailer-missing"))
    #expect(verdict(message).contains("\"accepted\": true"))
    s.edit("M-01", "In Progress", "Not Started")
    s.git("commit", "-qam", "back")
    s.edit("M-01", "Not Started", "In Progress")
    s.git("commit", "-qam", message, environment: skip)
    #expect(s.readiness("verify", "--json").output.contains("replayed-run"))
  }
}

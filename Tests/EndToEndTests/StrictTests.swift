import Foundation
import TestSupport
import Testing

/// `install --strict`: every move of a branch is judged, and no other action is restricted.
@Suite("install --strict")
struct StrictTests {
  /// Creates a strict clone, and an illegal manual commit that no hook has checked, on the branch `evil` of another
  /// clone.
  private static func strict() throws -> (Scratch, evil: Scratch, commit: String) {
    let s = try Scratch.withPlan()
    let installed = s.readiness("install", "--strict")
    #expect(installed.status == 0 && installed.output.contains("reference-transaction"), "\(installed.all)")
    let evil = try Scratch(cloneOf: s)
    evil.git("checkout", "-q", "-b", "evil")
    evil.edit("M-01", "Not Started", "Done")
    evil.git("commit", "-qam", "by hand")
    return (s, evil, evil.git("rev-parse", "HEAD").line)
  }

  @Test("every way past the message hooks is refused, and leaves the branch where it was")
  func refused() throws {
    let (s, evil, commit) = try Self.strict()
    s.git("fetch", "-q", evil.path, "evil:refs/remotes/evil/evil")
    #expect(s.git("rev-parse", "refs/remotes/evil/evil").line == commit)
    s["notes.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "notes")
    let head = s.git("rev-parse", "HEAD").line
    evil.git("format-patch", "-q", "-1", "-o", "../patches")
    s.shell("mkdir ../strict && cp .git/hooks/reference-transaction ../strict/")
    let ways = [
      "git reset -q --hard refs/remotes/evil/evil", "git checkout -q -B main refs/remotes/evil/evil",
      "git reset -q --hard HEAD~1 && git merge -q --ff-only refs/remotes/evil/evil",
      "git update-ref refs/heads/main refs/remotes/evil/evil", "git branch side refs/remotes/evil/evil",
      "git push -q . refs/remotes/evil/evil:refs/heads/side", "git fetch -q '\(evil.path)' evil:side",
      "git am -q '\(evil.path)'/../patches/*.patch", "git checkout -q -b side refs/remotes/evil/evil",
      "sed -i 's/Not Started/Done/' .readiness/M-02.json && git -c core.hooksPath=../strict commit -q --no-verify -am x",
      "tree=$(git rev-parse refs/remotes/evil/evil^{tree}); git update-ref refs/heads/main $(git commit-tree -p HEAD -m x $tree)",
      "git symbolic-ref HEAD refs/heads/other && git reset -q --hard refs/remotes/evil/evil",
    ]
    for way in ways {
      let result = s.shell(way)
      #expect(result.status != 0, "\(way): \(result.all)")
      s.shell("git am --abort; git checkout -q main").ignored()
      s.git("symbolic-ref", "HEAD", "refs/heads/main")
      s.git("reset", "-q", "--hard", head)
      #expect(s.git("rev-parse", "main").line == head, "\(way)")
      #expect(s.git("for-each-ref", "refs/heads").output.split(separator: "\n").count == 1, "\(way): \(result.all)")
    }
  }

  @Test("gc, pack-refs, fetch, stash, branches, tags, work trees, rebase and legal commits go on as ever")
  func accepted() throws {
    let (s, evil, _) = try Self.strict()
    s["notes.txt"] = "1\n"
    s.git("add", "-A")
    let ways = [
      "git commit -qm notes", "git branch one", "git branch -m one two", "git tag v1", "git pack-refs --all",
      "git gc -q",
      "git branch -D two", "git fetch -q '\(evil.path)' evil:refs/remotes/evil/evil", "git checkout -q -b three",
      "echo 2 >> notes.txt && git stash -q && git stash pop -q && git checkout -q notes.txt",
      "git worktree add -q ../linked -b four && git worktree remove ../linked",
      "sed -i 's/\"TBD\"/\"ada\"/' .readiness/M-01.json && git commit -qam 'M-01: ada takes it'",
      "echo 3 >> notes.txt && git commit -q --no-verify -am 'notes again'", "git checkout -q main",
      "git merge -q --ff-only three", "git reset -q --hard HEAD~1", "git merge -q --no-ff --no-edit three",
      "git rebase -q --onto HEAD~1 HEAD~1 main",
      "git cherry-pick --allow-empty three >/dev/null || git cherry-pick --skip",
      "git update-ref -d refs/tags/v1",
      "git remote add evil '\(evil.path)' && git fetch -q evil && git remote remove evil",
      "\"$READINESS\" move M-01 in-progress",
    ]
    for way in ways {
      let result = s.shell(way)
      #expect(result.status == 0, "\(way): \(result.all)")
    }
    #expect(s.readiness("verify").status == 0)
    #expect(s.readiness("uninstall").output.contains("reference-transaction"))
  }

  @Test("a person goes on without a verdict by READINESS_SKIP, and is told so")
  func skip() throws {
    let (s, evil, _) = try Self.strict()
    let result = s.git("fetch", evil.path, "evil:side", environment: ["READINESS_SKIP": "1"])
    #expect(result.status == 0 && result.errors.contains("skipped by READINESS_SKIP"), "\(result.all)")
  }
}

import Foundation
import TestSupport
import Testing

/// Coexistence with other tools: renamed and chained hooks, shared hook folders, odd paths, a missing merge driver.
@Suite("Beside other tools")
struct NeighbourTests {
  /// Creates a plan with owners, with the hooks installed.
  private func planned() throws -> Scratch {
    let s = try Scratch()
    s.readiness("init")
    s.shell("sed -i 's/\"TBD\"/\"ada\"/' .readiness/*.json")
    s.readiness("install")
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "plan: adopt it")
    #expect(commit.status == 0, "\(commit.all)")
    return s
  }

  @Test("a hook of ours that a framework renames and calls still knows which hook it is", arguments: [false, true])
  func renamed(_ isStub: Bool) throws {
    let s = try planned()
    if isStub {
      s.shell("rm .git/hooks/*-msg; for h in prepare-commit-msg commit-msg; do cp hooks/$h .git/hooks/; done")
    }
    for name in ["prepare-commit-msg", "commit-msg", "pre-push"] {
      s.shell("cd .git/hooks && mv \(name) \(name).legacy")
      s[".git/hooks/\(name)"] = "#!/bin/sh\nexec \"$(dirname \"$0\")/\(name).legacy\" \"$@\"\n"
      s.shell("chmod +x .git/hooks/\(name)")
    }
    s.edit("M-01", "Not Started", "In Progress")
    let commit = s.shell("PATH=\"$(dirname \"$READINESS\"):$PATH\" git commit -qam begin")
    #expect(commit.status == 0, "\(commit.all)")
    #expect(s.git("log", "-1", "--format=%B").output.contains("\nReadiness-Run: "))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a chained hook runs under its own name, through a relative link too, and only if it is executable")
  func chained() throws {
    let s = try Scratch()
    s["scripts/hook"] = """
      #!/bin/sh
      case $(basename "$0") in
        commit-msg) grep -q TICKET "$1" ;;
        pre-push) ;;
        *) echo "unknown name $(basename "$0")" >&2; exit 1 ;;
      esac
      """
    s.shell("chmod +x scripts/hook; for h in commit-msg pre-push; do ln -s ../../scripts/hook .git/hooks/$h; done")
    s[".git/hooks/prepare-commit-msg"] = "#!/bin/sh\nexit 1\n"
    s.readiness("init")
    s.git("add", "-A")
    s.readiness("install")
    let first = s.git("commit", "-qm", "TICKET plan")
    #expect(first.status == 0, "\(first.all)")
    #expect(s.git("commit", "-q", "--allow-empty", "-m", "none").status != 0)
    s.git("init", "-q", "--bare", "../server.git")
    #expect(s.git("push", "-q", "../server.git", "HEAD:refs/heads/main").status == 0)
    s.readiness("uninstall")
    #expect(s.shell("readlink .git/hooks/commit-msg").line == "../../scripts/hook")
    #expect(s.shell("test ! -x .git/hooks/prepare-commit-msg && test ! -e .git/hooks/before-readiness").status == 0)
  }

  @Test("a hooks folder that every repository uses is named as such")
  func sharedFolder() throws {
    let s = try Scratch()
    // A separate file, because git would replace /dev/null with a new file.
    let global = ["GIT_CONFIG_GLOBAL": s.path + "/.git/global"]
    s.readiness("init")
    s.shell("mkdir -p \"$HOME/hooks\" && git config --file .git/global core.hooksPath \"$HOME/hooks\"")
    let install = s.readiness("install", environment: global)
    #expect(install.status == 0 && install.errors.contains("every repository"), "\(install.all)")
    s.readiness("uninstall", environment: global)
    #expect(s.shell("ls -A \"$HOME/hooks\"").output.isEmpty)
  }

  @Test(
    "the program may stand in a folder with any character", arguments: ["my bin", "o'brien", "100% sure", "a\"b$c"])
  func oddPath(_ name: String) throws {
    let s = try Scratch()
    s.shell(
      "mkdir -p \"../$N\" && cp \"$READINESS\" \"$(dirname \"$READINESS\")/readiness-hook\" \"../$N/\"",
      environment: ["N": name])
    let odd = ["N": name]
    s.shell("\"../$N/readiness\" init && \"../$N/readiness\" install && git add -A", environment: odd)
    let commit = s.git("commit", "-qm", "plan")
    #expect(commit.status == 0 && s.git("log", "-1", "--format=%B").output.contains("Readiness-Run"), "\(commit.all)")
    s.git("switch", "-qc", "side")
    s.shell("\"../$N/readiness\" set M-02 owner bob && git commit -qm bob && git switch -q -", environment: odd)
    s.shell("\"../$N/readiness\" set M-02 outcome 'new words' && git commit -qm words", environment: odd)
    let merge = s.git("merge", "-q", "side", "-m", "merge")
    #expect(merge.status == 0, "\(merge.all)")
    s.shell("git init -q --bare ../server.git && \"../$N/readiness\" install --server ../server.git", environment: odd)
    let push = s.git("push", "-q", "../server.git", "HEAD:refs/heads/main")
    #expect(push.status == 0, "\(push.all)")
  }

  @Test("a merge driver whose program is gone leaves conflict marks; one of an older form keeps its merge from passing")
  func driverGone() throws {
    let s = try planned()
    s.git("switch", "-qc", "side")
    s.edit("M-02", "\"ada\"", "\"sam\"")
    s.git("commit", "-qam", "sam")
    s.git("switch", "-q", "-")
    s.edit("M-02", "Runtime Contracts", "Runtime")
    s.edit("M-02", "\"ada\"", "\"eve\"")
    s.git("commit", "-qam", "words")
    let driver = s.git("config", "merge.readiness.driver").line
    s.git("config", "merge.readiness.driver", driver.replacingOccurrences(of: "/readiness'", with: "/gone'"))
    #expect(s.git("merge", "side", "-m", "m").status != 0)
    #expect(s[".readiness/M-02.json"]?.contains("<<<<<<<") == true)
    s.git("merge", "--abort")
    s.git("config", "merge.readiness.driver", "'/opt/gone/readiness' merge-driver %O %A %B %L %P")
    #expect(s.git("merge", "side", "-m", "m").status != 0)
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "merged")
    #expect(commit.status != 0 && commit.errors.contains("/opt/gone/readiness is gone"), "\(commit.all)")
    let doctor = s.readiness("doctor")
    #expect(doctor.status == 1 && doctor.output.contains("/opt/gone/readiness"))
  }

  @Test("move names the team's own hooks that it does not run, and runs them if asked")
  func ownHooks() throws {
    let s = try planned()
    s[".git/hooks/pre-commit"] = "#!/bin/sh\ntouch .git/ran\n"
    s.shell("chmod +x .git/hooks/pre-commit")
    let plain = s.readiness("move", "M-01", "in-progress")
    #expect(plain.status == 0 && plain.errors.contains("pre-commit") && plain.errors.contains("--run-hooks"))
    #expect(s.shell("test -e .git/ran").status != 0)
    let hooked = s.readiness("move", "M-01", "blocked", "-m", "waiting", "--run-hooks")
    #expect(hooked.status == 0 && hooked.output.contains("run "), "\(hooked.all)")
    #expect(s.shell("test -e .git/ran").status == 0 && s.readiness("verify").status == 0)
    s[".git/hooks/pre-commit"] = "#!/bin/sh\necho no >&2\nexit 1\n"
    let refused = s.readiness("move", "M-01", "in-progress", "--run-hooks")
    #expect(refused.status == 2 && refused.errors.contains("git restore --staged --worktree"))
  }

  @Test("move does not commit in the middle of a rebase that waits for a conflict to be resolved")
  func rebase() throws {
    let s = try planned()
    s["f"] = "a"
    s.git("add", "f")
    s.git("commit", "-qm", "a")
    s.git("switch", "-qc", "side", "HEAD~1")
    s["f"] = "b"
    s.git("add", "f")
    s.git("commit", "-qm", "b")
    #expect(s.git("rebase", "-").status != 0)
    let head = s.git("rev-parse", "HEAD").line
    let move = s.readiness("move", "M-01", "in-progress")
    #expect(move.status == 3 && move.errors.contains("rebase") && s.git("rev-parse", "HEAD").line == head)
  }

  @Test("fmt --check accepts files that differ from the layout only by the line ends that git checks out")
  func lineEnds() throws {
    let s = try planned()
    s.shell("git config core.autocrlf true && rm -rf .readiness && git checkout -q -- .readiness")
    #expect(s[".readiness/M-01.json"]?.contains("\r\n") == true)
    #expect(s.readiness("fmt", "--check").status == 0)
    s.edit("M-01", "  \"id\"", "     \"id\"")
    #expect(s.readiness("fmt", "--check").status == 1)
  }
}

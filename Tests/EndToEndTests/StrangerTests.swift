import Foundation
import TestSupport
import Testing

/// A `.git` folder from a stranger: its content is input, and none of it leads out of the work tree.
@Suite("What a stranger left in .git")
struct StrangerTests {
  private static let payload = "echo pwned\n"

  /// Creates a plan, and a journal of a killed command that would change a file of the work tree.
  private func journal(
    _ path: String, ref: String = "refs/heads/main", lock: String? = nil, process: String = "readiness 999999 12345",
    becoming: String? = nil, _ prepare: (Scratch) -> Void = { _ in }
  ) throws -> Scratch {
    let s = try Scratch.withPlan()
    s.shell("mkdir ../victim && printf kept >../victim/kept")
    prepare(s)
    let blob = becoming ?? s.git("hash-object", "-w", "--stdin", input: Self.payload).line
    let head = s.git("rev-parse", "HEAD").line
    s[".git/readiness-journal"] =
      "{\"version\":1,\"process\":\"\(process)\",\"lock\":\"\(lock ?? s.path + "/.git/index.lock")\",\"parent\":\"\(head)\",\"commit\":\"\(head)\",\"ref\":\"\(ref)\",\"paths\":[{\"path\":\"\(path)\",\"becoming\":\"\(blob)\"}]}"
    return s
  }

  /// Lists everything outside the work tree, and everything in it except `.git`.
  private func state(_ s: Scratch) -> String {
    s.shell("cd .. && find victim repo -path repo/.git -prune -o -print | sort | xargs ls -ld --time-style=full-iso")
      .output
  }

  @Test(
    "a journal that names anything but files of plan and policy is refused, and nothing is written",
    arguments: [
      "link/.bash_profile", "../victim/x", "/etc/x", ".git/hooks/pre-commit", ".readiness/../../victim/x",
      ".readiness/sub/M-01.json", ".readiness//M-01.json", ".readiness/M-01.txt", "ssot/policies/../../.git/config",
      "ssot/policies/.GIT/config", "ssot/schemas/other.json", "README.md", "", ".readiness", "ssot/policies/",
    ])
  func paths(_ path: String) throws {
    let s = try journal(path) { $0.shell("ln -s ../victim link") }
    let before = state(s)
    let commands: [[String]] = [
      ["move", "M-01", "blocked", "-m", "x", "--dry-run"], ["move", "M-01", "blocked", "-m", "x"], ["doctor", "--fix"],
      ["status"],
    ]
    for words in commands {
      let result = s.readiness(words)
      #expect(result.status == (words == ["status"] ? 0 : 3), "\(words): \(result.all)")
      if words != ["status"] { #expect(result.errors.contains("damaged-repository"), "\(result.all)") }
      #expect(state(s) == before, "\(words)")
    }
    // A commit is not created from an index that may be outdated.
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    #expect(s.git("commit", "-qam", "owner").status != 0)
  }

  @Test("bytes that the commit does not have are not written, and those that it has are")
  func bytes() throws {
    let s = try journal(".readiness/M-01.json")
    s.shell("rm .readiness/M-01.json && git rm -q --cached .readiness/M-01.json")
    let refused = s.readiness("doctor", "--fix")
    #expect(refused.status == 3 && refused.errors.contains("other bytes than its commit"), "\(refused.all)")
    #expect(s[".readiness/M-01.json"] == nil)
    let own = s.git("rev-parse", "HEAD:.readiness/M-01.json").line
    let journal = s[".git/readiness-journal"]?.replacingOccurrences(
      of: "\"becoming\":\"[0-9a-f]*\"", with: "\"becoming\":\"\(own)\"", options: .regularExpression)
    s[".git/readiness-journal"] = journal
    #expect(s.readiness("doctor", "--fix").status == 0)
    #expect(s[".readiness/M-01.json"] != nil && s.git("status", "--porcelain").output.isEmpty)
  }

  @Test("a folder of the plan that is a link is followed by no command that writes, with or without a journal")
  func links() throws {
    for hasJournal in [true, false] {
      let s = try journal(".readiness/M-01.json")
      if !hasJournal { s[".git/readiness-journal"] = nil }
      s.shell("cp -r .readiness/. ../victim && rm -r .readiness && ln -s ../victim .readiness")
      let before = state(s)
      for words in [
        ["move", "M-01", "blocked", "-m", "x"], ["set", "M-01", "owner", "ada"], ["doctor", "--fix"], ["fmt"],
      ] where hasJournal || words[0] != "doctor" {
        let result = s.readiness(words)
        #expect(result.status != 0 || words == ["fmt"], "\(words): \(result.all)")
        #expect(state(s) == before, "\(words): \(result.all)")
      }
      #expect(s.git("log", "--oneline").output.split(separator: "\n").count == 1)
    }
  }

  @Test("init writes through no link")
  func layingDown() throws {
    for name in [".readiness", "ssot", "ssot/policies", "hooks"] {
      let s = try Scratch()
      s.shell("mkdir ../victim; mkdir -p $(dirname \(name)); ln -s \"$(cd .. && pwd)/victim\" \(name)")
      let result = s.readiness("init")
      #expect(result.status == 3, "\(name): \(result.all)")
      #expect(s.shell("ls -A ../victim").output.isEmpty, "\(name)")
    }
  }

  @Test("a lock that is named elsewhere is not removed, nor one behind a link, and the journal itself is no link")
  func locks() throws {
    let head = "readiness 999999 12345"
    for ref in ["refs/../../../victim/kept", "../../victim/kept", "refs/heads/..", "/victim", "refs/heads/x.lock/y"] {
      let s = try journal(".readiness/M-01.json", ref: ref)
      #expect(s.readiness("doctor", "--fix").status == 3, "\(ref)")
    }
    let elsewhere = try journal(".readiness/M-01.json")
    elsewhere["../victim/index.lock"] = head
    elsewhere[".git/readiness-journal"] = elsewhere[".git/readiness-journal"]?
      .replacingOccurrences(of: elsewhere.path + "/.git/index.lock", with: elsewhere.path + "/../victim/index.lock")
      .replacingOccurrences(of: "\"commit\":\"", with: "\"commit\":\"0000")
      .replacingOccurrences(of: "(\"commit\":\"0000[0-9a-f]{36})[0-9a-f]{4}", with: "$1", options: .regularExpression)
    #expect(elsewhere.readiness("doctor", "--fix").status == 3)
    #expect(elsewhere["../victim/index.lock"] == head)

    let behind = try journal(".readiness/M-01.json", ref: "refs/heads/side/main")
    behind.shell("ln -s ../../../../victim .git/refs/heads/side")
    behind["../victim/main.lock"] = behind.git("rev-parse", "HEAD").line + "\n"
    #expect(behind.readiness("doctor", "--fix").status == 3)
    #expect(behind["../victim/main.lock"] != nil)

    let linked = try journal(".readiness/M-01.json")
    linked.shell("mv .git/readiness-journal ../victim/j && ln -s ../../victim/j .git/readiness-journal")
    #expect(linked.readiness("doctor", "--fix").status == 3)
    linked.shell("rm .git/readiness-journal && mkfifo .git/readiness-journal")
    let pipe = linked.shell("timeout 20 \"$READINESS\" doctor --fix")
    #expect(pipe.status == 3, "\(pipe.all)")
  }

  @Test("the file that recoveries take turns by is no link, and a linked work tree's journal is judged as well")
  func others() throws {
    let own = { (s: Scratch) in s.git("rev-parse", "HEAD:.readiness/M-01.json").line }
    let s = try Scratch.withPlan()
    let recovery = try journal(".readiness/M-01.json", becoming: own(s))
    recovery.shell("mkdir -p ../victim; ln -s ../../victim/new .git/readiness-recovery")
    #expect(recovery.readiness("doctor", "--fix").status == 3)
    #expect(recovery["../victim/new"] == nil)

    let main = try journal("../victim/x")
    main.shell("git worktree add -q ../tree && mv .git/readiness-journal .git/worktrees/tree/")
    let result = main.shell("cd ../tree && \"$READINESS\" doctor --fix")
    #expect(result.status == 3 && main["../victim/x"] == nil, "\(result.all)")
  }

  @Test("--dry-run writes nothing while there is something to end, and says so")
  func dryRun() throws {
    let s = try Scratch.withPlan()
    let own = s.git("rev-parse", "HEAD:.readiness/M-01.json").line
    let journaled = try journal(".readiness/M-01.json", becoming: own)
    _ = s
    journaled.shell("rm .readiness/M-01.json && git rm -q --cached .readiness/M-01.json")
    let before = journaled.shell("find . -type f | sort | xargs sha256sum").output
    for words in [["move", "M-02", "blocked", "-m", "x", "--dry-run"], ["heal", "--dry-run"]] {
      let result = journaled.readiness(words)
      #expect(result.errors.contains("was killed"), "\(words): \(result.all)")
      #expect(journaled.shell("find . -type f | sort | xargs sha256sum").output == before, "\(words)")
    }
  }

  @Test(
    "no file of ours under .git is written through a link",
    arguments: ["readiness", "readiness/sinks", "lock", "dead-letters"])
  func outbox(_ name: String) throws {
    let s = try Scratch.withPlan()
    let isRefused = name == "dead-letters"
    let path = isRefused ? "../nowhere/events.jsonl" : "../events.jsonl"
    s["ssot/policies/sinks.json"] =
      "{ \"version\": 1, \"sinks\": { \"audit\": { \"kind\": \"file\", \"path\": \"\(path)\" } } }"
    s["ssot/runtime.config.json"] =
      #"{ "version": 1, "profiles": { "delivery": { "timeoutSeconds": 1, "retry": { "attempts": 1, "firstDelayMilliseconds": 1, "maxDelayMilliseconds": 1 } } } }"#
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "sinks").status == 0)
    s.readiness("trust", "--sinks")
    s.shell("mkdir ../victim && mkdir -p .git/readiness")
    switch name {
    case "readiness":
      s.shell("mv .git/readiness ../own && cp ../own/trusted ../victim/ && ln -s ../../victim .git/readiness")
    case "lock":
      s.shell("mkdir -p .git/readiness/sinks && ln -s ../../../../victim/new .git/readiness/sinks/audit.lock")
    default: s.shell("ln -s ../../../victim .git/\(isRefused ? "readiness/dead-letters" : name)")
    }
    let before = s.shell("ls -A ../victim; cat ../victim/* 2>/dev/null").output
    let result = s.readiness("deliver")
    #expect(result.status != 0, "\(result.all)")
    #expect(s.shell("ls -A ../victim; cat ../victim/* 2>/dev/null").output == before, "\(result.all)")
  }

  @Test(
    "a trusted file sink is a path: a link that is committed there later is not followed",
    arguments: [("events.jsonl", "events.jsonl"), ("log/events.jsonl", "log"), ("../repo/log/e", "log")])
  func linkedSink(_ path: String, _ link: String) throws {
    let s = try Scratch.withPlan()
    s.shell("mkdir ../victim log; touch log/.keep; printf kept >../victim/events.jsonl")
    s["ssot/policies/sinks.json"] =
      "{ \"version\": 1, \"sinks\": { \"audit\": { \"kind\": \"file\", \"path\": \"\(path)\" } } }"
    s["ssot/runtime.config.json"] =
      #"{ "version": 1, "profiles": { "delivery": { "timeoutSeconds": 1, "retry": { "attempts": 1, "firstDelayMilliseconds": 1, "maxDelayMilliseconds": 1 } } } }"#
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "sinks").status == 0)
    #expect(s.readiness("trust", "--sinks").status == 0)
    #expect(s.readiness("deliver").status == 0)
    s.shell("rm -rf \(link); ln -s ../victim\(link == "log" ? "" : "/events.jsonl") \(link)")
    s.start("M-01")
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "a link").status == 0)
    let result = s.readiness("deliver")
    #expect(result.status == 1 && result.all.contains("dead letters"), "\(result.all)")
    #expect(s.readiness("dlq", "list", environment: ["COLUMNS": "300"]).all.contains("symbolic link"))
    #expect(s.shell("ls -A ../victim; cat ../victim/*").output == "events.jsonl\nkept", "\(result.all)")
  }

  @Test("rules are written through no link of the work tree, into a folder that was typed, and through the user's own")
  func generated() throws {
    let s = try Scratch.withPlan()
    s.shell("mkdir ../victim ../log; ln -s ../victim ops; ln -s log ../own")
    for folder in ["ops", "ops/inner", "./ops", "../repo/ops"] {
      let result = s.readiness("alerts", "rules", "--output", folder)
      #expect(result.status == 3 && result.errors.contains("symbolic link"), "\(folder): \(result.all)")
    }
    #expect(s.shell("ls -A ../victim").output.isEmpty)
    #expect(s.readiness("alerts", "rules", "--output", "../own").status == 0)
    #expect(!s.shell("ls -A ../log").output.isEmpty)
    #expect(s.readiness("alerts", "rules", "--output", "new/rules").status == 0)
    #expect(!s.shell("ls -A new/rules").output.isEmpty)
  }

  @Test(
    "install, uninstall and doctor write through no linked folder of .git, and core.hooksPath says what is meant",
    arguments: ["hooks", "info"])
  func linkedGitFolders(_ name: String) throws {
    let s = try Scratch.withPlan()
    s.shell("mkdir ../victim && echo mine >../victim/attributes")
    s.shell("rm -r .git/\(name) && ln -s ../../victim .git/\(name)")
    for words in [["install"], ["doctor", "--fix"]] {
      let refused = s.readiness(words)
      let told = refused.all.split(separator: "\n").joined(separator: " ").split(separator: " ").joined(separator: " ")
      let isRefused = told.contains("symbolic link to ../../victim")
      #expect(isRefused && (refused.status != 0 || words.count == 2), "\(words): \(refused.all)")
      #expect(s.shell("ls ../victim; cat ../victim/attributes").output == "attributes\nmine\n", "\(words)")
    }
    guard name == "hooks" else {
      s.shell("rm .git/info && mkdir .git/info")
      #expect(s.readiness("install").status == 0 && s.readiness("uninstall").status == 0)
      return
    }
    let shared = s.shell("cd ../victim && pwd -P").line
    #expect(s.readiness("install", environment: ["COLUMNS": "400"]).errors.contains("core.hooksPath \(shared),"))
    s.git("config", "core.hooksPath", shared)
    #expect(s.readiness("install").status == 0 && s["../victim/commit-msg"] != nil)
    s.git("config", "--unset", "core.hooksPath")
    #expect(s.readiness("uninstall").status == 2 && s["../victim/commit-msg"] != nil)
    s.git("config", "core.hooksPath", shared)
    #expect(s.readiness("uninstall").status == 0 && s["../victim/commit-msg"] == nil)
  }

  @Test("trust that a .git folder brings along counts for nothing; reading commands leave nothing in the home")
  func trust() throws {
    let s = try Scratch.withPlan()
    s["ssot/policies/sinks.json"] =
      #"{ "version": 1, "sinks": { "audit": { "kind": "file", "path": "../events.jsonl" } } }"#
    s.git("add", "-A")
    s.git("commit", "-qm", "sinks")
    for words in [["status"], ["verify"], ["log"], ["gate"], ["move", "M-01", "blocked", "-m", "x", "--dry-run"]] {
      s.readiness(words).ignored()
      #expect(s.shell("ls ../home/.local").status != 0, "\(words)")
    }
    let homeless = s.readiness("trust", "--sinks", environment: ["HOME": ""])
    #expect(homeless.status == 3 && homeless.errors.contains("XDG_STATE_HOME"), "\(homeless.all)")
    #expect(s.readiness("trust", "--sinks").status == 0)
    #expect(s.readiness("deliver").output.contains("told"))
    let sound = s[".git/readiness/trusted"] ?? ""
    #expect(sound.split(separator: "\n").count == 2)
    func isTrusted(_ text: String) -> Bool {
      s[".git/readiness/trusted"] = text
      return s.readiness("trust", "--sinks", "--dry-run").output.contains("trusted already")
    }
    #expect(isTrusted(sound))
    // As an earlier program wrote it, with another's code, and with an additional digest.
    let lines = sound.split(separator: "\n")
    #expect(!isTrusted(lines[0] + "\n") && !isTrusted("sha256:00\n" + sound))
    s.shell("mv ../home/.local ../local && mkdir -p ../home/.local/state/readiness")
    s.shell("umask 077; head -c 32 /dev/urandom >../home/.local/state/readiness/key")
    #expect(!isTrusted(sound))
    s.shell("rm -rf ../home/.local && mv ../local ../home/.local")
    #expect(isTrusted(sound))
    s.shell("cp -r .git ../copied && rm -rf .git && mv ../copied .git")
    #expect(!isTrusted(sound), "another folder at the same path")
  }
}

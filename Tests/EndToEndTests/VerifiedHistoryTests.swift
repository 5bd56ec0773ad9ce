import Foundation
import TestSupport
import Testing

/// The cached findings of `verify`, which are only a cache (decision 0019).
@Suite("The cache of verify")
struct VerifiedHistoryTests {
  private static let file = ".git/readiness/verified"

  /// Creates a history with runs that is long enough to be cached, and the cache of `verify`.
  private func kept() throws -> Scratch {
    let s = try Scratch.withPlan()
    for state in ["blocked", "not-started", "blocked"] { s.readiness("move", "M-01", state, "-m", "waits") }
    s.shell(
      "for n in $(seq 200); do echo \"commit refs/heads/main\"; echo \"committer A <a@b> 1700000000 +0000\"; "
        + "echo \"data 5\"; echo \"work\"; [ $n -gt 1 ] || echo 'from refs/heads/main^0'; echo; done | git fast-import --quiet"
    )
    #expect(s.readiness("verify").status == 0)
    #expect(FileManager.default.fileExists(atPath: s.path + "/" + Self.file))
    return s
  }

  /// Checks that the result with the cache equals the one without it.
  private func agree(_ s: Scratch, status: Int32, _ about: Comment) {
    let cached = s.readiness("verify", "--json")
    let anew = s.readiness("verify", "--json", "--no-cache")
    #expect(cached.output == anew.output && cached.status == anew.status && anew.status == status, about)
  }

  private func bytes(_ s: Scratch) -> Data { FileManager.default.contents(atPath: s.path + "/" + Self.file) ?? Data() }

  private func put(_ data: Data, _ s: Scratch) throws {
    try data.write(to: URL(fileURLWithPath: s.path + "/" + Self.file))
  }

  @Test("whatever happens to history, the answer is that of judging everything anew")
  func histories() throws {
    let s = try kept()
    agree(s, status: 0, "at the same commit")
    s.readiness("move", "M-01", "not-started")
    agree(s, status: 0, "a legal move more")
    s.git("commit", "-q", "--amend", "--no-edit")
    agree(s, status: 0, "an amend")
    let good = s.git("rev-parse", "HEAD").line
    s.start("M-02", as: "Done")
    s.git("commit", "-qam", "forced", environment: ["READINESS_SKIP": "1"])
    agree(s, status: 1, "an illegal commit")
    agree(s, status: 1, "which is not forgotten")
    s.git("reset", "-q", "--hard", good)
    agree(s, status: 0, "taken back")
    s.git("reset", "-q", "--hard", "HEAD~40")
    agree(s, status: 0, "a shorter history")
    s.git("reset", "-q", "--hard", good)
    // The run of an old commit, a second time: its commit is known from the file alone.
    let stamped = s.git("log", "--grep", "Readiness-Run", "--format=%H", "-1", "--skip", "3").line
    s.git("read-tree", "-u", "--reset", "\(stamped)^{tree}")
    let message = s.git("log", "-1", "--format=%B", stamped).output
    s.git("-c", "core.hooksPath=x", "commit", "-qF", "-", input: message)
    agree(s, status: 1, "a run that is replayed")
    #expect(s.readiness("verify", "--json").output.contains("replayed-run"))
    s.git("reset", "-q", "--hard", good)
    s.shell(
      "git switch -qc side HEAD~100 && git commit -q --allow-empty -m side && git switch -q main && git merge -q side")
    agree(s, status: 0, "a merge of what is older than the cache")
    s.shell("sed -i s/medium/low/ ssot/policies/gates.json")
    s.git("commit", "-qam", "stricter")
    agree(s, status: 0, "another policy")
  }

  @Test("a damaged, a strange and a missing file change no answer, and are written anew")
  func damage() throws {
    let s = try kept()
    let sound = bytes(s)
    for at in [0, 8, 39, 45, 65, 72, 80, 100, 5000, 9299, 9300, 9331] {
      var damaged = sound
      damaged[at] ^= 0x55
      try put(damaged, s)
      agree(s, status: 0, "byte \(at)")
      #expect(bytes(s) == sound, "byte \(at)")
    }
    for length in [0, 1, 50, 5000, sound.count - 1] {
      try put(sound.prefix(length), s)
      agree(s, status: 0, "cut to \(length)")
    }
    // Rows are read only if a run needs them.
    var damaged = sound
    for at in 9332..<damaged.count { damaged[at] ^= 0x55 }
    try put(damaged, s)
    s.shell("git checkout -q --detach HEAD && git read-tree -u --reset 'main~201^{tree}'")
    let message = s.git("log", "-1", "--format=%B", "main~201").output
    s.git("-c", "core.hooksPath=x", "commit", "-qF", "-", input: message)
    agree(s, status: 1, "damaged rows")
    #expect(s.readiness("verify", "--json").output.contains("replayed-run"))
    s.git("checkout", "-q", "main")
    s.shell("rm -rf .git/readiness")
    agree(s, status: 0, "none")
    #expect(bytes(s) == sound)
    s.shell("rm -rf .git/readiness && touch .git/readiness")
    agree(s, status: 0, "no folder to keep it in")
  }

  @Test("what another clone found, or somebody without the key, is not believed")
  func forged() throws {
    let s = try kept()
    let home = s.path + "/../home"
    let key = home + "/.local/state/readiness/key"
    #expect(s.shell("stat -c %a \(key)").line == "600" && s.shell("wc -c <\(key)").line.hasSuffix("32"))
    // The same history with the same user's key, with an object that does not match its id.
    s.shell("git clone -q --no-hardlinks . ../clone")
    s.unpackEverything(in: "../clone")
    let old = s.git("rev-parse", "main~201:.readiness/M-01.json").line
    let other = s.git("rev-parse", "main:.readiness/M-02.json").line
    let loose = { (id: String) in ".git/objects/\(id.prefix(2))/\(id.dropFirst(2))" }
    let swapped = s.shell("cd ../clone && chmod u+w \(loose(old)) && cp \(loose(other)) \(loose(old))")
    #expect(swapped.status == 0, "\(swapped.all)")
    let arguments = ["verify", "-C", "../clone"]
    #expect(s.readiness(arguments).status == 3)
    s.shell("mkdir -p ../clone/.git/readiness && cp \(Self.file) ../clone/.git/readiness/")
    #expect(s.readiness(arguments).status == 3, "copied from another clone")
    // A replacement at this clone's path is another clone.
    s.shell("mv .git ../kept.git && cp -r ../clone/.git .git")
    #expect(s.readiness("verify").status == 3, "at the same path")
    s.shell("rm -rf .git && mv ../kept.git .git")
    #expect(s.readiness("verify").status == 0)

    let sound = bytes(s)
    s.shell("head -c 32 /dev/urandom >../k && cp ../k \(key)")
    agree(s, status: 0, "another key")
    #expect(bytes(s) != sound)
  }

  @Test("without a home, or with a key that others can read, nothing is kept; XDG_STATE_HOME is a home")
  func homeless() throws {
    let s = try kept()
    s.shell("rm -r .git/readiness")
    func isKept(_ environment: [String: String]) -> Bool {
      #expect(s.readiness("verify", environment: environment).status == 0)
      defer { s.shell("rm -rf .git/readiness") }
      return FileManager.default.fileExists(atPath: s.path + "/" + Self.file)
    }
    #expect(!isKept(["HOME": ""]) && !isKept(["HOME": "relative"]) && !isKept(["HOME": "/proc"]))
    #expect(isKept([:]))
    #expect(isKept(["HOME": "", "XDG_STATE_HOME": s.path + "/../state"]))
    #expect(s.shell("ls ../state/readiness").line == "key")
    let key = s.path + "/../home/.local/state/readiness/key"
    s.shell("chmod 640 \(key)")
    #expect(!isKept([:]))
    s.shell("chmod 600 \(key) && mv \(key) \(key).own && ln -s key.own \(key)")
    #expect(!isKept([:]))
    s.shell("rm \(key) && head -c 31 \(key).own >\(key) && chmod 600 \(key)")
    #expect(!isKept([:]))
  }

  @Test("what is kept goes through no link")
  func links() throws {
    let s = try kept()
    s.shell("mkdir ../victim && rm -r .git/readiness && ln -s ../../victim .git/readiness")
    #expect(s.readiness("verify").status == 0)
    #expect(s.shell("ls -A ../victim").output.isEmpty)
    s.shell("rm .git/readiness && mkdir .git/readiness && ln -s ../../../victim/file .git/readiness/verified")
    #expect(s.readiness("verify").status == 0)
    #expect(s.shell("ls -A ../victim").output.isEmpty)
    s.shell("rm -r .git/readiness && mkdir .git/readiness && mkfifo .git/readiness/verified")
    #expect(s.shell("timeout 20 \"$READINESS\" verify").status == 0)
  }

  @Test("what the answer shows is recomputed although the cache knows it: the tip, its plan and its policy")
  func tip() throws {
    let s = try kept()
    s.unpackEverything()
    let paths = [
      "", "^{tree}", ":.readiness", ":.readiness/M-01.json", ":ssot", ":ssot/plan.json", ":ssot/policies/workflow.json",
    ]
    for path in paths {
      #expect(s.readiness("verify").status == 0, "\(path)")
      let id = s.git("rev-parse", "HEAD" + path).line
      let type = s.git("cat-file", "-t", id).line
      let change =
        "s/Blocked/Blocket/; s/work/wark/; s/M-02/M-92/; s/gates/gaves/; s/version/varsion/; s/planId/planJd/; s/ssot/ssut/; s/policies/policiez/"
      let forged = s.shell(
        "git cat-file \(type) \(id) | sed '\(change)' | git hash-object -t \(type) --literally -w --stdin")
      #expect(forged.status == 0 && forged.line != id, "\(path): \(forged.all)")
      s.swap(id, for: forged.line) {
        let verify = s.readiness("verify")
        #expect(verify.status == 3 && verify.errors.contains("damaged-repository"), "\(path): \(verify.all)")
      }
    }
  }

  @Test("ranges, short histories and other formats keep nothing; other programs are told apart")
  func strangers() throws {
    let s = try Scratch.withPlan()
    #expect(s.readiness("verify").status == 0)
    #expect(!FileManager.default.fileExists(atPath: s.path + "/" + Self.file))
    let long = try kept()
    let sound = bytes(long)
    long.shell("cp \"$READINESS\" ../other && ../other verify")
    #expect(bytes(long) != sound)
    #expect(long.readiness("verify", "--format", "junit").output.contains("<testcase"))
  }
}

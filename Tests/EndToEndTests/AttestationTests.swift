import Foundation
import StrictJSON
import TestSupport
import Testing

extension Scratch {
  /// Returns the public key of a key pair outside the work tree, which is created if necessary.
  func publicKey(_ name: String, _ how: String = "-algorithm ed25519") -> String {
    shell(
      "[ -e ../\(name).pem ] || openssl genpkey \(how) -out ../\(name).pem; openssl pkey -in ../\(name).pem -pubout"
    )
    .output
  }

  /// Writes a policy that accepts the attestations of one key.
  func accept(_ name: String, more: String = "", unsigned: String = "show") {
    let pem = String(decoding: JSONValue.text(publicKey(name)).canonicalBytes, as: UTF8.self)
    self["ssot/policies/attestations.json"] =
      "{ \"version\": 1, \"keys\": [{ \"keyid\": \"\(name)\", \"publicKey\": \(pem)\(more) }], \"unsigned\": \"\(unsigned)\" }"
  }

  /// Returns a milestone in review with evidence of a check whose inputs have changed since. The gate `small` covers
  /// only it.
  static func withStaleCheck(_ check: String = #""inputs": ["src/**"]"#) throws -> Scratch {
    let s = try Scratch.withSource()
    s["ssot/policies/gates.json"] =
      #"{ "version": 1, "gates": { "small": { "milestones": ["M-01"], "category": "review", "noSuspect": true } } }"#
    s.accept("ci")
    s.start("M-01")
    try s.give(
      [("M-01", "{ \"command\": [\"grep\", \"-q\", \"o\", \"src/a.txt\"], \"profile\": \"plain\", \(check) }")],
      profiles: #"{ "plain": { "timeoutSeconds": 20, "killGraceSeconds": 0.2 } }"#)
    s.readiness("trust")
    s.readiness("check", "M-01")
    s.git("commit", "-qm", "evidence")
    let moved = s.readiness("move", "M-01", "in-review")
    precondition(moved.status == 0, moved.all)
    s.change("two")
    return s
  }

  /// Commits a change of the check's input.
  func change(_ word: String) {
    self["src/a.txt"] = "\(word), o\n"
    git("add", "src")
    git("commit", "-qm", word)
  }

  var small: Result { readiness("gate", "small") }

  /// The output of the gate without attestations, and of verify, replay and a dry move, which read only the tree.
  var judged: String {
    [
      ["verify", "--no-cache"], ["replay"], ["move", "M-01", "done", "--dry-run"],
      ["gate", "small", "--no-attestations"],
    ]
    .map { readiness($0).all }.joined()
  }
}

/// Evidence renewed without a commit on the branch (`doc/guides/attestations.md`).
@Suite("Attestations", .enabled(if: Needed.programs("openssl")))
struct AttestationTests {
  @Test("an attestation clears what a changed input made suspect, no commit lands, and another change is suspect again")
  func renews() throws {
    let s = try Scratch.withStaleCheck()
    #expect(s.small.status == 1)
    let (head, before) = (s.git("rev-parse", "HEAD").line, s.judged)
    let attested = s.readiness("check", "--suspect", "--attest", "--key", "../ci.pem")
    #expect(attested.status == 0 && attested.output.contains("Attested 1"), "\(attested.all)")
    #expect(s.git("rev-parse", "HEAD").line == head && s.git("status", "--porcelain").output.isEmpty)
    #expect(s.small.status == 0, "\(s.small.all)")
    #expect(s.readiness("status").output.contains("M-01/c0 renewed by attestation of ci, 0 min ago"))
    #expect(!s.readiness("status").output.contains("Suspect"))
    #expect(s.readiness("show", "M-01").output.contains("renewed by attestation of ci"))
    #expect(s.readiness("weekly", "--gate", "small").output.contains("recommendation: Go"))
    #expect(s.readiness("why-not", "small").output.contains("go  Nothing"))
    #expect(s.readiness("gate", "small", "--no-attestations").status == 1)
    // A move and an audit depend only on the tree.
    #expect(s.judged == before)
    #expect(s.readiness("move", "M-01", "done").status == 1)
    #expect(s.readiness("check", "--suspect", "--attest", "--key", "../ci.pem").output.contains("No evidence"))
    #expect(s.readiness("check", "--all", "--attest", "--key", "../ci.pem").output.contains("Nothing is new"))
    s.change("three")
    #expect(s.small.status == 1)
    s.git("reset", "-q", "--hard", "HEAD~1")
    #expect(s.small.status == 0)
  }

  @Test("why-not asks for evidence in the file where a milestone still has to move")
  func whyNot() throws {
    let s = try Scratch.withStaleCheck()
    s.readiness("check", "--all", "--attest", "--key", "../ci.pem")
    s["ssot/policies/gates.json"] = s["ssot/policies/gates.json"]?.replacingOccurrences(of: "review", with: "done")
    s.git("commit", "-qam", "stricter")
    #expect(s.readiness("why-not", "small").output.contains("run the check of c0 again"))
  }

  @Test("what policy does not accept counts for nothing, and attestations verify says why")
  func refused() throws {
    let s = try Scratch.withStaleCheck()
    _ = s.publicKey("eve")
    func reasons() -> [String] {
      let json = s.readiness("attestations", "verify", "--json").output
      let root = try? JSONDocument(parsing: Array(json.utf8)).root
      return (root?["attestations"]?.array ?? []).map { $0["reason"]?.string ?? "counts" }.sorted()
    }
    #expect(s.readiness("check", "--all", "--attest").output.contains("without a signature"))
    s.readiness("check", "--all", "--attest", "--key", "../eve.pem")
    #expect(reasons() == ["unknown-key", "unsigned"])
    #expect(s.small.status == 1)
    // Eve's envelope claims to be from CI's key.
    let forged = s.shell(
      """
      set -e; t=refs/readiness/attestations; p=$(git ls-tree -r --name-only $t | grep -v unsigned)
      ci=$(openssl pkey -in ../ci.pem -pubout -outform DER | sha256sum | cut -c1-64)
      eve=$(openssl pkey -in ../eve.pem -pubout -outform DER | sha256sum | cut -c1-64)
      export GIT_INDEX_FILE=../index; git read-tree $t
      id=$(git cat-file blob $t:$p | sed s/$eve/$ci/ | git hash-object -w --stdin)
      git update-index --add --cacheinfo 100644,$id,$(echo $p | sed s/$eve/$ci/)
      git update-ref $t $(git commit-tree -p $t -m forged $(git write-tree))
      """)
    #expect(forged.status == 0, "\(forged.all)")
    #expect(reasons() == ["bad-signature", "unknown-key", "unsigned"])
    #expect(s.readiness("attestations", "verify").status == 1 && s.small.status == 1)
    // It does not prevent the key itself from attesting.
    #expect(s.readiness("check", "--all", "--attest", "--key", "../ci.pem").output.contains("Attested 1"))
    #expect(s.small.status == 0)
    #expect(s.readiness("attestations").output.contains("counts"))
    // A changed check needs evidence in the file; in this separate tree the workflow is not checked.
    s.edit("M-01", "\"-q\"", "\"-c\"")
    #expect(s.readiness("gate", "small", "--worktree").status == 1)
    s.git("checkout", "-q", ".")
    s.change("four")
    #expect(reasons().contains("other-inputs") && s.small.status == 1)
  }

  @Test("an attestation lapses with the check's days, and a key with its own, or beyond its criteria")
  func lapses() throws {
    let s = try Scratch.withStaleCheck(#""inputs": ["src/**"], "validFor": 10"#)
    s.readiness("check", "--all", "--attest", "--key", "../ci.pem")
    #expect(s.small.status == 0)
    #expect(s.readiness("gate", "small", "--now", "2999-01-01").status == 1)
    #expect(s.readiness("attestations", "--now", "2999-01-01").output.contains("past its days"))
    // A second attestation of the same inputs is stored next to the first.
    #expect(s.readiness("check", "--all", "--attest", "--key", "../ci.pem").output.contains("Attested 1"))
    #expect(s.git("ls-tree", "-r", "--name-only", "refs/readiness/attestations").line.split(separator: "\n").count == 2)
    for more in [#", "validUntil": "2020-01-01""#, #", "validFrom": "2998-01-01""#, #", "criteria": ["M-02/*"]"#] {
      s.accept("ci", more: more)
      #expect(s.readiness("gate", "small", "--worktree").status == 1, "\(more)")
    }
    s.accept("ci", more: #", "criteria": ["M-01/*"], "validFrom": "2020-01-01", "validUntil": "2998-01-01""#)
    #expect(s.readiness("gate", "small", "--worktree").status == 0)
    s["ssot/policies/attestations.json"] = nil
    #expect(s.readiness("gate", "small", "--worktree").status == 1)
  }

  @Test("another clone that fetched the attestations gets the same answer, and an older commit of them the older one")
  func elsewhere() throws {
    let s = try Scratch.withStaleCheck()
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    #expect(s.readiness("install", "--server", server.path).status == 0)
    s.git("remote", "add", "origin", server.path)
    let pushed = s.readiness("check", "--all", "--attest", "--key", "../ci.pem", "--push", "origin")
    #expect(pushed.status == 0, "\(pushed.all)")
    let other = try Scratch(cloneOf: server)
    #expect(other.small.status == 1)
    other.git("fetch", "-q", "origin", "refs/readiness/attestations:refs/readiness/attestations")
    let now = "2030-01-01"
    let answer = s.readiness("gate", "small", "--json", "--now", now)
    #expect(answer.status == 0 && answer.output.contains("refs") == false)
    #expect(other.readiness("gate", "small", "--json", "--now", now).output == answer.output)
    let first = s.git("rev-parse", "refs/readiness/attestations").line
    #expect(answer.output.contains(first))
    s.change("five")
    s.readiness("check", "--all", "--attest", "--key", "../ci.pem")
    #expect(s.small.status == 0)
    #expect(s.readiness("gate", "small", "--attestations", first).status == 1)
    // A server's gate accepts only additions.
    func push(_ tree: String) -> Scratch.Result {
      s.shell(
        "export GIT_INDEX_FILE=../index; rm -f ../index; \(tree)\ngit push -q --no-verify origin $(git commit-tree -p \(first) -m x $(git write-tree)):refs/readiness/attestations"
      )
    }
    #expect(push("git read-tree --empty").errors.contains("attestations-shrunk"))
    let altered =
      "git read-tree \(first); p=$(git ls-files); id=$(echo x | git hash-object -w --stdin); git update-index --cacheinfo 100644,$id,${p}"
    #expect(push(altered).errors.contains("attestations-shrunk"))
    #expect(
      push("git read-tree \(first); git update-index --add --cacheinfo 100644,$(git hash-object -w src/a.txt),a.txt")
        .errors.contains("attestation-malformed"))
    let merge = s.shell(
      "git push -q --no-verify origin $(git commit-tree -p \(first) -p $(git commit-tree -m r \(first)^{tree}) -m m \(first)^{tree}):refs/readiness/attestations"
    )
    #expect(merge.errors.contains("attestations-shrunk"), "\(merge.all)")
    #expect(s.git("push", "-q", "--no-verify", "origin", "refs/readiness/attestations").status == 0)
    #expect(s.git("push", "-q", "--no-verify", "origin", ":refs/readiness/attestations").status != 0)
  }

  @Test("install lets git fetch bring attestations where the plan accepts some and origin has some; uninstall ends it")
  func refspec() throws {
    let s = try Scratch.withStaleCheck()
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    s.git("remote", "add", "origin", server.path)
    let other = try Scratch(cloneOf: server)
    let before = other.git("config", "--local", "--list").output
    func fetches() -> String { other.git("config", "--get-all", "remote.origin.fetch").output }
    #expect(!other.readiness("install").output.contains("refspec"), "origin has none yet")
    s.readiness("check", "--all", "--attest", "--key", "../ci.pem", "--push", "origin")
    #expect(other.readiness("install").output.contains("refspec of attestations"))
    #expect(other.readiness("install").output.contains("installed already"))
    #expect(fetches().contains("+refs/heads/*") && fetches().contains("refs/readiness/attestations"))
    #expect(other.git("fetch", "-q").status == 0 && other.small.status == 0)
    #expect(other.readiness("uninstall").output.contains("refspec of attestations"))
    #expect(other.git("config", "--local", "--list").output == before)
    // An unreachable remote does not prevent an installation, and a plan that accepts no attestations does not query
    // it.
    other.git("remote", "set-url", "origin", "file:///nowhere")
    #expect(other.readiness("install").status == 0 && !fetches().contains("attestations"))
  }

  @Test("hooks, verify and replay say and write the same bytes with the ref and without, in a clone and at a server")
  func hooks() throws {
    let s = try Scratch.withStaleCheck()
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    s.readiness("check", "--all", "--attest", "--key", "../ci.pem")
    #expect(s.small.status == 0)
    // Prints the output of each hook, and the message that it leaves without the time; the change is staged.
    let hooks = """
      for hook in pre-commit prepare-commit-msg commit-msg pre-merge-commit; do
        echo subject >../message; "$READINESS" hook $hook ../message message 2>&1; echo "$hook $?"
        grep -vE '^Readiness-(Run|At)' ../message
      done; true
      """
    let ref = "refs/readiness/attestations"
    let tip = s.git("rev-parse", ref).line
    for (id, old, new) in [("M-01", "\"In Review\"", "\"Done\""), ("M-02", "\"TBD\"", "\"ada\"")] {
      s.edit(id, old, new)
      s.git("add", "-A")
      // A commit that bypasses the hooks; the server already has its objects.
      let made = s.git("commit-tree", "-p", "HEAD", "-m", "change", s.git("write-tree").line).line
      s.git("push", "-q", "--no-verify", server.path, "\(made):refs/heads/pushed", ref)
      server.git("update-ref", "-d", "refs/heads/pushed")
      let line = "\(s.git("rev-parse", "HEAD").line) \(made) refs/heads/main"
      func said() -> String {
        [
          s.shell(hooks),
          s.shell("echo 'x \(made) refs/heads/main \(line.prefix(40))' | \"$READINESS\" hook pre-push origin x"),
          server.shell("echo '\(line)' | \"$READINESS\" hook pre-receive"),
        ].map(\.all).joined()
      }
      func audited() -> String {
        s.shell("for word in 'verify --no-cache' 'verify --json' replay; do \"$READINESS\" $word 2>&1; echo $?; done")
          .all
      }
      let (with, auditedWith) = (said(), audited())
      s.git("update-ref", "-d", ref)
      server.git("update-ref", "-d", ref)
      let without = said()
      #expect(auditedWith == audited() && auditedWith.contains("verified"))
      s.git("update-ref", ref, tip)
      #expect(with == without, "\(with)\n----\n\(without)")
      #expect(with.contains("evidence-mismatch") == (id == "M-01"), "\(with)")
      #expect(with.contains("prepare-commit-msg 0") == (id == "M-02"), "\(with)")
      #expect(with.components(separatedBy: "this push is refused").count == 3, "\(with)")
      s.git("reset", "-q", "--hard")
    }
  }

  @Test("eight writers at once lose none, here and on the server")
  func writers() throws {
    let s = try Scratch.withStaleCheck()
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    s.readiness("install", "--server", server.path)
    s.git("remote", "add", "origin", server.path)
    for number in 1...8 { _ = s.publicKey("k\(number)") }
    let all = s.shell(
      """
      seq 8 | xargs -P 8 -I{} sh -c 'p=; [ {} -gt 4 ] && p="--push origin"; "$READINESS" check --all --attest --key ../k{}.pem $p' 2>&1
      "$READINESS" check --all --attest --push origin
      """)
    let files = s.git("ls-tree", "-r", "--name-only", "refs/readiness/attestations").line.split(separator: "\n")
    #expect(files.count == 9, "\(all.all)")
    #expect(
      server.git("rev-parse", "refs/readiness/attestations").line
        == s.git("rev-parse", "refs/readiness/attestations").line)
    #expect(s.git("fsck", "--strict").status == 0)
  }

  @Test("a writer that is killed leaves the ref as it was or with all that it attested, and the next one goes on")
  func killed() throws {
    let s = try Scratch.withStaleCheck()
    func files() -> Set<String> {
      Set(
        s.git("ls-tree", "-r", "--name-only", "refs/readiness/attestations").output.split(separator: "\n").map(
          String.init))
    }
    let began = Date()
    #expect(s.readiness("check", "--all", "--attest", "--key", "../ci.pem").status == 0)
    let whole = Date().timeIntervalSince(began)
    for number in 1...12 {
      _ = s.publicKey("k\(number)")
      let before = files()
      let delay = whole * Double(number) / 12
      s.shell(
        """
        "$READINESS" check --all --attest --key ../k\(number).pem >../out 2>&1 & p=$!
        sleep \(delay); kill -9 $p 2>/dev/null; wait $p; true
        """)
      let after = files()
      #expect(after.isSuperset(of: before) && after.count <= before.count + 1, "after \(delay) s")
      #expect(s.git("fsck", "--strict").status == 0 && s.small.status == 0, "after \(delay) s")
    }
    let last = files().count
    _ = s.publicKey("last")
    #expect(s.readiness("check", "--all", "--attest", "--key", "../last.pem").status == 0)
    #expect(files().count == last + 1 && s.readiness("attestations", "verify").status == 0)
  }

  @Test("two clones that attested apart are joined by a push, and none is lost")
  func joined() throws {
    let s = try Scratch.withStaleCheck()
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    s.git("remote", "add", "origin", server.path)
    s.readiness("check", "--all", "--attest", "--key", "../ci.pem", "--push", "origin")
    let other = try Scratch(cloneOf: server)
    _ = other.publicKey("far")
    other.readiness("trust")
    other.readiness("check", "--all", "--attest", "--key", "../far.pem")
    let pushed = other.readiness("check", "--all", "--attest", "--key", "../far.pem", "--push", "origin")
    #expect(pushed.status == 0, "\(pushed.all)")
    let files = server.git("ls-tree", "-r", "--name-only", "refs/readiness/attestations").line.split(separator: "\n")
    #expect(files.count == 2)
  }

  @Test("a key in the work tree that is not ignored, with a passphrase, or of another kind is refused with what helps")
  func keys() throws {
    let s = try Scratch.withStaleCheck()
    s.shell("openssl genpkey -algorithm ed25519 -out key.pem")
    func attest(_ key: String) -> Scratch.Result { s.readiness("check", "--all", "--attest", "--key", key) }
    #expect(attest("key.pem").status == 2 && attest("key.pem").errors.contains("not ignored"))
    #expect(s.readiness("--json", "check", "--all", "--attest", "--key", "key.pem").output.contains("\"key-in-tree\""))
    s[".gitignore"] = "key.pem\n"
    #expect(attest("key.pem").status == 0)
    s.git("add", "-f", "key.pem")
    #expect(attest("key.pem").status == 2)
    s.shell("openssl genpkey -algorithm ed25519 -aes256 -pass pass:x -out ../locked.pem")
    #expect(attest("../locked.pem").status == 2 && attest("../locked.pem").errors.contains("openssl genpkey"))
    _ = s.publicKey("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048")
    #expect(attest("../rsa.pem").status == 2)
    _ = s.publicKey("p256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256")
    s.accept("p256")
    #expect(attest("../p256.pem").status == 0)
    #expect(s.readiness("gate", "small", "--worktree").status == 0)
  }

  @Test("twenty commits change the sources, none renews evidence, and the gate is right after each")
  func twenty() throws {
    let s = try Scratch.withStaleCheck()
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    s.readiness("install", "--server", server.path)
    s.git("remote", "add", "origin", server.path)
    let started = s.git("rev-list", "--count", "HEAD").line
    for number in 1...20 {
      s.change("change \(number)")
      #expect(s.git("push", "-q", "origin", "main").status == 0)
      #expect(server.small.status == 1, "\(number)")
      s.readiness("check", "--suspect", "--attest", "--key", "../ci.pem", "--push", "origin")
      #expect(server.small.status == 0, "\(number): \(server.small.all)")
    }
    #expect(s.git("rev-list", "--count", "HEAD").line == String((Int(started) ?? 0) + 20))
    #expect(s.git("diff", "--name-only", "HEAD~20", "HEAD").line == "src/a.txt")
    #expect(s.readiness("verify").status == 0)
  }
}

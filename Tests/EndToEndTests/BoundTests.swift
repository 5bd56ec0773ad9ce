import Foundation
import TestSupport
import Testing

/// A stranger's push is judged within bounds, or the result is "could not judge"; it never ends in a signal.
@Suite("Bounds")
struct BoundTests {
  /// Returns a tree of the plan with a folder as `ssot/policies/d`.
  private func tree(_ s: Scratch, policies folder: String) -> String {
    let policies = s.shell(
      "{ git ls-tree HEAD:ssot/policies; printf '040000 tree %s\\td\\n' \(folder); } | git mktree"
    ).line
    let ssot = s.shell(
      "{ git ls-tree HEAD:ssot | grep -v policies; printf '040000 tree %s\\tpolicies\\n' \(policies); } | git mktree"
    ).line
    return s.shell("{ git ls-tree HEAD | grep -v ssot; printf '040000 tree %s\\tssot\\n' \(ssot); } | git mktree").line
  }

  private func verify(_ s: Scratch, tree: String) -> Scratch.Result {
    let commit = s.shell("git commit-tree -p HEAD -m x \(tree)").line
    return s.readiness("verify", commit)
  }

  @Test("what a command reads is bounded: a large file, and a device that never ends, are exit status 3")
  func largeFiles() throws {
    let s = try Scratch.withPlan()
    s.shell("truncate -s 700M ../large && mkdir -p ssot && truncate -s 160M ssot/runtime.config.json")
    let empty = try Scratch()
    for (scratch, words) in [
      (s, ["config", "check"]), (s, ["config", "show", "tdd"]), (s, ["config", "check", "../large"]),
      (s, ["gate", "--capture", "../large"]), (s, ["why-not", "--capture", "../large"]), (s, ["import", "../large"]),
      (s, ["attest", "verify", "--key", "../large", "../large"]), (s, ["attest", "sign", "../large"]),
      (empty, ["init", "--from", "/dev/zero"]), (s, ["import", "/dev/zero"]), (s, ["config", "check", "/dev/zero"]),
    ] {
      // 2 GiB of addresses are room for the program and not for the file.
      let result = scratch.shell("ulimit -v 2097152; \"$READINESS\" \(words.joined(separator: " "))")
      let says = result.errors.contains("too large") || result.errors.contains("more than")
      #expect(result.status == 3 && says, "\(words): \(result.status) \(result.all.prefix(500))")
    }
  }

  @Test("a file of profiles that is too large to read stands for none")
  func largeProfiles() throws {
    let s = try Scratch.withPlan()
    s.shell("truncate -s 2M ssot/runtime.config.json && git add -A && git commit -qm cfg")
    for words in [["config", "show", "tdd"], ["trust"], ["check", "--all"], ["trust", "--sinks"], ["deliver"]] {
      let result = s.readiness(words)
      #expect(result.status == 3 && result.errors.contains("too large"), "\(words): \(result.all)")
    }
  }

  @Test("a policy of more than 64 folders in one another, or of more than 4,096 files, cannot be read")
  func policyFolders() throws {
    let s = try Scratch.withPlan()
    func deep(_ count: Int) -> String {
      s.shell(
        """
        b=$(printf '{}' | git hash-object -w --stdin)
        t=$(printf '100644 blob %s\\tx.json\\n' $b | git mktree)
        for i in $(seq \(count)); do t=$(printf '040000 tree %s\\td\\n' $t | git mktree); done; echo $t
        """
      ).line
    }
    let bounded = verify(s, tree: tree(s, policies: deep(62)))
    #expect(!bounded.all.contains("policy-unreadable"), "\(bounded.all)")
    let tooDeep = verify(s, tree: tree(s, policies: deep(64)))
    #expect(tooDeep.status == 1 && tooDeep.all.contains("policy-unreadable"), "\(tooDeep.all)")
    // Ten folders of ten folders … of ten files: ten objects, ten thousand million files.
    let wide = s.shell(
      """
      b=$(printf '{}' | git hash-object -w --stdin)
      t=$(for i in 0 1 2 3 4 5 6 7 8 9; do printf '100644 blob %s\\t%s.json\\n' $b $i; done | git mktree)
      for l in 1 2 3 4 5 6 7 8 9; do
        t=$(for i in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\td%s\\n' $t $i; done | git mktree)
      done; echo $t
      """
    ).line
    let tooWide = verify(s, tree: tree(s, policies: wide))
    #expect(tooWide.status == 1 && tooWide.all.contains("policy-unreadable"), "\(tooWide.all)")
  }

  @Test(
    "a date that no calendar has is no signal",
    arguments: [
      "9223372036854775807 +0000", "9223372036854775808 +0000", "-9223372036854775808 +0000",
      "99999999999999999999999 +9999", "253402300800 +0000", "-1 +0000", "x y", "",
    ])
  func dates(date: String) throws {
    let s = try Scratch.withPlan()
    let commit = s.shell(
      """
      printf 'tree %s\\nparent %s\\nauthor A <a@example.com> \(date)\\ncommitter A <a@example.com> \(date)\\n\\nx\\n' \
        $(git rev-parse HEAD^{tree} HEAD) | git hash-object -t commit -w --stdin --literally
      """
    ).line
    s.git("update-ref", "refs/heads/main", commit)
    for command in ["verify", "log", "weekly", "status", "replay", "gate", "diff HEAD~1 HEAD"] {
      let result = s.shell("\"$READINESS\" \(command)")
      #expect((0...3).contains(result.status), "\(command): \(result.status) \(result.all)")
    }
  }

  @Test("200 kB on standard error of a program hang nobody", .timeLimit(.minutes(1)))
  func floodedPipes() throws {
    let s = try Scratch.withPlan()
    s.shell(
      """
      mkdir ../noisy && printf '#!/bin/sh\\nhead -c 200000 /dev/zero >&2\\nexec \(s.shell("command -v git").line) "$@"\\n' >../noisy/git
      chmod +x ../noisy/git
      """)
    for command in ["doctor", "install", "status"] {
      let result = s.shell("PATH=$PWD/../noisy:$PATH \"$READINESS\" \(command)")
      #expect((0...3).contains(result.status), "\(command): \(result.status)")
    }
  }

  @Test(
    "a pattern at the bound is \"could not judge\": at the gate, and in verify with exit 3", .timeLimit(.minutes(1)))
  func pattern() throws {
    let s = try Scratch.withPlan()
    s.shell(
      """
      python3 - <<'PY'
      import json
      p = "ssot/schemas/milestone.schema.json"
      v = json.load(open(p))
      v["properties"]["outcome"]["pattern"] = "^([^!]|[^?])*[!?]$"
      json.dump(v, open(p, "w"))
      PY
      """)
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "a pattern")
    #expect(commit.status == 1 && commit.errors.contains("too many steps"), "\(commit.all)")
    s.git("commit", "-qm", "a pattern", environment: ["READINESS_SKIP": "1"])
    let verify = s.readiness("verify")
    #expect(verify.status == 3 && verify.errors.contains("pattern-too-costly"), "\(verify.all)")
  }
}

import Foundation
import TestSupport
import StrictJSON
import Testing

/// The promise of M-04: replaying the runs of a history gives the same decisions for any person, place and time.
@Suite("Replay")
struct ReplayTests {
  /// Creates legal and rejected runs, a merge, a run on two branches, one without a stamp, a heal.
  private static func history() throws -> Scratch {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.prove("M-01")
    s.git("commit", "-qam", "start")
    s.git("checkout", "-q", "-b", "side")
    s.readiness("move", "M-01", "in-review")
    s.git("branch", "twin")
    s.git("checkout", "-q", "main")
    s.edit("M-02", "\"TBD\"", "\"bob\"")
    s.git("commit", "-qam", "owner")
    s.git("rebase", "-q", "main", "twin")
    s.git("checkout", "-q", "main")
    s.git("merge", "-q", "--no-edit", "side")
    s.git("merge", "-q", "--no-edit", "twin")
    s.readiness("move", "M-01", "done")
    s.edit("M-03", "Not Started", "Done")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "by hand")
    s.git("checkout", "-q", "-b", "healed")
    s.readiness("heal", "-m", "recorded")
    return s
  }

  private func replay(_ scratch: Scratch, _ revision: String, _ environment: [String: String] = [:]) throws -> JSONValue
  {
    let output = scratch.readiness("replay", "--at", revision, "--json", environment: environment).output
    return try JSONDocument(parsing: Array(output.utf8), limits: .general).root
  }

  @Test(
    "the same commit gives the same decisions in a clone, bare, packed, in a linked work tree, and at another time and place"
  )
  func everywhere() throws {
    let s = try Self.history()
    let bare = try Scratch(cloneOf: s, bare: true)
    let clone = try Scratch(cloneOf: s)
    clone.git("fetch", "-q", "origin", "main:main")
    for revision in ["main", "healed"] {
      let id = s.git("rev-parse", revision).line
      let first = try replay(s, id)
      #expect(first["decisions"]?.array?.isEmpty == false && first["digest"]?.string?.isEmpty == false)
      let reference = first.canonicalBytes
      #expect(try replay(s, id).canonicalBytes == reference)
      #expect(try replay(bare, id).canonicalBytes == reference)
      #expect(try replay(clone, id).canonicalBytes == reference)
      #expect(try replay(s, id, ["TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8"]).canonicalBytes == reference)
      #expect(
        try replay(s, id, ["READINESS_TIMEOUT_SECONDS": "1", "COLUMNS": "20", "NO_COLOR": "1"]).canonicalBytes
          == reference)
      s.git("worktree", "add", "-q", "--detach", "../linked-\(revision)", id)
      let linked = s.shell("cd ../linked-\(revision) && \"$READINESS\" replay --json --at \(id)").output
      #expect(try JSONDocument(parsing: Array(linked.utf8), limits: .general).root.canonicalBytes == reference)
      s.git("gc", "-q")
      #expect(try replay(s, id).canonicalBytes == reference)
    }
  }

  @Test("a run that several branches hold is decided once, and every decision names its codes")
  func once() throws {
    let s = try Self.history()
    let root = try replay(s, "main")
    let decisions = try #require(root["decisions"]?.array)
    let runs = decisions.compactMap { $0["run"]?.string }
    #expect(Set(runs).count == runs.count && runs == runs.sorted())
    #expect(decisions.allSatisfy { $0["accepted"]?.bool == ($0["codes"]?.array?.isEmpty ?? false) })
    // The run that side and twin share.
    let shared = s.run(of: "side")
    #expect(shared == s.run(of: "twin") && runs.filter { $0 == shared }.count == 1)
  }

  @Test("the digest is SHA-256 of the RFC 8785 form of state and decisions, refused ones included")
  func digest() throws {
    let s = try Self.history()
    s.readiness("move", "M-04", "blocked", "-m", "waits")
    s.edit("M-04", "\"TBD\"", "\"eve\"")
    s.git("-c", "core.hooksPath=/dev/null", "commit", "-qa", "--amend", "--no-edit")
    let root = try replay(s, "HEAD")
    #expect(root["decisions"]?.array?.contains { $0["accepted"]?.bool == false } == true)
    let told: JSONValue = ["state": root["state"] ?? nil, "decisions": root["decisions"] ?? nil]
    s["told.json"] = String(decoding: told.canonicalBytes, as: UTF8.self)
    #expect(root["digest"]?.string == "sha256:" + s.shell("sha256sum told.json").output.prefix(64))
  }

  @Test("replaying what was replayed changes nothing: the state that the runs add up to is that of the tree")
  func idempotent() throws {
    let s = try Self.history()
    let root = try replay(s, "healed")
    #expect(root["agrees"]?.bool == true)
    #expect(root["state"]?["M-01"]?["status"]?.string == "Done")
    #expect(try replay(s, "healed")["digest"]?.string == root["digest"]?.string)
    #expect(s.git("status", "--porcelain").output.isEmpty)
  }
}

import Foundation
import TestSupport
import Testing

@Suite("Merge driver")
struct MergeDriverTests {
  /// Creates two branches of one plan, each with its own change of M-01.
  private func diverged(_ ours: (Scratch) -> Void, _ theirs: (Scratch) -> Void) throws -> Scratch {
    let s = try Scratch.withPlan()
    s.start("M-01")
    s.git("commit", "-qam", "start")
    s.git("checkout", "-q", "-b", "side")
    theirs(s)
    #expect(s.git("commit", "-qam", "theirs").status == 0)
    s.git("checkout", "-q", "main")
    ours(s)
    #expect(s.git("commit", "-qam", "ours").status == 0)
    return s
  }

  @Test("changes of different fields on the same lines merge, and need no stamp")
  func fields() throws {
    let s = try diverged(
      {
        $0.edit("M-01", "\"ada\"", "\"bob\"")
        $0.edit("M-01", "Explicit", "Clear")
      },
      {
        $0.edit("M-01", "\"dependsOn\": []", "\"dependsOn\": [], \"x-team\": \"sre\"")
        $0.prove("M-01")
      })
    let merge = s.git("merge", "-q", "--no-edit", "side")
    #expect(merge.status == 0, "\(merge.all)")
    #expect(s.git("log", "-1", "--format=%(trailers)").line.isEmpty)
    let file = s[".readiness/M-01.json"] ?? ""
    #expect(["\"bob\"", "Clear", "x-team", "statement"].allSatisfy(file.contains), "\(file)")
    #expect(s.readiness("verify").status == 0)
    #expect(s.readiness("replay").status == 0)
  }

  @Test("two different new statuses are a conflict that names both; resolved, it is stamped")
  func statuses() throws {
    let s = try diverged(
      {
        $0.edit("M-01", "\"In Progress\"", "\"Blocked\",\n\"blocked\": { \"reason\": \"x\" }")
        $0.edit("M-01", "\"ada\"", "\"bob\"")
      }, { $0.edit("M-01", "\"In Progress\"", "\"Not Started\"") })
    let merge = s.git("merge", "-q", "--no-edit", "side")
    #expect(merge.status == 1)
    #expect(merge.errors.contains("status: ours is \"Blocked\", theirs is \"Not Started\"."), "\(merge.all)")
    let file = s[".readiness/M-01.json"] ?? ""
    #expect(file.contains("<<<<<<< ours\n  \"status\": \"Blocked\","), "\(file)")
    #expect(file.contains("\"bob\""))
    let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
    let kept = lines.drop { !$0.hasPrefix("<<<<<<<") }.dropFirst().prefix { !$0.hasPrefix("=======") }
    let start = lines.prefix { !$0.hasPrefix("<<<<<<<") }
    let rest = lines.drop { !$0.hasPrefix(">>>>>>>") }.dropFirst()
    s[".readiness/M-01.json"] = (start + kept + rest).joined(separator: "\n")
    let commit = s.git("commit", "-qam", "decided")
    #expect(commit.status == 0, "\(commit.all)")
    #expect(s.git("log", "-1", "--format=%(trailers)").line.contains("Readiness-Edit: M-01"))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("where the driver does not run, a wrong line merge is refused or decided, never silent")
  func withoutDriver() throws {
    let s = try diverged(
      { $0.edit("M-01", "\"ada\"", "\"bob\"") }, { $0.edit("M-01", "Explicit", "Clear") })
    s.shell("rm .git/info/attributes")
    // A forge's merge: our whole file, their change lost.
    let tree = s.git("rev-parse", "main^{tree}").line
    let id = s.git("commit-tree", tree, "-p", "main", "-p", "side", "-m", "Merge (#3)").line
    s.git("update-ref", "refs/heads/main", id)
    let verify = s.readiness("verify")
    #expect(verify.status == 1 && verify.output.contains("merge-unresolved"), "\(verify.all)")
    s.readiness("restamp")
    #expect(s.git("log", "-1", "--format=%(trailers)").line.contains("Readiness-Edit: M-01"))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("what does not parse is merged as git does it; a file that both sides add is merged from nothing")
  func fallback() throws {
    let s = try Scratch.withPlan()
    for (name, text) in [("base", "a\nb\nc\n"), ("ours", "x\nb\nc\n"), ("theirs", "a\nb\ny\n")] { s[name] = text }
    #expect(s.readiness("merge-driver", "base", "ours", "theirs", "7", ".readiness/M-01.json").status == 0)
    #expect(s["ours"] == "x\nb\ny\n")
    s["base"] = ""
    s["ours"] = "{\"id\": \"M-1\", \"owner\": \"a\"}"
    s["theirs"] = "{\"id\": \"M-1\", \"owner\": \"b\"}"
    let merge = s.readiness("merge-driver", "base", "ours", "theirs", "9", ".readiness/M-01.json")
    #expect(merge.status == 1 && merge.errors.contains("owner"))
    #expect(s["ours"]?.contains("<<<<<<<<< ours") == true)
  }

  @Test("uninstall gives back the attributes that were there, and the configuration")
  func uninstall() throws {
    let s = try Scratch()
    s.shell("mkdir -p .git/info; printf '*.txt text' >.git/info/attributes")
    let config = s[".git/config"]
    s.readiness("install")
    #expect(s.readiness("install").output.contains("already"))
    #expect(s.git("check-attr", "merge", ".readiness/M-01.json").line.hasSuffix(": readiness"))
    s.readiness("uninstall")
    #expect(s[".git/info/attributes"] == "*.txt text" && s[".git/config"] == config)
  }
}

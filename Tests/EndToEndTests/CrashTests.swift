import Foundation
import TestSupport
import Testing

/// A move that is killed at every call that changes the file system, one after another.
@Suite("Crashes")
struct CrashTests {
  @Test("a move killed at any call leaves the old state or the new one, and the next command goes on or names the lock")
  func everyCall() throws {
    let s = try Scratch.withPlan()
    for id in ["M-01", "M-02"] { s.edit(id, "\"TBD\"", "\"ada\"") }
    s.git("commit", "-qam", "owners")
    let shim = try FaultShim.build(s)
    let head = s.git("rev-parse", "HEAD").line
    var (old, new, named) = (0, 0, 0)
    var call = 0
    while call < 500 {
      call += 1
      let move = s.shell(
        "\"$READINESS\" move M-01 in-progress", environment: ["LD_PRELOAD": shim, "FAULT_AT": "\(call)"])
      if move.status == 0 { break }
      #expect(move.status == 137, "\(call): \(move.all)")
      let after = s.git("rev-parse", "HEAD").line
      if after == head { old += 1 } else { new += 1 }
      #expect(s.git("rev-list", "--count", "\(head)..HEAD").line == (after == head ? "0" : "1"))
      var next = s.readiness("move", "M-02", "blocked", "-m", "next")
      if next.status == 3 {
        // The index's lock, taken but not yet written, has no known owner. A branch's lock always names one.
        #expect(next.errors.contains("index.lock") && next.errors.contains("s old"), "\(call): \(next.all)")
        s.shell("rm .git/index.lock")
        named += 1
        next = s.readiness("move", "M-02", "blocked", "-m", "next")
      }
      #expect(next.status == 0, "\(call): \(next.all)")
      #expect(s.git("status", "--porcelain").output.isEmpty, "\(call): \(s.git("status", "--porcelain").output)")
      #expect(s.readiness("verify").status == 0, "\(call)")
      #expect(s.shell("ls .git | grep -E 'readiness-(tmp|journal)'").output.isEmpty, "\(call)")
      s.git("reset", "-q", "--hard", head)
    }
    #expect(call < 500 && old > 10 && new > 1 && named <= 1, "\(call) calls, old \(old), new \(new), named \(named)")
    #expect(s.git("fsck", "--strict").status == 0)
  }

  @Test("a retirement killed at any call leaves the milestone or its retired id, and the next command goes on")
  func retire() throws {
    let s = try Scratch.withPlan()
    let shim = try FaultShim.build(s)
    let head = s.git("rev-parse", "HEAD").line
    // With all object folders present, each run makes the same calls.
    s.shell(
      "cd .git/objects && for a in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do for b in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do mkdir -p $a$b; done; done"
    )
    var (old, new, call) = (0, 0, 0)
    while call < 500 {
      call += 1
      let retire = s.shell(
        "\"$READINESS\" retire M-12 --commit", environment: ["LD_PRELOAD": shim, "FAULT_AT": "\(call)"])
      if retire.status == 0 { break }
      #expect(retire.status == 137, "\(call): \(retire.all)")
      let isOld = s.git("rev-parse", "HEAD").line == head
      if isOld { old += 1 } else { new += 1 }
      var next = s.readiness("block", "M-01", "next", "--commit")
      if next.status == 3 {
        #expect(next.errors.contains("index.lock"), "\(call): \(next.all)")
        s.shell("rm .git/index.lock")
        next = s.readiness("block", "M-01", "next", "--commit")
      }
      #expect(next.status == 0, "\(call): \(next.all)")
      // Both files, or neither.
      let isRetired = s.git("show", "HEAD:ssot/plan.json").output.contains("\"retired\": [\n    \"M-12\"")
      #expect(isRetired == !isOld && (s[".readiness/M-12.json"] == nil) == !isOld, "\(call)")
      #expect(s.git("status", "--porcelain").output.isEmpty, "\(call): \(s.git("status", "--porcelain").output)")
      #expect(s.readiness("verify").status == 0, "\(call)")
      s.git("reset", "-q", "--hard", head)
    }
    #expect(call < 500 && old > 10 && new > 0, "\(call) calls, old \(old), new \(new)")
  }

  @Test("after a killed move, a commit is not made until doctor --fix has ended it")
  func hookRefuses() throws {
    let s = try Scratch.withPlan()
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "owner")
    let parent = s.git("rev-parse", "HEAD").line
    let blob = s.git("rev-parse", "HEAD:.readiness/M-01.json").line
    s.readiness("move", "M-01", "in-progress")
    let commit = s.git("rev-parse", "HEAD").line
    let next = s.git("rev-parse", "HEAD:.readiness/M-01.json").line
    // As if killed right after the ref moved, with the lock then removed manually.
    s.git("reset", "-q", parent, "--", ".readiness/M-01.json")
    s.git("checkout", "-q", "--", ".readiness/M-01.json")
    s[".git/readiness-journal"] =
      "{\"version\":1,\"process\":\"readiness 999999 1\",\"parent\":\"\(parent)\",\"commit\":\"\(commit)\",\"lock\":\".git/index.lock\",\"ref\":\"refs/heads/main\",\"paths\":[{\"path\":\".readiness/M-01.json\",\"becoming\":\"\(next)\",\"replacing\":\"\(blob)\"}]}"
    s["code.txt"] = "1\n"
    s.git("add", "code.txt")
    let refused = s.git("commit", "-qm", "would take the move back")
    #expect(refused.status == 1 && refused.errors.contains("doctor --fix"), "\(refused.all)")
    let doctor = s.readiness("doctor")
    #expect(doctor.status == 1 && doctor.output.contains("killed"))
    let fixed = s.readiness("doctor", "--fix")
    #expect(fixed.status == 0 && fixed.output.contains("stands"), "\(fixed.all)")
    #expect(s[".readiness/M-01.json"]?.contains("In Progress") == true)
    #expect(s.git("commit", "-qm", "code").status == 0)
    #expect(s.readiness("verify").status == 0 && s.git("status", "--porcelain").output.isEmpty)
  }
}

import TestSupport
import Testing

@Suite("Packs that hold other branches")
struct PackedBranchTests {
  @Test("commits of another branch in the same pack do not disturb an audit")
  func anotherBranch() throws {
    let s = try Scratch.withPlan()
    var text = ""
    for number in 1...60 {
      text += "commit refs/heads/side\ncommitter A <a@example.com> \(1_700_000_000 + number) +0000\ndata 0\n"
      if number == 1 { text += "from refs/heads/main^0\n" }
      text += "M 100644 inline code.txt\ndata \(String(number).utf8.count)\n\(number)\n"
    }
    s["history"] = text
    #expect(s.shell("git fast-import --quiet <history && git repack -adq").status == 0)
    let answer = s.readiness("verify", "--no-cache", "main")
    #expect(answer.status == 0, "\(answer)")
  }
}

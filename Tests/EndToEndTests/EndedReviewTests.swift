import Foundation
import TestSupport
import Testing

/// A merge with an older line does not restore a review that a reopening, or a change of mind, has ended.
@Suite("Reviews that have ended")
struct EndedReviewTests {
  @Test("an approval that a reopening ended comes back from no older parent, but by its own approver")
  func approvalOfAnAncestor() throws {
    let s = try Scratch.withPlan()
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2 }"#)
    s.review()
    s.become("bob", signs: false)
    #expect(s.readiness("approve", "M-01").status == 0)
    // Git drops a parent that is an ancestor of another one, so the older line has an additional commit.
    let old = s.git("commit-tree", "-p", "HEAD", "-m", "beside", "HEAD^{tree}").line
    let file = try #require(s[".readiness/M-01.json"])
    #expect(s.readiness("move", "M-01", "in-progress", "-m", "it broke").status == 0)
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    let entry = try #require(file.split(separator: "\"approvals\": ").last)
    func mergeWithTheAncestor() -> Scratch.Result {
      s.edit("M-01", "\"exitCriteria\"", "\"approvals\": \(entry.dropLast(2)), \"exitCriteria\"")
      s.git("add", "-A")
      s.shell("echo \(old) >.git/MERGE_HEAD")
      return s.git("commit", "-qm", "M-01: merge what was there")
    }
    s.become("grace", signs: false)
    let restored = mergeWithTheAncestor()
    #expect(restored.status != 0 && restored.errors.contains("not-authorized"), "\(restored.all)")
    s.shell("rm -f .git/MERGE_HEAD")
    s.git("reset", "-q", "--hard")
    s.become("bob", signs: false)
    let own = mergeWithTheAncestor()
    #expect(own.status == 0 && s.readiness("verify").status == 0, "\(own.all)")
  }

  @Test("a signed approval counts for its own review, although a merge leads back to it")
  func signedApproval() throws {
    let s = try Scratch.withPlan()
    let signers = s.key("ada") + s.key("bob")
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2, "signed": true }"#, signers: signers)
    s.review()
    s.become("bob")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0)
    let old = s.git("commit-tree", "-p", "HEAD", "-m", "beside", "HEAD^{tree}").line
    let file = try #require(s[".readiness/M-01.json"])
    #expect(s.readiness("move", "M-01", "in-progress", "-m", "it broke").status == 0)
    s.edit("M-01", "In Progress", "In Review")
    s.git("add", "-A")
    s.shell("echo \(old) >.git/MERGE_HEAD")
    let sent = s.git("commit", "-qm", "M-01: to review again")
    #expect(sent.status == 0 && s.git("log", "-1", "--format=%P").line.split(separator: " ").count == 2, "\(sent.all)")
    s.become("ada")
    let entry = try #require(file.split(separator: "\"approvals\": ").last)
    s.edit("M-01", "\"exitCriteria\"", "\"approvals\": \(entry.dropLast(2)), \"exitCriteria\"")
    let replayed = s.git("commit", "-qam", "M-01: bob's old approval")
    #expect(replayed.status != 0 && replayed.errors.contains("signature-invalid"), "\(replayed.all)")
    s.git("reset", "-q", "--hard")
    #expect(s.readiness("move", "M-01", "done").errors.contains("not-approved"))
    s.become("bob")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0)
    s.become("ada")
    let done = s.readiness("move", "M-01", "done")
    #expect(done.status == 0 && s.readiness("verify").status == 0, "\(done.all)")
  }

  @Test("a reopening on a line that was merged ends the review for the commits after that merge as well")
  func afterTheMerge() throws {
    let s = try Scratch.withPlan()
    let signers = s.key("ada") + s.key("bob")
    s.authorize(#"{ "to": "Done", "role": "approver", "approvals": 2, "signed": true }"#, signers: signers)
    s.review()
    let sent = s.git("commit-tree", "-p", "HEAD", "-m", "beside", "HEAD^{tree}").line
    s.become("bob")
    #expect(s.readiness("approve", "M-01", "--sign").status == 0)
    let entry = try #require(s[".readiness/M-01.json"]?.split(separator: "\"approvals\": ").last)
    #expect(s.readiness("move", "M-01", "in-progress", "-m", "it broke").status == 0)
    s.become("ada")
    // The older line merges the reopened one, and stays in review: it is entered again, and no stamp starts a review.
    s.git("checkout", "-qB", "older", sent)
    let kept = s.git("merge", "-q", "-s", "ours", "-m", "M-01: stay in review", "main")
    #expect(kept.status == 0 && s.git("log", "-1", "--format=%P").line.split(separator: " ").count == 2, "\(kept.all)")
    s.edit("M-01", "\"exitCriteria\"", "\"approvals\": \(entry.dropLast(2)), \"exitCriteria\"")
    let replayed = s.git("commit", "-qam", "M-01: bob's old approval")
    #expect(replayed.status != 0 && replayed.errors.contains("signature-invalid"), "\(replayed.all)")
  }

  @Test("a waiver that was taken back comes back from no older parent")
  func waiver() throws {
    let s = try Scratch.withPlan()
    s.authorize(#"{ "to": "Done", "role": "approver" }"#)
    s.start("M-01")
    s.git("commit", "-qam", "M-01: start")
    let before = s[".readiness/M-01.json"]
    s.become("ada", signs: false)
    let waiver =
      #""waiver": { "owner": "ada", "reason": "later", "approver": "ada@example.com", "until": "2099-01-01" }, "text""#
    s.edit("M-01", "\"text\"", waiver)
    #expect(s.git("commit", "-qam", "M-01: waive").status == 0)
    let old = s.git("commit-tree", "-p", "HEAD", "-m", "beside", "HEAD^{tree}").line
    let waived = s[".readiness/M-01.json"]
    s[".readiness/M-01.json"] = before
    #expect(s.git("commit", "-qam", "M-01: take it back").status == 0)
    s.become("grace", signs: false)
    s[".readiness/M-01.json"] = waived
    s.git("add", "-A")
    s.shell("echo \(old) >.git/MERGE_HEAD")
    let restored = s.git("commit", "-qm", "M-01: merge what was there")
    #expect(restored.status != 0 && restored.errors.contains("not-authorized"), "\(restored.all)")
    s.become("ada", signs: false)
    let own = s.git("commit", "-qm", "M-01: waive again")
    #expect(own.status == 0 && s.readiness("verify").status == 0, "\(own.all)")
  }
}

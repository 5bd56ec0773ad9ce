import PlanJudge
import PlanModel
import Reports
import TestSupport
import Testing

@Suite("The summary of a pull request")
struct PullRequestReportTests {
  private func markdown(_ change: (MemoryTree) -> Void) throws -> String {
    let before = PlanFixture.tree()
    let after = before.with(change)
    return PullRequestReport(
      findings: [], runs: [], diff: try PlanDiff(from: before, to: after), overview: try PlanOverview(after), commits: 2
    ).markdown
  }

  private func approved(_ digest: String) -> String {
    PlanFixture.milestone("A-4", status: "Done", dependsOn: ["A-1"]).replacing(
      "\n  ]\n}",
      with:
        "\n  ],\n  \"approvals\": [{ \"by\": \"grace@example.com\", \"digest\": \"\(digest)\" }]\n}")
  }

  @Test("says what moves, on what evidence, who approves what stands there, and whose approval has lapsed")
  func approvals() throws {
    let digest = try #require(PlanFixture.tree().milestone(MilestoneID("A-4"))?.milestone).approvedDigest
    let valid = try markdown { $0[".readiness/A-4.json"] = self.approved(digest.tagged) }
    #expect(valid.contains("| A-4 | Work A-4 | In Review → **Done** | 1 of 1 |"), "\(valid)")
    #expect(valid.contains("- A-4 / works: the file `proof.txt`"))
    #expect(valid.contains("- A-4: grace@example.com approves what stands here"))
    let lapsed = try markdown {
      $0[".readiness/A-4.json"] = self.approved(digest.tagged).replacing("It works", with: "It works well")
    }
    #expect(lapsed.contains("the approval by grace@example.com has lapsed"), "\(lapsed)")
  }

  @Test("says what is still missing, and whose role the next move takes")
  func missing() throws {
    let text = try markdown {
      $0["ssot/policies/authorization.json"] = PlanFixture.authorization
      $0[".readiness/A-3.json"] = PlanFixture.milestone(
        "A-3", status: "Not Started", dependsOn: ["A-2", "A-1"], owner: "TBD", isProven: false)
      $0[".readiness/A-4.json"] = PlanFixture.milestone("A-4", status: "In Review", dependsOn: ["A-1"], owner: "bob")
    }
    #expect(text.contains("- A-3 / works: no evidence yet for “It is seen to work”"))
    #expect(text.contains("- A-3: nobody owns it") && text.contains("- A-3 waits for A-2"))
    #expect(text.contains("- A-4: moving to Done takes the role approver (ada@example.com)"), "\(text)")
    #expect(text.contains("**The policy changes**"))
  }

  @Test("text of the plan cannot become markup")
  func escaped() throws {
    let text = try markdown {
      $0[".readiness/A-4.json"] = PlanFixture.milestone("A-4", status: "Done", dependsOn: ["A-1"])
        .replacing("Work A-4", with: "<script>|`x`[l](u)@all")
    }
    #expect(
      text.contains("&lt;script&gt;\\|\\`x\\`\\[l\\]\\(u)@&#8203;all") && !text.contains("<script>"), "\(text)")
  }
}

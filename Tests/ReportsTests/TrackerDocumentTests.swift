import Foundation
import PlanJudge
import PlanModel
import Reports
import TestSupport
import StrictJSON
import Testing

extension StatusReport {
  fileprivate func text(width: Int, _ style: Style) -> String {
    String(decoding: bytes(width: width, style), as: UTF8.self)
  }
}

@Suite("Tracker documents")
struct TrackerDocumentTests {
  /// The seed document, read in place.
  static let seed: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["READINESS_CONFORMANCE"].map { URL(fileURLWithPath: $0) }
    let shared = named?.deletingLastPathComponent() ?? root.appendingPathComponent("../shared")
    return FileManager.default.contents(
      atPath: shared.appendingPathComponent("seed/production_readiness_tracker.md").path
    )
    .map { String(decoding: $0, as: UTF8.self) }
  }()

  /// Returns the tree that an import creates.
  private func tree(_ plan: ImportedPlan) -> MemoryTree {
    let tree = MemoryTree()
    for milestone in plan.files {
      tree[".readiness/\(milestone.id).json"] = String(decoding: milestone.json.layoutBytes, as: UTF8.self)
    }
    let file = Plan(
      planID: "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21", title: plan.title, executionOrder: plan.executionOrder)
    tree["ssot/plan.json"] = String(decoding: file.json.layoutBytes, as: UTF8.self)
    return tree
  }

  @Test("the seed comes back byte for byte", .enabled(if: seed != nil, "the seed document is not here"))
  func roundTrip() throws {
    let seed = try #require(Self.seed)
    let plan = TrackerDocument.parse(seed, path: "seed.md")
    #expect(plan.findings == [])
    #expect(plan.files.count == 12)
    #expect(plan.files[1].json["deliverables"]?.array?.count == 4)
    #expect(plan.executionOrder == StandardPlan.executionOrder)
    let tree = tree(plan)
    #expect(try TrackerDocument.render(PlanOverview(tree)) == seed)
    let baseline = Proposal(
      parents: [], candidate: tree, ancestry: NoAncestry(), author: PlanFixture.ada,
      claim: .draft(reason: nil, mayFollow: false))
    #expect(try Judge.assess(baseline).errors == [])
  }

  @Test(
    "the standard plan is the seed without its deliverables", .enabled(if: seed != nil, "the seed document is not here")
  )
  func standardPlan() throws {
    let seed = try #require(Self.seed)
    let imported = TrackerDocument.parse(seed, path: "seed.md").files.map { file in
      JSONValue(.object((file.json.object ?? []).filter { $0.key != "deliverables" }))
    }
    #expect(imported.map(\.layoutBytes) == StandardPlan.milestones.map(\.json.layoutBytes))
  }

  @Test("changes are shown in the same form, pipes and line ends escaped, and come back")
  func changes() throws {
    let document = TrackerDocument.render(
      try PlanOverview(PlanFixture.tree().with { $0.edit("A-3", "It works", "a | b") }))
    #expect(document.contains("| A-3 | Work A-3 | a \\| b | A-2 | TBD | Not Started | It is seen to work |"))
    let again = TrackerDocument.parse(document, path: "x.md")
    #expect(again.findings == [])
    #expect(try TrackerDocument.render(PlanOverview(tree(again))) == document)
  }

  @Test("a matrix that disagrees with Depends On is named cell by cell; one that agrees is not")
  func matrix() throws {
    let sound = TrackerDocument.render(try PlanOverview(PlanFixture.tree()))
    #expect(TrackerDocument.parse(sound, path: "x.md").findings == [])
    let wrong = sound.replacing("| A-2 | 1 | 0 |", with: "| A-2 | 0 | 1 |")
    let findings = TrackerDocument.parse(wrong, path: "x.md").findings
    #expect(findings.map(\.code) == [.matrixMismatch, .matrixMismatch])
    #expect(findings[0].message.contains("row A-2, column A-1 is \"0\""))
    #expect(findings.allSatisfy { $0.line != nil })
    let cut = sound.replacing("| A-5 | 1 | 0 | 0 | 0 | 0 |\n", with: "")
    #expect(TrackerDocument.parse(cut, path: "x.md").findings.map(\.code) == [.matrixMismatch])
  }

  @Test("damaged rows are named with their line")
  func damaged() {
    for bad in ["", "# Title\n", "## Tracker\n| ID |\n|---|\n| x |\n", "## Tracker\n| a | b |\n|---|---|\n| M-01 |\n"] {
      let findings = TrackerDocument.parse(bad, path: "x.md").findings
      #expect(!findings.isEmpty && findings.allSatisfy { $0.line != nil }, "\(bad)")
    }
  }
}

@Suite("Reports")
struct ReportTests {
  private let plain = Style(color: false)

  @Test("the status of a plan, in 80 columns")
  func status() throws {
    let report = StatusReport(try PlanOverview(PlanFixture.tree()), commit: "c0ffee", source: "HEAD at c0ffee")
    #expect(
      report.text(width: 80, plain) == """
        Test · HEAD at c0ffee · 2 of 5 done

          ID   WORKSTREAM  STATUS       OWNER  WAITS FOR
          A-1  Work A-1    Done         ada
          A-2  Work A-2    In Progress  ada
          A-3  Work A-3    Not Started  TBD    A-2
          A-4  Work A-4    In Review    ada
          A-5  Work A-5    Done         ada

        Not Started 1 · In Progress 1 · In Review 1 · Done 2
        Criteria met: 4 by a file · 1 open
        """)
  }

  @Test("no line is wider than the terminal, wide characters counted, and no escape reaches it")
  func widths() throws {
    let tree = PlanFixture.tree().with {
      $0.edit("A-3", "Work A-3", "字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字")
      $0.edit("A-3", "\"TBD\"", "\"\\u001b[31mred\\u202e\"")
    }
    for width in [40, 60, 80] {
      let text = StatusReport(try PlanOverview(tree), commit: nil, source: "x").text(width: width, plain)
      for line in text.split(separator: "\n").dropFirst(2) {
        let wide = line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x4E00 ? 2 : 1) }
        #expect(wide <= max(width, 52), "\(width): \(line)")
      }
      #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    }
  }

  @Test("a suspect milestone is said with the paths that changed")
  func suspect() throws {
    let tree = PlanFixture.tree().with { $0["proof.txt"] = "changed\n" }
    let overview = try PlanOverview(tree)
    #expect(overview.entries.filter { !$0.suspect.isEmpty }.map(\.milestone.id.text) == ["A-1", "A-4", "A-5"])
    #expect(
      StatusReport(overview, commit: nil, source: "x").text(width: 80, plain).contains("A-1 is based on proof.txt"))
    #expect(overview.suspectFindings.allSatisfy { $0.severity == .warning })
  }

  @Test("what waits is shown with its chain")
  func chains() throws {
    let overview = try PlanOverview(PlanFixture.tree())
    #expect(
      BlockedReport(overview).text(width: 80, plain) == "A-3 Work A-3 (Not Started)\n    waits for A-2 (In Progress)")
  }

  @Test("of more chains than anybody can read some are shown, and it is said; of one milestone there are more")
  func manyChains() throws {
    // Thirty steps, each of two milestones that both depend on both of the step before: 2^29 chains.
    let tree = PlanFixture.tree().with { tree in
      for step in 1...30 {
        for side in ["L", "R"] {
          tree[".readiness/\(side)-\(step).json"] = PlanFixture.milestone(
            "\(side)-\(step)", status: "Not Started", dependsOn: step == 1 ? [] : ["L-\(step - 1)", "R-\(step - 1)"])
        }
      }
    }
    let overview = try PlanOverview(tree)
    let top = MilestoneID("L-30")
    let all = overview.chains(of: top)
    #expect(all.chains.count == 100 && !all.areWhole && all.chains.allSatisfy { $0.count == 29 })
    let few = overview.chains(of: top, atMost: 64)
    #expect(!few.areWhole && few.chains.map(\.count) == [29, 29])
    #expect(overview.chains(of: top, atMost: 7).chains.map(\.count) == [7])
    let small = overview.chains(of: MilestoneID("L-3"))
    #expect(
      small.areWhole
        && small.chains.map { $0.map(\.text) } == [["L-2", "L-1"], ["L-2", "R-1"], ["R-2", "L-1"], ["R-2", "R-1"]])
    let text = BlockedReport(overview).text(width: 80, plain)
    #expect(text.contains("and more than is shown here: readiness blocked L-30"))
    #expect(BlockedReport(overview, of: top).text(width: 80, plain).hasSuffix("and more than is shown here"))
    #expect(BlockedReport(overview, of: MilestoneID("L-2")).json["milestones"]?.array?.first?["complete"]?.bool == true)
  }

  @Test("the page of reason codes is the one in the repository")
  func page() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = FileManager.default.contents(atPath: root.appendingPathComponent("doc/reason-codes.md").path)
    #expect(page.map { String(decoding: $0, as: UTF8.self) } == ExplainReport.page, "make docs writes it anew")
  }
}

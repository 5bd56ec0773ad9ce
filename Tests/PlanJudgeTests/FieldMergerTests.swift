import TestSupport
import StrictJSON
import Testing

@testable import PlanJudge
@testable import PlanModel

@Suite("Field merge")
struct FieldMergerTests {
  private func json(_ text: String) throws -> JSONValue {
    try JSONDocument(parsing: Array(text.utf8), limits: .plan).root
  }

  @Test("sets by element, criteria by id, evidence within its criterion; each side keeps what it did")
  func byField() throws {
    let base = try json(
      #"{"id":"M-1","owner":"a","dependsOn":["M-2","M-3"],"exitCriteria":[{"id":"x","text":"X"},{"id":"y","text":"Y"}]}"#
    )
    let ours = try json(
      #"{"id":"M-1","owner":"b","dependsOn":["M-3"],"exitCriteria":[{"id":"x","text":"X","evidence":[1]},{"id":"y","text":"Y"}]}"#
    )
    let theirs = try json(
      #"{"id":"M-1","owner":"a","dependsOn":["M-2","M-3","M-4"],"exitCriteria":[{"id":"z","text":"Z"},{"id":"x","text":"XX","evidence":[2]}]}"#
    )
    let merged = FieldMerger.milestone(base: base, ours: ours, theirs: theirs)
    #expect(merged.conflicts.isEmpty)
    let expected = try json(
      #"{"id":"M-1","dependsOn":["M-3","M-4"],"owner":"b","exitCriteria":[{"id":"x","text":"XX","evidence":[1,2]},{"id":"z","text":"Z"}]}"#
    )
    #expect(merged.ours.isEqual(to: expected), "\(String(decoding: merged.ours.layoutBytes, as: UTF8.self))")
  }

  @Test("two new statuses are a conflict with both in it, and everything else is merged around it")
  func conflict() throws {
    let base = try json(#"{"id":"M-1","owner":"a","status":"In Progress"}"#)
    let ours = try json(#"{"id":"M-1","owner":"b","status":"In Review"}"#)
    let theirs = try json(#"{"id":"M-1","owner":"a","status":"Not Started"}"#)
    let merged = FieldMerger.milestone(base: base, ours: ours, theirs: theirs)
    #expect(merged.conflicts.map(\.path) == [["status"]])
    #expect(
      merged.marked(size: 7) == """
        {
          "id": "M-1",
          "owner": "b",
        <<<<<<< ours
          "status": "In Review"
        =======
          "status": "Not Started"
        >>>>>>> theirs
        }

        """)
  }

  @Test(
    "what is merged without a conflict is the field merge that the judge knows, and a conflict is none: 2,000 merges")
  func agreement() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(seed)
    var clean = 0
    for _ in 0..<2000 {
      let base = Self.milestone(&random)
      let ours = Self.changed(base, &random)
      let theirs = Self.changed(base, &random)
      let merged = FieldMerger.milestone(base: base, ours: ours, theirs: theirs)
      let holds = try Self.isClean(merged.ours, ours, theirs, base)
      #expect(holds == merged.conflicts.isEmpty, "seed \(seed)")
      let mirrored = FieldMerger.milestone(base: base, ours: theirs, theirs: ours)
      #expect(mirrored.conflicts.count == merged.conflicts.count, "seed \(seed)")
      clean += merged.conflicts.isEmpty ? 1 : 0
    }
    #expect((200..<1950).contains(clean), "\(clean) of 2000 were clean, seed \(seed)")
  }

  /// Returns true if no value of a merge needs a decision, ignoring changes that were made and reverted.
  private static func isClean(_ result: JSONValue, _ ours: JSONValue, _ theirs: JSONValue, _ base: JSONValue) throws
    -> Bool
  {
    func tree(_ json: JSONValue) -> MemoryTree {
      MemoryTree([
        "ssot/plan.json": PlanFixture.plan(order: []),
        ".readiness/M-1.json": String(decoding: json.layoutBytes, as: UTF8.self),
      ])
    }
    let proposal = Proposal(
      parents: [tree(ours), tree(theirs)], candidate: tree(result), ancestry: ToldAncestry(bases: [tree(base)]),
      author: PlanFixture.ada, claim: .committed([]))
    let sides = try #require(try MergeSides(proposal))
    return try MergedValues(.milestone(MilestoneID("M-1")), sides)?.decided.isEmpty ?? true
  }

  private static func milestone(_ random: inout SplitMix) -> JSONValue {
    func pick(_ words: [String]) -> JSONValue { .text(words[Int(random.next() % UInt64(words.count))]) }
    func some(_ words: [String]) -> JSONValue {
      JSONValue(.array(words.filter { _ in random.next() % 2 == 0 }.map { .text($0) }))
    }
    let criteria = ["x", "y", "z"].filter { _ in random.next() % 3 > 0 }.map { id -> JSONValue in
      ["id": .text(id), "text": pick(["a", "b", "c"]), "evidence": some(["1", "2", "3"])]
    }
    return [
      "id": "M-1", "dependsOn": some(["M-2", "M-3", "M-4"]), "owner": pick(["a", "b"]),
      "status": pick(["p", "q", "r"]),
      "exitCriteria": JSONValue(.array(criteria)), "x-note": ["k": pick(["1", "2"]), "l": pick(["1", "2"])],
    ]
  }

  /// Returns a milestone with one to three members taken from another one.
  private static func changed(_ base: JSONValue, _ random: inout SplitMix) -> JSONValue {
    var members = base.object ?? []
    let other = milestone(&random)
    for _ in 0...(random.next() % 3) {
      let at = Int(random.next() % UInt64(members.count))
      if let value = other[members[at].key] { members[at] = JSONMember(members[at].key, value) }
    }
    return JSONValue(.object(members))
  }
}

import GitObjects
import TestSupport
import StrictJSON
import Testing

@testable import PlanModel

/// Milestones have two readers: a complete one, and a one-pass reader for ordinary ones.
@Suite("Ordinary milestones")
struct OrdinaryMilestoneTests {
  private static let rich = """
    {
      "$schema": "../ssot/schemas/milestone.schema.json",
      "id": "M-01",
      "workstream": "Security Baseline and more",
      "outcome": "Outcome für alle",
      "dependsOn": ["M-02", "A1-7"],
      "owner": "ada",
      "status": "Blocked",
      "blocked": { "reason": "waits", "by": ["M-02"] },
      "exitCriteria": [
        { "id": "one", "text": "It works", "evidence": [
          { "kind": "file", "path": "doc/a.md", "sha256": "\(String(repeating: "0a", count: 32))" },
          { "kind": "statement", "text": "Seen", "by": "grace" } ] },
        { "id": "two", "text": "It is written down", "evidence": [] } ],
      "deliverables": [{ "path": "doc/1.md", "purpose": "How it works", "status": "Done" }],
      "risks": [{ "id": "r-1", "text": "It may rain", "severity": "high", "status": "open" }]
    }
    """

  /// A milestone whose row contains everything except words.
  private static let quiet = """
    { "id": "M-01", "workstream": "Runbooks", "outcome": "Ready", "dependsOn": ["M-03", "M-02", "M-07"], "owner": "TBD",
      "status": "Not Started", "exitCriteria": [ { "id": "a", "text": "One" }, { "id": "b-2", "text": "Zwei für alle" } ],
      "deliverables": [{ "path": "doc/1.md", "purpose": "How", "status": "Not Started" } ] }
    """

  /// Changes that each make it a milestone whose row is incomplete.
  private static let rare = [
    #""risks": [{ "id": "r-1", "text": "Rain", "severity": "low", "status": "closed" }]"#,
    #""blocked": { "reason": "waits" }"#, #""blocked": { "by": ["M-02"], "reason": "waits" }"#,
  ]

  private func file(_ bytes: [UInt8], _ id: String = "M-01") -> MilestoneFile {
    MilestoneFile(id: MilestoneID(id), kind: .regular, bytes: bytes)
  }

  /// Returns a text of all of a milestone's values, including positions.
  private func told(_ milestone: Milestone) -> String {
    let criteria = milestone.exitCriteria.map { criterion in
      let evidence = criterion.evidence.map { entry in
        "\(entry.kind) \(entry.json.range) \(String(decoding: entry.json.canonicalBytes, as: UTF8.self)) \(entry.digest)"
      }
      return "\(criterion.id) \(criterion.text) \(evidence) \(criterion.offset) \(criterion.rare == nil)"
    }
    let deliverables = milestone.deliverables.map { "\($0.path) \($0.purpose) \($0.status) \($0.offset)" }
    return """
      \(milestone.id) \(milestone.workstream) \(milestone.outcome) \(milestone.dependsOn) \(milestone.owner)
      \(milestone.status) \(String(describing: milestone.blocked)) \(criteria) \(deliverables) \(milestone.risks)
      \(milestone.approvals) \(milestone.hasWaiver) \(String(decoding: milestone.json.canonicalBytes, as: UTF8.self))
      """
  }

  /// Returns a text of all of a row's values.
  private func told(_ row: MilestoneRow) -> String {
    """
    \(row.id) \(row.fileID) \(row.workstream) \(row.outcome) \(row.owner) \(row.status) \(row.dependsOn)
    \(row.dependencyCount) \(row.dependencies() as Any) \(row.otherStatuses) \(row.unshownCriteria as Any)
    \(row.isReadable) \(row.isSound) \(row.hasWaiver) \(row.hasRisks) \(row.hasBlocked)
    """
  }

  @Test("one with all that is ordinary says the same both ways")
  func rich() throws {
    let bytes = Array(Self.rich.utf8)
    let ordinary = try #require(MilestoneReader().milestone(bytes, stem: MilestoneID("M-01")))
    let known = try #require(file(bytes).milestone)
    #expect(told(ordinary) == told(known))
  }

  @Test("what is read in one pass is sound, and says the same both ways: 30,000 changes of bytes and of words")
  func changes() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(seed)
    let examples =
      [Self.rich, Self.quiet]
      + Self.rare.map { Self.quiet.replacing("\"deliverables\"", with: $0 + ", \"deliverables\"") }
      + StandardFiles.all().filter { $0.path.contains("/milestone/") && $0.path.hasSuffix(".json") }.map(\.text)
    let words = [
      "\"", "\\", "\\n", ",", ":", "{", "}", "[", "]", " ", "\n", "\u{1}", "ä", "\"id\"", "\"text\": \"\"", "\"M-02\"",
      "\"x-a\": 1", "null", "../", "/", ".git", "TBD", "\"evidence\": []", "\"kind\"", "-", "0",
    ].map { Array($0.utf8) }
    var (read, left, quiet) = (0, 0, 0)
    // One for all, which must forget earlier input.
    let reader = MilestoneReader()
    for round in 0..<30_000 {
      var bytes = Array(examples[random.below(4) == 0 ? random.below(examples.count) : random.below(2)].utf8)
      for _ in 0..<random.below(3) {
        let at = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(contentsOf: words[random.below(words.count)], at: at)
        case 3:
          bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(60))], at: random.below(bytes.count))
        default: bytes.swapAt(at, random.below(bytes.count))
        }
      }
      let stem = random.below(50) == 0 ? "M-1" : "M-01"
      let known = file(bytes, stem)
      let row = MilestoneRow(id: MilestoneID(stem), bytes: bytes, by: reader)
      #expect(told(row) == told(MilestoneRow(known)), "seed \(seed), round \(round)")
      let rows = MilestoneRows([row])
      #expect(rows.file(at: 0).milestone.map(told) == known.milestone.map(told), "seed \(seed), round \(round)")
      #expect(rows.file(at: 0) === rows.file(at: 0))
      guard let ordinary = reader.milestone(bytes, stem: MilestoneID(stem)) else {
        left += 1
        continue
      }
      read += 1
      if MilestoneRows([row]).file(at: 0) !== rows.file(at: 0) { quiet += 1 }
      #expect(known.findings.isEmpty, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
      #expect(known.milestone.map(told) == told(ordinary), "seed \(seed), round \(round)")
    }
    #expect(read > 8_000 && left > 5_000 && quiet > 4_000, "\(read) read, \(left) left, \(quiet) quiet")
  }

  @Test("texts that milestones share are made once, and each is its own")
  func pool() {
    let pool = TextPool()
    for round in 0..<3 {
      for number in 0..<2_000 {
        let text = String(repeating: "long enough ", count: 1 + number % 3) + "\(number)"
        let made = Array(text.utf8).withUnsafeBufferPointer { pool.text($0) }
        #expect(made == text, "round \(round)")
      }
    }
    #expect(Array("".utf8).withUnsafeBufferPointer { pool.text($0) }.isEmpty)
  }

  @Test("milestones are found by their ids wherever they stand", arguments: [false, true])
  func places(_ isShuffled: Bool) {
    var ids =
      [3, 4, 5, 9, 10, 11, 999].map { MilestoneID("M-\($0)") } + ["N-1", "N-2", "m", "M-01x"].map(MilestoneID.init)
    ids = isShuffled ? ids + [ids[2]] : ids.sorted()
    let places = MilestonePlaces(ids)
    #expect(places.areSorted == !isShuffled)
    for id in ids { #expect(places[id] == ids.firstIndex(of: id)) }
    for missing in ["M-1", "M-8", "M-03", "N-3", "O-1", "A-4", "", "M-1000"] {
      #expect(places[MilestoneID(missing)] == nil, "\(missing)")
    }
    #expect(MilestonePlaces([])[MilestoneID("M-1")] == nil)
  }
}

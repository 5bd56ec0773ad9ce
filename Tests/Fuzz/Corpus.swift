import GitObjects
import JSONSchema
import PlanJudge
import PlanModel
@testable import GitRepository
import Reports
import TestSupport
import StrictJSON

/// The inputs to mutate, and the tests of them.
struct Corpus {
  private let base: MemoryTree
  private let milestones: [[UInt8]]
  private let policies: [(path: String, bytes: [UInt8])]
  private let messages: [[UInt8]]
  private let trees: [[UInt8]]
  private let documents: [[UInt8]]
  private let step: Proposal
  private let stored: StoredFormats
  private var counts: [String: Int] = [:]

  init() {
    let base = PlanFixture.tree().with {
      $0[PlanPaths.authorization] = PlanFixture.authorization
      $0["ssot/policies/refs.json"] = #"{ "version": 1, "protected": ["refs/heads/main"] }"#
    }
    self.base = base
    let standard = StandardFiles.all()
    let examples = standard.filter { $0.path.hasPrefix("ssot/examples/") }
    func cases(of schema: String) -> [[UInt8]] {
      examples.filter { $0.path.contains("/\(schema)/") }.map { Array($0.text.utf8) }
    }
    milestones =
      cases(of: "milestone") + ["A-1", "A-2", "A-3", "A-4"].map { Array((base[".readiness/\($0).json"] ?? "").utf8) }
    var policies: [(path: String, bytes: [UInt8])] = []
    for name in ["workflow", "authorization", "gates", "provenance", "refs", "paths", "secrets", "sinks"] {
      policies += cases(of: name).map { ("ssot/policies/\(name).json", $0) }
    }
    policies += standard.filter { $0.path == PlanPaths.schema }.map { ($0.path, Array($0.text.utf8)) }
    policies.append((PlanPaths.plan, Array((base[PlanPaths.plan] ?? "").utf8)))
    self.policies = policies
    step = Proposal(from: base) { $0.edit("A-3", "\"TBD\"", "\"ada\"") }
    let stamps = [
      step, Proposal(from: base) { $0.edit("A-2", "In Progress", "In Review") },
      Proposal(from: base) { $0["ssot/policies/provenance.json"] = #"{ "version": 1, "unstamped": "warn" }"# },
    ].map { proposal -> String in
      do { return try proposal.stamp() } catch { fatalError("\(error)") }
    }
    messages =
      stamps.map { Array("A subject\n\nA body.\n\n\($0)\n".utf8) }
      + [
        Array("Squashed\n\n\(stamps[0])\n\n\(stamps[1])\n".utf8),
        Array("Heal\n\nReadiness-Heals: yes\n\(stamps[2])\n".utf8),
      ]
    do {
      stored = try StoredFormats(messages: messages)
      let overview = try PlanOverview(base)
      documents = [TrackerDocument.render(overview), TrackerTable.render(overview)].map { Array($0.utf8) }
    } catch {
      fatalError("\(error)")
    }
    trees = [
      [("100644", "M-01.json"), ("100644", "M-02.json"), ("120000", "x.json"), ("40000", "sub")],
      [("40000", ".readiness"), ("100644", "README"), ("40000", "ssot"), ("160000", "vendor")],
    ].map { entries in
      entries.flatMap { mode, name in Array("\(mode) \(name)".utf8) + [0] + Array(repeating: 0x61, count: 20) }
    }
  }

  /// The number of inputs of each kind and result.
  var summary: String { counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ") }

  mutating func run(_ input: Int, _ random: SplitMix) throws {
    var mutator = Mutator(random: random)
    switch input % 15 {
    case 0, 4: try milestone(&mutator)
    case 7: document(&mutator)
    case 1, 5: try policy(&mutator)
    case 2, 6: try message(&mutator)
    case 8: commit(&mutator)
    case 9: try index(&mutator)
    case 10: pattern(&mutator)
    case 3, 11: try tree(&mutator)
    default: counts[try stored.run(input / 15 * 3 + input % 15 - 12, &mutator), default: 0] += 1
    }
  }

  mutating func note(_ kind: String) { counts[kind, default: 0] += 1 }

  private mutating func milestone(_ mutator: inout Mutator) throws {
    // An example that replaces a milestone, or the milestone itself.
    let path = ".readiness/A-\(Int.random(in: 1...4, using: &mutator.random)).json"
    let own = base.files[path]?.bytes ?? []
    let seed = Bool.random(using: &mutator.random) ? own : milestones.randomElement(using: &mutator.random) ?? []
    let bytes = mutator.mutate(seed, with: milestones.randomElement(using: &mutator.random) ?? [])
    let tree = base.with { $0.files[path] = (.regular, bytes) }
    try judge("milestones", change(to: tree))
    readTwice(bytes)
  }

  /// The reader for thousands of milestones gives the same result.
  private func readTwice(_ bytes: [UInt8]) {
    for id in ["A-3", "M-07"].map(MilestoneID.init) {
      let whole = MilestoneFile(id: id, kind: .regular, bytes: bytes)
      let lean = MilestoneFile(id: id, oneOfMany: bytes)
      let isSame =
        whole.findings.map(\.message) == lean.findings.map(\.message)
        && whole.milestone?.json.canonicalBytes == lean.milestone?.json.canonicalBytes
        && whole.milestone?.exitCriteria.map(\.text) == lean.milestone?.exitCriteria.map(\.text)
      guard isSame else { fatalError("read differently: \(String(decoding: bytes, as: UTF8.self))") }
    }
  }

  private mutating func document(_ mutator: inout Mutator) {
    let seed = documents.randomElement(using: &mutator.random) ?? []
    let bytes = mutator.mutate(seed, with: documents.randomElement(using: &mutator.random) ?? [])
    let text = String(decoding: bytes, as: UTF8.self)
    let plans = [TrackerDocument.parse(text, path: "plan.md"), TrackerTable.parse(text, path: "plan.csv")]
    counts["documents", default: 0] += plans.count
  }

  private mutating func policy(_ mutator: inout Mutator) throws {
    guard let seed = policies.randomElement(using: &mutator.random) else { return }
    let bytes = mutator.mutate(seed.bytes, with: policies.randomElement(using: &mutator.random)?.bytes ?? [])
    let changed = base.with { $0.files[seed.path] = (.regular, bytes) }
    if Bool.random(using: &mutator.random) {
      try judge("policies", change(to: changed))
    } else {
      // Also under the changed policy, as a parent's.
      let next = changed.with { $0.edit("A-3", "\"TBD\"", "\"ada\"") }
      try judge("policies in force", change(from: changed, to: next))
    }
  }

  private mutating func message(_ mutator: inout Mutator) throws {
    let seed = messages.randomElement(using: &mutator.random) ?? []
    let bytes = mutator.mutate(seed, with: messages.randomElement(using: &mutator.random) ?? [])
    let text = String(decoding: bytes, as: UTF8.self)
    try judge("messages", step.committed(text))
    var message = CommitMessage(text, isEdited: true)
    message.liftIndentedBlocks(squashed: text)
    _ = (message.statedReason, message.statedWaives, message.subject)
    message.removeBlocks()
    message.append(block: "Readiness-Run: x")
    _ = try? Commit(id: ObjectID([]), raw: Array("tree ".utf8) + bytes)
    bytes.withUnsafeBytes { _ = CommitHead($0) }
  }

  private mutating func tree(_ mutator: inout Mutator) throws {
    let seed = trees.randomElement(using: &mutator.random) ?? []
    let bytes = mutator.mutate(seed, with: trees.randomElement(using: &mutator.random) ?? [])
    let id = ObjectID([])
    bytes.withUnsafeBytes { raw in
      _ = PlanFolders(raw, of: id)
      var name = "M-01.json"
      name.withUTF8 { _ = TreeObject.entry($0, in: raw) }
    }
    var names: [(String, FileIdentity)] = []
    do {
      let folder = try TreeObject(bytes, id)
      folder.forEach { names.append(($0, $1)) }
      folder.forEachRaw { _, _, _, _ in }
      if folder.isSorted { _ = folder.identity(of: "M-01.json") }
      _ = folder.holdsIrregularName
      _ = try folder.stemsThatDiffer(from: TreeObject(trees[0], id))
      counts["trees read", default: 0] += 1
    } catch is GitError {
      counts["trees refused", default: 0] += 1
      return
    }
    // The names and kinds of such a folder, as milestones.
    let plan = base.with { tree in
      for (name, identity) in names.prefix(20) where !name.isEmpty {
        tree.files[".readiness/" + name] = (identity.kind, identity.kind == .regular ? milestones[0] : [])
      }
    }
    try judge("trees judged", change(to: plan))
  }

  private func change(from old: MemoryTree? = nil, to new: MemoryTree) -> Proposal {
    Proposal(
      parents: [old ?? base], candidate: new, ancestry: ToldAncestry([base]), author: PlanFixture.ada,
      claim: .draft(reason: "because", mayFollow: false))
  }

  private mutating func judge(_ kind: String, _ proposal: Proposal) throws {
    let assessment: Assessment
    do {
      assessment = try Judge.assess(proposal)
    } catch is PatternTooCostly {
      return note("\(kind) not judged at the bound")
    }
    // The findings are reported on a terminal and in JSON.
    let findings = assessment.verdict.findings
    _ = FindingReport.text(findings, width: 80, Style(color: false))
    _ = FindingReport.verdict(findings, commits: 1).layoutBytes
    counts["\(kind) \(assessment.verdict.isAccepted ? "accepted" : "refused")", default: 0] += 1
  }
}

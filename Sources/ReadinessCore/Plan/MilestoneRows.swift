import StrictJSON

/// A milestone's file, and beside it what nearly all readers of a plan look at.
struct MilestoneRow: Sendable {
  let file: MilestoneFile
  /// One that says nothing, where the file cannot be read.
  let milestone: Milestone
  let isReadable: Bool
  /// True where nothing is wrong with the file by itself.
  let isSound: Bool
  let id: MilestoneID
  let workstream: String
  let owner: String
  let status: String
  let dependsOn: [MilestoneID]
  let dependencyCount: Int
  /// The states that deliverables name, beside the milestone's own.
  let otherStatuses: [String]
  let hasWaiver: Bool
  let hasRisks: Bool
  let hasBlocked: Bool
  /// How many exit criteria there are where nothing shows any of them, else nil.
  let unshownCriteria: Int?

  init(_ file: MilestoneFile) {
    self.file = file
    isReadable = file.milestone != nil
    isSound = isReadable && file.findings.isEmpty
    let milestone = file.milestone ?? .silent
    self.milestone = milestone
    id = isReadable ? milestone.id : file.id
    workstream = milestone.workstream
    owner = milestone.owner
    status = milestone.status
    dependsOn = milestone.dependsOn
    dependencyCount = milestone.dependsOn.count
    otherStatuses = milestone.deliverables.lazy.map { $0.status }.filter { !$0.isExactly(milestone.status) }
    hasRisks = !milestone.risks.isEmpty
    hasBlocked = milestone.blocked != nil
    hasWaiver = milestone.hasWaiver
    let isUnshown = !milestone.hasWaiver && milestone.exitCriteria.allSatisfy { $0.evidence.isEmpty }
    unshownCriteria = isUnshown ? milestone.exitCriteria.count : nil
  }
}

extension Milestone {
  fileprivate static let silent = Milestone(
    id: MilestoneID(""), workstream: "", outcome: JSONText([], plain: 0..<0), dependsOn: [], owner: "", status: "",
    blocked: nil, exitCriteria: [], deliverables: [], risks: [], approvals: [], whole: Optional.none, text: [])
}

/// The rows of a plan, which stay where they were written. Of a plan of thousands each milestone lies somewhere else in
/// memory, and half of them on the core that read them: to take hold of one, which writes to it, takes longer than to
/// print it. So rows are looked at by their places, and never copied.
final class MilestoneRows: Sendable {
  let rows: [MilestoneRow]
  /// The places of those that can be read.
  let readable: [Int]

  init(_ rows: [MilestoneRow]) {
    self.rows = rows
    readable = rows.indices.filter { rows[$0].isReadable }
  }

  /// The files that they were read from.
  var files: [MilestoneFile] { rows.map { $0.file } }
}

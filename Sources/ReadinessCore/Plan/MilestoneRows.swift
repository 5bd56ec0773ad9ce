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
  /// The numbers of these, where there are four at most, and all are written as the milestone's own id is.
  let numbers: SIMD4<Int32>?
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
    numbers = Self.numbers(milestone)
    otherStatuses = milestone.deliverables.lazy.map { $0.status }.filter { !$0.isExactly(milestone.status) }
    hasRisks = !milestone.risks.isEmpty
    hasBlocked = milestone.blocked != nil
    hasWaiver = milestone.hasWaiver
    let isUnshown = !milestone.hasWaiver && milestone.exitCriteria.allSatisfy { $0.evidence.isEmpty }
    unshownCriteria = isUnshown ? milestone.exitCriteria.count : nil
  }
}

extension MilestoneRow {
  private static func numbers(_ milestone: Milestone) -> SIMD4<Int32>? {
    guard milestone.dependsOn.count <= 4 else { return nil }
    var numbers = SIMD4<Int32>()
    for (place, id) in milestone.dependsOn.enumerated() {
      guard let number = id.number(as: milestone.id) else { return nil }
      numbers[place] = number
    }
    return numbers
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

  /// Adds the places of what a milestone depends on, as far as they are there.
  func addDependencies(of row: Int, by places: MilestonePlaces, to targets: inout [Int]) {
    guard places.areNumbered, let numbers = rows[row].numbers else {
      for id in rows[row].dependsOn { if let place = places[id] { targets.append(place) } }
      return
    }
    for at in 0..<rows[row].dependencyCount {
      if let place = places.place(number: numbers[at]) { targets.append(place) }
    }
  }

  /// The files that they were read from.
  var files: [MilestoneFile] { rows.map { $0.file } }
}

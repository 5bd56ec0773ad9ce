import StrictJSON
import Synchronization

/// What nearly all readers of a plan look at of a milestone. Of one that has nothing else to say but words, only its bytes
/// are kept beside it.
public struct MilestoneRow: Sendable {
  package let id: MilestoneID
  package let workstream: String
  package let owner: String
  package let status: String
  /// The numbers of what it depends on, where these are four at most and all written as its own id is.
  private let numbers: SIMD4<Int32>
  /// What it depends on, where that is otherwise.
  private let others: [MilestoneID]?
  package let dependencyCount: Int
  /// The states that deliverables name, beside the milestone's own.
  package let otherStatuses: [String]
  /// How many exit criteria there are where nothing shows any of them, else nil.
  package let unshownCriteria: Int?
  /// The file, where there is more to it.
  fileprivate let file: MilestoneFile?
  /// The bytes of any other, and where its outcome stands in them.
  fileprivate let bytes: [UInt8]
  private let aim: Range<UInt32>
  let isReadable: Bool
  /// True where nothing is wrong with the file by itself.
  package let isSound: Bool
  package let hasWaiver: Bool
  package let hasRisks: Bool
  package let hasBlocked: Bool

  /// The row of a file that was read.
  public init(_ file: MilestoneFile) {
    let milestone = file.milestone ?? .silent
    self.file = file
    (bytes, aim) = ([], 0..<0)
    isReadable = file.milestone != nil
    isSound = isReadable && file.findings.isEmpty
    id = isReadable ? milestone.id : file.id
    workstream = milestone.workstream
    owner = milestone.owner
    status = milestone.status
    let numbers = SIMD4(milestone.dependsOn) { $0.number(as: milestone.id) }
    (self.numbers, others) = (numbers ?? SIMD4(), numbers == nil ? milestone.dependsOn : nil)
    dependencyCount = milestone.dependsOn.count
    otherStatuses = milestone.deliverables.lazy.map { $0.status }.filter { !$0.isExactly(milestone.status) }
    hasRisks = !milestone.risks.isEmpty
    hasBlocked = milestone.blocked != nil
    hasWaiver = milestone.hasWaiver
    let isUnshown = !milestone.hasWaiver && milestone.exitCriteria.allSatisfy { $0.evidence.isEmpty }
    unshownCriteria = isUnshown ? milestone.exitCriteria.count : nil
  }

  /// Reads one of thousands. O(bytes).
  public init(id: MilestoneID, bytes: [UInt8], by reader: MilestoneReader) {
    self =
      reader.read(bytes, stem: id) { found, text in
        found.isQuiet
          ? MilestoneRow(id, found, text)
          : MilestoneRow(MilestoneFile(id: id, oneOfMany: bytes, ordinary: found.milestone(id, text)))
      } ?? MilestoneRow(MilestoneFile(id: id, oneOfMany: bytes, ordinary: nil))
  }

  /// The row of one with nothing else to say.
  private init(_ id: MilestoneID, _ found: OrdinaryMilestone, _ text: OrdinaryText) {
    self.id = id
    workstream = text.string(found.workstream)
    owner = text.string(found.owner)
    status = text.string(found.status)
    let numbers = SIMD4(found.dependsOn) { MilestoneID.number(of: text.slice($0), as: id) }
    (self.numbers, others) = (numbers ?? SIMD4(), numbers == nil ? found.dependsOn.map(text.id) : nil)
    dependencyCount = found.dependsOn.count
    otherStatuses = found.deliverables.lazy.filter { !text.isSame($0.status, found.status) }.map {
      text.string($0.status)
    }
    unshownCriteria = found.criteria.count
    file = nil
    bytes = text.bytes
    aim = UInt32(truncatingIfNeeded: found.outcome.lowerBound)..<UInt32(truncatingIfNeeded: found.outcome.upperBound)
    (isReadable, isSound) = (true, true)
    (hasWaiver, hasRisks, hasBlocked) = (false, false, false)
  }

  /// The id that the file's name gives it.
  package var fileID: MilestoneID { file?.id ?? id }

  /// What it depends on, in the order written.
  package var dependsOn: [MilestoneID] {
    others ?? (0..<dependencyCount).map { MilestoneID(as: id, number: numbers[$0]) }
  }

  /// The day by which it is to be done, if it has one.
  package var target: String? { file?.milestone?.target }

  /// The numbers of these, where they alone tell them.
  func dependencies() -> SIMD4<Int32>? { others == nil ? numbers : nil }

  /// What is true when it is done. O(bytes of it).
  package var outcome: String {
    file.map { $0.milestone?.outcome ?? "" }
      ?? JSONText(bytes, plain: Int(aim.lowerBound)..<Int(aim.upperBound)).string
  }
}

extension SIMD4<Int32> {
  /// Up to four numbers; nil where there are more, or one has none.
  fileprivate init?<Item>(_ items: [Item], _ number: (Item) -> Int32?) {
    guard items.count <= 4 else { return nil }
    self.init()
    for place in items.indices {
      guard let number = number(items[place]) else { return nil }
      self[place] = number
    }
  }
}

extension Milestone {
  /// One that says nothing.
  fileprivate static let silent = Milestone(
    id: MilestoneID(""), workstream: "", outcome: JSONText([], plain: 0..<0), dependsOn: [], owner: "", status: "",
    blocked: nil, exitCriteria: [], deliverables: [], risks: [], approvals: [], whole: Optional.none, text: [])
}

/// The rows of a plan, which stay where they were written. Of a plan of thousands each milestone lies somewhere else in
/// memory, and half of them on the core that read them: to take hold of one, which writes to it, takes longer than to
/// print it. So rows are looked at by their places, and never copied.
package final class MilestoneRows: Sendable {
  /// From how many milestones on a plan is read in bulk: on all cores, in the order of the packs, by `OrdinaryMilestone`
  /// first. Below that it gains little (`bench/bulk.py`).
  package static let bulk = 300

  package let rows: [MilestoneRow]
  /// The places of those that can be read.
  package let readable: [Int]
  private let made = Mutex(Made())

  /// Files that somebody asked for and that their rows have not.
  private struct Made {
    var files: [Int: MilestoneFile] = [:]
    var reader: MilestoneReader?
  }

  package init(_ rows: [MilestoneRow]) {
    self.rows = rows
    readable = rows.indices.filter { rows[$0].isReadable }
  }

  /// The file of a row, made when it is first asked for. O(bytes) then.
  package func file(at place: Int) -> MilestoneFile {
    if let file = rows[place].file { return file }
    return made.withLock { made in
      if let file = made.files[place] { return file }
      let reader = made.reader ?? MilestoneReader()
      let file = MilestoneFile(id: rows[place].id, oneOfMany: rows[place].bytes, by: reader)
      made.reader = reader
      made.files[place] = file
      return file
    }
  }

  /// What it says, and nothing where it cannot be read.
  package func milestone(at place: Int) -> Milestone { file(at: place).milestone ?? .silent }

  /// Adds the places of what a milestone depends on, as far as they are there.
  package func addDependencies(of row: Int, by places: MilestonePlaces, to targets: inout [Int]) {
    guard places.areNumbered, let numbers = rows[row].dependencies() else {
      for id in rows[row].dependsOn { if let place = places[id] { targets.append(place) } }
      return
    }
    for at in 0..<rows[row].dependencyCount {
      if let place = places.place(number: numbers[at]) { targets.append(place) }
    }
  }
}

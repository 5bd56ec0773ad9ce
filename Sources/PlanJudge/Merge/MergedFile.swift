import GitObjects
import PlanModel
import StrictJSON

/// A file of plan or policy that a merge compares value by value (contract 3, merges).
enum MergedFile: Hashable {
  case milestone(MilestoneID)
  case plan
  /// A file of the policy is one value.
  case policy(String)

  /// Returns the object at the file's path; nil if there is none.
  func identity(in tree: any PlanTree) throws -> FileIdentity? {
    switch self {
    case .milestone(let id): try tree.milestoneIdentity(id)
    case .plan: try tree.planIdentity()
    case .policy(let path): try tree.policyFiles()[path]
    }
  }

  /// Returns the file's values; none if it is not there. O(bytes).
  func values(in tree: any PlanTree) throws -> FileValues {
    guard let identity = try identity(in: tree) else { return FileValues() }
    // A file that cannot be parsed merges only as a whole.
    let opaque = FileValues(whole: "\(identity.kind.rawValue) \(identity.id)")
    switch self {
    case .milestone(let id):
      return try tree.milestone(id)?.document.map { FileValues($0.root, FieldMerge.milestone) } ?? opaque
    case .plan: return try tree.planFile()?.document.map { FileValues($0.root, FieldMerge.plan) } ?? opaque
    case .policy: return opaque
    }
  }

  /// Returns true if a run lists the file.
  func isListed(by run: Run) -> Bool {
    switch self {
    case .milestone(let id):
      run.transitions.contains { $0.milestone == id } || run.edits.contains { $0.milestone == id }
    case .plan: run.edits.contains { $0.milestone == nil }
    case .policy: run.policyChange != nil
    }
  }
}

/// Names a value within a file: keys, and names of elements, from the top. The empty path is the file's existence.
struct ValuePath: Hashable {
  let parts: [String]

  /// By bytes: two keys that differ only by their Unicode form are two keys (RFC 8259).
  static func == (a: ValuePath, b: ValuePath) -> Bool {
    a.parts.count == b.parts.count && zip(a.parts, b.parts).allSatisfy { $0.isExactly($1) }
  }

  func hash(into hasher: inout Hasher) {
    for part in parts { hasher.combine(ExactText(part)) }
  }

  static let existence = ValuePath(parts: [])
  static let status = ValuePath(parts: ["status"])
  static let executionOrder = ValuePath(parts: ["executionOrder"])

  /// The property of the file that holds the value; empty for the file's existence.
  var property: String { parts.first ?? "" }

  /// The property as rules of authorization name it: `evidence` is not part of `exitCriteria` (contract 2.4).
  var ruledProperty: String { isEvidence ? "evidence" : property }

  /// True for an entry of evidence of an exit criterion.
  var isEvidence: Bool { property == "exitCriteria" && parts.count > 2 && parts[2] == "evidence" }

  /// True within the waiver of an exit criterion.
  var isWaiver: Bool { property == "exitCriteria" && parts.count > 2 && parts[2] == "waiver" }

  /// True for what an exit criterion demands, its waiver included: everything within it but the evidence.
  var isDemand: Bool { property == "exitCriteria" && parts.count > 1 && !isEvidence }

  /// True for what a review is of (contract 2.2, re-entry).
  var isReviewed: Bool { ["outcome", "dependsOn", "exitCriteria"].contains(property) }
}

/// The values of one file in one tree, by path. Two files have equal values if they differ in order and layout alone.
struct FileValues: Equatable {
  private(set) var leaves: [ValuePath: [UInt8]] = [:]

  /// A file that is not there.
  init() {}

  /// A file that is one value.
  init(whole: String) { leaves[.existence] = Array(whole.utf8) }

  /// Reads the values of a document. O(bytes).
  init(_ root: JSONValue, _ shape: FieldMerge.Shape) { add(root, shape, []) }

  subscript(path: ValuePath) -> [UInt8]? {
    get { leaves[path] }
    set { leaves[path] = newValue }
  }

  /// The value of a status; nil if the file is not there or cannot be read.
  var status: [UInt8]? { leaves[.status] }

  /// Returns true if another file has every value of this one.
  func isPart(of other: FileValues) -> Bool { leaves.allSatisfy { other.leaves[$0.key] == $0.value } }

  /// Returns the paths at which two files differ.
  func differences(from other: FileValues) -> Set<ValuePath> {
    var paths = Set(leaves.filter { other.leaves[$0.key] != $0.value }.keys)
    for path in other.leaves.keys where leaves[path] == nil { paths.insert(path) }
    return paths
  }

  private mutating func add(_ value: JSONValue, _ shape: FieldMerge.Shape, _ path: [String]) {
    switch shape {
    case .set:
      guard let elements = value.array else { break }
      for element in elements {
        leaves[ValuePath(parts: path + [String(decoding: element.canonicalBytes, as: UTF8.self)])] = []
      }
      return
    case .keyed(let key, let element):
      guard let named = Self.named(value, by: key) else { break }
      for (name, child) in named { add(child, element, path + [name]) }
      return
    case .map(let members):
      guard let object = value.object else { break }
      return add(object, path) { members[$0] ?? .value }
    case .value:
      guard let object = value.object else { break }
      return add(object, path) { _ in .value }
    case .order: break
    }
    leaves[ValuePath(parts: path)] = value.canonicalBytes
  }

  private mutating func add(_ members: [JSONMember], _ path: [String], _ shape: (String) -> FieldMerge.Shape) {
    // A map is there even if it is empty.
    leaves[ValuePath(parts: path)] = Array("{}".utf8)
    for member in members { add(member.value, shape(member.key), path + [member.key]) }
  }

  /// Nil unless each element is an object with a name of its own.
  private static func named(_ value: JSONValue, by key: String) -> [(String, JSONValue)]? {
    guard let elements = value.array else { return nil }
    var names = Set<ExactText>()
    var named: [(String, JSONValue)] = []
    for element in elements {
      guard let name = element[key]?.string, names.insert(ExactText(name)).inserted else { return nil }
      named.append((name, element))
    }
    return named
  }
}

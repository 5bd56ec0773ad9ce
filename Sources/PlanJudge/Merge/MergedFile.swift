import GitObjects
import PlanModel
import StrictJSON

/// A file of plan or policy that a merge compares value by value (contract 3, merges).
enum MergedFile: Hashable {
  case milestone(MilestoneID)
  case plan
  /// A policy file, which is one value.
  case policy(String)

  /// Returns the object at the file's path, or nil if there is none.
  func identity(in tree: any PlanTree) throws -> FileIdentity? {
    switch self {
    case .milestone(let id): try tree.milestoneIdentity(id)
    case .plan: try tree.planIdentity()
    case .policy(let path): try tree.policyFiles()[path]
    }
  }

  /// Returns the file's values; empty if the file does not exist. O(bytes).
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

/// The path of a value within a file: keys and element names, from the top. The empty path is the file's existence.
struct ValuePath: Hashable {
  let parts: [String]

  /// Compares bytes: keys that differ only in Unicode normalization are distinct (RFC 8259).
  static func == (a: ValuePath, b: ValuePath) -> Bool {
    a.parts.count == b.parts.count && zip(a.parts, b.parts).allSatisfy { $0.isExactly($1) }
  }

  func hash(into hasher: inout Hasher) {
    for part in parts { hasher.combine(ExactText(part)) }
  }

  static let existence = ValuePath(parts: [])
  static let status = ValuePath(parts: ["status"])
  static let executionOrder = ValuePath(parts: ["executionOrder"])

  /// The top-level property that contains the value; empty for the file's existence.
  var property: String { parts.first ?? "" }

  /// The property as rules of authorization name it: `evidence` is not part of `exitCriteria` (contract 2.4).
  var ruledProperty: String { isEvidence ? "evidence" : property }

  /// True for an exit criterion's entry of evidence.
  var isEvidence: Bool { property == "exitCriteria" && parts.count > 2 && parts[2] == "evidence" }

  /// True for values within an exit criterion's waiver.
  var isWaiver: Bool { property == "exitCriteria" && parts.count > 2 && parts[2] == "waiver" }

  /// True for an exit criterion's definition and waiver: everything within it except the evidence.
  var isDemand: Bool { property == "exitCriteria" && parts.count > 1 && !isEvidence }

  /// True for reviewed content (contract 2.2, re-entry).
  var isReviewed: Bool { ["outcome", "dependsOn", "exitCriteria"].contains(property) }
}

/// The values of one file in one tree, by path. Equal for files that differ only in order and layout.
struct FileValues: Equatable {
  private(set) var leaves: [ValuePath: [UInt8]] = [:]

  /// Creates the values of a missing file.
  init() {}

  /// Creates the values of a file that is one value.
  init(whole: String) { leaves[.existence] = Array(whole.utf8) }

  /// Reads the values of a document. O(bytes).
  init(_ root: JSONValue, _ shape: FieldMerge.Shape) { add(root, shape, []) }

  subscript(path: ValuePath) -> [UInt8]? {
    get { leaves[path] }
    set { leaves[path] = newValue }
  }

  /// The status; nil if the file is missing or cannot be read.
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
    // An empty map has a value too.
    leaves[ValuePath(parts: path)] = Array("{}".utf8)
    for member in members { add(member.value, shape(member.key), path + [member.key]) }
  }

  /// Returns the elements by name, or nil unless each is an object with a unique name.
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

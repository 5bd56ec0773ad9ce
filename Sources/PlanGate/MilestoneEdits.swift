import GitObjects
public import PlanModel
public import GitRepository
import PlanTrees
public import StrictJSON

extension Milestone {
  /// Returns the index of the criterion that a person means: by its id, by its number from 1, or by the beginning of
  /// one id.
  /// - Throws: `UnknownName` if there is none, or more than one.
  public func criterion(meant text: String) throws -> Int {
    let ids = exitCriteria.map(\.id)
    if let index = ids.firstIndex(of: text) { return index }
    if let number = Int(text), ids.indices.contains(number - 1) { return number - 1 }
    let begun = text.isEmpty ? [] : ids.indices.filter { ids[$0].hasPrefix(text.lowercased()) }
    if begun.count == 1 { return begun[0] }
    guard begun.isEmpty else {
      throw UnknownName(
        message: "\(id) has \(begun.count) criteria that begin with \"\(text)\".",
        hint: "Write more of one: " + begun.map { ids[$0] }.joined(separator: ", ") + ".")
    }
    throw UnknownName(
      message: "\(id) has no criterion \"\(text)\".",
      hint: nearestName(to: text, in: ids).map { "Is \($0) meant?" }
        ?? "readiness criteria \(id) lists them; --text makes a new one.")
  }

  /// Returns the criterion for evidence without a name: the only one, or the only one without evidence and waiver.
  /// - Throws: `UnknownName` if that is not clear.
  func onlyOpenCriterion() throws -> Int {
    if exitCriteria.count == 1 { return 0 }
    let open = exitCriteria.indices.filter { exitCriteria[$0].evidence.isEmpty && exitCriteria[$0].waiver == nil }
    if open.count == 1 { return open[0] }
    let listed = exitCriteria.enumerated().map { "\($0.offset + 1) = \($0.element.id)" }.joined(separator: ", ")
    throw UnknownName(
      message: "\(id) has \(exitCriteria.count) criteria, so the evidence needs the name of one.",
      hint: "Write --evidence CRITERION=PATH, by id or by number: \(listed).")
  }
}

extension JSONValue {
  /// Returns the object with a member replaced or appended. Nil removes it.
  func with(_ key: String, _ value: JSONValue?) -> JSONValue {
    var members = object ?? []
    let place = members.firstIndex { $0.key == key }
    if let place { members.remove(at: place) }
    if let value { members.insert(JSONMember(key, value), at: place ?? members.count) }
    return JSONValue(.object(members))
  }

  /// Returns a criterion with a file as evidence. An older entry of the same file is replaced.
  public func attaching(file path: String, _ digest: Digest) -> JSONValue {
    var entries = self["evidence"]?.array ?? []
    let entry: JSONValue = ["kind": "file", "path": .text(path), "sha256": .text(digest.hex)]
    if let old = entries.firstIndex(where: { $0["path"]?.string == path }) {
      entries[old] = entry
    } else {
      entries.append(entry)
    }
    return with("evidence", JSONValue(.array(entries)))
  }
}

/// A file that a person names as evidence of a move.
public struct EvidenceFile: Sendable {
  /// The criterion as the person wrote it: id, number or beginning. Nil if only one is open.
  public let criterion: String?
  /// The path from the top of the repository.
  public let path: String
  /// The digest of the staged bytes.
  public let digest: Digest
  let blob: ObjectID

  /// Finds the staged file.
  /// - Returns: nil if no regular file is staged there.
  public init?(criterion: String?, path: String, in repository: Repository) throws {
    guard let staged = try repository.staged(path), [.regular, .executable].contains(staged.kind) else { return nil }
    self.criterion = criterion
    self.path = path
    blob = staged.id
    digest = Digest(of: try repository.blob(staged.id))
  }

  /// Returns true if a commit already contains it.
  func isCommitted(in tree: GitTree) throws -> Bool { try tree.identity(at: path)?.id == blob }
}

/// Edits of a milestone's risks.
public enum RiskEdit {
  /// Returns the milestone with one more risk.
  /// - Parameter id: the risk's id; nil for the next free one of R1, R2, …
  /// - Returns: the file, and the risk's id.
  public static func adding(
    _ text: String, severity: String, id: String?, to milestone: Milestone
  ) throws -> (json: JSONValue, id: String) {
    guard Milestone.severities.contains(severity) else {
      throw UnknownName(
        message: "There is no severity \"\(severity)\".",
        hint: "A severity is \(Milestone.severities.joined(separator: ", ")).")
    }
    let used = Set(milestone.risks.map(\.id))
    var number = 1
    while id == nil, used.contains("R\(number)") { number += 1 }
    let name = id ?? "R\(number)"
    guard !used.contains(name) else {
      throw UnknownName(
        message: "\(milestone.id) has a risk \(name) already.", hint: "Leave --id out for the next free one.")
    }
    let risk: JSONValue = [
      "id": .text(name), "text": .text(text), "severity": .text(severity), "status": "open",
    ]
    let all = (milestone.json["risks"]?.array ?? []) + [risk]
    return (Milestone.ordered(milestone.json.with("risks", JSONValue(.array(all)))), name)
  }

  /// Returns the milestone with a risk that is no longer open.
  public static func ending(_ id: String, as status: String, in milestone: Milestone) throws -> JSONValue {
    guard ["closed", "mitigated", "accepted"].contains(status) else {
      throw UnknownName(
        message: "A risk cannot end as \"\(status)\".", hint: "It ends as closed, mitigated or accepted.")
    }
    var all = milestone.json["risks"]?.array ?? []
    guard let index = all.firstIndex(where: { $0["id"]?.string?.lowercased() == id.lowercased() }) else {
      throw UnknownName(
        message: "\(milestone.id) has no risk \"\(id)\".",
        hint: all.isEmpty
          ? "It has none; readiness risk add \(milestone.id) --help shows how to add one."
          : "It has " + all.compactMap { $0["id"]?.string }.joined(separator: ", ") + ".")
    }
    all[index] = all[index].with("status", .text(status))
    return Milestone.ordered(milestone.json.with("risks", JSONValue(.array(all))))
  }
}

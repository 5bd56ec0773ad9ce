public import GitObjects
import PlanModel

/// A path that differs between two trees.
public struct TreeChange: Sendable {
  /// The path from the top; invalid UTF-8 is repaired, so that no rule matches it.
  public let path: String
  /// The object in the old tree; nil if there is none.
  public let old: FileIdentity?
  /// The object in the new tree; nil if there is none. A folder beyond the depth is listed itself.
  public let new: FileIdentity?
}

extension Repository {
  /// Compares two trees, and reads only folders that differ.
  /// - Parameters:
  ///   - old: nil is an empty tree.
  ///   - bound: the largest number of changes; one further change in the result means that there are more.
  ///   - depth: the largest folder depth that is opened.
  public func changes(from old: ObjectID?, to new: ObjectID, atMost bound: Int, depth: Int) throws -> [TreeChange] {
    var changes: [TreeChange] = []
    var visits = FolderVisits()
    try compare(old, new, "", depth, bound + 1, into: &changes, &visits)
    return changes
  }

  private func compare(
    _ old: ObjectID?, _ new: ObjectID?, _ prefix: String, _ depth: Int, _ bound: Int, into changes: inout [TreeChange],
    _ visits: inout FolderVisits
  ) throws {
    if old == new { return }
    let isRepeated = visits.enters(new, old)
    func entries(_ tree: ObjectID?) throws -> [String: FileIdentity] {
      var found: [String: FileIdentity] = [:]
      if let tree { try forEachEntry(of: tree) { found[$0] = $1 } }
      return found
    }
    let (before, after) = (try entries(old), try entries(new))
    for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
      guard changes.count < bound else { return }
      // An empty folder is not a change, and there may be any number of them.
      try visits.take(depth: 0, isRepeated: isRepeated)
      let (a, b) = (before[name], after[name])
      let isOpened = depth > 0 && [a, b].contains { $0?.kind == .folder }
      if !isOpened || [a, b].contains(where: { $0 != nil && $0?.kind != .folder }) {
        changes.append(TreeChange(path: prefix + name, old: a, new: b))
      }
      guard isOpened else { continue }
      try compare(
        a?.kind == .folder ? a?.id : nil, b?.kind == .folder ? b?.id : nil, prefix + name + "/", depth - 1, bound,
        into: &changes, &visits)
    }
  }

  /// Returns the bytes of a blob. Returns nil if it exceeds the bound.
  public func smallBlob(_ id: ObjectID, atMost bound: Int) throws -> [UInt8]? {
    guard case .bytes(let bytes) = try content(of: id, atMost: bound) else { return nil }
    return bytes
  }
}

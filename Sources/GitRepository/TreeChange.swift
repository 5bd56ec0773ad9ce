public import GitObjects
import PlanModel

/// A path that two trees do not hold alike.
public struct TreeChange: Sendable {
  /// From the top of the tree; names that are no UTF-8 are repaired, and so fit no rule.
  public let path: String
  /// What the old tree holds there; nil for nothing.
  public let old: FileIdentity?
  /// What the new tree holds there; nil for nothing. A folder beyond the depth is named itself.
  public let new: FileIdentity?
}

extension Repository {
  /// Compares two trees, and reads only folders that differ.
  /// - Parameters:
  ///   - old: nil is an empty tree.
  ///   - bound: the most changes that are collected; one more says that there are more.
  ///   - depth: the most folders in one another that are opened.
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
      // Folders that hold nothing are no change, and there may be any number of them.
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

  /// The bytes of a blob of at most so many bytes; nil if it has more.
  public func smallBlob(_ id: ObjectID, atMost bound: Int) throws -> [UInt8]? {
    guard case .bytes(let bytes) = try content(of: id, atMost: bound) else { return nil }
    return bytes
  }
}

extension GitTree {
  /// The names in a folder, each with what it holds; empty if there is no such folder. O(entries).
  public func entries(ofFolder path: String) throws -> [(name: String, identity: FileIdentity)] {
    guard let folder = try identity(at: path), folder.kind == .folder else { return [] }
    var found: [(name: String, identity: FileIdentity)] = []
    try repository.forEachEntry(of: folder.id) { found.append(($0, $1)) }
    return found
  }
}

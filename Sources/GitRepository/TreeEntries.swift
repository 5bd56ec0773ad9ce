package import GitObjects
import PlanModel

extension TreeObject {
  /// - Throws: `GitError` if the object cannot be read or is not a tree.
  package convenience init(_ store: ObjectStore, _ id: ObjectID) throws {
    try self.init(store.with(id, .tree) { Array($0) }, id)
  }

  /// - Throws: `GitError` if the bytes are not a tree.
  package convenience init(_ bytes: [UInt8], _ id: ObjectID) throws {
    do { try self.init(bytes) } catch {
      throw GitError(
        .damaged, "The tree \(id) is damaged.", hint: "Run git fsck: it says what is damaged.", function: "TreeObject")
    }
  }
}

extension Repository {
  /// Returns the entry of a name in a tree. Returns nil if there is none. O(entries).
  package func entry(_ name: String, in tree: ObjectID) throws -> FileIdentity? {
    try store.with(tree, .tree) { raw in
      var name = name
      return name.withUTF8 { TreeObject.entry($0, in: raw) }
    }
  }

  /// Returns the entry at a path below a tree; nil if there is none. O(entries of the folders on the way).
  package func entry(at path: String, below tree: ObjectID) throws -> FileIdentity? {
    var at = FileIdentity(kind: .folder, id: tree)
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      guard at.kind == .folder, let next = try entry(String(part), in: at.id) else { return nil }
      at = next
    }
    return at
  }

  /// Visits each entry of a tree, in order. Invalid UTF-8 in names is repaired, so that no rule matches it.
  package func forEachEntry(of tree: ObjectID, _ body: (String, FileIdentity) -> Void) throws {
    try TreeObject(store, tree).forEach(body)
  }
}

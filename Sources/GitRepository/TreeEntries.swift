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

  /// Visits each entry of a tree, in order. Invalid UTF-8 in names is repaired, so that no rule matches it.
  package func forEachEntry(of tree: ObjectID, _ body: (String, FileIdentity) -> Void) throws {
    try TreeObject(store, tree).forEach(body)
  }
}

package import GitObjects
import PlanModel

extension TreeObject {
  /// - Throws: `GitError` where the object cannot be read or is no tree.
  package convenience init(_ store: ObjectStore, _ id: ObjectID) throws {
    try self.init(store.with(id, .tree) { Array($0) }, id)
  }

  /// - Throws: `GitError` where the bytes are no tree.
  package convenience init(_ bytes: [UInt8], _ id: ObjectID) throws {
    do { try self.init(bytes) } catch {
      throw GitError(
        .damaged, "The tree \(id) is damaged.", hint: "Run git fsck: it says what is damaged.", function: "TreeObject")
    }
  }
}

extension Repository {
  /// The entry of a name in a tree; nil where there is none. O(entries).
  package func entry(_ name: String, in tree: ObjectID) throws -> FileIdentity? {
    try store.with(tree, .tree) { raw in
      var name = name
      return name.withUTF8 { TreeObject.entry($0, in: raw) }
    }
  }

  /// Each entry of a tree, in its order. Names that are no UTF-8 are repaired, and so fit no rule.
  package func forEachEntry(of tree: ObjectID, _ body: (String, FileIdentity) -> Void) throws {
    try TreeObject(store, tree).forEach(body)
  }
}

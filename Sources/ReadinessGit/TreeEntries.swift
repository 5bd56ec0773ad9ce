import CLibgit2
import PlanModel

extension Repository {
  /// The entry of a name in a tree; nil where there is none. O(entries).
  func entry(_ name: String, in tree: ObjectID) throws -> FileIdentity? {
    try store.with(tree, GIT_OBJECT_TREE) { raw in
      var name = name
      return name.withUTF8 { GitFolder.entry($0, in: raw) }
    }
  }

  /// Each entry of a tree, in its order. Names that are no UTF-8 are repaired, and so fit no rule.
  func forEachEntry(of tree: ObjectID, _ body: (String, FileIdentity) -> Void) throws {
    try GitFolder(store, tree).forEach(body)
  }
}

public import GitObjects
public import GitRepository
public import PlanModel

extension Repository {
  /// Returns the tree of a commit, as the judge sees it.
  public func tree(of commit: Commit) -> GitTree { GitTree(repository: self, root: commit.tree) }

  /// Returns the tree of a commit without parsing the rest of the commit.
  public func tree(ofCommit id: ObjectID) throws -> GitTree { tree(try store.tree(ofCommit: id)) }

  /// Returns a tree, as the judge sees it.
  public func tree(_ id: ObjectID) -> GitTree { GitTree(repository: self, root: id) }

  /// Returns a search for the milestones whose files may differ from the index. The search returns nil if it would
  /// have to read every file. It queries the file system for each file, so it is meant for another thread.
  public func searchForMilestonesThatMayDiffer() -> () -> [MilestoneID]? {
    let (workTree, indexPath) = (workTree, indexPath)
    return {
      guard let workTree else { return nil }
      return IndexFile.suspects(inIndex: indexPath, folder: PlanPaths.folder + "/", of: workTree)?
        .compactMap { PlanPaths.stem(ofName: $0).map { MilestoneID($0) } }
    }
  }
}

import GitObjects
import Attestations
import PlanJudge
import PlanModel
import GitRepository

/// Reads the attestations that a push adds, for the judge.
struct AttestationGate {
  let repository: Repository

  /// Judges the commits that are new on the ref.
  /// - Complexity: O(new commits and the folders that they touch).
  func judge(_ name: String, from old: ObjectID?, to new: ObjectID) throws -> [Finding] {
    var commits: [AttestationCommit] = []
    var room = Judge.attestationsInPush
    var next: ObjectID? = new
    // First parents lead to every commit of a chain. If the history is no chain, that is the finding.
    while let id = next, id != old, commits.count <= Judge.attestationsInPush, room >= 0 {
      let commit = try repository.commit(id)
      let parent = try commit.parents.first.map { try repository.commit($0) }
      let changes = try repository.changes(from: parent?.tree, to: commit.tree, atMost: room, depth: 3)
      room -= changes.count
      commits.append(
        AttestationCommit(
          id: id, parentCount: commit.parents.count, mayBeFirst: old == nil,
          changes: try changes.map(change)))
      next = commit.parents.count == 1 ? commit.parents[0] : nil
    }
    return Judge.assess(commits, of: name)
  }

  private func change(_ file: TreeChange) throws -> AttestationCommit.Change {
    guard file.old == nil else { return .init(path: file.path, wasThere: true, fault: nil) }
    let fault: String? =
      switch try AttestationStore.read(file, in: repository) {
      case .success: nil
      case .failure(let fault): fault.message
      }
    return .init(path: file.path, wasThere: false, fault: fault)
  }
}

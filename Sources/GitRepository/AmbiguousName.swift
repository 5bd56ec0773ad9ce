public import GitObjects
import CLibgit2
import PlanModel

/// A short name that several refs have, which lead to different objects.
public struct AmbiguousName: Sendable {
  /// The name as it was given.
  public let name: String
  /// The full name of the ref that is used.
  public let used: String
  /// The full names of the others.
  public let others: [String]

  /// The fact in a sentence, with what settles it.
  public var text: String {
    "\"\(name)\" is ambiguous: \(used) is used, not \(others.joined(separator: " or ")). A full name settles it."
  }
}

extension Repository {
  /// Returns a revision whose short name, if several refs have it, is replaced by the full name of one.
  ///
  /// A branch of this clone counts first, then one of a remote, then a tag. Git takes the tag, and prints a warning. But
  /// anyone who may push a tag could name it like a branch, and so choose what is checked. `onAmbiguousName` is told.
  /// - Parameter revision: a branch, a tag, an abbreviated id, `HEAD~2`.
  /// - Throws: `GitError` if a ref cannot be read.
  public func unambiguous(_ revision: String) throws -> String {
    let name = String(revision.prefix { !"~^@:".contains($0) })
    // A whole id is one, whatever a ref of that name says.
    guard !name.isEmpty, name != "HEAD", !name.hasPrefix("refs/"), ObjectID(hex: name) == nil else { return revision }
    let found = try ["refs/heads/", "refs/remotes/", "refs/tags/"].compactMap { folder in
      try object(ofRef: folder + name).map { (name: folder + name, object: $0) }
    }
    guard let first = found.first, found.contains(where: { $0.object != first.object }) else { return revision }
    let commit = try commit(behind: first.object)
    let others = try found.dropFirst().filter { try commit == nil || self.commit(behind: $0.object) != commit }
    if !others.isEmpty {
      onAmbiguousName?(AmbiguousName(name: name, used: first.name, others: others.map(\.name)))
    }
    return first.name + revision.dropFirst(name.count)
  }

  /// Returns the object that a ref points at. Nil if there is no such ref.
  private func object(ofRef name: String) throws -> ObjectID? {
    var oid = git_oid()
    let code = git_reference_name_to_id(&oid, pointer, name)
    if git_error_code(code) == GIT_ENOTFOUND || git_error_code(code) == GIT_EINVALIDSPEC { return nil }
    try git("git_reference_name_to_id", "The ref \(name)") { code }
    return ObjectID(oid)
  }
}

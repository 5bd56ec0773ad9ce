public import GitRepository
public import GitObjects
import CLibgit2
import PlanModel

/// Rewrites a commit with other parents or another message. All other bytes stay unchanged, except that signatures
/// over the old bytes are dropped, because they would be false.
public struct CommitRewriter {
  private let repository: Repository

  /// Creates a rewriter. Its commits are synced.
  public init(_ repository: Repository) {
    self.repository = repository
    readiness_git_enable_fsync()
  }

  /// Writes the new commit.
  /// - Parameter message: the new message, as text; nil to keep the bytes of the old one.
  /// - Returns: the new commit, and true if a signature was dropped.
  public func rewrite(_ commit: Commit, parents: [ObjectID], message: String?) throws -> (id: ObjectID, wasSigned: Bool)
  {
    let raw = try repository.bytes(of: commit.id, .commit)
    var header: [UInt8] = []
    var encoding: String?
    var wasSigned = false
    var isDropping = false
    var wroteParents = false
    var at = 0
    while at < raw.count, raw[at] != 0x0A {
      let end = raw[at...].firstIndex(of: 0x0A) ?? raw.count
      let line = raw[at..<end]
      at = min(end + 1, raw.count)
      // A line that begins with a space continues the header above it.
      if line.first == 0x20 {
        if !isDropping { header += line + [0x0A] }
        continue
      }
      let name = String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self)
      isDropping = name.hasPrefix("gpgsig") || name == "parent"
      wasSigned = wasSigned || name.hasPrefix("gpgsig")
      if name == "encoding" { encoding = String(decoding: line.dropFirst(9), as: UTF8.self) }
      if !isDropping { header += line + [0x0A] }
      if name == "tree", !wroteParents {
        for parent in parents { header += Array("parent \(parent)\n".utf8) }
        wroteParents = true
      }
    }
    var body = raw[min(at + 1, raw.count)...]
    if let message {
      guard let encoded = TextEncoding.encode(message, encoding: encoding) else {
        throw GitError(
          .other, "The encoding \(encoding ?? "UTF-8") of the commit \(commit.id) has no place for its stamp.",
          hint: "Amend it in UTF-8: git commit --amend.", function: "rewrite")
      }
      body = encoded[...]
    }
    let bytes = header + [0x0A] + body
    let odb = try Owned(git_odb_free) { odb in
      try git("git_repository_odb", "The object database") { git_repository_odb(&odb, repository.pointer) }
    }
    var oid = git_oid()
    try git("git_odb_write", "The commit") { git_odb_write(&oid, odb.pointer, bytes, bytes.count, GIT_OBJECT_COMMIT) }
    return (ObjectID(oid), wasSigned)
  }
}

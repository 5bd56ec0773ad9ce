import CLibgit2
import PlanModel

extension ObjectID {
  init(_ oid: git_oid) {
    self = withUnsafeBytes(of: oid.id) { ObjectID(raw: $0) }
  }

  init(_ oid: UnsafePointer<git_oid>) { self.init(oid.pointee) }

  var git: git_oid {
    var oid = git_oid()
    withUnsafeMutableBytes(of: &oid.id) { copy(to: $0) }
    return oid
  }

  /// The id of an object.
  init(of bytes: [UInt8], _ type: git_object_t) throws {
    var oid = git_oid()
    let code = git_odb_hash(&oid, bytes, bytes.count, type)
    guard code >= 0 else { throw GitError(code: code, function: "git_odb_hash", about: "An object") }
    self.init(oid)
  }

  /// Forty zeros: git's way to say "nothing".
  public static let zero = ObjectID([])
}

extension FileKind {
  /// What a mode of a tree entry says.
  init(mode: git_filemode_t) {
    switch mode {
    case GIT_FILEMODE_TREE: self = .folder
    case GIT_FILEMODE_LINK: self = .symlink
    case GIT_FILEMODE_COMMIT: self = .submodule
    case GIT_FILEMODE_BLOB_EXECUTABLE: self = .executable
    default: self = .regular
    }
  }
}

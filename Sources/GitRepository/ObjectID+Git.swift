package import GitObjects
package import CLibgit2
import PlanModel

extension ObjectID {
  package init(_ oid: git_oid) {
    self = withUnsafeBytes(of: oid.id) { ObjectID(raw: $0) }
  }

  package init(_ oid: UnsafePointer<git_oid>) { self.init(oid.pointee) }

  package var git: git_oid {
    var oid = git_oid()
    withUnsafeMutableBytes(of: &oid.id) { copy(to: $0) }
    return oid
  }

  /// Computes the id of an object with libgit2.
  package init(of bytes: [UInt8], _ kind: ObjectKind) throws {
    var oid = git_oid()
    let code = git_odb_hash(&oid, bytes, bytes.count, git_object_t(kind.rawValue))
    guard code >= 0 else { throw GitError(code: code, function: "git_odb_hash", about: "An object") }
    self.init(oid)
  }
}

import CLibgit2

/// Why git's data could not be read or written. Always "could not judge", never a verdict.
public struct GitError: Error, Sendable, CustomStringConvertible {
  /// What kind of obstacle it is.
  public enum Kind: Sendable, Equatable {
    case notFound, unknownRevision, noRepository, locked, changedMeanwhile, unsupported, damaged, shallow, permission,
      other
  }

  /// The kind.
  public let kind: Kind
  /// What happened, in a sentence.
  public let message: String
  /// What to do next.
  public let hint: String
  /// The function of libgit2 that failed, or the system call.
  public let function: String

  /// Makes an error.
  public init(_ kind: Kind, _ message: String, hint: String, function: String) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.function = function
  }

  /// Message and origin.
  public var description: String { "\(message) (\(function))" }

  /// Reads libgit2's last error of this thread.
  package init(code: Int32, function: StaticString, about subject: String) {
    let detail = git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) } ?? "error \(code)"
    let kind: Kind
    let hint: String
    switch git_error_code(code) {
    case GIT_ENOTFOUND:
      kind = .notFound
      hint = "Check that it exists and that the history is complete: git fsck."
    case GIT_ELOCKED:
      kind = .locked
      hint = "Another git command is running. Try again; if none is, remove the lock file that is named."
    case GIT_EMODIFIED:
      kind = .changedMeanwhile
      hint = "Try again."
    case GIT_EMISMATCH:
      kind = .damaged
      hint = "git fsck --full names what is damaged; fetch it again from a repository that you trust."
    case GIT_EOWNER:
      kind = .permission
      hint = "The repository belongs to somebody else: git config --global --add safe.directory with its full path."
    default:
      let text = detail.lowercased()
      if text.contains("failed to rename lockfile"), text.contains("no such file") {
        // git gc removed the empty folder of objects in which a new one was about to stand.
        kind = .changedMeanwhile
        hint = "Try again."
      } else if text.contains("unsupported") || text.contains("extension") {
        kind = .unsupported
        hint = "This version of libgit2 cannot read such a repository."
      } else {
        kind = .other
        hint = "See what git says: git fsck."
      }
    }
    self.init(kind, "\(subject): \(detail).", hint: hint, function: "\(function)")
  }
}

/// The one funnel for calls into libgit2: a negative result becomes an error that names the function.
@discardableResult
package func git(_ function: StaticString, _ subject: @autoclosure () -> String, _ call: () -> Int32) throws -> Int32 {
  let code = call()
  guard code >= 0 else { throw GitError(code: code, function: function, about: subject()) }
  return code
}

/// libgit2, started once for the life of the process.
public enum Library {
  /// The release of libgit2 that the program runs with, such as `1.5.1`.
  public static var version: String {
    var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
    git_libgit2_version(&major, &minor, &revision)
    return "\(major).\(minor).\(revision)"
  }

  static let isStarted: Bool = {
    git_libgit2_init()
    readiness_git_verify_hashes(0)
    readiness_git_accept_extensions()
    return true
  }()
}

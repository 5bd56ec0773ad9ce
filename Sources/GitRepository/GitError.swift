import CLibgit2

/// The reason why git's data could not be read or written. It always means "could not judge", never a verdict.
public struct GitError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure.
  public enum Kind: Sendable, Equatable {
    case notFound, unknownRevision, noRepository, locked, changedMeanwhile, unsupported, damaged, shallow, permission,
      other
  }

  /// The kind of failure.
  public let kind: Kind
  /// The failure, in a sentence.
  public let message: String
  /// The next step.
  public let hint: String
  /// The libgit2 function or system call that failed.
  public let function: String

  /// Creates an error.
  public init(_ kind: Kind, _ message: String, hint: String, function: String) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.function = function
  }

  /// The message and the function.
  public var description: String { "\(message) (\(function))" }

  /// Creates an error from libgit2's last error on this thread.
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
        // git gc removed the empty object folder in which libgit2 was about to create an object.
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

/// Calls libgit2: the only funnel for such calls. Converts a negative result into an error that names the function.
@discardableResult
package func git(_ function: StaticString, _ subject: @autoclosure () -> String, _ call: () -> Int32) throws -> Int32 {
  let code = call()
  guard code >= 0 else { throw GitError(code: code, function: function, about: subject()) }
  return code
}

/// The libgit2 library, initialized once for the life of the process.
public enum Library {
  /// The libgit2 version at run time, such as `1.5.1`.
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

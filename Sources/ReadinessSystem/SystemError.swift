import CLibrary

/// Says why the system did not do what it was asked for. Always "could not judge", never a verdict.
public struct SystemError: Error, Sendable, Equatable {
  /// What kind of obstacle it is.
  public enum Kind: Sendable, Equatable {
    case notFound, exists, permission, full, closed, other
  }

  /// The C function.
  public let function: String
  /// The file, program or other thing that it was called for.
  public let subject: String
  /// The value of `errno`; 0 where the call succeeded and its answer was not the one that is needed.
  public let code: Int32
  /// What happened, in the system's words unless it is about an answer; without a full stop.
  public let reason: String

  /// Takes the value of `errno` that the last call on this thread left.
  public init(_ function: String, _ subject: String) { self.init(function, subject, errno) }

  /// - Parameter code: the value of `errno`.
  package init(_ function: String, _ subject: String, _ code: Int32) {
    self.function = function
    self.subject = subject
    self.code = code
    reason = String(cString: strerror(code))
  }

  /// - Parameter reason: why the answer of a call that succeeded cannot be used.
  public init(_ function: String, _ subject: String, reason: String) {
    self.function = function
    self.subject = subject
    self.code = 0
    self.reason = reason
  }

  /// Says that nothing stands at a path.
  public static func notFound(_ path: String) -> SystemError { SystemError("lstat", path, ENOENT) }

  /// The kind, by the value of `errno`.
  public var kind: Kind {
    switch code {
    case ENOENT, ENOTDIR: .notFound
    case EEXIST: .exists
    case EACCES, EPERM, EROFS: .permission
    case EPIPE: .closed
    case ENOSPC, EDQUOT, EFBIG: .full
    default: .other
    }
  }
}

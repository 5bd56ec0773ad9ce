import CLibrary

/// The reason why a system call failed. It always means "could not judge", never a verdict.
public struct SystemError: Error, Sendable, Equatable {
  /// The kind of failure.
  public enum Kind: Sendable, Equatable {
    case notFound, exists, permission, full, closed, tooLarge, other
  }

  /// The C function.
  public let function: String
  /// The file, program or other subject of the call.
  public let subject: String
  /// The value of `errno`; 0 if the call succeeded but its result cannot be used.
  public let code: Int32
  /// The reason, without a full stop: the system's words, unless the result is at fault.
  public let reason: String

  /// Creates an error from the `errno` of the last call on this thread.
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

  /// Says that something gives more bytes than are read of it.
  public static func tooLarge(_ subject: String, _ bound: Int) -> SystemError {
    SystemError("read", subject, EOVERFLOW, "it has more than \(bound) bytes, and so many are not read")
  }

  private init(_ function: String, _ subject: String, _ code: Int32, _ reason: String) {
    (self.function, self.subject, self.code, self.reason) = (function, subject, code, reason)
  }

  /// Returns the error for a path that does not exist.
  public static func notFound(_ path: String) -> SystemError { SystemError("lstat", path, ENOENT) }

  /// The kind, by the value of `errno`.
  public var kind: Kind {
    switch code {
    case ENOENT, ENOTDIR: .notFound
    case EEXIST: .exists
    case EACCES, EPERM, EROFS: .permission
    case EPIPE: .closed
    case ENOSPC, EDQUOT, EFBIG: .full
    case EOVERFLOW: .tooLarge
    default: .other
    }
  }
}

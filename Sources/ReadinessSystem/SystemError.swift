import Glibc

/// Carries the answer of a system call that failed.
public struct SystemError: Error, Sendable, Equatable {
  /// The C function.
  public let function: String
  /// The file, program or other thing that it was called for.
  public let subject: String
  /// The value of `errno`.
  public let code: Int32

  /// - Parameter code: the value of `errno`, that of the last call on this thread unless given.
  public init(_ function: String, _ subject: String, _ code: Int32 = errno) {
    self.function = function
    self.subject = subject
    self.code = code
  }

  /// The system's own words.
  public var reason: String { String(cString: strerror(code)) }
}

import Synchronization

/// Bounds the reads of a gate from large objects and long messages.
///
/// Git stores repeated content once: a push of fifty kilobytes may expand to gigabytes. A repeated read counts again.
/// Objects of an ordinary size are free, so neither the size of a plan nor its history consumes the allowance
/// (`doc/design/decisions/0106-bound-of-what-a-gate-reads.md`).
public final class ReadAllowance: Sendable {
  /// The allowance of this process, unbounded until `bound` is called.
  static let process = ReadAllowance(.max)
  private let left: Atomic<Int>

  /// - Parameter bytes: the bytes of large files that may be read.
  init(_ bytes: Int) { left = Atomic(bytes) }

  /// Bounds this process from now on: 640 MiB of large files, a few seconds, plus 64 times the size of the push. Must
  /// be called before any thread starts.
  /// - Parameter received: the stored size of the pushed objects, in bytes.
  public static func bound(received: Int) {
    process.left.store((640 << 20) + 64 * min(received, 1 << 50), ordering: .relaxed)
  }

  /// Deducts a blob of a size, in bytes.
  /// - Throws: `GitError` if the allowance is exhausted.
  func takeFile(_ bytes: Int) throws { try take(bytes - 1 << 20) }

  /// Deducts a commit or a tree of a size, in bytes.
  func takeObject(_ bytes: Int) throws { try take(2 * (bytes - 64 << 10)) }

  /// Deducts a commit whose message is searched for stamps.
  /// - Parameters:
  ///   - bytes: the size of the commit, in bytes.
  ///   - stamps: the number of stamps in its message.
  func takeMessage(_ bytes: Int, stamps: Int) throws {
    try take(8 * (bytes - 4 << 10))
    try take((stamps - 16) << 14)
  }

  private func take(_ cost: Int) throws {
    guard cost > 0 else { return }
    guard left.subtract(cost, ordering: .relaxed).newValue >= 0 else {
      throw GitError(
        .unsupported, "What is pushed makes the gate read more large files, long messages and stamps than it reads.",
        hint: "Push fewer commits at a time, or commits with shorter messages and smaller files of evidence.",
        function: "ReadAllowance")
    }
  }
}

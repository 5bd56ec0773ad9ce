import Synchronization

/// Bounds what a gate reads of large objects and long messages.
///
/// Git stores what repeats once: a push of fifty kilobytes holds gigabytes. What is read again counts again. Objects of an
/// ordinary size are not counted, so neither the size of a plan nor the length of its history uses the allowance up
/// (`doc/design/decisions/0106-bound-of-what-a-gate-reads.md`).
public final class ReadAllowance: Sendable {
  /// That of this process, without a bound until `bound` is called.
  static let process = ReadAllowance(.max)
  private let left: Atomic<Int>

  /// - Parameter bytes: the bytes of large files that may be read.
  init(_ bytes: Int) { left = Atomic(bytes) }

  /// Bounds this process from here on: as much as 640 MiB of large files, some seconds, and 64 times the bytes that the
  /// push holds itself. Call it before any thread is started.
  /// - Parameter received: the bytes of the objects that were pushed, as they are stored.
  public static func bound(received: Int) {
    process.left.store((640 << 20) + 64 * min(received, 1 << 50), ordering: .relaxed)
  }

  /// Takes a blob of so many bytes.
  /// - Throws: `GitError` where nothing is left.
  func takeFile(_ bytes: Int) throws { try take(bytes - 1 << 20) }

  /// Takes a commit or a tree that is read.
  func takeObject(_ bytes: Int) throws { try take(2 * (bytes - 64 << 10)) }

  /// Takes a commit whose message is searched for stamps.
  /// - Parameters:
  ///   - bytes: the bytes of the commit.
  ///   - stamps: how many stamps its message holds.
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

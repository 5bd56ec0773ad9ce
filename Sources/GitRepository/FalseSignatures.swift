import Synchronization

/// Bounds the number of invalid signatures that a gate checks.
///
/// Each check is a process, and a push of a few kilobytes can contain a thousand forgeries: invented text next to
/// somebody else's public key. Valid signatures cost their sender as much, so they are not counted.
public final class FalseSignatures: Sendable {
  /// The allowance of this process, unbounded until `bound` is called.
  static let process = FalseSignatures(.max)
  /// The number of processes for each check.
  static let (ssh, openPGP) = (1, 4)
  private let left: Atomic<Int>

  init(_ count: Int) { left = Atomic(count) }

  /// Bounds this process from now on: 120 processes, one to two seconds. Must be called before any thread starts.
  public static func bound() { process.left.store(120, ordering: .relaxed) }

  /// Deducts from the allowance.
  /// - Throws: `GitError` if the allowance is exhausted.
  func take(_ count: Int) throws {
    guard left.subtract(count, ordering: .relaxed).newValue >= 0 else {
      throw GitError(
        .unsupported, "What is pushed holds more signatures that are no good than are checked.",
        hint: "readiness verify names them. Remove them, and push again.", function: "ssh-keygen")
    }
  }
}

import Synchronization

/// Bounds how many signatures that are no good a gate checks.
///
/// Each is a process of its own, and a push of a few kilobytes holds a thousand of them: made-up text beside the public key
/// of somebody else. Signatures that are good cost their sender as much, so they are not counted.
public final class FalseSignatures: Sendable {
  /// That of this process, without a bound until `bound` is called.
  static let process = FalseSignatures(.max)
  /// What one costs in processes.
  static let (ssh, openPGP) = (1, 4)
  private let left: Atomic<Int>

  init(_ count: Int) { left = Atomic(count) }

  /// Bounds this process from here on: 120 processes, one to two seconds. Call it before any thread is started.
  public static func bound() { process.left.store(120, ordering: .relaxed) }

  /// Takes one from what is left.
  /// - Throws: `GitError` where nothing is left.
  func take(_ count: Int) throws {
    guard left.subtract(count, ordering: .relaxed).newValue >= 0 else {
      throw GitError(
        .unsupported, "What is pushed holds more signatures that are no good than are checked.",
        hint: "readiness verify names them. Remove them, and push again.", function: "ssh-keygen")
    }
  }
}

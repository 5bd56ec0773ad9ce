import Foundation

/// Decides whether the machine has a test's requirements.
///
/// If `CI` is set the result is always true, so a test without its tool fails there. Elsewhere the test is skipped;
/// Swift Testing names it, and `make test` counts them.
public enum Needed {
  /// True if a continuous integration runs the tests.
  public static let isCI = !(ProcessInfo.processInfo.environment["CI"] ?? "").isEmpty

  /// Returns true if a test that needs all these programs must run.
  public static func programs(_ names: String...) -> Bool {
    isCI
      || names.allSatisfy { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").contains {
          FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
      }
  }

  /// Returns true if a test with another requirement must run.
  public static func ability(_ isThere: Bool) -> Bool { isCI || isThere }
}

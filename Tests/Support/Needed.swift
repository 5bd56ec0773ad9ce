import Foundation

/// Says whether a test has what it needs of the machine.
///
/// Where `CI` is set the answer is always yes, so a test that lacks its tool fails there. Elsewhere the test is skipped;
/// Swift Testing names it, and `make test` counts them.
public enum Needed {
  /// True where a continuous integration runs the tests.
  public static let isCI = !(ProcessInfo.processInfo.environment["CI"] ?? "").isEmpty

  /// Returns true if a test that needs all these programs is to run.
  public static func programs(_ names: String...) -> Bool {
    isCI
      || names.allSatisfy { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").contains {
          FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
      }
  }

  /// Returns true if a test that needs something else of the machine is to run.
  public static func ability(_ isThere: Bool) -> Bool { isCI || isThere }
}

import PlanModel
import GitRepository
import Reports
import ReadinessSystem

/// The program's own files outside git's objects, their size, and the commands that clear them.
struct DiskUse {
  /// The folder `readiness` of the repository.
  let folder: String

  /// The size from which on a part is worth a warning, in bytes.
  private static let many = 256 << 20

  /// The parts that grow, and the commands that clear them.
  private static let parts: [(name: String, what: String, clear: @Sendable (String) -> String)] = [
    ("verified", "results of verify", { "It is a cache: rm -r \($0.shellQuoted)" }),
    ("runs", "the index of run IDs", { "It is rebuilt at the next push: rm -r \($0.shellQuoted)" }),
    ("sinks", "the outbox of events", { _ in "It shrinks as events are delivered: readiness deliver" }),
    ("dead-letters", "events that a sink did not take", { _ in "readiness dlq list, then dlq retry or dlq drop" }),
    ("bypass.jsonl", "the log of emergency overrides", { _ in "It is a record; keep it." }),
  ]

  /// Returns one check for each existing part, or a single one if there is none.
  /// - Throws: `GitError` if a folder cannot be read.
  func checks() throws -> [HealthCheck] {
    let checks = try Self.parts.compactMap { part -> HealthCheck? in
      let path = folder + "/" + part.name
      guard let bytes = try Self.size(of: path) else { return nil }
      return HealthCheck(
        "disk", bytes > Self.many ? .warning : .ok, "\(Self.text(bytes)) of \(part.what)", hint: part.clear(path))
    }
    return checks.isEmpty ? [HealthCheck("disk", .ok, "Nothing is kept beside git's own objects.")] : checks
  }

  /// Returns the bytes of a file, or of all files below a folder, without following links. Nil if nothing exists.
  static func size(of path: String) throws -> Int? {
    guard let status = FileSystem.status(path) else { return nil }
    guard status.kind == .folder else { return status.size }
    return try FileSystem.names(in: path).reduce(0) { try $0 + (size(of: path + "/" + $1) ?? 0) }
  }

  private static func text(_ bytes: Int) -> String {
    bytes < 1 << 10 ? "\(bytes) bytes" : bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
  }
}

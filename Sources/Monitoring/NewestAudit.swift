import GitRepository
import StrictJSON
import Telemetry
import ReadinessSystem

/// The result of a repository's newest whole audit, under `.git/readiness/`: a timer that collects each minute
/// reports the result of another one that audits each hour.
struct NewestAudit {
  private let path: String

  init(_ repository: Repository) { path = repository.commonFolder + "readiness/newest-audit.json" }

  /// - Throws: `SystemError`.
  func keep(_ audit: RepositoryFacts.Audit) throws(SystemError) {
    let json: JSONValue = [
      "version": 1, "errors": .int(audit.errors), "warnings": .int(audit.warnings), "notes": .int(audit.notes),
    ]
    try FileSystem.makeFolders(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)), own: 1)
    try FileSystem.write(json.layoutBytes, to: path)
  }

  /// Returns the result. Returns nil if there is none, or it is malformed.
  /// - Throws: `SystemError`.
  func load() throws(SystemError) -> RepositoryFacts.Audit? {
    guard let bytes = try FileSystem.readIfPresent(path) else { return nil }
    let root: JSONValue
    do { root = try JSONDocument(parsing: bytes).root } catch { return nil }
    guard root["version"]?.integer == 1, let errors = root["errors"]?.integer,
      let warnings = root["warnings"]?.integer, let notes = root["notes"]?.integer
    else { return nil }
    return RepositoryFacts.Audit(errors: errors, warnings: warnings, notes: notes)
  }
}

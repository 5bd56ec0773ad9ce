import GitRepository
import StrictJSON
import Telemetry
import ReadinessSystem

/// The result of the newest whole audit of a repository, under `.git/readiness/`: a timer that collects each minute tells
/// what another one found that audits each hour.
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

  /// The result; nil where there is none that can be read.
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

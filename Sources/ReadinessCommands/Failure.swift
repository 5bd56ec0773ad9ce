import ArgumentParser
import JSONSchema
import ReadinessCore
import ReadinessEnforcement
import ReadinessGit
import ReadinessReports
import StrictJSON

/// The one place where errors become text and exit codes (contract 4).
struct Failure {
  let exit: Int32
  let code: String
  let message: String
  let hint: String

  init(_ error: any Error) {
    switch error {
    case let error as UsageError: self.init(2, "usage", error.message, error.hint)
    case let error as UnknownName: self.init(2, "unknown-name", error.message, error.hint)
    case let error as GitError: self.init(error)
    case let error as SchemaError:
      self.init(
        3, "policy-unreadable", "\(PlanPaths.schema):\(error.position.line): \(error.message)", "Mend the schema.")
    default:
      self.init(
        70, "internal", "This is a fault of readiness: \(error)", "Please report it with the command that you typed.")
    }
  }

  private init(_ error: GitError) {
    let code: String
    switch error.kind {
    case .unknownRevision:
      self.init(2, "unknown-revision", error.message, error.hint)
      return
    case .noRepository: code = "no-repository"
    case .shallow: code = ReasonCode.undecidable.id
    case .locked: code = "locked"
    case .changedMeanwhile: code = "changed-meanwhile"
    case .unsupported: code = "unsupported-repository"
    case .damaged: code = "damaged-repository"
    case .permission: code = "permission"
    case .full: code = "disk-full"
    case .notFound, .other: code = "git"
    }
    self.init(3, code, error.message, error.hint)
  }

  private init(_ exit: Int32, _ code: String, _ message: String, _ hint: String) {
    self.exit = exit
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// For a person, on standard error.
  func text(width: Int) -> String {
    let said = "readiness: \(message.printable) (\(code))".wrapped(to: width).enumerated().map {
      ($0 == 0 ? "" : "  ") + $1
    }
    let next = hint.printable.wrapped(to: width - 5).enumerated().map { ($0 == 0 ? "  -> " : "     ") + $1 }
    return (said + next).joined(separator: "\n") + "\n"
  }

  /// For programs (contract 4.1, `error`).
  var json: JSONValue {
    Envelope.json(
      "error",
      [JSONMember("code", .text(code)), JSONMember("message", .text(message)), JSONMember("hint", .text(hint))])
  }
}

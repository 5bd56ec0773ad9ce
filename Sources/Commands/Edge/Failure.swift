import ArgumentParser
import Attestations
import JSONSchema
import Monitoring
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import Reports
import Profiles
import StrictJSON
import ReadinessSystem

/// The text and the exit code of an error (contract 4). Only this type maps errors to them.
struct Failure {
  let exit: Int32
  let code: String
  let message: String
  let hint: String

  init(_ error: any Error) {
    switch error {
    case let error as UsageError: self.init(2, "usage", error.message, error.hint)
    case let error as UnknownName: self.init(2, "unknown-name", error.message, error.hint)
    case let error as KeyFault: self.init(2, error.code, error.message, error.hint)
    case let error as GitError: self.init(error)
    case let error as ConfigurationError: self.init(error)
    case let error as RuntimeProfile.Failure: self.init(error)
    case let error as SystemError: self.init(error)
    case let error as WebFault:
      self.init(
        3, "endpoint", error.message, "Nothing was written. Check the address, the network and what the server needs.")
    case let error as MissingTool:
      self.init(
        3, "program-missing", "There is no program \(error.name) on PATH.",
        "On Debian: apt-get install --no-install-recommends prometheus prometheus-alertmanager")
    case let error as AlertDrill.Failed:
      self.init(
        3, "drill-failed", error.message,
        error.output.isEmpty ? "Nothing is said about the alerts." : "It printed: \(error.output)")
    case let error as SchemaError:
      self.init(
        3, "policy-unreadable", "\(PlanPaths.schema):\(error.position.line): \(error.message)", "Fix the schema.")
    case let error as PatternTooCostly:
      self.init(
        3, "pattern-too-costly", "The pattern \(error.pattern.prefix(200)) takes too many steps on a text of the plan.",
        "Write it without a repeat within a repeat, in \(PlanPaths.schema) or \(PlanPaths.policies)/secrets.json.")
    case let error as TooManyParents:
      self.init(
        3, "too-many-parents",
        "A merge has \(error.count) parents that hold a plan or policy. At most \(TooManyParents.bound) are compared with one another.",
        "Merge in steps, a few branches at a time.")
    case is PatternsTooCostly:
      self.init(
        3, "pattern-too-costly", "The schema and the patterns of the policy take too many steps on all that is pushed.",
        "Push fewer commits at a time, or write schema and patterns without a repeat within a repeat.")
    default:
      self.init(
        70, "internal", "This is a fault of readiness: \(error)", "Please report it with the command that you typed.")
    }
  }

  private init(_ error: SystemError) {
    let (code, hint) =
      switch error.kind {
      case .permission: ("permission", "Check its owner and permissions: ls -ld shows them.")
      case .full: ("disk-full", "Make room, then try again.")
      case .tooLarge: ("too-large", "Name a smaller file.")
      case .notFound, .exists, .closed, .other: ("files", "Check that the path is there and may be used.")
      }
    self.init(3, code, "\(error.subject): \(error.reason).", hint)
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
    case .damaged: code = ReasonCode.damagedRepository.id
    case .permission: code = "permission"
    case .notFound, .other: code = "git"
    }
    self.init(3, code, error.message, error.hint)
  }

  private init(_ error: ConfigurationError) {
    let told = error.faults.map {
      "\($0.file):\($0.line): \($0.message) \($0.legal) (at \($0.pointer.isEmpty ? "/" : $0.pointer))"
    }
    self.init(
      3, "runtime-config", told.joined(separator: " "),
      "Fix the file; readiness config check says when it is valid.")
  }

  private init(_ error: RuntimeProfile.Failure) {
    func near(_ name: String, _ known: [String]) -> String {
      nearestName(to: name, in: known).map { "Is \($0) meant? " } ?? ""
    }
    switch error {
    case .unknownProfile(let name, let known):
      self.init(
        2, "unknown-name", "There is no profile \"\(name)\".",
        near(name, known) + "There are \(known.joined(separator: ", ")).")
    case .unknownBase(let name, let profile, let file, let line, let known):
      self.init(
        3, "runtime-config", "\(file):\(line): The profile \"\(profile)\" extends \"\(name)\", which there is not.",
        near(name, known) + "There are \(known.joined(separator: ", ")).")
    case .circle(let names):
      self.init(
        3, "runtime-config", "Profiles extend one another in a circle: \(names.joined(separator: " -> ")).",
        "Take one \"extends\" of these away.")
    case .unknownSetting(let name, let known):
      self.init(
        2, "unknown-name", "There is no setting \"\(name)\".",
        near(name, known) + "readiness config show tdd lists them.")
    case .illegalValue(let name, let value, let legal):
      self.init(2, "usage", "\(name) is \"\(value)\", which is not legal.", "It is \(legal).")
    }
  }

  private init(_ exit: Int32, _ code: String, _ message: String, _ hint: String) {
    self.exit = exit
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// Returns the text for a person, on standard error.
  func text(width: Int, folder: String?) -> String {
    let said = "readiness: \(message.printable) (\(code))".wrapped(to: width).enumerated().map {
      ($0 == 0 ? "" : "  ") + $1
    }
    let next = Style(color: false, folder: folder).hint(hint, to: width - 5, first: "  -> ", rest: "     ")
    return (said + next).joined(separator: "\n") + "\n"
  }

  /// The answer `error` for programs (contract 4.1).
  var json: JSONValue {
    Envelope.json(
      "error",
      [JSONMember("code", .text(code)), JSONMember("message", .text(message)), JSONMember("hint", .text(hint))])
  }
}

import PlanJudge
import PlanModel
import StrictJSON

/// Evidence and waivers in words, in the wording that all reports share.
enum EvidenceText {
  /// Returns an entry of evidence on a line.
  static func line(_ evidence: Evidence) -> String {
    switch evidence.kind {
    case .file(let path, let sha256): "file \(path) \(sha256.hex.prefix(12))…"
    case .statement(let text, let by): "\(by) says: \(text)"
    case .check(let record):
      "check of \(record.commit.prefix(8)), \(Timestamp.text(millisecondsSince1970: record.at).prefix(16))Z"
        + (record.exitCode.map { ", exit \($0)" } ?? "") + ", inputs \(record.inputs.hex.prefix(12))…"
    case .approval(let role, let count): "\(count) \(count == 1 ? "approval" : "approvals") by \(role)"
    }
  }

  /// Returns a check on a line.
  static func line(_ check: CheckDefinition) -> String {
    switch check.kind {
    case .command(let command):
      command.arguments.map { $0.contains(" ") || $0.isEmpty ? "'\($0)'" : $0 }.joined(separator: " ")
        + " (\(command.profile))"
    case .file(let path): "the file \(path) is there"
    case .schema(let schema, let valid, _): "\(valid.map(\.text).joined(separator: ", ")) fit \(schema)"
    case .approval(let role, let count): "\(count) \(count == 1 ? "approval" : "approvals") by \(role)"
    case .milestone(let repository, let commit, let milestone, let category):
      "\(milestone) is \(category.rawValue) in \(repository) at \(commit.prefix(8))"
    case .junit(let path, let least, let most):
      "\(path) reports at least \(least) \(least == 1 ? "test" : "tests"), at most \(most) failed"
    case .sarif(let path, let most): "\(path) reports at most \(most) errors"
    case .slo(let name): "the SLO \(name) is kept, by its capture"
    }
  }

  /// Returns an exception on a line.
  static func line(_ waive: StandingWaive) -> String {
    "\(waive.waive.milestone), \(waive.waive.code) until \(waive.waive.until) by \(waive.actor.email): \(waive.reason)"
  }

  /// Returns exceptions for programs.
  /// - Parameter moment: the moment that decides which have lapsed, in milliseconds since 1970; nil to mark none.
  static func json(_ waives: [StandingWaive], at moment: Int64?) -> JSONValue {
    JSONValue(
      .array(
        waives.map { waive in
          [
            "milestone": .text(waive.waive.milestone.text), "code": .text(waive.waive.code),
            "until": .text(waive.waive.until), "by": .text(waive.actor.email), "reason": .text(waive.reason),
            "commit": .text(waive.commit ?? ""), "lapsed": JSONValue(.bool(!waive.holds(at: moment))),
          ]
        }))
  }

  /// Returns a waiver on a line.
  static func line(_ waiver: Waiver) -> String {
    "waived until \(waiver.until) by \(waiver.approver), for \(waiver.owner): \(waiver.reason)"
  }
}

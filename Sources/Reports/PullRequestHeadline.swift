public import PlanJudge
import PlanModel

/// A gate before a change and after it.
public struct GateStep: Sendable {
  let name: String
  let before: GateDecision.Answer?
  let after: GateDecision.Answer
  let left: Int

  /// - Parameters:
  ///   - before: the answer before; nil if there was no plan or no such gate.
  ///   - left: the number of facts that are missing before it says go.
  public init(name: String, before: GateDecision.Answer?, after: GateDecision.Answer, left: Int) {
    (self.name, self.before, self.after, self.left) = (name, before, after, left)
  }

  /// The step in a few words: `release stays NO-GO (34 facts left)`.
  var words: String {
    let answer = after.rawValue.uppercased()
    let verb = before == nil ? "is" : before == after ? "stays" : "turns"
    let rest = after == .go || left == 0 ? "" : " (\(left) fact\(left == 1 ? "" : "s") left)"
    return "\(MarkdownText.line(name)) \(verb) \(answer)\(rest)"
  }
}

/// The two lines that summarize a pull request for a reviewer, even in a mail that shows no more.
struct PullRequestHeadline {
  let findings: [Finding]
  let diff: PlanDiff
  let gate: GateStep?

  /// The mark by which an existing comment is found.
  static let mark = "<!-- readiness -->"
  private static let bound = 5

  private var refused: [Finding] { findings.filter { $0.severity == .error } }

  var lines: [String] { ["readiness: \(counts) \(Self.mark)", details] }

  private var counts: String {
    let moves = diff.changes.count { $0.changesStatus }
    let edits = diff.changes.count - moves
    var parts: [String] = []
    if moves > 0 { parts.append("\(moves) milestone\(moves == 1 ? " moves" : "s move")") }
    if edits > 0 { parts.append("\(edits) edited") }
    if diff.changesPolicy { parts.append("the policy changes") }
    if !refused.isEmpty { parts.append("\(refused.count) refused") }
    let what =
      parts.isEmpty ? diff.isEmpty ? "the plan does not change" : "the plan changes" : parts.joined(separator: ", ")
    return ([what] + (gate.map { [$0.words] } ?? [])).joined(separator: " · ")
  }

  private var details: String {
    let moved = diff.changes.map(Self.line)
    let said = refused.map { finding in
      let subject = finding.milestone.map { MarkdownText.line($0.text) } ?? "a commit"
      return "\(subject) refused: \(finding.code.id)"
    }
    // Refusals come first, because a mail may cut the rest.
    let all = said + moved
    guard !all.isEmpty else { return diff.isEmpty ? "Nothing to review here." : "The order of the plan changes." }
    let shown = all.prefix(Self.bound).joined(separator: " · ")
    return all.count > Self.bound ? "\(shown) · and \(all.count - Self.bound) more" : shown
  }

  private static func line(_ change: PlanDiff.Change) -> String {
    let id = MarkdownText.line(change.id.text)
    guard let after = change.after else { return "\(id) deleted" }
    let status = MarkdownText.line(after.status)
    let before = change.before.map { MarkdownText.line($0.status) }
    let step = before == nil ? "new, \(status)" : before == status ? "edited" : "\(before ?? "") → \(status)"
    return "\(id) \(step), \(evidence(after))"
  }

  private static func evidence(_ milestone: Milestone) -> String {
    let met = milestone.exitCriteria.count { !$0.evidence.isEmpty }
    var kinds: [(name: String, count: Int)] = [("check", 0), ("file", 0), ("approval", 0), ("statement", 0)]
    for entry in milestone.exitCriteria.flatMap(\.evidence) {
      switch entry.kind {
      case .check: kinds[0].count += 1
      case .file: kinds[1].count += 1
      case .approval: kinds[2].count += 1
      case .statement: kinds[3].count += 1
      }
    }
    let told = kinds.filter { $0.count > 0 }.map { "\($0.count) \($0.name)\($0.count == 1 ? "" : "s")" }
    let count = milestone.exitCriteria.count
    let total = "evidence on \(met) of \(count) criteri\(count == 1 ? "on" : "a")"
    return told.isEmpty ? total : "\(total) (\(told.joined(separator: ", ")))"
  }
}

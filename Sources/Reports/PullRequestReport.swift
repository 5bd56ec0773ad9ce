public import PlanJudge
public import PlanModel

/// The effect of a change on the plan, for a reviewer who does not know the tool: Markdown for a comment or a step
/// summary.
public struct PullRequestReport {
  private let findings: [Finding]
  private let runs: [RunLine]
  private let diff: PlanDiff
  private let overview: PlanOverview
  private let commits: Int
  private let gate: GateStep?

  /// - Parameters:
  ///   - runs: the runs, oldest first.
  ///   - diff: the differences between the plan before and after.
  ///   - overview: the plan after.
  ///   - gate: the default gate before and after; nil if there is none.
  public init(
    findings: [Finding], runs: [RunLine], diff: PlanDiff, overview: PlanOverview, commits: Int, gate: GateStep? = nil
  ) {
    self.findings = findings
    self.runs = runs
    self.diff = diff
    self.overview = overview
    self.commits = commits
    self.gate = gate
  }

  private var errors: [Finding] { findings.filter { $0.severity == .error } }

  /// The report as Markdown of GitHub and GitLab. The first two lines can be read alone, as a mail shows them.
  public var markdown: String {
    let headline = PullRequestHeadline(findings: findings, diff: diff, gate: gate)
    var lines = headline.lines + ["", "## Production readiness", "", verdict]
    let touched = diff.changes
    if !touched.isEmpty { lines += [""] + table(touched) }
    if diff.changesPolicy {
      lines += [
        "",
        "**The policy changes**: the rules by which later commits are checked. Review it with more care than a plan.",
      ]
    }
    lines += section("Evidence", evidence)
    lines += section("Approvals", approvals)
    lines += section("Still missing", missing)
    lines += section("Refused", errors.map(Self.line))
    lines += section("Warnings", findings.filter { $0.severity == .warning }.map(Self.line))
    lines += section("Notes", findings.filter { $0.severity == .note }.map(Self.line))
    lines += history + squashBody
    return lines.joined(separator: "\n")
  }

  private var verdict: String {
    let scope = "\(commits) commit\(commits == 1 ? "" : "s")"
    if !errors.isEmpty {
      return
        "❌ **Refused**: \(errors.count) error\(errors.count == 1 ? "" : "s") in \(scope). It cannot be merged like this."
    }
    if diff.isEmpty { return "✅ **Accepted**: \(scope), and the plan stays as it is." }
    return "✅ **Accepted**: \(scope); every change of the plan is legal, and its stamp is true."
  }

  private func table(_ changes: [PlanDiff.Change]) -> [String] {
    let rows = changes.map { change -> String in
      let milestone = change.after ?? change.before
      let status: String
      switch (change.before?.status, change.after?.status) {
      case (nil, let new?): status = "new, \(MarkdownText.line(new))"
      case (let old?, nil): status = "~~\(MarkdownText.line(old))~~ deleted"
      case (let old?, let new?) where old != new: status = "\(MarkdownText.line(old)) → **\(MarkdownText.line(new))**"
      default: status = "\(MarkdownText.line(change.after?.status ?? "")), edited"
      }
      let criteria = change.after?.exitCriteria ?? []
      let met = criteria.count { !$0.evidence.isEmpty }
      let actors = Set(runs.filter { line in line.touches(change.id) }.map { $0.run.actor.name }).sorted()
      return
        "| \(MarkdownText.line(change.id.text)) | \(MarkdownText.line(milestone?.workstream ?? "")) | \(status) | \(met) of \(criteria.count) | \(MarkdownText.line(actors.joined(separator: ", "))) |"
    }
    return ["| Milestone | Workstream | Status | Criteria met | By |", "|---|---|---|---|---|"] + rows
  }

  /// All evidence of a milestone that moves, and the new evidence of the others.
  private var evidence: [String] {
    diff.changes.flatMap { change -> [String] in
      let added = Set(change.evidence.added.map { "\($0.criterion) \($0.entry.digest)" })
      return (change.after?.exitCriteria ?? []).flatMap { criterion in
        criterion.evidence.compactMap { entry -> String? in
          let isNew = added.contains("\(criterion.id) \(entry.digest)")
          guard isNew || change.changesStatus else { return nil }
          let what: String
          switch entry.kind {
          case .file(let path, let sha256):
            what = "the file \(MarkdownText.code(path)) (sha256 `\(sha256.hex.prefix(12))…`)"
          case .statement(let text, let by):
            what = "a person's word, \(MarkdownText.line(by)): “\(MarkdownText.line(text))”"
          case .check, .approval: what = MarkdownText.line(EvidenceText.line(entry))
          }
          return "\(MarkdownText.line("\(change.id) / \(criterion.id)")): \(what)\(isNew ? ", **new**" : "")"
        }
      }
    }
  }

  /// The approvals of the present content, and those of earlier content.
  private var approvals: [String] {
    diff.changes.compactMap(\.after).flatMap { milestone in
      milestone.approvals.map { approval in
        if approval.isVoid {
          return
            "\(milestone.id): the signed approval by \(MarkdownText.line(approval.by)) names no review and does not count"
        }
        let how = approval.signature == nil ? "" : ", signed"
        return approval.digest == milestone.approvedDigest
          ? "\(milestone.id): \(MarkdownText.line(approval.by)) approves what stands here\(how)"
          : "\(milestone.id): the approval by \(MarkdownText.line(approval.by)) has lapsed: what it approved changed"
      }
    }
  }

  private var missing: [String] {
    diff.changes.compactMap { change in change.after.flatMap { overview[$0.id] } }.filter { $0.category != .done }
      .flatMap { entry -> [String] in
        let id = entry.id
        let waived = Set(entry.waived.map(\.id))
        var lines = entry.milestone.exitCriteria.filter { $0.evidence.isEmpty && !waived.contains($0.id) }.map {
          "\(id) / \($0.id): no evidence yet for “\(MarkdownText.line($0.text))”"
        }
        lines += entry.milestone.exitCriteria.compactMap { criterion in
          criterion.waiver.map { "\(id) / \(criterion.id): \(MarkdownText.line(EvidenceText.line($0)))" }
        }
        if !Milestone.isOwned(by: entry.owner) { lines.append("\(id): nobody owns it") }
        lines += rolesNext(entry)
        if !entry.blockers.isEmpty {
          lines.append("\(id) waits for \(MarkdownText.line(entry.blockers.map(\.text).joined(separator: ", ")))")
        }
        return lines
      }
  }

  /// Returns the people who have to make the next moves, if these require roles.
  private func rolesNext(_ entry: PlanOverview.Entry) -> [String] {
    guard let authorization = overview.policy.authorization else { return [] }
    let (id, status) = (entry.id, entry.status)
    return overview.policy.workflow.successors(of: status).flatMap { next in
      authorization.rules.filter { $0.covers(id) && $0.covers(from: status, to: next) }.map { rule in
        let holders = (authorization.roles[rule.role] ?? []).sorted().map(\.description).joined(separator: ", ")
        let role = "takes the role \(MarkdownText.line(rule.role)) (\(MarkdownText.line(holders)))"
        guard rule.approvals > 1 else { return "\(id): moving to \(MarkdownText.line(next)) \(role)" }
        let given = Set(
          entry.milestone.standingApprovals.map(\.by).filter { authorization.holds($0, role: rule.role) }
            .map(authorization.people.person))
        let open = (authorization.roles[rule.role] ?? []).subtracting(given).sorted().map(\.description)
          .joined(separator: ", ")
        return
          "\(id): moving to \(MarkdownText.line(next)) takes \(rule.approvals) approvals by the role \(MarkdownText.line(rule.role)), the actor's counted; \(given.count) given, missing of \(MarkdownText.line(open))"
      }
    }
  }

  private func section(_ title: String, _ items: [String]) -> [String] {
    guard !items.isEmpty else { return [] }
    let shown = items.prefix(50).map { "- \($0)" }
    return ["", "### \(title)", ""] + shown + (items.count > 50 ? ["- … and \(items.count - 50) more"] : [])
  }

  private static func line(_ finding: Finding) -> String {
    let place = finding.path.map { MarkdownText.code($0 + (finding.line.map { ":\($0)" } ?? "")) + " " } ?? ""
    let commit = finding.commit.map { " (commit `\($0.prefix(12))`)" } ?? ""
    return
      "`\(finding.code.id)` \(place)\(MarkdownText.line(finding.message))\(commit) **What to do:** \(MarkdownText.line(finding.hint))"
  }

  private var history: [String] {
    guard !runs.isEmpty else { return [] }
    let rows = runs.map { line in
      "| `\(line.commit.prefix(12))` | \(line.id.map { "`\($0.prefix(12))`" } ?? "no stamp") | \(MarkdownText.line(line.summary)) | \(MarkdownText.line(line.run.reason ?? "")) |"
    }
    return [
      "",
      "<details><summary>Runs, oldest first; anyone recomputes them with <code>git</code> and <code>sha256sum</code></summary>",
      "", "| Commit | Run | Change | Reason |", "|---|---|---|---|",
    ] + rows + ["", "</details>"]
  }

  /// The text that a squash-merge has to keep in its body, to paste by hand on forges that drop commit messages.
  private var squashBody: [String] {
    let stamped = runs.filter { $0.isStamped && !$0.heals }
    guard errors.isEmpty, !stamped.isEmpty else { return [] }
    let blocks = stamped.compactMap { line in line.id.map { Trailers.render(line.run, id: $0, heals: false) } }
    let body = blocks.joined(separator: "\n\n")
    let head = ["", "<details><summary>Body of a squash-merge that keeps the stamps</summary>", ""]
    // A stamp is copied unchanged or not at all, because its ID covers each byte.
    guard body.split(separator: "\n").allSatisfy({ String($0).printable == $0 }) else {
      return head + ["A stamp holds characters that cannot be seen: take the blocks from `git log`.", "", "</details>"]
    }
    // The fence is longer than any run of backticks within.
    let fence = String(repeating: "`", count: max(3, 1 + body.longestRun(of: "`")))
    return head + [fence + "text", body, fence, "", "</details>"]
  }
}

extension RunLine {
  fileprivate func touches(_ id: MilestoneID) -> Bool {
    run.transitions.contains { $0.milestone == id } || run.edits.contains { $0.milestone == id }
  }
}

extension String {
  fileprivate func longestRun(of character: Character) -> Int {
    var (longest, run) = (0, 0)
    for one in self {
      run = one == character ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}

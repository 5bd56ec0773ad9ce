public import GitObjects
public import PlanJudge
public import PlanModel
public import StrictJSON

/// A run in reports: values only, so that reports depend on neither git nor history.
public struct RunLine: Sendable {
  let run: Run
  let digest: Digest?
  let object: ObjectID
  let isStamped: Bool
  let heals: Bool
  /// The changes in the commit. Nil if they were not read.
  public var details: Details?

  /// The changes of a run, from a comparison of its commit and that commit's parent.
  public struct Details: Sendable {
    let subject: String
    let changes: [MilestoneID: [(sign: String, text: String)]]

    /// - Parameter subject: the first line of the commit's message.
    public init(subject: String, _ changes: [PlanDiff.Change]) {
      self.subject = subject
      self.changes = Dictionary(changes.map { ($0.id, DiffReport.details($0)) }) { first, _ in first }
    }
  }

  /// The run ID and the commit in hexadecimal.
  var id: String? { digest?.hex }
  var commit: String { object.description }

  /// Creates a line.
  public init(run: Run, id: Digest?, commit: ObjectID, isStamped: Bool, heals: Bool) {
    self.run = run
    digest = id
    object = commit
    self.isStamped = isStamped
    self.heals = heals
  }
}

/// The history of the plan, newest first.
public struct LogReport {
  private let runs: [RunLine]

  /// Creates a report of runs, newest first.
  public init(_ runs: [RunLine]) { self.runs = runs }

  /// Renders a line for each run: its ID, its day, its changes, and the subject of its commit.
  public func oneline(width: Int, _ style: Style) -> String {
    guard !runs.isEmpty else { return "No run in this history." }
    return runs.map { line in
      let moves = line.run.transitions.filter { $0.from != nil && $0.to != nil }
        .map { "\($0.milestone) \($0.from ?? "") -> \($0.to ?? "")" }
      let (births, ends) = (
        line.run.transitions.count { $0.from == nil },
        line.run.transitions.filter { $0.to == nil }.map(\.milestone.text)
      )
      var what = moves + ends.map { "\($0) retired" }
      if births > 0 { what.append(births == 1 ? "1 new milestone" : "\(births) new milestones") }
      what += line.run.edits.map { edit in
        let first = edit.milestone.flatMap { line.details?.changes[$0]?.first }
        return "\(edit.milestone?.text ?? "plan") \(first.map(\.text) ?? "edited")"
      }
      if line.run.policyChange != nil { what.append("policy changed") }
      if line.heals { what = ["heals"] }
      let subject = line.details.map { "  (\($0.subject))" } ?? ""
      let text = what.joined(separator: ", ") + subject
      let head = (line.id.map { String($0.prefix(12)) } ?? "no stamp    ") + "  " + line.run.at.prefix(10)
      return style(head, line.id == nil ? .warn : .quiet) + "  " + text.printable.cut(to: max(20, width - 26))
    }.joined(separator: "\n")
  }

  /// Renders the report for a terminal, as UTF-8.
  public func bytes(width: Int, _ style: Style) -> [UInt8] {
    guard !runs.isEmpty else { return Array("No run in this history.".utf8) }
    var out: [UInt8] = []
    out.reserveCapacity(runs.count * 160)
    // Consecutive runs mostly have the same actor.
    var (actor, name): (Identity?, String) = (nil, "")
    for line in runs {
      if actor != line.run.actor {
        (actor, name) = (line.run.actor, line.run.actor.description.printable.cut(to: max(20, width - 36)))
      }
      if !out.isEmpty { out.add("\n\n") }
      Self.append(line, by: name, to: &out, width, style)
    }
    return out
  }

  // A history has thousands of runs, so each part is appended as bytes to the output.
  private static func append(_ line: RunLine, by actor: String, to out: inout [UInt8], _ width: Int, _ style: Style) {
    let run = line.run
    let indent = "\n    "
    let role: Style.Role = line.digest == nil ? .warn : .strong
    out.add(style.beginning(role))
    if let digest = line.digest {
      out.add("run ")
      digest.appendHex(to: &out)
      out.removeLast(64 - 12)
    } else {
      out.add("no stamp")
    }
    out.add(style.end)
    out.add("  ")
    out.add(run.at, 0..<10)
    out.add(" ")
    out.add(run.at, 11..<16)
    out.add("  ")
    out.add(actor)
    if line.heals {
      out.add(indent)
      out.add("heals what ancestors changed without a stamp")
    }
    if let subject = line.details?.subject, subject != run.reason, !isTold(subject, by: run) {
      out.addWrapped(to: min(width, 80) - 4, first: "    ", rest: "    ") { $0.add(subject.printable) }
    }
    for t in run.transitions {
      out.add(indent)
      out.add(t.milestone.text)
      out.add("  ")
      switch (t.from, t.to) {
      case (nil, let to?): out.add("added, " + style(to.printable, .good))
      case (let from?, nil): out.add("retired, was \(from.printable)")
      default:
        out.add((t.from ?? "none").printable)
        out.add(" -> ")
        out.add(style((t.to ?? "none").printable, .good))
      }
      append(line.details?.changes[t.milestone] ?? [], to: &out, width)
    }
    for e in run.edits {
      out.add(indent)
      out.add(e.milestone?.text ?? "plan")
      let changes = e.milestone.flatMap { line.details?.changes[$0] } ?? []
      if changes.isEmpty { out.add("  edited") }
      append(changes, to: &out, width)
    }
    for e in run.evidence where line.details?.changes[e.milestone] == nil {
      out.add(indent)
      out.add("\(e.milestone)/\(e.criterion)  evidence ")
      e.digest.appendHex(to: &out)
      out.removeLast(64 - 12)
      out.add("…")
    }
    if run.policyChange != nil {
      out.add(indent)
      out.add("policy changed")
    }
    if let reason = run.reason {
      out.addWrapped(to: min(width, 80) - 4, first: "    ", rest: "    ") {
        $0.add("because: ")
        $0.add(reason)
      }
    }
    out.add("\n")
    out.add(style.beginning(.quiet))
    out.add("    commit ")
    line.object.appendHex(to: &out)
    out.removeLast(40 - 12)
    out.add(style.end)
  }

  /// Returns true for the subject that `move` writes itself.
  private static func isTold(_ subject: String, by run: Run) -> Bool {
    run.transitions.contains { "\($0.milestone): \($0.from ?? "") -> \($0.to ?? "")" == subject }
  }

  private static func append(_ changes: [(sign: String, text: String)], to out: inout [UInt8], _ width: Int) {
    for change in changes {
      out.addWrapped(to: min(width, 80) - 8, first: "        \(change.sign) ", rest: "          ") {
        $0.add(change.text.printable)
      }
    }
  }

  /// The answer `log` (contract 4.1).
  public var json: JSONValue {
    Envelope.json("log", [JSONMember("runs", JSONValue(.array(runs.map(\.json))))])
  }
}

extension RunLine {
  /// An element of `log`'s `runs[]` (contract 4.1).
  public var json: JSONValue {
    func text(_ digest: Digest?) -> JSONValue { .text(digest?.tagged ?? "none") }
    let transitions = run.transitions.map { t -> JSONValue in
      [
        "milestone": .text(t.milestone.text), "from": .text(t.from ?? "none"), "to": .text(t.to ?? "none"),
        "before": text(t.before), "after": text(t.after),
      ]
    }
    let edits = run.edits.map { e -> JSONValue in
      ["milestone": .text(e.milestone?.text ?? "plan"), "before": text(e.before), "after": text(e.after)]
    }
    let evidence = run.evidence.map { e -> JSONValue in
      [
        "milestone": .text(e.milestone.text), "criterion": .text(e.criterion), "digest": .text(e.digest.tagged),
      ]
    }
    var members = [
      JSONMember("run", id.map { .text($0) } ?? nil), JSONMember("commit", .text(commit)),
      JSONMember("at", .text(run.at)), JSONMember("actor", .text(run.actor.description)),
      JSONMember("policy", .text(run.policy.tagged)), JSONMember("transitions", JSONValue(.array(transitions))),
      JSONMember("edits", JSONValue(.array(edits))), JSONMember("evidence", JSONValue(.array(evidence))),
    ]
    if let change = run.policyChange {
      members.append(JSONMember("policyChange", ["before": text(change.before), "after": text(change.after)]))
    }
    if let reason = run.reason { members.append(JSONMember("reason", .text(reason))) }
    members.append(JSONMember("stamped", JSONValue(.bool(isStamped))))
    if heals { members.append(JSONMember("heals", true)) }
    return JSONValue(.object(members))
  }
}

/// The result of `verify`.
public struct VerifyReport {
  private let findings: [Finding]
  private let commits: Int
  private let runs: Int
  private let notJudged: Int
  private let letGo: PlanOverview
  private let trust: TrustLine?
  private let tip: String
  private let isPublished: Bool

  /// - Parameters:
  ///   - tip: the last audited commit.
  ///   - isPublished: true if a remote has it.
  ///   - letGo: the plan at the tip, with its exceptions.
  ///   - trust: the trusted commits.
  public init(
    findings: [Finding], tip: String, isPublished: Bool, commits: Int, runs: Int, notJudged: Int, letGo: PlanOverview,
    trust: TrustLine?
  ) {
    (self.tip, self.isPublished) = (tip, isPublished)
    self.trust = trust
    self.letGo = letGo
    self.findings = findings
    self.commits = commits
    self.runs = runs
    self.notJudged = notJudged
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    let errors = findings.count { $0.severity == .error }
    var lines = findings.isEmpty ? [] : [FindingReport.text(findings, width: width, style), ""]
    let walked = Self.counted(commits, "commit") + ", " + Self.counted(runs, "run")
    // The only findings of this code that are no errors: the range does not contain its anchor.
    let isBeside = findings.contains { $0.code == .refProtected }
    lines.append(
      errors == 0
        ? style("verified", .good)
          + "  \(walked): every stamp recomputed, every change legal\(isBeside ? " in a branch to be merged" : "")."
        : style("refused", .bad) + "  \(walked), \(Self.counted(errors, "error")).")
    if let undo = FindingReport.undoing(findings, tip: tip, isPublished: isPublished) {
      lines += style.hint(undo, to: min(width, 80) - 5, first: "  -> ", rest: "     ")
    }
    if let trust { lines += trust.text.wrapped(to: width) }
    for waive in letGo.letGo where waive.holds(at: letGo.now) {
      lines += ("Exception: " + EvidenceText.line(waive)).printable.wrapped(to: width)
    }
    return lines.joined(separator: "\n")
  }

  private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// The answer `verdict` (contract 4.1).
  public var json: JSONValue {
    FindingReport.verdict(
      findings, commits: commits,
      more: [
        JSONMember("runs", .int(runs)), JSONMember("notJudged", .int(notJudged)),
        JSONMember("trust", trust?.json ?? nil),
        JSONMember("letGo", EvidenceText.json(letGo.letGo, at: letGo.now)),
      ])
  }
}

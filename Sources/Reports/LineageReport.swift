import GitObjects
import PlanJudge
public import PlanModel
public import StrictJSON

/// The sources of milestones and runs: a tree for people, JSON for programs.
public struct LineageReport {
  private let lineage: Lineage
  private let asked: String

  /// - Parameter asked: the arguments that repeat the question, such as `M-06`.
  public init(_ lineage: Lineage, asked: String) { (self.lineage, self.asked) = (lineage, asked) }

  // MARK: - For people

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    var out: [String] = []
    for node in lineage.nodes { out += lines(of: node, width, style) + [""] }
    if lineage.nodes.isEmpty {
      for step in lineage.steps { out += [headline(step, nil, style)] + branch(details(step, style), style) + [""] }
    }
    for difference in lineage.differences { out += ("differs  " + difference).printable.wrapped(to: width) }
    for step in lineage.steps where !step.codes.isEmpty {
      out.append(style("rejected", .bad) + "  \(Self.name(step)): \(step.codes.joined(separator: ", "))")
    }
    let missing = lineage.steps.count { $0.id == nil }
    if missing > 0 {
      out.append(
        "\(Self.counted(missing, "change")) without a stamp: no statement can be made of \(missing == 1 ? "it" : "them")."
      )
    }
    let entries = lineage.nodes.flatMap(\.evidence)
    let words = entries.count { $0.match == .word }
    let changed = entries.count { if case .changed = $0.match { true } else { false } }
    let checks = entries.count { if case .check = $0.evidence.kind { true } else { false } }
    let waived = lineage.nodes.reduce(0) { $0 + $1.waived.count }
    out.append(
      "\(Self.counted(lineage.steps.count, "run")), \(Self.counted(checks, "check")), \(words) by statement only, \(waived) waived"
        + (changed > 0 ? ", \(changed) changed since" : "") + ".")
    out.append(style("Statements: readiness provenance \(asked) --format in-toto", .quiet))
    return out.joined(separator: "\n")
  }

  private func lines(of node: Lineage.Node, _ width: Int, _ style: Style) -> [String] {
    let plan = lineage.plan.map { "  plan \($0.prefix(8))" } ?? ""
    var out = [
      style(node.id.text, .strong) + "  \(node.title.printable)  \(style(node.status.printable, .good))"
        + style("\(plan)  at \(lineage.commit.description.prefix(8))", .quiet)
    ]
    let latest = node.steps.last { place in lineage.steps[place].run.transitions.contains { $0.milestone == node.id } }
    guard let shown = latest ?? node.steps.last else { return out + ["└ no run in this history changes it"] }
    let step = lineage.steps[shown]
    out.append("└ " + headline(step, node.id, style))
    var details = self.details(step, style, of: node)
    for entry in node.evidence { details.append(evidence(entry, style)) }
    details += node.waived.map { ["waived    \($0.criterion)  until \($0.until)"] }
    let others = node.steps.filter { $0 != shown }.reversed().map {
      "\(Self.name(lineage.steps[$0])) \(lineage.steps[$0].run.at.prefix(10))"
    }
    if !others.isEmpty {
      let more = others.count > 4 ? ", and \(others.count - 4) more" : ""
      details.append(["other     " + others.prefix(4).joined(separator: ", ") + more])
    }
    let known = node.dependsOn.map { id -> String in
      guard let other = lineage.nodes.first(where: { $0.id == id }) else { return id.text }
      return "\(id) \(other.status.printable)" + (other.steps.last.map { " (\(Self.name(lineage.steps[$0])))" } ?? "")
    }
    if !known.isEmpty { details.append(["based on  " + known.joined(separator: "   ")]) }
    return out + branch(details, style, indent: "  ")
  }

  private func headline(_ step: Lineage.Step, _ id: MilestoneID?, _ style: Style) -> String {
    let moves = step.run.transitions.filter { move in id.map { $0 == move.milestone } ?? true }.map {
      (id == nil ? "\($0.milestone) " : "") + $0.words.printable
    }
    let what = moves.isEmpty ? "edited" : moves.prefix(3).joined(separator: ", ") + (moves.count > 3 ? ", …" : "")
    return style(Self.name(step), step.codes.isEmpty ? .strong : .bad)
      + "  \(step.run.at.prefix(10))  \(what)  \(step.run.actor.description.printable)  "
      + (step.signer.map { "signed \($0.prefix(20))…" } ?? "not signed")
  }

  private func details(_ step: Lineage.Step, _ style: Style, of node: Lineage.Node? = nil) -> [[String]] {
    let policy = step.run.policy == lineage.policy ? "in force" : "another one since"
    var lines = [["policy    \(Self.short(step.run.policy))  \(policy)"]]
    for move in step.run.transitions where node.map({ $0.id == move.milestone }) ?? true {
      guard let after = move.after else { continue }
      let state = node.map { $0.file == after ? "  = tree" : "  edited since" } ?? ""
      lines.append(["after     \(PlanPaths.milestone(move.milestone))  \(Self.short(after))\(state)"])
    }
    lines.append(["commit    \(step.commit.description.prefix(12))"])
    return lines
  }

  private func evidence(_ entry: Lineage.Entry, _ style: Style) -> [String] {
    let bringer = entry.bringer.map { "  brought by \(Self.name(lineage.steps[$0]))" } ?? "  brought by no run here"
    let match =
      switch entry.match {
      case .same: style("= tree", .good)
      case .word: style("statement only", .warn)
      case .changed(let subjects):
        style("changed since: ", .warn) + subjects.prefix(3).joined(separator: ", ").printable
          + (subjects.count > 3 ? " and \(subjects.count - 3) more" : "")
      }
    let head = "evidence  \(entry.criterion)  \(entry.evidence.json["kind"]?.string ?? "")"
    switch entry.evidence.kind {
    case .check(let record):
      return [
        "\(head) \(Self.short(record.command))\(bringer)",
        "  commit \(record.commit.prefix(8))  inputs \(Self.short(record.inputs)) \(match)"
          + (record.profile.map { "  profile \(Self.short($0))" } ?? ""),
        "  output \(Self.short(record.output))  kept: \((record.log ?? "no").printable)  ran \(record.milliseconds / 1000) s"
          + (record.exitCode.map { ", exit \($0)" } ?? ""),
      ]
    case .file(let path, let sha256):
      return ["\(head) \(path.printable)  \(Self.short(sha256)) \(match)\(bringer)"]
    case .statement(_, let by): return ["\(head) of \(by.printable)  \(match)\(bringer)"]
    case .approval(let role, let count): return ["\(head) by \(count) of \(role.printable)  \(match)\(bringer)"]
    }
  }

  /// Draws the last branch with a corner, and the lines of an entry below each other.
  private func branch(_ details: [[String]], _ style: Style, indent: String = "") -> [String] {
    details.enumerated().flatMap { place, lines in
      let isLast = place == details.count - 1
      return lines.enumerated().map { number, line in
        indent + (number > 0 ? (isLast ? "  " : "│ ") : isLast ? "└ " : "├ ") + line
      }
    }
  }

  private static func name(_ step: Lineage.Step) -> String { step.id.map { "run \($0.hex.prefix(12))" } ?? "no stamp" }
  private static func short(_ digest: Digest) -> String { "sha256:\(digest.hex.prefix(8))…" }
  private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  // MARK: - For programs

  /// The answer `provenance`: `commit, plan, policy, holds, milestones[], runs[], differences[], missing[]`.
  public var json: JSONValue {
    let runs = lineage.steps.map { step -> JSONValue in
      let line = RunLine(run: step.run, id: step.id, commit: step.commit, isStamped: step.id != nil, heals: false)
      let more = [
        JSONMember("signature", step.signer.map { .text($0) } ?? nil),
        JSONMember("accepted", JSONValue(.bool(step.codes.isEmpty))), JSONMember("codes", .texts(step.codes)),
      ]
      return JSONValue(.object((line.json.object ?? []) + more))
    }
    return Envelope.json(
      "provenance",
      [
        JSONMember("commit", .text(lineage.commit.description)),
        JSONMember("plan", lineage.plan.map { .text($0) } ?? nil), JSONMember("policy", .text(lineage.policy.tagged)),
        JSONMember("holds", JSONValue(.bool(lineage.holds))),
        JSONMember("milestones", JSONValue(.array(lineage.nodes.map(json)))),
        JSONMember("runs", JSONValue(.array(runs))), JSONMember("differences", .texts(lineage.differences)),
        JSONMember("missing", .texts(lineage.steps.filter { $0.id == nil }.map(\.commit.description))),
      ])
  }

  private func json(_ node: Lineage.Node) -> JSONValue {
    let runs = node.steps.compactMap { lineage.steps[$0].id?.hex }
    let evidence = node.evidence.map { entry -> JSONValue in
      let match: (String, [String]) =
        switch entry.match {
        case .same: ("same", [])
        case .word: ("statement", [])
        case .changed(let subjects): ("changed", subjects)
        }
      return [
        "criterion": .text(entry.criterion), "digest": .text(entry.evidence.digest.tagged),
        "run": entry.bringer.flatMap { lineage.steps[$0].id }.map { .text($0.hex) } ?? nil, "match": .text(match.0),
        "changed": .texts(match.1), "entry": entry.evidence.json,
      ]
    }
    return [
      "id": .text(node.id.text), "workstream": .text(node.title), "status": .text(node.status),
      "file": node.file.map { .text($0.tagged) } ?? nil, "runs": .texts(runs), "evidence": JSONValue(.array(evidence)),
      "waived": .texts(node.waived.map(\.criterion)), "dependsOn": .texts(node.dependsOn.map(\.text)),
    ]
  }
}

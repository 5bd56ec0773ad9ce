import GitObjects
public import PlanJudge
import PlanModel
public import StrictJSON

/// The whole plan as one JSON document, with everything in its files.
public enum TrackerJSON {
  /// Returns the answer `export` with the plan file and the milestones' files, members in their written order.
  public static func render(_ overview: PlanOverview) -> JSONValue {
    Envelope.json(
      "export",
      [
        JSONMember("format", "json"), JSONMember("plan", overview.plan?.json ?? nil),
        JSONMember("milestones", JSONValue(.array(overview.entries.map { Milestone.ordered($0.milestone.json) }))),
      ])
  }

  /// Reads the output of `render`. The built-in schema checks every milestone, so that a fault has its position.
  public static func parse(_ bytes: [UInt8], path: String) -> ImportedPlan {
    var findings: [Finding] = []
    var files: [ImportedPlan.File] = []
    var plan: Plan?
    do {
      let document = try JSONDocument(
        parsing: bytes, limits: JSONLimits(depth: 34, size: 64 << 20, portableOnly: true))
      plan = document.root["plan"].flatMap { PlanFile(kind: .regular, bytes: $0.layoutBytes).plan }
      if plan == nil {
        findings.append(
          Finding(.schemaViolation, "\"plan\" is missing, or is no plan file.", path: path, line: 1))
      }
      for element in document.root["milestones"]?.array ?? [] {
        let line = document.position(of: element).line
        guard let text = element["id"]?.string, MilestoneID(text).isValid else {
          findings.append(Finding(.schemaViolation, "A milestone has no id.", path: path, line: line))
          continue
        }
        let file = MilestoneFile(id: MilestoneID(text), kind: .regular, bytes: element.layoutBytes)
        findings += file.findings.map {
          Finding(
            $0.code, "\(text): \($0.message)", hint: $0.hint, milestone: $0.milestone, path: path,
            line: line + ($0.line ?? 1) - 1)
        }
        if files.contains(where: { $0.id.text == text }) {
          findings.append(Finding(.schemaViolation, "\(text) occurs twice.", path: path, line: line))
        }
        files.append(ImportedPlan.File(id: MilestoneID(text), json: Milestone.ordered(element)))
      }
      if files.isEmpty {
        findings.append(Finding(.schemaViolation, "There is no milestone in \"milestones\".", path: path, line: 1))
      }
    } catch {
      findings = [Finding(error, path: path)]
    }
    return ImportedPlan(
      planID: plan?.planID, title: plan?.title ?? StandardPlan.title, files: files,
      executionOrder: plan?.executionOrder ?? [],
      retired: plan?.retired ?? [], findings: findings)
  }
}

import GitObjects
public import PlanModel

/// A service-level objective: the share of a service's events that must be good over a rolling period. One file of
/// `ssot/policies/slo/`, in the form of OpenSLO v1.
public struct Objective: Sendable {
  /// The kind of events that are counted in addition to all events.
  public enum Part: String, Sendable { case good, bad }

  /// The name, which is also the file's.
  public let name: String
  /// The name for people.
  public let displayName: String
  /// The name of the service.
  public let service: String
  /// The labels of its alerts, sorted by name.
  public let labels: [(name: String, value: String)]
  /// The runbook of its alerts: a path of the repository, or an https URL.
  public let runbook: String
  /// The number of events that a row's long window needs before the row counts; nil if any number suffices.
  public let minimumEvents: Int?
  /// The kind of events that `counted` counts.
  public let part: Part
  /// The query for good or bad events.
  public let counted: EventQuery
  /// The query for all events.
  public let total: EventQuery
  /// The period of the budget.
  public let period: Period
  /// The share of events that must be good.
  public let target: ExactDecimal

  /// The share of events that may be bad.
  public var budget: ExactDecimal { target.complement }
  /// The burn alerts that can fire.
  public var rows: [BurnRow] { BurnRow.rows(period, budget: budget).reachable }
  /// The burn alerts that no error ratio can reach, because the target is low.
  public var unreachableRows: [BurnRow] { BurnRow.rows(period, budget: budget).unreachable }
  /// The windows of the rows that can fire, shortest first.
  public var windows: [Window] {
    let rows = rows
    return Window.allCases.filter { window in rows.contains { $0.long == window || $0.short == window } }
  }
}

/// A file of an objective, parsed.
public struct ObjectiveFile: Sendable {
  private static let folder = PlanPaths.objectives + "/"

  /// The file's stem.
  public let name: String
  /// The digest of the file's bytes.
  public let digest: Digest
  /// The objective; nil if the file is invalid or uses unsupported features.
  public let objective: Objective?
  /// The errors, warnings and notes, with lines.
  public let findings: [Finding]

  /// The path from the top of the repository.
  public var path: String { PlanPaths.objective(name) }
  /// True if the file has an objective and no errors.
  public var isSound: Bool { objective != nil && !findings.contains { $0.severity == .error } }

  /// Parses one file. O(bytes).
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    digest = Digest(of: bytes)
    let reader = ObjectiveReader(name: name, path: PlanPaths.objective(name), bytes: bytes)
    objective = reader.objective
    findings = reader.findings
  }

  private init(name: String, digest: Digest, refusing finding: Finding) {
    self.init(name: name, digest: digest, objective: nil, findings: [finding])
  }

  private init(name: String, digest: Digest, objective: Objective?, findings: [Finding]) {
    self.name = name
    self.digest = digest
    self.objective = objective
    self.findings = findings
  }

  /// Returns the file with a warning if its runbook is a path that does not exist in the tree. A gate does not check
  /// this, because a missing runbook does not affect the service.
  public func checkingRunbook(in tree: any PlanTree) throws -> ObjectiveFile {
    guard let objective, !objective.runbook.hasPrefix("https://"), try tree.kind(at: objective.runbook) == nil else {
      return self
    }
    let finding = Finding(
      .sloInvalid, "/metadata/annotations/readiness.dev~1runbook: \(objective.runbook) is not in the tree.",
      hint: "Write the runbook, or correct its path.", severity: .warning, path: path, line: 1)
    return ObjectiveFile(name: name, digest: digest, objective: objective, findings: findings + [finding])
  }

  /// Reads the objectives of a tree, sorted by name.
  /// - Throws: if the tree cannot be read.
  /// - Complexity: O(bytes).
  public static func all(in tree: any PlanTree) throws -> [ObjectiveFile] {
    let paths = try tree.policyFiles()
    var names: [String] = []
    for path in paths.keys where path.hasPrefix(folder) {
      guard let name = PlanPaths.stem(ofName: String(path.dropFirst(folder.count))), !name.contains("/") else {
        continue
      }
      names.append(name)
    }
    let folded = Dictionary(grouping: names) { $0.lowercased() }
    return try names.sorted().map { name in
      let path = PlanPaths.objective(name)
      guard paths[path]?.kind == .regular, let bytes = try tree.policyBytes(at: path) else {
        let finding = Finding(.notARegularFile, "\(path) is no regular file that can be read.", path: path)
        return ObjectiveFile(name: name, digest: Digest(of: []), refusing: finding)
      }
      if let twin = folded[name.lowercased()]?.first(where: { $0 != name }) {
        let finding = Finding(
          .caseCollision, "\(path) and \(PlanPaths.objective(twin)) differ only by case.", path: path, line: 1)
        return ObjectiveFile(name: name, digest: Digest(of: bytes), refusing: finding)
      }
      return ObjectiveFile(name: name, bytes: bytes)
    }
  }
}

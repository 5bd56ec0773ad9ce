public import PlanModel
public import StrictJSON

/// A plan read from a document.
public struct ImportedPlan: Sendable {
  /// A milestone's file.
  public struct File: Sendable {
    /// Its id.
    public let id: MilestoneID
    /// The contents of the file.
    public let json: JSONValue
    /// The line in the document, from 1. Nil if a line number would not help people.
    public let line: Int?

    /// Creates a file.
    public init(id: MilestoneID, json: JSONValue, line: Int? = nil) {
      (self.id, self.json, self.line) = (id, json, line)
    }
  }

  /// The plan's own id, if the document has one.
  public let planID: String?
  /// The document's title.
  public let title: String
  /// The milestones, in the document's order.
  public let files: [File]
  /// The suggested order.
  public let executionOrder: [MilestoneID]
  /// The retired ids.
  public let retired: [MilestoneID]
  /// The faults of the document.
  public let findings: [Finding]
  /// The omitted parts of the document, in a sentence each.
  public var notes: [String] = []

  /// The plan file of a new plan. If the document names no id, it has a placeholder that is never written.
  public var planJSON: JSONValue {
    Plan(
      planID: planID ?? "00000000-0000-4000-8000-000000000000", title: title, executionOrder: executionOrder,
      retired: retired
    ).json
  }

  /// Creates a plan from drafts of milestones.
  public init(title: String, milestones: [MilestoneDraft], executionOrder: [MilestoneID], findings: [Finding]) {
    self.init(
      title: title, files: milestones.map { File(id: $0.id, json: $0.json, line: $0.line) },
      executionOrder: executionOrder,
      findings: findings)
  }

  /// Creates a plan from whole files.
  public init(
    planID: String? = nil, title: String, files: [File], executionOrder: [MilestoneID], retired: [MilestoneID] = [],
    findings: [Finding]
  ) {
    self.planID = planID
    self.title = title
    self.files = files
    self.executionOrder = executionOrder
    self.retired = retired
    self.findings = findings
  }
}

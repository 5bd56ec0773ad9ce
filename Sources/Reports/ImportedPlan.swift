public import PlanModel
public import StrictJSON

/// A plan as a document tells it.
public struct ImportedPlan: Sendable {
  /// A milestone's file.
  public struct File: Sendable {
    /// Its id.
    public let id: MilestoneID
    /// What it says.
    public let json: JSONValue
    /// Where the document tells it, from 1; nil if that says nothing to people.
    public let line: Int?

    /// Makes a file.
    public init(id: MilestoneID, json: JSONValue, line: Int? = nil) {
      (self.id, self.json, self.line) = (id, json, line)
    }
  }

  /// The plan's own id, where the document tells it.
  public let planID: String?
  /// The document's title.
  public let title: String
  /// The milestones, in the document's order.
  public let files: [File]
  /// The suggested order.
  public let executionOrder: [MilestoneID]
  /// Ids that are gone for ever.
  public let retired: [MilestoneID]
  /// What is wrong with the document.
  public let findings: [Finding]
  /// What of the document is left out, in a sentence each.
  public var notes: [String] = []

  /// The plan file as a new plan gets it; where the document names no id, one that is never written.
  public var planJSON: JSONValue {
    Plan(
      planID: planID ?? "00000000-0000-4000-8000-000000000000", title: title, executionOrder: executionOrder,
      retired: retired
    ).json
  }

  /// Makes a plan of milestones in the making.
  public init(title: String, milestones: [MilestoneDraft], executionOrder: [MilestoneID], findings: [Finding]) {
    self.init(
      title: title, files: milestones.map { File(id: $0.id, json: $0.json, line: $0.line) },
      executionOrder: executionOrder,
      findings: findings)
  }

  /// Makes a plan of whole files.
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

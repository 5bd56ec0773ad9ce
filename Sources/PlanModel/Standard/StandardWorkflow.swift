extension Workflow {
  /// The workflow that judges where a tree has none, and that `init` writes (contract 2.2).
  public static let standard = standard(startsInOrder: true)

  /// - Parameter startsInOrder: false leaves `dependencies-done` out of the two edges into In Progress, for teams that
  ///   start early and only finish in order.
  public static func standard(startsInOrder: Bool) -> Workflow {
    let start: [Guard] = startsInOrder ? [.dependenciesDone, .ownerAssigned] : [.ownerAssigned]
    return Workflow(
      states: [
        State(name: "Not Started", category: .pending), State(name: "In Progress", category: .active),
        State(name: "Blocked", category: .blocked), State(name: "In Review", category: .review),
        State(name: "Done", category: .done),
      ],
      edges: [
        Edge(from: "Not Started", to: "In Progress", guards: start),
        Edge(from: "Not Started", to: "Blocked", guards: [.blockedReason]),
        Edge(from: "Blocked", to: "Not Started", guards: []),
        Edge(from: "In Progress", to: "Blocked", guards: [.blockedReason]),
        Edge(from: "Blocked", to: "In Progress", guards: start),
        Edge(from: "In Progress", to: "Not Started", guards: [.reason]),
        Edge(from: "In Progress", to: "In Review", guards: [.dependenciesDone, .criteriaMet]),
        Edge(from: "In Review", to: "In Progress", guards: [.reason]),
        Edge(
          from: "In Review", to: "Done", guards: [.dependenciesDone, .criteriaMet, .deliverablesPresent]),
        Edge(from: "Done", to: "In Progress", guards: [.reason, .noDoneDependents]),
      ])
  }
}

extension Gates.Gate {
  /// `release`: everything done, nothing suspect, no open risk above medium.
  static let standardRelease = Gates.Gate(
    milestones: ["*"], category: .done, noSuspect: true, maxOpenRisk: "medium")
  /// `canary`: everything at least reviewed, no critical risk open.
  static let standardCanary = Gates.Gate(
    milestones: ["*"], category: .review, noSuspect: true, maxOpenRisk: "high")
}

extension Workflow {
  /// The built-in workflow, which `init` writes and which applies if a tree has none (contract 2.2).
  public static let standard = standard(startsInOrder: true)

  /// - Parameter startsInOrder: if false, the two edges into In Progress lack `dependencies-done`, for teams that start
  ///   early and only finish in order.
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
  /// `release`: everything is done, nothing is suspect, and no open risk is above medium.
  static let standardRelease = Gates.Gate(
    milestones: ["*"], category: .done, noSuspect: true, maxOpenRisk: "medium")
  /// `canary`: everything is at least in review, and no critical risk is open.
  static let standardCanary = Gates.Gate(
    milestones: ["*"], category: .review, noSuspect: true, maxOpenRisk: "high")
}

public import PlanJudge
public import PlanModel
public import GitRepository

/// Signs runs with the user's own key: where a rule asks for it, and everywhere where `readiness.sign` is true.
public struct RunSigner {
  private let repository: Repository
  private let isOn: Bool

  /// - Throws: `GitError` where the settings cannot be read.
  public init(_ repository: Repository) throws {
    self.repository = repository
    let setting = try repository.configuration("readiness.sign")?.lowercased() ?? ""
    isOn = ["true", "yes", "on", "1"].contains(setting)
  }

  /// The run with its actor's signature over the run ID, where there has to be one.
  /// - Throws: `GitError` where there has to be one and none can be made.
  public func signed(_ run: Run, _ draft: RunDraft) throws -> Run {
    try signed(run, plan: draft.plan, isAsked: draft.asksForSignature)
  }

  /// The same for a run that no draft is of.
  public func signed(_ run: Run, plan: String?, isAsked: Bool) throws -> Run {
    guard isAsked || isOn else { return run }
    var run = run
    run.signature = try GitSignatures.sign(Array(run.id(plan: plan).hex.utf8), namespace: "readiness-run")
    return run
  }

  /// What the judge has against a stamp that was signed: a key that is not the person's is told now, not by the server.
  public func findings(_ run: Run, _ message: String, _ proposal: (Proposal.Claim) throws -> Proposal) throws
    -> [Finding]
  {
    guard run.signature != nil else { return [] }
    return try Judge.assess(proposal(.committed(Trailers.blocks(in: message)))).verdict.findings
      .filter { $0.severity == .error }
  }
}

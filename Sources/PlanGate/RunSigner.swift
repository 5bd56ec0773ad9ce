public import PlanJudge
public import PlanModel
public import GitRepository

/// Signs runs with the user's own key if a rule requires it, and always if `readiness.sign` is true.
public struct RunSigner {
  private let repository: Repository
  private let isOn: Bool

  /// - Throws: `GitError` if the settings cannot be read.
  public init(_ repository: Repository) throws {
    self.repository = repository
    let setting = try repository.configuration("readiness.sign")?.lowercased() ?? ""
    isOn = ["true", "yes", "on", "1"].contains(setting)
  }

  /// Returns the run with its actor's signature over the run ID, if one is required.
  /// - Throws: `GitError` if one is required and cannot be created.
  public func signed(_ run: Run, _ draft: RunDraft) throws -> Run {
    try signed(run, plan: draft.plan, isAsked: draft.asksForSignature)
  }

  /// Returns the signed run if there is no draft.
  public func signed(_ run: Run, plan: String?, isAsked: Bool) throws -> Run {
    guard isAsked || isOn else { return run }
    var run = run
    run.signature = try GitSignatures.sign(Array(run.id(plan: plan).hex.utf8), namespace: "readiness-run")
    return run
  }

  /// Returns the judge's errors about a signed stamp, so that the user learns of a wrong key now, not from the server.
  public func findings(_ run: Run, _ message: String, _ proposal: (Proposal.Claim) throws -> Proposal) throws
    -> [Finding]
  {
    guard run.signature != nil else { return [] }
    return try Judge.assess(proposal(.committed(Trailers.blocks(in: message)))).verdict.findings
      .filter { $0.severity == .error }
  }
}

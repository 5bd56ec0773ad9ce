package import GitObjects

/// Whether evidence holds in a tree: the one place that says so, for guards, `status` and gates alike.
package struct Proof {
  let tree: any PlanTree
  /// Who holds which role, for approvals.
  let authorization: Authorization?
  /// The moment, in milliseconds since 1970; nil where nothing lapses. Asked only where something may lapse.
  let moment: () throws -> Int64?
  /// What is known of the moment without asking: it is not earlier than that.
  var leastMoment: Int64?

  /// Makes one of its parts.
  package init(
    tree: any PlanTree, authorization: Authorization?, moment: @escaping () throws -> Int64?, leastMoment: Int64? = nil
  ) {
    self.tree = tree
    self.authorization = authorization
    self.moment = moment
    self.leastMoment = leastMoment
  }

  /// Why an entry of evidence does not match.
  package enum Mismatch {
    /// A file is another one, or not there.
    case file(path: String, found: Digest?, kind: FileKind?)
    /// The criterion has no check, or another one than the one that was run.
    case definition(isGone: Bool)
    /// Inputs changed: these paths, where the checked commit is here; else the patterns.
    case inputs([String])
    /// Its days are over.
    case lapsed(days: Int)
    /// It says that it was made after the moment that asks.
    case future
    /// So many of the approvals that are asked for are there.
    case approvals(have: Int, need: Int, role: String)
  }

  /// True where a waiver holds now.
  package func isWaived(_ criterion: ExitCriterion) throws -> Bool {
    guard let waiver = criterion.waiver, waiver.holds(at: leastMoment) else { return false }
    return waiver.holds(at: try moment())
  }

  /// What is the matter with an entry; nil where it matches.
  package func mismatch(_ entry: Evidence, of criterion: ExitCriterion, in milestone: Milestone) throws -> Mismatch? {
    switch entry.kind {
    case .statement: return nil
    case .file(let path, let sha256):
      let found = try tree.digest(at: path)
      return found == sha256 ? nil : .file(path: path, found: found, kind: try tree.kind(at: path))
    case .approval(let role, let count):
      let have = milestone.approvers(role, authorization)
      return have >= count ? nil : .approvals(have: have, need: count, role: role)
    case .check(let record): return try mismatch(record, criterion)
    }
  }

  private func mismatch(_ record: CheckRecord, _ criterion: ExitCriterion) throws -> Mismatch? {
    guard let check = criterion.check, check.digest == record.command else {
      return .definition(isGone: criterion.check == nil)
    }
    let selection = PathSelection(check.inputs)
    let listing = try tree.inputs(selection)
    if listing.digest != record.inputs {
      let changed = try tree.inputs(selection, at: record.commit).map { listing.changes(since: $0) } ?? []
      return .inputs(changed.isEmpty ? check.inputs.map(\.text) : changed)
    }
    func isFuture(at moment: Int64) -> Bool { record.at > moment + CommitDates.skew }
    // Mostly the first look settles it, and nothing is walked.
    guard let days = check.validFor else {
      if let leastMoment, !isFuture(at: leastMoment) { return nil }
      return try moment().map(isFuture) == true ? .future : nil
    }
    func isOver(at moment: Int64) -> Bool { moment >= record.at + Int64(days) * 86_400_000 }
    if let leastMoment, isOver(at: leastMoment) { return .lapsed(days: days) }
    guard let moment = try moment() else { return nil }
    return isFuture(at: moment) ? .future : isOver(at: moment) ? .lapsed(days: days) : nil
  }
}

extension Milestone {
  /// How many holders of a role have approved what the milestone says. Without roles, anyone is a holder.
  public func approvers(_ role: String, _ authorization: Authorization?) -> Int {
    let people = authorization?.people ?? People()
    let holders = standingApprovals.filter { authorization?.holds($0.by, role: role) ?? true }
    return Set(holders.map { people.person($0.by) }).count
  }
}

extension Proof {
  /// A criterion that is no longer shown.
  package struct Stale {
    package let criterion: ExitCriterion
    /// What no longer matches; nil where a waiver is over and nothing else shows it.
    package let mismatch: Mismatch?

    /// True if no attestation can renew it.
    package var isBeyondRenewal: Bool {
      switch mismatch {
      case .inputs, .lapsed: false
      default: true
      }
    }

    /// For lists of what is suspect: paths, or the criterion with a reason.
    package var subjects: [String] {
      mismatch?.subjects(criterion) ?? criterion.waiver.map { ["\(criterion.id) (waived until \($0.until))"] } ?? []
    }
  }

  /// What a milestone's criteria rest on and no longer matches, one after the other. What is waived asks for nothing.
  package func stale(_ milestone: Milestone) throws -> [Stale] {
    var stale: [Stale] = []
    for criterion in milestone.exitCriteria where try !isWaived(criterion) {
      if criterion.waiver != nil, criterion.evidence.isEmpty {
        stale.append(Stale(criterion: criterion, mismatch: nil))
      }
      for entry in criterion.evidence {
        guard let mismatch = try mismatch(entry, of: criterion, in: milestone) else { continue }
        stale.append(Stale(criterion: criterion, mismatch: mismatch))
      }
    }
    return stale
  }
}

extension Proof.Mismatch {
  /// What stands behind it, for lists of what is suspect: paths, or the criterion with a reason.
  package func subjects(_ criterion: ExitCriterion) -> [String] {
    switch self {
    case .file(let path, _, _): [path]
    case .inputs(let paths): paths
    case .definition(let isGone): ["\(criterion.id) (\(isGone ? "its check is gone" : "its check changed"))"]
    case .lapsed(let days): ["\(criterion.id) (older than \(days) \(days == 1 ? "day" : "days"))"]
    case .future: ["\(criterion.id) (dated in the future)"]
    case .approvals(let have, let need, let role): ["\(criterion.id) (\(have) of \(need) approvals by \(role))"]
    }
  }
}

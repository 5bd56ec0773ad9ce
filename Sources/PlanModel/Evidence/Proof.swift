package import GitObjects

/// The evaluation of evidence against a tree, shared by guards, `status` and gates.
package struct Proof {
  let tree: any PlanTree
  /// The holders of each role, for approvals; nil if the policy has no roles.
  let authorization: Authorization?
  /// Returns the time, in milliseconds since 1970, or nil if nothing expires. Called only if something may expire.
  let moment: () throws -> Int64?
  /// A lower bound of the time, which needs no call of `moment`.
  var leastMoment: Int64?

  /// Creates an evaluation.
  package init(
    tree: any PlanTree, authorization: Authorization?, moment: @escaping () throws -> Int64?, leastMoment: Int64? = nil
  ) {
    self.tree = tree
    self.authorization = authorization
    self.moment = moment
    self.leastMoment = leastMoment
  }

  /// The reason that an entry of evidence does not match.
  package enum Mismatch {
    /// The file has a different digest or is missing.
    case file(path: String, found: Digest?, kind: FileKind?)
    /// The criterion has no check, or a different one than the one that ran.
    case definition(isGone: Bool)
    /// The inputs changed: the changed paths if the checked commit is available, else the patterns.
    case inputs([String])
    /// The evidence is older than `days`.
    case lapsed(days: Int)
    /// The evidence is dated after the time of evaluation.
    case future
    /// The milestone has only `have` of `need` required approvals.
    case approvals(have: Int, need: Int, role: String)
  }

  /// Returns true if a waiver is valid now.
  package func isWaived(_ criterion: ExitCriterion) throws -> Bool {
    guard let waiver = criterion.waiver, waiver.holds(at: leastMoment) else { return false }
    return waiver.holds(at: try moment())
  }

  /// Returns why an entry does not match, or nil if it matches.
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
    // Usually the lower bound suffices, which avoids a walk through history.
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
  /// Returns the number of people who hold a role and have approved the milestone's text. Without roles, anyone counts.
  public func approvers(_ role: String, _ authorization: Authorization?) -> Int {
    let people = authorization?.people ?? People()
    let holders = standingApprovals.filter { authorization?.holds($0.by, role: role) ?? true }
    return Set(holders.map { people.person($0.by) }).count
  }
}

extension Proof {
  /// A criterion whose evidence no longer matches.
  package struct Stale {
    package let criterion: ExitCriterion
    /// The reason; nil if the criterion has no evidence and its waiver has expired.
    package let mismatch: Mismatch?

    /// True if no attestation can renew it.
    package var isBeyondRenewal: Bool {
      switch mismatch {
      case .inputs, .lapsed: false
      default: true
      }
    }

    /// The entries for lists of suspect evidence: paths, or the criterion with a reason.
    package var subjects: [String] {
      mismatch?.subjects(criterion) ?? criterion.waiver.map { ["\(criterion.id) (waived until \($0.until))"] } ?? []
    }
  }

  /// Returns each entry of a milestone's evidence that no longer matches, in order. Skips waived criteria.
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
  /// Returns the entries for lists of suspect evidence: paths, or the criterion with a reason.
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

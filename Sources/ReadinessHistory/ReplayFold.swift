import ReadinessCore
import ReadinessGit
import StrictJSON

/// A milestone as the runs say it is.
public struct FoldedState: Sendable, Equatable {
  /// The name of its state.
  public let status: String
  /// Of its file's bytes.
  public let digest: Digest
}

/// Adds runs up, commit by commit. Trees are looked at only where no stamp is asked: in a merge that decides nothing.
struct ReplayFold {
  typealias State = [MilestoneID: FoldedState]

  /// The state at each commit; equal states share their storage.
  private var states: [ObjectID: State] = [:]

  /// The state at a commit; empty where it was never seen.
  func state(at commit: ObjectID) -> State { states[commit] ?? [:] }

  /// A commit that is not judged: its tree is believed.
  mutating func takeTree(of commit: Commit, in repository: Repository) throws {
    states[commit.id] = try Self.state(of: repository.tree(of: commit))
  }

  mutating func take(
    _ commit: Commit, _ proposal: Proposal, _ blocks: [StampBlock], _ assessment: Assessment,
    in repository: Repository
  ) throws {
    var state = try commit.parents.first.map { try known($0, in: repository) } ?? [:]
    if commit.parents.count > 1 {
      let stamped = Set(
        (assessment.draft?.transitions ?? []).map(\.milestone) + (assessment.draft?.edits ?? []).compactMap(\.milestone)
      )
      let sides = try commit.parents.map { try known($0, in: repository) }
      let ids = sides.reduce(into: Set<MilestoneID>()) { $0.formUnion($1.keys) }
      for id in ids where !stamped.contains(id) && Set(sides.map { $0[id]?.digest }).count > 1 {
        state[id] = try Self.state(of: id, in: proposal.candidate)
      }
    }
    let runs = blocks.filter { !$0.heals }.compactMap(\.run)
    if runs.isEmpty, let draft = assessment.draft, assessment.verdict.isAccepted {
      // Accepted without a stamp: policy only warns.
      apply(draft.run(at: "", actor: commit.author, reason: nil), to: &state)
    }
    for run in runs { apply(run, to: &state) }
    states[commit.id] = state
  }

  private func apply(_ run: Run, to state: inout State) {
    for t in run.transitions {
      if let to = t.to, let after = t.after {
        state[t.milestone] = FoldedState(status: to, digest: after)
      } else {
        state[t.milestone] = nil
      }
    }
    for e in run.edits {
      guard let id = e.milestone, let status = state[id]?.status, let after = e.after else { continue }
      state[id] = FoldedState(status: status, digest: after)
    }
  }

  /// A parent's state; where the walk began after it, its tree is believed.
  private mutating func known(_ id: ObjectID, in repository: Repository) throws -> State {
    if let state = states[id] { return state }
    let state = try Self.state(of: repository.tree(of: try repository.commit(id)))
    states[id] = state
    return state
  }

  /// What a tree itself says.
  static func state(of tree: any PlanTree) throws -> State {
    var state: State = [:]
    for id in try tree.milestones().keys { state[id] = try self.state(of: id, in: tree) }
    return state
  }

  private static func state(of id: MilestoneID, in tree: any PlanTree) throws -> FoldedState? {
    guard let file = try tree.milestone(id), let status = file.milestone?.status, let digest = file.digest else {
      return nil
    }
    return FoldedState(status: status, digest: digest)
  }
}

/// The answer of `replay`.
public struct Replay: Sendable {
  /// What the runs add up to.
  public let state: [MilestoneID: FoldedState]
  /// Each stamped run, whether it was accepted, and the codes of the errors; sorted by run.
  public let decisions: [(run: Digest, accepted: Bool, codes: [String])]
  /// Whether the tree says the same as the runs.
  public let agrees: Bool
  /// The milestones about which they disagree.
  public let differing: [MilestoneID]

  /// Folds history up to a commit and compares it with its tree.
  public init(_ report: HistoryReport, tree: GitTree) throws {
    state = report.folded
    decisions = report.runs.compactMap { record in
      record.id.map { ($0, record.codes.isEmpty, record.codes.sorted()) }
    }.sorted { $0.0 < $1.0 }
    let there = try ReplayFold.state(of: tree)
    let present = try tree.milestones().keys
    let folded = state
    differing = Set(present).union(folded.keys).filter { folded[$0] != there[$0] || folded[$0] == nil }.sorted()
    agrees = differing.isEmpty
  }

  /// The state as JSON, ids in order.
  public var stateJSON: JSONValue {
    JSONValue(
      .object(
        state.keys.sorted().compactMap { id in
          state[id].map {
            JSONMember(id.text, ["status": .text($0.status), "digest": .text($0.digest.tagged)])
          }
        }))
  }

  /// The decisions as JSON.
  public var decisionsJSON: JSONValue {
    JSONValue(
      .array(
        decisions.map {
          ["run": .text($0.run.hex), "accepted": JSONValue(.bool($0.accepted)), "codes": .texts($0.codes)]
        }))
  }

  /// SHA-256 of the RFC 8785 form of `{ state, decisions }`: equal histories give equal digests.
  public var digest: Digest {
    Digest(of: (["state": stateJSON, "decisions": decisionsJSON] as JSONValue).canonicalBytes)
  }
}

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
/// What a commit adds is taken down on the way and added up at the end, when it is known which commits are healed.
struct ReplayFold {
  typealias State = [MilestoneID: FoldedState]

  private struct Step {
    let commit: ObjectID
    /// The stamps, as they tell it.
    var told: [Run] = []
    /// What the trees say the commit did, where it has to be stamped.
    var done: Run?
    var isAccepted = true
    /// The tree, where it is believed.
    var believed: ObjectID?
  }

  /// By the place of the commit in the walk; the others change nothing.
  private var steps: [Int: Step] = [:]

  /// A commit that is not judged: its tree is believed.
  mutating func takeTree(_ tree: ObjectID, at index: Int) { steps[index] = Step(commit: tree, believed: tree) }

  mutating func take(_ commit: Commit, at index: Int, _ blocks: [StampBlock], _ assessment: Assessment) {
    steps[index] = Step(
      commit: commit.id, told: blocks.filter { !$0.heals }.compactMap(\.run),
      done: assessment.draft?.run(at: "", actor: commit.author, reason: nil), isAccepted: assessment.verdict.isAccepted)
  }

  /// The state at the last commit of a walk.
  /// - Parameter healed: commits whose changes a later one records; they count as what they did.
  func state(of graph: CommitGraph, healed: Set<ObjectID>, in repository: Repository) throws -> State {
    // Equal states share their storage.
    var states: [State] = []
    states.reserveCapacity(graph.ids.count)
    for index in graph.ids.indices {
      let sides = graph.parents(of: index).map { states[Int($0)] }
      let first = sides.first ?? [:]
      guard let step = steps[index] else {
        states.append(first)
        continue
      }
      states.append(try state(after: step, sides, graph.trees[index], healed.contains(step.commit), repository))
    }
    return states.last ?? [:]
  }

  private func state(
    after step: Step, _ sides: [State], _ tree: ObjectID, _ isHealed: Bool, _ repository: Repository
  ) throws -> State {
    if let believed = step.believed { return try Self.state(of: repository.tree(believed)) }
    var state = sides.first ?? [:]
    if sides.count > 1 {
      let stamped = Set(
        (step.done?.transitions ?? []).map(\.milestone) + (step.done?.edits ?? []).compactMap(\.milestone))
      let ids = sides.reduce(into: Set<MilestoneID>()) { $0.formUnion($1.keys) }
      for id in ids where !stamped.contains(id) && Set(sides.map { $0[id]?.digest }).count > 1 {
        state[id] = try Self.state(of: id, in: repository.tree(tree))
      }
    }
    if let done = step.done, isHealed || (step.told.isEmpty && step.isAccepted) {
      // Healed, or accepted without a stamp because policy only warns.
      apply(done, to: &state)
    } else {
      for run in step.told { apply(run, to: &state) }
    }
    return state
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

import GitObjects
import PlanJudge
public import PlanModel
import GitRepository
public import PlanTrees
public import StrictJSON

/// A milestone's state according to the runs.
public struct FoldedState: Sendable, Equatable {
  /// The name of its state.
  public let status: String
  /// The digest of its file's bytes.
  public let digest: Digest
}

/// The sum of runs, commit by commit. Trees are read only where no stamp is required: in a merge that decides nothing.
/// Each commit's step is recorded during the walk and added up at the end, when the healed commits are known.
struct ReplayFold {
  typealias State = [MilestoneID: FoldedState]

  private struct Step {
    /// The index of the commit in the walk.
    let index: Int
    let commit: ObjectID
    /// The runs of the stamps.
    var told: [Run] = []
    /// The change according to the trees, if the commit has to be stamped.
    var done: RunDraft?
    var isAccepted = true
    /// The tree, if the commit is trusted.
    var believed: ObjectID?
  }

  /// The commits that change something.
  private var steps: [Step] = []

  /// Records a commit that is not judged: its tree is trusted.
  mutating func takeTree(_ tree: ObjectID, at index: Int) {
    steps.append(Step(index: index, commit: tree, believed: tree))
  }

  mutating func take(_ commit: Commit, at index: Int, _ blocks: [StampBlock], _ assessment: Assessment) {
    var told: [Run] = []
    for block in blocks where !block.heals { if let run = block.run { told.append(run) } }
    steps.append(
      Step(
        index: index, commit: commit.id, told: told, done: assessment.draft, isAccepted: assessment.verdict.isAccepted))
  }

  /// Returns the state at the last commit of a walk.
  /// - Parameter healed: commits whose changes a later one records; their actual changes count.
  func state(of graph: CommitGraph, healed: Set<ObjectID>, in repository: Repository) throws -> State {
    var states = StatesOnTheWay(graph)
    // The step of each commit by its number, so that no large step is copied.
    var stepOf = [Int32](repeating: -1, count: graph.ids.count)
    for number in steps.indices { stepOf[steps[number].index] = Int32(number) }
    for index in graph.ids.indices {
      let number = Int(stepOf[index])
      if number < 0, states.passOn(to: index) { continue }
      let parents = graph.parents(of: index)
      var state: State = [:]
      var others: [State] = []
      if parents.count > 1 {
        // A plan that a merge dropped adds nothing.
        let kept = repository.keptParents[graph.ids[index]].map(Set.init)
        let taken = parents.map { (isKept: kept?.contains(graph.ids[Int($0)]) ?? true, state: states.take($0)) }
        others = taken.filter(\.isKept).map(\.state)
        state = others.isEmpty ? [:] : others.removeFirst()
      } else if let first = parents.first {
        state = states.take(first)
      }
      if number >= 0 {
        let isHealed = healed.contains(steps[number].commit)
        try go(steps[number], on: &state, others, graph.trees[index], isHealed, repository)
      }
      states.keep(state, at: index)
    }
    return states.last
  }

  /// The states that later commits still need. The last child takes its parent's state over, so a history without
  /// branches has one growing state and never a copy.
  private struct StatesOnTheWay {
    private let graph: CommitGraph
    private var waiting: [Int32]
    /// The index under which the state of a commit is stored: its own, or that of an ancestor with an equal state.
    private var places: [Int32]
    private var states: [State?]

    init(_ graph: CommitGraph) {
      self.graph = graph
      waiting = Array(repeating: 0, count: graph.ids.count)
      places = Array(repeating: -1, count: graph.ids.count)
      states = Array(repeating: nil, count: graph.ids.count)
      graph.forEachParent { waiting[Int($0)] += 1 }
    }

    var last: State { places.last.flatMap { $0 < 0 ? nil : states[Int($0)] } ?? [:] }

    /// Shares the parent's state if a commit changes nothing and is its parent's last child, as in most of a history.
    mutating func passOn(to index: Int) -> Bool {
      guard let parent = graph.onlyParent(of: index), waiting[parent] == 1 else { return false }
      places[index] = places[parent]
      return true
    }

    mutating func take(_ parent: Int32) -> State {
      let place = Int(places[Int(parent)])
      waiting[Int(parent)] -= 1
      guard waiting[Int(parent)] == 0 else { return states[place] ?? [:] }
      return states[place].take() ?? [:]
    }

    mutating func keep(_ state: consuming State, at index: Int) {
      places[index] = Int32(index)
      states[index] = state
    }
  }

  /// Applies a commit to its first parent's state.
  private func go(
    _ step: Step, on state: inout State, _ others: [State], _ tree: ObjectID, _ isHealed: Bool,
    _ repository: Repository
  ) throws {
    if let believed = step.believed {
      state = try Self.state(of: repository.tree(believed))
      return
    }
    if !others.isEmpty {
      let stamped = Set(
        (step.done?.transitions ?? []).map(\.milestone) + (step.done?.edits ?? []).compactMap(\.milestone))
      let ids = others.reduce(into: Set(state.keys)) { $0.formUnion($1.keys) }
      for id in ids where !stamped.contains(id) && others.contains(where: { $0[id]?.digest != state[id]?.digest }) {
        state[id] = try Self.state(of: id, in: repository.tree(tree))
      }
    }
    if let done = step.done, isHealed || (step.told.isEmpty && step.isAccepted) {
      // A healed commit, or one accepted without a stamp because policy only warns.
      apply(done.transitions, done.edits, to: &state)
    } else {
      for run in step.told { apply(run.transitions, run.edits, to: &state) }
    }
  }

  private func apply(_ transitions: [Run.Transition], _ edits: [Run.Edit], to state: inout State) {
    for t in transitions {
      if let to = t.to, let after = t.after {
        state[t.milestone] = FoldedState(status: to, digest: after)
      } else {
        state[t.milestone] = nil
      }
    }
    for e in edits {
      guard let id = e.milestone, let status = state[id]?.status, let after = e.after else { continue }
      state[id] = FoldedState(status: status, digest: after)
    }
  }

  /// Returns the state of a tree itself.
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
  /// The state that the runs add up to.
  public let state: [MilestoneID: FoldedState]
  /// The stamped runs with their acceptance and the codes of their errors, sorted by run.
  public let decisions: [(run: Digest, accepted: Bool, codes: [String])]
  /// True if the tree agrees with the runs.
  public let agrees: Bool
  /// The milestones about which they disagree.
  public let differing: [MilestoneID]
  /// The state as JSON, ids in order.
  public let stateJSON: JSONValue
  /// SHA-256 of the RFC 8785 form of `{ state, decisions }`: equal histories give equal digests.
  public let digest: Digest

  /// Compares the folded history of a commit with its tree.
  public init(_ report: HistoryReport, tree: GitTree) throws {
    state = report.folded
    // Use indices, because copying a large record for three of its fields is slow.
    decisions = report.runs.indices.compactMap { at in
      report.runs[at].id.map { ($0, report.runs[at].codes.isEmpty, report.runs[at].codes.sorted()) }
    }.sorted { $0.0 < $1.0 }
    let there = try ReplayFold.state(of: tree)
    let present = try tree.milestones().keys
    let folded = state
    differing = Set(present).union(folded.keys).filter { folded[$0] != there[$0] || folded[$0] == nil }.sorted()
    agrees = differing.isEmpty
    stateJSON = JSONValue(
      .object(
        folded.sorted { $0.key < $1.key }.map { id, state in
          JSONMember(id.text, ["status": .text(state.status), "digest": .text(state.digest.tagged)])
        }))
    digest = Digest(of: Self.canonicalBytes(decisions, stateJSON))
  }

  /// The decisions as JSON.
  public var decisionsJSON: JSONValue {
    JSONValue(
      .array(
        decisions.map {
          ["run": .text($0.run.hex), "accepted": JSONValue(.bool($0.accepted)), "codes": .texts($0.codes)]
        }))
  }

  /// Returns the RFC 8785 form of `{ state, decisions }`. It is written by hand because a long history has many
  /// decisions.
  static func canonicalBytes(
    _ decisions: [(run: Digest, accepted: Bool, codes: [String])], _ state: JSONValue
  ) -> [UInt8] {
    var out = Array("{\"decisions\":[".utf8)
    out.reserveCapacity(128 * decisions.count)
    for (place, decision) in decisions.enumerated() {
      if place > 0 { out.append(UInt8(ascii: ",")) }
      out += (decision.accepted ? "{\"accepted\":true" : "{\"accepted\":false").utf8
      out += ",\"codes\":".utf8
      out += decision.codes.isEmpty ? Array("[]".utf8) : JSONValue.texts(decision.codes).canonicalBytes
      out += ",\"run\":\"".utf8
      decision.run.appendHex(to: &out)
      out += "\"}".utf8
    }
    out += "],\"state\":".utf8
    out += state.canonicalBytes
    out.append(UInt8(ascii: "}"))
    return out
  }
}

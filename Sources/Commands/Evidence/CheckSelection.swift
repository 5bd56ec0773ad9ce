import GitObjects
import PlanChecks
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import Profiles
import ReadinessSystem

/// The checks of a commit's plan, each with its profile.
struct CheckSelection {
  let overview: PlanOverview
  /// The checked commit.
  let commit: ObjectID
  let tree: GitTree
  private let repository: Repository
  private let runtime: RuntimeFiles

  /// - Parameter takesStaged: true to take staged definitions and profiles if no commit is named, so that one commit
  ///   brings a definition and its evidence.
  /// - Throws: `ConfigurationError` if the profiles cannot be read; `GitError`.
  init(
    _ repository: Repository, at revision: String?, takesStaged: Bool, now: Int64,
    attestations: (any RenewalSource)? = nil
  ) throws {
    self.repository = repository
    commit = try repository.commit(named: revision ?? "HEAD")
    tree = repository.tree(of: try repository.commit(commit))
    let isStaged = takesStaged && revision == nil && !repository.isBare
    let plan = isStaged ? repository.tree(try repository.candidateTree()) : tree
    overview = try PlanOverview(plan, now: now, attestations: attestations)
    runtime = try RuntimeFiles(in: plan)
    if let finding = overview.findings.first {
      throw GitError(.damaged, finding.message, hint: finding.hint, function: "PlanOverview")
    }
  }

  /// Returns the checks that names select, such as `M-04` or `M-04/replay`; all of them if there is no name.
  /// - Parameters:
  ///   - profile: replaces the profile that a check names.
  ///   - settings: the settings of the command line.
  /// - Throws: `UnknownName` if an id, a criterion or a profile does not exist.
  func checks(
    _ names: [String], profile: String? = nil, settings: [(name: String, value: String)] = [],
    environment: [String: String]
  ) throws -> [PlannedCheck] {
    let wanted = try names.map { try parse($0) }
    var found: [PlannedCheck] = []
    for id in overview.graph.topologicalOrder() {
      for criterion in overview[id]?.milestone.exitCriteria ?? [] {
        guard let check = criterion.check,
          wanted.isEmpty || wanted.contains(where: { $0.id == id && ($0.criterion ?? criterion.id) == criterion.id })
        else { continue }
        found.append(try plan(id, criterion.id, check, profile, settings, environment))
      }
    }
    return found
  }

  private func parse(_ name: String) throws -> (id: MilestoneID, criterion: String?) {
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    let text = parts.first ?? ""
    guard let entry = overview[MilestoneID(text)] ?? overview[MilestoneID(text.uppercased())] else {
      throw UnknownName(
        message: "There is no milestone \(text) at \(commit.description.prefix(12)).",
        hint: nearestName(to: text, in: overview.ids.map(\.text)).map { "Is \($0) meant?" }
          ?? "readiness status lists what there is.")
    }
    let id = entry.id
    guard parts.count > 1 else { return (id, nil) }
    guard let criterion = entry.milestone.exitCriteria.first(where: { $0.id == parts[1] }) else {
      throw UnknownName(
        message: "\(id) has no criterion \"\(parts[1])\".",
        hint: nearestName(to: parts[1], in: entry.milestone.exitCriteria.map(\.id)).map { "Is \(id)/\($0) meant?" }
          ?? "readiness criteria \(id) lists them.")
    }
    guard criterion.check != nil else {
      throw UsageError(
        "The criterion \(id)/\(criterion.id) has no check.",
        hint: "Give it one in \(PlanPaths.milestone(id)); doc/guides/checks.md shows how.")
    }
    return (id, criterion.id)
  }

  private func plan(
    _ id: MilestoneID, _ criterion: String, _ check: CheckDefinition, _ profile: String?,
    _ settings: [(name: String, value: String)], _ environment: [String: String]
  ) throws -> PlannedCheck {
    guard case .command(let command) = check.kind else {
      return PlannedCheck(milestone: id, criterion: criterion, definition: check, plain: nil, profile: nil)
    }
    let name = profile ?? command.profile
    return PlannedCheck(
      milestone: id, criterion: criterion, definition: check,
      plain: try RuntimeProfile(name, files: runtime.files),
      profile: try RuntimeProfile(name, files: runtime.files, environment: environment, flags: settings))
  }

  /// The store of trusted definitions.
  var trust: TrustStore { TrustStore(repository) { StateKey.load(Environment.all(), creates: $0) } }
}

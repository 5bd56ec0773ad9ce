import Profiles
public import GitObjects
public import PlanModel
public import GitRepository
import PlanTrees
import ReadinessSystem
import StrictJSON
import Synchronization
import Telemetry

/// Runs checks of one commit: those of a milestone after those of its dependencies, all others in parallel.
///
/// The caller's thread does all repository access; other threads only run commands.
public final class CheckRunner {
  /// The commit to check, and the context of the checks.
  public struct Request {
    /// The commit to check.
    public let commit: ObjectID
    /// The commit before the change, for profiles that demand both; nil if there is none.
    public let before: ObjectID?
    /// The digests of trusted definitions.
    public let trusted: Set<String>
    /// Returns the dependencies of a milestone.
    public let dependencies: (MilestoneID) -> [MilestoneID]
    /// The holders of roles, for approvals.
    public let authorization: Authorization?
    /// The environment of this process.
    public let environment: [String: String]
    /// Returns the current time, in milliseconds since 1970.
    public let now: () -> Int64
    /// True if every check runs on a clean copy of the commit, regardless of its profile.
    public let exportsAlways: Bool

    /// Creates a request.
    public init(
      commit: ObjectID, before: ObjectID?, trusted: Set<String>, dependencies: @escaping (MilestoneID) -> [MilestoneID],
      authorization: Authorization?, environment: [String: String], now: @escaping () -> Int64,
      exportsAlways: Bool = false
    ) {
      self.commit = commit
      self.before = before
      self.trusted = trusted
      self.dependencies = dependencies
      self.authorization = authorization
      self.environment = environment
      self.now = now
      self.exportsAlways = exportsAlways
    }
  }

  /// The progress of a run, for a display.
  public struct Progress {
    /// The number of finished checks.
    public let finished: Int
    /// The number of all checks.
    public let all: Int
    /// The names of the running checks.
    public let running: [String]
    /// The result of a check that has just finished; nil otherwise.
    public let latest: CheckResult?
  }

  private let repository: Repository
  private let request: Request
  private let tree: GitTree
  private let breakers = Breakers()

  /// - Throws: `GitError` if the commit cannot be read.
  public init(_ repository: Repository, _ request: Request) throws {
    self.repository = repository
    self.request = request
    tree = repository.tree(of: try repository.commit(request.commit))
  }

  private struct Running {
    let areas: [WorkingArea]
    let answer: Slot
    /// The span and its start time; nil without telemetry.
    let span: (context: TraceContext, since: Int64)?
  }

  /// Runs all checks.
  /// - Returns: one result for each check, in the given order.
  /// - Throws: `GitError`, `SystemError` if the repository or a working area cannot be used; then no check is still
  ///   running.
  public func run(_ checks: [PlannedCheck], progress: (Progress) -> Void) throws -> [CheckResult] {
    var running: [Int: Running] = [:]
    // On an error, each folder is removed only after its check has ended.
    defer { running.values.forEach { $0.areas.forEach { discard($0) } } }
    let commands = WorkQueue()
    let threads = (0..<Self.threads(for: checks)).map { _ in { commands.work() } }
    return try concurrently(threads) {
      defer { commands.close() }
      return try schedule(checks, on: commands, &running, progress)
    }.here
  }

  /// Returns the largest number of parallel commands.
  private static func threads(for checks: [PlannedCheck]) -> Int {
    let bounds = checks.compactMap(\.profile).reduce(into: [String: Int]()) { $0[$1.name] = $1.parallelism }
    return min(checks.count, bounds.values.reduce(0, +))
  }

  private func schedule(
    _ checks: [PlannedCheck], on commands: WorkQueue, _ running: inout [Int: Running], _ progress: (Progress) -> Void
  ) throws -> [CheckResult] {
    var results = [CheckResult?](repeating: nil, count: checks.count)
    let finished = Arrivals()
    let needs = Self.needs(checks, request.dependencies)
    var stopped = false
    func note(_ index: Int, _ result: CheckResult) {
      results[index] = result
      if result.outcome == .failed, result.check.profile?.failsFast == true { stopped = true }
      let names = running.keys.sorted().map { checks[$0].name }
      progress(Progress(finished: results.count { $0 != nil }, all: checks.count, running: names, latest: result))
    }
    while results.contains(where: { $0 == nil }) {
      var hasStarted = false
      for (index, check) in checks.enumerated() where results[index] == nil && running[index] == nil {
        if stopped {
          note(
            index, CheckResult(check, .skipped, "An earlier check failed, and its profile stops at the first failure."))
        } else if let first = needs[index].first(where: { results[$0].map { $0.outcome != .passed } ?? false }) {
          note(index, CheckResult(check, .skipped, "It waits for \(checks[first].name), which did not pass."))
        } else if needs[index].allSatisfy({ results[$0] != nil }),
          hasRoom(for: check, among: running.keys.map { checks[$0] })
        {
          hasStarted = true
          switch try begin(check, on: commands, finished) {
          case .ended(let result): note(index, result)
          case .running(let started): running[index] = started
          }
        }
      }
      guard !running.isEmpty else {
        if hasStarted || !results.contains(where: { $0 == nil }) { continue }
        break
      }
      for index in running.keys.sorted() where running[index]?.answer.value != nil {
        guard let ended = running.removeValue(forKey: index), let answer = ended.answer.value else { continue }
        let result = try conclude(checks[index], answer)
        if let span = ended.span { Self.tell(result, span.context, since: span.since) }
        try ended.areas.forEach { try $0.remove() }
        hasStarted = true
        note(index, result)
      }
      if !hasStarted {
        finished.wait(milliseconds: 200)
        let names = running.keys.sorted().map { checks[$0].name }
        progress(Progress(finished: results.count { $0 != nil }, all: checks.count, running: names, latest: nil))
      }
    }
    return zip(results, checks).map { $0 ?? CheckResult($1, .skipped, "It waits for itself.") }
  }

  /// Returns, by index, the checks of the direct and indirect dependencies of a check's milestone.
  private static func needs(_ checks: [PlannedCheck], _ dependencies: (MilestoneID) -> [MilestoneID]) -> [[Int]] {
    var closures: [MilestoneID: Set<MilestoneID>] = [:]
    for id in Set(checks.map(\.milestone)) {
      var (seen, walk) = (Set<MilestoneID>(), dependencies(id))
      while let next = walk.popLast() {
        if seen.insert(next).inserted { walk += dependencies(next) }
      }
      closures[id] = seen.subtracting([id])
    }
    return checks.map { check in
      checks.indices.filter { closures[check.milestone]?.contains(checks[$0].milestone) ?? false }
    }
  }

  private func hasRoom(for check: PlannedCheck, among running: [PlannedCheck]) -> Bool {
    guard let profile = check.profile else { return true }
    return running.count { $0.profile?.name == profile.name } < profile.parallelism
  }

  // MARK: - One check

  private enum Beginning {
    case ended(CheckResult)
    case running(Running)
  }

  private func begin(_ check: PlannedCheck, on commands: WorkQueue, _ finished: Arrivals) throws -> Beginning {
    if check.needsTrust, !request.trusted.contains(check.trustDigest.tagged) {
      return .ended(
        CheckResult(check, .untrusted, "Nobody has trusted this definition here: readiness trust \(check.milestone)"))
    }
    guard case .command(let command) = check.definition.kind, let profile = check.profile else {
      return .ended(try StaticCheck(repository: repository, tree: tree, request: request).run(check))
    }
    let listing = try tree.inputs(PathSelection(check.definition.inputs))
    if listing.entries.isEmpty {
      return .ended(
        CheckResult(check, .failed, "Its inputs cover no file of the commit, so its answer would hang on nothing."))
    }
    let usesWorkTree = profile.usesWorkTree && !request.exportsAlways
    if usesWorkTree, let fault = try differenceOfWorkTree(check, listing, "the work tree holds") {
      return .ended(CheckResult(check, .failed, fault))
    }
    if profile.demandsBefore, request.before == nil {
      return .ended(
        CheckResult(
          check, .failed, "The profile \(profile.name) asks for the commit before the change, and there is none."))
    }
    var areas: [(area: WorkingArea, label: String)] = []
    do {
      if profile.demandsBefore, let before = request.before {
        areas.append(
          (try .export(of: before, from: repository), "Before the change, at \(before.description.prefix(12)): "))
      }
      areas.append(
        (usesWorkTree ? try .workTree(of: repository) : try .export(of: request.commit, from: repository), ""))
    } catch {
      areas.forEach { discard($0.area) }
      throw error
    }
    let span = Telemetry.recorder.map { (context: $0.part(), since: $0.now) }
    let run = CommandRun(
      command: command, profile: profile, areas: areas, environment: request.environment, breakers: breakers,
      context: span?.context.variables ?? [:])
    let slot = Slot()
    commands.add {
      slot.put(run.run())
      finished.signal()
    }
    return .running(Running(areas: areas.map(\.area), answer: slot, span: span))
  }

  private static func tell(_ result: CheckResult, _ context: TraceContext, since: Int64) {
    let check = result.check
    Telemetry.recorder?.child(
      "check \(check.name)", context, since: since,
      [
        .milestones([check.milestone.text]), Attribute("readiness.criterion", .text(check.criterion)),
        .answer(result.outcome.rawValue),
      ])
  }

  private func conclude(_ check: PlannedCheck, _ answer: CommandRun.Answer) throws -> CheckResult {
    let output = answer.output + answer.errors
    if let fault = answer.fault {
      return CheckResult(
        check, .failed, fault, output: output, notes: answer.notes, exitCode: answer.exitCode,
        isUnfinished: answer.isUnfinished)
    }
    let listing = try tree.inputs(PathSelection(check.definition.inputs))
    if check.profile?.usesWorkTree == true, !request.exportsAlways,
      let fault = try differenceOfWorkTree(check, listing, "it left")
    {
      return CheckResult(check, .failed, fault, output: output, notes: answer.notes)
    }
    let record = CheckRecord(
      command: check.definition.digest, profile: check.profile.map { Digest(of: $0.json.canonicalBytes) },
      inputs: listing.digest, commit: request.commit.description,
      before: check.profile?.demandsBefore == true ? request.before?.description : nil, at: request.now(),
      exitCode: answer.exitCode, attempts: answer.attempts, milliseconds: answer.milliseconds,
      output: Digest(of: output), normalized: answer.named.normalized, outputs: answer.named.outputs,
      tools: answer.named.tools, log: nil)
    return CheckResult(check, .passed, evidence: Evidence(record), output: output, notes: answer.notes)
  }

  /// Returns the difference between the work tree's inputs and the commit's. Only with equal inputs is a check in the
  /// work tree evidence for the commit.
  private func differenceOfWorkTree(_ check: PlannedCheck, _ listing: InputListing, _ what: String) throws -> String? {
    let there = try WorkTree(repository).inputs(PathSelection(check.definition.inputs))
    let changed = there.changes(since: listing)
    guard !changed.isEmpty else { return nil }
    let shown = changed.prefix(3).joined(separator: ", ") + (changed.count > 3 ? " and \(changed.count - 3) more" : "")
    return "Of its inputs \(what) other than commit \(request.commit.description.prefix(12)): \(shown)."
  }

  /// Removes an area after an error that matters more than a remaining folder.
  private func discard(_ area: WorkingArea) {
    do { try area.remove() } catch { return }
  }
}

/// A result that one thread stores and another takes.
final class Slot: Sendable {
  private let held = Mutex<CommandRun.Answer?>(nil)
  func put(_ answer: CommandRun.Answer) { held.withLock { $0 = answer } }
  var value: CommandRun.Answer? { held.withLock { $0 } }
}

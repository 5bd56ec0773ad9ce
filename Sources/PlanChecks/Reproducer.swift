import StrictJSON
public import PlanModel
import Profiles
public import GitObjects
public import GitRepository
import PlanTrees
import ReadinessSystem

/// Recomputes evidence: hashes files, counts approvals, and reruns checks on a clean copy of their commit, with the
/// values of their original profile.
public struct Reproducer {
  /// The settings for checks.
  public struct Settings {
    /// The digests trusted on this machine.
    public let trusted: Set<String>
    /// The environment of this process.
    public let environment: [String: String]
    /// Returns the current time, in milliseconds since 1970.
    public let now: () -> Int64
    /// The timeout of one attempt, in seconds; nil for the profile's own.
    public let timeout: Int?
    /// Receives the redacted output of each check, with the name of its criterion.
    public let keep: ((_ name: String, _ output: [UInt8]) throws -> Void)?

    /// Creates settings.
    public init(
      trusted: Set<String>, environment: [String: String], now: @escaping () -> Int64, timeout: Int?,
      keep: ((_ name: String, _ output: [UInt8]) throws -> Void)?
    ) {
      (self.trusted, self.environment, self.now, self.timeout, self.keep) = (trusted, environment, now, timeout, keep)
    }
  }

  private let repository: Repository
  private let tree: GitTree
  private let authorization: Authorization?
  private let settings: Settings

  /// - Parameter commit: the commit of the plan.
  /// - Throws: `GitError` if it cannot be read.
  public init(_ repository: Repository, at commit: ObjectID, _ settings: Settings) throws {
    (self.repository, self.settings) = (repository, settings)
    tree = try repository.tree(ofCommit: commit)
    authorization = try tree.policy().policy?.authorization
  }

  /// Recomputes evidence of a milestone.
  /// - Parameters:
  ///   - criterion: nil for every criterion.
  ///   - digests: the digests of the requested entries; nil for all entries.
  /// - Throws: `GitError`, `SystemError` if the repository or a working area cannot be used.
  public func entries(of id: MilestoneID, criterion: String? = nil, digests: Set<Digest>? = nil) throws
    -> [Reproduction.Entry]
  {
    guard let milestone = try tree.milestone(id)?.milestone else { return [] }
    var entries: [Reproduction.Entry] = []
    for one in milestone.exitCriteria where criterion.map({ $0 == one.id }) ?? true {
      for evidence in one.evidence where digests?.contains(evidence.digest) ?? true {
        entries.append(try entry(evidence, one, milestone))
      }
    }
    return entries
  }

  // MARK: - One entry

  private func entry(_ evidence: Evidence, _ criterion: ExitCriterion, _ milestone: Milestone) throws
    -> Reproduction.Entry
  {
    func made(
      _ kind: String, _ verdict: Reproduction.Verdict, _ reason: String = "", _ values: [Reproduction.Value] = []
    ) -> Reproduction.Entry {
      Reproduction.Entry(
        milestone: milestone.id, criterion: criterion.id, kind: kind, verdict: verdict, reason: reason, values: values)
    }
    switch evidence.kind {
    case .statement(_, let by):
      return made("statement", .unrepeatable, "It is the word of \(by), which nothing recomputes.")
    case .file(let path, let sha256):
      let found = try tree.digest(at: path)
      let value = Reproduction.Value("sha256", recorded: sha256.tagged, now: found?.tagged ?? "")
      let reason = found == nil ? "\(path) is not there." : "\(path) holds other bytes."
      return made("file", value.isSame ? .identical : .different, value.isSame ? "" : reason, [value])
    case .approval(let role, let count):
      let have = milestone.approvers(role, authorization)
      let value = Reproduction.Value("approvals", recorded: "\(count)", now: "\(have)")
      let reason = "\(have) of \(count) holders of \(role) have approved what it says."
      return made("approval", have >= count ? .identical : .different, have >= count ? "" : reason, [value])
    case .check(let record):
      let proof = Proof(tree: tree, authorization: authorization, moment: { nil })
      let mismatch = try proof.mismatch(evidence, of: criterion, in: milestone)
      do throws(Obstacle) {
        let (check, commit) = try planned(record, criterion, milestone.id, mismatch)
        return try again(record, check, commit)
      } catch {
        switch error {
        case .reason(let reason): return made("check", .unrepeatable, reason)
        case .fault(let fault): throw fault
        }
      }
    }
  }

  /// The reason why a check is not rerun.
  private enum Obstacle: Error {
    case reason(String)
    case fault(any Error)
  }

  private func catching<T>(_ body: () throws -> T) throws(Obstacle) -> T {
    do { return try body() } catch { throw .fault(error) }
  }

  /// Returns the check and the commit for an exact rerun.
  private func planned(
    _ record: CheckRecord, _ criterion: ExitCriterion, _ id: MilestoneID, _ mismatch: Proof.Mismatch?
  ) throws(Obstacle) -> (PlannedCheck, ObjectID) {
    guard let definition = criterion.check, definition.digest == record.command else {
      throw .reason("Its check is another one now, so the recorded one is not known: readiness check.")
    }
    let short = record.commit.prefix(12)
    guard let commit = ObjectID(hex: record.commit), try catching({ try repository.holds(commit) }) else {
      let stands = mismatch == nil ? " Its inputs still have the recorded digest: readiness check renews it." : ""
      throw .reason("The commit \(short) that it names is not here.\(stands)")
    }
    if case .inputs(let paths)? = mismatch {
      throw .reason("Its inputs changed since: \(Self.named(paths)). readiness check renews it.")
    }
    let selection = PathSelection(definition.inputs)
    let found = try catching { try repository.tree(ofCommit: commit).inputs(selection) }
    guard found.digest == record.inputs else {
      let now = try catching { try tree.inputs(selection) }
      let paths = now.digest == record.inputs ? found.changes(since: now) : definition.inputs.map(\.text)
      throw .reason("Its inputs at \(short) are not those that were recorded: \(Self.named(paths)).")
    }
    guard case .command(let command) = definition.kind else {
      return (
        PlannedCheck(milestone: id, criterion: criterion.id, definition: definition, plain: nil, profile: nil), commit
      )
    }
    let profile = try profile(record, command.profile, commit)
    let check = PlannedCheck(
      milestone: id, criterion: criterion.id, definition: definition, plain: profile.plain, profile: profile.run)
    guard settings.trusted.contains(check.trustDigest.tagged) else {
      throw .reason("Nobody has trusted this definition here: readiness trust \(id)")
    }
    return (check, commit)
  }

  private static func named(_ paths: [String]) -> String {
    paths.prefix(5).joined(separator: ", ") + (paths.count > 5 ? " and \(paths.count - 5) more" : "")
  }

  /// Finds the profile whose values have the recorded digest: in the requested plan or in the recorded commit, by the
  /// definition's name or any other.
  private func profile(_ record: CheckRecord, _ name: String, _ commit: ObjectID) throws(Obstacle) -> (
    plain: RuntimeProfile, run: RuntimeProfile
  ) {
    let more = settings.timeout.map { [(name: "timeoutSeconds", value: "\($0)")] } ?? []
    for tree in [tree, try catching { try repository.tree(ofCommit: commit) }] {
      let files = try catching { try RuntimeFiles(in: tree) }
      for name in [name] + files.names.filter({ $0 != name }) where files.names.contains(name) {
        let plain = try catching { try RuntimeProfile(name, files: files.files) }
        for environment in [[:], settings.environment] {
          let settled = try catching { try RuntimeProfile(name, files: files.files, environment: environment) }
          guard Digest(of: settled.json.canonicalBytes) == record.profile else { continue }
          let run = try catching {
            try RuntimeProfile(name, files: files.files, environment: environment, flags: more)
          }
          return (plain, run)
        }
      }
    }
    throw .reason("No profile has the values \(record.profile?.hex.prefix(12) ?? "")… under which it ran.")
  }

  // MARK: - Once more

  private func again(_ record: CheckRecord, _ check: PlannedCheck, _ commit: ObjectID) throws(Obstacle)
    -> Reproduction.Entry
  {
    let request = CheckRunner.Request(
      commit: commit, before: record.before.flatMap { ObjectID(hex: $0) }, trusted: settings.trusted,
      dependencies: { _ in [] }, authorization: authorization, environment: settings.environment, now: settings.now,
      exportsAlways: true)
    let results = try catching { try CheckRunner(repository, request).run([check], progress: { _ in }) }
    guard let result = results.first else { throw .reason("It was not run.") }
    if let keep = settings.keep { try catching { try keep(check.name, KeptOutput.redacted(result.output)) } }
    func made(
      _ verdict: Reproduction.Verdict, _ reason: String, _ values: [Reproduction.Value], _ tools: [String] = []
    ) throws(Obstacle) -> Reproduction.Entry {
      Reproduction.Entry(
        milestone: check.milestone, criterion: check.criterion, kind: "check", verdict: verdict, reason: reason,
        values: values, tools: tools,
        diff: verdict == .different ? try catching { try difference(record, result) } : nil)
    }
    guard result.outcome == .passed, case .check(let now)? = result.evidence?.kind else {
      if result.isUnfinished || result.outcome != .failed { throw .reason(result.message) }
      let values = [
        Reproduction.Value(
          "exitCode", recorded: Self.text(record.exitCode), now: Self.text(result.exitCode)),
        Reproduction.Value("output", recorded: record.output.tagged, now: Digest(of: result.output).tagged),
      ]
      return try made(.different, result.message, values)
    }
    let values = Self.values(record, now).filter { $0.name != "profile" }
    let differing = values.filter { !$0.isSame }.map(\.name)
    let tools = record.tools.filter { old in now.tools.first { $0.name == old.name }?.digest != old.digest }.map(\.name)
    if differing.isEmpty { return try made(.identical, "", values, tools) }
    let named = differing.joined(separator: ", ")
    guard differing == ["output"], case .command(let command) = check.definition.kind else {
      return try made(.different, "Different from the record: \(named).", values, tools)
    }
    switch command.repetition?.output ?? .exact {
    case .ignored: return try made(.equivalent, "Its output differs, and its check ignores that.", values, tools)
    case .normalized where record.normalized != nil && record.normalized == now.normalized:
      return try made(.equivalent, "Its output is the same after \"normalize\".", values, tools)
    case .normalized, .exact:
      let unkept = record.log == nil ? " Only digests: it was not kept (check --keep-output)." : ""
      return try made(.different, "Different from the record: \(named).\(unkept)", values, tools)
    }
  }

  private static func text(_ code: Int?) -> String { code.map { "\($0)" } ?? "" }

  /// Compares the values of two records that are equal if the command is deterministic. Excludes time, duration and
  /// attempts.
  public static func values(_ record: CheckRecord, _ now: CheckRecord) -> [Reproduction.Value] {
    func value(_ name: String, _ recorded: Digest?, _ now: Digest?) -> Reproduction.Value {
      Reproduction.Value(name, recorded: recorded?.tagged ?? "", now: now?.tagged ?? "")
    }
    let outputs = record.outputs.map { old in
      value("outputs/\(old.path)", old.digest, now.outputs.first { $0.path == old.path }?.digest)
    }
    return [
      value("command", record.command, now.command), value("profile", record.profile, now.profile),
      value("inputs", record.inputs, now.inputs),
      Reproduction.Value("exitCode", recorded: text(record.exitCode), now: text(now.exitCode)),
      value("output", record.output, now.output),
    ] + outputs
  }

  /// Returns the difference of stored and new output, at most 200 lines, from git.
  /// - Returns: nil if the recorded output was not stored.
  private func difference(_ record: CheckRecord, _ result: CheckResult) throws -> [String]? {
    guard let log = record.log, let old = try tree.bytes(at: log, atMost: 1 << 20) else { return nil }
    let folder = try FileSystem.makeTemporaryFolder("readiness-diff-")
    defer { do { try FileSystem.removeFolder(folder) } catch {} }
    try FileSystem.write(old, to: folder + "/recorded")
    try FileSystem.write(KeptOutput.kept(result.output), to: folder + "/now")
    let output = try GitProcess.run([
      "diff", "--no-index", "--no-color", "--no-ext-diff", "--text", "--", folder + "/recorded", folder + "/now",
    ])
    let lines = String(decoding: output.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    // The headers name the temporary files.
    let body = lines.drop { !$0.hasPrefix("@@") }.filter { !$0.isEmpty }.map(String.init)
    return body.count > 200 ? Array(body.prefix(199)) + ["… \(body.count - 199) more lines"] : body
  }
}

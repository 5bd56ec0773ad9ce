import PlanHistory
import GitObjects
import ArgumentParser
import Attestations
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import ReadinessSystem

/// The options that name the plan of a reading command.
struct PlanSourceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Read the plan of this commit.", valueName: "rev"))
  var at: String?

  @Flag(help: "Read what is staged.")
  var index = false

  @Flag(help: "Read the files of the work tree.")
  var worktree = false

  @Option(
    help: ArgumentHelp("The moment by which evidence and waivers lapse, in place of now.", valueName: "time"))
  var now: String?

  @Option(help: ArgumentHelp("Read this commit of the attestations.", valueName: "commit"))
  var attestations: String?

  @Flag(help: "Leave attestations out: only the evidence in the files counts.")
  var noAttestations = false

  func validate() throws {
    if [at != nil, index, worktree].count(where: { $0 }) > 1 {
      throw ValidationError("--at, --index and --worktree exclude each other.")
    }
    if attestations != nil, noAttestations {
      throw ValidationError("--attestations and --no-attestations exclude each other.")
    }
  }
}

/// A plan with its source.
final class LoadedPlan {
  let overview: PlanOverview
  /// The tree of the plan.
  let tree: any PlanTree
  /// The commit. Nil for the index and the work tree.
  let commit: String?
  /// The source's name, for headings.
  let source: String
  /// Sentences about differences in index, files or history that are not shown.
  let notes: [String]

  /// - Parameter needsHistory: false if a shallow clone may be read without the exceptions that its history grants.
  init(_ options: PlanSourceOptions, _ repository: Repository, needsHistory: Bool) throws {
    let now = try options.now.map { try CommitDate.seconds($0, isEnd: false) * 1000 } ?? Machine.millisecondsSince1970()
    let store =
      options.noAttestations
      ? nil
      : AttestationStore(repository, at: try options.attestations.map { try repository.commit(named: $0) })
    let isCut = !needsHistory && repository.isShallow
    let head: ObjectID? = if case .commit(let id) = try repository.head() { id } else { nil }
    if options.worktree {
      tree = try WorkTree(repository)
      overview = try Self.lettingGo(
        PlanOverview(tree, now: now, attestations: store), at: isCut ? nil : head, tree, repository)
      (commit, source, notes) = (nil, "the work tree", [])
      return
    }
    if options.index || (options.at == nil && head == nil) {
      tree = repository.tree(try repository.candidateTree())
      overview = try Self.lettingGo(
        PlanOverview(tree, now: now, attestations: store), at: isCut ? nil : head, tree, repository)
      (commit, source) = (nil, "the index")
      notes = options.index ? [] : ["There is no commit yet; this is what is staged."]
      return
    }
    let id = try options.at.map { try repository.commit(named: $0) } ?? head ?? repository.commit(named: "HEAD")
    let isCompared = options.at == nil && !repository.isBare
    let read = try concurrently(isCompared ? [repository.searchForMilestonesThatMayDiffer()] : []) {
      repository.readPacks()
      let committed = try repository.tree(ofCommit: id)
      return (
        committed,
        try Self.lettingGo(
          PlanOverview(committed, now: now, attestations: store), at: isCut ? nil : id, committed, repository)
      )
    }
    let committed = read.here.0
    tree = committed
    overview = read.here.1
    commit = id.description
    source = "\(options.at ?? "HEAD") at \(id.description.prefix(8))"
    let difference = read.there.first.flatMap { Self.difference(committed, $0, repository) }
    let note =
      isCut && overview.policy.authorization?.bypasses.isEmpty == false
      ? "This clone is shallow, so exceptions from rules are not shown: git fetch --unshallow" : difference
    let unstamped = try isCompared ? UnstampedCommits(repository).sentence(from: id) : nil
    notes = [note, unstamped].compactMap(\.self)
  }

  private static func lettingGo(
    _ overview: PlanOverview, at tip: ObjectID?, _ tree: any PlanTree, _ repository: Repository
  ) throws -> PlanOverview {
    try tip.map {
      try repository.lettingGo(overview, at: $0, in: tree, now: overview.now, store: Program.store(in: repository))
    } ?? overview
  }

  /// Returns a sentence if the index or the files differ from HEAD. An unreadable index, as in an unfinished merge,
  /// does not prevent reading HEAD.
  private static func difference(
    _ tree: GitTree, _ suspects: [MilestoneID]?, _ repository: Repository
  ) -> String? {
    do {
      return try differenceOrNone(tree, suspects, repository)
    } catch {
      return "The index cannot be compared with HEAD: git status says why."
    }
  }

  private static func differenceOrNone(
    _ tree: GitTree, _ suspects: [MilestoneID]?, _ repository: Repository
  ) throws -> String? {
    if try !repository.tree(try repository.candidateTree()).hasSamePlanAndPolicy(as: tree) {
      return "Staged changes of the plan are not shown: readiness status --index"
    }
    let work = try WorkTree(repository)
    let ids =
      try suspects ?? Array(Set(work.milestones().keys).union(tree.milestones().keys))
    for id in ids
    where try work.milestone(id)?.digest != tree.milestone(id)?.digest {
      return "Files of the plan have changes that are not shown: readiness status --worktree"
    }
    return nil
  }

  /// Returns the entry of an id that a person wrote.
  /// - Throws: `UnknownName` with the nearest id.
  func entry(_ text: String) throws -> PlanOverview.Entry {
    if let entry = overview[MilestoneID(text)] ?? overview[MilestoneID(text.uppercased())] { return entry }
    throw UnknownName(
      message: "There is no milestone \(text) in \(source).",
      hint: nearestName(to: text, in: overview.ids.map(\.text)).map { "Is \($0) meant?" }
        ?? "readiness status lists what there is.")
  }
}

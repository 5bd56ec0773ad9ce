import ReadinessCore
import ReadinessGit

/// A run of history, or a change that carries no stamp.
public struct RunRecord: Sendable {
  /// The commit that holds it; the first one where several do.
  public let commit: ObjectID
  /// The run ID that the stamp claims; nil without a stamp.
  public let id: Digest?
  /// What changed: by the stamp, or without one by the trees.
  public let run: Run
  /// Whether a stamp tells it.
  public let isStamped: Bool
  /// Whether the stamp records what ancestors changed.
  public let heals: Bool
  /// When it was committed, in seconds since 1970.
  public let committedAt: Int64
  /// The codes of the errors that the judge found, over all commits that hold it.
  public fileprivate(set) var codes: Set<String> = []
}

/// What a walk over history found.
public struct HistoryReport: Sendable {
  /// How many commits were walked.
  public var walked = 0
  /// How many of them policy says not to judge.
  public var notJudged = 0
  /// What the judge found, commit by commit, parents first.
  public var findings: [Finding] = []
  /// The runs, parents first, each once; after an audit that had a part behind it, those of the rest.
  public var runs: [RunRecord] = []
  /// How many runs were counted and are not told.
  public var countedRuns = 0
  /// True where every commit was judged that can be reached from the tip.
  public var isWhole = false
  /// How many stamps let a rule go.
  public var waivingRuns = 0
  /// The state that the runs alone add up to.
  public var folded: [MilestoneID: FoldedState] = [:]
  /// What commits changed without a true stamp and no later commit records; what `heal` has to name.
  public var unhealed: Set<HealedFact> = []
  /// The errors that are left when those are recorded.
  public var beyondHealing: [Finding] = []

  /// A report of nothing.
  public init() {}

  /// How many different runs have a stamp.
  public var stampedRuns: Int { countedRuns + runs.count(where: \.isStamped) }

  /// True where nothing refuses.
  public var isAccepted: Bool { !findings.contains { $0.severity == .error } }
}

/// What an audit has to tell beside its findings.
public enum AuditDetail: Sendable {
  /// How many runs there are.
  case counted
  /// Each run.
  case told
  /// Each run, and what they add up to: of one tip, nothing hidden.
  case folded
}

/// Judges commits again, collects their runs and folds them into a state.
public struct HistoryAudit {
  private let repository: Repository
  private var report = HistoryReport()
  private var fold = ReplayFold()
  private var healing = Healing()
  /// Where in `report.runs` a run stands, and the commits that hold it.
  private var places: [Digest: Int] = [:]
  private var holders: [Digest: [ObjectID]] = [:]

  private let detail: AuditDetail
  /// What another audit found to be without fault, whose commits are not judged again.
  private let known: VerifiedHistory?

  private init(_ repository: Repository, _ detail: AuditDetail, known: VerifiedHistory?) {
    self.repository = repository
    self.detail = detail
    self.known = known
  }

  /// The runs and the commits that hold them, of what was judged.
  private var rows: [VerifiedHistory.Row] { holders.flatMap { run, commits in commits.map { (run, $0) } } }

  /// Judges every commit that can be reached from `tip` and not from `hidden`.
  /// - Throws: `GitError` where history is shallow or cannot be read.
  /// - Complexity: O(commits), and O(changed milestones) for each that changes the plan.
  public static func run(
    _ repository: Repository, tips: [ObjectID], notFrom hidden: [ObjectID] = [], judgedFrom: ObjectID? = nil,
    detail: AuditDetail = .told, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> HistoryReport {
    try run(
      repository, tips: tips, notFrom: hidden, judgedFrom: judgedFrom, detail, after: nil, progress: progress
    ).report
  }

  /// Judges every commit that can be reached from `tip`, as far as a cache does not know it already, and keeps what it
  /// found there.
  /// - Throws: where history is shallow or cannot be read.
  static func run(
    _ repository: Repository, tip: ObjectID, judgedFrom: @autoclosure () throws -> ObjectID?,
    policy: [String: FileIdentity], store: VerifiedHistoryStore, progress: (Int, Int) -> Void
  ) throws -> HistoryReport {
    if repository.isShallow { throw repository.shallowHistory }
    let key = store.key(policy: policy)
    // What is kept was judged from the beginning, under this policy.
    if let known = store.load(key), try known.isBehind(tip, in: repository) {
      do {
        let audit = try run(
          repository, tips: [tip], notFrom: [known.tip], judgedFrom: nil, .counted, after: known, progress: progress
        )
        var report = audit.report
        report.walked += known.walked
        report.countedRuns += known.runs
        report.waivingRuns += known.waivingRuns
        store.keep(report, audit.rows, after: known, tip: tip, key)
        return report
      } catch is VerifiedHistory.Damaged {
        // Judged anew, and written anew.
      }
    }
    let judgedFrom = try judgedFrom()
    let audit = try run(
      repository, tips: [tip], notFrom: [], judgedFrom: judgedFrom, .counted, after: nil, progress: progress)
    if judgedFrom == nil { store.keep(audit.report, audit.rows, after: nil, tip: tip, key) }
    return audit.report
  }

  private static func run(
    _ repository: Repository, tips: [ObjectID], notFrom hidden: [ObjectID], judgedFrom: ObjectID?,
    _ detail: AuditDetail, after known: VerifiedHistory?, progress: (Int, Int) -> Void
  ) throws -> HistoryAudit {
    if repository.isShallow { throw repository.shallowHistory }
    var audit = HistoryAudit(repository, detail, known: known)
    let graph = try CommitGraph(repository, from: tips, notFrom: hidden, progress: progress)
    var unjudged = Set<ObjectID>()
    if let judgedFrom {
      unjudged = Set(try repository.commits(from: [judgedFrom]))
      unjudged.remove(judgedFrom)
    }
    audit.report.walked = graph.ids.count
    var judged: [Int] = []
    for (index, id) in graph.ids.enumerated() {
      if !unjudged.isEmpty, unjudged.contains(id) {
        audit.report.notJudged += 1
        if detail == .folded { audit.fold.takeTree(graph.trees[index], at: index) }
      } else if graph.isOfInterest(index) {
        judged.append(index)
      }
    }
    audit.report.isWhole = (hidden.isEmpty || known != nil) && audit.report.notJudged == 0
    try audit.judge(judged, in: graph, progress)
    let healed = try audit.healing.apply(to: &audit.report.findings, in: repository)
    for wound in audit.healing.wounds where !healed.contains(wound.commit) {
      audit.report.unhealed.formUnion(wound.facts)
    }
    audit.report.beyondHealing = try audit.healing.beyondHealing(audit.report.findings, in: repository)
    audit.settleCodes()
    if detail == .folded {
      audit.report.folded = try audit.fold.state(of: graph, healed: healed, in: repository)
    }
    if graph.ids.count > 4096 { keepToTheEnd((graph, audit)) }
    return audit
  }

  /// A commit that was judged.
  private struct Judged {
    let index: Int
    let commit: Commit
    let blocks: [StampBlock]
    let assessment: Assessment
  }

  /// Judges commits, a thousand at a time, on every core: each stands for itself. What is found is taken in their order,
  /// while the other cores judge the next thousand.
  private mutating func judge(_ indices: [Int], in graph: CommitGraph, _ progress: (Int, Int) -> Void) throws {
    let others = indices.count > 64 ? try repository.companions() : []
    var waiting: [Judged] = []
    var start = 0
    while start < indices.count {
      let batch = Array(indices[start..<min(indices.count, start + 1024)])
      let shares = Shares(of: batch.count, for: others.count + 1, each: 16)
      let workers = others.enumerated().map { number, repository in
        Worker { try Self.judge(shares, number + 1, of: batch, in: graph, repository) }
      }
      for one in waiting { try take(one) }
      waiting = try Self.judge(shares, 0, of: batch, in: graph, repository)
      for worker in workers { waiting += try worker.join() }
      if !workers.isEmpty { waiting.sort { $0.index < $1.index } }
      start += batch.count
      progress(start, indices.count)
    }
    for one in waiting { try take(one) }
  }

  private static func judge(
    _ shares: Shares, _ thread: Int, of batch: [Int], in graph: CommitGraph, _ repository: Repository
  ) throws -> [Judged] {
    var judged: [Judged] = []
    try shares.forEach(on: thread) { judged.append(try judge(batch[$0], in: graph, repository)) }
    return judged
  }

  private static func judge(_ index: Int, in graph: CommitGraph, _ repository: Repository) throws -> Judged {
    let commit = try graph.commit(index, in: repository)
    let ancestry = CommitAncestry(repository, parents: commit.parents, isBare: graph.isBare(before: index))
    let trees = try zip(graph.parents(of: index), commit.parents).map { place, parent in
      place < 0 ? try repository.commit(parent).tree : graph.trees[Int(place)]
    }
    let proposal = try Proposal(
      commit, parents: trees, ancestry: ancestry,
      mergeBases: try graph.mergeBases(of: index) ?? repository.mergeBases(of: commit.parents), in: repository)
    let assessment = try Judge.assess(proposal)
    guard case .committed(let blocks) = proposal.claim else {
      return Judged(index: index, commit: commit, blocks: [], assessment: assessment)
    }
    return Judged(index: index, commit: commit, blocks: blocks, assessment: assessment)
  }

  private mutating func take(_ judged: Judged) throws {
    let (commit, blocks, assessment) = (judged.commit, judged.blocks, judged.assessment)
    var findings = assessment.verdict.findings
    if !commit.isText, assessment.draft != nil {
      findings.append(
        Finding(.textUnreadable, "Author or message cannot be decoded, so no stamp can be read from the commit."))
    }
    findings += try replays(of: blocks, in: commit)
    for index in findings.indices { findings[index].commit = commit.id.description }
    report.findings += findings
    healing.note(commit, blocks, assessment, report.findings.suffix(findings.count))
    report.waivingRuns += blocks.count { !($0.run?.waives ?? []).isEmpty }
    try record(blocks, of: commit, assessment)
    if detail == .folded { fold.take(commit, at: judged.index, blocks, assessment) }
  }

  /// A run answers for every commit that holds it.
  private mutating func settleCodes() {
    var codes: [String: Set<String>] = [:]
    for finding in report.findings where finding.severity == .error {
      if let commit = finding.commit { codes[commit, default: []].insert(finding.code.id) }
    }
    guard !codes.isEmpty else { return }
    for index in report.runs.indices {
      let run = report.runs[index]
      for commit in run.id.flatMap({ holders[$0] }) ?? [run.commit] {
        report.runs[index].codes.formUnion(codes[commit.description] ?? [])
      }
    }
  }

  /// The same run a second time in a commit's own ancestry (contract 3).
  private mutating func replays(of blocks: [StampBlock], in commit: Commit) throws -> [Finding] {
    var findings: [Finding] = []
    for id in blocks.compactMap(\.claimedID) {
      for holder in try (holders[id] ?? []) + (known?.holders(of: id) ?? [])
      where try repository.isDescendant(commit.id, of: holder) {
        findings.append(
          Finding(
            .replayedRun,
            "The run \(id.hex.prefix(12))… already stands in the commit \(holder.description.prefix(12)), an ancestor.")
        )
        break
      }
      holders[id, default: []].append(commit.id)
    }
    return findings
  }

  private mutating func record(
    _ blocks: [StampBlock], of commit: Commit, _ assessment: Assessment
  ) throws {
    var isTold = false
    for block in blocks {
      guard let run = block.run, let id = block.claimedID else { continue }
      isTold = true
      guard places[id] == nil, try known?.holders(of: id).isEmpty ?? true else { continue }
      places[id] = report.runs.count
      guard detail != .counted else {
        report.countedRuns += 1
        continue
      }
      report.runs.append(
        RunRecord(
          commit: commit.id, id: id, run: run, isStamped: true, heals: block.heals,
          committedAt: commit.committedAt))
    }
    guard !isTold, detail != .counted, let draft = assessment.draft else { return }
    let at = Timestamp.text(millisecondsSince1970: commit.committedAt * 1000)
    report.runs.append(
      RunRecord(
        commit: commit.id, id: nil, run: draft.run(at: at, actor: commit.author, reason: nil), isStamped: false,
        heals: false, committedAt: commit.committedAt))
  }
}

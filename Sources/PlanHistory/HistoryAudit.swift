public import GitObjects
public import PlanJudge
public import PlanModel
import GitRepository
import PlanTrees
import ReadinessSystem
import Telemetry

/// A run of history, or a change that carries no stamp.
public struct RunRecord: Sendable {
  /// The commit that holds it; the first one if several do.
  public let commit: ObjectID
  /// The run ID that the stamp claims. Nil without a stamp.
  public let id: Digest?
  /// The change: by the stamp, or without one by the trees.
  public let run: Run
  /// True if a stamp describes it.
  public let isStamped: Bool
  /// True if the stamp records what ancestors changed.
  public let heals: Bool
  /// The moment of the commit, in seconds since 1970.
  public let committedAt: Int64
  /// The codes of the errors that the judge found, over all commits that hold it.
  public fileprivate(set) var codes: Set<String> = []
}

/// The result of a walk over history.
public struct HistoryReport: Sendable {
  /// The number of commits walked.
  public var walked = 0
  /// The number of those that policy excludes from judgement.
  public var notJudged = 0
  /// The judge's findings, commit by commit, parents first.
  public var findings: [Finding] = []
  /// The runs, parents first, each once. After an audit of an earlier part, only those of the rest.
  public var runs: [RunRecord] = []
  /// The number of runs that were counted but are not reported one by one.
  public var countedRuns = 0
  /// The trusted commits. Nil if they are unknown, such as when no commit holds a plan.
  public var trust: AuditTrust?
  /// True if a later commit records what an earlier one lacks.
  public var heals = false
  /// True if every commit that can be reached from the tip was judged.
  public var isWhole = false
  /// The number of stamps that grant an exception from a rule.
  public var waivingRuns = 0
  /// The state that the runs alone add up to.
  public var folded: [MilestoneID: FoldedState] = [:]
  /// The changes without a true stamp that no later commit records. `heal` has to name them.
  public var unhealed: Set<HealedFact> = []
  /// The errors that remain when those are recorded.
  public var beyondHealing: [Finding] = []

  /// Creates an empty report.
  public init() {}

  /// Adds the result of another walk.
  public mutating func add(_ other: HistoryReport) {
    walked += other.walked
    notJudged += other.notJudged
    findings += other.findings
    runs += other.runs
    heals = heals || other.heals
  }

  /// The number of different runs with a stamp.
  public var stampedRuns: Int { countedRuns + runs.count(where: \.isStamped) }

  /// True if no finding is an error.
  public var isAccepted: Bool { !findings.contains { $0.severity == .error } }
}

/// The detail in which an audit reports runs in addition to its findings.
public enum AuditDetail: Sendable {
  /// The number of runs.
  case counted
  /// Each run.
  case told
  /// Each run, and the state that they add up to; for one tip with nothing excluded.
  case folded
}

/// Judges commits again, collects their runs and folds them into a state.
public struct HistoryAudit {
  private let repository: Repository
  fileprivate(set) var report = HistoryReport()
  private var fold = ReplayFold()
  private var healing = Healing()
  /// The position of each run in `report.runs`, and the positions of the commits that hold it.
  private var places: [Digest: Int] = [:]
  private var holders: [Digest: [Int]] = [:]
  private let graph: CommitGraph
  private var descent: Descent

  private let detail: AuditDetail
  private let range: AuditRange
  /// The source of the commits before the range that hold a run.
  private let earlier: (any RunHolders)?
  /// The commits that must satisfy a further authorization.
  private var asked: Set<ObjectID> = []

  /// The clock of the judging machine, in milliseconds since 1970.
  private let clock: Int64

  private init(
    _ repository: Repository, _ range: AuditRange, _ graph: CommitGraph, _ detail: AuditDetail, clock: Int64,
    after earlier: (any RunHolders)?
  ) {
    self.clock = clock
    self.graph = graph
    descent = Descent(graph, from: range.tips, in: repository)
    self.repository = repository
    self.range = range
    self.detail = detail
    self.earlier = earlier
  }

  /// The runs of the judged commits, and the commits that hold them.
  private var rows: [VerifiedHistory.Row] {
    holders.flatMap { run, places in places.map { (run, graph.ids[$0]) } }
  }

  /// Judges every commit that can be reached from `tip` and is not in the cache, and caches the result.
  /// - Throws: `GitError` if history is shallow or cannot be read.
  static func run(
    _ repository: Repository, tip: ObjectID, store: VerifiedHistoryStore, progress: (Int, Int) -> Void
  ) throws -> HistoryReport {
    if repository.isShallow { throw repository.shallowHistory }
    let tree = try repository.tree(ofCommit: tip)
    let key = store.key(policy: try tree.policyFiles())
    // A cached result was judged from the beginning, under this policy.
    if let known = store.load(key), try known.isBehind(tip, in: repository) {
      do {
        let range = try AuditRange.after([known.tip], to: [tip], in: repository)
        let audit = try run(repository, range, .counted, after: known, isWhole: true, progress: progress)
        var report = audit.report
        report.walked += known.walked
        report.countedRuns += known.runs
        report.waivingRuns += known.waivingRuns
        report.trust = try known.baseline().map { try AuditTrust(baseline: $0, in: repository) }
        store.keep(report, audit.rows, after: known, tip: tip, key)
        return report
      } catch is VerifiedHistory.Damaged {
        // Judge everything and write the cache again.
      }
    }
    let audit = try run(repository, .whole(tip), .counted, after: nil, progress: progress)
    if audit.report.isWhole { store.keep(audit.report, audit.rows, after: nil, tip: tip, key) }
    return audit.report
  }

  /// - Parameter isWhole: true if everything before the range was judged as well.
  static func run(
    _ repository: Repository, _ range: AuditRange, _ detail: AuditDetail, after earlier: (any RunHolders)?,
    isWhole: Bool = false, clock: Int64 = Machine.millisecondsSince1970(), progress: (Int, Int) -> Void
  ) throws -> HistoryAudit {
    if repository.isShallow, range.trusted.isEmpty { throw repository.shallowHistory }
    let since = Telemetry.recorder?.now
    let graph = try CommitGraph(repository, from: range.tips, notFrom: range.trusted, progress: progress)
    if let since {
      let commits = Attribute("readiness.commits", .int(graph.ids.count))
      Telemetry.recorder?.child("git.read", since: since, [commits])
    }
    // A commit that touches no plan passes, even if history is shallow.
    if repository.isShallow, graph.ids.indices.contains(where: graph.isOfInterest) { throw repository.shallowHistory }
    var audit = HistoryAudit(repository, range, graph, detail, clock: clock, after: earlier)
    let judgedFrom = try range.judgedFrom(in: repository)
    let unjudged = Set(try judgedFrom.id.map { try repository.commits(from: [$0]) } ?? [])
    let dropped = try graph.dropped(from: range.tips, plans: range.plans(in: repository), in: repository)
    audit.asked = try range.commitsAsked(in: repository)
    audit.report.walked = graph.ids.count
    var judged: [Int] = []
    for (index, id) in graph.ids.enumerated() where !dropped.contains(index) {
      if !unjudged.isEmpty, unjudged.contains(id) {
        audit.report.notJudged += 1
        // Trusted commits hold runs too, and nobody may use one of them again.
        if graph.isOfInterest(index) {
          for run in Set(try graph.commit(index, in: repository).blocks.compactMap(\.claimedID)) {
            audit.holders[run, default: []].append(index)
          }
        }
        if detail == .folded { audit.fold.takeTree(graph.trees[index], at: index) }
      } else if graph.isOfInterest(index) {
        judged.append(index)
      }
    }
    audit.report.isWhole = (range.trusted.isEmpty || isWhole) && audit.report.notJudged == 0
    try audit.judge(judged, in: graph, progress)
    audit.report.trust = try AuditTrust(
      range, graph, judgedFrom: judgedFrom.id, notJudged: audit.report.notJudged, dropped: dropped, in: repository)
    if let unknown = judgedFrom.unknown { audit.report.findings.append(.unknownJudgedFrom(unknown)) }
    let healed = try audit.healing.apply(to: &audit.report.findings, &audit.descent, in: repository)
    audit.report.heals = !healed.isEmpty
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

  private struct Judged {
    let index: Int
    let commit: Commit
    let blocks: [StampBlock]
    let assessment: Assessment
  }

  /// Judges commits on every core, a thousand at a time: each is independent of the others. The results are taken in
  /// order, while the other cores judge the next thousand.
  private mutating func judge(_ indices: [Int], in graph: CommitGraph, _ progress: (Int, Int) -> Void) throws {
    let others = indices.count > 64 ? try repository.perThreadCopies() : []
    let (stamps, clock) = (StampMoments(graph), clock)
    var waiting: [Judged] = []
    var start = 0
    while start < indices.count {
      let batch = Array(indices[start..<min(indices.count, start + 1024)])
      let shares = Shares(of: batch.count, for: others.count + 1, each: 16)
      let work = others.enumerated().map { number, repository in
        { [range, asked] in
          try Self.judge(shares, number + 1, of: batch, in: graph, stamps, clock, range, asked, repository)
        }
      }
      let judged = try concurrently(work) {
        for one in waiting { try take(one) }
        return try Self.judge(shares, 0, of: batch, in: graph, stamps, clock, range, asked, repository)
      }
      waiting = judged.here + judged.there.joined()
      if !work.isEmpty { waiting.sort { $0.index < $1.index } }
      start += batch.count
      progress(start, indices.count)
    }
    for one in waiting { try take(one) }
  }

  private static func judge(
    _ shares: Shares, _ thread: Int, of batch: [Int], in graph: CommitGraph, _ stamps: StampMoments, _ clock: Int64,
    _ range: AuditRange, _ asked: Set<ObjectID>, _ repository: Repository
  ) throws -> [Judged] {
    var judged: [Judged] = []
    let anchor = range.anchor(in: repository)
    let plain = Anchor(plans: anchor.plans)
    try shares.forEach(on: thread) { number in
      let index = batch[number]
      judged.append(
        try judge(index, in: graph, stamps, clock, asked.contains(graph.ids[index]) ? anchor : plain, repository))
    }
    return judged
  }

  private static func judge(
    _ index: Int, in graph: CommitGraph, _ stamps: StampMoments, _ clock: Int64, _ anchor: Anchor,
    _ repository: Repository
  ) throws -> Judged {
    let commit = try graph.commit(index, in: repository)
    let ancestry = CommitAncestry(repository, of: index, in: graph, parents: commit.parents, stamps)
    let trees = try zip(graph.parents(of: index), commit.parents).map { place, parent in
      place < 0 ? try repository.commit(parent).tree : graph.trees[Int(place)]
    }
    var proposal = try Proposal(commit, parents: trees, ancestry: ancestry, anchor: anchor, in: repository)
    proposal.dates.clock = clock
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
        commit.unknownEncoding.map(Finding.unknownEncoding)
          ?? Finding(.textUnreadable, "Author or message cannot be decoded, so no stamp can be read from the commit."))
    }
    if !commit.isDated {
      findings.append(
        Finding(.clockAhead, "The commit's author or committer date lies outside the years 1970 to 9999."))
    }
    findings = FindingLimit.applied(to: findings + (try replays(of: blocks, at: judged.index)))
    let isMore = findings.contains { $0.severity == .error && !ReasonCode.repairedByStamps.contains($0.code) }
    findings = findings.map { finding in
      // While the change itself is refused, its stamp is refused too.
      let isFirst = isMore && finding.severity == .error && ReasonCode.repairedByStamps.contains(finding.code)
      return (isFirst ? finding.advising("Fix what else is wrong with this commit; the hooks then stamp it.") : finding)
        .inHistory(commit.id.description)
    }
    report.findings += findings
    healing.note(commit, at: judged.index, blocks, assessment, report.findings.suffix(findings.count))
    report.waivingRuns += blocks.count { !($0.run?.waives ?? []).isEmpty }
    try record(blocks, of: commit, assessment)
    if detail == .folded { fold.take(commit, at: judged.index, blocks, assessment) }
  }

  /// Gives each run the error codes of every commit that holds it.
  private mutating func settleCodes() {
    var codes: [String: Set<String>] = [:]
    for finding in report.findings where finding.severity == .error {
      if let commit = finding.commit { codes[commit, default: []].insert(finding.code.id) }
    }
    guard !codes.isEmpty else { return }
    for index in report.runs.indices {
      let run = report.runs[index]
      let commits = run.id.flatMap { holders[$0]?.map { graph.ids[$0] } } ?? [run.commit]
      for commit in commits {
        report.runs[index].codes.formUnion(codes[commit.description] ?? [])
      }
    }
  }

  /// Returns a finding for each run that is already in the commit's own ancestry (contract 3). Each run of a message
  /// counts once.
  private mutating func replays(of blocks: [StampBlock], at place: Int) throws -> [Finding] {
    var findings: [Finding] = []
    var seen = Set<Digest>()
    for id in blocks.compactMap(\.claimedID) where seen.insert(id).inserted {
      if let holder = try ancestor(of: place, holding: id) {
        findings.append(
          Finding(
            .replayedRun,
            "The run \(id.hex.prefix(12))… is already in the commit \(holder.description.prefix(12)), an ancestor.")
        )
      }
      holders[id, default: []].append(place)
    }
    return findings
  }

  private mutating func ancestor(of place: Int, holding run: Digest) throws -> ObjectID? {
    for holder in holders[run] ?? [] where descent.isDescendant(place, of: holder) { return graph.ids[holder] }
    for holder in try earlier?.holders(of: run) ?? [] {
      if try descent.isDescendant(place, of: holder) { return holder }
    }
    return nil
  }

  private mutating func record(
    _ blocks: [StampBlock], of commit: Commit, _ assessment: Assessment
  ) throws {
    var isTold = false
    for block in blocks {
      guard let run = block.run, let id = block.claimedID else { continue }
      isTold = true
      guard places[id] == nil, try earlier?.holders(of: id).isEmpty ?? true else { continue }
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
    let at = Timestamp.text(millisecondsSince1970: commit.committedMilliseconds)
    report.runs.append(
      RunRecord(
        commit: commit.id, id: nil, run: draft.run(at: at, actor: commit.author, reason: nil), isStamped: false,
        heals: false, committedAt: commit.committedAt))
  }
}

import GitObjects
import ArgumentParser
import PlanModel
import GitRepository
import Reports
import StrictJSON

struct BackfillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "backfill", abstract: "Fetches what an audit reads into a shallow or blobless clone.",
    discussion: """
      It asks the remote for the commits that a shallow clone lacks, then for the blobs of plan and policy over all \
      history, then for the files that evidence names: a few requests, however long the history is.
      """)
  @Option(help: ArgumentHelp("Revisions whose history is completed; HEAD by default.", valueName: "rev"))
  var rev: [String] = []
  @Flag(help: "Only say what is missing.") var dryRun = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let answer = try Completion(context.openRepository(), rev.isEmpty ? ["HEAD"] : rev, isDry: dryRun)
    context.print(json: answer.json, text: answer.text)
  }
}

/// The result of a backfill: the missing objects, and the fetched ones.
struct Completion {
  let remote: String?
  let missing: Int
  let fetched: Int
  let rounds: Int
  let isDry: Bool

  /// Fetches in rounds: commits and trees, blobs of plan and policy, files of evidence. Each round is one pack, so a
  /// server that refuses one leaves the clone in the state after the previous round.
  /// - Throws: `GitError` with the server's sentence, or if something is still missing.
  init(_ repository: Repository, _ revisions: [String], isDry: Bool = false) throws {
    var backfill = try Backfill(repository)
    if isDry {
      guard !repository.isShallow else { throw repository.shallowHistory }
      missing = try backfill.missing(revisions, below: Self.folders).count
      (remote, fetched, rounds, self.isDry) = (backfill.remote, 0, 0, true)
      return
    }
    try backfill.completeCommits(of: revisions)
    try backfill.fetch(backfill.missing(revisions, below: Self.folders))
    // The fetched milestones name the files of evidence.
    let files = try Self.evidence(repository.another(), backfill.milestoneFiles(revisions))
    try backfill.fetch(backfill.missing(revisions, below: files))
    let left = try backfill.missing(revisions, below: Self.folders + files)
    guard left.isEmpty else {
      throw GitError(
        .shallow, "\(left.count) objects are still missing, \(left[0]) among them.",
        hint: "Fetch all: git fetch --refetch --no-filter.", function: "git fetch")
    }
    (remote, fetched, rounds, self.isDry) = (backfill.remote, backfill.fetched, backfill.rounds, false)
    missing = fetched
  }

  private static let folders = [PlanPaths.folder, "ssot"]

  /// Returns the files that evidence of any version of a milestone names. A version that cannot be read names none; an
  /// audit reports it.
  private static func evidence(_ repository: Repository, _ files: [ObjectID]) throws -> [String] {
    var paths: Set<String> = []
    for id in files {
      let bytes = try repository.blob(id)
      let document: JSONDocument
      do { document = try JSONDocument(parsing: bytes) } catch { continue }
      for criterion in document.root["exitCriteria"]?.array ?? [] {
        for entry in criterion["evidence"]?.array ?? [] where entry["kind"]?.string == "file" {
          if let path = entry["path"]?.string, !path.contains("\n"), !path.isEmpty { paths.insert(path) }
        }
      }
    }
    return paths.sorted()
  }

  var json: JSONValue {
    Envelope.json(
      "backfill",
      [
        JSONMember("remote", remote.map { .text($0) } ?? JSONValue(.null)), JSONMember("missing", .int(missing)),
        JSONMember("fetched", .int(fetched)), JSONMember("rounds", .int(rounds)),
        JSONMember("complete", JSONValue(.bool(!isDry || missing == 0))),
      ])
  }

  var text: String {
    if isDry { return "\(missing) objects of plan and policy are missing; readiness backfill fetches them" }
    if rounds == 0 { return "complete: nothing that an audit reads is missing" }
    return "\(fetched) of \(missing) objects, \(rounds) round\(rounds == 1 ? "" : "s"), from \(remote ?? "")"
  }
}

public import GitObjects
import PlanModel
import ReadinessSystem

/// Fetches the objects that an audit reads into a clone that omitted them: a shallow clone, or one made with
/// `--filter=blob:none`.
///
/// Git finds and fetches the objects; no ref and no file of the clone changes. Hooks never run this, because they use
/// no network (contract 6).
public struct Backfill {
  /// The remote for missing objects: the promisor remote, else `origin`, else the only remote; nil if there is none
  /// of these.
  public let remote: String?
  /// The number of objects fetched, over all rounds. Excludes the commits and trees that a shallow clone lacked.
  public private(set) var fetched = 0
  /// The number of `git fetch` commands.
  public private(set) var rounds = 0

  private let repository: Repository

  /// Chooses the remote. Fetches nothing.
  /// - Throws: `GitError` if git cannot be started.
  public init(_ repository: Repository) throws {
    self.repository = repository
    let promisors = try Self.names(of: #"^remote\..*\.promisor$"#)
    let all = try Self.names(of: #"^remote\..*\.url$"#)
    remote = promisors.first ?? (all.contains("origin") ? "origin" : all.count == 1 ? all[0] : nil)
  }

  private static func names(of pattern: String) throws -> [String] {
    let answer = try GitProcess.run(["config", "--name-only", "--get-regexp", pattern])
    return answer.trimmed.split(separator: "\n").compactMap { line in
      line.lastIndex(of: ".").map { String(line[line.index(line.startIndex, offsetBy: 7)..<$0]) }
    }
  }

  /// Fetches the commits and trees that a shallow clone lacks, and any revision that is a full commit id and is
  /// missing.
  /// - Throws: `GitError` with the server's sentence if the fetch fails.
  public mutating func completeCommits(of revisions: [String]) throws {
    let absent = try revisions.filter { revision in
      try ObjectID(hex: Array(revision.utf8)[...]).map { try !repository.holds($0) } ?? false
    }
    guard repository.isShallow || !absent.isEmpty else { return }
    // A shallow commit is deepened only if it is requested by its id: perhaps no ref leads to it.
    let wanted = try revisions.map { absent.contains($0) ? $0 : try repository.commit(named: $0).description }
    try fetch(wanted, deepening: repository.isShallow)
  }

  /// Returns the missing objects below paths, over all history.
  /// - Parameter paths: literal, from the top; an empty list selects nothing.
  /// - Throws: `GitError` if history cannot be walked. O(commits).
  public func missing(_ revisions: [String], below paths: [String]) throws -> [String] {
    guard !paths.isEmpty else { return [] }
    return try listed(revisions, below: paths).compactMap { $0.first == "?" ? String($0.dropFirst()) : nil }
  }

  /// Returns every version of every milestone file, over all history.
  public func milestoneFiles(_ revisions: [String]) throws -> [ObjectID] {
    try listed(revisions, below: [PlanPaths.folder]).compactMap { line in
      guard let space = line.firstIndex(of: " "), line.hasSuffix(".json") else { return nil }
      return ObjectID(hex: Array(line[..<space].utf8)[...])
    }
  }

  /// Lists commits and objects with git. Ignores replace refs and the commit-graph, which could come with the clone
  /// and shorten history (contract 3, "History is walked").
  private func listed(_ revisions: [String], below paths: [String]) throws -> [Substring] {
    let input = revisions.map { $0 + "\n" }.joined() + "--\n" + paths.map { $0 + "\n" }.joined()
    var bytes: [UInt8] = []
    let ending = try Self.git(
      [
        "--no-replace-objects", "--literal-pathspecs", "-c", "core.commitGraph=false", "rev-list", "--objects",
        "--full-history", "--missing=print", "--stdin",
      ], input
    ) { bytes += $0 }
    guard ending.status == 0 else {
      throw GitError(
        .shallow, "Git cannot list the history: \(Self.text(ending))",
        hint: "A clone without trees (--filter=tree:0) cannot be completed: git fetch --refetch --filter=blob:none.",
        function: "git rev-list")
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// Fetches objects by their ids, in one pack: all of them or none.
  /// - Throws: `GitError` with the server's sentence if the server refuses.
  public mutating func fetch(_ ids: [String]) throws {
    guard !ids.isEmpty else { return }
    try fetch(ids, deepening: false)
    fetched += ids.count
  }

  private mutating func fetch(_ ids: [String], deepening: Bool) throws {
    guard let remote else {
      throw GitError(
        .shallow, "Objects are missing, and no remote is known that they could come from.",
        hint: "Add it: git remote add origin URL.", function: "git config")
    }
    rounds += 1
    let words =
      ["-c", "fetch.negotiationAlgorithm=\(deepening ? "default" : "noop")", "fetch"]
      + (deepening ? ["--unshallow"] : [])
      + [
        "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance",
        "--filter=blob:none", "--stdin", remote,
      ]
    let ending = try Self.git(words, ids.map { $0 + "\n" }.joined()) { _ in }
    guard ending.status == 0 else {
      throw GitError(
        .shallow, "\(remote) did not give what is missing: \(Self.text(ending))",
        hint: "The server must allow it (uploadpack.allowAnySHA1InWant, uploadpack.allowFilter). "
          + "Otherwise fetch everything: git fetch --unshallow, or git fetch --refetch --no-filter.",
        function: "git fetch")
    }
  }

  /// Returns the first line that describes the failure, because a server refuses each object with a line.
  private static func text(_ ending: ChildProcess.Ending) -> String {
    let lines = String(decoding: ending.errors, as: UTF8.self).split(whereSeparator: \.isNewline)
    let sentence = lines.first { line in ["fatal: ", "error: ", "remote: "].contains { line.hasPrefix($0) } }
    return String(sentence ?? lines.first ?? "exit status \(ending.status)")
  }

  private static func git(
    _ words: [String], _ input: String, output: (ArraySlice<UInt8>) -> Void
  ) throws -> ChildProcess.Ending {
    do throws(SystemError) {
      return try ChildProcess.run("git", words, input: .bytes(Array(input.utf8)), output: output)
    } catch {
      throw GitError(
        .notFound, "git could not be started: \(error.reason).", hint: "Install git and put it on PATH.",
        function: error.function)
    }
  }
}

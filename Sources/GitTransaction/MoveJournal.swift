public import GitRepository
import GitObjects
import CLibgit2
import PlanModel
import StrictJSON
import ReadinessSystem

/// What a command that moves HEAD, or stages, is about to do, so that the next one can end it where it was killed
/// (`doc/design/decisions/0007-move-order.md`).
public struct MoveJournal {
  /// A file that follows the ref, or the index.
  public struct Path {
    let path: String
    /// What index and file held before; nil where there was nothing.
    let replacing: ObjectID?
    /// What they are to hold; nil if they are removed.
    let becoming: ObjectID?
  }

  /// A ref that moves.
  struct Step {
    /// HEAD before.
    let parent: ObjectID
    /// HEAD after.
    let commit: ObjectID
    /// The ref.
    let ref: String
  }

  private static let name = "readiness-journal"
  /// In the place of an id: the file is removed.
  private static let removed = "none"
  private static let temporaryPrefix = "readiness-tmp-"

  let process: LivingProcess
  /// How HEAD moves; nil where files are only staged.
  let step: Step?
  /// The index's lock, which is ours.
  let lock: String
  /// The files.
  let paths: [Path]

  init(process: LivingProcess, step: Step?, lock: String, paths: [Path]) {
    self.process = process
    self.step = step
    self.lock = lock
    self.paths = paths
  }

  /// What was begun, for sentences.
  var name: String { step.map { "move to \($0.commit.description.prefix(12))" } ?? "staging" }

  /// The name of a file that is being prepared in git's folder.
  static func temporaryName(_ what: String) -> String { "\(temporaryPrefix)\(Machine.processID)-\(what)" }

  /// A journal of a plan of ten thousand milestones takes two megabytes.
  private static let limits = JSONLimits(depth: 4, size: 16 << 20, portableOnly: true)

  /// Reads the journal in git's folder; nil if there is none, or if its command is still running.
  ///
  /// Whoever hands over a repository may have written it, so it is believed only as far as refs and commits bear it out:
  /// it names files of plan and policy alone, a branch or HEAD, and bytes that the commit itself has.
  /// - Throws: `GitError` of kind `damaged` if there is one that says anything else.
  public static func left(in repository: Repository) throws -> MoveJournal? {
    guard let bytes = try LinkFreeFolder(repository.gitFolder).read(name, atMost: limits.size) else { return nil }
    guard let journal = MoveJournal(bytes), journal.step.map({ Self.isRef($0.ref) }) ?? true else {
      throw unusable(in: repository, "cannot be read, or names what no command of readiness changes")
    }
    return journal.process.isAlive ? nil : journal
  }

  private static func unusable(in repository: Repository, _ what: String) -> GitError {
    GitError(
      .damaged, "The journal \(repository.gitFolder)\(name) \(what).",
      hint: "Check with git status that index and files are as you want them, then remove the journal.",
      function: "MoveJournal")
  }

  private static func isRef(_ name: String) -> Bool {
    name == "HEAD" || name.hasPrefix("refs/") && git_reference_is_valid_name(name) == 1
  }

  /// Parses a journal; nil if it is malformed, or names a path that is no file of plan or policy.
  init?(_ bytes: [UInt8]) {
    let root: JSONValue
    do { root = try JSONDocument(parsing: bytes, limits: Self.limits).root } catch { return nil }
    guard let process = root["process"]?.string.flatMap(LivingProcess.init(text:)),
      let lock = root["lock"]?.string
    else { return nil }
    var step: Step?
    if root["commit"] != nil {
      guard let parent = root["parent"]?.string.flatMap(ObjectID.init(hex:)),
        let commit = root["commit"]?.string.flatMap(ObjectID.init(hex:)), let ref = root["ref"]?.string
      else { return nil }
      step = Step(parent: parent, commit: commit, ref: ref)
    }
    let listed = root["paths"]?.array ?? []
    let paths = listed.compactMap { entry -> Path? in
      guard let path = entry["path"]?.string, PlanPaths.mayHold(path), let last = entry["becoming"] else { return nil }
      let becoming = last.string.flatMap(ObjectID.init(hex:))
      guard becoming != nil || last.string == Self.removed else { return nil }
      return Path(path: path, replacing: entry["replacing"]?.string.flatMap(ObjectID.init(hex:)), becoming: becoming)
    }
    guard paths.count == listed.count else { return nil }
    self.init(process: process, step: step, lock: lock, paths: paths)
  }

  /// Prepares it, to be put in place with what it speaks of.
  func add(to batch: inout FileBatch, in repository: Repository) throws {
    let listed = paths.map { path -> JSONValue in
      let replacing = path.replacing.map { [JSONMember("replacing", .text($0.description))] } ?? []
      return JSONValue(
        .object(
          [
            JSONMember("path", .text(path.path)),
            JSONMember("becoming", .text(path.becoming?.description ?? Self.removed)),
          ] + replacing))
    }
    var members = [
      JSONMember("version", 1), JSONMember("process", .text(process.text)), JSONMember("lock", .text(lock)),
      JSONMember("paths", JSONValue(.array(listed))),
    ]
    if let step {
      members += [
        JSONMember("parent", .text(step.parent.description)), JSONMember("commit", .text(step.commit.description)),
        JSONMember("ref", .text(step.ref)),
      ]
    }
    let json = JSONValue(.object(members))
    try batch.add(
      json.layoutBytes, mode: 0o666, temporary: repository.gitFolder + Self.temporaryName("journal"),
      place: repository.gitFolder + Self.name)
  }

  static func remove(in repository: Repository) { FileSystem.removeQuietly(repository.gitFolder + name) }

  /// True where a lock is the one that the killed command took.
  func owns(_ path: String) -> Bool {
    guard path == lock, let file = LockFile(path) else { return false }
    return file.holder?.text == process.text
  }

  /// Ends what the killed command began: forward where HEAD moved, or the index was put in place; back where not.
  /// - Returns: true where it stands.
  public func end(in repository: Repository) throws -> Bool {
    let stands = try stands(in: repository)
    if let step { try endRefLock(step, in: repository) }
    if stands {
      let changes = try pathsToEnd(in: repository).map {
        CommitPlan.Change(
          path: $0.path, replacing: $0.replacing, bytes: try $0.becoming.map { try repository.blob($0) })
      }
      try IndexUpdate(repository, changes: changes, ending: self).commit()
    } else {
      // A lock of the index that is named elsewhere is none of ours.
      let indexLock = IndexUpdate.lockPath(in: repository)
      if owns(indexLock) { FileSystem.removeQuietly(indexLock) }
    }
    Self.remove(in: repository)
    for leftover in try Self.leftovers(in: repository) { FileSystem.removeQuietly(leftover) }
    return stands
  }

  /// The files that follow, each with what the commit, or the index, itself holds at its path.
  /// - Throws: `GitError` if the commit holds something else there.
  private func pathsToEnd(in repository: Repository) throws -> [Path] {
    guard let step else { return try paths.filter { try repository.staged($0.path)?.id == $0.becoming } }
    let tree = try repository.tree(ofCommit: step.commit)
    for path in paths
    where try tree.identity(at: path.path) != path.becoming.map({ FileIdentity(kind: .regular, id: $0) }) {
      throw Self.unusable(in: repository, "gives \(path.path) other bytes than its commit")
    }
    return paths
  }

  private func stands(in repository: Repository) throws -> Bool {
    guard let step else { return try paths.contains { try repository.staged($0.path)?.id == $0.becoming } }
    guard case .commit(let head) = try repository.head() else { return false }
    return try head == step.commit || repository.isDescendant(head, of: step.commit)
  }

  /// Removes the ref's lock where it is the killed command's own: it holds the new id, or it was taken right after the
  /// journal was written and is empty still, which no lock of git's is for longer than a moment.
  private func endRefLock(_ step: Step, in repository: Repository) throws {
    let path = repository.lockPath(ofRef: step.ref)
    let root = step.ref == "HEAD" ? repository.gitFolder : repository.commonFolder
    let name = step.ref.split(separator: "/").last.map { $0 + ".lock" } ?? ""
    guard let folder = try LinkFreeFolder(root).folder(step.ref.dropLast(name.count - 5)), let lock = LockFile(path),
      let text = try folder.read(name, atMost: 4096)
    else { return }
    let journalAge = LockFile(repository.gitFolder + Self.name)?.seconds ?? 0
    let isOurs = text.isEmpty && (0...2).contains(journalAge - lock.seconds)
    if isOurs, lock.seconds < 2 {
      throw GitError(
        .locked, "\(step.ref) is locked by \(path)\(lock.age).",
        hint: "Try again; if no git command is running, remove that file.", function: "endRefLock")
    }
    if isOurs || text == Array("\(step.commit)\n".utf8) { folder.remove(name) }
  }

  /// Files that killed commands were preparing.
  public static func leftovers(in repository: Repository) throws -> [String] {
    try FileSystem.names(in: repository.gitFolder).filter { name in
      guard name.hasPrefix(temporaryPrefix) else { return false }
      let number = name.dropFirst(temporaryPrefix.count).prefix { $0.isNumber }
      return Int32(number).map(LivingProcess.isGone) ?? false
    }.map { repository.gitFolder + $0 }
  }
}

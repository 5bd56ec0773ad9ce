public import GitRepository
import GitObjects
import CLibgit2
import PlanModel
import StrictJSON
import ReadinessSystem

/// A journal of a command that moves HEAD, or stages, so that the next command can complete it after a kill
/// (`doc/design/decisions/0007-move-order.md`).
public struct MoveJournal {
  /// A file that follows the ref, or the index.
  public struct Path {
    let path: String
    /// The previous object in index and file; nil if there was none.
    let replacing: ObjectID?
    /// The new object; nil if the file is removed.
    let becoming: ObjectID?
  }

  /// A move of a ref.
  struct Step {
    /// The commit before.
    let parent: ObjectID
    /// The commit after.
    let commit: ObjectID
    /// The name of the ref.
    let ref: String
  }

  private static let name = "readiness-journal"
  /// The placeholder for an id if the file is removed.
  private static let removed = "none"
  private static let temporaryPrefix = "readiness-tmp-"

  let process: LivingProcess
  /// The move of HEAD; nil if files are only staged.
  let step: Step?
  /// The path of the command's index lock.
  let lock: String
  /// The files.
  let paths: [Path]

  init(process: LivingProcess, step: Step?, lock: String, paths: [Path]) {
    self.process = process
    self.step = step
    self.lock = lock
    self.paths = paths
  }

  /// The command, for sentences.
  var name: String { step.map { "move to \($0.commit.description.prefix(12))" } ?? "staging" }

  /// Returns the name of a temporary file in git's folder.
  static func temporaryName(_ what: String) -> String { "\(temporaryPrefix)\(Machine.processID)-\(what)" }

  /// A journal of a plan of ten thousand milestones takes two megabytes.
  private static let limits = JSONLimits(depth: 4, size: 16 << 20, portableOnly: true)

  /// Reads the journal in git's folder. Returns nil if there is none, or if its command is still running.
  ///
  /// An attacker who supplies a repository may have written it, so refs and commits must confirm it: it names only
  /// files of plan and policy, a branch or HEAD, and bytes of the commit itself.
  /// - Throws: `GitError` of kind `damaged` if it contains anything else.
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

  /// Parses a journal. Returns nil if it is malformed, or names a path outside plan and policy.
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

  /// Adds the journal to a batch, to be put in place with the files that it names.
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

  /// Returns true if the killed command took a lock.
  func owns(_ path: String) -> Bool {
    guard path == lock, let file = LockFile(path) else { return false }
    return file.holder?.text == process.text
  }

  /// Completes the killed command if HEAD moved or the index was put in place; otherwise reverts it.
  /// - Returns: true if it was completed.
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
      // A lock of another index is not this program's.
      let indexLock = IndexUpdate.lockPath(in: repository)
      if owns(indexLock) { FileSystem.removeQuietly(indexLock) }
    }
    Self.remove(in: repository)
    for leftover in try Self.leftovers(in: repository) { FileSystem.removeQuietly(leftover) }
    return stands
  }

  /// Returns the files that follow, after a check against the commit, or the index.
  /// - Throws: `GitError` if the commit has other bytes at a path.
  private func pathsToEnd(in repository: Repository) throws -> [Path] {
    guard let step else { return try paths.filter { try repository.staged($0.path)?.id == $0.becoming } }
    let tree = try repository.commit(step.commit).tree
    for path in paths
    where try repository.entry(at: path.path, below: tree)
      != path.becoming.map({ FileIdentity(kind: .regular, id: $0) })
    {
      throw Self.unusable(in: repository, "gives \(path.path) other bytes than its commit")
    }
    return paths
  }

  private func stands(in repository: Repository) throws -> Bool {
    guard let step else { return try paths.contains { try repository.staged($0.path)?.id == $0.becoming } }
    guard case .commit(let head) = try repository.head() else { return false }
    return try head == step.commit || repository.isDescendant(head, of: step.commit)
  }

  /// Removes the ref's lock if it is the killed command's: it contains the new id, or is empty and as old as the
  /// journal. A lock of git is empty only for a moment.
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

  /// Returns the temporary files of killed commands.
  public static func leftovers(in repository: Repository) throws -> [String] {
    try FileSystem.names(in: repository.gitFolder).filter { name in
      guard name.hasPrefix(temporaryPrefix) else { return false }
      let number = name.dropFirst(temporaryPrefix.count).prefix { $0.isNumber }
      return Int32(number).map(LivingProcess.isGone) ?? false
    }.map { repository.gitFolder + $0 }
  }
}

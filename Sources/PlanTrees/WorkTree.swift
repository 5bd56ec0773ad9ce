public import GitObjects
public import GitRepository
public import PlanModel
import StrictJSON
import ReadinessSystem

/// The files of the work tree as a tree, for reading unstaged changes; the judge never uses it as a candidate. A file
/// outside a sparse checkout has its staged content.
public final class WorkTree: PlanTree {
  private let top: String
  private let repository: Repository
  private var found: [MilestoneID: FileIdentity]?
  private var knownLeftOut: [String: FileIdentity]?

  /// - Throws: `GitError` in a bare repository.
  public init(_ repository: Repository) throws {
    guard let workTree = repository.workTree else {
      throw GitError(
        .unsupported, "A bare repository has no work tree.", hint: "Name a commit with --at.",
        function: "git_repository_workdir")
    }
    top = workTree
    self.repository = repository
  }

  /// Returns the kind of a path. Returns nil if there is no file.
  public func kind(at path: String) throws -> FileKind? {
    guard let status = FileSystem.status(top + path) else { return try leftOutKind(path) }
    return switch status.kind {
    case .folder: .folder
    case .symbolicLink: .symlink
    case .regular: .regular
    // Git also ignores pipes, sockets and devices.
    case .other: nil
    }
  }

  private func bytes(at path: String) throws -> [UInt8]? { try bytes(at: path, atMost: FileSystem.usualBound) }

  /// Returns the bytes of a regular file. Returns nil if there is none, or it exceeds the bound.
  public func bytes(at path: String, atMost bound: Int) throws -> [UInt8]? {
    guard try kind(at: path) == .regular else { return nil }
    if let staged = try leftOut(path) {
      guard case .bytes(let bytes) = try repository.content(of: staged.id, atMost: bound) else { return nil }
      return bytes
    }
    do { return try FileSystem.read(top + path, atMost: bound) } catch {
      guard error.kind == .tooLarge else { throw error }
      return nil
    }
  }

  /// Returns the kind of `.readiness`.
  public func folderKind() throws -> FileKind? { try kind(at: PlanPaths.folder) }

  /// Returns the files `.readiness/*.json`.
  public func milestones() throws -> [MilestoneID: FileIdentity] {
    if let found { return found }
    var all: [MilestoneID: FileIdentity] = [:]
    for name in try names(in: PlanPaths.folder) {
      guard let stem = PlanPaths.stem(ofName: name), let identity = try identity(at: PlanPaths.folder + "/" + name)
      else {
        continue
      }
      all[MilestoneID(stem)] = identity
    }
    found = all
    return all
  }

  /// Returns the identity of a path. Files have no object, so the id is the beginning of their digest.
  private func identity(at path: String) throws -> FileIdentity? {
    guard let kind = try kind(at: path) else { return nil }
    let bytes = kind == .regular ? Array((try digest(at: path)?.hex ?? "").utf8.prefix(20)) : []
    return FileIdentity(kind: kind, id: ObjectID(bytes))
  }

  /// Returns one milestone file. Returns nil if there is none.
  public func milestone(_ id: MilestoneID) throws -> MilestoneFile? {
    let path = PlanPaths.milestone(id)
    guard let kind = try kind(at: path) else { return nil }
    guard kind == .regular else { return MilestoneFile(id: id, kind: kind, bytes: []) }
    if let oversized = try oversized(path, bound: JSONLimits.plan.size) {
      return MilestoneFile(id: id, oversized: oversized)
    }
    return MilestoneFile(id: id, kind: kind, bytes: try bytes(at: path) ?? [])
  }

  /// Returns the identity of `ssot/plan.json`.
  public func planIdentity() throws -> FileIdentity? { try identity(at: PlanPaths.plan) }

  /// Returns `ssot/plan.json`, parsed.
  public func planFile() throws -> PlanFile? {
    guard let kind = try kind(at: PlanPaths.plan) else { return nil }
    guard kind == .regular else { return PlanFile(kind: kind, bytes: []) }
    if let oversized = try oversized(PlanPaths.plan, bound: PlanFile.bound) { return PlanFile(oversized: oversized) }
    return PlanFile(kind: kind, bytes: try bytes(at: PlanPaths.plan) ?? [])
  }

  /// Returns the files of the policy.
  public func policyFiles() throws -> [String: FileIdentity] {
    var files: [String: FileIdentity] = [:]
    try collect(PlanPaths.policies, into: &files)
    files[PlanPaths.schema] = try identity(at: PlanPaths.schema)
    return files
  }

  private func collect(_ folder: String, into files: inout [String: FileIdentity]) throws {
    for name in try names(in: folder) {
      let path = folder + "/" + name
      if try kind(at: path) == .folder { try collect(path, into: &files) } else { files[path] = try identity(at: path) }
    }
  }

  /// Returns the policy, parsed.
  public func policy() throws -> PolicySnapshot {
    PolicySnapshot(
      try policyFiles().map { path, identity in
        if identity.kind == .regular, let oversized = try oversized(path, bound: PlanFile.bound) {
          return PolicyBlob(path: path, oversized: oversized)
        }
        return PolicyBlob(path: path, kind: identity.kind, bytes: try policyBytes(at: path) ?? [])
      })
  }

  /// Returns the bytes of a policy file.
  public func policyBytes(at path: String) throws -> [UInt8]? {
    try bytes(at: path)
  }

  private func oversized(_ path: String, bound: Int) throws -> OversizedFile? {
    guard let status = FileSystem.status(top + path), status.size > bound else { return nil }
    return OversizedFile(size: status.size, digest: try FileDigest.of(top + path))
  }

  /// Returns the SHA-256 of a regular file. Returns nil if there is none.
  public func digest(at path: String) throws -> Digest? {
    guard try kind(at: path) == .regular else { return nil }
    if let staged = try leftOut(path) { return Digest(of: try repository.blob(staged.id)) }
    return try FileDigest.of(top + path)
  }

  // MARK: - A sparse checkout

  /// Returns the staged file that a sparse checkout excludes. Returns nil if the file is present, or not staged.
  private func leftOut(_ path: String) throws -> FileIdentity? {
    guard !FileSystem.exists(top + path) else { return nil }
    return path.hasPrefix(PlanPaths.folder + "/") || path.hasPrefix("ssot/")
      ? try leftOutOfPlan()[path] : try repository.leftOut(at: path).first?.identity
  }

  private func leftOutKind(_ path: String) throws -> FileKind? {
    try leftOut(path)?.kind ?? (repository.leftOut(at: path + "/").isEmpty ? nil : .folder)
  }

  private func leftOutOfPlan() throws -> [String: FileIdentity] {
    if let knownLeftOut { return knownLeftOut }
    var all: [String: FileIdentity] = [:]
    for folder in [PlanPaths.folder + "/", "ssot/"] {
      for file in try repository.leftOut(at: folder) { all[file.path] = file.identity }
    }
    knownLeftOut = all
    return all
  }

  /// Returns the names in a folder, including those that a sparse checkout excludes.
  private func names(in folder: String) throws -> [String] {
    var names = try FileSystem.names(in: top + folder)
    let present = Set(names)
    let prefix = folder + "/"
    for path in try leftOutOfPlan().keys where path.hasPrefix(prefix) {
      let name = String(path.dropFirst(prefix.count).prefix { $0 != "/" })
      if !present.contains(name), !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Returns the files that a selection covers, of those that git tracks or would offer to add. Runs git for the
  /// list.
  public func inputs(_ selection: PathSelection) throws -> InputListing {
    var entries: [InputListing.Entry] = []
    for (path, submodule) in try listedFiles() {
      guard selection.covers(path.split(separator: 0x2F)) else { continue }
      let name = String(decoding: path, as: UTF8.self)
      if let submodule {
        entries.append(InputListing.Entry(path: path, mode: "160000", id: submodule))
        continue
      }
      guard let status = FileSystem.status(top + name) else { continue }
      if status.kind == .regular, let id = try repository.hashOfWorkFile(name) {
        let mode = status.isExecutableByOwner ? "100755" : "100644"
        entries.append(InputListing.Entry(path: path, mode: mode, id: id))
      } else if status.kind == .symbolicLink, let id = try repository.hashOfWorkFile(name) {
        entries.append(InputListing.Entry(path: path, mode: "120000", id: id))
      }
    }
    return InputListing(entries)
  }

  /// Returns each path once, with the commit of a submodule.
  private func listedFiles() throws -> [[UInt8]: ObjectID?] {
    var found: [[UInt8]: ObjectID?] = [:]
    for more in [["--cached", "--stage"], ["--others", "--exclude-standard"]] {
      let output = try GitProcess.run(["-C", top, "ls-files", "-z"] + more)
      guard output.status == 0 else {
        throw GitError(
          .other, output.errorText, hint: "Run git status: it says what is in the way.", function: "git ls-files")
      }
      for line in output.bytes.split(separator: 0) {
        guard more.count == 2, more[1] == "--stage" else {
          found[Array(line), default: nil] = nil
          continue
        }
        guard let tab = line.firstIndex(of: 0x09) else { continue }
        let isSubmodule = line.starts(with: Array("160000 ".utf8))
        found[Array(line[(tab + 1)...])] = isSubmodule ? ObjectID(hex: line.dropFirst(7).prefix(40)) : nil
      }
    }
    return found
  }

  /// Returns the files that a selection covers in a commit. Returns nil if that commit is missing.
  public func inputs(_ selection: PathSelection, at commit: String) throws -> InputListing? {
    guard let id = ObjectID(hex: commit), try repository.holds(id) else { return nil }
    return try repository.tree(of: repository.commit(id)).inputs(selection)
  }
}

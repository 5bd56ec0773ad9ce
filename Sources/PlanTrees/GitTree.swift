public import GitObjects
import GitRepository
public import PlanModel
import ReadinessSystem
import StrictJSON

/// A tree of the repository as the judge sees it, read lazily.
public final class GitTree: PlanTree {
  let repository: Repository
  let cache: PlanCache
  /// The id of the tree.
  public let root: ObjectID
  private var topEntries: PlanFolders?
  private var ssotEntry: PlanCache.Ssot?
  /// The folders in which paths were looked up, with the number of lookups, and the parsed folder from the fifth
  /// lookup on.
  var looks: [ObjectID: (count: Int, folder: TreeObject?)] = [:]

  init(repository: Repository, root: ObjectID) {
    self.repository = repository
    self.root = root
    cache = repository.planCache
  }

  /// The number of milestones from which a plan is read on all cores, in pack order. Below that it gains little.
  private static let bulk = 300

  // MARK: - Milestones

  /// Returns the kind of `.readiness`.
  public func folderKind() throws -> FileKind? { try folder()?.kind }

  /// Compares the folders' object ids first, because most commits change neither folder.
  public func hasSamePlanAndPolicy(as other: any PlanTree) throws -> Bool {
    guard let other = other as? GitTree else { return try isSameByListing(as: other) }
    if root == other.root { return true }
    let (own, others) = (try entries(), try other.entries())
    // A malformed tree never compares equal, because a name may occur twice.
    if own.isOdd { return false }
    if own.ssot != others.ssot {
      guard try malformedFolder(since: other) == nil, try planIdentity() == other.planIdentity(),
        try policyFiles() == other.policyFiles()
      else { return false }
    }
    if own.readiness == others.readiness { return true }
    if try malformedFolder(since: other) != nil { return false }
    return try own.readiness?.kind == others.readiness?.kind && changedMilestones(since: other).isEmpty
  }

  /// Returns the first plan or policy folder that is malformed and differs from the other tree's.
  public func malformedFolder(since other: any PlanTree) throws -> String? {
    let old = other as? GitTree
    if root == old?.root { return nil }
    let (own, others) = (try entries(), try old?.entries())
    if own.isOdd { return "/" }
    func isSound(_ folder: ObjectID) throws -> Bool { try cache.folder(folder, repository).isWellFormed }
    if let folder = own.readiness, folder.kind == .folder, folder != others?.readiness, try !isSound(folder.id) {
      return PlanPaths.folder
    }
    guard let folder = own.ssot, folder.kind == .folder, folder != others?.ssot else { return nil }
    if try !isSound(folder.id) { return "ssot" }
    let (ssot, before) = (try ssot(), try old?.ssot())
    if let id = ssot.policies, id != before?.policies, try !isSound(id) { return PlanPaths.policies }
    if let id = ssot.schemas, id != before?.schemas, try !isSound(id) { return "ssot/schemas" }
    return nil
  }

  /// Returns the plan's entries of the root tree, in one pass.
  private func entries() throws -> PlanFolders {
    if let topEntries { return topEntries }
    let found = try repository.store.with(root, .tree) { PlanFolders($0, of: root) }
    topEntries = found
    return found
  }

  /// Returns the identity of `.readiness`, for comparing trees without listing them.
  public func folder() throws -> FileIdentity? { try entries().readiness }

  /// Returns the files `.readiness/*.json`.
  public func milestones() throws -> [MilestoneID: FileIdentity] {
    guard let folder = try folder(), folder.kind == .folder else { return [:] }
    return try cache.listing(folder.id, repository)
  }

  /// Returns the identity of one milestone file. O(log milestones).
  public func milestoneIdentity(_ id: MilestoneID) throws -> FileIdentity? {
    guard let folder = try folder(), folder.kind == .folder else { return nil }
    let entries = try cache.folder(folder.id, repository)
    guard entries.isSorted, id.isValid else { return try milestones()[id] }
    return entries.identity(of: id.text + ".json")
  }

  /// Compares the bytes of the two folders.
  public func changedMilestones(since other: any PlanTree) throws -> [MilestoneID] {
    guard let other = other as? GitTree, let new = try folder(), let old = try other.folder(), new.kind == .folder,
      old.kind == .folder
    else { return try changedByListing(since: other) }
    if new == old { return [] }
    let (entries, before) = (try cache.folder(new.id, repository), try cache.folder(old.id, repository))
    guard entries.isSorted, before.isSorted else { return try changedByListing(since: other) }
    return try entries.stemsThatDiffer(from: before).map { MilestoneID($0) }
      .filter { try milestoneIdentity($0) != other.milestoneIdentity($0) }
  }

  /// Scans the folder's bytes once.
  public func mayHoldCaseCollision() throws -> Bool {
    guard let folder = try folder(), folder.kind == .folder else { return false }
    let entries = try cache.folder(folder.id, repository)
    return !entries.isSorted || entries.holdsIrregularName
  }

  /// Returns one milestone file. Returns nil if there is none.
  public func milestone(_ id: MilestoneID) throws -> MilestoneFile? {
    guard let identity = try milestoneIdentity(id) else { return nil }
    if identity.kind == .regular, let known = cache.file(id, identity.id) { return known }
    let file = try Self.read(id, identity, in: repository)
    if identity.kind == .regular { cache.keep(file, identity.id) }
    return file
  }

  private static func read(_ id: MilestoneID, _ identity: FileIdentity, in repository: Repository) throws
    -> MilestoneFile
  {
    guard identity.kind == .regular else { return MilestoneFile(id: id, kind: identity.kind, bytes: []) }
    return switch try repository.content(of: identity.id, atMost: JSONLimits.plan.size) {
    case .bytes(let bytes): MilestoneFile(id: id, kind: .regular, bytes: bytes)
    case .oversized(let oversized): MilestoneFile(id: id, oversized: oversized)
    }
  }

  /// Reads one of thousands of milestones.
  /// - Parameter offset: the offset of the object in the packs.
  private static func read(
    _ id: MilestoneID, _ identity: FileIdentity, offset: Int, in repository: Repository
  ) throws -> MilestoneFile {
    guard identity.kind == .regular else { return MilestoneFile(id: id, kind: identity.kind, bytes: []) }
    return switch try repository.content(of: identity.id, atMost: JSONLimits.plan.size, offset: offset) {
    case .bytes(let bytes): MilestoneFile(id: id, oneOfMany: bytes)
    case .oversized(let oversized): MilestoneFile(id: id, oversized: oversized)
    }
  }

  /// Reads on all cores, in pack order, and reads the plan in parallel.
  public func milestoneFiles() throws -> [MilestoneFile] {
    let listed = try listedMilestones()
    guard listed.count >= Self.bulk else { return try listed.compactMap { try milestone($0.id) } }
    repository.readPacks()
    let order = repository.store.packOrder(of: listed.map(\.identity.id))
    let copies = try repository.perThreadCopies()
    for each in copies + [repository] { each.store.packs?.expect(listed.count / (copies.count + 1)) }
    let shares = Shares(of: listed.count, for: copies.count + 1, each: 32)
    let plan = try ssot().plan.flatMap { $0.kind == .regular ? $0 : nil }
    return try [MilestoneFile](unsafeUninitializedCapacity: listed.count) { files, count in
      guard let start = files.baseAddress else { return }
      // Each position is written once, by one thread. If an object cannot be read, the count stays zero and the
      // created files leak, because the command ends.
      func readShare(_ thread: Int, in repository: Repository) throws {
        // The approximate memory for reading the milestones and, on this thread, for the values derived from them.
        HeapRoom.prepare(listed.count / (copies.count + 1) * 850 + (thread == 0 ? listed.count * 700 : 0))
        try shares.forEach(on: thread) { share in
          let (place, offset) = order[share]
          let (id, identity) = listed[place]
          (start + place).initialize(to: try Self.read(id, identity, offset: offset, in: repository))
        }
      }
      let work = copies.enumerated().map { number, repository in
        { () throws -> (id: ObjectID, file: PlanFile)? in
          let file = number == 0 ? try plan.map { ($0.id, try Self.planFile($0, in: repository)) } : nil
          try readShare(number + 1, in: repository)
          return file
        }
      }
      for case let plan? in try concurrently(work, while: { try readShare(0, in: repository) }).there {
        cache.plans[plan.id] = plan.file
      }
      count = listed.count
    }
  }

  /// Returns the milestone files, sorted by id.
  private func listedMilestones() throws -> [(id: MilestoneID, identity: FileIdentity)] {
    guard let folder = try folder(), folder.kind == .folder else { return [] }
    let entries = try cache.folder(folder.id, repository)
    guard entries.isSorted else { return try milestones().sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    var listed: [(id: MilestoneID, identity: FileIdentity)] = []
    listed.reserveCapacity(entries.count)
    entries.forEachStem { stem, identity in listed.append((MilestoneID(stem), identity)) }
    // The folder's order is nearly that of the ids, and equal if all have the same number of digits.
    let isSorted = listed.indices.dropFirst().allSatisfy { listed[$0 - 1].id < listed[$0].id }
    return isSorted ? listed : listed.sorted { $0.id < $1.id }
  }

  // MARK: - Plan and policy

  private func ssot() throws -> PlanCache.Ssot {
    if let ssotEntry { return ssotEntry }
    var found = PlanCache.Ssot()
    if let folder = try entries().ssot, folder.kind == .folder {
      found = try cache.ssots[folder.id] ?? readSsot(folder.id)
      cache.ssots[folder.id] = found
    }
    ssotEntry = found
    return found
  }

  private func readSsot(_ folder: ObjectID) throws -> PlanCache.Ssot {
    var found = PlanCache.Ssot()
    found.plan = try repository.entry("plan.json", in: folder)
    let policies = try repository.entry("policies", in: folder)
    found.policies = policies?.kind == .folder ? policies?.id : nil
    found.policiesOther = policies?.kind == .folder ? nil : policies
    if let schemas = try repository.entry("schemas", in: folder), schemas.kind == .folder {
      found.schemas = schemas.id
      found.schema = try repository.entry("milestone.schema.json", in: schemas.id)
    }
    return found
  }

  /// Returns the identity of `ssot/plan.json`.
  public func planIdentity() throws -> FileIdentity? { try ssot().plan }

  /// Returns `ssot/plan.json`, parsed.
  public func planFile() throws -> PlanFile? {
    guard let identity = try ssot().plan else { return nil }
    // The cache holds only regular files: a link may have the same bytes.
    guard identity.kind == .regular else { return try Self.planFile(identity, in: repository) }
    if let known = cache.plans[identity.id] { return known }
    let file = try Self.planFile(identity, in: repository)
    cache.plans[identity.id] = file
    return file
  }

  private static func planFile(_ identity: FileIdentity, in repository: Repository) throws -> PlanFile {
    guard identity.kind == .regular else { return PlanFile(kind: identity.kind, bytes: []) }
    return switch try repository.content(of: identity.id, atMost: PlanFile.bound) {
    case .bytes(let bytes): PlanFile(kind: .regular, bytes: bytes)
    case .oversized(let oversized): PlanFile(oversized: oversized)
    }
  }

  /// Returns the blobs of the policy.
  public func policyFiles() throws -> [String: FileIdentity] {
    guard let folder = try entries().ssot else { return [:] }
    if let known = cache.policyFiles[folder.id] { return known }
    let ssot = try ssot()
    var files: [String: FileIdentity] = [:]
    if let folder = ssot.policies { try collect(folder, PlanPaths.policies + "/", into: &files) }
    // A file in place of the folder is a policy that cannot be read.
    if let other = ssot.policiesOther, other.kind != .submodule { files[PlanPaths.policies] = other }
    if let schema = ssot.schema, schema.kind != .folder, schema.kind != .submodule {
      files[PlanPaths.schema] = schema
    }
    cache.policyFiles[folder.id] = files
    return files
  }

  /// Collects the files of a policy, folder by folder. A folder beyond the bounds is listed itself, as a policy that
  /// cannot be read. One tree may contain the same folder many times, so a few objects could expand to unlimited
  /// files.
  private func collect(_ folder: ObjectID, _ prefix: String, into files: inout [String: FileIdentity]) throws {
    var level = [(id: folder, path: prefix)]
    var depth = 0
    while !level.isEmpty {
      var next: [(id: ObjectID, path: String)] = []
      for (id, path) in level {
        guard depth < PolicyBlob.depthBound, files.count + next.count < PolicyBlob.countBound else {
          files[String(path.dropLast())] = FileIdentity(kind: .folder, id: id)
          return
        }
        try repository.forEachEntry(of: id) { name, identity in
          if identity.kind == .folder {
            next.append((identity.id, path + name + "/"))
          } else if identity.kind != .submodule, files.updateValue(identity, forKey: path + name) != nil {
            // Two names that differ only in Unicode normalization are equal here, so such a folder cannot be read.
            files[String(path.dropLast())] = FileIdentity(kind: .folder, id: id)
          }
        }
      }
      level = next
      depth += 1
    }
  }

  /// Returns the policy, parsed.
  public func policy() throws -> PolicySnapshot {
    guard let folder = try entries().ssot else { return try readPolicy() }
    if let known = cache.policyOfSsot[folder.id] { return known }
    let policy = try readPolicy()
    cache.policyOfSsot[folder.id] = policy
    return policy
  }

  private func readPolicy() throws -> PolicySnapshot {
    let files = try policyFiles()
    let key = files.fingerprint
    if let known = cache.policies[key] { return known }
    var room = PolicyBlob.sizeBound
    let blobs = try files.sorted { $0.key < $1.key }.map { path, identity in
      // A built-in file need not be read, except in an audit, which must confirm the stored object.
      if !repository.recomputesIDs, let standard = PolicyBlob(path: path, identity) { return standard }
      if identity.kind == .folder { return PolicyBlob(path: path, folder: identity.id) }
      return switch try repository.content(of: identity.id, atMost: PlanFile.bound) {
      case .bytes(let bytes): try takeRoom(&room, for: bytes, PolicyBlob(path: path, kind: identity.kind, bytes: bytes))
      case .oversized(let oversized): PolicyBlob(path: path, oversized: oversized)
      }
    }
    let snapshot = PolicySnapshot(blobs)
    cache.policies[key] = snapshot
    return snapshot
  }

  private func takeRoom(_ room: inout Int, for bytes: [UInt8], _ blob: @autoclosure () -> PolicyBlob) throws
    -> PolicyBlob
  {
    room -= bytes.count
    guard room >= 0 else {
      throw GitError(
        .unsupported, "\(PlanPaths.policies) holds more than \(PolicyBlob.sizeBound >> 20) MiB.",
        hint: "Move what is no policy elsewhere.", function: "GitTree.policy")
    }
    return blob()
  }

  /// Returns the bytes of a policy file.
  public func policyBytes(at path: String) throws -> [UInt8]? {
    guard let file = try policyFiles()[path] else { return nil }
    switch try repository.content(of: file.id, atMost: PlanFile.bound) {
    case .bytes(let bytes): return bytes
    // In a merge such a file is one value, represented by its digest.
    case .oversized(let oversized): return Array(oversized.digest.tagged.utf8)
    }
  }

  /// Reads the whole plan and policy, to confirm that every object exists and, in an audit, matches its id.
  /// O(milestones).
  public func readPlanAndPolicy() throws {
    for (id, identity) in try milestones() where identity.kind == .regular {
      _ = try Self.read(id, identity, in: repository)
    }
    _ = try planFile()
    for (_, identity) in try policyFiles() where identity.kind != .folder {
      _ = try repository.content(of: identity.id, atMost: PlanFile.bound)
    }
  }
}

import GitObjects
import GitRepository
import PlanModel

/// The values read from the object database, by object id: each distinct blob is parsed once.
final class PlanCache {
  struct InputKey: Hashable {
    let root: ObjectID
    let selection: PathSelection
  }

  struct SearchKey: Hashable {
    let blob: ObjectID
    let secrets: Secrets
  }

  /// The plan and policy entries of an `ssot` tree.
  struct Ssot {
    var plan: FileIdentity?
    var policies: ObjectID?
    var policiesOther: FileIdentity?
    var schemas: ObjectID?
    var schema: FileIdentity?
  }

  /// The most recently read folders, with their listings if requested. Few, because neighbours in history share them.
  private var folders: [KnownFolder] = []
  /// The milestone files, by blob. If another milestone has the same blob, it is stored in `others`. There are few
  /// key types, because the runtime spends a quarter of a million instructions on hashing each new one.
  private var files: [ObjectID: MilestoneFile] = [:]
  private var others: [MilestoneID: [ObjectID: MilestoneFile]] = [:]
  private var fileCount = 0
  var plans: [ObjectID: PlanFile] = [:]
  var ssots: [ObjectID: Ssot] = [:]
  /// The policy's files, by the object of `ssot`, which neighbours in history share.
  var policyFiles: [ObjectID: [String: FileIdentity]] = [:]
  /// The policies, by the fingerprint of their files.
  var policies: [String: PolicySnapshot] = [:]
  /// The policies, by the object of `ssot`.
  var policyOfSsot: [ObjectID: PolicySnapshot] = [:]
  var digests: [ObjectID: Digest] = [:]
  /// The results of searches for secrets in evidence.
  var searches: [SearchKey: SecretSearch.Answer] = [:]
  /// The inputs of checks.
  var inputs: [InputKey: InputListing] = [:]

  /// Returns a folder of milestones.
  func folder(_ id: ObjectID, _ repository: Repository) throws -> TreeObject {
    if let known = folders.last(where: { $0.id == id }) { return known.folder }
    let folder = try TreeObject(repository.store, id)
    folders.append(KnownFolder(id, folder))
    if folders.count > 8 { folders.remove(at: 0) }
    return folder
  }

  /// Returns a folder of milestones as a dictionary.
  func listing(_ id: ObjectID, _ repository: Repository) throws -> [MilestoneID: FileIdentity] {
    let folder = try self.folder(id, repository)
    let known = folders.last { $0.id == id }
    if let listing = known?.listing { return listing }
    var found: [MilestoneID: FileIdentity] = [:]
    folder.forEachStem { stem, identity in found[MilestoneID(stem)] = identity }
    known?.listing = found
    return found
  }

  /// The largest number of cached milestone files. A long history has many versions that are never needed again.
  private static let bound = 20_000

  func file(_ id: MilestoneID, _ blob: ObjectID) -> MilestoneFile? {
    guard let file = files[blob] else { return nil }
    return file.id == id ? file : others[id]?[blob]
  }

  func keep(_ file: MilestoneFile, _ blob: ObjectID) {
    if fileCount >= Self.bound { (files, others, fileCount) = ([:], [:], 0) }
    fileCount += 1
    if files[blob] == nil { files[blob] = file } else { others[file.id, default: [:]][blob] = file }
  }
}

extension Repository {
  /// The cache of what was read from this repository as a plan, created at its first use.
  var planCache: PlanCache {
    if let known = attached as? PlanCache { return known }
    let made = PlanCache()
    attached = made
    return made
  }
}

/// A folder of milestones. A class, because an array of values would make the runtime resolve the dictionary type
/// even if no listing is requested (`doc/design/decisions/0029-what-the-runtime-looks-up.md`).
private final class KnownFolder {
  let id: ObjectID
  let folder: TreeObject
  var listing: [MilestoneID: FileIdentity]?

  init(_ id: ObjectID, _ folder: TreeObject) {
    self.id = id
    self.folder = folder
  }
}

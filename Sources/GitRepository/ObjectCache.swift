import GitObjects
import PlanModel

/// What was read from the object database, by object id: each distinct blob is parsed once.
final class ObjectCache {
  struct InputKey: Hashable {
    let root: ObjectID
    let selection: PathSelection
  }

  struct SearchKey: Hashable {
    let blob: ObjectID
    let secrets: Secrets
  }

  /// Where plan and policy stand in a tree of `ssot`.
  struct Ssot {
    var plan: FileIdentity?
    var policies: ObjectID?
    var policiesOther: FileIdentity?
    var schemas: ObjectID?
    var schema: FileIdentity?
  }

  /// The folders that were read last, with their listings where somebody asked. Few: neighbours in history share them.
  private var folders: [KnownFolder] = []
  /// By blob, and those whose blob another milestone has by milestone as well: each type of keys is one that the runtime
  /// has to learn to hash, at a quarter of a million instructions.
  private var files: [ObjectID: MilestoneFile] = [:]
  private var others: [MilestoneID: [ObjectID: MilestoneFile]] = [:]
  private var fileCount = 0
  var plans: [ObjectID: PlanFile] = [:]
  var ssots: [ObjectID: Ssot] = [:]
  /// By the object of `ssot`, which neighbours in history share.
  var policyFiles: [ObjectID: [String: FileIdentity]] = [:]
  /// By the fingerprint of its files.
  var policies: [String: PolicySnapshot] = [:]
  /// The same by the object of `ssot`.
  var policyOfSsot: [ObjectID: PolicySnapshot] = [:]
  var digests: [ObjectID: Digest] = [:]
  /// What was found in evidence.
  var searches: [SearchKey: SecretSearch.Answer] = [:]
  /// What checks hang on.
  var inputs: [InputKey: InputListing] = [:]

  /// A folder of milestones.
  func folder(_ id: ObjectID, _ repository: Repository) throws -> TreeObject {
    if let known = folders.last(where: { $0.id == id }) { return known.folder }
    let folder = try TreeObject(repository.store, id)
    folders.append(KnownFolder(id, folder))
    if folders.count > 8 { folders.remove(at: 0) }
    return folder
  }

  /// The same as a map.
  func listing(_ id: ObjectID, _ repository: Repository) throws -> [MilestoneID: FileIdentity] {
    let folder = try self.folder(id, repository)
    let known = folders.last { $0.id == id }
    if let listing = known?.listing { return listing }
    var found: [MilestoneID: FileIdentity] = [:]
    folder.forEachStem { stem, identity in found[MilestoneID(stem)] = identity }
    known?.listing = found
    return found
  }

  /// Milestone files kept at most. A long history holds many versions that are never asked for again.
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

/// A folder of milestones. A class, because a list of values would have the runtime find out what a map of ids is, for
/// those that never ask for one (`doc/design/decisions/0029-what-the-runtime-looks-up.md`).
private final class KnownFolder {
  let id: ObjectID
  let folder: TreeObject
  var listing: [MilestoneID: FileIdentity]?

  init(_ id: ObjectID, _ folder: TreeObject) {
    self.id = id
    self.folder = folder
  }
}

import ReadinessCore

/// What was read from the object database, by object id: each distinct blob is parsed once.
final class ObjectCache {
  struct FileKey: Hashable {
    let blob: ObjectID
    let milestone: MilestoneID
  }

  struct InputKey: Hashable {
    let root: ObjectID
    let selection: PathSelection
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
  private var folders: [(id: ObjectID, folder: GitFolder, listing: [MilestoneID: FileIdentity]?)] = []
  var files: [FileKey: MilestoneFile] = [:]
  var plans: [ObjectID: PlanFile] = [:]
  var ssots: [ObjectID: Ssot] = [:]
  /// By the object of `ssot`, which neighbours in history share.
  var policyFiles: [ObjectID: [String: FileIdentity]] = [:]
  var policies: [[String: FileIdentity]: PolicySnapshot] = [:]
  /// The same by the object of `ssot`.
  var policyOfSsot: [ObjectID: PolicySnapshot] = [:]
  var digests: [ObjectID: Digest] = [:]
  /// What checks hang on.
  var inputs: [InputKey: InputListing] = [:]

  /// A folder of milestones.
  func folder(_ id: ObjectID, _ repository: Repository) throws -> GitFolder {
    if let known = folders.first(where: { $0.id == id }) { return known.folder }
    let folder = try GitFolder(repository.store, id)
    folders.insert((id, folder, nil), at: 0)
    if folders.count > 8 { folders.removeLast() }
    return folder
  }

  /// The same as a map.
  func listing(_ id: ObjectID, _ repository: Repository) throws -> [MilestoneID: FileIdentity] {
    let folder = try self.folder(id, repository)
    guard let place = folders.firstIndex(where: { $0.id == id }) else { return [:] }
    if let known = folders[place].listing { return known }
    var found: [MilestoneID: FileIdentity] = [:]
    folder.forEachStem { stem, identity in found[MilestoneID(stem)] = identity }
    folders[place].listing = found
    return found
  }

  /// Milestone files kept at most. A long history holds many versions that are never asked for again.
  private static let bound = 20_000

  func keep(_ file: MilestoneFile, _ key: FileKey) {
    if files.count >= Self.bound { files.removeAll(keepingCapacity: true) }
    files[key] = file
  }
}

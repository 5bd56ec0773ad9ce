public import GitObjects

extension [String: FileIdentity] {
  /// The names, kinds and object ids as one unambiguous text: no name in git contains a NUL. As a dictionary key, it
  /// avoids two runtime lookups of how to hash files, 0.5 million instructions. O(n log n).
  public var fingerprint: String {
    map { "\($0)\0\($1.kind.rawValue)\0\($1.id)\0" }.sorted().reduce(into: "") { $0 += $1 }
  }
}

/// A tree of the repository, as the judge reads it. Any call may read from the repository. A call throws if something
/// cannot be read; an error means "could not judge".
public protocol PlanTree: AnyObject {
  /// Returns the first folder of plan and policy that git would not have written and that differs from another tree;
  /// `/` is the top. Returns nil if there is none.
  func malformedFolder(since other: any PlanTree) throws -> String?
  /// Returns the kind of `.readiness`, or nil if it does not exist.
  func folderKind() throws -> FileKind?
  /// Returns the files `.readiness/*.json`, by stem.
  func milestones() throws -> [MilestoneID: FileIdentity]
  /// Returns all milestone files, sorted by id. Faster than reading them one by one.
  func milestoneFiles() throws -> [MilestoneFile]
  /// Returns the identity of a milestone's file, or nil if it does not exist.
  func milestoneIdentity(_ id: MilestoneID) throws -> FileIdentity?
  /// Returns the milestones that differ from another tree, including births and deletions.
  func changedMilestones(since other: any PlanTree) throws -> [MilestoneID]
  /// Returns true if two names may differ only by case; valid ids never do.
  func mayHoldCaseCollision() throws -> Bool
  /// Reads a milestone's file. Returns nil if it does not exist.
  func milestone(_ id: MilestoneID) throws -> MilestoneFile?
  /// Returns the identity of `ssot/plan.json`, or nil if it does not exist.
  func planIdentity() throws -> FileIdentity?
  /// Reads the plan file. Returns nil if it does not exist.
  func planFile() throws -> PlanFile?
  /// Returns the files of the policy, by path.
  func policyFiles() throws -> [String: FileIdentity]
  /// Reads the policy.
  func policy() throws -> PolicySnapshot
  /// Returns the bytes of a policy file, or nil if it does not exist.
  func policyBytes(at path: String) throws -> [UInt8]?
  /// Returns the kind of file at a path, or nil if there is none.
  func kind(at path: String) throws -> FileKind?
  /// Returns the SHA-256 of a regular file's bytes, or nil if there is no regular file.
  func digest(at path: String) throws -> Digest?
  /// Returns the bytes of a regular file, or nil if there is none or it has more than `bound` bytes.
  func bytes(at path: String, atMost bound: Int) throws -> [UInt8]?
  /// Passes the bytes of a regular file of any size to a closure, in chunks. Does nothing if there is no regular file.
  func forEachChunk(at path: String, _ take: (ArraySlice<UInt8>) throws -> Void) throws
  /// Searches a regular file of any size for secrets. O(bytes), once for each content.
  func search(_ path: String, for secrets: Secrets) throws -> SecretSearch.Answer
  /// Returns the files that a selection includes. O(folders that may contain one).
  func inputs(_ selection: PathSelection) throws -> InputListing
  /// Returns the files that a selection includes in another commit, or nil if that commit is not available.
  func inputs(_ selection: PathSelection, at commit: String) throws -> InputListing?
  /// Returns the paths of a selection that differ from another tree, sorted.
  func changedPaths(_ selection: PathSelection, since other: any PlanTree) throws -> [String]
  /// Returns true if plan and policy are identical in both. Compares object ids and reads no files.
  func hasSamePlanAndPolicy(as other: any PlanTree) throws -> Bool
}

extension PlanTree {
  /// Returns nil: only git's own trees can be malformed.
  public func malformedFolder(since other: any PlanTree) -> String? { nil }

  /// Passes the whole file as one chunk.
  public func forEachChunk(at path: String, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    if let bytes = try bytes(at: path, atMost: .max) { try take(bytes[...]) }
  }

  /// Searches the file on each call.
  public func search(_ path: String, for secrets: Secrets) throws -> SecretSearch.Answer {
    var search = SecretSearch(secrets)
    try forEachChunk(at: path) { try search.add($0) }
    return try search.finish()
  }

  /// Reads the files one by one.
  public func milestoneFiles() throws -> [MilestoneFile] {
    try milestones().keys.sorted().compactMap(milestone)
  }

  /// Looks the milestone up in the list of all milestones. O(milestones).
  public func milestoneIdentity(_ id: MilestoneID) throws -> FileIdentity? { try milestones()[id] }

  /// Compares the lists of all milestones. O(milestones).
  public func changedMilestones(since other: any PlanTree) throws -> [MilestoneID] {
    try changedByListing(since: other)
  }

  /// Compares the lists of all milestones, for a tree whose faster comparison does not apply. O(milestones).
  public func changedByListing(since other: any PlanTree) throws -> [MilestoneID] {
    let (old, new) = (try other.milestones(), try milestones())
    return new.filter { old[$0.key] != $0.value }.map(\.key) + old.keys.filter { new[$0] == nil }
  }

  /// Compares the lists of selected files.
  public func changedPaths(_ selection: PathSelection, since other: any PlanTree) throws -> [String] {
    try inputs(selection).changes(since: other.inputs(selection))
  }

  /// Checks the ids of all milestones. O(milestones).
  public func mayHoldCaseCollision() throws -> Bool { try !milestones().keys.allSatisfy(\.isValid) }

  /// Returns true if the tree has a plan, valid or not.
  public func holdsPlan() throws -> Bool {
    if try planIdentity() != nil { return true }
    if let kind = try folderKind(), kind != .folder { return true }
    return try !milestones().isEmpty
  }

  /// Compares the lists of all files.
  public func hasSamePlanAndPolicy(as other: any PlanTree) throws -> Bool { try isSameByListing(as: other) }

  /// Compares the lists of all files, for a tree whose faster comparison does not apply.
  public func isSameByListing(as other: any PlanTree) throws -> Bool {
    try folderKind() == other.folderKind() && planIdentity() == other.planIdentity()
      && milestones() == other.milestones() && policyFiles() == other.policyFiles()
  }
}

/// An empty tree, the state before the first commit.
public final class EmptyTree: PlanTree {
  /// Creates an empty tree.
  public init() {}
  /// Returns nil.
  public func folderKind() -> FileKind? { nil }
  /// Returns no milestones.
  public func milestones() -> [MilestoneID: FileIdentity] { [:] }
  /// Returns nil.
  public func milestone(_ id: MilestoneID) -> MilestoneFile? { nil }
  /// Returns nil.
  public func planIdentity() -> FileIdentity? { nil }
  /// Returns nil.
  public func planFile() -> PlanFile? { nil }
  /// Returns no files.
  public func policyFiles() -> [String: FileIdentity] { [:] }
  /// Returns the absent policy.
  public func policy() -> PolicySnapshot { .absent() }
  /// Returns nil.
  public func policyBytes(at path: String) -> [UInt8]? { nil }
  /// Returns nil.
  public func kind(at path: String) -> FileKind? { nil }
  /// Returns nil.
  public func digest(at path: String) -> Digest? { nil }
  /// Returns nil.
  public func bytes(at path: String, atMost bound: Int) -> [UInt8]? { nil }
  /// Returns an empty listing.
  public func inputs(_ selection: PathSelection) -> InputListing { InputListing([]) }
  /// Returns nil.
  public func inputs(_ selection: PathSelection, at commit: String) -> InputListing? { nil }
}

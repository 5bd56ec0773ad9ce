public import GitObjects

extension [String: FileIdentity] {
  /// Names, kinds and objects as one text, which is the same for the same files alone: no name in git holds a NUL. As the
  /// key of a dictionary it spares the runtime two searches for how files are hashed, 0.5 million instructions.
  /// O(n log n).
  public var fingerprint: String {
    map { "\($0)\0\($1.kind.rawValue)\0\($1.id)\0" }.sorted().reduce(into: "") { $0 += $1 }
  }
}

/// A tree of the repository, as far as the judge asks about it. Every call may read; none of them guesses:
/// what cannot be read throws, and a throw is "could not judge".
public protocol PlanTree: AnyObject {
  /// The first folder of plan and policy that git would not have written so, and that is not the same in another tree;
  /// `/` is the top. Nil where there is none.
  func malformedFolder(since other: any PlanTree) throws -> String?
  /// What `.readiness` is; nil where there is nothing.
  func folderKind() throws -> FileKind?
  /// The files `.readiness/*.json` by stem.
  func milestones() throws -> [MilestoneID: FileIdentity]
  /// The rows of all of them, sorted by their ids; faster than one by one.
  func milestoneRows() throws -> [MilestoneRow]
  /// What one of them is; nil where it is not there.
  func milestoneIdentity(_ id: MilestoneID) throws -> FileIdentity?
  /// The milestones that are not the same in another tree, births and deletions included.
  func changedMilestones(since other: any PlanTree) throws -> [MilestoneID]
  /// True where two names may differ only by case; ids that are written as ids are never do.
  func mayHoldCaseCollision() throws -> Bool
  /// One of them, read; nil where it is not there.
  func milestone(_ id: MilestoneID) throws -> MilestoneFile?
  /// What `ssot/plan.json` is; nil where there is nothing.
  func planIdentity() throws -> FileIdentity?
  /// The plan file, read.
  func planFile() throws -> PlanFile?
  /// The blobs of the policy by path.
  func policyFiles() throws -> [String: FileIdentity]
  /// The policy, read.
  func policy() throws -> PolicySnapshot
  /// The bytes of a blob of the policy.
  func policyBytes(at path: String) throws -> [UInt8]?
  /// What stands at a path; nil where there is nothing.
  func kind(at path: String) throws -> FileKind?
  /// The SHA-256 of a regular file's bytes; nil where the path is no regular file.
  func digest(at path: String) throws -> Digest?
  /// The bytes of a regular file; nil where there is none, or more than so many.
  func bytes(at path: String, atMost bound: Int) throws -> [UInt8]?
  /// Hands over the bytes of a regular file of any size, piece by piece; nothing where there is none.
  func forEachPiece(at path: String, _ take: (ArraySlice<UInt8>) throws -> Void) throws
  /// Seeks secrets in a regular file of any size. O(bytes), once for each content.
  func search(_ path: String, for secrets: Secrets) throws -> SecretSearch.Answer
  /// The files that a selection covers. O(folders that may hold one).
  func inputs(_ selection: PathSelection) throws -> InputListing
  /// The same in another commit; nil where that commit is not here.
  func inputs(_ selection: PathSelection, at commit: String) throws -> InputListing?
  /// The paths of a selection that are not the same in another tree, sorted.
  func changedPaths(_ selection: PathSelection, since other: any PlanTree) throws -> [String]
  /// True where plan and policy are the same in both. Compares objects, reads none.
  func hasSamePlanAndPolicy(as other: any PlanTree) throws -> Bool
}

extension PlanTree {
  /// Only git's own trees can be so.
  public func malformedFolder(since other: any PlanTree) -> String? { nil }

  /// In one piece.
  public func forEachPiece(at path: String, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    if let bytes = try bytes(at: path, atMost: .max) { try take(bytes[...]) }
  }

  /// Reads the file each time.
  public func search(_ path: String, for secrets: Secrets) throws -> SecretSearch.Answer {
    var search = SecretSearch(secrets)
    try forEachPiece(at: path) { try search.add($0) }
    return try search.finish()
  }

  /// One by one.
  public func milestoneRows() throws -> [MilestoneRow] {
    try milestones().keys.sorted().compactMap { try milestone($0).map(MilestoneRow.init) }
  }

  /// By listing all.
  public func milestoneIdentity(_ id: MilestoneID) throws -> FileIdentity? { try milestones()[id] }

  /// By listing all. O(milestones).
  public func changedMilestones(since other: any PlanTree) throws -> [MilestoneID] {
    try changedByListing(since: other)
  }

  /// The same, for a tree that has a better way and cannot go it.
  public func changedByListing(since other: any PlanTree) throws -> [MilestoneID] {
    let (old, new) = (try other.milestones(), try milestones())
    return new.filter { old[$0.key] != $0.value }.map(\.key) + old.keys.filter { new[$0] == nil }
  }

  /// By listing what the selection covers.
  public func changedPaths(_ selection: PathSelection, since other: any PlanTree) throws -> [String] {
    try inputs(selection).changes(since: other.inputs(selection))
  }

  /// By listing all. O(milestones).
  public func mayHoldCaseCollision() throws -> Bool { try !milestones().keys.allSatisfy(\.isValid) }

  /// True where the tree holds a plan, sound or not.
  public func holdsPlan() throws -> Bool {
    if try planIdentity() != nil { return true }
    if let kind = try folderKind(), kind != .folder { return true }
    return try !milestones().isEmpty
  }

  /// By comparing what both list.
  public func hasSamePlanAndPolicy(as other: any PlanTree) throws -> Bool { try isSameByListing(as: other) }

  /// The same, for a tree that has a better way and cannot go it.
  public func isSameByListing(as other: any PlanTree) throws -> Bool {
    try folderKind() == other.folderKind() && planIdentity() == other.planIdentity()
      && milestones() == other.milestones() && policyFiles() == other.policyFiles()
  }
}

/// A tree with nothing in it: what stands before a first commit.
public final class EmptyTree: PlanTree {
  /// Makes an empty tree.
  public init() {}
  /// Nothing.
  public func folderKind() -> FileKind? { nil }
  /// None.
  public func milestones() -> [MilestoneID: FileIdentity] { [:] }
  /// None.
  public func milestone(_ id: MilestoneID) -> MilestoneFile? { nil }
  /// None.
  public func planIdentity() -> FileIdentity? { nil }
  /// None.
  public func planFile() -> PlanFile? { nil }
  /// None.
  public func policyFiles() -> [String: FileIdentity] { [:] }
  /// The absent policy.
  public func policy() -> PolicySnapshot { .absent() }
  /// None.
  public func policyBytes(at path: String) -> [UInt8]? { nil }
  /// Nothing.
  public func kind(at path: String) -> FileKind? { nil }
  /// Nothing.
  public func digest(at path: String) -> Digest? { nil }
  /// Nothing.
  public func bytes(at path: String, atMost bound: Int) -> [UInt8]? { nil }
  /// None.
  public func inputs(_ selection: PathSelection) -> InputListing { InputListing([]) }
  /// None.
  public func inputs(_ selection: PathSelection, at commit: String) -> InputListing? { nil }
}

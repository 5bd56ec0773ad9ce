public import GitObjects
public import PlanJudge
public import PlanModel
import StrictJSON

/// A tree in memory: files by path. The judge treats it like a commit's tree.
public final class MemoryTree: PlanTree {
  /// The kind and the bytes by path.
  public var files: [String: (kind: FileKind, bytes: [UInt8])] { didSet { knownPolicy = nil } }
  private var knownPolicy: PolicySnapshot?

  /// Creates a tree of regular files.
  public init(_ files: [String: String] = [:]) {
    self.files = files.mapValues { (.regular, Array($0.utf8)) }
  }

  /// Returns a changed copy.
  public func with(_ change: (MemoryTree) -> Void) -> MemoryTree {
    let copy = MemoryTree()
    copy.files = files
    change(copy)
    return copy
  }

  /// The text at a path, for reading and writing; nil is no file.
  public subscript(path: String) -> String? {
    get { files[path].map { String(decoding: $0.bytes, as: UTF8.self) } }
    set { files[path] = newValue.map { (.regular, Array($0.utf8)) } }
  }

  /// Replaces a text in a milestone's file; stops the test if it does not occur.
  public func edit(_ id: String, _ old: String, _ new: String) {
    let path = ".readiness/\(id).json"
    precondition(self[path]?.contains(old) == true, "\(id) does not hold \(old)")
    self[path] = self[path]?.replacing(old, with: new)
  }

  private func identity(_ path: String) -> FileIdentity? {
    files[path].map { FileIdentity(kind: $0.kind, id: ObjectID(Array(Digest(of: $0.bytes).hex.utf8.prefix(20)))) }
  }

  public func folderKind() -> FileKind? {
    if let file = files[".readiness"] { return file.kind }
    return files.keys.contains { $0.hasPrefix(".readiness/") } ? .folder : nil
  }

  public func milestones() -> [MilestoneID: FileIdentity] {
    var found: [MilestoneID: FileIdentity] = [:]
    for path in files.keys where path.hasPrefix(".readiness/") && path.hasSuffix(".json") {
      found[MilestoneID(String(path.dropFirst(11).dropLast(5)))] = identity(path)
    }
    return found
  }

  public func milestone(_ id: MilestoneID) -> MilestoneFile? {
    files[PlanPaths.milestone(id)].map { MilestoneFile(id: id, kind: $0.kind, bytes: $0.bytes) }
  }

  public func planIdentity() -> FileIdentity? { identity(PlanPaths.plan) }
  public func planFile() -> PlanFile? { files[PlanPaths.plan].map { PlanFile(kind: $0.kind, bytes: $0.bytes) } }

  public func policyFiles() -> [String: FileIdentity] {
    var found: [String: FileIdentity] = [:]
    for path in files.keys
    where path.hasPrefix("ssot/policies/") || [PlanPaths.schema, PlanPaths.policies].contains(path) {
      found[path] = identity(path)
    }
    return found
  }

  public func policy() -> PolicySnapshot {
    if let knownPolicy { return knownPolicy }
    let policy = PolicySnapshot(
      policyFiles().keys.compactMap { path in
        files[path].map { PolicyBlob(path: path, kind: $0.kind, bytes: $0.bytes) }
      })
    knownPolicy = policy
    return policy
  }

  public func policyBytes(at path: String) -> [UInt8]? { files[path]?.bytes }

  public func kind(at path: String) -> FileKind? {
    if let file = files[path] { return file.kind }
    return files.keys.contains { $0.hasPrefix(path + "/") } ? .folder : nil
  }

  public func digest(at path: String) -> Digest? {
    files[path].flatMap { $0.kind == .regular ? Digest(of: $0.bytes) : nil }
  }
}

extension MemoryTree {
  public func bytes(at path: String, atMost bound: Int) -> [UInt8]? {
    files[path].flatMap { $0.kind == .regular && $0.bytes.count <= bound ? $0.bytes : nil }
  }

  public func inputs(_ selection: PathSelection) -> InputListing {
    InputListing(
      files.compactMap { path, file in
        let bytes = Array(path.utf8)
        guard selection.covers(bytes.split(separator: 0x2F)), let identity = identity(path) else { return nil }
        let mode = file.kind == .executable ? "100755" : file.kind == .symlink ? "120000" : "100644"
        return InputListing.Entry(path: bytes, mode: mode, id: identity.id)
      })
  }

  public func inputs(_ selection: PathSelection, at commit: String) -> InputListing? { nil }
}

/// An ancestry with given contents.
public struct ToldAncestry: Ancestry {
  private let earlier: [MemoryTree]
  private let stampedAt: Int64?
  private let starts: [ReviewStart]
  private let waives: [StandingWaive]
  private let bases: [MemoryTree]

  /// - Parameters:
  ///   - earlier: the first parents before the first parent, nearest first.
  ///   - stampedAt: the latest stamp of a parent, in milliseconds since 1970.
  ///   - starts: the commits that sent milestones to review.
  ///   - waives: the granted exceptions.
  ///   - bases: the merge bases of any two parents.
  public init(
    _ earlier: [MemoryTree] = [], stampedAt: Int64? = nil, starts: [ReviewStart] = [], waives: [StandingWaive] = [],
    bases: [MemoryTree] = []
  ) {
    self.bases = bases
    self.waives = waives
    self.earlier = earlier
    self.stampedAt = stampedAt
    self.starts = starts
  }
  public func anyHoldsPlanOrPolicy() -> Bool { !earlier.isEmpty }
  public func nearest(_ id: MilestoneID, where isReadable: (MilestoneFile) -> Bool) -> MilestoneFile? {
    earlier.lazy.compactMap { $0.milestone(id) }.first(where: isReadable)
  }
  public func latestStamp(by clock: Int64?) -> Int64? { stampedAt }
  public func reviewStarts(_ id: MilestoneID, in sought: PlanModel.Category, by workflow: Workflow) -> [ReviewStart] {
    starts
  }
  public func standingWaives() -> [StandingWaive] { waives }
  public func bases(of first: Int, and second: Int) -> [any PlanTree] { bases }
  public func isBehind(_ parent: Int, _ other: Int) -> Bool { false }
  public func brought(by parent: Int, notIn other: Int) -> [BroughtCommit] { [] }
  public func keeping(_ parents: [Int]) -> any Ancestry { self }
  public func nearestReadablePolicy() -> PolicySnapshot? { earlier.lazy.map { $0.policy() }.first { $0.policy != nil } }
}

import GitObjects
import CPure
import PlanModel

/// Proves that an object that was read is what its id says, and that no other place holds something else under that id.
///
/// Git itself reads whichever copy it meets first and hashes none, and so do libgit2 and the fast paths. An audit rests on
/// the bytes alone: each object is hashed, and where packs, loose files and alternates hold several copies, they are
/// compared byte by byte (contract 3).
final class ObjectProof {
  /// A second look at the same packs: the first one still lends the object.
  private let packs: PackStore
  private let loose: LooseStore

  /// - Throws: `GitError` where git may read a pack that is not read here.
  init(_ packs: PackStore, folders: [String]) throws {
    if let path = packs.unread.first {
      throw GitError(
        .unsupported, "The index of the pack \(path) cannot be read, so what it holds cannot be compared.",
        hint: "Write it again: git index-pack \(path)", function: "PackStore")
    }
    self.packs = PackStore(sharing: packs)
    loose = LooseStore(folders: folders)
  }

  /// - Throws: `GitError` of kind `damaged` where the bytes are not the object of that id, or another copy differs.
  func confirm(_ id: ObjectID, _ type: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws {
    guard ObjectID(summing: bytes, type) == id else { throw Self.damaged(id, "holds content of another id") }
    let copies = packs.copies(of: id)
    let files = loose.folders(holding: id)
    guard copies.count + files.count > 1 else { return }
    // What an object is made from may be larger than itself.
    let bound = max(bytes.count, ObjectStore.bound)
    func isSame(_ other: [UInt8]?) -> Bool {
      guard let other, other.count == bytes.count, let base = bytes.baseAddress else { return other?.isEmpty == true }
      return memcmp(base, other, other.count) == 0
    }
    let isEverywhere =
      copies.allSatisfy { isSame(packs.bytes(at: $0, type, atMost: bound)) }
      && files.allSatisfy { isSame(loose.copy(of: id, type, inFolder: $0, atMost: bytes.count)) }
    guard isEverywhere else { throw Self.damaged(id, "is held in several places, and one holds other content") }
  }

  /// The same of an object that is too large to be held, whose sum was computed on the way.
  func confirm(_ id: ObjectID, sum: ObjectID) throws {
    guard sum == id else { throw Self.damaged(id, "holds content of another id") }
    guard packs.copies(of: id).count + loose.folders(holding: id).count > 1 else { return }
    throw GitError(
      .unsupported, "The object \(id) is large and held in several places, which cannot be compared.",
      hint: "Keep one of them: git repack -a -d", function: "ObjectProof")
  }

  static func damaged(_ id: ObjectID, _ what: String) -> GitError {
    GitError(
      .damaged, "The object \(id) \(what), so nothing can be said about what is based on it.",
      hint: "git fsck --full names what is damaged; fetch the object again from a repository that you trust.",
      function: "ObjectProof")
  }
}

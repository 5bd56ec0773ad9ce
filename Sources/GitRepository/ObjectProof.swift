import GitObjects
import CPure
import PlanModel

/// Proves that an object matches its id, and that every copy of it is equal.
///
/// Git itself reads the first copy that it finds and does not hash it; libgit2 and the fast paths do the same. An
/// audit trusts only the bytes: it hashes each object, and compares copies in packs, loose files and alternates byte
/// by byte (contract 3).
final class ObjectProof {
  /// A second reader of the same packs, because the first one still lends the object.
  private let packs: PackStore
  private let loose: LooseStore

  /// - Throws: `GitError` if git may read a pack that is not read here.
  init(_ packs: PackStore, folders: [String]) throws {
    if let path = packs.unread.first {
      throw GitError(
        .unsupported, "The index of the pack \(path) cannot be read, so what it holds cannot be compared.",
        hint: "Write it again: git index-pack \(path)", function: "PackStore")
    }
    self.packs = PackStore(sharing: packs)
    loose = LooseStore(folders: folders)
  }

  /// - Throws: `GitError` of kind `damaged` if the bytes do not match the id, or another copy differs.
  func confirm(_ id: ObjectID, _ type: ObjectKind, _ bytes: UnsafeRawBufferPointer) throws {
    guard ObjectID(summing: bytes, type) == id else { throw Self.damaged(id, "holds content of another id") }
    let copies = packs.copies(of: id)
    let files = loose.folders(holding: id)
    guard copies.count + files.count > 1 else { return }
    // A delta base may be larger than the object.
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

  /// Confirms an object that is too large for memory, by the sum computed while streaming it.
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

import CZlib
import GitObjects
import GitRepository
import ReadinessSystem

extension NewObjects {
  /// Adds the created objects to a batch as loose objects (gitrepository-layout(5)). Touches an object that exists
  /// already, so that `git gc` does not prune it.
  func add(to batch: inout FileBatch, in folder: String) throws {
    try forEach { number, id, kind, bytes in
      let name = id.description
      let place = folder + "/" + name.prefix(2) + "/" + name.dropFirst(2)
      if FileSystem.touch(place) { return }
      let header = kind.word + " \(bytes.count)\0"
      try batch.add(
        Self.packed(Array(header.utf8) + bytes), mode: 0o444,
        temporary: folder + "/tmp_obj_readiness-\(Machine.processID)-\(number)", place: place)
    }
  }

  /// Compresses bytes with zlib at git's speed level.
  private static func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    var code = Z_OK
    let packed = [UInt8](unsafeUninitializedCapacity: Int(count)) { room, used in
      code = compress2(room.baseAddress, &count, bytes, uLong(bytes.count), Z_BEST_SPEED)
      used = Int(count)
    }
    guard code == Z_OK else {
      throw GitError(.other, "An object cannot be packed.", hint: "Try again.", function: "compress2")
    }
    return packed
  }
}

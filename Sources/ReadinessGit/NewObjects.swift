import CLibgit2
import CZlib
import Glibc
import PlanModel

/// Objects that a command makes: read as if they were stored, and stored all at once when it comes to that. A command that
/// only judges stores none.
final class NewObjects {
  private var made: [ObjectID: (type: git_object_t, bytes: [UInt8])] = [:]
  /// In the order in which they were made: what others refer to comes first.
  private var order: [ObjectID] = []

  /// Makes an object.
  func make(_ type: git_object_t, _ bytes: [UInt8]) throws -> ObjectID {
    let id = try ObjectID(of: bytes, type)
    if made.updateValue((type, bytes), forKey: id) == nil { order.append(id) }
    return id
  }

  /// The bytes of an object that was made and is of a type.
  func bytes(of id: ObjectID, _ type: git_object_t) -> [UInt8]? {
    guard !order.isEmpty, let object = made[id], object.type == type else { return nil }
    return object.bytes
  }

  /// Forgets what was made.
  func forget() { (made, order) = ([:], []) }

  /// Prepares what was made as files of their own (gitrepository-layout(5)), but for those that are there already, which
  /// are made young, so that `git gc` leaves them.
  func add(to batch: inout FileBatch, in folder: String) throws {
    for (number, id) in order.enumerated() {
      guard let object = made[id] else { continue }
      let name = id.description
      let place = folder + "/" + name.prefix(2) + "/" + name.dropFirst(2)
      if utimensat(AT_FDCWD, place, nil, 0) == 0 { continue }
      let header = String(cString: git_object_type2string(object.type)) + " \(object.bytes.count)\0"
      try batch.add(
        Self.packed(Array(header.utf8) + object.bytes), mode: 0o444,
        temporary: folder + "/tmp_obj_readiness-\(getpid())-\(number)", place: place)
    }
  }

  /// A zlib stream, as quickly as git makes it.
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

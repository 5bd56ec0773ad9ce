package import GitObjects
import PlanModel

/// Objects that a command creates: readable at once, and stored together at the end. A command that only judges
/// stores none.
package final class NewObjects {
  private var made: [ObjectID: (type: ObjectKind, bytes: [UInt8])] = [:]
  /// The ids in order of creation, so that an object follows the objects that it refers to.
  private var order: [ObjectID] = []

  /// Creates an object.
  package func make(_ type: ObjectKind, _ bytes: [UInt8]) throws -> ObjectID {
    let id = try ObjectID(of: bytes, type)
    if made.updateValue((type, bytes), forKey: id) == nil { order.append(id) }
    return id
  }

  /// Returns the bytes of a created object of a type. Returns nil if there is none.
  func bytes(of id: ObjectID, _ type: ObjectKind) -> [UInt8]? {
    guard !order.isEmpty, let object = made[id], object.type == type else { return nil }
    return object.bytes
  }

  /// Discards the created objects.
  package func forget() { (made, order) = ([:], []) }

  /// Visits each created object with its kind and its bytes, after the objects that it refers to.
  package func forEach(_ body: (_ number: Int, _ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8]) throws -> Void)
    rethrows
  {
    for (number, id) in order.enumerated() {
      if let object = made[id] { try body(number, id, object.type, object.bytes) }
    }
  }
}

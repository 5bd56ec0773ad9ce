package import GitObjects
import PlanModel

/// Objects that a command makes: read as if they were stored, and stored all at once when it comes to that. A command that
/// only judges stores none.
package final class NewObjects {
  private var made: [ObjectID: (type: ObjectKind, bytes: [UInt8])] = [:]
  /// In the order in which they were made: what others refer to comes first.
  private var order: [ObjectID] = []

  /// Makes an object.
  package func make(_ type: ObjectKind, _ bytes: [UInt8]) throws -> ObjectID {
    let id = try ObjectID(of: bytes, type)
    if made.updateValue((type, bytes), forKey: id) == nil { order.append(id) }
    return id
  }

  /// The bytes of an object that was made and is of a type.
  func bytes(of id: ObjectID, _ type: ObjectKind) -> [UInt8]? {
    guard !order.isEmpty, let object = made[id], object.type == type else { return nil }
    return object.bytes
  }

  /// Forgets what was made.
  package func forget() { (made, order) = ([:], []) }

  /// Hands over each object that was made, with its kind and its bytes, what others refer to first.
  package func forEach(_ body: (_ number: Int, _ id: ObjectID, _ kind: ObjectKind, _ bytes: [UInt8]) throws -> Void)
    rethrows
  {
    for (number, id) in order.enumerated() {
      if let object = made[id] { try body(number, id, object.type, object.bytes) }
    }
  }
}

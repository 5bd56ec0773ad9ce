import CSHA1

/// Computes the id of an object as git does: the SHA-1 of its type, its size and its bytes (gitformat-loose(5)).
///
/// Accepts the bytes in chunks, so that an object of any size is summed in bounded memory.
package struct ObjectSum {
  private var sum = readiness_sha1()

  /// - Parameter size: the size of the object, in bytes.
  package init(_ kind: ObjectKind, size: Int) {
    readiness_sha1_begin(&sum)
    var header = kind.word + " " + String(size) + "\0"
    header.withUTF8 { readiness_sha1_add(&sum, $0.baseAddress, $0.count) }
  }

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    readiness_sha1_add(&sum, bytes.baseAddress, bytes.count)
  }

  package consuming func id() -> ObjectID {
    var digest: (UInt64, UInt64, UInt32) = (0, 0, 0)
    return withUnsafeMutableBytes(of: &digest) { raw in
      readiness_sha1_end(&sum, raw.bindMemory(to: UInt8.self).baseAddress)
      return ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[..<20]))
    }
  }
}

extension ObjectID {
  /// Computes the id of an object. O(bytes).
  package init(summing bytes: UnsafeRawBufferPointer, _ kind: ObjectKind) {
    var sum = ObjectSum(kind, size: bytes.count)
    sum.add(bytes)
    self = sum.id()
  }
}

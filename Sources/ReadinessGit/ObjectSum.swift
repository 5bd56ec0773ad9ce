import CLibgit2
import CSHA1
import PlanModel

/// Computes the id of an object as git does: the SHA-1 of its type, its size and its bytes (gitformat-loose(5)).
///
/// Chunks may come one by one, so that an object of any size is summed without holding it.
struct ObjectSum {
  private var sum = readiness_sha1()

  /// - Parameter size: how many bytes the object has.
  init(_ type: git_object_t, size: Int) {
    readiness_sha1_begin(&sum)
    let name =
      switch type {
      case GIT_OBJECT_COMMIT: "commit "
      case GIT_OBJECT_TREE: "tree "
      case GIT_OBJECT_TAG: "tag "
      default: "blob "
      }
    var header = name + String(size) + "\0"
    header.withUTF8 { readiness_sha1_add(&sum, $0.baseAddress, $0.count) }
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) { readiness_sha1_add(&sum, bytes.baseAddress, bytes.count) }

  consuming func id() -> ObjectID {
    var digest: (UInt64, UInt64, UInt32) = (0, 0, 0)
    return withUnsafeMutableBytes(of: &digest) { raw in
      readiness_sha1_end(&sum, raw.bindMemory(to: UInt8.self).baseAddress)
      return ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[..<20]))
    }
  }
}

extension ObjectID {
  /// The id of an object. O(bytes).
  init(summing bytes: UnsafeRawBufferPointer, _ type: git_object_t) {
    var sum = ObjectSum(type, size: bytes.count)
    sum.add(bytes)
    self = sum.id()
  }
}

import Synchronization

/// A digest that is computed on first use, because reading commands never use it.
final class LazyDigest: Sendable {
  private let bytes: [UInt8]
  private let known: Mutex<Digest?>

  init(of bytes: [UInt8]) {
    self.bytes = bytes
    known = Mutex(nil)
  }

  /// Wraps a known digest.
  init(_ digest: Digest) {
    bytes = []
    known = Mutex(digest)
  }

  /// The digest. O(bytes), once.
  var value: Digest {
    known.withLock { known in
      let digest = known ?? Digest(of: bytes)
      known = digest
      return digest
    }
  }
}

import Glibc

/// Texts that many milestones share, such as owners and states, each made once. For one thread.
public final class TextPool {
  private var texts = [String](repeating: "", count: 256)

  /// An empty pool.
  public init() {}

  /// The text of some bytes, which were found to be UTF-8.
  func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    // A short one needs no memory of its own.
    guard bytes.count > 15, let start = bytes.baseAddress else { return String(decoding: bytes, as: UTF8.self) }
    let ends = UnsafeRawPointer(start)
    let mix =
      (ends.loadUnaligned(as: UInt64.self) ^ ends.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
      &* 0x9E37_79B9_7F4A_7C15
    let slot = Int(truncatingIfNeeded: mix >> 56)
    let isThere = texts[slot].withUTF8 { known in
      known.count == bytes.count && known.baseAddress.map { memcmp($0, start, bytes.count) == 0 } == true
    }
    if !isThere { texts[slot] = String(decoding: bytes, as: UTF8.self) }
    return texts[slot]
  }
}
